//! A DTLS peer on a UDP socket, to be run against other implementations.
//!
//! `peer client ADDRESS CERTIFICATE KEY FINGERPRINT` or `peer server ADDRESS ...`: the certificate
//! is in DER, the key in PKCS #8 in DER, the fingerprint is that of the other side, such as
//! `sha-256 AB:CD:..`. Prints what was negotiated and 60 octets of keying material for
//! `EXTRACTOR-dtls_srtp`, echoes lines of application data, and ends with the peer.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example that owns a socket and the clock"
)]

use std::error::Error;
use std::net::UdpSocket;
use std::time::{Duration, Instant, SystemTime};

use bytes::BytesMut;
use stonechat_crypto::{Certificate, Fingerprint, SignatureScheme};
use stonechat_dtls::{Config, Event, Role, Session};
use stonechat_sansio::{Env, Frame, Seed};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role, address, certificate, key, fingerprint] = arguments.as_slice() else {
        return Err("usage: peer client|server ADDRESS CERTIFICATE KEY FINGERPRINT".into());
    };
    let provider = stonechat_crypto::rust::provider();
    let expires = SystemTime::now() + Duration::from_secs(3600);
    let key = std::fs::read(key)?;
    let key = [
        SignatureScheme::EcdsaSecp256r1Sha256,
        SignatureScheme::RsaPkcs1Sha256,
    ]
    .into_iter()
    .filter_map(|scheme| provider.signature(scheme))
    .find_map(|scheme| scheme.import(&key).ok())
    .ok_or("a key that is neither of P-256 nor of RSA")?;
    let certificate = Certificate::from_parts(std::fs::read(certificate)?, key, expires);
    let fingerprint: Fingerprint = fingerprint.parse()?;

    let (role, socket) = if role == "client" {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(address)?;
        (Role::Client, socket)
    } else {
        let socket = UdpSocket::bind(address)?;
        let (_, from) = socket.peek_from(&mut [0; 1])?;
        socket.connect(from)?;
        (Role::Server, socket)
    };
    let config = Config::new(role, certificate).remote_fingerprints(vec![fingerprint]);
    // A seed of the process and the clock is enough to try things out, and nothing else.
    let mut seed = [0; 32];
    let nanos = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_nanos();
    seed[..16].copy_from_slice(&nanos.to_be_bytes());
    seed[16..20].copy_from_slice(&std::process::id().to_be_bytes());
    let now = Instant::now();
    let env = Env::new(Seed::new(seed), (now, SystemTime::now()), provider);
    run(Session::new(config, env, now), &socket)
}

fn run(mut session: Session, socket: &UdpSocket) -> Result<(), Box<dyn Error>> {
    let mut received = [0; 65_536];
    loop {
        let now = Instant::now();
        session.handle_timeout(now);
        while let Some(data) = session.poll_data() {
            println!("data: {}", String::from_utf8_lossy(&data).trim_end());
            send_data(&mut session, socket, &data)?;
        }
        flush(&mut session, socket, now)?;
        while let Some(event) = session.poll_event() {
            match event {
                Event::Connected(connected) => {
                    let mut keys = [0; 60];
                    session.export("EXTRACTOR-dtls_srtp", None, &mut keys)?;
                    let profile = connected.srtp.map(|srtp| srtp.profile.name());
                    println!("connected: {} {profile:?}", connected.cipher_suite.name());
                    println!("keying material: {}", hex::encode_upper(keys));
                    send_data(&mut session, socket, b"hello from stonechat\n")?;
                }
                Event::Closed(reason) => {
                    println!("closed: {reason:?}");
                    return Ok(());
                }
                _ => {}
            }
        }
        let wait = session
            .poll_timeout()
            .map_or(Duration::from_millis(200), |at| {
                at.saturating_duration_since(now)
            })
            .clamp(Duration::from_millis(1), Duration::from_millis(200));
        socket.set_read_timeout(Some(wait))?;
        if let Ok(len) = socket.recv(&mut received) {
            session.handle_packet(Instant::now(), BytesMut::from(&received[..len]));
        }
    }
}

fn flush(session: &mut Session, socket: &UdpSocket, now: Instant) -> Result<(), Box<dyn Error>> {
    loop {
        let mut buffer = Vec::new();
        let mut frame = Frame::new(&mut buffer, 1_200);
        if session.poll_transmit(now, &mut frame).is_none() {
            return Ok(());
        }
        frame.commit();
        socket.send(&buffer)?;
    }
}

fn send_data(session: &mut Session, socket: &UdpSocket, data: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut buffer = Vec::new();
    let mut frame = Frame::new(&mut buffer, 1_200);
    let overhead = session.overhead().ok_or("not connected")?;
    let mut record = frame.reserve(overhead).ok_or("no room")?;
    record.put_slice(data)?;
    session.seal(&mut record);
    record.commit();
    frame.commit();
    socket.send(&buffer)?;
    Ok(())
}
