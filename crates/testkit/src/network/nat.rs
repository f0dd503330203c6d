use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stonechat_sansio::{Rng, Seed};

/// On how much of the remote endpoint something depends (RFC 4787, sections 4.1 and 5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dependence {
    /// On nothing.
    EndpointIndependent,
    /// On the address.
    AddressDependent,
    /// On the address and port.
    AddressAndPortDependent,
}

/// How a translator chooses external ports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ports {
    /// The internal one if it is free (RFC 4787, section 4.2.1), else the next.
    Preserving,
    /// One after the other.
    Sequential,
    /// Any.
    Random,
}

/// What a translator of addresses (NAT) is like.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nat {
    /// When two flows of one internal endpoint share an external one.
    pub mapping: Dependence,
    /// Who may send to an external endpoint.
    pub filtering: Dependence,
    /// How external ports are chosen.
    pub ports: Ports,
    /// Whether a packet from inside to an external endpoint of the same translator comes back in,
    /// with its external source address (RFC 4787, section 6).
    pub hairpin: bool,
    /// How long a mapping lives after the last packet that went out.
    pub lifetime: Duration,
    /// Whether packets that come in renew a mapping too.
    pub inbound_refresh: bool,
}

impl Nat {
    /// A translator of this mapping and filtering; it preserves ports, hairpins, and forgets after
    /// two minutes.
    #[must_use]
    pub const fn new(mapping: Dependence, filtering: Dependence) -> Self {
        Self {
            mapping,
            filtering,
            ports: Ports::Preserving,
            hairpin: true,
            lifetime: Duration::from_secs(120),
            inbound_refresh: false,
        }
    }

    /// Endpoint-independent in both: "full cone".
    #[must_use]
    pub const fn full_cone() -> Self {
        Self::new(
            Dependence::EndpointIndependent,
            Dependence::EndpointIndependent,
        )
    }

    /// Endpoint-independent mapping, address-dependent filtering: "restricted cone".
    #[must_use]
    pub const fn address_restricted() -> Self {
        Self::new(
            Dependence::EndpointIndependent,
            Dependence::AddressDependent,
        )
    }

    /// Endpoint-independent mapping, address-and-port-dependent filtering: "port-restricted cone".
    #[must_use]
    pub const fn port_restricted() -> Self {
        Self::new(
            Dependence::EndpointIndependent,
            Dependence::AddressAndPortDependent,
        )
    }

    /// Address-and-port-dependent in both, with random ports and without hairpinning: "symmetric".
    #[must_use]
    pub const fn symmetric() -> Self {
        let dependence = Dependence::AddressAndPortDependent;
        Self {
            ports: Ports::Random,
            hairpin: false,
            ..Self::new(dependence, dependence)
        }
    }
}

/// A translator at work. Its external endpoints are all on one address.
#[derive(Debug)]
pub(super) struct NatState {
    pub(super) config: Nat,
    pub(super) external: IpAddr,
    rng: Rng,
    next_port: u16,
    mappings: Vec<Mapping>,
}

#[derive(Debug)]
struct Mapping {
    internal: SocketAddr,
    /// The part of the remote endpoint on which the mapping depends.
    remote: Option<(IpAddr, Option<u16>)>,
    external_port: u16,
    /// Remote endpoints that were sent to: these may answer.
    contacted: BTreeSet<SocketAddr>,
    expires: Instant,
}

/// The first port that is handed out in sequence or at random.
const FIRST_PORT: u16 = 20_000;

impl NatState {
    pub(super) fn new(config: Nat, external: IpAddr, seed: &Seed) -> Self {
        let rng = seed.rng();
        Self {
            config,
            external,
            rng,
            next_port: FIRST_PORT,
            mappings: Vec::new(),
        }
    }

    /// Forgets all mappings, as after a restart.
    pub(super) fn reset(&mut self) {
        self.mappings.clear();
    }

    pub(super) fn mapping_count(&self, now: Instant) -> usize {
        self.mappings
            .iter()
            .filter(|mapping| mapping.expires > now)
            .count()
    }

    /// The external endpoint from which a packet of `internal` to `remote` leaves; `None` if there
    /// is no port.
    pub(super) fn outbound(
        &mut self,
        now: Instant,
        internal: SocketAddr,
        remote: SocketAddr,
    ) -> Option<SocketAddr> {
        self.mappings.retain(|mapping| mapping.expires > now);
        let key = match self.config.mapping {
            Dependence::EndpointIndependent => None,
            Dependence::AddressDependent => Some((remote.ip(), None)),
            Dependence::AddressAndPortDependent => Some((remote.ip(), Some(remote.port()))),
        };
        let known = self
            .mappings
            .iter()
            .position(|it| it.internal == internal && it.remote == key);
        let index = if let Some(index) = known {
            index
        } else {
            let external_port = self.allocate(internal.port())?;
            let contacted = BTreeSet::new();
            let expires = now;
            let mapping = Mapping {
                internal,
                remote: key,
                external_port,
                contacted,
                expires,
            };
            self.mappings.push(mapping);
            self.mappings.len() - 1
        };
        let mapping = self.mappings.get_mut(index)?;
        mapping.contacted.insert(remote);
        mapping.expires = now + self.config.lifetime;
        Some(SocketAddr::new(self.external, mapping.external_port))
    }

    /// The internal endpoint to which a packet of `remote` to the external `port` goes; `None` if
    /// there is none or it is filtered.
    pub(super) fn inbound(
        &mut self,
        now: Instant,
        remote: SocketAddr,
        port: u16,
    ) -> Option<SocketAddr> {
        let filtering = self.config.filtering;
        let mapping = self
            .mappings
            .iter_mut()
            .find(|mapping| mapping.external_port == port && mapping.expires > now)?;
        let is_allowed = match filtering {
            Dependence::EndpointIndependent => true,
            Dependence::AddressDependent => mapping
                .contacted
                .iter()
                .any(|contacted| contacted.ip() == remote.ip()),
            Dependence::AddressAndPortDependent => mapping.contacted.contains(&remote),
        };
        if is_allowed && self.config.inbound_refresh {
            mapping.expires = now + self.config.lifetime;
        }
        is_allowed.then_some(mapping.internal)
    }

    fn allocate(&mut self, internal_port: u16) -> Option<u16> {
        let mut port = match self.config.ports {
            Ports::Preserving => internal_port,
            Ports::Sequential => self.next_port,
            Ports::Random => {
                let span = u32::from(u16::MAX - FIRST_PORT);
                FIRST_PORT + u16::try_from(self.rng.below(span)).unwrap_or_default()
            }
        };
        for _ in 0..=u16::MAX {
            if port != 0
                && self
                    .mappings
                    .iter()
                    .all(|mapping| mapping.external_port != port)
            {
                self.next_port = port.checked_add(1).unwrap_or(FIRST_PORT);
                return Some(port);
            }
            port = port.checked_add(1).unwrap_or(1024);
        }
        None
    }
}
