//! `RTCDtlsTransport` (webrtc-pc, section 5.5) over loopback.

use stonechat::{DtlsEvent, MediaKind, MediaStreamTrack, RtcDtlsTransportState};

use super::media_stream::{exchange, peer_connection, within};

// api: RTCDtlsTransport.onstatechange, RTCDtlsTransport.state, RTCDtlsTransport.iceTransport
// api: RTCDtlsTransportState.new, RTCDtlsTransportState.connecting
// api: RTCDtlsTransportState.connected, RTCDtlsTransportState.closed
#[tokio::test]
async fn statechange_fires_for_connecting_and_connected_and_closing_is_silent() {
    let (a, b) = (peer_connection(), peer_connection());
    let sender = a
        .add_track(&MediaStreamTrack::new(MediaKind::Audio), &[])
        .unwrap();
    a.set_local_description(None).await.unwrap();
    let dtls = sender.transport().unwrap();
    assert_eq!(dtls.state(), RtcDtlsTransportState::New);
    assert!(dtls.get_remote_certificates().is_empty());
    assert_eq!(dtls.ice_transport(), dtls.clone().ice_transport());
    let mut events = dtls.events();
    within(exchange(&a, &b)).await;
    for state in [
        RtcDtlsTransportState::Connecting,
        RtcDtlsTransportState::Connected,
    ] {
        let event = within(events.next()).await;
        assert_eq!(event, Some(DtlsEvent::StateChange(state)));
    }
    assert_eq!(dtls.state(), RtcDtlsTransportState::Connected);
    a.close();
    assert_eq!(dtls.state(), RtcDtlsTransportState::Closed);
    within(a.closed()).await;
    assert_eq!(events.try_next(), None);
}
