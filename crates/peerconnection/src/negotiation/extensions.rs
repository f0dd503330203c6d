//! Header extensions: ids of ours in offers, ids of the peer in answers (RFC 8285, section 6),
//! and the directions that applications control (webrtc-extensions).

use stonechat_rtp::extension::{DependencyDescriptor, ExtensionValue as _};
use stonechat_sdp::{Extmap, Media};

use crate::plan::ExtensionPlan;
use crate::rtp_parameters::RtpHeaderExtensionCapability;
use crate::session::call::Direction;

/// A header extension as a description has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ExtensionLine {
    pub(crate) plan: ExtensionPlan,
    /// As whoever wrote the description sees it.
    pub(crate) direction: Direction,
}

/// The numbers that Chromium gives extensions in offers of audio and video.
///
/// We take the same, because it holds on to the numbers of an offer that was rolled back: when
/// offers of both sides meet, ours would seem to change their meaning.
const USUAL: [(u8, &str); 14] = [
    (1, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
    (
        2,
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    ),
    (
        3,
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    ),
    (4, "urn:ietf:params:rtp-hdrext:sdes:mid"),
    (
        5,
        "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    ),
    (
        6,
        "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
    ),
    (
        7,
        "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
    ),
    (
        8,
        "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
    ),
    (9, DependencyDescriptor::URI),
    (10, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
    (11, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
    (13, "urn:3gpp:video-orientation"),
    (14, "urn:ietf:params:rtp-hdrext:toffset"),
    (12, "urn:ietf:params:rtp-hdrext:csrc-audio-level"),
];

fn usual(uri: &str) -> Option<u8> {
    let usual = USUAL.iter().find(|(_, other)| *other == uri);
    usual.map(|(id, _)| *id)
}

/// The extensions as our offer numbers them: as the section has them already, else as other
/// sections do, because bundled sections share the numbers (RFC 9143, section 7.1.3).
pub(crate) fn offered(
    wanted: &[RtpHeaderExtensionCapability],
    own: &[ExtensionPlan],
    numbered: &mut Vec<ExtensionPlan>,
) -> Vec<ExtensionLine> {
    let number = |uri: &str, numbered: &mut Vec<ExtensionPlan>| {
        let known = |plans: &[ExtensionPlan]| plans.iter().find(|plan| plan.uri == uri).cloned();
        if let Some(plan) = known(own).or_else(|| known(numbered)) {
            return Some(plan);
        }
        let is_free = |id: &u8| numbered.iter().chain(own).all(|other| other.id != *id);
        let plan = ExtensionPlan {
            // From above, as Chromium: what browsers number first keeps its usual number free.
            id: usual(uri)
                .filter(is_free)
                .or_else(|| (1..=14).rev().find(is_free))?,
            uri: uri.to_owned(),
        };
        numbered.push(plan.clone());
        Some(plan)
    };
    wanted
        .iter()
        .filter(|extension| extension.direction != Direction::Stopped)
        .filter_map(|extension| {
            Some(ExtensionLine {
                plan: number(&extension.uri, numbered)?,
                direction: extension.direction,
            })
        })
        .collect()
}

/// The extensions of a section of the peer's offer that we want, with the peer's ids, in
/// directions that both allow.
pub(crate) fn answered(
    wanted: &[RtpHeaderExtensionCapability],
    offer: &Media,
) -> Vec<ExtensionLine> {
    let mut lines = described(offer);
    lines.retain_mut(|line| {
        let Some(wanted) = wanted.iter().find(|wanted| wanted.uri == line.plan.uri) else {
            return false;
        };
        line.direction = wanted.direction.intersection(line.direction.reversed());
        line.direction != Direction::Inactive
    });
    lines
}

/// Of what our offer has, what the answer kept, as we see it.
pub(crate) fn kept(offer: &Media, answer: &Media) -> Vec<ExtensionLine> {
    let answered = described(answer);
    described(offer)
        .into_iter()
        .filter_map(|line| {
            let theirs = answered.iter().find(|other| other.plan == line.plan)?;
            Some(ExtensionLine {
                direction: line.direction.intersection(theirs.direction.reversed()),
                plan: line.plan,
            })
        })
        .collect()
}

/// The extensions of a section, each once.
pub(crate) fn described(section: &Media) -> Vec<ExtensionLine> {
    let mut lines: Vec<ExtensionLine> = Vec::new();
    for extension in section.extmaps() {
        let Some(line) = read(extension) else {
            continue;
        };
        let is_new = |other: &ExtensionLine| {
            other.plan.id != line.plan.id && other.plan.uri != line.plan.uri
        };
        if lines.iter().all(is_new) {
            lines.push(line);
        }
    }
    lines
}

/// What was negotiated of `wanted`: the answered directions, [`Direction::Stopped`] for the rest.
pub(crate) fn negotiated(
    wanted: &[RtpHeaderExtensionCapability],
    lines: &[ExtensionLine],
) -> Vec<RtpHeaderExtensionCapability> {
    wanted
        .iter()
        .map(|extension| {
            let line = lines.iter().find(|line| line.plan.uri == extension.uri);
            RtpHeaderExtensionCapability {
                uri: extension.uri.clone(),
                direction: line.map_or(Direction::Stopped, |line| line.direction),
            }
        })
        .collect()
}

/// The extensions of one direction.
pub(crate) fn plans(
    lines: &[ExtensionLine],
    fits: impl Fn(Direction) -> bool,
) -> Vec<ExtensionPlan> {
    lines
        .iter()
        .filter(|line| fits(line.direction))
        .map(|line| line.plan.clone())
        .collect()
}

fn read(extension: &Extmap) -> Option<ExtensionLine> {
    let id = u8::try_from(extension.id)
        .ok()
        .filter(|id| (1..=254).contains(id) && *id != 15)?;
    Some(ExtensionLine {
        plan: ExtensionPlan {
            id,
            uri: extension.uri.to_string(),
        },
        direction: extension
            .direction
            .map_or(Direction::SendRecv, Direction::from_sdp),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_whose_number_the_peer_took_gets_the_highest_free_one() {
        let mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
        let rid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
        let wanted = [rid, mid].map(|uri| RtpHeaderExtensionCapability {
            uri: uri.to_owned(),
            direction: Direction::SendRecv,
        });
        // The peer's number of MID is the usual one of RID.
        let taken = ExtensionPlan {
            id: usual(rid).unwrap(),
            uri: mid.to_owned(),
        };
        let lines = offered(&wanted, &[taken], &mut Vec::new());
        let ids: Vec<u8> = lines.iter().map(|line| line.plan.id).collect();
        assert_eq!(ids, [14, 10]);
        assert_ne!(Some(ids[0]), usual(mid));
    }
}
