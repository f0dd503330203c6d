//! Two clients, each with an allocation on one TURN server, talk to each other through it.
//!
//! `cargo run --example relay -- 127.0.0.1:3478 alice secret [messages]`
#![expect(clippy::disallowed_types, reason = "an example has real sockets")]
#![expect(clippy::disallowed_methods, reason = "an example has a real clock")]
#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, bail};
use bytes::BytesMut;
use stonechat_sansio::{Batch, Datagram, Ecn, Env, Frame, Path, Seed, SocketId};
use stonechat_turn::{Client, Config, Event};

const SOCKET: SocketId = SocketId(0);
const RELAY: SocketId = SocketId(0x8000_0000);
const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || {
        arguments
            .next()
            .context("usage: relay SERVER USER PASSWORD [MESSAGES]")
    };
    let (server, user, password) = (next()?.parse()?, next()?, next()?);
    let messages: u32 = next().map_or(Ok(100), |number| number.parse())?;

    let mut one = End::new("one", server, &user, &password, 1)?;
    let mut two = End::new("two", server, &user, &password, 2)?;
    turn_both(&mut one, &mut two, |one, two| {
        one.relayed.is_some() && two.relayed.is_some()
    })?;
    let (at_one, at_two) = (
        one.relayed.context("no address")?,
        two.relayed.context("no address")?,
    );
    one.client.permit(Instant::now(), at_two)?;
    two.client.permit(Instant::now(), at_one)?;
    let permitted =
        |one: &End, two: &End| one.client.is_permitted(at_two) && two.client.is_permitted(at_one);
    turn_both(&mut one, &mut two, permitted)?;

    // At first by indication, since no channel is bound yet.
    for number in 0..messages {
        let start = Instant::now();
        one.send(at_two, format!("message {number}").as_bytes())?;
        turn_both(&mut one, &mut two, |_, two| !two.received.is_empty())?;
        for (from, data) in std::mem::take(&mut two.received) {
            two.send(from, &data)?;
        }
        turn_both(&mut one, &mut two, |one, _| !one.received.is_empty())?;
        let (from, data) = one.received.remove(0);
        if from != at_two || data != format!("message {number}").as_bytes() {
            bail!("another message from {from}");
        }
        if number < 3 {
            let channel = one.client.channel(at_two).map(|channel| channel.number());
            println!(
                "message {number} and back in {:?}, channel {channel:x?}",
                start.elapsed()
            );
        }
    }
    println!("{messages} messages and back");

    one.client.close(Instant::now());
    two.client.close(Instant::now());
    turn_both(&mut one, &mut two, |one, two| {
        one.client.is_closed() && two.client.is_closed()
    })?;
    for end in [&one, &two] {
        println!("{}: {:?}", end.name, end.client.stats());
    }
    Ok(())
}

/// One client with its socket.
struct End {
    name: &'static str,
    socket: UdpSocket,
    client: Client,
    relayed: Option<SocketAddr>,
    received: Vec<(SocketAddr, Vec<u8>)>,
}

impl End {
    fn new(
        name: &'static str,
        server: SocketAddr,
        user: &str,
        password: &str,
        seed: u64,
    ) -> Result<Self> {
        let any = if server.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(server)?;
        socket.set_read_timeout(Some(Duration::from_millis(1)))?;
        let now = Instant::now();
        let config = Config::new(
            SOCKET,
            socket.local_addr()?.ip(),
            RELAY,
            server,
            user,
            password,
        )
        .software("stonechat example");
        // A real driver takes the seed from the operating system.
        let wall = SystemTime::now();
        let clock = wall.duration_since(SystemTime::UNIX_EPOCH)?.as_micros();
        let seed = Seed::from_u64(u64::try_from(clock)? ^ seed);
        let env = Env::new(seed, (now, wall), stonechat_crypto::rust::provider());
        let client = Client::new(config, env, now);
        Ok(Self {
            name,
            socket,
            client,
            relayed: None,
            received: Vec::new(),
        })
    }

    fn send(&mut self, peer: SocketAddr, data: &[u8]) -> Result<()> {
        let mut buffer = Vec::new();
        let mut packet = Frame::new(&mut buffer, 1_500);
        let mut frame = packet
            .reserve(self.client.overhead(peer))
            .context("no room")?;
        frame.put_slice(data)?;
        self.client
            .wrap(peer, &mut frame)
            .context("not permitted")?;
        frame.commit();
        packet.commit();
        self.socket.send(&buffer)?;
        Ok(())
    }

    /// Sends what is due and takes what has come.
    fn turn(&mut self) -> Result<()> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let mut batch = Batch::new(&mut buffer, 1, 1_500);
            if self
                .client
                .poll_transmit(Instant::now(), &mut batch)
                .is_none()
            {
                break;
            }
            self.socket.send(&buffer)?;
        }
        while let Some(event) = self.client.poll_event() {
            println!("{}: {event:?}", self.name);
            match event {
                Event::Allocated { relayed, .. } => self.relayed = Some(relayed),
                Event::Failed { .. } => bail!("{} has no allocation", self.name),
                _ => {}
            }
        }
        let mut octets = BytesMut::zeroed(2_048);
        let Ok(len) = self.socket.recv(&mut octets) else {
            return Ok(());
        };
        octets.truncate(len);
        let (now, server) = (Instant::now(), self.socket.peer_addr()?);
        let path = Path::new(SOCKET, self.socket.local_addr()?.ip(), server);
        let datagram = Datagram::new(path, Ecn::NotEct, now, octets);
        if let Some(data) = self.client.handle_datagram(now, datagram) {
            self.received
                .push((data.path().remote(), data.payload().to_vec()));
        }
        Ok(())
    }
}

/// Drives both until `done`.
fn turn_both(one: &mut End, two: &mut End, done: impl Fn(&End, &End) -> bool) -> Result<()> {
    let start = Instant::now();
    while !done(one, two) {
        if start.elapsed() > PATIENCE {
            bail!("nothing happens");
        }
        one.turn()?;
        two.turn()?;
    }
    Ok(())
}
