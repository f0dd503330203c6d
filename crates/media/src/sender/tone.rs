use std::time::{Duration, Instant};

use bytes::Bytes;
use stonechat_rtp::ClockRate;

use super::history::Entry;
use super::{SendError, Sender};
use crate::Config;
use crate::codec::MediaKind;
use crate::codec::telephone_event::ToneSender;
use crate::packetize::Payload;

/// The power of a tone below 0 dBm0.
const VOLUME: u8 = 10;

impl Sender {
    /// Plays an event for `length`; audio is withheld meanwhile (RFC 4733, section 2.5.1.2: events
    /// are sent in place of audio, on its clock).
    pub(crate) fn play_tone(
        &mut self,
        now: Instant,
        event: u8,
        length: Duration,
    ) -> Result<(), SendError> {
        if !self.parameters.active {
            return Err(SendError::Inactive);
        }
        let audio = self.rate();
        let events = || {
            let codecs = self.parameters.codecs.iter();
            codecs.filter(|codec| codec.codec.is_event())
        };
        let codec = events()
            .find(|codec| codec.codec.clock_rate() == audio.get())
            .or_else(|| events().next())
            .copied()
            .ok_or(SendError::UnknownPayloadType)?;
        let rate = ClockRate::new(codec.codec.clock_rate()).unwrap_or(audio);
        let (last, at) = *self.clock.get_or_insert((self.timestamp_base, now));
        let passed = audio.ticks(now.saturating_duration_since(at));
        let passed = u32::try_from(passed & 0xffff_ffff).unwrap_or_default();
        let timestamp = last.wrapping_add(passed);
        let tone = match &mut self.tone {
            Some((payload_type, tone)) if *payload_type == codec.payload_type => tone,
            tone => &mut tone.insert((codec.payload_type, ToneSender::new(rate))).1,
        };
        tone.start(now, timestamp, event, VOLUME, length);
        Ok(())
    }

    /// Whether audio is withheld.
    pub(super) fn plays_tone(&self) -> bool {
        self.kind() == MediaKind::Audio
            && self
                .tone
                .as_ref()
                .is_some_and(|(_, tone)| tone.is_playing())
    }

    /// When the next packet of an event is due.
    pub(crate) fn tone_deadline(&self) -> Option<Instant> {
        self.tone.as_ref()?.1.deadline()
    }

    /// Queues what is due of an event.
    pub(crate) fn pump_tone(&mut self, now: Instant, config: &Config) {
        while let Some((payload_type, tone)) = &mut self.tone
            && let Some(packet) = tone.poll(now)
        {
            if self.queue.len() >= config.max_queued_packets {
                continue;
            }
            let entry = Entry {
                payload: Payload::new(Bytes::copy_from_slice(&packet.payload)),
                timestamp: packet.timestamp,
                payload_type: *payload_type,
                marker: packet.marker,
                audio_level: None,
                queued: now,
                ends_frame: false,
                sent: None,
                resent: None,
                resend_queued: false,
            };
            let sequence = self.next_sequence;
            self.next_sequence = sequence.next();
            self.enqueue(sequence, entry, config);
        }
    }
}
