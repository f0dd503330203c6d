use std::time::{Duration, Instant};

/// Something that the server grants for a while: an allocation, a permission, a channel.
///
/// ```text
///   wanted          start            granted
///   ------> Due(now) ----> InFlight ---------> Due(before the end) ----> InFlight ...
///                             |
///                             | refused
///                             v
///                          Refused
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    /// The end of what was granted last.
    until: Option<Instant>,
    renewal: Renewal,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Renewal {
    /// A request is to be made from then on.
    Due(Instant),
    /// One is being made.
    InFlight,
    /// None will be made.
    Refused,
}

impl Lease {
    pub(super) const fn wanted(now: Instant) -> Self {
        Self {
            until: None,
            renewal: Renewal::Due(now),
        }
    }

    /// It was granted at `now` for `lifetime` and is to be renewed `early` before its end.
    pub(super) fn granted(now: Instant, lifetime: Duration, early: Duration) -> Self {
        Self {
            until: now.checked_add(lifetime),
            renewal: Renewal::Due(now + lifetime.saturating_sub(early)),
        }
    }

    pub(super) fn start(&mut self) {
        self.renewal = Renewal::InFlight;
    }

    pub(super) fn refuse(&mut self) {
        self.until = None;
        self.renewal = Renewal::Refused;
    }

    pub(super) fn retry(&mut self, now: Instant) {
        self.renewal = Renewal::Due(now);
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        matches!(self.renewal, Renewal::Due(at) if at <= now)
    }

    pub(super) fn due(&self) -> Option<Instant> {
        match self.renewal {
            Renewal::Due(at) => Some(at),
            Renewal::InFlight | Renewal::Refused => None,
        }
    }

    pub(super) const fn until(&self) -> Option<Instant> {
        self.until
    }

    pub(super) fn is_live(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until > now)
    }

    pub(super) fn is_in_flight(&self) -> bool {
        self.renewal == Renewal::InFlight
    }

    pub(super) fn is_refused(&self) -> bool {
        self.renewal == Renewal::Refused
    }
}
