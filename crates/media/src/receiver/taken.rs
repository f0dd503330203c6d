use std::time::{Duration, Instant, UNIX_EPOCH};

use stonechat_rtp::Timestamp;
use stonechat_rtp::extension::AudioLevel;

use super::Receiver;
use crate::codec::{Codec, MediaKind};
use crate::frame_facts::FrameFacts;
use crate::parameters::find;
use crate::sender::energy;
use crate::{MediaFrame, ReceivedPacket};

impl Receiver {
    /// A frame could be handed out: it is whole and its turn has come.
    pub(super) fn note_ready(&mut self, now: Instant, frame: &MediaFrame) {
        self.ready.push_back(now);
        if frame.codec.kind() == MediaKind::Video {
            self.stats.frame_rate.on_frame(now);
            if frame.packets > 1 {
                self.stats.frames_of_many_packets += 1;
                self.stats.total_assembly_time +=
                    frame.arrival.saturating_duration_since(frame.first_arrival);
            }
        } else {
            self.note_audio(frame.codec, &frame.data, frame.audio_level);
        }
        self.note_playable(now, frame.timestamp);
    }

    /// A packet can be taken as it is.
    pub(super) fn note_packet_taken(&mut self, packet: &ReceivedPacket) {
        let Some(codec) = find(&self.parameters.codecs, packet.payload_type) else {
            return;
        };
        let codec = codec.codec;
        if codec.kind() == MediaKind::Audio {
            self.note_audio(codec, &packet.payload, packet.audio_level);
        }
        self.note_playable(packet.arrival, packet.timestamp);
    }

    /// A frame was taken.
    pub(super) fn note_taken(&mut self, now: Instant, frame: &MediaFrame, ready: Instant) {
        let count = match frame.codec.kind() {
            MediaKind::Video => 1,
            MediaKind::Audio => match FrameFacts::of(frame.codec, &frame.data).samples {
                Some(samples) => samples,
                None => return,
            },
        };
        let since = |at: Instant| {
            let time = at.saturating_duration_since(frame.first_arrival);
            time.as_secs_f64() * f64::from(count)
        };
        self.stats.jitter_buffer_delay += since(now);
        self.stats.jitter_buffer_minimum_delay += since(ready);
        self.stats.jitter_buffer_emitted += u64::from(count);
    }

    fn note_audio(&mut self, codec: Codec, data: &[u8], level: Option<AudioLevel>) {
        let samples = FrameFacts::of(codec, data).samples.unwrap_or_default();
        let length = Duration::from_secs(u64::from(samples)) / codec.clock_rate().max(1);
        let stats = &mut self.stats;
        stats.samples_received += u64::from(samples);
        stats.audio_duration += length;
        stats.audio_level = level.or(stats.audio_level);
        stats.audio_energy += level.map_or(0.0, |level| energy(level, length));
    }

    /// The sender's clock for `timestamp`, by its last report.
    fn note_playable(&mut self, now: Instant, timestamp: Timestamp) {
        let Some(stream) = &self.stream else { return };
        let Some((ntp, reported, _)) = stream.sender_report else {
            return;
        };
        let distance = timestamp.distance_from(reported);
        let span = stream.rate.duration(u64::from(distance.unsigned_abs()));
        let reported = UNIX_EPOCH.checked_add(ntp.to_unix());
        let clock = if distance < 0 {
            reported.and_then(|at| at.checked_sub(span))
        } else {
            reported.and_then(|at| at.checked_add(span))
        };
        self.stats.playout = clock.map(|clock| (clock, now));
    }
}
