//! Another sample rate: a low-pass filter (a windowed sinc) at the moments of the new rate.

use std::f32::consts::PI;

/// Turns a stream of samples at one rate into one at another.
#[derive(Clone, Debug)]
pub(super) struct Resampler {
    /// New samples for each group of `step` old ones.
    phases: usize,
    step: usize,
    /// Samples on each side that a new one is made of.
    half: usize,
    /// For each phase the weights of the `2 * half` samples around.
    weights: Vec<f32>,
    samples: Vec<f32>,
    /// Of the next new sample, in parts of an old one, from `samples[0]`.
    position: usize,
}

impl Resampler {
    /// From one rate to another, in Hz.
    pub(super) fn new(from: u32, to: u32) -> Self {
        let (from, to) = (from.max(1), to.max(1));
        let shared = gcd(from, to);
        let phases = (to / shared) as usize;
        let cutoff = (ratio(to, from)).min(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a small positive number"
        )]
        let half = (LOBES / cutoff).ceil() as usize;
        Self {
            phases,
            step: (from / shared) as usize,
            half,
            weights: weights(phases, half, cutoff),
            // Silence before the first sample: the first new one is at the first old one.
            samples: vec![0.0; half - 1],
            position: (half - 1) * phases,
        }
    }

    /// Takes samples in and gives what can be made now.
    pub(super) fn push(&mut self, samples: impl Iterator<Item = f32>, out: &mut Vec<f32>) {
        self.samples.extend(samples);
        loop {
            let (at, phase) = (self.position / self.phases, self.position % self.phases);
            let start = at + 1 - self.half;
            let Some(around) = self.samples.get(start..start + 2 * self.half) else {
                break;
            };
            let row = phase * 2 * self.half;
            let weights = self
                .weights
                .get(row..row + 2 * self.half)
                .unwrap_or_default();
            out.push(around.iter().zip(weights).map(|(a, b)| a * b).sum());
            self.position += self.step;
        }
        // What no new sample is made of any more.
        let used = (self.position / self.phases + 1 - self.half).min(self.samples.len());
        self.samples.drain(..used);
        self.position -= used * self.phases;
    }
}

fn weights(phases: usize, half: usize, cutoff: f32) -> Vec<f32> {
    let mut weights = Vec::with_capacity(phases * 2 * half);
    for phase in 0..phases {
        let row = weights.len();
        for tap in 0..2 * half {
            let distance = number(tap) + 1.0 - number(half) - number(phase) / number(phases);
            let window = (0.5 + 0.5 * (PI * distance / number(half)).cos()).max(0.0);
            weights.push(cutoff * sinc(cutoff * distance) * window);
        }
        // Silence stays silence and a constant stays what it is.
        let sum: f32 = weights.get(row..).unwrap_or_default().iter().sum();
        for weight in weights.get_mut(row..).unwrap_or_default() {
            *weight /= sum;
        }
    }
    weights
}

fn sinc(x: f32) -> f32 {
    if x.abs() < 1e-6 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

#[expect(clippy::cast_precision_loss, reason = "filters are short")]
fn number(count: usize) -> f32 {
    count as f32
}

#[expect(clippy::cast_possible_truncation, reason = "a ratio needs no more")]
fn ratio(a: u32, b: u32) -> f32 {
    (f64::from(a) / f64::from(b)) as f32
}

fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Zero crossings on each side of the filter.
const LOBES: f32 = 8.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f32, samples: usize) -> impl Iterator<Item = f32> {
        let step = 2.0 * PI * hertz / ratio(rate, 1);
        (0..samples).map(move |index| (step * number(index)).sin())
    }

    fn peak(samples: &[f32]) -> f32 {
        samples
            .iter()
            .fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    #[test]
    fn a_tone_stays_and_what_does_not_fit_the_new_rate_goes() {
        for rate in [44_100, 48_000, 16_000] {
            let mut out = Vec::new();
            let mut resampler = Resampler::new(rate, 8_000);
            for _ in 0..1 {
                resampler.push(tone(rate, 440.0, rate as usize), &mut out);
            }
            assert!((7_950..=8_000).contains(&out.len()), "{}", out.len());
            assert!(
                (peak(&out[100..]) - 1.0).abs() < 0.05,
                "{}",
                peak(&out[100..])
            );

            let mut out = Vec::new();
            Resampler::new(rate, 8_000).push(tone(rate, 6_500.0, rate as usize), &mut out);
            assert!(peak(&out[100..]) < 0.1, "{}", peak(&out[100..]));
        }
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        Resampler::new(48_000, 8_000).push(tone(48_000, 300.0, 4_800), &mut whole);
        let mut resampler = Resampler::new(48_000, 8_000);
        let samples: Vec<_> = tone(48_000, 300.0, 4_800).collect();
        for piece in samples.chunks(77) {
            resampler.push(piece.iter().copied(), &mut pieces);
        }
        assert_eq!(whole, pieces);
    }

    #[test]
    fn more_samples_can_be_made_as_well() {
        let mut out = Vec::new();
        Resampler::new(8_000, 48_000).push(tone(8_000, 440.0, 8_000), &mut out);
        assert!((47_000..=48_000).contains(&out.len()), "{}", out.len());
        assert!((peak(&out[600..]) - 1.0).abs() < 0.05);
    }
}
