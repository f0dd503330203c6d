use std::time::Duration;

use crate::Config;

/// Round trip estimation and the retransmission timeout (RFC 9260, section 6.3.1).
#[derive(Clone, Debug)]
pub(crate) struct Rto {
    smoothed: Option<Duration>,
    variation: Duration,
    current: Duration,
    min: Duration,
    max: Duration,
}

impl Rto {
    pub(crate) const fn new(config: &Config) -> Self {
        Self {
            smoothed: None,
            variation: Duration::ZERO,
            current: config.rto_initial,
            min: config.rto_min,
            max: config.rto_max,
        }
    }

    /// Takes a measurement in (rules C2, C3 and C6).
    pub(crate) fn measure(&mut self, rtt: Duration) {
        let smoothed = match self.smoothed {
            None => {
                self.variation = rtt / 2;
                rtt
            }
            Some(smoothed) => {
                self.variation = (self.variation * 3 + smoothed.abs_diff(rtt)) / 4;
                (smoothed * 7 + rtt) / 8
            }
        };
        self.variation = self.variation.max(Duration::from_millis(1));
        self.smoothed = Some(smoothed);
        self.current = (smoothed + self.variation * 4).clamp(self.min, self.max);
    }

    /// Doubles the timeout (rule E2).
    pub(crate) fn back_off(&mut self) {
        self.current = (self.current * 2).min(self.max);
    }

    /// Forgets that it was doubled: what is measured holds again.
    pub(crate) fn restore(&mut self, initial: Duration) {
        self.current = self.smoothed.map_or(initial, |smoothed| {
            (smoothed + self.variation * 4).clamp(self.min, self.max)
        });
    }

    pub(crate) const fn get(&self) -> Duration {
        self.current
    }

    /// The timeout doubled `times` times.
    pub(crate) fn backed_off(&self, times: u16) -> Duration {
        self.current
            .saturating_mul(1 << times.min(16))
            .min(self.max)
    }

    pub(crate) const fn smoothed(&self) -> Option<Duration> {
        self.smoothed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeout_follows_the_round_trips_and_backs_off() {
        let mut rto = Rto::new(&Config::default());
        assert_eq!(rto.get(), Duration::from_millis(500));
        rto.measure(Duration::from_millis(200));
        assert_eq!(rto.get(), Duration::from_millis(600));
        rto.back_off();
        assert_eq!(rto.get(), Duration::from_millis(1200));
        for _ in 0..100 {
            rto.measure(Duration::from_millis(10));
        }
        assert_eq!(rto.get(), Duration::from_millis(400));
        for _ in 0..100 {
            rto.back_off();
        }
        assert_eq!(rto.get(), Duration::from_secs(60));
    }
}
