use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use stonechat_sansio::Timers;

#[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
fn at(millis: u64) -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now) + Duration::from_millis(millis)
}

#[derive(Clone, Debug)]
enum Step {
    Set(u8, u64),
    SetIfStopped(u8, u64),
    Stop(u8),
    Clear,
    Expire(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6_u8, 0..50_u64).prop_map(|(timer, due)| Step::Set(timer, due)),
        2 => (0..6_u8, 0..50_u64).prop_map(|(timer, due)| Step::SetIfStopped(timer, due)),
        1 => (0..6_u8).prop_map(Step::Stop),
        1 => Just(Step::Clear),
        4 => (0..60_u64).prop_map(Step::Expire),
    ]
}

proptest! {
    #[test]
    fn timers_do_what_a_table_of_deadlines_would(steps in vec(step(), 0..60)) {
        let (mut timers, mut table) = (Timers::new(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Set(timer, due) => {
                    timers.set(timer, at(due));
                    table.insert(timer, due);
                }
                Step::SetIfStopped(timer, due) => {
                    timers.set_if_stopped(timer, at(due));
                    table.entry(timer).or_insert(due);
                }
                Step::Stop(timer) => {
                    timers.stop(timer);
                    table.remove(&timer);
                }
                Step::Clear => {
                    timers.clear();
                    table.clear();
                }
                Step::Expire(now) => {
                    let nearest = table.values().min().copied();
                    let expired = timers.expire(at(now));
                    let is_due = nearest.is_some_and(|nearest| nearest <= now);
                    prop_assert_eq!(expired.is_some(), is_due);
                    if let Some(timer) = expired {
                        prop_assert_eq!(table.remove(&timer), nearest);
                    }
                }
            }
            prop_assert_eq!(timers.next(), table.values().min().map(|due| at(*due)));
            for timer in 0..6 {
                prop_assert_eq!(timers.get(timer), table.get(&timer).map(|due| at(*due)));
            }
        }
    }
}
