//! Groups of sections that are to be played in step (RFC 5888, section 7; RFC 8829, sections 5.2.1
//! and 5.3.1).

use stonechat_sdp::Group;

use super::section::Section;
use crate::session::Session;
use crate::transceiver::Transceiver;

const SEMANTICS: &str = "LS";

impl Session {
    /// The groups of an offer: one for each stream that more than one transceiver refers to.
    pub(super) fn lip_sync_to_offer(&self, sections: &[Section]) -> Vec<Group> {
        let members: Vec<_> = self.members(sections).collect();
        let mut streams: Vec<&String> = Vec::new();
        for (_, transceiver) in &members {
            for stream in &transceiver.sender.streams {
                if !streams.contains(&stream) {
                    streams.push(stream);
                }
            }
        }
        let mids_of = |stream: &String| {
            let refers = |transceiver: &Transceiver| transceiver.sender.streams.contains(stream);
            members
                .iter()
                .filter(|(_, transceiver)| refers(transceiver))
                .map(|(mid, _)| *mid)
                .collect::<Vec<_>>()
        };
        let mut groups: Vec<Vec<&str>> = Vec::new();
        for mids in streams.into_iter().map(mids_of) {
            if mids.len() > 1 && !groups.contains(&mids) {
                groups.push(mids);
            }
        }
        groups
            .into_iter()
            .map(|mids| Group::new(SEMANTICS, mids))
            .collect()
    }

    /// The groups of an answer: what the offer groups, as far as our transceivers refer to one
    /// stream or to none.
    pub(super) fn lip_sync_to_answer(
        &self,
        offer: &stonechat_sdp::Session,
        accepted: &[Section],
    ) -> Vec<Group> {
        let members: Vec<_> = self.members(accepted).collect();
        offer
            .groups()
            .filter(|group| group.semantics == SEMANTICS)
            .filter_map(|group| {
                let offered: Vec<_> = members
                    .iter()
                    .filter(|(mid, _)| group.mids.contains(mid))
                    .collect();
                let stream = offered
                    .iter()
                    .flat_map(|(_, transceiver)| &transceiver.sender.streams)
                    .max_by_key(|stream| {
                        offered
                            .iter()
                            .filter(|(_, other)| other.sender.streams.contains(stream))
                            .count()
                    });
                let mids: Vec<&str> = offered
                    .iter()
                    .filter(|(_, transceiver)| {
                        let streams = &transceiver.sender.streams;
                        streams.is_empty() || stream.is_some_and(|stream| streams.contains(stream))
                    })
                    .map(|(mid, _)| *mid)
                    .collect();
                (mids.len() > 1).then(|| Group::new(SEMANTICS, mids))
            })
            .collect()
    }

    fn members<'a>(
        &'a self,
        sections: &'a [Section],
    ) -> impl Iterator<Item = (&'a str, &'a Transceiver)> {
        sections
            .iter()
            .filter(|section| !section.rejected)
            .filter_map(|section| {
                let id = section.transceiver()?;
                let mut all = self.transceivers.iter();
                let transceiver = all.find(|transceiver| transceiver.id == id)?;
                Some((section.mid.as_str(), transceiver))
            })
    }
}
