//! Senders and receivers of one transport whose peer sends what the script says.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use stonechat_media::{
    Codec, CodecParameters, Config, CongestionFeedback, Delivery, ExtensionIds, FrameTime,
    OutgoingFrame, PacketizationMode, ReceiverId, ReceiverParameters, RtcpParameters, SenderConfig,
    SenderId, SenderParameters, Streams,
};
use stonechat_rtp::{ExtensionId, Header, PayloadType, SequenceNumber, Ssrc, Timestamp};
use stonechat_sansio::{Ecn, Frame};
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let mut world = World::new();
    let mut steps = 0;
    while !script.is_empty() && steps < 400 {
        steps += 1;
        world.step(&mut script);
        world.settle();
    }
    world.streams.close(world.now);
    world.settle();
}

struct World {
    now: Instant,
    streams: Streams,
    senders: Vec<SenderId>,
    receivers: Vec<ReceiverId>,
    sequence: u16,
    timestamp: u32,
}

fn codecs() -> Vec<CodecParameters> {
    let number = |value| PayloadType::new(value).unwrap();
    let h264 = Codec::H264(PacketizationMode::NonInterleaved);
    vec![
        CodecParameters::new(number(111), Codec::Opus),
        CodecParameters::new(number(96), Codec::Vp8).with_feedback(Some(number(97))),
        CodecParameters::new(number(102), h264).with_feedback(Some(number(103))),
        CodecParameters::new(number(45), Codec::Av1).with_feedback(Some(number(46))),
    ]
}

impl World {
    fn new() -> Self {
        let now = clock::start();
        let mut streams = Streams::new(Config::default(), clock::env(1), now);
        let extensions = ExtensionIds {
            mid: ExtensionId::new(1),
            transport_sequence: ExtensionId::new(3),
            abs_send_time: ExtensionId::new(4),
            audio_level: ExtensionId::new(5),
            dependency_descriptor: ExtensionId::new(9),
            ..ExtensionIds::default()
        };
        streams.set_extensions(extensions);
        let mut senders = Vec::new();
        let mut receivers = Vec::new();
        for (at, codec) in codecs().into_iter().enumerate() {
            let parameters = SenderParameters {
                extensions,
                ..SenderParameters::new(vec![codec])
            };
            senders.push(streams.add_sender(SenderConfig::new(parameters)).unwrap());
            let mut parameters = ReceiverParameters::new(vec![codec]);
            if at == 2 {
                parameters.delivery = Delivery::Packets;
            }
            receivers.push(streams.add_receiver(parameters).unwrap());
        }
        Self {
            now,
            streams,
            senders,
            receivers,
            sequence: 65_000,
            timestamp: 0,
        }
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let now = self.now;
        match script.below(14) {
            0..=4 => {
                let packet = self.packet(script);
                self.streams
                    .handle_rtp(now, BytesMut::from(&packet[..]), ecn(packet[1]));
            }
            5 => self
                .streams
                .handle_rtp(now, BytesMut::from(script.octets()), Ecn::NotEct),
            6 | 7 => self.streams.handle_rtcp(now, script.octets()),
            8 => self.now += Duration::from_millis(u64::from(script.u16()) / 8),
            9 => {
                let sender = self.senders[script.below(self.senders.len())];
                let data = Bytes::copy_from_slice(script.octets());
                let time = FrameTime::Media(Duration::from_millis(u64::from(script.u16())));
                let _ = self
                    .streams
                    .send_frame(now, sender, &OutgoingFrame::new(data, time));
            }
            10 => {
                let receiver = self.receivers[script.below(self.receivers.len())];
                let _ = self.streams.request_keyframe(now, receiver);
            }
            11 => {
                for receiver in &self.receivers {
                    while self.streams.recv_frame(now, *receiver).is_some() {}
                    while self.streams.recv_packet(now, *receiver).is_some() {}
                }
            }
            12 => self.nack(script),
            _ => match script.octet() {
                0xff => {
                    let at = script.below(self.receivers.len());
                    let _ = self.streams.remove_receiver(now, self.receivers[at]);
                }
                0xfe => {
                    let at = script.below(self.senders.len());
                    let _ = self.streams.remove_sender(now, self.senders[at]);
                }
                0xfd => self.streams.set_reduced_size(script.flag()),
                0xfc => self.streams.set_rtcp(rtcp(script.octet())),
                0xfb => self.feedback(script),
                rate => self
                    .streams
                    .set_pacing_rate(now, Some(u64::from(rate) * 10_000)),
            },
        }
    }

    /// A well-formed packet with a payload of the script.
    fn packet(&mut self, script: &mut Script<'_>) -> Vec<u8> {
        let choices = script.octet();
        let payload_type = [111, 96, 97, 102, 103, 45, 102, 0][usize::from(choices & 7)];
        if choices & 8 != 0 {
            self.timestamp = self.timestamp.wrapping_add(3_000);
        }
        self.sequence = match choices >> 4 & 3 {
            0 | 1 => self.sequence.wrapping_add(1),
            2 => self.sequence.wrapping_add(u16::from(script.octet())),
            _ => self.sequence.wrapping_sub(u16::from(script.octet())),
        };
        let ssrc = Ssrc(u32::from(script.octet() & 3) + u32::from(payload_type));
        let mut header = Header::new(
            PayloadType::new(payload_type).unwrap(),
            SequenceNumber(self.sequence),
            Timestamp(self.timestamp),
            ssrc,
        );
        header.marker = choices & 0x80 != 0;
        if choices & 0x40 != 0 {
            for _ in 0..script.below(3) {
                let id = ExtensionId::new(1 + script.octet() % 8).unwrap();
                let value = script.octets();
                let _ = header.extensions.set_raw(id, &value[..value.len().min(16)]);
            }
        }
        let mut out = vec![0; header.encoded_len()];
        header.encode(&mut out).unwrap();
        out.extend_from_slice(script.octets());
        out
    }

    /// The peer asks one of our senders for packets again.
    fn nack(&mut self, script: &mut Script<'_>) {
        let sender = self.senders[script.below(self.senders.len())];
        let Some((ssrc, _)) = self.streams.sender_sources(sender) else {
            return;
        };
        let pairs = script.octets();
        let pairs = &pairs[..pairs.len() / 4 * 4];
        let words = u16::try_from(pairs.len() / 4).unwrap() + 2;
        let mut packet = vec![0x81, 205];
        packet.extend_from_slice(&words.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 9]);
        packet.extend_from_slice(&ssrc.0.to_be_bytes());
        packet.extend_from_slice(pairs);
        self.streams.set_reduced_size(true);
        self.streams.handle_rtcp(self.now, &packet);
    }

    /// The peer tells one of our senders what arrived, whatever it is.
    fn feedback(&mut self, script: &mut Script<'_>) {
        let sender = self.senders[script.below(self.senders.len())];
        let Some((ssrc, _)) = self.streams.sender_sources(sender) else {
            return;
        };
        let begin = script.u16();
        let metrics = script.octets();
        let metrics = &metrics[..metrics.len() / 4 * 4];
        let words = u16::try_from(metrics.len() / 4).unwrap() + 4;
        let mut packet = vec![0x8b, 205];
        packet.extend_from_slice(&words.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 9]);
        packet.extend_from_slice(&ssrc.0.to_be_bytes());
        packet.extend_from_slice(&begin.to_be_bytes());
        packet.extend_from_slice(&u16::try_from(metrics.len() / 2).unwrap().to_be_bytes());
        packet.extend_from_slice(metrics);
        packet.extend_from_slice(&script.u32().to_be_bytes());
        self.streams.handle_rtcp(self.now, &packet);
    }

    /// Sends, reports and lets due time pass until there is nothing to do.
    fn settle(&mut self) {
        for _ in 0..5_000 {
            let mut busy = false;
            let mut buffer = Vec::new();
            let mut frame = Frame::new(&mut buffer, 1_200);
            busy |= self.streams.poll_rtp(self.now, &mut frame).is_some();
            let mut buffer = Vec::new();
            let mut frame = Frame::new(&mut buffer, 1_200);
            busy |= self.streams.poll_rtcp(self.now, &mut frame).is_some();
            busy |= self.streams.poll_event().is_some();
            busy |= self.streams.poll_packet_result().is_some();
            if self.streams.poll_timeout().is_some_and(|at| at <= self.now) {
                self.streams.handle_timeout(self.now);
                busy = true;
            }
            if !busy {
                return;
            }
        }
        panic!("streams do not come to rest");
    }
}

fn rtcp(choices: u8) -> RtcpParameters {
    RtcpParameters {
        congestion_feedback: if choices & 1 == 0 {
            CongestionFeedback::PerStream
        } else {
            CongestionFeedback::TransportWide
        },
        ecn: if choices & 2 == 0 {
            Ecn::NotEct
        } else {
            Ecn::Ect1
        },
        asks_round_trip: choices & 4 != 0,
        max_delay_block: usize::from(choices >> 3) * 8,
    }
}

fn ecn(choice: u8) -> Ecn {
    [Ecn::NotEct, Ecn::Ect1, Ecn::Ect0, Ecn::Ce][usize::from(choice & 3)]
}
