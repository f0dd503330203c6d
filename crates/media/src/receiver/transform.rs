use std::time::Instant;

use super::Receiver;
use crate::transform::{
    FrameTicket, Opened, Pushed, ReceiverTransform, TransformError, TransformFrame, TransformStats,
    UntransformedReceived, inspect,
};
use crate::{Config, MediaFrame, MediaKind, ReceivedPacket};

impl TransformFrame for MediaFrame {
    fn is_video(&self) -> bool {
        self.codec.kind() == MediaKind::Video
    }

    fn is_key(&self) -> bool {
        self.keyframe
    }

    fn octets(&self) -> usize {
        self.data.len()
    }
}

impl Receiver {
    /// Hands frames out another way. What waits for a transform that is no more is handed out as
    /// it is.
    pub(crate) fn set_transform(&mut self, transform: ReceiverTransform, config: &Config) {
        self.transform = transform;
        if self.takes_frames_out() {
            return;
        }
        while let Some((_, frame)) = self.split.poll() {
            self.hand_out(frame.arrival, frame, config);
        }
    }

    /// Whether frames go through a transform, so that they may be encrypted.
    pub(super) const fn takes_frames_out(&self) -> bool {
        !matches!(self.transform, ReceiverTransform::None)
    }

    /// Puts a frame where the transform takes it; `true` if frames before it were dropped and a key
    /// frame is needed.
    pub(super) fn divert(&mut self, frame: MediaFrame) -> bool {
        self.split_fresh = true;
        let pushed = self.split.push(frame);
        if pushed != Pushed::Stored {
            self.stats.frames_dropped += 1;
        }
        pushed == Pushed::NeedsKeyFrame
    }

    /// Whether frames wait that nobody was told of; true once.
    pub(crate) fn take_split_fresh(&mut self) -> bool {
        std::mem::take(&mut self.split_fresh)
    }

    pub(crate) fn poll_untransformed(&mut self) -> Option<UntransformedReceived> {
        let (ticket, frame) = self.split.poll()?;
        Some(UntransformedReceived { ticket, frame })
    }

    pub(crate) fn push_transformed(
        &mut self,
        now: Instant,
        ticket: FrameTicket,
        mut frame: MediaFrame,
        config: &Config,
    ) -> Result<(), TransformError> {
        frame.contiguous &= self.split.follows(ticket);
        if !self.split.accept(ticket) {
            return Err(TransformError::OutOfOrder);
        }
        if frame.codec.kind() == MediaKind::Video {
            let info = inspect(frame.codec, &frame.data);
            frame.keyframe |= info.keyframe;
            frame.dimensions = info.dimensions.or(frame.dimensions);
            if frame.keyframe {
                frame.contiguous = true;
                self.wish.satisfied();
                self.stats.dimensions = frame.dimensions.or(self.stats.dimensions);
            } else if !frame.contiguous {
                self.want_keyframe(now, config);
            }
        }
        self.hand_out(now, frame, config);
        Ok(())
    }

    /// Counts of what goes through a transform.
    pub(crate) const fn transform_stats(&self) -> TransformStats {
        self.split.stats()
    }
}

/// Opens the payload of a packet if it is sealed; `false` if it is not authentic.
pub(super) fn open(transform: &ReceiverTransform, packet: &mut ReceivedPacket) -> bool {
    let ReceiverTransform::Packets(opener) = transform else {
        return true;
    };
    if packet.payload.is_empty() {
        return true;
    }
    match opener.open(packet) {
        Opened::Plain(payload) => {
            packet.payload = payload;
            packet.opened = true;
            true
        }
        Opened::AsItIs => true,
        Opened::Refused => false,
    }
}
