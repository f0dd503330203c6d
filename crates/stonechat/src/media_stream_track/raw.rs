//! Raw media: what a device gives, or what is decoded of what a receiver gives.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use stonechat_media::{Codec, MediaFrame};
use stonechat_peerconnection::Kind;
use stonechat_peerconnection::stats::{DecodeReport, SourceReport};

use super::MediaStreamTrack;
use super::audio_data::AudioData;
use super::codecs::{AudioDecoder, MediaCodecs, VideoDecoder};
use super::source::Origin;
use super::source_stats::{AudioSourceStats, SourceStats};
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

    /// What passed through the track, for statistics; `None` where nothing is known.
    pub(crate) fn source_report(&self) -> Option<SourceReport> {
        Some(match self.source_stats()? {
            SourceStats::Audio(audio) => SourceReport {
                audio_level: Some(audio.audio_level),
                total_audio_energy: Some(audio.total_audio_energy),
                total_samples_duration: Some(audio.total_samples_duration),
                ..SourceReport::default()
            },
            SourceStats::Video(video) => SourceReport {
                width: video.size.map(|size| size.0),
                height: video.size.map(|size| size.1),
                frames: Some(u32::try_from(video.frames).unwrap_or(u32::MAX)),
                frames_per_second: video.frames_per_second,
                ..SourceReport::default()
            },
        })
    }

    /// What passed through the track to its senders; `None` where nothing is known, as of encoded
    /// sound.
    fn source_stats(&self) -> Option<SourceStats> {
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
    counted: Mutex<Counted>,
}

impl Decoders {
    fn audio(&self, codecs: &MediaCodecs, frame: &MediaFrame) -> Option<AudioData> {
        let mut current = self.audio.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|(of, _)| *of != frame.codec) {
            *current = Some((frame.codec, codecs.audio_decoder(frame.codec)?));
        }
        let data = current.as_mut()?.1.decode(frame)?;
        self.counted().audio(&data);
        Some(data)
    }

    fn video(&self, codecs: &MediaCodecs, frame: &MediaFrame) -> Option<VideoFrame> {
        let mut current = self.video.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|(of, _)| *of != frame.codec) {
            *current = Some((frame.codec, codecs.video_decoder(frame.codec)?));
        }
        let begin = Instant::now();
        let picture = current.as_mut()?.1.decode(frame)?;
        self.counted()
            .picture(&picture, frame.keyframe, begin.elapsed());
        Some(picture)
    }

    /// What was decoded so far, if anything was.
    pub(super) fn report(&self) -> Option<DecodeReport> {
        let report = self.counted().report.clone();
        (report != DecodeReport::default()).then_some(report)
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was decoded (webrtc-stats, `RTCInboundRtpStreamStats`).
#[derive(Default)]
struct Counted {
    report: DecodeReport,
    heard: AudioSourceStats,
    /// When the last picture was decoded.
    last: Option<Instant>,
}

impl Counted {
    fn audio(&mut self, data: &AudioData) {
        self.heard.add(data);
        let report = &mut self.report;
        add(&mut report.total_samples_received, data.frames() as u64);
        report.total_audio_energy = Some(self.heard.total_audio_energy);
        report.total_samples_duration = Some(self.heard.total_samples_duration);
        report.audio_level = Some(self.heard.audio_level);
        // Nothing is stretched, and what is missing is not made up for.
        report.concealed_samples.get_or_insert(0);
        report.silent_concealed_samples.get_or_insert(0);
        report.concealment_events.get_or_insert(0);
        report.inserted_samples_for_deceleration.get_or_insert(0);
        report.removed_samples_for_acceleration.get_or_insert(0);
    }

    fn picture(&mut self, picture: &VideoFrame, is_key: bool, took: Duration) {
        let report = &mut self.report;
        add(&mut report.frames_decoded, 1);
        add(&mut report.key_frames_decoded, u32::from(is_key));
        add(&mut report.total_decode_time, took.as_secs_f64());
        report.frame_width = Some(picture.width());
        report.frame_height = Some(picture.height());
        let now = Instant::now();
        if let Some(last) = self.last.replace(now) {
            let delay = now.saturating_duration_since(last).as_secs_f64();
            add(&mut report.total_inter_frame_delay, delay);
            add(&mut report.total_squared_inter_frame_delay, delay * delay);
        }
    }
}

fn add<N: Copy + Default + std::ops::Add<Output = N>>(counter: &mut Option<N>, more: N) {
    *counter = Some(counter.unwrap_or_default() + more);
}

impl fmt::Debug for Decoders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoders")
    }
}
