//! Raw media on its way to a sender: encoded in a task of its own, outside of the driver, with the
//! first of the negotiated codecs that there is an encoder for.

use std::future::{Future as _, poll_fn};
use std::sync::{Arc, Weak};
use std::task::Poll;

use stonechat_media::{FrameTime, OutgoingFrame};
use stonechat_peerconnection::plan::CodecPlan;
use stonechat_peerconnection::{Kind, SenderId, TransceiverId};
use stonechat_rtp::PayloadType;
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
        current.follow(&shared, sender, |plan| shared.codecs.audio_encoder(plan));
        let Some((payload_type, mut encoder)) = current.encoder.take() else {
            continue;
        };
        let frames = encoder.encode(&data);
        current.encoder = Some((payload_type, encoder));
        send_all(&shared, sender, payload_type, frames).await;
    }
}

async fn run_video(of: Destination, mut input: mpsc::Receiver<VideoFrame>) {
    let mut current: Current<dyn VideoEncoder> = Current::default();
    while let Some(frame) = input.recv().await {
        let Some(shared) = of.shared.upgrade() else {
            return;
        };
        if !of.admits(&shared) {
            continue;
        }
        let sender = of.sender;
        current.follow(&shared, sender, |plan| shared.codecs.video_encoder(plan));
        let Some((payload_type, mut encoder)) = current.encoder.take() else {
            continue;
        };
        let key_frame = key_frame_wanted(&shared, sender).await;
        let encode = move || {
            let frames = encoder.encode(&frame, key_frame);
            (encoder, frames)
        };
        let Ok((encoder, frames)) = tokio::task::spawn_blocking(encode).await else {
            return;
        };
        current.encoder = Some((payload_type, encoder));
        send_all(&shared, sender, payload_type, frames).await;
    }
}

/// What a sender encodes with.
struct Current<E: ?Sized> {
    /// What was negotiated when the encoder was chosen.
    negotiated: Vec<CodecPlan>,
    encoder: Option<(PayloadType, Box<E>)>,
}

impl<E: ?Sized> Default for Current<E> {
    fn default() -> Self {
        Self {
            negotiated: Vec::new(),
            encoder: None,
        }
    }
}

impl<E: ?Sized> Current<E> {
    /// Takes another encoder if something else was negotiated since.
    fn follow(
        &mut self,
        shared: &Arc<Shared>,
        sender: SenderId,
        make: impl Fn(&CodecPlan) -> Option<Box<E>>,
    ) {
        let view = shared.session().transceiver(TransceiverId(sender.0));
        let negotiated = view.map(|view| view.send_codecs).unwrap_or_default();
        if negotiated == self.negotiated {
            return;
        }
        self.encoder = negotiated
            .iter()
            .find_map(|plan| Some((PayloadType::new(plan.payload_type)?, make(plan)?)));
        self.negotiated = negotiated;
    }
}

async fn key_frame_wanted(shared: &Arc<Shared>, sender: SenderId) -> bool {
    let core = shared.session().hub.sender(sender);
    let wanted = core.key_frame.notified();
    tokio::pin!(wanted);
    poll_fn(|cx| Poll::Ready(wanted.as_mut().poll(cx).is_ready())).await
}

async fn send_all(
    shared: &Arc<Shared>,
    sender: SenderId,
    payload_type: PayloadType,
    frames: Vec<EncodedFrame>,
) {
    for frame in frames {
        let time = FrameTime::Media(frame.timestamp);
        let frame = OutgoingFrame {
            payload_type: Some(payload_type),
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
