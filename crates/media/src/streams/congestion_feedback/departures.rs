use std::time::Duration;

use stonechat_rtcp::{EcnMark, PacketMetric, StreamReport};
use stonechat_rtp::{CompactNtp, Ssrc};
use stonechat_sansio::{Ecn, Map, Seed};

use super::ring::{Ring, share};
use super::unmark;
use crate::streams::packet_result::{Departure, PacketOutcome, Results};

/// Packets of each of our streams, and what the receiver told of them so far.
#[derive(Debug)]
pub(in crate::streams) struct StreamDepartures {
    streams: Map<Ssrc, Ring<Option<Sent>>>,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    departure: Departure,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Nothing was told.
    UnderWay,
    ReportedLost,
    /// With this mark.
    ReportedReceived(EcnMark),
}

/// What a report about one of our streams told anew: packets by what became of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::streams) struct Heard {
    /// Received, for all that was known lost or under way.
    pub(in crate::streams) received: u64,
    pub(in crate::streams) lost: u64,
    /// Of those, received after all.
    pub(in crate::streams) recovered: u64,
    /// Received with ECT(1).
    pub(in crate::streams) ect1: u64,
    /// Received with a mark of congestion.
    pub(in crate::streams) ce: u64,
    /// Sent with ECT(1) and received without a mark.
    pub(in crate::streams) bleached: u64,
    /// Sent with a mark and received with one.
    pub(in crate::streams) kept: u64,
    /// Sent with a mark and lost.
    pub(in crate::streams) marked_lost: u64,
}

impl Heard {
    pub(in crate::streams) const fn is_fresh(&self) -> bool {
        self.received + self.lost + self.ce > 0
    }
}

impl StreamDepartures {
    pub(in crate::streams) fn new(seed: &Seed) -> Self {
        Self {
            streams: Map::new(seed),
        }
    }

    pub(in crate::streams) fn on_sent(&mut self, departure: Departure, max: usize) {
        let ssrc = departure.ssrc;
        if !self.streams.contains_key(&ssrc) {
            self.streams.insert(ssrc, Ring::new());
            let max = share(max, self.streams.len());
            self.streams.values_mut().for_each(|ring| ring.trim(max));
        }
        let max = share(max, self.streams.len());
        let Some(ring) = self.streams.get_mut(&ssrc) else {
            return;
        };
        let number = ring.number(departure.sequence);
        let Some(slot) = ring.enter(number, max) else {
            return;
        };
        match slot {
            // Sent again under its own number: what was told of it stays told.
            Some(sent) => sent.departure = departure,
            None => {
                *slot = Some(Sent {
                    departure,
                    state: State::UnderWay,
                });
            }
        }
    }

    /// A stream has ended.
    pub(in crate::streams) fn remove(&mut self, ssrc: Ssrc) {
        let _ = self.streams.swap_remove(&ssrc);
    }

    /// What was sent is not told of any more.
    pub(in crate::streams) fn clear(&mut self) {
        self.streams.clear();
    }

    /// Takes in what the receiver tells about one stream. Packets that were never sent, or so long
    /// ago that they were forgotten, tell nothing, and neither does what is known already.
    pub(super) fn on_report(
        &mut self,
        report: &StreamReport<'_>,
        timestamp: CompactNtp,
        results: &mut Results,
        max: usize,
    ) -> Heard {
        let mut heard = Heard::default();
        let Some(ring) = self.streams.get_mut(&report.ssrc) else {
            return heard;
        };
        for (sequence, metric) in report.metrics() {
            let number = ring.number(sequence);
            let Some(Some(sent)) = ring.get_mut(number) else {
                continue;
            };
            let outcome = match metric {
                PacketMetric::NotReceived if sent.state == State::UnderWay => {
                    heard.note_lost(sent);
                    PacketOutcome::Lost
                }
                PacketMetric::NotReceived => continue,
                PacketMetric::Received { ecn, offset } => {
                    if !heard.note_received(sent, ecn) {
                        continue;
                    }
                    PacketOutcome::Received {
                        at: offset
                            .to_duration()
                            .map(|before| arrival(timestamp, before, results)),
                        ecn: Some(unmark(ecn)),
                    }
                }
            };
            results.push(sent.departure.with(outcome), max);
        }
        heard
    }
}

impl Heard {
    fn note_lost(&mut self, sent: &mut Sent) {
        sent.state = State::ReportedLost;
        self.lost += 1;
        self.marked_lost += u64::from(sent.departure.ecn != Ecn::NotEct);
    }

    /// Whether it is news.
    fn note_received(&mut self, sent: &mut Sent, ecn: EcnMark) -> bool {
        match sent.state {
            State::ReportedReceived(known) => {
                if known == EcnMark::Ce || ecn != EcnMark::Ce {
                    return false;
                }
                self.ce += 1;
            }
            State::UnderWay | State::ReportedLost => {
                self.recovered += u64::from(sent.state == State::ReportedLost);
                self.received += 1;
                self.ect1 += u64::from(ecn == EcnMark::Ect1);
                self.ce += u64::from(ecn == EcnMark::Ce);
                let (was_marked, is_marked) =
                    (sent.departure.ecn != Ecn::NotEct, ecn != EcnMark::NotEct);
                self.kept += u64::from(was_marked && is_marked);
                self.bleached += u64::from(sent.departure.ecn == Ecn::Ect1 && !is_marked);
            }
        }
        sent.state = State::ReportedReceived(ecn);
        true
    }
}

/// When a packet arrived on the receiver's clock.
fn arrival(timestamp: CompactNtp, before: Duration, results: &mut Results) -> Duration {
    let at = timestamp.wrapping_sub(CompactNtp::from_duration(before));
    results.time(at.0, 1_000_000_000, 16)
}
