//! Payloads as one frame of each format, and what is read of frames without decoding.

use stonechat_media::{
    Codec, Depacketizer, OpusToc, PacketizationMode, Packetizer, av1, h264, is_dtx, vp8,
};
use stonechat_testkit::corpus::Script;

const MAX_LEN: usize = 10_000;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let choices = script.octet();
    let codec = match choices & 7 {
        0 => Codec::Opus,
        1 => Codec::Pcmu,
        2 | 3 => Codec::Vp8,
        4 => Codec::Av1,
        5 => Codec::H264(PacketizationMode::SingleNal),
        _ => Codec::H264(PacketizationMode::NonInterleaved),
    };
    let mut payloads = Vec::new();
    while !script.is_empty() && payloads.len() < 100 {
        payloads.push(script.octets());
    }
    for payload in &payloads {
        peek(payload);
    }
    let depacketizer = Depacketizer::new(codec);
    let _ = payloads
        .first()
        .map(|first| depacketizer.starts_frame(first));
    let mut frame = b"before".to_vec();
    let info = depacketizer.assemble(payloads.iter().copied(), MAX_LEN, &mut frame);
    assert_eq!(frame[..6], *b"before");
    let frame = &frame[6..];
    assert!(frame.len() <= MAX_LEN);
    if info.is_err() {
        assert!(frame.is_empty());
        return;
    }
    peek(frame);
    repacketize(codec, frame, &depacketizer);
}

fn peek(octets: &[u8]) {
    if let Ok((descriptor, rest)) = vp8::Vp8Descriptor::parse(octets) {
        let (written, len) = descriptor.encode();
        assert!(rest.len() < octets.len());
        // A descriptor with nothing behind it is refused, so what followed goes along.
        let again = [&written[..len], rest].concat();
        assert_eq!(vp8::Vp8Descriptor::parse(&again), Ok((descriptor, rest)));
    }
    let _ = vp8::Vp8FrameHeader::parse(octets);
    if let Ok(toc) = OpusToc::parse(octets) {
        assert!(toc.duration().as_millis() <= 120);
    }
    let _ = is_dtx(octets);
    let mut end = 0;
    for obu in av1::obus(octets).flatten() {
        assert!(obu.head.start >= end && obu.body.end <= octets.len());
        assert!(obu.head.end <= obu.body.start);
        end = obu.body.end;
    }
    let _ = av1::TemporalUnitFacts::parse(octets);
    let mut end = 0;
    for unit in h264::nal_units(octets) {
        assert!(unit.start >= end && unit.end <= octets.len());
        end = unit.end;
        let _ = h264::begins_picture(&octets[unit]);
    }
}

/// A frame that was read, in packets again, reads the same.
fn repacketize(codec: Codec, frame: &[u8], depacketizer: &Depacketizer) {
    let mut packetizer = Packetizer::new(codec, 1);
    let data = bytes::Bytes::copy_from_slice(frame);
    let mut payloads = Vec::new();
    if packetizer.packetize(&data, 200, &mut payloads).is_err() {
        return;
    }
    let payloads: Vec<Vec<u8>> = payloads
        .iter()
        .map(stonechat_media::Payload::to_vec)
        .collect();
    assert!(payloads.iter().all(|payload| payload.len() <= 200));
    let mut again = Vec::new();
    depacketizer
        .assemble(payloads.iter().map(Vec::as_slice), MAX_LEN * 2, &mut again)
        .unwrap();
    if matches!(codec, Codec::H264(_)) {
        // Zeros behind a unit belong to the octet stream, not to the unit.
        let units = |stream: &[u8]| -> Vec<Vec<u8>> {
            h264::nal_units(stream)
                .map(|unit| stream[unit].to_vec())
                .collect()
        };
        assert_eq!(units(&again), units(frame));
    } else {
        assert_eq!(again, frame);
    }
}
