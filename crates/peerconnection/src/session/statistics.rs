//! `getStats()` (webrtc-pc, section 8): who waits for a report, what the application told, and
//! which tracks are sources.

use std::collections::BTreeMap;
use std::time::Instant;

use stonechat_sansio::Seed;

use super::Session;
use super::call::{Answer, PromiseId, Value};
use super::step::Step;
use super::task::Task;
use crate::error::{Error, ErrorName};
use crate::id::{Kind, ReceiverId, SenderId, TransportId};
use crate::order::Order;
use crate::stats::{
    BitrateReport, DecodeReport, EncodeReport, PlayoutReport, Snapshot, SourceReport, StatsObject,
    StatsSelector, StatsType,
};

/// Devices that an application may tell of; further ones are not kept.
const MAX_PLAYOUTS: usize = 64;

/// The number of the snapshot that a connection gives when it closes.
pub(crate) const FINAL: u64 = 0;

/// What a session keeps for statistics.
#[derive(Debug)]
pub(crate) struct Statistics {
    salt: Seed,
    asked: u64,
    waiting: Vec<Waiting>,
    /// The counters at the end.
    last: Option<Box<Snapshot>>,
    decoders: BTreeMap<ReceiverId, DecodeReport>,
    encoders: BTreeMap<(SenderId, Option<String>), EncodeReport>,
    playouts: BTreeMap<String, Playout>,
    bitrates: BTreeMap<TransportId, BitrateReport>,
    sources: Vec<MediaSource>,
    sources_made: u64,
}

/// A question that is not answered yet.
#[derive(Debug)]
struct Waiting {
    number: u64,
    promise: PromiseId,
    selector: StatsSelector,
}

/// A device that plays audio out.
#[derive(Debug, Default)]
pub(crate) struct Playout {
    pub(crate) report: PlayoutReport,
    pub(crate) receivers: Vec<ReceiverId>,
}

/// A track from when it was attached to a sender to when it is attached to none.
#[derive(Debug)]
pub(crate) struct MediaSource {
    pub(crate) track: String,
    pub(crate) kind: Kind,
    /// The same track attached again is another source.
    pub(crate) number: u64,
    pub(crate) attached: Instant,
    pub(crate) report: SourceReport,
}

impl Statistics {
    pub(super) fn new(salt: Seed) -> Self {
        Self {
            salt,
            asked: FINAL,
            waiting: Vec::new(),
            last: None,
            decoders: BTreeMap::new(),
            encoders: BTreeMap::new(),
            playouts: BTreeMap::new(),
            bitrates: BTreeMap::new(),
            sources: Vec::new(),
            sources_made: 0,
        }
    }

    /// A predictable name made unpredictable (webrtc-pc, section 8.5).
    pub(crate) fn id(&self, kind: StatsType, name: &str) -> String {
        let label = format!("{kind} {name}");
        let number = self.salt.child(&label).rng().next_u64();
        let letters = match kind {
            StatsType::Codec => "C",
            StatsType::InboundRtp => "I",
            StatsType::OutboundRtp => "O",
            StatsType::RemoteInboundRtp => "RI",
            StatsType::RemoteOutboundRtp => "RO",
            StatsType::MediaSource => "S",
            StatsType::MediaPlayout => "AP",
            StatsType::PeerConnection => "P",
            StatsType::DataChannel => "D",
            StatsType::Transport => "T",
            StatsType::CandidatePair => "CP",
            StatsType::LocalCandidate => "LC",
            StatsType::RemoteCandidate => "RC",
            StatsType::Certificate => "CF",
        };
        format!("{letters}{number:016x}")
    }

    pub(crate) fn decoder(&self, receiver: ReceiverId) -> DecodeReport {
        self.decoders.get(&receiver).cloned().unwrap_or_default()
    }

    pub(crate) fn encoder(&self, sender: SenderId, rid: Option<&str>) -> EncodeReport {
        let key = (sender, rid.map(str::to_owned));
        self.encoders.get(&key).cloned().unwrap_or_default()
    }

    pub(crate) fn playouts(&self) -> impl Iterator<Item = (&str, &Playout)> {
        self.playouts
            .iter()
            .map(|(device, playout)| (device.as_str(), playout))
    }

    pub(crate) fn bitrate(&self, transport: TransportId) -> BitrateReport {
        self.bitrates.get(&transport).copied().unwrap_or_default()
    }

    pub(crate) fn sources(&self) -> impl Iterator<Item = &MediaSource> {
        self.sources.iter()
    }

    /// Another source is heard: what was told of the one before does not count.
    pub(super) fn forget_decoder(&mut self, receiver: ReceiverId) {
        self.decoders.remove(&receiver);
    }
}

impl Session {
    pub(super) fn get_stats(&mut self, selector: StatsSelector) -> Result<Answer, Error> {
        let selector = self.resolve(selector)?;
        let promise = self.promise();
        self.statistics.asked += 1;
        let number = self.statistics.asked;
        self.statistics.waiting.push(Waiting {
            number,
            promise,
            selector,
        });
        if !self.is_closed {
            self.order(Order::SnapshotStats { request: number });
        } else if self.statistics.last.is_some() {
            self.queue(Task::StatsOfClosed(number));
        }
        Ok(Answer::Promise(promise))
    }

    /// The sender or receiver of a track, if there is exactly one.
    fn resolve(&self, selector: StatsSelector) -> Result<StatsSelector, Error> {
        let StatsSelector::Track(track) = selector else {
            return Ok(selector);
        };
        let known = self
            .transceivers
            .iter()
            .filter(|transceiver| !transceiver.stopped || self.is_closed);
        let mut found = Vec::new();
        for transceiver in known {
            let sent = transceiver.sender.track.as_ref();
            if sent.is_some_and(|sent| sent.id == track) {
                found.push(StatsSelector::Sender(transceiver.id.sender()));
            }
            if transceiver.receiver.track_id == track {
                found.push(StatsSelector::Receiver(transceiver.id.receiver()));
            }
        }
        let text = match found.len() {
            1 => return Ok(found.swap_remove(0)),
            0 => "no sender or receiver of the peer connection has the track",
            _ => "more than one sender or receiver has the track",
        };
        Err(Error::new(ErrorName::InvalidAccessError, text))
    }

    /// A snapshot came.
    pub(super) fn on_snapshot(
        &mut self,
        now: Instant,
        number: u64,
        snapshot: Box<Snapshot>,
        step: &mut Step,
    ) {
        if number != FINAL {
            return self.settle_stats(now, number, &snapshot, step);
        }
        self.statistics.last = Some(snapshot);
        let waiting: Vec<_> = self.statistics.waiting.iter().map(|it| it.number).collect();
        for number in waiting {
            self.settle_stats_of_closed(now, number, step);
        }
    }

    pub(super) fn settle_stats_of_closed(&mut self, now: Instant, number: u64, step: &mut Step) {
        if let Some(last) = self.statistics.last.take() {
            self.settle_stats(now, number, &last, step);
            self.statistics.last = Some(last);
        }
    }

    fn settle_stats(&mut self, now: Instant, number: u64, snapshot: &Snapshot, step: &mut Step) {
        let mut waiting = self.statistics.waiting.iter();
        let Some(at) = waiting.position(|waiting| waiting.number == number) else {
            return;
        };
        let waiting = self.statistics.waiting.swap_remove(at);
        self.sync_sources(now);
        let whole = self.stats_report(now, snapshot);
        let transceiver_of = |id: u32| {
            let ssrcs = snapshot.senders.iter().filter(move |it| it.id.0 == id);
            ssrcs.map(|it| self.statistics.id(StatsType::OutboundRtp, &it.name))
        };
        let report = match waiting.selector {
            StatsSelector::All | StatsSelector::Track(_) => whole,
            StatsSelector::Sender(sender) => {
                let ids: Vec<_> = transceiver_of(sender.0).collect();
                whole.select(|object| is_one_of(object, StatsType::OutboundRtp, &ids))
            }
            StatsSelector::Receiver(receiver) => {
                let streams = snapshot.receivers.iter().filter(|it| it.id == receiver);
                let ids: Vec<_> = streams
                    .map(|it| self.statistics.id(StatsType::InboundRtp, &it.name))
                    .collect();
                whole.select(|object| is_one_of(object, StatsType::InboundRtp, &ids))
            }
        };
        step.settle
            .push((waiting.promise, Ok(Value::Stats(Box::new(report)))));
    }

    pub(super) fn report_decode(&mut self, receiver: ReceiverId, report: DecodeReport) {
        if self.has_transceiver(receiver.0) {
            let decoders = &mut self.statistics.decoders;
            decoders.entry(receiver).or_default().merge(report);
        }
    }

    pub(super) fn report_encode(
        &mut self,
        sender: SenderId,
        rid: Option<String>,
        report: EncodeReport,
    ) {
        if !self.has_transceiver(sender.0) {
            return;
        }
        let encoders = &mut self.statistics.encoders;
        let kept = encoders.entry((sender, rid.clone())).or_default();
        kept.merge(report);
        let (target_bitrate, limitation) = (kept.target_bitrate, kept.quality_limitation_reason);
        self.order(Order::NoteEncoder {
            sender,
            rid,
            target_bitrate,
            limitation,
        });
    }

    pub(super) fn report_source(&mut self, track: &str, report: SourceReport) {
        let mut sources = self.statistics.sources.iter_mut();
        if let Some(source) = sources.find(|source| source.track == track) {
            source.report.merge(report);
        }
    }

    pub(super) fn report_playout(
        &mut self,
        device: String,
        receivers: Vec<ReceiverId>,
        report: PlayoutReport,
    ) {
        let playouts = &mut self.statistics.playouts;
        if playouts.len() >= MAX_PLAYOUTS && !playouts.contains_key(&device) {
            return;
        }
        let playout = playouts.entry(device).or_default();
        playout.receivers = receivers;
        playout.report.merge(report);
    }

    pub(super) fn report_bitrate(&mut self, transport: TransportId, report: BitrateReport) {
        if self.transports.get(transport).is_some() {
            self.statistics.bitrates.insert(transport, report);
        }
    }

    fn has_transceiver(&self, number: u32) -> bool {
        self.transceivers
            .iter()
            .any(|transceiver| transceiver.id.0 == number)
    }

    /// Notes which tracks came to senders and which left all of them.
    pub(super) fn sync_sources(&mut self, now: Instant) {
        if self.is_closed {
            return;
        }
        let statistics = &mut self.statistics;
        let attached = |track: &str| {
            self.transceivers.iter().any(|transceiver| {
                let sent = transceiver.sender.track.as_ref();
                !transceiver.stopped && sent.is_some_and(|sent| sent.id == track)
            })
        };
        statistics.sources.retain(|source| attached(&source.track));
        let mut marks = Vec::new();
        for transceiver in self.transceivers.iter().filter(|it| !it.stopped) {
            let Some(track) = &transceiver.sender.track else {
                continue;
            };
            if statistics.sources.iter().all(|it| it.track != track.id) {
                statistics.sources_made += 1;
                statistics.sources.push(MediaSource {
                    track: track.id.clone(),
                    kind: track.kind,
                    number: statistics.sources_made,
                    attached: now,
                    report: SourceReport::default(),
                });
                marks.push(transceiver.id.sender());
            }
        }
        for sender in marks {
            self.order(Order::MarkSource { sender });
        }
    }
}

fn is_one_of(object: &StatsObject, kind: StatsType, ids: &[String]) -> bool {
    object.r#type == kind && ids.contains(&object.id)
}
