//! A tone, with what the settings leave of it.

use std::f64::consts::TAU;
use std::time::Duration;

use crate::media_stream_track::AudioData;
use crate::{BooleanOrDomString, MediaTrackSettings};

/// Sound that goes on without a gap from one stretch to the next.
#[derive(Debug, Default)]
pub(super) struct Tone {
    /// The rate and moments played at it.
    played: (u32, u64),
    /// When the moments began to be counted.
    start: Duration,
    noise: u32,
}

impl Tone {
    /// The next stretch, as long as the latency of the settings.
    pub(super) fn play(&mut self, settings: &MediaTrackSettings, now: Duration) -> AudioData {
        let rate = settings.sample_rate.unwrap_or(48_000).max(1);
        let channels = settings.channel_count.unwrap_or(1).clamp(1, 2);
        if self.played.0 != rate {
            self.played = (rate, 0);
            self.start = now;
        }
        let moments = rate / round_to_u32(1.0 / settings.latency.unwrap_or(0.01)).max(1);
        let timestamp = self.start + Duration::from_secs_f64(seconds(self.played.1, rate));
        let mut samples = Vec::new();
        for _ in 0..moments {
            let time = seconds(self.played.1, rate);
            for channel in 0..channels {
                let sample = self.sample(settings, time, HERTZ.1 - f64::from(1 - channel) * 220.0);
                samples.push(sample);
            }
            self.played.1 += 1;
        }
        AudioData::new(
            &samples,
            rate,
            u16::try_from(channels).unwrap_or(1),
            timestamp,
        )
    }

    fn sample(&mut self, settings: &MediaTrackSettings, time: f64, hertz: f64) -> i16 {
        let tone = |time: f64| (TAU * hertz * time).sin();
        let mut value = tone(time);
        if settings.echo_cancellation == Some(BooleanOrDomString::Boolean(false)) {
            value += 0.3 * tone(time - 0.037);
        }
        if settings.noise_suppression == Some(false) {
            self.noise = self
                .noise
                .wrapping_mul(1_664_525)
                .wrapping_add(1_013_904_223);
            value += 0.05 * (f64::from(self.noise) / f64::from(u32::MAX) - 0.5);
        }
        let gain = match settings.auto_gain_control {
            Some(false) => 0.25,
            _ => 0.5,
        };
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
        let sample = (value * gain * 32_767.0) as i16;
        sample
    }
}

#[expect(clippy::cast_precision_loss, reason = "centuries of sound are exact")]
fn seconds(moments: u64, rate: u32) -> f64 {
    moments as f64 / f64::from(rate)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
fn round_to_u32(number: f64) -> u32 {
    number.round() as u32
}

/// To the left and to the right.
const HERTZ: (f64, f64) = (440.0, 660.0);
