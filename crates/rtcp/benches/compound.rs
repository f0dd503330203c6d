//! What parsing and writing RTCP costs.

#![expect(clippy::expect_used, reason = "a bench fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stonechat_rtcp::{
    ArrivalTime, Compound, CompoundWriter, Nack, NackPair, Packet, ReportBlock, SdesChunk,
    SdesItem, SenderInfo, SenderReport, SourceDescription, TransportWideReport, Write,
};
use stonechat_rtp::{SequenceNumber, Ssrc};

fn compound(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rtcp");
    group.throughput(Throughput::Elements(1));

    let mut wire = [0; 1200];
    let items = [SdesItem::cname("Qz3f0hXyW0Vn2a1b")];
    let chunks = [SdesChunk {
        ssrc: Ssrc(1),
        items: (&items).into(),
    }];
    let blocks = [ReportBlock {
        ssrc: Ssrc(2),
        ..ReportBlock::default()
    }; 2];
    let pairs = [NackPair {
        first: SequenceNumber(9),
        following: 0x0101,
    }; 3];
    let report = SenderReport {
        ssrc: Ssrc(1),
        info: SenderInfo::default(),
        reports: (&blocks).into(),
        extension: &[],
    };
    let write = |out: &mut [u8]| {
        let mut writer = CompoundWriter::new(out);
        writer.push(&report).expect("fits");
        writer
            .push(&SourceDescription {
                chunks: (&chunks).into(),
            })
            .expect("fits");
        writer
            .push(&Nack {
                sender: Ssrc(1),
                media: Ssrc(2),
                pairs: (&pairs).into(),
            })
            .expect("fits");
        writer.finish()
    };
    let len = write(&mut wire);
    group.bench_function("write_sr_sdes_nack", |b| {
        b.iter(|| write(black_box(&mut wire)));
    });
    group.bench_function("parse_sr_sdes_nack", |b| {
        b.iter(|| {
            Compound::parse(black_box(&wire[..len]))
                .filter(Result::is_ok)
                .count()
        });
    });

    let arrivals: Vec<_> = (0..100_u32)
        .map(|n| (n % 17 != 0).then_some(ArrivalTime(n * 5 + n % 3)))
        .collect();
    let build = |out: &mut [u8]| {
        TransportWideReport::new(Ssrc(1), Ssrc(2), 0, SequenceNumber(7), &arrivals, 1200)
            .expect("fits")
            .encode(out)
            .expect("fits")
    };
    let len = build(&mut wire);
    group.bench_function("write_transport_wide_100", |b| {
        b.iter(|| build(black_box(&mut wire)));
    });
    group.bench_function("parse_transport_wide_100", |b| {
        b.iter(|| match Packet::parse(black_box(&wire[..len])) {
            Ok(Packet::TransportWide(feedback)) => feedback.statuses().count(),
            _ => 0,
        });
    });
    group.finish();
}

criterion_group!(benches, compound);
criterion_main!(benches);
