//! `RTCRtpReceiver` (webrtc-pc, section 5.3).

use std::time::Duration;

use stonechat::{
    MediaKind, RtcErrorName, RtcRtpEncodingParameters, RtcRtpReceiver, RtcRtpTransceiverInit,
};

use crate::rtc_rtp_transceiver::{connection, negotiate};

// api: RTCRtpReceiver.getCapabilities
#[test]
fn what_can_be_received_is_known_before() {
    let capabilities = RtcRtpReceiver::get_capabilities("video").unwrap();
    assert!(!capabilities.codecs.is_empty());
    assert!(!capabilities.header_extensions.is_empty());
    assert!(RtcRtpReceiver::get_capabilities("data").is_none());
}

// api: RTCRtpReceiver.jitterBufferTarget
#[tokio::test]
async fn the_target_of_the_jitter_buffer_has_a_range() {
    let pc = connection();
    let init = RtcRtpTransceiverInit::default();
    let transceiver = pc.add_transceiver(MediaKind::Audio, init).unwrap();
    let receiver = transceiver.receiver();
    assert_eq!(receiver.jitter_buffer_target(), None);
    let target = Some(Duration::from_millis(4_000));
    receiver.set_jitter_buffer_target(target).unwrap();
    let error = receiver
        .set_jitter_buffer_target(Some(Duration::from_millis(4_001)))
        .unwrap_err();
    assert_eq!(error.name, RtcErrorName::RangeError);
    assert_eq!(receiver.jitter_buffer_target(), target);
    receiver.set_jitter_buffer_target(None).unwrap();
    assert_eq!(receiver.jitter_buffer_target(), None);
}

// api: RTCRtpReceiver.getParameters, RTCRtpReceiver.track, RTCRtpReceiver.transport
#[tokio::test]
async fn a_receiver_names_the_encodings_of_simulcast() {
    let (a, b) = (connection(), connection());
    let init = RtcRtpTransceiverInit {
        send_encodings: ["low", "high"]
            .map(RtcRtpEncodingParameters::with_rid)
            .to_vec(),
        ..RtcRtpTransceiverInit::default()
    };
    a.add_transceiver(MediaKind::Video, init).unwrap();
    negotiate(&a, &b).await;
    let receiver = b.get_receivers().remove(0);
    assert_eq!(receiver.track().kind(), MediaKind::Video);
    assert!(receiver.transport().is_some());
    let parameters = receiver.get_parameters();
    let names: Vec<_> = parameters
        .encodings
        .iter()
        .map(|coding| coding.rid.as_deref().unwrap())
        .collect();
    assert_eq!(names, ["low", "high"]);
    assert_eq!(parameters.codecs[0].mime_type, "video/VP8");
}

// api: RTCRtpReceiver.getContributingSources, RTCRtpReceiver.getSynchronizationSources
#[tokio::test]
async fn nobody_is_heard_before_anything_comes() {
    let pc = connection();
    let init = RtcRtpTransceiverInit::default();
    let transceiver = pc.add_transceiver(MediaKind::Audio, init).unwrap();
    assert!(transceiver.receiver().get_contributing_sources().is_empty());
    assert!(
        transceiver
            .receiver()
            .get_synchronization_sources()
            .is_empty()
    );
}
