//! The words of enums by the names of the top crate.

use stonechat::{
    MediaStreamTrackState, RtcBundlePolicy, RtcDtlsRole, RtcErrorDetailTypeIdp,
    RtcIceTransportPolicy, RtcPriorityType, RtcQualityLimitationReason, RtcRtcpMuxPolicy,
    RtcRtpTransceiverDirection, RtcSdpType, RtcStatsIceCandidatePairState, RtcStatsType,
};

/// Each word names its value, and no other word does.
macro_rules! words {
    ($name:ident $words:expr) => {{
        let words = $words;
        assert_eq!($name::ALL.map($name::as_str), words);
        for value in $name::ALL {
            assert_eq!(value.to_string().parse(), Ok(value));
        }
        assert!("".parse::<$name>().is_err());
        assert!(words[0].to_uppercase().parse::<$name>().is_err());
    }};
}

// api: RTCIceTransportPolicy.relay, RTCIceTransportPolicy.all
#[test]
fn the_transport_policies_have_their_words() {
    words!(RtcIceTransportPolicy ["relay", "all"]);
}

// api: RTCBundlePolicy.balanced, RTCBundlePolicy.max-compat, RTCBundlePolicy.max-bundle
#[test]
fn the_bundle_policies_have_their_words() {
    words!(RtcBundlePolicy ["balanced", "max-compat", "max-bundle"]);
}

// api: RTCRtcpMuxPolicy.require
#[test]
fn the_multiplexing_policy_has_its_word() {
    words!(RtcRtcpMuxPolicy["require"]);
}

// api: RTCSdpType.offer, RTCSdpType.pranswer, RTCSdpType.answer, RTCSdpType.rollback
#[test]
fn the_types_of_descriptions_have_their_words() {
    words!(RtcSdpType ["offer", "pranswer", "answer", "rollback"]);
}

// api: RTCRtpTransceiverDirection.sendrecv, RTCRtpTransceiverDirection.sendonly
// api: RTCRtpTransceiverDirection.recvonly, RTCRtpTransceiverDirection.inactive
// api: RTCRtpTransceiverDirection.stopped
#[test]
fn the_directions_have_their_words() {
    words!(RtcRtpTransceiverDirection [
        "sendrecv", "sendonly", "recvonly", "inactive", "stopped"
    ]);
}

// api: RTCPriorityType.very-low, RTCPriorityType.low, RTCPriorityType.medium
// api: RTCPriorityType.high
#[test]
fn the_priorities_have_their_words() {
    words!(RtcPriorityType ["very-low", "low", "medium", "high"]);
}

// api: MediaStreamTrackState.live, MediaStreamTrackState.ended
#[test]
fn the_states_of_tracks_have_their_words() {
    words!(MediaStreamTrackState ["live", "ended"]);
}

// api: RTCErrorDetailTypeIdp.idp-bad-script-failure, RTCErrorDetailTypeIdp.idp-tls-failure
#[test]
fn the_failures_of_providers_have_their_words() {
    words!(RtcErrorDetailTypeIdp [
        "idp-bad-script-failure",
        "idp-execution-failure",
        "idp-load-failure",
        "idp-need-login",
        "idp-timeout",
        "idp-tls-failure",
        "idp-token-expired",
        "idp-token-invalid"
    ]);
}

// api: RTCStatsType.codec, RTCStatsType.remote-inbound-rtp, RTCStatsType.remote-outbound-rtp
#[test]
fn the_types_of_statistics_have_their_words() {
    words!(RtcStatsType [
        "codec",
        "inbound-rtp",
        "outbound-rtp",
        "remote-inbound-rtp",
        "remote-outbound-rtp",
        "media-source",
        "media-playout",
        "peer-connection",
        "data-channel",
        "transport",
        "candidate-pair",
        "local-candidate",
        "remote-candidate",
        "certificate"
    ]);
}

// api: RTCQualityLimitationReason.none, RTCQualityLimitationReason.cpu
// api: RTCQualityLimitationReason.bandwidth, RTCQualityLimitationReason.other
#[test]
fn the_reasons_of_limitation_have_their_words() {
    words!(RtcQualityLimitationReason ["none", "cpu", "bandwidth", "other"]);
}

// api: RTCDtlsRole.client, RTCDtlsRole.server, RTCDtlsRole.unknown
#[test]
fn the_dtls_roles_have_their_words() {
    words!(RtcDtlsRole ["client", "server", "unknown"]);
}

// api: RTCStatsIceCandidatePairState.frozen, RTCStatsIceCandidatePairState.waiting
// api: RTCStatsIceCandidatePairState.in-progress, RTCStatsIceCandidatePairState.failed
// api: RTCStatsIceCandidatePairState.succeeded
#[test]
fn the_states_of_pairs_have_their_words() {
    words!(RtcStatsIceCandidatePairState [
        "frozen", "waiting", "in-progress", "failed", "succeeded"
    ]);
}
