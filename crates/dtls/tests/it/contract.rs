//! The contract of all machines.

use stonechat_dtls::Session;
use stonechat_testkit::Pair;
use stonechat_testkit::contract::Subject;

use crate::peers::{Making, Peer, both_connected};

struct Scenario;

impl Subject for Scenario {
    type A = Peer;
    type B = Peer;
    type Progress = bool;

    fn pair(&self, seed: u64) -> Pair<Peer, Peer> {
        Making::toy(seed).pair(seed)
    }

    fn drive(&self, pair: &mut Pair<Peer, Peer>, progress: &mut bool) -> bool {
        if both_connected(pair) && !*progress {
            *progress = true;
            pair.a.outbox.push_back(b"from the client".to_vec());
            pair.b.outbox.push_back(b"from the server".to_vec());
        }
        // Data is not repeated by anybody: it is sent again until it is heard.
        if *progress && pair.a.inbox.is_empty() && pair.b.outbox.is_empty() {
            pair.b.outbox.push_back(b"from the server".to_vec());
        }
        if *progress && pair.b.inbox.is_empty() && pair.a.outbox.is_empty() {
            pair.a.outbox.push_back(b"from the client".to_vec());
        }
        *progress && !pair.a.inbox.is_empty() && !pair.b.inbox.is_empty()
    }

    fn close(&self, pair: &mut Pair<Peer, Peer>) -> bool {
        let now = pair.now();
        Session::close(&mut pair.a.session, now);
        Session::close(&mut pair.b.session, now);
        true
    }
}

stonechat_testkit::contract!(Scenario);
