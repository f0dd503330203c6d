//! What protecting and opening a packet costs, by profile and payload.

#![expect(clippy::expect_used, reason = "a bench fails by panicking")]

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stonechat_crypto::rust;
use stonechat_srtp::{Config, Inbound, Outbound, Profile};

const PROFILES: [Profile; 3] = [
    Profile::AeadAes128Gcm,
    Profile::AeadAes256Gcm,
    Profile::Aes128CmSha1_80,
];

fn outbound(profile: Profile) -> Outbound {
    let (key, salt) = (vec![7; profile.key_len()], vec![9; profile.salt_len()]);
    Outbound::new(&rust::provider(), profile, &key, &salt, Config::default()).expect("keys")
}

fn inbound(profile: Profile) -> Inbound {
    let (key, salt) = (vec![7; profile.key_len()], vec![9; profile.salt_len()]);
    Inbound::new(&rust::provider(), profile, &key, &salt, Config::default()).expect("keys")
}

fn packet(sequence: u16, len: usize, overhead: usize) -> Vec<u8> {
    let [a, b] = sequence.to_be_bytes();
    let mut packet = vec![0x80, 96, a, b, 0, 0, 0, 0, 0, 0, 0, 1];
    packet.resize(12 + len + overhead, 0x5a);
    packet
}

fn protect(criterion: &mut Criterion) {
    for len in [160, 1200] {
        let mut group = criterion.benchmark_group(format!("srtp_{len}"));
        group.throughput(Throughput::Bytes(len as u64));
        for profile in PROFILES {
            let name = format!("{profile:?}");
            group.bench_function(BenchmarkId::new("protect", &name), |b| {
                let mut context = outbound(profile);
                let mut wire = packet(0, len, profile.rtp_overhead());
                let mut sequence = 0_u16;
                b.iter(|| {
                    sequence = sequence.wrapping_add(1);
                    wire[2..4].copy_from_slice(&sequence.to_be_bytes());
                    let (body, tag) = wire.split_at_mut(12 + len);
                    context.protect_rtp(black_box(body), tag).expect("protects");
                });
            });
            group.bench_function(BenchmarkId::new("unprotect", &name), |b| {
                let mut sender = outbound(profile);
                let mut receiver = inbound(profile);
                let mut sequence = 0_u16;
                b.iter_batched(
                    || {
                        sequence = sequence.wrapping_add(1);
                        let mut wire = packet(sequence, len, profile.rtp_overhead());
                        let (body, tag) = wire.split_at_mut(12 + len);
                        sender.protect_rtp(body, tag).expect("protects");
                        wire
                    },
                    |mut wire| receiver.unprotect_rtp(black_box(&mut wire)).expect("opens"),
                    BatchSize::SmallInput,
                );
            });
        }
        group.finish();
    }
}

criterion_group!(benches, protect);
criterion_main!(benches);
