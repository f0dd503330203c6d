//! Rules C1 to C10.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use stonechat_ice::Interface;
use stonechat_peerconnection::{
    Event, GatherOptions, IceCandidateInit, IceParameters, IceRole, IceTransport,
    IceTransportConfig, IceTransportState, Reply, Request,
};
use stonechat_sansio::{Batch, Datagram, SocketId, Transmit};
use stonechat_testkit::contract::Subject;
use stonechat_testkit::{Machine, Pair, Side, clock};

use crate::setup::{A, B, env};

/// A transport with one socket.
struct Driven {
    ice: IceTransport,
    now: Instant,
    local: SocketAddr,
    fired: VecDeque<Event>,
    candidates: Vec<IceCandidateInit>,
    received: usize,
}

impl Driven {
    fn new(seed: u64, side: usize) -> Self {
        let local = Pair::<Self, Self>::address([Side::A, Side::B][side]);
        let now = clock::start();
        let config = IceTransportConfig::default();
        let mut ice = IceTransport::new(config, &env(seed, side), now);
        ice.handle_interfaces(
            now,
            &[Interface {
                name: String::from("eth0"),
                addresses: vec![local.ip()],
                loopback: false,
                cost: 0,
            }],
        );
        ice.gather(now, &GatherOptions::default()).unwrap();
        let mut this = Self {
            ice,
            now,
            local,
            fired: VecDeque::new(),
            candidates: Vec::new(),
            received: 0,
        };
        this.serve();
        while let Some(event) = this.poll_event() {
            if let Event::IceCandidate {
                candidate: Some(candidate),
                ..
            } = event
            {
                this.candidates.push(candidate.to_json());
            }
        }
        this
    }

    fn serve(&mut self) {
        while let Some(request) = self.ice.poll_request() {
            let Request::OpenUdp { id, .. } = request else {
                continue;
            };
            let reply = Reply::Opened {
                socket: SocketId(0),
                local: self.local,
            };
            self.ice.handle_reply(self.now, id, reply);
        }
    }
}

impl Machine for Driven {
    type Event = Event;

    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        self.now = self.now.max(now);
        self.ice.handle_datagram(now, datagram);
        self.serve();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.ice.handle_timeout(now);
        self.serve();
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.ice.poll_timeout()
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.ice.poll_transmit(now, out)
    }

    fn poll_event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.fired.pop_front() {
                return Some(event);
            }
            self.fired.extend(self.ice.poll_step(self.now)?.fire);
        }
    }

    fn is_closed(&self) -> bool {
        self.ice.is_closed()
    }
}

/// Both connect, send datagrams until ten arrived on each side, and keep consent.
struct Scenario;

const DATAGRAMS: usize = 10;

#[derive(Default)]
struct Progress {
    sent_at: Option<Instant>,
}

impl Subject for Scenario {
    type A = Driven;
    type B = Driven;
    type Progress = Progress;

    fn pair(&self, seed: u64) -> Pair<Driven, Driven> {
        let (mut a, mut b) = (Driven::new(seed, A), Driven::new(seed, B));
        let now = clock::start();
        let parameters = [&a, &b].map(|driven| driven.ice.local_parameters());
        let [of_a, of_b] = parameters;
        a.ice.start(now, of_b, IceRole::Controlling).unwrap();
        b.ice.start(now, of_a, IceRole::Controlled).unwrap();
        for candidate in std::mem::take(&mut b.candidates) {
            a.ice.add_remote_candidate(now, candidate).unwrap();
        }
        for candidate in std::mem::take(&mut a.candidates) {
            b.ice.add_remote_candidate(now, candidate).unwrap();
        }
        Pair::new(seed, a, b)
    }

    fn drive(&self, pair: &mut Pair<Driven, Driven>, progress: &mut Progress) -> bool {
        let now = pair.now();
        let is_due = progress
            .sent_at
            .is_none_or(|at| now >= at + Duration::from_millis(200));
        for driven in [&mut pair.a, &mut pair.b] {
            while driven.ice.recv_datagram().is_some() {
                driven.received += 1;
            }
            let data = Bytes::from_static(&[0x80; 500]);
            if is_due && driven.ice.send_datagram(now, data).is_ok() {
                progress.sent_at = Some(now);
            }
        }
        let aged = now >= clock::start() + Duration::from_secs(15);
        aged && pair.a.received >= DATAGRAMS && pair.b.received >= DATAGRAMS
    }

    fn close(&self, pair: &mut Pair<Driven, Driven>) -> bool {
        let now = pair.now();
        pair.a.ice.stop(now);
        pair.b.ice.stop(now);
        true
    }
}

stonechat_testkit::contract!(Scenario);

#[test]
fn c6_a_call_that_is_refused_changes_nothing() {
    let mut driven = Driven::new(1, A);
    let now = clock::start();
    let ice = &mut driven.ice;
    let before = format!("{ice:?}");
    let bad = IceCandidateInit {
        candidate: "candidate:nonsense".to_owned(),
        ..IceCandidateInit::default()
    };
    assert!(ice.add_remote_candidate(now, bad).is_err());
    let parameters = IceParameters {
        username_fragment: "abc".to_owned(),
        password: "x".repeat(22),
        ice_lite: false,
    };
    assert!(ice.start(now, parameters, IceRole::Controlled).is_err());
    let data = Bytes::from_static(&[0x80]);
    assert!(ice.send_datagram(now, data).is_err());
    assert_eq!(format!("{ice:?}"), before);
    assert_eq!(ice.state(), IceTransportState::New);
}
