//! Transceivers as the application handles them (webrtc-pc, sections 5.1 and 5.4).

use super::Session;
use super::call::{Direction, TrackInfo, TransceiverInit};
use super::task::Task;
use crate::error::{Error, ErrorName};
use crate::id::{Kind, SenderId, TransceiverId};
use crate::negotiation::codecs::MID;
use crate::rtp_parameters::{RtpCodec, RtpEncodingParameters, RtpHeaderExtensionCapability};
use crate::rtp_sender::check_send_encodings;
use crate::transceiver::{Receiver, Sender, Transceiver};

impl Session {
    pub(super) fn add_transceiver(
        &mut self,
        kind: Kind,
        track: Option<TrackInfo>,
        init: TransceiverInit,
    ) -> Result<TransceiverId, Error> {
        if init.direction == Direction::Stopped {
            return Err(Error::new(
                ErrorName::TypeError,
                "a transceiver cannot begin as stopped",
            ));
        }
        check_track(kind, track.as_ref())?;
        let streams = stream_ids(init.streams)?;
        let encodings = check_send_encodings(
            &self.config.media_engine,
            kind,
            self.config.max_encodings,
            init.send_encodings,
        )?;
        let id = self.make_transceiver(kind, init.direction, encodings);
        if let Some(transceiver) = self.transceiver_mut(id) {
            transceiver.sender.track = track;
            transceiver.sender.streams = streams;
        }
        self.update_negotiation_needed();
        Ok(id)
    }

    pub(super) fn add_track(
        &mut self,
        track: TrackInfo,
        streams: Vec<String>,
    ) -> Result<SenderId, Error> {
        check_track(track.kind, Some(&track))?;
        let streams = stream_ids(streams)?;
        let sends = |transceiver: &Transceiver| {
            let sent = transceiver.sender.track.as_ref();
            sent.is_some_and(|sent| sent.id == track.id)
        };
        let mut attached = self
            .transceivers
            .iter()
            .filter(|transceiver| !transceiver.stopped);
        if attached.clone().any(sends) {
            return Err(Error::new(
                ErrorName::InvalidAccessError,
                "the track is being sent already",
            ));
        }
        let reusable = attached.find(|transceiver| {
            transceiver.kind == track.kind
                && transceiver.sender.track.is_none()
                && !transceiver.stopping
                && !transceiver.has_sent
        });
        let id = match reusable {
            Some(transceiver) => transceiver.id,
            None => {
                let id = self.make_transceiver(track.kind, Direction::SendRecv, Vec::new());
                if let Some(transceiver) = self.transceiver_mut(id) {
                    transceiver.by_add_track = true;
                }
                id
            }
        };
        if let Some(transceiver) = self.transceiver_mut(id) {
            transceiver.track_added = true;
            transceiver.sender.track = Some(track);
            transceiver.sender.streams = streams;
            transceiver.direction = Direction::of(true, transceiver.direction.receives());
        }
        self.update_negotiation_needed();
        Ok(id.sender())
    }

    pub(super) fn remove_track(&mut self, sender: SenderId) -> Result<(), Error> {
        let is_ours = sender.0 < self.next_transceiver;
        let Some(transceiver) = self.transceiver_mut(TransceiverId(sender.0)) else {
            // Its transceiver was removed since.
            return if is_ours {
                Ok(())
            } else {
                Err(no_such_transceiver())
            };
        };
        if transceiver.stopping || transceiver.sender.track.is_none() {
            return Ok(());
        }
        transceiver.sender.track = None;
        transceiver.direction = Direction::of(false, transceiver.direction.receives());
        self.apply_plan();
        self.update_negotiation_needed();
        Ok(())
    }

    pub(super) fn set_direction(
        &mut self,
        id: TransceiverId,
        direction: Direction,
    ) -> Result<(), Error> {
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        if transceiver.stopping {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "the transceiver is stopped",
            ));
        }
        if transceiver.direction == direction {
            return Ok(());
        }
        if direction == Direction::Stopped {
            return Err(Error::new(
                ErrorName::TypeError,
                "use stop() to stop a transceiver",
            ));
        }
        transceiver.direction = direction;
        self.update_negotiation_needed();
        Ok(())
    }

    pub(super) fn stop_transceiver(&mut self, id: TransceiverId) -> Result<(), Error> {
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        let receiver = id.receiver();
        if !transceiver.stopping {
            transceiver.stopping = true;
            transceiver.direction = Direction::Inactive;
            self.queue(Task::EndTrack(receiver));
            self.apply_plan();
            self.update_negotiation_needed();
        }
        Ok(())
    }

    pub(super) fn set_codec_preferences(
        &mut self,
        id: TransceiverId,
        codecs: &[RtpCodec],
    ) -> Result<(), Error> {
        let kind = self
            .transceiver_mut(id)
            .ok_or_else(no_such_transceiver)?
            .kind;
        let preferences = self.config.media_engine.select(kind, codecs)?;
        if let Some(transceiver) = self.transceiver_mut(id) {
            transceiver.preferences = preferences;
        }
        Ok(())
    }

    /// `setHeaderExtensionsToNegotiate()` (webrtc-extensions, section 5.3).
    pub(super) fn set_header_extensions(
        &mut self,
        id: TransceiverId,
        extensions: Vec<RtpHeaderExtensionCapability>,
    ) -> Result<(), Error> {
        let refused = |text| Err(Error::new(ErrorName::InvalidModificationError, text));
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        let known = &transceiver.extensions_to_negotiate;
        if known.len() != extensions.len() {
            return refused("the list has one entry for each header extension");
        }
        for (extension, known) in extensions.iter().zip(known) {
            if extension.uri != known.uri {
                return refused("the header extensions stay in their order");
            }
            if extension.uri == MID && extension.direction != Direction::SendRecv {
                return refused("bundled sections cannot do without their mid");
            }
        }
        transceiver.extensions_to_negotiate = extensions;
        Ok(())
    }

    /// Makes a transceiver without a section.
    pub(crate) fn make_transceiver(
        &mut self,
        kind: Kind,
        direction: Direction,
        encodings: Vec<RtpEncodingParameters>,
    ) -> TransceiverId {
        let id = TransceiverId(self.next_transceiver);
        self.next_transceiver += 1;
        let track_id = self.random_id();
        let sources = self.fresh_sources(encodings.len().max(1));
        let alike = self
            .transceivers
            .iter()
            .find(|transceiver| transceiver.kind == kind && !transceiver.stopping);
        let extensions_to_negotiate = match alike {
            Some(alike) => alike.extensions_to_negotiate.clone(),
            None => self.config.media_engine.extension_capabilities(kind),
        };
        self.transceivers.push(Transceiver {
            id,
            kind,
            mid: None,
            offered_mid: None,
            direction,
            current_direction: None,
            fired_direction: None,
            stopping: false,
            stopped: false,
            by_add_track: false,
            by_peer: false,
            has_sent: false,
            track_added: false,
            preferences: Vec::new(),
            extensions_to_negotiate,
            negotiated_extensions: Vec::new(),
            reduced_size: false,
            rtcp: stonechat_media::RtcpParameters::default(),
            sender: Sender::new(kind, encodings, sources),
            receiver: Receiver::new(track_id),
        });
        id
    }

    /// Sources for so many encodings, each with one for retransmissions.
    pub(crate) fn fresh_sources(&mut self, count: usize) -> Vec<(u32, u32)> {
        let mut sources = Vec::new();
        for _ in 0..count {
            let pair = (self.fresh_ssrc(&sources), self.fresh_ssrc(&sources));
            sources.push(pair);
        }
        sources
    }

    pub(crate) fn transceiver_mut(&mut self, id: TransceiverId) -> Option<&mut Transceiver> {
        self.transceivers
            .iter_mut()
            .find(|transceiver| transceiver.id == id)
    }

    /// A random identifier in the form of a UUID (RFC 8830, section 2, allows any token).
    pub(crate) fn random_id(&mut self) -> String {
        use core::fmt::Write as _;
        let mut id = String::with_capacity(36);
        for (index, octet) in self.rng.array::<16>().into_iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                id.push('-');
            }
            let _ = write!(id, "{octet:02x}");
        }
        id
    }

    fn fresh_ssrc(&mut self, others: &[(u32, u32)]) -> u32 {
        loop {
            let ssrc = self.rng.next_u32();
            let taken = self
                .transceivers
                .iter()
                .flat_map(|transceiver| &transceiver.sender.sources)
                .chain(others)
                .any(|(media, repair)| *media == ssrc || *repair == ssrc);
            if ssrc != 0 && !taken {
                return ssrc;
            }
        }
    }
}

pub(super) fn check_track(kind: Kind, track: Option<&TrackInfo>) -> Result<(), Error> {
    let Some(track) = track else { return Ok(()) };
    if track.kind != kind {
        return Err(Error::new(
            ErrorName::TypeError,
            "the track is of another kind",
        ));
    }
    if is_token(&track.id) {
        Ok(())
    } else {
        Err(malformed_id())
    }
}

/// The ids of streams, each once.
pub(super) fn stream_ids(streams: Vec<String>) -> Result<Vec<String>, Error> {
    let mut ids: Vec<String> = Vec::new();
    for id in streams {
        if !is_token(&id) {
            return Err(malformed_id());
        }
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Ids of streams and tracks are written into descriptions: tokens of RFC 8830, at most 64
/// characters.
fn is_token(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&c))
}

fn malformed_id() -> Error {
    Error::new(
        ErrorName::TypeError,
        "the id of a track or stream has 1 to 64 characters: letters, digits and !#$%&'*+-.^_`{|}~",
    )
}

pub(super) fn no_such_transceiver() -> Error {
    Error::new(
        ErrorName::InvalidAccessError,
        "no such transceiver in this peer connection",
    )
}
