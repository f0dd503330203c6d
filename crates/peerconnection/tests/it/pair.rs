//! Two peer connections: data and media both ways.

use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{Delivery, FrameTime, OutgoingFrame, OutgoingPacket};
use stonechat_peerconnection::{
    Answer, Call, Configuration, ConnectionState, Direction, Event, IceConnectionState,
    IceGatheringState, Kind, MessageKind, SdpType, SendMediaError, SenderId, SessionDescription,
    SignalingState, TransceiverId, Which,
};

use crate::setup::{A, B, Duo, SIDES};

#[test]
fn a_message_travels_each_way() {
    let mut duo = Duo::new(1);
    let [ours, theirs] = duo.connect_with_channel();
    duo.send(A, ours, &b"hello"[..]);
    duo.wait_received(B, theirs, 1);
    duo.send(B, theirs, &b"world"[..]);
    duo.wait_received(A, ours, 1);
    assert_eq!(duo.received(B, theirs), [Bytes::from("hello")]);
    assert_eq!(duo.received(A, ours), [Bytes::from("world")]);
}

#[test]
fn states_go_their_way_and_each_is_told_once() {
    let mut duo = Duo::new(2);
    duo.connect_with_channel();
    duo.run_for(Duration::from_secs(2));
    for side in SIDES {
        let signaling: Vec<_> = duo.events[side]
            .iter()
            .filter_map(|event| match event {
                Event::SignalingStateChange(state) => Some(*state),
                _ => None,
            })
            .collect();
        let pending = [
            SignalingState::HaveLocalOffer,
            SignalingState::HaveRemoteOffer,
        ][side];
        assert_eq!(signaling, [pending, SignalingState::Stable]);
        let connection: Vec<_> = duo.events[side]
            .iter()
            .filter_map(|event| match event {
                Event::ConnectionStateChange(state) => Some(*state),
                _ => None,
            })
            .collect();
        assert_eq!(
            connection,
            [ConnectionState::Connecting, ConnectionState::Connected]
        );
        let gathering: Vec<_> = duo.events[side]
            .iter()
            .filter_map(|event| match event {
                Event::IceGatheringStateChange(state) => Some(*state),
                _ => None,
            })
            .collect();
        assert_eq!(
            gathering,
            [IceGatheringState::Gathering, IceGatheringState::Complete]
        );
        let ends = |event: &Event| {
            matches!(
                event,
                Event::IceCandidate {
                    candidate: None,
                    ..
                }
            )
        };
        assert_eq!(duo.count(side, ends), 1);
        let ice = duo.session(side).ice_connection_state();
        assert!(matches!(
            ice,
            IceConnectionState::Connected | IceConnectionState::Completed
        ));
    }
    let needed = |event: &Event| matches!(event, Event::NegotiationNeeded);
    assert_eq!([duo.count(A, needed), duo.count(B, needed)], [1, 0]);
}

#[test]
fn descriptions_that_hold_all_candidates_do_without_trickling() {
    let mut duo = Duo::new(3);
    duo.trickles = false;
    let channel = duo.create_channel(A, "chat");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let complete = |duo: &mut Duo, side: usize| {
        duo.run_until(Duration::from_secs(5), |duo| {
            duo.session(side).ice_gathering_state() == IceGatheringState::Complete
        })
    };
    assert!(complete(&mut duo, A));
    let offer = duo.session(A).description(Which::Local).unwrap();
    assert!(offer.sdp.contains("a=candidate:") && offer.sdp.contains("a=end-of-candidates"));
    duo.set_remote(B, &offer);
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    assert!(complete(&mut duo, B));
    let answer = duo.session(B).description(Which::Local).unwrap();
    assert!(answer.sdp.contains("a=candidate:"));
    duo.set_remote(A, &answer);
    duo.connect();
    duo.wait_open(A, channel);
}

#[test]
fn the_answerer_may_be_dtls_server_or_client() {
    for setup in ["active", "passive"] {
        let mut duo = Duo::new(4);
        let channel = duo.create_channel(A, "chat");
        let offer = duo.create_offer(A);
        duo.set_local(A, &offer);
        let offered = match setup {
            "active" => offer.sdp.clone(),
            // An offer that insists on being the client.
            _ => offer.sdp.replace("a=setup:actpass", "a=setup:active"),
        };
        duo.set_remote(
            B,
            &SessionDescription {
                kind: SdpType::Offer,
                sdp: offered,
            },
        );
        let answer = duo.create_answer(B);
        assert!(
            answer.sdp.contains(&format!("a=setup:{setup}\r\n")),
            "{}",
            answer.sdp
        );
        duo.set_local(B, &answer);
        duo.set_remote(A, &answer);
        duo.connect();
        duo.wait_open(A, channel);
        let theirs = duo.wait_announced(B, 1);
        duo.send(B, theirs, &b"x"[..]);
        duo.wait_received(A, channel, 1);
    }
}

/// Sends frames of `kind` until `count` arrived at the other side; returns what arrived.
pub(crate) fn media(
    duo: &mut Duo,
    from: usize,
    sender: SenderId,
    to: TransceiverId,
    count: usize,
) -> Vec<Bytes> {
    let mut frames = Vec::new();
    let start = duo.now();
    for number in 0..200_u64 {
        let now = duo.now();
        let kind = duo.session(1 - from).transceiver(to).map(|view| view.kind);
        let data = match kind {
            Some(Kind::Video) => vp8_key_frame(number as u8, 3000),
            _ => Bytes::from(vec![0xfc, number as u8, 1, 2, 3]),
        };
        let time = FrameTime::Media(now - start);
        duo.pc(from)
            .send_frame(now, sender, OutgoingFrame::new(data, time))
            .unwrap();
        duo.run_for(Duration::from_millis(20));
        let now = duo.now();
        while let Some(frame) = duo.pc(1 - from).recv_frame(now, to.receiver()) {
            frames.push(frame.data);
        }
        if frames.len() >= count {
            break;
        }
    }
    assert!(
        frames.len() >= count,
        "{} of {count} frames arrived",
        frames.len()
    );
    frames
}

/// A VP8 key frame of 16 x 16 pixels with `len` octets of what would be pictures.
fn vp8_key_frame(number: u8, len: usize) -> Bytes {
    let mut frame = vec![0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 16, 0, 16, 0];
    frame.resize(len, number);
    Bytes::from(frame)
}

#[test]
fn audio_and_video_travel_both_ways() {
    let mut duo = Duo::new(5);
    let [audio_a, video_a] = both_tracks(&mut duo, A);
    let [audio_b, video_b] = both_tracks(&mut duo, B);
    let (_, answer) = duo.negotiate(A);
    assert!(answer.sdp.contains("a=group:BUNDLE 0 1"), "{}", answer.sdp);
    duo.connect();
    for side in SIDES {
        let views = duo.session(side).transceivers();
        assert_eq!(
            views.len(),
            2,
            "each track went into a section that was offered"
        );
        for view in views {
            assert_eq!(view.current_direction, Some(Direction::SendRecv));
        }
        assert_eq!(
            duo.count(side, |event| matches!(event, Event::Track { .. })),
            2
        );
        assert_eq!(duo.session(side).transports().len(), 1);
    }
    let of = |duo: &Duo, side: usize, kind: Kind| {
        let views = duo.session(side).transceivers();
        views.into_iter().find(|view| view.kind == kind).unwrap().id
    };
    for (from, audio, video) in [(A, audio_a, video_a), (B, audio_b, video_b)] {
        let (to_audio, to_video) = (
            of(&duo, 1 - from, Kind::Audio),
            of(&duo, 1 - from, Kind::Video),
        );
        let frames = media(&mut duo, from, audio, to_audio, 10);
        assert_eq!(frames[0].len(), 5);
        let frames = media(&mut duo, from, video, to_video, 10);
        assert!(frames.iter().all(|frame| frame.len() == 3000));
        let unmuted = |event: &Event| matches!(event, Event::TrackUnmuted(_));
        assert_eq!(duo.count(1 - from, unmuted), 2);
    }
}

#[test]
fn a_track_is_unmuted_again_when_its_direction_comes_back() {
    let mut duo = Duo::new(51);
    let sender = duo.add_track(A, Kind::Audio, "mic");
    duo.negotiate(A);
    duo.connect();
    let to = duo.session(B).transceivers()[0].id;
    let muted = |event: &Event| matches!(event, Event::TrackMuted(_));
    let unmuted = |event: &Event| matches!(event, Event::TrackUnmuted(_));
    media(&mut duo, A, sender, to, 10);
    assert_eq!((duo.count(B, muted), duo.count(B, unmuted)), (0, 1));
    let of_sender = TransceiverId(sender.0);
    duo.does(A, Call::SetDirection(of_sender, Direction::Inactive));
    duo.negotiate(A);
    assert_eq!((duo.count(B, muted), duo.count(B, unmuted)), (1, 1));
    duo.does(A, Call::SetDirection(of_sender, Direction::SendRecv));
    duo.negotiate(A);
    assert_eq!(duo.count(B, unmuted), 1, "nothing was heard yet");
    media(&mut duo, A, sender, to, 10);
    assert_eq!((duo.count(B, muted), duo.count(B, unmuted)), (1, 2));
}

fn both_tracks(duo: &mut Duo, side: usize) -> [SenderId; 2] {
    [
        duo.add_track(side, Kind::Audio, "mic"),
        duo.add_track(side, Kind::Video, "camera"),
    ]
}

#[test]
fn a_receiver_hands_out_packets_if_it_is_told_to() {
    let mut duo = Duo::new(6);
    let sender = duo.add_track(A, Kind::Video, "camera");
    duo.negotiate(A);
    duo.connect();
    let to = duo.session(B).transceivers()[0].id;
    duo.does(B, Call::SetDelivery(to.receiver(), Delivery::Packets));
    let payload_type = duo.session(A).transceivers()[0].send_codecs[0].payload_type;
    for number in 0..5_u32 {
        let now = duo.now();
        let packet = OutgoingPacket {
            payload: Bytes::from(vec![0x10, number as u8]),
            payload_type: stonechat_rtp::PayloadType::new(payload_type).unwrap(),
            marker: true,
            timestamp: stonechat_rtp::Timestamp(number * 3000),
            sequence: Some(stonechat_rtp::SequenceNumber(100 + number as u16)),
            audio_level: None,
            rid: None,
        };
        duo.pc(A).send_packet(now, sender, packet.clone()).unwrap();
        let again = duo.pc(A).send_packet(
            now,
            sender,
            OutgoingPacket {
                payload: Bytes::from_static(b"other"),
                ..packet
            },
        );
        assert_eq!(again, Err(SendMediaError::SequenceUsed));
        duo.run_for(Duration::from_millis(20));
    }
    let now = duo.now();
    let mut received = Vec::new();
    while let Some(packet) = duo.pc(B).recv_packet(now, to.receiver()) {
        received.push((packet.sequence.sequence(), packet.payload));
    }
    let sent: Vec<_> = (0..5_u8)
        .map(|number| (100 + u16::from(number), Bytes::from(vec![0x10, number])))
        .collect();
    assert_eq!(
        received
            .iter()
            .map(|(s, p)| (s.0, p.clone()))
            .collect::<Vec<_>>(),
        sent
    );
}

#[test]
fn frames_are_refused_until_the_sender_is_negotiated_and_connected() {
    let mut duo = Duo::new(7);
    let sender = duo.add_track(A, Kind::Audio, "mic");
    let now = duo.now();
    let frame = OutgoingFrame::new(Bytes::from_static(b"x"), FrameTime::Media(Duration::ZERO));
    let refused = duo.pc(A).send_frame(now, sender, frame.clone());
    assert_eq!(refused, Err(SendMediaError::Inactive));
    duo.negotiate(A);
    let now = duo.now();
    assert_eq!(
        duo.pc(A).send_frame(now, sender, frame.clone()),
        Err(SendMediaError::Inactive)
    );
    duo.connect();
    let now = duo.now();
    assert_eq!(duo.pc(A).send_frame(now, sender, frame), Ok(()));
}

#[test]
fn closing_tells_the_peer_before_the_sockets_close() {
    let mut duo = Duo::new(8);
    let sender = duo.add_track(A, Kind::Audio, "mic");
    let [_, theirs] = duo.connect_with_channel();
    let to = duo.session(B).transceivers()[0].id;
    media(&mut duo, A, sender, to, 3);
    duo.does(A, Call::Close);
    assert!(matches!(duo.call(A, Call::CreateAnswer), Answer::Failed(_)));
    let closed = |event: &Event| matches!(event, Event::ChannelClose(id) if *id == theirs);
    assert!(duo.run_until(Duration::from_secs(2), |duo| duo.count(B, closed) == 1));
    // RTCP BYE.
    assert_eq!(
        duo.count(B, |event| matches!(event, Event::TrackMuted(_))),
        1
    );
    // DTLS close_notify.
    let dtls = duo.session(B).transports();
    assert_eq!(
        duo.session(B)
            .transport(dtls[0])
            .unwrap()
            .dtls_state
            .as_str(),
        "closed"
    );
    assert_eq!(duo.open_sockets(A), 0);
    assert!(duo.pc(A).connection().is_closed());
    assert_eq!(duo.pc(A).poll_timeout(), None);
    // The peer notices nothing worse than the end of consent.
    duo.run_for(Duration::from_secs(40));
    assert_eq!(duo.session(B).connection_state(), ConnectionState::Failed);
}

#[test]
fn a_peer_that_vanishes_leads_to_disconnected_and_then_failed() {
    let mut duo = Duo::with(9, [Configuration::default(), Configuration::default()]);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let [ours, _] = duo.connect_with_channel();
    let host = duo.hosts[B];
    duo.world.network.set_cut_off(host, true);
    for _ in 0..100 {
        let now = duo.now();
        let frame = OutgoingFrame::new(vp8_key_frame(1, 5000), FrameTime::Media(Duration::ZERO));
        let _ = duo.pc(A).send_frame(now, sender, frame);
        duo.call(
            A,
            Call::Send {
                channel: ours,
                kind: MessageKind::Binary,
                data: Bytes::from(vec![0; 10_000]),
            },
        );
        duo.run_for(Duration::from_millis(600));
    }
    let states: Vec<_> = duo.events[A]
        .iter()
        .filter_map(|event| match event {
            Event::ConnectionStateChange(state) => Some(*state),
            _ => None,
        })
        .collect();
    assert_eq!(
        states[2..],
        [ConnectionState::Disconnected, ConnectionState::Failed]
    );
}

#[test]
fn a_certificate_that_is_not_the_announced_one_fails_the_transport() {
    let mut duo = Duo::new(10);
    duo.create_channel(A, "chat");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let at = offer.sdp.find("a=fingerprint:sha-256 ").unwrap() + 22;
    let mut sdp = offer.sdp.clone();
    let other = if &sdp[at..=at] == "A" { "B" } else { "A" };
    sdp.replace_range(at..=at, other);
    duo.set_remote(
        B,
        &SessionDescription {
            kind: SdpType::Offer,
            sdp,
        },
    );
    duo.answer_from(B);
    let failed = |duo: &mut Duo| duo.session(B).connection_state() == ConnectionState::Failed;
    assert!(duo.run_until(Duration::from_secs(10), failed));
    assert_eq!(
        duo.count(B, |event| matches!(event, Event::DtlsTransportError(..))),
        1
    );
    assert!(!duo.is_connected());
}
