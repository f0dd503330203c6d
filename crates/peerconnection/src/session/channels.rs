//! Data channels as objects (webrtc-pc, section 6): states, buffered amounts, credit.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use stonechat_datachannel::Parameters;
use stonechat_sctp::Reliability;

use super::Session;
use super::call::ChannelInit;
use super::step::{Event, Step};
use super::task::Task;
use crate::error::{Error, ErrorName};
use crate::fact::Fact;
use crate::id::ChannelId;
use crate::order::{MessageKind, Order};
use crate::state::{DataChannelState, SctpTransportState};

/// All data channels of a session and the SCTP transport under them.
#[derive(Debug, Default)]
pub(crate) struct ChannelObjects {
    channels: BTreeMap<ChannelId, ChannelObject>,
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
    /// The largest message that may be sent, in octets.
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
}

impl ChannelObjects {
    pub(crate) fn get(&self, channel: ChannelId) -> Option<&ChannelObject> {
        self.channels.get(&channel)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ChannelId, &ChannelObject)> {
        self.channels.iter().map(|(id, channel)| (*id, channel))
    }

    pub(super) fn set_low_threshold(
        &mut self,
        channel: ChannelId,
        octets: u64,
    ) -> Result<(), Error> {
        let channel = self
            .channels
            .get_mut(&channel)
            .ok_or_else(no_such_channel)?;
        channel.low_threshold = octets;
        Ok(())
    }

    /// A section for data was negotiated; the peer takes messages of at most so many octets.
    pub(crate) fn negotiated(&mut self, max_message_size: u64) {
        match &mut self.sctp {
            Some(sctp) => sctp.max_message_size = max_message_size,
            None => {
                self.sctp = Some(SctpObject {
                    state: SctpTransportState::Connecting,
                    max_message_size,
                    max_channels: None,
                });
            }
        }
    }

    pub(super) fn close_all(&mut self) {
        for channel in self.channels.values_mut() {
            channel.state = DataChannelState::Closed;
        }
        if let Some(sctp) = &mut self.sctp {
            sctp.state = SctpTransportState::Closed;
        }
    }
}

impl Session {
    /// The section for data was rejected: association and channels end.
    pub(crate) fn end_association(&mut self) {
        if let Some(sctp) = self.channels.sctp.take()
            && sctp.state != SctpTransportState::Closed
        {
            let closed = Event::SctpTransportStateChange(SctpTransportState::Closed);
            self.queue(Task::Fire(closed));
        }
        self.order(Order::EndAssociation);
    }

    pub(super) fn create_data_channel(
        &mut self,
        label: String,
        init: ChannelInit,
    ) -> Result<ChannelId, Error> {
        let type_error = |text: &str| Err(Error::new(ErrorName::TypeError, text));
        if label.len() > 65_535 || init.protocol.len() > 65_535 {
            return type_error("label and protocol take at most 65,535 octets each");
        }
        if init.max_packet_life_time.is_some() && init.max_retransmits.is_some() {
            return type_error("choose one of max_packet_life_time and max_retransmits");
        }
        if init.negotiated && init.id.is_none() {
            return type_error("a negotiated channel needs an id");
        }
        if init.negotiated && init.id == Some(65_535) {
            return type_error("the id 65,535 is not available");
        }
        let id = if init.negotiated { init.id } else { None };
        if id.is_some() && self.channels.iter().any(|(_, other)| other.uses_stream(id)) {
            return Err(Error::new(ErrorName::OperationError, "the id is in use"));
        }
        let limit = self.channels.sctp.and_then(|sctp| sctp.max_channels);
        if limit.is_some_and(|limit| id.is_some_and(|id| id >= limit)) {
            let text = "the association has fewer channels than the id";
            return Err(Error::new(ErrorName::OperationError, text));
        }
        if self
            .channels
            .sctp
            .is_some_and(|sctp| sctp.state == SctpTransportState::Closed)
        {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "the association has ended",
            ));
        }
        let channel = ChannelId(self.channels.made);
        self.channels.made += 1;
        let reliability = match (init.max_packet_life_time, init.max_retransmits) {
            (Some(ms), _) => Reliability::MaxLifetime(Duration::from_millis(u64::from(ms))),
            (None, Some(count)) => Reliability::MaxRetransmits(count),
            (None, None) => Reliability::Reliable,
        };
        let mut parameters = Parameters::labelled(&label);
        parameters.protocol.clone_from(&init.protocol);
        parameters.ordered = init.ordered;
        parameters.reliability = reliability;
        parameters.negotiated = id;
        self.channels.channels.insert(
            channel,
            ChannelObject {
                label,
                init: ChannelInit { id, ..init },
                state: DataChannelState::Connecting,
                buffered_amount: 0,
                low_threshold: 0,
            },
        );
        self.order(Order::OpenChannel {
            channel,
            parameters: Box::new(parameters),
        });
        self.order(Order::GrantCredit {
            channel,
            octets: self.config.message_credit,
        });
        if !std::mem::replace(&mut self.channels.wanted, true) {
            self.update_negotiation_needed();
        }
        Ok(channel)
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
        let object = self
            .channels
            .channels
            .get_mut(&channel)
            .ok_or_else(no_such_channel)?;
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

    pub(super) fn close_channel(&mut self, channel: ChannelId) -> Result<(), Error> {
        let object = self
            .channels
            .channels
            .get_mut(&channel)
            .ok_or_else(no_such_channel)?;
        if matches!(
            object.state,
            DataChannelState::Connecting | DataChannelState::Open
        ) {
            object.state = DataChannelState::Closing;
            self.order(Order::CloseChannel { channel });
        }
        Ok(())
    }

    pub(super) fn on_channel_fact(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::AssociationConnected { max_channels } => {
                if let Some(sctp) = &mut self.channels.sctp {
                    sctp.max_channels = Some(max_channels);
                    sctp.state = SctpTransportState::Connected;
                    step.fire.push(Event::SctpTransportStateChange(
                        SctpTransportState::Connected,
                    ));
                }
            }
            Fact::AssociationClosed { .. } => {
                if let Some(sctp) = &mut self.channels.sctp
                    && sctp.state != SctpTransportState::Closed
                {
                    sctp.state = SctpTransportState::Closed;
                    step.fire
                        .push(Event::SctpTransportStateChange(SctpTransportState::Closed));
                }
            }
            Fact::ChannelAnnounced {
                channel,
                parameters,
                stream,
            } => {
                self.on_announced(channel, &parameters, stream, step);
            }
            Fact::ChannelOpen { channel, stream } => self.on_open(channel, stream, step),
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

    fn on_announced(
        &mut self,
        channel: ChannelId,
        parameters: &Parameters,
        stream: u16,
        step: &mut Step,
    ) {
        let (life_time, retransmits) = match parameters.reliability {
            Reliability::MaxLifetime(time) => (
                Some(u16::try_from(time.as_millis()).unwrap_or(u16::MAX)),
                None,
            ),
            Reliability::MaxRetransmits(count) => (None, Some(count)),
            Reliability::Reliable => (None, None),
        };
        let init = ChannelInit {
            ordered: parameters.ordered,
            max_packet_life_time: life_time,
            max_retransmits: retransmits,
            protocol: parameters.protocol.clone(),
            negotiated: false,
            id: Some(stream),
        };
        self.channels.channels.insert(
            channel,
            ChannelObject {
                label: parameters.label.clone(),
                init,
                state: DataChannelState::Open,
                buffered_amount: 0,
                low_threshold: 0,
            },
        );
        self.channels.opened += 1;
        self.order(Order::GrantCredit {
            channel,
            octets: self.config.message_credit,
        });
        step.fire.push(Event::DataChannel(channel));
        step.fire.push(Event::ChannelOpen(channel));
    }

    fn on_open(&mut self, channel: ChannelId, stream: u16, step: &mut Step) {
        let Some(object) = self.channels.channels.get_mut(&channel) else {
            return;
        };
        object.init.id = Some(stream);
        if object.state == DataChannelState::Connecting {
            object.state = DataChannelState::Open;
            self.channels.opened += 1;
            step.fire.push(Event::ChannelOpen(channel));
        }
    }

    fn on_message(&self, channel: ChannelId, kind: MessageKind, data: Bytes, step: &mut Step) {
        let Some(object) = self.channels.channels.get(&channel) else {
            return;
        };
        let octets = data.len().max(1) as u64;
        if object.state != DataChannelState::Closed {
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

    fn on_closed(&mut self, channel: ChannelId, error: Option<String>, step: &mut Step) {
        let Some(object) = self.channels.channels.get_mut(&channel) else {
            return;
        };
        if object.state == DataChannelState::Closed {
            return;
        }
        object.state = DataChannelState::Closed;
        self.channels.closed += 1;
        if let Some(error) = error {
            let error = Error::new(ErrorName::OperationError, error);
            step.fire.push(Event::ChannelError(channel, error));
        }
        step.fire.push(Event::ChannelClose(channel));
        // The application keeps what it wants to know; the id is never used again.
        self.channels.channels.remove(&channel);
    }
}

impl ChannelObject {
    fn uses_stream(&self, id: Option<u16>) -> bool {
        self.state != DataChannelState::Closed && self.init.id.is_some() && self.init.id == id
    }
}

fn no_such_channel() -> Error {
    Error::new(ErrorName::InvalidStateError, "the channel is closed")
}
