//! Whether negotiation is needed (webrtc-pc, section 4.7.3).

use crate::session::Session;
use crate::session::call::Direction;
use crate::session::description::SdpType;
use crate::signaling::{Description, SectionKind};
use crate::transceiver::Transceiver;

impl Session {
    /// Compares what the application wants with what the descriptions in force say.
    pub(crate) fn is_negotiation_needed(&self) -> bool {
        if !self.signaling.credentials_to_replace.is_empty() {
            return true;
        }
        let Some(local) = &self.signaling.current_local else {
            return self.channels.wanted
                || self
                    .transceivers
                    .iter()
                    .any(|transceiver| !transceiver.stopping);
        };
        let has_data = self
            .signaling
            .sections
            .iter()
            .any(|section| section.kind == SectionKind::Data && !section.rejected);
        if self.channels.wanted && !has_data {
            return true;
        }
        self.transceivers
            .iter()
            .any(|transceiver| self.has_changed(transceiver, local))
    }

    fn has_changed(&self, transceiver: &Transceiver, local: &Description) -> bool {
        if transceiver.stopping && !transceiver.stopped {
            return true;
        }
        if transceiver.stopped {
            return false;
        }
        let Some(mid) = &transceiver.mid else {
            return true;
        };
        let remote = self.signaling.current_remote.as_ref();
        let (Some(ours), Some(theirs)) = (
            local.sdp.section_by_mid(mid),
            remote.and_then(|remote| remote.sdp.section_by_mid(mid)),
        ) else {
            return true;
        };
        // What the peer's offer does not let us send has no stream in our answer either; were that
        // a reason, two sides that both only send would ask each other for ever.
        let may_send =
            local.kind == SdpType::Offer || Direction::from_sdp(theirs.direction()).receives();
        if transceiver.direction.sends() && may_send {
            let described: Vec<_> = ours
                .media()
                .msids()
                .map(|msid| msid.stream.as_str())
                .filter(|stream| *stream != "-")
                .collect();
            let has_msid = ours.media().msids().next().is_some();
            let wanted = &transceiver.sender.streams;
            let same = described.len() == wanted.len()
                && wanted
                    .iter()
                    .all(|stream| described.contains(&stream.as_str()));
            if !has_msid || !same {
                return true;
            }
        }
        let described = Direction::from_sdp(ours.direction());
        match local.kind {
            SdpType::Offer => {
                let answered = Direction::from_sdp(theirs.direction()).reversed();
                transceiver.direction != described && transceiver.direction != answered
            }
            _ => {
                let offered = Direction::from_sdp(theirs.direction()).reversed();
                described != transceiver.direction.intersection(offered)
            }
        }
    }
}
