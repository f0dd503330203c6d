//! Data between two peers, and the end of it.

use bytes::Bytes;
use stonechat::{
    RtcDataChannelEvent, RtcDataChannelInit, RtcDataChannelMessage, RtcDataChannelState,
    RtcErrorName, RtcIceRole, RtcPeerConnectionState,
};

use crate::pair::{pair, pair_with_channel, peer_connection, signal_whole, within};

fn octets(len: usize) -> Bytes {
    (0..=250_u8).cycle().take(len).collect::<Vec<_>>().into()
}

#[tokio::test]
async fn messages_of_all_sizes_go_both_ways() {
    let (_a, _b, near, far) = pair_with_channel().await;
    for (from, to) in [(&near, &far), (&far, &near)] {
        for len in [0, 1, 1_199, 1_200, 1_201, 65_535, 65_536, 262_144] {
            from.send(octets(len)).unwrap();
            let got = within(to.recv()).await.unwrap();
            assert!(
                got == RtcDataChannelMessage::Binary(octets(len)),
                "{len} octets"
            );
        }
        for text in ["", "hello", "żółw – 鶴 – 🐢"] {
            from.send_text(text).unwrap();
            let got = within(to.recv()).await.unwrap();
            assert_eq!(got, RtcDataChannelMessage::Text(text.to_owned()));
        }
    }
}

#[tokio::test]
async fn a_message_larger_than_the_peer_takes_is_refused() {
    let (a, _b, near, far) = pair_with_channel().await;
    let max = usize::try_from(a.pc.sctp().unwrap().max_message_size().unwrap()).unwrap();
    let refused = near.send(octets(max + 1)).unwrap_err();
    assert_eq!(refused.name, RtcErrorName::TypeError);
    near.send_text("still open").unwrap();
    let got = within(far.recv()).await.unwrap();
    assert_eq!(got.as_bytes(), b"still open");
}

#[tokio::test]
async fn whole_descriptions_connect_without_trickle() {
    let (a, b) = (peer_connection(), peer_connection());
    let mut of_b = b.events();
    let near = a
        .create_data_channel("whole", RtcDataChannelInit::default())
        .unwrap();
    signal_whole(&a, &b).await;
    within(near.opened()).await.unwrap();
    near.send_text("hello").unwrap();
    let far = within(async {
        loop {
            if let Some(stonechat::PeerConnectionEvent::DataChannel(RtcDataChannelEvent {
                channel,
                ..
            })) = of_b.next().await
            {
                return channel;
            }
        }
    })
    .await;
    assert_eq!(within(far.recv()).await.unwrap().as_bytes(), b"hello");
}

#[tokio::test]
async fn either_peer_may_offer() {
    for first_offers in [true, false] {
        let (mut a, mut b) = pair();
        let (offerer, answerer) = if first_offers {
            (&a, &mut b)
        } else {
            (&b, &mut a)
        };
        let near = offerer
            .pc
            .create_data_channel("roles", Default::default())
            .unwrap();
        let far = answerer.channel().await;
        within(near.opened()).await.unwrap();
        far.send_text("from the answerer").unwrap();
        assert_eq!(
            within(near.recv()).await.unwrap().as_bytes(),
            b"from the answerer"
        );

        let role = |pc: &stonechat::RtcPeerConnection| {
            pc.sctp()
                .unwrap()
                .transport()
                .unwrap()
                .ice_transport()
                .role()
        };
        assert_eq!(role(&offerer.pc), RtcIceRole::Controlling);
        assert_eq!(role(&answerer.pc), RtcIceRole::Controlled);
    }
}

#[tokio::test]
async fn both_ends_of_a_negotiated_channel_make_it_themselves() {
    let (a, b) = pair();
    let init = RtcDataChannelInit {
        negotiated: true,
        id: Some(42),
        protocol: String::from("p"),
        ..RtcDataChannelInit::default()
    };
    let near = a.pc.create_data_channel("n", init.clone()).unwrap();
    let far = b.pc.create_data_channel("n", init).unwrap();
    within(near.opened()).await.unwrap();
    within(far.opened()).await.unwrap();
    assert_eq!((near.id(), far.id()), (Some(42), Some(42)));
    near.send_text("here").unwrap();
    assert_eq!(within(far.recv()).await.unwrap().as_bytes(), b"here");
}

#[tokio::test]
async fn a_channel_arrives_with_its_parameters() {
    let (a, mut b) = pair();
    let init = RtcDataChannelInit {
        ordered: false,
        max_retransmits: Some(3),
        protocol: String::from("chat.v1"),
        ..RtcDataChannelInit::default()
    };
    let near = a.pc.create_data_channel("ünicode", init).unwrap();
    let far = b.channel().await;
    within(near.opened()).await.unwrap();
    assert_eq!(far.label(), "ünicode");
    assert_eq!(far.protocol(), "chat.v1");
    assert!(!far.ordered());
    assert_eq!(far.max_retransmits(), Some(3));
    assert_eq!(far.max_packet_life_time(), None);
    assert_eq!(far.id(), near.id());
}

#[tokio::test]
async fn a_slow_reader_loses_nothing() {
    let (_a, _b, near, far) = pair_with_channel().await;
    // Nobody reads: windows fill, then the send buffer, and only then is a message refused.
    let mut sent = 0_u32;
    let full = loop {
        let mut message = vec![0; 65_536];
        message[..4].copy_from_slice(&sent.to_be_bytes());
        match near.send(message) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(full.name, RtcErrorName::OperationError);
    assert!(near.buffered_amount() > 0);
    for expected in 0..sent {
        let message = within(far.recv()).await.unwrap();
        assert_eq!(message.as_bytes().len(), 65_536);
        assert_eq!(message.as_bytes()[..4], expected.to_be_bytes());
    }
    // And it goes on.
    within(near.send_when_ready(RtcDataChannelMessage::Text(String::from("more"))))
        .await
        .unwrap();
    assert_eq!(within(far.recv()).await.unwrap().as_bytes(), b"more");
}

#[tokio::test]
async fn one_channel_without_a_reader_does_not_hold_up_another() {
    let (a, mut b) = pair();
    let stuck =
        a.pc.create_data_channel("stuck", Default::default())
            .unwrap();
    let live =
        a.pc.create_data_channel("live", Default::default())
            .unwrap();
    let first = b.channel().await;
    let second = b.channel().await;
    let far = if first.label() == "live" {
        &first
    } else {
        &second
    };
    within(stuck.opened()).await.unwrap();
    within(live.opened()).await.unwrap();
    // Less than the credit of one channel.
    for _ in 0..8 {
        stuck.send(octets(65_536)).unwrap();
    }
    live.send_text("through").unwrap();
    assert_eq!(within(far.recv()).await.unwrap().as_bytes(), b"through");
}

#[tokio::test]
async fn what_was_sent_before_a_channel_closed_arrives_first() {
    let (_a, _b, near, far) = pair_with_channel().await;
    for number in 0..100_u32 {
        near.send(number.to_be_bytes().to_vec()).unwrap();
    }
    near.close();
    let refused = near.send_text("too late").unwrap_err();
    assert_eq!(refused.name, RtcErrorName::InvalidStateError);
    for number in 0..100_u32 {
        let message = within(far.recv()).await.unwrap();
        assert_eq!(message.as_bytes(), number.to_be_bytes());
    }
    assert_eq!(within(far.recv()).await, None);
    within(near.closed()).await;
    within(far.closed()).await;
    assert_eq!(near.ready_state(), RtcDataChannelState::Closed);
    assert_eq!(far.ready_state(), RtcDataChannelState::Closed);
}

#[tokio::test]
async fn either_peer_may_close() {
    for first_closes in [true, false] {
        let (a, b, near, far) = pair_with_channel().await;
        let (closing, other) = if first_closes { (&a, &b) } else { (&b, &a) };
        let (of_closing, of_other) = if first_closes {
            (&near, &far)
        } else {
            (&far, &near)
        };
        closing.pc.close();
        assert_eq!(
            closing.pc.connection_state(),
            RtcPeerConnectionState::Closed
        );
        within(closing.pc.closed()).await;
        assert_eq!(within(of_closing.recv()).await, None);
        // The other side hears of it and its channel ends; it is closed by its owner.
        assert_eq!(within(of_other.recv()).await, None);
        let refused = of_other.send_text("nobody there").unwrap_err();
        assert_eq!(refused.name, RtcErrorName::InvalidStateError);
        other.pc.close();
        within(other.pc.closed()).await;
    }
}

#[tokio::test]
async fn everything_fails_kindly_after_the_end() {
    let (a, _b, near, _far) = pair_with_channel().await;
    a.pc.close();
    a.pc.close();
    within(a.pc.closed()).await;
    let name = |error: stonechat::RtcError| error.name;
    let offer = within(a.pc.create_offer(Default::default()))
        .await
        .map_err(name);
    assert_eq!(offer, Err(RtcErrorName::InvalidStateError));
    let set = within(a.pc.set_local_description(None)).await.map_err(name);
    assert_eq!(set, Err(RtcErrorName::InvalidStateError));
    let channel =
        a.pc.create_data_channel("late", Default::default())
            .map_err(name);
    assert_eq!(channel.err(), Some(RtcErrorName::InvalidStateError));
    assert_eq!(
        near.send_text("late").map_err(name),
        Err(RtcErrorName::InvalidStateError)
    );
    near.close();
    a.pc.restart_ice();
    assert_eq!(within(near.recv()).await, None);
}
