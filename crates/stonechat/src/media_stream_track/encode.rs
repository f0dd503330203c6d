//! Raw media on its way to a sender: encoded in a task of its own, outside of the driver, for each
//! encoding with its codec, or the first of the negotiated codecs that there is an encoder for.

use std::future::{Future as _, poll_fn};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

use stonechat_media::{FrameTime, OutgoingFrame};
use stonechat_peerconnection::plan::CodecPlan;
use stonechat_peerconnection::stats::EncodeReport;
use stonechat_peerconnection::{Call, EncodingHints, Kind, SenderId, TransceiverId};
use stonechat_rtp::{PayloadType, Rid};
use tokio::sync::mpsc;

use super::audio_data::AudioData;
use super::codecs::{AudioEncoder, EncodedFrame, VideoEncoder};
use super::encoded::send;
use super::video_frame::VideoFrame;
use crate::shared::Shared;

/// Where raw media goes in. What does not fit is dropped: live media does not wait.
#[derive(Clone, Debug)]
pub(super) enum RawInput {
    Audio(mpsc::Sender<AudioData>),
    Video(mpsc::Sender<VideoFrame>),
}

impl RawInput {
    /// Starts the task; it ends when the input is dropped or the peer connection is gone.
    pub(super) fn spawn(
        shared: &Arc<Shared>,
        sender: SenderId,
        kind: Kind,
        identity: Option<String>,
    ) -> Self {
        let of = Destination {
            shared: Arc::downgrade(shared),
            sender,
            identity,
        };
        match kind {
            Kind::Audio => {
                let (input, output) = mpsc::channel(SOUNDS);
                shared.runtime.spawn(run_audio(of, output));
                Self::Audio(input)
            }
            Kind::Video => {
                let (input, output) = mpsc::channel(PICTURES);
                shared.runtime.spawn(run_video(of, output));
                Self::Video(input)
            }
        }
    }

    pub(super) fn audio(&self, data: &AudioData) {
        if let Self::Audio(input) = self {
            let _ = input.try_send(data.clone());
        }
    }

    pub(super) fn video(&self, frame: &VideoFrame) {
        if let Self::Video(input) = self {
            let _ = input.try_send(frame.clone());
        }
    }
}

/// A sender, and who may have the media that it gets.
struct Destination {
    shared: Weak<Shared>,
    sender: SenderId,
    identity: Option<String>,
}

impl Destination {
    /// Whether the peer may have the media (webrtc-identity, section 8.2).
    fn admits(&self, shared: &Shared) -> bool {
        let Some(wanted) = &self.identity else {
            return true;
        };
        shared.session().is_peer(wanted)
    }
}

async fn run_audio(of: Destination, mut input: mpsc::Receiver<AudioData>) {
    let mut current: Current<dyn AudioEncoder> = Current::default();
    while let Some(data) = input.recv().await {
        let Some(shared) = of.shared.upgrade() else {
            return;
        };
        if !of.admits(&shared) {
            continue;
        }
        let sender = of.sender;
        let (negotiated, hints) = wanted(&shared, sender);
        let Some(hints) = hints.into_iter().next() else {
            continue;
        };
        current.follow(&negotiated, &hints, |plan| {
            shared.codecs.audio_encoder(plan)
        });
        if !hints.active {
            continue;
        }
        let Some((payload_type, mut encoder)) = current.encoder.take() else {
            continue;
        };
        let frames = encoder.encode(&data);
        current.encoder = Some((payload_type, encoder));
        send_all(&shared, sender, None, payload_type, frames).await;
    }
}

async fn run_video(of: Destination, mut input: mpsc::Receiver<VideoFrame>) {
    let mut encodings: Vec<VideoEncoding> = Vec::new();
    while let Some(frame) = input.recv().await {
        let Some(shared) = of.shared.upgrade() else {
            return;
        };
        if !of.admits(&shared) {
            continue;
        }
        let sender = of.sender;
        let (negotiated, hints) = wanted(&shared, sender);
        encodings.retain(|encoding| hints.iter().any(|hints| hints.rid == encoding.rid));
        for hints in &hints {
            if encodings.iter().all(|encoding| encoding.rid != hints.rid) {
                encodings.push(VideoEncoding::new(hints.rid.clone()));
            }
        }
        let key_frames = key_frames_wanted(&shared, sender).await;
        for encoding in &mut encodings {
            encoding.wants_key |= key_frames.names(encoding.rid.as_deref());
            let Some(hints) = hints.iter().find(|hints| hints.rid == encoding.rid) else {
                continue;
            };
            let current = &mut encoding.current;
            current.follow(&negotiated, hints, |plan| shared.codecs.video_encoder(plan));
            let Some(frame) = encoding.adapt(&frame, hints) else {
                continue;
            };
            let Some((payload_type, mut encoder)) = encoding.current.encoder.take() else {
                continue;
            };
            let key_frame = std::mem::take(&mut encoding.wants_key);
            let size = (frame.width(), frame.height());
            let encode = move || {
                let begin = Instant::now();
                let frames = encoder.encode(&frame, key_frame);
                (encoder, frames, begin.elapsed())
            };
            let Ok((encoder, frames, took)) = tokio::task::spawn_blocking(encode).await else {
                return;
            };
            encoding.current.encoder = Some((payload_type, encoder));
            encoding.report(&shared, sender, frames.len(), size, took);
            let rid = encoding.rid.as_deref().and_then(|rid| Rid::new(rid).ok());
            send_all(&shared, sender, rid, payload_type, frames).await;
        }
    }
}

/// One encoding of a sender.
struct VideoEncoding {
    rid: Option<String>,
    current: Current<dyn VideoEncoder>,
    wants_key: bool,
    /// When the next picture is due, if there is a limit of their number.
    next: Duration,
    frames: u32,
    took: Duration,
}

impl VideoEncoding {
    fn new(rid: Option<String>) -> Self {
        Self {
            rid,
            current: Current::default(),
            wants_key: false,
            next: Duration::ZERO,
            frames: 0,
            took: Duration::ZERO,
        }
    }

    /// The picture as it is to be sent, if it is.
    fn adapt(&mut self, frame: &VideoFrame, hints: &EncodingHints) -> Option<VideoFrame> {
        if !hints.active {
            return None;
        }
        if let Some(rate) = hints.max_framerate {
            let interval = Duration::try_from_secs_f64(1.0 / rate).ok()?;
            // Clocks of devices are not exact.
            if frame.timestamp() + interval / 10 < self.next {
                return None;
            }
            self.next = (self.next + interval).max(frame.timestamp());
        }
        let (width, height) = scaled((frame.width(), frame.height()), hints);
        Some(frame.crop_and_scale(width, height))
    }

    fn report(
        &mut self,
        shared: &Arc<Shared>,
        sender: SenderId,
        frames: usize,
        (width, height): (u32, u32),
        took: Duration,
    ) {
        self.frames = self
            .frames
            .saturating_add(u32::try_from(frames).unwrap_or(u32::MAX));
        self.took += took;
        let report = EncodeReport {
            frames_encoded: Some(self.frames),
            total_encode_time: Some(self.took.as_secs_f64()),
            frame_width: Some(width),
            frame_height: Some(height),
            ..EncodeReport::default()
        };
        // Nobody asks after the end.
        let _ = shared.call(Call::ReportEncode {
            sender,
            rid: self.rid.clone(),
            report: Box::new(report),
        });
    }
}

/// The size of what is sent of a picture: divided, or within a limit in either orientation.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is no larger than before and not negative"
)]
fn scaled((width, height): (u32, u32), hints: &EncodingHints) -> (u32, u32) {
    let factor = match hints.scale_resolution_down_to {
        Some(to) => {
            let limits = (to.max_width, to.max_height);
            let upright = |limits: (Option<u32>, Option<u32>)| limits.0 < limits.1;
            let limits = match upright(limits) == (width < height) {
                true => limits,
                false => (limits.1, limits.0),
            };
            let over = |size: u32, limit: Option<u32>| {
                limit.map_or(1.0, |limit| f64::from(size) / f64::from(limit.max(1)))
            };
            over(width, limits.0).max(over(height, limits.1)).max(1.0)
        }
        None => hints.scale_resolution_down_by.max(1.0),
    };
    let divide = |size: u32| ((f64::from(size) / factor) as u32).max(1);
    (divide(width), divide(height))
}

/// What a sender encodes with.
struct Current<E: ?Sized> {
    /// What was negotiated, and the codec of the encoding, when the encoder was chosen.
    negotiated: (Vec<CodecPlan>, Option<u8>),
    encoder: Option<(PayloadType, Box<E>)>,
}

impl<E: ?Sized> Default for Current<E> {
    fn default() -> Self {
        Self {
            negotiated: (Vec::new(), None),
            encoder: None,
        }
    }
}

impl<E: ?Sized> Current<E> {
    /// Takes another encoder if something else was negotiated or is wanted since: that of the
    /// wanted codec, else of the first negotiated codec that there is one for.
    fn follow(
        &mut self,
        negotiated: &[CodecPlan],
        hints: &EncodingHints,
        make: impl Fn(&CodecPlan) -> Option<Box<E>>,
    ) {
        let wanted = hints.codec.as_ref().map(|codec| codec.payload_type);
        if self.negotiated.0 == negotiated && self.negotiated.1 == wanted {
            return;
        }
        let is_wanted = |plan: &&CodecPlan| Some(plan.payload_type) == wanted;
        let first = negotiated.iter().find(is_wanted);
        self.encoder = first
            .into_iter()
            .chain(negotiated)
            .find_map(|plan| Some((PayloadType::new(plan.payload_type)?, make(plan)?)));
        self.negotiated = (negotiated.to_vec(), wanted);
    }
}

/// What was negotiated for a sender, and what its encodings are to be.
fn wanted(shared: &Arc<Shared>, sender: SenderId) -> (Vec<CodecPlan>, Vec<EncodingHints>) {
    let session = shared.session();
    let view = session.transceiver(TransceiverId(sender.0));
    let negotiated = view.map(|view| view.send_codecs).unwrap_or_default();
    (negotiated, session.encoding_hints(sender))
}

/// The encodings that a key frame is wanted of.
enum KeyFrames {
    None,
    All,
    Of(Vec<String>),
}

impl KeyFrames {
    fn names(&self, rid: Option<&str>) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Of(rids) => rid.is_none_or(|rid| rids.iter().any(|known| known == rid)),
        }
    }
}

async fn key_frames_wanted(shared: &Arc<Shared>, sender: SenderId) -> KeyFrames {
    let core = shared.session().hub.sender(sender);
    let wanted = core.key_frame.notified();
    tokio::pin!(wanted);
    if !poll_fn(|cx| Poll::Ready(wanted.as_mut().poll(cx).is_ready())).await {
        return KeyFrames::None;
    }
    let rids = std::mem::take(&mut *core.key_frame_rids());
    if rids.is_empty() {
        return KeyFrames::All;
    }
    KeyFrames::Of(rids)
}

async fn send_all(
    shared: &Arc<Shared>,
    sender: SenderId,
    rid: Option<Rid>,
    payload_type: PayloadType,
    frames: Vec<EncodedFrame>,
) {
    for frame in frames {
        let time = FrameTime::Media(frame.timestamp);
        let frame = OutgoingFrame {
            payload_type: Some(payload_type),
            rid: rid.clone(),
            ..OutgoingFrame::new(frame.data, time)
        };
        // A sender that does not send now is no error of the device.
        let _ = send(shared, sender, frame).await;
    }
}

/// Stretches of sound that wait for an encoder.
const SOUNDS: usize = 50;
/// Pictures that wait for an encoder.
const PICTURES: usize = 4;
