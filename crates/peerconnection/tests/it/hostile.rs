//! Datagrams from where they should not come.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use stonechat_peerconnection::Kind;
use stonechat_sansio::{Datagram, Ecn, Path, SocketId};

use crate::pair::media;
use crate::setup::{A, B, Duo, SIDES};

const STRANGER: &str = "203.0.113.66:4444";

/// What a stranger may send: records, handshakes, alerts, media, nonsense.
fn inputs() -> Vec<Vec<u8>> {
    let record = |kind: u8, body: &[u8]| {
        let mut record = vec![kind, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1];
        record.extend((body.len() as u16).to_be_bytes());
        record.extend(body);
        record
    };
    // A ClientHello whose only cipher suite is NULL.
    let mut hello = vec![1, 0, 0, 43, 0, 0, 0, 0, 0, 0, 0, 43, 0xfe, 0xfd];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0, 2, 0, 0, 1, 0, 0]);
    vec![
        record(22, &hello),
        record(22, &[2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
        record(21, &[2, 40]),
        record(21, &[1, 0]),
        record(20, &[1]),
        record(23, &[0; 40]),
        vec![0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3],
        vec![0x80, 200, 0, 6, 0, 0, 0, 1],
        vec![0x40, 0, 0, 4, 1, 2, 3, 4],
        vec![0x2f; 60],
        vec![255; 20],
        Vec::new(),
    ]
}

fn sockets(duo: &Duo, side: usize) -> Vec<(SocketId, SocketAddr)> {
    let network = &duo.world.network;
    (0..64)
        .filter_map(|id| Some((SocketId(id), network.local_address(SocketId(id))?)))
        .filter(|(_, local)| local.ip().to_string() == format!("192.0.2.{}", side + 1))
        .collect()
}

fn inject(duo: &mut Duo, side: usize, from: SocketAddr) {
    let now = duo.now();
    for (socket, local) in sockets(duo, side) {
        for octets in inputs() {
            let path = Path::new(socket, local.ip(), from);
            let payload = BytesMut::from(&octets[..]);
            duo.pc(side)
                .handle_datagram(now, Datagram::new(path, Ecn::NotEct, now, payload));
        }
    }
}

#[test]
fn a_stranger_neither_disturbs_the_setup_nor_hears_a_word() {
    let mut calm = Duo::new(1);
    calm.connect_with_channel();
    let normal = calm.now();
    let mut duo = Duo::new(1);
    duo.world.network.set_firewall(|_, to, _| {
        assert_ne!(
            to,
            STRANGER.parse().unwrap(),
            "something was answered to a stranger"
        );
        true
    });
    let stranger: SocketAddr = STRANGER.parse().unwrap();
    let ours = duo.create_channel(A, "chat");
    duo.negotiate(A);
    let connected = duo.run_until(Duration::from_secs(10), |duo| {
        for side in SIDES {
            inject(duo, side, stranger);
        }
        duo.is_connected()
    });
    assert!(connected);
    duo.wait_announced(B, 1);
    duo.wait_open(A, ours);
    assert_eq!(duo.now(), normal, "it took as long as without the stranger");
}

#[test]
fn forged_datagrams_from_the_right_address_do_no_harm_after_the_handshake() {
    let mut duo = Duo::new(2);
    let sender = duo.add_track(A, Kind::Audio, "mic");
    let channels = duo.connect_with_channel();
    for side in SIDES {
        let peers = sockets(&duo, 1 - side);
        for (_, peer) in peers {
            inject(&mut duo, side, peer);
        }
    }
    let to = duo.session(B).transceivers()[0].id;
    media(&mut duo, A, sender, to, 3);
    duo.send(A, channels[A], &b"x"[..]);
    duo.wait_received(B, channels[B], 1);
    assert!(duo.is_connected());
}

#[test]
fn media_from_a_new_address_moves_nothing() {
    let mut duo = Duo::new(3);
    let [ours, theirs] = duo.connect_with_channel();
    duo.world.network.set_firewall(|_, to, _| {
        assert_ne!(to, STRANGER.parse().unwrap(), "the path moved");
        true
    });
    for _ in 0..100 {
        inject(&mut duo, A, STRANGER.parse().unwrap());
        duo.run_for(Duration::from_millis(20));
    }
    duo.send(A, ours, &b"x"[..]);
    duo.wait_received(B, theirs, 1);
}
