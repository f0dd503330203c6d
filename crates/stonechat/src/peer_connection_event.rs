//! The events of a peer connection.

use std::sync::Arc;

use stonechat_peerconnection::{
    ConnectionState, Event, IceConnectionState, IceGatheringState, SignalingState,
};

use crate::hub::ConnectionEvent;
use crate::rtc_data_channel::RtcDataChannel;
use crate::rtc_data_channel_event::{RtcDataChannelEvent, RtcDataChannelEventInit};
use crate::rtc_peer_connection_ice_event::{
    RtcPeerConnectionIceErrorEvent, RtcPeerConnectionIceEvent, RtcPeerConnectionIceEventInit,
};
use crate::rtc_rtp_receiver::RtcRtpReceiver;
use crate::rtc_rtp_transceiver::RtcRtpTransceiver;
use crate::rtc_track_event::{RtcTrackEvent, RtcTrackEventInit};
use crate::shared::Shared;

/// One event of a peer connection; those of states carry the state that they report.
///
/// A task that sends candidates to the peer runs beside the one that awaits
/// `set_local_description`: let both send through one queue or lock, so that a description goes
/// before its candidates. Browsers refuse candidates of a generation that they do not know yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PeerConnectionEvent {
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
    /// `icecandidate`.
    IceCandidate(RtcPeerConnectionIceEvent),
    /// `icecandidateerror`.
    IceCandidateError(RtcPeerConnectionIceErrorEvent),
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
    DataChannel(RtcDataChannelEvent),
}

impl PeerConnectionEvent {
    /// Makes handles of the ids that the session speaks of.
    pub(crate) fn new(shared: &Arc<Shared>, event: ConnectionEvent) -> Option<Self> {
        let event = match event {
            ConnectionEvent::DataChannel(core) => {
                let channel = RtcDataChannel::new(shared, core);
                let init = RtcDataChannelEventInit { channel };
                return Some(Self::DataChannel(RtcDataChannelEvent::new(init)));
            }
            ConnectionEvent::Other(event) => event,
        };
        let receiver = |id| RtcRtpReceiver::new(shared, id);
        Some(match event {
            Event::NegotiationNeeded => Self::NegotiationNeeded,
            Event::SignalingStateChange(state) => Self::SignalingStateChange(state),
            Event::IceGatheringStateChange(state) => Self::IceGatheringStateChange(state),
            Event::IceConnectionStateChange(state) => Self::IceConnectionStateChange(state),
            Event::ConnectionStateChange(state) => Self::ConnectionStateChange(state),
            Event::IceCandidate { candidate, url } => {
                let init = RtcPeerConnectionIceEventInit { candidate, url };
                Self::IceCandidate(RtcPeerConnectionIceEvent::new(init))
            }
            Event::IceCandidateError {
                local,
                url,
                code,
                text,
            } => {
                let event = RtcPeerConnectionIceErrorEvent::at(local, url, code, text);
                Self::IceCandidateError(event)
            }
            Event::Track {
                transceiver,
                receiver: id,
                streams,
            } => {
                let receiver = receiver(id);
                let streams = shared.session().hub.remote_streams(&streams);
                Self::Track(RtcTrackEvent::new(RtcTrackEventInit {
                    transceiver: RtcRtpTransceiver::new(shared, transceiver),
                    track: receiver.track().clone(),
                    receiver,
                    streams,
                }))
            }
            Event::TrackRemoved {
                receiver: id,
                streams,
            } => Self::TrackRemoved {
                receiver: receiver(id),
                streams,
            },
            Event::TrackMuted(id) => Self::TrackMuted {
                receiver: receiver(id),
                muted: true,
            },
            Event::TrackUnmuted(id) => Self::TrackMuted {
                receiver: receiver(id),
                muted: false,
            },
            _ => return None,
        })
    }
}
