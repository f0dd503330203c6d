//! Two transports over TCP (RFC 6544), where UDP is blocked.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::{
    GatherOptions, IceProtocol, IceTcpCandidateType, IceTransportConfig, IceTransportState, Request,
};
use stonechat_sansio::SocketId;
use stonechat_testkit::{Link, Realm, seeds};

use super::setup::{Couple, LIMIT};
use crate::setup::{A, B, SIDES};

/// A connects to B, which listens; no datagram passes.
fn couple(seed: u64) -> Couple {
    let mut listening = IceTransportConfig::default();
    listening.ice.tcp.passive = true;
    let link = Link::delay(Duration::from_millis(10));
    let mut couple = Couple::between(seed, &link, [&IceTransportConfig::default(), &listening]);
    couple.world.network.set_firewall(|_, _, _| false);
    couple
}

fn connected(seed: u64) -> Couple {
    let mut couple = couple(seed);
    couple.begin(&GatherOptions::default());
    couple.connect();
    couple
}

fn connections(couple: &Couple) -> [usize; 2] {
    couple
        .hosts
        .map(|host| couple.world.network.streams(host).count())
}

fn open_sockets(couple: &mut Couple) -> [usize; 2] {
    SIDES.map(|side| {
        let peer = couple.peer(side);
        peer.sockets_opened - peer.sockets_closed
    })
}

#[test]
fn two_transports_connect_over_tcp_alone() {
    seeds(10, |seed| {
        let mut couple = connected(seed);
        let [a, b] = SIDES.map(|side| couple.ice(side).selected_candidate_pair().cloned());
        let (a, b) = (a.unwrap(), b.unwrap());
        for candidate in [&a.local, &a.remote, &b.local, &b.remote] {
            assert_eq!(candidate.protocol(), Some(IceProtocol::Tcp));
        }
        assert_eq!(a.local.tcp_type(), Some(IceTcpCandidateType::Active));
        assert_eq!(a.remote.tcp_type(), Some(IceTcpCandidateType::Passive));
        assert_eq!(b.local.tcp_type(), Some(IceTcpCandidateType::Passive));
        assert_eq!(
            (a.remote.address(), a.remote.port()),
            (b.local.address(), b.local.port())
        );
        couple.run_for(Duration::from_secs(2));
        assert_eq!(couple.states(), [IceTransportState::Completed; 2]);
        assert_eq!(connections(&couple), [1, 1]);
        couple.exchange_data();
    });
}

#[test]
fn datagrams_come_whole_and_in_order() {
    let mut couple = connected(1);
    let sizes = [1, 2, 1200, 700, 1199, 3];
    let sent = sizes.map(|len| Bytes::from(vec![0x80 | (len % 64) as u8; len]));
    let now = couple.now();
    for side in SIDES {
        for datagram in &sent {
            couple
                .ice(side)
                .send_datagram(now, datagram.clone())
                .unwrap();
        }
    }
    couple.run_for(Duration::from_secs(1));
    for side in SIDES {
        let arrived: Vec<_> = std::iter::from_fn(|| couple.ice(side).recv_datagram()).collect();
        assert_eq!(arrived, sent);
    }
}

#[test]
fn a_connection_that_breaks_is_opened_again_if_it_had_lasted() {
    for (lasted, comes_back) in [(6, true), (2, false)] {
        let mut couple = connected(2);
        couple.run_for(Duration::from_secs(lasted));
        let (now, host) = (couple.now(), couple.hosts[A]);
        let broken = couple.world.network.streams(host).next().unwrap();
        couple.world.network.break_stream(now, broken);
        couple.run_for(Duration::from_millis(1));
        assert_eq!(couple.states(), [IceTransportState::Disconnected; 2]);
        let is_back = couple.run_until(LIMIT, |couple| {
            let is_connected = |state| {
                matches!(
                    state,
                    IceTransportState::Connected | IceTransportState::Completed
                )
            };
            couple.states().into_iter().all(is_connected)
        });
        assert_eq!(is_back, comes_back, "after {lasted} s");
        let opened: Vec<_> = couple.world.network.streams(host).collect();
        assert_eq!(opened.len(), usize::from(comes_back));
        assert!(!opened.contains(&broken));
        if comes_back {
            assert_eq!(connections(&couple), [1, 1]);
            couple.exchange_data();
        } else {
            assert_eq!(couple.states(), [IceTransportState::Failed; 2]);
        }
    }
}

#[test]
fn who_connects_and_says_nothing_is_sent_away() {
    let mut couple = connected(3);
    let pair = couple.ice(B).selected_candidate_pair().unwrap();
    let (ip, port) = (pair.local.address(), pair.local.port());
    let listening = SocketAddr::new(ip.unwrap().parse().unwrap(), port.unwrap());
    let now = couple.now();
    let network = &mut couple.world.network;
    let stranger = network.add_host();
    let address = "192.0.2.66".parse().unwrap();
    network.add_address(stranger, Realm::Public, address);
    network.connect(now, stranger, address, listening).unwrap();
    couple.run_for(Duration::from_secs(5));
    assert_eq!(connections(&couple), [1, 2]);
    couple.run_for(Duration::from_secs(10));
    assert_eq!(connections(&couple), [1, 1]);
    couple.exchange_data();
}

#[test]
fn stopping_closes_connections_and_listeners_and_what_comes_in_late() {
    let mut couple = connected(4);
    let now = couple.now();
    for side in SIDES {
        couple.ice(side).stop(now);
    }
    couple.run_for(Duration::from_secs(1));
    assert_eq!(connections(&couple), [0, 0]);
    assert_eq!(open_sockets(&mut couple), [0, 0]);
    let (listener, late) = (SocketId(1), SocketId(9_999));
    let remote = "192.0.2.66:5000".parse().unwrap();
    couple.ice(B).handle_accepted(now, listener, late, remote);
    assert_eq!(
        couple.ice(B).poll_request(),
        Some(Request::CloseSocket(late))
    );
    assert_eq!(couple.ice(B).poll_request(), None);
}
