//! `createAnswer` (RFC 8829, section 5.3).

use stonechat_sdp::{Media, Setup};

use super::apply_remote::legacy_sctp_port;
use super::offer::source_of;
use super::section::{Section, SectionKind};
use super::write_section::{self, MediaLines, TransportLines};
use crate::configuration::BundlePolicy;
use crate::error::{Error, ErrorName};
use crate::id::{Kind, TransceiverId, TransportId};
use crate::negotiation::codecs;
use crate::negotiation::rtcp::{self, RtcpLines};
use crate::negotiation::{extensions, simulcast};
use crate::plan::CodecPlan;
use crate::session::Session;
use crate::session::call::Direction;
use crate::session::description::{SdpType, SessionDescription};
use crate::state::SignalingState;

impl Session {
    pub(crate) fn create_answer(&mut self) -> Result<SessionDescription, Error> {
        self.check_creates_answer()?;
        let Some(offer) = self.signaling.pending_remote.clone() else {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "there is no offer to answer",
            ));
        };
        let sdp = self.write_answer(&offer.sdp)?.to_string();
        self.signaling.last_answer = Some(sdp.clone());
        self.signaling.last_is_fresh = true;
        Ok(SessionDescription {
            kind: SdpType::Answer,
            sdp,
        })
    }

    pub(crate) fn check_creates_answer(&self) -> Result<(), Error> {
        match self.signaling.state() {
            SignalingState::HaveRemoteOffer | SignalingState::HaveLocalPranswer => Ok(()),
            state => Err(Error::new(
                ErrorName::InvalidStateError,
                format!(
                    "an answer can be made in the states have-remote-offer and \
                     have-local-pranswer, not in {state}"
                ),
            )),
        }
    }

    fn write_answer(
        &mut self,
        offer: &stonechat_sdp::Session,
    ) -> Result<stonechat_sdp::Session, Error> {
        let sections = self.signaling.sections.clone();
        let bundle: Vec<String> = offer
            .groups()
            .find(|group| group.is_bundle())
            .map(|group| group.mids.iter().map(str::to_owned).collect())
            .unwrap_or_default();
        let accepted = self.accepted_sections(offer, &sections, &bundle);
        // In the order of the offer's group: its first section that we accept tells the peer's
        // side of the transport (RFC 9143, section 7.3.1).
        let bundled: Vec<usize> = bundle
            .iter()
            .filter_map(|mid| {
                accepted
                    .iter()
                    .copied()
                    .find(|index| sections[*index].mid == *mid)
            })
            .collect();
        let mut transports = AnsweredTransports::new(&sections, &bundled);
        // All sections of the bundle may be new; the transport is the one that the peer names.
        if transports.bundle_transport.is_none()
            && let Some(tagged) = bundled.first()
        {
            transports.bundle_transport = self.transport_of_peer(offer, *tagged);
        }
        let mut written = Vec::new();
        for (index, media) in offer.media().iter().enumerate() {
            let section = sections.get(index).filter(|_| accepted.contains(&index));
            let answered = match section {
                Some(section) => {
                    self.answer_section(offer, index, media, section, &mut transports)?
                }
                None => None,
            };
            written.push(match answered {
                Some(answered) => answered,
                None => write_section::rejected(media, media.mid())?,
            });
        }
        let mids: Vec<_> = bundled
            .iter()
            .map(|index| sections[*index].mid.clone())
            .collect();
        let open: Vec<Section> = accepted
            .iter()
            .filter_map(|index| sections.get(*index).cloned())
            .collect();
        let lip_sync = self.lip_sync_to_answer(offer, &open);
        self.signaling.session_version += 1;
        let mut sdp = write_section::head(
            self.signaling.session_id,
            self.signaling.session_version,
            &mids,
            lip_sync,
            offer.extmap_allow_mixed(),
            self.identity_line(),
        )?;
        for media in written {
            sdp.push_media(media);
        }
        Ok(sdp)
    }

    /// The indices of the sections that are not rejected.
    fn accepted_sections(
        &self,
        offer: &stonechat_sdp::Session,
        sections: &[Section],
        bundle: &[String],
    ) -> Vec<usize> {
        let mut accepted: Vec<usize> = Vec::new();
        for (index, (media, section)) in offer.media().iter().zip(sections).enumerate() {
            let in_bundle = bundle.contains(&section.mid);
            let is_spoken = match section.kind {
                SectionKind::Media(_, id) => {
                    let stays = self
                        .transceivers
                        .iter()
                        .any(|transceiver| transceiver.id == id && !transceiver.stopped);
                    let codecs = self.codecs_to_answer(id, media);
                    stays && codecs.iter().any(CodecPlan::is_primary)
                }
                // A transport carries one association.
                SectionKind::Data => accepted
                    .iter()
                    .all(|other| sections[*other].kind != SectionKind::Data),
                SectionKind::Unknown => false,
            };
            // Bundle-only makes no sense outside a bundle (RFC 9143, section 6); the policy says
            // how many sections have room outside (RFC 8829, sections 4.1.1 and 5.3.1).
            let same_kind = |other: &&usize| {
                offer
                    .media()
                    .get(**other)
                    .is_some_and(|other| other.kind() == media.kind())
            };
            let has_transport = match self.configuration.bundle_policy {
                BundlePolicy::MaxBundle => accepted.is_empty(),
                BundlePolicy::Balanced => !accepted.iter().any(|other| same_kind(&other)),
                BundlePolicy::MaxCompat => true,
            };
            let has_place = in_bundle || !media.bundle_only() && has_transport;
            if !section.rejected && !media_is_gone(media) && is_spoken && has_place {
                accepted.push(index);
            }
        }
        accepted
    }

    fn answer_section(
        &mut self,
        offer: &stonechat_sdp::Session,
        index: usize,
        media: &Media,
        section: &Section,
        transports: &mut AnsweredTransports,
    ) -> Result<Option<Media>, Error> {
        match section.kind {
            SectionKind::Media(kind, id) => {
                let mut codecs = self.codecs_to_answer(id, media);
                let transport = transports.for_section(self, offer, index, section)?;
                let cname = self.cname();
                let Some(transceiver) = self
                    .transceivers
                    .iter()
                    .find(|transceiver| transceiver.id == id)
                else {
                    return Ok(None);
                };
                let offered = offer.section(index).map_or(Direction::SendRecv, |section| {
                    Direction::from_sdp(section.direction())
                });
                let direction = transceiver.direction.intersection(offered.reversed());
                let mut extensions =
                    extensions::answered(&transceiver.extensions_to_negotiate, media);
                let rtcp = offer
                    .section(index)
                    .map_or_else(RtcpLines::default, |section| {
                        RtcpLines::answered(&self.config.rtcp, section)
                    });
                if rtcp.stream_feedback {
                    //= https://www.rfc-editor.org/rfc/rfc8888#section-6
                    //# the answering party SHOULD include only one of the offered congestion
                    //# control feedback mechanisms in its answer
                    rtcp::drop_transport_wide(&mut codecs, &mut extensions);
                }
                let max = self.config.max_encodings;
                let requested = simulcast::requested(media, max);
                let source = source_of(transceiver, direction, &codecs, &cname, Some(&requested));
                let announced = if direction.receives() && kind == Kind::Video {
                    simulcast::announced(media, max)
                } else {
                    Vec::new()
                };
                write_section::media(
                    &MediaLines {
                        protocol: media.protocol(),
                        kind,
                        mid: media.mid(),
                        direction,
                        codecs: &codecs,
                        extensions: &extensions,
                        receive_rids: &announced,
                        source,
                        bundle_only: false,
                        reduced_size: media.rtcp_rsize(),
                        rtcp,
                    },
                    &transport,
                )
                .map(Some)
            }
            SectionKind::Data => {
                let transport = transports.for_section(self, offer, index, section)?;
                let max = self.config.max_message_size;
                if let Some(port) = legacy_sctp_port(media) {
                    let (mid, protocol) = (media.mid(), media.protocol());
                    return write_section::legacy_data(mid, protocol, port, &transport).map(Some);
                }
                write_section::data(&section.mid, media.protocol(), max, false, &transport)
                    .map(Some)
            }
            SectionKind::Unknown => Ok(None),
        }
    }

    /// The codecs of an answer: the peer's payload types; the peer's order, unless the
    /// application has preferences.
    fn codecs_to_answer(&self, id: TransceiverId, offered: &Media) -> Vec<CodecPlan> {
        let transceiver = self.transceivers.iter().find(|other| other.id == id);
        let (ours, preferred) =
            transceiver.map_or_else(Default::default, |transceiver| self.codecs_of(transceiver));
        codecs::common(&ours, &codecs::described(offered), preferred)
    }
}

/// Whether the peer took the section back: port zero without `bundle-only`.
pub(super) fn media_is_gone(media: &Media) -> bool {
    media.port() == 0 && !media.bundle_only()
}

/// The transports of an answer as they are given out, section by section.
struct AnsweredTransports {
    /// The sections of the bundle, the tagged one first.
    bundled: Vec<usize>,
    /// The transport that a section of the bundle has already.
    bundle_transport: Option<TransportId>,
    /// What the sections of the bundle say.
    bundle: Option<TransportLines>,
    restarted: Vec<(TransportId, TransportLines)>,
    /// How many new transports there are.
    made: usize,
}

impl AnsweredTransports {
    fn new(sections: &[Section], bundled: &[usize]) -> Self {
        Self {
            bundled: bundled.to_vec(),
            bundle_transport: bundled
                .iter()
                .find_map(|index| sections.get(*index)?.transport),
            bundle: None,
            restarted: Vec::new(),
            made: 0,
        }
    }

    fn for_section(
        &mut self,
        session: &mut Session,
        offer: &stonechat_sdp::Session,
        index: usize,
        section: &Section,
    ) -> Result<TransportLines, Error> {
        if !self.bundled.contains(&index) {
            // A section that left the bundle cannot stay on its transport.
            let own = section
                .transport
                .filter(|own| Some(*own) != self.bundle_transport);
            return self.lines(session, offer, index, own);
        }
        if let Some(lines) = &self.bundle {
            return Ok(lines.clone());
        }
        let tagged = self.bundled.first().copied().unwrap_or(index);
        let lines = self.lines(session, offer, tagged, self.bundle_transport)?;
        self.bundle = Some(lines.without_candidates());
        Ok(lines)
    }

    /// What a section whose side of the peer is told by section `index` says.
    fn lines(
        &mut self,
        session: &mut Session,
        offer: &stonechat_sdp::Session,
        index: usize,
        transport: Option<TransportId>,
    ) -> Result<TransportLines, Error> {
        let offered = offer
            .section(index)
            .and_then(|section| section.setup())
            .unwrap_or(Setup::ActPass);
        let renews = transport.is_some_and(|id| session.peer_renews_dtls(id, offer, index));
        let setup = session.setup_to_answer(transport.filter(|_| !renews), offered);
        let Some(id) = transport else {
            self.made += 1;
            return session.new_transport_lines(setup, self.made - 1);
        };
        if !session.peer_restarts(id, offer, index) {
            return session.transport_lines(id, setup);
        }
        if let Some((_, lines)) = self.restarted.iter().find(|(other, _)| *other == id) {
            return Ok(lines.clone());
        }
        let mut lines = session.fresh_transport_lines(setup)?;
        if !renews {
            session.keep_tls_id(id, &mut lines);
        }
        self.restarted.push((id, lines.clone()));
        Ok(lines)
    }
}

impl Session {
    /// Whether the offer's section `index` has other ICE credentials for a transport than the
    /// description in force (RFC 8839, section 4.4.3).
    fn peer_restarts(&self, id: TransportId, offer: &stonechat_sdp::Session, index: usize) -> bool {
        let before = self
            .transports
            .get(id)
            .and_then(|transport| transport.remote.as_ref());
        let now = offer.section(index).and_then(super::credentials_of);
        before
            .zip(now)
            .is_some_and(|(before, now)| before.credentials != now)
    }

    /// The transport of which the offer's section `index` has the peer's credentials in force.
    fn transport_of_peer(
        &self,
        offer: &stonechat_sdp::Session,
        index: usize,
    ) -> Option<TransportId> {
        let credentials = offer.section(index).and_then(super::credentials_of)?;
        self.transports
            .living()
            .find(|transport| {
                let remote = transport.remote.as_ref();
                remote.is_some_and(|remote| remote.credentials == credentials)
            })
            .map(|transport| transport.id)
    }

    /// The role that we take: the one that we have, else active unless the peer insists on it
    /// (RFC 8842, section 5.3).
    fn setup_to_answer(&self, transport: Option<TransportId>, offered: Setup) -> Setup {
        let had = transport
            .and_then(|id| self.transports.get(id))
            .and_then(|transport| transport.dtls_role);
        match (had, offered) {
            (_, Setup::Active) => Setup::Passive,
            (Some(stonechat_dtls::Role::Server), Setup::ActPass) => Setup::Passive,
            _ => Setup::Active,
        }
    }
}
