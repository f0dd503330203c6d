//! Arrivals in any pattern as transport-wide feedback: what was told is what is read.

use stonechat_rtcp::{ArrivalTime, Packet, PacketStatus, TransportWideReport, Write};
use stonechat_rtp::{SequenceNumber, Ssrc};
use stonechat_testkit::corpus::Script;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let base = SequenceNumber(script.u16());
    let limit = usize::from(script.u16() & 0x7ff);
    let mut time = ArrivalTime(script.u32());
    let mut arrivals = Vec::new();
    while !script.is_empty() && arrivals.len() < 4_000 {
        let choice = script.octet();
        let arrival = match choice & 3 {
            0 => None,
            1 => {
                time = time.wrapping_add(i32::from(choice >> 2));
                Some(time)
            }
            2 => {
                time = time.wrapping_add(i32::from(i16::from_be_bytes(script.u16().to_be_bytes())));
                Some(time)
            }
            _ => {
                time = ArrivalTime(script.u32());
                Some(time)
            }
        };
        arrivals.extend(std::iter::repeat_n(
            arrival,
            1 + usize::from(choice >> 6) * 9,
        ));
    }
    let Some(report) = TransportWideReport::new(Ssrc(1), Ssrc(2), 3, base, &arrivals, limit) else {
        return;
    };
    assert!(report.encoded_len() <= limit);
    let mut out = vec![0; report.encoded_len()];
    report.encode(&mut out).unwrap();
    let read = Packet::parse(&out);
    assert!(matches!(read, Ok(Packet::TransportWide(_))), "{read:?}");
    let Ok(Packet::TransportWide(read)) = read else {
        return;
    };
    let taken = report.taken();
    assert!(taken > 0 && taken <= arrivals.len());
    assert_eq!(usize::from(read.status_count()), taken);
    assert_eq!(read.base, base);
    for ((sequence, status), (number, arrival)) in read
        .statuses()
        .zip((base.0..=u16::MAX).chain(0..=u16::MAX).zip(&arrivals))
    {
        assert_eq!(sequence, SequenceNumber(number));
        match (status, arrival) {
            (PacketStatus::NotReceived, None) => {}
            (PacketStatus::Received(read), Some(told)) => {
                assert_eq!(read.distance_from(*told) & 0x3fff_ffff, 0);
            }
            (status, arrival) => assert_eq!(format!("{status:?}"), format!("{arrival:?}")),
        }
    }
}
