//! Channels: four octets instead of an indication (RFC 8656, section 12).

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::Client;
use super::lease::Lease;
use super::request::Task;
use crate::ChannelNumber;

/// How long the server keeps a binding.
const LIFETIME: Duration = Duration::from_secs(600);
/// How long before its end it is asked for again.
const EARLY: Duration = Duration::from_secs(60);
/// How long neither number nor peer may be bound to another after the end.
const REST: Duration = Duration::from_secs(300);

/// The channels of one allocation; the place of one is its number.
#[derive(Debug)]
pub(super) struct Channels {
    slots: Vec<Channel>,
    /// Place by peer, sorted.
    by_peer: Vec<(SocketAddr, usize)>,
    max: usize,
}

#[derive(Debug)]
struct Channel {
    peer: SocketAddr,
    lease: Lease,
    /// Whether it is to be renewed.
    wanted: bool,
    /// The server may hold the number bound until then.
    reserved_until: Option<Instant>,
}

impl Channels {
    pub(super) const fn new(max: usize) -> Self {
        Self {
            slots: Vec::new(),
            by_peer: Vec::new(),
            max,
        }
    }

    /// Wants a channel to `peer`, if there is a free number.
    pub(super) fn want(&mut self, now: Instant, peer: SocketAddr) {
        if let Some(index) = self.index(peer) {
            if let Some(channel) = self.slots.get_mut(index) {
                channel.wanted = true;
                if channel.lease.is_refused() {
                    channel.lease = Lease::wanted(now);
                }
            }
            return;
        }
        let lease = Lease::wanted(now);
        let channel = Channel {
            peer,
            lease,
            wanted: true,
            reserved_until: None,
        };
        let index = if self.slots.len() < self.max {
            self.slots.push(channel);
            self.slots.len() - 1
        } else {
            let Some(index) = self.slots.iter().position(|slot| slot.is_free(now)) else {
                return;
            };
            self.by_peer.retain(|(_, other)| *other != index);
            if let Some(slot) = self.slots.get_mut(index) {
                *slot = channel;
            }
            index
        };
        let at = self.by_peer.partition_point(|(other, _)| *other < peer);
        self.by_peer.insert(at, (peer, index));
    }

    pub(super) fn forget(&mut self, peer: SocketAddr) {
        let index = self.index(peer);
        if let Some(channel) = index.and_then(|index| self.slots.get_mut(index)) {
            channel.wanted = false;
        }
    }

    /// Whether a channel to any port of `ip` is wanted.
    pub(super) fn wants(&self, ip: IpAddr) -> bool {
        self.slots
            .iter()
            .any(|channel| channel.wanted && channel.peer.ip() == ip)
    }

    pub(super) fn clear(&mut self) {
        self.slots = Vec::new();
        self.by_peer = Vec::new();
    }

    pub(super) fn grant(&mut self, now: Instant, number: ChannelNumber) {
        if let Some(channel) = self.slots.get_mut(number.index()) {
            channel.lease = Lease::granted(now, LIFETIME, EARLY);
            channel.reserve(now);
        }
    }

    pub(super) fn refuse(&mut self, number: ChannelNumber) {
        if let Some(channel) = self.slots.get_mut(number.index()) {
            channel.lease.refuse();
        }
    }

    /// The channel that the server has bound to `peer`.
    #[inline]
    pub(super) fn bound(&self, peer: SocketAddr, now: Instant) -> Option<ChannelNumber> {
        let index = self.index(peer)?;
        let channel = self.slots.get(index)?;
        if channel.lease.is_live(now) {
            ChannelNumber::of_index(index)
        } else {
            None
        }
    }

    /// The peer that `number` is bound to, or is being bound to: data may be faster than the
    /// response.
    #[inline]
    pub(super) fn peer(&self, number: ChannelNumber, now: Instant) -> Option<SocketAddr> {
        let channel = self.slots.get(number.index())?;
        let open = channel.lease.is_live(now) || channel.lease.is_in_flight();
        open.then_some(channel.peer)
    }

    /// When the next one is due among those whose address is `permitted`.
    pub(super) fn next(&self, permitted: impl Fn(IpAddr) -> bool) -> Option<Instant> {
        let wanted = self.slots.iter().filter(|channel| channel.wanted);
        wanted
            .filter(|channel| permitted(channel.peer.ip()))
            .filter_map(|channel| channel.lease.due())
            .min()
    }

    fn start(
        &mut self,
        now: Instant,
        permitted: impl Fn(IpAddr) -> bool,
    ) -> Option<(ChannelNumber, SocketAddr)> {
        let index = self.slots.iter().position(|channel| {
            channel.wanted && channel.lease.is_due(now) && permitted(channel.peer.ip())
        })?;
        let channel = self.slots.get_mut(index)?;
        channel.lease.start();
        channel.reserve(now);
        Some((ChannelNumber::of_index(index)?, channel.peer))
    }

    fn index(&self, peer: SocketAddr) -> Option<usize> {
        let at = self
            .by_peer
            .binary_search_by_key(&peer, |(other, _)| *other)
            .ok()?;
        self.by_peer.get(at).map(|(_, index)| *index)
    }
}

impl Channel {
    //= https://www.rfc-editor.org/rfc/rfc8656#section-12.2
    //# Furthermore, the client must wait 5 minutes before
    //# binding a previously bound channel number or peer address to a
    //# different channel
    fn reserve(&mut self, now: Instant) {
        self.reserved_until = now.checked_add(LIFETIME + REST);
    }

    /// Whether another peer may have its number.
    fn is_free(&self, now: Instant) -> bool {
        !self.wanted
            && !self.lease.is_in_flight()
            && self.reserved_until.is_none_or(|until| until <= now)
    }
}

impl Client {
    pub(super) fn start_channels(&mut self, now: Instant) {
        while self.is_allocated() && self.has_room() {
            let permissions = &self.permissions;
            let permitted = |ip| permissions.is_live(ip, now);
            let Some((number, peer)) = self.channels.start(now, permitted) else {
                return;
            };
            self.start(now, Task::Channel(number, peer));
        }
    }
}
