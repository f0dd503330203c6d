//! Frames on their way through a transform.

use std::time::Instant;

use stonechat_media::{
    FrameTicket, FrameTime, MediaFrame, OutgoingFrame, ReceiverTransform, SenderTransform,
    TransformError, UntransformedReceived, UntransformedSent,
};

use super::Connection;
use super::layers::Layers;
use crate::fact::Fact;
use crate::id::{ReceiverId, SenderId};

impl Connection {
    /// The next frame of a sender for its transform, after
    /// [`MediaEvent::UntransformedSent`](super::MediaEvent::UntransformedSent). That it is a key
    /// frame is reported before it should be handed on: run the session's steps in between.
    pub fn poll_untransformed_sent(
        &mut self,
        now: Instant,
        sender: SenderId,
    ) -> Option<UntransformedSent> {
        self.update(now, |layers, now| {
            layers.poll_untransformed_sent(now, sender)
        })
    }

    /// Takes a frame of a sender back from its transform, to send it.
    ///
    /// # Errors
    ///
    /// See [`TransformError`]; the frame is gone.
    pub fn push_transformed_sent(
        &mut self,
        now: Instant,
        sender: SenderId,
        ticket: FrameTicket,
        frame: &OutgoingFrame,
    ) -> Result<(), TransformError> {
        self.update(now, |layers, now| {
            let (media, id) = layers
                .sender(sender, frame.rid.as_ref())
                .map_err(|_| TransformError::Unknown)?;
            media.push_transformed_sent(now, id, ticket, frame)
        })
    }

    /// The next frame of a receiver for its transform, after
    /// [`MediaEvent::UntransformedReceived`](super::MediaEvent::UntransformedReceived).
    pub fn poll_untransformed_received(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
    ) -> Option<UntransformedReceived> {
        self.update(now, |layers, now| {
            layers.recv(receiver, |media, id| {
                media.poll_untransformed_received(now, id)
            })
        })
    }

    /// Takes a frame of a receiver back from its transform, to hand it out.
    ///
    /// # Errors
    ///
    /// See [`TransformError`]; the frame is gone.
    pub fn push_transformed_received(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
        ticket: FrameTicket,
        frame: MediaFrame,
    ) -> Result<(), TransformError> {
        self.update(now, |layers, now| {
            let entry = layers.media_table.receivers.get(&receiver);
            let entry = entry.ok_or(TransformError::Unknown)?;
            let rid = frame.rid.as_ref().map(|rid| rid.as_str());
            let mut of_frame = entry.layers.iter();
            let layer = of_frame.find(|layer| layer.rid.as_deref() == rid);
            let (transport, id) = (entry.transport, layer.ok_or(TransformError::Unknown)?.id);
            let transport = layers
                .transport_mut(transport)
                .ok_or(TransformError::Unknown)?;
            transport
                .media
                .push_transformed_received(now, id, ticket, frame)
        })
    }
}

impl Layers {
    pub(super) fn set_sender_transform(
        &mut self,
        now: Instant,
        sender: SenderId,
        transform: &SenderTransform,
    ) {
        match transform {
            SenderTransform::None => self.media_table.sender_transforms.remove(&sender),
            _ => self
                .media_table
                .sender_transforms
                .insert(sender, transform.clone()),
        };
        self.lead_sender(now, sender, transform);
    }

    /// Leads the frames of a sender that was made as it was told before.
    pub(super) fn lead_new_sender(&mut self, now: Instant, sender: SenderId) {
        if let Some(transform) = self.media_table.sender_transforms.get(&sender).cloned() {
            self.lead_sender(now, sender, &transform);
        }
    }

    fn lead_sender(&mut self, now: Instant, sender: SenderId, transform: &SenderTransform) {
        let Some(entry) = self.media_table.senders.get(&sender) else {
            return;
        };
        let ids: Vec<_> = entry.layers.iter().map(|layer| layer.id).collect();
        let transport = entry.transport;
        if let Some(transport) = self.transport_mut(transport) {
            for id in ids {
                let _ = transport
                    .media
                    .set_sender_transform(now, id, transform.clone());
            }
        }
    }

    pub(super) fn set_receiver_transform(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
        transform: &ReceiverTransform,
    ) {
        match transform {
            ReceiverTransform::None => self.media_table.receiver_transforms.remove(&receiver),
            _ => self
                .media_table
                .receiver_transforms
                .insert(receiver, transform.clone()),
        };
        self.lead_receiver(now, receiver, transform);
    }

    /// Leads the frames of a receiver that was made as it was told before.
    pub(super) fn lead_new_receiver(&mut self, now: Instant, receiver: ReceiverId) {
        let transforms = &self.media_table.receiver_transforms;
        if let Some(transform) = transforms.get(&receiver).cloned() {
            self.lead_receiver(now, receiver, &transform);
        }
    }

    fn lead_receiver(&mut self, now: Instant, receiver: ReceiverId, transform: &ReceiverTransform) {
        let Some(entry) = self.media_table.receivers.get(&receiver) else {
            return;
        };
        let ids: Vec<_> = entry.layers.iter().map(|layer| layer.id).collect();
        let transport = entry.transport;
        if let Some(transport) = self.transport_mut(transport) {
            for id in ids {
                let _ = transport
                    .media
                    .set_receiver_transform(now, id, transform.clone());
            }
        }
    }

    fn poll_untransformed_sent(
        &mut self,
        now: Instant,
        sender: SenderId,
    ) -> Option<UntransformedSent> {
        let entry = self.media_table.senders.get(&sender)?;
        let index = self.index_of(entry.transport)?;
        let media = &mut self.transports.get_mut(index)?.media;
        let mut layers = entry.layers.iter();
        let taken = layers.find_map(|layer| media.poll_untransformed_sent(now, layer.id))?;
        if let (FrameTime::Rtp(timestamp), true) = (taken.frame.time, taken.info.keyframe) {
            let rid = taken.frame.rid.as_ref();
            self.facts.push_back(Fact::KeyFrameEncoded {
                sender,
                rid: rid.map(|rid| rid.as_str().to_owned()),
                timestamp: timestamp.0,
            });
        }
        Some(taken)
    }
}
