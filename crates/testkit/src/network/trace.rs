use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use stonechat_sansio::{Dscp, Ecn};

/// Why a network lost a packet.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum DropReason {
    /// By a link's model of loss.
    Lost,
    /// The queue of a link was full.
    QueueFull,
    /// Longer than the MTU.
    TooLong,
    /// Nothing has the address.
    NoRoute,
    /// No socket has the port.
    NoSocket,
    /// A translator had no mapping, or filtered it.
    Filtered,
    /// A translator does not hairpin.
    NoHairpin,
    /// The host is cut off.
    CutOff,
    /// The firewall of the network.
    Firewall,
    /// The socket does not have the address that it was sent from.
    NoAddress,
}

/// What happened to a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Happened {
    /// A host sent it.
    Sent,
    /// It reached a socket.
    Delivered,
    /// It was lost.
    Dropped(DropReason),
}

/// One line of a [`Trace`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TraceEntry {
    /// Time since the network began.
    pub at: Duration,
    /// What happened.
    pub happened: Happened,
    /// The source, as it was at this place.
    pub from: SocketAddr,
    /// The destination, as it was at this place.
    pub to: SocketAddr,
    /// Octets of payload.
    pub len: usize,
    /// Its mark, as it was at this place.
    pub ecn: Ecn,
    /// Its code point.
    pub dscp: Dscp,
}

/// What happened in a [`Network`](super::Network): counts always, lines if asked for.
#[derive(Debug, Default)]
pub struct Trace {
    pub(super) entries: Option<Vec<TraceEntry>>,
    sent: u64,
    delivered: u64,
    dropped: BTreeMap<DropReason, u64>,
}

impl Trace {
    pub(super) fn push(&mut self, entry: TraceEntry) {
        match entry.happened {
            Happened::Sent => self.sent += 1,
            Happened::Delivered => self.delivered += 1,
            Happened::Dropped(reason) => *self.dropped.entry(reason).or_default() += 1,
        }
        if let Some(entries) = &mut self.entries {
            entries.push(entry);
        }
    }

    /// Packets that hosts sent.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// Packets that reached a socket.
    #[must_use]
    pub const fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Packets lost for `reason`.
    #[must_use]
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped.get(&reason).copied().unwrap_or_default()
    }

    /// All lines so far; none unless [`Network::record`](super::Network::record) was called.
    #[must_use]
    pub fn entries(&self) -> &[TraceEntry] {
        self.entries.as_deref().unwrap_or_default()
    }
}

impl fmt::Display for TraceEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            happened,
            from,
            to,
            len,
            ecn,
            dscp,
        } = self;
        write!(
            f,
            "{:>12.6} {from} > {to} {len} octets {ecn:?} {happened:?}",
            at.as_secs_f64()
        )?;
        if *dscp == Dscp::DF {
            return Ok(());
        }
        write!(f, " {dscp:?}")
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries()
            .iter()
            .try_for_each(|entry| writeln!(f, "{entry}"))?;
        writeln!(f, "sent {}, delivered {}", self.sent, self.delivered)?;
        self.dropped
            .iter()
            .try_for_each(|(reason, count)| writeln!(f, "{reason:?} {count}"))
    }
}
