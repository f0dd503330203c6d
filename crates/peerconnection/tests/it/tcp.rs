//! Peer connections over TCP (RFC 6544), where UDP is blocked.

use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::{
    Call, Config, Configuration, IceCandidateInit, IceProtocol, IceTcpCandidateType,
};

use crate::setup::{A, B, Duo, SIDES};

/// A connects to B, which listens; no datagram passes.
fn duo(seed: u64) -> Duo {
    let mut listening = Config::default();
    listening.connection.ice.tcp.passive = true;
    let configs = [Config::default(), listening];
    let configurations = [Configuration::default(), Configuration::default()];
    let mut duo = Duo::configured(seed, configs, configurations);
    duo.world.network.set_firewall(|_, _, _| false);
    duo
}

fn open_streams(duo: &Duo) -> [usize; 2] {
    duo.hosts
        .map(|host| duo.world.network.streams(host).count())
}

fn pattern(len: usize) -> Bytes {
    (0..len)
        .map(|at| (at % 251) as u8)
        .collect::<Vec<_>>()
        .into()
}

#[test]
fn a_data_channel_runs_over_tcp_alone() {
    for seed in 0..5 {
        let mut duo = duo(seed);
        let [ours, theirs] = duo.connect_with_channel();
        for size in [0, 1, 1200, 65_535, 262_144] {
            duo.send(A, ours, pattern(size));
            duo.send(B, theirs, pattern(size));
        }
        duo.wait_received(B, theirs, 5);
        duo.wait_received(A, ours, 5);
        for (side, channel) in [(A, ours), (B, theirs)] {
            let sizes: Vec<_> = duo.received(side, channel).iter().map(Bytes::len).collect();
            assert_eq!(sizes, [0, 1, 1200, 65_535, 262_144]);
            assert_eq!(duo.received(side, channel)[4], pattern(262_144));
        }
        assert_eq!(open_streams(&duo), [1, 1]);
    }
}

#[test]
fn descriptions_and_candidates_tell_who_listens() {
    let mut duo = duo(1);
    duo.connect_with_channel();
    let told = |side: usize| {
        let session = duo.session(side);
        let local = session.description(stonechat_peerconnection::Which::Local);
        let sdp = local.unwrap().sdp;
        let lines = sdp.lines().filter(|line| line.starts_with("a=candidate:"));
        lines
            .map(|line| {
                let candidate: stonechat_ice::Candidate = line.parse().unwrap();
                (candidate.transport.to_string(), candidate.tcp_type)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(told(A), [(String::from("udp"), None)]);
    let passive = Some(stonechat_ice::TcpType::Passive);
    assert_eq!(
        told(B),
        [(String::from("udp"), None), (String::from("tcp"), passive)]
    );
    let listening = duo.events[B].iter().find_map(|event| match event {
        stonechat_peerconnection::Event::IceCandidate {
            candidate: Some(candidate),
            ..
        } if candidate.protocol() == Some(IceProtocol::Tcp) => Some(candidate.clone()),
        _ => None,
    });
    let listening = listening.unwrap();
    assert_eq!(listening.tcp_type(), Some(IceTcpCandidateType::Passive));
    assert_ne!(listening.port(), Some(9));
}

#[test]
fn a_channel_survives_a_connection_that_breaks() {
    let mut duo = duo(2);
    let [ours, theirs] = duo.connect_with_channel();
    duo.send(A, ours, pattern(10));
    duo.wait_received(B, theirs, 1);
    duo.run_until(Duration::from_secs(10), |_| false);
    let now = duo.now();
    let stream = duo.world.network.streams(duo.hosts[A]).next().unwrap();
    duo.world.network.break_stream(now, stream);
    duo.send(A, ours, pattern(20_000));
    duo.send(B, theirs, pattern(20_001));
    duo.wait_received(B, theirs, 2);
    duo.wait_received(A, ours, 1);
    assert_eq!(duo.received(B, theirs)[1], pattern(20_000));
    assert_eq!(duo.received(A, ours)[0], pattern(20_001));
    assert_eq!(open_streams(&duo), [1, 1]);
}

#[test]
fn nothing_is_built_for_a_connection_that_takes_nothing() {
    let mut duo = duo(3);
    let [ours, theirs] = duo.connect_with_channel();
    let now = duo.now();
    let stream = duo.world.network.streams(duo.hosts[A]).next().unwrap();
    duo.pc(A).handle_writable(now, stream, false);
    duo.send(A, ours, pattern(100));
    duo.run_until(Duration::from_secs(3), |_| false);
    assert!(duo.received(B, theirs).is_empty());
    let now = duo.now();
    duo.pc(A).handle_writable(now, stream, true);
    duo.wait_received(B, theirs, 1);
}

#[test]
fn closing_closes_connections_and_listeners() {
    let mut duo = duo(4);
    duo.connect_with_channel();
    for side in SIDES {
        duo.does(side, Call::Close);
    }
    duo.run_until(Duration::from_secs(2), |_| false);
    assert_eq!(open_streams(&duo), [0, 0]);
    assert_eq!(SIDES.map(|side| duo.open_sockets(side)), [0, 0]);
}

#[test]
fn nobody_is_connected_to_on_a_port_of_another_protocol() {
    let mut duo = duo(5);
    duo.trickles = false;
    duo.create_channel(A, "chat");
    duo.negotiate(A);
    for (port, connections) in [(25, 0), (2525, 1)] {
        let candidate = format!("candidate:9 1 tcp 9 192.0.2.9 {port} typ host tcptype passive");
        duo.call(
            A,
            Call::AddIceCandidate(Some(IceCandidateInit {
                candidate,
                sdp_mid: Some(String::from("0")),
                sdp_m_line_index: None,
                username_fragment: None,
            })),
        );
        duo.run_until(Duration::from_secs(2), |_| false);
        assert_eq!(open_streams(&duo), [connections, 0], "{port}");
    }
}
