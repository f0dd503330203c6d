//! Header extensions: ids of ours in offers, ids of the peer in answers (RFC 8285, section 6).

use stonechat_sdp::{Direction, Extmap, Media};

use crate::plan::ExtensionPlan;

/// The extensions as our offer numbers them: the same name has the same id in all sections, as
/// bundled sections share the numbers (RFC 9143, section 7.1.3).
pub(crate) fn offered(
    names: &[&'static str],
    numbered: &mut Vec<ExtensionPlan>,
) -> Vec<ExtensionPlan> {
    names
        .iter()
        .filter_map(|name| {
            if let Some(extension) = numbered.iter().find(|extension| extension.uri == *name) {
                return Some(extension.clone());
            }
            let id = (1..=14).find(|id| numbered.iter().all(|other| other.id != *id))?;
            let extension = ExtensionPlan {
                id,
                uri: (*name).to_owned(),
            };
            numbered.push(extension.clone());
            Some(extension)
        })
        .collect()
}

/// The extensions of a section of the peer that we know, with the peer's ids.
pub(crate) fn common(names: &[&'static str], section: &Media) -> Vec<ExtensionPlan> {
    let mut common: Vec<ExtensionPlan> = Vec::new();
    for extension in section.extmaps() {
        let Some(plan) = known(names, extension) else {
            continue;
        };
        if common
            .iter()
            .all(|other| other.id != plan.id && other.uri != plan.uri)
        {
            common.push(plan);
        }
    }
    common
}

/// Of what we offered, what the answer kept.
pub(crate) fn kept(offered: &[ExtensionPlan], answer: &Media) -> Vec<ExtensionPlan> {
    offered
        .iter()
        .filter(|extension| {
            answer.extmaps().any(|other| {
                other.uri.as_str() == extension.uri && other.id == u16::from(extension.id)
            })
        })
        .cloned()
        .collect()
}

fn known(names: &[&'static str], extension: &Extmap) -> Option<ExtensionPlan> {
    let both_ways = extension
        .direction
        .is_none_or(|direction| direction == Direction::SendRecv);
    let id = u8::try_from(extension.id)
        .ok()
        .filter(|id| (1..=254).contains(id) && *id != 15)?;
    (both_ways && names.contains(&extension.uri.as_str())).then(|| ExtensionPlan {
        id,
        uri: extension.uri.to_string(),
    })
}
