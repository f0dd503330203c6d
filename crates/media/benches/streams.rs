//! Cost of payload formats and of a packet through both ends.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stonechat_media::{
    Codec, CodecParameters, Config, Depacketizer, FrameTime, OutgoingFrame, Packetizer,
    ReceiverParameters, SenderConfig, SenderParameters, Streams,
};
use stonechat_rtp::PayloadType;
use stonechat_sansio::{Ecn, Env, Frame, Seed};

fn vp8_frame(len: usize) -> Bytes {
    let mut frame = vec![7; len];
    frame[..10].copy_from_slice(&[0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]);
    frame.into()
}

fn payload(c: &mut Criterion) {
    let frame = vp8_frame(20_000);
    let mut packetizer = Packetizer::new(Codec::Vp8, 1);
    let depacketizer = Depacketizer::new(Codec::Vp8);
    let (mut payloads, mut flat, mut out) = (Vec::new(), Vec::new(), Vec::new());
    let mut group = c.benchmark_group("vp8");
    group.throughput(Throughput::Bytes(20_000));
    group.bench_function("packetize_and_depacketize_20000_octets", |b| {
        b.iter(|| {
            payloads.clear();
            flat.clear();
            out.clear();
            packetizer.packetize(&frame, 1_100, &mut payloads).unwrap();
            for payload in &payloads {
                let (prefix, body) = payload.parts();
                flat.extend_from_slice(prefix);
                flat.extend_from_slice(body);
            }
            let size = payloads[0].len();
            depacketizer
                .assemble(flat.chunks(size), 1 << 20, &mut out)
                .unwrap();
            black_box(out.len())
        });
    });
    group.finish();
}

#[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
fn pair(c: &mut Criterion) {
    let start = Instant::now();
    let provider = Arc::new(stonechat_crypto::Provider::builder("none").build());
    let env = |seed| {
        Env::new(
            Seed::from_u64(seed),
            (start, SystemTime::UNIX_EPOCH),
            Arc::clone(&provider),
        )
    };
    let pt = PayloadType::new(96).unwrap();
    let codec = CodecParameters::new(pt, Codec::Vp8).with_feedback(PayloadType::new(97));
    let config = Config {
        pacing_rate: None,
        ..Config::default()
    };
    let mut alice = Streams::new(config.clone(), env(1), start);
    let mut bob = Streams::new(config, env(2), start);
    let parameters = SenderParameters::new(vec![codec]);
    let sender = alice.add_sender(SenderConfig::new(parameters)).unwrap();
    let receiver = bob
        .add_receiver(ReceiverParameters::new(vec![codec]))
        .unwrap();
    let frame = vp8_frame(11_000);
    let (mut now, mut time, mut buffer) = (start, Duration::ZERO, Vec::new());
    let mut group = c.benchmark_group("pair");
    group.throughput(Throughput::Elements(10));
    group.bench_function("packets_through_both_ends", |b| {
        b.iter(|| {
            now += Duration::from_millis(1);
            time += Duration::from_millis(33);
            let frame = OutgoingFrame::new(frame.clone(), FrameTime::Media(time));
            alice.send_frame(now, sender, &frame).unwrap();
            loop {
                buffer.clear();
                let mut out = Frame::new(&mut buffer, 1_200);
                if alice.poll_rtp(now, &mut out).is_none() {
                    break;
                }
                out.commit();
                bob.handle_rtp(now, BytesMut::from(buffer.as_slice()), Ecn::NotEct);
            }
            black_box(bob.recv_frame(now, receiver).unwrap().data.len())
        });
    });
    group.finish();
}

criterion_group!(benches, payload, pair);
criterion_main!(benches);
