//! Offers that are not as they should be: what becomes of each, and that nothing else changes.

use std::time::{Duration, Instant};

use serde_json::Value as Json;
use stonechat_peerconnection::{Call, SdpType, SessionDescription, SignalingState, Which};

use crate::setup::{A, B, Duo, offer};

#[test]
fn each_deviation_has_the_outcome_of_the_table() {
    let text = include_str!("../data/sdp_torture.json");
    let table: Json = serde_json::from_str(text).unwrap();
    let mut wrong = Vec::new();
    for entry in table["entries"].as_array().unwrap() {
        let (name, expect) = (
            entry["name"].as_str().unwrap(),
            entry["expect"].as_str().unwrap(),
        );
        let Some(sdp) = entry["sdp"].as_str() else {
            continue;
        };
        let mut duo = Duo::new(1);
        let result = duo.promised(A, Call::SetRemoteDescription(offer(sdp)));
        let state = duo.session(A).signaling_state();
        let is_stable = state == SignalingState::Stable;
        if result.is_err() != is_stable {
            wrong.push(format!("{name}: {result:?} but {state}"));
        }
        if result.is_err()
            && (duo.session(A).description(Which::Remote).is_some()
                || !duo.session(A).transceivers().is_empty())
        {
            wrong.push(format!("{name}: something is left of the refused offer"));
        }
        let answer = result.is_ok().then(|| {
            let answer = duo.promised(A, Call::SetLocalDescription(None));
            (answer, duo.session(A).description(Which::Local))
        });
        let right = match expect {
            "accept" | "accept-ignoring-line" | "accept-capped" => {
                answer.as_ref().is_some_and(|(set, _)| set.is_ok())
            }
            "reject" => result.is_err(),
            "accept-section-rejected" => answer.as_ref().is_some_and(|(_, local)| {
                local.as_ref().is_some_and(|local| {
                    local
                        .sdp
                        .lines()
                        .any(|line| line.starts_with("m=") && line.contains(" 0 "))
                })
            }),
            _ => true,
        };
        if !right {
            wrong.push(format!(
                "{name}: expected {expect}, got {result:?}; {}",
                entry["why"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

const SECTION: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:0123456789abcdefABCDEF0123\r\na=fingerprint:sha-256 0B:30:55:7A:9F:C4:E9:0E:33:58:\
    7D:A2:C7:EC:11:36:5B:80:A5:CA:EF:14:39:5E:83:A8:CD:F2:17:3C:61:86\r\na=setup:actpass\r\n\
    a=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n";

#[test]
#[expect(clippy::disallowed_methods, reason = "a bomb is measured on the wall")]
fn bombs_go_off_in_bounded_time() {
    let bombs = [
        (0..10_000).fold(HEAD.to_owned(), |sdp, index| {
            sdp + &format!("m=audio 9 x {index}\r\n")
        }),
        (0..100_000).fold(format!("{HEAD}{SECTION}a=mid:0\r\n"), |sdp, ssrc| {
            sdp + &format!("a=ssrc:{ssrc} cname:x\r\n")
        }),
        format!("{HEAD}{SECTION}{}", "a=x\r\n".repeat(100_000)),
        (0..200).fold(HEAD.to_owned(), |sdp, index| {
            sdp + SECTION + &format!("a=mid:{index}\r\n")
        }),
    ];
    for bomb in bombs {
        let mut duo = Duo::new(1);
        let start = Instant::now();
        let _ = duo.promised(A, Call::SetRemoteDescription(offer(&bomb)));
        let _ = duo.promised(A, Call::SetLocalDescription(None));
        // Generous: debug builds on busy machines. The budget of a release build is in the benches.
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn an_answer_has_to_decide_the_dtls_role_once() {
    for (setup, is_taken) in [
        ("actpass", false),
        ("holdconn", false),
        ("active", true),
        ("passive", true),
    ] {
        let mut duo = Duo::new(2);
        duo.create_channel(A, "c");
        duo.offer_from(A);
        let answer = duo.create_answer(B);
        let sdp = answer
            .sdp
            .replace("a=setup:active", &format!("a=setup:{setup}"));
        let answer = SessionDescription {
            kind: SdpType::Answer,
            sdp,
        };
        let result = duo.promised(A, Call::SetRemoteDescription(answer));
        assert_eq!(result.is_ok(), is_taken, "{setup}");
        let expected = [SignalingState::HaveLocalOffer, SignalingState::Stable];
        assert_eq!(
            duo.session(A).signaling_state(),
            expected[usize::from(is_taken)]
        );
    }
    // Both ends active.
    let mut duo = Duo::new(3);
    duo.create_channel(A, "c");
    let made = duo.create_offer(A);
    let insisting = offer(&made.sdp.replace("actpass", "active"));
    duo.set_remote(B, &insisting);
    let answer = duo.create_answer(B);
    assert!(answer.sdp.contains("a=setup:passive"));
}

#[test]
fn keys_in_the_open_are_never_used() {
    let base = format!("{HEAD}a=group:BUNDLE 0\r\n{SECTION}a=mid:0\r\n");
    let without = base.replace("a=fingerprint", "a=x-fingerprint");
    let plain = without.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP");
    let sdes = without.replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF").replace(
        "a=setup:actpass\r\n",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\n",
    );
    for sdp in [plain, sdes, without] {
        let mut duo = Duo::new(4);
        let refused = duo
            .promised(A, Call::SetRemoteDescription(offer(&sdp)))
            .is_err();
        let answered = duo.promised(A, Call::SetLocalDescription(None)).is_ok();
        let local = duo
            .session(A)
            .description(Which::Local)
            .map(|local| local.sdp);
        let rejected = answered && local.is_some_and(|sdp| sdp.contains("m=audio 0 "));
        assert!(refused || rejected, "{sdp}");
        assert!(duo.session(A).transports().is_empty());
    }
    // Keys beside a fingerprint are ignored.
    let both = base.replace(
        "a=setup",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\na=setup",
    );
    let mut duo = Duo::new(5);
    duo.set_remote(A, &offer(&both));
    let answer = duo.create_answer(A);
    assert!(!answer.sdp.contains("crypto"));
}

#[test]
fn nothing_of_the_application_breaks_a_line() {
    use stonechat_peerconnection::{Answer, Kind, TrackInfo, TransceiverInit};
    for evil in [
        "a\r\nm=audio 9 x 0",
        "a\nb",
        "a\0b",
        "a b",
        "",
        &"x".repeat(65),
    ] {
        let mut duo = Duo::new(6);
        let track = TrackInfo {
            id: evil.to_owned(),
            kind: Kind::Audio,
        };
        let streams = vec![evil.to_owned()];
        let refused = duo.call(
            A,
            Call::AddTrack {
                track: track.clone(),
                streams: streams.clone(),
            },
        );
        assert!(matches!(refused, Answer::Failed(_)), "{evil:?}");
        let init = TransceiverInit {
            streams,
            ..TransceiverInit::default()
        };
        let call = Call::AddTransceiver {
            kind: Kind::Audio,
            track: None,
            init,
        };
        assert!(matches!(duo.call(A, call), Answer::Failed(_)), "{evil:?}");
        assert!(duo.session(A).transceivers().is_empty());
        // The id of a track goes into `msid` as well.
        if let Answer::Sender(_) = duo.call(
            A,
            Call::AddTrack {
                track,
                streams: Vec::new(),
            },
        ) {
            let sdp = duo.create_offer(A).sdp;
            assert_eq!(sdp.matches("m=").count(), 1, "{sdp}");
            assert!(!sdp.contains('\0'));
        }
    }
}
