use std::time::Instant;

use super::{Event, ReceiverId, SenderId, State, Streams, UnknownId};
use crate::transform::{
    FrameTicket, ReceiverTransform, SenderTransform, TransformError, TransformStats,
    UntransformedReceived, UntransformedSent,
};
use crate::{MediaFrame, OutgoingFrame};

impl Streams {
    /// Sets what the frames of a sender go through from now on. Frames that wait to be taken out
    /// go to the new way.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn set_sender_transform(
        &mut self,
        now: Instant,
        id: SenderId,
        transform: SenderTransform,
    ) -> Result<(), UnknownId> {
        let _ = self.clock.advance(now);
        let sender = self.senders.get_mut(id.0).ok_or(UnknownId)?;
        sender.set_transform(transform, &self.config, &mut self.scratch_payloads);
        self.scratch_payloads.clear();
        if sender.wants_to_send() {
            self.queue_media(id.0);
        }
        Ok(())
    }

    /// The next frame of a sender to be transformed, in the order in which they were given. Never
    /// more than 128 frames wait, nor 16 MiB; beyond, the oldest audio goes, and of video all up to
    /// the next key frame.
    pub fn poll_untransformed_sent(
        &mut self,
        now: Instant,
        id: SenderId,
    ) -> Option<UntransformedSent> {
        let _ = self.clock.advance(now);
        if self.state != State::Open {
            return None;
        }
        self.senders.get_mut(id.0)?.poll_untransformed()
    }

    /// Takes a frame of a sender back after it was transformed; it is sent.
    ///
    /// # Errors
    ///
    /// See [`TransformError`]; the frame is gone.
    pub fn push_transformed_sent(
        &mut self,
        now: Instant,
        id: SenderId,
        ticket: FrameTicket,
        frame: &OutgoingFrame,
    ) -> Result<(), TransformError> {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return Err(TransformError::Unknown);
        }
        let sender = self.senders.get_mut(id.0).ok_or(TransformError::Unknown)?;
        let scratch = &mut self.scratch_payloads;
        let result = sender.push_transformed(now, ticket, frame, &self.config, scratch);
        scratch.clear();
        result?;
        self.queue_media(id.0);
        Ok(())
    }

    /// Sets what the frames of a receiver go through from now on. Frames that wait to be taken out
    /// go to the new way.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn set_receiver_transform(
        &mut self,
        now: Instant,
        id: ReceiverId,
        transform: ReceiverTransform,
    ) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let receiver = self.receivers.get_mut(id.0).ok_or(UnknownId)?;
        receiver.set_transform(transform, &self.config);
        self.settle_receiver(now, id.0);
        Ok(())
    }

    /// The next frame of a receiver to be transformed, in decode order; bounded as those of a
    /// sender.
    pub fn poll_untransformed_received(
        &mut self,
        now: Instant,
        id: ReceiverId,
    ) -> Option<UntransformedReceived> {
        let _ = self.clock.advance(now);
        if self.state == State::Closed {
            return None;
        }
        self.receivers.get_mut(id.0)?.poll_untransformed()
    }

    /// Takes a frame of a receiver back after it was transformed; it is handed out.
    ///
    /// # Errors
    ///
    /// See [`TransformError`]; the frame is gone.
    pub fn push_transformed_received(
        &mut self,
        now: Instant,
        id: ReceiverId,
        ticket: FrameTicket,
        frame: MediaFrame,
    ) -> Result<(), TransformError> {
        let now = self.clock.advance(now);
        if self.state == State::Closed {
            return Err(TransformError::Unknown);
        }
        let receiver = self
            .receivers
            .get_mut(id.0)
            .ok_or(TransformError::Unknown)?;
        receiver.push_transformed(now, ticket, frame, &self.config)?;
        self.settle_receiver(now, id.0);
        Ok(())
    }

    /// Counts of the frames of a sender that went through a transform.
    #[must_use]
    pub fn sender_transform_stats(&self, id: SenderId) -> Option<TransformStats> {
        Some(self.senders.get(id.0)?.transform_stats())
    }

    /// Counts of the frames of a receiver that went through a transform.
    #[must_use]
    pub fn receiver_transform_stats(&self, id: ReceiverId) -> Option<TransformStats> {
        Some(self.receivers.get(id.0)?.transform_stats())
    }

    /// Tells of frames that wait for a transform, and of video that was dropped there.
    pub(super) fn settle_transform(&mut self, id: SenderId) {
        let Some(sender) = self.senders.get_mut(id.0) else {
            return;
        };
        if sender.take_split_fresh() {
            self.events.push(Event::UntransformedSent(id));
        }
        if sender.take_split_needs_key() {
            self.events.push(Event::KeyframeRequested(id));
        }
    }
}
