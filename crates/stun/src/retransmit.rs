use std::time::Duration;

/// When a request is sent again, and when its transaction has failed.
///
/// With the defaults a request leaves at 0, 500, 1,500, 3,500, 7,500, 15,500 and 31,500 ms, and the
/// transaction fails at 39,500 ms.
///
/// # Spec
///
/// RFC 8489, sections 6.2.1 and 6.2.2.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Schedule {
    rto: Duration,
    requests: u32,
    last_wait: u32,
}

impl Default for Schedule {
    fn default() -> Self {
        Self::new(Duration::from_millis(500))
    }
}

impl Schedule {
    /// The schedule for UDP that begins with a retransmission timeout of `rto` (at least 1 ms; the
    /// RFC wants 500 ms unless the round-trip time is known), with Rc = 7 and Rm = 16.
    #[must_use]
    pub fn new(rto: Duration) -> Self {
        Self {
            rto: rto.max(Duration::from_millis(1)),
            requests: 7,
            last_wait: 16,
        }
    }

    /// The schedule for transports that lose nothing: one request, and failure after Ti = 39.5 s.
    #[must_use]
    pub const fn reliable() -> Self {
        Self {
            rto: Duration::from_millis(39_500),
            requests: 1,
            last_wait: 1,
        }
    }

    /// Sets Rc: how often the request is sent at most, from 1 to 16.
    #[must_use]
    pub fn requests(self, rc: u32) -> Self {
        Self {
            requests: rc.clamp(1, 16),
            ..self
        }
    }

    /// Sets Rm: how many times the first timeout is waited for after the last request, from 1 to
    /// 256.
    #[must_use]
    pub fn last_wait(self, rm: u32) -> Self {
        Self {
            last_wait: rm.clamp(1, 256),
            ..self
        }
    }

    /// Rc: how often the request is sent at most.
    #[must_use]
    pub const fn max_requests(&self) -> u32 {
        self.requests
    }

    /// The first timeout.
    #[must_use]
    pub const fn rto(&self) -> Duration {
        self.rto
    }

    /// How long to wait after the request `number`, counted from 1.
    #[must_use]
    pub fn wait_after(&self, number: u32) -> Duration {
        if number >= self.requests {
            self.rto.saturating_mul(self.last_wait)
        } else {
            let doublings = number.saturating_sub(1).min(16);
            self.rto.saturating_mul(1 << doublings)
        }
    }
}
