//! Media files: round trips, and what is malformed.

use std::io::Cursor;

use proptest::prelude::*;
use stonechat_media::file::{
    AnnexBReader, AnnexBWriter, FileError, IvfHeader, IvfReader, IvfWriter, OggOpusHead,
    OggOpusReader, OggOpusWriter,
};

fn ivf(frames: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut writer = IvfWriter::new(Cursor::new(Vec::new()), &IvfHeader::vp8(320, 240)).unwrap();
    for (time, data) in frames {
        writer.write_frame(*time, data).unwrap();
    }
    writer.finish_with_count().unwrap().into_inner()
}

fn read_ivf(file: &[u8]) -> Result<Vec<(u64, Vec<u8>)>, FileError> {
    let mut reader = IvfReader::new(file)?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame()? {
        frames.push((frame.timestamp, frame.data.to_vec()));
    }
    Ok(frames)
}

fn ogg(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = OggOpusWriter::new(Vec::new(), &OggOpusHead::new(2), 77).unwrap();
    for packet in packets {
        writer.write_packet(packet).unwrap();
    }
    writer.finish().unwrap()
}

fn read_ogg(file: &[u8]) -> Result<(Vec<Vec<u8>>, u64), FileError> {
    let mut reader = OggOpusReader::new(file)?;
    let mut packets = Vec::new();
    while let Some(packet) = reader.next_packet()? {
        packets.push(packet.data.to_vec());
    }
    Ok((packets, reader.lost_pages()))
}

fn units(file: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = AnnexBReader::new(file);
    std::iter::from_fn(|| reader.next_unit().unwrap())
        .map(|unit| unit.to_vec())
        .collect()
}

/// An Opus packet of 20 ms.
fn packet(len: usize, fill: u8) -> Vec<u8> {
    let mut packet = vec![fill; len.max(1)];
    packet[0] = 0x08;
    packet
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn ivf_frames_survive(
        frames in prop::collection::vec((any::<u64>(), prop::collection::vec(any::<u8>(), 0..300)), 0..20),
    ) {
        let file = ivf(&frames);
        prop_assert_eq!(&read_ivf(&file).unwrap(), &frames);
        prop_assert_eq!(u32::from_le_bytes(file[24..28].try_into().unwrap()) as usize, frames.len());
    }

    #[test]
    fn ogg_packets_survive(lens in prop::collection::vec((1_usize..3_000, any::<u8>()), 0..120)) {
        let packets: Vec<_> = lens.iter().map(|(len, fill)| packet(*len, *fill)).collect();
        prop_assert_eq!(read_ogg(&ogg(&packets)).unwrap(), (packets, 0));
    }

    #[test]
    fn units_survive_wherever_the_reads_end(
        lens in prop::collection::vec(1_usize..40_000, 1..6), read in 1_usize..20_000,
    ) {
        let units: Vec<Vec<u8>> = lens.iter().map(|len| vec![0x41; *len]).collect();
        let mut writer = AnnexBWriter::new(Vec::new());
        units.iter().for_each(|unit| writer.write_unit(unit).unwrap());
        let file = writer.finish().unwrap();
        let mut reader = AnnexBReader::new(Dribble(&file, read));
        let found: Vec<_> = std::iter::from_fn(|| reader.next_unit().unwrap()).collect();
        prop_assert_eq!(found, units);
    }

    #[test]
    fn damage_is_never_a_panic(
        kind in 0..3, flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut file = match kind {
            0 => ivf(&[(0, vec![1; 50]), (9, vec![2; 60])]),
            1 => ogg(&(0..70).map(|index| packet(30, index)).collect::<Vec<_>>()),
            _ => [0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x65, 0x88].repeat(9),
        };
        for (index, value) in flips {
            let index = index.index(file.len());
            file[index] = value;
        }
        file.truncate(cut.index(file.len()) + 1);
        let _ = read_ivf(&file);
        let _ = read_ogg(&file);
        let _ = units(&file);
        let mut reader = AnnexBReader::new(file.as_slice());
        while let Ok(Some(_)) = reader.next_access_unit() {}
    }
}

/// Gives at most so many octets per read.
struct Dribble<'a>(&'a [u8], usize);

impl std::io::Read for Dribble<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let len = out.len().min(self.1).min(self.0.len());
        out[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

#[test]
fn a_damaged_ogg_page_costs_its_packets_only() {
    let packets: Vec<_> = (0..200).map(|index| packet(40, index)).collect();
    let mut file = ogg(&packets);
    let pages: Vec<_> = file
        .windows(4)
        .enumerate()
        .filter(|(_, window)| window == b"OggS")
        .map(|(at, _)| at)
        .collect();
    assert!(pages.len() >= 6, "{}", pages.len());
    file[pages[3] + 100] ^= 1;
    let (found, lost) = read_ogg(&file).unwrap();
    assert_eq!(found.len(), 150);
    assert_eq!(found[..50], packets[..50]);
    assert_eq!(found[50..], packets[100..]);
    assert!(lost >= 1);
}

#[test]
fn positions_in_an_ogg_file_count_samples() {
    let file = ogg(&[packet(3, 1), vec![0x00, 1], packet(3, 1)]);
    let mut reader = OggOpusReader::new(file.as_slice()).unwrap();
    let positions: Vec<_> = std::iter::from_fn(|| reader.next_packet().unwrap())
        .map(|packet| packet.position)
        .collect();
    assert_eq!(positions, [0, 960, 1_440]);
    assert_eq!(reader.head(), &OggOpusHead::new(2));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    assert_eq!(
        read_ivf(b"RIFF0123456789012345678901234567").unwrap_err(),
        FileError::Format
    );
    assert_eq!(read_ivf(b"DKIF").unwrap_err(), FileError::Truncated);
    assert_eq!(read_ogg(b"OggS").unwrap_err(), FileError::Format);
    let mut file = ivf(&[(0, vec![1; 50])]);
    file[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(read_ivf(&file).unwrap_err(), FileError::TooLarge);
    file.truncate(60);
    file[32..36].copy_from_slice(&50_u32.to_le_bytes());
    assert_eq!(read_ivf(&file).unwrap_err(), FileError::Truncated);
}

#[test]
fn access_units_end_where_pictures_begin() {
    let slice = |first: u8| [&[0, 0, 0, 1, 0x41, first][..], &[7; 5]].concat();
    let head = [
        0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 0, 1, 0x65, 0x88,
    ];
    let file = [
        head.as_slice(),
        &slice(0x40),
        &slice(0x80),
        &slice(0x20),
        &head,
    ]
    .concat();
    let mut reader = AnnexBReader::new(file.as_slice());
    let found: Vec<_> = std::iter::from_fn(|| reader.next_access_unit().unwrap()).collect();
    let expected = [
        [head.as_slice(), &slice(0x40)].concat(),
        [slice(0x80), slice(0x20)].concat(),
        head.to_vec(),
    ];
    assert_eq!(found, expected);
}
