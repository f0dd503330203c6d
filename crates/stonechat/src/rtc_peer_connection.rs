//! `RTCPeerConnection` (webrtc-pc, section 4.4).

use std::sync::Arc;

use stonechat_peerconnection::{
    Answer, Call, ChannelInit, ConnectionState, Event, IceConnectionState, IceGatheringState, Kind,
    SignalingState, TransceiverInit, Value, Which,
};
use tokio::sync::watch;

use crate::api::Api;
use crate::error::{RtcError, RtcErrorName};
use crate::events::Events;
use crate::media_stream::MediaStream;
use crate::media_stream_track::MediaStreamTrack;
use crate::rtc_data_channel::RtcDataChannel;
use crate::rtc_ice_candidate::{RtcIceCandidate, RtcIceCandidateInit};
use crate::rtc_rtp_receiver::RtcRtpReceiver;
use crate::rtc_rtp_sender::RtcRtpSender;
use crate::rtc_rtp_transceiver::RtcRtpTransceiver;
use crate::rtc_sctp_transport::RtcSctpTransport;
use crate::shared::{Shared, State};
use crate::{RtcConfiguration, RtcOfferOptions, RtcSessionDescription, RtcStatsReport};

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
    pub fn new(configuration: RtcConfiguration) -> Result<Self, RtcError> {
        Api::default().peer_connection(configuration)
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
    pub fn configuration(&self) -> RtcConfiguration {
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

    /// `addTrack()`: sends a track in streams of these ids.
    ///
    /// # Errors
    ///
    /// `InvalidAccessError` if the track is being sent already, `InvalidStateError` after the end.
    pub fn add_track(
        &self,
        track: &MediaStreamTrack,
        streams: &[&str],
    ) -> Result<RtcRtpSender, RtcError> {
        let streams = streams.iter().map(|&stream| stream.to_owned()).collect();
        match self.shared().call(Call::AddTrack {
            track: track.info(),
            streams,
        })? {
            Answer::Sender(id) => {
                let sender = RtcRtpSender::new(self.shared(), id);
                sender.set_track(Some(track));
                Ok(sender)
            }
            _ => Err(unexpected()),
        }
    }

    /// `removeTrack()`: the sender stays and sends nothing.
    ///
    /// # Errors
    ///
    /// `InvalidAccessError` if the sender belongs to another peer connection.
    pub fn remove_track(&self, sender: &RtcRtpSender) -> Result<(), RtcError> {
        self.shared().call(Call::RemoveTrack(sender.id()))?;
        sender.set_track(None);
        Ok(())
    }

    /// `addTransceiver()` of a kind.
    ///
    /// # Errors
    ///
    /// `TypeError` for a stream id that is no token, `InvalidStateError` after the end.
    pub fn add_transceiver(
        &self,
        kind: Kind,
        init: TransceiverInit,
    ) -> Result<RtcRtpTransceiver, RtcError> {
        self.transceiver_of(
            Call::AddTransceiver {
                kind,
                track: None,
                init,
            },
            None,
        )
    }

    /// `addTransceiver()` with a track.
    ///
    /// # Errors
    ///
    /// As [`add_transceiver`](Self::add_transceiver).
    pub fn add_transceiver_with_track(
        &self,
        track: &MediaStreamTrack,
        init: TransceiverInit,
    ) -> Result<RtcRtpTransceiver, RtcError> {
        let call = Call::AddTransceiver {
            kind: track.kind(),
            track: Some(track.info()),
            init,
        };
        self.transceiver_of(call, Some(track))
    }

    fn transceiver_of(
        &self,
        call: Call,
        track: Option<&MediaStreamTrack>,
    ) -> Result<RtcRtpTransceiver, RtcError> {
        match self.shared().call(call)? {
            Answer::Transceiver(id) => {
                let transceiver = RtcRtpTransceiver::new(self.shared(), id);
                transceiver.sender().set_track(track);
                Ok(transceiver)
            }
            _ => Err(unexpected()),
        }
    }

    /// `getTransceivers()`.
    #[must_use]
    pub fn transceivers(&self) -> Vec<RtcRtpTransceiver> {
        let ids: Vec<_> = self
            .shared()
            .session()
            .transceivers()
            .into_iter()
            .map(|view| view.id)
            .collect();
        ids.into_iter()
            .map(|id| RtcRtpTransceiver::new(self.shared(), id))
            .collect()
    }

    /// `getSenders()`.
    #[must_use]
    pub fn senders(&self) -> Vec<RtcRtpSender> {
        self.transceivers()
            .iter()
            .map(|transceiver| transceiver.sender().clone())
            .collect()
    }

    /// `getReceivers()`.
    #[must_use]
    pub fn receivers(&self) -> Vec<RtcRtpReceiver> {
        self.transceivers()
            .iter()
            .map(|transceiver| transceiver.receiver().clone())
            .collect()
    }

    /// `sctp`, once a section for data was negotiated.
    #[must_use]
    pub fn sctp(&self) -> Option<RtcSctpTransport> {
        self.shared().session().sctp()?;
        Some(RtcSctpTransport::new(self.shared()))
    }

    /// `getStats()`.
    ///
    /// # Errors
    ///
    /// None while the driver lives.
    pub async fn get_stats(&self) -> Result<RtcStatsReport, RtcError> {
        match self.shared().promise(Call::GetStats).await? {
            Value::Stats(report) => Ok(*report),
            _ => Err(unexpected()),
        }
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
    pub fn events(&self) -> RtcPeerConnectionEvents {
        let queue = self.shared().session().hub.subscribe();
        RtcPeerConnectionEvents {
            queue,
            shared: Arc::clone(self.shared()),
        }
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

    fn shared(&self) -> &Arc<Shared> {
        &self.guard.shared
    }
}

/// The events of a peer connection, in the order in which the specification fires them.
///
/// A task that sends candidates to the peer runs beside the one that awaits
/// `set_local_description`: let both send through one queue or lock, so that a description goes
/// before its candidates. Browsers refuse candidates of a generation that they do not know yet.
///
/// Holding it does not keep the peer connection open.
#[derive(Debug)]
pub struct RtcPeerConnectionEvents {
    queue: Events<Event>,
    shared: Arc<Shared>,
}

/// One event of a peer connection or of its transports.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RtcPeerConnectionEvent {
    /// `negotiationneeded`.
    NegotiationNeeded,
    /// `signalingstatechange`.
    SignalingStateChange(SignalingState),
    /// `icegatheringstatechange`.
    IceGatheringStateChange(IceGatheringState),
    /// `iceconnectionstatechange`.
    IceConnectionStateChange(IceConnectionState),
    /// `connectionstatechange`.
    ConnectionStateChange(ConnectionState),
    /// `icecandidate`: `None` once all transports have gathered; a candidate with an empty
    /// candidate text ends the candidates of one generation.
    IceCandidate(Option<RtcIceCandidate>),
    /// `icecandidateerror`.
    IceCandidateError {
        /// The server.
        url: String,
        /// The STUN error code, or 701 if the server was not reached.
        error_code: u16,
        /// The reason phrase.
        error_text: String,
    },
    /// `track`.
    Track(RtcTrackEvent),
    /// The track of a receiver left these streams.
    TrackRemoved {
        /// Its receiver.
        receiver: RtcRtpReceiver,
        /// The ids of the streams.
        streams: Vec<String>,
    },
    /// `mute` or `unmute` on the track of a receiver.
    TrackMuted {
        /// Its receiver.
        receiver: RtcRtpReceiver,
        /// Whether it is muted now.
        muted: bool,
    },
    /// `datachannel`.
    DataChannel(RtcDataChannel),
    /// An event of a transport, with what it reports.
    Transport(Event),
}

/// `RTCTrackEvent`.
#[derive(Clone, Debug)]
pub struct RtcTrackEvent {
    /// `transceiver`.
    pub transceiver: RtcRtpTransceiver,
    /// `receiver`.
    pub receiver: RtcRtpReceiver,
    /// `track`.
    pub track: MediaStreamTrack,
    /// `streams`: what the track belongs to.
    pub streams: Vec<MediaStream>,
}

impl RtcPeerConnectionEvents {
    /// The next event; `None` once the peer connection is closed.
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub async fn next(&mut self) -> Option<RtcPeerConnectionEvent> {
        let event = self.queue.next().await?;
        Some(self.convert(event))
    }

    fn convert(&self, event: Event) -> RtcPeerConnectionEvent {
        use RtcPeerConnectionEvent as E;
        let receiver = |id| RtcRtpReceiver::new(&self.shared, id);
        match event {
            Event::NegotiationNeeded => E::NegotiationNeeded,
            Event::SignalingStateChange(state) => E::SignalingStateChange(state),
            Event::IceGatheringStateChange(state) => E::IceGatheringStateChange(state),
            Event::IceConnectionStateChange(state) => E::IceConnectionStateChange(state),
            Event::ConnectionStateChange(state) => E::ConnectionStateChange(state),
            Event::IceCandidate { candidate, url } => {
                E::IceCandidate(candidate.map(|candidate| RtcIceCandidate::new(candidate, url)))
            }
            Event::IceCandidateError {
                url, code, text, ..
            } => E::IceCandidateError {
                url,
                error_code: code,
                error_text: text,
            },
            Event::Track {
                transceiver,
                receiver: id,
                streams,
            } => {
                let receiver = receiver(id);
                let streams = self.shared.session().hub.remote_streams(&streams);
                E::Track(RtcTrackEvent {
                    transceiver: RtcRtpTransceiver::new(&self.shared, transceiver),
                    track: receiver.track().clone(),
                    receiver,
                    streams,
                })
            }
            Event::TrackRemoved {
                receiver: id,
                streams,
            } => E::TrackRemoved {
                receiver: receiver(id),
                streams,
            },
            Event::TrackMuted(id) => E::TrackMuted {
                receiver: receiver(id),
                muted: true,
            },
            Event::TrackUnmuted(id) => E::TrackMuted {
                receiver: receiver(id),
                muted: false,
            },
            Event::DataChannel(id) => {
                let core = {
                    let mut state = self.shared.session();
                    let State { session, hub } = &mut *state;
                    hub.channel(session, id)
                };
                E::DataChannel(RtcDataChannel::new(&self.shared, core))
            }
            other => E::Transport(other),
        }
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
