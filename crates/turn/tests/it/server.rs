//! A small TURN server on the codec, with the faults that tests ask for.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stonechat_crypto::rust::PROVIDER;
use stonechat_stun::{
    AddressFamily, Attribute, Builder, Class, IntegrityKey, Message, Method, PasswordAlgorithm,
    SecurityFeatures, TransactionId, user_hash,
};

pub(crate) const USER: &str = "alice";
pub(crate) const PASSWORD: &str = "secret";
const REALM: &str = "example.org";

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// A nonce is good for this long.
    pub(crate) nonce_lifetime: Duration,
    pub(crate) lifetime: u32,
    /// Offers SHA-256 and MD5, and USERHASH.
    pub(crate) modern: bool,
    pub(crate) silent: bool,
    /// Answers these methods with this code.
    pub(crate) refuse: Option<(Method, u16)>,
    /// Sends every Allocate on to this server.
    pub(crate) alternate: Option<SocketAddr>,
    pub(crate) allocation: Option<Allocation>,
    /// Methods with credentials that were carried out.
    pub(crate) log: Vec<(Instant, Method)>,
    pub(crate) last_request: Vec<u8>,
    start: Instant,
}

pub(crate) struct Allocation {
    client: SocketAddr,
    until: Instant,
    permissions: BTreeMap<IpAddr, Instant>,
    channels: BTreeMap<u16, (SocketAddr, Instant)>,
}

/// What leaves the server.
pub(crate) enum Out {
    Client(Vec<u8>),
    Peer(SocketAddr, Vec<u8>),
}

impl Server {
    pub(crate) fn new(start: Instant) -> Self {
        Self {
            address: "192.0.2.1:3478".parse().unwrap(),
            nonce_lifetime: Duration::from_secs(86_400),
            lifetime: 600,
            modern: false,
            silent: false,
            refuse: None,
            alternate: None,
            allocation: None,
            log: Vec::new(),
            last_request: Vec::new(),
            start,
        }
    }

    fn nonce(&self, now: Instant) -> String {
        let number = (now - self.start).as_millis() / self.nonce_lifetime.as_millis();
        let prefix = if self.modern {
            SecurityFeatures::new(true, true).prefix()
        } else {
            String::new()
        };
        format!("{prefix}nonce-{number}")
    }

    fn key(&self) -> IntegrityKey {
        if self.modern {
            let algorithm = PasswordAlgorithm::Sha256;
            IntegrityKey::long_term_with(&PROVIDER, algorithm, USER, REALM, PASSWORD).unwrap()
        } else {
            IntegrityKey::long_term(&PROVIDER, USER, REALM, PASSWORD).unwrap()
        }
    }

    pub(crate) fn handle(
        &mut self,
        now: Instant,
        client: SocketAddr,
        octets: &[u8],
    ) -> Option<Out> {
        if self.silent {
            return None;
        }
        if self
            .allocation
            .as_ref()
            .is_some_and(|allocation| allocation.until <= now)
        {
            self.allocation = None;
        }
        if octets.first().is_some_and(|first| first & 0xC0 == 0x40) {
            let number = u16::from_be_bytes([octets[0], octets[1]]);
            let len = usize::from(u16::from_be_bytes([octets[2], octets[3]]));
            let allocation = self.allocation.as_ref()?;
            let (peer, until) = allocation.channels.get(&number)?;
            let open = *until > now && allocation.permits(peer.ip(), now);
            return open.then(|| Out::Peer(*peer, octets[4..4 + len].to_vec()));
        }
        let message = Message::parse(octets).unwrap();
        if message.class() == Class::Indication {
            assert_eq!(message.method(), Method::SEND);
            let peer = message.xor_peer_address().unwrap();
            let open = self.allocation.as_ref()?.permits(peer.ip(), now);
            return open.then(|| Out::Peer(peer, message.data().unwrap().to_vec()));
        }
        self.last_request = octets.to_vec();
        Some(Out::Client(self.answer(now, client, &message)))
    }

    fn answer(&mut self, now: Instant, client: SocketAddr, request: &Message<'_>) -> Vec<u8> {
        let (method, id) = (request.method(), request.transaction_id());
        let nonce = self.nonce(now);
        let key = self.key();
        let algorithms = [PasswordAlgorithm::Sha256, PasswordAlgorithm::Md5];
        if let (Some(alternate), Method::ALLOCATE) = (self.alternate, method) {
            return encode(
                &Builder::new(Class::Error, method, id)
                    .attribute(Attribute::ErrorCode {
                        code: 300,
                        reason: "Try Alternate",
                    })
                    .attribute(Attribute::AlternateServer(alternate)),
            );
        }
        let challenge = |code, reason| {
            let mut response = Builder::new(Class::Error, method, id)
                .attribute(Attribute::ErrorCode { code, reason })
                .attribute(Attribute::Realm(REALM))
                .attribute(Attribute::Nonce(&nonce));
            if self.modern {
                response.push(Attribute::PasswordAlgorithms(&algorithms));
            }
            encode(&response)
        };
        let known = if self.modern {
            request.user_hash() == user_hash(&PROVIDER, USER, REALM).as_ref()
        } else {
            request.username() == Some(USER)
        };
        if !known || request.verify_integrity(&key).is_err() {
            return challenge(401, "Unauthenticated");
        }
        if request.nonce() != Some(&nonce) {
            return challenge(438, "Stale Nonce");
        }
        if self.modern {
            assert_eq!(request.password_algorithm(), Some(algorithms[0]));
            assert_eq!(
                request.password_algorithms().collect::<Vec<_>>(),
                algorithms
            );
        }
        self.log.push((now, method));
        let refused = self
            .refuse
            .filter(|(refused, _)| *refused == method)
            .map(|(_, code)| code);
        let result = match refused {
            Some(code) => Err(code),
            None => self.carry_out(now, client, request),
        };
        let response = match result {
            Err(code) => Builder::new(Class::Error, method, id).attribute(Attribute::ErrorCode {
                code,
                reason: "refused",
            }),
            Ok(attributes) => {
                let mut response = Builder::new(Class::Success, method, id);
                for attribute in attributes {
                    response.push(attribute);
                }
                response
            }
        };
        encode(&response.integrity(&key).fingerprint())
    }

    fn carry_out(
        &mut self,
        now: Instant,
        client: SocketAddr,
        request: &Message<'_>,
    ) -> Result<Vec<Attribute<'static>>, u16> {
        let lifetime = request
            .lifetime()
            .unwrap_or(self.lifetime)
            .min(self.lifetime);
        let until = now + Duration::from_secs(lifetime.into());
        if request.method() == Method::ALLOCATE {
            assert_eq!(request.requested_transport(), Some(17));
            let relayed = match request.requested_address_family() {
                Some(AddressFamily::V6) => "[2001:db8::99]:50000",
                _ => "198.51.100.9:50000",
            };
            let relayed = relayed.parse().unwrap();
            self.allocation = Some(Allocation {
                client,
                until,
                permissions: BTreeMap::new(),
                channels: BTreeMap::new(),
            });
            return Ok(vec![
                Attribute::XorRelayedAddress(relayed),
                Attribute::XorMappedAddress(client),
                Attribute::Lifetime(lifetime),
            ]);
        }
        let allocation = self
            .allocation
            .as_mut()
            .filter(|allocation| allocation.client == client);
        let Some(allocation) = allocation else {
            return Err(437);
        };
        match request.method() {
            Method::REFRESH if lifetime == 0 => {
                self.allocation = None;
                Ok(vec![Attribute::Lifetime(0)])
            }
            Method::REFRESH => {
                allocation.until = until;
                Ok(vec![Attribute::Lifetime(lifetime)])
            }
            Method::CREATE_PERMISSION => {
                let ip = request.xor_peer_address().unwrap().ip();
                allocation
                    .permissions
                    .insert(ip, now + Duration::from_secs(300));
                Ok(Vec::new())
            }
            Method::CHANNEL_BIND => {
                let (number, peer) = (
                    request.channel_number().unwrap(),
                    request.xor_peer_address().unwrap(),
                );
                let until = now + Duration::from_secs(600);
                allocation
                    .permissions
                    .insert(peer.ip(), now + Duration::from_secs(300));
                let bound = allocation.channels.insert(number, (peer, until));
                assert!(bound.is_none_or(|(before, until)| before == peer || until <= now));
                Ok(Vec::new())
            }
            _ => Err(400),
        }
    }

    /// What `peer` sends to the relayed address.
    pub(crate) fn relay(&self, now: Instant, peer: SocketAddr, data: &[u8]) -> Option<Vec<u8>> {
        let allocation = self.allocation.as_ref()?;
        if allocation.until <= now || !allocation.permits(peer.ip(), now) {
            return None;
        }
        let bound = allocation
            .channels
            .iter()
            .find(|(_, (other, until))| *other == peer && *until > now);
        if let Some((number, _)) = bound {
            let mut octets = number.to_be_bytes().to_vec();
            octets.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            octets.extend(data);
            return Some(octets);
        }
        Some(data_indication(peer, data))
    }
}

impl Allocation {
    fn permits(&self, ip: IpAddr, now: Instant) -> bool {
        self.permissions.get(&ip).is_some_and(|until| *until > now)
    }
}

pub(crate) fn data_indication(peer: SocketAddr, data: &[u8]) -> Vec<u8> {
    encode(
        &Builder::new(
            Class::Indication,
            Method::DATA,
            TransactionId::from_bytes([3; 12]),
        )
        .attribute(Attribute::XorPeerAddress(peer))
        .attribute(Attribute::Data(data)),
    )
}

pub(crate) fn encode(builder: &Builder<'_>) -> Vec<u8> {
    let mut out = vec![0; builder.encoded_len()];
    builder.encode(&mut out).unwrap();
    out
}
