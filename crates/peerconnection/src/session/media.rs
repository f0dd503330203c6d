//! Transceivers, senders and receivers as the application handles them (webrtc-pc, section 5).

use super::Session;
use super::call::{Answer, CodecCapability, Direction, TrackInfo, TransceiverInit, Value};
use super::step::{Event, Step};
use crate::error::{Error, ErrorName};
use crate::id::{Kind, ReceiverId, SenderId, TransceiverId};
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
        check_streams(&init.streams)?;
        let id = self.make_transceiver(kind, init.direction);
        if let Some(transceiver) = self.transceiver_mut(id) {
            transceiver.sender.track = track;
            transceiver.sender.streams = init.streams;
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
        check_streams(&streams)?;
        let sends = |transceiver: &Transceiver| {
            transceiver
                .sender
                .track
                .as_ref()
                .is_some_and(|other| other.id == track.id)
        };
        if self
            .transceivers
            .iter()
            .any(|transceiver| !transceiver.stopped && sends(transceiver))
        {
            return Err(Error::new(
                ErrorName::InvalidAccessError,
                "the track is being sent already",
            ));
        }
        let reusable = self.transceivers.iter().find(|transceiver| {
            transceiver.kind == track.kind
                && transceiver.sender.track.is_none()
                && !transceiver.stopping
                && !transceiver.has_sent
        });
        let id = match reusable {
            Some(transceiver) => transceiver.id,
            None => {
                let id = self.make_transceiver(track.kind, Direction::SendRecv);
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
        let transceiver = self
            .transceiver_mut(TransceiverId(sender.0))
            .ok_or_else(no_such_transceiver)?;
        if transceiver.stopping || transceiver.sender.track.is_none() {
            return Ok(());
        }
        transceiver.sender.track = None;
        transceiver.direction = Direction::of(false, transceiver.direction.receives());
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
        if direction == Direction::Stopped {
            return Err(Error::new(
                ErrorName::TypeError,
                "use stop() to stop a transceiver",
            ));
        }
        if transceiver.direction != direction {
            transceiver.direction = direction;
            self.update_negotiation_needed();
        }
        Ok(())
    }

    pub(super) fn stop_transceiver(&mut self, id: TransceiverId) -> Result<(), Error> {
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        let receiver = id.receiver();
        if !transceiver.stopping {
            transceiver.stopping = true;
            transceiver.direction = Direction::Stopped;
            transceiver.receiver.ended = true;
            self.queue(super::task::Task::Fire(Event::TrackEnded(receiver)));
            self.apply_plan();
            self.update_negotiation_needed();
        }
        Ok(())
    }

    pub(super) fn set_codec_preferences(
        &mut self,
        id: TransceiverId,
        codecs: &[CodecCapability],
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

    pub(super) fn replace_track(
        &mut self,
        sender: SenderId,
        track: Option<TrackInfo>,
    ) -> Result<Answer, Error> {
        let id = TransceiverId(sender.0);
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        if transceiver.stopping {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "the transceiver is stopped",
            ));
        }
        check_track(transceiver.kind, track.as_ref())?;
        transceiver.sender.track = track;
        let promise = self.promise();
        self.queue(super::task::Task::Settle(promise, Value::Nothing));
        Ok(Answer::Promise(promise))
    }

    pub(super) fn set_streams(
        &mut self,
        sender: SenderId,
        streams: Vec<String>,
    ) -> Result<(), Error> {
        check_streams(&streams)?;
        let id = TransceiverId(sender.0);
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        if transceiver.sender.streams != streams {
            transceiver.sender.streams = streams;
            self.update_negotiation_needed();
        }
        Ok(())
    }

    /// Whether a receiver hands out frames or packets.
    pub(super) fn set_delivery(
        &mut self,
        receiver: ReceiverId,
        delivery: stonechat_media::Delivery,
    ) -> Result<(), Error> {
        let id = TransceiverId(receiver.0);
        let transceiver = self.transceiver_mut(id).ok_or_else(no_such_transceiver)?;
        if std::mem::replace(&mut transceiver.receiver.delivery, delivery) != delivery {
            self.apply_plan();
        }
        Ok(())
    }

    pub(super) fn on_receiver_active(&mut self, receiver: ReceiverId, step: &mut Step) {
        let Some(transceiver) = self.transceiver_mut(TransceiverId(receiver.0)) else {
            return;
        };
        if transceiver.receiver.muted
            && transceiver.fired_direction.is_some_and(Direction::receives)
        {
            transceiver.receiver.muted = false;
            step.fire.push(Event::TrackUnmuted(receiver));
        }
    }

    pub(super) fn on_receiver_bye(&mut self, receiver: ReceiverId, step: &mut Step) {
        let Some(transceiver) = self.transceiver_mut(TransceiverId(receiver.0)) else {
            return;
        };
        if !std::mem::replace(&mut transceiver.receiver.muted, true) {
            step.fire.push(Event::TrackMuted(receiver));
        }
    }

    /// Makes a transceiver without a section.
    pub(crate) fn make_transceiver(&mut self, kind: Kind, direction: Direction) -> TransceiverId {
        let id = TransceiverId(self.next_transceiver);
        self.next_transceiver += 1;
        let track_id = self.random_id();
        let ssrc = self.fresh_ssrc();
        let rtx_ssrc = self.fresh_ssrc();
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
            sender: Sender {
                track: None,
                streams: Vec::new(),
                ssrc,
                rtx_ssrc,
                codecs: Vec::new(),
                extensions: Vec::new(),
            },
            receiver: Receiver {
                track_id,
                muted: true,
                ended: false,
                streams: Vec::new(),
                codecs: Vec::new(),
                extensions: Vec::new(),
                sources: Vec::new(),
                delivery: stonechat_media::Delivery::Frames,
            },
        });
        id
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

    fn fresh_ssrc(&mut self) -> u32 {
        loop {
            let ssrc = self.rng.next_u32();
            let taken = self.transceivers.iter().any(|transceiver| {
                transceiver.sender.ssrc == ssrc || transceiver.sender.rtx_ssrc == ssrc
            });
            if ssrc != 0 && !taken {
                return ssrc;
            }
        }
    }
}

fn check_track(kind: Kind, track: Option<&TrackInfo>) -> Result<(), Error> {
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

fn check_streams(streams: &[String]) -> Result<(), Error> {
    if streams.iter().all(|id| is_token(id)) {
        Ok(())
    } else {
        Err(malformed_id())
    }
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

fn no_such_transceiver() -> Error {
    Error::new(
        ErrorName::InvalidAccessError,
        "no such transceiver in this peer connection",
    )
}
