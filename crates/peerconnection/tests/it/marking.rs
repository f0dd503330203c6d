//! Code points of packets (webrtc-priority; RFC 8837, section 5), as a network sees them.

use std::collections::BTreeSet;

use stonechat_peerconnection::{
    Answer, Call, ChannelInit, Config, Configuration, Kind, PacketMarking, Priority, SenderId,
    SetParameterOptions,
};
use stonechat_sansio::Dscp;
use stonechat_testkit::Happened;

use crate::pair::media;
use crate::setup::{A, B, Duo};

fn duo(seed: u64, marking: PacketMarking) -> Duo {
    let mut configs = [Config::default(), Config::default()];
    configs[A].connection.packet_marking = marking;
    let mut duo = Duo::configured(
        seed,
        configs,
        [Configuration::default(), Configuration::default()],
    );
    duo.world.network.record();
    duo
}

fn prioritize(duo: &mut Duo, sender: SenderId, priority: Priority, network: Option<Priority>) {
    let Answer::Parameters(mut parameters) = duo.does(A, Call::GetParameters(sender)) else {
        panic!("parameters")
    };
    for encoding in &mut parameters.encodings {
        encoding.priority = priority;
        encoding.network_priority = network;
    }
    let options = SetParameterOptions::default();
    duo.promised(A, Call::SetParameters(sender, parameters, options))
        .unwrap();
}

/// The code points of what A sent from packet `from` of the network's record on, and those of B,
/// besides the one that asks for nothing: reports and checks of ICE have that.
fn marks(duo: &Duo, from: usize) -> [BTreeSet<Dscp>; 2] {
    let mut marks = [BTreeSet::new(), BTreeSet::new()];
    let entries = duo.world.network.trace().entries();
    let a = duo.world.network.addresses(duo.hosts[A]).next().unwrap();
    for entry in &entries[from..] {
        if entry.happened == Happened::Sent && entry.dscp != Dscp::DF {
            let side = if entry.from.ip() == a { A } else { B };
            marks[side].insert(entry.dscp);
        }
    }
    marks
}

/// These code points, as [`marks`] tells them.
fn set(of: &[Dscp]) -> BTreeSet<Dscp> {
    of.iter().copied().filter(|of| *of != Dscp::DF).collect()
}

fn recorded(duo: &Duo) -> usize {
    duo.world.network.trace().entries().len()
}

const LEVELS: [Priority; 4] = [
    Priority::VeryLow,
    Priority::Low,
    Priority::Medium,
    Priority::High,
];

#[test]
fn media_is_marked_by_kind_and_network_priority() {
    for (kind, expected) in [
        (Kind::Audio, [Dscp::LE, Dscp::DF, Dscp::EF, Dscp::EF]),
        (Kind::Video, [Dscp::LE, Dscp::DF, Dscp::AF42, Dscp::AF41]),
    ] {
        let mut duo = duo(1, PacketMarking::ByPriority);
        let sender = duo.add_track(A, kind, "track");
        duo.negotiate(A);
        duo.connect();
        let to = duo.session(B).transceivers()[0].id;
        for (level, dscp) in LEVELS.into_iter().zip(expected) {
            for other in LEVELS {
                // The one of the network counts; without it, the other.
                prioritize(&mut duo, sender, other, Some(level));
                let from = recorded(&duo);
                media(&mut duo, A, sender, to, 5);
                assert_eq!(marks(&duo, from)[A], set(&[dscp]));
            }
            prioritize(&mut duo, sender, level, None);
            let from = recorded(&duo);
            media(&mut duo, A, sender, to, 5);
            let [ours, theirs] = marks(&duo, from);
            assert_eq!(ours, set(&[dscp]));
            assert_eq!(theirs, set(&[]), "B does not mark");
        }
    }
}

#[test]
fn flows_of_one_transport_keep_their_marks() {
    let mut duo = duo(2, PacketMarking::ByPriority);
    let voice = duo.add_track(A, Kind::Audio, "voice");
    let camera = duo.add_track(A, Kind::Video, "camera");
    duo.negotiate(A);
    duo.connect();
    prioritize(&mut duo, voice, Priority::High, None);
    prioritize(&mut duo, camera, Priority::Medium, None);
    let from = recorded(&duo);
    for index in 0..2 {
        let to = duo.session(B).transceivers()[index].id;
        let sender = [voice, camera][index];
        media(&mut duo, A, sender, to, 3);
    }
    assert_eq!(marks(&duo, from)[A], set(&[Dscp::EF, Dscp::AF42]));
    // Audio is short, video is long: each has its own mark, also when they are due together.
    let entries = duo.world.network.trace().entries();
    for entry in &entries[from..] {
        match entry.dscp {
            Dscp::EF => assert!(entry.len < 200),
            Dscp::AF42 => assert!(entry.len > 200),
            _ => {}
        }
    }
}

#[test]
fn an_association_is_marked_by_its_highest_channel() {
    let mut duo = duo(3, PacketMarking::ByPriority);
    duo.connect_with_channel();
    for (priority, expected) in [
        (Priority::VeryLow, Dscp::DF),
        (Priority::Medium, Dscp::AF11),
        (Priority::Low, Dscp::AF11),
        (Priority::High, Dscp::AF21),
        (Priority::Medium, Dscp::AF21),
    ] {
        let init = ChannelInit {
            priority,
            ..ChannelInit::default()
        };
        let channel = duo.create_channel_with(A, "more", init);
        duo.wait_open(A, channel);
        let from = recorded(&duo);
        duo.send(A, channel, vec![1; 5_000]);
        duo.run_for(std::time::Duration::from_millis(300));
        let [ours, theirs] = marks(&duo, from);
        assert_eq!(ours, set(&[expected]), "{priority:?}");
        assert_eq!(theirs, set(&[]));
    }
}

#[test]
fn nothing_is_marked_unless_that_is_wanted() {
    let mut duo = duo(4, Config::default().connection.packet_marking);
    let init = ChannelInit {
        priority: Priority::High,
        ..ChannelInit::default()
    };
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let channel = duo.create_channel_with(A, "data", init);
    duo.negotiate(A);
    duo.wait_open(A, channel);
    prioritize(&mut duo, sender, Priority::High, Some(Priority::High));
    let to = duo.session(B).transceivers()[0].id;
    media(&mut duo, A, sender, to, 5);
    assert_eq!(marks(&duo, 0), [set(&[]), set(&[])]);
}
