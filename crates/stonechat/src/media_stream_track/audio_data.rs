//! Raw sound.

use std::sync::Arc;
use std::time::Duration;

/// A stretch of raw sound: 16-bit samples, those of one moment next to each other.
///
/// Cheap to clone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AudioData {
    samples: Arc<[i16]>,
    sample_rate: u32,
    channels: u16,
    timestamp: Duration,
}

impl AudioData {
    /// Samples at `sample_rate` in Hz, of this many channels, the first taken at `timestamp` on the
    /// clock of its source. Rate and channels are at least 1; samples beyond a whole number of
    /// moments are left out.
    #[must_use]
    pub fn new(samples: &[i16], sample_rate: u32, channels: u16, timestamp: Duration) -> Self {
        let channels = channels.max(1);
        let whole = samples.len() / usize::from(channels) * usize::from(channels);
        Self {
            samples: samples.get(..whole).unwrap_or_default().into(),
            sample_rate: sample_rate.max(1),
            channels,
            timestamp,
        }
    }

    /// As much silence as there is sound.
    #[must_use]
    pub fn silenced(&self) -> Self {
        Self {
            samples: vec![0; self.samples.len()].into(),
            ..*self
        }
    }

    /// The samples, those of all channels for each moment together.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// Moments in a second.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Channels.
    #[must_use]
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// Moments.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.samples.len() / usize::from(self.channels)
    }

    /// When the first sample was taken, on the clock of its source.
    #[must_use]
    pub fn timestamp(&self) -> Duration {
        self.timestamp
    }

    /// How long it sounds.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let frames = u32::try_from(self.frames()).unwrap_or(u32::MAX);
        Duration::from_secs(1) * frames / self.sample_rate
    }

    /// The mean of the channels, moment by moment, from -1 to 1.
    pub(crate) fn mono(&self) -> impl Iterator<Item = f32> {
        let channels = usize::from(self.channels);
        let scale = f32::from(self.channels) * 32_768.0;
        self.samples
            .chunks_exact(channels)
            .map(move |moment| moment.iter().copied().map(f32::from).sum::<f32>() / scale)
    }
}
