//! When to send RTCP: the interval of RFC 3550, section 6.3, and the early feedback of RFC 4585,
//! section 3.5.
//!
//! Times are spans since any moment that the caller fixes once; random numbers are handed in, 32
//! uniform bits each. Nothing here reads a clock.
//!
//! ```
//! use core::time::Duration;
//! use stonechat_rtcp::schedule::{Config, Due, FeedbackSlot, Schedule};
//!
//! let mut random = || 0x8000_0000;
//! let mut schedule = Schedule::new(Config::default(), Duration::ZERO, &mut random);
//! let now = Duration::from_millis(1);
//! // A packet was lost: between two parties it may be told at once.
//! assert_eq!(
//!     schedule.request_feedback(now, Duration::from_millis(100), &mut random),
//!     FeedbackSlot::Early(now),
//! );
//! assert_eq!(schedule.poll(now, &mut random), Some(Due::Feedback));
//! schedule.sent(100);
//! ```

use core::time::Duration;

/// Octets of IPv4 and UDP headers, which count too (RFC 3550, section 6.2).
const LOWER_LAYERS: u64 = 28;

/// No interval is shorter, so that a timer always moves on.
const SHORTEST: Duration = Duration::from_millis(1);

/// No interval is longer, also without bandwidth.
const LONGEST: Duration = Duration::from_secs(3600);

/// The rules of a session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Config {
    /// Bits a second for RTCP of the whole session: 5 % of the session bandwidth by custom.
    /// Default: 50,000.
    pub bandwidth: u64,
    /// The profile. Default: feedback, regular reports at least a second apart.
    pub profile: Profile,
    /// Octets of a compound packet before any was seen. Default: 128.
    pub initial_size: u16,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bandwidth: 50_000,
            profile: Profile::Feedback {
                regular_interval: Duration::from_secs(1),
            },
            initial_size: 128,
        }
    }
}

/// Which rules reports follow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// RTP/AVP: no feedback before a report, and reports at least `minimum` apart, half of it
    /// before the first (RFC 3550, section 6.2: 5 s).
    Basic {
        /// Tmin.
        minimum: Duration,
    },
    /// RTP/AVPF: feedback may come early (RFC 4585).
    Feedback {
        /// T_rr_interval: full reports are that far apart on average; 0 if bandwidth alone decides.
        regular_interval: Duration,
    },
}

/// Who takes part, as the participant itself counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Members {
    /// All participants with ourselves.
    pub members: u32,
    /// Those of them that sent RTP in the last two intervals.
    pub senders: u32,
    /// Whether we are one of those.
    pub we_sent: bool,
}

impl Default for Members {
    fn default() -> Self {
        Self {
            members: 2,
            senders: 1,
            we_sent: false,
        }
    }
}

/// The deterministic calculated interval Td (RFC 3550, section 6.3.1): average packets of
/// `average_size` octets (with lower layers), `bandwidth` bits a second, at least `minimum`.
#[must_use]
pub fn deterministic_interval(
    members: Members,
    average_size: u64,
    bandwidth: u64,
    minimum: Duration,
) -> Duration {
    let count = u64::from(members.members.max(1));
    let senders = u64::from(members.senders).min(count);
    // A quarter of the bandwidth is the senders' if they are at most a quarter of the members.
    let (share, sharing) = if senders.saturating_mul(4) <= count {
        if members.we_sent {
            (1, senders)
        } else {
            (3, count.saturating_sub(senders))
        }
    } else {
        (4, count)
    };
    let bits = u128::from(average_size) * 8 * u128::from(sharing.max(1)) * 4;
    let nanos = (bits * 1_000_000_000)
        .checked_div(u128::from(bandwidth) * share)
        .map_or(LONGEST, |nanos| {
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        });
    nanos.clamp(minimum.min(LONGEST), LONGEST)
}

/// The interval T that is waited: `deterministic` times 0.5 to 1.5, over e − 1.5 (RFC 3550,
/// section 6.3.1).
#[must_use]
pub fn randomized_interval(deterministic: Duration, random: u32) -> Duration {
    // 1.21828 in 2⁻³² units.
    const COMPENSATION: u128 = 5_232_472_730;
    let factor = (1_u128 << 31) + u128::from(random);
    let nanos = deterministic.as_nanos() * factor / COMPENSATION;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).max(SHORTEST)
}

/// What is to be sent now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Due {
    /// A full compound packet: report, CNAME, and feedback if there is some.
    Regular,
    /// The feedback that was asked for: a minimal compound packet, or reduced size.
    Feedback,
}

/// When the feedback that was asked for can leave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FeedbackSlot {
    /// Early, at that time.
    Early(Duration),
    /// With the regular packet of that time, which reconsideration may still move.
    Regular(Duration),
    /// Not before it is useless: forget it, or ask again after the next regular packet.
    TooLate,
}

/// The timer of one participant.
///
/// The owner calls [`poll`](Self::poll) at [`next`](Self::next) or later, sends what is due and
/// tells its size by [`sent`](Self::sent).
#[derive(Clone, Debug)]
pub struct Schedule {
    config: Config,
    members: Members,
    /// Sixteenths of octets.
    average_size: u64,
    /// tp.
    previous: Duration,
    /// tn.
    next: Duration,
    /// T_rr.
    interval: Duration,
    /// t_rr_last; before the first regular packet `None`.
    last_regular: Option<Duration>,
    early: Early,
}

/// Whether feedback may come early, and does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Early {
    Allowed,
    Scheduled(Duration),
    /// Not before the next regular packet.
    Used,
    /// Feedback waits for the next regular packet.
    Stored {
        allowed: bool,
    },
}

impl Schedule {
    /// Begins at `now`.
    pub fn new(config: Config, now: Duration, random: &mut impl FnMut() -> u32) -> Self {
        let mut this = Self {
            average_size: (u64::from(config.initial_size) + LOWER_LAYERS) * 16,
            config,
            members: Members::default(),
            previous: now,
            next: now,
            interval: Duration::ZERO,
            last_regular: None,
            early: Early::Allowed,
        };
        this.interval = this.draw(random);
        this.next = now.saturating_add(this.interval);
        this
    }

    /// When [`poll`](Self::poll) has to be called next.
    #[must_use]
    pub fn next(&self) -> Duration {
        match self.early {
            Early::Scheduled(at) => at.min(self.next),
            Early::Allowed | Early::Used | Early::Stored { .. } => self.next,
        }
    }

    /// Asks to send feedback about something noticed at `now` that is of use for `useful` longer.
    ///
    /// # Spec
    ///
    /// RFC 4585, section 3.5.2.
    pub fn request_feedback(
        &mut self,
        now: Duration,
        useful: Duration,
        random: &mut impl FnMut() -> u32,
    ) -> FeedbackSlot {
        match self.early {
            Early::Scheduled(at) => return FeedbackSlot::Early(at),
            Early::Stored { .. } => return FeedbackSlot::Regular(self.next),
            Early::Allowed | Early::Used => {}
        }
        let feedback_profile = matches!(self.config.profile, Profile::Feedback { .. });
        let allowed = feedback_profile && self.early == Early::Allowed;
        let dither = if self.is_point_to_point() {
            Duration::ZERO
        } else {
            self.interval / 2
        };
        if now.saturating_add(dither) > self.next {
            self.early = Early::Stored { allowed };
            FeedbackSlot::Regular(self.next)
        } else if allowed {
            let wait = (dither.as_nanos() * u128::from(random())) >> 32;
            let wait = Duration::from_nanos(u64::try_from(wait).unwrap_or(u64::MAX));
            let at = now.saturating_add(wait);
            self.early = Early::Scheduled(at);
            FeedbackSlot::Early(at)
        } else if self.next.saturating_sub(now) < useful {
            self.early = Early::Stored { allowed };
            FeedbackSlot::Regular(self.next)
        } else {
            FeedbackSlot::TooLate
        }
    }

    /// Takes feedback back that was asked for and has not left, because another member told the
    /// same (RFC 4585, section 3.5.2, step 5a).
    pub fn cancel_feedback(&mut self) {
        match self.early {
            Early::Scheduled(_) | Early::Stored { allowed: true } => self.early = Early::Allowed,
            Early::Stored { allowed: false } => self.early = Early::Used,
            Early::Allowed | Early::Used => {}
        }
    }

    /// What has to be sent at `now`; at most one thing a call. `None`: nothing, and
    /// [`next`](Self::next) is later than `now`.
    ///
    /// # Spec
    ///
    /// RFC 3550, section 6.3.6; RFC 4585, section 3.5.3.
    pub fn poll(&mut self, now: Duration, random: &mut impl FnMut() -> u32) -> Option<Due> {
        if let Early::Scheduled(at) = self.early
            && at <= now
        {
            self.early = Early::Used;
            let next = self.previous.saturating_add(self.interval * 2);
            self.previous = self.next;
            self.next = next.max(now.saturating_add(SHORTEST));
            return Some(Due::Feedback);
        }
        if now < self.next {
            return None;
        }
        // Timer reconsideration.
        self.interval = self.draw(random);
        let reconsidered = self.previous.saturating_add(self.interval);
        if reconsidered > now {
            self.next = reconsidered;
            return None;
        }
        let stored = matches!(self.early, Early::Stored { .. });
        let due = self.regular_due(now, stored, random);
        self.early = Early::Allowed;
        self.previous = now;
        self.interval = self.draw(random);
        self.next = now.saturating_add(self.interval);
        due
    }

    fn regular_due(
        &mut self,
        now: Duration,
        stored: bool,
        random: &mut impl FnMut() -> u32,
    ) -> Option<Due> {
        if let (Profile::Feedback { regular_interval }, Some(last)) =
            (self.config.profile, self.last_regular)
        {
            let factor = (1_u128 << 31) + u128::from(random());
            let dithered = regular_interval.as_nanos().saturating_mul(factor) >> 32;
            let dithered = Duration::from_nanos(u64::try_from(dithered).unwrap_or(u64::MAX));
            if last.saturating_add(dithered) > now {
                return stored.then_some(Due::Feedback);
            }
        }
        self.last_regular = Some(now);
        Some(Due::Regular)
    }

    /// Counts a compound packet of `len` octets that was sent.
    pub fn sent(&mut self, len: usize) {
        self.average(len);
    }

    /// Counts a compound packet of `len` octets that was received.
    pub fn received(&mut self, len: usize) {
        self.average(len);
    }

    /// Sets who takes part. Fewer than before bring the next packet nearer (RFC 3550, section
    /// 6.3.4).
    pub fn set_members(&mut self, now: Duration, members: Members) {
        let (new, old) = (members.members.max(1), self.members.members.max(1));
        self.members = members;
        if new < old {
            let scale = |span: Duration| {
                let nanos = span.as_nanos() * u128::from(new) / u128::from(old);
                Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
            };
            self.next = now.saturating_add(scale(self.next.saturating_sub(now)));
            self.previous = now.saturating_sub(scale(now.saturating_sub(self.previous)));
        }
    }

    /// Sets the bits a second for RTCP; counts from the next interval on.
    pub const fn set_bandwidth(&mut self, bandwidth: u64) {
        self.config.bandwidth = bandwidth;
    }

    /// T_rr: the interval that was drawn last.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        self.interval
    }

    /// The moving average of compound packets in octets, lower layers included.
    #[must_use]
    pub const fn average_size(&self) -> u64 {
        self.average_size / 16
    }

    const fn is_point_to_point(&self) -> bool {
        self.members.members <= 2
    }

    /// avg = size / 16 + avg * 15 / 16.
    fn average(&mut self, len: usize) {
        let len = u64::try_from(len).unwrap_or(u64::MAX).min(0xffff) + LOWER_LAYERS;
        self.average_size = len + self.average_size * 15 / 16;
    }

    fn draw(&self, random: &mut impl FnMut() -> u32) -> Duration {
        let is_first = self.last_regular.is_none();
        let minimum = match self.config.profile {
            Profile::Basic { minimum } if is_first => minimum / 2,
            Profile::Basic { minimum } => minimum,
            Profile::Feedback { .. } if is_first && !self.is_point_to_point() => {
                Duration::from_secs(1)
            }
            Profile::Feedback { .. } => Duration::ZERO,
        };
        let deterministic = deterministic_interval(
            self.members,
            self.average_size(),
            self.config.bandwidth,
            minimum,
        );
        randomized_interval(deterministic, random())
    }
}
