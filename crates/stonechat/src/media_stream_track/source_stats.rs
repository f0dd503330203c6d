//! What a track passed on to its senders (webrtc-stats, `RTCMediaSourceStats`).

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::audio_data::AudioData;
use super::video_frame::VideoFrame;

/// Counted since the track was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SourceStats {
    /// `RTCAudioSourceStats`.
    Audio(AudioSourceStats),
    /// `RTCVideoSourceStats`.
    Video(VideoSourceStats),
}

/// `RTCAudioSourceStats`; of raw sound only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct AudioSourceStats {
    /// `audioLevel`, 0 to 1, over the last stretch of sound.
    pub(crate) audio_level: f64,
    /// `totalAudioEnergy`.
    pub(crate) total_audio_energy: f64,
    /// `totalSamplesDuration`, in seconds.
    pub(crate) total_samples_duration: f64,
}

/// `RTCVideoSourceStats`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct VideoSourceStats {
    /// `width` and `height` of the last raw picture, in pixels.
    pub(crate) size: Option<(u32, u32)>,
    /// `frames`.
    pub(crate) frames: u64,
    /// `framesPerSecond`, once the track is a second old.
    pub(crate) frames_per_second: Option<f64>,
}

impl AudioSourceStats {
    /// Counts a stretch of sound.
    pub(super) fn add(&mut self, data: &AudioData) {
        let sample = 1.0 / f64::from(data.sample_rate());
        let mut squares = 0.0;
        for moment in data.samples().chunks_exact(usize::from(data.channels())) {
            // The loudest channel counts.
            let loudest = moment.iter().map(|sample| sample.unsigned_abs()).max();
            let level = (f64::from(loudest.unwrap_or(0)) / 32_767.0).min(1.0);
            squares += level * level;
        }
        let duration = data.duration().as_secs_f64();
        self.total_audio_energy += squares * sample;
        self.total_samples_duration += duration;
        if duration > 0.0 {
            self.audio_level = (squares * sample / duration).sqrt().min(1.0);
        }
    }
}

/// Counts what passes.
#[derive(Debug)]
pub(super) struct SourceCounter {
    audio: Option<AudioSourceStats>,
    video: VideoSourceStats,
    /// When the first frame and the frames of the last second passed.
    since: Option<Instant>,
    recent: VecDeque<Instant>,
}

impl SourceCounter {
    pub(super) const fn new() -> Self {
        Self {
            audio: None,
            video: VideoSourceStats {
                size: None,
                frames: 0,
                frames_per_second: None,
            },
            since: None,
            recent: VecDeque::new(),
        }
    }

    pub(super) fn audio(&mut self, data: &AudioData) {
        self.audio.get_or_insert_default().add(data);
    }

    pub(super) fn picture(&mut self, frame: &VideoFrame) {
        self.video.size = Some((frame.width(), frame.height()));
        self.frame();
    }

    /// A frame, raw or encoded.
    pub(super) fn frame(&mut self) {
        let now = Instant::now();
        self.since.get_or_insert(now);
        self.video.frames += 1;
        self.forget(now);
        if self.recent.len() < MOST {
            self.recent.push_back(now);
        }
    }

    pub(super) fn audio_stats(&self) -> Option<SourceStats> {
        self.audio.map(SourceStats::Audio)
    }

    pub(super) fn video_stats(&mut self) -> SourceStats {
        let now = Instant::now();
        self.forget(now);
        let old = self
            .since
            .is_some_and(|since| now.duration_since(since) >= SECOND);
        let recent = u32::try_from(self.recent.len()).unwrap_or(u32::MAX);
        SourceStats::Video(VideoSourceStats {
            frames_per_second: old.then(|| f64::from(recent)),
            ..self.video
        })
    }

    fn forget(&mut self, now: Instant) {
        while self
            .recent
            .front()
            .is_some_and(|at| now.duration_since(*at) >= SECOND)
        {
            self.recent.pop_front();
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// Frames of one second that are counted.
const MOST: usize = 1_000;
