mod over_tcp;

use std::time::Duration;

use stonechat_ice::{Agent, Config, Event, Interface, Reply, Request, Role, State};
use stonechat_sansio::SocketId;
use stonechat_testkit::contract::Subject;
use stonechat_testkit::{Pair, Side, clock};

stonechat_testkit::addressed! {
    pub(crate) struct Driven(Agent),
    event = Event,
    closed = |agent: &Agent| agent.state() == State::Closed
}

/// Both connect over one socket each, keep consent and close.
struct Scenario;

fn agent(seed: u64, side: Side) -> Agent {
    let (label, role) = match side {
        Side::A => ("a", Role::Controlling),
        Side::B => ("b", Role::Controlled),
    };
    let now = clock::start();
    let config = Config {
        role,
        ..Config::default()
    };
    let mut agent = Agent::new(config, clock::env(seed).child(label), now);
    let local = Pair::<Driven, Driven>::address(side);
    let interface = Interface {
        name: "eth0".to_owned(),
        addresses: vec![local.ip()],
        loopback: false,
        cost: 0,
    };
    agent.handle_interfaces(now, &[interface]);
    agent.gather(now);
    let Some(Request::OpenUdp { id, .. }) = agent.poll_request() else {
        panic!("no socket was asked for")
    };
    agent.handle_reply(
        now,
        id,
        Reply::Opened {
            socket: SocketId(0),
            local,
        },
    );
    agent
}

impl Subject for Scenario {
    type A = Driven;
    type B = Driven;
    type Progress = ();

    fn pair(&self, seed: u64) -> Pair<Driven, Driven> {
        let (mut a, mut b) = (agent(seed, Side::A), agent(seed, Side::B));
        let now = clock::start();
        for (one, other) in [(&mut a, &mut b)] {
            one.set_remote_credentials(now, other.local_credentials().clone());
            other.set_remote_credentials(now, one.local_credentials().clone());
            let of_one: Vec<_> = one.local_candidates().cloned().collect();
            let of_other: Vec<_> = other.local_candidates().cloned().collect();
            for candidate in of_other {
                one.add_remote_candidate(now, candidate).unwrap();
            }
            for candidate in of_one {
                other.add_remote_candidate(now, candidate).unwrap();
            }
            one.end_of_remote_candidates(now);
            other.end_of_remote_candidates(now);
        }
        Pair::new(seed, Driven(a), Driven(b))
    }

    fn drive(&self, pair: &mut Pair<Driven, Driven>, (): &mut ()) -> bool {
        let selected = |agent: &Agent| agent.selected_pair().is_some();
        let aged = pair.now() >= clock::start() + Duration::from_secs(15);
        aged && selected(&pair.a) && selected(&pair.b)
    }

    fn close(&self, pair: &mut Pair<Driven, Driven>) -> bool {
        let now = pair.now();
        pair.a.close(now);
        pair.b.close(now);
        true
    }
}

stonechat_testkit::contract!(Scenario);

#[test]
fn c6_a_candidate_that_is_refused_changes_nothing() {
    let mut agent = agent(1, Side::A);
    let now = clock::start();
    let before = format!("{:?} {:?}", agent.stats(), agent.poll_timeout());
    let candidate = "1 2 udp 1 192.0.2.1 5 typ host".parse().unwrap();
    assert!(agent.add_remote_candidate(now, candidate).is_err());
    assert_eq!(
        format!("{:?} {:?}", agent.stats(), agent.poll_timeout()),
        before
    );
    assert_eq!(agent.remote_candidates().count(), 0);
}
