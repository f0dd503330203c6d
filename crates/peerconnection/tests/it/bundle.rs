//! Which sections share a transport, and answers to the offers of real browsers.

use std::time::Duration;

use stonechat_peerconnection::{
    BundlePolicy, Config, Configuration, Kind, SdpType, SessionDescription, SignalingState,
};

use crate::pair::media;
use crate::setup::{A, B, Duo, SIDES, offer};

fn with_policy(policy: BundlePolicy) -> Configuration {
    Configuration {
        bundle_policy: policy,
        ..Configuration::default()
    }
}

fn three_sections(seed: u64, policies: [BundlePolicy; 2]) -> Duo {
    let mut duo = Duo::with(seed, policies.map(with_policy));
    duo.add_track(A, Kind::Audio, "a");
    duo.add_track(A, Kind::Video, "v");
    duo.add_track(A, Kind::Video, "w");
    duo.create_channel(A, "c");
    duo
}

fn values<'a>(sdp: &'a str, prefix: &str) -> Vec<&'a str> {
    sdp.lines()
        .filter_map(|line| line.strip_prefix(prefix))
        .collect()
}

fn distinct(mut values: Vec<&str>) -> usize {
    values.sort_unstable();
    values.dedup();
    values.len()
}

#[test]
fn policies_decide_how_many_transports_an_offer_has() {
    let cases = [
        (BundlePolicy::MaxBundle, 1, 3),
        (BundlePolicy::Balanced, 3, 1),
        (BundlePolicy::MaxCompat, 4, 0),
    ];
    for (policy, transports, bundle_only) in cases {
        let mut duo = three_sections(1, [policy, BundlePolicy::Balanced]);
        let offer = duo.create_offer(A);
        assert_eq!(
            distinct(values(&offer.sdp, "a=ice-ufrag:")),
            transports,
            "{policy:?}"
        );
        assert_eq!(
            offer.sdp.matches("a=bundle-only").count(),
            bundle_only,
            "{policy:?}"
        );
        duo.set_local(A, &offer);
        assert_eq!(duo.session(A).transports().len(), transports);
        // Each gathers.
        duo.run_for(Duration::from_millis(500));
        assert_eq!(duo.peer(A).sockets_opened, transports);
        duo.set_remote(B, &offer);
        let answer = duo.answer_from(B);
        assert_eq!(values(&answer.sdp, "a=group:BUNDLE "), ["0 1 2 3"]);
        assert!(
            !answer.sdp.contains(" 0 UDP/"),
            "nothing is rejected\n{}",
            answer.sdp
        );
        duo.connect();
        for side in SIDES {
            assert_eq!(duo.session(side).transports().len(), 1);
        }
        // What is not needed any more is closed.
        duo.run_for(Duration::from_secs(1));
        assert_eq!(duo.open_sockets(A), 1);
        duo.wait_announced(B, 1);
    }
}

/// What an endpoint that never heard of bundles makes of a description.
fn without_bundle(description: &SessionDescription) -> SessionDescription {
    let sdp = description
        .sdp
        .lines()
        .filter(|line| !line.starts_with("a=group:"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    SessionDescription {
        kind: description.kind,
        sdp,
    }
}

#[test]
fn without_bundle_each_section_has_a_transport_of_its_own() {
    for policy in [BundlePolicy::Balanced, BundlePolicy::MaxCompat] {
        let mut duo = Duo::with(2, [with_policy(policy), with_policy(policy)]);
        let audio = duo.add_track(A, Kind::Audio, "a");
        let video = duo.add_track(A, Kind::Video, "v");
        let ours = duo.create_channel(A, "c");
        let offer = duo.create_offer(A);
        duo.set_local(A, &offer);
        duo.set_remote(B, &without_bundle(&offer));
        let answer = duo.create_answer(B);
        assert!(values(&answer.sdp, "a=group:").is_empty());
        assert_eq!(distinct(values(&answer.sdp, "a=ice-ufrag:")), 3);
        duo.set_local(B, &answer);
        duo.set_remote(A, &answer);
        duo.connect();
        for side in SIDES {
            assert_eq!(duo.session(side).transports().len(), 3);
        }
        let theirs = duo.wait_announced(B, 1);
        duo.wait_open(A, ours);
        duo.send(A, ours, &b"x"[..]);
        duo.wait_received(B, theirs, 1);
        for (sender, kind) in [(audio, Kind::Audio), (video, Kind::Video)] {
            let views = duo.session(B).transceivers();
            let to = views.into_iter().find(|view| view.kind == kind).unwrap().id;
            media(&mut duo, A, sender, to, 3);
        }
    }
}

#[test]
fn with_one_transport_alone_only_one_section_outside_a_bundle_is_taken() {
    let policies = [BundlePolicy::MaxCompat, BundlePolicy::MaxBundle];
    let mut duo = three_sections(3, policies);
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    duo.set_remote(B, &without_bundle(&offer));
    let answer = duo.answer_from(B);
    assert_eq!(answer.sdp.matches(" 0 UDP/").count(), 3, "{}", answer.sdp);
    assert_eq!(duo.session(A).transports().len(), 1);
    duo.connect();
}

#[test]
fn a_section_that_the_answer_rejects_takes_its_transport_with_it() {
    let mut without_audio = Config::default();
    without_audio.session.media_engine.audio.clear();
    let configurations = [Configuration::default(), Configuration::default()];
    let mut duo = Duo::configured(4, [Config::default(), without_audio], configurations);
    duo.add_track(A, Kind::Audio, "a");
    duo.create_channel(A, "c");
    duo.offer_from(A);
    let answer = duo.answer_from(B);
    assert_eq!(values(&answer.sdp, "a=group:BUNDLE "), ["1"]);
    assert!(answer.sdp.contains("m=audio 0 "));
    assert!(duo.session(A).transceivers().is_empty());
    duo.connect();
    duo.wait_announced(B, 1);
}

/// Real offers by file name.
const OFFERS: [(&str, &str); 18] = [
    (
        "chromium av",
        include_str!("../data/sdp/chromium-default-av-offer.sdp"),
    ),
    (
        "chromium data",
        include_str!("../data/sdp/chromium-default-data-offer.sdp"),
    ),
    (
        "chromium multi",
        include_str!("../data/sdp/chromium-default-multi-offer.sdp"),
    ),
    (
        "chromium maxbundle",
        include_str!("../data/sdp/chromium-default-maxbundle-offer.sdp"),
    ),
    (
        "chromium maxcompat",
        include_str!("../data/sdp/chromium-default-maxcompat-offer.sdp"),
    ),
    (
        "chromium recvonly",
        include_str!("../data/sdp/chromium-default-recvonly-offer.sdp"),
    ),
    (
        "chromium simulcast",
        include_str!("../data/sdp/chromium-default-simulcast-offer.sdp"),
    ),
    (
        "chromium stopped",
        include_str!("../data/sdp/chromium-default-av-stopped-offer.sdp"),
    ),
    (
        "chromium recycled",
        include_str!("../data/sdp/chromium-default-av-recycled-offer.sdp"),
    ),
    (
        "firefox av",
        include_str!("../data/sdp/firefox-default-av-offer.sdp"),
    ),
    (
        "firefox data",
        include_str!("../data/sdp/firefox-default-data-offer.sdp"),
    ),
    (
        "firefox multi",
        include_str!("../data/sdp/firefox-default-multi-offer.sdp"),
    ),
    (
        "firefox maxbundle",
        include_str!("../data/sdp/firefox-default-maxbundle-offer.sdp"),
    ),
    (
        "firefox maxcompat",
        include_str!("../data/sdp/firefox-default-maxcompat-offer.sdp"),
    ),
    (
        "firefox recvonly",
        include_str!("../data/sdp/firefox-default-recvonly-offer.sdp"),
    ),
    (
        "firefox simulcast",
        include_str!("../data/sdp/firefox-default-simulcast-offer.sdp"),
    ),
    (
        "firefox stopped",
        include_str!("../data/sdp/firefox-default-av-stopped-offer.sdp"),
    ),
    (
        "firefox recycled",
        include_str!("../data/sdp/firefox-default-av-recycled-offer.sdp"),
    ),
];

fn sections(sdp: &str) -> Vec<&str> {
    sdp.split("\r\nm=").skip(1).collect()
}

#[test]
fn offers_of_browsers_are_answered_section_by_section() {
    for (name, sdp) in OFFERS {
        let sdp = sdp.replace("\r\n", "\n").replace('\n', "\r\n");
        let mut duo = Duo::new(5);
        duo.add_track(A, Kind::Audio, "a");
        duo.add_track(A, Kind::Video, "v");
        duo.set_remote(A, &offer(&sdp));
        let answer = duo.create_answer(A);
        duo.set_local(A, &answer);
        assert_eq!(
            duo.session(A).signaling_state(),
            SignalingState::Stable,
            "{name}"
        );
        let (asked, given) = (sections(&sdp), sections(&answer.sdp));
        assert_eq!(asked.len(), given.len(), "{name}");
        let mut bundled = Vec::new();
        for (asked, given) in asked.iter().zip(&given) {
            let (ask, give) = (section(asked), section(given));
            assert_eq!(ask.kind, give.kind, "{name}");
            assert_eq!(ask.protocol, give.protocol, "{name}");
            assert_eq!(ask.mid, give.mid, "{name}");
            let was_offered = ask.port != "0" || asked.contains("a=bundle-only");
            assert_eq!(give.port != "0", was_offered, "{name} {}", ask.mid);
            assert!(!given.contains("a=bundle-only"), "{name}: not in answers");
            if !was_offered {
                continue;
            }
            bundled.push(give.mid);
            assert!(given.contains("a=setup:active"), "{name}");
            if ask.kind == "application" {
                assert!(given.contains("a=sctp-port:5000"), "{name}");
                continue;
            }
            assert!(given.contains("a=rtcp-mux"), "{name}");
            // Only what was offered, under the offer's numbers.
            for format in &give.formats {
                assert!(ask.formats.contains(format), "{name}: {format}");
                let map = |section: &str| {
                    let prefix = format!("a=rtpmap:{format} ");
                    section
                        .lines()
                        .find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
                };
                assert_eq!(
                    map(asked).map(|map| map.to_ascii_lowercase()),
                    map(given).map(|map| map.to_ascii_lowercase()),
                    "{name}"
                );
            }
            for extension in values(given, "a=extmap:") {
                let (id, uri) = extension.split_once(' ').unwrap();
                let offered = values(asked, "a=extmap:");
                let same = offered.iter().any(|other| {
                    let (other_id, other_uri) = other.split_once(' ').unwrap();
                    other_id.split('/').next() == id.split('/').next() && other_uri.starts_with(uri)
                });
                assert!(same, "{name}: {extension}");
            }
            for feedback in values(given, "a=rtcp-fb:") {
                assert!(
                    values(asked, "a=rtcp-fb:").contains(&feedback),
                    "{name}: {feedback}"
                );
            }
            let direction = |section: &str| {
                ["sendrecv", "sendonly", "recvonly", "inactive"]
                    .into_iter()
                    .find(|direction| section.contains(&format!("\r\na={direction}\r\n")))
                    .unwrap_or("sendrecv")
            };
            let allowed: &[&str] = match direction(asked) {
                "sendrecv" => &["sendrecv", "recvonly"],
                "sendonly" => &["recvonly"],
                "recvonly" => &["sendonly", "inactive"],
                _ => &["inactive"],
            };
            assert!(
                allowed.contains(&direction(given)),
                "{name}: {}",
                direction(given)
            );
            assert_eq!(
                given.contains("a=msid:"),
                direction(given).starts_with("send"),
                "{name}"
            );
        }
        assert_eq!(
            values(&answer.sdp, "a=group:BUNDLE "),
            [bundled.join(" ")],
            "{name}"
        );
        assert_eq!(distinct(values(&answer.sdp, "a=ice-ufrag:")), 1, "{name}");
        assert_eq!(duo.session(A).transports().len(), 1, "{name}");
    }
}

struct Described<'a> {
    kind: &'a str,
    port: &'a str,
    protocol: &'a str,
    formats: Vec<&'a str>,
    mid: &'a str,
}

fn section(text: &str) -> Described<'_> {
    let line = text.lines().next().unwrap();
    let words: Vec<_> = line.split(' ').collect();
    Described {
        kind: words[0],
        port: words[1],
        protocol: words[2],
        formats: words[3..].to_vec(),
        mid: values(text, "a=mid:")[0],
    }
}

#[test]
fn a_browsers_later_offers_stop_use_again_and_restart() {
    let series = [
        [
            include_str!("../data/sdp/chromium-default-av-offer.sdp"),
            include_str!("../data/sdp/chromium-default-av-stopped-offer.sdp"),
            include_str!("../data/sdp/chromium-default-av-recycled-offer.sdp"),
            include_str!("../data/sdp/chromium-default-av-restart-offer.sdp"),
        ],
        [
            include_str!("../data/sdp/firefox-default-av-offer.sdp"),
            include_str!("../data/sdp/firefox-default-av-stopped-offer.sdp"),
            include_str!("../data/sdp/firefox-default-av-recycled-offer.sdp"),
            include_str!("../data/sdp/firefox-default-av-restart-offer.sdp"),
        ],
    ];
    for offers in series {
        let mut duo = Duo::new(6);
        let mut ufrags = Vec::new();
        for (round, sdp) in offers.into_iter().enumerate() {
            duo.set_remote(A, &offer(sdp));
            let answer = duo.create_answer(A);
            duo.set_local(A, &answer);
            assert_eq!(sections(&answer.sdp).len(), sections(sdp).len());
            for (asked, given) in sections(sdp).iter().zip(sections(&answer.sdp)) {
                let (ask, give) = (section(asked), section(given));
                let is_gone = ask.port == "0" && !asked.contains("a=bundle-only");
                assert_eq!((ask.mid, is_gone), (give.mid, give.port == "0"), "{round}");
            }
            assert_eq!(distinct(values(&answer.sdp, "a=ice-ufrag:")), 1);
            ufrags.push(values(&answer.sdp, "a=ice-ufrag:")[0].to_owned());
            assert_eq!(duo.session(A).transports().len(), 1);
        }
        let restarted: Vec<_> = ufrags.windows(2).map(|pair| pair[0] != pair[1]).collect();
        assert_eq!(restarted, [false, false, true]);
    }
}

#[test]
fn the_tagged_section_of_the_group_tells_the_transport() {
    // Two sections with credentials of their own, the second one tagged.
    let mut duo = three_sections(7, [BundlePolicy::MaxCompat, BundlePolicy::Balanced]);
    let made = duo.create_offer(A);
    let tagged = made
        .sdp
        .replace("a=group:BUNDLE 0 1 2 3", "a=group:BUNDLE 3 0 1 2");
    duo.set_remote(B, &offer(&tagged));
    let answer = duo.create_answer(B);
    assert_eq!(values(&answer.sdp, "a=group:BUNDLE "), ["3 0 1 2"]);
    assert_eq!(answer.kind, SdpType::Answer);
    duo.set_local(A, &made);
    duo.set_local(B, &answer);
    duo.set_remote(A, &answer);
    duo.connect();
    duo.wait_announced(B, 1);
}
