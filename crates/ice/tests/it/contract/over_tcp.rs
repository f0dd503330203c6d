//! The contract over one TCP connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use stonechat_ice::framing::HEADER;
use stonechat_ice::{Agent, Candidate, Config, Event, Reply, Request, Role, State, TcpConfig};
use stonechat_sansio::{Batch, Datagram, Path, SocketId, Transmit};
use stonechat_testkit::contract::{self, Subject};
use stonechat_testkit::{Machine, Pair, Side, clock};

use crate::setup::interfaces;

const UDP: SocketId = SocketId(0);
const CONNECTION: SocketId = SocketId(1);
const LISTENER: SocketId = SocketId(2);

/// An agent whose driver has one connection; each datagram of the link carries one packet of it.
/// Links that lose some are no connections, but with the seeds of the contract the few that matter
/// get through.
pub(crate) struct Driven(Agent);

impl Driven {
    fn new(seed: u64, side: Side) -> Self {
        let (label, role) = match side {
            Side::A => ("a", Role::Controlling),
            Side::B => ("b", Role::Controlled),
        };
        let now = clock::start();
        let config = Config {
            role,
            tcp: TcpConfig {
                passive: side == Side::B,
                ..TcpConfig::default()
            },
            ..Config::default()
        };
        let mut agent = Agent::new(config, clock::env(seed).child(label), now);
        agent.handle_interfaces(now, &interfaces(vec![address(side).ip()]));
        agent.gather(now);
        let mut this = Self(agent);
        this.serve(now, address(side));
        this
    }

    fn serve(&mut self, now: Instant, local: SocketAddr) {
        while let Some(request) = self.0.poll_request() {
            let (id, reply) = match request {
                Request::OpenUdp { id, .. } => (id, Reply::Opened { socket: UDP, local }),
                Request::ListenTcp { id, .. } => {
                    let socket = LISTENER;
                    (id, Reply::Opened { socket, local })
                }
                Request::Connect { id, .. } => {
                    let socket = CONNECTION;
                    (id, Reply::Connected { socket })
                }
                _ => continue,
            };
            self.0.handle_reply(now, id, reply);
        }
    }
}

fn address(side: Side) -> SocketAddr {
    Pair::<Driven, Driven>::address(side)
}

impl Machine for Driven {
    type Event = Event;

    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        let path = datagram.path();
        let path = Path::new(CONNECTION, path.local(), path.remote());
        let datagram = datagram.peeled(path, |mut packet| {
            let _header = packet.split_to(HEADER.min(packet.len()));
            packet
        });
        let _ = self.0.handle_datagram(now, datagram);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.0.handle_timeout(now);
        self.serve(now, address(Side::A));
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.0.poll_timeout()
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.serve(now, address(Side::A));
        self.0.poll_transmit(now, out)
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.0.poll_event()
    }

    fn is_closed(&self) -> bool {
        self.0.state() == State::Closed
    }
}

/// One connects to the other; both keep consent and close.
struct Scenario;

impl Subject for Scenario {
    type A = Driven;
    type B = Driven;
    type Progress = ();

    fn pair(&self, seed: u64) -> Pair<Driven, Driven> {
        let (mut a, mut b) = (Driven::new(seed, Side::A), Driven::new(seed, Side::B));
        let now = clock::start();
        let (one, other) = (&mut a.0, &mut b.0);
        one.set_remote_credentials(now, other.local_credentials().clone());
        other.set_remote_credentials(now, one.local_credentials().clone());
        let listening = |candidate: &&Candidate| candidate.tcp_type.is_some();
        let candidate = other.local_candidates().find(listening).cloned();
        one.add_remote_candidate(now, candidate.unwrap()).unwrap();
        one.end_of_remote_candidates(now);
        other.end_of_remote_candidates(now);
        other.handle_accepted(now, LISTENER, CONNECTION, address(Side::A));
        a.serve(now, address(Side::A));
        Pair::new(seed, a, b)
    }

    fn drive(&self, pair: &mut Pair<Driven, Driven>, (): &mut ()) -> bool {
        let selected = |driven: &Driven| driven.0.selected_pair().is_some();
        let aged = pair.now() >= clock::start() + Duration::from_secs(15);
        aged && selected(&pair.a) && selected(&pair.b)
    }

    fn close(&self, pair: &mut Pair<Driven, Driven>) -> bool {
        let now = pair.now();
        pair.a.0.close(now);
        pair.b.0.close(now);
        true
    }

    fn is_protected(&self) -> bool {
        // Octets that nobody sent do not come out of a connection; who sends them ends it.
        false
    }
}

// Not C1: nothing is retransmitted over TCP, so that a driver that sends nothing until the next
// thing happens lets the time of the only check pass. Its order of calls is that of UDP.

#[test]
fn c2_polling_with_too_little_room_leaves_no_trace() {
    contract::pulled(&Scenario);
}

#[test]
fn c3_spurious_and_backward_time_outs_change_nothing() {
    contract::tolerant(&Scenario);
}

#[test]
fn c4_time_goes_on_over_bad_links_and_with_a_silent_peer() {
    contract::progressing(&Scenario);
}

#[test]
fn c5_packets_that_nobody_sent_do_no_harm() {
    contract::undisturbed(&Scenario);
}

#[test]
fn c7_events_stay_few_when_nobody_polls() {
    contract::bounded(&Scenario);
}

#[test]
fn c8_after_the_end_all_verbs_are_inert() {
    contract::terminal(&Scenario);
}

#[test]
fn c10_the_same_seed_gives_the_same_packets() {
    contract::reproducible(&Scenario);
}
