use bytes::Bytes;
use stonechat_sctp::{Association, Config, Event, Message, Ppid, State, StreamId};
use stonechat_testkit::contract::Subject;
use stonechat_testkit::{Pair, clock, in_path};

in_path! {
    struct Peer(Association), event = Event, closed = |inner| inner.state() == State::Closed
}

/// Both connect, and send each other messages of several sizes.
struct Scenario;

#[derive(Default)]
struct Progress {
    sent: bool,
    received: [usize; 2],
}

const SIZES: [usize; 4] = [1, 1000, 5000, 30_000];

fn peer(seed: u64) -> Peer {
    Peer(Association::new(
        Config::default(),
        &clock::env(seed),
        clock::start(),
    ))
}

impl Subject for Scenario {
    type A = Peer;
    type B = Peer;
    type Progress = Progress;

    fn pair(&self, seed: u64) -> Pair<Peer, Peer> {
        let mut pair = Pair::new(seed, peer(2 * seed), peer(2 * seed + 1));
        let now = pair.now();
        pair.a.connect(now);
        pair
    }

    fn drive(&self, pair: &mut Pair<Peer, Peer>, progress: &mut Progress) -> bool {
        let now = pair.now();
        if !std::mem::replace(&mut progress.sent, true) {
            for size in SIZES {
                let message = Message::new(Ppid(53), Bytes::from(vec![1; size]));
                pair.a.send(now, StreamId(1), message.clone()).unwrap();
                pair.b.send(now, StreamId(1), message).unwrap();
            }
        }
        for (index, end) in [&mut pair.a, &mut pair.b].into_iter().enumerate() {
            while let Some(message) = end.recv(now, StreamId(1)) {
                assert_eq!(message.data.len(), SIZES[progress.received[index]]);
                progress.received[index] += 1;
            }
        }
        progress.received == [SIZES.len(); 2]
    }

    fn close(&self, pair: &mut Pair<Peer, Peer>) -> bool {
        let now = pair.now();
        pair.a.shutdown(now);
        true
    }

    fn is_protected(&self) -> bool {
        // Below it is DTLS, which lets nothing through that was changed.
        false
    }
}

stonechat_testkit::contract!(Scenario);
