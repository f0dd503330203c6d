//! `RTCMediaSourceStats`: a track that is attached to a sender.

use super::Stats;
use super::dictionary::dictionary;

dictionary! {
    /// `RTCMediaSourceStats`: a track while it is attached to a sender.
    MediaSourceStats: Stats {
        /// `trackIdentifier`: the id of the track.
        track_identifier: String,
        /// `kind`: `audio` or `video`.
        kind: String,
    }
}

dictionary! {
    /// `RTCAudioSourceStats`. Counters begin when the track is attached.
    ///
    /// They come from the samples of a raw track or from a
    /// [`SourceReport`](super::SourceReport); else from the encoded frames, which tell their
    /// length, and their level if the application gives it with them.
    AudioSourceStats: MediaSourceStats {
        /// `audioLevel`, 0 to 1.
        audio_level: Option<f64>,
        /// `totalAudioEnergy`.
        total_audio_energy: Option<f64>,
        /// `totalSamplesDuration` in seconds.
        total_samples_duration: Option<f64>,
        /// `echoReturnLoss` in dB: by report of an application that cancels echoes.
        echo_return_loss: Option<f64>,
        /// `echoReturnLossEnhancement` in dB: by report of an application that cancels echoes.
        echo_return_loss_enhancement: Option<f64>,
    }
}

dictionary! {
    /// `RTCVideoSourceStats`. Counters begin when the track is attached.
    ///
    /// They come from the pictures of a raw track or from a
    /// [`SourceReport`](super::SourceReport); else from the encoded frames.
    VideoSourceStats: MediaSourceStats {
        /// `width` of the last frame in pixels.
        width: Option<u32>,
        /// `height` of the last frame in pixels.
        height: Option<u32>,
        /// `frames`.
        frames: Option<u32>,
        /// `framesPerSecond` during the last second; `None` during the first.
        frames_per_second: Option<f64>,
    }
}
