//! Owns all layers of a connection and routes what each reports to the next.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use stonechat_datachannel::Channels;
use stonechat_sansio::{Clock, Env, Path, SocketId};

use super::channels::ChannelTable;
use super::close::{Closing, Retired};
use super::config::Config;
use super::media::{MediaEvent, MediaTable};
use super::requests::{Requests, agent_reply};
use super::statistics::Kept;
use super::transport::Transport;
use crate::fact::Fact;
use crate::id::{SenderId, TransportId};
use crate::order::Order;
use crate::request::{Reply, RequestId};

/// All layers of a connection.
#[derive(Debug)]
pub(super) struct Layers {
    pub(super) clock: Clock,
    pub(super) config: Config,
    pub(super) env: Env,
    /// By id; a handful at the most.
    pub(super) transports: Vec<Transport>,
    /// Where the next `poll_transmit` begins, so that none starves.
    pub(super) next_transport: usize,
    pub(super) sockets: BTreeMap<SocketId, TransportId>,
    pub(super) unwritable: Vec<SocketId>,
    pub(super) interfaces: Vec<stonechat_ice::Interface>,
    pub(super) channels: Channels,
    pub(super) channel_table: ChannelTable,
    /// The transport of the SCTP association, once one was planned.
    pub(super) association: Option<TransportId>,
    pub(super) media_table: MediaTable,
    pub(super) media_events: VecDeque<MediaEvent>,
    /// When the playout of tones goes on.
    pub(super) tone_waits: BTreeMap<SenderId, Instant>,
    pub(super) kept: Kept,
    pub(super) requests: Requests,
    pub(super) facts: VecDeque<Fact>,
    pub(super) drops: Drops,
    pub(super) closing: Closing,
    /// Transports that say goodbye.
    pub(super) retired: Vec<Retired>,
}

impl Layers {
    pub(super) fn new(mut config: Config, env: Env, now: Instant) -> Self {
        let sctp = &mut config.channels.sctp;
        sctp.base = sctp
            .base
            .min(super::transmit::sctp_packet(config.max_datagram));
        let channels = Channels::new(config.channels.clone(), &env.child("channels"), now);
        Self {
            clock: Clock::new(now),
            config,
            env,
            transports: Vec::new(),
            next_transport: 0,
            sockets: BTreeMap::new(),
            unwritable: Vec::new(),
            interfaces: Vec::new(),
            channels,
            channel_table: ChannelTable::default(),
            association: None,
            media_table: MediaTable::default(),
            media_events: VecDeque::new(),
            tone_waits: BTreeMap::new(),
            kept: Kept::default(),
            requests: Requests::default(),
            facts: VecDeque::new(),
            drops: Drops::default(),
            closing: Closing::Open,
            retired: Vec::new(),
        }
    }

    pub(super) fn handle_order(&mut self, now: Instant, order: Order) {
        if self.closing != Closing::Open {
            return;
        }
        match order {
            Order::Apply(plan) => self.apply(now, &plan),
            Order::Configure(configuration) => {
                self.config.ice.servers = configuration.servers();
                self.config.ice.policy =
                    crate::peer_connection::policy(configuration.ice_transport_policy);
                for transport in &mut self.transports {
                    transport.ice.set_servers(
                        now,
                        self.config.ice.servers.clone(),
                        self.config.ice.policy,
                    );
                }
            }
            Order::AddRemoteCandidate {
                transport,
                candidate,
            } => {
                if let Some(transport) = self.transport_mut(transport)
                    && let Err(error) = transport.ice.add_remote_candidate(now, *candidate)
                {
                    tracing::debug!(%error, "remote candidate not used");
                    self.drops.count(DropReason::RemoteCandidate);
                }
            }
            Order::EndOfRemoteCandidates { transport } => {
                if let Some(transport) = self.transport_mut(transport) {
                    transport.ice.end_of_remote_candidates(now);
                }
            }
            Order::EndAssociation => self.end_association(now),
            Order::OpenChannel {
                channel,
                parameters,
                stream,
            } => {
                self.open_channel(now, channel, *parameters, stream);
            }
            Order::SendMessage {
                channel,
                kind,
                data,
            } => {
                self.send_message(now, channel, kind, data);
            }
            Order::CloseChannel { channel } => self.close_channel(now, channel),
            Order::GrantCredit { channel, octets } => self.grant_credit(now, channel, octets),
            Order::RequestKeyFrame { receiver } => self.request_key_frame(now, receiver),
            Order::PlayTone {
                sender,
                event,
                duration,
                wait,
            } => {
                self.play_tone(now, sender, event, duration);
                self.wait_for_tone(now, sender, wait);
            }
            Order::DtmfPause { sender, wait } => self.wait_for_tone(now, sender, wait),
            Order::SetSenderTransform { sender, transform } => {
                self.set_sender_transform(now, sender, &transform);
            }
            Order::SetReceiverTransform {
                receiver,
                transform,
            } => self.set_receiver_transform(now, receiver, &transform),
            Order::NoteEncoder {
                sender,
                rid,
                target_bitrate,
                limitation,
            } => {
                let limitation = limitation.map(super::statistics::limitation);
                let facts = stonechat_media::EncoderFacts {
                    target_bitrate,
                    limitation,
                };
                self.note_encoder(now, sender, rid.as_deref(), facts);
            }
            Order::MarkSource { sender } => self.mark_source(sender),
            Order::SnapshotStats { request } => {
                let snapshot = Box::new(self.snapshot(now));
                self.facts.push_back(Fact::Stats { request, snapshot });
            }
            Order::Close => {
                let snapshot = Box::new(self.snapshot(now));
                self.facts.push_back(Fact::Stats {
                    request: crate::session::FINAL,
                    snapshot,
                });
                self.close(now);
            }
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        for transport in &mut self.transports {
            transport.handle_timeout(now);
        }
        self.channels.handle_timeout(now);
        self.report_due_tones(now);
        if self.closing.is_overdue(now) {
            self.finish_close(now);
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        if self.is_closed() {
            return None;
        }
        self.transports
            .iter()
            .map(Transport::poll_timeout)
            .chain([
                self.channels.poll_timeout(),
                self.closing.deadline(),
                self.tone_waits.values().min().copied(),
            ])
            .flatten()
            .min()
    }

    pub(super) fn poll_fact(&mut self) -> Option<Fact> {
        self.facts.pop_front()
    }

    pub(super) fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        let opened = match &reply {
            Reply::Opened { socket, .. } | Reply::Connected { socket } => Some(*socket),
            _ => None,
        };
        let asked = self.requests.answered(id);
        let asked = asked.filter(|(transport, _)| self.index_of(*transport).is_some());
        let Some((transport_id, inner)) = asked else {
            // Whoever asked is gone.
            if let Some(socket) = opened {
                self.requests.close_socket(socket);
            }
            return;
        };
        if let Some(socket) = opened {
            self.sockets.insert(socket, transport_id);
        }
        let Some(transport) = self.transport_mut(transport_id) else {
            return;
        };
        transport.ice.handle_reply(now, inner, agent_reply(reply));
    }

    pub(super) fn handle_interfaces(
        &mut self,
        now: Instant,
        interfaces: &[stonechat_ice::Interface],
    ) {
        interfaces.clone_into(&mut self.interfaces);
        for transport in &mut self.transports {
            transport.ice.handle_interfaces(now, interfaces);
        }
    }

    pub(super) fn handle_socket_closed(&mut self, now: Instant, socket: SocketId) {
        tracing::debug!(socket = socket.0, "socket closed from outside");
        let transport = self.sockets.remove(&socket);
        self.unwritable.retain(|other| *other != socket);
        if let Some(transport) = transport.and_then(|id| self.transport_mut(id)) {
            transport.ice.handle_socket_closed(now, socket);
        }
    }

    pub(super) fn handle_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    ) {
        let id = self.sockets.get(&listener).copied();
        let is_new = !self.sockets.contains_key(&socket);
        match id.filter(|_| is_new && !self.is_closed()) {
            Some(id) => {
                self.sockets.insert(socket, id);
                if let Some(transport) = self.transport_mut(id) {
                    transport.ice.handle_accepted(now, listener, socket, remote);
                }
            }
            None if is_new => self.requests.close_socket(socket),
            None => self.drops.count(DropReason::UnknownSocket),
        }
    }

    pub(super) fn handle_writable(&mut self, socket: SocketId, writable: bool) {
        self.unwritable.retain(|other| *other != socket);
        if !writable && self.sockets.contains_key(&socket) {
            self.unwritable.push(socket);
        }
    }

    pub(super) fn handle_path_failed(&mut self, path: &Path) {
        tracing::debug!(socket = path.socket().0, "path failed");
        self.drops.count(DropReason::PathFailed);
    }

    pub(super) fn handle_discarded(&mut self, path: &Path, packets: u64, octets: u64) {
        if let Some(index) = self.transport_of(path.socket())
            && let Some(transport) = self.transports.get_mut(index)
        {
            transport.ice.on_discarded(path, packets, octets);
        }
    }

    pub(super) fn transport_of(&self, socket: SocketId) -> Option<usize> {
        let id = self.sockets.get(&socket)?;
        self.index_of(*id)
    }

    pub(super) fn index_of(&self, id: TransportId) -> Option<usize> {
        self.transports
            .binary_search_by_key(&id, |transport| transport.id)
            .ok()
    }

    pub(super) fn transport_mut(&mut self, id: TransportId) -> Option<&mut Transport> {
        let index = self.index_of(id)?;
        self.transports.get_mut(index)
    }

    /// Routes inner events until there are none. Each turn consumes one, so it ends.
    pub(super) fn settle(&mut self, now: Instant) {
        if self.is_closed() {
            return;
        }
        for index in 0..self.transports.len() {
            while self.settle_transport(now, index) {}
        }
        while let Some(event) = self.channels.poll_event() {
            self.on_channels(now, event);
        }
        self.report_sent();
    }

    /// Routes one event of a transport; `false` when it has none.
    fn settle_transport(&mut self, now: Instant, index: usize) -> bool {
        let Some(transport) = self.transports.get_mut(index) else {
            return false;
        };
        let id = transport.id;
        if let Some(request) = transport.ice.poll_request() {
            if let stonechat_ice::Request::CloseSocket(socket) = &request {
                self.sockets.remove(socket);
                self.unwritable.retain(|other| other != socket);
            }
            self.requests.push(id, request);
        } else if let Some(event) = transport.ice.poll_event() {
            self.on_ice(now, index, event);
        } else if self.config.certificate.is_some() && transport.dtls_due().is_some() {
            self.start_dtls(now, index);
        } else if let Some(event) = transport.dtls.as_mut().and_then(|dtls| dtls.poll_event()) {
            self.on_dtls(now, index, event);
        } else if let Some(data) = transport.dtls.as_mut().and_then(|dtls| dtls.poll_data()) {
            if self.association == Some(id) {
                self.channels.handle_packet(now, data);
            } else {
                self.drops.count(DropReason::UnexpectedData);
            }
        } else if let Some(event) = transport.media.poll_event() {
            self.on_media(index, event);
        } else {
            return false;
        }
        true
    }
}

/// Why something that arrived was dropped by the connection itself; each layer has counters of
/// its own beside these.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DropReason {
    /// From a socket that is not ours.
    UnknownSocket,
    /// No protocol of RFC 7983.
    Unclassified,
    /// SRTP before there were keys.
    NoKeys,
    /// SRTP that is forged, replayed or malformed.
    Srtp,
    /// Application data over a transport that carries no association.
    UnexpectedData,
    /// A candidate of the peer that cannot be used.
    RemoteCandidate,
    /// A path that the operating system reported as failed.
    PathFailed,
    /// A frame for a receiver whose reader is too slow.
    SlowReader,
}

/// Counts by [`DropReason`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Drops([u64; 8]);

impl Drops {
    pub(super) fn count(&mut self, reason: DropReason) {
        if let Some(count) = self.0.get_mut(reason as usize) {
            *count += 1;
        }
    }

    /// How many were dropped for `reason`.
    #[must_use]
    pub fn of(&self, reason: DropReason) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or_default()
    }
}
