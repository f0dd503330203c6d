use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use stonechat_sansio::{Env, Frame};
use stonechat_sctp::{Association, Event as SctpEvent, Message as SctpMessage, Ppid, Reliability};
use stonechat_sctp::{SendError as SctpSendError, StreamId};

use crate::channel::{Channel, Control};
use crate::{
    ChannelId, ChannelStats, CloseReason, Config, Dcep, Event, Kind, Message, Open, OpenError,
    Parameters, Payload, Role, SendError, State, Stats,
};

/// Payload protocol identifiers (RFC 8831, section 8, and RFC 8832, section 8.1).
const DCEP: Ppid = Ppid(50);
const TEXT: Ppid = Ppid(51);
const BINARY: Ppid = Ppid(53);
const TEXT_EMPTY: Ppid = Ppid(56);
const BINARY_EMPTY: Ppid = Ppid(57);

/// All data channels of one association.
///
/// The crate's front page has the loop that drives it and the rules that it keeps.
#[derive(Debug)]
pub struct Channels {
    pub(crate) association: Association,
    pub(crate) max_channels: usize,
    pub(crate) role: Option<Role>,
    pub(crate) connected: bool,
    pub(crate) ended: bool,
    /// The peer's limit of messages; 0 is none.
    remote_max: u64,
    slots: Vec<(u32, Option<Channel>)>,
    free: Vec<u32>,
    pub(crate) streams: BTreeMap<u16, Binding>,
    pub(crate) events: VecDeque<Event>,
    /// Channels with a DCEP message to send.
    control: BTreeSet<ChannelId>,
    /// Channels whose buffered amount is above the threshold.
    above: BTreeSet<ChannelId>,
    pub(crate) stats: Stats,
    /// The counters of the channel whose end was polled last.
    last_closed: Option<(ChannelId, ChannelStats)>,
}

/// Who uses a stream id.
#[derive(Debug, Default)]
pub(crate) struct Binding {
    /// The channel that reads it.
    pub(crate) current: Option<ChannelId>,
    /// Channels that have read their last and wait for our side to be reset, oldest first.
    pub(crate) old: VecDeque<ChannelId>,
    /// Refused: our side is being reset without a channel.
    pub(crate) refused: bool,
    /// Refused while a reset for a channel was under way: to be reset once more after it.
    pub(crate) refused_again: bool,
}

impl Channels {
    /// No channels yet, and an association that waits for [`start`](Self::start).
    #[must_use]
    pub fn new(config: Config, env: &Env, now: Instant) -> Self {
        Self {
            association: Association::new(config.sctp, &env.child("datachannel"), now),
            max_channels: config.max_channels.clamp(1, 65_535),
            role: None,
            connected: false,
            ended: false,
            remote_max: 0,
            slots: Vec::new(),
            free: Vec::new(),
            streams: BTreeMap::new(),
            events: VecDeque::new(),
            control: BTreeSet::new(),
            above: BTreeSet::new(),
            stats: Stats::default(),
            last_closed: None,
        }
    }

    /// DTLS is connected in this role: ids are assigned and the association connects. Without
    /// effect after the first call.
    pub fn start(&mut self, now: Instant, role: Role) {
        if self.role.is_some() || self.ended {
            return;
        }
        self.role = Some(role);
        for id in self.ids() {
            let waits =
                |channel: &Channel| channel.state == State::Connecting && channel.stream.is_none();
            if self.channel(id).is_some_and(waits) {
                self.assign(id);
            }
        }
        self.association.connect(now);
        self.settle(now);
    }

    /// Takes an SCTP packet in.
    pub fn handle_packet(&mut self, now: Instant, packet: BytesMut) {
        self.association.handle_packet(now, packet);
        self.settle(now);
    }

    /// Lets the timers that are due run out.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.association.handle_timeout(now);
        self.settle(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.association.poll_timeout()
    }

    /// Writes the next packet that is due into `out`, or returns `None` and leaves it as it was.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        let written = self.association.poll_transmit(now, out);
        if written.is_none() || self.association.has_events() {
            self.settle(now);
        }
        written
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        match &event {
            Event::Readable(id) => {
                if let Some(channel) = self.channel_mut(*id) {
                    channel.readable_queued = false;
                }
            }
            Event::BufferedAmountLow(id) => {
                if let Some(channel) = self.channel_mut(*id) {
                    channel.low_queued = false;
                }
            }
            Event::Closed(id, _) => {
                self.last_closed = self.channel_stats(*id).map(|stats| (*id, stats));
                self.forget(*id);
            }
            _ => {}
        }
        Some(event)
    }

    /// Opens a channel. May be called before [`start`](Self::start). A negotiated channel is open
    /// with the association, another once the peer has acknowledged it; [`Event::Open`] follows.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; nothing was opened.
    ///
    /// # Limits
    ///
    /// [`Config::max_channels`].
    pub fn open(&mut self, now: Instant, parameters: Parameters) -> Result<ChannelId, OpenError> {
        if self.ended {
            return Err(OpenError::Closed);
        }
        if parameters.label.len() > 65_535 || parameters.protocol.len() > 65_535 {
            return Err(OpenError::TextTooLong);
        }
        if self.len() >= self.max_channels {
            return Err(OpenError::TooMany);
        }
        let stream = match (parameters.negotiated, self.role) {
            (Some(id), _) => {
                if id == u16::MAX || (self.connected && id >= self.stream_limit()) {
                    return Err(OpenError::InvalidId);
                }
                if self.streams.contains_key(&id) {
                    return Err(OpenError::IdInUse);
                }
                Some(id)
            }
            (None, Some(role)) => Some(self.free_stream(role).ok_or(OpenError::TooMany)?),
            (None, None) => None,
        };
        let id = self.insert(Channel::new(parameters, stream));
        if let Some(stream) = stream {
            self.bind(id, stream);
        }
        self.settle(now);
        Ok(id)
    }

    /// Opens a channel, as [`open`](Self::open), on a stream that the caller chose by the rules of
    /// RFC 8832, section 6: even ids for the DTLS client, odd ones for the server.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; nothing was opened.
    ///
    /// # Limits
    ///
    /// [`Config::max_channels`].
    pub fn open_on(
        &mut self,
        now: Instant,
        parameters: Parameters,
        stream: u16,
    ) -> Result<ChannelId, OpenError> {
        if self.ended {
            return Err(OpenError::Closed);
        }
        if parameters.label.len() > 65_535 || parameters.protocol.len() > 65_535 {
            return Err(OpenError::TextTooLong);
        }
        if self.len() >= self.max_channels {
            return Err(OpenError::TooMany);
        }
        if stream == u16::MAX || (self.connected && stream >= self.stream_limit()) {
            return Err(OpenError::InvalidId);
        }
        if self.streams.contains_key(&stream) {
            return Err(OpenError::IdInUse);
        }
        let id = self.insert(Channel::new(parameters, Some(stream)));
        self.bind(id, stream);
        self.settle(now);
        Ok(id)
    }

    /// Queues a message.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was taken.
    pub fn send(&mut self, now: Instant, id: ChannelId, payload: Payload) -> Result<(), SendError> {
        let (octets, ppid) = match payload {
            Payload::Text(octets) if octets.is_empty() => (octets, TEXT_EMPTY),
            Payload::Text(octets) => (octets, TEXT),
            Payload::Binary(octets) if octets.is_empty() => (octets, BINARY_EMPTY),
            Payload::Binary(octets) => (octets, BINARY),
        };
        let max = self.send_limit();
        let connected = self.connected;
        let channel = self.channel(id).ok_or(SendError::NotOpen)?;
        let usable = connected
            && channel.control != Some(Control::Open)
            && matches!(channel.state, State::Open | State::Connecting);
        let stream = channel
            .stream
            .filter(|_| usable)
            .ok_or(SendError::NotOpen)?;
        let len = octets.len() as u64;
        if len > max {
            return Err(SendError::TooLarge { max });
        }
        //= https://www.rfc-editor.org/rfc/rfc8832#section-6
        //# However, before the DATA_CHANNEL_ACK message or any other
        //# message has been received on a data channel, all other messages
        //# containing user data and belonging to this data channel MUST be sent
        //# ordered, no matter whether the data channel is ordered or not.
        let ordered = channel.parameters.ordered || !channel.confirmed;
        let reliability = channel.parameters.reliability;
        let payload = if octets.is_empty() {
            Bytes::from_static(&[0])
        } else {
            octets
        };
        let message = SctpMessage {
            ppid,
            payload,
            ordered,
            reliability,
        };
        let sent = self.association.send(now, StreamId(stream), message);
        sent.map_err(|error| match error {
            SctpSendError::Blocked => SendError::Blocked,
            SctpSendError::TooLarge { max } => SendError::TooLarge { max: max as u64 },
            _ => SendError::NotOpen,
        })?;
        if let Some(channel) = self.channel_mut(id) {
            channel.stats.messages_sent += 1;
            channel.stats.bytes_sent += len;
        }
        self.watch(id);
        Ok(())
    }

    /// The next message of a channel. What is read opens the window for the peer.
    pub fn recv(&mut self, now: Instant, id: ChannelId) -> Option<Message> {
        loop {
            let stream = self.channel(id)?.stream?;
            if self.streams.get(&stream)?.current != Some(id) {
                return None;
            }
            let received = self.association.recv(now, StreamId(stream))?;
            let message = match received.ppid {
                DCEP => {
                    self.on_control(now, stream, &received.data.into_bytes());
                    None
                }
                TEXT | TEXT_EMPTY => Some((Kind::Text, received.ppid == TEXT_EMPTY, received.data)),
                BINARY | BINARY_EMPTY => {
                    Some((Kind::Binary, received.ppid == BINARY_EMPTY, received.data))
                }
                _ => {
                    self.stats.dropped_unsupported += 1;
                    self.close_for(now, id, CloseReason::Protocol);
                    None
                }
            };
            if let Some((kind, empty, data)) = message {
                let data = if empty { Bytes::new().into() } else { data };
                if let Some(channel) = self.channel_mut(id) {
                    channel.stats.messages_received += 1;
                    channel.stats.bytes_received += data.len() as u64;
                }
                self.settle(now);
                return Some(Message { kind, data });
            }
            self.settle(now);
        }
    }

    /// Closes a channel: what was sent is still delivered, what comes is dropped.
    /// [`Event::Closed`] follows. Without effect on a channel that is closing or unknown.
    ///
    /// # Spec
    ///
    /// RFC 8831, section 6.7.
    pub fn close(&mut self, now: Instant, id: ChannelId) {
        self.close_for(now, id, CloseReason::Local);
        self.settle(now);
    }

    /// Ends the association once everything queued was delivered.
    pub fn shutdown(&mut self, now: Instant) {
        self.association.shutdown(now);
        self.settle(now);
    }

    /// Says that the way to the peer works again after an outage: nothing waits for doubled
    /// timeouts any more.
    pub fn path_restored(&mut self, now: Instant) {
        self.association.path_restored(now);
        self.settle(now);
    }

    /// Says that packets are marked otherwise from now on: congestion control begins anew.
    pub fn reset_congestion(&mut self, now: Instant) {
        self.association.reset_congestion(now);
        self.settle(now);
    }

    /// Ends the association at once and tells the peer `reason`.
    pub fn abort(&mut self, now: Instant, reason: &str) {
        self.association.abort(now, reason);
        self.settle(now);
    }

    /// Event [`BufferedAmountLow`](Event::BufferedAmountLow) comes when the buffered amount falls
    /// from above this number of octets to it or below. Default: 0.
    pub fn set_buffered_amount_low_threshold(&mut self, id: ChannelId, threshold: u64) {
        if let Some(channel) = self.channel_mut(id) {
            channel.low_threshold = threshold;
        }
        self.watch(id);
    }

    /// The largest message that the peer takes, as it says in SDP (RFC 8841, section 6); 0 is
    /// without limit.
    pub fn set_max_message_size(&mut self, octets: u64) {
        self.remote_max = octets;
    }

    /// Bounds what is sent to so many bits a second; `None` leaves it to congestion control.
    pub fn set_send_limit(&mut self, now: Instant, bits_per_second: Option<u64>) {
        self.association.set_send_limit(now, bits_per_second);
    }

    /// Payload octets that were queued and not yet sent for the first time.
    #[must_use]
    pub fn buffered_amount(&self, id: ChannelId) -> u64 {
        let stream = self.channel(id).and_then(|channel| channel.stream);
        stream.map_or(0, |stream| {
            self.association.buffered_amount(StreamId(stream)) as u64
        })
    }

    /// The stream id of a channel, once it has one.
    #[must_use]
    pub fn stream_id(&self, id: ChannelId) -> Option<u16> {
        self.channel(id)?.stream
    }

    /// What a channel is; `None` if it is not known (any more).
    #[must_use]
    pub fn parameters(&self, id: ChannelId) -> Option<&Parameters> {
        self.channel(id).map(|channel| &channel.parameters)
    }

    /// Where a channel stands; closed if it is not known.
    #[must_use]
    pub fn state(&self, id: ChannelId) -> State {
        self.channel(id)
            .map_or(State::Closed, |channel| channel.state)
    }

    /// Counters of a channel; of one that closed until the end of another is polled.
    #[must_use]
    pub fn channel_stats(&self, id: ChannelId) -> Option<ChannelStats> {
        let closed = self.last_closed.filter(|(closed, _)| *closed == id);
        let living = self.channel(id).map(|channel| channel.stats);
        living.or_else(|| closed.map(|(_, stats)| stats))
    }

    /// Counters of all channels.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// The association, for its state and statistics.
    #[must_use]
    pub fn association(&self) -> &Association {
        &self.association
    }

    /// The largest message that can be sent.
    #[must_use]
    pub fn send_limit(&self) -> u64 {
        let ours = self.association.config().max_message_size as u64;
        if self.remote_max == 0 {
            ours
        } else {
            ours.min(self.remote_max)
        }
    }

    /// Channels there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(crate) fn ids(&self) -> Vec<ChannelId> {
        let used = self
            .slots
            .iter()
            .zip(0..)
            .filter(|((_, channel), _)| channel.is_some());
        used.map(|((generation, _), slot)| ChannelId {
            slot,
            generation: *generation,
        })
        .collect()
    }

    pub(crate) fn channel(&self, id: ChannelId) -> Option<&Channel> {
        let (generation, channel) = self.slots.get(id.slot as usize)?;
        channel.as_ref().filter(|_| *generation == id.generation)
    }

    pub(crate) fn channel_mut(&mut self, id: ChannelId) -> Option<&mut Channel> {
        let (generation, channel) = self.slots.get_mut(id.slot as usize)?;
        channel.as_mut().filter(|_| *generation == id.generation)
    }

    fn insert(&mut self, channel: Channel) -> ChannelId {
        self.stats.opened += 1;
        if let Some(slot) = self.free.pop()
            && let Some((generation, place)) = self.slots.get_mut(slot as usize)
        {
            *place = Some(channel);
            return ChannelId {
                slot,
                generation: *generation,
            };
        }
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push((0, Some(channel)));
        ChannelId {
            slot,
            generation: 0,
        }
    }

    /// The event of its end was taken: the slot is free.
    fn forget(&mut self, id: ChannelId) {
        if let Some((generation, channel)) = self.slots.get_mut(id.slot as usize)
            && *generation == id.generation
            && channel.take().is_some()
        {
            *generation = generation.wrapping_add(1);
            self.free.push(id.slot);
        }
    }

    /// Stream ids that both directions have.
    pub(crate) fn stream_limit(&self) -> u16 {
        let association = &self.association;
        association
            .outbound_streams()
            .min(association.inbound_streams())
    }

    /// The lowest free id of our parity.
    fn free_stream(&self, role: Role) -> Option<u16> {
        let limit = self.stream_limit();
        (role.first_id()..limit)
            .step_by(2)
            .find(|id| !self.streams.contains_key(id))
    }

    /// Gives a channel that waited for the role its id.
    fn assign(&mut self, id: ChannelId) {
        match self.role.and_then(|role| self.free_stream(role)) {
            Some(stream) => self.bind(id, stream),
            None => self.finish(id, CloseReason::NoStream),
        }
    }

    fn bind(&mut self, id: ChannelId, stream: u16) {
        self.streams.entry(stream).or_default().current = Some(id);
        let connected = self.connected;
        let Some(channel) = self.channel_mut(id) else {
            return;
        };
        channel.stream = Some(stream);
        let priority = channel.parameters.priority;
        if channel.parameters.negotiated.is_some() {
            // Nothing is to be confirmed: both sides agreed elsewhere.
            channel.confirmed = true;
            if connected {
                self.on_confirmed(id);
            }
        } else {
            channel.control = Some(Control::Open);
            self.control.insert(id);
        }
        self.association.set_priority(StreamId(stream), priority);
    }

    /// The channel is there on both sides.
    fn on_confirmed(&mut self, id: ChannelId) {
        let Some(channel) = self.channel_mut(id) else {
            return;
        };
        channel.confirmed = true;
        if channel.state == State::Connecting {
            channel.state = State::Open;
            self.events.push_back(Event::Open(id));
        }
    }

    /// Routes what the association has to say, sends what is owed. Every step consumes something.
    pub(crate) fn settle(&mut self, now: Instant) {
        loop {
            while let Some(event) = self.association.poll_event() {
                self.on_event(now, event);
            }
            self.flush_control(now);
            if !self.association.has_events() {
                break;
            }
        }
        self.report_low();
    }

    fn on_event(&mut self, now: Instant, event: SctpEvent) {
        match event {
            SctpEvent::Connected => self.on_connected(now),
            SctpEvent::Restarted => self.on_restarted(),
            SctpEvent::Readable(stream) => self.on_readable(now, stream.0),
            SctpEvent::Writable(stream) => {
                let binding = self.streams.get(&stream.0);
                let Some(id) = binding.and_then(|binding| binding.current) else {
                    return;
                };
                let wanted = |channel: &Channel| channel.control.is_none();
                if self.channel(id).is_some_and(wanted) && self.state(id) == State::Open {
                    self.events.push_back(Event::Writable(id));
                }
            }
            SctpEvent::MessageTooLarge(stream) => {
                let binding = self.streams.get(&stream.0);
                match binding.and_then(|binding| binding.current) {
                    Some(id) => self.close_for(now, id, CloseReason::MessageTooLarge),
                    None => self.refuse(now, stream.0),
                }
            }
            SctpEvent::IncomingReset(stream) => self.on_incoming_reset(now, stream.0),
            SctpEvent::Drained(stream) => self.on_drained(stream.0),
            SctpEvent::OutgoingResetDone(stream) | SctpEvent::OutgoingResetDenied(stream) => {
                self.on_outgoing_reset(now, stream.0);
            }
            SctpEvent::Closed(reason) => self.on_association_closed(reason),
            _ => {}
        }
    }

    fn on_connected(&mut self, now: Instant) {
        self.connected = true;
        self.events.push_back(Event::Connected);
        let limit = self.stream_limit();
        for id in self.ids() {
            let Some(channel) = self.channel(id) else {
                continue;
            };
            if channel.state == State::Closing {
                self.ask_reset(now, id);
            } else if channel.stream.is_some_and(|stream| stream >= limit) {
                self.finish(id, CloseReason::NoStream);
            } else if channel.parameters.negotiated.is_some() {
                self.on_confirmed(id);
            }
        }
    }

    fn on_readable(&mut self, now: Instant, stream: u16) {
        while let Some(ppid) = self.association.peek(StreamId(stream)) {
            let current = self
                .streams
                .get(&stream)
                .and_then(|binding| binding.current);
            let closing = current.is_some_and(|id| {
                self.channel(id).is_none_or(|channel| {
                    channel.state == State::Closing && channel.reason != Some(CloseReason::Remote)
                })
            });
            if ppid != DCEP
                && !closing
                && let Some(id) = current
            {
                // Any message says that the peer has the channel (RFC 8832, section 6).
                self.on_confirmed(id);
                return self.announce_readable(id);
            }
            let Some(received) = self.association.recv(now, StreamId(stream)) else {
                return;
            };
            if ppid == DCEP && !closing {
                self.on_control(now, stream, &received.data.into_bytes());
            } else if closing {
                self.stats.dropped_closing += 1;
            } else {
                self.stats.dropped_no_channel += 1;
                self.refuse(now, stream);
            }
            if self.association.has_events() {
                // The stream may have come to an end here: the next message is another channel's.
                return self.resume(stream);
            }
        }
    }

    /// Goes on reading a stream after the events that came in between.
    fn resume(&mut self, stream: u16) {
        self.association.notice_readable(StreamId(stream));
    }

    fn announce_readable(&mut self, id: ChannelId) {
        let Some(channel) = self.channel_mut(id) else {
            return;
        };
        if !std::mem::replace(&mut channel.readable_queued, true) {
            self.events.push_back(Event::Readable(id));
        }
    }

    /// Takes a DCEP message in.
    fn on_control(&mut self, now: Instant, stream: u16, octets: &[u8]) {
        let current = self
            .streams
            .get(&stream)
            .and_then(|binding| binding.current);
        match (Dcep::parse(octets), current) {
            (Ok(Dcep::Open(open)), None) => self.on_open(now, stream, open),
            (Ok(Dcep::Open(_)), Some(id)) => {
                self.stats.double_open += 1;
                self.close_for(now, id, CloseReason::Protocol);
            }
            (Ok(Dcep::Ack), Some(id)) => {
                if self.channel(id).is_some_and(|channel| channel.confirmed) {
                    self.stats.dropped_control += 1;
                }
                self.on_confirmed(id);
            }
            (Ok(Dcep::Ack), None) => {
                self.stats.dropped_control += 1;
                self.refuse(now, stream);
            }
            (Err(_), Some(_)) => self.stats.dropped_control += 1,
            (Err(error), None) => {
                tracing::debug!(%error, "refused an OPEN");
                self.stats.refused_malformed += 1;
                self.refuse(now, stream);
            }
        }
    }

    fn on_open(&mut self, now: Instant, stream: u16, open: Open) {
        if stream == u16::MAX || self.role.is_some_and(|role| role.owns(stream)) {
            self.stats.refused_parity += 1;
            return self.refuse(now, stream);
        }
        if self.len() >= self.max_channels || stream >= self.stream_limit() {
            self.stats.refused_limit += 1;
            return self.refuse(now, stream);
        }
        let Open {
            label,
            protocol,
            ordered,
            reliability,
            priority,
        } = open;
        let parameters = Parameters {
            label,
            protocol,
            ordered,
            reliability,
            priority,
            negotiated: None,
        };
        let mut channel = Channel::new(parameters, Some(stream));
        channel.state = State::Open;
        channel.confirmed = true;
        channel.control = Some(Control::Ack);
        let id = self.insert(channel);
        self.streams.entry(stream).or_default().current = Some(id);
        self.association.set_priority(StreamId(stream), priority);
        self.control.insert(id);
        self.events.push_back(Event::Announced(id));
    }

    /// Sends DCEP messages that are owed, as far as the send buffer allows.
    fn flush_control(&mut self, now: Instant) {
        if !self.connected || self.control.is_empty() {
            return;
        }
        for id in self.control.iter().copied().collect::<Vec<_>>() {
            let Some(channel) = self.channel(id) else {
                self.control.remove(&id);
                continue;
            };
            let (Some(stream), Some(control)) = (channel.stream, channel.control) else {
                self.control.remove(&id);
                continue;
            };
            let dcep = match control {
                Control::Ack => Dcep::Ack,
                Control::Open => Dcep::Open(Open {
                    label: channel.parameters.label.clone(),
                    protocol: channel.parameters.protocol.clone(),
                    ordered: channel.parameters.ordered,
                    reliability: channel.parameters.reliability,
                    priority: channel.parameters.priority,
                }),
            };
            let payload = Bytes::from(dcep.encoded());
            let reliability = Reliability::Reliable;
            let message = SctpMessage {
                ppid: DCEP,
                payload,
                ordered: true,
                reliability,
            };
            match self.association.send(now, StreamId(stream), message) {
                Ok(()) => {}
                // The event of either lets it be tried again.
                Err(SctpSendError::Blocked | SctpSendError::Resetting) => continue,
                Err(_) => self.close_for(now, id, CloseReason::NoStream),
            }
            self.control.remove(&id);
            if let Some(channel) = self.channel_mut(id) {
                channel.control = None;
            }
        }
    }

    /// Notes whether the buffered amount is above the threshold.
    fn watch(&mut self, id: ChannelId) {
        let buffered = self.buffered_amount(id);
        let Some(channel) = self.channel_mut(id) else {
            return;
        };
        if buffered > channel.low_threshold {
            channel.above = true;
            self.above.insert(id);
        }
    }

    fn report_low(&mut self) {
        if self.above.is_empty() {
            return;
        }
        for id in self.above.iter().copied().collect::<Vec<_>>() {
            let buffered = self.buffered_amount(id);
            let Some(channel) = self.channel_mut(id) else {
                self.above.remove(&id);
                continue;
            };
            if buffered <= channel.low_threshold {
                channel.above = false;
                if !std::mem::replace(&mut channel.low_queued, true) {
                    self.events.push_back(Event::BufferedAmountLow(id));
                }
                self.above.remove(&id);
            }
        }
    }

    pub(crate) fn forget_control(&mut self, id: ChannelId) {
        self.control.remove(&id);
        self.above.remove(&id);
    }
}
