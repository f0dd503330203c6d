//! What is packetized comes out again.

use bytes::Bytes;
use proptest::prelude::*;
use stonechat_media::h264::nal_units;
use stonechat_media::vp8::{PictureId, TemporalLayer, Vp8Descriptor};
use stonechat_media::{
    Codec, Depacketizer, PacketizationMode, PacketizeError, Packetizer, Vp8Layers,
};

fn round_trip(codec: Codec, frame: &Bytes, max: usize) -> Result<Vec<Vec<u8>>, PacketizeError> {
    let mut packetizer = Packetizer::new(codec, 7);
    let mut payloads = Vec::new();
    packetizer.packetize(frame, max, &mut payloads)?;
    let payloads: Vec<_> = payloads.iter().map(|payload| payload.to_vec()).collect();
    assert!(payloads.iter().all(|payload| payload.len() <= max));
    Ok(payloads)
}

fn assemble(codec: Codec, payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    let depacketizer = Depacketizer::new(codec);
    let parts = payloads.iter().map(Vec::as_slice);
    depacketizer.assemble(parts, usize::MAX, &mut out).unwrap();
    out
}

/// Octets in which no start code can arise, beginning with the header of a slice.
fn unit() -> impl Strategy<Value = Vec<u8>> {
    (1_u8..24, prop::collection::vec(1_u8.., 2..4_000)).prop_map(|(kind, mut body)| {
        body[0] = 0x60 | kind;
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn vp8_frames_survive_and_are_cut_evenly(
        len in 10_usize..20_000, max in 20_usize..1_400, key in any::<bool>(),
    ) {
        let frame = crate::network::vp8_frame(3, key, len);
        let payloads = round_trip(Codec::Vp8, &frame, max).unwrap();
        prop_assert_eq!(assemble(Codec::Vp8, &payloads), frame.as_ref());
        let longest = payloads[0].len();
        prop_assert!(payloads[..payloads.len() - 1].iter().all(|other| other.len() == longest));
        prop_assert_eq!(payloads.len(), frame.len().div_ceil(max - 4));
    }

    #[test]
    fn h264_access_units_survive_in_mode_1(
        units in prop::collection::vec(unit(), 1..6), max in 10_usize..1_400,
    ) {
        let frame: Vec<u8> =
            units.iter().flat_map(|unit| [&[0, 0, 0, 1], unit.as_slice()].concat()).collect();
        let codec = Codec::H264(PacketizationMode::NonInterleaved);
        let payloads = round_trip(codec, &frame.clone().into(), max).unwrap();
        prop_assert_eq!(assemble(codec, &payloads), frame);
    }

    #[test]
    fn h264_access_units_survive_in_mode_0_if_each_unit_fits(
        units in prop::collection::vec(unit(), 1..6), max in 1_000_usize..4_100,
    ) {
        let frame: Vec<u8> =
            units.iter().flat_map(|unit| [&[0, 0, 1], unit.as_slice()].concat()).collect();
        let codec = Codec::H264(PacketizationMode::SingleNal);
        let fits = units.iter().all(|unit| unit.len() <= max);
        match round_trip(codec, &frame.into(), max) {
            Ok(payloads) => prop_assert_eq!(payloads, units),
            Err(error) => prop_assert!(!fits && error == PacketizeError::TooLarge),
        }
    }

    #[test]
    fn descriptors_survive(
        flags in any::<[bool; 6]>(), partition in 0_u8..8, id in 0_u16..0x8000,
        index in any::<u8>(), layer in 0_u8..4, key_idx in 0_u8..32,
    ) {
        let descriptor = Vp8Descriptor {
            non_reference: flags[0],
            partition_start: flags[1],
            partition,
            picture_id: flags[2].then(|| match u8::try_from(id) {
                Ok(id) if id < 0x80 => PictureId::Short(id),
                _ => PictureId::Long(id),
            }),
            tl0_pic_idx: flags[3].then_some(index),
            temporal: flags[4].then_some(TemporalLayer { id: layer, sync: flags[0] }),
            key_idx: flags[5].then_some(key_idx),
        };
        let (octets, len) = descriptor.encode();
        let payload = [&octets[..len], &[9]].concat();
        prop_assert_eq!(Vp8Descriptor::parse(&payload), Ok((descriptor, &[9][..])));
        for cut in 0..payload.len() {
            prop_assert!(Vp8Descriptor::parse(&payload[..cut]).is_err());
        }
    }

    #[test]
    fn any_octets_are_no_panic_and_no_growth(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
        stream in prop::collection::vec(0_u8..4, 0..200),
    ) {
        for codec in [
            Codec::Opus, Codec::Pcmu, Codec::Vp8, Codec::Av1,
            Codec::H264(PacketizationMode::SingleNal), Codec::H264(PacketizationMode::NonInterleaved),
        ] {
            let depacketizer = Depacketizer::new(codec);
            let mut out = vec![1, 2];
            let input: usize = payloads.iter().map(Vec::len).sum();
            for payload in &payloads {
                let _ = depacketizer.starts_frame(payload);
            }
            let parts = payloads.iter().map(Vec::as_slice);
            match depacketizer.assemble(parts, 60, &mut out) {
                Ok(_) => prop_assert!(out.len() - 2 <= (input * 5).min(60)),
                Err(_) => prop_assert_eq!(&out, &[1, 2]),
            }
        }
        let mut end = 0;
        for range in nal_units(&stream) {
            prop_assert!(range.start >= end + 3 && range.end <= stream.len());
            prop_assert!(!range.is_empty() && stream[range.end - 1] != 0);
            end = range.end;
        }
    }
}

#[test]
fn g711_parts_carry_their_own_timestamps() {
    let frame = Bytes::from(vec![5; 400]);
    let mut payloads = Vec::new();
    Packetizer::new(Codec::Pcma, 0)
        .packetize(&frame, 160, &mut payloads)
        .unwrap();
    let offsets: Vec<_> = payloads
        .iter()
        .map(|payload| (payload.timestamp_offset(), payload.len()))
        .collect();
    assert_eq!(offsets, [(0, 134), (134, 134), (268, 132)]);
}

#[test]
fn parameter_sets_are_put_before_a_key_frame_that_comes_without() {
    let codec = Codec::H264(PacketizationMode::NonInterleaved);
    let mut packetizer = Packetizer::new(codec, 0);
    let first = Bytes::from_static(&[0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 0x88]);
    let second = Bytes::from_static(&[0, 0, 1, 0x65, 0x99]);
    let mut payloads = Vec::new();
    packetizer.packetize(&first, 1_000, &mut payloads).unwrap();
    packetizer.packetize(&second, 1_000, &mut payloads).unwrap();
    let expected = [0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2, 0, 2, 0x65, 0x99];
    assert_eq!(payloads[1].to_vec(), expected);
}

#[test]
fn frames_that_cannot_be_packets_are_refused_and_change_nothing() {
    let mut payloads = Vec::new();
    let mut refuse = |codec, frame: &'static [u8], max, error| {
        let mut packetizer = Packetizer::new(codec, 0);
        let frame = Bytes::from_static(frame);
        assert_eq!(packetizer.packetize(&frame, max, &mut payloads), Err(error));
        assert!(payloads.is_empty());
    };
    let h264 = Codec::H264(PacketizationMode::NonInterleaved);
    refuse(Codec::Opus, &[], 100, PacketizeError::Empty);
    refuse(Codec::Opus, &[8; 101], 100, PacketizeError::TooLarge);
    refuse(Codec::Vp8, &[8; 10], 4, PacketizeError::TooLarge);
    refuse(Codec::Pcmu, &[8; 10], 0, PacketizeError::TooLarge);
    refuse(h264, &[0x65, 1, 2, 3], 100, PacketizeError::Malformed);
    refuse(h264, &[0, 0, 1, 0x65, 2, 3, 4], 2, PacketizeError::TooLarge);
    refuse(h264, &[0, 0, 1, 0x78, 2], 100, PacketizeError::Malformed);
    refuse(h264, &[0, 0, 1, 0x67], 100, PacketizeError::Malformed);
}

#[test]
fn temporal_layers_advance_tl0picidx_on_the_base_layer_only() {
    let mut packetizer = Packetizer::new(Codec::Vp8, 0x7fff);
    let mut seen = Vec::new();
    for temporal_id in [0, 2, 1, 0] {
        let mut payloads = Vec::new();
        let layers = Vp8Layers {
            temporal_id,
            sync: temporal_id == 1,
            non_reference: false,
        };
        let frame = Bytes::from_static(&[1; 20]);
        packetizer
            .packetize_layer(&frame, Some(layers), 100, &mut payloads)
            .unwrap();
        let payload = payloads[0].to_vec();
        let (descriptor, _) = Vp8Descriptor::parse(&payload).unwrap();
        seen.push((
            descriptor.picture_id,
            descriptor.tl0_pic_idx,
            descriptor.temporal,
        ));
    }
    let expect = |id, index, layer, sync| {
        (
            Some(PictureId::Long(id)),
            Some(index),
            Some(TemporalLayer { id: layer, sync }),
        )
    };
    assert_eq!(
        seen,
        [
            expect(0x7fff, 1, 0, false),
            expect(0, 1, 2, false),
            expect(1, 1, 1, true),
            expect(2, 2, 0, false),
        ]
    );
}
