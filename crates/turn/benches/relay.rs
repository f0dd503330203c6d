//! What relaying costs per packet: the head of a channel, peeling, an indication.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "an arbitrary instant")]

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use bytes::BytesMut;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use stonechat_crypto::rust::PROVIDER;
use stonechat_sansio::{Batch, Datagram, Ecn, Env, Frame, Overhead, Path, Seed, SocketId};
use stonechat_stun::{Attribute, Builder, Class, IntegrityKey, Message, Method};
use stonechat_turn::{Client, Config};

/// A client with an allocation and a channel to `peer`, made by a server that grants everything.
fn bound(now: Instant, peer: SocketAddr) -> Client {
    let server = "192.0.2.1:3478".parse().unwrap();
    let local = "192.0.2.10".parse().unwrap();
    let config = Config::new(SocketId(0), local, SocketId(9), server, "u", "p");
    let crypto = stonechat_crypto::rust::provider();
    let env = Env::new(Seed::from_u64(1), (now, SystemTime::UNIX_EPOCH), crypto);
    let mut client = Client::new(config, env, now);
    client.permit(now, peer).unwrap();
    let key = IntegrityKey::long_term(&PROVIDER, "u", "r", "p").unwrap();
    loop {
        let mut buffer = Vec::new();
        let mut batch = Batch::new(&mut buffer, 1, 1_500);
        if client.poll_transmit(now, &mut batch).is_none() {
            break;
        }
        let request = Message::parse(&buffer).unwrap();
        let class = if request.has_integrity() {
            Class::Success
        } else {
            Class::Error
        };
        let mut response = Builder::new(class, request.method(), request.transaction_id());
        if class == Class::Error {
            response
                .push(Attribute::ErrorCode {
                    code: 401,
                    reason: "",
                })
                .push(Attribute::Realm("r"))
                .push(Attribute::Nonce("n"));
        } else {
            if request.method() == Method::ALLOCATE {
                let relayed = "192.0.2.1:50000".parse().unwrap();
                response
                    .push(Attribute::XorRelayedAddress(relayed))
                    .push(Attribute::XorMappedAddress(relayed));
            }
            response = response.integrity(&key);
        }
        let mut octets = BytesMut::zeroed(response.encoded_len());
        response.encode(&mut octets).unwrap();
        let path = client.server_path();
        client.handle_datagram(now, Datagram::new(path, Ecn::NotEct, now, octets));
    }
    assert!(client.channel(peer).is_some());
    client
}

fn relay(criterion: &mut Criterion) {
    let now = Instant::now();
    let peer: SocketAddr = "203.0.113.5:6000".parse().unwrap();
    let mut client = bound(now, peer);
    let data = [7; 1_100];
    let mut buffer = Vec::with_capacity(1_500);
    let mut wrap = |client: &mut Client, overhead: Overhead| {
        buffer.clear();
        let mut packet = Frame::new(&mut buffer, 1_200);
        let mut frame = packet.reserve(overhead).unwrap();
        frame.put_slice(black_box(&data)).unwrap();
        client.wrap(peer, &mut frame).unwrap();
        frame.commit();
        packet.commit();
        buffer.len()
    };
    criterion.bench_function("channel data: write and wrap 1,100 octets", |bencher| {
        bencher.iter(|| {
            let overhead = client.overhead(peer);
            wrap(&mut client, overhead)
        });
    });
    criterion.bench_function("send indication: write and wrap 1,100 octets", |bencher| {
        bencher.iter(|| wrap(&mut client, Overhead::new(36, 3)));
    });
    let path: Path = client.server_path();
    let mut octets = BytesMut::from(&[0x40, 0, 0x04, 0x4C][..]);
    octets.extend_from_slice(&data);
    criterion.bench_function("channel data: peel 1,100 octets", |bencher| {
        bencher.iter_batched(
            || Datagram::new(path, Ecn::NotEct, now, octets.clone()),
            |datagram| client.handle_datagram(now, datagram).unwrap(),
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, relay);
criterion_main!(benches);
