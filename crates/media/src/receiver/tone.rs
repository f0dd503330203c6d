use std::time::Instant;

use bytes::Bytes;
use stonechat_rtp::ClockRate;

use super::Receiver;
use crate::ReceivedPacket;
use crate::codec::telephone_event::{ReceivedTone, ToneReceiver};

impl Receiver {
    /// Takes the reports out of a packet of events; what is left is a packet without payload, so
    /// that the audio around it follows on.
    pub(super) fn hear_tone(&mut self, now: Instant, rate: ClockRate, packet: &mut ReceivedPacket) {
        let tone = self.tone.get_or_insert_with(|| ToneReceiver::new(rate));
        let before = tone.waiting();
        if !tone.on_packet(now, packet.timestamp, &packet.payload) && !packet.payload.is_empty() {
            self.stats.payloads_malformed += 1;
        }
        self.tone_fresh |= tone.waiting() > before;
        packet.payload = Bytes::new();
    }

    pub(super) fn tone_timeout(&mut self, now: Instant) {
        if let Some(tone) = &mut self.tone {
            let before = tone.waiting();
            tone.handle_timeout(now);
            self.tone_fresh |= tone.waiting() > before;
        }
    }

    /// Whether an event ended that nobody was told of; true once.
    pub(crate) fn take_tone_fresh(&mut self) -> bool {
        std::mem::take(&mut self.tone_fresh)
    }

    pub(crate) fn recv_tone(&mut self) -> Option<ReceivedTone> {
        self.tone.as_mut()?.poll()
    }
}
