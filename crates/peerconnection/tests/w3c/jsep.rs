//! Offers and answers (RFC 8829, 3264, 9143, 8842, 8841): what is in them and what they do.

use std::time::Duration;

use stonechat_peerconnection::{
    BundlePolicy, Call, Configuration, Direction, ErrorName, Event, IceGatheringState, Kind,
    OfferOptions, SdpType, SignalingState, Which,
};

use crate::app::{App, described, negotiate, pair, retyped, rollback, sections, values, without};
use crate::setup::{A, B, Duo, SIDES};

fn with_policy(name: &str, bundle_policy: BundlePolicy) -> App {
    App::with(
        name,
        Configuration {
            bundle_policy,
            ..Configuration::default()
        },
    )
}

/// Two of each kind, and data.
fn five_sections(app: &mut App) -> String {
    app.audio();
    app.video();
    app.audio();
    app.video();
    app.channel("x");
    app.offer().sdp
}

fn bundle_only(sdp: &str) -> Vec<bool> {
    sections(sdp)
        .iter()
        .map(|section| section.contains("a=bundle-only\r\n"))
        .collect()
}

fn distinct(mut values: Vec<String>) -> usize {
    values.sort();
    values.dedup();
    values.len()
}

// api: RTCPeerConnection.createOffer
#[test]
fn a_description_begins_as_it_has_to() {
    let mut app = App::new("a");
    app.audio();
    let sdp = app.offer().sdp;
    let lines: Vec<_> = sdp.lines().collect();
    assert_eq!(lines[0], "v=0");
    assert!(
        lines[1].starts_with("o=- ") && lines[1].ends_with(" IN IP4 0.0.0.0")
            || lines[1].contains(" IN IP4 ")
    );
    assert_eq!(lines[2], "s=-");
    assert_eq!(lines[3], "t=0 0");
    assert!(sdp.ends_with("\r\n"));
    for never in ["a=crypto", "a=key-mgmt", "a=ice-lite", "k="] {
        assert!(!sdp.contains(&format!("\r\n{never}")), "{never}");
    }
}

// api: RTCPeerConnection.createOffer
#[test]
fn the_version_grows_with_each_description_and_the_session_stays() {
    let mut app = App::new("a");
    app.audio();
    let origin = |sdp: &str| {
        let line = values(sdp, "o=- ").remove(0);
        let mut words = line.split(' ').map(|word| word.parse::<u64>());
        let mut next = || words.next().unwrap().unwrap();
        (next(), next())
    };
    let (session, first) = origin(&app.offer().sdp);
    assert!(session < 1 << 63);
    app.video();
    let (same, second) = origin(&app.offer().sdp);
    assert_eq!((same, second), (session, first + 1));
    app.set_implicitly();
    app.set_local(&rollback());
    let (_, third) = origin(&app.offer().sdp);
    assert!(third > second);
}

// api: RTCPeerConnection.createOffer, RTCPeerConnection.addTransceiver
#[test]
fn sections_stand_in_the_order_of_the_transceivers_and_data_last() {
    let mut app = App::new("a");
    app.channel("x");
    app.video();
    app.audio();
    let sdp = app.offer().sdp;
    let kinds: Vec<_> = sections(&sdp)
        .iter()
        .map(|section| section[2..section.find(' ').unwrap()].to_owned())
        .collect();
    assert_eq!(kinds, ["video", "audio", "application"]);
}

// api: RTCPeerConnection.createOffer
#[test]
fn each_section_has_what_its_transport_needs() {
    let mut app = App::new("a");
    app.audio();
    app.channel("x");
    for section in sections(&app.offer().sdp) {
        for start in [
            "a=mid:",
            "a=ice-ufrag:",
            "a=ice-pwd:",
            "a=fingerprint:sha-256 ",
            "a=tls-id:",
        ] {
            assert_eq!(values(&section, start).len(), 1, "{start} in {section}");
        }
        assert!(section.contains("a=setup:actpass\r\n"));
        assert!(section.contains("c=IN IP4 0.0.0.0\r\n"));
        assert!(values(&section, "a=tls-id:")[0].len() >= 20);
    }
}

// api: RTCPeerConnection.createOffer
#[test]
fn a_media_section_has_what_rtp_needs() {
    let mut app = App::new("a");
    app.audio();
    let section = sections(&app.offer().sdp).remove(0);
    assert!(section.starts_with("m=audio 9 UDP/TLS/RTP/SAVPF "));
    for line in [
        "a=rtcp-mux",
        "a=rtcp-mux-only",
        "a=rtcp-rsize",
        "a=sendrecv",
    ] {
        assert!(section.contains(&format!("\r\n{line}\r\n")), "{line}");
    }
    for format in section.lines().next().unwrap().split(' ').skip(3) {
        assert_eq!(values(&section, &format!("a=rtpmap:{format} ")).len(), 1);
    }
}

// api: RTCPeerConnection.createDataChannel, RTCPeerConnection.createOffer
#[test]
fn a_data_section_has_port_and_largest_message() {
    let mut app = App::new("a");
    app.channel("x");
    app.channel("y");
    let all = sections(&app.offer().sdp);
    assert_eq!(all.len(), 1);
    assert!(all[0].starts_with("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
    assert!(all[0].contains("a=sctp-port:5000\r\n"));
    assert!(all[0].contains("a=max-message-size:262144\r\n"));
}

// api: RTCBundlePolicy.max-bundle, RTCConfiguration.bundlePolicy
#[test]
fn max_bundle_has_one_transport_and_the_rest_bundle_only() {
    let mut app = with_policy("a", BundlePolicy::MaxBundle);
    let sdp = five_sections(&mut app);
    assert_eq!(bundle_only(&sdp), [false, true, true, true, true]);
    assert_eq!(distinct(values(&sdp, "a=ice-ufrag:")), 1);
    for section in sections(&sdp).iter().skip(1) {
        assert_eq!(section.split(' ').nth(1), Some("0"));
    }
    app.set_implicitly();
    assert_eq!(app.session().transports().len(), 1);
}

// api: RTCBundlePolicy.balanced
#[test]
fn balanced_has_a_transport_for_the_first_of_each_kind() {
    let mut app = with_policy("a", BundlePolicy::Balanced);
    let sdp = five_sections(&mut app);
    assert_eq!(bundle_only(&sdp), [false, false, true, true, false]);
    app.set_implicitly();
    assert_eq!(app.session().transports().len(), 3);
}

// api: RTCBundlePolicy.max-compat
#[test]
fn max_compat_has_a_transport_for_each_section() {
    let mut app = with_policy("a", BundlePolicy::MaxCompat);
    let sdp = five_sections(&mut app);
    assert_eq!(bundle_only(&sdp), [false; 5]);
    assert_eq!(distinct(values(&sdp, "a=ice-ufrag:")), 5);
    assert_eq!(values(&sdp, "a=group:BUNDLE "), ["0 1 2 3 4"]);
    app.set_implicitly();
    assert_eq!(app.session().transports().len(), 5);
}

// api: RTCBundlePolicy.max-compat, RTCBundlePolicy.balanced
#[test]
fn the_answer_bundles_what_was_offered_and_the_transports_become_one() {
    for policy in BundlePolicy::ALL {
        let mut a = with_policy("a", policy);
        let mut b = App::new("b");
        five_sections(&mut a);
        let (_, answer) = negotiate(&mut a, &mut b);
        assert_eq!(values(&answer.sdp, "a=group:BUNDLE "), ["0 1 2 3 4"]);
        assert_eq!(bundle_only(&answer.sdp), [false; 5]);
        a.pull_all();
        assert_eq!(a.session().transports().len(), 1);
        assert_eq!(b.session().transports().len(), 1);
    }
}

// api: RTCBundlePolicy.balanced
#[test]
fn a_balanced_answerer_takes_the_first_of_each_kind_outside_a_bundle() {
    let (mut a, mut b) = pair();
    let sdp = {
        let mut app = with_policy("c", BundlePolicy::MaxCompat);
        five_sections(&mut app)
    };
    let _ = &mut a;
    b.set_remote(&described(SdpType::Offer, &without(&sdp, "a=group")));
    let answer = b.answer().sdp;
    let ports: Vec<_> = sections(&answer)
        .iter()
        .map(|section| section.split(' ').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(ports, ["9", "9", "0", "0", "9"]);
}

// api: RTCBundlePolicy.max-bundle
#[test]
fn a_max_bundle_answerer_takes_one_section_outside_a_bundle() {
    let mut b = with_policy("b", BundlePolicy::MaxBundle);
    let sdp = {
        let mut app = with_policy("c", BundlePolicy::MaxCompat);
        five_sections(&mut app)
    };
    b.set_remote(&described(SdpType::Offer, &without(&sdp, "a=group")));
    let answer = b.answer().sdp;
    let taken = sections(&answer)
        .iter()
        .filter(|section| section.split(' ').nth(1) != Some("0"))
        .count();
    assert_eq!(taken, 1);
}

// api: RTCBundlePolicy.max-compat
#[test]
fn a_max_compat_answerer_takes_all_sections_outside_a_bundle() {
    let mut b = with_policy("b", BundlePolicy::MaxCompat);
    let sdp = {
        let mut app = with_policy("c", BundlePolicy::MaxCompat);
        five_sections(&mut app)
    };
    b.set_remote(&described(SdpType::Offer, &without(&sdp, "a=group")));
    let answer = b.set_implicitly().sdp;
    assert_eq!(distinct(values(&answer, "a=ice-ufrag:")), 5);
    assert_eq!(b.session().transports().len(), 5);
}

// api: RTCPeerConnection.createOffer
#[test]
fn a_new_section_joins_the_bundle_without_bundle_only() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    a.video();
    let offer = a.offer().sdp;
    assert_eq!(bundle_only(&offer), [false, false]);
    assert_eq!(values(&offer, "a=group:BUNDLE "), ["0 1"]);
    assert_eq!(distinct(values(&offer, "a=ice-ufrag:")), 1);
    assert!(
        !offer.contains("a=rtcp-mux-only"),
        "only initial offers have it"
    );
}

// api: RTCPeerConnection.createOffer, RTCRtpTransceiver.stop
#[test]
fn the_first_transceiver_that_is_not_stopped_tags_the_bundle() {
    let (mut a, mut b) = pair();
    let first = a.audio();
    a.video();
    negotiate(&mut a, &mut b);
    a.does(Call::StopTransceiver(first));
    negotiate(&mut a, &mut b);
    // The new one takes the place of the old one, before the first in the set.
    a.audio();
    let offer = a.offer().sdp;
    let mids = values(&offer, "a=mid:");
    assert_eq!(mids, ["2", "1"]);
    assert_eq!(values(&offer, "a=group:BUNDLE "), ["1 2"]);
    negotiate(&mut a, &mut b);
    a.pull_all();
    assert_eq!(a.session().transports().len(), 1);
}

// api: RTCRtpTransceiver.stop, RTCPeerConnection.createOffer
#[test]
fn a_stopped_section_has_port_zero_and_leaves_the_bundle() {
    let (mut a, mut b) = pair();
    let audio = a.add_track(Kind::Audio, "mic", &["one"]);
    a.video();
    negotiate(&mut a, &mut b);
    a.does(Call::StopTransceiver(
        stonechat_peerconnection::TransceiverId(audio.0),
    ));
    let offer = a.offer().sdp;
    let all = sections(&offer);
    assert!(all[0].starts_with("m=audio 0 "));
    assert!(!all[0].contains("a=msid"));
    assert!(!all[0].contains("a=bundle-only"));
    assert_eq!(values(&offer, "a=group:BUNDLE "), ["1"]);
    negotiate(&mut a, &mut b);
    assert_eq!(a.transceivers().len(), 1);
    assert_eq!(b.transceivers().len(), 1);
}

// api: RTCRtpTransceiver.mid, RTCPeerConnection.addTransceiver
#[test]
fn a_free_section_is_used_again_under_another_mid() {
    let (mut a, mut b) = pair();
    let audio = a.audio();
    negotiate(&mut a, &mut b);
    a.does(Call::StopTransceiver(audio));
    negotiate(&mut a, &mut b);
    a.video();
    let (offer, _) = negotiate(&mut a, &mut b);
    let all = sections(&offer.sdp);
    assert_eq!(all.len(), 1);
    assert!(all[0].starts_with("m=video 9 "));
    assert_eq!(values(&offer.sdp, "a=mid:"), ["1"]);
    assert_eq!(b.transceivers()[0].kind, Kind::Video);
}

// api: RTCRtpTransceiver.stop
#[test]
fn one_that_was_stopped_before_any_offer_gets_no_section() {
    let mut app = App::new("a");
    let audio = app.audio();
    app.video();
    app.does(Call::StopTransceiver(audio));
    let all = sections(&app.offer().sdp);
    assert_eq!(all.len(), 1);
    assert!(all[0].starts_with("m=video"));
}

// api: RTCRtpTransceiver.stop, RTCPeerConnection.createAnswer
#[test]
fn a_stopping_transceiver_does_not_affect_an_answer() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let theirs = b.transceivers()[0].id;
    b.does(Call::StopTransceiver(theirs));
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let answer = b.answer().sdp;
    assert!(sections(&answer)[0].starts_with("m=audio 9 "));
    b.set_implicitly();
    a.set_remote(&described(SdpType::Answer, &answer));
    let needed = |event: &Event| matches!(event, Event::NegotiationNeeded);
    b.pull_all();
    assert!(b.count(needed) > 0, "it always needs negotiation");
    negotiate(&mut b, &mut a);
    assert!(a.transceivers().is_empty() && b.transceivers().is_empty());
}

// api: RTCRtpTransceiver.direction, RTCRtpTransceiver.currentDirection, RTCRtpTransceiverDirection.sendrecv, RTCRtpTransceiverDirection.sendonly, RTCRtpTransceiverDirection.recvonly, RTCRtpTransceiverDirection.inactive
#[test]
fn the_answers_direction_is_what_both_want() {
    let directions = [
        Direction::SendRecv,
        Direction::SendOnly,
        Direction::RecvOnly,
        Direction::Inactive,
    ];
    for ours in directions {
        for theirs in directions {
            let (mut a, mut b) = pair();
            a.add_transceiver(Kind::Audio, ours);
            let offer = a.set_implicitly();
            b.set_remote(&offer);
            let id = b.transceivers()[0].id;
            assert_eq!(b.transceivers()[0].direction, Direction::RecvOnly);
            b.does(Call::SetDirection(id, theirs));
            let answer = b.set_implicitly();
            a.set_remote(&answer);
            let sends = ours.sends() && theirs.receives();
            let receives = ours.receives() && theirs.sends();
            let agreed = Direction::of(sends, receives);
            assert_eq!(a.transceivers()[0].current_direction, Some(agreed));
            assert_eq!(
                b.transceivers()[0].current_direction,
                Some(agreed.reversed())
            );
            assert!(answer.sdp.contains(&format!("a={}\r\n", agreed.reversed())));
        }
    }
}

// api: RTCPeerConnection.addTrack, RTCTrackEvent.streams
#[test]
fn each_stream_of_a_track_is_an_msid() {
    let (mut a, mut b) = pair();
    a.add_track(Kind::Audio, "mic", &["one", "two"]);
    let offer = a.set_implicitly();
    let ids: Vec<_> = values(&offer.sdp, "a=msid:")
        .iter()
        .map(|msid| msid.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["one", "two"]);
    b.set_remote(&offer);
    let streams = b.fired.iter().find_map(|event| match event {
        Event::Track { streams, .. } => Some(streams.clone()),
        _ => None,
    });
    assert_eq!(streams.unwrap(), ["one", "two"]);
}

// api: RTCPeerConnection.addTrack, RTCTrackEvent.streams
#[test]
fn a_track_without_a_stream_says_so() {
    let (mut a, mut b) = pair();
    a.add_track(Kind::Audio, "mic", &[]);
    let offer = a.set_implicitly();
    assert!(values(&offer.sdp, "a=msid:")[0].starts_with("- "));
    b.set_remote(&offer);
    let streams = b.fired.iter().find_map(|event| match event {
        Event::Track { streams, .. } => Some(streams.clone()),
        _ => None,
    });
    assert!(streams.unwrap().is_empty());
}

// api: RTCPeerConnection.addTrack
#[test]
fn tracks_of_one_stream_are_to_be_played_in_step() {
    let (mut a, mut b) = pair();
    a.add_track(Kind::Audio, "mic", &["one"]);
    a.add_track(Kind::Video, "camera", &["one"]);
    a.add_track(Kind::Video, "screen", &["two"]);
    let offer = a.set_implicitly();
    assert_eq!(values(&offer.sdp, "a=group:LS "), ["0 1"]);
    b.set_remote(&offer);
    let answer = b.answer().sdp;
    assert_eq!(
        values(&answer, "a=group:LS "),
        ["0 1"],
        "it has no streams of its own"
    );
}

// api: RTCPeerConnection.addTrack
#[test]
fn an_answerer_with_tracks_in_other_streams_drops_the_group() {
    let (mut a, mut b) = pair();
    a.add_track(Kind::Audio, "mic", &["one"]);
    a.add_track(Kind::Video, "camera", &["one"]);
    b.add_track(Kind::Audio, "mic", &["x"]);
    b.add_track(Kind::Video, "camera", &["y"]);
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    assert!(values(&b.answer().sdp, "a=group:LS ").is_empty());
}

// api: RTCPeerConnection.createAnswer
#[test]
fn mixed_extension_headers_are_agreed() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    assert!(offer.sdp.contains("a=extmap-allow-mixed\r\n"));
    let mut old = App::new("c");
    old.set_remote(&described(
        SdpType::Offer,
        &without(&offer.sdp, "a=extmap-allow-mixed"),
    ));
    assert!(!old.answer().sdp.contains("a=extmap-allow-mixed"));
    b.set_remote(&offer);
    assert!(b.answer().sdp.contains("a=extmap-allow-mixed\r\n"));
}

// api: RTCPeerConnection.createAnswer
#[test]
fn feedback_is_answered_only_if_it_was_offered() {
    let (mut a, mut b) = pair();
    a.video();
    let offer = a.set_implicitly();
    assert!(!values(&offer.sdp, "a=rtcp-fb:").is_empty());
    b.set_remote(&described(
        SdpType::Offer,
        &without(&offer.sdp, "a=rtcp-fb"),
    ));
    assert!(values(&b.answer().sdp, "a=rtcp-fb:").is_empty());
}

// api: RTCPeerConnection.createAnswer
#[test]
fn an_answer_takes_the_role_that_is_left() {
    for (offered, answered) in [
        ("actpass", "active"),
        ("active", "passive"),
        ("passive", "active"),
    ] {
        let (mut a, mut b) = pair();
        a.channel("x");
        let offer = a
            .offer()
            .sdp
            .replace("a=setup:actpass", &format!("a=setup:{offered}"));
        b.set_remote(&described(SdpType::Offer, &offer));
        let answer = b.answer().sdp;
        assert_eq!(values(&answer, "a=setup:"), [answered]);
    }
}

// api: RTCPeerConnection.createAnswer
#[test]
fn a_role_once_taken_stays() {
    let (mut a, mut b) = pair();
    a.audio();
    negotiate(&mut a, &mut b);
    let (offer, answer) = negotiate(&mut b, &mut a);
    assert_eq!(values(&offer.sdp, "a=setup:"), ["actpass"]);
    assert_eq!(
        values(&answer.sdp, "a=setup:"),
        ["passive"],
        "b was the client"
    );
}

// api: RTCPeerConnection.createOffer, RTCPeerConnection.createAnswer
#[test]
fn the_tls_id_stays_as_long_as_the_association() {
    let (mut a, mut b) = pair();
    a.audio();
    let (offer, answer) = negotiate(&mut a, &mut b);
    let ids = |sdp: &str| values(sdp, "a=tls-id:");
    assert_ne!(ids(&offer.sdp), ids(&answer.sdp));
    a.does(Call::RestartIce);
    let (later, again) = negotiate(&mut a, &mut b);
    assert_eq!(ids(&later.sdp), ids(&offer.sdp));
    assert_eq!(ids(&again.sdp), ids(&answer.sdp));
}

// api: RTCPeerConnection.createAnswer
#[test]
fn a_section_that_is_not_understood_is_rejected_in_its_place() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.offer().sdp + "m=text 9 RTP/AVP 98\r\nc=IN IP4 0.0.0.0\r\na=mid:t\r\n";
    b.set_remote(&described(SdpType::Offer, &offer));
    let answer = b.answer().sdp;
    let all = sections(&answer);
    assert!(all[1].starts_with("m=text 0 RTP/AVP 98\r\n"));
    assert_eq!(values(&answer, "a=group:BUNDLE "), ["0"]);
}

// api: RTCPeerConnection.createAnswer
#[test]
fn a_section_without_a_common_codec_is_rejected_and_its_transceiver_stops() {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    let offer = a.set_implicitly().sdp;
    let all = sections(&offer);
    let strange: String = all[1]
        .lines()
        .filter(|line| {
            !line.starts_with("a=rtpmap")
                && !line.starts_with("a=fmtp")
                && !line.starts_with("a=rtcp-fb")
        })
        .map(|line| match line.strip_prefix("m=video") {
            Some(_) => {
                String::from("m=video 9 UDP/TLS/RTP/SAVPF 99\r\na=rtpmap:99 nonsense/90000\r\n")
            }
            None => format!("{line}\r\n"),
        })
        .collect();
    let head = &offer[..offer.find("m=").unwrap()];
    // The m= line stands before its c= line.
    let strange = strange.replacen("a=rtpmap:99 nonsense/90000\r\n", "", 1)
        + "a=rtpmap:99 nonsense/90000\r\n";
    b.set_remote(&described(
        SdpType::Offer,
        &format!("{head}{}{strange}", all[0]),
    ));
    let answer = b.set_implicitly();
    assert!(sections(&answer.sdp)[1].starts_with("m=video 0 "));
    assert_eq!(b.transceivers().len(), 1);
    a.set_remote(&answer);
    assert_eq!(a.transceivers().len(), 1);
}

// api: RTCPeerConnection.createAnswer, RTCPeerConnection.ondatachannel
#[test]
fn only_one_data_section_is_taken() {
    let (mut a, mut b) = pair();
    a.channel("x");
    let offer = a.offer().sdp;
    let second = sections(&offer)[0].replace("a=mid:0", "a=mid:1");
    let offer = offer.replace("BUNDLE 0", "BUNDLE 0 1") + &second;
    b.set_remote(&described(SdpType::Offer, &offer));
    let answer = b.set_implicitly().sdp;
    let all = sections(&answer);
    assert!(all[0].starts_with("m=application 9 "));
    assert!(all[1].starts_with("m=application 0 "));
    assert!(b.session().sctp().is_some());
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn sections_without_mids_are_accepted_and_answered_without_any() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = without(&without(&a.offer().sdp, "a=mid"), "a=group");
    b.set_remote(&described(SdpType::Offer, &offer));
    assert!(b.transceivers()[0].mid.is_some(), "it gets one of its own");
    let answer = b.set_implicitly();
    assert_eq!(b.state(), SignalingState::Stable);
    assert!(sections(&answer.sdp)[0].starts_with("m=audio 9 "));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn a_lite_peer_lets_us_control() {
    let (mut a, mut b) = pair();
    a.channel("x");
    let offer = a.offer().sdp;
    let lite = offer.replacen("a=group", "a=ice-lite\r\na=group", 1);
    b.set_remote(&described(SdpType::Offer, &lite));
    b.set_implicitly();
    let transport = b.session().transports()[0];
    let role = b.session().transport(transport).unwrap().role;
    assert_eq!(role.as_str(), "controlling");
    let mut full = App::new("c");
    full.set_remote(&described(SdpType::Offer, &offer));
    full.set_implicitly();
    let transport = full.session().transports()[0];
    let role = full.session().transport(transport).unwrap().role;
    assert_eq!(role.as_str(), "controlled");
}

// api: RTCPeerConnection.onicecandidate, RTCPeerConnection.localDescription, RTCPeerConnection.onicegatheringstatechange
#[test]
fn candidates_and_their_end_are_written_into_the_local_description() {
    let mut duo = Duo::new(1);
    duo.create_channel(A, "x");
    let offer = duo.create_offer(A);
    assert!(!offer.sdp.contains("a=candidate:"));
    duo.set_local(A, &offer);
    let done = |duo: &mut Duo| duo.session(A).ice_gathering_state() == IceGatheringState::Complete;
    assert!(duo.run_until(Duration::from_secs(5), done));
    let local = duo.session(A).description(Which::PendingLocal).unwrap().sdp;
    assert!(local.contains("a=candidate:") && local.contains("a=end-of-candidates\r\n"));
    let again = duo.create_offer(A).sdp;
    assert!(
        again.contains("a=candidate:"),
        "what is known is in the next offer"
    );
}

// api: RTCPeerConnection.onicecandidate, RTCSdpType.rollback
#[test]
fn candidates_of_an_offer_that_was_rolled_back_are_not_told() {
    let mut duo = Duo::new(2);
    duo.create_channel(A, "x");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    duo.promised(A, Call::SetLocalDescription(Some(rollback())))
        .unwrap();
    duo.clear_events();
    duo.run_for(Duration::from_secs(5));
    let told = |event: &Event| matches!(event, Event::IceCandidate { .. });
    assert_eq!(duo.count(A, told), 0);
    assert_eq!(duo.session(A).ice_gathering_state(), IceGatheringState::New);
}

// api: RTCPeerConnection.onicecandidate, RTCSdpType.rollback, RTCIceCandidate.usernameFragment
#[test]
fn a_restart_that_was_rolled_back_tells_no_candidates_of_its_generation() {
    let mut duo = Duo::new(3);
    duo.connect_with_channel();
    duo.does(A, Call::RestartIce);
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let new = values(&offer.sdp, "a=ice-ufrag:").remove(0);
    duo.promised(A, Call::SetLocalDescription(Some(rollback())))
        .unwrap();
    duo.clear_events();
    duo.run_for(Duration::from_secs(3));
    let told = |event: &Event| {
        matches!(event, Event::IceCandidate { candidate: Some(candidate), .. }
            if candidate.username_fragment() == Some(new.as_str()))
    };
    assert_eq!(duo.count(A, told), 0);
    duo.connect_within(Duration::from_secs(60));
    assert_eq!(duo.count(A, told), 0);
}

// api: RTCIceTransport.getSelectedCandidatePair, RTCPeerConnection.restartIce
#[test]
fn the_selected_pair_stays_until_a_restart_selected_another() {
    let mut duo = Duo::new(4);
    duo.connect_with_channel();
    duo.run_for(Duration::from_secs(1));
    let selected = |duo: &Duo, side: usize| {
        let id = duo.session(side).transports()[0];
        duo.session(side).transport(id).unwrap().selected_pair
    };
    assert!(selected(&duo, A).is_some());
    duo.does(A, Call::RestartIce);
    duo.negotiate(A);
    for _ in 0..200 {
        for side in SIDES {
            assert!(selected(&duo, side).is_some());
        }
        duo.run_for(Duration::from_millis(10));
    }
    assert!(duo.is_connected());
}

// api: RTCSctpTransport.onstatechange, RTCDataChannel.onclose, RTCSctpTransportState.closed, RTCPeerConnection.sctp
#[test]
fn a_data_section_that_is_rejected_later_closes_the_association() {
    let mut duo = Duo::new(5);
    duo.add_track(A, Kind::Audio, "mic");
    let [ours, theirs] = duo.connect_with_channel();
    duo.clear_events();
    // B takes the section back in an answer of a peer that knows how.
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    duo.set_remote(B, &offer);
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    let rejected = answer
        .sdp
        .replace("m=application 9", "m=application 0")
        .replace("BUNDLE 0 1", "BUNDLE 0");
    duo.set_remote(A, &described(SdpType::Answer, &rejected));
    let closed = |event: &Event| matches!(event, Event::ChannelClose(id) if *id == ours);
    assert!(duo.run_until(Duration::from_secs(2), |duo| duo.count(A, closed) == 1));
    let ended = |event: &Event| matches!(event, Event::SctpTransportStateChange(state) if state.as_str() == "closed");
    assert_eq!(duo.count(A, ended), 1);
    assert!(duo.session(A).sctp().is_none());
    let _ = theirs;
}

// api: RTCPeerConnection.sctp, RTCPeerConnection.createDataChannel
#[test]
fn after_a_data_section_was_rejected_another_can_be_agreed() {
    let mut duo = Duo::new(6);
    duo.add_track(A, Kind::Audio, "mic");
    duo.connect_with_channel();
    // Both sides take the section back: the offer has port zero.
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let gone = offer
        .sdp
        .replace("m=application 9", "m=application 0")
        .replace("BUNDLE 0 1", "BUNDLE 0");
    duo.set_remote(B, &described(SdpType::Offer, &gone));
    let answer = duo.create_answer(B);
    assert!(answer.sdp.contains("m=application 0"));
    duo.set_local(B, &answer);
    duo.set_remote(A, &answer);
    duo.run_for(Duration::from_secs(1));
    for side in SIDES {
        assert!(duo.session(side).sctp().is_none());
    }
    let channel = duo.create_channel(A, "again");
    duo.clear_events();
    let (offer, _) = duo.negotiate(A);
    assert!(offer.sdp.contains("m=application 9"), "{}", offer.sdp);
    duo.wait_open(A, channel);
    let theirs = duo.wait_announced(B, 1);
    duo.send(B, theirs, &b"hello"[..]);
    duo.wait_received(A, channel, 1);
}

// api: RTCPeerConnection.addIceCandidate, RTCConfiguration.iceCandidatePoolSize, RTCPeerConnection.onicecandidate
#[test]
fn a_pool_gathers_ahead_and_tells_with_the_local_description() {
    let configuration = Configuration {
        ice_candidate_pool_size: 2,
        ..Configuration::default()
    };
    let mut duo = Duo::with(7, [configuration, Configuration::default()]);
    duo.run_for(Duration::from_secs(3));
    let told = |event: &Event| matches!(event, Event::IceCandidate { .. });
    assert_eq!(duo.count(A, told), 0);
    assert_eq!(duo.session(A).ice_gathering_state(), IceGatheringState::New);
    assert!(duo.open_sockets(A) >= 2, "it gathered");
    duo.create_channel(A, "x");
    let before = duo.now();
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    duo.flush();
    assert_eq!(duo.now(), before, "no time passed");
    assert_eq!(
        duo.session(A).ice_gathering_state(),
        IceGatheringState::Complete
    );
    assert!(
        duo.count(A, told) >= 3,
        "a candidate, the end of its generation, the end"
    );
    duo.set_remote(B, &offer);
    duo.answer_from(B);
    duo.connect();
    assert_eq!(
        duo.session(A).transports().len(),
        1,
        "the rest of the pool is gone"
    );
    assert_eq!(duo.open_sockets(A), 1);
}

// api: RTCPeerConnection.setRemoteDescription, RTCSdpType.pranswer
#[test]
fn another_answerer_takes_over_after_a_provisional_answer() {
    // Sequential forking: the provisional answer is of one peer, the answer of another.
    let mut a = App::new("a");
    let mut b = App::new("b");
    let mut c = App::new("c");
    a.audio();
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    c.set_remote(&offer);
    let first = b.answer();
    a.set_remote(&retyped(&first, SdpType::Pranswer));
    let second = c.answer();
    a.set_remote(&second);
    assert_eq!(a.state(), SignalingState::Stable);
}

// api: RTCDtlsTransport.onstatechange, RTCPeerConnection.setRemoteDescription
#[test]
fn a_new_peer_behind_the_same_signalling_gets_a_new_association() {
    // B is replaced by another endpoint: same sections, other certificate and credentials.
    let mut duo = Duo::new(8);
    duo.add_track(A, Kind::Audio, "mic");
    duo.negotiate(A);
    duo.connect();
    let id = duo.session(A).transports()[0];
    let offer = duo.create_offer_with(
        A,
        OfferOptions {
            ice_restart: true,
            ..OfferOptions::default()
        },
    );
    duo.set_local(A, &offer);
    let mut other = App::new("other");
    other.set_remote(&offer);
    let answer = other.set_implicitly();
    duo.clear_events();
    duo.set_remote(A, &answer);
    assert_eq!(duo.session(A).signaling_state(), SignalingState::Stable);
    assert_eq!(duo.session(A).transports(), [id], "the transport lives");
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn an_answer_for_a_stale_offer_cannot_be_set() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let answer = b.answer();
    b.set_remote(&rollback());
    let call = Call::SetLocalDescription(Some(answer));
    // It is what was made last, but there is no offer any more.
    assert_eq!(b.rejects(call), ErrorName::InvalidStateError);
}
