//! Two sets of channels and the network between them, in virtual time.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use stonechat_datachannel::{
    ChannelId, Channels, Config, Event, Message, Parameters, Payload, Role,
};
use stonechat_sansio::{Env, Frame, Rng, Seed};

/// Some instant, the same for all tests.
#[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
pub(crate) fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

pub(crate) fn env(seed: u64) -> Env {
    let crypto = stonechat_crypto::rust::provider();
    Env::new(
        Seed::from_u64(seed),
        (start(), SystemTime::UNIX_EPOCH),
        crypto,
    )
}

pub(crate) fn text(text: &str) -> Payload {
    Payload::Text(Bytes::copy_from_slice(text.as_bytes()))
}

pub(crate) struct Pair {
    pub(crate) ends: [Channels; 2],
    pub(crate) now: Instant,
    pub(crate) loss: f64,
    pub(crate) jitter: Duration,
    pub(crate) rng: Rng,
    flying: BTreeMap<(Instant, u64), (usize, Vec<u8>)>,
    count: u64,
}

impl Pair {
    /// Not yet started.
    pub(crate) fn new(seed: u64, config: &Config) -> Self {
        let now = start();
        Self {
            ends: [0, 1].map(|end| Channels::new(config.clone(), &env(seed * 2 + end), now)),
            now,
            loss: 0.0,
            jitter: Duration::ZERO,
            rng: Seed::from_u64(seed).child("network").rng(),
            flying: BTreeMap::new(),
            count: 0,
        }
    }

    pub(crate) fn start(&mut self) {
        self.ends[0].start(self.now, Role::DtlsClient);
        self.ends[1].start(self.now, Role::DtlsServer);
    }

    /// Connected, the first end as DTLS client, all events taken.
    pub(crate) fn connected(seed: u64, config: &Config) -> Self {
        let mut pair = Self::new(seed, config);
        pair.start();
        pair.run(Duration::from_secs(1));
        for end in 0..2 {
            assert_eq!(pair.take(end), [Event::Connected]);
        }
        pair
    }

    /// A channel opened by the first end, with both names; all events taken.
    pub(crate) fn opened(&mut self, parameters: Parameters) -> (ChannelId, ChannelId) {
        let ours = self.ends[0].open(self.now, parameters).unwrap();
        self.run(Duration::from_secs(5));
        assert_eq!(self.take(0), [Event::Open(ours)]);
        let [Event::Announced(theirs)] = self.take(1)[..] else {
            panic!("not announced")
        };
        (ours, theirs)
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        let mut buffer = Vec::new();
        loop {
            for from in 0..2 {
                loop {
                    buffer.clear();
                    let mut frame = Frame::new(&mut buffer, 1191);
                    if self.ends[from]
                        .poll_transmit(self.now, &mut frame)
                        .is_none()
                    {
                        break;
                    }
                    frame.commit();
                    if self.rng.unit() >= self.loss {
                        self.count += 1;
                        let jitter = self.jitter.mul_f64(self.rng.unit());
                        let at = self.now + Duration::from_millis(10) + jitter;
                        self.flying
                            .insert((at, self.count), (1 - from, buffer.clone()));
                    }
                }
            }
            let arrival = self.flying.keys().next().map(|(at, _)| *at);
            let timers = self.ends.iter().filter_map(Channels::poll_timeout);
            let Some(next) = timers.chain(arrival).min().filter(|next| *next <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(next);
            while let Some(entry) = self.flying.first_entry() {
                if entry.key().0 > self.now {
                    break;
                }
                let (to, packet) = entry.remove();
                self.ends[to].handle_packet(self.now, BytesMut::from(&packet[..]));
            }
            for end in &mut self.ends {
                end.handle_timeout(self.now);
            }
        }
    }

    pub(crate) fn take(&mut self, end: usize) -> Vec<Event> {
        std::iter::from_fn(|| self.ends[end].poll_event()).collect()
    }

    /// The same without those that say that a buffer is empty.
    pub(crate) fn take_others(&mut self, end: usize) -> Vec<Event> {
        let mut events = self.take(end);
        events.retain(|event| !matches!(event, Event::BufferedAmountLow(_)));
        events
    }

    pub(crate) fn send(&mut self, end: usize, id: ChannelId, payload: Payload) {
        self.ends[end].send(self.now, id, payload).unwrap();
    }

    pub(crate) fn recv(&mut self, end: usize, id: ChannelId) -> Option<Message> {
        self.ends[end].recv(self.now, id)
    }

    pub(crate) fn read(&mut self, end: usize, id: ChannelId) -> Vec<Vec<u8>> {
        let now = self.now;
        let messages = std::iter::from_fn(|| self.ends[end].recv(now, id));
        messages
            .map(|message| message.data.into_bytes().to_vec())
            .collect()
    }
}
