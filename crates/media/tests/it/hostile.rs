//! Hostile RTP, RTCP, payloads and patterns of arrival.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use stonechat_media::{
    Codec, Config, Depacketizer, Event, FrameTime, OutgoingFrame, PacketizationMode,
    ReceiverParameters, SenderConfig, SenderParameters, Streams,
};
use stonechat_rtcp::{
    Compound, Goodbye, Nack, NackPair, Packet, Remb, SenderInfo, SenderReport, Write,
};
use stonechat_rtp::{Header, NtpTime, SequenceNumber, Ssrc, Timestamp};
use stonechat_sansio::{Ecn, Seed};

use crate::network::{
    env, h264, opus, payload_type, poll, poll_rtcp, poll_rtp, start, vp8, vp8_frame,
};

const CODECS: [Codec; 7] = [
    Codec::Opus,
    Codec::Pcmu,
    Codec::Pcma,
    Codec::Vp8,
    Codec::H264(PacketizationMode::SingleNal),
    Codec::H264(PacketizationMode::NonInterleaved),
    Codec::Av1,
];

fn torture(layer: &str) -> Vec<(String, Vec<u8>)> {
    let data: serde_json::Value =
        serde_json::from_str(include_str!("../data/torture.json")).unwrap();
    let entries = data["entries"].as_array().unwrap().iter();
    entries
        .filter(|entry| entry["layer"].as_str().unwrap().starts_with(layer))
        .map(|entry| {
            let name = entry["name"].as_str().unwrap().to_owned();
            (name, hex::decode(entry["hex"].as_str().unwrap()).unwrap())
        })
        .collect()
}

fn depacketize(codec: Codec, payloads: &[&[u8]]) -> Option<usize> {
    let depacketizer = Depacketizer::new(codec);
    for payload in payloads {
        let _ = depacketizer.starts_frame(payload);
    }
    let mut out = Vec::new();
    depacketizer
        .assemble(payloads.iter().copied(), 1 << 20, &mut out)
        .ok()?;
    Some(out.len())
}

#[test]
fn payload_torture_ends_in_errors_at_every_truncation_and_change() {
    let inputs = torture("payload-");
    assert!(inputs.len() >= 40);
    for (name, input) in &inputs {
        for codec in CODECS {
            for cut in 0..=input.len() {
                if let Some(len) = depacketize(codec, &[&input[..cut]]) {
                    assert!(len <= cut * 5, "{name}");
                }
            }
            let mut changed = input.clone();
            for index in 0..changed.len().min(64) {
                for value in [0, 1, 0x7f, 0x80, 0xff] {
                    let old = std::mem::replace(&mut changed[index], value);
                    let _ = depacketize(codec, &[&changed, &changed]);
                    changed[index] = old;
                }
            }
        }
    }
    let h264 = Codec::H264(PacketizationMode::NonInterleaved);
    for (name, input) in torture("payload-h264") {
        assert_eq!(depacketize(h264, &[&input]), None, "{name}");
    }
    for (name, input) in torture("payload-vp8") {
        assert_eq!(depacketize(Codec::Vp8, &[&input]), None, "{name}");
    }
    for (name, input) in torture("payload-av1") {
        assert_eq!(depacketize(Codec::Av1, &[&input]), None, "{name}");
    }
}

#[test]
fn the_h264_corpus_is_no_panic() {
    for line in include_str!("../data/h264_depacketizer_corpus.hex").lines() {
        let (_, hex) = line.split_once(' ').unwrap();
        let input = hex::decode(hex).unwrap();
        for cut in 0..=input.len() {
            for codec in CODECS {
                let _ = depacketize(codec, &[&input[..cut]]);
                let _ = depacketize(codec, &[&input[..cut], &input[cut..]]);
            }
        }
    }
}

fn receiver(
    streams: &mut Streams,
    codec: stonechat_media::CodecParameters,
) -> stonechat_media::ReceiverId {
    streams
        .add_receiver(ReceiverParameters::new(vec![codec]))
        .unwrap()
}

fn rtp(pt: u8, ssrc: u32, sequence: u16, timestamp: u32, marker: bool, payload: &[u8]) -> BytesMut {
    let mut header = Header::new(
        payload_type(pt),
        SequenceNumber(sequence),
        Timestamp(timestamp),
        Ssrc(ssrc),
    );
    header.marker = marker;
    let mut out = vec![0; header.encoded_len()];
    header.encode(&mut out).unwrap();
    out.extend_from_slice(payload);
    BytesMut::from(out.as_slice())
}

#[test]
fn rtp_and_rtcp_torture_leaves_streams_working() {
    let now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    let video = receiver(&mut streams, vp8(true));
    let _ = receiver(&mut streams, opus());
    for (_, input) in torture("rtp").into_iter().chain(torture("rtcp")) {
        for cut in 0..=input.len().min(200) {
            streams.handle_rtp(now, BytesMut::from(&input[..cut]), Ecn::Ce);
            streams.handle_rtcp(now, &input[..cut]);
        }
        streams.handle_rtcp(now, &input);
        streams.handle_rtp(now, BytesMut::from(input.as_slice()), Ecn::NotEct);
        while poll(&mut streams, now).is_some() {}
    }
    assert!(streams.stats().dropped.malformed_rtp > 100);
    let frame = vp8_frame(1, true, 100);
    let payload = [&[0x10], frame.as_ref()].concat();
    for sequence in 0..3 {
        streams.handle_rtp(now, rtp(96, 5, sequence, 90, true, &payload), Ecn::NotEct);
    }
    assert_eq!(streams.recv_frame(now, video).unwrap().data, frame);
}

#[test]
fn a_fragment_that_never_ends_is_dropped_at_the_limit() {
    let mut now = start();
    let config = Config {
        max_frame_packets: 50,
        ..Config::default()
    };
    let mut streams = Streams::new(config, env(1, now), now);
    let video = receiver(&mut streams, h264());
    streams.handle_rtp(
        now,
        rtp(102, 5, 0, 90, false, &[0x7c, 0x85, 0x88]),
        Ecn::NotEct,
    );
    for sequence in 1..3_000 {
        let payload = [&[0x7c, 0x05][..], &[7; 900]].concat();
        streams.handle_rtp(now, rtp(102, 5, sequence, 90, false, &payload), Ecn::NotEct);
    }
    let stats = streams.receiver_stats(video).unwrap();
    assert_eq!((stats.frames_received, stats.frames_dropped), (0, 1));
    assert_eq!(stats.packets_discarded, 3_000);
    // It recovers with the next frame, and has asked for a key frame.
    let mut asked = false;
    while let Some(packet) = poll_rtcp(&mut streams, now) {
        asked |= Compound::parse(&packet).any(|packet| matches!(packet, Ok(Packet::Pli(_))));
    }
    assert!(asked);
    now += Duration::from_millis(10);
    streams.handle_rtp(
        now,
        rtp(102, 5, 3_000, 180, true, &[0x65, 0x88, 1]),
        Ecn::NotEct,
    );
    let frame = streams.recv_frame(now, video).unwrap();
    assert_eq!(frame.data, Bytes::from_static(&[0, 0, 0, 1, 0x65, 0x88, 1]));
}

#[test]
fn frames_at_the_limits_pass_and_beyond_do_not() {
    let now = start();
    for (packets, whole) in [(49, true), (50, true), (51, false)] {
        let config = Config {
            max_frame_packets: 50,
            ..Config::default()
        };
        let mut streams = Streams::new(config, env(1, now), now);
        let video = receiver(&mut streams, h264());
        for sequence in 0..packets {
            let last = sequence + 1 == packets;
            let fu = if sequence == 0 {
                0x85
            } else {
                u8::from(last) << 6 | 5
            };
            let payload = [0x7c, fu, 0x88];
            streams.handle_rtp(now, rtp(102, 5, sequence, 90, last, &payload), Ecn::NotEct);
        }
        assert_eq!(streams.recv_frame(now, video).is_some(), whole, "{packets}");
    }
}

#[test]
fn random_numbers_times_and_sources_stay_bounded() {
    for seed in 0..10 {
        let mut now = start();
        let mut rng = Seed::from_u64(seed).rng();
        let config = Config {
            reorder_packets: 64,
            max_ssrcs: 16,
            ..Config::default()
        };
        let mut streams = Streams::new(config, env(seed, now), now);
        let video = receiver(&mut streams, vp8(true));
        let audio = receiver(&mut streams, opus());
        for count in 0..3_000_u32 {
            let ssrc = if seed % 2 == 0 { rng.below(100) } else { 5 };
            let pt = [96, 97, 111][rng.below(3) as usize];
            let mut payload = vec![0; rng.below(30) as usize];
            rng.fill(&mut payload);
            let sequence = match rng.below(4) {
                0 => rng.next_u32() as u16,
                step => (count as u16).wrapping_mul(step as u16),
            };
            let marker = rng.below(2) == 0;
            let packet = rtp(pt, ssrc, sequence, rng.next_u32(), marker, &payload);
            streams.handle_rtp(now, packet, Ecn::NotEct);
            if rng.below(50) == 0 {
                now += Duration::from_millis(u64::from(rng.below(2_000)));
                streams.handle_timeout(now);
                let mut polled = 0;
                while poll(&mut streams, now).is_some() {
                    polled += 1;
                    assert!(polled < 50, "seed {seed}");
                }
            }
        }
        while streams.recv_frame(now, video).is_some() {}
        while streams.recv_frame(now, audio).is_some() {}
        let events = std::iter::from_fn(|| streams.poll_event()).count();
        assert!(events < 10);
    }
}

#[test]
fn an_hour_of_silence_then_a_burst_is_played_on() {
    let mut now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    let audio = receiver(&mut streams, opus());
    let mut got = 0;
    for (gap, sequence) in [
        (0, 0),
        (3_600, 1),
        (0, 2),
        (0, 3),
        (7_200, 40_000),
        (0, 40_001),
    ] {
        now += Duration::from_secs(gap);
        streams.handle_timeout(now);
        streams.handle_rtp(
            now,
            rtp(111, 5, sequence, u32::from(sequence) * 960, false, &[8, 1]),
            Ecn::NotEct,
        );
        got += std::iter::from_fn(|| streams.recv_frame(now, audio)).count();
    }
    // The first packet after the jump only announces it.
    assert_eq!(got, 5);
    assert_eq!(streams.receiver_stats(audio).unwrap().restarts, 1);
}

fn encode(packet: &impl Write) -> Vec<u8> {
    let mut out = vec![0; packet.encoded_len()];
    packet.encode(&mut out).unwrap();
    out
}

fn sending(config: Config) -> (Streams, stonechat_media::SenderId, Ssrc, std::time::Instant) {
    let now = start();
    let mut streams = Streams::new(config, env(1, now), now);
    let parameters = SenderParameters::new(vec![vp8(true)]);
    let sender = streams.add_sender(SenderConfig::new(parameters)).unwrap();
    let (ssrc, _) = streams.sender_sources(sender).unwrap();
    (streams, sender, ssrc, now)
}

#[test]
fn nacks_for_everything_are_answered_by_cache_and_budget() {
    let config = Config {
        pacing_rate: None,
        ..Config::default()
    };
    let (mut streams, sender, ssrc, mut now) = sending(config);
    let mut sent = 0;
    for number in 0..200 {
        let time = FrameTime::Media(Duration::from_millis(number * 33));
        let frame = OutgoingFrame::new(vp8_frame(number as u32, false, 5_000), time);
        streams.send_frame(now, sender, &frame).unwrap();
        while let Some(packet) = poll_rtp(&mut streams, now) {
            sent += packet.len();
        }
    }
    let pairs: Vec<_> = (0..0x1_0000_u32)
        .step_by(17)
        .map(|first| NackPair {
            first: SequenceNumber(first as u16),
            following: 0xffff,
        })
        .collect();
    let nack = Nack {
        sender: Ssrc(1),
        media: ssrc,
        pairs: pairs.as_slice().into(),
    };
    let nack = encode(&nack);
    let mut resent = 0;
    for _ in 0..50 {
        now += Duration::from_millis(100);
        streams.handle_rtcp(now, &nack);
        while let Some(packet) = poll_rtp(&mut streams, now) {
            resent += packet.len();
        }
    }
    assert!(sent > 1_000_000);
    assert!(
        resent <= sent / 2 + (256 << 10) + 50_000,
        "{resent} of {sent}"
    );
    let stats = streams.sender_stats(sender).unwrap();
    assert_eq!(stats.nack_count, 50);
    assert!(stats.nacked_packets_over_budget > 0 && stats.nacked_packets_unknown > 0);
}

#[test]
fn a_source_that_is_not_theirs_cannot_be_ended() {
    let now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    let audio = receiver(&mut streams, opus());
    streams.handle_rtp(now, rtp(111, 5, 1, 0, false, &[8, 1]), Ecn::NotEct);
    while streams.poll_event().is_some() {}
    let goodbye = |ssrc| {
        encode(&Goodbye {
            ssrcs: (&[Ssrc(ssrc)]).into(),
            reason: b"bye",
        })
    };
    streams.handle_rtcp(now, &goodbye(6));
    assert_eq!(streams.poll_event(), None);
    assert_eq!(streams.stats().dropped.unknown_source, 1);
    streams.handle_rtcp(now, &goodbye(5));
    assert_eq!(streams.poll_event(), Some(Event::Bye(audio)));
    // It may come back.
    streams.handle_rtp(now, rtp(111, 5, 2, 960, false, &[8, 1]), Ecn::NotEct);
    assert!(streams.recv_frame(now, audio).is_some());
}

#[test]
fn reports_with_impossible_times_and_estimates_do_nothing_bad() {
    let (mut streams, sender, ssrc, mut now) = sending(Config::default());
    let _ = sender;
    let audio = receiver(&mut streams, opus());
    streams.handle_rtp(now, rtp(111, 5, 1, 0, false, &[8, 1]), Ecn::NotEct);
    for (ntp, rtp) in [
        (u64::MAX, u32::MAX),
        (0, 0),
        (1 << 63, 1 << 31),
        (1 << 32, 7),
    ] {
        let info = SenderInfo {
            ntp: NtpTime(ntp),
            rtp: Timestamp(rtp),
            packets: 0,
            octets: 0,
        };
        let report = stonechat_rtcp::ReportBlock {
            ssrc,
            fraction_lost: 255,
            cumulative_lost: -1,
            highest_sequence: u32::MAX,
            jitter: u32::MAX,
            last_sender_report: stonechat_rtp::CompactNtp(ntp as u32),
            delay_since_last: stonechat_rtp::CompactNtp(u32::MAX),
        };
        let report = [report];
        let packet = SenderReport {
            ssrc: Ssrc(5),
            info,
            reports: (&report).into(),
            extension: &[],
        };
        streams.handle_rtcp(now, &encode(&packet));
        now += Duration::from_secs(1);
        streams.handle_timeout(now);
        while poll(&mut streams, now).is_some() {}
    }
    assert!(streams.receiver_stats(audio).unwrap().remote_reports == 4);
    assert!(
        streams
            .stats()
            .round_trip_time
            .is_none_or(|trip| trip < Duration::from_secs(60))
    );
    for bitrate in [0, u64::MAX, 1] {
        streams.handle_rtcp(
            now,
            &encode(&Remb {
                sender: Ssrc(1),
                bitrate,
                ssrcs: (&[ssrc]).into(),
            }),
        );
    }
    let events: Vec<_> = std::iter::from_fn(|| streams.poll_event())
        .filter(|event| matches!(event, Event::BitrateEstimate(_)))
        .collect();
    assert_eq!(events, [Event::BitrateEstimate(1)]);
}

#[test]
fn transport_feedback_about_packets_never_sent_tells_nothing() {
    let (mut streams, _, _, now) = sending(Config::default());
    let arrivals = vec![Some(stonechat_rtcp::ArrivalTime(4)); 500];
    let report = stonechat_rtcp::TransportWideReport::new(
        Ssrc(1),
        Ssrc(2),
        0,
        SequenceNumber(60_000),
        &arrivals,
        4_000,
    );
    streams.handle_rtcp(now, &encode(&report.unwrap()));
    assert_eq!(streams.poll_packet_result(), None);
    assert_eq!(streams.poll_event(), None);
}
