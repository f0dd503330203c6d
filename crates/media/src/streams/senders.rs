use std::time::Instant;

use stonechat_rtp::Ssrc;

use super::{AddError, Event, SenderId, State, Streams, UnknownId};
use crate::sender::{EncoderFacts, Sender};
use crate::{SenderConfig, SenderParameters, SenderStats};

impl Streams {
    /// Adds a sender.
    ///
    /// # Errors
    ///
    /// See [`AddError`].
    pub fn add_sender(&mut self, config: SenderConfig) -> Result<SenderId, AddError> {
        if self.state != State::Open {
            return Err(AddError::Closed);
        }
        if self.senders.len() >= self.config.max_senders {
            return Err(AddError::TooMany);
        }
        let in_use =
            |ssrc: &Ssrc| self.sources.contains_key(ssrc) || self.router.find(*ssrc).is_some();
        let given = [config.ssrc, config.rtx_ssrc];
        if given.iter().flatten().any(in_use)
            || (config.ssrc.is_some() && config.ssrc == config.rtx_ssrc)
        {
            return Err(AddError::SourceInUse);
        }
        let ssrc = config.ssrc.unwrap_or_else(|| self.random_source());
        let needs_rtx = config
            .parameters
            .codecs
            .iter()
            .any(|codec| codec.rtx.is_some());
        let rtx_ssrc = config
            .rtx_ssrc
            .or_else(|| needs_rtx.then(|| self.random_source()));
        let sender = Sender::new(config, ssrc, rtx_ssrc, &mut self.rng);
        let key = self.senders.insert(sender);
        if let Some(sender) = self.senders.get_mut(key) {
            sender.set_encoder_facts(self.clock.now(), EncoderFacts::default());
        }
        for ssrc in [Some(ssrc), rtx_ssrc].into_iter().flatten() {
            self.sources.insert(ssrc, key);
        }
        Ok(SenderId(key))
    }

    /// Removes a sender; a goodbye is sent if it ever sent anything.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn remove_sender(&mut self, now: Instant, id: SenderId) -> Result<(), UnknownId> {
        let _ = self.clock.advance(now);
        let sender = self.senders.remove(id.0).ok_or(UnknownId)?;
        self.tones.remove(&id.0);
        for ssrc in [Some(sender.ssrc), sender.rtx_ssrc].into_iter().flatten() {
            let _ = self.sources.swap_remove(&ssrc);
            self.stream_departures.remove(ssrc);
        }
        if self.state == State::Open && sender.stats.packets_sent > 0 {
            self.say_goodbye(&sender);
        }
        Ok(())
    }

    /// Gives a sender other parameters: after renegotiation, or to pause it.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn set_sender_parameters(
        &mut self,
        now: Instant,
        id: SenderId,
        parameters: SenderParameters,
    ) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let needs_rtx = parameters.codecs.iter().any(|codec| codec.rtx.is_some());
        let fresh = self.random_source();
        let sender = self.senders.get_mut(id.0).ok_or(UnknownId)?;
        sender.set_parameters(now, parameters);
        if needs_rtx && sender.rtx_ssrc.is_none() {
            sender.rtx_ssrc = Some(fresh);
            sender.stats.rtx_ssrc = Some(fresh);
            self.sources.insert(fresh, id.0);
        }
        if sender.take_writable() {
            self.events.push(Event::Writable(id));
        }
        if sender.wants_to_send() {
            // A limit may have gone.
            self.parked.set(id.0, None);
            self.queue_media(id.0);
        }
        Ok(())
    }

    /// Notes what the encoder of a sender says of itself, for statistics.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn set_encoder_facts(
        &mut self,
        now: Instant,
        id: SenderId,
        facts: EncoderFacts,
    ) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let sender = self.senders.get_mut(id.0).ok_or(UnknownId)?;
        sender.set_encoder_facts(now, facts);
        Ok(())
    }

    /// The parameters of a sender.
    #[must_use]
    pub fn sender_parameters(&self, id: SenderId) -> Option<&SenderParameters> {
        self.senders.get(id.0).map(|sender| &sender.parameters)
    }

    /// The source of a sender and that of its retransmissions, to be signalled.
    #[must_use]
    pub fn sender_sources(&self, id: SenderId) -> Option<(Ssrc, Option<Ssrc>)> {
        self.senders
            .get(id.0)
            .map(|sender| (sender.ssrc, sender.rtx_ssrc))
    }

    /// Counts of one sender.
    #[must_use]
    pub fn sender_stats(&self, id: SenderId) -> Option<&SenderStats> {
        self.senders.get(id.0).map(|sender| &sender.stats)
    }

    fn random_source(&mut self) -> Ssrc {
        loop {
            let ssrc = Ssrc(self.rng.next_u32());
            let taken = self.sources.contains_key(&ssrc) || self.router.find(ssrc).is_some();
            if !taken && ssrc.0 != 0 && ssrc != self.own_source {
                return ssrc;
            }
        }
    }

    fn say_goodbye(&mut self, sender: &Sender) {
        if self.goodbyes.len() >= self.config.max_senders {
            self.goodbyes.pop_front();
        }
        self.goodbyes.push_back(sender.ssrc);
    }
}
