//! `RTCDTMFSender` (webrtc-pc, section 7).

use std::collections::VecDeque;
use std::time::Duration;

use stonechat_media::telephone_event::event_of;

use super::Session;
use super::step::{Event, Step};
use super::task::Task;
use crate::error::{Error, ErrorName};
use crate::id::{Kind, SenderId, TransceiverId};
use crate::order::Order;
use crate::session::call::Direction;
use crate::state::ConnectionState;

/// What a comma stands for.
const PAUSE: Duration = Duration::from_millis(2_000);
/// What the length of a tone is kept within, in milliseconds.
const DURATION: (u32, u32) = (40, 6_000);
/// What the gap between tones is kept within, in milliseconds.
const GAP: (u32, u32) = (30, 6_000);

/// The slots of an `RTCDTMFSender`.
#[derive(Clone, Debug, Default)]
pub(super) struct Dtmf {
    duration: Duration,
    gap: Duration,
    tones: VecDeque<char>,
    /// Whether a playout task is queued, or will be.
    scheduled: bool,
}

impl Session {
    /// `insertDTMF()`.
    pub(super) fn insert_dtmf(
        &mut self,
        sender: SenderId,
        tones: &str,
        duration: u32,
        gap: u32,
    ) -> Result<(), Error> {
        if !self.can_insert_dtmf(sender) {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "tones cannot be sent now: look at can_insert_dtmf",
            ));
        }
        let is_tone = |tone: char| tone == ',' || event_of(tone).is_some();
        if let Some(other) = tones.chars().find(|tone| !is_tone(*tone)) {
            return Err(Error::new(
                ErrorName::InvalidCharacterError,
                format!("{other:?} is no tone: use 0 to 9, A to D, #, * and the comma"),
            ));
        }
        let millis =
            |value: u32, (min, max)| Duration::from_millis(u64::from(value.clamp(min, max)));
        let dtmf = self.dtmf.entry(sender).or_default();
        dtmf.tones = tones
            .chars()
            .map(|tone| tone.to_ascii_uppercase())
            .collect();
        dtmf.duration = millis(duration, DURATION);
        dtmf.gap = millis(gap, GAP);
        if dtmf.tones.is_empty() || std::mem::replace(&mut dtmf.scheduled, true) {
            return Ok(());
        }
        self.queue(Task::DtmfPlayout(sender));
        Ok(())
    }

    /// The DTMF playout task steps.
    pub(super) fn run_dtmf_playout(&mut self, sender: SenderId, step: &mut Step) {
        let can = self.can_insert_dtmf(sender);
        let Some(dtmf) = self.dtmf.get_mut(&sender) else {
            return;
        };
        dtmf.scheduled = false;
        if !can {
            return;
        }
        let Some(tone) = dtmf.tones.pop_front() else {
            step.fire.push(Event::ToneChange {
                sender,
                tone: String::new(),
            });
            return;
        };
        dtmf.scheduled = true;
        let (duration, gap) = (dtmf.duration, dtmf.gap);
        match event_of(tone) {
            Some(event) => self.order(Order::PlayTone {
                sender,
                event,
                duration,
                wait: duration + gap,
            }),
            None => self.order(Order::DtmfPause {
                sender,
                wait: PAUSE,
            }),
        }
        step.fire.push(Event::ToneChange {
            sender,
            tone: tone.to_string(),
        });
    }

    /// Whether the sender has an `RTCDTMFSender`: those of audio do.
    #[must_use]
    pub fn has_dtmf(&self, sender: SenderId) -> bool {
        self.transceivers
            .iter()
            .any(|other| other.id == TransceiverId(sender.0) && other.kind == Kind::Audio)
    }

    /// `canInsertDTMF` (webrtc-pc, "determine if DTMF can be sent").
    #[must_use]
    pub fn can_insert_dtmf(&self, sender: SenderId) -> bool {
        let id = TransceiverId(sender.0);
        let Some(transceiver) = self.transceivers.iter().find(|other| other.id == id) else {
            return false;
        };
        self.connection_state == ConnectionState::Connected
            && !self.is_closed
            && transceiver.kind == Kind::Audio
            && !transceiver.stopping
            && transceiver.sender.track.is_some()
            && transceiver.current_direction.is_some_and(Direction::sends)
            && transceiver
                .sender
                .encodings
                .first()
                .is_some_and(|it| it.active)
            && transceiver
                .sender
                .codecs
                .iter()
                .any(|codec| codec.name.eq_ignore_ascii_case("telephone-event"))
    }

    /// `toneBuffer`: the tones that remain to be played.
    #[must_use]
    pub fn tone_buffer(&self, sender: SenderId) -> String {
        self.dtmf
            .get(&sender)
            .map(|dtmf| dtmf.tones.iter().collect())
            .unwrap_or_default()
    }
}
