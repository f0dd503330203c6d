//! The contract of all machines, as checks over a scenario.
//!
//! A test describes its machine once, as a [`Subject`]: how to make a pair, what to do with it, how
//! to end it. [`contract!`](crate::contract!) then makes one test of each rule:
//!
//! | rule | check |
//! | --- | --- |
//! | C1 settled | [`settled`]: the scenario completes in whatever order and however rarely the driver polls |
//! | C2 pull | [`pulled`]: polling with too little room leaves no trace, and loses nothing |
//! | C3 tolerant time | [`tolerant`]: time outs that are not due or lie back change not one octet |
//! | C4 progress | [`progressing`]: on a bad link and with a silent peer, time goes on (each other check tests it too) |
//! | C5 network input | [`undisturbed`]: random, changed, cut and lengthened packets neither panic nor stop the scenario |
//! | C7 bounded | [`bounded`]: with all packets a hundred times over and nobody polling, events stay few |
//! | C8 terminal | [`terminal`]: after the end all verbs are inert |
//! | C10 reproducible | [`reproducible`]: the same seed gives the same packets and events |
//!
//! C6 (a command that fails changes nothing) needs the machine's own commands, and C9 (nothing
//! ambient) is held by lints: both stay with each crate.

use std::time::Duration;

use crate::machine::Machine;
use crate::network::Link;
use crate::pair::{Habits, Pair};
use crate::seeds::seeds;
use crate::transcript::{Side, Transcript};

/// A machine and a scenario for it.
pub trait Subject {
    /// The machine at one end.
    type A: Machine;
    /// The machine at the other end.
    type B: Machine;
    /// What the scenario remembers of itself.
    type Progress: Default;

    /// A new pair, made with [`clock::env`](crate::clock::env) of `seed` or the like, with default
    /// links; the checks set links of their own.
    fn pair(&self, seed: u64) -> Pair<Self::A, Self::B>;

    /// Called after each step: calls commands as the scenario goes on, and returns whether it is
    /// complete. A good scenario connects, sends both ways and receives.
    fn drive(&self, pair: &mut Pair<Self::A, Self::B>, progress: &mut Self::Progress) -> bool;

    /// Begins the end of both machines; returns `false` if they have none.
    fn close(&self, pair: &mut Pair<Self::A, Self::B>) -> bool;

    /// Virtual time in which the scenario completes on any of the checks' links.
    fn limit(&self) -> Duration {
        Duration::from_secs(120)
    }

    /// Events that one machine may hold.
    fn max_events(&self) -> usize {
        64
    }

    /// Whether the scenario completes although packets that nobody sent arrive: `false` where
    /// nothing protects packets from change, and then only panics count.
    fn is_protected(&self) -> bool {
        true
    }
}

/// Makes a module of tests, one for each rule, of an expression that makes a [`Subject`].
///
/// ```text
/// stonechat_testkit::contract!(Scenario::default());
/// ```
#[macro_export]
macro_rules! contract {
    ($subject:expr) => {
        #[test]
        fn c1_a_run_completes_in_whatever_order_the_driver_polls() {
            $crate::contract::settled(&$subject);
        }

        #[test]
        fn c2_polling_with_too_little_room_leaves_no_trace() {
            $crate::contract::pulled(&$subject);
        }

        #[test]
        fn c3_spurious_and_backward_time_outs_change_nothing() {
            $crate::contract::tolerant(&$subject);
        }

        #[test]
        fn c4_time_goes_on_over_bad_links_and_with_a_silent_peer() {
            $crate::contract::progressing(&$subject);
        }

        #[test]
        fn c5_packets_that_nobody_sent_do_no_harm() {
            $crate::contract::undisturbed(&$subject);
        }

        #[test]
        fn c7_events_stay_few_when_nobody_polls() {
            $crate::contract::bounded(&$subject);
        }

        #[test]
        fn c8_after_the_end_all_verbs_are_inert() {
            $crate::contract::terminal(&$subject);
        }

        #[test]
        fn c10_the_same_seed_gives_the_same_packets() {
            $crate::contract::reproducible(&$subject);
        }
    };
}

/// Seeds for each check.
const SEEDS: u64 = 5;

/// C1: the scenario completes in whatever order and however rarely the driver polls.
///
/// # Panics
///
/// If it does not.
pub fn settled<S: Subject>(subject: &S) {
    let habits = [
        Habits {
            events_first: true,
            ..Habits::default()
        },
        Habits {
            lazy: 2,
            ..Habits::default()
        },
        Habits {
            lazy: 5,
            events_first: true,
            ..Habits::default()
        },
    ];
    seeds(SEEDS, |seed| {
        for habits in habits {
            let mut pair = prepare(subject, seed, habits);
            assert!(
                complete(subject, &mut pair),
                "C1: not complete when polled as {habits:?}"
            );
        }
    });
}

/// C2: polling with too little room leaves no trace, and loses nothing.
///
/// # Panics
///
/// If it does.
pub fn pulled<S: Subject>(subject: &S) {
    seeds(SEEDS, |seed| {
        let mut pair = prepare(
            subject,
            seed,
            Habits {
                stingy: true,
                ..Habits::default()
            },
        );
        assert!(
            complete(subject, &mut pair),
            "C2: something was lost for want of room"
        );
    });
}

/// C3: time outs that are not due or lie back change not one octet.
///
/// # Panics
///
/// If they do.
pub fn tolerant<S: Subject>(subject: &S) {
    seeds(SEEDS, |seed| {
        let calm = record(subject, seed, Habits::default());
        let nervous = record(
            subject,
            seed,
            Habits {
                nervous: true,
                ..Habits::default()
            },
        );
        calm.assert_same(&nervous);
    });
}

/// C4: on a bad link and with a silent peer, time goes on.
///
/// # Panics
///
/// If it stands still.
pub fn progressing<S: Subject>(subject: &S) {
    seeds(SEEDS, |seed| {
        let mut pair = subject.pair(seed).with_link(Link::rough());
        assert!(
            complete(subject, &mut pair),
            "C4: not complete over a bad link"
        );
    });
    let mut pair = subject.pair(0);
    pair.set_tamper(|_, _, _| false);
    let mut progress = S::Progress::default();
    let mut steps = 0_u32;
    pair.run_until(Duration::from_secs(600), |pair| {
        steps += 1;
        assert!(
            steps < 100_000,
            "C4: {steps} steps in ten minutes with a silent peer"
        );
        subject.drive(pair, &mut progress);
        false
    });
}

/// C5: random, changed, cut and lengthened packets neither panic nor stop the scenario.
///
/// # Panics
///
/// If they do.
pub fn undisturbed<S: Subject>(subject: &S) {
    seeds(SEEDS * 4, |seed| {
        let mut pair = prepare(
            subject,
            seed,
            Habits {
                garbage: true,
                ..Habits::default()
            },
        );
        let is_complete = complete(subject, &mut pair);
        assert!(
            is_complete || !subject.is_protected(),
            "C5: stopped by packets nobody sent"
        );
    });
    // Every prefix of every packet, to a new machine and to one that is well on its way.
    let transcript = record(subject, 0, Habits::default());
    let mut fresh = subject.pair(1);
    let mut used = subject.pair(0);
    complete(subject, &mut used);
    for side in [Side::A, Side::B] {
        for packet in transcript.packets(side).take(40) {
            for len in 0..=packet.len() {
                fresh.inject(side.peer(), &packet[..len]);
                used.inject(side.peer(), &packet[..len]);
            }
            fresh.run_for(Duration::from_millis(1));
            used.run_for(Duration::from_millis(1));
        }
    }
}

/// C7: with all packets a hundred times over and nobody polling, events stay few.
///
/// # Panics
///
/// If there are more than [`Subject::max_events`].
pub fn bounded<S: Subject>(subject: &S) {
    let transcript = record(subject, 0, Habits::default());
    for is_fresh in [true, false] {
        let mut pair = subject.pair(0);
        if !is_fresh {
            complete(subject, &mut pair);
        }
        pair.take_events_a();
        pair.take_events_b();
        let mut pair = pair.with_habits(Habits {
            deaf: true,
            ..Habits::default()
        });
        for _ in 0..100 {
            for side in [Side::A, Side::B] {
                for packet in transcript.packets(side) {
                    pair.inject(side.peer(), packet);
                }
            }
            pair.run_for(Duration::from_millis(5));
        }
        let mut pair = pair.with_habits(Habits::default());
        pair.flush();
        for count in [pair.events_a().len(), pair.events_b().len()] {
            assert!(
                count <= subject.max_events(),
                "C7: {count} events were waiting"
            );
        }
    }
}

/// C8: after the end all verbs are inert.
///
/// # Panics
///
/// If one is not.
pub fn terminal<S: Subject>(subject: &S) {
    let transcript = record(subject, 0, Habits::default());
    let mut pair = prepare(subject, 0, Habits::default());
    assert!(complete(subject, &mut pair), "the scenario is not complete");
    if !subject.close(&mut pair) {
        return;
    }
    let is_closed = pair.run_until(subject.limit(), |pair| {
        pair.a.is_closed() && pair.b.is_closed()
    });
    assert!(is_closed, "C8: not both closed after {:?}", subject.limit());
    pair.run_for(Duration::from_secs(1));
    pair.take_events_a();
    pair.take_events_b();
    let sent = [Side::A, Side::B].map(|side| pair.packets_sent(side));
    for side in [Side::A, Side::B] {
        for packet in transcript.packets(side) {
            pair.inject(side.peer(), packet);
        }
    }
    pair.run_for(Duration::from_secs(1));
    let later = pair.now() + Duration::from_secs(3600);
    pair.a.handle_timeout(later);
    pair.b.handle_timeout(later);
    pair.flush();
    assert_eq!(
        pair.a.poll_timeout(),
        None,
        "C8: A has a timer after its end"
    );
    assert_eq!(
        pair.b.poll_timeout(),
        None,
        "C8: B has a timer after its end"
    );
    assert!(
        pair.events_a().is_empty(),
        "C8: A reports after its end: {:?}",
        pair.events_a()
    );
    assert!(
        pair.events_b().is_empty(),
        "C8: B reports after its end: {:?}",
        pair.events_b()
    );
    let after = [Side::A, Side::B].map(|side| pair.packets_sent(side));
    assert_eq!(after, sent, "C8: packets were sent after the end");
}

/// C10: the same seed gives the same packets and events.
///
/// # Panics
///
/// If it does not.
pub fn reproducible<S: Subject>(subject: &S) {
    seeds(SEEDS, |seed| {
        let first = record(subject, seed, Habits::default());
        assert!(!first.entries().is_empty(), "nothing happened");
        first.assert_same(&record(subject, seed, Habits::default()));
    });
}

fn prepare<S: Subject>(subject: &S, seed: u64, habits: Habits) -> Pair<S::A, S::B> {
    let link = Link::delay(Duration::from_millis(15));
    subject.pair(seed).with_link(link).with_habits(habits)
}

fn complete<S: Subject>(subject: &S, pair: &mut Pair<S::A, S::B>) -> bool {
    let mut progress = S::Progress::default();
    pair.run_until(subject.limit(), |pair| subject.drive(pair, &mut progress))
}

/// A run over a bad link.
fn record<S: Subject>(subject: &S, seed: u64, habits: Habits) -> Transcript {
    let mut pair = subject
        .pair(seed)
        .with_link(Link::rough())
        .with_habits(habits)
        .recorded();
    let start = crate::clock::start();
    assert!(
        complete(subject, &mut pair),
        "the scenario is not complete within its limit"
    );
    pair.take_transcript()
        .unwrap_or_else(|| Transcript::new(start))
}
