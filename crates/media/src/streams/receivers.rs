use std::time::Instant;

use stonechat_rtp::{NtpTime, Timestamp};

use super::{AddError, Event, ReceiverId, State, Streams, UnknownId};
use crate::receiver::Receiver;
use crate::slots::Key;
use crate::{ReceiverParameters, ReceiverStats};

impl Streams {
    /// Adds a receiver.
    ///
    /// # Errors
    ///
    /// See [`AddError`].
    pub fn add_receiver(&mut self, parameters: ReceiverParameters) -> Result<ReceiverId, AddError> {
        if self.state != State::Open {
            return Err(AddError::Closed);
        }
        if self.receivers.len() >= self.config.max_receivers {
            return Err(AddError::TooMany);
        }
        let signalled = [parameters.ssrc, parameters.rtx_ssrc];
        if signalled
            .iter()
            .flatten()
            .any(|ssrc| self.sources.contains_key(ssrc))
        {
            return Err(AddError::SourceInUse);
        }
        let receiver = Receiver::new(parameters);
        let key = self.receivers.insert(receiver);
        if let Some(receiver) = self.receivers.get(key) {
            self.router.add(key, &receiver.parameters);
        }
        Ok(ReceiverId(key))
    }

    /// Removes a receiver with everything it holds.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn remove_receiver(&mut self, now: Instant, id: ReceiverId) -> Result<(), UnknownId> {
        let _ = self.clock.advance(now);
        self.receivers.remove(id.0).ok_or(UnknownId)?;
        self.router.remove(id.0);
        self.deadlines.set(id.0, None);
        Ok(())
    }

    /// Gives a receiver other parameters after renegotiation; what it learned of sources is
    /// learned anew.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn set_receiver_parameters(
        &mut self,
        now: Instant,
        id: ReceiverId,
        parameters: ReceiverParameters,
    ) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let receiver = self.receivers.get_mut(id.0).ok_or(UnknownId)?;
        let moved = receiver.parameters.mid != parameters.mid
            || receiver.parameters.rid != parameters.rid
            || receiver.parameters.ssrc != parameters.ssrc
            || receiver.parameters.rtx_ssrc != parameters.rtx_ssrc;
        receiver.set_parameters(parameters);
        if moved {
            self.router.remove(id.0);
            self.router.add(id.0, &receiver.parameters);
        }
        self.settle_receiver(now, id.0);
        Ok(())
    }

    /// The parameters of a receiver.
    #[must_use]
    pub fn receiver_parameters(&self, id: ReceiverId) -> Option<&ReceiverParameters> {
        self.receivers
            .get(id.0)
            .map(|receiver| &receiver.parameters)
    }

    /// Counts of one receiver.
    #[must_use]
    pub fn receiver_stats(&self, id: ReceiverId) -> Option<ReceiverStats> {
        self.receivers.get(id.0).map(Receiver::stats)
    }

    /// The last sender report that a receiver got: the sender's clock, the RTP timestamp that
    /// corresponds to it, and when it arrived. Two streams of one sender are played in step by it.
    #[must_use]
    pub fn sender_clock(&self, id: ReceiverId) -> Option<(NtpTime, Timestamp, Instant)> {
        self.receivers.get(id.0)?.sender_clock()
    }

    /// Asks the remote end for a key frame. Repeated until one comes, with back-off, if the
    /// receiver hands out frames; requests close to each other are one.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn request_keyframe(&mut self, now: Instant, id: ReceiverId) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let receiver = self.receivers.get_mut(id.0).ok_or(UnknownId)?;
        receiver.request_keyframe(now, &self.config);
        self.settle_receiver(now, id.0);
        Ok(())
    }

    /// Files a receiver under what it owes and when it is due.
    pub(super) fn settle_receiver(&mut self, now: Instant, key: Key) {
        let Some(receiver) = self.receivers.get_mut(key) else {
            return;
        };
        if receiver.take_fresh() {
            self.events.push(Event::Readable(ReceiverId(key)));
        }
        if receiver.take_tone_fresh() {
            self.events.push(Event::Tone(ReceiverId(key)));
        }
        if receiver.take_split_fresh() {
            self.events
                .push(Event::UntransformedReceived(ReceiverId(key)));
        }
        let owes = receiver.owes_feedback(now);
        let deadline = receiver.deadline();
        if owes {
            self.feedback.push(key);
        }
        // What is owed waits for the next poll, not for a timer.
        let deadline = deadline.filter(|at| !owes || *at > now);
        self.deadlines.set(key, deadline);
    }
}
