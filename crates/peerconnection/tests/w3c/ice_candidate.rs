//! `RTCIceCandidate` (webrtc-pc, section 4.8.1).

use stonechat_peerconnection::{
    ErrorName, IceCandidate, IceCandidateInit, IceCandidateType, IceComponent, IceProtocol,
    IceServerTransportProtocol, IceTcpCandidateType, LocalIceCandidateInit,
};

const HOST: &str = "candidate:1905690388 1 udp 2113937151 192.168.0.1 58041 typ host generation 0 ufrag thC8 network-cost 50";
const REFLEXIVE: &str = "candidate:435653019 2 tcp 1845501695 192.168.0.196 4444 typ srflx raddr www.example.com rport 22222 tcptype active";

fn of(text: &str) -> IceCandidate {
    IceCandidate::new(LocalIceCandidateInit {
        candidate: text.to_owned(),
        sdp_mid: Some("0".to_owned()),
        ..LocalIceCandidateInit::default()
    })
    .unwrap()
}

// api: RTCIceCandidate.RTCIceCandidate, RTCIceCandidateInit.sdpMid
// api: RTCIceCandidateInit.sdpMLineIndex
#[test]
fn a_candidate_of_no_section_is_a_type_error() {
    let refused = IceCandidate::new(LocalIceCandidateInit::default());
    assert_eq!(refused.unwrap_err().name, ErrorName::TypeError);
    let refused = IceCandidate::new(LocalIceCandidateInit {
        candidate: HOST.to_owned(),
        ..LocalIceCandidateInit::default()
    });
    assert_eq!(refused.unwrap_err().name, ErrorName::TypeError);
}

// api: RTCIceCandidate.sdpMid, RTCIceCandidate.sdpMLineIndex, RTCIceCandidate.candidate
// api: RTCIceCandidate.usernameFragment
#[test]
fn either_way_to_name_the_section_is_enough() {
    let candidate = of("");
    assert_eq!(candidate.candidate(), "");
    assert_eq!(candidate.sdp_mid(), Some("0"));
    assert_eq!(candidate.sdp_m_line_index(), None);
    assert_eq!(candidate.username_fragment(), None);
    let candidate = IceCandidate::new(LocalIceCandidateInit {
        sdp_m_line_index: Some(65_535),
        ..LocalIceCandidateInit::default()
    });
    assert_eq!(candidate.unwrap().sdp_m_line_index(), Some(65_535));
}

// api: RTCIceCandidate.foundation, RTCIceCandidate.component, RTCIceCandidate.priority
// api: RTCIceCandidate.address, RTCIceCandidate.protocol, RTCIceCandidate.port
// api: RTCIceCandidate.type, RTCIceCandidate.tcpType, RTCIceCandidate.relatedAddress
// api: RTCIceCandidate.relatedPort, RTCIceComponent.rtp, RTCIceProtocol.udp
// api: RTCIceCandidateType.host
#[test]
fn the_fields_of_a_host_candidate_are_read() {
    let candidate = of(HOST);
    assert_eq!(candidate.candidate(), HOST);
    assert_eq!(candidate.foundation(), Some("1905690388"));
    assert_eq!(candidate.component(), Some(IceComponent::Rtp));
    assert_eq!(candidate.priority(), Some(2_113_937_151));
    assert_eq!(candidate.address().as_deref(), Some("192.168.0.1"));
    assert_eq!(candidate.protocol(), Some(IceProtocol::Udp));
    assert_eq!(candidate.port(), Some(58_041));
    assert_eq!(candidate.kind(), Some(IceCandidateType::Host));
    assert_eq!(candidate.tcp_type(), None);
    assert_eq!(candidate.related_address(), None);
    assert_eq!(candidate.related_port(), None);
}

// api: RTCIceCandidate.component, RTCIceCandidate.protocol, RTCIceCandidate.type
// api: RTCIceCandidate.tcpType, RTCIceCandidate.relatedAddress, RTCIceCandidate.relatedPort
// api: RTCIceComponent.rtcp, RTCIceProtocol.tcp, RTCIceCandidateType.srflx
// api: RTCIceTcpCandidateType.active
#[test]
fn the_fields_of_a_reflexive_tcp_candidate_are_read() {
    let candidate = of(REFLEXIVE);
    assert_eq!(candidate.component(), Some(IceComponent::Rtcp));
    assert_eq!(candidate.protocol(), Some(IceProtocol::Tcp));
    assert_eq!(candidate.kind(), Some(IceCandidateType::Srflx));
    assert_eq!(candidate.tcp_type(), Some(IceTcpCandidateType::Active));
    let related = candidate.related_address();
    assert_eq!(related.as_deref(), Some("www.example.com"));
    assert_eq!(candidate.related_port(), Some(22_222));
}

// api: RTCIceTcpCandidateType.active, RTCIceTcpCandidateType.passive, RTCIceTcpCandidateType.so
// api: RTCIceCandidate.tcpType
#[test]
fn each_type_of_tcp_candidates_is_read() {
    for kind in IceTcpCandidateType::ALL {
        let text = REFLEXIVE.replace("tcptype active", &format!("tcptype {kind}"));
        assert_eq!(of(&text).tcp_type(), Some(kind));
    }
}

// api: RTCIceCandidateType.host, RTCIceCandidateType.srflx, RTCIceCandidateType.prflx
// api: RTCIceCandidateType.relay, RTCIceCandidate.type
#[test]
fn each_type_of_candidates_is_read() {
    for kind in IceCandidateType::ALL {
        let text = HOST.replace("typ host", &format!("typ {kind}"));
        assert_eq!(of(&text).kind(), Some(kind));
    }
}

// api: RTCIceCandidate.tcpType
#[test]
fn a_udp_candidate_has_no_tcp_type() {
    let candidate = of(&format!("{HOST} tcptype passive"));
    assert_eq!(candidate.tcp_type(), None);
}

// api: RTCIceCandidate.candidate, RTCIceCandidate.foundation, RTCIceCandidate.type
#[test]
fn what_is_malformed_is_kept_and_has_no_fields() {
    let malformed = [
        "arbitrary string[0] here;",
        "candidate:1 3 udp 1 192.0.2.1 9 typ host",
        "candidate:1 1 sctp 1 192.0.2.1 9 typ host",
        "candidate:1 1 udp 1 192.0.2.1 99999 typ host",
        "candidate:1 1 udp 1 192.0.2.1 9 typ other",
    ];
    for text in malformed {
        let candidate = of(text);
        assert_eq!(candidate.candidate(), text);
        assert_eq!(candidate.foundation(), None, "{text}");
        assert_eq!(candidate.component(), None);
        assert_eq!(candidate.priority(), None);
        assert_eq!(candidate.address(), None);
        assert_eq!(candidate.protocol(), None);
        assert_eq!(candidate.port(), None);
        assert_eq!(candidate.kind(), None);
    }
}

// api: RTCIceCandidate.address
#[test]
fn addresses_may_be_of_ipv6_or_names() {
    let six = HOST.replace("192.168.0.1", "2001:db8::7");
    assert_eq!(of(&six).address().as_deref(), Some("2001:db8::7"));
    let name = HOST.replace("192.168.0.1", "0f5a.local");
    assert_eq!(of(&name).address().as_deref(), Some("0f5a.local"));
}

// api: RTCIceCandidate.relayProtocol, RTCIceCandidate.url
// api: RTCLocalIceCandidateInit.relayProtocol, RTCLocalIceCandidateInit.url
// api: RTCIceServerTransportProtocol.udp, RTCIceServerTransportProtocol.tcp
// api: RTCIceServerTransportProtocol.tls
#[test]
fn relay_protocol_and_url_are_what_they_were_made_with() {
    for protocol in IceServerTransportProtocol::ALL {
        let candidate = IceCandidate::new(LocalIceCandidateInit {
            sdp_mid: Some("0".to_owned()),
            relay_protocol: Some(protocol),
            url: Some("turn:192.0.2.1".to_owned()),
            ..LocalIceCandidateInit::default()
        })
        .unwrap();
        assert_eq!(candidate.relay_protocol(), Some(protocol));
        assert_eq!(candidate.url(), Some("turn:192.0.2.1"));
    }
    assert_eq!(of(HOST).relay_protocol(), None);
    assert_eq!(of(HOST).url(), None);
}

// api: RTCIceCandidate.toJSON, RTCIceCandidateInit.candidate
// api: RTCIceCandidateInit.usernameFragment
#[test]
fn to_json_is_what_signalling_carries_and_leaves_the_local_members_out() {
    let init = IceCandidateInit {
        candidate: HOST.to_owned(),
        sdp_mid: Some("audio".to_owned()),
        sdp_m_line_index: Some(2),
        username_fragment: Some("thC8".to_owned()),
    };
    let local = LocalIceCandidateInit {
        url: Some("stun:192.0.2.1".to_owned()),
        ..init.clone().into()
    };
    assert_eq!(IceCandidate::new(local).unwrap().to_json(), init);
}
