//! Two peer connections: the script is the network between them, the signalling, both
//! applications and the clock.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use stonechat_crypto::{Certificate, CertificateParams};
use stonechat_ice::Interface;
use stonechat_media::{FrameTime, OutgoingFrame};
use stonechat_peerconnection::stats::StatsSelector;
use stonechat_peerconnection::{
    Answer, Call, ChannelId, ChannelInit, Config, Configuration, ConnectionState, Direction, Event,
    IceCandidateInit, Kind, MessageKind, OfferOptions, PeerConnection, ReceiverId, Reply, Request,
    SdpType, SenderId, SessionDescription, TrackInfo, TransceiverId, TransceiverInit, Value, Which,
};
use stonechat_sansio::{Batch, Datagram, Ecn, Path, SocketId};
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;

const MAX_UNDER_WAY: usize = 4_096;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let mut world = World::new();
    let choices = script.octet();
    if choices & 1 == 0 {
        world.prepare();
        world.negotiate(0);
        if choices & 2 == 0 {
            world.run_for(Duration::from_secs(2));
            for end in &world.ends {
                let state = end.connection.session().connection_state();
                assert_eq!(state, ConnectionState::Connected);
            }
        }
    }
    let mut steps = 0;
    while !script.is_empty() && steps < 200 {
        steps += 1;
        world.step(&mut script);
        world.settle();
    }
    for end in 0..2 {
        world.call(end, Call::Close);
    }
    world.settle();
    for end in &world.ends {
        assert!(end.connection.session().is_closed());
    }
}

/// A peer connection with its application and driver.
struct End {
    connection: PeerConnection,
    sockets: Vec<(SocketId, SocketAddr)>,
    waiting: Vec<Request>,
    channels: Vec<ChannelId>,
    senders: Vec<SenderId>,
    receivers: Vec<ReceiverId>,
    transceivers: Vec<TransceiverId>,
    /// The last description that it made.
    made: Option<SessionDescription>,
    candidates: Vec<IceCandidateInit>,
}

struct World {
    now: Instant,
    ends: [End; 2],
    /// Datagrams under way to each end, with where they came from and go to.
    wire: [VecDeque<(SocketAddr, SocketAddr, Vec<u8>)>; 2],
}

impl World {
    fn new() -> Self {
        let now = clock::start();
        let mut this = Self {
            now,
            ends: [0, 1].map(|end| End::new(end, now)),
            wire: [VecDeque::new(), VecDeque::new()],
        };
        this.settle();
        this
    }

    /// A data channel, audio and video at the first end.
    fn prepare(&mut self) {
        self.call(
            0,
            Call::CreateDataChannel {
                label: "chat".to_owned(),
                init: ChannelInit::default(),
            },
        );
        for kind in [Kind::Audio, Kind::Video] {
            let track = Some(TrackInfo {
                id: "track".to_owned(),
                kind,
            });
            self.call(
                0,
                Call::AddTransceiver {
                    kind,
                    track,
                    init: TransceiverInit::default(),
                },
            );
        }
        self.settle();
    }

    /// An offer of `from` and its answer.
    fn negotiate(&mut self, from: usize) {
        for end in [from, 1 - from] {
            self.call(end, Call::SetLocalDescription(None));
            self.settle();
            if let Some(made) = self.local(end) {
                self.call(1 - end, Call::SetRemoteDescription(made));
                self.settle();
            }
        }
        for end in 0..2 {
            self.trickle(end);
        }
    }

    fn local(&self, end: usize) -> Option<SessionDescription> {
        self.ends[end]
            .connection
            .session()
            .description(Which::Local)
    }

    fn trickle(&mut self, from: usize) {
        for candidate in std::mem::take(&mut self.ends[from].candidates) {
            self.call(1 - from, Call::AddIceCandidate(Some(candidate)));
        }
        self.settle();
    }

    fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        for _ in 0..2_000 {
            self.deliver_all();
            if !self.wire.iter().all(VecDeque::is_empty) {
                continue;
            }
            let next = self
                .ends
                .iter()
                .filter_map(|end| end.connection.poll_timeout())
                .min();
            let Some(next) = next.filter(|at| *at < end) else {
                break;
            };
            self.now = self.now.max(next);
            self.settle();
        }
        self.now = end;
        self.settle();
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let choice = script.octet();
        let to = usize::from(choice >> 7);
        match choice & 31 {
            0..=3 => self.deliver_all(),
            4 => {
                let _ = self.wire[to].pop_front();
            }
            5 => {
                if let Some((from, at, packet)) = self.wire[to].front().cloned() {
                    self.give(to, from, at, &packet);
                }
            }
            6 => {
                if !self.wire[to].is_empty() {
                    self.wire[to].rotate_left(1);
                }
            }
            7..=9 => {
                if let Some((from, at, mut packet)) = self.wire[to].front().cloned() {
                    for _ in 0..=script.below(4) {
                        let index = usize::from(script.u16()) % packet.len();
                        packet[index] ^= script.octet();
                    }
                    self.give(to, from, at, &packet);
                }
            }
            10 | 11 => {
                let from = if choice & 32 == 0 {
                    local(1 - to, 1)
                } else {
                    ([203, 0, 113, script.octet()], 9).into()
                };
                self.give(to, from, local(to, 1), script.octets());
            }
            12..=14 => self.now += Duration::from_millis(u64::from(script.u16())),
            15 => self.run_for(Duration::from_millis(u64::from(script.u16()) / 16)),
            16 => self.negotiate(to),
            17 => self.trickle(to),
            18..=24 => {
                if let Some(call) = self.any_call(to, script) {
                    self.call(to, call);
                }
            }
            25 | 26 => self.describe(to, script),
            27 => {
                let at = script.below(self.ends[to].senders.len());
                if let Some(sender) = self.ends[to].senders.get(at).copied() {
                    let frame = OutgoingFrame::new(
                        Bytes::copy_from_slice(script.octets()),
                        FrameTime::Media(self.now - clock::start()),
                    );
                    let _ = self.ends[to].connection.send_frame(self.now, sender, frame);
                }
            }
            28 => {
                for receiver in self.ends[to].receivers.clone() {
                    while self.ends[to]
                        .connection
                        .recv_frame(self.now, receiver)
                        .is_some()
                    {}
                }
            }
            29 => self.driver(to, script),
            _ => {
                let before = self
                    .now
                    .checked_sub(Duration::from_secs(5))
                    .unwrap_or(self.now);
                self.ends[to].connection.handle_timeout(before);
            }
        }
    }

    /// A call of the application with whatever arguments.
    fn any_call(&self, end: usize, script: &mut Script<'_>) -> Option<Call> {
        let end = &self.ends[end];
        let channel = end.channels.get(script.below(end.channels.len())).copied();
        let transceiver = end
            .transceivers
            .get(script.below(end.transceivers.len()))
            .copied();
        let sender = end.senders.get(script.below(end.senders.len())).copied();
        let receiver = end
            .receivers
            .get(script.below(end.receivers.len()))
            .copied();
        let kind = if script.flag() {
            Kind::Video
        } else {
            Kind::Audio
        };
        Some(match script.below(20) {
            0 => Call::CreateOffer(OfferOptions {
                ice_restart: script.flag(),
                ..OfferOptions::default()
            }),
            1 => Call::CreateAnswer,
            2 => Call::SetLocalDescription(None),
            3 => Call::SetLocalDescription(end.made.clone()),
            4 => Call::AddIceCandidate(None),
            5 => Call::AddIceCandidate(Some(IceCandidateInit {
                candidate: String::from_utf8(script.octets().to_vec()).ok()?,
                sdp_mid: script.flag().then(|| "0".to_owned()),
                sdp_m_line_index: script.flag().then(|| u16::from(script.octet())),
                username_fragment: None,
            })),
            6 => Call::RestartIce,
            7 => Call::AddTrack {
                track: TrackInfo {
                    id: "more".to_owned(),
                    kind,
                },
                streams: vec!["stream".to_owned()],
            },
            8 => Call::RemoveTrack(sender?),
            9 => Call::AddTransceiver {
                kind,
                track: None,
                init: TransceiverInit::default(),
            },
            10 => {
                let directions = [
                    Direction::SendRecv,
                    Direction::SendOnly,
                    Direction::RecvOnly,
                    Direction::Inactive,
                    Direction::Stopped,
                ];
                Call::SetDirection(transceiver?, directions[script.below(5)])
            }
            11 => Call::StopTransceiver(transceiver?),
            12 => Call::ReplaceTrack(sender?, None),
            13 => Call::RequestKeyFrame(receiver?),
            14 => Call::CreateDataChannel {
                label: String::from_utf8_lossy(script.octets()).into_owned(),
                init: ChannelInit {
                    ordered: script.flag(),
                    negotiated: script.flag(),
                    id: script.flag().then(|| script.u16()),
                    max_retransmits: script.flag().then(|| script.u16()),
                    ..ChannelInit::default()
                },
            },
            15 | 16 => Call::Send {
                channel: channel?,
                kind: if script.flag() {
                    MessageKind::Text
                } else {
                    MessageKind::Binary
                },
                data: Bytes::copy_from_slice(script.octets()),
            },
            17 => Call::CloseChannel(channel?),
            18 => Call::GetStats(StatsSelector::All),
            _ if script.octet() == 0xff => Call::Close,
            _ => Call::SetStreams(sender?, vec!["other".to_owned()]),
        })
    }

    /// A description of the other end, as it is or with lines changed, or a rollback.
    fn describe(&mut self, to: usize, script: &mut Script<'_>) {
        let sdp_type = [
            SdpType::Offer,
            SdpType::Answer,
            SdpType::Pranswer,
            SdpType::Rollback,
        ][script.below(4)];
        let source = self.ends[1 - to]
            .made
            .clone()
            .or_else(|| self.local(1 - to));
        let mut sdp = source.map(|made| made.sdp).unwrap_or_default();
        let mut lines: Vec<String> = sdp.lines().map(str::to_owned).collect();
        for _ in 0..script.below(4) {
            if lines.is_empty() {
                break;
            }
            let at = usize::from(script.u16()) % lines.len();
            match script.below(3) {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at].clone()),
                _ => lines[at] = String::from_utf8_lossy(script.octets()).into_owned(),
            }
        }
        sdp = lines.join("\r\n") + "\r\n";
        let description = SessionDescription {
            kind: sdp_type,
            sdp,
        };
        let call = if script.flag() {
            Call::SetLocalDescription(Some(description))
        } else {
            Call::SetRemoteDescription(description)
        };
        self.call(to, call);
    }

    /// Something happens to the sockets.
    fn driver(&mut self, end: usize, script: &mut Script<'_>) {
        let now = self.now;
        let socket = SocketId(u32::from(script.octet() & 3));
        let connection = &mut self.ends[end].connection;
        match script.below(5) {
            0 => connection.handle_writable(now, socket, script.flag()),
            1 => connection.handle_socket_closed(now, socket),
            2 => {
                let path = Path::new(socket, local(end, 1).ip(), local(1 - end, 1));
                connection.handle_path_failed(now, &path);
            }
            3 => connection.handle_interfaces(now, &[]),
            _ => connection.handle_interfaces(now, &[interface(local(end, 1).ip())]),
        }
    }

    fn deliver_all(&mut self) {
        for to in 0..2 {
            for (from, at, packet) in std::mem::take(&mut self.wire[to]) {
                self.give(to, from, at, &packet);
            }
        }
        self.settle();
    }

    fn give(&mut self, to: usize, from: SocketAddr, at: SocketAddr, packet: &[u8]) {
        let end = &mut self.ends[to];
        let Some((socket, local)) = end.sockets.iter().find(|(_, local)| *local == at) else {
            return;
        };
        let path = Path::new(*socket, local.ip(), from);
        let datagram = Datagram::new(path, Ecn::NotEct, self.now, BytesMut::from(packet));
        end.connection.handle_datagram(self.now, datagram);
    }

    fn call(&mut self, end: usize, call: Call) {
        let end = &mut self.ends[end];
        match end.connection.call(self.now, call) {
            Answer::Channel(id) if end.channels.len() < 64 => end.channels.push(id),
            _ => {}
        }
        for view in end.connection.session().transceivers() {
            if !end.transceivers.contains(&view.id) {
                end.transceivers.push(view.id);
            }
            if !end.senders.contains(&view.id.sender()) {
                end.senders.push(view.id.sender());
                end.receivers.push(view.id.receiver());
            }
        }
    }

    /// Polls both ends until there is nothing to do; what they send waits on the wire.
    fn settle(&mut self) {
        for end in 0..2 {
            let mut turns = 0;
            while self.ends[end].turn(end, self.now, &mut self.wire[1 - end]) {
                turns += 1;
                assert!(turns < 20_000, "a peer connection does not come to rest");
            }
        }
    }
}

impl End {
    fn new(end: usize, now: Instant) -> Self {
        let name = ["a", "b"][end];
        let env = clock::env(1).child(name);
        let mut connection = PeerConnection::new(
            Config::default(),
            Configuration::default(),
            certificate(end),
            &env,
            now,
        )
        .unwrap();
        connection.handle_interfaces(now, &[interface(local(end, 1).ip())]);
        Self {
            connection,
            sockets: Vec::new(),
            waiting: Vec::new(),
            channels: Vec::new(),
            senders: Vec::new(),
            receivers: Vec::new(),
            transceivers: Vec::new(),
            made: None,
            candidates: Vec::new(),
        }
    }

    /// One round of polling; `false` if there was nothing to do.
    fn turn(
        &mut self,
        end: usize,
        now: Instant,
        wire: &mut VecDeque<(SocketAddr, SocketAddr, Vec<u8>)>,
    ) -> bool {
        let mut busy = false;
        let mut buffer = Vec::new();
        let mut batch = Batch::new(&mut buffer, 8, 20_000);
        if let Some(run) = self.connection.poll_transmit(now, &mut batch) {
            busy = true;
            let from = self
                .sockets
                .iter()
                .find(|(id, _)| *id == run.path().socket());
            for packet in run.packets(&buffer) {
                if let Some((_, from)) = from
                    && wire.len() < MAX_UNDER_WAY
                {
                    wire.push_back((*from, run.path().remote(), packet.to_vec()));
                }
            }
        }
        if let Some(step) = self.connection.poll_step(now) {
            busy = true;
            for event in step.fire {
                self.on_event(event);
            }
            for (_, outcome) in step.settle {
                if let Ok(Value::Description(made)) = outcome {
                    self.made = Some(made);
                }
            }
        }
        while self.connection.poll_media_event().is_some() {
            busy = true;
        }
        while let Some(request) = self.connection.poll_request() {
            busy = true;
            self.waiting.push(request);
        }
        for request in std::mem::take(&mut self.waiting) {
            self.serve(end, now, &request);
        }
        if self.connection.poll_timeout().is_some_and(|at| at <= now) {
            self.connection.handle_timeout(now);
            busy = true;
        }
        busy
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::DataChannel(id) if self.channels.len() < 64 => self.channels.push(id),
            Event::IceCandidate {
                candidate: Some(candidate),
                ..
            } => {
                self.candidates.push(candidate.to_json());
            }
            _ => {}
        }
    }

    fn serve(&mut self, end: usize, now: Instant, request: &Request) {
        let (id, reply) = match request {
            Request::OpenUdp { id, .. } => {
                let number = u16::try_from(self.sockets.len()).unwrap() + 1;
                let (socket, local) = (SocketId(u32::from(number)), local(end, number));
                self.sockets.push((socket, local));
                (*id, Reply::Opened { socket, local })
            }
            Request::Resolve { id, .. } | Request::ResolveMdns { id, .. } => {
                (*id, Reply::Resolved(vec![local(1 - end, 1).ip()]))
            }
            Request::PublishMdns { id, .. } => (*id, Reply::Published),
            _ => return,
        };
        self.connection.handle_reply(now, id, reply);
    }
}

fn local(end: usize, number: u16) -> SocketAddr {
    ([198, 51, 100, [1, 2][end]], 5_000 + number).into()
}

fn interface(address: IpAddr) -> Interface {
    Interface {
        name: "eth0".to_owned(),
        addresses: vec![address],
        loopback: false,
        cost: 0,
    }
}

fn certificate(end: usize) -> Certificate {
    static CERTIFICATES: OnceLock<[Certificate; 2]> = OnceLock::new();
    let certificates = CERTIFICATES.get_or_init(|| {
        ["a", "b"].map(|name| {
            let env = clock::env(1).child(name);
            let mut rng = env.seed().rng();
            let params = CertificateParams::default();
            Certificate::self_signed(env.crypto(), &mut rng, clock::wall(), params).unwrap()
        })
    });
    certificates[end].clone()
}
