//! A datagram as compound RTCP: each packet in it writes as what reads the same.

use stonechat_rtcp::{Compound, CompoundRules, Packet, Write, is_rtcp};

pub(crate) fn run(octets: &[u8]) {
    let _ = is_rtcp(octets);
    let rules = [CompoundRules::Compound, CompoundRules::ReducedSize].map(|it| it.check(octets));
    assert!(rules[0].is_err() || rules[1].is_ok());
    let mut count = 0;
    for packet in Compound::parse(octets) {
        count += 1;
        let Ok(packet) = packet else {
            continue;
        };
        walk(&packet);
        let mut out = vec![0; packet.encoded_len()];
        let len = packet.encode(&mut out).unwrap();
        assert_eq!(len, out.len());
        assert_eq!(len % 4, 0);
        let again = Packet::parse(&out).unwrap();
        assert_eq!(
            format!("{again:?}").len() > 2,
            format!("{packet:?}").len() > 2
        );
        let mut third = vec![0; again.encoded_len()];
        again.encode(&mut third).unwrap();
        assert_eq!(third, out, "writing is stable");
    }
    assert!(count <= octets.len() / 4 + 1);
}

fn walk(packet: &Packet<'_>) {
    match packet {
        Packet::Nack(nack) => {
            let _ = nack.sequences().count();
        }
        Packet::TransportWide(feedback) => {
            assert_eq!(
                feedback.statuses().count(),
                usize::from(feedback.status_count())
            );
        }
        _ => {}
    }
}
