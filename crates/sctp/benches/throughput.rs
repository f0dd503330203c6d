//! Two associations in memory: megabytes and messages per second, both ends on one thread.
#![expect(clippy::panic, clippy::disallowed_methods, reason = "a benchmark")]

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stonechat_sansio::{Env, Frame, Seed};
use stonechat_sctp::{Association, Config, Message, Ppid, SendError, StreamId, checksum};

struct Pair {
    ends: [Association; 2],
    now: Instant,
    buffer: Vec<u8>,
}

impl Pair {
    fn new(zero_checksum: bool) -> Self {
        let now = Instant::now();
        let crypto = stonechat_crypto::rust::provider();
        let mut config = Config::default();
        config.zero_checksum = zero_checksum;
        let mut pair = Self {
            ends: [1, 2].map(|number| {
                let wall = (now, SystemTime::UNIX_EPOCH);
                let env = Env::new(Seed::from_u64(number), wall, crypto.clone());
                Association::new(config.clone(), &env, now)
            }),
            now,
            buffer: Vec::with_capacity(1500),
        };
        pair.ends[0].connect(now);
        for _ in 0..4 {
            pair.exchange();
        }
        pair
    }

    /// Hands everything that is due to the other side, bursts of up to 64 packets.
    fn exchange(&mut self) {
        self.now += Duration::from_micros(100);
        for from in 0..2 {
            for _ in 0..64 {
                self.buffer.clear();
                let mut frame = Frame::new(&mut self.buffer, 1191);
                if self.ends[from]
                    .poll_transmit(self.now, &mut frame)
                    .is_none()
                {
                    break;
                }
                frame.commit();
                let packet = BytesMut::from(&self.buffer[..]);
                self.ends[1 - from].handle_packet(self.now, packet);
            }
            while self.ends[1 - from].poll_event().is_some() {}
        }
    }

    /// Brings `count` messages over.
    fn transfer(&mut self, payload: &Bytes, count: usize) {
        let (mut sent, mut received) = (0, 0);
        while received < count {
            while sent < count {
                let message = Message::new(Ppid(53), payload.clone());
                match self.ends[0].send(self.now, StreamId(1), message) {
                    Ok(()) => sent += 1,
                    Err(SendError::Blocked) => break,
                    Err(error) => panic!("{error}"),
                }
            }
            self.exchange();
            while let Some(message) = self.ends[1].recv(self.now, StreamId(1)) {
                black_box(message);
                received += 1;
            }
        }
    }
}

fn transfers(criterion: &mut Criterion) {
    for (checks, zero) in [("crc32c", false), ("zero checksum", true)] {
        let mut group = criterion.benchmark_group(format!("transfer, {checks}"));
        for len in [1 << 10, 16 << 10, 64 << 10] {
            let mut pair = Pair::new(zero);
            let payload = Bytes::from(vec![7; len]);
            let count = (1 << 20) / len;
            group.throughput(Throughput::Bytes((count * len) as u64));
            group.bench_function(format!("{} KiB messages", len >> 10), |bencher| {
                bencher.iter(|| pair.transfer(&payload, count));
            });
        }
        group.finish();
    }
    let mut group = criterion.benchmark_group("small messages");
    let mut pair = Pair::new(true);
    let payload = Bytes::from(vec![7; 64]);
    group.throughput(Throughput::Elements(1000));
    group.bench_function("64 octets", |bencher| {
        bencher.iter(|| pair.transfer(&payload, 1000));
    });
    group.finish();
    let packet = vec![7; 1191];
    criterion.bench_function("checksum of a packet", |bencher| {
        bencher.iter(|| checksum(black_box(&packet)));
    });
}

criterion_group!(benches, transfers);
criterion_main!(benches);
