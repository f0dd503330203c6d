use proptest::prelude::*;
use stonechat_rtcp::{
    ArrivalTime, Packet, PacketStatus, PacketType, ParseError, TransportWide, TransportWideReport,
    Write,
};
use stonechat_rtp::{SequenceNumber, Ssrc};

fn read(octets: &[u8]) -> Result<TransportWide<'_>, ParseError> {
    let packet = Packet::parse(octets)?;
    let feedback = match packet {
        Packet::TransportWide(feedback) => Some(feedback),
        _ => None,
    };
    Ok(feedback.unwrap())
}

/// Writes all of `arrivals` in as many messages as needed and reads them back.
fn pass(base: u16, arrivals: &[Option<ArrivalTime>], max_len: usize) -> Vec<PacketStatus> {
    let mut statuses = Vec::new();
    let mut rest = arrivals;
    let mut base = SequenceNumber(base);
    while !rest.is_empty() {
        let report = TransportWideReport::new(Ssrc(1), Ssrc(2), 9, base, rest, max_len).unwrap();
        let mut out = vec![0xee; report.encoded_len()];
        assert!(out.len() <= max_len && out.len().is_multiple_of(4));
        assert_eq!(report.encode(&mut out), Ok(out.len()));
        let feedback = read(&out).unwrap();
        assert_eq!(usize::from(feedback.status_count()), report.taken());
        assert_eq!(
            (feedback.sender, feedback.media, feedback.base),
            (Ssrc(1), Ssrc(2), base)
        );
        assert_eq!(feedback.feedback_count, 9);
        let mut again = vec![0xee; out.len()];
        assert_eq!(feedback.encode(&mut again), Ok(out.len()));
        assert_eq!(again, out);
        for (sequence, status) in feedback.statuses() {
            assert_eq!(sequence, base);
            base = base.next();
            statuses.push(status);
        }
        rest = &rest[report.taken()..];
    }
    statuses
}

fn expected(arrivals: &[Option<ArrivalTime>]) -> Vec<PacketStatus> {
    let status = |arrival: &Option<ArrivalTime>| {
        arrival.map_or(PacketStatus::NotReceived, PacketStatus::Received)
    };
    arrivals.iter().map(status).collect()
}

#[test]
fn chunks_are_read_as_in_the_examples_of_the_draft() {
    let wire = |count: u16, chunk: u16, deltas: &[u8]| {
        let mut octets = hex::decode("8fcd0000000000010000000200000000000001ff").unwrap();
        octets[14..16].copy_from_slice(&count.to_be_bytes());
        octets.extend_from_slice(&chunk.to_be_bytes());
        octets.extend_from_slice(deltas);
        octets.resize(octets.len().next_multiple_of(4), 0);
        let words = u16::try_from(octets.len() / 4 - 1).unwrap();
        octets[2..4].copy_from_slice(&words.to_be_bytes());
        octets
    };
    let shown = |octets: &[u8]| {
        let feedback = read(octets).unwrap();
        assert_eq!(
            (feedback.reference(), feedback.feedback_count),
            (ArrivalTime(256), 255)
        );
        feedback
            .statuses()
            .map(|(_, status)| match status {
                PacketStatus::NotReceived => '-',
                PacketStatus::Received(_) => 'r',
                PacketStatus::ReceivedWithoutTime => 'w',
            })
            .collect::<String>()
    };
    // Section 3.1.3.
    assert_eq!(
        shown(&wire(221, 0b0000_0000_1101_1101, &[])),
        "-".repeat(221)
    );
    assert_eq!(shown(&wire(24, 0b0110_0000_0001_1000, &[])), "w".repeat(24));
    // Section 3.1.4.
    assert_eq!(
        shown(&wire(14, 0b1001_1111_0001_1100, &[0; 8])),
        "-rrrrr---rrr--"
    );
    assert_eq!(shown(&wire(7, 0b1100_1101_0101_0000, &[0; 3])), "-wrrr--");
    // The last chunk says more than there are packets.
    assert_eq!(shown(&wire(3, 0b1001_1111_0001_1100, &[0; 2])), "-rr");
}

#[test]
fn deltas_are_small_or_large_by_their_size() {
    let arrivals = [0_u32, 255, 511, 767, 766, 33_533, 766].map(|time| Some(ArrivalTime(time)));
    assert_eq!(pass(65_534, &arrivals, 1200), expected(&arrivals));
    let report =
        TransportWideReport::new(Ssrc(1), Ssrc(2), 0, SequenceNumber(0), &arrivals, 1200).unwrap();
    // Head 20, one chunk of 7 symbols, 2 small and 5 large deltas (0, 255 | 256, 256, -1, +, -).
    assert_eq!(report.taken(), 7);
    assert_eq!(
        report.encoded_len(),
        (20 + 2 + 2 + 5 * 2_usize).next_multiple_of(4)
    );
}

#[test]
fn a_delta_too_large_begins_another_message() {
    for gap in [32_768_u32, 1 << 31, u32::MAX - 32_768] {
        let arrivals = [
            Some(ArrivalTime(5)),
            None,
            Some(ArrivalTime(5_u32.wrapping_add(gap))),
        ];
        assert_eq!(pass(0, &arrivals, 1200), expected(&arrivals));
        let base = SequenceNumber(0);
        let report = TransportWideReport::new(Ssrc(1), Ssrc(2), 0, base, &arrivals, 1200).unwrap();
        assert_eq!(report.taken(), 2);
    }
}

#[test]
fn without_room_for_one_packet_there_is_no_report() {
    let arrivals = [Some(ArrivalTime(1))];
    let new = |max_len| {
        TransportWideReport::new(Ssrc(1), Ssrc(2), 0, SequenceNumber(0), &arrivals, max_len)
    };
    assert!(new(23).is_none() && new(0).is_none());
    assert_eq!(new(24).unwrap().encoded_len(), 24);
    let none = TransportWideReport::new(Ssrc(1), Ssrc(2), 0, SequenceNumber(0), &[], 1200);
    assert!(none.is_none());
}

#[test]
fn a_full_message_of_65_535_packets_is_read_in_one_walk() {
    let arrivals: Vec<_> = (0..65_535).map(|n| Some(ArrivalTime(n * 3))).collect();
    assert_eq!(pass(7, &arrivals, 200_000), expected(&arrivals));
    let lost = vec![None; 65_535];
    assert_eq!(pass(7, &lost, 40), expected(&lost));
}

#[test]
fn chunks_and_deltas_that_are_missing_are_an_error() {
    let malformed = Err(ParseError::Content(PacketType::TRANSPORT_FEEDBACK));
    let arrivals: Vec<_> = (0..30_u32)
        .map(|n| (n % 3 != 0).then_some(ArrivalTime(n)))
        .collect();
    let report =
        TransportWideReport::new(Ssrc(1), Ssrc(2), 0, SequenceNumber(0), &arrivals, 1200).unwrap();
    let mut out = vec![0; report.encoded_len()];
    report.encode(&mut out).unwrap();
    for words in 0..out.len() / 4 - 1 {
        let mut cut = out[..(words + 1) * 4].to_vec();
        cut[2..4].copy_from_slice(&u16::try_from(words).unwrap().to_be_bytes());
        assert_eq!(read(&cut).map(|_| ()), malformed, "{words}");
    }
    assert!(read(&out).is_ok());
}

proptest! {
    #[test]
    fn arrivals_survive(
        base: u16,
        steps in prop::collection::vec(
            prop_oneof![
                3 => Just(Some(1_i32)),
                2 => Just(None),
                1 => (-300_i32..600).prop_map(Some),
                1 => any::<i32>().prop_map(Some),
            ], 1..300),
        repeat in 1_usize..20,
        start: u32,
        max_len in prop_oneof![24_usize..60, 60_usize..1300],
    ) {
        let mut time = ArrivalTime(start);
        let mut arrivals = Vec::new();
        for step in steps {
            for _ in 0..repeat {
                arrivals.push(step.map(|step| {
                    time = time.wrapping_add(step);
                    time
                }));
            }
        }
        prop_assert_eq!(pass(base, &arrivals, max_len), expected(&arrivals));
    }
}
