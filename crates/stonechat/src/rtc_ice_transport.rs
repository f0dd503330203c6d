//! `RTCIceTransport` (webrtc-pc, section 5.6, and webrtc-ice).

mod standalone;

use std::sync::Arc;

use bytes::Bytes;
use stonechat_peerconnection::session::TransportView;
use stonechat_peerconnection::{Event, IceTransport, TransportId};

use self::standalone::Guard;
pub(crate) use self::standalone::Standalone;
use crate::error::{RtcError, RtcErrorName};
use crate::events::Events;
use crate::rtc_ice_candidate::{RtcIceCandidate, RtcIceCandidateInit, RtcIceCandidatePair};
use crate::rtc_peer_connection_ice_event::{
    RtcPeerConnectionIceErrorEvent, RtcPeerConnectionIceEvent, RtcPeerConnectionIceEventInit,
};
use crate::shared::Shared;

pub use stonechat_peerconnection::{
    GatherOptions as RtcIceGatherOptions, IceComponent as RtcIceComponent,
    IceGathererState as RtcIceGathererState, IceParameters as RtcIceParameters,
    IceRole as RtcIceRole, IceTransportState as RtcIceTransportState, SendDatagramError,
};

/// An ICE transport: the one under a DTLS transport, or with [`new`](Self::new) one for use without
/// a peer connection and without SDP.
///
/// Cheap to clone; all clones are equal, and equal to what later calls give of the same transport.
/// When the last clone of one that was made with `new` is dropped it stops and frees everything.
///
/// # Example
///
/// One side; what `carry` takes goes to the other, who gives it to the same methods:
///
/// ```no_run
/// use stonechat::{IceEvent, RtcIceGatherOptions, RtcIceParameters, RtcIceRole, RtcIceTransport};
///
/// # async fn carry<T>(_: T) {}
/// # async fn run(theirs: RtcIceParameters) -> Result<(), stonechat::RtcError> {
/// let ice = RtcIceTransport::new()?;
/// carry(ice.get_local_parameters()).await;
/// ice.start(theirs, RtcIceRole::Controlling)?; // the other side: Controlled
/// ice.gather(RtcIceGatherOptions::default())?;
/// let mut events = ice.events();
/// while let Some(event) = events.next().await {
///     match event {
///         IceEvent::IceCandidate(event) => carry(event.candidate).await, // add_remote_candidate
///         IceEvent::StateChange(state) => println!("{}", state.as_str()),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RtcIceTransport {
    of: Of,
}

/// What it belongs to.
#[derive(Clone, Debug)]
enum Of {
    PeerConnection {
        shared: Arc<Shared>,
        id: TransportId,
    },
    Itself(Arc<Guard>),
}

/// One event of an ICE transport; those of states carry the state that they report.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum IceEvent {
    /// `statechange`.
    StateChange(RtcIceTransportState),
    /// `gatheringstatechange`.
    GatheringStateChange(RtcIceGathererState),
    /// `selectedcandidatepairchange`.
    SelectedCandidatePairChange,
    /// `icecandidate`: to be carried to the peer, who gives it to
    /// [`add_remote_candidate`](RtcIceTransport::add_remote_candidate). One with an empty
    /// `candidate` text ends the candidates and is carried as well. Fires on a transport that was
    /// made with [`new`](RtcIceTransport::new); others fire it on their peer connection.
    IceCandidate(RtcPeerConnectionIceEvent),
    /// `icecandidateerror`, of `onerror`: a server gave no candidate. Fires as `IceCandidate`.
    Error(RtcPeerConnectionIceErrorEvent),
}

impl RtcIceTransport {
    /// The constructor of webrtc-ice: a transport for use without a peer connection, in the state
    /// `new`, that has its parameters.
    ///
    /// Must be called within a tokio runtime. [`Api::ice_transport`](crate::Api::ice_transport)
    /// makes one with other limits.
    ///
    /// # Errors
    ///
    /// `OperationError` if the operating system gives no randomness, `InvalidStateError` outside a
    /// runtime.
    #[cfg(feature = "rust-crypto")]
    pub fn new() -> Result<Self, RtcError> {
        crate::Api::default().ice_transport()
    }

    pub(crate) fn of_peer_connection(shared: &Arc<Shared>, id: TransportId) -> Self {
        let shared = Arc::clone(shared);
        Self {
            of: Of::PeerConnection { shared, id },
        }
    }

    pub(crate) fn standalone(core: Arc<Standalone>) -> Self {
        Self {
            of: Of::Itself(Arc::new(Guard(core))),
        }
    }

    /// `gather()`: opens sockets, asks the servers, and fires `icecandidate` for each candidate.
    ///
    /// Once gathering is complete, another call begins an ICE restart with other local parameters
    /// and the servers of its own options; [`start`](Self::start) takes them into use.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the transport is stopped, is gathering or belongs to a peer
    /// connection, `SyntaxError` for a malformed URL, `NotSupportedError` for a scheme that is not
    /// implemented, `InvalidAccessError` for a TURN server without user name or credential.
    #[expect(clippy::needless_pass_by_value, reason = "the options are handed over")]
    pub fn gather(&self, options: RtcIceGatherOptions) -> Result<(), RtcError> {
        self.itself()?.call(|ice, now| ice.gather(now, &options))
    }

    /// `start()`: the peer's parameters and our role; by default `controlled` in the W3C API.
    ///
    /// With other parameters than before it restarts ICE; the pair in use goes on to carry data
    /// until another one works. The same ones again have no effect, unless
    /// [`gather`](Self::gather) was called since.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the transport is stopped, has another role already or belongs to a
    /// peer connection, `TypeError` if username fragment or password is missing (empty) or the
    /// role is `unknown`, `SyntaxError` if they do not follow the grammar of RFC 8839.
    pub fn start(
        &self,
        remote_parameters: RtcIceParameters,
        role: RtcIceRole,
    ) -> Result<(), RtcError> {
        let core = self.itself()?;
        core.call(|ice, now| ice.start(now, remote_parameters, role))
    }

    /// `stop()`: closes the transport for good. A second time it does nothing.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the transport belongs to a peer connection: close that.
    pub fn stop(&self) -> Result<(), RtcError> {
        self.itself()?.stop();
        Ok(())
    }

    /// `addRemoteCandidate()`: a candidate of the peer; one with an empty `candidate` text ends
    /// its candidates. It may come before [`start`](Self::start).
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the transport is stopped or belongs to a peer connection,
    /// `OperationError` if the candidate is malformed or one too many.
    pub fn add_remote_candidate(
        &self,
        remote_candidate: RtcIceCandidateInit,
    ) -> Result<(), RtcError> {
        let core = self.itself()?;
        core.call(|ice, now| ice.add_remote_candidate(now, remote_candidate))
    }

    /// Sends a datagram to the peer as it is, once there is room for it; beyond the W3C API. It may
    /// be lost like any datagram, and nothing protects or paces it: that is for the protocol in it.
    ///
    /// # Errors
    ///
    /// [`SendDatagramError`] if there is no pair that works, the datagram is longer than
    /// [`max_datagram`](stonechat_peerconnection::connection::Config::max_datagram) or may be
    /// mistaken for STUN, or the transport is stopped. `NotConnected` if it belongs to a peer
    /// connection, which sends what it has to.
    pub async fn send_datagram(&self, data: Bytes) -> Result<(), SendDatagramError> {
        match &self.of {
            Of::Itself(guard) => guard.0.send(data).await,
            Of::PeerConnection { .. } => Err(SendDatagramError::NotConnected),
        }
    }

    /// The next datagram of the peer; beyond the W3C API. `None` once the transport is stopped, and
    /// of one that belongs to a peer connection.
    ///
    /// Nothing is lost if the future is dropped before it is ready. Of more than 256 KiB that wait
    /// the oldest datagrams are dropped.
    pub async fn recv_datagram(&self) -> Option<Bytes> {
        match &self.of {
            Of::Itself(guard) => guard.0.recv().await,
            Of::PeerConnection { .. } => None,
        }
    }

    /// `role`.
    #[must_use]
    pub fn role(&self) -> RtcIceRole {
        self.read(IceTransport::role, |view| view.role)
            .unwrap_or(RtcIceRole::Unknown)
    }

    /// `state`.
    #[must_use]
    pub fn state(&self) -> RtcIceTransportState {
        self.read(IceTransport::state, |view| view.ice_state)
            .unwrap_or(RtcIceTransportState::Closed)
    }

    /// `gatheringState`.
    #[must_use]
    pub fn gathering_state(&self) -> RtcIceGathererState {
        self.read(IceTransport::gathering_state, |view| view.gathering_state)
            .unwrap_or(RtcIceGathererState::Complete)
    }

    /// `getLocalCandidates()`.
    #[must_use]
    pub fn get_local_candidates(&self) -> Vec<RtcIceCandidate> {
        let ours = |ice: &IceTransport| ice.local_candidates().to_vec();
        self.read(ours, |view| view.local_candidates)
            .unwrap_or_default()
    }

    /// `component`: `rtp`, because RTCP is always multiplexed with RTP.
    #[must_use]
    pub fn component(&self) -> RtcIceComponent {
        RtcIceComponent::Rtp
    }

    /// `getRemoteCandidates()`: what was added, without peer-reflexive ones.
    #[must_use]
    pub fn get_remote_candidates(&self) -> Vec<RtcIceCandidate> {
        let theirs = |ice: &IceTransport| ice.remote_candidates().cloned().collect();
        self.read(theirs, |view| view.remote_candidates)
            .unwrap_or_default()
    }

    /// `getLocalParameters()`: of a transport of a peer connection once a local description has
    /// them, of others from the beginning.
    #[must_use]
    pub fn get_local_parameters(&self) -> Option<RtcIceParameters> {
        let ours = |ice: &IceTransport| Some(ice.local_parameters());
        self.read(ours, |view| view.local_parameters).flatten()
    }

    /// `getRemoteParameters()`: of a transport of a peer connection once both descriptions fit
    /// together, of others once they are started.
    #[must_use]
    pub fn get_remote_parameters(&self) -> Option<RtcIceParameters> {
        let theirs = |ice: &IceTransport| ice.remote_parameters().cloned();
        self.read(theirs, |view| view.remote_parameters).flatten()
    }

    /// `getSelectedCandidatePair()`.
    #[must_use]
    pub fn get_selected_candidate_pair(&self) -> Option<RtcIceCandidatePair> {
        let pair = |ice: &IceTransport| ice.selected_candidate_pair().cloned();
        self.read(pair, |view| view.selected_pair).flatten()
    }

    /// The events of the transport from now on. The first who asks also gets those of before.
    #[must_use]
    pub fn events(&self) -> Events<IceEvent> {
        let events = match &self.of {
            Of::PeerConnection { shared, id } => {
                shared.session().hub.transport(*id).ice.subscribe()
            }
            Of::Itself(guard) => guard.0.subscribe(),
        };
        events.map(IceEvent::new)
    }

    /// Reads a transport of either kind; `None` if the peer connection does not know it any more.
    fn read<R>(
        &self,
        itself: impl FnOnce(&IceTransport) -> R,
        of_peer_connection: impl FnOnce(TransportView) -> R,
    ) -> Option<R> {
        match &self.of {
            Of::PeerConnection { shared, id } => {
                let view = shared.session().transport(*id);
                view.map(of_peer_connection)
            }
            Of::Itself(guard) => Some(guard.0.with(|ice| itself(ice))),
        }
    }

    /// The transport as one that can be told what to do.
    fn itself(&self) -> Result<&Arc<Standalone>, RtcError> {
        match &self.of {
            Of::Itself(guard) => Ok(&guard.0),
            Of::PeerConnection { .. } => Err(RtcError::new(
                RtcErrorName::InvalidStateError,
                "the transport belongs to a peer connection, whose descriptions say what it does",
            )),
        }
    }
}

impl PartialEq for RtcIceTransport {
    fn eq(&self, other: &Self) -> bool {
        match (&self.of, &other.of) {
            (
                Of::PeerConnection { shared, id },
                Of::PeerConnection {
                    shared: others,
                    id: other,
                },
            ) => Arc::ptr_eq(shared, others) && id == other,
            (Of::Itself(guard), Of::Itself(other)) => Arc::ptr_eq(guard, other),
            _ => false,
        }
    }
}

impl Eq for RtcIceTransport {}

impl IceEvent {
    fn new(event: Event) -> Option<Self> {
        Some(match event {
            Event::IceTransportStateChange(_, state) => Self::StateChange(state),
            Event::IceTransportGatheringStateChange(_, state) => Self::GatheringStateChange(state),
            Event::SelectedCandidatePairChange(_) => Self::SelectedCandidatePairChange,
            Event::IceCandidate { candidate, url } => {
                let init = RtcPeerConnectionIceEventInit { candidate, url };
                Self::IceCandidate(RtcPeerConnectionIceEvent::new(init))
            }
            Event::IceCandidateError {
                local,
                url,
                code,
                text,
            } => Self::Error(RtcPeerConnectionIceErrorEvent::at(local, url, code, text)),
            _ => return None,
        })
    }
}
