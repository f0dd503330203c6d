//! Data channels as objects (webrtc-pc, section 6): states, buffered amounts, credit.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use stonechat_datachannel::Parameters;
use stonechat_sctp::Reliability;

use super::Session;
use super::call::ChannelInit;
use super::step::{Event, Step};
use super::task::Task;
use crate::data_channel::BinaryType;
use crate::error::{Error, ErrorDetail, ErrorDetailType, ErrorName};
use crate::fact::Fact;
use crate::id::ChannelId;
use crate::order::{MessageKind, Order};
use crate::rtp_parameters::Priority;
use crate::signaling::SectionKind;
use crate::state::{DataChannelState, SctpTransportState};

/// Closed channels of which the attributes can still be read; then the oldest is forgotten.
const REMEMBERED: usize = 64;

/// All data channels of a session and the SCTP transport under them.
#[derive(Debug, Default)]
pub(crate) struct ChannelObjects {
    channels: BTreeMap<ChannelId, ChannelObject>,
    /// Closed ones, the last to close at the end.
    remembered: VecDeque<(ChannelId, ChannelObject)>,
    made: u32,
    /// `None` until a section for data was negotiated.
    pub(crate) sctp: Option<SctpObject>,
    /// Whether a channel was ever made: the description then has a section for data.
    pub(crate) wanted: bool,
    pub(crate) opened: u32,
    pub(crate) closed: u32,
}

/// `RTCSctpTransport`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SctpObject {
    pub(crate) state: SctpTransportState,
    /// The largest message that may be sent, in octets; `u64::MAX` if any may.
    pub(crate) max_message_size: u64,
    pub(crate) max_channels: Option<u16>,
}

/// `RTCDataChannel`.
#[derive(Debug)]
pub(crate) struct ChannelObject {
    pub(crate) label: String,
    pub(crate) init: ChannelInit,
    pub(crate) state: DataChannelState,
    pub(crate) buffered_amount: u64,
    pub(crate) low_threshold: u64,
    pub(crate) binary_type: BinaryType,
    /// Whether the connection was told of it.
    is_ordered: bool,
}

impl ChannelObjects {
    /// A channel, also one of the last that closed.
    pub(crate) fn get(&self, channel: ChannelId) -> Option<&ChannelObject> {
        let closed = || {
            let mut all = self.remembered.iter().rev();
            all.find(|(id, _)| *id == channel).map(|(_, object)| object)
        };
        self.channels.get(&channel).or_else(closed)
    }

    fn get_mut(&mut self, channel: ChannelId) -> Option<&mut ChannelObject> {
        let Self {
            channels,
            remembered,
            ..
        } = self;
        channels.get_mut(&channel).or_else(|| {
            let mut all = remembered.iter_mut().rev();
            all.find(|(id, _)| *id == channel).map(|(_, object)| object)
        })
    }

    /// `[[DataChannels]]`, and those that are closing.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ChannelId, &ChannelObject)> {
        self.channels.iter().map(|(id, channel)| (*id, channel))
    }

    /// Those that live and those that are remembered.
    pub(crate) fn iter_with_closed(&self) -> impl Iterator<Item = (ChannelId, &ChannelObject)> {
        let ended = self.remembered.iter().map(|(id, channel)| (*id, channel));
        ended.chain(self.iter())
    }

    pub(super) fn set_low_threshold(
        &mut self,
        channel: ChannelId,
        octets: u64,
    ) -> Result<(), Error> {
        let channel = self.get_mut(channel).ok_or_else(no_such_channel)?;
        channel.low_threshold = octets;
        Ok(())
    }

    pub(super) fn set_binary_type(
        &mut self,
        channel: ChannelId,
        binary_type: BinaryType,
    ) -> Result<(), Error> {
        let channel = self.get_mut(channel).ok_or_else(no_such_channel)?;
        channel.binary_type = binary_type;
        Ok(())
    }

    /// A section for data was negotiated; messages of at most so many octets can be sent,
    /// `u64::MAX` if of any size.
    pub(crate) fn negotiated(&mut self, max_message_size: u64) {
        let sctp = self.sctp.get_or_insert(SctpObject {
            state: SctpTransportState::Connecting,
            max_message_size,
            max_channels: None,
        });
        sctp.max_message_size = max_message_size;
    }

    pub(super) fn close_all(&mut self) {
        for channel in self.channels.values_mut() {
            channel.state = DataChannelState::Closed;
        }
        if let Some(sctp) = &mut self.sctp {
            sctp.state = SctpTransportState::Closed;
        }
    }

    fn is_connected(&self) -> bool {
        self.sctp
            .is_some_and(|sctp| sctp.state == SctpTransportState::Connected)
    }

    fn uses_stream(&self, stream: u16) -> bool {
        self.iter()
            .any(|(_, channel)| channel.init.id == Some(stream))
    }

    /// The channel is closed: it uses no stream any more.
    fn forget(&mut self, channel: ChannelId) {
        if let Some(object) = self.channels.remove(&channel) {
            self.closed += 1;
            if self.remembered.len() >= REMEMBERED {
                self.remembered.pop_front();
            }
            self.remembered.push_back((channel, object));
        }
    }
}

impl Session {
    /// "Update the data max message size": `remote` is what the peer takes, `u64::MAX` if any.
    pub(crate) fn update_max_message_size(&mut self, remote: u64) {
        let ours = match self.config.max_send_size {
            0 => u64::MAX,
            octets => octets,
        };
        self.channels.negotiated(remote.min(ours));
    }

    /// The section for data was rejected: association and channels end.
    pub(crate) fn end_association(&mut self) {
        if let Some(sctp) = self.channels.sctp.take()
            && sctp.state != SctpTransportState::Closed
        {
            let closed = Event::SctpTransportStateChange(SctpTransportState::Closed);
            self.queue(Task::Fire(closed));
        }
        // All channels of before close; a later one asks for another section.
        self.channels.wanted = false;
        self.order(Order::EndAssociation);
    }

    pub(super) fn create_data_channel(
        &mut self,
        label: String,
        init: ChannelInit,
    ) -> Result<ChannelId, Error> {
        let id = self.check_channel(&label, &init)?;
        let channel = ChannelId(self.channels.made);
        self.channels.made += 1;
        self.channels.channels.insert(
            channel,
            ChannelObject {
                label,
                init: ChannelInit { id, ..init },
                state: DataChannelState::Connecting,
                buffered_amount: 0,
                low_threshold: 0,
                binary_type: BinaryType::default(),
                is_ordered: false,
            },
        );
        if !std::mem::replace(&mut self.channels.wanted, true) {
            self.update_negotiation_needed();
        }
        let sctp_state = self.channels.sctp.map(|sctp| sctp.state);
        if sctp_state == Some(SctpTransportState::Closed) {
            self.queue(Task::ChannelUnavailable(channel));
            return Ok(channel);
        }
        self.order_channel(channel);
        if sctp_state == Some(SctpTransportState::Connected) {
            self.queue(Task::ChannelOpen(channel));
        }
        Ok(channel)
    }

    /// Steps 5 to 19 of `createDataChannel()`: the id, if there is one already.
    fn check_channel(&self, label: &str, init: &ChannelInit) -> Result<Option<u16>, Error> {
        let type_error = |text: &str| Err(Error::new(ErrorName::TypeError, text));
        if label.len() > 65_535 {
            return type_error("the label takes at most 65,535 octets");
        }
        if init.protocol.len() > 65_535 {
            return type_error("the protocol takes at most 65,535 octets");
        }
        let id = init.id.filter(|_| init.negotiated);
        if init.negotiated && id.is_none() {
            return type_error("a negotiated channel needs an id");
        }
        if init.max_packet_life_time.is_some() && init.max_retransmits.is_some() {
            return type_error("choose one of max_packet_life_time and max_retransmits");
        }
        if id == Some(65_535) {
            return type_error("the id 65,535 is not available");
        }
        let failed = |text: &str| Err(Error::new(ErrorName::OperationError, text));
        let id = match id {
            Some(id) if self.channels.uses_stream(id) => return failed("the id is in use"),
            Some(id) => Some(id),
            None => match self.channel_role() {
                Some(role) => match self.free_stream(role) {
                    Some(id) => Some(id),
                    None => return failed("no id is left"),
                },
                None => None,
            },
        };
        let limit = self.channels.sctp.and_then(|sctp| sctp.max_channels);
        let is_beyond = limit.is_some_and(|limit| id.is_some_and(|id| id >= limit));
        if self.channels.is_connected() && is_beyond {
            return failed("the association has fewer channels than the id");
        }
        Ok(id)
    }

    /// The DTLS role of the transport of data, once it was negotiated.
    fn channel_role(&self) -> Option<stonechat_dtls::Role> {
        let sections = &self.signaling.sections;
        let section = sections
            .iter()
            .find(|section| section.kind == SectionKind::Data && !section.rejected)?;
        self.transports.get(section.transport?)?.dtls_role
    }

    /// The lowest free id of our parity (RFC 8832, section 6).
    fn free_stream(&self, role: stonechat_dtls::Role) -> Option<u16> {
        let first = match role {
            stonechat_dtls::Role::Client => 0,
            stonechat_dtls::Role::Server => 1,
        };
        let limit = self.channels.sctp.and_then(|sctp| sctp.max_channels);
        (first..limit.unwrap_or(65_535))
            .step_by(2)
            .find(|id| !self.channels.uses_stream(*id))
    }

    /// Descriptions decided the DTLS role: channels without an id get one.
    pub(crate) fn assign_channel_ids(&mut self) {
        let Some(role) = self.channel_role() else {
            return;
        };
        let waiting: Vec<_> = self
            .channels
            .iter()
            .filter(|(_, channel)| !channel.is_ordered)
            .filter(|(_, channel)| channel.state != DataChannelState::Closed)
            .map(|(id, _)| id)
            .collect();
        for channel in waiting {
            let stream = self.free_stream(role);
            let Some(object) = self.channels.channels.get_mut(&channel) else {
                continue;
            };
            if object.init.id.is_none() {
                object.init.id = stream;
            }
            if object.init.id.is_some() {
                self.order_channel(channel);
            } else {
                self.queue(Task::ChannelUnavailable(channel));
            }
        }
    }

    /// Tells the connection of a channel, once it has an id.
    fn order_channel(&mut self, channel: ChannelId) {
        let credit = self.config.message_credit;
        let Some(object) = self.channels.channels.get_mut(&channel) else {
            return;
        };
        let Some(stream) = object.init.id else {
            return;
        };
        if std::mem::replace(&mut object.is_ordered, true) {
            return;
        }
        let parameters = Box::new(object.parameters());
        self.order(Order::OpenChannel {
            channel,
            parameters,
            stream,
        });
        self.order(Order::GrantCredit {
            channel,
            octets: credit,
        });
    }

    pub(super) fn send(
        &mut self,
        channel: ChannelId,
        kind: MessageKind,
        data: Bytes,
    ) -> Result<(), Error> {
        let max_buffered = self.config.max_buffered_amount;
        let max_message = self
            .channels
            .sctp
            .map_or(u64::MAX, |sctp| sctp.max_message_size);
        let object = self.channels.get_mut(channel).ok_or_else(no_such_channel)?;
        if object.state != DataChannelState::Open {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "the channel is not open",
            ));
        }
        if kind == MessageKind::Text && std::str::from_utf8(&data).is_err() {
            return Err(Error::new(ErrorName::TypeError, "text has to be UTF-8"));
        }
        let octets = data.len() as u64;
        if octets > max_message {
            let text = format!("the peer takes messages of at most {max_message} octets");
            return Err(Error::new(ErrorName::TypeError, text));
        }
        // What is alone may be larger than the limit, so that any message can be sent.
        if object.buffered_amount > 0 && object.buffered_amount + octets > max_buffered {
            return Err(Error::new(
                ErrorName::OperationError,
                "the send buffer is full; wait for bufferedamountlow",
            ));
        }
        object.buffered_amount += octets;
        self.order(Order::SendMessage {
            channel,
            kind,
            data,
        });
        Ok(())
    }

    /// `close()`: what was sent is delivered first.
    pub(super) fn close_channel(&mut self, channel: ChannelId) -> Result<(), Error> {
        let object = self.channels.get_mut(channel).ok_or_else(no_such_channel)?;
        if matches!(
            object.state,
            DataChannelState::Connecting | DataChannelState::Open
        ) {
            object.state = DataChannelState::Closing;
            if object.is_ordered {
                self.order(Order::CloseChannel { channel });
            } else {
                // Nothing is below it that would have to be closed.
                self.queue(Task::Fact(Fact::ChannelClosed {
                    channel,
                    error: None,
                }));
            }
        }
        Ok(())
    }

    pub(super) fn on_channel_fact(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::AssociationConnected { max_channels } => {
                self.on_association_connected(max_channels, step);
            }
            Fact::AssociationClosed { .. } => self.set_sctp_state(SctpTransportState::Closed, step),
            Fact::ChannelAnnounced {
                channel,
                parameters,
                stream,
            } => {
                self.on_announced(channel, &parameters, stream, step);
            }
            Fact::ChannelOpen { channel, .. } => self.announce_open(channel, step),
            Fact::Message {
                channel,
                kind,
                data,
            } => self.on_message(channel, kind, data, step),
            Fact::Sent { channel, octets } => self.on_sent(channel, octets, step),
            Fact::ChannelClosing { channel } => self.on_closing(channel, step),
            Fact::ChannelClosed { channel, error } => self.on_closed(channel, error, step),
            _ => {}
        }
    }

    fn set_sctp_state(&mut self, state: SctpTransportState, step: &mut Step) {
        if let Some(sctp) = &mut self.channels.sctp
            && sctp.state != state
        {
            sctp.state = state;
            step.fire.push(Event::SctpTransportStateChange(state));
        }
    }

    /// "RTCSctpTransport connected": the channels open in tasks of their own behind this one.
    fn on_association_connected(&mut self, max_channels: u16, step: &mut Step) {
        let Some(sctp) = &mut self.channels.sctp else {
            return;
        };
        sctp.max_channels = Some(max_channels);
        self.assign_channel_ids();
        let mut tasks = Vec::new();
        for (channel, object) in self.channels.iter() {
            if object.state != DataChannelState::Connecting {
                continue;
            }
            tasks.push(match object.init.id {
                Some(id) if id < max_channels => Task::ChannelOpen(channel),
                _ => Task::ChannelUnavailable(channel),
            });
        }
        // Before what arrived since: a message finds its channel open.
        for task in tasks.into_iter().rev() {
            self.queue_next(task);
        }
        self.set_sctp_state(SctpTransportState::Connected, step);
    }

    /// "Announce the data channel as open".
    pub(super) fn announce_open(&mut self, channel: ChannelId, step: &mut Step) {
        let Some(object) = self.channels.channels.get_mut(&channel) else {
            return;
        };
        if object.state == DataChannelState::Connecting {
            object.state = DataChannelState::Open;
            self.channels.opened += 1;
            step.fire.push(Event::ChannelOpen(channel));
        }
    }

    /// The peer opened a channel: `open` fires in a task of its own behind `datachannel`.
    fn on_announced(
        &mut self,
        channel: ChannelId,
        parameters: &Parameters,
        stream: u16,
        step: &mut Step,
    ) {
        self.channels.channels.insert(
            channel,
            ChannelObject {
                label: parameters.label.clone(),
                init: announced_init(parameters, stream),
                state: DataChannelState::Open,
                buffered_amount: 0,
                low_threshold: 0,
                binary_type: BinaryType::default(),
                is_ordered: true,
            },
        );
        self.channels.opened += 1;
        self.order(Order::GrantCredit {
            channel,
            octets: self.config.message_credit,
        });
        step.fire.push(Event::DataChannel(channel));
        self.queue_next(Task::AnnouncedOpen(channel));
    }

    /// `open` of a channel that the peer opened, unless `datachannel` closed it.
    pub(super) fn announced_open(&self, channel: ChannelId, step: &mut Step) {
        let is_open = |object: &ChannelObject| object.state == DataChannelState::Open;
        if self.channels.get(channel).is_some_and(is_open) {
            step.fire.push(Event::ChannelOpen(channel));
        }
    }

    fn on_message(&self, channel: ChannelId, kind: MessageKind, data: Bytes, step: &mut Step) {
        let Some(object) = self.channels.channels.get(&channel) else {
            return;
        };
        let octets = data.len().max(1) as u64;
        // What comes after close() is discarded; what came before the peer closed was queued before.
        if object.state == DataChannelState::Open {
            step.fire.push(Event::ChannelMessage {
                channel,
                kind,
                data,
            });
        }
        step.returned.push((channel, octets));
    }

    fn on_sent(&mut self, channel: ChannelId, octets: u64, step: &mut Step) {
        let Some(object) = self.channels.channels.get_mut(&channel) else {
            return;
        };
        let before = object.buffered_amount;
        object.buffered_amount = before.saturating_sub(octets);
        step.drained.push(channel);
        if before > object.low_threshold && object.buffered_amount <= object.low_threshold {
            step.fire.push(Event::ChannelBufferedAmountLow(channel));
        }
    }

    /// The closing procedure, begun by the peer.
    fn on_closing(&mut self, channel: ChannelId, step: &mut Step) {
        let Some(object) = self.channels.channels.get_mut(&channel) else {
            return;
        };
        if matches!(
            object.state,
            DataChannelState::Connecting | DataChannelState::Open
        ) {
            object.state = DataChannelState::Closing;
            step.fire.push(Event::ChannelClosing(channel));
        }
    }

    /// "Announce the data channel as closed".
    fn on_closed(&mut self, channel: ChannelId, error: Option<Error>, step: &mut Step) {
        let Some(object) = self.channels.channels.get_mut(&channel) else {
            return;
        };
        if object.state != DataChannelState::Closed {
            object.state = DataChannelState::Closed;
            if let Some(error) = error {
                step.fire.push(Event::ChannelError(channel, error));
            }
            step.fire.push(Event::ChannelClose(channel));
        }
        self.channels.forget(channel);
        while self.channels.remembered.len() > self.config.closed_channels {
            self.channels.remembered.pop_front();
        }
    }

    /// "Unable to create an RTCDataChannel".
    pub(super) fn channel_unavailable(&mut self, channel: ChannelId, step: &mut Step) {
        let Some(object) = self.channels.channels.get(&channel) else {
            return;
        };
        if object.is_ordered {
            self.order(Order::CloseChannel { channel });
        }
        let detail = ErrorDetail {
            error_detail: ErrorDetailType::DataChannelFailure,
            ..ErrorDetail::default()
        };
        let text = "the association has no stream for the channel";
        self.on_closed(channel, Some(Error::rtc(detail, text)), step);
    }
}

impl ChannelObject {
    fn parameters(&self) -> Parameters {
        let reliability = match (self.init.max_packet_life_time, self.init.max_retransmits) {
            (Some(ms), _) => Reliability::MaxLifetime(Duration::from_millis(u64::from(ms))),
            (None, Some(count)) => Reliability::MaxRetransmits(count),
            (None, None) => Reliability::Reliable,
        };
        let mut parameters = Parameters::labelled(&self.label);
        parameters.protocol.clone_from(&self.init.protocol);
        parameters.ordered = self.init.ordered;
        parameters.reliability = reliability;
        parameters.priority = self.init.priority.to_dcep();
        parameters.negotiated = self.init.id.filter(|_| self.init.negotiated);
        parameters
    }
}

fn announced_init(parameters: &Parameters, stream: u16) -> ChannelInit {
    let (life_time, retransmits) = match parameters.reliability {
        Reliability::MaxLifetime(time) => {
            let ms = u16::try_from(time.as_millis()).unwrap_or(u16::MAX);
            (Some(ms), None)
        }
        Reliability::MaxRetransmits(count) => (None, Some(count)),
        Reliability::Reliable => (None, None),
    };
    ChannelInit {
        ordered: parameters.ordered,
        max_packet_life_time: life_time,
        max_retransmits: retransmits,
        protocol: parameters.protocol.clone(),
        negotiated: false,
        id: Some(stream),
        priority: Priority::from_dcep(parameters.priority),
    }
}

fn no_such_channel() -> Error {
    Error::new(ErrorName::InvalidStateError, "the channel is closed")
}
