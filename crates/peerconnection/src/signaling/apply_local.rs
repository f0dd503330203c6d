//! `setLocalDescription` (RFC 8829, sections 4.1.10 and 5.9).

use std::time::Instant;

use super::remote_tracks::RemoteTracks;
use super::section::{Section, SectionKind};
use super::{Description, check_rolls_back};
use crate::error::{Error, ErrorName};
use crate::id::TransportId;
use crate::negotiation::rtcp::RtcpLines;
use crate::negotiation::{codecs, extensions, simulcast};
use crate::session::Session;
use crate::session::call::OfferOptions;
use crate::session::description::SdpType;
use crate::session::step::Step;
use crate::session::task::Task;
use crate::state::{IceGathererState, SignalingState};

impl Session {
    /// The steps of `setLocalDescription` that run when its turn comes.
    pub(crate) fn check_sets_local(&self, kind: Option<SdpType>, text: &str) -> Result<(), Error> {
        let kind = self.local_type(kind);
        let made = match kind {
            SdpType::Rollback => return check_rolls_back(self.signaling.state()),
            SdpType::Offer => &self.signaling.last_offer,
            SdpType::Answer | SdpType::Pranswer => &self.signaling.last_answer,
        };
        if !text.is_empty() {
            if made.as_deref() == Some(text) {
                return Ok(());
            }
            return Err(Error::new(
                ErrorName::InvalidModificationError,
                "set the description that create_offer or create_answer made last, unchanged",
            ));
        }
        match (made, kind) {
            (Some(_), _) if self.signaling.last_is_fresh => Ok(()),
            (_, SdpType::Offer) => self.check_creates_offer(),
            (_, _) => self.check_creates_answer(),
        }
    }

    /// The type that the state asks for, unless one was given.
    fn local_type(&self, kind: Option<SdpType>) -> SdpType {
        kind.unwrap_or_else(|| match self.signaling.state() {
            SignalingState::Stable
            | SignalingState::HaveLocalOffer
            | SignalingState::HaveRemotePranswer => SdpType::Offer,
            _ => SdpType::Answer,
        })
    }

    pub(crate) fn set_local_description(
        &mut self,
        _now: Instant,
        kind: Option<SdpType>,
        text: String,
        step: &mut Step,
    ) -> Result<(), Error> {
        let kind = self.local_type(kind);
        let state = self.signaling.state();
        if kind == SdpType::Rollback {
            check_rolls_back(state)?;
            self.roll_back(step);
            return Ok(());
        }
        check_transition(state, kind)?;
        self.check_sets_local(Some(kind), &text)?;
        let text = if text.is_empty() {
            self.made_or_new(kind)?
        } else {
            text
        };
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
        self.describe_gathered();
        self.apply_plan();
        self.release_early_facts();
        Ok(())
    }

    /// Writes the candidates that are known already into the description that was just set.
    fn describe_gathered(&mut self) {
        let gathered: Vec<_> = self
            .transports
            .living()
            .filter(|transport| !transport.candidates.is_empty())
            .filter_map(|transport| {
                let section = self
                    .signaling
                    .section_of(transport.id, &transport.credentials)?;
                let complete = transport.gathering_state == IceGathererState::Complete;
                let generation = transport.credentials.ufrag().to_owned();
                Some((section, generation, transport.candidates.clone(), complete))
            })
            .collect();
        for (section, generation, candidates, complete) in gathered {
            for candidate in &candidates {
                self.signaling
                    .add_local_candidate(section, &generation, candidate);
            }
            if complete {
                self.signaling.end_of_local_candidates(section, &generation);
            }
        }
    }

    /// What was made last if it still says how things are, or what is made now.
    fn made_or_new(&mut self, kind: SdpType) -> Result<String, Error> {
        let version = self.signaling.session_version;
        let made = match kind {
            SdpType::Offer => self.signaling.last_offer.clone(),
            _ => self.signaling.last_answer.clone(),
        };
        let made = made.filter(|_| self.signaling.last_is_fresh);
        let new = match kind {
            SdpType::Offer => self.create_offer(OfferOptions::default()),
            _ => self.create_answer(),
        }?
        .sdp;
        let Some(made) = made.filter(|made| {
            says_the_same(made, &new) && !self.signaling.has_credentials_to_replace(made)
        }) else {
            return Ok(new);
        };
        self.signaling.session_version = version;
        Ok(made)
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
                    let receives = !rejected && transceiver.direction.receives();
                    transceiver.receiver.receive_codecs = if receives {
                        codecs::described(media)
                    } else {
                        Vec::new()
                    };
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
        self.note_described_association();
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
        if let Some(offer) = &offer {
            self.note_remote_ends(&offer.sdp);
        }
        let description = Description { kind, sdp };
        let mut tracks = RemoteTracks::default();
        if let Some(offer) = &offer {
            self.negotiate_as_answerer(&offer.sdp, &description.sdp, kind, &mut tracks);
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
    ) {
        let sections = self.signaling.sections.clone();
        for (index, section) in sections.iter().enumerate() {
            let (Some(theirs), Some(ours)) = (offer.section(index), answer.section(index)) else {
                continue;
            };
            self.note_roles(section, ours.setup(), theirs.setup());
            if section.kind == SectionKind::Data {
                self.note_data(theirs, section.rejected, kind);
            }
            let Some(id) = section.transceiver() else {
                continue;
            };
            if section.rejected {
                if kind == SdpType::Answer {
                    self.section_rejected(id, tracks);
                }
                continue;
            }
            let described = codecs::described(ours.media());
            let rtcp = RtcpLines::described(ours);
            let rtcp = rtcp.agreed(RtcpLines::described(theirs), &self.config.rtcp);
            let extensions = extensions::described(ours.media());
            let sources = super::apply_remote::sources_of(theirs.media());
            let direction = crate::session::call::Direction::from_sdp(ours.direction());
            let Some(transceiver) = self.transceiver_mut(id) else {
                continue;
            };
            let sent = codecs::with_parameters_of(&described, theirs.media());
            transceiver.receiver.receive_codecs = if direction.receives() {
                described.clone()
            } else {
                Vec::new()
            };
            transceiver.set_codecs(sent, described);
            transceiver.set_extensions(&extensions);
            if kind == SdpType::Answer {
                transceiver.keep_extensions(&extensions);
            }
            transceiver.reduced_size = ours.media().rtcp_rsize() && theirs.media().rtcp_rsize();
            transceiver.rtcp = rtcp;
            transceiver.receiver.sources = sources;
            transceiver.receiver.rids = simulcast::requested(ours.media(), usize::MAX);
            if direction.sends() {
                let sent = simulcast::announced(ours.media(), usize::MAX);
                transceiver.sender.narrow(&sent);
            }
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
            let tls_id = section.tls_id();
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
                    if let Some(transport) = self.transports.get_mut(id) {
                        if transport.credentials != credentials {
                            transport.restart(credentials.clone());
                        }
                        if let Some(tls_id) = tls_id {
                            tls_id.clone_into(&mut transport.tls_id);
                        }
                        if std::mem::take(&mut transport.is_pooled) {
                            transport.role = role;
                        }
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
        let pooled = self.transports.pooled();
        self.transports.retain(|id| {
            sections.iter().any(|section| section.transport == Some(id))
                || stable.is_some_and(|stable| stable.names(id))
                || pooled.contains(&id)
        });
        self.queue(Task::TransportsChanged);
    }

    /// The exchange is complete: back to `stable`, with what that entails.
    pub(super) fn finish_exchange(&mut self, step: &mut Step) {
        self.signaling.pending_local = None;
        self.signaling.pending_remote = None;
        self.signaling.stable = None;
        self.signaling.last_is_fresh = false;
        self.signaling.offered_data_mid = None;
        for transceiver in &mut self.transceivers {
            transceiver.offered_mid = None;
            transceiver.sender.forget_codecs(transceiver.kind);
        }
        // One that was stopped before any description knew it is gone as well.
        let rejected = self.rejected_mids();
        self.transceivers.retain(|transceiver| {
            let has_place = transceiver
                .mid
                .as_ref()
                .is_some_and(|mid| !rejected.contains(mid));
            !transceiver.stopping || has_place
        });
        self.signaling.note_replaced_credentials();
        self.empty_pool();
        self.forget_unused_transports();
        self.enter(SignalingState::Stable, step);
        self.note_end_of_transports(step);
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

impl Session {
    /// Sections that one of the descriptions in force rejects.
    fn rejected_mids(&self) -> Vec<String> {
        [
            &self.signaling.current_local,
            &self.signaling.current_remote,
        ]
        .into_iter()
        .flatten()
        .flat_map(|description| description.sdp.media())
        .filter(|media| super::answer::media_is_gone(media))
        .filter_map(|media| media.mid().map(str::to_owned))
        .collect()
    }
}

/// Whether a local description of `kind`, not a rollback, may be set in `state`.
fn check_transition(state: SignalingState, kind: SdpType) -> Result<(), Error> {
    use SignalingState as S;
    let allowed = match kind {
        SdpType::Offer => matches!(state, S::Stable | S::HaveLocalOffer),
        _ => matches!(state, S::HaveRemoteOffer | S::HaveLocalPranswer),
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

/// Whether two descriptions differ in nothing but their version and what is drawn anew each time.
fn says_the_same(one: &str, other: &str) -> bool {
    let drawn = [
        "o=",
        "a=ice-ufrag:",
        "a=ice-pwd:",
        "a=tls-id:",
        "a=candidate:",
        "a=end-of-candidates",
    ];
    let said = |text| {
        str::lines(text).filter(|line: &&str| !drawn.iter().any(|start| line.starts_with(start)))
    };
    said(one).eq(said(other))
}

pub(crate) fn credentials_of(
    section: stonechat_sdp::Section<'_>,
) -> Option<stonechat_ice::Credentials> {
    stonechat_ice::Credentials::new(section.ice_ufrag()?, section.ice_pwd()?).ok()
}
