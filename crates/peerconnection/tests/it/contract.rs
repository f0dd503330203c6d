//! Rules C1 to C10.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use stonechat_ice::Interface;
use stonechat_peerconnection::{
    Answer, Call, ChannelId, ChannelInit, Config, Configuration, Event, IceCandidateInit,
    MessageKind, PeerConnection, Reply, Request, SdpType, SessionDescription, SignalingState,
    Which,
};
use stonechat_sansio::{Batch, Datagram, SocketId, Transmit};
use stonechat_testkit::contract::Subject;
use stonechat_testkit::{Machine, Pair, Side, clock};

use crate::setup::{A, B, init, peer_connection};

/// A peer connection with one socket.
struct Driven {
    pc: PeerConnection,
    now: Instant,
    local: SocketAddr,
    peer: SocketAddr,
    fired: VecDeque<Event>,
    candidates: Vec<IceCandidateInit>,
    channel: Option<ChannelId>,
    received: usize,
}

impl Driven {
    fn new(seed: u64, side: usize) -> Self {
        let sides = [Side::A, Side::B];
        let address = Pair::<Self, Self>::address;
        let pc = peer_connection(seed, side, Config::default(), Configuration::default());
        let (local, peer) = (address(sides[side]), address(sides[1 - side]));
        let now = clock::start();
        let mut this = Self {
            pc,
            now,
            local,
            peer,
            fired: VecDeque::new(),
            candidates: Vec::new(),
            channel: None,
            received: 0,
        };
        let interface = Interface {
            name: String::from("eth0"),
            addresses: vec![local.ip()],
            loopback: false,
            cost: 0,
        };
        this.pc.handle_interfaces(now, &[interface]);
        this
    }

    fn pull_step(&mut self) -> bool {
        let Some(step) = self.pc.poll_step(self.now) else {
            return false;
        };
        for event in step.fire {
            match &event {
                Event::IceCandidate {
                    candidate: Some(candidate),
                    ..
                } => {
                    self.candidates.push(init(candidate));
                }
                Event::DataChannel(channel) => self.channel = Some(*channel),
                Event::ChannelMessage { .. } => self.received += 1,
                _ => {}
            }
            self.fired.push_back(event);
        }
        true
    }

    fn serve(&mut self) {
        while let Some(request) = self.pc.poll_request() {
            let (id, reply) = match request {
                Request::OpenUdp { id, .. } => (
                    id,
                    Reply::Opened {
                        socket: SocketId(0),
                        local: self.local,
                    },
                ),
                Request::PublishMdns { id, .. } => (id, Reply::Published),
                Request::ResolveMdns { id, .. } => (id, Reply::Resolved(vec![self.peer.ip()])),
                _ => continue,
            };
            self.pc.handle_reply(self.now, id, reply);
        }
    }

    fn settle(&mut self) {
        loop {
            self.serve();
            if !self.pull_step() {
                return;
            }
        }
    }

    fn calls(&mut self, call: Call) -> Answer {
        let answer = self.pc.call(self.now, call);
        self.settle();
        answer
    }

    fn send(&mut self, now: Instant) {
        if let Some(channel) = self.channel {
            let data = Bytes::from(vec![7; 3000]);
            self.pc.call(
                now,
                Call::Send {
                    channel,
                    kind: MessageKind::Binary,
                    data,
                },
            );
        }
    }
}

impl Machine for Driven {
    type Event = Event;

    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        self.now = self.now.max(now);
        self.pc.handle_datagram(now, datagram);
        self.serve();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.pc.handle_timeout(now);
        self.serve();
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.pc.poll_timeout()
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.pc.poll_transmit(now, out)
    }

    fn poll_event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.fired.pop_front() {
                return Some(event);
            }
            if !self.pull_step() {
                return None;
            }
        }
    }

    fn is_closed(&self) -> bool {
        self.pc.connection().is_closed()
    }
}

/// Both connect and send ten messages each over one channel.
struct Scenario;

#[derive(Default)]
struct Progress {
    sent: [usize; 2],
}

const MESSAGES: usize = 10;

impl Subject for Scenario {
    type A = Driven;
    type B = Driven;
    type Progress = Progress;

    fn pair(&self, seed: u64) -> Pair<Driven, Driven> {
        let (mut a, mut b) = (Driven::new(seed, A), Driven::new(seed, B));
        let label = String::from("chat");
        let init = ChannelInit::default();
        let Answer::Channel(channel) = a.calls(Call::CreateDataChannel { label, init }) else {
            panic!("no channel")
        };
        a.channel = Some(channel);
        a.calls(Call::SetLocalDescription(None));
        let offer = a.pc.session().description(Which::Local).unwrap();
        b.calls(Call::SetRemoteDescription(offer));
        b.calls(Call::SetLocalDescription(None));
        let answer = b.pc.session().description(Which::Local).unwrap();
        a.calls(Call::SetRemoteDescription(answer));
        assert_eq!(a.pc.session().signaling_state(), SignalingState::Stable);
        for candidate in std::mem::take(&mut b.candidates) {
            a.calls(Call::AddIceCandidate(Some(candidate)));
        }
        for candidate in std::mem::take(&mut a.candidates) {
            b.calls(Call::AddIceCandidate(Some(candidate)));
        }
        a.fired.clear();
        b.fired.clear();
        Pair::new(seed, a, b)
    }

    fn drive(&self, pair: &mut Pair<Driven, Driven>, progress: &mut Progress) -> bool {
        let now = pair.now();
        for (side, driven) in [(A, &mut pair.a), (B, &mut pair.b)] {
            let channel = driven.channel;
            let is_open = channel.is_some_and(|channel| {
                driven.pc.session().channel_state(channel).0.as_str() == "open"
            });
            while is_open && progress.sent[side] < MESSAGES {
                driven.send(now);
                progress.sent[side] += 1;
            }
        }
        pair.a.received >= MESSAGES && pair.b.received >= MESSAGES
    }

    fn close(&self, pair: &mut Pair<Driven, Driven>) -> bool {
        let now = pair.now();
        pair.a.pc.call(now, Call::Close);
        pair.b.pc.call(now, Call::Close);
        true
    }

    fn is_protected(&self) -> bool {
        // DTLS 1.2 shows its handshake: a certificate that was changed on the way, from the right
        // address and before the genuine one, ends it.
        false
    }
}

stonechat_testkit::contract!(Scenario);

#[test]
fn c6_a_description_that_is_refused_changes_nothing() {
    let mut driven = Driven::new(1, A);
    let before = format!("{:?}", driven.pc);
    let sdp = String::from("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=x\r\n");
    driven.calls(Call::SetRemoteDescription(SessionDescription {
        kind: SdpType::Offer,
        sdp,
    }));
    let after = format!("{:?}", driven.pc);
    // All but the number of the promise.
    let strip = |text: &str| text.replace("next_promise: 1", "next_promise: 0");
    assert_eq!(strip(&before), strip(&after));
}
