use proptest::prelude::*;
use stonechat_rtcp::{
    BitrateLimit, Compound, Fir, FirEntry, Goodbye, Nack, NackPair, NackPairs, Packet, Remb,
    ReportBlock, SdesChunk, SdesItem, SdesKind, SenderInfo, SenderReport, SourceDescription, Tmmbr,
    Write,
};
use stonechat_rtp::{CompactNtp, NtpTime, SequenceNumber, Ssrc, Timestamp};

fn encode(packet: &dyn Write) -> Vec<u8> {
    let mut out = vec![0xee; packet.encoded_len()];
    assert_eq!(packet.encode(&mut out), Ok(out.len()));
    out
}

prop_compose! {
    fn blocks()(ssrc: u32, fraction_lost: u8, lost in -0x80_0000..0x80_0000, n: [u32; 4]) -> ReportBlock {
        ReportBlock {
            ssrc: Ssrc(ssrc),
            fraction_lost,
            cumulative_lost: lost,
            highest_sequence: n[0],
            jitter: n[1],
            last_sender_report: CompactNtp(n[2]),
            delay_since_last: CompactNtp(n[3]),
        }
    }
}

proptest! {
    #[test]
    fn sender_reports_survive(
        ssrc: u32, ntp: u64, n: [u32; 3],
        reports in prop::collection::vec(blocks(), 0..31),
    ) {
        let info = SenderInfo {
            ntp: NtpTime(ntp), rtp: Timestamp(n[0]), packets: n[1], octets: n[2],
        };
        let reports = reports.as_slice().into();
        let report = SenderReport { ssrc: Ssrc(ssrc), info, reports, extension: &[] };
        let wire = encode(&report);
        prop_assert_eq!(Packet::parse(&wire), Ok(Packet::SenderReport(report)));
    }

    #[test]
    fn descriptions_survive(
        sources in prop::collection::vec(
            (any::<u32>(), prop::collection::vec((1_u8..=255, prop::collection::vec(any::<u8>(), 0..256)), 0..4)),
            0..31),
    ) {
        let items: Vec<Vec<_>> = sources
            .iter()
            .map(|(_, items)| items.iter().map(|(kind, value)| SdesItem { kind: SdesKind(*kind), value }).collect())
            .collect();
        let chunks: Vec<_> = sources
            .iter()
            .zip(&items)
            .map(|((ssrc, _), items)| SdesChunk { ssrc: Ssrc(*ssrc), items: items.as_slice().into() })
            .collect();
        let description = SourceDescription { chunks: chunks.as_slice().into() };
        let wire = encode(&description);
        prop_assert_eq!(Packet::parse(&wire), Ok(Packet::SourceDescription(description)));
    }

    #[test]
    fn goodbyes_survive(ssrcs in prop::collection::vec(any::<u32>(), 0..31), reason in prop::collection::vec(any::<u8>(), 0..256)) {
        let ssrcs: Vec<_> = ssrcs.into_iter().map(Ssrc).collect();
        let goodbye = Goodbye { ssrcs: ssrcs.as_slice().into(), reason: &reason };
        let wire = encode(&goodbye);
        prop_assert_eq!(Packet::parse(&wire), Ok(Packet::Goodbye(goodbye)));
    }

    #[test]
    fn nacks_ask_for_what_was_lost(start: u16, gaps in prop::collection::vec(1_u16..40, 1..60)) {
        let mut sequence = SequenceNumber(start);
        let lost: Vec<_> = gaps
            .iter()
            .map(|gap| {
                sequence = sequence.wrapping_add(*gap);
                sequence
            })
            .collect();
        let pairs: Vec<NackPair> = NackPairs::new(lost.iter().copied()).collect();
        let nack = Nack { sender: Ssrc(1), media: Ssrc(2), pairs: pairs.as_slice().into() };
        let wire = encode(&nack);
        let Ok(Packet::Nack(read)) = Packet::parse(&wire) else { panic!() };
        prop_assert!(read.sequences().eq(lost));
    }

    #[test]
    fn bit_rates_lose_only_their_low_bits(bitrate: u64, overhead in 0_u16..512) {
        let remb = Remb { sender: Ssrc(1), bitrate, ssrcs: (&[Ssrc(2)]).into() };
        let wire = encode(&remb);
        let Ok(Packet::Remb(read)) = Packet::parse(&wire) else { panic!() };
        prop_assert!(read.bitrate <= bitrate && bitrate - read.bitrate <= bitrate >> 17);
        let limits = [BitrateLimit { ssrc: Ssrc(2), bitrate, overhead }];
        let wire = encode(&Tmmbr { sender: Ssrc(1), limits: (&limits).into() });
        let Ok(Packet::Tmmbr(read)) = Packet::parse(&wire) else { panic!() };
        let limit = read.limits.iter().next().unwrap();
        prop_assert!(limit.bitrate <= bitrate && bitrate - limit.bitrate <= bitrate >> 16);
        prop_assert_eq!(limit.overhead, overhead);
    }

    #[test]
    fn keyframe_requests_survive(entries in prop::collection::vec((any::<u32>(), any::<u8>()), 1..20)) {
        let entries: Vec<_> = entries
            .into_iter()
            .map(|(ssrc, sequence)| FirEntry { ssrc: Ssrc(ssrc), sequence })
            .collect();
        let fir = Fir { sender: Ssrc(1), entries: entries.as_slice().into() };
        let wire = encode(&fir);
        prop_assert_eq!(Packet::parse(&wire), Ok(Packet::Fir(fir)));
    }

    #[test]
    fn what_is_read_of_any_octets_can_be_written_and_read_again(
        count in 0_u8..32,
        packet_type in 198_u8..210,
        mut body in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        body.truncate(body.len() & !3);
        let words = u16::try_from(body.len() / 4).unwrap();
        let mut octets = vec![0x80 | count, packet_type];
        octets.extend_from_slice(&words.to_be_bytes());
        octets.extend_from_slice(&body);
        for packet in Compound::parse(&octets) {
            let Ok(packet) = packet else { continue };
            // A bit rate beyond 64 bits is cut to the largest number, which loses bits once.
            let wire = encode(&packet);
            let read = Packet::parse(&wire).unwrap();
            let again = encode(&read);
            prop_assert_eq!(Packet::parse(&again), Ok(read));
            if !matches!(packet, Packet::Remb(_) | Packet::Tmmbr(_) | Packet::Tmmbn(_)) {
                prop_assert_eq!(Packet::parse(&wire), Ok(packet));
            }
        }
    }
}
