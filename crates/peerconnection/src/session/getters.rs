//! The attributes that an application reads: slots, as the last call or step left them.

use super::Session;
use super::call::{ChannelInit, Direction, TrackInfo};
use super::description::SessionDescription;
use crate::configuration::Configuration;
use crate::data_channel::BinaryType;
use crate::fact::DtlsFact;
use crate::ice_candidate::{IceCandidate, IceCandidatePair, IceParameters};
use crate::id::{ChannelId, Kind, TransceiverId, TransportId};
use crate::rtp_parameters::{RtpEncodingParameters, RtpHeaderExtensionCapability};
use crate::signaling::{SectionKind, Which};
use crate::state::{
    ConnectionState, DataChannelState, DtlsTransportState, IceConnectionState, IceGathererState,
    IceGatheringState, IceRole, IceTransportState, SctpTransportState, SignalingState,
};

impl Session {
    /// `signalingState`.
    #[must_use]
    pub fn signaling_state(&self) -> SignalingState {
        self.signaling.state()
    }

    /// `iceGatheringState`.
    #[must_use]
    pub fn ice_gathering_state(&self) -> IceGatheringState {
        self.ice_gathering_state
    }

    /// `iceConnectionState`.
    #[must_use]
    pub fn ice_connection_state(&self) -> IceConnectionState {
        self.ice_connection_state
    }

    /// `connectionState`.
    #[must_use]
    pub fn connection_state(&self) -> ConnectionState {
        self.connection_state
    }

    /// One of the six descriptions.
    #[must_use]
    pub fn description(&self, which: Which) -> Option<SessionDescription> {
        self.signaling.describe(which)
    }

    /// `canTrickleIceCandidates`: whether the peer said so; `None` before its description.
    #[must_use]
    pub fn can_trickle_ice_candidates(&self) -> Option<bool> {
        let remote = self.signaling.remote()?;
        Some(remote.sdp.sections().any(|section| {
            section
                .ice_options()
                .is_some_and(|options| options.contains("trickle"))
        }))
    }

    /// `getConfiguration()`.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The certificate of our transports.
    #[must_use]
    pub fn certificate(&self) -> &stonechat_crypto::Certificate {
        &self.certificate
    }

    /// Whether `close()` was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// `getTransceivers()`: in the order in which they were made. Those of which
    /// [`is_attached`](TransceiverView::is_attached) is false have no place in `getSenders()` and
    /// `getReceivers()`.
    #[must_use]
    pub fn transceivers(&self) -> Vec<TransceiverView> {
        self.transceivers
            .iter()
            .filter_map(|transceiver| self.transceiver(transceiver.id))
            .collect()
    }

    /// One transceiver.
    #[must_use]
    pub fn transceiver(&self, id: TransceiverId) -> Option<TransceiverView> {
        let transceiver = self
            .transceivers
            .iter()
            .find(|transceiver| transceiver.id == id)?;
        let transport = self
            .signaling
            .sections
            .iter()
            .find(|section| section.transceiver() == Some(id))
            .and_then(|section| section.transport);
        Some(TransceiverView {
            id,
            kind: transceiver.kind,
            mid: transceiver.mid.clone(),
            direction: if transceiver.stopping {
                Direction::Stopped
            } else {
                transceiver.direction
            },
            current_direction: if transceiver.stopped {
                Some(Direction::Stopped)
            } else {
                transceiver.current_direction
            },
            stopped: transceiver.stopping,
            is_attached: !transceiver.stopped,
            sender_track: transceiver.sender.track.clone(),
            sender_streams: transceiver.sender.streams.clone(),
            receiver_track: transceiver.receiver.track_id.clone(),
            receiver_muted: transceiver.receiver.muted,
            receiver_ended: transceiver.receiver.ended,
            receiver_streams: transceiver.receiver.streams.clone(),
            send_codecs: transceiver.sender.codecs.clone(),
            receive_codecs: transceiver.receiver.codecs.clone(),
            transport,
            encodings: transceiver.sender.encodings.clone(),
        })
    }

    /// `getHeaderExtensionsToNegotiate()`; empty once the transceiver is gone.
    #[must_use]
    pub fn header_extensions_to_negotiate(
        &self,
        id: TransceiverId,
    ) -> Vec<RtpHeaderExtensionCapability> {
        let transceiver = self.transceivers.iter().find(|other| other.id == id);
        transceiver.map_or_else(Vec::new, |other| other.extensions_to_negotiate.clone())
    }

    /// `getNegotiatedHeaderExtensions()`; empty before an answer.
    #[must_use]
    pub fn negotiated_header_extensions(
        &self,
        id: TransceiverId,
    ) -> Vec<RtpHeaderExtensionCapability> {
        let transceiver = self.transceivers.iter().find(|other| other.id == id);
        transceiver.map_or_else(Vec::new, |other| other.negotiated_extensions.clone())
    }

    /// One data channel; also one of the last 64 that closed.
    #[must_use]
    pub fn channel(&self, id: ChannelId) -> Option<ChannelView> {
        let channel = self.channels.get(id)?;
        Some(ChannelView {
            label: channel.label.clone(),
            init: channel.init.clone(),
            state: channel.state,
            buffered_amount: channel.buffered_amount,
            buffered_amount_low_threshold: channel.low_threshold,
            binary_type: channel.binary_type,
        })
    }

    /// `bufferedAmount` and state of a data channel, without a copy of the rest.
    #[must_use]
    pub fn channel_state(&self, id: ChannelId) -> (DataChannelState, u64) {
        self.channels
            .get(id)
            .map_or((DataChannelState::Closed, 0), |channel| {
                (channel.state, channel.buffered_amount)
            })
    }

    /// The ICE and DTLS transport of this name.
    #[must_use]
    pub fn transport(&self, id: TransportId) -> Option<TransportView> {
        let transport = self.transports.get(id)?;
        let is_checking = !matches!(
            transport.ice_state,
            IceTransportState::New | IceTransportState::Closed
        );
        Some(TransportView {
            id,
            ice_state: transport.ice_state,
            gathering_state: transport.gathering_state,
            role: transport.role.into(),
            local_candidates: transport.surfaced.clone(),
            remote_candidates: transport.remote_candidates.clone(),
            selected_pair: transport
                .selected
                .as_deref()
                .cloned()
                .filter(|_| is_checking),
            local_parameters: self
                .signaling
                .represents(&transport.credentials)
                .then(|| IceParameters::from(&transport.credentials)),
            remote_parameters: self.remote_parameters(id),
            dtls_state: transport.dtls_state,
            connected: transport.connected.clone(),
        })
    }

    fn remote_parameters(&self, id: TransportId) -> Option<IceParameters> {
        let mut parameters = IceParameters::from(&self.remote_credentials(id)?);
        parameters.ice_lite = self
            .signaling
            .remote()
            .is_some_and(|remote| remote.sdp.ice_lite());
        Some(parameters)
    }

    /// The names of all transports.
    #[must_use]
    pub fn transports(&self) -> Vec<TransportId> {
        self.transports
            .living()
            .filter(|transport| !transport.is_pooled)
            .map(|transport| transport.id)
            .collect()
    }

    /// `sctp`: the transport of the association, its state, the largest message in octets
    /// (`u64::MAX` if any) and the most channels.
    #[must_use]
    pub fn sctp(&self) -> Option<SctpView> {
        let sctp = self.channels.sctp?;
        let transport = self
            .signaling
            .sections
            .iter()
            .find(|section| section.kind == SectionKind::Data && !section.rejected)?
            .transport;
        Some(SctpView {
            transport,
            state: sctp.state,
            max_message_size: sctp.max_message_size,
            max_channels: sctp.max_channels,
        })
    }
}

/// `RTCRtpTransceiver` with its sender and receiver.
#[derive(Clone, Debug)]
pub struct TransceiverView {
    /// Its name.
    pub id: TransceiverId,
    /// Audio or video.
    pub kind: Kind,
    /// `mid`.
    pub mid: Option<String>,
    /// `direction`.
    pub direction: Direction,
    /// `currentDirection`.
    pub current_direction: Option<Direction>,
    /// Whether `stop()` was called or its section was rejected.
    pub stopped: bool,
    /// Whether its sender and receiver are among those of the peer connection: it is not stopped
    /// for good.
    pub is_attached: bool,
    /// The track of the sender.
    pub sender_track: Option<TrackInfo>,
    /// The ids of the streams that it belongs to.
    pub sender_streams: Vec<String>,
    /// The id of the track of the receiver.
    pub receiver_track: String,
    /// Whether that track is muted.
    pub receiver_muted: bool,
    /// Whether that track has ended.
    pub receiver_ended: bool,
    /// The ids of the streams that it belongs to.
    pub receiver_streams: Vec<String>,
    /// What may be sent, the preferred first.
    pub send_codecs: Vec<crate::plan::CodecPlan>,
    /// What may be received.
    pub receive_codecs: Vec<crate::plan::CodecPlan>,
    /// The transport that carries both.
    pub transport: Option<TransportId>,
    /// The encodings of the sender.
    pub encodings: Vec<RtpEncodingParameters>,
}

/// `RTCDataChannel`.
#[derive(Clone, Debug)]
pub struct ChannelView {
    /// `label`.
    pub label: String,
    /// What it was made with; `id` is its stream once that is known.
    pub init: ChannelInit,
    /// `readyState`.
    pub state: DataChannelState,
    /// `bufferedAmount`, in octets.
    pub buffered_amount: u64,
    /// `bufferedAmountLowThreshold`, in octets.
    pub buffered_amount_low_threshold: u64,
    /// `binaryType`.
    pub binary_type: BinaryType,
}

/// `RTCDtlsTransport` with its `RTCIceTransport`.
#[derive(Clone, Debug)]
pub struct TransportView {
    /// Its name.
    pub id: TransportId,
    /// State of the ICE transport.
    pub ice_state: IceTransportState,
    /// `gatheringState`.
    pub gathering_state: IceGathererState,
    /// `role`.
    pub role: IceRole,
    /// `getLocalCandidates()`.
    pub local_candidates: Vec<IceCandidate>,
    /// `getRemoteCandidates()`: peer-reflexive ones are not among them.
    pub remote_candidates: Vec<IceCandidate>,
    /// `getLocalParameters()`, once a local description has them.
    pub local_parameters: Option<IceParameters>,
    /// `getRemoteParameters()`, once both descriptions fit together.
    pub remote_parameters: Option<IceParameters>,
    /// `getSelectedCandidatePair()`.
    pub selected_pair: Option<IceCandidatePair>,
    /// State of the DTLS transport.
    pub dtls_state: DtlsTransportState,
    /// What was agreed, once connected.
    pub connected: Option<DtlsFact>,
}

/// `RTCSctpTransport`.
#[derive(Clone, Copy, Debug)]
pub struct SctpView {
    /// `transport`, once a description of ours names it.
    pub transport: Option<TransportId>,
    /// `state`.
    pub state: SctpTransportState,
    /// `maxMessageSize`, in octets; `u64::MAX` if there is no limit.
    pub max_message_size: u64,
    /// `maxChannels`, once connected.
    pub max_channels: Option<u16>,
}
