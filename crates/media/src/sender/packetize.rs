use std::time::{Duration, Instant};

use stonechat_rtp::{ClockRate, Timestamp};

use super::history::Entry;
use super::{SendError, Sender, transform};
use crate::codec::MediaKind;
use crate::codec::opus::OpusToc;
use crate::packetize::Payload;
use crate::parameters::{CodecParameters, find};
use crate::transform::SenderTransform;
use crate::{Codec, Config, FrameTime, OutgoingFrame};

impl Sender {
    pub(crate) fn send_frame(
        &mut self,
        now: Instant,
        frame: &OutgoingFrame,
        config: &Config,
        scratch: &mut Vec<Payload>,
    ) -> Result<(), SendError> {
        if !self.parameters.active {
            return Err(SendError::Inactive);
        }
        let codec = match frame.payload_type {
            Some(wanted) => find(&self.parameters.codecs, wanted),
            None => self.primary(),
        };
        let codec = *codec.ok_or(SendError::UnknownPayloadType)?;
        if codec.codec.is_event() {
            return Err(SendError::UnknownPayloadType);
        }
        let timestamp = self.timestamp_of(now, codec.codec, frame.time);
        if self.plays_tone() {
            self.clock = Some((timestamp, now));
            self.stats.frames_withheld += 1;
            return Ok(());
        }
        if matches!(self.transform, SenderTransform::Frames) {
            self.divert(now, codec, timestamp, frame);
            return Ok(());
        }
        self.packetize(now, codec, timestamp, frame, config, scratch)
    }

    pub(super) fn timestamp_of(
        &mut self,
        now: Instant,
        codec: Codec,
        time: FrameTime,
    ) -> Timestamp {
        match time {
            FrameTime::Rtp(timestamp) => timestamp,
            FrameTime::Media(time) => {
                let rate = ClockRate::new(codec.clock_rate()).unwrap_or(ClockRate::VIDEO);
                self.media_timestamp(now, rate, time)
            }
        }
    }

    /// The RTP timestamp of a media time. One that goes back is of another source, such as a track
    /// that replaced the one before: it goes on where that one ended.
    fn media_timestamp(&mut self, now: Instant, rate: ClockRate, time: Duration) -> Timestamp {
        let ticks = |time| u32::try_from(rate.ticks(time) & 0xffff_ffff).unwrap_or_default();
        let timestamp = self.timestamp_base.wrapping_add(ticks(time));
        let Some((last, at)) = self.clock else {
            return timestamp;
        };
        let back = last.0.wrapping_sub(timestamp.0);
        if back <= ticks(REORDERING) || back > u32::MAX / 2 {
            return timestamp;
        }
        let next = last.wrapping_add(ticks(now.saturating_duration_since(at)).max(1));
        self.timestamp_base = Timestamp(next.0.wrapping_sub(ticks(time)));
        next
    }

    pub(super) fn packetize(
        &mut self,
        now: Instant,
        codec: CodecParameters,
        timestamp: Timestamp,
        frame: &OutgoingFrame,
        config: &Config,
        scratch: &mut Vec<Payload>,
    ) -> Result<(), SendError> {
        let sealer = match &self.transform {
            SenderTransform::Packets(sealer) => Some(std::sync::Arc::clone(sealer)),
            SenderTransform::None | SenderTransform::Frames => None,
        };
        let overhead = sealer.as_ref().map_or(0, |sealer| sealer.overhead());
        let max_len = self.max_payload_len(config).saturating_sub(overhead);
        let (_, packetizer) = self
            .packetizers
            .iter()
            .find(|(other, _)| *other == codec)
            .ok_or(SendError::UnknownPayloadType)?;
        let mut packetizer = packetizer.clone();
        scratch.clear();
        packetizer.packetize_layer(&frame.data, frame.layers, max_len, scratch)?;
        if let Some(sealer) = sealer
            && !transform::seal(sealer.as_ref(), scratch)
        {
            self.stats.frames_withheld += 1;
            return Ok(());
        }
        let bytes = scratch.iter().map(Payload::len).sum();
        let admitted = self.admit(scratch.len(), bytes, config);
        self.note_limitation(now);
        admitted?;
        if let Some((_, slot)) = self
            .packetizers
            .iter_mut()
            .find(|(other, _)| *other == codec)
        {
            *slot = packetizer;
        }
        self.enqueue_frame(now, codec, timestamp, frame, config, scratch);
        self.clock = Some((timestamp, now));
        self.note_frame(now, codec.codec, frame);
        Ok(())
    }

    fn enqueue_frame(
        &mut self,
        now: Instant,
        codec: CodecParameters,
        timestamp: Timestamp,
        frame: &OutgoingFrame,
        config: &Config,
        payloads: &mut Vec<Payload>,
    ) {
        let first_marker = self.begins_talkspurt(codec.codec, timestamp, &frame.data);
        let last = payloads.len().saturating_sub(1);
        for (index, payload) in payloads.drain(..).enumerate() {
            let marker = match codec.codec.kind() {
                MediaKind::Audio => index == 0 && first_marker,
                MediaKind::Video => index == last,
            };
            let sequence = self.next_sequence;
            self.next_sequence = sequence.next();
            let timestamp = timestamp.wrapping_add(payload.timestamp_offset());
            let entry = Entry {
                payload,
                timestamp,
                payload_type: codec.payload_type,
                marker,
                audio_level: frame.audio_level,
                queued: now,
                ends_frame: index == last,
                sent: None,
                resent: None,
                resend_queued: false,
            };
            self.enqueue(sequence, entry, config);
        }
    }

    /// Whether audio begins again after silence that was not sent (RFC 3551, section 4.1).
    fn begins_talkspurt(&mut self, codec: Codec, timestamp: Timestamp, data: &[u8]) -> bool {
        let ticks = match codec {
            Codec::Opus => OpusToc::parse(data).map_or(0, |toc| toc.samples()),
            Codec::Pcmu | Codec::Pcma => u32::try_from(data.len()).unwrap_or(u32::MAX),
            Codec::Vp8
            | Codec::H264(_)
            | Codec::Av1
            | Codec::TelephoneEvent { .. }
            | Codec::Other { .. } => {
                return false;
            }
        };
        let end = self.audio_end.replace(timestamp.wrapping_add(ticks));
        end.is_none_or(|end| timestamp.is_newer_than(end))
    }
}

/// How far frames go back in time because they are sent in decoding order.
const REORDERING: Duration = Duration::from_millis(500);
