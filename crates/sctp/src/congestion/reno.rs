use super::Acked;

/// Octets acknowledged by one SACK that may count in slow start, in packets: the L of RFC 9260,
/// section 7.2.1. Large, because a peer may send one SACK for a whole burst.
const MAX_PACKETS_PER_SACK: usize = 128;

/// Slow start, congestion avoidance and fast recovery (RFC 9260, section 7.2).
#[derive(Clone, Debug)]
pub(crate) struct Reno {
    /// The largest DATA chunk (PMDCS).
    unit: usize,
    window: usize,
    threshold: usize,
    partial: usize,
}

impl Reno {
    pub(crate) const fn new(unit: usize, initial_packets: usize) -> Self {
        Self {
            unit,
            window: unit * initial_packets,
            threshold: usize::MAX,
            partial: 0,
        }
    }

    pub(crate) fn on_ack(&mut self, acked: Acked) {
        let full = acked.flight_before >= self.window;
        if self.window <= self.threshold {
            //= https://www.rfc-editor.org/rfc/rfc9260#section-7.2.1
            //# Only when these two conditions are met can
            //# the cwnd be increased; otherwise, the cwnd MUST NOT be increased.
            if full && !acked.recovering && acked.advanced {
                self.window += acked.octets.min(MAX_PACKETS_PER_SACK * self.unit);
            }
        } else {
            self.partial += acked.octets;
            if self.partial > self.window && !full {
                self.partial = self.window;
            }
            if self.partial >= self.window && full && !acked.recovering {
                self.partial -= self.window;
                self.window += self.unit;
            }
        }
        if acked.all {
            self.partial = 0;
        }
    }

    pub(crate) fn on_loss(&mut self) {
        self.threshold = (self.window / 2).max(4 * self.unit);
        self.window = self.threshold;
        self.partial = 0;
    }

    pub(crate) fn on_timeout(&mut self) {
        self.threshold = (self.window / 2).max(4 * self.unit);
        self.window = self.unit;
        self.partial = 0;
    }

    pub(crate) fn on_idle(&mut self, timeouts: u32) {
        let floor = 4 * self.unit;
        if timeouts == 0 || self.window <= floor {
            return;
        }
        self.threshold = self.window;
        self.window = (self.window >> timeouts.min(31)).max(floor);
    }

    pub(crate) const fn window(&self) -> usize {
        self.window
    }

    pub(crate) const fn threshold(&self) -> usize {
        self.threshold
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acked(octets: usize, flight_before: usize) -> Acked {
        Acked {
            octets,
            flight_before,
            advanced: true,
            recovering: false,
            all: false,
        }
    }

    #[test]
    fn the_window_doubles_in_slow_start_and_grows_by_one_unit_after() {
        let mut reno = Reno::new(1000, 4);
        reno.on_ack(acked(4000, 4000));
        assert_eq!(reno.window(), 8000);
        reno.on_ack(acked(4000, 4000));
        assert_eq!(reno.window(), 8000, "not fully used");
        reno.on_loss();
        assert_eq!((reno.window(), reno.threshold()), (4000, 4000));
        reno.on_ack(acked(1000, 4000));
        assert_eq!(reno.window(), 5000);
        for _ in 0..5 {
            reno.on_ack(acked(1000, 5000));
        }
        assert_eq!(reno.window(), 6000);
        reno.on_timeout();
        assert_eq!((reno.window(), reno.threshold()), (1000, 4000));
    }
}
