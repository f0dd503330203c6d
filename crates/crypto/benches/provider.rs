//! What the RustCrypto provider costs: per packet, and per handshake.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stonechat_crypto::{
    AeadAlgorithm, CounterModeAlgorithm, MacAlgorithm, NamedGroup, Random, SignatureScheme, rust,
};

/// A packet of full length.
const PACKET: usize = 1200;

struct Counter(u8);

impl Random for Counter {
    fn fill(&mut self, out: &mut [u8]) {
        for octet in out {
            self.0 = self.0.wrapping_mul(5).wrapping_add(3);
            *octet = self.0;
        }
    }
}

fn packets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("packet");
    group.throughput(Throughput::Bytes(PACKET as u64));
    for algorithm in [
        AeadAlgorithm::Aes128Gcm,
        AeadAlgorithm::Aes256Gcm,
        AeadAlgorithm::ChaCha20Poly1305,
    ] {
        let Some(aead) = rust::PROVIDER.aead(algorithm) else {
            continue;
        };
        let Ok(key) = aead.key(&vec![7; algorithm.key_len()]) else {
            continue;
        };
        let (mut data, mut tag) = (vec![1; PACKET], [0; 16]);
        group.bench_function(
            BenchmarkId::new("seal", format!("{algorithm:?}")),
            |bencher| {
                bencher.iter(|| key.seal(&[3; 12], &[4; 13], black_box(&mut data), &mut tag));
            },
        );
        group.bench_function(
            BenchmarkId::new("seal and open", format!("{algorithm:?}")),
            |it| {
                it.iter(|| {
                    let _ = key.seal(&[3; 12], &[4; 13], black_box(&mut data), &mut tag);
                    key.open(&[3; 12], &[4; 13], black_box(&mut data), &tag)
                });
            },
        );
    }
    if let Some(mac) = rust::PROVIDER.mac(MacAlgorithm::HmacSha1) {
        let (key, data, mut tag) = (mac.key(&[7; 20]), vec![1; PACKET], [0; 20]);
        group.bench_function("HmacSha1", |bencher| {
            bencher.iter(|| key.sign(&[black_box(&data), &[0; 4]], &mut tag));
        });
    }
    if let Some(cipher) = rust::PROVIDER.counter_mode(CounterModeAlgorithm::Aes128)
        && let Ok(key) = cipher.key(&[7; 16])
    {
        let mut data = vec![1; PACKET];
        group.bench_function("Aes128 counter mode", |bencher| {
            bencher.iter(|| key.apply(&[9; 16], black_box(&mut data)));
        });
    }
    group.finish();
}

fn handshakes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("handshake");
    for scheme in [
        SignatureScheme::EcdsaSecp256r1Sha256,
        SignatureScheme::EcdsaSecp384r1Sha384,
    ] {
        let Some(signature) = rust::PROVIDER.signature(scheme) else {
            continue;
        };
        let key = signature.generate(&mut Counter(1));
        group.bench_function(BenchmarkId::new("sign", format!("{scheme:?}")), |bencher| {
            bencher.iter(|| key.sign(black_box(b"message")));
        });
        let signed = key.sign(b"message").unwrap_or_default();
        group.bench_function(
            BenchmarkId::new("verify", format!("{scheme:?}")),
            |bencher| {
                bencher.iter(|| signature.verify(key.public_key(), black_box(b"message"), &signed));
            },
        );
    }
    for named in [
        NamedGroup::X25519,
        NamedGroup::Secp256r1,
        NamedGroup::X25519MlKem768,
    ] {
        let Some(exchange) = rust::PROVIDER.key_exchange(named) else {
            continue;
        };
        let share = exchange.start(&mut Counter(1)).share().to_vec();
        group.bench_function(
            BenchmarkId::new("exchange", format!("{named:?}")),
            |bencher| {
                bencher.iter(|| exchange.start_and_complete(&mut Counter(2), black_box(&share)));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, packets, handshakes);
criterion_main!(benches);
