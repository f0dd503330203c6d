//! Datagrams of the application over the pair in use, which webrtc-ice leaves to those who build on
//! it.

use std::collections::VecDeque;

use bytes::Bytes;
use stonechat_sansio::{Batch, Ecn, Transmit};

use super::{IceTransport, IceTransportConfig};

/// What waits to be sent and to be taken, within its limits.
#[derive(Debug)]
pub(super) struct Datagrams {
    outgoing: VecDeque<Bytes>,
    /// Octets in `outgoing`.
    queued: usize,
    incoming: VecDeque<Bytes>,
    /// Octets in `incoming`, with what each datagram costs.
    waiting: usize,
    dropped: u64,
    /// Somebody was refused for want of room.
    is_blocked: bool,
    max_datagram: usize,
    send_limit: usize,
    receive_limit: usize,
}

/// What each datagram counts beside its octets, so that many short ones are bounded, too.
const ENTRY: usize = 64;

/// Why a datagram was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SendDatagramError {
    /// There is no pair that works, not yet or not any more; wait for the state `connected`.
    #[error("no pair of candidates works")]
    NotConnected,
    /// Longer than [`IceTransportConfig::max_datagram`].
    #[error("the datagram is too long")]
    TooLong,
    /// Empty, or its first octet is 0 to 3, which is that of STUN (RFC 7983).
    #[error("the datagram is empty or looks like STUN")]
    Reserved,
    /// [`IceTransportConfig::send_limit`] octets wait already.
    #[error("too many datagrams wait to be sent")]
    Blocked,
    /// The transport is stopped.
    #[error("the transport is stopped")]
    Closed,
}

impl Datagrams {
    pub(super) fn new(config: &IceTransportConfig) -> Self {
        Self {
            outgoing: VecDeque::new(),
            queued: 0,
            incoming: VecDeque::new(),
            waiting: 0,
            dropped: 0,
            is_blocked: false,
            max_datagram: config.max_datagram,
            send_limit: config.send_limit,
            receive_limit: config.receive_limit,
        }
    }

    /// Keeps a copy of its exact size: a slice would pin what arrived with it.
    pub(super) fn received(&mut self, data: &[u8]) {
        self.waiting += data.len() + ENTRY;
        self.incoming.push_back(Bytes::copy_from_slice(data));
        while self.waiting > self.receive_limit && self.take_received().is_some() {
            self.dropped += 1;
        }
    }

    pub(super) fn take_received(&mut self) -> Option<Bytes> {
        let data = self.incoming.pop_front()?;
        self.waiting -= data.len() + ENTRY;
        Some(data)
    }

    pub(super) fn has_received(&self) -> bool {
        !self.incoming.is_empty()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(super) fn poll_writable(&mut self) -> bool {
        let is_writable = self.is_blocked && self.queued <= self.send_limit / 2;
        if is_writable {
            self.is_blocked = false;
        }
        is_writable
    }

    /// Nothing goes out any more. What arrived can still be taken.
    pub(super) fn close(&mut self) {
        self.outgoing.clear();
        self.queued = 0;
    }

    fn take_outgoing(&mut self) {
        if let Some(data) = self.outgoing.pop_front() {
            self.queued -= data.len() + ENTRY;
        }
    }
}

impl IceTransport {
    pub(super) fn queue_datagram(&mut self, data: Bytes) -> Result<(), SendDatagramError> {
        let datagrams = &mut self.datagrams;
        if self.agent.state() == stonechat_ice::State::Closed {
            return Err(SendDatagramError::Closed);
        }
        if data.first().is_none_or(|first| *first <= 3) {
            return Err(SendDatagramError::Reserved);
        }
        if data.len() > datagrams.max_datagram {
            return Err(SendDatagramError::TooLong);
        }
        if self.agent.send_route().is_none() {
            return Err(SendDatagramError::NotConnected);
        }
        let cost = data.len() + ENTRY;
        if datagrams.queued + cost > datagrams.send_limit {
            datagrams.is_blocked = true;
            return Err(SendDatagramError::Blocked);
        }
        datagrams.queued += cost;
        datagrams.outgoing.push_back(data);
        Ok(())
    }

    /// The next run of datagrams, each inside the header of a relay if the route needs one.
    pub(super) fn poll_datagrams(&mut self, out: &mut Batch<'_>) -> Option<Transmit> {
        let Some(route) = self.agent.send_route() else {
            // Whoever waits for room learns that there is no pair any more.
            self.datagrams.close();
            return None;
        };
        let physical = self.agent.physical(&route);
        if self.unwritable.contains(&physical.socket()) {
            return None;
        }
        let (agent, datagrams) = (&mut self.agent, &mut self.datagrams);
        while let Some(data) = datagrams.outgoing.front() {
            let overhead = agent.overhead(&route);
            let len = overhead.total() + data.len();
            if out.next_budget(len).is_none_or(|budget| budget < len) {
                break;
            }
            let written = out.packet(len, |packet| {
                let mut inner = packet.reserve(overhead)?;
                inner.put_slice(data).ok()?;
                agent.wrap(&route, &mut inner)?;
                inner.commit();
                Some(())
            });
            // One that the relay does not carry is lost.
            tracing::trace!(sent = written.is_some(), "datagram");
            datagrams.take_outgoing();
        }
        out.transmit(physical, Ecn::NotEct)
    }
}
