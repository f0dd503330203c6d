//! Raw media: what a device gives, or what is decoded of what a receiver gives.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use stonechat_media::{Codec, MediaFrame};
use stonechat_peerconnection::Kind;

use super::MediaStreamTrack;
use super::audio_data::AudioData;
use super::codecs::{AudioDecoder, MediaCodecs, VideoDecoder};
use super::source::Origin;
use super::source_stats::SourceStats;
use super::video_frame::VideoFrame;

impl MediaStreamTrack {
    /// The next stretch of sound of a device, or of a receiver whose codec can be decoded: PCMU,
    /// PCMA, and those of [`Api::audio_decoder`](crate::Api::audio_decoder). `None` once the track
    /// has ended and all was taken; also `None` for tracks that are for one peer alone, and for
    /// those that the application writes to.
    ///
    /// A reader that is too slow loses the oldest, which
    /// [`frames_dropped`](Self::frames_dropped) counts. A receiver's frames are either read with
    /// this method or with [`recv_frame`](Self::recv_frame). A disabled track of a device gives
    /// silence.
    pub async fn recv_audio(&self) -> Option<AudioData> {
        match self.core.source().origin() {
            Origin::Application => None,
            Origin::Device(_) if self.is_for_a_peer() => None,
            Origin::Device(_) => self.core.audio.recv().await,
            Origin::Receiver(codecs) => loop {
                let frame = self.recv_frame().await?;
                if let Some(data) = self.core.decoders.audio(codecs, &frame) {
                    return Some(data);
                }
            },
        }
    }

    /// The next picture of a device, or of a receiver whose codec can be decoded: those of
    /// [`Api::video_decoder`](crate::Api::video_decoder). As [`recv_audio`](Self::recv_audio) in all
    /// else; a disabled track of a device gives black pictures.
    pub async fn recv_video(&self) -> Option<VideoFrame> {
        match self.core.source().origin() {
            Origin::Application => None,
            Origin::Device(_) if self.is_for_a_peer() => None,
            Origin::Device(_) => self.core.video.recv().await,
            Origin::Receiver(codecs) => loop {
                let frame = self.recv_frame().await?;
                if let Some(picture) = self.core.decoders.video(codecs, &frame) {
                    return Some(picture);
                }
            },
        }
    }

    /// Whether the application never gets its media.
    fn is_for_a_peer(&self) -> bool {
        self.core.slots().peer_identity.is_some()
    }

    /// What passed through the track to its senders; `None` where nothing is known, as of encoded
    /// sound.
    #[expect(dead_code, reason = "the statistics of sources are made elsewhere")]
    pub(crate) fn source_stats(&self) -> Option<SourceStats> {
        let mut flow = self.core.flow();
        match (self.core.source().origin(), self.kind()) {
            (Origin::Receiver(_), _) => None,
            (_, Kind::Audio) => flow.counter.audio_stats(),
            (_, Kind::Video) => Some(flow.counter.video_stats()),
        }
    }
}

/// The decoders of a track, each made for the first frame of its codec.
#[derive(Default)]
pub(super) struct Decoders {
    audio: Mutex<Option<(Codec, Box<dyn AudioDecoder>)>>,
    video: Mutex<Option<(Codec, Box<dyn VideoDecoder>)>>,
}

impl Decoders {
    fn audio(&self, codecs: &MediaCodecs, frame: &MediaFrame) -> Option<AudioData> {
        let mut current = self.audio.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|(of, _)| *of != frame.codec) {
            *current = Some((frame.codec, codecs.audio_decoder(frame.codec)?));
        }
        current.as_mut()?.1.decode(frame)
    }

    fn video(&self, codecs: &MediaCodecs, frame: &MediaFrame) -> Option<VideoFrame> {
        let mut current = self.video.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|(of, _)| *of != frame.codec) {
            *current = Some((frame.codec, codecs.video_decoder(frame.codec)?));
        }
        current.as_mut()?.1.decode(frame)
    }
}

impl fmt::Debug for Decoders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoders")
    }
}
