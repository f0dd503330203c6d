use std::time::Duration;

use stonechat_ice::{Config, Event, Role};
use stonechat_testkit::{Link, seeds};

use crate::setup::{Call, SIDES, controlled, controlling, open_network};

#[test]
fn equal_roles_are_repaired_and_told() {
    for role in [controlling as fn() -> Config, controlled] {
        seeds(25, |seed| {
            let (network, hosts) = open_network(seed, &Link::rough());
            let mut call = Call::new(seed, network, hosts, [role(), role()]);
            call.begin();
            call.connect(Duration::from_secs(40));
            let roles = SIDES.map(|side| call.agent(side).role());
            assert_ne!(roles[0], roles[1]);
            let changed = SIDES.into_iter().any(|side| {
                call.events[side]
                    .iter()
                    .any(|event| matches!(event, Event::RoleChanged(_)))
            });
            assert!(changed);
        });
    }
}

#[test]
fn agents_with_the_same_randomness_do_not_conflict_for_ever() {
    // Whatever one draws the other draws as well, so that luck never ends it.
    for role in [Role::Controlling, Role::Controlled] {
        seeds(20, |seed| {
            let link = Link {
                jitter: Duration::from_millis(7),
                ..Link::delay(Duration::from_millis(9))
            };
            let (network, hosts) = open_network(seed, &link);
            let config = Config {
                role,
                ..Config::default()
            };
            let mut call = Call::twins(seed, network, hosts, config);
            call.begin();
            call.run_for(Duration::from_secs(60));
            for side in SIDES {
                let requests = call.agent(side).stats().requests_sent;
                assert!(requests < 60, "{requests} requests");
                assert!(call.agent(side).stats().role_changes < 60);
            }
        });
    }
}
