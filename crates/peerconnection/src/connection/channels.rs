//! Data channels: names of the session to handles of the association, credit, and what waits.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use bytes::Bytes;
use stonechat_datachannel::State as ChannelState;
use stonechat_datachannel::{ChannelId as Handle, Channels, Event, Payload};
use stonechat_sansio::Dscp;

use super::layers::Layers;
use crate::error::{Error, ErrorDetail, ErrorDetailType};
use crate::fact::Fact;
use crate::id::ChannelId;
use crate::order::{ChannelParameters, MessageKind};
use crate::plan::AssociationPlan;
use crate::rtp_parameters::Priority;

/// The channels of a connection, both ways.
#[derive(Debug, Default)]
pub(super) struct ChannelTable {
    channels: BTreeMap<ChannelId, Channel>,
    names: BTreeMap<Handle, ChannelId>,
    /// Channels of which messages are on their way; the others cost nothing.
    unsent: Vec<ChannelId>,
    /// Channels that ended with the association.
    failed: Vec<ChannelId>,
    announced: u32,
    /// The highest priority that a channel of the association had.
    priority: Option<Priority>,
    /// The code point of its packets.
    dscp: Dscp,
    started: bool,
    /// How many associations ended.
    ended: u32,
}

#[derive(Debug)]
struct Channel {
    handle: Handle,
    /// Octets of messages that may still be handed up; the last message may overdraw it.
    credit: i64,
    /// Whether messages wait to be handed up.
    readable: bool,
    /// Messages that the association did not take yet; the session bounds them.
    waiting: VecDeque<(MessageKind, Bytes)>,
    waiting_octets: u64,
    /// What was not sent when it was last reported.
    buffered: u64,
    /// Close once `waiting` is empty.
    closing: bool,
}

impl Layers {
    /// The association goes by the transport of `plan`; it starts when DTLS is up.
    pub(super) fn plan_association(&mut self, now: Instant, plan: &AssociationPlan) {
        self.association = Some(plan.transport);
        self.channels
            .set_max_message_size(match plan.remote_max_message_size {
                0 => u64::MAX,
                octets => octets,
            });
        if self
            .transport_mut(plan.transport)
            .is_some_and(|transport| transport.connected.is_some())
        {
            self.start_association(now);
        }
    }

    /// Ends the association with all its channels; what is opened later waits for another one.
    pub(super) fn end_association(&mut self, now: Instant) {
        self.association = None;
        self.channels.abort(now, "the section for data is gone");
        while let Some(event) = self.channels.poll_event() {
            self.on_channels(now, event);
        }
        let table = &mut self.channel_table;
        for channel in std::mem::take(&mut table.channels).into_keys() {
            let error = Some(sctp_failure(None, "the association ended"));
            self.facts.push_back(Fact::ChannelClosed { channel, error });
        }
        table.names.clear();
        table.unsent.clear();
        table.started = false;
        table.priority = None;
        table.dscp = Dscp::DF;
        table.ended += 1;
        let env = self.env.child(&format!("channels {}", table.ended));
        self.channels = Channels::new(self.config.channels.clone(), &env, now);
    }

    pub(super) fn start_association(&mut self, now: Instant) {
        let Some(id) = self.association else { return };
        let Some(role) = self
            .transport_mut(id)
            .and_then(|transport| transport.plan.dtls.as_ref().map(|plan| plan.role))
        else {
            return;
        };
        if std::mem::replace(&mut self.channel_table.started, true) {
            return;
        }
        let role = match role {
            stonechat_dtls::Role::Client => stonechat_datachannel::Role::DtlsClient,
            stonechat_dtls::Role::Server => stonechat_datachannel::Role::DtlsServer,
        };
        self.channels.start(now, role);
    }

    pub(super) fn open_channel(
        &mut self,
        now: Instant,
        channel: ChannelId,
        parameters: ChannelParameters,
        stream: u16,
    ) {
        let priority = Priority::from_dcep(parameters.priority);
        match self.channels.open_on(now, parameters, stream) {
            Ok(handle) => {
                self.channel_table.insert(channel, handle);
                self.mark_data(now, priority);
            }
            Err(error) => self.facts.push_back(Fact::ChannelClosed {
                channel,
                error: Some(channel_failure(&error.to_string())),
            }),
        }
    }

    pub(super) fn send_message(
        &mut self,
        now: Instant,
        channel: ChannelId,
        kind: MessageKind,
        data: Bytes,
    ) {
        let table = &mut self.channel_table;
        let Some(entry) = table.channels.get_mut(&channel) else {
            return;
        };
        entry.waiting_octets += data.len() as u64;
        entry.buffered += data.len() as u64;
        entry.waiting.push_back((kind, data));
        if !table.unsent.contains(&channel) {
            table.unsent.push(channel);
        }
        self.push_waiting(now, channel);
    }

    /// Hands waiting messages to the association until it is full.
    fn push_waiting(&mut self, now: Instant, channel: ChannelId) {
        let Some(entry) = self.channel_table.channels.get_mut(&channel) else {
            return;
        };
        while let Some((kind, data)) = entry.waiting.front() {
            let payload = match kind {
                MessageKind::Text => Payload::Text(data.clone()),
                MessageKind::Binary => Payload::Binary(data.clone()),
            };
            match self.channels.send(now, entry.handle, payload) {
                Ok(()) => {
                    entry.waiting_octets -= data.len() as u64;
                    entry.waiting.pop_front();
                }
                Err(stonechat_datachannel::SendError::Blocked) => return,
                // Its OPEN is not on its way yet.
                Err(stonechat_datachannel::SendError::NotOpen)
                    if self.channels.state(entry.handle) == ChannelState::Connecting =>
                {
                    return;
                }
                Err(error) => {
                    tracing::debug!(%error, "message not sent");
                    entry.waiting_octets = 0;
                    entry.waiting.clear();
                }
            }
        }
        if entry.closing {
            let handle = entry.handle;
            self.channels.close(now, handle);
        }
    }

    pub(super) fn close_channel(&mut self, now: Instant, channel: ChannelId) {
        if let Some(entry) = self.channel_table.channels.get_mut(&channel) {
            entry.closing = true;
            self.push_waiting(now, channel);
        }
    }

    pub(super) fn grant_credit(&mut self, now: Instant, channel: ChannelId, octets: u64) {
        if let Some(entry) = self.channel_table.channels.get_mut(&channel) {
            let octets = i64::try_from(octets).unwrap_or(i64::MAX);
            entry.credit = entry.credit.saturating_add(octets);
            self.hand_up(now, channel);
        }
    }

    /// Hands messages up as far as the credit goes; the rest stays in the receive window.
    fn hand_up(&mut self, now: Instant, channel: ChannelId) {
        let Some(entry) = self.channel_table.channels.get_mut(&channel) else {
            return;
        };
        while entry.readable && entry.credit > 0 {
            let Some(message) = self.channels.recv(now, entry.handle) else {
                entry.readable = false;
                break;
            };
            let kind = match message.kind {
                stonechat_datachannel::Kind::Text => MessageKind::Text,
                stonechat_datachannel::Kind::Binary => MessageKind::Binary,
            };
            let mut data = message.data.into_bytes();
            if kind == MessageKind::Text {
                data = text(data);
            }
            // An empty message costs one, so that a flood of them is bounded too.
            let cost = i64::try_from(data.len().max(1)).unwrap_or(i64::MAX);
            entry.credit = entry.credit.saturating_sub(cost);
            self.facts.push_back(Fact::Message {
                channel,
                kind,
                data,
            });
        }
    }

    pub(super) fn on_channels(&mut self, now: Instant, event: Event) {
        match event {
            Event::Connected => {
                let association = self.channels.association();
                let max_channels = association
                    .outbound_streams()
                    .min(association.inbound_streams());
                self.facts
                    .push_back(Fact::AssociationConnected { max_channels });
            }
            Event::Announced(handle) => self.on_announced(now, handle),
            Event::Open(handle) => {
                if let Some(channel) = self.channel_table.name(handle)
                    && let Some(stream) = self.channels.stream_id(handle)
                {
                    self.facts.push_back(Fact::ChannelOpen { channel, stream });
                    self.push_waiting(now, channel);
                }
            }
            Event::Readable(handle) => {
                if let Some(channel) = self.channel_table.name(handle) {
                    if let Some(entry) = self.channel_table.channels.get_mut(&channel) {
                        entry.readable = true;
                    }
                    self.hand_up(now, channel);
                }
            }
            Event::Writable(handle) => {
                if let Some(channel) = self.channel_table.name(handle) {
                    self.push_waiting(now, channel);
                }
            }
            Event::Closing(handle) => {
                if let Some(channel) = self.channel_table.name(handle) {
                    self.facts.push_back(Fact::ChannelClosing { channel });
                }
            }
            Event::Closed(handle, reason) => {
                let Some(channel) = self.channel_table.remove(handle) else {
                    return;
                };
                let stats = self.channels.channel_stats(handle);
                self.keep_channel(channel, stats);
                // Why the association failed is told right behind its channels.
                if reason == stonechat_datachannel::CloseReason::AssociationFailed {
                    self.channel_table.failed.push(channel);
                    return;
                }
                let error = channel_error(reason);
                self.facts.push_back(Fact::ChannelClosed { channel, error });
            }
            Event::AssociationClosed(reason) => {
                for channel in std::mem::take(&mut self.channel_table.failed) {
                    let error = Some(association_failure(&reason));
                    self.facts.push_back(Fact::ChannelClosed { channel, error });
                }
                let error = association_error(&reason);
                self.facts.push_back(Fact::AssociationClosed { error });
            }
            _ => {}
        }
    }

    /// The association is marked by its highest channel; that it is closed again changes nothing,
    /// since each change is dear.
    //= https://www.rfc-editor.org/rfc/rfc8837#section-5
    //# In the event that the browser wishes to change the DSCP value in use for an SCTP
    //# association, it MUST reset the SCTP congestion controller after changing values.
    fn mark_data(&mut self, now: Instant, priority: Priority) {
        let table = &mut self.channel_table;
        let highest = table
            .priority
            .filter(|known| known.weight() > priority.weight());
        let highest = highest.unwrap_or(priority);
        table.priority = Some(highest);
        let dscp = self.config.packet_marking.of_data(highest);
        if std::mem::replace(&mut table.dscp, dscp) != dscp {
            self.channels.reset_congestion(now);
        }
    }

    fn on_announced(&mut self, now: Instant, handle: Handle) {
        let (Some(stream), Some(parameters)) = (
            self.channels.stream_id(handle),
            self.channels.parameters(handle),
        ) else {
            return;
        };
        let parameters = Box::new(parameters.clone());
        self.mark_data(now, Priority::from_dcep(parameters.priority));
        let table = &mut self.channel_table;
        let channel = ChannelId(ChannelId::ANNOUNCED | table.announced);
        table.announced = (table.announced + 1) & !ChannelId::ANNOUNCED;
        table.insert(channel, handle);
        self.facts.push_back(Fact::ChannelAnnounced {
            channel,
            parameters,
            stream,
        });
    }

    /// Reports what left the queues since the last time, one fact a channel.
    pub(super) fn report_sent(&mut self) {
        let table = &mut self.channel_table;
        let (channels, facts) = (&self.channels, &mut self.facts);
        table.unsent.retain(|channel| {
            let Some(entry) = table.channels.get_mut(channel) else {
                return false;
            };
            let buffered = channels.buffered_amount(entry.handle) + entry.waiting_octets;
            let sent = entry.buffered.saturating_sub(buffered);
            entry.buffered = buffered;
            if sent > 0 {
                match facts.back_mut() {
                    Some(Fact::Sent {
                        channel: last,
                        octets,
                    }) if last == channel => {
                        *octets += sent;
                    }
                    _ => facts.push_back(Fact::Sent {
                        channel: *channel,
                        octets: sent,
                    }),
                }
            }
            buffered > 0
        });
    }
}

impl ChannelTable {
    /// The code point of the association's packets.
    pub(super) const fn dscp(&self) -> Dscp {
        self.dscp
    }

    fn insert(&mut self, channel: ChannelId, handle: Handle) {
        self.names.insert(handle, channel);
        self.channels.insert(
            channel,
            Channel {
                handle,
                credit: 0,
                readable: false,
                waiting: VecDeque::new(),
                waiting_octets: 0,
                buffered: 0,
                closing: false,
            },
        );
    }

    fn remove(&mut self, handle: Handle) -> Option<ChannelId> {
        let channel = self.names.remove(&handle)?;
        self.channels.remove(&channel);
        Some(channel)
    }

    fn name(&self, handle: Handle) -> Option<ChannelId> {
        self.names.get(&handle).copied()
    }

    /// The handles of all channels by name.
    pub(super) fn handles(&self) -> impl Iterator<Item = (ChannelId, Handle)> + '_ {
        self.channels
            .iter()
            .map(|(channel, entry)| (*channel, entry.handle))
    }
}

/// Text as WHATWG decodes UTF-8: what is malformed becomes U+FFFD.
fn text(data: Bytes) -> Bytes {
    match String::from_utf8_lossy(&data) {
        std::borrow::Cow::Borrowed(_) => data,
        std::borrow::Cow::Owned(text) => Bytes::from(text),
    }
}

fn channel_error(reason: stonechat_datachannel::CloseReason) -> Option<Error> {
    use stonechat_datachannel::CloseReason;
    let text = match reason {
        CloseReason::Local | CloseReason::Remote | CloseReason::AssociationShutdown => return None,
        CloseReason::NoStream => {
            return Some(channel_failure("no stream is left for the channel"));
        }
        CloseReason::MessageTooLarge => "a message was larger than we take",
        CloseReason::Protocol => "the peer broke the protocol of data channels",
        CloseReason::Restarted => "the peer restarted the association",
        CloseReason::AssociationFailed => "the association failed",
        _ => "the channel failed",
    };
    Some(sctp_failure(None, text))
}

fn channel_failure(text: &str) -> Error {
    let detail = ErrorDetail {
        error_detail: ErrorDetailType::DataChannelFailure,
        ..ErrorDetail::default()
    };
    Error::rtc(detail, text)
}

fn sctp_failure(cause: Option<u16>, text: &str) -> Error {
    let detail = ErrorDetail {
        error_detail: ErrorDetailType::SctpFailure,
        sctp_cause_code: cause,
        ..ErrorDetail::default()
    };
    Error::rtc(detail, text)
}

/// The cause code and what came with it, if the peer gave one.
fn association_failure(reason: &stonechat_sctp::CloseReason) -> Error {
    use stonechat_sctp::CloseReason;
    match reason {
        CloseReason::AbortedByPeer { cause, reason } => {
            let name = match cause {
                Some(12) => "User-Initiated Abort",
                _ => "the peer aborted the association",
            };
            let said = String::from_utf8_lossy(reason);
            sctp_failure(*cause, &format!("{name}, reason={said}"))
        }
        CloseReason::Aborted => sctp_failure(None, "the association was aborted"),
        CloseReason::ConnectTimeout => sctp_failure(None, "the peer does not answer"),
        CloseReason::TooManyRetransmissions | CloseReason::ZeroWindow => {
            sctp_failure(None, "the peer does not answer any more")
        }
        _ => sctp_failure(None, "the peer broke the protocol of the association"),
    }
}

fn association_error(reason: &stonechat_sctp::CloseReason) -> Option<String> {
    use stonechat_sctp::CloseReason;
    match reason {
        CloseReason::Shutdown => None,
        other => Some(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_utf_8_is_replaced_where_it_is_malformed() {
        let good = Bytes::from_static("Grüße".as_bytes());
        assert_eq!(text(good.clone()), good);
        let bad = Bytes::from_static(b"a\xff\xe4\xbdb");
        assert_eq!(text(bad), "a\u{fffd}\u{fffd}b".as_bytes());
    }
}
