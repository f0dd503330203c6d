//! Whole peer connections in memory, with real cryptography and virtual time: CPU time alone.
//!
//! The throughput of `set-up` is in datagrams, both ways together; that of `media` in RTP packets.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench may stop, and begins now"
)]

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stonechat_crypto::{Certificate, CertificateParams};
use stonechat_ice::Interface;
use stonechat_media::{FrameTime, OutgoingFrame};
use stonechat_peerconnection::{
    Answer, BundlePolicy, Call, ChannelId, ChannelInit, Config, Configuration, ConnectionState,
    Event, IceCandidateInit, Kind, MessageKind, PeerConnection, ReceiverId, Reply, Request,
    SenderId, TrackInfo, Which,
};
use stonechat_sansio::{Batch, Datagram, Ecn, Env, Path, Seed, SocketId};

/// One end, with one socket.
struct End {
    pc: PeerConnection,
    local: SocketAddr,
    candidates: Vec<IceCandidateInit>,
    channel: Option<ChannelId>,
    is_open: bool,
    received: usize,
}

/// Both ends and the time.
struct Pair {
    ends: [End; 2],
    now: Instant,
    datagrams: u64,
    buffer: Vec<u8>,
}

/// What is made once: the clock of all runs and the certificates.
struct Fixture {
    now: Instant,
    envs: [Env; 2],
    certificates: [Certificate; 2],
}

impl Fixture {
    fn new() -> Self {
        let (now, wall) = (Instant::now(), SystemTime::now());
        let envs = [1, 2].map(|number| {
            let crypto = stonechat_crypto::rust::provider();
            Env::new(Seed::from_u64(number), (now, wall), crypto)
        });
        let certificates = [0, 1].map(|side: usize| {
            let env = &envs[side];
            let mut rng = env.seed().child("certificate").rng();
            let params = CertificateParams::default();
            Certificate::self_signed(env.crypto(), &mut rng, wall, params).unwrap()
        });
        Self {
            now,
            envs,
            certificates,
        }
    }

    /// Two peer connections with a channel, and a video sender if wanted, not yet connected.
    fn pair(&self, has_video: bool) -> Pair {
        let ends = [0, 1].map(|side: usize| {
            let mut pc = PeerConnection::new(
                Config::default(),
                // One socket an end carries everything.
                Configuration {
                    bundle_policy: BundlePolicy::MaxBundle,
                    ..Configuration::default()
                },
                self.certificates[side].clone(),
                &self.envs[side],
                self.now,
            )
            .unwrap();
            let local = SocketAddr::from((
                if side == 0 {
                    [192, 0, 2, 1]
                } else {
                    [192, 0, 2, 2]
                },
                5000,
            ));
            let interface = Interface {
                name: String::from("eth0"),
                addresses: vec![local.ip()],
                loopback: false,
                cost: 0,
            };
            pc.handle_interfaces(self.now, &[interface]);
            End {
                pc,
                local,
                candidates: Vec::new(),
                channel: None,
                is_open: false,
                received: 0,
            }
        });
        let mut pair = Pair {
            ends,
            now: self.now,
            datagrams: 0,
            buffer: Vec::new(),
        };
        let (label, init) = (String::from("bench"), ChannelInit::default());
        match pair.call(0, Call::CreateDataChannel { label, init }) {
            Answer::Channel(channel) => pair.ends[0].channel = Some(channel),
            other => panic!("{other:?}"),
        }
        if has_video {
            let track = TrackInfo {
                id: String::from("camera"),
                kind: Kind::Video,
            };
            pair.call(
                0,
                Call::AddTrack {
                    track,
                    streams: Vec::new(),
                },
            );
        }
        pair
    }

    fn connected(&self, has_video: bool) -> Pair {
        let mut pair = self.pair(has_video);
        pair.connect();
        pair
    }
}

impl Pair {
    fn call(&mut self, side: usize, call: Call) -> Answer {
        let answer = self.ends[side].pc.call(self.now, call);
        self.ends[side].pull(self.now);
        answer
    }

    fn connect(&mut self) {
        self.call(0, Call::SetLocalDescription(None));
        let offer = self.ends[0].pc.session().description(Which::Local).unwrap();
        self.call(1, Call::SetRemoteDescription(offer));
        self.call(1, Call::SetLocalDescription(None));
        let answer = self.ends[1].pc.session().description(Which::Local).unwrap();
        self.call(0, Call::SetRemoteDescription(answer));
        for (from, to) in [(0, 1), (1, 0)] {
            for candidate in std::mem::take(&mut self.ends[from].candidates) {
                self.call(to, Call::AddIceCandidate(Some(candidate)));
            }
        }
        self.run_until(|pair| pair.ends.iter().all(|end| end.is_open));
        let connected = ConnectionState::Connected;
        assert!(
            self.ends
                .iter()
                .all(|end| end.pc.session().connection_state() == connected)
        );
    }

    /// Carries datagrams until `done`; lets time pass only when nothing is under way.
    fn run_until(&mut self, mut done: impl FnMut(&mut Self) -> bool) {
        while !done(self) {
            if !self.exchange() {
                let next = self
                    .ends
                    .iter()
                    .filter_map(|end| end.pc.poll_timeout())
                    .min();
                self.now = self.now.max(next.unwrap());
                for end in &mut self.ends {
                    end.pc.handle_timeout(self.now);
                    end.pull(self.now);
                }
            }
        }
    }

    /// Carries what both have to send, a turn each; `false` if there was nothing.
    fn exchange(&mut self) -> bool {
        let mut any = false;
        for (from, to) in [(0, 1), (1, 0)] {
            loop {
                self.buffer.clear();
                let mut batch = Batch::new(&mut self.buffer, 64, 65_536);
                let Some(run) = self.ends[from].pc.poll_transmit(self.now, &mut batch) else {
                    break;
                };
                any = true;
                for packet in run.packets(&self.buffer) {
                    self.datagrams += 1;
                    let [from, to_end] = [from, to].map(|side| self.ends[side].local);
                    let path = Path::new(SocketId(0), to_end.ip(), from);
                    let payload = BytesMut::from(packet);
                    let datagram = Datagram::new(path, Ecn::NotEct, self.now, payload);
                    self.ends[to].pc.handle_datagram(self.now, datagram);
                }
            }
            self.ends[to].pull(self.now);
        }
        any
    }
}

impl End {
    /// Serves requests and pulls steps.
    fn pull(&mut self, now: Instant) {
        loop {
            while let Some(request) = self.pc.poll_request() {
                if let Request::OpenUdp { id, .. } = request {
                    let reply = Reply::Opened {
                        socket: SocketId(0),
                        local: self.local,
                    };
                    self.pc.handle_reply(now, id, reply);
                }
            }
            let Some(step) = self.pc.poll_step(now) else {
                return;
            };
            for event in step.fire {
                match event {
                    Event::IceCandidate {
                        candidate: Some(candidate),
                        ..
                    } => {
                        self.candidates.push(candidate.to_json());
                    }
                    Event::DataChannel(channel) => self.channel = Some(channel),
                    Event::ChannelOpen(_) => self.is_open = true,
                    Event::ChannelMessage { data, .. } => self.received += black_box(data).len(),
                    _ => {}
                }
            }
        }
    }
}

fn set_up(criterion: &mut Criterion) {
    let fixture = Fixture::new();
    let datagrams = fixture.connected(false).datagrams;
    let mut group = criterion.benchmark_group("set-up");
    group.throughput(Throughput::Elements(datagrams));
    group.bench_function("data channel open", |bencher| {
        bencher.iter_with_large_drop(|| fixture.connected(false));
    });
    group.finish();
}

fn data(criterion: &mut Criterion) {
    const TOTAL: usize = 1 << 20;
    let fixture = Fixture::new();
    let mut group = criterion.benchmark_group("data");
    group.throughput(Throughput::Bytes(TOTAL as u64));
    for len in [16_384, 65_536] {
        let mut pair = fixture.connected(false);
        let message = Bytes::from(vec![0x5a; len]);
        let channel = pair.ends[0].channel.unwrap();
        group.bench_function(format!("messages of {len} octets"), |bencher| {
            bencher.iter(|| {
                for _ in 0..TOTAL / len {
                    let (kind, data) = (MessageKind::Binary, message.clone());
                    pair.call(
                        0,
                        Call::Send {
                            channel,
                            kind,
                            data,
                        },
                    );
                }
                let end = pair.ends[1].received + TOTAL;
                pair.run_until(|pair| pair.ends[1].received >= end);
            });
        });
    }
    group.finish();
}

fn media(criterion: &mut Criterion) {
    const FRAMES: u32 = 30;
    /// Frames of ten packets each.
    const LEN: usize = 11_000;
    let fixture = Fixture::new();
    let mut group = criterion.benchmark_group("media");
    let mut pair = fixture.connected(true);
    let sender = SenderId(pair.ends[0].pc.session().transceivers()[0].id.0);
    let receiver = ReceiverId(pair.ends[1].pc.session().transceivers()[0].id.0);
    let mut frame = vec![0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 16, 0, 16, 0];
    frame.resize(LEN, 7);
    let frame = Bytes::from(frame);
    let mut time = Duration::ZERO;
    let mut send = |pair: &mut Pair| {
        for _ in 0..FRAMES {
            time += Duration::from_millis(33);
            pair.now += Duration::from_millis(33);
            for end in &mut pair.ends {
                end.pc.handle_timeout(pair.now);
            }
            let outgoing = OutgoingFrame::new(frame.clone(), FrameTime::Media(time));
            pair.ends[0]
                .pc
                .send_frame(pair.now, sender, outgoing)
                .unwrap();
            let mut received = false;
            pair.run_until(|pair| {
                while let Some(frame) = pair.ends[1].pc.recv_frame(pair.now, receiver) {
                    received |= black_box(frame).data.len() == LEN;
                }
                while pair.ends[1].pc.poll_media_event().is_some() {}
                received
            });
        }
    };
    let before = pair.datagrams;
    send(&mut pair);
    group.throughput(Throughput::Elements(pair.datagrams - before));
    group.bench_function("video packets", |bencher| {
        bencher.iter(|| send(&mut pair));
    });
    group.finish();
}

criterion_group!(benches, set_up, data, media);
criterion_main!(benches);
