//! `RTCTrackEvent` (webrtc-pc, section 5.7).

use crate::media_stream::MediaStream;
use crate::media_stream_track::MediaStreamTrack;
use crate::rtc_rtp_receiver::RtcRtpReceiver;
use crate::rtc_rtp_transceiver::RtcRtpTransceiver;

/// What `track` carries: the peer sends a track, or put it into another stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RtcTrackEvent {
    /// `receiver`.
    pub receiver: RtcRtpReceiver,
    /// `track`.
    pub track: MediaStreamTrack,
    /// `streams`: what the track belongs to.
    pub streams: Vec<MediaStream>,
    /// `transceiver`.
    pub transceiver: RtcRtpTransceiver,
}

/// What an [`RtcTrackEvent`] is made of.
#[derive(Clone, Debug)]
pub struct RtcTrackEventInit {
    /// `receiver`.
    pub receiver: RtcRtpReceiver,
    /// `track`.
    pub track: MediaStreamTrack,
    /// `streams`; may be empty.
    pub streams: Vec<MediaStream>,
    /// `transceiver`.
    pub transceiver: RtcRtpTransceiver,
}

impl RtcTrackEvent {
    /// The constructor.
    #[must_use]
    pub fn new(init: RtcTrackEventInit) -> Self {
        Self {
            receiver: init.receiver,
            track: init.track,
            streams: init.streams,
            transceiver: init.transceiver,
        }
    }
}
