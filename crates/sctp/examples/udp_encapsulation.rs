//! SCTP over UDP (RFC 6951) against another implementation.
//!
//! ```text
//! udp_encapsulation client LOCAL REMOTE     sends a message and waits for its echo
//! udp_encapsulation server LOCAL REMOTE     echoes what comes, until the peer shuts down
//! ```
//!
//! `LOCAL` and `REMOTE` are UDP addresses, such as `127.0.0.1:9002`; the SCTP ports are 5000, or
//! the fourth and fifth argument.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example needs a socket, a clock and somewhere to print"
)]

use std::error::Error;
use std::net::UdpSocket;
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use stonechat_sansio::{Env, Frame, Seed};
use stonechat_sctp::{Association, Config, Event, Message, Ppid};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role, local, remote, ports @ ..] = &arguments[..] else {
        return Err("usage: udp_encapsulation client|server LOCAL REMOTE [PORT PORT]".into());
    };
    let socket = UdpSocket::bind(local)?;
    socket.connect(remote)?;
    let mut config = Config::default();
    if let [ours, theirs] = ports {
        (config.local_port, config.remote_port) = (ours.parse()?, theirs.parse()?);
    }
    let (start, wall) = (Instant::now(), SystemTime::now());
    let mut seed = [0; 32];
    let nanos = wall.duration_since(SystemTime::UNIX_EPOCH)?.as_nanos();
    seed[..16].copy_from_slice(&nanos.to_be_bytes());
    let env = Env::new(
        Seed::new(seed),
        (start, wall),
        stonechat_crypto::rust::provider(),
    );
    let mut association = Association::new(config, &env, start);
    if role == "client" {
        association.connect(start);
    }
    run(&socket, &mut association, role == "client")
}

fn run(
    socket: &UdpSocket,
    association: &mut Association,
    client: bool,
) -> Result<(), Box<dyn Error>> {
    let mut buffer = Vec::new();
    let mut received = [0; 65_536];
    let text = "stonechat ".repeat(1000);
    loop {
        let now = Instant::now();
        association.handle_timeout(now);
        while let Some(event) = association.poll_event() {
            println!("{event:?}");
            match event {
                Event::Connected if client => {
                    let message = Message::new(Ppid(51), Bytes::from(text.clone()));
                    association.send(now, stonechat_sctp::StreamId(1), message)?;
                }
                Event::Readable(stream) => {
                    while let Some(message) = association.recv(now, stream) {
                        let (ppid, data) = (message.ppid, message.data.into_bytes());
                        println!("{} octets on {stream:?}, {ppid:?}", data.len());
                        if client {
                            assert_eq!(data, text.as_bytes());
                            println!("echo is right, shutting down");
                            association.shutdown(now);
                        } else {
                            association.send(now, stream, Message::new(ppid, data))?;
                        }
                    }
                }
                Event::Closed(_) => return Ok(()),
                _ => {}
            }
        }
        loop {
            buffer.clear();
            let mut frame = Frame::new(&mut buffer, 1400);
            if association.poll_transmit(now, &mut frame).is_none() {
                break;
            }
            frame.commit();
            // A peer that is not there yet is no reason to stop.
            let _ = socket.send(&buffer);
        }
        let wait = association
            .poll_timeout()
            .map_or(Duration::from_secs(1), |at| {
                at.saturating_duration_since(now)
            });
        socket.set_read_timeout(Some(
            wait.clamp(Duration::from_millis(1), Duration::from_secs(1)),
        ))?;
        if let Ok(len) = socket.recv(&mut received) {
            association.handle_packet(Instant::now(), BytesMut::from(&received[..len]));
        }
    }
}
