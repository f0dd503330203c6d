//! Closing: both sides reset their stream (RFC 8831, section 6.7).

use std::time::Instant;

use stonechat_sctp::{CloseReason as SctpReason, ResetError, StreamId};

use crate::channel::Control;
use crate::{ChannelId, Channels, CloseReason, Event, State};

impl Channels {
    /// Begins to close a channel.
    pub(crate) fn close_for(&mut self, now: Instant, id: ChannelId, reason: CloseReason) {
        let connected = self.connected;
        let Some(channel) = self.channel_mut(id) else {
            return;
        };
        if matches!(channel.state, State::Closing | State::Closed) {
            return;
        }
        channel.state = State::Closing;
        channel.reason = Some(reason);
        if channel.control == Some(Control::Open) || channel.stream.is_none() {
            // The peer never heard of it.
            return self.finish(id, reason);
        }
        channel.control = None;
        if reason == CloseReason::Remote {
            self.events.push_back(Event::Closing(id));
        }
        if connected {
            self.ask_reset(now, id);
            if reason != CloseReason::Remote {
                self.discard(now, id);
            }
        } else {
            self.finish(id, reason);
        }
    }

    /// Asks for a reset of our side.
    pub(crate) fn ask_reset(&mut self, now: Instant, id: ChannelId) {
        let Some(channel) = self.channel_mut(id) else {
            return;
        };
        if std::mem::replace(&mut channel.out_asked, true) {
            return;
        }
        let Some(stream) = channel.stream else { return };
        match self.association.reset_stream(now, StreamId(stream)) {
            Ok(()) => {}
            // It is for the stream's former channel, or a refusal: asked again after it.
            Err(ResetError::InProgress) => {
                if let Some(channel) = self.channel_mut(id) {
                    channel.out_asked = false;
                }
            }
            // Without resets there is nobody to agree with.
            Err(_) => {
                if let Some(channel) = self.channel_mut(id) {
                    channel.out_done = true;
                    channel.in_done = true;
                }
                self.advance(id);
            }
        }
    }

    /// Reads what nobody wants any more.
    fn discard(&mut self, now: Instant, id: ChannelId) {
        let Some(stream) = self.channel(id).and_then(|channel| channel.stream) else {
            return;
        };
        while self
            .streams
            .get(&stream)
            .is_some_and(|binding| binding.current == Some(id))
        {
            if self.association.recv(now, StreamId(stream)).is_none() {
                return;
            }
            self.stats.dropped_closing += 1;
            if self.association.has_events() {
                return self.association.notice_readable(StreamId(stream));
            }
        }
    }

    /// Resets our side of a stream that has no channel.
    pub(crate) fn refuse(&mut self, now: Instant, stream: u16) {
        let binding = self.streams.entry(stream).or_default();
        if binding.refused {
            return;
        }
        match self.association.reset_stream(now, StreamId(stream)) {
            Ok(()) => binding.refused = true,
            Err(ResetError::InProgress) => binding.refused_again = true,
            Err(_) => {}
        }
        self.tidy(stream);
    }

    pub(crate) fn on_incoming_reset(&mut self, now: Instant, stream: u16) {
        let current = self
            .streams
            .get(&stream)
            .and_then(|binding| binding.current);
        if let Some(id) = current {
            self.close_for(now, id, CloseReason::Remote);
        }
    }

    /// Everything before the peer's reset was read: the stream reads for another channel now.
    pub(crate) fn on_drained(&mut self, stream: u16) {
        let Some(binding) = self.streams.get_mut(&stream) else {
            return;
        };
        let Some(id) = binding.current.take() else {
            return;
        };
        binding.old.push_back(id);
        if let Some(channel) = self.channel_mut(id) {
            channel.in_done = true;
        }
        self.advance(id);
    }

    /// Our side is reset: that was for the oldest one who asked. Who could not ask meanwhile does
    /// so now.
    pub(crate) fn on_outgoing_reset(&mut self, now: Instant, stream: u16) {
        let Some(binding) = self.streams.get_mut(&stream) else {
            return;
        };
        binding.refused = false;
        let again = std::mem::take(&mut binding.refused_again);
        let users: Vec<ChannelId> = binding.old.iter().copied().chain(binding.current).collect();
        let asked = users.iter().copied().find(|id| {
            self.channel(*id)
                .is_some_and(|channel| channel.out_asked && !channel.out_done)
        });
        if let Some(id) = asked {
            if let Some(channel) = self.channel_mut(id) {
                channel.out_done = true;
            }
            self.advance(id);
        }
        let waits = users.into_iter().find(|id| {
            self.channel(*id)
                .is_some_and(|channel| channel.state == State::Closing && !channel.out_asked)
        });
        match waits {
            Some(id) => self.ask_reset(now, id),
            None if again => self.refuse(now, stream),
            None => {}
        }
        self.tidy(stream);
    }

    /// Ends a channel once both sides are reset.
    fn advance(&mut self, id: ChannelId) {
        let Some(channel) = self.channel(id) else {
            return;
        };
        if channel.in_done && channel.out_done {
            let reason = channel.reason.unwrap_or(CloseReason::Remote);
            self.finish(id, reason);
        }
    }

    /// Ends a channel; its id is free.
    pub(crate) fn finish(&mut self, id: ChannelId, reason: CloseReason) {
        self.forget_control(id);
        let Some(channel) = self.channel_mut(id) else {
            return;
        };
        if channel.state == State::Closed {
            return;
        }
        channel.state = State::Closed;
        let stream = channel.stream;
        // With the association gone, what is unread can be read until the event is taken.
        channel.control = None;
        let stream = stream.filter(|_| !self.ended);
        self.stats.closed += 1;
        self.events.push_back(Event::Closed(id, reason));
        if let Some(stream) = stream {
            if let Some(binding) = self.streams.get_mut(&stream) {
                if binding.current == Some(id) {
                    binding.current = None;
                }
                binding.old.retain(|other| *other != id);
            }
            self.tidy(stream);
        }
    }

    fn tidy(&mut self, stream: u16) {
        if let Some(binding) = self.streams.get(&stream) {
            let refused = binding.refused || binding.refused_again;
            if binding.current.is_none() && binding.old.is_empty() && !refused {
                self.streams.remove(&stream);
            }
        }
    }

    pub(crate) fn on_restarted(&mut self) {
        for id in self.ids() {
            self.finish(id, CloseReason::Restarted);
        }
        self.streams.clear();
    }

    pub(crate) fn on_association_closed(&mut self, reason: SctpReason) {
        self.ended = true;
        self.connected = false;
        let why = if reason == SctpReason::Shutdown {
            CloseReason::AssociationShutdown
        } else {
            CloseReason::AssociationFailed
        };
        for id in self.ids() {
            self.finish(id, why);
        }
        self.events.push_back(Event::AssociationClosed(reason));
    }
}
