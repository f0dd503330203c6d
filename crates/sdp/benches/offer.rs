//! Reading and printing the offer of a browser: three sections, 20 codecs, simulcast.

#![expect(clippy::unwrap_used, reason = "a benchmark may stop")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stonechat_sdp::{Limits, Session};

const OFFER: &str =
    include_str!("../tests/data/browser/chromium-default-simulcast-offer-gathered.sdp");

fn offer(criterion: &mut Criterion) {
    let session = Session::parse(OFFER).unwrap();
    let mut group = criterion.benchmark_group("offer");
    group.throughput(Throughput::Bytes(OFFER.len().try_into().unwrap()));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| Session::parse(black_box(OFFER)).unwrap());
    });
    group.bench_function("print", |bencher| {
        bencher.iter(|| black_box(&session).to_string());
    });
    group.finish();
}

/// The largest texts of the shortest lines: what a hostile peer can make us do.
fn bomb(criterion: &mut Criterion) {
    let head = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
    let limits = Limits::default()
        .with_lines(usize::MAX)
        .with_media(usize::MAX);
    let mut group = criterion.benchmark_group("bomb");
    for (name, line) in [
        ("sections", "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n"),
        ("sources", "a=ssrc:12345 cname:x\r\n"),
        ("letters", "a=x\r\n"),
    ] {
        let text = head.to_string() + &line.repeat(1_000_000 / line.len());
        group.throughput(Throughput::Bytes(text.len().try_into().unwrap()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| Session::parse_with(black_box(&text), &limits).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, offer, bomb);
criterion_main!(benches);
