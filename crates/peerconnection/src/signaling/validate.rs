//! What a description of the peer has to be before anything changes (RFC 8829, section 5.8;
//! RFC 8122; RFC 8842; RFC 9143).

use std::collections::{BTreeMap, BTreeSet};

use stonechat_sdp::{Media, Section as SdpSection, Setup};

use super::answer::media_is_gone;
use super::section::{Section, SectionKind};
use crate::error::{Error, ErrorName};
use crate::id::Kind;

/// An offer: well-formed in itself, and the sections that are known in their places.
pub(super) fn offer(sdp: &stonechat_sdp::Session, known: &[Section]) -> Result<(), Error> {
    common(sdp)?;
    if sdp.media().len() < known.len() {
        return refuse("the offer has fewer sections than the one before");
    }
    for (section, known) in sdp.sections().zip(known) {
        let media = section.media();
        let same_place = media.mid().is_none_or(|mid| mid == known.mid);
        if same_place && !matches_kind(media, known.kind) && !media_is_gone(media) {
            return refuse("a section changed its kind");
        }
        if !same_place && !known.rejected {
            return refuse("a section that is in use changed its mid");
        }
    }
    for section in sdp.sections() {
        if media_is_gone(section.media()) {
            continue;
        }
        if section.setup() == Some(Setup::HoldConn) {
            return refuse("setup:holdconn cannot be used for a new connection");
        }
    }
    Ok(())
}

/// An answer: section by section what was offered.
pub(super) fn answer(
    sdp: &stonechat_sdp::Session,
    offer: Option<&stonechat_sdp::Session>,
) -> Result<(), Error> {
    let Some(offer) = offer else {
        return Err(Error::new(
            ErrorName::InvalidStateError,
            "there is no offer to answer",
        ));
    };
    common(sdp)?;
    if sdp.media().len() != offer.media().len() {
        return refuse("the answer has another number of sections than the offer");
    }
    let bundle = sdp.groups().find(|group| group.is_bundle());
    for (section, offered) in sdp.sections().zip(offer.sections()) {
        let (media, asked) = (section.media(), offered.media());
        if media.kind() != asked.kind() {
            return refuse("a section of the answer is of another kind than in the offer");
        }
        if media.protocol() != asked.protocol() {
            return refuse("a section of the answer goes by another protocol than in the offer");
        }
        if media.mid().is_some_and(|mid| asked.mid() != Some(mid)) {
            return refuse("a section of the answer has another mid than in the offer");
        }
        if media.port() == 0 {
            continue;
        }
        // RFC 8285, section 6: a number keeps its meaning; from 4096 up it waits for one.
        let is_reassigned = section.extmaps().any(|extension| {
            let mut same = offered.extmaps().filter(|other| other.id == extension.id);
            same.any(|other| other.uri != extension.uri && other.id < 4096)
        });
        if is_reassigned {
            return refuse("the answer gives the number of a header extension another meaning");
        }
        if asked.port() == 0 && !asked.bundle_only() {
            return refuse("the answer accepts a section that was not offered");
        }
        // A section that goes by the transport of the bundle's first one need not repeat it.
        let repeats = media.mid().is_some_and(|mid| {
            bundle.is_some_and(|group| {
                group.mids.contains(mid) && group.mids.iter().next() != Some(mid)
            })
        });
        if repeats && section.setup().is_none() {
            continue;
        }
        match section.setup() {
            Some(Setup::Active | Setup::Passive) => {}
            Some(Setup::ActPass | Setup::HoldConn) => {
                return refuse("an answer decides setup: active or passive");
            }
            None => return refuse("the answer has no setup attribute"),
        }
        if section.setup() == offered.setup() {
            return refuse("both sides took the same DTLS role");
        }
    }
    if let Some(group) = sdp.groups().find(|group| group.is_bundle()) {
        let offered = offer.groups().find(|group| group.is_bundle());
        let known = |mid: &str| offered.is_some_and(|group| group.mids.contains(mid));
        if !group.mids.iter().all(known) {
            return refuse("the answer bundles a section that the offer did not");
        }
    }
    Ok(())
}

/// What holds for offers and answers.
fn common(sdp: &stonechat_sdp::Session) -> Result<(), Error> {
    let mut mids = BTreeSet::new();
    for media in sdp.media() {
        if let Some(mid) = media.mid()
            && !mids.insert(mid)
        {
            return refuse("two sections have the same mid");
        }
    }
    // Each section is in one group at most (RFC 9143, section 5).
    let mut seen = BTreeSet::new();
    for group in sdp.groups().filter(|group| group.is_bundle()) {
        for mid in group.mids.iter() {
            if !mids.contains(mid) {
                return refuse("the bundle names a section that is not there");
            }
            if !seen.insert(mid) {
                return refuse("a section is bundled twice");
            }
        }
    }
    let bundle = sdp.groups().find(|group| group.is_bundle());
    let tag = bundle.and_then(|group| group.mids.iter().next());
    for section in sdp.sections() {
        let media = section.media();
        if media_is_gone(media) || !is_protected(section) {
            continue;
        }
        if media.sctp_port() == Some(0) {
            return refuse("there is no SCTP port 0");
        }
        if media.is_rtp() {
            rtp(section)?;
        }
        let bundled = media
            .mid()
            .is_some_and(|mid| bundle.is_some_and(|group| group.mids.contains(mid)));
        // A section that goes by the transport of the bundle's first one need not repeat it.
        if bundled && media.mid() != tag {
            continue;
        }
        transport(section)?;
    }
    Ok(())
}

fn transport(section: SdpSection<'_>) -> Result<(), Error> {
    if section.ice_ufrag().is_none() || section.ice_pwd().is_none() {
        return refuse("a section has no ICE credentials");
    }
    if section.fingerprints().next().is_none() {
        return refuse("a section has no fingerprint: only DTLS is spoken");
    }
    let known = section
        .fingerprints()
        .any(|fingerprint| fingerprint_of(fingerprint).is_some());
    if !known {
        return refuse("no fingerprint is of a hash function that is accepted");
    }
    Ok(())
}

fn rtp(section: SdpSection<'_>) -> Result<(), Error> {
    let media = section.media();
    if !media.rtcp_mux() {
        return refuse("a section has no rtcp-mux, which is required");
    }
    // RFC 5761, section 4: these would be taken for RTCP.
    let is_mistaken = |format: &str| matches!(format.parse(), Ok(64_u8..=95));
    if media.formats().any(is_mistaken) {
        return refuse("payload types 64 to 95 cannot be used with rtcp-mux");
    }
    let mut rids = BTreeSet::new();
    for rid in media.rids() {
        if !rids.insert(rid.id.as_str()) {
            return refuse("two restrictions have the same rid");
        }
    }
    if let Some(simulcast) = media.simulcast() {
        let streams = [&simulcast.send, &simulcast.recv].into_iter().flatten();
        let unknown = streams
            .flat_map(|streams| streams.iter())
            .flat_map(|stream| stream.alternatives())
            .any(|alternative| !rids.contains(alternative.id));
        if unknown {
            return refuse("simulcast names a rid that is not there");
        }
    }
    // A line that is there twice means one thing.
    let mut extensions = BTreeMap::new();
    for extension in section.extmaps() {
        let before = extensions.insert(extension.id, &extension.uri);
        if before.is_some_and(|before| *before != extension.uri) {
            return refuse("two header extensions have the same number");
        }
    }
    Ok(())
}

/// Whether a section goes over DTLS: others are rejected, whatever they hold.
///
/// A profile such as `RTP/SAVPF` means DTLS if there is a fingerprint (RFC 8829, section 5.1.2).
pub(super) fn is_protected(section: SdpSection<'_>) -> bool {
    let protocol = section.media().protocol();
    let profiles = ["RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF"];
    protocol.contains("TLS/RTP/SAVP")
        || protocol.ends_with("DTLS/SCTP")
        || (profiles.contains(&protocol) && section.fingerprints().next().is_some())
}

/// A fingerprint that may be relied on: none of MD2 and MD5 (RFC 8122, section 5), nor of a hash
/// function that we do not know.
pub(crate) fn fingerprint_of(
    fingerprint: &stonechat_sdp::Fingerprint,
) -> Option<stonechat_crypto::Fingerprint> {
    let fingerprint: stonechat_crypto::Fingerprint = fingerprint.to_string().parse().ok()?;
    match fingerprint.algorithm() {
        stonechat_crypto::HashAlgorithm::Md5 => None,
        _ => Some(fingerprint),
    }
}

fn matches_kind(media: &Media, kind: SectionKind) -> bool {
    match kind {
        SectionKind::Media(Kind::Audio, _) => media.kind().name() == "audio",
        SectionKind::Media(Kind::Video, _) => media.kind().name() == "video",
        SectionKind::Data => media.kind().name() == "application",
        SectionKind::Unknown => true,
    }
}

fn refuse(text: &str) -> Result<(), Error> {
    Err(Error::new(ErrorName::InvalidAccessError, text))
}
