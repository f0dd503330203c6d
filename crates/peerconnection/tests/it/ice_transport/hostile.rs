//! What comes from the other side is anything.

use std::time::Duration;

use proptest::prelude::*;
use stonechat_peerconnection::{
    ErrorName, GatherOptions, IceCandidateInit, IceParameters, IceRole, IceTransport,
    IceTransportConfig, IceTransportState, Reply, RequestId,
};
use stonechat_sansio::SocketId;
use stonechat_testkit::{Link, clock};

use super::setup::Couple;
use crate::setup::{A, B, env};

fn candidate(text: &str) -> IceCandidateInit {
    IceCandidateInit {
        candidate: text.to_owned(),
        ..IceCandidateInit::default()
    }
}

fn transport() -> IceTransport {
    IceTransport::new(IceTransportConfig::default(), &env(1, A), clock::start())
}

#[test]
fn candidates_of_the_peer_are_bounded() {
    let mut ice = transport();
    let now = clock::start();
    let mut refused = None;
    for number in 0..1000_u32 {
        let [.., c, d] = number.to_be_bytes();
        let text = format!("candidate:1 1 udp 1 198.18.{c}.{d} 10100 typ host");
        if let Err(error) = ice.add_remote_candidate(now, candidate(&text)) {
            refused = Some(error.name);
        }
    }
    assert_eq!(refused, Some(ErrorName::OperationError));
    assert_eq!(ice.remote_candidates().count(), 100);
    // Those of generations that never come count as well.
    let mut ice = transport();
    for number in 0..1000_u32 {
        let mut candidate = candidate("candidate:1 1 udp 1 198.18.0.1 10100 typ host");
        candidate.username_fragment = Some(format!("u{number}"));
        let _ = ice.add_remote_candidate(now, candidate);
    }
    assert_eq!(ice.remote_candidates().count(), 100);
}

#[test]
fn candidates_that_cannot_be_used_are_no_error_and_check_nothing() {
    let mut ice = transport();
    let now = clock::start();
    let remote = IceParameters {
        username_fragment: "abcd".to_owned(),
        password: "p".repeat(22),
        ice_lite: false,
    };
    ice.start(now, remote, IceRole::Controlled).unwrap();
    for text in [
        "candidate:1 2 udp 1 192.0.2.1 10100 typ host",
        "candidate:1 1 udp 1 192.0.2.1 25 typ host",
        "candidate:1 1 udp 1 224.0.0.1 10100 typ host",
        "candidate:1 1 udp 1 host.example.org 10100 typ host",
        "candidate:1 1 xyz 1 192.0.2.1 10100 typ host",
    ] {
        ice.add_remote_candidate(now, candidate(text)).unwrap();
        assert_eq!(ice.state(), IceTransportState::New, "{text}");
    }
    assert!(ice.poll_request().is_none());
}

#[test]
fn a_socket_that_comes_too_late_is_closed_again() {
    let mut ice = transport();
    let now = clock::start();
    let reply = Reply::Opened {
        socket: SocketId(7),
        local: "192.0.2.1:5000".parse().unwrap(),
    };
    ice.handle_reply(now, RequestId(99), reply);
    assert_eq!(
        ice.poll_request(),
        Some(stonechat_peerconnection::Request::CloseSocket(SocketId(7)))
    );
}

#[test]
fn a_peer_that_floods_and_a_reader_that_sleeps_do_no_harm() {
    let mut couple = Couple::new(3, &Link::delay(Duration::from_millis(5)));
    couple.begin(&GatherOptions::default());
    couple.connect();
    for _ in 0..100 {
        let now = couple.now();
        for _ in 0..100 {
            let data = bytes::Bytes::from(vec![0x80; 1000]);
            let _ = couple.ice(A).send_datagram(now, data);
        }
        couple.run_for(Duration::from_millis(10));
    }
    assert!(couple.ice(B).datagrams_dropped() > 0);
    let kept = std::iter::from_fn(|| couple.ice(B).recv_datagram()).count();
    assert!(kept * (1000 + 64) <= 256 << 10, "{kept}");
    couple.exchange_data();
}

proptest! {
    #[test]
    fn no_signalled_text_panics(
        text in ".{0,200}",
        fragment in proptest::option::of(".{0,300}"),
        ufrag in ".{0,300}",
        pwd in ".{0,300}",
    ) {
        let mut ice = transport();
        let now = clock::start();
        let init = IceCandidateInit {
            candidate: text,
            username_fragment: fragment,
            ..IceCandidateInit::default()
        };
        if let Err(error) = ice.add_remote_candidate(now, init) {
            prop_assert_eq!(error.name, ErrorName::OperationError);
        }
        let remote = IceParameters { username_fragment: ufrag, password: pwd, ice_lite: false };
        if let Err(error) = ice.start(now, remote, IceRole::Controlling) {
            prop_assert!(matches!(error.name, ErrorName::TypeError | ErrorName::SyntaxError));
            prop_assert_eq!(ice.role(), IceRole::Unknown);
        }
        while ice.poll_step(now).is_some() {}
    }
}
