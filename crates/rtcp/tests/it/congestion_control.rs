use std::time::Duration;

use proptest::prelude::*;
use stonechat_rtcp::{
    ArrivalOffset, CongestionControl, EcnMark, Packet, PacketMetric, PacketType, ParseError,
    StreamReport, Write,
};
use stonechat_rtp::{CompactNtp, SequenceNumber, Ssrc};

const MALFORMED: ParseError = ParseError::Content(PacketType::TRANSPORT_FEEDBACK);

fn wire(content: &str) -> Vec<u8> {
    let content = hex::decode(content.replace([' ', '\n'], "")).unwrap();
    let words = u16::try_from(content.len() / 4).unwrap();
    let mut octets = vec![0x8b, 205];
    octets.extend_from_slice(&words.to_be_bytes());
    octets.extend_from_slice(&content);
    octets
}

fn read(octets: &[u8]) -> Result<CongestionControl<'_>, ParseError> {
    let feedback = match Packet::parse(octets)? {
        Packet::CongestionControl(feedback) => Some(feedback),
        _ => None,
    };
    Ok(feedback.unwrap())
}

fn received(ecn: EcnMark, offset: u16) -> PacketMetric {
    PacketMetric::Received {
        ecn,
        offset: ArrivalOffset(offset),
    }
}

#[test]
fn the_layout_is_that_of_rfc_8888() {
    let octets = wire(
        "00000001
         00000002 ffff0003 8200 0000 a001 0000
         00000003 00070000
         00000004 00080002 dffe ffff
         12345678",
    );
    let feedback = read(&octets).unwrap();
    assert_eq!(feedback.sender, Ssrc(1));
    assert_eq!(feedback.timestamp, CompactNtp(0x1234_5678));
    let blocks: Vec<_> = feedback.streams.iter().collect();
    assert_eq!(blocks.len(), 3);
    // Numbers wrap, an odd count is padded.
    let metrics: Vec<_> = blocks[0].metrics().collect();
    assert_eq!(
        metrics,
        [
            (SequenceNumber(65_535), received(EcnMark::NotEct, 512)),
            (SequenceNumber(0), PacketMetric::NotReceived),
            (SequenceNumber(1), received(EcnMark::Ect1, 1)),
        ]
    );
    // Nothing came: the highest number before.
    assert_eq!(
        (blocks[1].ssrc, blocks[1].begin, blocks[1].packets.len()),
        (Ssrc(3), SequenceNumber(7), 0)
    );
    let metrics: Vec<_> = blocks[2].metrics().map(|(_, metric)| metric).collect();
    assert_eq!(
        metrics,
        [
            received(EcnMark::Ect0, 0x1ffe),
            received(EcnMark::Ce, 0x1fff)
        ]
    );
    let mut again = vec![0xee; octets.len()];
    assert_eq!(feedback.encode(&mut again), Ok(octets.len()));
    assert_eq!(again, octets);
}

#[test]
fn a_message_may_have_no_blocks() {
    let octets = wire("00000001 00000009");
    let feedback = read(&octets).unwrap();
    assert_eq!(feedback.streams.iter().count(), 0);
    assert_eq!(octets.len(), CongestionControl::HEAD_LEN);
}

#[test]
fn what_is_not_received_has_no_mark_and_no_time() {
    let octets = wire("00000001 00000002 00000002 7fff 2001 00000009");
    let feedback = read(&octets).unwrap();
    let block = feedback.streams.iter().next().unwrap();
    assert!(
        block
            .packets
            .iter()
            .all(|it| it == PacketMetric::NotReceived)
    );
}

#[test]
fn blocks_that_are_cut_or_too_long_are_malformed() {
    // No timestamp, half a block, metrics that are missing, padding that is missing.
    for content in [
        "",
        "00000001",
        "00000001 00000002 00000009",
        "00000001 00000002 00000002 00000009",
        "00000001 00000002 00000003 80008000 00000009",
        "00000001 00000002 0000ffff 80008000 00000009",
    ] {
        assert_eq!(read(&wire(content)), Err(MALFORMED), "{content}");
    }
    let block = |count: usize| {
        let mut content = format!("00000001 00000002 0000{count:04x}");
        content.push_str(&"8000".repeat(count.next_multiple_of(2)));
        content.push_str("00000009");
        wire(&content)
    };
    assert_eq!(read(&block(16_385)), Err(MALFORMED));
    let octets = block(16_384);
    let feedback = read(&octets).unwrap();
    let block = feedback.streams.iter().next().unwrap();
    assert_eq!(block.metrics().count(), 16_384);
}

#[test]
fn no_more_packets_are_written_than_a_block_may_have() {
    let metrics = vec![PacketMetric::NotReceived; 20_000];
    let blocks = [StreamReport {
        ssrc: Ssrc(2),
        begin: SequenceNumber(5),
        packets: metrics.as_slice().into(),
    }];
    let feedback = CongestionControl {
        sender: Ssrc(1),
        streams: (&blocks).into(),
        timestamp: CompactNtp(0),
    };
    let mut out = vec![0; feedback.encoded_len()];
    feedback.encode(&mut out).unwrap();
    let feedback = read(&out).unwrap();
    assert_eq!(
        feedback.streams.iter().next().unwrap().packets.len(),
        16_384
    );
}

#[test]
fn offsets_are_in_units_of_a_1024th_of_a_second() {
    let offset = |before| ArrivalOffset::new(before);
    assert_eq!(offset(Duration::ZERO), ArrivalOffset(0));
    assert_eq!(offset(Duration::from_millis(500)), ArrivalOffset(512));
    assert_eq!(offset(Duration::from_nanos(976_562)), ArrivalOffset(0));
    assert_eq!(offset(Duration::from_nanos(976_563)), ArrivalOffset(1));
    // 8,189 units are the last that can be told.
    let last = Duration::from_nanos(8_189 * 1_000_000_000 / 1_024 + 1);
    assert_eq!(offset(last), ArrivalOffset(8_189));
    for beyond in [last + Duration::from_millis(1), Duration::MAX] {
        assert_eq!(offset(beyond), ArrivalOffset::OVER_RANGE);
    }
    assert_eq!(
        ArrivalOffset(512).to_duration(),
        Some(Duration::from_millis(500))
    );
    assert_eq!(ArrivalOffset::OVER_RANGE.to_duration(), None);
    assert_eq!(ArrivalOffset::UNAVAILABLE.to_duration(), None);
}

fn metrics() -> impl Strategy<Value = PacketMetric> {
    let marks = [EcnMark::NotEct, EcnMark::Ect1, EcnMark::Ect0, EcnMark::Ce];
    prop_oneof![
        Just(PacketMetric::NotReceived),
        (prop::sample::select(marks.to_vec()), 0_u16..0x2000)
            .prop_map(|(ecn, offset)| received(ecn, offset)),
    ]
}

proptest! {
    #[test]
    fn arrivals_survive(
        sender: u32,
        timestamp: u32,
        streams in prop::collection::vec(
            (any::<u32>(), any::<u16>(), prop::collection::vec(metrics(), 0..200)), 0..8),
    ) {
        let blocks: Vec<_> = streams
            .iter()
            .map(|(ssrc, begin, metrics)| StreamReport {
                ssrc: Ssrc(*ssrc),
                begin: SequenceNumber(*begin),
                packets: metrics.as_slice().into(),
            })
            .collect();
        let told = CongestionControl {
            sender: Ssrc(sender),
            streams: blocks.as_slice().into(),
            timestamp: CompactNtp(timestamp),
        };
        let mut out = vec![0xee; told.encoded_len()];
        prop_assert_eq!(told.encode(&mut out), Ok(out.len()));
        prop_assert_eq!(Packet::parse(&out), Ok(Packet::CongestionControl(told)));
        let sum: usize = blocks.iter().map(StreamReport::encoded_len).sum();
        prop_assert_eq!(out.len(), CongestionControl::HEAD_LEN + sum);
    }

    #[test]
    fn an_offset_is_never_longer_than_the_span(micros in 0_u64..10_000_000) {
        let span = Duration::from_micros(micros);
        if let Some(offset) = ArrivalOffset::new(span).to_duration() {
            prop_assert!(offset <= span && span - offset < Duration::from_micros(977));
        }
    }
}
