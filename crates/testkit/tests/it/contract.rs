use stonechat_testkit::contract::{self, Subject};
use stonechat_testkit::{Pair, clock, in_path};

use crate::courier::{Courier, Event, Vice};

in_path! {
    struct Peer(Courier), event = Event, closed = |inner| inner.is_closed()
}

#[derive(Default)]
struct Scenario {
    vice: Vice,
}

impl Subject for Scenario {
    type A = Peer;
    type B = Peer;
    type Progress = ();

    fn pair(&self, seed: u64) -> Pair<Peer, Peer> {
        let a = clock::env(seed).child("a").seed().rng().next_u64();
        let b = clock::env(seed).child("b").seed().rng().next_u64();
        let start = clock::start();
        let a = Courier::new(start, a, 20, self.vice);
        Pair::new(seed, Peer(a), Peer(Courier::new(start, b, 7, Vice::None)))
    }

    fn drive(&self, pair: &mut Pair<Peer, Peer>, (): &mut ()) -> bool {
        pair.a.is_done() && pair.b.is_done()
    }

    fn close(&self, pair: &mut Pair<Peer, Peer>) -> bool {
        let now = pair.now();
        pair.a.close(now);
        true
    }
}

stonechat_testkit::contract!(Scenario::default());

fn with(vice: Vice) -> Scenario {
    Scenario { vice }
}

#[test]
#[should_panic(expected = "NeedsPollAfterEachPacket")]
fn a_machine_that_needs_polling_between_packets_is_caught() {
    contract::bounded(&with(Vice::NeedsPollAfterEachPacket));
}

#[test]
#[should_panic(expected = "does not stop sending")]
fn a_machine_that_does_not_stop_sending_is_caught() {
    contract::settled(&with(Vice::NeverStops));
}

#[test]
#[should_panic(expected = "C4")]
fn a_machine_whose_time_does_not_go_on_is_caught() {
    contract::progressing(&with(Vice::NeverRests));
}

#[test]
#[should_panic(expected = "line")]
fn a_machine_that_minds_time_going_back_is_caught() {
    contract::tolerant(&with(Vice::TakesAnyTimeout));
}

#[test]
#[should_panic(expected = "C2")]
fn a_machine_that_loses_for_want_of_room_is_caught() {
    contract::pulled(&with(Vice::LosesForWantOfRoom));
}

#[test]
#[should_panic(expected = "PanicsOnGarbage")]
fn a_machine_that_panics_on_garbage_is_caught() {
    contract::undisturbed(&with(Vice::PanicsOnGarbage));
}

#[test]
#[should_panic(expected = "C7")]
fn a_machine_that_reports_each_packet_is_caught() {
    contract::bounded(&with(Vice::ReportsEachPacket));
}

#[test]
#[should_panic(expected = "C8")]
fn a_machine_that_lives_on_is_caught() {
    contract::terminal(&with(Vice::LivesOn));
}

#[test]
#[should_panic(expected = "line")]
fn a_machine_that_is_not_reproducible_is_caught() {
    contract::reproducible(&with(Vice::AsksTheClock));
}
