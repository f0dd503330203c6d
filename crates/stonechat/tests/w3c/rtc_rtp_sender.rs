//! `RTCRtpSender` (webrtc-pc, section 5.2).

use stonechat::{
    MediaKind, MediaStreamTrack, RtcEncodingOptions, RtcErrorName, RtcPriorityType,
    RtcRtpEncodingParameters, RtcRtpSender, RtcRtpTransceiverInit, RtcSetParameterOptions,
};

use crate::rtc_rtp_transceiver::{connection, negotiate};

// api: RTCRtpSender.getCapabilities
#[test]
fn capabilities_are_those_of_audio_and_video() {
    assert!(RtcRtpSender::get_capabilities("audio").is_some());
    assert!(RtcRtpSender::get_capabilities("video").is_some());
    assert!(RtcRtpSender::get_capabilities("Video").is_none());
    assert!(RtcRtpSender::get_capabilities("").is_none());
}

// api: RTCRtpSender.getParameters, RTCRtpSender.setParameters, RTCRtpEncodingParameters.maxBitrate, RTCRtpEncodingParameters.priority
#[tokio::test]
async fn parameters_are_got_changed_and_set() {
    let (a, b) = (connection(), connection());
    let track = MediaStreamTrack::new(MediaKind::Video);
    let sender = a.add_track(&track, &[]).unwrap();
    negotiate(&a, &b).await;
    let mut parameters = sender.get_parameters();
    assert_eq!(parameters.codecs[0].mime_type, "video/VP8");
    parameters.encodings[0].max_bitrate = Some(100_000);
    parameters.encodings[0].priority = RtcPriorityType::High;
    // Nothing hurries: parameters stay until something changes.
    tokio::task::yield_now().await;
    sender
        .set_parameters(parameters.clone(), RtcSetParameterOptions::default())
        .await
        .unwrap();
    let now = sender.get_parameters();
    assert_eq!(now.encodings, parameters.encodings);
    assert_ne!(now.transaction_id, parameters.transaction_id);
}

// api: RTCRtpSender.setParameters, RTCRtpSendParameters.transactionId
#[tokio::test]
async fn parameters_that_were_overtaken_are_refused() {
    let pc = connection();
    let track = MediaStreamTrack::new(MediaKind::Video);
    let sender = pc.add_track(&track, &[]).unwrap();
    let parameters = sender.get_parameters();
    let options = RtcSetParameterOptions::default;
    sender
        .set_parameters(parameters.clone(), options())
        .await
        .unwrap();
    let error = sender
        .set_parameters(parameters.clone(), options())
        .await
        .unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
    let _ = sender.get_parameters();
    let error = sender
        .set_parameters(parameters, options())
        .await
        .unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
}

// api: RTCSetParameterOptions.encodingOptions, RTCEncodingOptions.keyFrame
#[tokio::test]
async fn options_go_with_encodings() {
    let pc = connection();
    let track = MediaStreamTrack::new(MediaKind::Video);
    let sender = pc.add_track(&track, &[]).unwrap();
    let parameters = sender.get_parameters();
    let key_frame = RtcEncodingOptions { key_frame: true };
    let options = RtcSetParameterOptions {
        encoding_options: vec![key_frame; 2],
    };
    let error = sender
        .set_parameters(parameters.clone(), options)
        .await
        .unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
    let options = RtcSetParameterOptions {
        encoding_options: vec![key_frame],
    };
    sender.set_parameters(parameters, options).await.unwrap();
    assert!(sender.key_frame_requested().await.is_empty());
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.active, RTCRtpCodingParameters.rid
#[tokio::test]
async fn an_encoder_hears_of_its_encodings() {
    let (a, b) = (connection(), connection());
    let track = MediaStreamTrack::new(MediaKind::Video);
    let init = RtcRtpTransceiverInit {
        send_encodings: ["low", "high"]
            .map(RtcRtpEncodingParameters::with_rid)
            .to_vec(),
        ..RtcRtpTransceiverInit::default()
    };
    let sender = a.add_transceiver(&track, init).unwrap().sender().clone();
    let mut hints = sender.encoding_hints();
    assert!(hints.current().iter().all(|hint| !hint.active));
    negotiate(&a, &b).await;
    let now = hints.changed().await.unwrap();
    let told: Vec<_> = now
        .iter()
        .map(|hint| (hint.rid.as_deref().unwrap(), hint.scale_resolution_down_by))
        .collect();
    assert_eq!(told, [("low", 2.0), ("high", 1.0)]);
    let mut parameters = sender.get_parameters();
    parameters.encodings[1].active = false;
    sender
        .set_parameters(parameters, RtcSetParameterOptions::default())
        .await
        .unwrap();
    let active: Vec<_> = hints.current().iter().map(|hint| hint.active).collect();
    assert_eq!(active, [true, false]);
}

// api: RTCRtpTransceiverInit.sendEncodings
#[tokio::test]
async fn encodings_are_checked() {
    let pc = connection();
    let init = RtcRtpTransceiverInit {
        send_encodings: ["same", "same"]
            .map(RtcRtpEncodingParameters::with_rid)
            .to_vec(),
        ..RtcRtpTransceiverInit::default()
    };
    let error = pc.add_transceiver(MediaKind::Video, init).unwrap_err();
    assert_eq!(error.name, RtcErrorName::TypeError);
}

// api: RTCRtpSender.replaceTrack, RTCRtpSender.track
#[tokio::test]
async fn a_track_is_replaced() {
    let pc = connection();
    let before = MediaStreamTrack::new(MediaKind::Audio);
    let sender = pc.add_track(&before, &[]).unwrap();
    let after = MediaStreamTrack::new(MediaKind::Audio);
    sender.replace_track(Some(&after)).await.unwrap();
    assert_eq!(sender.track().unwrap().id(), after.id());
    sender.replace_track(None).await.unwrap();
    assert!(sender.track().is_none());
    let picture = MediaStreamTrack::new(MediaKind::Video);
    let error = sender.replace_track(Some(&picture)).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::TypeError);
}

// api: RTCRtpSender.transport, RTCRtpSender.setStreams
#[tokio::test]
async fn a_sender_has_its_transport_and_streams_with_the_description() {
    let pc = connection();
    let track = MediaStreamTrack::new(MediaKind::Audio);
    let sender = pc.add_track(&track, &[]).unwrap();
    assert!(sender.transport().is_none());
    sender.set_streams(&["here", "there"]).unwrap();
    pc.set_local_description(None).await.unwrap();
    assert!(sender.transport().is_some());
    let sdp = pc.local_description().unwrap().sdp;
    assert!(sdp.contains("a=msid:here ") && sdp.contains("a=msid:there "));
}
