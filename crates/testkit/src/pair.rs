//! Two machines at the ends of two links, in virtual time.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_sansio::{Batch, Datagram, Ecn, Path, Rng, Seed, SocketId};

use crate::machine::Machine;
use crate::network::Link;
use crate::network::link::{LinkState, Passage, flip};
use crate::transcript::{Side, Transcript, What};

/// What [`Pair::set_tamper`] does with packets.
type Tamper = Box<dyn FnMut(Side, Instant, &mut Vec<u8>) -> bool>;

/// How a driver behaves, well or badly, within what the contract allows it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Habits {
    /// Polls for events before it polls for packets.
    pub(crate) events_first: bool,
    /// Polls for packets only in each of so many steps; 0 and 1 for always.
    pub(crate) lazy: u32,
    /// Calls `handle_timeout` when nothing is due, also with times that lie back.
    pub(crate) nervous: bool,
    /// Polls for packets with too little room before it does with enough.
    pub(crate) stingy: bool,
    /// Sends octets that nobody sent.
    pub(crate) garbage: bool,
    /// Does not poll for events at all.
    pub(crate) deaf: bool,
}

/// Two machines and the links between them.
///
/// Works for machines inside a path, and for addressed ones that need no more than one socket
/// each: what A sends to [`Pair::address`] of B reaches B, whatever path it names. For more than
/// that, use [`World`](crate::World).
///
/// The driver checks rule C4 (progress) all the time: it panics if a machine wants its time out
/// again and again at one instant, or does not stop sending.
pub struct Pair<A: Machine, B: Machine> {
    /// The first machine. Its commands may be called between steps.
    pub a: A,
    /// The second machine.
    pub b: B,
    now: Instant,
    seed: Seed,
    wires: [Wire; 2],
    events_a: Vec<A::Event>,
    events_b: Vec<B::Event>,
    budget: usize,
    segments: usize,
    transcript: Option<Transcript>,
    tamper: Option<Tamper>,
    habits: Habits,
    rng: Rng,
    steps: u32,
    /// How often in a row a time out was due at the same instant.
    stalled: u32,
    buffer: Vec<u8>,
}

/// One direction.
struct Wire {
    link: LinkState,
    under_way: BTreeMap<(Instant, u64), (BytesMut, Ecn)>,
    next: u64,
    sent: u64,
    octets: u64,
}

/// Time outs that may be due in a row at one instant.
const MAX_STALLED: u32 = 1000;

/// Runs of packets that one machine may send in one step.
const MAX_RUNS: u32 = 100_000;

impl<A: Machine, B: Machine> Pair<A, B> {
    /// Two machines, made at [`clock::start`](crate::clock::start), at the ends of perfect links.
    /// The seed decides what the links do.
    #[must_use]
    pub fn new(seed: u64, a: A, b: B) -> Self {
        let seed = Seed::from_u64(seed).child("pair");
        Self {
            a,
            b,
            now: crate::clock::start(),
            wires: ["a to b", "b to a"].map(|label| Wire {
                link: LinkState::new(Link::default(), &seed.child(label)),
                under_way: BTreeMap::new(),
                next: 0,
                sent: 0,
                octets: 0,
            }),
            events_a: Vec::new(),
            events_b: Vec::new(),
            budget: 1200,
            segments: 1,
            transcript: None,
            tamper: None,
            habits: Habits::default(),
            rng: seed.child("habits").rng(),
            seed,
            steps: 0,
            stalled: 0,
            buffer: Vec::new(),
        }
    }

    /// The same link in both directions.
    #[must_use]
    pub fn with_link(self, link: Link) -> Self {
        self.with_links(link.clone(), link)
    }

    /// A link from A to B and one from B to A.
    #[must_use]
    pub fn with_links(mut self, a_to_b: Link, b_to_a: Link) -> Self {
        self.set_links(a_to_b, b_to_a);
        self
    }

    /// At most so many octets in a packet; 1200 if not set. The links' MTU counts as well.
    #[must_use]
    pub const fn with_budget(mut self, budget: usize) -> Self {
        self.budget = budget;
        self
    }

    /// At most so many packets in a run, for addressed machines; 1 if not set.
    #[must_use]
    pub const fn with_segments(mut self, segments: usize) -> Self {
        self.segments = segments;
        self
    }

    /// Keeps a [`Transcript`] of all packets and events.
    #[must_use]
    pub fn recorded(mut self) -> Self {
        self.transcript = Some(Transcript::new(self.now));
        self
    }

    pub(crate) fn with_habits(mut self, habits: Habits) -> Self {
        self.habits = habits;
        self
    }

    /// Changes the links for packets sent from now on.
    pub fn set_links(&mut self, a_to_b: Link, b_to_a: Link) {
        let [forth, back] = &mut self.wires;
        forth.link.set_config(a_to_b);
        back.link.set_config(b_to_a);
    }

    /// Lets `tamper` see each packet when it is sent, by whom and when; it may change it, and says
    /// whether it goes on.
    pub fn set_tamper(
        &mut self,
        tamper: impl FnMut(Side, Instant, &mut Vec<u8>) -> bool + 'static,
    ) {
        self.tamper = Some(Box::new(tamper));
    }

    /// Takes tampering away.
    pub fn clear_tamper(&mut self) {
        self.tamper = None;
    }

    /// The address of a machine's only socket: 192.0.2.1:5000 for A, 192.0.2.2:5000 for B.
    #[must_use]
    pub const fn address(side: Side) -> SocketAddr {
        let last = match side {
            Side::A => 1,
            Side::B => 2,
        };
        SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)), 5000)
    }

    /// The path over which a machine hears its peer: socket 0, its address, the peer's address.
    #[must_use]
    pub const fn path(side: Side) -> Path {
        Path::new(
            SocketId(0),
            Self::address(side).ip(),
            Self::address(side.peer()),
        )
    }

    /// Where time stands.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Events of A that were not taken yet.
    #[must_use]
    pub fn events_a(&self) -> &[A::Event] {
        &self.events_a
    }

    /// Events of B that were not taken yet.
    #[must_use]
    pub fn events_b(&self) -> &[B::Event] {
        &self.events_b
    }

    /// Takes all events of A.
    pub fn take_events_a(&mut self) -> Vec<A::Event> {
        std::mem::take(&mut self.events_a)
    }

    /// Takes all events of B.
    pub fn take_events_b(&mut self) -> Vec<B::Event> {
        std::mem::take(&mut self.events_b)
    }

    /// Packets that a machine sent so far.
    #[must_use]
    pub fn packets_sent(&self, side: Side) -> u64 {
        self.wires[side as usize].sent
    }

    /// Octets in the packets that a machine sent so far.
    #[must_use]
    pub fn octets_sent(&self, side: Side) -> u64 {
        self.wires[side as usize].octets
    }

    /// The transcript, if one is [kept](Self::recorded).
    #[must_use]
    pub const fn transcript(&self) -> Option<&Transcript> {
        self.transcript.as_ref()
    }

    /// Takes the transcript, if one is kept; none is from now on.
    pub fn take_transcript(&mut self) -> Option<Transcript> {
        self.transcript.take()
    }

    /// Sends octets to a machine, as if its peer had; they arrive at once, by the next step.
    pub fn inject(&mut self, to: Side, octets: &[u8]) {
        let wire = &mut self.wires[to.peer() as usize];
        wire.under_way
            .insert((self.now, wire.next), (BytesMut::from(octets), Ecn::NotEct));
        wire.next += 1;
    }

    /// Takes what the machines have to send and to report, without letting time pass.
    ///
    /// # Panics
    ///
    /// If a machine does not stop sending.
    pub fn flush(&mut self) {
        if self.habits.events_first {
            self.flush_events();
            self.flush_packets();
        } else {
            self.flush_packets();
        }
        self.flush_events();
    }

    /// Goes on to the next thing that happens, and lets it happen. Returns whether there was one.
    ///
    /// # Panics
    ///
    /// If a machine makes no progress.
    pub fn step(&mut self) -> bool {
        self.step_until(None)
    }

    /// Steps until `done`, at most for `limit` of virtual time; returns whether it was reached.
    pub fn run_until(&mut self, limit: Duration, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let end = self.now + limit;
        self.flush();
        loop {
            if done(self) {
                return true;
            }
            if !self.step_until(Some(end)) {
                // `done` may have called commands.
                self.flush();
                if !self.step_until(Some(end)) {
                    if done(self) {
                        return true;
                    }
                    self.flush();
                    if self.next_instant().is_none_or(|next| next > end) {
                        self.now = self.now.max(end);
                        return done(self);
                    }
                }
            }
        }
    }

    /// Steps for `time`.
    pub fn run_for(&mut self, time: Duration) {
        self.run_until(time, |_| false);
    }

    /// Lets all that is under way arrive and all timers expire until nothing is left to happen, at
    /// most for `limit`; returns whether it came to rest.
    pub fn run_to_rest(&mut self, limit: Duration) -> bool {
        let end = self.now + limit;
        while self.step_until(Some(end)) {}
        self.next_instant().is_none()
    }

    fn step_until(&mut self, end: Option<Instant>) -> bool {
        self.steps = self.steps.wrapping_add(1);
        if !self.skips_packets() {
            self.flush();
        }
        let next = match self.next_instant() {
            Some(next) => next,
            None if self.skips_packets() => {
                self.flush();
                return self.next_instant().is_some();
            }
            None => return false,
        };
        if end.is_some_and(|end| next > end) {
            return false;
        }
        if next > self.now {
            self.stalled = 0;
        }
        self.now = self.now.max(next);
        if self.habits.nervous {
            self.be_nervous();
        }
        self.deliver();
        self.expire();
        if !self.skips_packets() {
            self.flush();
        }
        if self.habits.garbage && self.steps.is_multiple_of(3) {
            self.send_garbage();
        }
        true
    }

    fn skips_packets(&self) -> bool {
        self.habits.lazy > 1 && !self.steps.is_multiple_of(self.habits.lazy)
    }

    fn next_instant(&self) -> Option<Instant> {
        let arrival = self
            .wires
            .iter()
            .filter_map(|wire| wire.under_way.first_key_value());
        let arrival = arrival.map(|((at, _), _)| *at).min();
        let timeout = [self.a.poll_timeout(), self.b.poll_timeout()]
            .into_iter()
            .flatten()
            .min();
        [arrival, timeout].into_iter().flatten().min()
    }

    fn deliver(&mut self) {
        for side in [Side::A, Side::B] {
            while let Some(entry) = self.wires[side.peer() as usize].under_way.first_entry() {
                if entry.key().0 > self.now {
                    break;
                }
                let (payload, ecn) = entry.remove();
                let datagram = Datagram::new(Self::path(side), ecn, self.now, payload);
                match side {
                    Side::A => self.a.handle_datagram(self.now, datagram),
                    Side::B => self.b.handle_datagram(self.now, datagram),
                }
            }
        }
    }

    fn expire(&mut self) {
        let now = self.now;
        let is_due = |timeout: Option<Instant>| timeout.is_some_and(|at| at <= now);
        let (a, b) = (is_due(self.a.poll_timeout()), is_due(self.b.poll_timeout()));
        if a {
            self.a.handle_timeout(now);
        }
        if b {
            self.b.handle_timeout(now);
        }
        if a || b {
            self.stalled += 1;
            let whose = if a { Side::A } else { Side::B };
            assert!(
                self.stalled < MAX_STALLED,
                "C4: {whose:?} wants its time out without end"
            );
        }
    }

    /// Time outs that are not due, and some that lie back: nothing may come of them.
    fn be_nervous(&mut self) {
        for back in [
            Duration::ZERO,
            Duration::from_millis(1),
            Duration::from_secs(3600),
        ] {
            let now = self.now - back;
            if self.a.poll_timeout().is_none_or(|at| at > self.now) {
                self.a.handle_timeout(now);
            }
            if self.b.poll_timeout().is_none_or(|at| at > self.now) {
                self.b.handle_timeout(now);
            }
        }
    }

    /// Random octets, and changed, cut and lengthened copies of what is under way.
    fn send_garbage(&mut self) {
        for to in [Side::A, Side::B] {
            let under_way = self.wires[to.peer() as usize].under_way.first_key_value();
            let mut octets = match under_way {
                Some((_, (payload, _))) if self.rng.below(3) > 0 => payload.to_vec(),
                _ => {
                    let mut octets = vec![0; self.rng.below(80) as usize];
                    self.rng.fill(&mut octets);
                    octets
                }
            };
            let bits = u32::try_from(octets.len() * 8).unwrap_or(u32::MAX);
            match self.rng.below(3) {
                0 => octets.truncate(self.rng.below(bits / 8 + 1) as usize),
                1 => octets.push(0),
                _ => flip(&mut octets, self.rng.below(bits) as usize),
            }
            self.inject(to, &octets);
        }
    }

    fn flush_events(&mut self) {
        if self.habits.deaf {
            return;
        }
        while let Some(event) = self.a.poll_event() {
            note(&mut self.transcript, self.now, Side::A, || {
                What::Event(format!("{event:?}"))
            });
            self.events_a.push(event);
        }
        while let Some(event) = self.b.poll_event() {
            note(&mut self.transcript, self.now, Side::B, || {
                What::Event(format!("{event:?}"))
            });
            self.events_b.push(event);
        }
    }

    fn flush_packets(&mut self) {
        for side in [Side::A, Side::B] {
            if self.habits.stingy {
                self.be_stingy(side);
            }
            let mut runs = 0;
            while self.send_run(side) {
                runs += 1;
                assert!(runs < MAX_RUNS, "{side:?} does not stop sending");
            }
        }
    }

    fn poll_transmit(
        &mut self,
        side: Side,
        segments: usize,
        octets: usize,
    ) -> Option<stonechat_sansio::Transmit> {
        let mut batch = Batch::new(&mut self.buffer, segments, octets);
        match side {
            Side::A => self.a.poll_transmit(self.now, &mut batch),
            Side::B => self.b.poll_transmit(self.now, &mut batch),
        }
    }

    /// Sends one run; returns whether there was one.
    fn send_run(&mut self, side: Side) -> bool {
        self.buffer.clear();
        let segments = self.segments;
        let Some(transmit) = self.poll_transmit(side, segments, segments * self.budget) else {
            assert!(
                self.buffer.is_empty(),
                "C2: {side:?} left octets of a packet it did not send"
            );
            return false;
        };
        let buffer = std::mem::take(&mut self.buffer);
        assert_eq!(
            transmit.len(),
            buffer.len(),
            "a run is as long as what was written"
        );
        for packet in transmit.packets(&buffer) {
            self.send(side, packet, transmit.ecn());
        }
        self.buffer = buffer;
        true
    }

    fn send(&mut self, side: Side, packet: &[u8], ecn: Ecn) {
        note(&mut self.transcript, self.now, side, || {
            What::Sent(packet.to_vec())
        });
        let wire = &mut self.wires[side as usize];
        wire.sent += 1;
        wire.octets += packet.len() as u64;
        let mut packet = packet.to_vec();
        if let Some(tamper) = &mut self.tamper
            && !tamper(side, self.now, &mut packet)
        {
            return;
        }
        let passage = wire.link.pass(self.now, packet.len(), 0, ecn);
        if let Passage::Arrives { at, ecn, corrupt } = passage {
            if let Some(bit) = corrupt {
                flip(&mut packet, bit);
            }
            for at in at.into_iter().flatten() {
                let payload = BytesMut::from(packet.as_slice());
                wire.under_way.insert((at, wire.next), (payload, ecn));
                wire.next += 1;
            }
        }
    }

    /// Polls with too little room. What fits is sent; what does not leaves no trace.
    fn be_stingy(&mut self, side: Side) {
        for room in [1, 7, 12, 20, 40, 100] {
            self.buffer.clear();
            self.buffer.extend_from_slice(b"kept");
            let transmit = self.poll_transmit(side, 1, room);
            assert!(
                self.buffer.starts_with(b"kept"),
                "C2: {side:?} changed what is not its own"
            );
            let written = self.buffer.len() - 4;
            match transmit {
                None => assert_eq!(written, 0, "C2: {side:?} left octets without a packet"),
                Some(transmit) => {
                    assert!(
                        written <= room,
                        "C2: {side:?} wrote {written} octets for {room}"
                    );
                    let packet = self.buffer.split_off(4);
                    self.send(side, &packet, transmit.ecn());
                }
            }
        }
    }
}

fn note(
    transcript: &mut Option<Transcript>,
    now: Instant,
    side: Side,
    what: impl FnOnce() -> What,
) {
    if let Some(transcript) = transcript {
        transcript.push(now, side, what());
    }
}

impl<A: Machine, B: Machine> fmt::Debug for Pair<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair")
            .field("now", &self.now)
            .field("seed", &self.seed)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}
