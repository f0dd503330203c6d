//! Packets on a stream (RFC 4571).

use proptest::prelude::*;
use stonechat_ice::framing::{Deframer, HEADER, header};

fn framed(packets: &[Vec<u8>]) -> Vec<u8> {
    packets
        .iter()
        .flat_map(|packet| [&header(packet.len()).unwrap()[..], packet].concat())
        .collect()
}

/// What comes out of `stream` when it arrives in pieces of these lengths, over and over.
fn deframed(stream: &[u8], limit: usize, pieces: &[usize]) -> (Vec<Vec<u8>>, Deframer) {
    let mut deframer = Deframer::new(limit);
    let mut packets = Vec::new();
    let mut rest = stream;
    for len in pieces.iter().cycle() {
        let (piece, behind) = rest.split_at((*len).min(rest.len()));
        deframer.feed(piece, |packet| packets.push(packet.to_vec()));
        rest = behind;
        if rest.is_empty() {
            break;
        }
    }
    (packets, deframer)
}

proptest! {
    #[test]
    fn packets_come_out_as_they_went_in_however_the_stream_is_cut(
        packets in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 0..300), 0..20),
        pieces in proptest::collection::vec(1..500_usize, 1..10),
        limit in 0..300_usize,
    ) {
        let (found, deframer) = deframed(&framed(&packets), limit, &pieces);
        let fits = |packet: &Vec<u8>| (1..=limit).contains(&packet.len());
        let expected: Vec<_> = packets.iter().filter(|it| fits(it)).cloned().collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(deframer.kept(), 0);
        let oversize = packets.iter().filter(|packet| packet.len() > limit).count();
        prop_assert_eq!(deframer.oversize(), oversize as u64);
    }
}

#[test]
fn a_header_is_the_length_in_network_byte_order() {
    assert_eq!(header(0), Some([0, 0]));
    assert_eq!(header(258), Some([1, 2]));
    assert_eq!(header(65_535), Some([255, 255]));
    assert_eq!(header(65_536), None);
}

#[test]
fn one_octet_at_a_time_gives_the_same() {
    let packets = vec![vec![1; 1], vec![2; 1200], vec![3; 600]];
    let (found, deframer) = deframed(&framed(&packets), 1500, &[1]);
    assert_eq!(found, packets);
    assert_eq!(deframer.kept(), 0);
}

#[test]
fn null_packets_are_no_packets() {
    let (found, deframer) = deframed(&[0; 1001], 1500, &[7]);
    assert!(found.is_empty());
    assert_eq!(deframer.kept(), 1);
}

#[test]
fn nothing_of_an_oversize_packet_is_kept_and_the_next_one_is_found() {
    let mut deframer = Deframer::new(1500);
    let mut packets = Vec::new();
    let mut stream = framed(&[vec![9; 65_535], vec![7; 3]]);
    let tail = stream.split_off(60_000);
    for piece in stream.chunks(1000) {
        deframer.feed(piece, |packet| packets.push(packet));
        assert!(deframer.kept() < HEADER);
    }
    assert!(packets.is_empty());
    deframer.feed(&tail, |packet| packets.push(packet));
    assert_eq!(packets, [&[7, 7, 7][..]]);
    assert_eq!(deframer.oversize(), 1);
}

#[test]
fn at_most_one_packet_is_kept() {
    let mut deframer = Deframer::new(1500);
    // The header promises 1,500 octets, one is missing.
    let stream = framed(&[vec![1; 1500]]);
    deframer.feed(&stream[..1501], |_| panic!("nothing is complete"));
    assert_eq!(deframer.kept(), 1501);
    let mut count = 0;
    deframer.feed(&stream[1501..], |packet| count += packet.len());
    assert_eq!((count, deframer.kept()), (1500, 0));
}
