use std::time::{Duration, Instant};

use super::{ReceiverId, SenderId, State, Streams};
use crate::SendError;
use crate::codec::telephone_event::ReceivedTone;

impl Streams {
    /// Plays a telephone event by a sender of audio, in place of one that plays: its reports leave
    /// in place of audio, on the clock of the audio. Frames that are given meanwhile are counted
    /// and dropped.
    ///
    /// `event` is 0 to 15 for the keys of a telephone; `length` has no upper limit.
    ///
    /// # Errors
    ///
    /// [`SendError::UnknownPayloadType`] if no payload type of telephone events was negotiated;
    /// [`SendError::Inactive`], [`SendError::UnknownSender`].
    ///
    /// # Timing
    ///
    /// `poll_timeout` changes.
    ///
    /// # Spec
    ///
    /// RFC 4733, section 2.5.1.
    pub fn play_tone(
        &mut self,
        now: Instant,
        id: SenderId,
        event: u8,
        length: Duration,
    ) -> Result<(), SendError> {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return Err(SendError::Inactive);
        }
        let sender = self.senders.get_mut(id.0).ok_or(SendError::UnknownSender)?;
        sender.play_tone(now, event, length)?;
        self.tones.insert(id.0);
        Ok(())
    }

    /// The next telephone event of a receiver that ended; each is told once.
    pub fn recv_tone(&mut self, now: Instant, id: ReceiverId) -> Option<ReceivedTone> {
        let _ = self.clock.advance(now);
        if self.state == State::Closed {
            return None;
        }
        self.receivers.get_mut(id.0)?.recv_tone()
    }

    pub(super) fn tone_deadline(&self) -> Option<Instant> {
        let senders = self.tones.iter().filter_map(|key| self.senders.get(*key));
        senders.filter_map(|sender| sender.tone_deadline()).min()
    }

    pub(super) fn pump_tones(&mut self, now: Instant) {
        let mut done = Vec::new();
        for key in &self.tones {
            let Some(sender) = self.senders.get_mut(*key) else {
                done.push(*key);
                continue;
            };
            sender.pump_tone(now, &self.config);
            if sender.tone_deadline().is_none() {
                done.push(*key);
            }
            if sender.wants_to_send() {
                self.audio.push(*key);
            }
        }
        for key in done {
            self.tones.remove(&key);
        }
    }
}
