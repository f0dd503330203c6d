//! `createOffer` (RFC 8829, section 5.2).

use stonechat_sdp::Setup;

use super::section::{Section, SectionKind};
use super::write_section::{self, MediaLines, Source, SourceEncoding, TransportLines};
use crate::configuration::BundlePolicy;
use crate::error::{Error, ErrorName};
use crate::id::{Kind, TransportId};
use crate::negotiation::codecs::Codec;
use crate::negotiation::extensions;
use crate::negotiation::rtcp::RtcpLines;
use crate::plan::CodecPlan;
use crate::rtp_parameters::RtpEncodingParameters;
use crate::session::Session;
use crate::session::call::{Direction, OfferOptions};
use crate::session::description::{SdpType, SessionDescription};
use crate::state::SignalingState;
use crate::transceiver::Transceiver;

impl Session {
    pub(crate) fn create_offer(
        &mut self,
        options: OfferOptions,
    ) -> Result<SessionDescription, Error> {
        self.check_creates_offer()?;
        let sections = self.place_sections();
        let restart = options.ice_restart || self.signaling.needs_restart();
        let sdp = self.write_offer(&sections, restart)?.to_string();
        self.signaling.last_offer = Some(sdp.clone());
        self.signaling.last_is_fresh = true;
        Ok(SessionDescription {
            kind: SdpType::Offer,
            sdp,
        })
    }

    pub(crate) fn check_creates_offer(&self) -> Result<(), Error> {
        match self.signaling.state() {
            SignalingState::Stable | SignalingState::HaveLocalOffer => Ok(()),
            state => Err(Error::new(
                ErrorName::InvalidStateError,
                format!(
                    "an offer can be made in the states stable and have-local-offer, not in {state}"
                ),
            )),
        }
    }

    /// `offerToReceiveAudio` and `offerToReceiveVideo`: what they ask changes the transceivers
    /// (webrtc-pc, section 4.4.3.3).
    pub(crate) fn receive_as_asked(&mut self, options: OfferOptions) {
        for (kind, asked) in [
            (Kind::Audio, options.offer_to_receive_audio),
            (Kind::Video, options.offer_to_receive_video),
        ] {
            let Some(receives) = asked else { continue };
            let mut of_kind = self
                .transceivers
                .iter_mut()
                .filter(|transceiver| transceiver.kind == kind && !transceiver.stopping);
            if receives {
                if !of_kind.any(|transceiver| transceiver.direction.receives()) {
                    self.make_transceiver(kind, Direction::RecvOnly, Vec::new());
                }
                continue;
            }
            for transceiver in of_kind {
                let sends = transceiver.direction.sends();
                transceiver.direction = Direction::of(sends, false);
            }
        }
    }

    /// Gives each transceiver and the data channels a place: the one that they have, else one that
    /// is free, else a new one.
    fn place_sections(&mut self) -> Vec<Section> {
        let mut sections = self.signaling.sections.clone();
        for section in &mut sections {
            let stopped = section.transceiver().is_some_and(|id| {
                self.transceivers
                    .iter()
                    .all(|other| other.id != id || other.stopping)
            });
            section.rejected |= stopped;
        }
        for index in 0..self.transceivers.len() {
            let Some(transceiver) = self.transceivers.get(index) else {
                break;
            };
            if transceiver.is_associated() || transceiver.stopping {
                continue;
            }
            let kind = SectionKind::Media(transceiver.kind, transceiver.id);
            let offered = transceiver.offered_mid.clone();
            let mid = self.place(&mut sections, kind, offered);
            if let Some(transceiver) = self.transceivers.get_mut(index) {
                transceiver.offered_mid = Some(mid);
            }
        }
        let has_data = sections
            .iter()
            .any(|section| section.kind == SectionKind::Data && !section.rejected);
        if self.channels.wanted && !has_data {
            let offered = self.signaling.offered_data_mid.clone();
            let mid = self.place(&mut sections, SectionKind::Data, offered);
            self.signaling.offered_data_mid = Some(mid);
        }
        sections
    }

    fn place(
        &mut self,
        sections: &mut Vec<Section>,
        kind: SectionKind,
        mid: Option<String>,
    ) -> String {
        let mid = mid.unwrap_or_else(|| self.fresh_mid(sections));
        let section = Section {
            mid: mid.clone(),
            kind,
            transport: None,
            rejected: false,
        };
        // Only a place that an exchange has freed may be used again (RFC 8829, section 5.2.2).
        let free = sections.iter().position(|section| {
            section.rejected
                && section.transceiver().is_none_or(|id| {
                    self.transceivers
                        .iter()
                        .all(|other| other.id != id || other.stopped)
                })
        });
        match free.and_then(|index| sections.get_mut(index)) {
            Some(place) => *place = section,
            None => sections.push(section),
        }
        mid
    }

    fn fresh_mid(&mut self, sections: &[Section]) -> String {
        loop {
            let mid = self.signaling.next_mid.to_string();
            self.signaling.next_mid += 1;
            let taken = sections.iter().any(|section| section.mid == mid)
                || self.transceivers.iter().any(|transceiver| {
                    transceiver.offered_mid.as_ref() == Some(&mid)
                        || transceiver.mid.as_ref() == Some(&mid)
                });
            if !taken {
                return mid;
            }
        }
    }

    fn write_offer(
        &mut self,
        sections: &[Section],
        restart: bool,
    ) -> Result<stonechat_sdp::Session, Error> {
        let bundled = self.mids_to_bundle(sections);
        let lip_sync = self.lip_sync_to_offer(sections);
        self.signaling.session_version += 1;
        let mut sdp = write_section::head(
            self.signaling.session_id,
            self.signaling.session_version,
            &bundled,
            lip_sync,
            true,
            self.identity_line(),
        )?;
        let mut payload_types = self.payload_types_in_force();
        let mut transports = OfferedTransports {
            restart,
            ..OfferedTransports::default()
        };
        let mut numbered = self.numbered_extensions();
        let rtcp = RtcpLines::offered(&self.config.rtcp, self.has_stream_feedback());
        for (index, section) in sections.iter().enumerate() {
            if section.rejected {
                sdp.push_media(self.write_rejected(index, section)?);
                continue;
            }
            let (transport, bundle_only) = transports.for_section(self, section)?;
            let media = match section.kind {
                SectionKind::Media(kind, id) => {
                    let transceiver = self
                        .transceivers
                        .iter()
                        .find(|transceiver| transceiver.id == id)
                        .ok_or_else(|| {
                            Error::new(ErrorName::OperationError, "lost a transceiver")
                        })?;
                    let codecs = self.codecs_to_offer(transceiver, &mut payload_types);
                    let extensions = extensions::offered(
                        &transceiver.extensions_to_negotiate,
                        &transceiver.numbered_extensions(),
                        &mut numbered,
                    );
                    let cname = self.cname();
                    write_section::media(
                        &MediaLines {
                            protocol: "UDP/TLS/RTP/SAVPF",
                            kind,
                            mid: Some(&section.mid),
                            direction: transceiver.direction,
                            codecs: &codecs,
                            extensions: &extensions,
                            receive_rids: &transceiver.receiver.rids,
                            source: source_of(
                                transceiver,
                                transceiver.direction,
                                &codecs,
                                &cname,
                                None,
                            ),
                            bundle_only,
                            reduced_size: true,
                            rtcp,
                        },
                        &transport,
                    )?
                }
                SectionKind::Data | SectionKind::Unknown => write_section::data(
                    &section.mid,
                    "UDP/DTLS/SCTP",
                    self.config.max_message_size,
                    bundle_only,
                    &transport,
                )?,
            };
            sdp.push_media(media);
        }
        Ok(sdp)
    }

    /// Whether congestion control feedback of each stream is in force: later offers keep it.
    fn has_stream_feedback(&self) -> bool {
        self.transceivers.iter().any(|transceiver| {
            let feedback = transceiver.rtcp.congestion_feedback;
            !transceiver.stopping && feedback == stonechat_media::CongestionFeedback::PerStream
        })
    }

    /// All sections that are not rejected. The one that tags the bundle in force stays the first;
    /// after it that of the first transceiver that is not stopped (webrtc-pc, `createOffer`).
    fn mids_to_bundle(&self, sections: &[Section]) -> Vec<String> {
        let mut open: Vec<&Section> = sections
            .iter()
            .filter(|section| !section.rejected)
            .collect();
        let in_force = self.bundle_tag();
        let tagged = open
            .iter()
            .position(|section| Some(section.mid.as_str()) == in_force)
            .or_else(|| {
                in_force?;
                self.transceivers
                    .iter()
                    .filter(|transceiver| !transceiver.stopping)
                    .find_map(|transceiver| {
                        open.iter()
                            .position(|section| section.transceiver() == Some(transceiver.id))
                    })
            });
        if let Some(at) = tagged {
            let section = open.remove(at);
            open.insert(0, section);
        }
        open.into_iter()
            .map(|section| section.mid.clone())
            .collect()
    }

    /// The codecs of an offer: those in use keep their payload types, the others have ours unless
    /// another section uses them for something else (RFC 9143, section 9.1).
    fn codecs_to_offer(
        &self,
        transceiver: &Transceiver,
        used: &mut PayloadTypes,
    ) -> Vec<CodecPlan> {
        let (ours, _) = self.codecs_of(transceiver);
        let mut codecs: Vec<_> = ours.iter().map(Codec::offered).collect();
        for codec in &mut codecs {
            let known = transceiver
                .receiver
                .codecs
                .iter()
                .find(|known| known.name == codec.name && known.parameters == codec.parameters);
            if let Some(known) = known {
                codec.payload_type = known.payload_type;
                codec.rtx = codec.rtx.and(known.rtx);
            }
            used.assign(codec);
        }
        codecs
    }

    /// The codecs that a transceiver can use in its direction, the preferred first, and whether
    /// the application prefers them (webrtc-pc, `setCodecPreferences`).
    pub(super) fn codecs_of(&self, transceiver: &Transceiver) -> (Vec<Codec>, bool) {
        let direction = transceiver.direction;
        let usable = |codec: &&Codec| {
            (codec.direction.sends() || !direction.sends())
                && (codec.direction.receives() || !direction.receives())
        };
        let filter =
            |codecs: &[Codec]| -> Vec<Codec> { codecs.iter().filter(usable).cloned().collect() };
        let preferred = filter(&transceiver.preferences);
        if preferred.is_empty() {
            let engine = self.config.media_engine.codecs(transceiver.kind);
            return (filter(engine), false);
        }
        (preferred, true)
    }

    /// What each payload type in use stands for.
    fn payload_types_in_force(&self) -> PayloadTypes {
        let mut used = PayloadTypes::default();
        for transceiver in self
            .transceivers
            .iter()
            .filter(|transceiver| !transceiver.stopping)
        {
            for codec in &transceiver.receiver.codecs {
                used.note(codec);
            }
        }
        used
    }

    /// Numbers of extensions that must not change their meaning: those in force, and what else the
    /// peer numbered, because it may hold on to numbers that were not accepted.
    fn numbered_extensions(&self) -> Vec<crate::plan::ExtensionPlan> {
        let remote = self.signaling.remote();
        let sections = remote.into_iter().flat_map(|remote| remote.sdp.media());
        let described = sections.flat_map(|section| {
            let lines = extensions::described(section);
            lines.into_iter().map(|line| line.plan)
        });
        let in_force = self
            .transceivers
            .iter()
            .flat_map(Transceiver::numbered_extensions);
        let mut numbered = Vec::new();
        for extension in in_force.chain(described) {
            if !numbered.contains(&extension) {
                numbered.push(extension);
            }
        }
        numbered
    }

    pub(super) fn write_rejected(
        &self,
        index: usize,
        section: &Section,
    ) -> Result<stonechat_sdp::Media, Error> {
        let like = [self.signaling.local(), self.signaling.remote()]
            .into_iter()
            .flatten()
            .find_map(|description| description.sdp.media().get(index));
        match like {
            Some(media) => write_section::rejected(media, Some(&section.mid)),
            None => Err(Error::new(
                ErrorName::OperationError,
                "a rejected section without origin",
            )),
        }
    }

    /// What the sections of an existing transport say.
    pub(super) fn transport_lines(
        &self,
        id: TransportId,
        setup: Setup,
    ) -> Result<TransportLines, Error> {
        let transport = self
            .transports
            .get(id)
            .ok_or_else(|| Error::new(ErrorName::OperationError, "lost a transport"))?;
        Ok(TransportLines {
            credentials: transport.credentials.clone(),
            tls_id: transport.tls_id.clone(),
            mux_only: false,
            fingerprint: self.fingerprint()?,
            setup,
            candidates: transport.candidates.clone(),
            end_of_candidates: transport.gathering_state
                == crate::state::IceGathererState::Complete,
        })
    }

    /// What the sections of a new transport say: the one with this number of those that gather
    /// ahead, if there are so many.
    pub(super) fn new_transport_lines(
        &mut self,
        setup: Setup,
        number: usize,
    ) -> Result<TransportLines, Error> {
        match self.transports.pooled_credentials(number) {
            Some(credentials) => self.lines_of(credentials, setup),
            None => self.fresh_transport_lines(setup),
        }
    }

    pub(super) fn fresh_transport_lines(&mut self, setup: Setup) -> Result<TransportLines, Error> {
        let credentials = stonechat_ice::Credentials::generate(&mut self.rng, "");
        self.lines_of(credentials, setup)
    }

    /// ICE restarts, the DTLS association goes on (RFC 8842, section 4).
    pub(super) fn keep_tls_id(&self, id: TransportId, lines: &mut TransportLines) {
        if let Some(transport) = self.transports.get(id) {
            lines.tls_id.clone_from(&transport.tls_id);
            lines.mux_only = false;
        }
    }

    /// RFC 8842, section 4: at least 120 random bits, 20 to 255 characters.
    fn fresh_tls_id(&mut self) -> String {
        self.random_id().replace('-', "")
    }

    fn lines_of(
        &mut self,
        credentials: stonechat_ice::Credentials,
        setup: Setup,
    ) -> Result<TransportLines, Error> {
        Ok(TransportLines {
            credentials,
            tls_id: self.fresh_tls_id(),
            mux_only: setup == Setup::ActPass,
            fingerprint: self.fingerprint()?,
            setup,
            candidates: Vec::new(),
            end_of_candidates: false,
        })
    }

    fn fingerprint(&self) -> Result<stonechat_crypto::Fingerprint, Error> {
        self.certificate
            .fingerprint(self.env.crypto(), stonechat_crypto::HashAlgorithm::Sha256)
            .ok_or_else(|| {
                Error::new(
                    ErrorName::OperationError,
                    "the crypto provider lacks SHA-256",
                )
            })
    }

    /// The canonical name of our sources: random, the same in the whole session (RFC 7022).
    pub(crate) fn cname(&self) -> String {
        use core::fmt::Write as _;
        let mut cname = String::with_capacity(16);
        for octet in self.env.seed().child("cname").rng().array::<8>() {
            let _ = write!(cname, "{octet:02x}");
        }
        cname
    }
}

/// The transports of an offer as they are given out, section by section.
#[derive(Default)]
struct OfferedTransports {
    restart: bool,
    /// Existing transports, some of them under new credentials.
    existing: Vec<(TransportId, TransportLines)>,
    /// How many new transports there are.
    made: usize,
    /// New transports, by what shares them.
    fresh: Vec<(Shared, TransportLines)>,
}

/// What shares a new transport by the bundle policy.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Shared {
    All,
    Kind(Option<Kind>),
}

impl OfferedTransports {
    /// What a section says of its transport, and whether it is there only if the peer bundles.
    fn for_section(
        &mut self,
        session: &mut Session,
        section: &Section,
    ) -> Result<(TransportLines, bool), Error> {
        // A new section joins the bundle that is in force.
        let existing = section.transport.or_else(|| session.bundle_in_force());
        if let Some(id) = existing {
            if let Some((_, lines)) = self.existing.iter().find(|(other, _)| *other == id) {
                // Before any answer, a transport is shared only in the hope of a bundle.
                return Ok((lines.clone(), session.bundle_tag().is_none()));
            }
            let lines = if self.restart {
                let mut lines = session.fresh_transport_lines(Setup::ActPass)?;
                session.keep_tls_id(id, &mut lines);
                lines
            } else {
                session.transport_lines(id, Setup::ActPass)?
            };
            self.existing.push((id, lines.without_candidates()));
            return Ok((lines, false));
        }
        let kind = match section.kind {
            SectionKind::Media(kind, _) => Some(kind),
            SectionKind::Data | SectionKind::Unknown => None,
        };
        let shared = match session.configuration.bundle_policy {
            BundlePolicy::MaxBundle => Some(Shared::All),
            BundlePolicy::Balanced => Some(Shared::Kind(kind)),
            BundlePolicy::MaxCompat => None,
        };
        if let Some(shared) = shared
            && let Some((_, lines)) = self.fresh.iter().find(|(other, _)| *other == shared)
        {
            return Ok((lines.clone(), true));
        }
        let lines = session.new_transport_lines(Setup::ActPass, self.made)?;
        self.made += 1;
        if let Some(shared) = shared {
            self.fresh.push((shared, lines.clone()));
        }
        Ok((lines, false))
    }
}

impl Session {
    /// The transport of the bundle that the last answer agreed on.
    pub(super) fn bundle_in_force(&self) -> Option<TransportId> {
        let tag = self.bundle_tag()?;
        self.signaling
            .sections
            .iter()
            .find(|section| section.mid == tag && !section.rejected)
            .and_then(|section| section.transport)
    }

    /// The identification of the section that tags that bundle.
    fn bundle_tag(&self) -> Option<&str> {
        let answered = self.signaling.current_local.as_ref()?;
        let remote = self.signaling.current_remote.as_ref()?;
        let answer = if answered.kind == SdpType::Answer {
            answered
        } else {
            remote
        };
        let group = answer.sdp.groups().find(|group| group.is_bundle())?;
        group.mids.iter().next()
    }
}

/// What a transceiver sends, if its direction says so: all encodings, or those that the peer
/// asked for.
pub(super) fn source_of<'a>(
    transceiver: &'a Transceiver,
    direction: Direction,
    codecs: &[CodecPlan],
    cname: &'a str,
    requested: Option<&[String]>,
) -> Option<Source<'a>> {
    let sender = &transceiver.sender;
    let has_rtx = codecs.iter().any(|codec| codec.rtx.is_some());
    let encoding = |(encoding, sources): (&'a RtpEncodingParameters, &(u32, u32))| SourceEncoding {
        rid: encoding.rid.as_deref(),
        ssrc: sources.0,
        rtx_ssrc: has_rtx.then_some(sources.1),
    };
    let mut encodings: Vec<_> = sender
        .encodings
        .iter()
        .zip(&sender.sources)
        .map(encoding)
        .collect();
    if let Some(requested) = requested {
        let is_requested = |encoding: &SourceEncoding<'_>| {
            encoding
                .rid
                .is_some_and(|rid| requested.iter().any(|other| other == rid))
        };
        if encodings.iter().any(is_requested) {
            encodings.retain(is_requested);
        } else {
            encodings.truncate(1);
            encodings.iter_mut().for_each(|first| first.rid = None);
        }
    }
    direction.sends().then(|| Source {
        streams: &transceiver.sender.streams,
        // RFC 8830 ties the identifier to the sender's track; without one it still needs a name.
        track: transceiver
            .sender
            .track
            .as_ref()
            .map_or(transceiver.receiver.track_id.as_str(), |track| {
                track.id.as_str()
            }),
        encodings,
        cname,
    })
}

/// What payload types stand for. Sections that are bundled share them, so that one number has one
/// meaning in all of them.
#[derive(Default)]
struct PayloadTypes(Vec<(u8, Format)>);

/// What a payload type stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Format {
    Codec {
        name: String,
        clock_rate: u32,
        channels: u8,
        parameters: String,
    },
    /// Retransmissions of another payload type.
    Retransmission(u8),
}

impl Format {
    fn of(codec: &CodecPlan) -> Self {
        Self::Codec {
            name: codec.name.to_ascii_lowercase(),
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            parameters: codec.parameters.clone(),
        }
    }
}

impl PayloadTypes {
    fn note(&mut self, codec: &CodecPlan) {
        self.0.push((codec.payload_type, Format::of(codec)));
        if let Some(rtx) = codec.rtx {
            self.0
                .push((rtx, Format::Retransmission(codec.payload_type)));
        }
    }

    /// Gives a codec other payload types where its own mean something else already.
    fn assign(&mut self, codec: &mut CodecPlan) {
        let format = Format::of(codec);
        codec.payload_type = self
            .number(codec.payload_type, &format)
            .unwrap_or(codec.payload_type);
        self.0.push((codec.payload_type, format));
        if let Some(rtx) = codec.rtx {
            let format = Format::Retransmission(codec.payload_type);
            codec.rtx = self.number(rtx, &format);
            self.0.extend(codec.rtx.map(|rtx| (rtx, format)));
        }
    }

    /// The number that stands for `format`: the one that it has, the wanted one, or a free dynamic
    /// one (RFC 3551, section 6; RFC 5761, section 4).
    fn number(&self, wanted: u8, format: &Format) -> Option<u8> {
        let is = |number: u8, format: &Format| {
            self.0
                .iter()
                .any(|(other, meaning)| *other == number && meaning == format)
        };
        let is_free = |number: u8| self.0.iter().all(|(other, _)| *other != number);
        if is(wanted, format) || is_free(wanted) {
            return Some(wanted);
        }
        let has = self
            .0
            .iter()
            .find(|(_, meaning)| meaning == format)
            .map(|(number, _)| *number);
        has.or_else(|| (96..=127).chain(35..=63).find(|number| is_free(*number)))
    }
}
