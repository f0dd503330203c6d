//! `RTCAudioPlayoutStats`: a way by which audio is played out.

use super::Stats;
use super::dictionary::dictionary;

dictionary! {
    /// `RTCAudioPlayoutStats`: a device that the application plays audio out by, as its
    /// [`PlayoutReport`](super::PlayoutReport) tells.
    AudioPlayoutStats: Stats {
        /// `kind`: always `audio`.
        kind: String,
        /// `synthesizedSamplesDuration` in seconds.
        synthesized_samples_duration: Option<f64>,
        /// `synthesizedSamplesEvents`.
        synthesized_samples_events: Option<u32>,
        /// `totalSamplesDuration` in seconds.
        total_samples_duration: Option<f64>,
        /// `totalPlayoutDelay` in seconds, summed over samples.
        total_playout_delay: Option<f64>,
        /// `totalSamplesCount`.
        total_samples_count: Option<u64>,
    }
}
