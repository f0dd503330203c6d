//! Datagrams that nobody honest sends, to either side, at any point of a handshake; the handshake
//! must then end as it would have without them, or not at all.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_crypto::{Certificate, CertificateParams, Fingerprint, HashAlgorithm};
use stonechat_dtls::{Config, Role, Session, State};
use stonechat_sansio::Frame;
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let now = clock::start();
    let [mut client, mut server] = sessions();
    for _ in 0..script.below(6) {
        exchange(now, &mut client, &mut server);
    }
    let wrap = script.octet();
    let mut count = 0;
    while !script.is_empty() && count < 64 {
        let sequence = 1_000 + count;
        count += 1;
        let packet = match wrap & 3 {
            // The body of a record of some type, of either epoch.
            1 => record(
                script.octet(),
                u16::from(script.flag()),
                sequence,
                script.octets(),
            ),
            // A whole handshake message, with the number that it names itself.
            2 => {
                let (kind, number) = (script.octet(), script.below(8));
                let message = handshake(kind, number, script.octets());
                record(22, 0, sequence, &message)
            }
            _ => script.octets().to_vec(),
        };
        let to = if wrap & 4 == 0 {
            &mut client
        } else {
            &mut server
        };
        to.handle_packet(now, BytesMut::from(&packet[..]));
        assert!(to.poll_data().is_none(), "data from nobody");
    }
    let mut now = now;
    for _ in 0..40 {
        exchange(now, &mut client, &mut server);
        let next = [&client, &server]
            .into_iter()
            .filter_map(Session::poll_timeout)
            .min();
        let Some(next) = next else { break };
        now = now.max(next);
        client.handle_timeout(now);
        server.handle_timeout(now);
    }
    if client.state() == State::Connected && server.state() == State::Connected {
        assert_eq!(exported(&client), exported(&server));
    }
    for session in [&mut client, &mut server] {
        while session.poll_event().is_some() {}
        session.close(now + Duration::from_secs(1));
    }
}

fn exported(session: &Session) -> [u8; 32] {
    let mut out = [0; 32];
    session.export("EXTRACTOR-fuzz", None, &mut out).unwrap();
    out
}

fn exchange(now: Instant, client: &mut Session, server: &mut Session) {
    for (from, to) in [(0, 1), (1, 0)] {
        let ends = [&mut *client, &mut *server];
        for _ in 0..1_000 {
            let mut buffer = Vec::new();
            let mut frame = Frame::new(&mut buffer, 1_200);
            if ends[from].poll_transmit(now, &mut frame).is_none() {
                break;
            }
            frame.commit();
            assert!(buffer.len() <= 1_200);
            ends[to].handle_packet(now, BytesMut::from(&buffer[..]));
        }
    }
}

fn record(kind: u8, epoch: u16, sequence: u16, body: &[u8]) -> Vec<u8> {
    let mut out = vec![kind, 0xfe, 0xfd];
    out.extend_from_slice(&epoch.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&sequence.to_be_bytes());
    out.extend_from_slice(&u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(body);
    out
}

fn handshake(kind: u8, number: usize, body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap_or(0).to_be_bytes();
    let mut out = vec![kind, len[1], len[2], len[3]];
    out.extend_from_slice(&u16::try_from(number).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(&[0, 0, 0, len[1], len[2], len[3]]);
    out.extend_from_slice(body);
    out
}

fn sessions() -> [Session; 2] {
    static CERTIFICATES: OnceLock<[(Certificate, Fingerprint); 2]> = OnceLock::new();
    let certificates = CERTIFICATES.get_or_init(|| ["client", "server"].map(certified));
    let [(client, of_client), (server, of_server)] = certificates.clone();
    let configs = [
        Config::new(Role::Client, client).remote_fingerprints(vec![of_server]),
        Config::new(Role::Server, server).remote_fingerprints(vec![of_client]),
    ];
    let mut names = ["client", "server"].into_iter();
    configs.map(|config| {
        let env = clock::env(1).child(names.next().unwrap_or_default());
        Session::new(config, env, clock::start())
    })
}

fn certified(name: &str) -> (Certificate, Fingerprint) {
    let env = clock::env(1).child(name);
    let mut rng = env.seed().rng();
    let params = CertificateParams::default();
    let certificate =
        Certificate::self_signed(env.crypto(), &mut rng, clock::wall(), params).unwrap();
    let fingerprint = certificate
        .fingerprint(env.crypto(), HashAlgorithm::Sha256)
        .unwrap();
    (certificate, fingerprint)
}
