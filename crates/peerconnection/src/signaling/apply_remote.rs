//! `setRemoteDescription` (RFC 8829, sections 4.1.11 and 5.10; webrtc-pc, section 5.1.1).

use std::time::Instant;

use stonechat_sdp::{AttributeKind, ErrorKind, Limits, Media, MediaKind, Setup};

use super::answer::media_is_gone;
use super::remote_tracks::RemoteTracks;
use super::section::{Section, SectionKind};
use super::{Description, check_rolls_back, validate};
use crate::error::{Error, ErrorDetail, ErrorDetailType, ErrorName};
use crate::id::{Kind, TransceiverId};
use crate::negotiation::rtcp::RtcpLines;
use crate::negotiation::{codecs, extensions, simulcast};
use crate::rtp_parameters::RtpEncodingParameters;
use crate::rtp_sender::scale_by_place;
use crate::session::Session;
use crate::session::call::Direction;
use crate::session::description::{SdpType, SessionDescription};
use crate::session::step::{Event, Step};
use crate::session::task::Task;
use crate::state::SignalingState;

impl Session {
    /// Whether an offer of ours has to be rolled back for this description.
    pub(crate) fn yields_to(&self, description: &SessionDescription) -> bool {
        description.kind == SdpType::Offer
            && self.signaling.state() == SignalingState::HaveLocalOffer
    }

    pub(crate) fn set_remote_description(
        &mut self,
        _now: Instant,
        description: &SessionDescription,
        step: &mut Step,
    ) -> Result<(), Error> {
        let kind = description.kind;
        let state = self.signaling.state();
        if kind == SdpType::Rollback {
            check_rolls_back(state)?;
            self.roll_back(step);
            return Ok(());
        }
        check_transition(state, kind)?;
        let sdp = self.parse_remote(&description.sdp)?;
        match kind {
            // Offers back to back are checked as if answers had been in between.
            SdpType::Offer => {
                validate::offer(&sdp, self.sections_in_force())?;
                self.check_continued(&sdp, false)?;
            }
            _ => {
                let offer = self.signaling.pending_local.clone();
                validate::answer(&sdp, offer.as_ref().map(|offer| &offer.sdp))?;
                self.check_continued(&sdp, true)?;
            }
        }
        self.remember_stable();
        let described = sdp.clone();
        match kind {
            SdpType::Offer => self.apply_remote_offer(sdp, step),
            _ => self.apply_remote_answer(kind, sdp, step),
        }
        self.apply_plan();
        self.take_described_candidates(&described);
        Ok(())
    }

    pub(crate) fn parse_remote(&self, text: &str) -> Result<stonechat_sdp::Session, Error> {
        let limits = Limits::default().with_size(self.config.max_description);
        stonechat_sdp::Session::parse_with(text, &limits).map_err(|error| {
            // The characters of credentials are no matter of the syntax of SDP (RFC 8839).
            let of_credentials = [AttributeKind::IceUfrag, AttributeKind::IcePwd];
            if let ErrorKind::Attribute(kind) = error.kind
                && of_credentials.contains(&kind)
            {
                return Error::new(ErrorName::InvalidAccessError, error.to_string());
            }
            let detail = ErrorDetail {
                error_detail: ErrorDetailType::SdpSyntaxError,
                sdp_line_number: u32::try_from(error.line).ok(),
                ..ErrorDetail::default()
            };
            Error::rtc(detail, error.to_string())
        })
    }

    /// The sections of the last stable state.
    fn sections_in_force(&self) -> &[Section] {
        match &self.signaling.stable {
            Some(stable) => stable.sections(),
            None => &self.signaling.sections,
        }
    }

    fn apply_remote_offer(&mut self, sdp: stonechat_sdp::Session, step: &mut Step) {
        let mut tracks = RemoteTracks::default();
        self.forget_replaced_sections(&sdp);
        for (index, media) in sdp.media().iter().enumerate() {
            let gone = media_is_gone(media);
            let mid = match media.mid() {
                Some(mid) => mid.to_owned(),
                None => self.mid_of_silent_section(index),
            };
            let before = self
                .signaling
                .sections
                .get(index)
                .filter(|section| section.mid == mid);
            let transport = before.and_then(|section| section.transport);
            let known = before.map(|section| section.kind);
            let media_kind = sdp.section(index).and_then(kind_of);
            let kind = match (media_kind, known) {
                (Some(kind), Some(SectionKind::Media(_, id))) => SectionKind::Media(kind, id),
                (Some(_), _) if gone => SectionKind::Unknown,
                (Some(kind), _) => {
                    let direction = sdp.section(index).map_or(Direction::Inactive, |section| {
                        Direction::from_sdp(section.direction())
                    });
                    SectionKind::Media(kind, self.transceiver_for(kind, direction.reversed()))
                }
                (None, _) if is_data(media) => SectionKind::Data,
                (None, _) => SectionKind::Unknown,
            };
            if let SectionKind::Media(_, id) = kind {
                if let Some(transceiver) = self.transceiver_mut(id) {
                    transceiver.mid = Some(mid.clone());
                }
                let direction = sdp
                    .section(index)
                    .filter(|_| !gone)
                    .map_or(Direction::Inactive, |section| {
                        Direction::from_sdp(section.direction()).reversed()
                    });
                self.process_remote_track(id, direction, media, &mut tracks);
                self.propose_encodings(id, media);
            }
            // What the peer takes back stops at once, not only with the answer.
            if let SectionKind::Media(_, id) = kind
                && gone
            {
                self.section_rejected(id, &mut tracks);
            }
            let section = Section {
                mid,
                kind,
                transport,
                rejected: gone,
            };
            match self.signaling.sections.get_mut(index) {
                Some(place) => *place = section,
                None => self.signaling.sections.push(section),
            }
        }
        self.signaling.pending_remote = Some(Description {
            kind: SdpType::Offer,
            sdp,
        });
        self.note_described_association();
        self.enter(SignalingState::HaveRemoteOffer, step);
        tracks.fire(step);
    }

    /// Sections that are used for something else from now on, or that only an offer before this
    /// one had, lose their transceivers (RFC 8829, section 5.10).
    fn forget_replaced_sections(&mut self, sdp: &stonechat_sdp::Session) {
        let is_kept = |index: usize, section: &Section| {
            let media = sdp.media().get(index);
            media.is_some_and(|media| media.mid().is_none_or(|mid| mid == section.mid))
        };
        let replaced: Vec<TransceiverId> = self
            .signaling
            .sections
            .iter()
            .enumerate()
            .filter(|(index, section)| !is_kept(*index, section))
            .filter_map(|(_, section)| section.transceiver())
            .collect();
        self.signaling.sections.truncate(sdp.media().len());
        let mut ended = Vec::new();
        self.transceivers.retain_mut(|transceiver| {
            if !replaced.contains(&transceiver.id) {
                return true;
            }
            transceiver.mid = None;
            let unfounded = transceiver.by_peer
                && !transceiver.track_added
                && transceiver.current_direction.is_none();
            if unfounded {
                if !transceiver.receiver.ended {
                    ended.push(transceiver.id.receiver());
                }
                transceiver.stop();
            }
            !unfounded
        });
        for receiver in ended {
            self.queue(Task::Fire(Event::TrackEnded(receiver)));
        }
    }

    fn apply_remote_answer(&mut self, kind: SdpType, sdp: stonechat_sdp::Session, step: &mut Step) {
        let Some(offer) = self.signaling.pending_local.clone() else {
            return;
        };
        let mut tracks = RemoteTracks::default();
        self.bundle_by_answer(&sdp);
        self.note_remote_ends(&sdp);
        let sections = self.signaling.sections.clone();
        for (index, section) in sections.iter().enumerate() {
            let (Some(theirs), Some(ours)) = (sdp.section(index), offer.sdp.section(index)) else {
                continue;
            };
            let rejected = theirs.media().port() == 0 && !theirs.media().bundle_only();
            if let Some(place) = self.signaling.sections.get_mut(index) {
                place.rejected = rejected;
                if rejected {
                    place.transport = None;
                }
            }
            self.note_roles(section, ours.setup(), theirs.setup());
            if section.kind == SectionKind::Data {
                self.note_data(theirs, rejected, kind);
            }
            let Some(id) = section.transceiver() else {
                continue;
            };
            if rejected {
                self.process_remote_track(id, Direction::Inactive, theirs.media(), &mut tracks);
                self.section_rejected(id, &mut tracks);
                continue;
            }
            let direction = Direction::from_sdp(theirs.direction()).reversed();
            self.process_remote_track(id, direction, theirs.media(), &mut tracks);
            self.negotiate_as_offerer(id, kind, ours, theirs, direction);
        }
        let description = Description { kind, sdp };
        if kind == SdpType::Pranswer {
            self.signaling.pending_remote = Some(description);
            self.enter(SignalingState::HaveRemotePranswer, step);
        } else {
            self.signaling.current_remote = Some(description);
            self.signaling.current_local = Some(offer);
            self.finish_exchange(step);
        }
        tracks.fire(step);
    }

    fn negotiate_as_offerer(
        &mut self,
        id: TransceiverId,
        kind: SdpType,
        ours: stonechat_sdp::Section<'_>,
        theirs: stonechat_sdp::Section<'_>,
        direction: Direction,
    ) {
        let rtcp = RtcpLines::described(ours);
        let rtcp = rtcp.agreed(RtcpLines::described(theirs), &self.config.rtcp);
        let (ours, theirs) = (ours.media(), theirs.media());
        let offered = codecs::described(ours);
        let answered = codecs::described(theirs);
        let extensions = extensions::kept(ours, theirs);
        let asked = simulcast::requested(ours, usize::MAX);
        let mut rids = simulcast::announced(theirs, usize::MAX);
        rids.retain(|rid| asked.contains(rid));
        let Some(transceiver) = self.transceiver_mut(id) else {
            return;
        };
        let kept = codecs::kept(&offered, &answered);
        transceiver.receiver.receive_codecs = if direction.receives() {
            kept.clone()
        } else {
            Vec::new()
        };
        transceiver.set_codecs(codecs::accepted(&offered, &answered), kept);
        transceiver.set_extensions(&extensions);
        if kind == SdpType::Answer {
            transceiver.keep_extensions(&extensions);
        }
        transceiver.reduced_size = ours.rtcp_rsize() && theirs.rtcp_rsize();
        transceiver.rtcp = rtcp;
        transceiver.receiver.sources = sources_of(theirs);
        transceiver.receiver.rids = rids;
        if direction.sends() {
            let wanted = simulcast::requested(theirs, usize::MAX);
            transceiver.sender.narrow(&wanted);
        }
        transceiver.set_current_direction(direction);
        transceiver.fired_direction = Some(direction);
    }

    /// The sections that the answer bundles all go by the transport of the first of them
    /// (RFC 9143, section 7.3.3).
    fn bundle_by_answer(&mut self, answer: &stonechat_sdp::Session) {
        let Some(group) = answer.groups().find(|group| group.is_bundle()) else {
            return;
        };
        let mids: Vec<&str> = group.mids.iter().collect();
        let tagged = mids.first().and_then(|mid| {
            self.signaling
                .sections
                .iter()
                .find(|section| section.mid == *mid)?
                .transport
        });
        for section in &mut self.signaling.sections {
            if mids.contains(&section.mid.as_str()) && tagged.is_some() {
                section.transport = tagged;
            }
        }
    }

    /// An offer that asks to receive simulcast gives an unnamed encoding of ours its names.
    fn propose_encodings(&mut self, id: TransceiverId, media: &Media) {
        let rids = simulcast::requested(media, self.config.max_encodings);
        let sources = self.fresh_sources(rids.len());
        let Some(transceiver) = self.transceiver_mut(id) else {
            return;
        };
        if rids.is_empty() || transceiver.kind != Kind::Video || !transceiver.sender.is_unnamed() {
            return;
        }
        let mut encodings: Vec<_> = rids
            .into_iter()
            .map(RtpEncodingParameters::with_rid)
            .collect();
        scale_by_place(&mut encodings);
        transceiver.sender.propose(encodings, sources);
    }

    /// Takes note of who is the DTLS client of a section's transport.
    pub(super) fn note_roles(
        &mut self,
        section: &Section,
        ours: Option<Setup>,
        theirs: Option<Setup>,
    ) {
        let role = match (ours, theirs) {
            (Some(Setup::Active), _) | (_, Some(Setup::Passive)) => stonechat_dtls::Role::Client,
            (Some(Setup::Passive), _) | (_, Some(Setup::Active)) => stonechat_dtls::Role::Server,
            _ => return,
        };
        let place = self
            .signaling
            .sections
            .iter()
            .find(|other| other.mid == section.mid);
        if let Some(id) = place.and_then(|place| place.transport)
            && let Some(transport) = self.transports.get_mut(id)
        {
            transport.dtls_role.get_or_insert(role);
        }
    }

    /// An offer that describes an association makes its object, of which nothing is known yet.
    pub(super) fn note_described_association(&mut self) {
        let sections = &self.signaling.sections;
        let is_described = sections
            .iter()
            .any(|section| section.kind == SectionKind::Data && !section.rejected);
        if is_described && self.channels.sctp.is_none() {
            self.channels.negotiated(65_536);
        }
    }

    /// Takes note of what an answer says of the section for data.
    pub(super) fn note_data(
        &mut self,
        theirs: stonechat_sdp::Section<'_>,
        rejected: bool,
        kind: SdpType,
    ) {
        if rejected {
            let is_left = self
                .signaling
                .sections
                .iter()
                .any(|section| section.kind == SectionKind::Data && !section.rejected);
            if kind == SdpType::Answer && !is_left {
                self.end_association();
            }
            return;
        }
        // RFC 8841, section 6.1: 64 KiB if the peer does not say, no limit if it says 0.
        let max = match theirs.media().max_message_size() {
            None => 65_536,
            Some(0) => u64::MAX,
            Some(octets) => octets,
        };
        self.update_max_message_size(max);
        self.channels.wanted = true;
    }

    /// A section was rejected: its transceiver stops.
    pub(super) fn section_rejected(&mut self, id: TransceiverId, tracks: &mut RemoteTracks) {
        let Some(transceiver) = self.transceiver_mut(id) else {
            return;
        };
        if !transceiver.stopped {
            let ends = !transceiver.receiver.ended;
            transceiver.leave_remote_streams(&[], tracks);
            transceiver.stop();
            // A task of its own, as mediacapture-streams has it.
            if ends {
                self.queue(Task::Fire(Event::TrackEnded(id.receiver())));
            }
        }
    }

    fn mid_of_silent_section(&self, index: usize) -> String {
        match self.signaling.sections.get(index) {
            Some(section) => section.mid.clone(),
            None => format!("m{index}"),
        }
    }

    /// A transceiver for a new section of the peer: one that `add_track` made and no section has
    /// yet, else a new one that only receives.
    fn transceiver_for(&mut self, kind: Kind, direction: Direction) -> TransceiverId {
        let waiting = self.transceivers.iter().find(|transceiver| {
            transceiver.kind == kind
                && transceiver.by_add_track
                && !transceiver.is_associated()
                && !transceiver.stopping
                && direction.sends()
        });
        if let Some(transceiver) = waiting {
            return transceiver.id;
        }
        let id = self.make_transceiver(kind, Direction::RecvOnly, Vec::new());
        if let Some(transceiver) = self.transceiver_mut(id) {
            transceiver.by_peer = true;
        }
        id
    }

    /// The stream of tracks of which the peer names none (RFC 8829, section 5.8.2).
    fn default_stream(&mut self) -> String {
        if let Some(stream) = &self.signaling.default_stream {
            return stream.clone();
        }
        let stream = self.random_id();
        self.signaling.default_stream = Some(stream.clone());
        stream
    }

    /// What a remote section says of the track that we receive (webrtc-pc, section 5.1.1).
    fn process_remote_track(
        &mut self,
        id: TransceiverId,
        direction: Direction,
        media: &Media,
        tracks: &mut RemoteTracks,
    ) {
        let streams = streams_of(media).unwrap_or_else(|| vec![self.default_stream()]);
        let Some(transceiver) = self.transceiver_mut(id).filter(|this| !this.stopped) else {
            return;
        };
        transceiver.process_remote_tracks(direction, &streams, tracks);
    }
}

/// The streams that a section's track belongs to, each once; without `a=msid` what older
/// descriptions say of its first source: `a=ssrc:1 msid:stream track`. `None` if nothing is said.
fn streams_of(media: &Media) -> Option<Vec<String>> {
    let mut streams: Vec<String> = Vec::new();
    let mut add = |stream: &str| {
        if stream != "-" && streams.iter().all(|known| known != stream) {
            streams.push(stream.to_owned());
        }
    };
    if media.msids().next().is_some() {
        media.msids().for_each(|msid| add(&msid.stream.to_string()));
    } else {
        let of_source = media.ssrcs().find(|line| line.name == "msid")?;
        add(of_source.value.as_deref()?.split(' ').next()?);
    }
    Some(streams)
}

/// The sources of a section, each with its source of retransmissions.
pub(super) fn sources_of(media: &Media) -> Vec<(u32, Option<u32>)> {
    let groups: Vec<(u32, u32)> = media
        .ssrc_groups()
        .filter(|group| group.semantics == "FID")
        .filter_map(|group| Some((*group.ssrcs.first()?, *group.ssrcs.get(1)?)))
        .collect();
    let mut sources: Vec<(u32, Option<u32>)> = Vec::new();
    for line in media.ssrcs() {
        let is_rtx = groups.iter().any(|(_, rtx)| *rtx == line.ssrc);
        if !is_rtx && sources.iter().all(|(ssrc, _)| *ssrc != line.ssrc) {
            let rtx = groups
                .iter()
                .find(|(ssrc, _)| *ssrc == line.ssrc)
                .map(|(_, rtx)| *rtx);
            sources.push((line.ssrc, rtx));
        }
    }
    sources
}

fn kind_of(section: stonechat_sdp::Section<'_>) -> Option<Kind> {
    let media = section.media();
    match media.kind() {
        _ if !validate::is_protected(section) => None,
        MediaKind::Audio if media.is_rtp() => Some(Kind::Audio),
        MediaKind::Video if media.is_rtp() => Some(Kind::Video),
        _ => None,
    }
}

fn is_data(media: &Media) -> bool {
    *media.kind() == MediaKind::Application
        && media.protocol().ends_with("DTLS/SCTP")
        && (legacy_sctp_port(media).is_some()
            || media.formats().any(|format| format == "webrtc-datachannel"))
}

/// The port of SCTP as drafts before RFC 8841 wrote it: `m=application 9 DTLS/SCTP 5000` with
/// `a=sctpmap:5000 webrtc-datachannel 1024`.
pub(crate) fn legacy_sctp_port(media: &Media) -> Option<u16> {
    let map = media.sctpmap()?;
    let port = map.port.to_string();
    let is_named = media.formats().any(|format| format == port);
    (map.protocol == "webrtc-datachannel" && is_named && map.port != 0).then_some(map.port)
}

/// Whether a remote description of `kind`, not a rollback, may be set in `state`.
fn check_transition(state: SignalingState, kind: SdpType) -> Result<(), Error> {
    use SignalingState as S;
    let allowed = match kind {
        SdpType::Offer => matches!(state, S::Stable | S::HaveRemoteOffer),
        _ => matches!(state, S::HaveLocalOffer | S::HaveRemotePranswer),
    };
    if allowed {
        return Ok(());
    }
    Err(Error::new(
        ErrorName::InvalidStateError,
        format!(
            "a remote {} cannot be set in the state {state}",
            kind.as_str()
        ),
    ))
}
