//! What parsing, writing and editing an RTP packet costs.

#![expect(clippy::expect_used, reason = "a bench fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stonechat_rtp::extension::{AbsSendTime, AudioLevel, SdesMid, TransportSequence};
use stonechat_rtp::{
    ExtensionId, Header, HeaderMut, Packet, PayloadType, SequenceNumber, Ssrc, Timestamp,
};

fn id(value: u8) -> ExtensionId {
    ExtensionId::new(value).expect("an id")
}

fn header() -> Header {
    let mut header = Header::new(
        PayloadType::new(96).expect("a payload type"),
        SequenceNumber(1),
        Timestamp(2),
        Ssrc(3),
    );
    header.extensions.set(
        id(1),
        &AudioLevel {
            level: 30,
            voice: true,
        },
    );
    header.extensions.set(id(2), &AbsSendTime::new(77));
    header
        .extensions
        .set(id(3), &TransportSequence(SequenceNumber(9)));
    header.extensions.set(id(4), &SdesMid("0"));
    header
}

fn packet(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rtp");
    group.throughput(Throughput::Elements(1));
    let mut header = header();
    let mut wire = [0; 1200];
    let _ = header.encode(&mut wire).expect("fits");
    group.bench_function("parse", |b| {
        b.iter(|| Packet::parse(black_box(&wire)).map(|packet| packet.sequence()));
    });
    group.bench_function("parse_and_read_transport_sequence", |b| {
        b.iter(|| {
            let packet = Packet::parse(black_box(&wire)).expect("valid");
            packet.extensions().value::<TransportSequence>(id(3))
        });
    });
    group.bench_function("encode_with_four_extensions", |b| {
        let mut out = [0; 1200];
        let mut sequence = SequenceNumber(0);
        b.iter(|| {
            sequence = sequence.next();
            header.sequence = sequence;
            header.extensions.set(id(3), &TransportSequence(sequence));
            header.encode(black_box(&mut out))
        });
    });
    group.bench_function("edit_for_forwarding", |b| {
        b.iter(|| {
            let mut edit = HeaderMut::parse(black_box(&mut wire)).expect("valid");
            edit.set_ssrc(Ssrc(7));
            edit.set_extension(id(3), &[1, 2])
        });
    });
    group.finish();
}

criterion_group!(benches, packet);
criterion_main!(benches);
