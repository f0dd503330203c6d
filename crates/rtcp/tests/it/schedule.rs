use std::time::Duration;

use proptest::prelude::*;
use stonechat_rtcp::schedule::{
    Config, Due, FeedbackSlot, Members, Profile, Schedule, deterministic_interval,
    randomized_interval,
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// xorshift: the tests need no better.
fn generator(mut state: u32) -> impl FnMut() -> u32 {
    state |= 1;
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    }
}

fn basic() -> Config {
    Config {
        profile: Profile::Basic {
            minimum: Duration::from_secs(5),
        },
        ..Config::default()
    }
}

#[test]
fn the_deterministic_interval_is_that_of_rfc_3550() {
    let zero = Duration::ZERO;
    // 1,000 bits a packet, 10,000 bit/s: everybody shares above a quarter of senders.
    let members = Members {
        members: 4,
        senders: 2,
        we_sent: true,
    };
    assert_eq!(deterministic_interval(members, 125, 10_000, zero), ms(400));
    // A quarter of senders shares a quarter of the bandwidth, the rest the rest.
    let members = Members {
        members: 100,
        senders: 10,
        we_sent: true,
    };
    assert_eq!(deterministic_interval(members, 125, 10_000, zero), ms(4000));
    let members = Members {
        we_sent: false,
        ..members
    };
    assert_eq!(
        deterministic_interval(members, 125, 10_000, zero),
        ms(12_000)
    );
    assert_eq!(
        deterministic_interval(members, 125, 10_000, ms(20_000)),
        ms(20_000)
    );
    // Without bandwidth it is very long, not infinite.
    assert_eq!(
        deterministic_interval(members, 125, 0, zero),
        Duration::from_secs(3600)
    );
}

#[test]
fn the_random_factor_is_half_to_one_and_a_half_compensated() {
    let low = randomized_interval(Duration::from_secs(10), 0);
    let high = randomized_interval(Duration::from_secs(10), u32::MAX);
    assert!(low > ms(4104) && low < ms(4105), "{low:?}");
    assert!(high > ms(12_312) && high < ms(12_313), "{high:?}");
}

/// Runs until `end`, as an owner would; gives what was sent and when.
fn run(
    schedule: &mut Schedule,
    end: Duration,
    random: &mut impl FnMut() -> u32,
) -> Vec<(Duration, Due)> {
    let mut sent = Vec::new();
    let mut now = Duration::ZERO;
    loop {
        now = schedule.next().max(now);
        if now > end {
            return sent;
        }
        match schedule.poll(now, random) {
            Some(due) => {
                schedule.sent(100);
                sent.push((now, due));
            }
            None => assert!(schedule.next() > now, "the timer moves on"),
        }
    }
}

#[test]
fn basic_reports_are_five_seconds_apart_on_average() {
    for seed in 0..20 {
        let mut random = generator(seed * 7919);
        let mut schedule = Schedule::new(basic(), Duration::ZERO, &mut random);
        let sent = run(&mut schedule, Duration::from_secs(5000), &mut random);
        assert!(sent.iter().all(|(_, due)| *due == Due::Regular));
        // The first comes after half the interval, 2.5 s times 0.41 to 1.23.
        assert!(
            sent[0].0 >= ms(1026) && sent[0].0 <= ms(3079),
            "seed {seed}: {:?}",
            sent[0]
        );
        let average = 5000.0 / f64::from(u32::try_from(sent.len()).unwrap());
        assert!((4.6..5.4).contains(&average), "seed {seed}: {average}");
    }
}

#[test]
fn feedback_sessions_report_by_their_regular_interval() {
    for seed in 0..20 {
        let mut random = generator(seed * 104_729);
        let mut schedule = Schedule::new(Config::default(), Duration::ZERO, &mut random);
        let sent = run(&mut schedule, Duration::from_secs(500), &mut random);
        assert!(sent.iter().all(|(_, due)| *due == Due::Regular));
        assert!(
            sent[0].0 < ms(100),
            "between two parties the first report is early"
        );
        let average = 500.0 / f64::from(u32::try_from(sent.len()).unwrap());
        assert!((0.6..1.3).contains(&average), "seed {seed}: {average}");
    }
}

#[test]
fn basic_sessions_hold_feedback_for_the_report() {
    let mut random = generator(5);
    let mut schedule = Schedule::new(basic(), Duration::ZERO, &mut random);
    let next = schedule.next();
    let ask = |schedule: &mut Schedule, useful| {
        schedule.request_feedback(ms(1), useful, &mut generator(1))
    };
    assert_eq!(ask(&mut schedule, ms(10)), FeedbackSlot::TooLate);
    assert_eq!(ask(&mut schedule, ms(10_000)), FeedbackSlot::Regular(next));
    assert_eq!(
        ask(&mut schedule, ms(10)),
        FeedbackSlot::Regular(next),
        "it is stored already"
    );
    assert_eq!(schedule.poll(ms(2), &mut random), None);
}

#[test]
fn early_feedback_comes_once_before_the_next_report() {
    let mut random = || 0x8000_0000;
    let config = Config {
        bandwidth: 2000,
        ..Config::default()
    };
    let mut schedule = Schedule::new(config, Duration::ZERO, &mut random);
    let (first, interval) = (schedule.next(), schedule.interval());
    assert!(interval > ms(500));
    let ask =
        |schedule: &mut Schedule, at, useful| schedule.request_feedback(at, useful, &mut || 0);
    assert_eq!(
        ask(&mut schedule, ms(10), ms(50)),
        FeedbackSlot::Early(ms(10))
    );
    assert_eq!(
        ask(&mut schedule, ms(10), ms(50)),
        FeedbackSlot::Early(ms(10)),
        "merged"
    );
    assert_eq!(schedule.next(), ms(10));
    assert_eq!(schedule.poll(ms(10), &mut random), Some(Due::Feedback));
    // The next report is skipped: tn = tp + 2 T_rr.
    assert_eq!(schedule.next(), interval * 2);
    assert!(schedule.next() > first - ms(1));
    assert_eq!(ask(&mut schedule, ms(20), ms(50)), FeedbackSlot::TooLate);
    let next = schedule.next();
    assert_eq!(
        ask(&mut schedule, ms(20), ms(50_000)),
        FeedbackSlot::Regular(next)
    );
    // At the report it leaves, and early feedback is allowed again.
    let mut sent = None;
    while sent.is_none() {
        let now = schedule.next();
        sent = schedule.poll(now, &mut random).map(|due| (now, due));
    }
    let (now, due) = sent.unwrap();
    assert_eq!(due, Due::Regular);
    assert_eq!(ask(&mut schedule, now, ms(50)), FeedbackSlot::Early(now));
    schedule.cancel_feedback();
    assert!(schedule.next() > now);
}

#[test]
fn stored_feedback_leaves_also_when_the_report_is_suppressed() {
    let mut random = || 0x8000_0000;
    let profile = Profile::Feedback {
        regular_interval: Duration::from_secs(1000),
    };
    let config = Config {
        profile,
        bandwidth: 20_000,
        ..Config::default()
    };
    let mut schedule = Schedule::new(config, Duration::ZERO, &mut random);
    let first = schedule.next();
    assert_eq!(schedule.poll(first, &mut random), Some(Due::Regular));
    let at = schedule.next();
    let ask = |schedule: &mut Schedule, at| schedule.request_feedback(at, ms(1000), &mut || 0);
    assert!(matches!(
        ask(&mut schedule, at - ms(2)),
        FeedbackSlot::Early(_)
    ));
    assert_eq!(schedule.poll(at - ms(2), &mut random), Some(Due::Feedback));
    assert!(matches!(ask(&mut schedule, at), FeedbackSlot::Regular(_)));
    let mut due = None;
    while due.is_none() {
        let now = schedule.next();
        due = schedule.poll(now, &mut random);
    }
    assert_eq!(due, Some(Due::Feedback));
}

#[test]
fn in_a_group_early_feedback_is_dithered() {
    let mut random = || 0x8000_0000;
    let config = Config {
        bandwidth: 1000,
        ..Config::default()
    };
    let mut schedule = Schedule::new(config, Duration::ZERO, &mut random);
    schedule.set_members(
        Duration::ZERO,
        Members {
            members: 50,
            senders: 1,
            we_sent: false,
        },
    );
    let mut due = None;
    let mut now = Duration::ZERO;
    while due.is_none() {
        now = schedule.next();
        due = schedule.poll(now, &mut random);
    }
    let half = schedule.interval() / 2;
    let slot = schedule.request_feedback(now, ms(1), &mut || 0x8000_0000);
    let FeedbackSlot::Early(at) = slot else {
        panic!("{slot:?}")
    };
    assert!((at - now).abs_diff(half / 2) < ms(1));
}

#[test]
fn leaving_members_bring_the_next_report_nearer() {
    let mut random = || 0x8000_0000;
    let config = Config {
        bandwidth: 1000,
        ..basic()
    };
    let mut schedule = Schedule::new(config, Duration::ZERO, &mut random);
    schedule.set_members(
        Duration::ZERO,
        Members {
            members: 100,
            senders: 1,
            we_sent: false,
        },
    );
    while schedule.poll(schedule.next(), &mut random).is_none() {}
    let now = schedule.next() - ms(1000);
    schedule.set_members(
        now,
        Members {
            members: 10,
            senders: 1,
            we_sent: false,
        },
    );
    assert_eq!(schedule.next(), now + ms(100));
}

#[test]
fn the_average_size_follows_what_is_seen() {
    let mut schedule = Schedule::new(Config::default(), Duration::ZERO, &mut || 0);
    assert_eq!(schedule.average_size(), 128 + 28);
    for _ in 0..200 {
        schedule.received(1000);
    }
    assert!((1000..=1028).contains(&schedule.average_size()));
    schedule.received(usize::MAX);
    assert!(schedule.average_size() < 6000);
}

proptest! {
    #[test]
    fn any_order_of_calls_makes_progress(
        seed: u32,
        bandwidth in prop_oneof![Just(0), Just(u64::MAX), 1_u64..1_000_000],
        calls in prop::collection::vec((0_u8..6, 0_u64..10_000), 1..200),
    ) {
        let mut random = generator(seed);
        let mut now = Duration::ZERO;
        let config = Config { bandwidth, ..Config::default() };
        let mut schedule = Schedule::new(config, now, &mut random);
        for (call, value) in calls {
            match call {
                0 => now += ms(value),
                1 => { let _ = schedule.request_feedback(now, ms(value), &mut random); }
                2 => schedule.cancel_feedback(),
                3 => schedule.received(usize::try_from(value).unwrap()),
                4 => {
                    let members = u32::try_from(value).unwrap();
                    let senders = members % 7;
                    schedule.set_members(now, Members { members, senders, we_sent: value % 2 == 0 });
                }
                _ => now = now.max(schedule.next()),
            }
            for _ in 0..3 {
                if schedule.poll(now, &mut random).is_none() {
                    prop_assert!(schedule.next() > now);
                }
            }
        }
    }
}
