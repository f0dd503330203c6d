//! Getting an allocation (RFC 8656, sections 7.1, 7.3 and 7.4).

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stonechat_stun::{AddressFamily, Attribute, Builder, Message};

use super::lease::Lease;
use super::request::Task;
use super::{Client, Phase};
use crate::Event;

/// The protocol number of UDP.
const UDP: u8 = 17;
/// What a server grants that does not say it (RFC 8656, section 3.2).
const DEFAULT_LIFETIME: u32 = 600;
/// A lifetime below is taken as this, so that a server cannot keep us busy.
const MIN_LIFETIME: u32 = 20;
/// A lifetime above is taken as this (RFC 8656, section 7.2).
const MAX_LIFETIME: u32 = 3_600;
/// How long before its end an allocation is refreshed, if it is long enough.
const EARLY: Duration = Duration::from_secs(60);

/// What the server has given us.
#[derive(Debug)]
pub(super) struct Allocation {
    relayed: SocketAddr,
    pub(super) lease: Lease,
}

impl Allocation {
    pub(super) const fn relayed(&self) -> SocketAddr {
        self.relayed
    }

    pub(super) const fn family(&self) -> AddressFamily {
        AddressFamily::of(self.relayed.ip())
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.lease.due()
    }

    pub(super) fn until(&self) -> Option<Instant> {
        self.lease.until()
    }
}

/// The lease that a response with `lifetime` grants.
pub(super) fn lease(now: Instant, lifetime: Option<u32>) -> Lease {
    let seconds = lifetime
        .unwrap_or(DEFAULT_LIFETIME)
        .clamp(MIN_LIFETIME, MAX_LIFETIME);
    let lifetime = Duration::from_secs(seconds.into());
    Lease::granted(now, lifetime, EARLY.min(lifetime / 2))
}

impl Client {
    pub(super) fn compose_allocate(&self, message: &mut Builder<'_>) {
        message.push(Attribute::RequestedTransport(UDP));
        if let Some(lifetime) = self.requested_lifetime() {
            message.push(lifetime);
        }
        // Old servers refuse an attribute that they do not know, and IPv4 is what they give.
        if self.config.family == AddressFamily::V6 {
            message.push(Attribute::RequestedAddressFamily(AddressFamily::V6));
        }
    }

    pub(super) fn requested_lifetime(&self) -> Option<Attribute<'static>> {
        let seconds = u32::try_from(self.config.lifetime?.as_secs()).unwrap_or(u32::MAX);
        Some(Attribute::Lifetime(seconds.max(1)))
    }

    pub(super) fn allocated(&mut self, now: Instant, response: &Message<'_>) {
        let (Some(relayed), Some(mapped)) = (
            response.xor_relayed_address(),
            response.xor_mapped_address(),
        ) else {
            self.fail(None, "the server grants an allocation without its address");
            return;
        };
        if AddressFamily::of(relayed.ip()) != self.config.family {
            self.fail(None, "the relayed address is of another family");
            return;
        }
        let lease = lease(now, response.lifetime());
        self.phase = Phase::Allocated(Allocation { relayed, lease });
        self.permissions.restart(now);
        self.push(Event::Allocated { relayed, mapped });
    }

    /// The answer to 300: once to the other server, which has to be a usable address of the same
    /// family.
    pub(super) fn redirected(&mut self, now: Instant, response: &Message<'_>, reason: &str) {
        let alternate = response.alternate_server().filter(|alternate| {
            *alternate != self.server
                && alternate.is_ipv4() == self.server.is_ipv4()
                && alternate.port() != 0
                && is_unicast(alternate.ip())
        });
        match alternate {
            Some(alternate) if !self.redirected => {
                self.redirected = true;
                self.server = alternate;
                self.credentials.forget();
                self.start(now, Task::Allocate);
            }
            _ => self.fail(Some(300), reason),
        }
    }
}

fn is_unicast(ip: IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    !ip.is_unspecified() && !ip.is_multicast() && !broadcast
}
