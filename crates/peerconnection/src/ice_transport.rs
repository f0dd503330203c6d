//! `RTCIceTransport` without a peer connection (webrtc-ice): gathering, checks and consent between
//! two programs that exchange parameters and candidates in a way of their own, without SDP.
//!
//! Each method of the object is a procedure of its own: `gather`, `start`, `remote_candidate`,
//! `stop`. `task` turns what the agent reports into steps, and `datagrams` carries data.

mod config;
mod datagrams;
mod gather;
mod remote_candidate;
mod start;
mod stop;
mod task;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use stonechat_sansio::{Batch, Clock, Datagram, Env, Path, SocketId, Transmit};

pub use self::config::IceTransportConfig;
use self::datagrams::Datagrams;
pub use self::datagrams::SendDatagramError;
pub use self::gather::GatherOptions;
use self::remote_candidate::RemoteCandidates;
use self::start::Started;
use self::task::Task;
use crate::configuration::IceTransportPolicy;
use crate::connection::requests::{Requests, agent_reply};
use crate::error::{Error, ErrorName};
use crate::ice_candidate::{IceCandidate, IceCandidatePair, IceParameters};
use crate::id::TransportId;
use crate::request::{Reply, Request, RequestId};
use crate::session::step::Step;
use crate::state::{IceGathererState, IceRole, IceTransportState};

/// `RTCIceTransport` of webrtc-ice, sans-IO: a [`stonechat_ice::Agent`] with the methods, states
/// and events that the W3C gives it.
///
/// A machine of the six verbs. The methods [`gather`](Self::gather), [`start`](Self::start),
/// [`add_remote_candidate`](Self::add_remote_candidate) and [`stop`](Self::stop) change the state
/// at once; everything else that an application can see changes in [`poll_step`](Self::poll_step),
/// which also gives the events of both.
///
/// ```text
///            gather()             agent is done
/// gathering: new ──────▶ gathering ──────────▶ complete ──gather() again──▶ gathering (restart)
///
///            start() and a remote candidate     a pair works
/// state:     new ───────────────────▶ checking ─────────────▶ connected ──▶ completed
///             ▲                                                   │             │
///             └── start() with other parameters (restart) ────────┴─────────────┘
///            disconnected and failed as the agent has them; stop() leads from any to closed
/// ```
///
/// # Limits
///
/// Everything that a peer can make grow is bounded by [`IceTransportConfig`].
#[derive(Debug)]
pub struct IceTransport {
    clock: Clock,
    agent: stonechat_ice::Agent,
    requests: Requests,
    policy: IceTransportPolicy,
    /// `[[IceTransportState]]`.
    state: IceTransportState,
    /// `[[IceGathererState]]`.
    gathering_state: IceGathererState,
    /// `[[SelectedCandidatePair]]`.
    selected: Option<Box<IceCandidatePair>>,
    started: Option<Started>,
    /// `gather()` began a generation of ours that `start()` has not taken up yet.
    is_regathered: bool,
    local_candidates: Vec<IceCandidate>,
    remote: RemoteCandidates,
    tasks: VecDeque<Task>,
    datagrams: Datagrams,
    unwritable: Vec<SocketId>,
    /// Whether after the end everything was polled that the servers are told.
    has_said_goodbye: bool,
}

/// The one transport, where objects of a peer connection have a name.
const SELF: TransportId = TransportId(0);

impl IceTransport {
    /// The constructor: a transport in the state `new` that has its parameters.
    #[must_use]
    pub fn new(config: IceTransportConfig, env: &Env, now: Instant) -> Self {
        let remote = RemoteCandidates::new(config.ice.max_remote_candidates);
        let datagrams = Datagrams::new(&config);
        Self {
            clock: Clock::new(now),
            agent: stonechat_ice::Agent::new(config.ice, env.child("ice"), now),
            requests: Requests::default(),
            policy: IceTransportPolicy::All,
            state: IceTransportState::New,
            gathering_state: IceGathererState::New,
            selected: None,
            started: None,
            is_regathered: false,
            local_candidates: Vec::new(),
            remote,
            tasks: VecDeque::new(),
            datagrams,
            unwritable: Vec::new(),
            has_said_goodbye: false,
        }
    }

    /// Takes a datagram that arrived on one of the sockets that it asked for.
    pub fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        self.update(now, |this, now| {
            if let Some(data) = this.agent.handle_datagram(now, datagram) {
                this.datagrams.received(data.payload());
            }
        });
    }

    /// Does what is due at `now`; harmless when nothing is.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.update(now, |this, now| this.agent.handle_timeout(now));
    }

    /// When [`handle_timeout`](Self::handle_timeout) is wanted next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.agent.poll_timeout()
    }

    /// Writes the next run of packets into `out`, or nothing if there is none.
    ///
    /// After [`stop`](Self::stop) this is what TURN servers are told, once; poll it until it gives
    /// nothing, then sockets are asked to be closed.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.update(now, |this, now| {
            let transmit = this.agent.poll_transmit(now, out);
            if transmit.is_none() && this.state == IceTransportState::Closed {
                this.has_said_goodbye = true;
            }
            transmit.or_else(|| this.poll_datagrams(out))
        })
    }

    /// Runs the front task, if there is one: state first, then the events in their order.
    ///
    /// The names of transports in the events mean nothing here: there is only this one.
    pub fn poll_step(&mut self, now: Instant) -> Option<Step> {
        self.update(now, |this, _| this.run_task())
    }

    /// The next request to the driver.
    pub fn poll_request(&mut self) -> Option<Request> {
        // The sockets are still needed for what is said last.
        let waits = self.state == IceTransportState::Closed && !self.has_said_goodbye;
        if waits { None } else { self.requests.poll() }
    }

    /// The driver's answer to a request. A socket that nobody waits for any more is closed again;
    /// other answers that are unknown, cancelled or given before are ignored.
    pub fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        self.update(now, |this, now| match this.requests.answered(id) {
            Some((_, inner)) => this.agent.handle_reply(now, inner, agent_reply(reply)),
            None => {
                if let Reply::Opened { socket, .. } | Reply::Connected { socket } = reply {
                    this.requests.close_socket(socket);
                }
            }
        });
    }

    /// The interfaces of the machine, at the beginning and whenever they change.
    pub fn handle_interfaces(&mut self, now: Instant, interfaces: &[stonechat_ice::Interface]) {
        self.update(now, |this, now| {
            this.agent.handle_interfaces(now, interfaces);
        });
    }

    /// A socket does or does not take more; application data that would leave by it waits.
    pub fn handle_writable(&mut self, now: Instant, socket: SocketId, writable: bool) {
        self.update(now, |this, _| {
            this.unwritable.retain(|other| *other != socket);
            if !writable && this.state != IceTransportState::Closed {
                this.unwritable.push(socket);
            }
        });
    }

    /// A TCP connection came in: to the listener `listener`, from `remote`, from now on to be called
    /// `socket`, an id below `0x8000_0000` that nothing else has. One that is not wanted is asked to
    /// be closed.
    pub fn handle_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    ) {
        self.update(now, |this, now| {
            this.agent.handle_accepted(now, listener, socket, remote);
        });
    }

    /// A socket, listener or connection was closed from outside.
    pub fn handle_socket_closed(&mut self, now: Instant, socket: SocketId) {
        self.update(now, |this, now| {
            this.unwritable.retain(|other| *other != socket);
            this.agent.handle_socket_closed(now, socket);
        });
    }

    /// A socket did not take packets to `path` because of an error: `octets` in all.
    pub fn handle_discarded(&mut self, now: Instant, path: &Path, packets: u64, octets: u64) {
        self.update(now, |this, _| {
            this.agent.on_discarded(path, packets, octets);
        });
    }

    /// `role`: `unknown` before [`start`](Self::start).
    #[must_use]
    pub fn role(&self) -> IceRole {
        self.started
            .as_ref()
            .map_or(IceRole::Unknown, |started| started.role)
    }

    /// `state`.
    #[must_use]
    pub fn state(&self) -> IceTransportState {
        self.state
    }

    /// `gatheringState`.
    #[must_use]
    pub fn gathering_state(&self) -> IceGathererState {
        self.gathering_state
    }

    /// `getLocalCandidates()`: those that `icecandidate` told.
    #[must_use]
    pub fn local_candidates(&self) -> &[IceCandidate] {
        &self.local_candidates
    }

    /// `getRemoteCandidates()`: those that were added, without peer-reflexive ones.
    pub fn remote_candidates(&self) -> impl Iterator<Item = &IceCandidate> {
        self.remote.iter()
    }

    /// `getSelectedCandidatePair()`; none in the states `new` and `closed`.
    #[must_use]
    pub fn selected_candidate_pair(&self) -> Option<&IceCandidatePair> {
        let has_none = matches!(
            self.state,
            IceTransportState::New | IceTransportState::Closed
        );
        self.selected.as_deref().filter(|_| !has_none)
    }

    /// `getLocalParameters()`: to be carried to the peer, who gives them to its `start()`.
    #[must_use]
    pub fn local_parameters(&self) -> IceParameters {
        IceParameters::from(self.agent.local_credentials())
    }

    /// `getRemoteParameters()`: what [`start`](Self::start) was given.
    #[must_use]
    pub fn remote_parameters(&self) -> Option<&IceParameters> {
        self.started.as_ref().map(|started| &started.remote)
    }

    /// The agent, to read its pairs and counters.
    #[must_use]
    pub fn agent(&self) -> &stonechat_ice::Agent {
        &self.agent
    }

    /// Sends a datagram of the application to the peer, as it is: what it carries has to protect
    /// itself. It may be lost like any datagram.
    ///
    /// # Errors
    ///
    /// [`SendDatagramError`] says why not; nothing was queued.
    ///
    /// # Limits
    ///
    /// What waits is bounded by [`IceTransportConfig::send_limit`]; after
    /// [`Blocked`](SendDatagramError::Blocked) [`poll_writable`](Self::poll_writable) tells when
    /// there is room.
    pub fn send_datagram(&mut self, now: Instant, data: Bytes) -> Result<(), SendDatagramError> {
        self.update(now, |this, _| this.queue_datagram(data))
    }

    /// The next datagram of the peer, in order of arrival, without those that were dropped since
    /// nobody took them.
    pub fn recv_datagram(&mut self) -> Option<Bytes> {
        self.datagrams.take_received()
    }

    /// Whether [`recv_datagram`](Self::recv_datagram) has something to give.
    #[must_use]
    pub fn has_datagram(&self) -> bool {
        self.datagrams.has_received()
    }

    /// How many datagrams of the peer were dropped since nobody took them.
    #[must_use]
    pub fn datagrams_dropped(&self) -> u64 {
        self.datagrams.dropped()
    }

    /// `true` once after a datagram was refused as [`Blocked`](SendDatagramError::Blocked), when
    /// half of the room is free again.
    pub fn poll_writable(&mut self) -> bool {
        self.datagrams.poll_writable()
    }

    /// The first thing that every method but `stop()` does.
    fn check_open(&self) -> Result<(), Error> {
        if self.state == IceTransportState::Closed {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "the transport is stopped: make a new one",
            ));
        }
        Ok(())
    }

    /// The only door to the agent: clamps time, runs `f`, routes the requests that it caused.
    fn update<R>(&mut self, now: Instant, f: impl FnOnce(&mut Self, Instant) -> R) -> R {
        let now = self.clock.advance(now);
        let result = f(self, now);
        while let Some(request) = self.agent.poll_request() {
            if let stonechat_ice::Request::CloseSocket(socket) = &request {
                self.unwritable.retain(|other| other != socket);
            }
            self.requests.push(SELF, request);
        }
        result
    }
}
