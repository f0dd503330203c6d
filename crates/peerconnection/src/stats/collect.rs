//! From the counters of a connection to the dictionaries of webrtc-stats.

mod candidates;
mod certificates;
mod channels;
mod codecs;
mod inbound;
mod outbound;
mod playout;
mod sources;
mod transports;

use std::collections::BTreeMap;
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::{DomHighResTimeStamp, PeerConnectionStats, Snapshot, Stats, StatsReport, StatsType};
use crate::session::Session;

/// What the parts of a report are made with.
struct Collector<'a> {
    session: &'a Session,
    snapshot: &'a Snapshot,
    /// When the counters were read.
    at: Instant,
    report: StatsReport,
    /// Ids of sources by track.
    sources: BTreeMap<&'a str, String>,
}

impl Session {
    /// Makes the report of `getStats()` for the whole peer connection.
    pub(crate) fn stats_report(&self, now: Instant, snapshot: &Snapshot) -> StatsReport {
        let mut collector = Collector {
            session: self,
            snapshot,
            // After the end the counters are what they were, but it is now that they are read.
            at: if self.is_closed {
                now
            } else {
                snapshot.at.unwrap_or(now)
            },
            report: StatsReport::default(),
            sources: BTreeMap::new(),
        };
        collector.peer_connection();
        for transport in &snapshot.transports {
            collector.transport(transport);
        }
        collector.channels();
        collector.media_sources();
        collector.playouts();
        for sender in &snapshot.senders {
            collector.outbound(sender);
        }
        for receiver in &snapshot.receivers {
            collector.inbound(receiver);
        }
        collector.report
    }
}

impl Collector<'_> {
    fn peer_connection(&mut self) {
        let stats = PeerConnectionStats {
            base: self.base(StatsType::PeerConnection, "peer connection"),
            data_channels_opened: Some(self.session.channels.opened),
            data_channels_closed: Some(self.session.channels.closed),
        };
        self.report.add(stats);
    }

    /// The members that all have. `name` names the object among those of its type.
    fn base(&self, kind: StatsType, name: &str) -> Stats {
        self.base_at(kind, name, self.at)
    }

    fn base_at(&self, kind: StatsType, name: &str, at: Instant) -> Stats {
        Stats {
            timestamp: self.timestamp(at),
            r#type: kind,
            id: self.id(kind, name),
        }
    }

    /// The id of an object: the same each time, and not to be guessed.
    fn id(&self, kind: StatsType, name: &str) -> String {
        self.session.statistics.id(kind, name)
    }

    fn timestamp(&self, at: Instant) -> DomHighResTimeStamp {
        milliseconds(self.session.env.wall_at(at))
    }

    fn transport_id(&self, transport: crate::id::TransportId) -> String {
        self.id(StatsType::Transport, &transport.0.to_string())
    }
}

/// A time as the W3C has it.
fn milliseconds(at: std::time::SystemTime) -> DomHighResTimeStamp {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    since.as_secs_f64() * 1000.0
}

/// A count as WebIDL's `unsigned long` has it: it wraps there, as in a browser.
fn count(count: u64) -> u32 {
    u32::try_from(count & 0xffff_ffff).unwrap_or_default()
}
