use bytes::Bytes;
use stonechat_datachannel::{ChannelId, Channels, Config, Event, Parameters, Payload, Role, State};
use stonechat_testkit::contract::Subject;
use stonechat_testkit::{Pair, clock, in_path};

in_path! {
    struct Peer(Channels), event = Event,
    closed = |inner| inner.association().state() == stonechat_sctp::State::Closed
}

/// A negotiated channel that carries messages both ways.
struct Scenario;

#[derive(Default)]
struct Progress {
    channels: Option<[ChannelId; 2]>,
    sent: [bool; 2],
    received: [usize; 2],
}

fn peer(seed: u64) -> Peer {
    Peer(Channels::new(
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
        pair.a.start(now, Role::DtlsClient);
        pair.b.start(now, Role::DtlsServer);
        pair
    }

    fn drive(&self, pair: &mut Pair<Peer, Peer>, progress: &mut Progress) -> bool {
        let now = pair.now();
        let parameters = Parameters {
            negotiated: Some(3),
            ..Parameters::labelled("x")
        };
        let ends = [&mut pair.a, &mut pair.b];
        let [a, b] = ends;
        let channels = *progress.channels.get_or_insert_with(|| {
            [
                a.open(now, parameters.clone()).unwrap(),
                b.open(now, parameters.clone()).unwrap(),
            ]
        });
        for (index, (end, id)) in [a, b].into_iter().zip(channels).enumerate() {
            if end.state(id) == State::Open && !std::mem::replace(&mut progress.sent[index], true) {
                for size in [0, 10, 20_000] {
                    end.send(now, id, Payload::Binary(Bytes::from(vec![1; size])))
                        .unwrap();
                }
            }
            while end.recv(now, id).is_some() {
                progress.received[index] += 1;
            }
        }
        progress.received == [3; 2]
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
