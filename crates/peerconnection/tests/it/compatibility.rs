//! What peers do otherwise than the specifications say: one test for each row of the table, and
//! the descriptions that browsers made.

use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::compatibility::QUIRKS;
use stonechat_peerconnection::{
    Answer, Call, Error, Event, IceCandidateInit, Kind, MessageKind, SdpType, SessionDescription,
    SignalingState, Value, Which,
};

use crate::setup::{A, B, Duo, offer};

/// A description as `change` makes it.
fn changed(
    description: &SessionDescription,
    change: impl Fn(&str) -> String,
) -> SessionDescription {
    SessionDescription {
        sdp: change(&description.sdp),
        ..description.clone()
    }
}

/// Without the lines that begin so.
fn without(sdp: &str, starts: &[&str]) -> String {
    let stays = |line: &&str| !starts.iter().any(|start| line.starts_with(start));
    sdp.split_inclusive('\n').filter(stays).collect()
}

/// A negotiates with B, to whom A looks as `offer` makes it; `answer` gives the answer the form
/// that A knows. Gives what B answered.
fn negotiate(
    duo: &mut Duo,
    offer: impl Fn(&str) -> String,
    answer: impl Fn(&str) -> String,
) -> String {
    let made = duo.create_offer(A);
    duo.set_local(A, &made);
    duo.set_remote(B, &changed(&made, offer));
    let answered = duo.create_answer(B);
    duo.set_local(B, &answered);
    duo.set_remote(A, &changed(&answered, answer));
    answered.sdp
}

fn as_it_is(sdp: &str) -> String {
    sdp.to_owned()
}

/// What a peer that is given this offer answers.
fn answer_to(sdp: &str) -> Result<String, Error> {
    let mut duo = Duo::new(7);
    duo.promised(A, Call::SetRemoteDescription(offer(sdp)))?;
    duo.promised(A, Call::SetLocalDescription(None))?;
    let answer = duo.session(A).description(Which::Local);
    Ok(answer.map(|answer| answer.sdp).unwrap_or_default())
}

fn streams_of(duo: &Duo, side: usize) -> Vec<Vec<String>> {
    let tracks = duo.events[side].iter().filter_map(|event| match event {
        Event::Track { streams, .. } => Some(streams.clone()),
        _ => None,
    });
    tracks.collect()
}

const CHROMIUM: &str = include_str!("../data/sdp/chromium-default-av-offer.sdp");

#[test]
fn every_row_has_its_test() {
    let tests = include_str!("compatibility.rs");
    for quirk in QUIRKS {
        let name = format!("#[test]\nfn {}()", quirk.test);
        assert!(tests.contains(&name), "{}", quirk.test);
        assert!(quirk.checked.len() == 7 && !quirk.symptom.is_empty());
    }
}

#[test]
fn every_description_that_browsers_made_is_accepted() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sdp");
    let mut count = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let sdp = std::fs::read_to_string(&path).unwrap();
        // An answer of a browser to a browser answers no offer of ours; as an offer it shows the
        // same lines.
        let sdp = sdp
            .replace("a=setup:active", "a=setup:actpass")
            .replace("a=setup:passive", "a=setup:actpass");
        let answer = answer_to(&sdp).unwrap_or_else(|error| panic!("{name}: {error}"));
        let sections = |sdp: &str| sdp.lines().filter(|line| line.starts_with("m=")).count();
        assert_eq!(sections(&answer), sections(&sdp), "{name}");
        let open = |line: &str| line.starts_with("m=") && !line.contains(" 0 ");
        if sdp.lines().any(open) {
            assert!(answer.lines().any(open), "{name}: nothing was accepted");
        }
        count += 1;
    }
    assert!(count >= 20, "only {count}");
}

#[test]
fn the_answers_of_browsers_to_an_offer_of_data_are_accepted() {
    for answer in [
        include_str!("../data/sdp/chromium-default-data-answer.sdp"),
        include_str!("../data/sdp/firefox-default-data-answer.sdp"),
    ] {
        let mut duo = Duo::new(3);
        duo.create_channel(A, "chat");
        let offer = duo.create_offer(A);
        duo.set_local(A, &offer);
        let answer = SessionDescription {
            kind: SdpType::Answer,
            sdp: answer.to_owned(),
        };
        duo.set_remote(A, &answer);
        assert_eq!(duo.session(A).signaling_state(), SignalingState::Stable);
    }
}

#[test]
fn a_profile_without_tls_is_dtls_if_there_is_a_fingerprint() {
    for profile in [
        "RTP/AVP",
        "RTP/AVPF",
        "RTP/SAVP",
        "RTP/SAVPF",
        "UDP/TLS/RTP/SAVP",
    ] {
        let mut duo = Duo::new(11);
        duo.add_track(A, Kind::Audio, "voice");
        let answer = negotiate(
            &mut duo,
            |sdp| sdp.replace("UDP/TLS/RTP/SAVPF", profile),
            |sdp| sdp.replace(profile, "UDP/TLS/RTP/SAVPF"),
        );
        assert!(
            answer.contains(&format!("m=audio 9 {profile} ")),
            "{answer}"
        );
        duo.connect();
    }
    let open = without(
        &CHROMIUM.replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF"),
        &["a=fingerprint"],
    );
    let open = open.split("m=application").next().unwrap_or_default();
    let open = open.replace("a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0 1");
    let answer = answer_to(&open).unwrap();
    assert!(answer.contains("m=audio 0 RTP/SAVPF"), "{answer}");
}

#[test]
fn data_channels_work_with_the_old_form_of_a_section_for_data() {
    let mut duo = Duo::new(12);
    let channel = duo.create_channel(A, "chat");
    let answer = negotiate(
        &mut duo,
        |sdp| {
            without(sdp, &["a=max-message-size"])
                .replace("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5000")
                .replace("a=sctp-port:5000", "a=sctpmap:5000 webrtc-datachannel 1024")
        },
        |sdp| {
            sdp.replace("DTLS/SCTP 5000", "UDP/DTLS/SCTP webrtc-datachannel")
                .replace("a=sctpmap:5000 webrtc-datachannel 1024", "a=sctp-port:5000")
        },
    );
    assert!(
        answer.contains("m=application 9 DTLS/SCTP 5000\r\n"),
        "{answer}"
    );
    assert!(!answer.contains("a=sctp-port"), "{answer}");
    duo.connect();
    let theirs = duo.wait_announced(B, 1);
    duo.wait_open(A, channel);
    duo.send(A, channel, "hello");
    duo.wait_received(B, theirs, 1);
}

#[test]
fn a_peer_that_says_no_size_gets_messages_of_64_kib() {
    let mut duo = Duo::new(13);
    let channel = duo.create_channel(A, "chat");
    negotiate(&mut duo, as_it_is, |sdp| {
        without(sdp, &["a=max-message-size"])
    });
    duo.connect();
    duo.wait_open(A, channel);
    let mut send = |octets: usize| {
        let data = Bytes::from(vec![0; octets]);
        let kind = MessageKind::Binary;
        duo.call(
            A,
            Call::Send {
                channel,
                kind,
                data,
            },
        )
    };
    assert!(matches!(send(65_537), Answer::Failed(_)));
    assert!(!matches!(send(65_536), Answer::Failed(_)));
}

#[test]
fn streams_are_found_where_only_sources_name_them() {
    let sdp = without(CHROMIUM, &["a=msid:"]);
    let mut duo = Duo::new(14);
    duo.set_remote(A, &offer(&sdp));
    let stream = String::from("57eab628-39a3-420e-b1ad-0d8d179d900d");
    assert_eq!(streams_of(&duo, A), [[stream.clone()], [stream]]);
}

#[test]
fn a_section_of_plan_b_is_one_transceiver() {
    let second = "a=ssrc:77 cname:x\r\na=ssrc:77 msid:other second\r\n";
    let sdp = without(CHROMIUM, &["a=msid:", "a=extmap-allow-mixed"])
        .replace("a=mid:1\r\n", "a=mid:video\r\n")
        .replace("BUNDLE 0 1 2", "BUNDLE 0 video 2")
        .replace("m=application", &format!("{second}m=application"));
    let answer = answer_to(&sdp).unwrap();
    assert!(answer.contains("a=mid:video\r\n"), "{answer}");
    let mut duo = Duo::new(15);
    duo.set_remote(A, &offer(&sdp));
    assert_eq!(duo.session(A).transceivers().len(), 2);
    assert_eq!(streams_of(&duo, A).len(), 2);
}

#[test]
fn a_section_without_mid_is_answered_without_mid() {
    let mut duo = Duo::new(16);
    duo.add_track(A, Kind::Audio, "voice");
    // Such peers have their candidates in the description.
    duo.trickles = false;
    let gathered = |duo: &mut Duo, side| {
        duo.run_for(Duration::from_secs(1));
        duo.session(side).description(Which::Local).unwrap()
    };
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let offer = gathered(&mut duo, A);
    let strip = |sdp: &str| without(sdp, &["a=mid:", "a=group:"]);
    duo.set_remote(B, &changed(&offer, strip));
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    let answer = gathered(&mut duo, B);
    assert!(!answer.sdp.contains("a=mid:"), "{}", answer.sdp);
    assert!(answer.sdp.contains("m=audio 9 "), "{}", answer.sdp);
    duo.set_remote(A, &answer);
    duo.connect();
}

#[test]
fn an_offer_may_lose_extmap_allow_mixed_on_its_way() {
    let mut duo = Duo::new(17);
    duo.add_track(A, Kind::Video, "camera");
    let old = |sdp: &str| without(sdp, &["a=extmap-allow-mixed"]);
    let answer = negotiate(&mut duo, old, as_it_is);
    assert!(!answer.contains("extmap-allow-mixed"), "{answer}");
    duo.connect();
    assert!(
        answer_to(CHROMIUM)
            .unwrap()
            .contains("a=extmap-allow-mixed")
    );
}

fn add_candidate(duo: &mut Duo, candidate: Option<&str>) -> Result<Value, Error> {
    let init = candidate.map(|candidate| IceCandidateInit {
        candidate: candidate.to_owned(),
        sdp_mid: Some(String::from("0")),
        ..IceCandidateInit::default()
    });
    duo.promised(A, Call::AddIceCandidate(init))
}

#[test]
fn candidates_are_taken_as_lines_and_as_values() {
    let mut duo = Duo::new(18);
    duo.set_remote(A, &offer(CHROMIUM));
    for (port, start) in [(1, "a=candidate:"), (2, "candidate:"), (3, "")] {
        let text = format!("{start}1 1 udp 2122260223 192.0.2.9 {port} typ host");
        add_candidate(&mut duo, Some(&text)).unwrap();
        let remote = duo.session(A).description(Which::Remote).unwrap().sdp;
        assert!(
            remote.contains(&format!("192.0.2.9 {port} typ host")),
            "{start}"
        );
    }
}

#[test]
fn candidates_end_in_every_way() {
    let mut duo = Duo::new(19);
    duo.set_remote(A, &offer(CHROMIUM));
    add_candidate(&mut duo, Some("")).unwrap();
    add_candidate(&mut duo, None).unwrap();
    let empty = Some(IceCandidateInit::default());
    duo.promised(A, Call::AddIceCandidate(empty)).unwrap();
    let remote = duo.session(A).description(Which::Remote).unwrap().sdp;
    assert!(remote.contains("a=end-of-candidates"), "{remote}");
}

#[test]
fn a_candidate_of_a_name_is_taken() {
    let mut duo = Duo::new(20);
    let name = "9b36eaac-bb2e-49bb-bb78-21c41c499900.local";
    duo.set_remote(A, &offer(CHROMIUM));
    duo.promised(A, Call::SetLocalDescription(None)).unwrap();
    let text = format!("candidate:1 1 udp 2122260223 {name} 50000 typ host");
    add_candidate(&mut duo, Some(&text)).unwrap();
    // Nobody knows the name; nothing ends for that.
    duo.run_for(Duration::from_secs(2));
    assert_eq!(duo.session(A).signaling_state(), SignalingState::Stable);
    let known = "candidate:2 1 udp 2122260222 192.0.2.9 50000 typ host";
    add_candidate(&mut duo, Some(known)).unwrap();
}

#[test]
fn what_the_session_says_holds_for_its_sections() {
    let firefox = include_str!("../data/sdp/firefox-default-av-offer.sdp");
    let head = firefox.split("m=").next().unwrap_or_default();
    assert!(head.contains("a=fingerprint:"));
    assert!(answer_to(firefox).unwrap().contains("m=audio 9 "));

    let mut duo = Duo::new(21);
    duo.add_track(A, Kind::Audio, "voice");
    let lift = |sdp: &str| {
        let starts = ["a=fingerprint:", "a=ice-ufrag:", "a=ice-pwd:", "a=setup:"];
        let lines = sdp.split_inclusive('\n');
        let lifted: String = lines
            .filter(|line| starts.iter().any(|start| line.starts_with(start)))
            .collect();
        without(sdp, &starts).replacen("m=", &format!("{lifted}m="), 1)
    };
    negotiate(&mut duo, lift, lift);
    duo.connect();
}

#[test]
fn keys_in_a_description_are_not_used() {
    let key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 \
        inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\na=mid:";
    let both = CHROMIUM.replace("a=mid:", key);
    assert!(!answer_to(&both).unwrap().contains("a=crypto"));
    let keys_alone = without(&both, &["a=fingerprint"]);
    assert!(answer_to(&keys_alone).is_err());
}

#[test]
fn lines_may_end_with_a_line_feed_alone() {
    let answer = answer_to(&CHROMIUM.replace("\r\n", "\n")).unwrap();
    assert_eq!(answer.matches("m=").count(), 3);
}

#[test]
fn a_fingerprint_may_be_in_small_letters() {
    let small = |sdp: &str| -> String {
        let lines = sdp.split_inclusive('\n').map(|line| {
            match line.strip_prefix("a=fingerprint:sha-256") {
                Some(digest) => format!("a=fingerprint:SHA-256{}", digest.to_ascii_lowercase()),
                None => line.to_owned(),
            }
        });
        lines.collect()
    };
    let mut duo = Duo::new(22);
    duo.create_channel(A, "chat");
    negotiate(&mut duo, small, small);
    duo.connect();
}

#[test]
fn the_first_message_after_the_channel_event_arrives() {
    for seed in 0..20 {
        let mut duo = Duo::new(100 + seed);
        let channel = duo.create_channel(A, "chat");
        duo.negotiate(A);
        let theirs = duo.wait_announced(B, 1);
        duo.send(B, theirs, "first");
        duo.wait_received(A, channel, 1);
        assert_eq!(duo.received(A, channel), ["first"]);
    }
}

#[test]
fn congestion_control_feedback_may_be_told_for_each_payload_type() {
    let offer = include_str!("../data/sdp/chromium-ccfb-av-offer.sdp");
    assert!(offer.contains("a=rtcp-fb:96 ack ccfb") && offer.contains(" transport-cc"));
    let answer = answer_to(offer).unwrap();
    assert_eq!(answer.matches("a=rtcp-fb:* ack ccfb\r\n").count(), 2);
    assert!(!answer.contains("transport-cc") && !answer.contains("transport-wide-cc"));
    // Clocks of receivers are answered, by Chromium too.
    assert_eq!(answer.matches("a=rtcp-xr:rcvr-rtt=all\r\n").count(), 2);
    // Chromium without the trial: as ever.
    let answer = answer_to(CHROMIUM).unwrap();
    assert!(!answer.contains("ccfb") && answer.contains(" transport-cc\r\n"));
    assert!(answer.contains("transport-wide-cc") && !answer.contains("ecn-capable"));
}
