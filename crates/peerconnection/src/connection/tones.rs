//! Telephone events: playing them, the clock of their playout, and what is heard.

use std::time::{Duration, Instant};

use stonechat_media::telephone_event::ReceivedTone;

use super::Connection;
use super::close::Closing;
use super::layers::Layers;
use crate::fact::Fact;
use crate::id::{ReceiverId, SenderId};

impl Connection {
    /// The next telephone event of a receiver that ended, after
    /// [`MediaEvent::Tone`](super::MediaEvent::Tone). At most 64 wait; then the oldest goes.
    pub fn recv_tone(&mut self, now: Instant, receiver: ReceiverId) -> Option<ReceivedTone> {
        self.update(now, |layers, now| layers.recv_tone(now, receiver))
    }
}

impl Layers {
    pub(super) fn play_tone(
        &mut self,
        now: Instant,
        sender: SenderId,
        event: u8,
        duration: Duration,
    ) {
        let Ok((media, id)) = self.sender(sender, None) else {
            return;
        };
        if let Err(error) = media.play_tone(now, id, event, duration) {
            tracing::debug!(%error, "tone not played");
        }
    }

    pub(super) fn wait_for_tone(&mut self, now: Instant, sender: SenderId, wait: Duration) {
        if let Some(at) = now.checked_add(wait) {
            self.tone_waits.insert(sender, at);
        }
    }

    pub(super) fn report_due_tones(&mut self, now: Instant) {
        if self.closing != Closing::Open {
            self.tone_waits.clear();
        }
        let facts = &mut self.facts;
        self.tone_waits.retain(|sender, at| {
            let is_due = *at <= now;
            if is_due {
                facts.push_back(Fact::DtmfDue { sender: *sender });
            }
            !is_due
        });
    }

    fn recv_tone(&mut self, now: Instant, receiver: ReceiverId) -> Option<ReceivedTone> {
        self.recv(receiver, |media, id| media.recv_tone(now, id))
    }
}
