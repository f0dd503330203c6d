use std::time::{Duration, Instant};

use stonechat_sansio::{Ecn, Rng, Seed};

use super::loss::{Loss, LossState};
use super::trace::DropReason;

/// One direction of a connection between two nodes. The default is perfect: no delay, no limit, no
/// loss; MTU 1500.
///
/// ```
/// use std::time::Duration;
/// use stonechat_testkit::{Link, Loss};
///
/// let link = Link { loss: Loss::Random(0.02), ..Link::delay(Duration::from_millis(30)) };
/// assert_eq!(link.mtu, 1500);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Bits in a second; `None` for no limit.
    pub rate: Option<u64>,
    /// Octets that wait for a link of limited rate before more are dropped. Default 64 KiB.
    pub queue: usize,
    /// Time from one end to the other.
    pub delay: Duration,
    /// Up to this much is added, evenly spread; packets keep their order.
    pub jitter: Duration,
    /// Which packets get lost.
    pub loss: Loss,
    /// Probability that a packet is held back by [`reorder_by`](Self::reorder_by), so that later
    /// ones overtake it.
    pub reorder: f64,
    /// See [`reorder`](Self::reorder).
    pub reorder_by: Duration,
    /// Probability that a packet arrives twice.
    pub duplicate: f64,
    /// Probability that one bit of a packet flips.
    pub corrupt: f64,
    /// The longest packet that passes, with its IP and UDP headers (28 octets, 48 for IPv6; none
    /// in a [`Pair`](crate::Pair)).
    pub mtu: usize,
    /// Octets in the queue from which packets are marked "congestion experienced", if they are
    /// capable of it; `None` for never.
    pub ecn_threshold: Option<usize>,
    /// Whether marks of congestion notification are erased.
    pub bleach_ecn: bool,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            rate: None,
            queue: 65_536,
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            loss: Loss::None,
            reorder: 0.0,
            reorder_by: Duration::from_millis(10),
            duplicate: 0.0,
            corrupt: 0.0,
            mtu: 1500,
            ecn_threshold: None,
            bleach_ecn: false,
        }
    }
}

impl Link {
    /// A perfect link but for its delay.
    #[must_use]
    pub fn delay(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }

    /// A bad one: 25 ms and 10 ms of jitter, 5 % lost, 5 % out of order by 15 ms, 3 % twice.
    #[must_use]
    pub fn rough() -> Self {
        Self {
            delay: Duration::from_millis(25),
            jitter: Duration::from_millis(10),
            loss: Loss::Random(0.05),
            reorder: 0.05,
            reorder_by: Duration::from_millis(15),
            duplicate: 0.03,
            ..Self::default()
        }
    }

    /// A link of `bits` in a second with `delay`, and a queue of `queue` of time.
    #[must_use]
    pub fn rate(bits: u64, delay: Duration, queue: Duration) -> Self {
        let octets = u128::from(bits) * queue.as_micros() / 8_000_000;
        let queue = usize::try_from(octets).unwrap_or(usize::MAX).max(1500);
        Self {
            rate: Some(bits),
            queue,
            delay,
            ..Self::default()
        }
    }
}

/// A link at work.
#[derive(Debug)]
pub(crate) struct LinkState {
    config: Link,
    rng: Rng,
    loss: LossState,
    /// When the last bit of what waits has left.
    busy_until: Option<Instant>,
    /// The latest arrival so far of a packet in order.
    last_arrival: Option<Instant>,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passage {
    Dropped(DropReason),
    Arrives {
        /// Once, or twice if duplicated.
        at: [Option<Instant>; 2],
        ecn: Ecn,
        /// The bit that flips, counted from the first octet's highest.
        corrupt: Option<usize>,
    },
}

impl LinkState {
    pub(crate) fn new(config: Link, seed: &Seed) -> Self {
        let (rng, loss) = (seed.rng(), LossState::default());
        Self {
            config,
            rng,
            loss,
            busy_until: None,
            last_arrival: None,
        }
    }

    pub(crate) fn delay(&self) -> Duration {
        self.config.delay
    }

    /// Changes what the link is like for packets sent from now on.
    pub(crate) fn set_config(&mut self, config: Link) {
        self.config = config;
    }

    /// A packet of `len` octets and `headers` more enters at `now`.
    pub(crate) fn pass(&mut self, now: Instant, len: usize, headers: usize, ecn: Ecn) -> Passage {
        let wire = len + headers;
        if wire > self.config.mtu {
            return Passage::Dropped(DropReason::TooLong);
        }
        if self.loss.next(&self.config.loss, &mut self.rng) {
            return Passage::Dropped(DropReason::Lost);
        }
        let (sent, backlog) = match self.queue(now, wire) {
            Ok(sent) => sent,
            Err(reason) => return Passage::Dropped(reason),
        };
        let is_capable = ecn != Ecn::NotEct;
        let is_marked = is_capable && self.config.ecn_threshold.is_some_and(|at| backlog >= at);
        let ecn = match (self.config.bleach_ecn, is_marked) {
            (true, _) => Ecn::NotEct,
            (false, true) => Ecn::Ce,
            (false, false) => ecn,
        };
        let first = self.arrival(sent);
        let again = (self.rng.unit() < self.config.duplicate).then(|| self.arrival(sent));
        let bits = u32::try_from(len.saturating_mul(8)).unwrap_or(u32::MAX);
        let flips = bits > 0 && self.rng.unit() < self.config.corrupt;
        let corrupt = flips.then(|| self.rng.below(bits) as usize);
        Passage::Arrives {
            at: [Some(first), again],
            ecn,
            corrupt,
        }
    }

    /// When a packet has left, and the octets that wait before it.
    fn queue(&mut self, now: Instant, wire: usize) -> Result<(Instant, usize), DropReason> {
        let Some(rate) = self.config.rate else {
            return Ok((now, 0));
        };
        let rate = rate.max(1);
        let start = self.busy_until.map_or(now, |busy| busy.max(now));
        let wait = start.saturating_duration_since(now);
        let backlog = usize::try_from(wait.as_nanos() * u128::from(rate) / 8_000_000_000)
            .unwrap_or(usize::MAX);
        if backlog.saturating_add(wire) > self.config.queue {
            return Err(DropReason::QueueFull);
        }
        let nanos = wire as u128 * 8_000_000_000 / u128::from(rate);
        let sent = start + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        self.busy_until = Some(sent);
        Ok((sent, backlog))
    }

    fn arrival(&mut self, sent: Instant) -> Instant {
        let arrival = sent + self.config.delay + self.config.jitter.mul_f64(self.rng.unit());
        if self.rng.unit() < self.config.reorder {
            return arrival + self.config.reorder_by;
        }
        let arrival = self.last_arrival.map_or(arrival, |last| last.max(arrival));
        self.last_arrival = Some(arrival);
        arrival
    }
}

/// Flips one bit.
pub(crate) fn flip(octets: &mut [u8], bit: usize) {
    if let Some(octet) = octets.get_mut(bit / 8) {
        *octet ^= 0x80 >> (bit % 8);
    }
}
