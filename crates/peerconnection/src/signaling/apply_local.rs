//! `setLocalDescription` (RFC 8829, sections 4.1.10 and 5.9).

use std::time::Instant;

use super::Description;
use super::remote_tracks::RemoteTracks;
use super::section::{Section, SectionKind};
use crate::error::{Error, ErrorName};
use crate::id::TransportId;
use crate::negotiation::codecs;
use crate::session::Session;
use crate::session::call::OfferOptions;
use crate::session::description::{SdpType, SessionDescription};
use crate::session::step::Step;
use crate::state::SignalingState;

impl Session {
    pub(crate) fn set_local_description(
        &mut self,
        _now: Instant,
        description: Option<SessionDescription>,
        step: &mut Step,
    ) -> Result<(), Error> {
        let state = self.signaling.state();
        let kind = description.as_ref().map_or_else(
            || match state {
                SignalingState::Stable
                | SignalingState::HaveLocalOffer
                | SignalingState::HaveRemotePranswer => SdpType::Offer,
                _ => SdpType::Answer,
            },
            |description| description.kind,
        );
        check_transition(state, kind)?;
        if kind == SdpType::Rollback {
            self.roll_back(step);
            return Ok(());
        }
        let text = description
            .map(|description| description.sdp)
            .unwrap_or_default();
        let text = self.local_text(kind, text)?;
        let sdp = stonechat_sdp::Session::parse(&text).map_err(|error| {
            Error::new(
                ErrorName::OperationError,
                format!("our description is malformed: {error}"),
            )
        })?;
        self.remember_stable();
        match kind {
            SdpType::Offer => self.apply_local_offer(sdp, step),
            _ => self.apply_local_answer(kind, sdp, step),
        }
        self.apply_plan();
        self.update_aggregates(step);
        Ok(())
    }

    /// The text to be set: what was made last. Another one cannot be set (RFC 8829, section 5.4).
    fn local_text(&mut self, kind: SdpType, text: String) -> Result<String, Error> {
        let made = match kind {
            SdpType::Offer => &self.signaling.last_offer,
            _ => &self.signaling.last_answer,
        };
        if !text.is_empty() {
            if made.as_ref() == Some(&text) {
                return Ok(text);
            }
            return Err(Error::new(
                ErrorName::InvalidModificationError,
                "set the description that create_offer or create_answer made last, unchanged",
            ));
        }
        match kind {
            SdpType::Offer => self.create_offer(OfferOptions::default()),
            _ => self.create_answer(),
        }
        .map(|description| description.sdp)
    }

    fn apply_local_offer(&mut self, sdp: stonechat_sdp::Session, step: &mut Step) {
        for (index, media) in sdp.media().iter().enumerate() {
            let Some(mid) = media.mid() else { continue };
            let rejected = media.port() == 0 && !media.bundle_only();
            let transceiver = self.transceivers.iter_mut().find(|transceiver| {
                transceiver.mid.as_deref() == Some(mid)
                    || transceiver.mid.is_none() && transceiver.offered_mid.as_deref() == Some(mid)
            });
            let kind = match transceiver {
                Some(transceiver) => {
                    transceiver.mid = Some(mid.to_owned());
                    SectionKind::Media(transceiver.kind, transceiver.id)
                }
                None if self.signaling.offered_data_mid.as_deref() == Some(mid) => {
                    SectionKind::Data
                }
                None => match self.signaling.sections.get(index) {
                    Some(section) => section.kind,
                    None => SectionKind::Unknown,
                },
            };
            let transport = self
                .signaling
                .sections
                .get(index)
                .filter(|section| section.mid == mid)
                .and_then(|section| section.transport);
            let section = Section {
                mid: mid.to_owned(),
                kind,
                transport,
                rejected,
            };
            match self.signaling.sections.get_mut(index) {
                Some(place) => *place = section,
                None => self.signaling.sections.push(section),
            }
        }
        self.assign_transports(&sdp, stonechat_ice::Role::Controlling);
        self.signaling.pending_local = Some(Description {
            kind: SdpType::Offer,
            sdp,
        });
        self.signaling.last_offer = None;
        self.enter(SignalingState::HaveLocalOffer, step);
    }

    fn apply_local_answer(&mut self, kind: SdpType, sdp: stonechat_sdp::Session, step: &mut Step) {
        let lite = self
            .signaling
            .pending_remote
            .as_ref()
            .is_some_and(|remote| remote.sdp.ice_lite());
        let role = if lite {
            stonechat_ice::Role::Controlling
        } else {
            stonechat_ice::Role::Controlled
        };
        for (index, media) in sdp.media().iter().enumerate() {
            if let Some(section) = self.signaling.sections.get_mut(index) {
                section.rejected = media.port() == 0;
            }
        }
        self.assign_transports(&sdp, role);
        let offer = self.signaling.pending_remote.clone();
        let description = Description { kind, sdp };
        let mut tracks = RemoteTracks::default();
        if let Some(offer) = &offer {
            self.negotiate_as_answerer(&offer.sdp, &description.sdp, kind, &mut tracks, step);
        }
        if kind == SdpType::Pranswer {
            self.signaling.pending_local = Some(description);
            self.enter(SignalingState::HaveLocalPranswer, step);
        } else {
            self.signaling.current_local = Some(description);
            self.signaling.current_remote = offer;
            self.finish_exchange(step);
        }
        tracks.fire(step);
    }

    /// What an answer of ours means for each transceiver: what it sends and receives.
    fn negotiate_as_answerer(
        &mut self,
        offer: &stonechat_sdp::Session,
        answer: &stonechat_sdp::Session,
        kind: SdpType,
        tracks: &mut RemoteTracks,
        step: &mut Step,
    ) {
        let sections = self.signaling.sections.clone();
        for (index, section) in sections.iter().enumerate() {
            let (Some(theirs), Some(ours)) = (offer.section(index), answer.section(index)) else {
                continue;
            };
            self.note_roles(section, ours.setup(), theirs.setup());
            if section.kind == SectionKind::Data && !section.rejected {
                self.note_data(theirs, step);
            }
            let Some(id) = section.transceiver() else {
                continue;
            };
            if section.rejected {
                self.section_rejected(id, kind, tracks);
                continue;
            }
            let described = codecs::described(ours.media());
            let extensions = self.engine_extensions(section, ours.media());
            let sources = super::apply_remote::sources_of(theirs.media());
            let direction = crate::session::call::Direction::from_sdp(ours.direction());
            let Some(transceiver) = self.transceiver_mut(id) else {
                continue;
            };
            transceiver.receiver.codecs.clone_from(&described);
            transceiver.sender.codecs = described;
            transceiver.receiver.extensions.clone_from(&extensions);
            transceiver.sender.extensions = extensions;
            transceiver.receiver.sources = sources;
            transceiver.set_current_direction(direction);
            // What the offer added and the answer does not take is gone again.
            if !direction.receives() {
                transceiver.leave_remote_streams(&[], tracks);
                transceiver.mute(tracks);
            }
            transceiver.fired_direction = Some(direction);
        }
    }

    /// Gives each section its transport: the one that it has, the one of an earlier section with
    /// the same credentials, or a new one. Transports that no section names are forgotten.
    fn assign_transports(&mut self, sdp: &stonechat_sdp::Session, role: stonechat_ice::Role) {
        let mut assigned: Vec<(stonechat_ice::Credentials, TransportId)> = Vec::new();
        for index in 0..self.signaling.sections.len() {
            let Some(section) = sdp.section(index) else {
                continue;
            };
            let Some(place) = self.signaling.sections.get(index) else {
                continue;
            };
            let (had, rejected) = (place.transport, place.rejected);
            let credentials = credentials_of(section);
            let transport = match credentials {
                Some(credentials) if !rejected => {
                    let shared = assigned
                        .iter()
                        .find(|(other, _)| *other == credentials)
                        .map(|(_, transport)| *transport);
                    // A new section may join a transport that is there already.
                    let known = self.transports.with_credentials(&credentials);
                    let own = had.filter(|had| assigned.iter().all(|(_, other)| other != had));
                    let id = shared
                        .or(known)
                        .or(own)
                        .unwrap_or_else(|| self.transports.add(credentials.clone(), role));
                    if let Some(transport) = self.transports.get_mut(id)
                        && transport.credentials != credentials
                    {
                        transport.restart(credentials.clone());
                    }
                    assigned.push((credentials, id));
                    Some(id)
                }
                _ => None,
            };
            if let Some(place) = self.signaling.sections.get_mut(index) {
                place.transport = transport;
            }
        }
        self.forget_unused_transports();
    }

    pub(super) fn forget_unused_transports(&mut self) {
        let sections = &self.signaling.sections;
        let stable = self.signaling.stable.as_ref();
        self.transports.retain(|id| {
            sections.iter().any(|section| section.transport == Some(id))
                || stable.is_some_and(|stable| stable.names(id))
        });
    }

    /// The exchange is complete: back to `stable`, with what that entails.
    pub(super) fn finish_exchange(&mut self, step: &mut Step) {
        self.signaling.pending_local = None;
        self.signaling.pending_remote = None;
        self.signaling.stable = None;
        self.signaling.last_offer = None;
        self.signaling.last_answer = None;
        self.signaling.offered_data_mid = None;
        for transceiver in &mut self.transceivers {
            transceiver.offered_mid = None;
        }
        // One that was stopped before any description knew it is gone as well.
        self.transceivers.retain(|transceiver| {
            !transceiver.stopped && (!transceiver.stopping || transceiver.mid.is_some())
        });
        self.signaling.note_replaced_credentials();
        self.forget_unused_transports();
        self.enter(SignalingState::Stable, step);
        self.signaling.clear_negotiation_needed();
        self.update_negotiation_needed();
    }

    pub(super) fn enter(&mut self, state: SignalingState, step: &mut Step) {
        if self.signaling.set_state(state) {
            step.fire
                .push(crate::session::step::Event::SignalingStateChange(state));
        }
    }
}

/// Whether a local description of `kind` may be set in `state`.
fn check_transition(state: SignalingState, kind: SdpType) -> Result<(), Error> {
    use SignalingState as S;
    let allowed = match kind {
        SdpType::Offer => matches!(state, S::Stable | S::HaveLocalOffer),
        SdpType::Answer | SdpType::Pranswer => {
            matches!(state, S::HaveRemoteOffer | S::HaveLocalPranswer)
        }
        SdpType::Rollback => state == S::HaveLocalOffer,
    };
    if allowed {
        return Ok(());
    }
    Err(Error::new(
        ErrorName::InvalidStateError,
        format!(
            "a local {} cannot be set in the state {state}",
            kind.as_str()
        ),
    ))
}

pub(crate) fn credentials_of(
    section: stonechat_sdp::Section<'_>,
) -> Option<stonechat_ice::Credentials> {
    stonechat_ice::Credentials::new(section.ice_ufrag()?, section.ice_pwd()?).ok()
}
