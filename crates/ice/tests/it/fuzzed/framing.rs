//! The octets of a connection, cut anyhow: what comes out is what a naive reading of the whole
//! finds.

use stonechat_ice::framing::{Deframer, HEADER};
use stonechat_testkit::corpus::Script;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let limit = usize::from(script.u16());
    let mut cuts = script.octets().iter();
    let stream = script.octets();
    let mut deframer = Deframer::new(limit);
    let mut packets = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let len = cuts.next().map_or(rest.len(), |len| usize::from(*len));
        let (piece, behind) = rest.split_at(len.min(rest.len()));
        rest = behind;
        deframer.feed(piece, |packet| packets.push(packet.to_vec()));
        assert!(
            deframer.kept() < HEADER + limit.max(1),
            "more is kept than one packet"
        );
    }
    assert_eq!(packets, naive(stream, limit));
}

/// The packets of a whole stream: neither null ones nor any over the limit.
fn naive(mut stream: &[u8], limit: usize) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    while let [high, low, rest @ ..] = stream {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        if rest.len() < len {
            break;
        }
        let (packet, behind) = rest.split_at(len);
        if (1..=limit).contains(&len) {
            packets.push(packet.to_vec());
        }
        stream = behind;
    }
    packets
}
