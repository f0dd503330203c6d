//! Feedback of each stream with ECN marks (RFC 8888), and the round trip of receivers (RFC 3611).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_media::{
    Config, CongestionFeedback, Event, FrameTime, OutgoingFrame, PacketOutcome, PacketResult,
    ReceiverId, ReceiverParameters, ReceiverStats, RtcpParameters, SenderConfig, SenderId,
    SenderParameters, SenderStats, Streams,
};
use stonechat_rtcp::{
    ArrivalOffset, Compound, CongestionControl, DlrrEntry, EcnMark, ExtendedReport, Packet,
    PacketMetric, SenderReport, StreamReport, Write, XrBlock,
};
use stonechat_rtp::{CompactNtp, Header, Packet as Rtp, SequenceNumber, Ssrc, Timestamp};
use stonechat_sansio::Ecn;
use stonechat_testkit::seeds;

use crate::network::{
    Kind, Link, Pair, deliver, env, opus, payload_type, poll_rtcp, poll_rtp, start, vp8, vp8_frame,
};

const PER_STREAM: RtcpParameters = RtcpParameters {
    congestion_feedback: CongestionFeedback::PerStream,
    ecn: Ecn::NotEct,
    asks_round_trip: false,
    max_delay_block: 0,
};

const WITH_ECN: RtcpParameters = RtcpParameters {
    ecn: Ecn::Ect1,
    ..PER_STREAM
};

const ROUND_TRIP: RtcpParameters = RtcpParameters {
    congestion_feedback: CongestionFeedback::TransportWide,
    ecn: Ecn::NotEct,
    asks_round_trip: true,
    max_delay_block: 1_000,
};

fn frame(number: u32) -> OutgoingFrame {
    let time = FrameTime::Media(Duration::from_millis(u64::from(number) * 20));
    OutgoingFrame::new(vp8_frame(number, number == 0, 3_000), time)
}

/// A sender of video at the first end, its receiver at the second.
fn video(pair: &mut Pair, rtx: bool, rtcp: RtcpParameters) -> (SenderId, ReceiverId) {
    for streams in &mut pair.ends {
        streams.set_rtcp(rtcp);
    }
    let parameters = SenderParameters::new(vec![vp8(rtx)]);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters))
        .unwrap();
    let mut parameters = ReceiverParameters::new(vec![vp8(rtx)]);
    let (ssrc, rtx) = pair.ends[0].sender_sources(sender).unwrap();
    (parameters.ssrc, parameters.rtx_ssrc) = (Some(ssrc), rtx);
    (sender, pair.ends[1].add_receiver(parameters).unwrap())
}

fn play(pair: &mut Pair, ids: (SenderId, ReceiverId), count: u32) {
    for number in 0..count {
        pair.ends[0]
            .send_frame(pair.now, ids.0, &frame(number))
            .unwrap();
        pair.run(Duration::from_millis(20));
        while pair.ends[1].recv_frame(pair.now, ids.1).is_some() {}
    }
    pair.run(Duration::from_secs(2));
}

fn results(streams: &mut Streams) -> Vec<PacketResult> {
    std::iter::from_fn(|| streams.poll_packet_result()).collect()
}

fn stats(pair: &Pair, ids: (SenderId, ReceiverId)) -> (SenderStats, ReceiverStats) {
    (
        pair.ends[0].sender_stats(ids.0).unwrap().clone(),
        pair.ends[1].receiver_stats(ids.1).unwrap(),
    )
}

#[test]
fn every_packet_has_a_result_with_the_time_it_took() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let ids = video(&mut pair, true, PER_STREAM);
    pair.keep_log = true;
    play(&mut pair, ids, 100);
    let sent = pair.log.iter().filter(|(_, kind, _)| *kind == Kind::Rtp);
    let sent: Vec<_> = sent
        .map(|(_, _, octets)| {
            let packet = Rtp::parse(octets).unwrap();
            (packet.ssrc(), packet.sequence(), octets.len())
        })
        .collect();
    let results = results(&mut pair.ends[0]);
    let told: Vec<_> = results
        .iter()
        .map(|it| (it.ssrc, it.sequence, it.len))
        .collect();
    assert_eq!(told, sent);
    // The clocks differ by what is the same for all; offsets are rounded down to 1/1024 s.
    let first = results[0];
    for result in &results {
        let took = result.arrival().unwrap() - first.arrival().unwrap();
        let since = result.sent - first.sent;
        let error = took.as_secs_f64() - since.as_secs_f64();
        assert!(error.abs() < 0.001_1, "{error}");
        let marks = (result.sent_ecn, result.outcome);
        assert!(matches!(
            marks,
            (
                Ecn::NotEct,
                PacketOutcome::Received {
                    ecn: Some(Ecn::NotEct),
                    ..
                }
            )
        ));
    }
    let (at_sender, at_receiver) = stats(&pair, ids);
    assert_eq!(at_sender.remote_packets_reported_as_lost, 0);
    assert_eq!(at_receiver.packets_reported_as_lost, 0);
    let (told, heard) = (pair.ends[1].stats().clone(), pair.ends[0].stats().clone());
    assert_eq!(
        told.congestion_feedback_sent,
        heard.congestion_feedback_received
    );
    // 2 s of video in reports 100 ms apart.
    assert!(
        (18..=22).contains(&told.congestion_feedback_sent),
        "{told:?}"
    );
    assert_eq!(
        (told.transport_feedback_sent, heard.congestion_feedback_sent),
        (0, 0)
    );
}

#[test]
fn what_the_network_loses_is_reported_lost_once() {
    let link = Link {
        loss: 0.1,
        ..Link::default()
    };
    seeds(20, |seed| {
        let mut pair = Pair::new(seed, &Config::default(), link);
        let ids = video(&mut pair, true, PER_STREAM);
        play(&mut pair, ids, 100);
        let (at_sender, at_receiver) = stats(&pair, ids);
        let results = results(&mut pair.ends[0]);
        let mut outcomes = BTreeMap::<_, Vec<_>>::new();
        for result in &results {
            let key = (result.ssrc.0, result.sequence.0);
            outcomes.entry(key).or_default().push(result.outcome);
        }
        // Packets never come twice here, so what was lost stays lost.
        let lost = outcomes.values().filter(|it| it[0] == PacketOutcome::Lost);
        let lost = lost.count() as u64;
        assert!(outcomes.values().all(|it| it.len() == 1));
        assert!(lost > 10);
        assert_eq!(at_sender.remote_packets_reported_as_lost, lost);
        assert_eq!(at_sender.remote_packets_reported_as_lost_but_recovered, 0);
        // Messages are lost too, and what they told of losses the sender never hears.
        assert!(at_receiver.packets_reported_as_lost >= lost);
        assert_eq!(at_receiver.packets_reported_as_lost_but_recovered, 0);
    });
}

#[test]
fn what_comes_after_it_was_reported_lost_is_recovered() {
    let link = Link {
        jitter: Duration::from_millis(80),
        ..Link::default()
    };
    seeds(20, |seed| {
        let mut pair = Pair::new(seed, &Config::default(), link);
        let ids = video(&mut pair, false, PER_STREAM);
        play(&mut pair, ids, 100);
        let (at_sender, at_receiver) = stats(&pair, ids);
        let lost = at_receiver.packets_reported_as_lost;
        assert_eq!(at_receiver.packets_reported_as_lost_but_recovered, lost);
        assert!(lost > 5, "{lost}");
        let heard = at_sender.remote_packets_reported_as_lost;
        assert_eq!(
            at_sender.remote_packets_reported_as_lost_but_recovered,
            heard
        );
        assert!(heard <= lost);
        let results = results(&mut pair.ends[0]);
        let arrived = results
            .iter()
            .filter(|it| it.outcome != PacketOutcome::Lost);
        let sent = at_sender.packets_sent - at_sender.retransmitted_packets_sent;
        assert_eq!(arrived.count() as u64, sent);
        assert_eq!(results.len() as u64, sent + heard);
    });
}

#[test]
fn without_it_nothing_is_told() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let ids = video(&mut pair, true, RtcpParameters::default());
    play(&mut pair, ids, 50);
    assert_eq!(results(&mut pair.ends[0]), []);
    assert_eq!(pair.ends[1].stats().congestion_feedback_sent, 0);
}

/// What a path does to marks.
type Remark = fn(u32, Ecn) -> Ecn;

/// Sends `count` packets of audio, 20 ms apart, over a path that takes 10 ms and does `remark`;
/// returns the marks that they left with, and the stats of sender and receiver.
fn marked(
    count: u32,
    rtcp: RtcpParameters,
    remark: Remark,
) -> (Vec<Ecn>, SenderStats, ReceiverStats) {
    let mut now = start();
    let mut ends = [1, 2].map(|seed| Streams::new(Config::default(), env(seed, now), now));
    ends.iter_mut().for_each(|streams| streams.set_rtcp(rtcp));
    let parameters = SenderParameters::new(vec![opus()]);
    let sender = ends[0].add_sender(SenderConfig::new(parameters)).unwrap();
    let receiver = ReceiverParameters::new(vec![opus()]);
    let receiver = ends[1].add_receiver(receiver).unwrap();
    let mut left = Vec::new();
    for number in 0..count {
        let time = FrameTime::Media(Duration::from_millis(u64::from(number) * 20));
        let frame = OutgoingFrame::new(vec![0x08, 1, 2].into(), time);
        ends[0].send_frame(now, sender, &frame).unwrap();
        let packet = poll_rtp(&mut ends[0], now).unwrap();
        let ecn = ends[0].rtp_ecn();
        left.push(ecn);
        now += Duration::from_millis(10);
        ends[1].handle_rtp(now, BytesMut::from(&packet[..]), remark(number, ecn));
        for (from, to) in [(0, 1), (1, 0)] {
            ends[from].handle_timeout(now);
            while let Some(packet) = poll_rtcp(&mut ends[from], now) {
                ends[to].handle_rtcp(now, &packet);
            }
        }
        now += Duration::from_millis(10);
    }
    now += Duration::from_secs(1);
    ends[1].handle_timeout(now);
    while let Some(packet) = poll_rtcp(&mut ends[1], now) {
        ends[0].handle_rtcp(now, &packet);
    }
    let stats = ends[0].sender_stats(sender).unwrap().clone();
    (left, stats, ends[1].receiver_stats(receiver).unwrap())
}

fn count(marks: &[Ecn], wanted: Ecn) -> u64 {
    marks.iter().filter(|ecn| **ecn == wanted).count() as u64
}

#[test]
fn packets_are_marked_once_the_path_was_seen_to_let_marks_through() {
    let (left, at_sender, at_receiver) = marked(200, WITH_ECN, |_, ecn| ecn);
    // The first mark is told at once, and from then on all packets have one.
    assert_eq!(count(&left, Ecn::Ect1), 200);
    assert_eq!(at_sender.packets_sent_with_ect1, 200);
    assert_eq!(at_sender.remote_packets_received_with_ect1, 200);
    assert_eq!(at_sender.remote_packets_received_with_ce, 0);
    assert_eq!(at_sender.remote_packets_bleached, 0);
    assert_eq!(at_receiver.packets_received_with_ect1, 200);
}

#[test]
fn without_negotiation_nothing_is_marked() {
    let (left, at_sender, _) = marked(50, PER_STREAM, |_, ecn| ecn);
    assert_eq!(count(&left, Ecn::NotEct), 50);
    assert_eq!(at_sender.packets_sent_with_ect1, 0);
}

#[test]
fn a_path_that_bleaches_ends_marking() {
    let (left, at_sender, at_receiver) = marked(500, WITH_ECN, |_, _| Ecn::NotEct);
    let sent = count(&left, Ecn::Ect1);
    // Probes of 5 packets a second until 8 were reported.
    assert!((8..=10).contains(&sent), "{sent}");
    assert_eq!(at_sender.remote_packets_bleached, sent);
    assert_eq!(at_sender.packets_sent_with_ect1, sent);
    assert_eq!(at_sender.remote_packets_received_with_ect1, 0);
    assert_eq!(at_receiver.packets_received_with_ect1, 0);
    // It begins to bleach later.
    let later = |number: u32, ecn| if number < 100 { ecn } else { Ecn::NotEct };
    let (left, at_sender, _) = marked(500, WITH_ECN, later);
    let sent = count(&left, Ecn::Ect1);
    assert_eq!(at_sender.remote_packets_bleached, sent - 100);
    assert!((108..130).contains(&sent), "{sent}");
}

#[test]
fn marks_of_congestion_are_told_soon() {
    let (left, at_sender, at_receiver) =
        marked(
            200,
            WITH_ECN,
            |number, ecn| {
                if number % 10 == 9 { Ecn::Ce } else { ecn }
            },
        );
    assert_eq!(count(&left, Ecn::Ect1), 200);
    assert_eq!(at_sender.remote_packets_received_with_ce, 20);
    assert_eq!(at_receiver.packets_received_with_ce, 20);
    assert_eq!(at_sender.remote_packets_received_with_ect1, 180);
    assert_eq!(at_sender.remote_packets_bleached, 0);
    // In the message that follows at once.
    let now = start();
    let mut streams = receiving(now);
    arrive(&mut streams, now, 5, Ecn::Ect1);
    assert!(poll_rtcp(&mut streams, now).is_some());
    for step in 1..3_u16 {
        let at = now + Duration::from_millis(u64::from(step));
        arrive(&mut streams, at, 5 + step, Ecn::Ect1);
        assert!(poll_rtcp(&mut streams, at).is_none());
    }
    let at = now + Duration::from_millis(10);
    arrive(&mut streams, at, 8, Ecn::Ce);
    assert_eq!(
        streams.poll_timeout(),
        Some(now + Duration::from_millis(25))
    );
    // As is a gap.
    let at = now + Duration::from_millis(25);
    assert!(poll_rtcp(&mut streams, at).is_some());
    let at = now + Duration::from_millis(60);
    arrive(&mut streams, at, 10, Ecn::Ect1);
    assert!(poll_rtcp(&mut streams, at).is_some());
}

const SOURCE: Ssrc = Ssrc(77);

fn receiving(now: Instant) -> Streams {
    let config = Config {
        max_ssrcs: 50,
        transport_history: 1_000,
        report_interval: Duration::from_secs(1_000),
        ..Config::default()
    };
    let mut streams = Streams::new(config, env(1, now), now);
    streams.set_rtcp(WITH_ECN);
    let parameters = ReceiverParameters::new(vec![opus()]);
    let _ = streams.add_receiver(parameters).unwrap();
    streams
}

fn arrive(streams: &mut Streams, now: Instant, sequence: u16, ecn: Ecn) {
    arrive_from(streams, now, SOURCE, sequence, ecn);
}

fn arrive_from(streams: &mut Streams, now: Instant, ssrc: Ssrc, sequence: u16, ecn: Ecn) {
    let header = Header::new(
        payload_type(111),
        SequenceNumber(sequence),
        Timestamp(u32::from(sequence) * 960),
        ssrc,
    );
    let mut out = vec![0; header.encoded_len()];
    header.encode(&mut out).unwrap();
    out.extend_from_slice(&[0x08, 1, 2]);
    streams.handle_rtp(now, BytesMut::from(&out[..]), ecn);
}

/// All that is told at `now`: a letter for each packet and the number of the first, by stream.
fn told(streams: &mut Streams, now: Instant) -> Vec<(u32, u16, String)> {
    let mut told = Vec::new();
    streams.handle_timeout(now);
    while let Some(packet) = poll_rtcp(streams, now) {
        for packet in Compound::parse(&packet) {
            let Ok(Packet::CongestionControl(feedback)) = packet else {
                continue;
            };
            for report in feedback.streams.iter() {
                let letters = report.packets.iter().map(|metric| match metric {
                    PacketMetric::NotReceived => '-',
                    PacketMetric::Received { ecn, .. } => match ecn {
                        EcnMark::NotEct => 'n',
                        EcnMark::Ect1 => '1',
                        EcnMark::Ect0 => '0',
                        EcnMark::Ce => 'c',
                    },
                });
                told.push((report.ssrc.0, report.begin.0, letters.collect()));
            }
        }
    }
    told
}

#[test]
fn numbers_wrap_and_late_packets_are_told_along_with_what_was_told() {
    let mut now = start();
    let mut streams = receiving(now);
    let text = |letters: &str, begin| vec![(SOURCE.0, begin, letters.to_owned())];
    for sequence in [65_533, 65_534, 1] {
        arrive(&mut streams, now, sequence, Ecn::NotEct);
    }
    now += Duration::from_millis(100);
    assert_eq!(told(&mut streams, now), text("nn--n", 65_533));
    assert_eq!(told(&mut streams, now), []);
    // What was told as received stays so, and the first copy of a packet counts.
    arrive(&mut streams, now, 65_535, Ecn::Ect0);
    arrive(&mut streams, now, 65_535, Ecn::NotEct);
    arrive(&mut streams, now, 2, Ecn::NotEct);
    now += Duration::from_millis(100);
    assert_eq!(told(&mut streams, now), text("0-nn", 65_535));
    // A duplicate is nothing new, unless it was marked.
    arrive(&mut streams, now, 1, Ecn::Ect1);
    now += Duration::from_millis(100);
    assert_eq!(told(&mut streams, now), []);
    arrive(&mut streams, now, 1, Ecn::Ce);
    arrive(&mut streams, now, 1, Ecn::NotEct);
    now += Duration::from_millis(100);
    assert_eq!(told(&mut streams, now), text("cn", 1));
    // Far too old: forgotten, unless the stream begins anew there.
    arrive(&mut streams, now, 40_000, Ecn::NotEct);
    now += Duration::from_millis(100);
    assert_eq!(told(&mut streams, now), []);
    arrive(&mut streams, now, 40_001, Ecn::NotEct);
    now += Duration::from_millis(100);
    assert_eq!(told(&mut streams, now), text("n", 40_001));
}

#[test]
fn hostile_arrivals_are_bounded() {
    let mut now = start();
    let mut streams = receiving(now);
    let mut random = stonechat_sansio::Seed::from_u64(5).rng();
    for round in 0..200 {
        for _ in 0..50 {
            let ssrc = Ssrc(random.next_u32() % 300);
            let sequence = (random.next_u32() & 0xffff) as u16;
            arrive_from(&mut streams, now, ssrc, sequence, Ecn::Ce);
        }
        now += Duration::from_millis(30);
        let told = told(&mut streams, now);
        let packets: usize = told.iter().map(|(_, _, letters)| letters.len()).sum();
        // No more than the share of each of as many streams as the configuration allows.
        assert!(packets <= 50 * 64, "round {round}: {packets}");
        let events = std::iter::from_fn(|| streams.poll_event());
        assert!(events.count() < 100);
    }
    // One stream that jumps has no more than all of it.
    let mut streams = receiving(now);
    for sequence in (0..60_000_u16).step_by(900) {
        arrive(&mut streams, now, sequence, Ecn::NotEct);
    }
    now += Duration::from_millis(100);
    let told = told(&mut streams, now);
    let packets: usize = told.iter().map(|(_, _, letters)| letters.len()).sum();
    assert!((900..=1_000).contains(&packets), "{packets}");
}

#[test]
fn each_of_many_streams_is_told() {
    let mut now = start();
    let mut streams = receiving(now);
    for sequence in 0..30 {
        for ssrc in 100..145 {
            arrive_from(&mut streams, now, Ssrc(ssrc), sequence, Ecn::NotEct);
        }
    }
    now += Duration::from_millis(100);
    let mut packets = BTreeMap::<u32, usize>::new();
    for (ssrc, _, letters) in told(&mut streams, now) {
        *packets.entry(ssrc).or_default() += letters.len();
    }
    assert_eq!(packets.len(), 45);
    assert!(packets.values().all(|count| *count == 30));
    assert!(streams.stats().congestion_feedback_sent > 1);
    assert!(streams.poll_timeout().is_none_or(|at| at > now));
}

fn encode(packet: &dyn Write) -> Vec<u8> {
    let mut out = vec![0; packet.encoded_len()];
    packet.encode(&mut out).unwrap();
    out
}

/// An end that has sent ten packets of audio, its source, and the number of the first.
fn having_sent() -> (Streams, SenderId, Ssrc, SequenceNumber, Instant) {
    let now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    streams.set_rtcp(PER_STREAM);
    let parameters = SenderParameters::new(vec![opus()]);
    let sender = streams.add_sender(SenderConfig::new(parameters)).unwrap();
    let mut first = None;
    for number in 0..10 {
        let time = FrameTime::Media(Duration::from_millis(number * 20));
        let frame = OutgoingFrame::new(vec![0x08, 1, 2].into(), time);
        streams.send_frame(now, sender, &frame).unwrap();
        let packet = poll_rtp(&mut streams, now).unwrap();
        first.get_or_insert_with(|| Rtp::parse(&packet).unwrap().sequence());
    }
    let (ssrc, _) = streams.sender_sources(sender).unwrap();
    (streams, sender, ssrc, first.unwrap(), now)
}

fn tell(streams: &mut Streams, now: Instant, report: StreamReport<'_>, timestamp: u32) {
    let blocks = [report];
    let message = CongestionControl {
        sender: Ssrc(1),
        streams: (&blocks).into(),
        timestamp: CompactNtp(timestamp),
    };
    streams.handle_rtcp(now, &encode(&message));
}

const ARRIVED: PacketMetric = PacketMetric::Received {
    ecn: EcnMark::Ce,
    offset: ArrivalOffset(0),
};

#[test]
fn feedback_about_what_was_never_sent_tells_nothing() {
    let (mut streams, sender, ssrc, first, now) = having_sent();
    let before = streams.sender_stats(sender).unwrap().clone();
    let everything = vec![ARRIVED; 16_384];
    let packets = everything.as_slice().into();
    for begin in [10_u16, 20_000, 40_000] {
        let begin = first.wrapping_add(begin);
        tell(
            &mut streams,
            now,
            StreamReport {
                ssrc,
                begin,
                packets,
            },
            9,
        );
    }
    let other = StreamReport {
        ssrc: Ssrc(ssrc.0 ^ 1),
        begin: first,
        packets,
    };
    tell(&mut streams, now, other, 9);
    assert_eq!(streams.stats().dropped.unknown_source, 1);
    let nothing = StreamReport {
        ssrc,
        begin: first,
        packets: (&[]).into(),
    };
    tell(&mut streams, now, nothing, 9);
    assert_eq!(streams.poll_packet_result(), None);
    assert_eq!(streams.poll_event(), None);
    assert_eq!(streams.sender_stats(sender), Some(&before));
    assert_eq!(streams.stats().congestion_feedback_received, 5);
    // A range of a quarter of all numbers around them tells of the ten.
    let begin = SequenceNumber(first.0.wrapping_sub(8_000));
    tell(
        &mut streams,
        now,
        StreamReport {
            ssrc,
            begin,
            packets,
        },
        9,
    );
    assert_eq!(results(&mut streams).len(), 10);
    assert_eq!(streams.poll_event(), Some(Event::PacketResults));
}

#[test]
fn feedback_that_repeats_or_contradicts_itself_counts_once() {
    let (mut streams, sender, ssrc, begin, now) = having_sent();
    let told = |streams: &mut Streams, metric: PacketMetric| {
        let packets = [metric; 10];
        let packets = (&packets).into();
        tell(
            streams,
            now,
            StreamReport {
                ssrc,
                begin,
                packets,
            },
            u32::MAX,
        );
        results(streams).len()
    };
    assert_eq!(told(&mut streams, PacketMetric::NotReceived), 10);
    assert_eq!(told(&mut streams, PacketMetric::NotReceived), 0);
    let plain = PacketMetric::Received {
        ecn: EcnMark::NotEct,
        offset: ArrivalOffset::UNAVAILABLE,
    };
    assert_eq!(told(&mut streams, plain), 10);
    assert_eq!(told(&mut streams, plain), 0);
    assert_eq!(told(&mut streams, PacketMetric::NotReceived), 0);
    // A duplicate with a mark of congestion came later.
    assert_eq!(told(&mut streams, ARRIVED), 10);
    for metric in [ARRIVED, plain, PacketMetric::NotReceived] {
        assert_eq!(told(&mut streams, metric), 0);
    }
    let stats = streams.sender_stats(sender).unwrap();
    assert_eq!(stats.remote_packets_reported_as_lost, 10);
    assert_eq!(stats.remote_packets_reported_as_lost_but_recovered, 10);
    assert_eq!(stats.remote_packets_received_with_ce, 10);
    assert_eq!(stats.remote_packets_bleached, 0);
}

#[test]
fn results_that_nobody_takes_are_bounded() {
    let config = Config {
        transport_history: 100,
        ..Config::default()
    };
    let mut pair = Pair::new(1, &config, Link::default());
    let ids = video(&mut pair, true, PER_STREAM);
    play(&mut pair, ids, 200);
    assert_eq!(results(&mut pair.ends[0]).len(), 100);
}

#[test]
fn the_feedback_may_change_while_packets_are_under_way() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let ids = video(&mut pair, true, PER_STREAM);
    for number in 0..20 {
        let rtcp = if number % 2 == 0 {
            PER_STREAM
        } else {
            RtcpParameters::default()
        };
        pair.ends[(number / 2 % 2) as usize].set_rtcp(rtcp);
        pair.ends[0]
            .send_frame(pair.now, ids.0, &frame(number))
            .unwrap();
        pair.run(Duration::from_millis(50));
    }
    assert!(pair.ends[1].recv_frame(pair.now, ids.1).is_some());
}

#[test]
fn who_only_receives_measures_the_round_trip() {
    for (seed, millis) in [(1, 5), (2, 30), (3, 200)] {
        let link = Link {
            delay: Duration::from_millis(millis),
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        let ids = video(&mut pair, true, ROUND_TRIP);
        play(&mut pair, ids, 500);
        let trip = Duration::from_millis(2 * millis);
        let close = |measured: Duration| measured.abs_diff(trip) < Duration::from_micros(100);
        let stats = pair.ends[1].receiver_stats(ids.1).unwrap();
        assert!(close(stats.round_trip_time.unwrap()), "{stats:?}");
        let count = stats.round_trip_time_measurements;
        assert!(count > 5 && count <= stats.remote_reports, "{count}");
        assert!(close(stats.total_round_trip_time / count as u32));
        assert!(close(pair.ends[1].stats().round_trip_time.unwrap()));
    }
}

#[test]
fn a_round_trip_is_asked_for_and_answered_only_if_that_was_negotiated() {
    let asks = RtcpParameters {
        max_delay_block: 0,
        ..ROUND_TRIP
    };
    let answers = RtcpParameters {
        asks_round_trip: false,
        ..ROUND_TRIP
    };
    let blocks = |pair: &Pair, end| {
        let of_end = pair
            .log
            .iter()
            .filter(move |(from, kind, _)| *from == end && *kind == Kind::Rtcp);
        let packets = of_end.flat_map(|(_, _, octets)| Compound::parse(octets));
        let reports = packets.filter_map(|packet| match packet {
            Ok(Packet::ExtendedReport(report)) => Some(report.blocks.iter().count()),
            _ => None,
        });
        reports.sum::<usize>()
    };
    for (ours, theirs) in [
        (asks, asks),
        (answers, answers),
        (answers, asks),
        (asks, answers),
    ] {
        let mut pair = Pair::new(1, &Config::default(), Link::default());
        pair.keep_log = true;
        let ids = video(&mut pair, true, ROUND_TRIP);
        pair.ends[0].set_rtcp(ours);
        pair.ends[1].set_rtcp(theirs);
        play(&mut pair, ids, 200);
        let stats = pair.ends[1].receiver_stats(ids.1).unwrap();
        let works = ours == answers && theirs == asks;
        assert_eq!(stats.round_trip_time.is_some(), works);
        assert_eq!(blocks(&pair, 1) > 0, theirs == asks);
        assert_eq!(blocks(&pair, 0) > 0, works);
    }
}

#[test]
fn a_block_of_answers_is_no_longer_than_negotiated() {
    let (mut streams, sender, _, _, mut now) = having_sent();
    // Two entries at most.
    streams.set_rtcp(RtcpParameters {
        max_delay_block: 4 + 2 * 12 + 11,
        ..ROUND_TRIP
    });
    let mut answered = BTreeMap::<u32, u32>::new();
    for round in 0..12_u64 {
        for ssrc in 50..55 {
            let time = stonechat_rtp::NtpTime((round + 1) << 32);
            let blocks = [XrBlock::ReceiverReferenceTime(time)];
            let report = ExtendedReport {
                ssrc: Ssrc(ssrc),
                blocks: (&blocks).into(),
            };
            streams.handle_rtcp(now, &encode(&report));
        }
        let due = streams.poll_timeout().unwrap();
        now = now.max(due) + Duration::from_millis(1);
        streams.handle_timeout(now);
        while let Some(packet) = poll_rtcp(&mut streams, now) {
            for packet in Compound::parse(&packet) {
                let Ok(Packet::ExtendedReport(report)) = packet else {
                    continue;
                };
                let blocks: Vec<_> = report.blocks.iter().collect();
                let [XrBlock::DelaySinceLast(entries)] = blocks[..] else {
                    panic!("{blocks:?}");
                };
                assert_eq!(entries.len(), 2);
                for entry in entries {
                    assert!(entry.delay_since_last.0 > 0);
                    *answered.entry(entry.ssrc.0).or_default() += 1;
                }
            }
        }
        let time = FrameTime::Media(Duration::from_secs(round));
        let frame = OutgoingFrame::new(vec![0x08, 1, 2].into(), time);
        streams.send_frame(now, sender, &frame).unwrap();
        let _ = poll_rtp(&mut streams, now);
    }
    // All have their turn.
    assert_eq!(answered.len(), 5, "{answered:?}");
}

#[test]
fn hostile_answers_do_not_make_a_round_trip() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let ids = video(&mut pair, true, ROUND_TRIP);
    play(&mut pair, ids, 20);
    let (ssrc, _) = pair.ends[0].sender_sources(ids.0).unwrap();
    let before = pair.ends[1].receiver_stats(ids.1).unwrap();
    let entries = [
        (1, 5, 5),
        (0, 0, 0),
        (0, 7, 0),
        (0, 0, 7),
        (0, u32::MAX, u32::MAX),
        (0, 1, u32::MAX),
    ];
    let entries = entries.map(|(ssrc, last, delay)| DlrrEntry {
        ssrc: Ssrc(ssrc),
        last_receiver_report: CompactNtp(last),
        delay_since_last: CompactNtp(delay),
    });
    let blocks = [XrBlock::DelaySinceLast((&entries).into())];
    let report = ExtendedReport {
        ssrc,
        blocks: (&blocks).into(),
    };
    let now = pair.now;
    deliver(&mut pair.ends[1], now, Kind::Rtcp, &encode(&report));
    assert_eq!(pair.ends[1].receiver_stats(ids.1).unwrap(), before);
    // Clocks of a thousand sources are not kept.
    for number in 0..1_000 {
        let blocks = [XrBlock::ReceiverReferenceTime(stonechat_rtp::NtpTime(9))];
        let report = ExtendedReport {
            ssrc: Ssrc(number),
            blocks: (&blocks).into(),
        };
        deliver(&mut pair.ends[0], now, Kind::Rtcp, &encode(&report));
    }
    pair.keep_log = true;
    play(&mut pair, ids, 100);
    let rtcp = pair
        .log
        .iter()
        .filter(|(from, kind, _)| *from == 0 && *kind == Kind::Rtcp);
    for (_, _, octets) in rtcp {
        assert!(octets.len() < 500);
        assert!(Compound::parse(octets).all(|packet| packet.is_ok()));
    }
}

#[test]
fn an_answer_counts_with_the_report_of_its_sender() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let ids = video(&mut pair, true, ROUND_TRIP);
    let (ssrc, _) = pair.ends[0].sender_sources(ids.0).unwrap();
    pair.keep_log = true;
    play(&mut pair, ids, 100);
    let rtcp = |end| {
        let of_end = pair
            .log
            .iter()
            .filter(move |(from, kind, _)| *from == end && *kind == Kind::Rtcp);
        of_end.flat_map(|(_, _, octets)| Compound::parse(octets))
    };
    let clocks = rtcp(1).filter_map(|packet| match packet {
        Ok(Packet::ExtendedReport(report)) => match report.blocks.iter().next() {
            Some(XrBlock::ReceiverReferenceTime(time)) => Some((report.ssrc, time)),
            _ => None,
        },
        _ => None,
    });
    let (asker, clock) = clocks.last().unwrap();
    let info = rtcp(0).find_map(|packet| match packet {
        Ok(Packet::SenderReport(report)) => Some(report.info),
        _ => None,
    });
    let report = encode(&SenderReport {
        ssrc,
        info: info.unwrap(),
        reports: (&[]).into(),
        extension: &[],
    });
    let entries = [DlrrEntry {
        ssrc: asker,
        last_receiver_report: clock.compact(),
        delay_since_last: CompactNtp(1),
    }];
    let blocks = [XrBlock::DelaySinceLast((&entries).into())];
    let answer = |ssrc| {
        encode(&ExtendedReport {
            ssrc,
            blocks: (&blocks).into(),
        })
    };
    let now = pair.now;
    let streams = &mut pair.ends[1];
    let mut hear = |packets: &[&[u8]]| {
        streams.handle_rtcp(now, &packets.concat());
        let stats = streams.receiver_stats(ids.1).unwrap();
        (
            stats.round_trip_time.is_some(),
            stats.round_trip_time_measurements,
        )
    };
    let (_, before) = hear(&[&report]);
    assert_eq!(hear(&[&report, &answer(ssrc)]), (true, before + 1));
    // The last report answers nothing.
    assert_eq!(hear(&[&report]), (false, before + 1));
    // Answers of who receives, or of another source.
    assert_eq!(hear(&[&answer(ssrc)]), (false, before + 1));
    assert_eq!(
        hear(&[&report, &answer(Ssrc(ssrc.0 ^ 1))]),
        (false, before + 1)
    );
}
