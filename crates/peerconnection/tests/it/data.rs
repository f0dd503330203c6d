//! Data channels.

use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::{
    Answer, Call, ChannelInit, Config, Configuration, DataChannelState, ErrorName, Event,
    MessageKind,
};
use stonechat_testkit::Link;

use crate::setup::{A, B, Duo, SIDES};

fn pattern(len: usize) -> Bytes {
    (0..len)
        .map(|at| (at % 251) as u8)
        .collect::<Vec<_>>()
        .into()
}

#[test]
fn messages_of_any_size_arrive_whole() {
    let mut duo = Duo::new(1);
    let [ours, theirs] = duo.connect_with_channel();
    let sizes = [
        0, 1, 1000, 1199, 1200, 1201, 16_384, 65_535, 65_536, 100_000, 262_144,
    ];
    for size in sizes {
        duo.send(A, ours, pattern(size));
    }
    duo.wait_received(B, theirs, sizes.len());
    for (data, size) in duo.received(B, theirs).iter().zip(sizes) {
        assert_eq!(*data, pattern(size));
    }
    let data = pattern(262_145);
    let kind = MessageKind::Binary;
    let Answer::Failed(error) = duo.call(
        A,
        Call::Send {
            channel: ours,
            kind,
            data,
        },
    ) else {
        panic!("larger than the peer takes")
    };
    assert_eq!(error.name, ErrorName::TypeError);
}

#[test]
fn text_arrives_as_text_and_what_is_no_utf_8_is_refused() {
    let mut duo = Duo::new(2);
    let [ours, theirs] = duo.connect_with_channel();
    let text = "Grüße, 世界";
    let (channel, kind) = (ours, MessageKind::Text);
    duo.does(
        A,
        Call::Send {
            channel,
            kind,
            data: Bytes::from(text),
        },
    );
    duo.does(
        A,
        Call::Send {
            channel,
            kind,
            data: Bytes::new(),
        },
    );
    duo.wait_received(B, theirs, 2);
    let messages = duo.peer(B).messages[&theirs].clone();
    assert_eq!(messages, [(kind, Bytes::from(text)), (kind, Bytes::new())]);
    let data = Bytes::from_static(&[0xff, 0xfe]);
    let Answer::Failed(error) = duo.call(
        A,
        Call::Send {
            channel,
            kind,
            data,
        },
    ) else {
        panic!("taken")
    };
    assert_eq!(error.name, ErrorName::TypeError);
}

#[test]
fn parameters_of_a_channel_reach_the_peer() {
    let mut duo = Duo::new(3);
    let cases = [
        ChannelInit {
            ordered: false,
            ..ChannelInit::default()
        },
        ChannelInit {
            max_retransmits: Some(3),
            ..ChannelInit::default()
        },
        ChannelInit {
            max_packet_life_time: Some(500),
            ordered: false,
            ..ChannelInit::default()
        },
        ChannelInit {
            protocol: String::from("proto"),
            ..ChannelInit::default()
        },
    ];
    let ours: Vec<_> = cases
        .iter()
        .map(|init| duo.create_channel_with(A, "label ü", init.clone()))
        .collect();
    duo.negotiate(A);
    duo.connect();
    duo.wait_announced(B, cases.len());
    for (channel, init) in duo.announced(B).into_iter().zip(&cases) {
        let view = duo.session(B).channel(channel).unwrap();
        assert_eq!(view.label, "label ü");
        assert_eq!(
            ChannelInit {
                id: None,
                ..view.init
            },
            *init
        );
    }
    for channel in ours {
        duo.wait_open(A, channel);
        assert!(duo.session(A).channel(channel).unwrap().init.id.is_some());
    }
}

#[test]
fn negotiated_channels_need_no_announcement() {
    let mut duo = Duo::new(4);
    let init = ChannelInit {
        negotiated: true,
        id: Some(7),
        ..ChannelInit::default()
    };
    let channels = SIDES.map(|side| duo.create_channel_with(side, "n", init.clone()));
    let again = Call::CreateDataChannel {
        label: String::from("again"),
        init,
    };
    let Answer::Failed(error) = duo.call(A, again) else {
        panic!("the id is in use")
    };
    assert_eq!(error.name, ErrorName::OperationError);
    duo.negotiate(A);
    duo.connect();
    for side in SIDES {
        duo.wait_open(side, channels[side]);
        duo.send(side, channels[side], &b"x"[..]);
    }
    for side in SIDES {
        duo.wait_received(side, channels[side], 1);
        assert!(duo.announced(side).is_empty());
    }
}

#[test]
fn the_buffered_amount_falls_as_the_network_takes_it() {
    let mut duo = Duo::new(5);
    let [ours, theirs] = duo.connect_with_channel();
    let link = Link {
        rate: Some(2_000_000),
        ..Link::delay(Duration::from_millis(20))
    };
    let host = duo.hosts[A];
    duo.world.network.set_links(host, link.clone(), link);
    duo.does(A, Call::SetBufferedAmountLowThreshold(ours, 50_000));
    for _ in 0..20 {
        duo.send(A, ours, pattern(20_000));
    }
    assert_eq!(
        duo.session(A).channel_state(ours),
        (DataChannelState::Open, 400_000)
    );
    let low = |event: &Event| matches!(event, Event::ChannelBufferedAmountLow(_));
    let mut last = 400_000;
    let falls = duo.run_until(Duration::from_secs(20), |duo| {
        let (_, amount) = duo.session(A).channel_state(ours);
        assert!(amount <= last);
        assert_eq!(duo.count(A, low) > 0, amount <= 50_000);
        last = amount;
        amount == 0
    });
    assert!(falls);
    duo.wait_received(B, theirs, 20);
    assert_eq!(duo.count(A, low), 1);
}

#[test]
fn a_full_buffer_refuses_and_takes_again() {
    let config = || {
        let mut config = Config::default();
        config.session.max_buffered_amount = 100_000;
        config
    };
    let configurations = [Configuration::default(), Configuration::default()];
    let mut duo = Duo::configured(6, [config(), config()], configurations);
    let [ours, theirs] = duo.connect_with_channel();
    let call = |data: Bytes| Call::Send {
        channel: ours,
        kind: MessageKind::Binary,
        data,
    };
    let mut taken = 0;
    while let Answer::Done = duo.call(A, call(pattern(30_000))) {
        taken += 1;
    }
    assert_eq!(taken, 3);
    duo.wait_received(B, theirs, 3);
    duo.does(A, call(pattern(30_000)));
}

#[test]
fn what_is_not_pulled_stays_with_the_sender() {
    let config = || {
        let mut config = Config::default();
        config.session.message_credit = 50_000;
        config
    };
    let configurations = [Configuration::default(), Configuration::default()];
    let mut duo = Duo::configured(7, [config(), config()], configurations);
    let [ours, theirs] = duo.connect_with_channel();
    duo.peer(B).pulls_steps = false;
    for _ in 0..200 {
        duo.send(A, ours, pattern(50_000));
    }
    duo.run_for(Duration::from_secs(30));
    let (_, buffered) = duo.session(A).channel_state(ours);
    assert!(buffered > 5_000_000, "only {buffered} octets wait");
    duo.peer(B).pulls_steps = true;
    duo.wait_received(B, theirs, 200);
    assert!(
        duo.received(B, theirs)
            .iter()
            .all(|data| *data == pattern(50_000))
    );
}

#[test]
fn closing_delivers_what_was_sent_before() {
    for (closer, seed) in [(A, 8), (B, 9)] {
        let mut duo = Duo::new(seed);
        let channels = duo.connect_with_channel();
        let (ours, theirs) = (channels[closer], channels[1 - closer]);
        for _ in 0..10 {
            duo.send(closer, ours, pattern(50_000));
        }
        duo.does(closer, Call::CloseChannel(ours));
        assert_eq!(
            duo.session(closer).channel_state(ours).0,
            DataChannelState::Closing
        );
        let kind = MessageKind::Binary;
        let sent = duo.call(
            closer,
            Call::Send {
                channel: ours,
                kind,
                data: Bytes::new(),
            },
        );
        assert!(matches!(sent, Answer::Failed(_)));
        let closed = duo.run_until(Duration::from_secs(20), |duo| {
            SIDES
                .into_iter()
                .all(|side| duo.count(side, |event| matches!(event, Event::ChannelClose(_))) == 1)
        });
        assert!(closed);
        assert_eq!(duo.received(1 - closer, theirs).len(), 10);
        let closing = |event: &Event| matches!(event, Event::ChannelClosing(_));
        assert_eq!(
            duo.count(closer, closing),
            0,
            "only the other side is told that it closes"
        );
        assert_eq!(duo.count(1 - closer, closing), 1);
        let errors = |event: &Event| matches!(event, Event::ChannelError(..));
        assert_eq!(duo.count(closer, errors) + duo.count(1 - closer, errors), 0);
        // The stream may be used again.
        let again = duo.create_channel(A, "again");
        duo.wait_announced(B, 2);
        duo.wait_open(A, again);
    }
}

#[test]
fn a_channel_that_is_closed_before_it_opened_closes() {
    let mut duo = Duo::new(10);
    let channel = duo.create_channel(A, "short");
    let other = duo.create_channel(A, "long");
    duo.does(A, Call::CloseChannel(channel));
    duo.negotiate(A);
    duo.connect();
    duo.wait_open(A, other);
    let closed = |event: &Event| matches!(event, Event::ChannelClose(id) if *id == channel);
    assert!(duo.run_until(Duration::from_secs(10), |duo| duo.count(A, closed) == 1));
    let opened = |event: &Event| matches!(event, Event::ChannelOpen(id) if *id == channel);
    assert_eq!(duo.count(A, opened), 0);
}

#[test]
fn channels_that_cannot_be_are_refused() {
    let mut duo = Duo::new(11);
    let refused = [
        ChannelInit {
            max_packet_life_time: Some(1),
            max_retransmits: Some(1),
            ..ChannelInit::default()
        },
        ChannelInit {
            negotiated: true,
            ..ChannelInit::default()
        },
        ChannelInit {
            negotiated: true,
            id: Some(65_535),
            ..ChannelInit::default()
        },
        ChannelInit {
            protocol: "x".repeat(65_536),
            ..ChannelInit::default()
        },
    ];
    for init in refused {
        let label = String::from("x");
        let Answer::Failed(error) = duo.call(A, Call::CreateDataChannel { label, init }) else {
            panic!("taken")
        };
        assert_eq!(error.name, ErrorName::TypeError);
    }
    duo.flush();
    assert!(duo.events[A].is_empty(), "nothing changed");
}

#[test]
fn nothing_is_built_for_a_socket_that_takes_no_more() {
    let mut duo = Duo::new(12);
    let [ours, theirs] = duo.connect_with_channel();
    let now = duo.now();
    let id = duo.session(A).transports()[0];
    let pair = duo.session(A).transport(id).unwrap().selected_pair.unwrap();
    let network = &duo.world.network;
    let socket = (0..16)
        .map(stonechat_sansio::SocketId)
        .find(|socket| {
            let address = network.local_address(*socket);
            address.is_some_and(|address| {
                Some(address.port()) == pair.local.port() && address.ip().to_string() == "192.0.2.1"
            })
        })
        .unwrap();
    duo.pc(A).handle_writable(now, socket, false);
    duo.send(A, ours, pattern(10_000));
    duo.run_for(Duration::from_millis(300));
    assert!(duo.received(B, theirs).is_empty());
    let now = duo.now();
    duo.pc(A).handle_writable(now, socket, true);
    duo.wait_received(B, theirs, 1);
}

#[test]
fn a_peer_that_opens_and_closes_channels_does_not_fill_the_queue_of_steps() {
    let mut duo = Duo::new(13);
    duo.connect_with_channel();
    duo.peer(B).pulls_steps = false;
    for _ in 0..60 {
        let channels: Vec<_> = (0..50).map(|_| duo.create_channel(A, "x")).collect();
        duo.run_for(Duration::from_millis(50));
        for channel in channels {
            let _ = duo.call(A, Call::CloseChannel(channel));
        }
        duo.run_for(Duration::from_secs(2));
    }
    let now = duo.now();
    let mut steps = 0;
    while duo.pc(B).poll_step(now).is_some() {
        steps += 1;
    }
    assert!((100..2000).contains(&steps), "{steps} steps were waiting");
}
