//! `RTCRtpTransceiver`, and what adds one (webrtc-pc, sections 5.1 and 5.4).

use stonechat::{
    MediaKind, MediaStreamTrack, RtcConfiguration, RtcErrorName, RtcPeerConnection, RtcRtpSender,
    RtcRtpTransceiverDirection, RtcRtpTransceiverInit,
};

pub(crate) fn connection() -> RtcPeerConnection {
    RtcPeerConnection::new(RtcConfiguration::default()).unwrap()
}

/// One whole exchange without candidates.
pub(crate) async fn negotiate(a: &RtcPeerConnection, b: &RtcPeerConnection) {
    a.set_local_description(None).await.unwrap();
    b.set_remote_description(a.local_description().unwrap())
        .await
        .unwrap();
    b.set_local_description(None).await.unwrap();
    a.set_remote_description(b.local_description().unwrap())
        .await
        .unwrap();
}

// api: RTCPeerConnection.addTransceiver, RTCRtpTransceiver.sender, RTCRtpTransceiver.receiver, RTCRtpTransceiver.mid
#[tokio::test]
async fn a_transceiver_of_a_kind_has_no_track_to_send() {
    let pc = connection();
    let init = RtcRtpTransceiverInit::default();
    let transceiver = pc.add_transceiver(MediaKind::Video, init).unwrap();
    assert!(transceiver.sender().track().is_none());
    assert_eq!(transceiver.receiver().track().kind(), MediaKind::Video);
    assert_eq!(transceiver.mid(), None);
    assert_eq!(transceiver.current_direction(), None);
}

// api: RTCPeerConnection.addTransceiver, RTCRtpSender.track
#[tokio::test]
async fn a_transceiver_of_a_track_sends_it() {
    let pc = connection();
    let track = MediaStreamTrack::new(MediaKind::Audio);
    let init = RtcRtpTransceiverInit::default();
    let transceiver = pc.add_transceiver(&track, init).unwrap();
    assert_eq!(transceiver.sender().track().unwrap().id(), track.id());
    assert_eq!(transceiver.kind(), MediaKind::Audio);
}

// api: RTCRtpTransceiver.direction, RTCRtpTransceiver.currentDirection, RTCRtpTransceiver.mid
#[tokio::test]
async fn directions_are_negotiated() {
    let (a, b) = (connection(), connection());
    let init = RtcRtpTransceiverInit::default();
    let transceiver = a.add_transceiver(MediaKind::Audio, init).unwrap();
    transceiver
        .set_direction(RtcRtpTransceiverDirection::SendOnly)
        .unwrap();
    negotiate(&a, &b).await;
    assert!(transceiver.mid().is_some());
    assert_eq!(
        transceiver.current_direction(),
        Some(RtcRtpTransceiverDirection::SendOnly)
    );
    let stopped = transceiver.set_direction(RtcRtpTransceiverDirection::Stopped);
    assert_eq!(stopped.unwrap_err().name, RtcErrorName::TypeError);
}

// api: RTCRtpTransceiver.stop, RTCRtpTransceiver.direction, RTCRtpTransceiver.currentDirection
#[tokio::test]
async fn a_stopped_transceiver_stays_stopped_when_it_is_gone() {
    let (a, b) = (connection(), connection());
    let init = RtcRtpTransceiverInit::default();
    let transceiver = a.add_transceiver(MediaKind::Audio, init).unwrap();
    negotiate(&a, &b).await;
    transceiver.stop().unwrap();
    assert_eq!(transceiver.direction(), RtcRtpTransceiverDirection::Stopped);
    negotiate(&a, &b).await;
    assert!(a.get_transceivers().is_empty());
    assert_eq!(
        transceiver.current_direction(),
        Some(RtcRtpTransceiverDirection::Stopped)
    );
}

// api: RTCPeerConnection.getSenders, RTCPeerConnection.getReceivers, RTCPeerConnection.getTransceivers
#[tokio::test]
async fn the_end_detaches_senders_and_receivers() {
    let pc = connection();
    let init = RtcRtpTransceiverInit::default();
    pc.add_transceiver(MediaKind::Audio, init).unwrap();
    assert_eq!((pc.get_senders().len(), pc.get_receivers().len()), (1, 1));
    pc.close();
    assert!(pc.get_senders().is_empty());
    assert!(pc.get_receivers().is_empty());
    assert_eq!(pc.get_transceivers().len(), 1);
}

// api: RTCPeerConnection.removeTrack
#[tokio::test]
async fn the_sender_of_another_connection_is_refused() {
    let (a, b) = (connection(), connection());
    let track = MediaStreamTrack::new(MediaKind::Audio);
    let sender = a.add_track(&track, &[]).unwrap();
    let error = b.remove_track(&sender).unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidAccessError);
    a.remove_track(&sender).unwrap();
    assert!(sender.track().is_none());
}

// api: RTCRtpTransceiver.setCodecPreferences, RTCRtpSender.getCapabilities
#[tokio::test]
async fn preferred_codecs_come_from_the_capabilities() {
    let pc = connection();
    let init = RtcRtpTransceiverInit::default();
    let transceiver = pc.add_transceiver(MediaKind::Audio, init).unwrap();
    let codecs = RtcRtpSender::get_capabilities("audio").unwrap().codecs;
    transceiver
        .set_codec_preferences(vec![codecs[1].clone()])
        .unwrap();
    let offer = pc.create_offer(Default::default()).await.unwrap().sdp;
    assert!(offer.contains("PCMU/8000") && !offer.contains("opus"));
    let mut unknown = codecs[0].clone();
    unknown.mime_type = String::from("audio/unknown");
    let error = transceiver
        .set_codec_preferences(vec![unknown])
        .unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
}

// api: RTCRtpTransceiver.getHeaderExtensionsToNegotiate, RTCRtpTransceiver.setHeaderExtensionsToNegotiate, RTCRtpTransceiver.getNegotiatedHeaderExtensions
#[tokio::test]
async fn header_extensions_are_under_control() {
    let (a, b) = (connection(), connection());
    let init = RtcRtpTransceiverInit::default();
    let transceiver = a.add_transceiver(MediaKind::Audio, init).unwrap();
    let mut extensions = transceiver.get_header_extensions_to_negotiate();
    extensions[0].direction = RtcRtpTransceiverDirection::Stopped;
    transceiver
        .set_header_extensions_to_negotiate(extensions.clone())
        .unwrap();
    assert!(transceiver.get_negotiated_header_extensions().is_empty());
    negotiate(&a, &b).await;
    assert_eq!(transceiver.get_negotiated_header_extensions(), extensions);
    extensions.pop();
    let error = transceiver
        .set_header_extensions_to_negotiate(extensions)
        .unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
}
