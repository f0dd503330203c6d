//! `RTCDTMFSender` (webrtc-pc, section 7), and the transforms of frames.

use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{FrameTime, OutgoingFrame, SenderTransform};
use stonechat_peerconnection::{
    Answer, Call, Direction, Error, ErrorName, Event, Kind, MediaEvent, SenderId, TransceiverId,
};

use crate::rtp_sender::{parameters, set, simulcast};
use crate::setup::{A, B, Duo, SIDES};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// Connected, with a track of audio from A to B.
fn phone(seed: u64) -> (Duo, SenderId) {
    let mut duo = Duo::new(seed);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.negotiate(A);
    duo.connect();
    duo.clear_events();
    (duo, sender)
}

fn insert(duo: &mut Duo, sender: SenderId, tones: &str) -> Result<(), Error> {
    insert_with(duo, sender, tones, 100, 70)
}

fn insert_with(
    duo: &mut Duo,
    sender: SenderId,
    tones: &str,
    duration: u32,
    inter_tone_gap: u32,
) -> Result<(), Error> {
    let tones = tones.to_owned();
    let call = Call::InsertDtmf {
        sender,
        tones,
        duration,
        inter_tone_gap,
    };
    match duo.call(A, call) {
        Answer::Failed(error) => Err(error),
        _ => Ok(()),
    }
}

/// What `tonechange` told so far.
fn tones(duo: &mut Duo) -> Vec<String> {
    duo.flush();
    told(duo)
}

/// What `tonechange` told as far as it was looked at.
fn told(duo: &Duo) -> Vec<String> {
    duo.events[A]
        .iter()
        .filter_map(|event| match event {
            Event::ToneChange { tone, .. } => Some(tone.clone()),
            _ => None,
        })
        .collect()
}

/// The next `tonechange`, and how long it took.
fn next_tone(duo: &mut Duo) -> (String, Duration) {
    let begin = duo.now();
    let before = told(duo).len();
    assert!(duo.run_until(MS(10_000), |duo| tones(duo).len() > before));
    let tone = tones(duo).swap_remove(before);
    (tone, duo.now() - begin)
}

fn heard(duo: &mut Duo) -> String {
    let now = duo.now();
    let receiver = TransceiverId(0).receiver();
    let pc = duo.pc(B);
    std::iter::from_fn(|| pc.recv_tone(now, receiver))
        .filter_map(|tone| tone.key())
        .collect()
}

// api: RTCDTMFSender.canInsertDTMF, RTCDTMFSender.insertDTMF, RTCDTMFSender.toneBuffer
#[test]
fn tones_can_be_sent_once_connected() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    assert!(duo.session(A).has_dtmf(sender));
    assert!(!duo.session(A).can_insert_dtmf(sender));
    let error = insert(&mut duo, sender, "1").unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
    duo.negotiate(A);
    assert!(!duo.session(A).can_insert_dtmf(sender));
    duo.connect();
    assert!(duo.session(A).can_insert_dtmf(sender));
    insert(&mut duo, sender, "123").unwrap();
    // The first tone is taken from the buffer by a task, not by the call.
    assert_eq!(duo.session(A).tone_buffer(sender), "123");
    assert_eq!(next_tone(&mut duo), (String::from("1"), Duration::ZERO));
    assert_eq!(duo.session(A).tone_buffer(sender), "23");
}

// api: RTCRtpSender.dtmf
#[test]
fn video_has_no_dtmf() {
    let mut duo = Duo::new(2);
    let sender = duo.add_track(A, Kind::Video, "picture");
    duo.negotiate(A);
    duo.connect();
    assert!(!duo.session(A).has_dtmf(sender));
    let error = insert(&mut duo, sender, "1").unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCDTMFSender.insertDTMF, RTCDTMFSender.ontonechange, RTCDTMFToneChangeEvent.tone
#[test]
fn tones_follow_each_other_by_duration_and_gap_and_an_empty_one_ends_them() {
    let (mut duo, sender) = phone(3);
    insert(&mut duo, sender, "1A#").unwrap();
    assert_eq!(next_tone(&mut duo), (String::from("1"), Duration::ZERO));
    assert_eq!(next_tone(&mut duo), (String::from("A"), MS(170)));
    assert_eq!(next_tone(&mut duo), (String::from("#"), MS(170)));
    assert_eq!(next_tone(&mut duo), (String::new(), MS(170)));
    duo.run_for(MS(1_000));
    assert_eq!(tones(&mut duo), ["1", "A", "#", ""]);
    assert_eq!(heard(&mut duo), "1A#");
}

// api: RTCDTMFSender.insertDTMF
#[test]
fn duration_and_gap_are_kept_within_their_limits() {
    let (mut duo, sender) = phone(4);
    for (duration, gap, expected) in [
        (0, 0, 40 + 30),
        (39, 29, 40 + 30),
        (40, 30, 40 + 30),
        (6_001, 6_001, 12_000),
        (u32::MAX, 30, 6_030),
        (500, 100, 600),
    ] {
        duo.clear_events();
        insert_with(&mut duo, sender, "1", duration, gap).unwrap();
        next_tone(&mut duo);
        let begin = duo.now();
        assert!(duo.run_until(MS(13_000), |duo| tones(duo).len() == 2));
        assert_eq!(duo.now() - begin, MS(expected), "{duration} {gap}");
    }
}

// api: RTCDTMFSender.insertDTMF
#[test]
fn a_comma_is_a_pause_of_two_seconds() {
    let (mut duo, sender) = phone(5);
    insert(&mut duo, sender, "1,2").unwrap();
    assert_eq!(next_tone(&mut duo).0, "1");
    assert_eq!(next_tone(&mut duo), (String::from(","), MS(170)));
    assert_eq!(next_tone(&mut duo), (String::from("2"), MS(2_000)));
    assert_eq!(next_tone(&mut duo), (String::new(), MS(170)));
    duo.run_for(MS(500));
    assert_eq!(heard(&mut duo), "12");
}

// api: RTCDTMFSender.insertDTMF, RTCDTMFSender.toneBuffer
#[test]
fn other_characters_are_refused_and_nothing_changes() {
    let (mut duo, sender) = phone(6);
    insert(&mut duo, sender, "12").unwrap();
    for tones in ["x", "1 2", "12E", "ä", "1.2", "e"] {
        let error = insert(&mut duo, sender, tones).unwrap_err();
        assert_eq!(error.name, ErrorName::InvalidCharacterError, "{tones}");
        assert_eq!(duo.session(A).tone_buffer(sender), "12");
    }
}

// api: RTCDTMFSender.insertDTMF, RTCDTMFSender.toneBuffer
#[test]
fn all_tones_are_taken_and_small_letters_made_large() {
    let (mut duo, sender) = phone(7);
    insert_with(&mut duo, sender, "0123456789abcd#*ABCD", 40, 30).unwrap();
    assert_eq!(duo.session(A).tone_buffer(sender), "0123456789ABCD#*ABCD");
    duo.run_for(MS(2_000));
    assert_eq!(tones(&mut duo).concat(), "0123456789ABCD#*ABCD");
    assert_eq!(heard(&mut duo), "0123456789ABCD#*ABCD");
}

// api: RTCDTMFSender.insertDTMF, RTCDTMFSender.toneBuffer
#[test]
fn new_tones_take_the_place_of_those_that_wait() {
    let (mut duo, sender) = phone(8);
    insert(&mut duo, sender, "123").unwrap();
    next_tone(&mut duo);
    insert(&mut duo, sender, "9").unwrap();
    assert_eq!(duo.session(A).tone_buffer(sender), "9");
    // The tone that plays goes on, and no second task begins.
    assert_eq!(next_tone(&mut duo), (String::from("9"), MS(170)));
    assert_eq!(next_tone(&mut duo).0, "");
    duo.run_for(MS(500));
    assert_eq!(tones(&mut duo), ["1", "9", ""]);
}

// api: RTCDTMFSender.insertDTMF, RTCDTMFSender.toneBuffer
#[test]
fn tones_can_be_added_behind_those_that_wait() {
    let (mut duo, sender) = phone(9);
    insert(&mut duo, sender, "12").unwrap();
    next_tone(&mut duo);
    let more = duo.session(A).tone_buffer(sender) + "34";
    insert(&mut duo, sender, &more).unwrap();
    duo.run_for(MS(2_000));
    assert_eq!(tones(&mut duo), ["1", "2", "3", "4", ""]);
}

// api: RTCDTMFSender.insertDTMF
#[test]
fn no_tones_cancel_what_waits() {
    let (mut duo, sender) = phone(10);
    insert(&mut duo, sender, "123").unwrap();
    next_tone(&mut duo);
    insert(&mut duo, sender, "").unwrap();
    assert_eq!(duo.session(A).tone_buffer(sender), "");
    assert_eq!(next_tone(&mut duo), (String::new(), MS(170)));
    duo.run_for(MS(500));
    assert_eq!(tones(&mut duo), ["1", ""]);
}

// api: RTCDTMFSender.insertDTMF, RTCDTMFSender.ontonechange
#[test]
fn no_tones_while_none_play_change_nothing() {
    let (mut duo, sender) = phone(11);
    insert(&mut duo, sender, "").unwrap();
    duo.run_for(MS(500));
    assert!(tones(&mut duo).is_empty());
}

// api: RTCDTMFSender.insertDTMF
#[test]
fn duration_and_gap_of_a_later_call_hold_from_the_next_tone_on() {
    let (mut duo, sender) = phone(12);
    insert(&mut duo, sender, "12").unwrap();
    next_tone(&mut duo);
    insert_with(&mut duo, sender, "34", 200, 100).unwrap();
    assert_eq!(next_tone(&mut duo), (String::from("3"), MS(170)));
    assert_eq!(next_tone(&mut duo), (String::from("4"), MS(300)));
}

// api: RTCDTMFSender.canInsertDTMF, RTCDTMFSender.ontonechange
#[test]
fn tones_stop_when_the_track_is_taken_away() {
    let (mut duo, sender) = phone(13);
    insert(&mut duo, sender, "123").unwrap();
    next_tone(&mut duo);
    duo.promised(A, Call::ReplaceTrack(sender, None)).unwrap();
    assert!(!duo.session(A).can_insert_dtmf(sender));
    duo.run_for(MS(2_000));
    // The task ends without an event, and what waited still waits.
    assert_eq!(tones(&mut duo), ["1"]);
    assert_eq!(duo.session(A).tone_buffer(sender), "23");
}

// api: RTCDTMFSender.canInsertDTMF
#[test]
fn tones_cannot_be_sent_by_what_does_not_send() {
    let (mut duo, sender) = phone(14);
    let transceiver = TransceiverId(sender.0);
    duo.does(A, Call::SetDirection(transceiver, Direction::RecvOnly));
    // Only the direction that was negotiated counts.
    assert!(duo.session(A).can_insert_dtmf(sender));
    duo.negotiate(A);
    assert!(!duo.session(A).can_insert_dtmf(sender));
}

// api: RTCDTMFSender.canInsertDTMF
#[test]
fn tones_cannot_be_sent_by_a_stopped_transceiver() {
    let (mut duo, sender) = phone(15);
    duo.does(A, Call::StopTransceiver(TransceiverId(sender.0)));
    assert!(!duo.session(A).can_insert_dtmf(sender));
    let error = insert(&mut duo, sender, "1").unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCDTMFSender.canInsertDTMF
#[test]
fn tones_need_the_codec() {
    let mut duo = Duo::new(16);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let opus = stonechat_peerconnection::MediaEngine::default()
        .capabilities(Kind::Audio)
        .into_iter()
        .filter(|codec| codec.mime_type == "audio/opus")
        .collect();
    let transceiver = TransceiverId(sender.0);
    duo.does(A, Call::SetCodecPreferences(transceiver, opus));
    duo.negotiate(A);
    duo.connect();
    assert!(!duo.session(A).can_insert_dtmf(sender));
}

// api: RTCDTMFSender.canInsertDTMF
#[test]
fn tones_cannot_be_sent_after_the_end() {
    let (mut duo, sender) = phone(17);
    insert(&mut duo, sender, "123").unwrap();
    duo.does(A, Call::Close);
    assert!(!duo.session(A).can_insert_dtmf(sender));
    let error = insert(&mut duo, sender, "1").unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
    duo.run_for(MS(2_000));
    assert!(tones(&mut duo).is_empty());
}

#[test]
fn the_offer_has_the_events_at_the_clocks_of_the_codecs() {
    let mut duo = Duo::new(18);
    duo.add_track(A, Kind::Audio, "voice");
    let offer = duo.create_offer(A).sdp;
    for line in [
        "a=rtpmap:110 telephone-event/48000\r\n",
        "a=rtpmap:126 telephone-event/8000\r\n",
        "a=fmtp:110 0-15\r\n",
        "a=fmtp:126 0-15\r\n",
    ] {
        assert!(offer.contains(line), "{line}{offer}");
    }
}

#[test]
fn audio_is_withheld_while_a_tone_plays_and_the_receiver_is_told_once() {
    let (mut duo, sender) = phone(19);
    insert(&mut duo, sender, "5").unwrap();
    next_tone(&mut duo);
    let mut frames = 0;
    for number in 0..20 {
        let now = duo.now();
        let time = FrameTime::Media(MS(20 * number));
        let frame = OutgoingFrame::new(Bytes::from_static(&[0x08, 1]), time);
        duo.pc(A).send_frame(now, sender, frame).unwrap();
        duo.run_for(MS(20));
        let now = duo.now();
        while duo
            .pc(B)
            .recv_frame(now, TransceiverId(0).receiver())
            .is_some()
        {
            frames += 1;
        }
    }
    duo.run_for(MS(500));
    let now = duo.now();
    while duo
        .pc(B)
        .recv_frame(now, TransceiverId(0).receiver())
        .is_some()
    {
        frames += 1;
    }
    // 100 ms of 20 ms each.
    assert_eq!(frames, 15);
    let receiver = TransceiverId(0).receiver();
    let told = duo.peer(B).media.iter();
    assert_eq!(
        told.filter(|it| **it == MediaEvent::Tone(receiver)).count(),
        1
    );
    let now = duo.now();
    let tone = duo.pc(B).recv_tone(now, receiver).unwrap();
    assert_eq!((tone.key(), tone.duration), (Some('5'), MS(100)));
}

fn vp8(key: bool) -> Bytes {
    if key {
        Bytes::from_static(&[
            0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0, 1, 2, 3, 4,
        ])
    } else {
        Bytes::from_static(&[0x11, 0, 0, 1, 2, 3, 4])
    }
}

/// Connected, with a track of video from A to B.
fn video(seed: u64) -> (Duo, SenderId) {
    let mut duo = Duo::new(seed);
    let sender = duo.add_track(A, Kind::Video, "picture");
    // Set before the sender can send: no frame passes it by.
    let call = Call::SetSenderTransform(sender, SenderTransform::Frames);
    duo.does(A, call);
    duo.negotiate(A);
    duo.connect();
    duo.clear_events();
    (duo, sender)
}

fn send(duo: &mut Duo, sender: SenderId, key: bool) {
    let now = duo.now();
    let frame = OutgoingFrame::new(vp8(key), FrameTime::Media(MS(0)));
    duo.pc(A).send_frame(now, sender, frame).unwrap();
}

fn generate(duo: &mut Duo, sender: SenderId, rid: Option<&str>) -> Answer {
    let rid = rid.map(str::to_owned);
    duo.call(A, Call::GenerateKeyFrame { sender, rid })
}

// api: RTCRtpScriptTransformer.generateKeyFrame
#[test]
fn a_key_frame_that_was_asked_for_settles_its_promises_when_it_is_taken_out() {
    let (mut duo, sender) = video(20);
    let Answer::Promise(first) = generate(&mut duo, sender, None) else {
        panic!("no promise");
    };
    let Answer::Promise(second) = generate(&mut duo, sender, None) else {
        panic!("no promise");
    };
    duo.flush();
    let wanted = |event: &Event| matches!(event, Event::KeyFrameWanted { .. });
    assert_eq!(duo.count(A, wanted), 2);
    send(&mut duo, sender, false);
    let now = duo.now();
    assert!(
        !duo.pc(A)
            .poll_untransformed_sent(now, sender)
            .unwrap()
            .info
            .keyframe
    );
    duo.flush();
    assert!(!duo.peer(A).settled.contains_key(&first));
    send(&mut duo, sender, true);
    duo.flush();
    assert!(!duo.peer(A).settled.contains_key(&first));
    let taken = duo.pc(A).poll_untransformed_sent(now, sender).unwrap();
    let FrameTime::Rtp(expected) = taken.frame.time else {
        panic!("no timestamp");
    };
    for promise in [first, second] {
        let value = duo.settle(A, promise).unwrap();
        let stonechat_peerconnection::Value::KeyFrame { timestamp } = value else {
            panic!("{value:?}");
        };
        assert_eq!(timestamp, expected.0);
    }
}

// api: RTCRtpScriptTransformer.generateKeyFrame
#[test]
fn a_key_frame_has_its_errors() {
    let (mut duo, sender) = video(21);
    let Answer::Failed(error) = generate(&mut duo, sender, Some("no rid")) else {
        panic!("it is taken");
    };
    assert_eq!(error.name, ErrorName::TypeError);
    let Answer::Failed(error) = generate(&mut duo, sender, Some("")) else {
        panic!("it is taken");
    };
    assert_eq!(error.name, ErrorName::TypeError);
    let rid = Some(String::from("unknown"));
    let error = duo.promised(A, Call::GenerateKeyFrame { sender, rid });
    assert_eq!(error.unwrap_err().name, ErrorName::NotFoundError);
    duo.promised(A, Call::ReplaceTrack(sender, None)).unwrap();
    let error = duo.promised(A, Call::GenerateKeyFrame { sender, rid: None });
    assert_eq!(error.unwrap_err().name, ErrorName::NotFoundError);
    let (mut duo, audio) = phone(22);
    let Answer::Failed(error) = generate(&mut duo, audio, None) else {
        panic!("it is taken");
    };
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCRtpScriptTransformer.sendKeyFrameRequest
#[test]
fn a_key_frame_request_reaches_the_peer_and_is_for_video_alone() {
    let (mut duo, sender) = video(23);
    let receiver = TransceiverId(0).receiver();
    send(&mut duo, sender, true);
    let now = duo.now();
    let taken = duo.pc(A).poll_untransformed_sent(now, sender).unwrap();
    duo.pc(A)
        .push_transformed_sent(now, sender, taken.ticket, &taken.frame)
        .unwrap();
    duo.run_for(MS(100));
    duo.promised(B, Call::SendKeyFrameRequest(receiver))
        .unwrap();
    duo.run_for(MS(100));
    let requested = |event: &Event| matches!(event, Event::KeyFrameRequested { .. });
    assert_eq!(duo.count(A, requested), 1);
    let (mut duo, _) = phone(24);
    let error = duo.promised(B, Call::SendKeyFrameRequest(receiver));
    assert_eq!(error.unwrap_err().name, ErrorName::InvalidStateError);
}

// api: RTCRtpSender.transform
#[test]
fn a_transform_that_is_removed_lets_frames_pass() {
    let (mut duo, sender) = video(25);
    let receiver = TransceiverId(0).receiver();
    send(&mut duo, sender, true);
    duo.run_for(MS(100));
    let now = duo.now();
    assert!(duo.pc(B).recv_frame(now, receiver).is_none());
    let media = duo.peer(A).media.clone();
    assert!(media.contains(&MediaEvent::UntransformedSent(sender)));
    duo.does(A, Call::SetSenderTransform(sender, SenderTransform::None));
    duo.run_for(MS(100));
    let now = duo.now();
    let frame = duo.pc(B).recv_frame(now, receiver).unwrap();
    assert_eq!((frame.data, frame.keyframe), (vp8(true), true));
    for side in SIDES {
        assert!(!duo.session(side).is_closed());
    }
}

// api: RTCDTMFSender.canInsertDTMF
#[test]
fn tones_cannot_be_sent_by_an_encoding_that_is_not_active() {
    let (mut duo, sender) = phone(26);
    let mut changed = parameters(&mut duo, A, sender);
    changed.encodings[0].active = false;
    set(&mut duo, sender, &changed).unwrap();
    assert!(!duo.session(A).can_insert_dtmf(sender));
    let mut changed = parameters(&mut duo, A, sender);
    changed.encodings[0].active = true;
    set(&mut duo, sender, &changed).unwrap();
    assert!(duo.session(A).can_insert_dtmf(sender));
}

fn send_encoding(duo: &mut Duo, sender: SenderId, rid: &str) {
    let now = duo.now();
    let frame = OutgoingFrame::new(vp8(true), FrameTime::Media(MS(0)));
    let frame = frame.with_rid(stonechat_rtp::Rid::new(rid).unwrap());
    duo.pc(A).send_frame(now, sender, frame).unwrap();
    while duo.pc(A).poll_untransformed_sent(now, sender).is_some() {}
    duo.flush();
}

// api: RTCRtpScriptTransformer.generateKeyFrame
#[test]
fn a_key_frame_of_all_encodings_is_there_when_each_has_one() {
    let (mut duo, sender) = simulcast(27);
    let call = Call::SetSenderTransform(sender, SenderTransform::Frames);
    duo.does(A, call);
    duo.connect();
    let Answer::Promise(all) = generate(&mut duo, sender, None) else {
        panic!("no promise");
    };
    let Answer::Promise(one) = generate(&mut duo, sender, Some("f")) else {
        panic!("no promise");
    };
    duo.flush();
    send_encoding(&mut duo, sender, "q");
    send_encoding(&mut duo, sender, "h");
    for promise in [all, one] {
        assert!(!duo.peer(A).settled.contains_key(&promise));
    }
    send_encoding(&mut duo, sender, "f");
    duo.settle(A, all).unwrap();
    duo.settle(A, one).unwrap();
    let mut changed = parameters(&mut duo, A, sender);
    changed.encodings[2].active = false;
    set(&mut duo, sender, &changed).unwrap();
    let rid = Some(String::from("f"));
    let error = duo.promised(A, Call::GenerateKeyFrame { sender, rid });
    assert_eq!(error.unwrap_err().name, ErrorName::NotFoundError);
}
