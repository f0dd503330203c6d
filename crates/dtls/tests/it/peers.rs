//! A session with an owner that sends and receives application data, and certificates for it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_crypto::{Certificate, Fingerprint, HashAlgorithm, SignatureScheme};
use stonechat_dtls::{CloseReason, Config, Connected, Event, Role, Session, State};
use stonechat_sansio::{Env, Frame};
use stonechat_testkit::{Pair, clock, in_path};

/// A certificate that holds the key of `env` and nothing else of interest.
pub(crate) fn certificate(env: &Env) -> Certificate {
    certificate_of(env, SignatureScheme::EcdsaSecp256r1Sha256)
}

pub(crate) fn certificate_of(env: &Env, scheme: SignatureScheme) -> Certificate {
    let signature = env.crypto().signature(scheme).unwrap();
    let key = signature.generate(&mut env.seed().child("certificate").rng());
    let der = enclose(key.public_key());
    Certificate::from_parts(der, key, clock::wall() + Duration::from_secs(1_000_000))
}

/// An X.509 certificate around a SubjectPublicKeyInfo, with empty names and no true signature.
pub(crate) fn enclose(public_key: &[u8]) -> Vec<u8> {
    let serial = element(0x02, &[7]);
    let nothing = element(0x30, &[]);
    let version = element(0xa0, &element(0x02, &[2]));
    let parts = [
        &version[..],
        &serial,
        &nothing,
        &nothing,
        &nothing,
        &nothing,
        public_key,
    ];
    let tbs = element(0x30, &parts.concat());
    element(0x30, &[&tbs[..], &nothing, &element(0x03, &[0])].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        len @ 0..=0x7f => out.push(u8::try_from(len).unwrap()),
        len => {
            out.push(0x82);
            out.extend_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
        }
    }
    out.extend_from_slice(content);
    out
}

pub(crate) fn fingerprint(env: &Env, certificate: &Certificate) -> Fingerprint {
    certificate
        .fingerprint(env.crypto(), HashAlgorithm::Sha256)
        .unwrap()
}

/// A session and what its owner wants to send and has got.
pub(crate) struct Owner {
    pub(crate) session: Session,
    pub(crate) outbox: VecDeque<Vec<u8>>,
    pub(crate) inbox: Vec<Vec<u8>>,
    pub(crate) connected: Option<Box<Connected>>,
    pub(crate) closed: Option<CloseReason>,
}

in_path! { pub(crate) struct Peer(Owner), event = Event, closed = |owner| owner.closed.is_some() }

impl Owner {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            outbox: VecDeque::new(),
            inbox: Vec::new(),
            connected: None,
            closed: None,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.session.state() == State::Connected && self.connected.is_some()
    }

    pub(crate) fn handle_packet(&mut self, now: Instant, packet: BytesMut) {
        self.session.handle_packet(now, packet);
        self.take_data();
    }

    fn take_data(&mut self) {
        while let Some(data) = self.session.poll_data() {
            self.inbox.push(data.to_vec());
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.session.handle_timeout(now);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.session.poll_timeout()
    }

    pub(crate) fn poll_transmit(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        if self.session.poll_transmit(now, out).is_some() {
            return Some(());
        }
        let mut record = out.reserve(self.session.overhead()?)?;
        record.put_slice(self.outbox.front()?).ok()?;
        self.outbox.pop_front();
        self.session.seal(&mut record);
        record.commit();
        Some(())
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        let event = self.session.poll_event()?;
        if let Event::Connected(connected) = &event {
            self.connected = Some(connected.clone());
        }
        if let Event::Closed(reason) = &event {
            self.closed = Some(*reason);
        }
        Some(event)
    }
}

/// Two environments, two certificates, and configurations that know each other.
pub(crate) struct Making {
    pub(crate) client_env: Env,
    pub(crate) server_env: Env,
    pub(crate) client: Config,
    pub(crate) server: Config,
}

impl Making {
    pub(crate) fn new(env: &Env) -> Self {
        let (client_env, server_env) = (env.child("client"), env.child("server"));
        let (client, server) = (certificate(&client_env), certificate(&server_env));
        let (of_client, of_server) = (fingerprint(env, &client), fingerprint(env, &server));
        Self {
            client_env,
            server_env,
            client: Config::new(Role::Client, client).remote_fingerprints(vec![of_server]),
            server: Config::new(Role::Server, server).remote_fingerprints(vec![of_client]),
        }
    }

    /// With toy cryptography.
    pub(crate) fn toy(seed: u64) -> Self {
        Self::new(&clock::env(seed))
    }

    /// With real cryptography.
    pub(crate) fn real(seed: u64) -> Self {
        Self::new(&clock::env_with(seed, stonechat_crypto::rust::provider()))
    }

    /// With certificates of these schemes, the client's first.
    #[must_use]
    pub(crate) fn of_schemes(self, schemes: [SignatureScheme; 2]) -> Self {
        let env = self.client_env;
        let crypto = env.crypto();
        let client = certificate_of(&env, schemes[0]);
        let server = certificate_of(&self.server_env, schemes[1]);
        let of = |certificate: &Certificate| {
            certificate
                .fingerprint(crypto, HashAlgorithm::Sha256)
                .unwrap()
        };
        let (of_client, of_server) = (of(&client), of(&server));
        Self {
            client: Config::new(Role::Client, client).remote_fingerprints(vec![of_server]),
            server: Config::new(Role::Server, server).remote_fingerprints(vec![of_client]),
            client_env: env.clone(),
            server_env: self.server_env,
        }
    }

    #[must_use]
    pub(crate) fn both(self, change: impl Fn(Config) -> Config) -> Self {
        Self {
            client: change(self.client),
            server: change(self.server),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn client(self, change: impl FnOnce(Config) -> Config) -> Self {
        Self {
            client: change(self.client),
            ..self
        }
    }

    #[must_use]
    pub(crate) fn server(self, change: impl FnOnce(Config) -> Config) -> Self {
        Self {
            server: change(self.server),
            ..self
        }
    }

    pub(crate) fn sessions(self) -> (Session, Session) {
        let now = clock::start();
        (
            Session::new(self.client, self.client_env, now),
            Session::new(self.server, self.server_env, now),
        )
    }

    /// The client is A, the server is B.
    pub(crate) fn pair(self, seed: u64) -> Pair<Peer, Peer> {
        let (client, server) = self.sessions();
        Pair::new(seed, Peer(Owner::new(client)), Peer(Owner::new(server)))
    }
}

pub(crate) fn both_connected(pair: &Pair<Peer, Peer>) -> bool {
    pair.a.is_connected() && pair.b.is_connected()
}

/// All datagrams that a session has ready.
pub(crate) fn drain(session: &mut Session, now: Instant) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let mut buffer = Vec::new();
        let mut frame = Frame::new(&mut buffer, 1_200);
        if session.poll_transmit(now, &mut frame).is_none() {
            return all;
        }
        frame.commit();
        all.push(buffer);
        assert!(all.len() < 1_000, "a session does not stop sending");
    }
}

pub(crate) fn feed(session: &mut Session, now: Instant, datagrams: &[Vec<u8>]) {
    for datagram in datagrams {
        session.handle_packet(now, BytesMut::from(&datagram[..]));
    }
}

/// Hands datagrams to and fro until both are silent.
pub(crate) fn converse(a: &mut Session, b: &mut Session, now: Instant) {
    for _ in 0..20 {
        let (from_a, from_b) = (drain(a, now), drain(b, now));
        if from_a.is_empty() && from_b.is_empty() {
            return;
        }
        feed(b, now, &from_a);
        feed(a, now, &from_b);
    }
}

/// A record of application data, or `None` if the session sends none now.
pub(crate) fn data_record(session: &mut Session, data: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = Vec::new();
    let mut frame = Frame::new(&mut buffer, 2_000);
    let mut record = frame.reserve(session.overhead()?)?;
    record.put_slice(data).ok()?;
    session.seal(&mut record);
    record.commit();
    frame.commit();
    Some(buffer)
}
