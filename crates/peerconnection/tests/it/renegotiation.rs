//! Second and later exchanges.

use std::time::Duration;

use stonechat_peerconnection::{
    Answer, Call, Direction, ErrorName, Event, Kind, TransceiverId, TransceiverInit, Which,
};

use crate::pair::media;
use crate::setup::{A, B, Duo, SIDES};

fn needed(duo: &Duo, side: usize) -> usize {
    duo.count(side, |event| matches!(event, Event::NegotiationNeeded))
}

fn transceiver(duo: &mut Duo, side: usize, kind: Kind) -> TransceiverId {
    let init = TransceiverInit::default();
    match duo.does(
        side,
        Call::AddTransceiver {
            kind,
            track: None,
            init,
        },
    ) {
        Answer::Transceiver(id) => id,
        other => panic!("{other:?}"),
    }
}

fn section_count(sdp: &str) -> usize {
    sdp.matches("\r\nm=").count()
}

#[test]
fn video_joins_and_leaves_while_data_flows() {
    let mut duo = Duo::new(1);
    let [ours, theirs] = duo.connect_with_channel();
    duo.clear_events();
    let sender = duo.add_track(B, Kind::Video, "camera");
    duo.flush();
    assert_eq!([needed(&duo, A), needed(&duo, B)], [0, 1]);
    duo.send(A, ours, &b"during"[..]);
    let (offer, _) = duo.negotiate(B);
    assert!(offer.sdp.contains("a=group:BUNDLE 0 1"), "{}", offer.sdp);
    assert_eq!(
        duo.session(A).transports().len(),
        1,
        "it joined the transport"
    );
    let to = duo.session(A).transceivers()[0].id;
    media(&mut duo, B, sender, to, 5);
    duo.wait_received(B, theirs, 1);
    assert_eq!(
        duo.count(A, |event| matches!(event, Event::Track { .. })),
        1
    );
    // And away again.
    duo.clear_events();
    duo.does(B, Call::RemoveTrack(sender));
    duo.flush();
    assert_eq!(needed(&duo, B), 1);
    duo.negotiate(B);
    assert_eq!(
        duo.session(A).transceivers()[0].current_direction,
        Some(Direction::Inactive)
    );
    assert_eq!(
        duo.count(A, |event| matches!(event, Event::TrackMuted(_))),
        1
    );
    let left = |event: &Event| matches!(event, Event::TrackRemoved { streams, .. } if *streams == ["stream"]);
    assert_eq!(duo.count(A, left), 1);
    assert_eq!(
        [needed(&duo, A), needed(&duo, B)],
        [0, 1],
        "nothing more to negotiate"
    );
    duo.send(A, ours, &b"after"[..]);
    duo.wait_received(B, theirs, 2);
}

#[test]
fn sections_of_stopped_transceivers_are_used_again() {
    let mut duo = Duo::new(2);
    let first = transceiver(&mut duo, A, Kind::Video);
    duo.create_channel(A, "chat");
    duo.negotiate(A);
    duo.connect();
    duo.clear_events();
    duo.does(A, Call::StopTransceiver(first));
    duo.flush();
    assert_eq!(needed(&duo, A), 1);
    assert_eq!(
        duo.count(A, |event| matches!(event, Event::TrackEnded(_))),
        1
    );
    let (offer, answer) = duo.negotiate(A);
    assert_eq!(offer.sdp.matches("m=video 0 ").count(), 1, "{}", offer.sdp);
    assert_eq!(
        answer.sdp.matches("m=video 0 ").count(),
        1,
        "{}",
        answer.sdp
    );
    assert_eq!(
        duo.count(B, |event| matches!(event, Event::TrackEnded(_))),
        1
    );
    for side in SIDES {
        assert!(duo.session(side).transceivers().is_empty());
    }
    // Its place goes to the next one, of another kind, with another mid.
    let sender = duo.add_track(A, Kind::Audio, "mic");
    let (offer, answer) = duo.negotiate(A);
    for sdp in [&offer.sdp, &answer.sdp] {
        assert_eq!(section_count(sdp), 2, "{sdp}");
        assert!(
            sdp.contains("m=audio 9 ") && sdp.contains("a=mid:2\r\n"),
            "{sdp}"
        );
        assert!(sdp.find("m=audio").unwrap() < sdp.find("m=application").unwrap());
    }
    for side in SIDES {
        assert_eq!(
            duo.session(side).transports().len(),
            1,
            "it joined the transport"
        );
    }
    let to = duo.session(B).transceivers()[0].id;
    media(&mut duo, A, sender, to, 3);
    assert!(duo.is_connected());
}

#[test]
fn directions_change_as_both_sides_want() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    let mut duo = Duo::new(3);
    duo.add_track(A, Kind::Audio, "a");
    duo.add_track(B, Kind::Audio, "b");
    duo.negotiate(A);
    let ids = SIDES.map(|side| duo.session(side).transceivers()[0].id);
    let cases = [
        (SendOnly, SendRecv, SendOnly),
        (RecvOnly, SendRecv, RecvOnly),
        (Inactive, SendRecv, Inactive),
        (SendRecv, RecvOnly, SendOnly),
        (SendRecv, SendOnly, RecvOnly),
        (SendRecv, Inactive, Inactive),
        (SendRecv, SendRecv, SendRecv),
    ];
    for (ours, theirs, agreed) in cases {
        duo.does(A, Call::SetDirection(ids[A], ours));
        duo.does(B, Call::SetDirection(ids[B], theirs));
        duo.negotiate(A);
        let now = SIDES.map(|side| duo.session(side).transceivers()[0].current_direction);
        assert_eq!(
            now,
            [Some(agreed), Some(agreed.reversed())],
            "{ours:?} {theirs:?}"
        );
    }
}

#[test]
fn negotiation_is_needed_exactly_when_it_is_due() {
    let mut duo = Duo::new(4);
    duo.flush();
    assert_eq!(needed(&duo, A), 0, "nothing was asked for");
    // Before an exchange restarting has nothing to replace.
    duo.does(A, Call::RestartIce);
    duo.flush();
    assert_eq!(needed(&duo, A), 0);
    let sender = duo.add_track(A, Kind::Audio, "a");
    duo.flush();
    assert_eq!(needed(&duo, A), 1);
    duo.create_channel(A, "x");
    duo.create_channel(A, "y");
    duo.flush();
    assert_eq!(needed(&duo, A), 1, "told once");
    duo.negotiate(A);
    duo.flush();
    assert_eq!([needed(&duo, A), needed(&duo, B)], [1, 0]);
    duo.create_channel(B, "z");
    duo.flush();
    assert_eq!(needed(&duo, B), 0, "the section for data is there");
    // Changes and changes back.
    let id = duo.session(A).transceivers()[0].id;
    duo.does(A, Call::SetDirection(id, Direction::RecvOnly));
    duo.flush();
    assert_eq!(needed(&duo, A), 2);
    duo.does(A, Call::SetDirection(id, Direction::SendRecv));
    duo.flush();
    assert_eq!(needed(&duo, A), 2);
    duo.does(A, Call::SetStreams(sender, vec![String::from("other")]));
    duo.flush();
    assert_eq!(needed(&duo, A), 3);
    duo.negotiate(A);
    assert_eq!(needed(&duo, A), 3);
    // What changes during an exchange is told after it.
    duo.offer_from(A);
    duo.add_track(A, Kind::Video, "v");
    duo.flush();
    assert_eq!(needed(&duo, A), 3);
    duo.answer_from(B);
    duo.flush();
    assert_eq!(needed(&duo, A), 4);
    // A peer that wants more than was offered asks by itself.
    duo.negotiate(A);
    assert_eq!(needed(&duo, B), 0);
    duo.add_track(B, Kind::Video, "back");
    duo.flush();
    assert_eq!(needed(&duo, B), 1);
    duo.does(A, Call::RestartIce);
    duo.flush();
    assert_eq!(needed(&duo, A), 5);
    duo.negotiate(A);
    duo.flush();
    assert_eq!(needed(&duo, A), 5);
}

#[test]
fn codec_preferences_order_and_limit_what_is_negotiated() {
    let mut duo = Duo::new(5);
    let id = transceiver(&mut duo, A, Kind::Video);
    let all = stonechat_peerconnection::MediaEngine::default().capabilities(Kind::Video);
    let h264: Vec<_> = all
        .iter()
        .filter(|codec| codec.mime_type == "video/H264")
        .cloned()
        .collect();
    duo.does(A, Call::SetCodecPreferences(id, h264));
    let (offer, _) = duo.negotiate(A);
    assert!(!offer.sdp.contains("VP8"), "{}", offer.sdp);
    for side in SIDES {
        let view = &duo.session(side).transceivers()[0];
        assert!(view.send_codecs.iter().all(|codec| codec.name == "H264"));
        assert!(view.receive_codecs.iter().all(|codec| codec.name == "H264"));
    }
    // Back to all of them, in the usual order.
    duo.does(A, Call::SetCodecPreferences(id, Vec::new()));
    let (offer, _) = duo.negotiate(A);
    assert!(offer.sdp.contains("VP8"));
    let mut unknown = all[0].clone();
    unknown.mime_type = String::from("video/unknown");
    let Answer::Failed(error) = duo.call(A, Call::SetCodecPreferences(id, vec![unknown])) else {
        panic!("taken")
    };
    assert_eq!(error.name, ErrorName::InvalidModificationError);
    // The answerer's preferences decide the order of the answer.
    let theirs = duo.session(B).transceivers()[0].id;
    let mut reversed = all;
    reversed.reverse();
    duo.does(B, Call::SetCodecPreferences(theirs, reversed));
    let (_, answer) = duo.negotiate(A);
    let first = |sdp: &str| {
        let line = sdp
            .lines()
            .find(|line| line.starts_with("m=video"))
            .unwrap();
        line.split(' ').nth(3).unwrap().to_owned()
    };
    assert_eq!(first(&answer.sdp), "45");
}

#[test]
fn add_track_takes_a_sender_that_never_sent_and_no_other() {
    let mut duo = Duo::new(6);
    let sender = duo.add_track(A, Kind::Audio, "one");
    duo.negotiate(A);
    // The peer's side of it never sent: its track goes there.
    let theirs = duo.add_track(B, Kind::Audio, "back");
    assert_eq!(duo.session(B).transceivers().len(), 1);
    assert_eq!(theirs.0, duo.session(B).transceivers()[0].id.0);
    // Ours has sent: another transceiver.
    duo.does(A, Call::RemoveTrack(sender));
    let other = duo.add_track(A, Kind::Audio, "two");
    assert_ne!(other, sender);
    let track = stonechat_peerconnection::TrackInfo {
        id: String::from("two"),
        kind: Kind::Audio,
    };
    let twice = duo.call(
        A,
        Call::AddTrack {
            track,
            streams: Vec::new(),
        },
    );
    let Answer::Failed(error) = twice else {
        panic!("taken twice")
    };
    assert_eq!(error.name, ErrorName::InvalidAccessError);
}

#[test]
fn an_offer_after_an_answer_keeps_sections_numbers_and_credentials() {
    let mut duo = Duo::new(7);
    duo.add_track(A, Kind::Audio, "a");
    duo.add_track(A, Kind::Video, "v");
    let (offer, _) = duo.negotiate(A);
    duo.connect();
    let again = duo.create_offer(B);
    let lines = |sdp: &str, prefix: &str| -> Vec<String> {
        let mut lines: Vec<_> = sdp
            .lines()
            .filter(|line| line.starts_with(prefix))
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    };
    for prefix in ["a=mid:", "m=", "a=rtpmap:", "a=extmap:"] {
        assert_eq!(lines(&again.sdp, prefix), lines(&offer.sdp, prefix));
    }
    let ufrag = |sdp: &str| lines(sdp, "a=ice-ufrag:")[0].clone();
    let local = duo.session(B).description(Which::CurrentLocal).unwrap();
    assert_eq!(ufrag(&again.sdp), ufrag(&local.sdp));
    let candidates = lines(&again.sdp, "a=candidate:");
    assert_eq!(
        candidates.len(),
        1,
        "one section tells the candidates of the transport"
    );
    assert_eq!(lines(&again.sdp, "a=setup:"), ["a=setup:actpass"; 2]);
    duo.set_local(B, &again);
    duo.set_remote(A, &again);
    duo.answer_from(A);
    duo.run_for(Duration::from_secs(1));
    assert!(duo.is_connected());
}

#[test]
fn payload_types_mean_one_thing_in_all_bundled_sections() {
    let mut duo = Duo::new(8);
    duo.add_track(A, Kind::Audio, "a");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    // The peer calls audio what we would call VP8.
    let sdp = offer.sdp.replace("111", "96");
    duo.set_remote(B, &crate::setup::offer(&sdp));
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    duo.add_track(B, Kind::Video, "v");
    let offer = duo.create_offer(B);
    assert!(
        offer.sdp.contains("a=rtpmap:96 opus/48000/2"),
        "{}",
        offer.sdp
    );
    assert!(!offer.sdp.contains("a=rtpmap:96 VP8"), "{}", offer.sdp);
    assert!(offer.sdp.contains(" VP8/90000"), "{}", offer.sdp);
}

#[test]
fn numbers_of_extensions_mean_one_thing_in_all_bundled_sections() {
    let mut duo = Duo::new(9);
    duo.add_track(A, Kind::Audio, "a");
    let offer = duo.create_offer(A);
    let mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
    let at = offer
        .sdp
        .lines()
        .find(|line| line.ends_with(mid))
        .unwrap()
        .to_owned();
    let sdp = offer.sdp.replace(&at, &format!("a=extmap:13 {mid}"));
    duo.set_remote(B, &crate::setup::offer(&sdp));
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    duo.add_track(B, Kind::Video, "v");
    let offer = duo.create_offer(B);
    assert_eq!(
        offer.sdp.matches(&format!("a=extmap:13 {mid}")).count(),
        2,
        "{}",
        offer.sdp
    );
}

#[test]
fn a_number_that_the_peer_gave_to_an_unknown_extension_is_not_given_to_another() {
    let mut duo = Duo::new(9);
    duo.add_track(A, Kind::Audio, "microphone");
    let plain = duo.create_offer(A);
    duo.set_local(A, &plain);
    // The number that we would give to an extension of video.
    let id = 13;
    assert!(!plain.sdp.contains(&format!("a=extmap:{id} ")));
    let mut offer = plain.clone();
    offer
        .sdp
        .push_str(&format!("a=extmap:{id} urn:example:unknown\r\n"));
    duo.set_remote(B, &offer);
    let answer = duo.answer_from(B);
    assert!(!answer.sdp.contains("urn:example:unknown"));
    duo.add_track(B, Kind::Video, "camera");
    let second = duo.create_offer(B);
    let video = second.sdp.split("\r\nm=").nth(2).unwrap();
    assert!(video.contains(" urn:3gpp:video-orientation\r\n"), "{video}");
    assert!(
        !second.sdp.contains(&format!("a=extmap:{id} ")),
        "{}",
        second.sdp
    );
}
