//! AV1 in descriptions ("RTP Payload Format For AV1", section 7) and over a connection.

use std::time::Duration;

use stonechat_media::av1::write_leb128;
use stonechat_media::{FrameTime, OutgoingFrame};
use stonechat_peerconnection::{Call, Kind, MediaEngine, SdpType, SessionDescription, Which};

use crate::setup::{A, B, Duo, offer};

/// An offer of video with AV1 formats alone: number and parameters.
fn offer_of(formats: &[(u8, &str)]) -> String {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Video, "camera");
    let made = duo.create_offer(A).sdp;
    let about_codecs = |line: &&str| {
        ["a=rtpmap", "a=fmtp", "a=rtcp-fb"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    let mut sdp = String::new();
    for line in made
        .split_inclusive("\r\n")
        .filter(|line| !about_codecs(line))
    {
        if line.starts_with("m=video") {
            let numbers: Vec<String> = formats
                .iter()
                .map(|(number, _)| number.to_string())
                .collect();
            sdp.push_str(&format!(
                "m=video 9 UDP/TLS/RTP/SAVPF {}\r\n",
                numbers.join(" ")
            ));
        } else {
            sdp.push_str(line);
        }
    }
    for (number, parameters) in formats {
        sdp.push_str(&format!("a=rtpmap:{number} AV1/90000\r\n"));
        if !parameters.is_empty() {
            sdp.push_str(&format!("a=fmtp:{number} {parameters}\r\n"));
        }
    }
    sdp
}

fn answer_to(duo: &mut Duo, sdp: &str) -> String {
    duo.promised(A, Call::SetRemoteDescription(offer(sdp)))
        .unwrap();
    duo.add_track(A, Kind::Video, "camera");
    duo.promised(A, Call::SetLocalDescription(None)).unwrap();
    duo.session(A).description(Which::Local).unwrap().sdp
}

fn lines<'a>(sdp: &'a str, start: &str) -> Vec<&'a str> {
    sdp.lines().filter(|line| line.starts_with(start)).collect()
}

/// What side A sends: payload types and parameters.
fn sent(duo: &Duo) -> Vec<(u8, String)> {
    let view = &duo.session(A).transceivers()[0];
    let codecs = view.send_codecs.iter();
    codecs
        .map(|codec| (codec.payload_type, codec.parameters.clone()))
        .collect()
}

#[test]
fn an_offer_has_av1_behind_the_others_with_retransmission_and_the_descriptor() {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Video, "camera");
    let sdp = duo.create_offer(A).sdp;
    let video = lines(&sdp, "m=video")[0];
    assert!(video.ends_with(" 45 46"), "{video}");
    for line in [
        "a=rtpmap:45 AV1/90000",
        "a=fmtp:45 level-idx=5;profile=0;tier=0",
        "a=rtcp-fb:45 nack pli",
        "a=rtpmap:46 rtx/90000",
        "a=fmtp:46 apt=45",
        "a=extmap:9 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
    ] {
        assert_eq!(lines(&sdp, line), [line], "{sdp}");
    }
}

#[test]
fn levels_and_tiers_are_what_each_side_receives() {
    for theirs in [
        "profile=0; level-idx=8; tier=1;",
        "level-idx=0",
        "",
        "tier=1;foo=bar",
    ] {
        let mut duo = Duo::new(2);
        let answer = answer_to(&mut duo, &offer_of(&[(98, theirs)]));
        assert_eq!(
            lines(&answer, "a=fmtp"),
            ["a=fmtp:98 level-idx=5;profile=0;tier=0"]
        );
        // What is sent keeps to what the peer can receive.
        assert_eq!(sent(&duo), [(98, theirs.to_owned())]);
    }
}

#[test]
fn each_profile_has_its_number_and_a_higher_one_alone_is_answered_with_ours() {
    let both = [
        (47, "level-idx=5;profile=1;tier=0"),
        (45, "level-idx=5;profile=0;tier=0"),
    ];
    let mut duo = Duo::new(3);
    let answer = answer_to(&mut duo, &offer_of(&both));
    assert!(lines(&answer, "m=video")[0].ends_with(" 45"), "{answer}");
    assert_eq!(sent(&duo).len(), 1);
    // A peer that receives the high profile receives main as well, and is told what we receive.
    let mut duo = Duo::new(4);
    let answer = answer_to(&mut duo, &offer_of(&both[..1]));
    assert_eq!(
        lines(&answer, "a=fmtp"),
        ["a=fmtp:47 level-idx=5;profile=0;tier=0"]
    );
}

#[test]
fn an_answer_may_name_another_level() {
    let mut duo = Duo::new(5);
    duo.add_track(A, Kind::Video, "camera");
    let made = duo.create_offer(A);
    duo.set_local(A, &made);
    duo.set_remote(B, &made);
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    let sdp = answer.sdp.replace(
        "a=fmtp:45 level-idx=5;profile=0;tier=0",
        "a=fmtp:45 profile=0; level-idx=8; tier=1;",
    );
    assert_ne!(sdp, answer.sdp);
    let kind = SdpType::Answer;
    duo.set_remote(A, &SessionDescription { kind, sdp });
    let av1 = sent(&duo).into_iter().find(|(number, _)| *number == 45);
    assert_eq!(av1.unwrap().1, "profile=0; level-idx=8; tier=1;");
}

/// A temporal unit of a picture of 320 by 180, with `len` octets of tiles.
fn temporal_unit(keyframe: bool, len: usize) -> Vec<u8> {
    let mut unit = vec![0x12, 0];
    if keyframe {
        unit.extend([0x0a, 11, 0, 0, 0, 4, 0x3c, 0xfe, 0xcc, 0xda, 0xf9, 0, 0x40]);
    }
    let (size, octets) = write_leb128(1 + len);
    unit.push(0x32);
    unit.extend(&size[..octets]);
    unit.push(if keyframe { 0x10 } else { 0x30 });
    unit.extend((0..len).map(|index| index as u8));
    unit
}

#[test]
fn temporal_units_arrive_as_they_were() {
    let mut duo = Duo::new(6);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let id = duo.session(A).transceivers()[0].id;
    let mut codecs = MediaEngine::default().capabilities(Kind::Video);
    codecs.retain(|codec| codec.mime_type == "video/AV1");
    duo.does(A, Call::SetCodecPreferences(id, codecs));
    duo.negotiate(A);
    duo.connect();
    let receiver = duo.session(B).transceivers()[0].id.receiver();
    for number in 0..20 {
        let keyframe = number % 10 == 0;
        let unit = temporal_unit(keyframe, 100 + 400 * number as usize);
        let now = duo.now();
        let time = FrameTime::Media(Duration::from_millis(33 * number));
        let outgoing = OutgoingFrame::new(unit.clone().into(), time);
        duo.pc(A).send_frame(now, sender, outgoing).unwrap();
        duo.run_for(Duration::from_millis(33));
        let now = duo.now();
        let received = duo.pc(B).recv_frame(now, receiver).unwrap();
        assert_eq!(received.data, unit);
        assert_eq!(received.keyframe, keyframe);
        assert_eq!(received.dimensions, keyframe.then_some((320, 180)));
    }
}
