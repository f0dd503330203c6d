//! `RTCCodecStats`: a codec that a stream uses.

use super::Stats;
use super::dictionary::dictionary;

dictionary! {
    /// `RTCCodecStats`: a codec, as long as a stream of the report uses it. One for each payload
    /// type of a transport, or one for each direction if their parameters differ.
    CodecStats: Stats {
        /// `payloadType`.
        payload_type: u32,
        /// `transportId`: its [`TransportStats`](super::TransportStats).
        transport_id: String,
        /// `mimeType`, such as `video/VP8`.
        mime_type: String,
        /// `clockRate` in Hz.
        clock_rate: Option<u32>,
        /// `channels` of audio.
        channels: Option<u32>,
        /// `sdpFmtpLine`: the format parameters, if there are any.
        sdp_fmtp_line: Option<String>,
    }
}
