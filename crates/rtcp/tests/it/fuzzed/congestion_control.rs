//! Congestion control feedback: what was told is what is read, and what is read of any octets is
//! read again once it was written.

use stonechat_rtcp::{
    ArrivalOffset, CongestionControl, EcnMark, Packet, PacketMetric, StreamReport, Write,
};
use stonechat_rtp::{CompactNtp, SequenceNumber, Ssrc};
use stonechat_testkit::corpus::Script;

pub(crate) fn run(octets: &[u8]) {
    read_and_write(octets);
    let mut script = Script::new(octets);
    let timestamp = CompactNtp(script.u32());
    let mut all: Vec<(u32, u16, Vec<PacketMetric>)> = Vec::new();
    while !script.is_empty() && all.len() < 40 {
        let (ssrc, begin) = (script.u32(), script.u16());
        let count = usize::from(script.u16() & 0x1ff);
        let metrics = (0..count).map(|_| metric(script.octet(), script.octet()));
        all.push((ssrc, begin, metrics.collect()));
    }
    let blocks: Vec<_> = all
        .iter()
        .map(|(ssrc, begin, metrics)| StreamReport {
            ssrc: Ssrc(*ssrc),
            begin: SequenceNumber(*begin),
            packets: metrics.as_slice().into(),
        })
        .collect();
    let told = CongestionControl {
        sender: Ssrc(1),
        streams: blocks.as_slice().into(),
        timestamp,
    };
    let mut out = vec![0xee; told.encoded_len()];
    assert_eq!(told.encode(&mut out), Ok(out.len()));
    assert_eq!(Packet::parse(&out), Ok(Packet::CongestionControl(told)));
}

/// The octets as the content of a packet.
fn read_and_write(octets: &[u8]) {
    let content = octets
        .get(..octets.len().min(4_000) & !3)
        .unwrap_or_default();
    let mut wire = vec![0x8b, 205];
    let words = u16::try_from(content.len() / 4).unwrap_or_default();
    wire.extend_from_slice(&words.to_be_bytes());
    wire.extend_from_slice(content);
    let Ok(read) = Packet::parse(&wire) else {
        return;
    };
    let mut out = vec![0xee; read.encoded_len()];
    assert_eq!(read.encode(&mut out), Ok(out.len()));
    assert_eq!(Packet::parse(&out), Ok(read));
}

fn metric(choice: u8, offset: u8) -> PacketMetric {
    let ecn = match choice & 7 {
        0 => EcnMark::NotEct,
        1 => EcnMark::Ect1,
        2 => EcnMark::Ect0,
        3 => EcnMark::Ce,
        _ => return PacketMetric::NotReceived,
    };
    let offset = ArrivalOffset(u16::from(choice >> 3) << 8 | u16::from(offset));
    PacketMetric::Received { ecn, offset }
}
