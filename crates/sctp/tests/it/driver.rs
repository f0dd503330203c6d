//! Two associations and the network between them, in virtual time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use stonechat_sansio::{Env, Frame, Rng, Seed};
use stonechat_sctp::{Association, Config, Event, Message, Ppid, Reliability, StreamId, checksum};

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

pub(crate) fn message(text: &[u8]) -> Message {
    Message::new(Ppid(53), Bytes::copy_from_slice(text))
}

pub(crate) fn unreliable(text: &[u8], ordered: bool, reliability: Reliability) -> Message {
    Message {
        ordered,
        reliability,
        ..message(text)
    }
}

/// What the network does to packets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) loss: f64,
    pub(crate) duplicate: f64,
    pub(crate) delay: Duration,
    pub(crate) jitter: Duration,
    pub(crate) mtu: usize,
    /// Octets a second, and the longest time that a packet waits for its turn.
    pub(crate) rate: Option<(f64, Duration)>,
}

impl Default for Link {
    fn default() -> Self {
        let delay = Duration::from_millis(10);
        Self {
            loss: 0.0,
            duplicate: 0.0,
            delay,
            jitter: Duration::ZERO,
            mtu: 1191,
            rate: None,
        }
    }
}

pub(crate) struct Pair {
    pub(crate) ends: [Association; 2],
    pub(crate) now: Instant,
    pub(crate) link: Link,
    pub(crate) rng: Rng,
    pub(crate) events: [Vec<Event>; 2],
    flying: BTreeMap<(Instant, u64), (usize, Vec<u8>)>,
    count: u64,
    /// When the bottleneck of each direction is free.
    free: [Instant; 2],
    pub(crate) sent: [VecDeque<Vec<u8>>; 2],
}

impl Pair {
    pub(crate) fn new(seed: u64, config: &Config) -> Self {
        Self::with(seed, [config.clone(), config.clone()])
    }

    pub(crate) fn with(seed: u64, [a, b]: [Config; 2]) -> Self {
        let now = start();
        let ends = [
            Association::new(a, &env(seed * 2), now),
            Association::new(b, &env(seed * 2 + 1), now),
        ];
        Self {
            ends,
            now,
            link: Link::default(),
            rng: Seed::from_u64(seed).child("network").rng(),
            events: [Vec::new(), Vec::new()],
            flying: BTreeMap::new(),
            count: 0,
            free: [now; 2],
            sent: [VecDeque::new(), VecDeque::new()],
        }
    }

    pub(crate) fn connected(seed: u64, config: &Config) -> Self {
        let mut pair = Self::new(seed, config);
        pair.ends[0].connect(pair.now);
        pair.run(Duration::from_millis(100));
        for end in 0..2 {
            assert_eq!(pair.take(end), [Event::Connected], "seed {seed}");
        }
        pair
    }

    /// The next packet of one end.
    pub(crate) fn packet(&mut self, end: usize) -> Option<Vec<u8>> {
        let mut buffer = Vec::new();
        let mut frame = Frame::new(&mut buffer, self.link.mtu);
        self.ends[end].poll_transmit(self.now, &mut frame)?;
        frame.commit();
        assert!(buffer.len() <= self.link.mtu && buffer.len() > 12);
        Some(buffer)
    }

    fn launch(&mut self, from: usize) {
        while let Some(packet) = self.packet(from) {
            self.sent[from].push_back(packet.clone());
            if self.sent[from].len() > 64 {
                self.sent[from].pop_front();
            }
            let copies = 1 + usize::from(self.rng.unit() < self.link.duplicate);
            for _ in 0..copies {
                if self.rng.unit() < self.link.loss {
                    continue;
                }
                let mut leaves = self.now;
                if let Some((rate, queue)) = self.link.rate {
                    let begins = self.free[from].max(self.now);
                    if begins > self.now + queue {
                        continue;
                    }
                    leaves = begins + Duration::from_secs_f64(packet.len() as f64 / rate);
                    self.free[from] = leaves;
                }
                let jitter = self.link.jitter.mul_f64(self.rng.unit());
                self.count += 1;
                let at = leaves + self.link.delay + jitter;
                self.flying
                    .insert((at, self.count), (1 - from, packet.clone()));
            }
        }
    }

    pub(crate) fn deliver(&mut self, to: usize, packet: &[u8]) {
        self.ends[to].handle_packet(self.now, BytesMut::from(packet));
    }

    fn gather(&mut self) {
        for (end, events) in self.ends.iter_mut().zip(&mut self.events) {
            events.extend(std::iter::from_fn(|| end.poll_event()));
        }
    }

    pub(crate) fn take(&mut self, end: usize) -> Vec<Event> {
        self.gather();
        std::mem::take(&mut self.events[end])
    }

    /// Goes to the next moment at which something happens, at most `until`.
    pub(crate) fn step(&mut self, until: Instant) -> bool {
        self.launch(0);
        self.launch(1);
        self.gather();
        let arrival = self.flying.keys().next().map(|(at, _)| *at);
        let timers = self.ends.iter().filter_map(Association::poll_timeout);
        let Some(next) = timers.chain(arrival).min().filter(|next| *next <= until) else {
            self.now = until;
            return false;
        };
        self.now = self.now.max(next);
        while let Some(entry) = self.flying.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            let (to, packet) = entry.remove();
            self.deliver(to, &packet);
        }
        for end in &mut self.ends {
            end.handle_timeout(self.now);
        }
        true
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while self.step(until) {}
        self.gather();
    }

    /// Everything that can be read on a stream.
    pub(crate) fn read(&mut self, end: usize, stream: u16) -> Vec<Vec<u8>> {
        let now = self.now;
        let messages = std::iter::from_fn(|| self.ends[end].recv(now, StreamId(stream)));
        messages
            .map(|message| message.data.into_bytes().to_vec())
            .collect()
    }

    pub(crate) fn send(&mut self, end: usize, stream: u16, message: Message) {
        self.ends[end]
            .send(self.now, StreamId(stream), message)
            .unwrap();
    }
}

/// Puts the right verification tag, ports and checksum into a packet.
pub(crate) fn repaired(packet: &[u8], tag: u32) -> Vec<u8> {
    let mut packet = packet.to_vec();
    packet[4..8].copy_from_slice(&tag.to_be_bytes());
    let sum = checksum(&packet);
    packet[8..12].copy_from_slice(&sum);
    packet
}
