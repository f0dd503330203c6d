//! Machines on the hosts of a virtual network.

use std::fmt;
use std::ops::{Index, IndexMut};
use std::time::{Duration, Instant};

use stonechat_sansio::Batch;

use crate::machine::Machine;
use crate::network::{HostId, Network};

/// A [`Network`] with one machine on each host that has one.
///
/// Machines of several kinds are variants of one `enum` that implements [`Machine`]. What a machine
/// asks of its surroundings it gets in [`Machine::service`], which each step calls first.
pub struct World<M: Machine> {
    /// The network. It may be changed between steps.
    pub network: Network,
    now: Instant,
    parties: Vec<Party<M>>,
    segments: usize,
    stalled: u32,
    buffer: Vec<u8>,
}

struct Party<M: Machine> {
    host: HostId,
    machine: M,
    events: Vec<M::Event>,
}

/// Names a machine of a [`World`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct PartyId(usize);

/// Time outs that may be due in a row at one instant.
const MAX_STALLED: u32 = 1000;

/// Runs of packets that one machine may send in one step.
const MAX_RUNS: u32 = 100_000;

/// Octets of a packet.
const BUDGET: usize = 1472;

impl<M: Machine> World<M> {
    /// A world on `network` at [`clock::start`](crate::clock::start).
    #[must_use]
    pub fn new(network: Network) -> Self {
        let now = crate::clock::start();
        Self {
            network,
            now,
            parties: Vec::new(),
            segments: 1,
            stalled: 0,
            buffer: Vec::new(),
        }
    }

    /// At most so many packets in a run; 1 if not set.
    #[must_use]
    pub const fn with_segments(mut self, segments: usize) -> Self {
        self.segments = segments;
        self
    }

    /// Puts a machine on a host; it gets the datagrams of all sockets of that host.
    pub fn add(&mut self, host: HostId, machine: M) -> PartyId {
        self.parties.push(Party {
            host,
            machine,
            events: Vec::new(),
        });
        PartyId(self.parties.len() - 1)
    }

    /// Where time stands.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The events of a machine that were not taken yet.
    #[must_use]
    pub fn events(&self, party: PartyId) -> &[M::Event] {
        &self.parties[party.0].events
    }

    /// Takes all events of a machine.
    pub fn take_events(&mut self, party: PartyId) -> Vec<M::Event> {
        std::mem::take(&mut self.parties[party.0].events)
    }

    /// Serves the machines and takes what they have to send and to report, without letting time
    /// pass.
    ///
    /// # Panics
    ///
    /// If a machine does not stop sending.
    pub fn flush(&mut self) {
        let Self {
            network,
            parties,
            buffer,
            ..
        } = self;
        for party in parties {
            party.machine.service(self.now, party.host, network);
            for run in 0.. {
                assert!(run < MAX_RUNS, "a machine does not stop sending");
                buffer.clear();
                let mut batch = Batch::new(buffer, self.segments, self.segments * BUDGET);
                let Some(transmit) = party.machine.poll_transmit(self.now, &mut batch) else {
                    break;
                };
                network.transmit(self.now, &transmit, buffer);
            }
            while let Some(event) = party.machine.poll_event() {
                party.events.push(event);
            }
            party.machine.service(self.now, party.host, network);
        }
    }

    /// Goes on to the next thing that happens, and lets it happen. Returns whether there was one.
    ///
    /// # Panics
    ///
    /// If a machine makes no progress (C4).
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
                self.now = self.now.max(end);
                return done(self);
            }
        }
    }

    /// Steps for `time`.
    pub fn run_for(&mut self, time: Duration) {
        self.run_until(time, |_| false);
    }

    fn step_until(&mut self, end: Option<Instant>) -> bool {
        self.flush();
        let timeouts = self
            .parties
            .iter()
            .filter_map(|party| party.machine.poll_timeout());
        let Some(next) = timeouts.chain(self.network.poll_timeout()).min() else {
            return false;
        };
        if end.is_some_and(|end| next > end) {
            return false;
        }
        if next > self.now {
            self.stalled = 0;
        }
        self.now = self.now.max(next);
        while let Some((host, datagram)) = self.network.receive(self.now) {
            if let Some(party) = self.parties.iter_mut().find(|party| party.host == host) {
                party.machine.handle_datagram(self.now, datagram);
            }
        }
        for (index, party) in self.parties.iter_mut().enumerate() {
            if party
                .machine
                .poll_timeout()
                .is_some_and(|at| at <= self.now)
            {
                party.machine.handle_timeout(self.now);
                self.stalled += 1;
                let limit = MAX_STALLED * u32::try_from(index + 1).unwrap_or(1);
                assert!(
                    self.stalled < limit,
                    "C4: machine {index} wants its time out without end"
                );
            }
        }
        self.flush();
        true
    }
}

impl<M: Machine> Index<PartyId> for World<M> {
    type Output = M;

    fn index(&self, party: PartyId) -> &M {
        &self.parties[party.0].machine
    }
}

impl<M: Machine> IndexMut<PartyId> for World<M> {
    fn index_mut(&mut self, party: PartyId) -> &mut M {
        &mut self.parties[party.0].machine
    }
}

impl<M: Machine> fmt::Debug for World<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("now", &self.now)
            .field("parties", &self.parties.len())
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}
