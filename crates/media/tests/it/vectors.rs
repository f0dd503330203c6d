//! Published values and captures.

use std::collections::BTreeMap;

use stonechat_media::vp8::{PictureId, TemporalLayer, Vp8Descriptor, Vp8FrameHeader};
use stonechat_media::{
    Codec, Depacketizer, OpusToc, PacketizationMode, PayloadError, g711, is_dtx,
};
use stonechat_rtp::Packet;

#[test]
fn g711_samples_match_the_tables_of_the_standard() {
    let data: serde_json::Value = serde_json::from_str(include_str!("../data/g711.json")).unwrap();
    for octet in 0..=255_u8 {
        let table = |name: &str| data[name][usize::from(octet)].as_i64().unwrap();
        assert_eq!(
            i64::from(g711::decode_mulaw(octet)),
            table("mulaw_decode_16bit"),
            "{octet}"
        );
        assert_eq!(
            i64::from(g711::decode_alaw(octet)),
            table("alaw_decode_16bit"),
            "{octet}"
        );
    }
    for sample in data["encode_samples_pcm_mulaw_alaw"].as_array().unwrap() {
        let field = |index: usize| sample[index].as_i64().unwrap();
        let pcm = i16::try_from(field(0)).unwrap();
        // Encoders differ by one code at the edge of a segment: the list says so itself.
        let near = |code: u8, expected: i64| (i64::from(code) - expected).abs() <= 1;
        assert!(near(g711::encode_mulaw(pcm), field(1)), "mu-law of {pcm}");
        assert_eq!(
            i64::from(g711::encode_alaw(pcm)),
            field(2),
            "A-law of {pcm}"
        );
    }
}

#[test]
fn g711_octets_survive_a_round_trip() {
    for octet in 0..=255_u8 {
        assert_eq!(g711::encode_alaw(g711::decode_alaw(octet)), octet);
        // Mu-law has two zeros.
        let expected = if octet == 0x7f { 0xff } else { octet };
        assert_eq!(g711::encode_mulaw(g711::decode_mulaw(octet)), expected);
    }
}

/// RFC 7741, sections 4.6.1 to 4.6.3: the example descriptors.
#[test]
fn vp8_descriptors_are_those_of_the_rfc() {
    let plain = Vp8Descriptor {
        partition_start: true,
        ..Vp8Descriptor::default()
    };
    let with_id = Vp8Descriptor {
        picture_id: Some(PictureId::Short(17)),
        ..plain
    };
    let long = Vp8Descriptor {
        picture_id: Some(PictureId::Long(4_711)),
        ..plain
    };
    let layered = Vp8Descriptor {
        tl0_pic_idx: Some(5),
        temporal: Some(TemporalLayer { id: 2, sync: true }),
        key_idx: Some(9),
        non_reference: true,
        ..long
    };
    for (descriptor, wire) in [
        (plain, vec![0x10]),
        (with_id, vec![0x90, 0x80, 17]),
        (long, vec![0x90, 0x80, 0x92, 0x67]),
        (layered, vec![0xb0, 0xf0, 0x92, 0x67, 5, 0xa9]),
    ] {
        let (octets, len) = descriptor.encode();
        assert_eq!(octets[..len], wire);
        let payload = [wire.as_slice(), &[1, 2]].concat();
        assert_eq!(
            Vp8Descriptor::parse(&payload),
            Ok((descriptor, &[1, 2][..]))
        );
    }
}

#[test]
fn a_vp8_key_frame_tells_its_size() {
    let frame = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x40];
    let header = Vp8FrameHeader::parse(&frame).unwrap();
    assert_eq!(
        header,
        Vp8FrameHeader {
            key_frame: Some((320, 240)),
            show: true
        }
    );
    assert_eq!(Vp8FrameHeader::parse(&[0x11]).unwrap().key_frame, None);
    assert_eq!(
        Vp8FrameHeader::parse(&frame[..9]),
        Err(PayloadError::Truncated)
    );
}

/// RFC 6716, table 2 and section 3.2.
#[test]
fn opus_durations_follow_the_table_of_contents() {
    let samples = |packet: &[u8]| OpusToc::parse(packet).map(|toc| toc.samples());
    for (config, expected) in [
        (0, 480),
        (1, 960),
        (2, 1_920),
        (3, 2_880),
        (11, 2_880),
        (12, 480),
        (13, 960),
        (14, 480),
        (15, 960),
        (16, 120),
        (17, 240),
        (18, 480),
        (19, 960),
        (28, 120),
        (31, 960),
    ] {
        assert_eq!(
            samples(&[config << 3]),
            Ok(expected),
            "configuration {config}"
        );
        assert_eq!(samples(&[config << 3 | 1]), Ok(2 * expected));
    }
    assert_eq!(samples(&[0x7b, 6]), Ok(5_760));
    assert_eq!(samples(&[0x7b, 7]), Err(PayloadError::Invalid));
    assert_eq!(samples(&[0x7b, 0]), Err(PayloadError::Invalid));
    assert_eq!(samples(&[0x7b]), Err(PayloadError::Truncated));
    assert_eq!(samples(&[]), Err(PayloadError::Empty));
    assert!(is_dtx(&[8]) && is_dtx(&[8, 0]) && !is_dtx(&[8, 0, 0]) && !is_dtx(&[]));
}

/// The RTP packets of a capture with Ethernet, IPv4 and UDP headers.
pub(crate) fn read_pcap(file: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    let mut rest = &file[24..];
    while rest.len() >= 16 {
        let len = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        let (frame, tail) = rest[16..].split_at(len);
        rest = tail;
        assert_eq!(frame[12..14], [8, 0]);
        let ip = &frame[14..];
        assert_eq!(ip[9], 17);
        packets.push(&ip[usize::from(ip[0] & 0x0f) * 4 + 8..]);
    }
    packets
}

/// The frames of each stream of a capture, put together by timestamp and sequence number.
fn frames(capture: &[u8], codec: Codec) -> Vec<(bool, Vec<u8>)> {
    let mut streams: BTreeMap<u32, Vec<Packet<'_>>> = BTreeMap::new();
    for packet in read_pcap(capture) {
        if let Ok(packet) = Packet::parse(packet)
            && !packet.payload().is_empty()
        {
            streams.entry(packet.ssrc().0).or_default().push(packet);
        }
    }
    let (_, mut packets) = streams
        .into_iter()
        .max_by_key(|(_, packets)| packets.len())
        .unwrap();
    packets.sort_by_key(|packet| {
        let first = stonechat_rtp::ExtendedSequence(1 << 20);
        first.nearest(packet.sequence()).0
    });
    packets.dedup_by_key(|packet| packet.sequence());
    let depacketizer = Depacketizer::new(codec);
    let mut damaged = 0;
    packets
        .chunk_by(|a, b| a.timestamp() == b.timestamp())
        .filter(|frame| {
            // The captures lack a few packets.
            frame
                .windows(2)
                .all(|pair| pair[0].sequence().next() == pair[1].sequence())
                && frame[frame.len() - 1].marker()
                && depacketizer.starts_frame(frame[0].payload())
        })
        .filter_map(|frame| {
            let mut out = Vec::new();
            let payloads = frame.iter().map(Packet::payload);
            match depacketizer.assemble(payloads, 1 << 20, &mut out) {
                Ok(info) => Some((info.keyframe, out)),
                Err(error) => {
                    // One packet of the H.264 capture is cut.
                    damaged += 1;
                    assert_eq!((error, damaged), (PayloadError::Truncated, 1));
                    None
                }
            }
        })
        .collect()
}

#[test]
fn a_vp8_capture_becomes_frames_that_begin_with_a_key_frame() {
    let frames = frames(include_bytes!("../data/vp8.pcap"), Codec::Vp8);
    assert!(frames.len() > 20, "{}", frames.len());
    assert!(frames[0].0);
    let header = Vp8FrameHeader::parse(&frames[0].1).unwrap();
    assert_eq!(header.key_frame, Some((240, 180)));
    for (keyframe, frame) in &frames {
        assert_eq!(
            Vp8FrameHeader::parse(frame).unwrap().key_frame.is_some(),
            *keyframe
        );
    }
}

#[test]
fn an_h264_capture_becomes_access_units_that_begin_with_parameter_sets() {
    use stonechat_media::h264::{NalType, nal_units};

    let codec = Codec::H264(PacketizationMode::NonInterleaved);
    let frames = frames(include_bytes!("../data/h264.pcap"), codec);
    assert!(frames.len() > 20, "{}", frames.len());
    assert!(frames[0].0);
    let kinds: Vec<_> = nal_units(&frames[0].1)
        .map(|range| NalType::of(frames[0].1[range.start]))
        .collect();
    assert_eq!(kinds[..3], [NalType::SPS, NalType::PPS, NalType::IDR]);
    for (keyframe, frame) in &frames {
        let idr = nal_units(frame).any(|unit| NalType::of(frame[unit.start]) == NalType::IDR);
        assert_eq!(idr, *keyframe);
    }
}
