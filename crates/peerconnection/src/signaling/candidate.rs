//! Candidates in descriptions: ours as they are gathered, the peer's as they trickle in
//! (RFC 8840, section 4).

use stonechat_sdp::Attribute;

use super::write_section::candidate_value;
use super::{Description, Signaling};

impl Signaling {
    /// Writes a candidate of ours into the local description.
    pub(crate) fn add_local_candidate(
        &mut self,
        section: usize,
        candidate: &stonechat_ice::Candidate,
    ) {
        self.change_local(section, Attribute::Candidate(candidate_value(candidate)));
    }

    /// Writes into the local description that no more candidates come.
    pub(crate) fn end_of_local_candidates(&mut self, section: usize) {
        self.change_local(section, Attribute::EndOfCandidates);
    }

    /// Writes a candidate of the peer into the remote description of its generation.
    pub(crate) fn add_remote_candidate(&mut self, section: usize, generation: &str, value: &str) {
        let attribute = Attribute::Candidate(value.to_owned());
        let remote = [self.pending_remote.as_mut(), self.current_remote.as_mut()]
            .into_iter()
            .flatten()
            .find(|description| description.ufrag(section) == Some(generation));
        push(remote, section, attribute);
    }

    /// The generation of the peer's candidates of a section: `wanted` if a description has it, or
    /// that of the newest description.
    pub(crate) fn generation(&self, section: usize, wanted: Option<&str>) -> Option<String> {
        [self.pending_remote.as_ref(), self.current_remote.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(|description| description.ufrag(section))
            .find(|ufrag| wanted.is_none_or(|wanted| wanted == *ufrag))
            .map(str::to_owned)
    }

    fn change_local(&mut self, section: usize, attribute: Attribute) {
        let local = self.pending_local.as_mut().or(self.current_local.as_mut());
        push(local, section, attribute);
    }
}

impl Description {
    fn ufrag(&self, section: usize) -> Option<&str> {
        let mid = self.sdp.media().get(section)?.mid();
        self.sdp.section(section)?.ice_ufrag().or_else(|| {
            // A bundled section speaks of the transport of the tagged one.
            let group = self.sdp.groups().find(|group| group.is_bundle())?;
            let tag = group
                .mids
                .iter()
                .next()
                .filter(|_| group.mids.contains(mid.unwrap_or("")))?;
            self.sdp.section_by_mid(tag)?.ice_ufrag()
        })
    }
}

fn push(description: Option<&mut Description>, section: usize, attribute: Attribute) {
    let media = description.and_then(|description| description.sdp.media_mut().get_mut(section));
    if let Some(media) = media
        && let Err(error) = media.push(attribute)
    {
        tracing::debug!(%error, "candidate not written into the description");
    }
}
