//! `RTCPeerConnection` (webrtc-pc, section 4.4).

mod identity;
mod rtp;

use std::sync::Arc;

use stonechat_peerconnection::{
    Answer, Call, ChannelInit, ConnectionState, IceConnectionState, IceGatheringState,
    SignalingState, Value, Which,
};
use tokio::sync::watch;

pub use self::rtp::TrackOrKind;
use crate::error::{RtcError, RtcErrorName};
use crate::events::Events;
use crate::peer_connection_event::PeerConnectionEvent;
use crate::rtc_data_channel::RtcDataChannel;
use crate::rtc_ice_candidate::RtcIceCandidateInit;
use crate::rtc_sctp_transport::RtcSctpTransport;
use crate::shared::{Shared, State};
use crate::{RtcConfiguration, RtcOfferOptions, RtcSessionDescription};

/// A peer connection.
///
/// Cheap to clone; all clones are the same. When the last clone is dropped it closes and frees
/// everything, whatever channels and tracks of it are still held.
#[derive(Clone, Debug)]
pub struct RtcPeerConnection {
    guard: Arc<Guard>,
}

/// Closes the peer connection when its last handle goes.
#[derive(Debug)]
struct Guard {
    shared: Arc<Shared>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Closing cannot fail; a second time does nothing.
        let _ = self.shared.call(Call::Close);
    }
}

impl RtcPeerConnection {
    /// A peer connection with codecs, cryptography and limits by default.
    ///
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// `SyntaxError` or `InvalidAccessError` for a server that cannot be used, `OperationError`
    /// if the operating system gives no randomness.
    #[cfg(feature = "rust-crypto")]
    pub fn new(configuration: RtcConfiguration) -> Result<Self, RtcError> {
        crate::Api::default().peer_connection(configuration)
    }

    pub(crate) fn from_shared(shared: Arc<Shared>) -> Self {
        Self {
            guard: Arc::new(Guard { shared }),
        }
    }

    /// `createOffer()`.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the signalling state allows no offer.
    pub async fn create_offer(
        &self,
        options: RtcOfferOptions,
    ) -> Result<RtcSessionDescription, RtcError> {
        description(self.shared().promise(Call::CreateOffer(options)).await?)
    }

    /// `createAnswer()`.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if there is no offer to answer.
    pub async fn create_answer(&self) -> Result<RtcSessionDescription, RtcError> {
        description(self.shared().promise(Call::CreateAnswer).await?)
    }

    /// `setLocalDescription()`; without a description the one that fits the state is made.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the signalling state does not allow it, `InvalidModificationError`
    /// if it is not what was made last.
    pub async fn set_local_description(
        &self,
        description: Option<RtcSessionDescription>,
    ) -> Result<(), RtcError> {
        self.shared()
            .promise(Call::SetLocalDescription(description))
            .await
            .map(|_| ())
    }

    /// `setRemoteDescription()`. An offer that meets one of ours rolls ours back.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the signalling state does not allow it, an `RTCError` with the
    /// line if the SDP is malformed, `InvalidAccessError` if it cannot be accepted.
    pub async fn set_remote_description(
        &self,
        description: RtcSessionDescription,
    ) -> Result<(), RtcError> {
        self.shared()
            .promise(Call::SetRemoteDescription(description))
            .await
            .map(|_| ())
    }

    /// `addIceCandidate()`; `None` or an empty candidate ends the candidates.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` before the remote description, `OperationError` if the candidate is
    /// malformed or its section is not there, `TypeError` if it names none.
    pub async fn add_ice_candidate(
        &self,
        candidate: Option<RtcIceCandidateInit>,
    ) -> Result<(), RtcError> {
        self.shared()
            .promise(Call::AddIceCandidate(candidate))
            .await
            .map(|_| ())
    }

    /// `restartIce()`: the next offer restarts ICE.
    pub fn restart_ice(&self) {
        // After the end there is nothing to restart.
        let _ = self.shared().call(Call::RestartIce);
    }

    /// `getConfiguration()`.
    #[must_use]
    pub fn get_configuration(&self) -> RtcConfiguration {
        self.shared().session().configuration().clone()
    }

    /// `setConfiguration()`.
    ///
    /// # Errors
    ///
    /// `InvalidModificationError` if certificates or bundle policy would change, and as
    /// [`new`](Self::new).
    pub fn set_configuration(&self, configuration: RtcConfiguration) -> Result<(), RtcError> {
        self.shared()
            .call(Call::SetConfiguration(Box::new(configuration)))
            .map(|_| ())
    }

    /// `createDataChannel()`.
    ///
    /// # Errors
    ///
    /// `TypeError` for parameters that do not go together, `OperationError` if the id is in use,
    /// `InvalidStateError` after the end.
    pub fn create_data_channel(
        &self,
        label: impl Into<String>,
        init: ChannelInit,
    ) -> Result<RtcDataChannel, RtcError> {
        let label = label.into();
        match self
            .shared()
            .call(Call::CreateDataChannel { label, init })?
        {
            Answer::Channel(id) => {
                let core = {
                    let mut state = self.shared().session();
                    let State { session, hub } = &mut *state;
                    hub.channel(session, id)
                };
                Ok(RtcDataChannel::new(self.shared(), core))
            }
            _ => Err(unexpected()),
        }
    }

    /// `sctp`, once a section for data was negotiated.
    #[must_use]
    pub fn sctp(&self) -> Option<RtcSctpTransport> {
        self.shared().session().sctp()?;
        Some(RtcSctpTransport::new(self.shared()))
    }

    /// `signalingState`.
    #[must_use]
    pub fn signaling_state(&self) -> SignalingState {
        self.shared().session().signaling_state()
    }

    /// `iceGatheringState`.
    #[must_use]
    pub fn ice_gathering_state(&self) -> IceGatheringState {
        self.shared().session().ice_gathering_state()
    }

    /// `iceConnectionState`.
    #[must_use]
    pub fn ice_connection_state(&self) -> IceConnectionState {
        self.shared().session().ice_connection_state()
    }

    /// `connectionState`.
    #[must_use]
    pub fn connection_state(&self) -> ConnectionState {
        self.shared().session().connection_state()
    }

    /// `localDescription`, with the candidates that were gathered so far.
    #[must_use]
    pub fn local_description(&self) -> Option<RtcSessionDescription> {
        self.shared().session().description(Which::Local)
    }

    /// `remoteDescription`, with the candidates that were added so far.
    #[must_use]
    pub fn remote_description(&self) -> Option<RtcSessionDescription> {
        self.shared().session().description(Which::Remote)
    }

    /// `currentLocalDescription`.
    #[must_use]
    pub fn current_local_description(&self) -> Option<RtcSessionDescription> {
        self.shared().session().description(Which::CurrentLocal)
    }

    /// `currentRemoteDescription`.
    #[must_use]
    pub fn current_remote_description(&self) -> Option<RtcSessionDescription> {
        self.shared().session().description(Which::CurrentRemote)
    }

    /// `pendingLocalDescription`.
    #[must_use]
    pub fn pending_local_description(&self) -> Option<RtcSessionDescription> {
        self.shared().session().description(Which::PendingLocal)
    }

    /// `pendingRemoteDescription`.
    #[must_use]
    pub fn pending_remote_description(&self) -> Option<RtcSessionDescription> {
        self.shared().session().description(Which::PendingRemote)
    }

    /// `canTrickleIceCandidates`.
    #[must_use]
    pub fn can_trickle_ice_candidates(&self) -> Option<bool> {
        self.shared().session().can_trickle_ice_candidates()
    }

    /// The events of the peer connection from now on. The first who asks also gets those of
    /// before; nothing is lost as long as the queue is held.
    #[must_use]
    pub fn events(&self) -> Events<PeerConnectionEvent> {
        let events = self.shared().session().hub.subscribe();
        let shared = Arc::clone(self.shared());
        events.map(move |event| PeerConnectionEvent::new(&shared, event))
    }

    /// Waits until the connection state is `state`.
    ///
    /// # Errors
    ///
    /// `OperationError` if it fails or closes before.
    pub async fn wait_for_connection(&self, state: ConnectionState) -> Result<(), RtcError> {
        let mut states = self.shared().session().hub.states.connection.subscribe();
        let reached = states
            .wait_for(|now| {
                *now == state || matches!(now, ConnectionState::Failed | ConnectionState::Closed)
            })
            .await
            .is_ok_and(|now| *now == state);
        if reached {
            return Ok(());
        }
        Err(RtcError::new(
            RtcErrorName::OperationError,
            "the connection failed or was closed",
        ))
    }

    /// Waits until all candidates are gathered: for signalling that carries whole descriptions.
    pub async fn gathering_complete(&self) {
        let mut states: watch::Receiver<IceGatheringState> =
            self.shared().session().hub.states.ice_gathering.subscribe();
        let _ = states
            .wait_for(|now| *now == IceGatheringState::Complete)
            .await;
    }

    /// `close()`: at once for this side; goodbyes still go out.
    pub fn close(&self) {
        let _ = self.shared().call(Call::Close);
    }

    /// Waits until everything is closed: goodbyes said, sockets closed, the task ended.
    pub async fn closed(&self) {
        let mut finished = self.shared().session().hub.states.finished.subscribe();
        let _ = finished.wait_for(|finished| *finished).await;
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.guard.shared
    }
}

fn description(value: Value) -> Result<RtcSessionDescription, RtcError> {
    match value {
        Value::Description(description) => Ok(description),
        _ => Err(unexpected()),
    }
}

fn unexpected() -> RtcError {
    RtcError::new(
        RtcErrorName::OperationError,
        "the session gave another answer than asked for",
    )
}

impl PartialEq for RtcPeerConnection {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.guard, &other.guard)
    }
}

impl Eq for RtcPeerConnection {}
