use std::time::{Duration, Instant};

/// Whether a key frame is wanted, and when to ask for it again.
///
/// ```text
///            need                      sent                     due
///   Idle ───────────▶ Due ───────────────────────▶ Asked ──────────────┐
///    ▲                 ▲                             │                 │
///    └── key frame ────┴─────────────────────────────┴── twice later ◀─┘
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyframeWish {
    state: State,
    last: Option<Instant>,
    waits: u32,
    persistent: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    /// Nothing is wanted.
    #[default]
    Idle,
    /// To be asked for at this time.
    Due(Instant),
}

impl KeyframeWish {
    /// A key frame is wanted; `persistent`: until one comes.
    pub(crate) fn need(&mut self, now: Instant, retry: Duration, persistent: bool) {
        self.persistent |= persistent;
        if self.state == State::Idle {
            let spaced = self.last.map_or(now, |last| last + retry);
            self.waits = 0;
            self.state = State::Due(now.max(spaced));
        }
    }

    /// A key frame came.
    pub(crate) fn satisfied(&mut self) {
        *self = Self {
            last: self.last,
            ..Self::default()
        };
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Idle => None,
            State::Due(at) => Some(at),
        }
    }

    /// The request was written.
    pub(crate) fn on_sent(&mut self, now: Instant, retry: Duration) {
        self.last = Some(now);
        self.state = if self.persistent {
            let wait = retry * (1 << self.waits.min(4));
            self.waits += 1;
            State::Due(now + wait)
        } else {
            State::Idle
        };
    }
}
