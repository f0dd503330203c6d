//! AV1 ("RTP Payload Format For AV1").

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use stonechat_media::av1::{ObuHeader, ObuType, TemporalUnitFacts, obus, write_leb128};
use stonechat_media::file::{IvfHeader, IvfReader, IvfWriter};
use stonechat_media::{
    Codec, CodecParameters, Config, Depacketizer, ExtensionIds, FrameInfo, FrameTime, MediaFrame,
    OutgoingFrame, PacketizeError, Packetizer, Payload, PayloadError, ReceiverParameters,
    SenderConfig, SenderParameters,
};
use stonechat_rtp::extension::{
    DecodeTargetIndication, DependencyDescriptor, DependencyStructure, ExtensionValue as _,
    FrameDependencies,
};
use stonechat_rtp::{ExtensionId, Packet};
use stonechat_testkit::seeds;

use crate::network::{Kind, Link, Pair, payload_type};

fn file() -> IvfReader<&'static [u8]> {
    IvfReader::new(include_bytes!("../data/av1.ivf").as_slice()).unwrap()
}

fn units() -> Vec<Bytes> {
    let mut file = file();
    std::iter::from_fn(|| file.next_frame().unwrap())
        .map(|frame| frame.data)
        .collect()
}

fn packetize(
    packetizer: &mut Packetizer,
    unit: &Bytes,
    max: usize,
) -> Result<Vec<Payload>, PacketizeError> {
    let mut payloads = Vec::new();
    packetizer.packetize(unit, max, &mut payloads)?;
    assert!(payloads.iter().all(|payload| payload.len() <= max));
    Ok(payloads)
}

fn payloads_of(unit: &[u8], max: usize) -> Vec<Vec<u8>> {
    let unit = Bytes::copy_from_slice(unit);
    let payloads = packetize(&mut Packetizer::new(Codec::Av1, 7), &unit, max).unwrap();
    payloads.iter().map(Payload::to_vec).collect()
}

fn assemble(payloads: &[Vec<u8>]) -> Result<(FrameInfo, Vec<u8>), PayloadError> {
    let mut out = Vec::new();
    let parts = payloads.iter().map(Vec::as_slice);
    let info = Depacketizer::new(Codec::Av1).assemble(parts, usize::MAX, &mut out)?;
    Ok((info, out))
}

/// A unit in the low-overhead format.
fn obu(kind: ObuType, layer: Option<(u8, u8)>, body: &[u8]) -> Vec<u8> {
    let mut out = vec![kind.0 << 3 | 2 | if layer.is_some() { 4 } else { 0 }];
    out.extend(layer.map(|(temporal, spatial)| temporal << 5 | spatial << 3));
    let (octets, len) = write_leb128(body.len());
    out.extend(&octets[..len]);
    out.extend(body);
    out
}

fn temporal_unit(parts: &[Vec<u8>]) -> Vec<u8> {
    [vec![0x12, 0], parts.concat()].concat()
}

/// Profile 0, level 4, 320 by 180, with the operating point `idc`.
fn sequence_header(idc: u16) -> Vec<u8> {
    let mut bits = String::from("000") + "0" + "0" + "0" + "0" + "00000";
    bits += &format!(
        "{idc:012b}{:05b}{:04b}{:04b}{:09b}{:08b}",
        4, 8, 7, 319, 179
    );
    while !bits.len().is_multiple_of(8) {
        bits.push('0');
    }
    let octet = |at: usize| u8::from_str_radix(&bits[at..at + 8], 2).unwrap();
    let body: Vec<u8> = (0..bits.len()).step_by(8).map(octet).collect();
    obu(ObuType::SEQUENCE_HEADER, None, &body)
}

/// A frame of `len` octets: of a key frame, of another one.
fn frame(layer: Option<(u8, u8)>, key: bool, len: usize) -> Vec<u8> {
    let mut body: Vec<u8> = (0..len).map(|index| index as u8).collect();
    body[0] = if key { 0x10 } else { 0x30 };
    obu(ObuType::FRAME, layer, &body)
}

#[test]
fn a_file_of_libaom_survives_packets_of_any_size() {
    let units = units();
    assert_eq!(units.len(), 30);
    for max in [4, 5, 16, 100, 333, 1_100, 20_000] {
        let mut packetizer = Packetizer::new(Codec::Av1, 7);
        for (index, unit) in units.iter().enumerate() {
            let payloads: Vec<_> = packetize(&mut packetizer, unit, max)
                .unwrap()
                .iter()
                .map(Payload::to_vec)
                .collect();
            let (info, again) = assemble(&payloads).unwrap();
            assert_eq!(again, unit.as_ref());
            assert_eq!(info.keyframe, index % 15 == 0);
            let size = info.keyframe.then_some((320, 180));
            assert_eq!(info.dimensions, size);
            for (place, payload) in payloads.iter().enumerate() {
                let header = payload[0];
                assert_eq!(header & 0x08 != 0, info.keyframe && place == 0);
                assert_eq!(
                    header & 0x40 != 0,
                    place + 1 < payloads.len() && { payloads[place + 1][0] & 0x80 != 0 }
                );
            }
        }
    }
}

#[test]
fn a_frame_is_cut_evenly() {
    for unit in units() {
        let facts = TemporalUnitFacts::parse(&unit).unwrap();
        if facts.keyframe {
            continue;
        }
        let payloads = payloads_of(&unit, 300);
        let (last, others) = payloads.split_last().unwrap();
        let longest = payloads[0].len();
        assert!(others.iter().all(|payload| payload.len() == longest));
        assert!(last.len() <= longest && last.len() + payloads.len() >= longest);
    }
}

#[test]
fn the_sequence_header_of_a_file_is_read() {
    let facts = TemporalUnitFacts::parse(&units()[0]).unwrap();
    let sequence = facts.sequence_header.unwrap();
    assert_eq!((sequence.max_width, sequence.max_height), (320, 180));
    assert_eq!((sequence.profile, sequence.tier), (0, 0));
    assert_eq!(sequence.layers(), (1, 1));
    let facts = TemporalUnitFacts::parse(&temporal_unit(&[sequence_header(0x303)])).unwrap();
    let sequence = facts.sequence_header.unwrap();
    assert_eq!((sequence.level_idx, sequence.layers()), (4, (2, 2)));
    assert_eq!((sequence.max_width, sequence.max_height), (320, 180));
    assert!(!facts.keyframe);
}

#[test]
fn small_units_share_a_packet_and_a_large_one_goes_on_in_the_next() {
    let sequence = sequence_header(0);
    let unit = temporal_unit(&[sequence.clone(), frame(None, true, 100)]);
    let payloads = payloads_of(&unit, 80);
    // N, two units, the second to be continued; the first behind its length.
    assert_eq!(payloads[0][0], 0x40 | 2 << 4 | 0x08);
    assert_eq!(usize::from(payloads[0][1]), sequence.len() - 1);
    assert_eq!(payloads[0][2], 1 << 3);
    assert_eq!(payloads[1][0], 0x80 | 1 << 4);
    assert_eq!(payloads.len(), 2);
    assert_eq!(assemble(&payloads).unwrap().1, unit);
    // More than three have a length each.
    let metadata = obu(ObuType::METADATA, None, &[1, 2, 3]);
    let unit = temporal_unit(&[sequence, metadata.clone(), metadata, frame(None, true, 20)]);
    let payloads = payloads_of(&unit, 80);
    assert_eq!((payloads.len(), payloads[0][0]), (1, 0x08));
    assert_eq!(assemble(&payloads).unwrap().1, unit);
}

#[test]
fn delimiters_and_tile_lists_do_not_travel_and_are_ignored() {
    let list = obu(ObuType::TILE_LIST, None, &[9; 10]);
    let picture = frame(None, false, 30);
    let unit = temporal_unit(&[list, picture.clone()]);
    let payloads = payloads_of(&unit, 200);
    assert_eq!(payloads, [[&[0x10, 0x30], &picture[2..]].concat()]);
    let whole = temporal_unit(std::slice::from_ref(&picture));
    assert_eq!(assemble(&payloads).unwrap().1, whole);
    // From a sender that sends them, and lengths with them.
    let sent = [
        &[0x00, 2][..],
        &[0x12, 0],
        &[3, 0x42, 1, 9],
        &[picture.len() as u8],
        &picture,
    ];
    assert_eq!(assemble(&[sent.concat()]).unwrap().1, whole);
    let nothing = Bytes::from_static(&[0x12, 0]);
    let error = packetize(&mut Packetizer::new(Codec::Av1, 0), &nothing, 100).unwrap_err();
    assert_eq!(error, PacketizeError::Malformed);
}

#[test]
fn fragments_that_do_not_belong_together_are_no_frame() {
    let payloads = payloads_of(&temporal_unit(&[frame(None, false, 500)]), 150);
    assert_eq!(payloads.len(), 4);
    assert!(assemble(&payloads).is_ok());
    for error in [
        assemble(&payloads[1..]),
        assemble(&[payloads[0].clone(), payloads[0].clone()]),
    ] {
        assert_eq!(error, Err(PayloadError::Mismatched));
    }
    assert_eq!(assemble(&payloads[..3]), Err(PayloadError::Truncated));
    assert_eq!(assemble(&[vec![]]), Err(PayloadError::Empty));
    let depacketizer = Depacketizer::new(Codec::Av1);
    assert!(depacketizer.starts_frame(&payloads[0]));
    assert!(!depacketizer.starts_frame(&payloads[1]));
    let upper = payloads_of(&temporal_unit(&[frame(Some((0, 1)), false, 50)]), 150);
    assert!(!depacketizer.starts_frame(&upper[0]));
}

/// What the descriptors of payloads say of the frames in them.
fn described(
    payloads: &[Payload],
    structure: &mut Option<DependencyStructure>,
) -> Vec<(u16, FrameDependencies)> {
    let mut frames = Vec::new();
    for payload in payloads {
        assert!(payload.dependency_descriptor().len() <= 16);
        let view = DependencyDescriptor::parse(payload.dependency_descriptor()).unwrap();
        *structure = view.structure().or_else(|| structure.take());
        let frame = view.frame(structure.as_ref().unwrap()).unwrap();
        if view.starts_frame() {
            frames.push((view.frame_number(), frame));
        } else {
            assert_eq!(frames.last(), Some(&(view.frame_number(), frame)));
        }
    }
    let view = payloads.last().unwrap().dependency_descriptor();
    assert!(DependencyDescriptor::parse(view).unwrap().ends_frame());
    frames
}

#[test]
fn each_frame_of_one_layer_depends_on_the_one_before() {
    let mut packetizer = Packetizer::new(Codec::Av1, 65_530);
    let mut structure = None;
    for (index, unit) in units().iter().enumerate() {
        let payloads = packetize(&mut packetizer, unit, 1_000).unwrap();
        let structures = payloads.iter().filter(|payload| {
            let view = DependencyDescriptor::parse(payload.dependency_descriptor());
            view.unwrap().has_structure()
        });
        assert_eq!(structures.count(), usize::from(index % 15 == 0));
        let frames = described(&payloads, &mut structure);
        assert_eq!(frames.len(), 1);
        let (number, frame) = &frames[0];
        assert_eq!(*number, 65_530_u16.wrapping_add(index as u16));
        let expected: &[u16] = if index % 15 == 0 { &[] } else { &[1] };
        assert_eq!(frame.frame_differences, expected);
        assert_eq!(frame.indications, [DecodeTargetIndication::Switch]);
        let size = frame.resolution.unwrap();
        assert_eq!((size.width, size.height), (320, 180));
    }
}

#[test]
fn frames_of_layers_depend_on_all_that_they_may_depend_on() {
    for (spatial, temporal) in [
        (1_u8, 2_u8),
        (1, 3),
        (2, 1),
        (2, 2),
        (2, 3),
        (3, 1),
        (3, 2),
        (3, 3),
    ] {
        let idc = ((1_u16 << temporal) - 1) | (((1 << spatial) - 1) << 8);
        let mut packetizer = Packetizer::new(Codec::Av1, 3);
        let mut structure = None;
        let mut sent: Vec<(u16, u8, u8)> = Vec::new();
        for index in 0..40_u8 {
            let key = index % 20 == 0;
            let id = if key {
                0
            } else {
                [0, 2, 1, 2][usize::from(index % 4)].min(temporal - 1)
            };
            let mut parts = Vec::new();
            if key {
                parts.push(sequence_header(idc));
                sent.clear();
            }
            for layer in 0..spatial {
                let key = key && layer == 0;
                parts.push(frame(Some((id, layer)), key, 700));
            }
            let unit: Bytes = temporal_unit(&parts).into();
            let payloads = packetize(&mut packetizer, &unit, 400).unwrap();
            let data: Vec<_> = payloads.iter().map(Payload::to_vec).collect();
            assert_eq!(assemble(&data).unwrap().1, unit.as_ref());
            let frames = described(&payloads, &mut structure);
            assert_eq!(frames.len(), usize::from(spatial));
            for (layer, (number, frame)) in (0..).zip(frames) {
                assert_eq!((frame.temporal_id, frame.spatial_id), (id, layer));
                let mut needed = Vec::new();
                for s in 0..=layer {
                    for t in 0..=id {
                        let last = sent.iter().rev().find(|it| (it.1, it.2) == (t, s));
                        needed.extend(last.map(|last| number.wrapping_sub(last.0)));
                    }
                }
                assert_eq!(frame.frame_differences, needed);
                sent.push((number, id, layer));
            }
        }
    }
}

#[test]
fn no_packet_has_units_of_two_layers() {
    let parts = [
        sequence_header(0x101 | 0x200),
        obu(ObuType::METADATA, None, &[1]),
        frame(Some((0, 0)), true, 60),
        obu(ObuType::METADATA, Some((0, 1)), &[2]),
        frame(Some((0, 1)), false, 60),
    ];
    let payloads = payloads_of(&temporal_unit(&parts), 1_000);
    assert_eq!(payloads.len(), 2);
    // [ SH MD FR(0,0) ] [ MD(0,1) FR(0,1) ]
    assert_eq!([payloads[0][0], payloads[1][0]], [0x38, 0x20]);
    let (header, _) = ObuHeader::parse(&payloads[1][2..]).unwrap();
    assert_eq!(
        (header.kind, header.layer),
        (ObuType::METADATA, Some((0, 1)))
    );
    assert_eq!(assemble(&payloads).unwrap().1, temporal_unit(&parts));
}

#[test]
fn a_file_is_written_as_it_was_read() {
    let mut input = file();
    assert_eq!(input.header().four_cc, *b"AV01");
    let header = IvfHeader::av1(320, 180);
    let mut output = IvfWriter::new(Vec::new(), &header).unwrap();
    while let Some(frame) = input.next_frame().unwrap() {
        output.write_frame(frame.timestamp, &frame.data).unwrap();
    }
    let written = output.finish().unwrap();
    let mut again = IvfReader::new(written.as_slice()).unwrap();
    assert_eq!(*again.header(), header);
    let frames: Vec<_> = std::iter::from_fn(|| again.next_frame().unwrap())
        .map(|frame| frame.data)
        .collect();
    assert_eq!(frames, units());
}

fn codec() -> CodecParameters {
    CodecParameters::new(payload_type(45), Codec::Av1).with_feedback(Some(payload_type(46)))
}

/// Sends the file three times over, a frame in 66 ms, with the descriptor under identifier 9.
fn video(pair: &mut Pair) -> (Vec<Bytes>, Vec<MediaFrame>) {
    let extensions = ExtensionIds {
        dependency_descriptor: ExtensionId::new(9),
        ..ExtensionIds::default()
    };
    let parameters = SenderParameters {
        extensions,
        ..SenderParameters::new(vec![codec()])
    };
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters))
        .unwrap();
    pair.ends[1].set_extensions(extensions);
    let parameters = ReceiverParameters::new(vec![codec()]);
    let receiver = pair.ends[1].add_receiver(parameters).unwrap();
    let sent: Vec<Bytes> = units().into_iter().cycle().take(90).collect();
    let mut received = Vec::new();
    for (index, unit) in (0..).zip(&sent) {
        let time = FrameTime::Media(Duration::from_millis(66) * index);
        let frame = OutgoingFrame::new(unit.clone(), time);
        pair.ends[0].send_frame(pair.now, sender, &frame).unwrap();
        pair.run(Duration::from_millis(66));
        received.extend(std::iter::from_fn(|| {
            pair.ends[1].recv_frame(pair.now, receiver)
        }));
    }
    pair.run(Duration::from_secs(3));
    received.extend(std::iter::from_fn(|| {
        pair.ends[1].recv_frame(pair.now, receiver)
    }));
    (sent, received)
}

#[test]
fn all_temporal_units_are_repaired_at_five_percent_loss() {
    seeds(15, |seed| {
        let link = Link {
            loss: 0.05,
            jitter: Duration::from_millis(20),
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        let (sent, received) = video(&mut pair);
        // Losses of the very first packets and of the very last ones are not known to be any.
        let first = sent
            .iter()
            .position(|unit| *unit == received[0].data)
            .unwrap();
        assert!(first <= 15 && first + received.len() + 3 >= sent.len());
        for (frame, unit) in received.iter().zip(&sent[first..]) {
            assert_eq!(frame.data, unit);
        }
        assert!(received.iter().skip(1).all(|frame| frame.contiguous));
    });
}

#[test]
fn every_packet_carries_its_descriptor_also_if_sent_again() {
    seeds(5, |seed| {
        let link = Link {
            loss: 0.1,
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        pair.keep_log = true;
        video(&mut pair);
        let id = ExtensionId::new(9).unwrap();
        let mut counts = [0; 2];
        let mut last = None;
        for (end, kind, packet) in &pair.log {
            if (*end, *kind) != (0, Kind::Rtp) {
                continue;
            }
            let packet = Packet::parse(packet).unwrap();
            if packet.payload().is_empty() {
                continue;
            }
            let view = packet
                .extensions()
                .value::<DependencyDescriptor<'_>>(id)
                .unwrap();
            if packet.payload_type() == payload_type(46) {
                counts[1] += 1;
                continue;
            }
            counts[0] += 1;
            assert_eq!(view.ends_frame(), packet.marker());
            let begins = last.replace(packet.timestamp()) != Some(packet.timestamp());
            assert_eq!(view.starts_frame(), begins);
            assert_eq!(view.has_structure(), packet.payload()[0] & 0x08 != 0);
        }
        assert!(counts[0] > 100 && counts[1] > 0, "{counts:?}");
    });
}

fn any_obu() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop::sample::select(vec![1_u8, 3, 4, 5, 6, 7, 15, 9]);
    let layer = prop::option::of((0_u8..8, 0_u8..4));
    (kind, layer, prop::collection::vec(any::<u8>(), 1..900)).prop_map(|(kind, layer, mut body)| {
        if kind == 1 {
            body = sequence_header(u16::from(body[0]))[2..].to_vec();
        }
        obu(ObuType(kind), layer, &body)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn temporal_units_survive(
        parts in prop::collection::vec(any_obu(), 1..8), max in 4_usize..1_400,
    ) {
        let unit = temporal_unit(&parts);
        let payloads = payloads_of(&unit, max);
        prop_assert!(payloads.iter().all(|payload| payload.len() <= max));
        let (_, again) = assemble(&payloads).unwrap();
        prop_assert_eq!(again, unit);
    }

    #[test]
    fn few_octets_are_spent_and_packets_are_even(
        lens in prop::collection::vec(2_usize..3_000, 1..4), max in 200_usize..1_400,
    ) {
        let mut parts = vec![frame(None, false, lens[0])];
        parts.extend(lens[1..].iter().map(|len| obu(ObuType::TILE_GROUP, None, &vec![7; *len])));
        let payloads = payloads_of(&temporal_unit(&parts), max);
        let total: usize = parts.iter().map(Vec::len).sum();
        let longest = payloads.iter().map(Vec::len).max().unwrap();
        prop_assert!(payloads.len() <= total.div_ceil(max - 6));
        prop_assert!(longest <= total.div_ceil(payloads.len()) + 8);
    }

    #[test]
    fn any_octets_are_no_panic_and_no_growth(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
        max in 4_usize..100,
    ) {
        let depacketizer = Depacketizer::new(Codec::Av1);
        let input: usize = payloads.iter().map(Vec::len).sum();
        for payload in &payloads {
            let _ = depacketizer.starts_frame(payload);
            let _ = obus(payload).count();
            let _ = TemporalUnitFacts::parse(payload);
            let unit = Bytes::copy_from_slice(payload);
            let _ = packetize(&mut Packetizer::new(Codec::Av1, 0), &unit, max);
        }
        for sealed in [false, true] {
            let depacketizer = if sealed { depacketizer.sealed() } else { depacketizer };
            let mut out = vec![1, 2];
            match depacketizer.assemble(payloads.iter().map(Vec::as_slice), 60, &mut out) {
                Ok(_) => prop_assert!(out.len() - 2 <= (2 + input * 2).min(60)),
                Err(_) => prop_assert_eq!(&out, &[1, 2]),
            }
        }
    }
}
