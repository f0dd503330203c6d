use std::time::{Duration, Instant};

use stonechat_rtp::Timestamp;

use super::{SendError, Sender};
use crate::packetize::Payload;
use crate::parameters::CodecParameters;
use crate::transform::{
    FrameTicket, PacketSealer, Pushed, SenderTransform, TransformError, TransformFrame,
    TransformStats, UntransformedSent, inspect,
};
use crate::{Config, FrameInfo, FrameTime, MediaKind, OutgoingFrame};

/// A frame that waits for a transform.
#[derive(Clone, Debug)]
pub(crate) struct SentFrame {
    frame: OutgoingFrame,
    codec: CodecParameters,
    info: FrameInfo,
    at: Instant,
    presentation: Option<Duration>,
}

impl TransformFrame for SentFrame {
    fn is_video(&self) -> bool {
        self.codec.codec.kind() == MediaKind::Video
    }

    fn is_key(&self) -> bool {
        self.info.keyframe
    }

    fn octets(&self) -> usize {
        self.frame.data.len()
    }
}

impl Sender {
    /// Sends frames another way. What waits for a transform that is no more goes on as it is.
    pub(crate) fn set_transform(
        &mut self,
        transform: SenderTransform,
        config: &Config,
        scratch: &mut Vec<Payload>,
    ) {
        self.transform = transform;
        if matches!(self.transform, SenderTransform::Frames) {
            return;
        }
        while let Some((_, sent)) = self.split.poll() {
            if let FrameTime::Rtp(timestamp) = sent.frame.time {
                let result =
                    self.packetize(sent.at, sent.codec, timestamp, &sent.frame, config, scratch);
                if let Err(error) = result {
                    tracing::debug!(%error, "frame of a transform dropped");
                }
            }
        }
    }

    pub(super) fn divert(
        &mut self,
        now: Instant,
        codec: CodecParameters,
        timestamp: Timestamp,
        frame: &OutgoingFrame,
    ) {
        let presentation = match frame.time {
            FrameTime::Media(time) => Some(time),
            FrameTime::Rtp(_) => None,
        };
        let frame = OutgoingFrame {
            time: FrameTime::Rtp(timestamp),
            payload_type: Some(codec.payload_type),
            ..frame.clone()
        };
        self.clock = Some((timestamp, now));
        let info = inspect(codec.codec, &frame.data);
        let sent = SentFrame {
            frame,
            codec,
            info,
            at: now,
            presentation,
        };
        self.split_needs_key |= self.split.push(sent) == Pushed::NeedsKeyFrame;
        self.split_fresh = true;
    }

    /// Whether frames wait that nobody was told of; true once.
    pub(crate) fn take_split_fresh(&mut self) -> bool {
        std::mem::take(&mut self.split_fresh)
    }

    /// Whether the encoder must begin anew because frames were dropped; true once.
    pub(crate) fn take_split_needs_key(&mut self) -> bool {
        std::mem::take(&mut self.split_needs_key)
    }

    pub(crate) fn poll_untransformed(&mut self) -> Option<UntransformedSent> {
        let (ticket, sent) = self.split.poll()?;
        Some(UntransformedSent {
            ticket,
            frame: sent.frame,
            codec: sent.codec.codec,
            ssrc: self.ssrc,
            info: sent.info,
            at: sent.at,
            presentation: sent.presentation,
        })
    }

    pub(crate) fn push_transformed(
        &mut self,
        now: Instant,
        ticket: FrameTicket,
        frame: &OutgoingFrame,
        config: &Config,
        scratch: &mut Vec<Payload>,
    ) -> Result<(), TransformError> {
        if !self.parameters.active {
            return Err(SendError::Inactive.into());
        }
        if !self.split.accept(ticket) {
            return Err(TransformError::OutOfOrder);
        }
        let codec = match frame.payload_type {
            Some(wanted) => crate::parameters::find(&self.parameters.codecs, wanted),
            None => self.primary(),
        };
        let codec = *codec.ok_or(SendError::UnknownPayloadType)?;
        let timestamp = self.timestamp_of(now, codec.codec, frame.time);
        self.packetize(now, codec, timestamp, frame, config, scratch)?;
        Ok(())
    }

    /// Counts of what goes through a transform.
    pub(crate) const fn transform_stats(&self) -> TransformStats {
        self.split.stats()
    }
}

/// Seals payloads in place; `false` if one cannot be.
pub(super) fn seal(sealer: &dyn PacketSealer, payloads: &mut Vec<Payload>) -> bool {
    for payload in payloads.iter_mut() {
        let Some(sealed) = sealer.seal(&payload.to_vec()) else {
            payloads.clear();
            return false;
        };
        *payload = Payload::new(sealed)
            .at(payload.timestamp_offset())
            .described_as(payload);
    }
    true
}
