//! The cost of a record and of a whole handshake.
#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Duration;

use bytes::BytesMut;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use stonechat_crypto::{Certificate, Fingerprint, HashAlgorithm, SignatureScheme};
use stonechat_dtls::{CipherSuite, Config, Role, Session, State};
use stonechat_sansio::{Env, Frame};
use stonechat_testkit::clock;

fn certificate(env: &Env) -> (Certificate, Vec<Fingerprint>) {
    let scheme = SignatureScheme::EcdsaSecp256r1Sha256;
    let signature = env.crypto().signature(scheme).unwrap();
    let key = signature.generate(&mut env.seed().rng());
    // As little of a certificate as has a key in it.
    let mut tbs = vec![0x30, 0x80, 2, 1, 7, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0];
    tbs.extend_from_slice(key.public_key());
    tbs[1] = u8::try_from(tbs.len() - 2).unwrap();
    let mut der = vec![0x30, tbs[1] + 2];
    der.extend_from_slice(&tbs);
    let certificate = Certificate::from_parts(der, key, clock::wall() + Duration::from_secs(9));
    let fingerprint = certificate
        .fingerprint(env.crypto(), HashAlgorithm::Sha256)
        .unwrap();
    (certificate, vec![fingerprint])
}

fn pair(suite: CipherSuite) -> (Session, Session) {
    let env = clock::env_with(1, stonechat_crypto::rust::provider());
    let (client_env, server_env) = (env.child("client"), env.child("server"));
    let (client, of_client) = certificate(&client_env);
    let (server, of_server) = certificate(&server_env);
    let now = clock::start();
    let client = Config::new(Role::Client, client)
        .remote_fingerprints(of_server)
        .cipher_suites(vec![suite]);
    let server = Config::new(Role::Server, server).remote_fingerprints(of_client);
    (
        Session::new(client, client_env, now),
        Session::new(server, server_env, now),
    )
}

fn pass(from: &mut Session, to: &mut Session) {
    loop {
        let mut buffer = Vec::with_capacity(1_200);
        let mut frame = Frame::new(&mut buffer, 1_200);
        if from.poll_transmit(clock::start(), &mut frame).is_none() {
            return;
        }
        frame.commit();
        to.handle_packet(clock::start(), BytesMut::from(&buffer[..]));
    }
}

fn connect(client: &mut Session, server: &mut Session) {
    for _ in 0..2 {
        pass(client, server);
        pass(server, client);
    }
    assert_eq!(
        (client.state(), server.state()),
        (State::Connected, State::Connected)
    );
}

fn seal(session: &mut Session, data: &[u8], buffer: &mut Vec<u8>) {
    let mut frame = Frame::new(buffer, 1_500);
    let mut record = frame.reserve(session.overhead().unwrap()).unwrap();
    record.put_slice(data).unwrap();
    session.seal(&mut record);
    record.commit();
    frame.commit();
}

fn records(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record of 1200 octets");
    group.throughput(Throughput::Bytes(1_200));
    for suite in [
        CipherSuite::EcdheEcdsaAes128GcmSha256,
        CipherSuite::EcdheEcdsaChaCha20Poly1305Sha256,
    ] {
        let (mut client, mut server) = pair(suite);
        connect(&mut client, &mut server);
        let data = [7; 1_200];
        let mut buffer = Vec::with_capacity(2_000);
        group.bench_function(format!("seal {}", suite.name()), |bencher| {
            bencher.iter(|| {
                buffer.clear();
                seal(&mut client, black_box(&data), &mut buffer);
            });
        });
        group.bench_function(format!("open {}", suite.name()), |bencher| {
            bencher.iter_batched(
                || {
                    buffer.clear();
                    seal(&mut client, &data, &mut buffer);
                    BytesMut::from(&buffer[..])
                },
                |packet| {
                    server.handle_packet(clock::start(), packet);
                    server.poll_data().unwrap()
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn handshake(criterion: &mut Criterion) {
    criterion.bench_function("full handshake, both ends", |bencher| {
        bencher.iter_batched(
            || pair(CipherSuite::EcdheEcdsaAes128GcmSha256),
            |(mut client, mut server)| {
                connect(&mut client, &mut server);
                (client, server)
            },
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, records, handshake);
criterion_main!(benches);
