//! Whether the path lets ECN marks through (RFC 6679, sections 7.2.1 and 7.4).

use std::time::{Duration, Instant};

use stonechat_sansio::Ecn;

use super::congestion_feedback::Heard;

/// ```text
///            packet sent              mark arrived
///   Untried ────────────▶ Probing ───────────────────▶ Capable
///      ▲                      │ marks gone, or            │ the same, or silence
///      │                      │ packets lost              │
///      │ after 30 s           ▼                           │
///      └──────────────────  Failed  ◀─────────────────────┘ ───▶ Disabled, the third time
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Untried,
    /// A part of the packets is marked.
    Probing {
        since: Instant,
    },
    /// All are.
    Capable,
    /// None is.
    Failed {
        until: Instant,
    },
    /// None will be.
    Disabled,
}

#[derive(Debug)]
pub(super) struct EcnPath {
    state: State,
    /// Marked packets in a row that arrived without a mark.
    bleached: u64,
    /// Marked packets in a row that did not arrive.
    lost: u64,
    /// When the first marked packet left since the receiver last told of any.
    unheard: Option<Instant>,
    /// How often the path was capable and then not any more.
    relapses: u8,
}

impl EcnPath {
    pub(super) const fn new() -> Self {
        Self {
            state: State::Untried,
            bleached: 0,
            lost: 0,
            unheard: None,
            relapses: 0,
        }
    }

    /// The mark for a packet that leaves `now`, if `wanted` is what all should have.
    pub(super) fn mark(&mut self, now: Instant, wanted: Ecn) -> Ecn {
        if wanted == Ecn::NotEct {
            return Ecn::NotEct;
        }
        match self.state {
            State::Failed { until } if until <= now => self.state = State::Untried,
            // Where marked packets get lost nobody tells of them.
            State::Capable if self.is_silent(now) => self.state = failed(now),
            _ => {}
        }
        match self.state {
            State::Untried | State::Capable => wanted,
            State::Probing { since } if is_probe(now.saturating_duration_since(since)) => wanted,
            State::Probing { .. } | State::Failed { .. } | State::Disabled => Ecn::NotEct,
        }
    }

    /// A packet left with a mark.
    pub(super) fn on_marked(&mut self, now: Instant) {
        self.unheard.get_or_insert(now);
        if self.state == State::Untried {
            self.state = State::Probing { since: now };
        }
    }

    fn is_silent(&self, now: Instant) -> bool {
        self.unheard
            .is_some_and(|since| now.saturating_duration_since(since) >= SILENCE)
    }

    pub(super) fn on_report(&mut self, now: Instant, heard: &Heard) {
        if heard.received > 0 {
            self.unheard = None;
        }
        if heard.kept > 0 {
            (self.bleached, self.lost) = (0, 0);
            if let State::Probing { .. } = self.state {
                self.state = State::Capable;
            }
            return;
        }
        self.bleached += heard.bleached;
        self.lost = if heard.received > 0 && heard.marked_lost == 0 {
            0
        } else {
            self.lost + heard.marked_lost
        };
        if self.bleached < MAX_BLEACHED && self.lost < MAX_LOST {
            return;
        }
        self.state = match self.state {
            State::Capable => {
                self.relapses += 1;
                if self.relapses >= MAX_RELAPSES {
                    State::Disabled
                } else {
                    failed(now)
                }
            }
            State::Probing { .. } => failed(now),
            other => other,
        };
        (self.bleached, self.lost) = (0, 0);
    }
}

fn failed(now: Instant) -> State {
    State::Failed { until: now + RETRY }
}

/// A tenth of the time, the first of each second.
fn is_probe(since: Duration) -> bool {
    since.subsec_millis() < 100
}

const MAX_BLEACHED: u64 = 8;
const MAX_LOST: u64 = 16;
const RETRY: Duration = Duration::from_secs(30);
/// How long marked packets may leave without that the receiver tells of any.
const SILENCE: Duration = Duration::from_secs(1);
const MAX_RELAPSES: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn start() -> Instant {
        Instant::now()
    }

    fn heard(kept: u64, bleached: u64, marked_lost: u64) -> Heard {
        Heard {
            received: kept + bleached,
            kept,
            bleached,
            marked_lost,
            lost: marked_lost,
            ..Heard::default()
        }
    }

    /// The mark of a packet that leaves `now`.
    fn leave(path: &mut EcnPath, now: Instant) -> Ecn {
        let ecn = path.mark(now, Ecn::Ect1);
        if ecn != Ecn::NotEct {
            path.on_marked(now);
        }
        ecn
    }

    const STEP: Duration = Duration::from_millis(20);

    /// How many of 100 packets that leave every 20 ms from `now` on are marked.
    fn marked(path: &mut EcnPath, now: Instant) -> usize {
        let packets = (0..100).filter(|it| leave(path, now + STEP * *it) == Ecn::Ect1);
        packets.count()
    }

    #[test]
    fn all_packets_are_marked_once_a_mark_arrived() {
        let now = start();
        let mut path = EcnPath::new();
        assert_eq!(path.mark(now, Ecn::NotEct), Ecn::NotEct);
        // Nothing leaves for a while: the first packet is the first probe.
        assert_eq!(path.mark(now, Ecn::Ect1), Ecn::Ect1);
        let now = now + Duration::from_millis(350);
        assert_eq!(marked(&mut path, now), 10);
        path.on_report(now, &heard(1, 0, 0));
        let now = now + STEP * 100;
        for burst in 0..3 {
            let now = now + STEP * 25 * burst;
            assert!((0..25).all(|it| leave(&mut path, now + STEP * it) == Ecn::Ect1));
            path.on_report(now, &heard(25, 0, 0));
        }
    }

    #[test]
    fn marks_end_where_they_do_not_arrive_and_are_tried_again() {
        let mut now = start();
        for harm in [heard(0, 8, 0), heard(0, 0, 16)] {
            let mut path = EcnPath::new();
            assert_eq!(leave(&mut path, now), Ecn::Ect1);
            path.on_report(now, &harm);
            assert_eq!(leave(&mut path, now), Ecn::NotEct);
            now += RETRY;
            assert_eq!(leave(&mut path, now), Ecn::Ect1);
        }
    }

    #[test]
    fn marks_end_where_marked_packets_vanish() {
        let now = start();
        let mut path = EcnPath::new();
        assert_eq!(leave(&mut path, now), Ecn::Ect1);
        path.on_report(now, &heard(1, 0, 0));
        // A second of silence, then none is marked; it is no relapse.
        assert_eq!(marked(&mut path, now + STEP), 50);
        let now = now + STEP * 51 + RETRY;
        assert_eq!(leave(&mut path, now), Ecn::Ect1);
        // Silence of who sends nothing is none.
        path.on_report(now, &heard(1, 0, 0));
        assert_eq!(leave(&mut path, now + RETRY), Ecn::Ect1);
    }

    #[test]
    fn a_path_that_relapses_is_not_tried_for_ever() {
        let mut now = start();
        let mut path = EcnPath::new();
        for _ in 0..3 {
            assert_eq!(leave(&mut path, now), Ecn::Ect1);
            path.on_report(now, &heard(1, 0, 0));
            path.on_report(now, &heard(0, 8, 0));
            assert_eq!(leave(&mut path, now), Ecn::NotEct);
            now += RETRY;
        }
        assert_eq!(leave(&mut path, now), Ecn::NotEct);
    }

    #[test]
    fn some_loss_is_not_taken_for_a_path_that_drops_marks() {
        let now = start();
        let mut path = EcnPath::new();
        assert_eq!(leave(&mut path, now), Ecn::Ect1);
        for _ in 0..10 {
            path.on_report(now, &heard(1, 2, 5));
        }
        assert_eq!(leave(&mut path, now), Ecn::Ect1);
    }
}
