//! What a connectivity check costs: parsing, verifying, building.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use stonechat_crypto::rust::PROVIDER;
use stonechat_stun::{Attribute, Builder, Class, IntegrityKey, Message, Method, TransactionId};

fn request(key: &IntegrityKey) -> Builder<'_> {
    Builder::new(
        Class::Request,
        Method::BINDING,
        TransactionId::from_bytes([7; 12]),
    )
    .attribute(Attribute::Username("remote-fragment:local-fragment"))
    .attribute(Attribute::IceControlling(0x0123_4567_89AB_CDEF))
    .attribute(Attribute::Priority(0x6E00_01FF))
    .attribute(Attribute::UseCandidate)
    .integrity(key)
    .fingerprint()
}

fn message(criterion: &mut Criterion) {
    let key = IntegrityKey::short_term(&PROVIDER, "VOkJxbRl1RmTxUk/WvJxBt").unwrap();
    let mut octets = vec![0; request(&key).encoded_len()];
    request(&key).encode(&mut octets).unwrap();

    criterion.bench_function("binding request: parse", |bencher| {
        bencher.iter(|| {
            Message::parse(black_box(&octets))
                .unwrap()
                .username()
                .is_some()
        });
    });
    criterion.bench_function("binding request: parse and verify", |bencher| {
        bencher.iter(|| {
            let message = Message::parse(black_box(&octets)).unwrap();
            message.verify_fingerprint() && message.verify_integrity(&key).is_ok()
        });
    });
    let mut out = vec![0; octets.len()];
    criterion.bench_function("binding request: build", |bencher| {
        bencher.iter(|| request(black_box(&key)).encode(&mut out).unwrap());
    });
}

criterion_group!(benches, message);
criterion_main!(benches);
