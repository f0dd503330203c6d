use std::time::Instant;

use super::Receiver;
use super::reorder::{FrameLimits, Front, Reorder};
use crate::codec::{Codec, MediaKind};
use crate::depacketize::{Depacketizer, FrameInfo};
use crate::parameters::find;
use crate::transform::ReceiverTransform;
use crate::{AfterLoss, Config, MediaFrame, OpusToc, PayloadError, ReceivedPacket};

impl Receiver {
    /// Hands out every frame that is whole and whose turn it is.
    pub(super) fn assemble(&mut self, now: Instant, config: &Config) {
        let limits = FrameLimits {
            packets: config.max_frame_packets,
            bytes: config.max_frame_bytes,
        };
        loop {
            let Some(stream) = self.stream.as_mut() else {
                return;
            };
            let codec = stream
                .reorder
                .first()
                .and_then(|packet| find(&self.parameters.codecs, packet.payload_type))
                .copied();
            let sealed = !matches!(self.transform, ReceiverTransform::None);
            let depacketizer = codec.map(|codec| match sealed {
                true => Depacketizer::new(codec.codec).sealed(),
                false => Depacketizer::new(codec.codec),
            });
            if let (Some(first), true) = (stream.reorder.first(), stream.resync) {
                let begins = depacketizer.is_some_and(|it| it.starts_frame(&first.payload));
                if begins {
                    stream.resync = false;
                } else {
                    let padding = first.payload.is_empty();
                    let _ = stream.reorder.pop();
                    self.stats.packets_discarded += u64::from(!padding);
                    continue;
                }
            }
            let transparent = depacketizer.is_none_or(|it| it.is_transparent());
            match stream.reorder.front(transparent, limits) {
                Front::Empty | Front::Growing => {
                    stream.gap_deadline = None;
                    return;
                }
                Front::Gap(since) => {
                    let nack = self.parameters.codecs.iter().any(|codec| codec.nack);
                    let wait = match (self.kind(), nack) {
                        (MediaKind::Audio, _) => config.audio_wait,
                        (MediaKind::Video, true) => config.repair_wait,
                        (MediaKind::Video, false) => config.reorder_wait,
                    };
                    let wait = self.parameters.wait.map_or(wait, |wanted| wait.max(wanted));
                    if let Some(stream) = self.stream.as_mut() {
                        stream.gap_deadline = Some(since + wait);
                    }
                    return;
                }
                Front::TooLarge(packets) => {
                    self.stats.packets_discarded += stream.reorder.advance(packets) as u64;
                    self.stats.frames_dropped += 1;
                    self.on_loss(now, config);
                }
                Front::Complete(packets) => match (codec, depacketizer) {
                    (Some(codec), Some(depacketizer)) => {
                        self.complete(now, packets, codec.codec, depacketizer, config);
                    }
                    _ => {
                        let _ = stream.reorder.advance(packets);
                    }
                },
            }
        }
    }

    /// Makes a frame of the packets at the front and takes them away.
    fn complete(
        &mut self,
        now: Instant,
        packets: usize,
        codec: Codec,
        depacketizer: Depacketizer,
        config: &Config,
    ) {
        let Some(stream) = self.stream.as_mut() else {
            return;
        };
        let is_open = |packet: &ReceivedPacket| packet.opened || packet.payload.is_empty();
        let opened = stream.reorder.frame(packets).all(is_open);
        let built = build(&stream.reorder, packets, codec, depacketizer, config);
        let _ = stream.reorder.advance(packets);
        match built {
            None => {}
            Some(Ok((frame, info))) => self.deliver(now, frame, info, opened, config),
            Some(Err(error)) => {
                tracing::debug!(%error, "frame dropped");
                self.stats.payloads_malformed += 1;
                self.stats.frames_dropped += 1;
                self.on_loss(now, config);
            }
        }
    }

    fn deliver(
        &mut self,
        now: Instant,
        mut frame: MediaFrame,
        info: FrameInfo,
        opened: bool,
        config: &Config,
    ) {
        let video = frame.codec.kind() == MediaKind::Video;
        // What may be encrypted tells of key frames once it came back from its transform.
        let sealed = self.takes_frames_out() && !opened;
        let Some(stream) = self.stream.as_mut() else {
            return;
        };
        frame.keyframe = info.keyframe;
        frame.dimensions = info.dimensions;
        if stream.first && (!video || info.keyframe) {
            stream.broken = false;
        }
        if video && info.keyframe {
            self.wish.satisfied();
            self.stats.dimensions = info.dimensions.or(self.stats.dimensions);
            self.stats.key_frames_received += 1;
        } else if video && stream.first && !sealed {
            self.wish.need(now, config.keyframe_retry, true);
        }
        self.stats.frames_received += 1;
        let waits = self.parameters.after_loss == AfterLoss::WaitForKeyframe;
        if video && waits && stream.broken && !info.keyframe {
            self.stats.frames_dropped += 1;
            return;
        }
        frame.contiguous = !stream.broken;
        stream.first = false;
        stream.broken = false;
        if sealed {
            if self.divert(frame) {
                self.want_keyframe(now, config);
            }
            return;
        }
        self.hand_out(now, frame, config);
    }

    /// Puts a frame where it is taken.
    pub(super) fn hand_out(&mut self, now: Instant, frame: MediaFrame, config: &Config) {
        self.note_ready(now, &frame);
        self.frames_bytes += frame.data.len();
        self.frames.push_back(frame);
        self.fresh = true;
        while self.frames.len() > config.max_frames || self.frames_bytes > config.max_frames_bytes {
            if self.pop_frame().is_none() {
                break;
            }
            self.stats.frames_dropped += 1;
            if let Some(next) = self.frames.front_mut() {
                next.contiguous = false;
            }
        }
    }
}

/// The frame of the packets at the front; `None` if they are padding alone.
fn build(
    reorder: &Reorder,
    packets: usize,
    codec: Codec,
    depacketizer: Depacketizer,
    config: &Config,
) -> Option<Result<(MediaFrame, FrameInfo), PayloadError>> {
    let filled = reorder
        .frame(packets)
        .filter(|packet| !packet.payload.is_empty());
    let first = filled.clone().next()?;
    let mut frame = MediaFrame {
        data: first.payload.clone(),
        ssrc: first.ssrc,
        contributing_sources: first
            .packet()
            .map(|packet| packet.csrcs().collect())
            .unwrap_or_default(),
        timestamp: first.timestamp,
        payload_type: first.payload_type,
        codec,
        marker: false,
        keyframe: true,
        dimensions: None,
        contiguous: false,
        first_sequence: first.sequence,
        packets: 0,
        first_arrival: first.arrival,
        arrival: first.arrival,
        audio_level: first.audio_level,
        contributing_levels: first.contributing_levels,
        rid: first.rid.clone(),
    };
    let mut len = 0_usize;
    for packet in filled.clone() {
        frame.packets = frame.packets.saturating_add(1);
        frame.marker |= packet.marker;
        frame.first_arrival = frame.first_arrival.min(packet.arrival);
        frame.arrival = frame.arrival.max(packet.arrival);
        len += packet.payload.len();
    }
    if codec == Codec::Opus
        && !depacketizer.is_sealed()
        && let Err(error) = OpusToc::parse(&frame.data)
    {
        return Some(Err(error));
    }
    if depacketizer.is_transparent() {
        return Some(Ok((
            frame,
            FrameInfo {
                keyframe: true,
                dimensions: None,
            },
        )));
    }
    let mut out = Vec::with_capacity(len + 16);
    let payloads = filled.map(|packet| packet.payload.as_ref());
    let result = depacketizer.assemble(payloads, config.max_frame_bytes, &mut out);
    frame.data = out.into();
    Some(result.map(|info| (frame, info)))
}
