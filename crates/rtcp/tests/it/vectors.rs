//! Packets written out by the figures of the RFCs, which publish no vectors.

use stonechat_rtcp::{
    Application, BitrateLimit, Compound, CompoundError, CompoundRules, CompoundWriter, DlrrEntry,
    ExtendedReport, Fir, FirEntry, Goodbye, Nack, NackPair, NackPairs, Packet, PacketType,
    ParseError, Pli, RawPacket, ReceiverReport, Remb, ReportBlock, SdesChunk, SdesItem, SdesKind,
    SenderInfo, SenderReport, Sli, SliEntry, SourceDescription, Tmmbn, Tmmbr, Write, XrBlock,
    is_rtcp,
};
use stonechat_rtp::{CompactNtp, NtpTime, SequenceNumber, Ssrc, Timestamp};

fn check(packet: &dyn Write, wire: &str) {
    let mut out = [0xee; 400];
    let len = packet.encode(&mut out).unwrap();
    assert_eq!(hex::encode(&out[..len]), wire);
    assert_eq!(packet.encoded_len(), len);
    assert_eq!(packet.encode(&mut out[..len - 1]).unwrap_err().needed, len);
    let octets = hex::decode(wire).unwrap();
    let read = Packet::parse(&octets).unwrap();
    let mut again = [0xee; 400];
    assert_eq!(read.encode(&mut again), Ok(len));
    assert_eq!(hex::encode(&again[..len]), wire, "{read:?}");
}

const BLOCK: ReportBlock = ReportBlock {
    ssrc: Ssrc(0x0a0b_0c0d),
    fraction_lost: 0x40,
    cumulative_lost: -2,
    highest_sequence: 0x0001_0002,
    jitter: 3,
    last_sender_report: CompactNtp(4),
    delay_since_last: CompactNtp(5),
};

const BLOCK_WIRE: &str = "0a0b0c0d40fffffe00010002000000030000000400000005";

#[test]
fn reports_are_as_in_rfc_3550_section_6_4() {
    let info = SenderInfo {
        ntp: NtpTime(0x1111_1111_2222_2222),
        rtp: Timestamp(0x3333_3333),
        packets: 7,
        octets: 8,
    };
    let report = SenderReport {
        ssrc: Ssrc(1),
        info,
        reports: (&[BLOCK]).into(),
        extension: &[9, 9, 9, 9],
    };
    let wire =
        format!("81c8000d000000011111111122222222333333330000000700000008{BLOCK_WIRE}09090909");
    check(&report, &wire);
    let octets = hex::decode(&wire).unwrap();
    assert_eq!(Packet::parse(&octets), Ok(Packet::SenderReport(report)));
    let report = ReceiverReport {
        ssrc: Ssrc(1),
        reports: (&[BLOCK]).into(),
        extension: &[],
    };
    check(&report, &format!("81c9000700000001{BLOCK_WIRE}"));
    check(
        &ReceiverReport {
            ssrc: Ssrc(1),
            ..ReceiverReport::default()
        },
        "80c9000100000001",
    );
}

#[test]
fn more_than_31_reports_are_not_written() {
    let blocks = [BLOCK; 40];
    let report = ReceiverReport {
        ssrc: Ssrc(1),
        reports: blocks.as_slice().into(),
        extension: &[],
    };
    let mut out = [0; 1000];
    let len = report.encode(&mut out).unwrap();
    assert_eq!(len, 8 + 31 * 24);
    let Ok(Packet::ReceiverReport(read)) = Packet::parse(&out[..len]) else {
        panic!()
    };
    assert_eq!(read.reports.len(), 31);
}

#[test]
fn the_cumulative_loss_saturates() {
    for (lost, written) in [
        (i32::MAX, 0x7f_ffff),
        (i32::MIN, -0x80_0000),
        (-1, -1),
        (5, 5),
    ] {
        let blocks = [ReportBlock {
            cumulative_lost: lost,
            ..BLOCK
        }];
        let report = ReceiverReport {
            ssrc: Ssrc(1),
            reports: (&blocks).into(),
            extension: &[],
        };
        let mut out = [0; 32];
        report.encode(&mut out).unwrap();
        let Ok(Packet::ReceiverReport(read)) = Packet::parse(&out) else {
            panic!()
        };
        assert_eq!(read.reports.iter().next().unwrap().cumulative_lost, written);
    }
}

#[test]
fn descriptions_are_as_in_rfc_3550_section_6_5() {
    let items = [
        SdesItem::cname("ab"),
        SdesItem {
            kind: SdesKind::TOOL,
            value: b"xyz",
        },
    ];
    let chunks = [
        SdesChunk {
            ssrc: Ssrc(1),
            items: (&items).into(),
        },
        SdesChunk {
            ssrc: Ssrc(2),
            items: (&[]).into(),
        },
    ];
    let description = SourceDescription {
        chunks: (&chunks).into(),
    };
    // Nine octets of items, then the end mark and padding to 12; an empty list has its mark too.
    check(
        &description,
        "82ca00060000000101026162060378797a0000000000000200000000",
    );
    assert_eq!(description.cname(Ssrc(1)), Some("ab"));
    assert_eq!(description.cname(Ssrc(2)), None);
}

#[test]
fn items_that_end_at_a_boundary_get_a_whole_word_of_zeros() {
    let items = [SdesItem::cname("abcdef")];
    let chunks = [SdesChunk {
        ssrc: Ssrc(1),
        items: (&items).into(),
    }];
    check(
        &SourceDescription {
            chunks: (&chunks).into(),
        },
        "81ca000400000001010661626364656600000000",
    );
}

#[test]
fn goodbyes_and_application_packets_are_as_in_rfc_3550() {
    check(
        &Goodbye {
            ssrcs: (&[Ssrc(1), Ssrc(2)]).into(),
            reason: b"",
        },
        "82cb00020000000100000002",
    );
    check(
        &Goodbye {
            ssrcs: (&[Ssrc(1)]).into(),
            reason: b"gone",
        },
        "81cb00030000000104676f6e65000000",
    );
    let packet = Application {
        subtype: 3,
        ssrc: Ssrc(1),
        name: *b"test",
        data: &[1, 2, 3, 4],
    };
    check(&packet, "83cc0003000000017465737401020304");
}

#[test]
fn feedback_is_as_in_rfc_4585_and_rfc_5104() {
    let (sender, media) = (Ssrc(1), Ssrc(2));
    let pairs = [NackPair {
        first: SequenceNumber(0x1234),
        following: 0x8001,
    }];
    let nack = Nack {
        sender,
        media,
        pairs: (&pairs).into(),
    };
    check(&nack, "81cd0003000000010000000212348001");
    assert!(nack.sequences().map(|it| it.0).eq([0x1234, 0x1235, 0x1244]));
    check(&Pli { sender, media }, "81ce00020000000100000002");
    let entries = [SliEntry {
        first: 0x1fff,
        number: 1,
        picture_id: 0x3f,
    }];
    check(
        &Sli {
            sender,
            media,
            entries: (&entries).into(),
        },
        "82ce00030000000100000002fff8007f",
    );
    let entries = [FirEntry {
        ssrc: Ssrc(2),
        sequence: 9,
    }];
    check(
        &Fir {
            sender,
            entries: (&entries).into(),
        },
        "84ce000400000001000000000000000209000000",
    );
    let limits = [BitrateLimit {
        ssrc: Ssrc(2),
        bitrate: 0x1_ffff << 3,
        overhead: 40,
    }];
    check(
        &Tmmbr {
            sender,
            limits: (&limits).into(),
        },
        "83cd00040000000100000000000000020ffffe28",
    );
    check(
        &Tmmbn {
            sender,
            limits: (&[]).into(),
        },
        "84cd00020000000100000000",
    );
}

#[test]
fn estimates_are_as_in_the_draft() {
    let remb = Remb {
        sender: Ssrc(1),
        bitrate: 0x3_ffff << 5,
        ssrcs: (&[Ssrc(2)]).into(),
    };
    check(&remb, "8fce0005000000010000000052454d420117ffff00000002");
    // 1,000,000 fits 18 bits after two shifts, without loss.
    let remb = Remb {
        sender: Ssrc(1),
        bitrate: 1_000_000,
        ssrcs: (&[]).into(),
    };
    let mut out = [0; 20];
    remb.encode(&mut out).unwrap();
    assert_eq!(Packet::parse(&out), Ok(Packet::Remb(remb)));
    // What is out of range becomes the largest number.
    for (exponent, mantissa, bitrate) in [
        (63, 0x3_ffff, u64::MAX),
        (63, 1, 1 << 63),
        (0, 0, 0),
        (47, 0x3_ffff, u64::MAX),
    ] {
        let word: u32 = exponent << 18 | mantissa;
        out[16..20].copy_from_slice(&word.to_be_bytes());
        let Ok(Packet::Remb(read)) = Packet::parse(&out) else {
            panic!()
        };
        assert_eq!(read.bitrate, bitrate);
    }
}

#[test]
fn extended_reports_are_as_in_rfc_3611() {
    let entries = [DlrrEntry {
        ssrc: Ssrc(2),
        last_receiver_report: CompactNtp(3),
        delay_since_last: CompactNtp(4),
    }];
    let blocks = [
        XrBlock::ReceiverReferenceTime(NtpTime(0x0102_0304_0506_0708)),
        XrBlock::DelaySinceLast((&entries).into()),
        XrBlock::Unknown {
            kind: 200,
            specific: 7,
            content: &[],
        },
    ];
    check(
        &ExtendedReport {
            ssrc: Ssrc(1),
            blocks: (&blocks).into(),
        },
        "80cf00090000000104000002010203040506070805000003000000020000000300000004c8070000",
    );
}

#[test]
fn unknown_packets_are_kept() {
    check(
        &RawPacket {
            count: 5,
            packet_type: PacketType(223),
            body: &[1, 2, 3, 4],
            padding: 0,
        },
        "85df000101020304",
    );
    // An application layer feedback message that is no estimate.
    let octets = hex::decode("8fce0003000000010000000041424344").unwrap();
    assert!(matches!(Packet::parse(&octets), Ok(Packet::Unknown(raw)) if raw.count == 15));
}

#[test]
fn a_compound_begins_with_a_report_unless_reduced_size_is_allowed() {
    let mut out = [0; 100];
    let mut writer = CompoundWriter::new(&mut out);
    assert!(writer.is_empty());
    writer
        .push(&Pli {
            sender: Ssrc(1),
            media: Ssrc(2),
        })
        .unwrap();
    assert_eq!(writer.check(CompoundRules::ReducedSize), Ok(()));
    assert_eq!(
        writer.check(CompoundRules::Compound),
        Err(CompoundError::NoReport(PacketType::PAYLOAD_FEEDBACK))
    );
    let mut writer = CompoundWriter::new(&mut out);
    writer
        .push(&ReceiverReport {
            ssrc: Ssrc(1),
            ..ReceiverReport::default()
        })
        .unwrap();
    writer
        .push(&Pli {
            sender: Ssrc(1),
            media: Ssrc(2),
        })
        .unwrap();
    assert_eq!(writer.check(CompoundRules::Compound), Ok(()));
    assert_eq!(writer.remaining(), 80);
    let len = writer.finish();
    assert_eq!(
        Compound::parse(&out[..len]).filter(Result::is_ok).count(),
        2
    );
    assert_eq!(
        CompoundRules::ReducedSize.check(&[]),
        Err(CompoundError::Empty)
    );
    out[0] |= 0x20;
    out[7] = 4;
    assert_eq!(
        CompoundRules::Compound.check(&out[..len]),
        Err(CompoundError::Packet(ParseError::PaddingNotLast))
    );
}

#[test]
fn what_does_not_fit_leaves_the_packets_before_it() {
    let mut out = [0; 20];
    let mut writer = CompoundWriter::new(&mut out);
    writer
        .push(&Pli {
            sender: Ssrc(1),
            media: Ssrc(2),
        })
        .unwrap();
    assert_eq!(writer.push(&Pli::default()).unwrap_err().needed, 12);
    assert_eq!(writer.finish(), 12);
}

#[test]
fn lost_packets_are_packed_17_to_a_pair() {
    let lost = (0..40_u16).map(|n| SequenceNumber(65_530_u16.wrapping_add(n)));
    let pairs: Vec<_> = NackPairs::new(lost.clone()).collect();
    assert_eq!(pairs.len(), 3);
    assert!(pairs.iter().copied().flat_map(NackPair::sequences).eq(lost));
    assert_eq!(NackPairs::new([]).count(), 0);
    // A packet named twice is asked for once.
    let twice = [5, 5, 6, 6].map(SequenceNumber);
    assert_eq!(NackPairs::new(twice).next().unwrap().following, 1);
}

#[test]
fn rtcp_is_told_from_rtp_by_its_second_octet() {
    for second in 0..=255 {
        assert_eq!(is_rtcp(&[0x80, second]), (192..=223).contains(&second));
    }
    assert!(!is_rtcp(&[0x80]) && !is_rtcp(&[0x40, 200]));
}
