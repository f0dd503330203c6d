use std::time::{Duration, Instant};

use stonechat_rtp::ExtendedSequence;
use stonechat_rtp::extension::AudioLevel;
use stonechat_sansio::Ecn;

use super::Sender;
use super::history::Entry;
use crate::codec::MediaKind;
use crate::frame_facts::FrameFacts;
use crate::{Codec, Limitation, OutgoingFrame};

/// What an encoder tells of itself, for statistics alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EncoderFacts {
    /// Bits per second that it aims at.
    pub target_bitrate: Option<f64>,
    /// What keeps its quality down; if it does not say, a queue that is full counts as the path.
    pub limitation: Option<Limitation>,
}

impl Sender {
    /// A frame was taken.
    pub(super) fn note_frame(&mut self, now: Instant, codec: Codec, frame: &OutgoingFrame) {
        let facts = FrameFacts::of(codec, &frame.data);
        let stats = &mut self.stats;
        stats.frames_taken += 1;
        stats.key_frames_taken += u64::from(facts.keyframe);
        stats.frame_rate.on_frame(now);
        if let Some(size) = facts.dimensions {
            let changed = stats
                .dimensions
                .replace(size)
                .is_some_and(|was| was != size);
            if changed && stats.limitations.current() != Limitation::None {
                stats.limitations.resolution_changes += 1;
            }
        }
        if let Some(samples) = facts.samples {
            let length = Duration::from_secs(u64::from(samples)) / codec.clock_rate().max(1);
            stats.audio_duration += length;
            stats.audio_level = frame.audio_level.or(stats.audio_level);
            stats.audio_energy += frame.audio_level.map_or(0.0, |level| energy(level, length));
        }
        if let Some(target) = self.encoder.target_bitrate {
            let rate = f64::from(stats.frame_rate.per_second(now).max(1));
            #[expect(clippy::cast_precision_loss, reason = "a frame is short")]
            let huge = frame.data.len() as f64 * 8.0 * rate >= HUGE * target;
            let count = stats.huge_frames.get_or_insert(0);
            *count += u64::from(huge && codec.kind() == MediaKind::Video);
        }
    }

    /// A packet of `len` octets left for the first time.
    pub(super) fn note_packet(
        &mut self,
        now: Instant,
        sequence: ExtendedSequence,
        entry: &Entry,
        len: usize,
        ecn: Ecn,
    ) {
        let number = ExtendedSequence(sequence.0.saturating_sub(1 << 16)).low_32();
        self.first_sent.get_or_insert(number);
        self.stats.frames_sent += u64::from(entry.ends_frame);
        self.stats.payload_type = Some(entry.payload_type);
        self.note_departure(now, entry, len, ecn);
        self.note_limitation(now);
    }

    /// A packet of `len` octets left, for the first time or again.
    pub(super) fn note_departure(&mut self, now: Instant, entry: &Entry, len: usize, ecn: Ecn) {
        let stats = &mut self.stats;
        stats.packets_sent += 1;
        stats.bytes_sent += entry.payload.len() as u64;
        stats.header_bytes_sent += (len - entry.payload.len()) as u64;
        stats.packets_sent_with_ect1 += u64::from(ecn == Ecn::Ect1);
        stats.total_packet_send_delay += now.saturating_duration_since(entry.queued);
    }

    /// What limits now.
    pub(super) fn note_limitation(&mut self, now: Instant) {
        let queue = match self.low_mark {
            Some(_) => Limitation::Bandwidth,
            None => Limitation::None,
        };
        let limitation = self.encoder.limitation.unwrap_or(queue);
        self.stats.limitations.set(now, limitation);
    }

    pub(crate) fn set_encoder_facts(&mut self, now: Instant, facts: EncoderFacts) {
        self.encoder = facts;
        if facts.target_bitrate.is_some() {
            self.stats.huge_frames.get_or_insert(0);
        }
        self.note_limitation(now);
    }
}

/// What a frame of this level and length adds to W3C `totalAudioEnergy`.
pub(crate) fn energy(level: AudioLevel, length: Duration) -> f64 {
    if level.level >= 127 {
        return 0.0;
    }
    let amplitude = 10_f64.powf(-f64::from(level.level) / 20.0);
    amplitude * amplitude * length.as_secs_f64()
}

/// How many times the mean a huge frame is (webrtc-stats, `hugeFramesSent`).
const HUGE: f64 = 2.5;
