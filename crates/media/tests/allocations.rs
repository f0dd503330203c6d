//! Packets cost no allocation once queues and tables have grown to their size. A binary of its
//! own, because the allocator that counts is the whole process's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use stonechat_media::{
    Codec, CodecParameters, Config, CongestionFeedback, Delivery, ExtensionIds, OutgoingPacket,
    ReceiverId, ReceiverParameters, RtcpParameters, SenderConfig, SenderId, SenderParameters,
    Streams,
};
use stonechat_rtp::extension::{AudioLevel, MixerLevels};
use stonechat_rtp::{ExtensionId, Header, Mid, PayloadType, Rid, SequenceNumber, Ssrc, Timestamp};
use stonechat_sansio::{Ecn, Env, Frame, Seed};

/// Packets until everything has grown to its size: more than any queue, history or table holds.
const WARM_UP: u32 = 20_000;
/// Packets that are counted: 20 s of them, so that reports of all kinds are among them.
const COUNTED: u32 = 4_000;
const SPACING: Duration = Duration::from_millis(5);

const PAYLOAD_LEN: usize = 900;

/// How packets are sent.
#[derive(Clone, Copy, Debug)]
struct Flow {
    codec: Codec,
    feedback: CongestionFeedback,
    /// Senders, and as many receivers.
    streams: u32,
    /// Each so manieth packet is lost on its way, and asked for.
    lost: Option<u32>,
    /// Bits per second that the sender may send.
    max_bitrate: Option<u64>,
}

impl Flow {
    const fn new(codec: Codec, feedback: CongestionFeedback) -> Self {
        Self {
            codec,
            feedback,
            streams: 1,
            lost: None,
            max_bitrate: None,
        }
    }
}

/// Senders, receivers that hand out packets, and a wire between them.
struct Pair {
    now: Instant,
    flow: Flow,
    near: Streams,
    far: Streams,
    senders: Vec<SenderId>,
    receivers: Vec<ReceiverId>,
    payload: Bytes,
    /// What the wire carries.
    buffer: Vec<u8>,
    /// Room for what arrives, as a driver has: packets are slices of it.
    arena: BytesMut,
    sent: u32,
    received: u32,
    recovered: u32,
    results: u32,
}

impl Pair {
    fn new(flow: Flow) -> Self {
        let now = start();
        let extensions = extensions();
        let mut codec = CodecParameters::new(payload_type(96), flow.codec);
        if flow.lost.is_some() {
            codec = codec.with_feedback(Some(payload_type(97)));
        }
        let rtcp = RtcpParameters {
            congestion_feedback: flow.feedback,
            ecn: match flow.feedback {
                CongestionFeedback::PerStream => Ecn::Ect1,
                CongestionFeedback::TransportWide => Ecn::NotEct,
            },
            asks_round_trip: true,
            max_delay_block: 1_000,
        };
        let [mut near, mut far] = [1, 2].map(|seed| {
            let mut streams = Streams::new(config(), env(seed, now), now);
            streams.set_extensions(extensions);
            streams.set_rtcp(rtcp);
            streams
        });
        let (mut senders, mut receivers) = (Vec::new(), Vec::new());
        for number in 0..flow.streams {
            let mid = Mid::new(&number.to_string()).ok();
            let mut parameters = SenderParameters::new(vec![codec]);
            parameters.extensions = extensions;
            parameters.mid.clone_from(&mid);
            parameters.rid = Rid::new("hi").ok();
            parameters.max_bitrate = flow.max_bitrate;
            senders.push(near.add_sender(SenderConfig::new(parameters)).unwrap());
            let mut parameters = ReceiverParameters::new(vec![codec]);
            parameters.mid = mid;
            parameters.rid = Rid::new("hi").ok();
            parameters.delivery = Delivery::Packets;
            receivers.push(far.add_receiver(parameters).unwrap());
        }
        Self {
            now,
            flow,
            near,
            far,
            senders,
            receivers,
            payload: vec![7; PAYLOAD_LEN].into(),
            buffer: Vec::with_capacity(2_000),
            arena: BytesMut::with_capacity(2_000 * (WARM_UP + COUNTED) as usize),
            sent: 0,
            received: 0,
            recovered: 0,
            results: 0,
        }
    }

    /// Sends packets, one of each stream at once, and lets time pass between them.
    fn play(&mut self, count: u32) {
        for number in 0..count / self.flow.streams {
            for index in 0..self.senders.len() {
                self.send(index, number);
            }
            self.exchange();
            for _ in 0..self.flow.streams {
                self.now += SPACING;
                self.near.handle_timeout(self.now);
                self.far.handle_timeout(self.now);
                self.exchange();
            }
        }
    }

    fn send(&mut self, index: usize, number: u32) {
        let packet = OutgoingPacket {
            payload: self.payload.clone(),
            payload_type: payload_type(96),
            marker: number.is_multiple_of(3),
            timestamp: Timestamp(number * 450),
            sequence: None,
            audio_level: Some(AudioLevel {
                level: 30,
                voice: true,
            }),
            rid: None,
        };
        let taken = self.near.send_packet(self.now, self.senders[index], packet);
        // A sender that may send less than it is given refuses what does not fit its queue.
        assert!(
            taken.is_ok() || self.flow.max_bitrate.is_some(),
            "{taken:?}"
        );
    }

    /// Carries everything that both ends have over the wire.
    fn exchange(&mut self) {
        let mut busy = true;
        while busy {
            busy = self.carry_rtp();
            busy |= carry_rtcp(self.now, &mut self.buffer, &mut self.near, &mut self.far);
            busy |= carry_rtcp(self.now, &mut self.buffer, &mut self.far, &mut self.near);
        }
        for receiver in &self.receivers {
            while let Some(packet) = self.far.recv_packet(self.now, *receiver) {
                self.received += 1;
                self.recovered += u32::from(packet.recovered);
                assert_eq!(packet.payload, self.payload);
            }
        }
        for streams in [&mut self.near, &mut self.far] {
            while streams.poll_event().is_some() {}
            while streams.poll_packet_result().is_some() {
                self.results += 1;
            }
        }
    }

    fn carry_rtp(&mut self) -> bool {
        self.buffer.clear();
        let mut frame = Frame::new(&mut self.buffer, 1_200);
        if self.near.poll_rtp(self.now, &mut frame).is_none() {
            return false;
        }
        frame.commit();
        self.sent += 1;
        let lost = self.flow.lost;
        if lost.is_none_or(|lost| !self.sent.is_multiple_of(lost)) {
            self.arena.extend_from_slice(&self.buffer);
            let packet = self.arena.split();
            self.far.handle_rtp(self.now, packet, self.near.rtp_ecn());
        }
        true
    }
}

fn carry_rtcp(now: Instant, buffer: &mut Vec<u8>, from: &mut Streams, to: &mut Streams) -> bool {
    buffer.clear();
    let mut frame = Frame::new(buffer, 1_200);
    if from.poll_rtcp(now, &mut frame).is_none() {
        return false;
    }
    frame.commit();
    to.handle_rtcp(now, buffer);
    true
}

/// Plays a flow; how many allocations its packets took once warm.
fn allocations(flow: Flow) -> (Pair, u64) {
    let mut pair = Pair::new(flow);
    pair.play(WARM_UP);
    (pair.received, pair.recovered, pair.results) = (0, 0, 0);
    let info = allocation_counter::measure(|| pair.play(COUNTED));
    (pair, info.count_total)
}

#[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
fn start() -> Instant {
    Instant::now()
}

/// Histories that are full early.
fn config() -> Config {
    Config {
        max_queued_packets: 16,
        history_packets: 64,
        transport_history: 1_024,
        ..Config::default()
    }
}

fn env(seed: u64, now: Instant) -> Env {
    let provider = Arc::new(stonechat_crypto::Provider::builder("none").build());
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    Env::new(Seed::from_u64(seed), (now, wall), provider)
}

fn payload_type(value: u8) -> PayloadType {
    PayloadType::new(value).unwrap()
}

fn extensions() -> ExtensionIds {
    let id = |value| ExtensionId::new(value);
    ExtensionIds {
        mid: id(1),
        rid: id(2),
        repaired_rid: id(3),
        dependency_descriptor: None,
        abs_send_time: id(4),
        transport_sequence: id(5),
        audio_level: id(6),
        mixer_levels: id(7),
    }
}

const FEEDBACKS: [CongestionFeedback; 2] = [
    CongestionFeedback::TransportWide,
    CongestionFeedback::PerStream,
];

#[test]
fn the_allocator_counts() {
    let info = allocation_counter::measure(|| drop(std::hint::black_box(vec![0_u8; 100])));
    assert_eq!((info.count_total, info.bytes_total), (1, 100));
}

#[test]
fn packets_with_feedback_of_either_kind_take_no_allocation() {
    for codec in [Codec::Opus, Codec::Vp8] {
        for feedback in FEEDBACKS {
            let flow = Flow::new(codec, feedback);
            let (pair, count) = allocations(flow);
            assert_eq!(pair.received, COUNTED, "{flow:?}");
            assert!(pair.results > COUNTED * 9 / 10, "{flow:?}");
            assert_eq!(count, 0, "{flow:?}");
        }
    }
}

#[test]
fn packets_that_are_lost_and_sent_again_take_no_allocation() {
    for feedback in FEEDBACKS {
        let flow = Flow {
            lost: Some(7),
            ..Flow::new(Codec::Vp8, feedback)
        };
        let (pair, count) = allocations(flow);
        assert!(pair.recovered > COUNTED / 10, "{}", pair.recovered);
        assert_eq!(count, 0, "{flow:?}");
    }
}

#[test]
fn packets_of_many_streams_take_no_allocation() {
    for feedback in FEEDBACKS {
        for lost in [None, Some(7)] {
            let flow = Flow {
                streams: 50,
                lost,
                ..Flow::new(Codec::Vp8, feedback)
            };
            let (pair, count) = allocations(flow);
            assert!(pair.received > COUNTED * 9 / 10, "{}", pair.received);
            assert_eq!(count, 0, "{flow:?}");
        }
    }
}

#[test]
fn packets_of_senders_with_limits_of_their_own_take_no_allocation() {
    let flow = Flow {
        streams: 50,
        max_bitrate: Some(20_000),
        ..Flow::new(Codec::Vp8, CongestionFeedback::TransportWide)
    };
    let (pair, count) = allocations(flow);
    // 20 of the 29 kb/s that they are given.
    let share = f64::from(pair.received) / f64::from(COUNTED);
    assert!((0.5..0.8).contains(&share), "{share}");
    assert_eq!(count, 0);
}

#[test]
fn levels_of_what_was_mixed_take_no_allocation() {
    let mut pair = Pair::new(Flow::new(Codec::Opus, CongestionFeedback::TransportWide));
    let ids = extensions();
    let mut header = Header::new(
        payload_type(96),
        SequenceNumber(1),
        Timestamp(0),
        Ssrc(1_234),
    );
    for source in 1..=3 {
        header.csrcs.push(Ssrc(source));
    }
    header.extensions.set(
        ids.mixer_levels.unwrap(),
        &MixerLevels::new(&[5, 60, 127]).unwrap(),
    );
    let mut mix = |count: u32| {
        for _ in 0..count {
            header.sequence = header.sequence.next();
            header.timestamp = header.timestamp.wrapping_add(960);
            pair.arena.resize(header.encoded_len(), 0);
            header.encode(&mut pair.arena).unwrap();
            pair.arena.extend_from_slice(&pair.payload);
            let packet = pair.arena.split();
            pair.far.handle_rtp(pair.now, packet, Ecn::NotEct);
            let packet = pair.far.recv_packet(pair.now, pair.receivers[0]).unwrap();
            assert_eq!(*packet.contributing_levels, [5, 60, 127]);
            pair.now += SPACING;
        }
    };
    mix(1_000);
    let info = allocation_counter::measure(|| mix(1_000));
    assert_eq!(info.count_total, 0);
}
