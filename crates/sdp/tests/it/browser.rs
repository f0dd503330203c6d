//! What Chromium and Firefox write.

use std::time::Duration;

use stonechat_sdp::{
    AttributeKind, Direction, FeedbackTarget, MediaKind, RidDirection, Session, Setup,
};

use crate::data;

/// Attributes of browsers that have no typed form here.
const UNKNOWN: &[&str] = &["rtcp-xr", "sctp-init"];

fn read(name: &str) -> Session {
    let text = String::from_utf8(data::file(&format!("browser/{name}.sdp"))).unwrap();
    text.parse().unwrap()
}

#[test]
fn descriptions_of_browsers_are_printed_octet_for_octet() {
    let files = data::texts("browser");
    assert_eq!(files.len(), 37);
    for (name, text) in files {
        let session: Session = text
            .parse()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(session.to_string(), text, "{name}");
    }
}

#[test]
fn every_line_of_a_browser_is_understood() {
    for (name, text) in data::texts("browser") {
        let session: Session = text.parse().unwrap();
        let lists = session.media().iter().map(stonechat_sdp::Media::lines);
        for line in lists.chain([session.lines()]).flatten() {
            assert_eq!(line.problem(), None, "{name}: {line}");
            if let Some(attribute) = line.attribute_name() {
                let known = line.attribute().is_some();
                assert!(known != UNKNOWN.contains(&attribute), "{name}: {line}");
            }
        }
    }
}

#[test]
fn typed_attributes_of_browsers_print_as_they_came() {
    // Some write lists with a space less; nothing else may differ from our own spelling.
    for (name, text) in data::texts("browser") {
        let session: Session = text.parse().unwrap();
        let lists = session.media().iter().map(stonechat_sdp::Media::lines);
        for line in lists.chain([session.lines()]).flatten() {
            let Some(attribute) = line.attribute() else {
                continue;
            };
            if attribute.kind() == AttributeKind::MsidSemantic {
                continue;
            }
            assert_eq!(format!("a={attribute}"), line.text(), "{name}");
        }
    }
}

#[test]
fn getters_find_what_chromium_offers() {
    let session = read("chromium-default-simulcast-offer-gathered");
    let origin = session.origin().unwrap();
    assert_eq!(origin.session_id, "4284970749659202963");
    assert_eq!(origin.version_number(), Some(2));
    assert_eq!(session.name(), "-");
    assert_eq!(
        session.timing().map(|timing| (timing.start, timing.stop)),
        Some((0, 0))
    );
    let bundle = session.groups().next().unwrap();
    assert!(bundle.is_bundle() && bundle.mids.contains("2") && !bundle.mids.contains("3"));
    assert!(session.extmap_allow_mixed());
    let semantic = session.msid_semantic().unwrap();
    assert_eq!(semantic.semantic, "WMS");
    assert_eq!(semantic.streams.iter().count(), 1);

    let audio = session.section_by_mid("0").unwrap();
    assert_eq!(audio.media().kind(), &MediaKind::Audio);
    assert_eq!(audio.media().port(), 51814);
    assert_eq!(audio.media().protocol(), "UDP/TLS/RTP/SAVPF");
    assert!(audio.media().is_rtp());
    let payload_types: Vec<u8> = audio.media().payload_types().collect();
    assert_eq!(payload_types, [111, 63, 9, 0, 8, 13, 110, 126]);
    assert_eq!(
        audio.connection().unwrap().ip(),
        Some([10, 99, 0, 2].into())
    );
    assert_eq!(audio.ice_ufrag(), Some("qEEH"));
    assert_eq!(audio.ice_pwd(), Some("FY6Z23qRYyyOtrq9pEqh/Jr3"));
    assert!(audio.ice_options().unwrap().contains("trickle"));
    assert_eq!(audio.setup(), Some(Setup::ActPass));
    assert_eq!(audio.direction(), Direction::SendOnly);
    let fingerprint = audio.fingerprints().next().unwrap();
    assert_eq!(fingerprint.hash, "sha-256");
    assert_eq!(fingerprint.digest.get(..3), Some(&[0x79, 0xad, 0xf3][..]));
    let candidates: Vec<&str> = audio.media().candidates().collect();
    assert_eq!(candidates.len(), 2);
    assert!(candidates[0].starts_with("2874513505 1 udp 2122194687 10.99.0.2 51814 typ host"));
    assert!(audio.media().rtcp_mux() && audio.media().rtcp_rsize());
    assert_eq!(audio.media().rtcp().unwrap().port, 9);
    let opus = audio.media().rtpmap(111).unwrap();
    assert!(opus.is_encoding("OPUS"));
    assert_eq!((opus.clock_rate, opus.channels), (48_000, Some(2)));
    let parameters = &audio.media().fmtp(111).unwrap().parameters;
    assert_eq!(parameters.get("UseInBandFEC"), Some("1"));
    assert_eq!(
        audio.media().fmtp(63).unwrap().parameters.as_str(),
        "111/111"
    );
    assert_eq!(
        audio.media().rtcp_fb(111).collect::<Vec<_>>(),
        ["transport-cc"]
    );
    assert_eq!(
        audio.media().attribute_values("rtcp-xr").next(),
        Some(Some("rcvr-rtt=all"))
    );
    assert_eq!(audio.media().ptime(), None::<Duration>);

    let video = session.section_by_mid("1").unwrap().media();
    assert_eq!(
        video.rtcp_fb(96).collect::<Vec<_>>(),
        ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"]
    );
    assert_eq!(
        video.rtcp_feedbacks().next().unwrap().target,
        FeedbackTarget::PayloadType(96)
    );
    assert_eq!(video.fmtp(97).unwrap().parameters.get("apt"), Some("96"));
    assert_eq!(video.extmaps().count(), 13);
    assert_eq!(
        video.extmaps().next().unwrap().uri,
        "urn:ietf:params:rtp-hdrext:toffset"
    );
    assert_eq!(
        video.msid().unwrap().track.as_deref(),
        Some("884f3426-8cae-48b8-9c35-72545d55c89a")
    );
    let rids: Vec<_> = video
        .rids()
        .map(|rid| (rid.id.as_str(), rid.direction))
        .collect();
    assert_eq!(
        rids,
        [
            ("q", RidDirection::Send),
            ("h", RidDirection::Send),
            ("f", RidDirection::Send)
        ]
    );
    let simulcast = video.simulcast().unwrap();
    let sent: Vec<&str> = simulcast
        .send
        .as_ref()
        .unwrap()
        .ids()
        .map(|rid| rid.id)
        .collect();
    assert_eq!(sent, ["q", "h", "f"]);
    assert_eq!(simulcast.recv, None);

    let data = session.section_by_mid("2").unwrap().media();
    assert_eq!(data.kind(), &MediaKind::Application);
    assert_eq!(data.formats().collect::<Vec<_>>(), ["webrtc-datachannel"]);
    assert_eq!(
        (data.sctp_port(), data.max_message_size()),
        (Some(5000), Some(262_144))
    );
}

#[test]
fn sections_inherit_what_firefox_writes_in_the_session() {
    let session = read("firefox-default-simulcast-offer-gathered");
    for section in session.sections() {
        assert_eq!(section.media().fingerprints().count(), 0);
        assert_eq!(section.fingerprints().count(), 1);
        assert!(section.ice_options().is_some());
        assert!(section.end_of_candidates());
    }
    let video = session.section_by_mid("1").unwrap().media();
    let extmap = video.extmaps().find(|extmap| extmap.id == 6).unwrap();
    assert_eq!(extmap.direction, Some(Direction::RecvOnly));
    let groups: Vec<_> = video.ssrc_groups().collect();
    assert_eq!(groups.len(), 3);
    assert_eq!(groups[0].ssrcs, [509_733_841, 4_252_757_727]);
    let ssrc = video.ssrcs().next().unwrap();
    assert_eq!((ssrc.ssrc, ssrc.name.as_str()), (509_733_841, "cname"));
    assert!(
        session
            .sections()
            .any(|section| section.direction() == Direction::SendRecv)
    );
}
