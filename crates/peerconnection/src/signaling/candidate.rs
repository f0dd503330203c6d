//! Candidates in descriptions: ours as they are gathered, the peer's as they trickle in
//! (RFC 8840, section 4).

use stonechat_sdp::Attribute;

use super::write_section::candidate_value;
use super::{Description, Signaling};

impl Signaling {
    /// Writes a candidate of ours into the local descriptions of its generation.
    pub(crate) fn add_local_candidate(
        &mut self,
        section: usize,
        generation: &str,
        candidate: &stonechat_ice::Candidate,
    ) {
        let attribute = Attribute::Candidate(candidate_value(candidate));
        self.change_local(section, generation, &attribute);
    }

    /// Writes into the local descriptions of this generation that no more candidates come.
    pub(crate) fn end_of_local_candidates(&mut self, section: usize, generation: &str) {
        self.change_local(section, generation, &Attribute::EndOfCandidates);
    }

    /// Writes a candidate of the peer into the remote descriptions of its generation.
    pub(crate) fn add_remote_candidate(&mut self, section: usize, generation: &str, value: &str) {
        let attribute = Attribute::Candidate(value.to_owned());
        self.change_remote(section, generation, &attribute);
    }

    /// Writes into the remote descriptions of this generation that no more candidates come.
    pub(crate) fn end_of_remote_candidates(&mut self, section: usize, generation: &str) {
        self.change_remote(section, generation, &Attribute::EndOfCandidates);
    }

    /// The generations of the peer's candidates of a section, that of the newest description
    /// first.
    pub(crate) fn remote_generations(&self, section: usize) -> impl Iterator<Item = &str> {
        [self.pending_remote.as_ref(), self.current_remote.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(move |description| description.ufrag(section))
    }

    /// The generation of the peer's candidates of a section: `wanted` if a description has it, or
    /// that of the newest description.
    pub(crate) fn generation(&self, section: usize, wanted: Option<&str>) -> Option<String> {
        self.remote_generations(section)
            .find(|ufrag| wanted.is_none_or(|wanted| wanted == *ufrag))
            .map(str::to_owned)
    }

    /// Whether a description of ours represents a generation.
    pub(crate) fn represents(&self, credentials: &stonechat_ice::Credentials) -> bool {
        [&self.pending_local, &self.current_local]
            .into_iter()
            .flatten()
            .any(|description| description.credentials().any(|known| known == *credentials))
    }

    /// The identification of a section of the remote description, or the one that it got because
    /// the peer gives none.
    pub(crate) fn mid_of<'a>(
        &'a self,
        remote: &'a stonechat_sdp::Session,
        section: usize,
    ) -> Option<&'a str> {
        let media = remote.media().get(section)?;
        media
            .mid()
            .or_else(|| Some(self.sections.get(section)?.mid.as_str()))
    }

    fn change_local(&mut self, section: usize, generation: &str, attribute: &Attribute) {
        for description in [self.pending_local.as_mut(), self.current_local.as_mut()] {
            push(description, section, generation, attribute);
        }
    }

    fn change_remote(&mut self, section: usize, generation: &str, attribute: &Attribute) {
        for description in [self.pending_remote.as_mut(), self.current_remote.as_mut()] {
            push(description, section, generation, attribute);
        }
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

/// Adds a line to a section of a description, if that represents the generation and does not have
/// the line.
fn push(
    description: Option<&mut Description>,
    section: usize,
    generation: &str,
    attribute: &Attribute,
) {
    let Some(description) =
        description.filter(|description| description.ufrag(section) == Some(generation))
    else {
        return;
    };
    let Some(media) = description.sdp.media_mut().get_mut(section) else {
        return;
    };
    let is_there = match attribute {
        Attribute::Candidate(value) => media.candidates().any(|known| known == value),
        _ => media.end_of_candidates(),
    };
    if !is_there && let Err(error) = media.push(attribute.clone()) {
        tracing::debug!(%error, "candidate not written into the description");
    }
}
