//! `RTCIceCandidate` (webrtc-pc, section 4.8.1).

use stonechat::{
    RtcErrorName, RtcIceCandidate, RtcIceCandidateInit, RtcIceCandidateType,
    RtcIceServerTransportProtocol, RtcIceTcpCandidateType, RtcLocalIceCandidateInit,
};

fn of(text: &str) -> RtcIceCandidate {
    RtcIceCandidate::new(RtcIceCandidateInit {
        candidate: text.to_owned(),
        sdp_mid: Some("0".to_owned()),
        ..RtcIceCandidateInit::default()
    })
    .unwrap()
}

// api: RTCIceCandidate.constructor, RTCIceCandidateInit.sdpMid
// api: RTCIceCandidateInit.sdpMLineIndex, RTCIceCandidate.toJSON
#[test]
fn a_candidate_needs_one_name_of_its_section() {
    let refused = RtcIceCandidate::new(RtcIceCandidateInit::default());
    assert_eq!(refused.unwrap_err().name, RtcErrorName::TypeError);
    for (sdp_mid, sdp_m_line_index) in [(Some("a"), None), (None, Some(3)), (Some("b"), Some(1))] {
        let init = RtcIceCandidateInit {
            sdp_mid: sdp_mid.map(str::to_owned),
            sdp_m_line_index,
            ..RtcIceCandidateInit::default()
        };
        let candidate = RtcIceCandidate::new(init.clone()).unwrap();
        assert_eq!(candidate.sdp_mid(), sdp_mid);
        assert_eq!(candidate.sdp_m_line_index(), sdp_m_line_index);
        assert_eq!(candidate.to_json(), init);
    }
}

// api: RTCIceCandidate.type, RTCIceCandidateType.host, RTCIceCandidateType.srflx
// api: RTCIceCandidateType.prflx, RTCIceCandidateType.relay
#[test]
fn the_type_of_a_candidate_is_the_word_behind_typ() {
    for (word, kind) in [
        ("host", RtcIceCandidateType::Host),
        ("srflx", RtcIceCandidateType::Srflx),
        ("prflx", RtcIceCandidateType::Prflx),
        ("relay", RtcIceCandidateType::Relay),
    ] {
        let text = format!("candidate:1 1 udp 1 192.0.2.1 9 typ {word}");
        assert_eq!(of(&text).kind(), Some(kind));
    }
}

// api: RTCIceCandidate.tcpType, RTCIceTcpCandidateType.active, RTCIceTcpCandidateType.passive
// api: RTCIceTcpCandidateType.so
#[test]
fn the_tcp_type_of_a_candidate_is_the_word_behind_tcptype() {
    for (word, kind) in [
        ("active", RtcIceTcpCandidateType::Active),
        ("passive", RtcIceTcpCandidateType::Passive),
        ("so", RtcIceTcpCandidateType::So),
    ] {
        let text = format!("candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype {word}");
        assert_eq!(of(&text).tcp_type(), Some(kind));
    }
}

// api: RTCIceCandidate.relayProtocol, RTCIceServerTransportProtocol.udp
// api: RTCIceServerTransportProtocol.tcp, RTCIceServerTransportProtocol.tls
#[test]
fn the_relay_protocol_is_known_of_own_candidates_alone() {
    for protocol in [
        RtcIceServerTransportProtocol::Udp,
        RtcIceServerTransportProtocol::Tcp,
        RtcIceServerTransportProtocol::Tls,
    ] {
        let init = RtcLocalIceCandidateInit {
            candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ relay".to_owned(),
            sdp_mid: Some("0".to_owned()),
            relay_protocol: Some(protocol),
            ..RtcLocalIceCandidateInit::default()
        };
        let own = RtcIceCandidate::new(init).unwrap();
        assert_eq!(own.relay_protocol(), Some(protocol));
        let signalled = RtcIceCandidate::new(own.to_json()).unwrap();
        assert_eq!(signalled.relay_protocol(), None);
    }
}
