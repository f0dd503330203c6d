//! All senders and receivers of one transport.

mod congestion_feedback;
mod deadlines;
mod ecn_path;
mod event;
mod packet_result;
mod queue;
mod receivers;
mod reference_time;
mod rtcp_in;
mod rtcp_out;
mod rtp_in;
mod rtp_out;
mod senders;
mod tone;
mod transform;
mod transport_feedback;

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use stonechat_rtcp::{NackPair, PacketMetric};
use stonechat_rtp::{SequenceNumber, Ssrc};
use stonechat_sansio::{Clock, Ecn, Env, Map, Rng};

use congestion_feedback::{StreamArrivals, StreamDepartures};
use deadlines::Deadlines;
use ecn_path::EcnPath;
pub use event::Event;
use event::Events;
use packet_result::Results;
pub use packet_result::{PacketOutcome, PacketResult};
use queue::Queue;
use reference_time::ReferenceTimes;
use transport_feedback::{Arrivals, Departures};

use crate::pacer::Pacer;
use crate::packetize::Payload;
use crate::receiver::Receiver;
use crate::router::Router;
use crate::sender::{Sender, Wire};
use crate::slots::{Key, Slots};
use crate::{Config, CongestionFeedback, ExtensionIds, RtcpParameters, StreamsStats};

/// Names a sender of one [`Streams`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SenderId(pub(crate) Key);

/// Names a receiver of one [`Streams`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReceiverId(pub(crate) Key);

/// Why a sender or receiver was not added. Nothing was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// There are as many as the configuration allows.
    #[error("there are as many streams as the configuration allows")]
    TooMany,
    /// The synchronization source is in use.
    #[error("the synchronization source is in use")]
    SourceInUse,
    /// The streams are closed.
    #[error("the streams are closed")]
    Closed,
}

/// The id names nothing: the object was removed, or the streams are closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no such sender or receiver")]
pub struct UnknownId;

/// All senders and receivers of one transport: the machine of this crate.
///
/// ```text
///  send_frame ─▶ packetizer ─▶ queue, history ─▶ poll_rtp ─▶        ┌─▶ recv_frame
///                                  ▲                                │
///                              NACK, RTX        handle_rtp ─▶ router, RTX, reorder, depacketizer
///  handle_rtcp ─▶ reports, feedback ┘                               │
///                                               poll_rtcp ◀─ reports, NACK, PLI
/// ```
///
/// # Contract
///
/// Settled, pulled, tolerant of time, making progress, not failing on network input, strong in
/// errors, bounded by [`Config`], terminal after [`Event::Closed`], without ambient input,
/// reproducible. Work per call does not depend on how many senders or receivers are idle.
#[derive(Debug)]
pub struct Streams {
    config: Config,
    clock: Clock,
    rng: Rng,
    wire: Wire,
    state: State,
    senders: Slots<Sender>,
    sources: Map<Ssrc, Key>,
    receivers: Slots<Receiver>,
    router: Router,
    extensions: ExtensionIds,
    events: Events,
    stats: StreamsStats,
    round_trip: Option<Duration>,
    /// The source that reports when no sender is there.
    own_source: Ssrc,

    /// Senders with packets to send, by what they send. Each is in a queue once.
    audio: Queue,
    video: Queue,
    resend: Queue,
    pacer: Pacer,
    /// Senders of video that reached a limit of their own, by when they may go on.
    parked: Deadlines,
    /// Packets in a row of the sender at the front.
    turn: u8,

    /// Receivers that owe a NACK or key frame request.
    feedback: Queue,
    /// Of receivers.
    deadlines: Deadlines,
    /// Senders that play an event.
    tones: BTreeSet<Key>,

    report_at: Option<Instant>,
    report_senders: VecDeque<Key>,
    report_receivers: VecDeque<Key>,
    goodbyes: VecDeque<Ssrc>,
    rtcp: RtcpParameters,
    arrivals: Arrivals,
    departures: Departures,
    transport_report_due: bool,
    congestion_report_due: bool,
    /// The same by the numbers of each stream.
    arrived: StreamArrivals,
    stream_departures: StreamDepartures,
    results: Results,
    ecn_path: EcnPath,
    reference_times: ReferenceTimes,

    scratch_payloads: Vec<Payload>,
    scratch_sequences: Vec<SequenceNumber>,
    scratch_pairs: Vec<NackPair>,
    scratch_metrics: Vec<PacketMetric>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Open,
    /// Goodbyes are to be written, then it is closed.
    Closing,
    Closed,
}

impl Streams {
    /// Streams without senders and receivers.
    #[must_use]
    pub fn new(mut config: Config, env: Env, now: Instant) -> Self {
        let mut rng = env.seed().child("streams").rng();
        if config.cname.is_empty() {
            config.cname = rng
                .array::<12>()
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect();
        }
        config.transport_history = config.transport_history.max(1);
        config.reorder_packets = config.reorder_packets.max(1);
        Self {
            clock: Clock::new(now),
            state: State::Open,
            senders: Slots::default(),
            sources: Map::new(&env.seed().child("sources")),
            receivers: Slots::default(),
            router: Router::new(&env.seed().child("router"), config.max_ssrcs.max(1)),
            extensions: ExtensionIds::default(),
            events: Events::new(&env.seed().child("events")),
            stats: StreamsStats::default(),
            round_trip: None,
            own_source: Ssrc(rng.next_u32()),
            audio: Queue::default(),
            video: Queue::default(),
            resend: Queue::default(),
            pacer: Pacer::new(config.pacing_rate, config.pacing_burst, now),
            parked: Deadlines::new(&env.seed().child("parked")),
            turn: 0,
            feedback: Queue::default(),
            deadlines: Deadlines::new(&env.seed().child("deadlines")),
            tones: BTreeSet::new(),
            report_at: None,
            report_senders: VecDeque::new(),
            report_receivers: VecDeque::new(),
            goodbyes: VecDeque::new(),
            rtcp: RtcpParameters::default(),
            arrivals: Arrivals::new(now),
            departures: Departures::default(),
            transport_report_due: false,
            congestion_report_due: false,
            arrived: StreamArrivals::new(&env.seed().child("arrivals")),
            stream_departures: StreamDepartures::new(&env.seed().child("departures")),
            results: Results::default(),
            ecn_path: EcnPath::new(),
            reference_times: ReferenceTimes::default(),
            scratch_payloads: Vec::new(),
            scratch_sequences: Vec::new(),
            scratch_pairs: Vec::new(),
            scratch_metrics: Vec::new(),
            wire: Wire {
                transport_sequence: 1,
                ecn: Ecn::NotEct,
                numbers: true,
                env,
            },
            rng,
            config,
        }
    }

    /// Lets time pass: call it at [`poll_timeout`](Self::poll_timeout); early or late is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return;
        }
        while let Some(key) = self.deadlines.expire(now) {
            if let Some(receiver) = self.receivers.get_mut(key) {
                receiver.handle_timeout(now, &self.config);
            }
            self.settle_receiver(now, key);
        }
        self.pump_tones(now);
        if self.report_at.is_some_and(|at| at <= now) {
            self.collect_reports(now);
        }
        if self.arrivals.due().is_some_and(|at| at <= now) {
            self.transport_report_due = true;
        }
        self.congestion_report_due = self.arrived.due().is_some_and(|at| at <= now);
        let _ = self.pacer.is_open(now);
        self.unpark(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.state != State::Open {
            return None;
        }
        let transport = self.arrivals.due().filter(|_| !self.transport_report_due);
        let congestion = self.arrived.due().filter(|_| !self.congestion_report_due);
        let paced = !self.video.is_empty() || !self.resend.is_empty();
        let pacer = self.pacer.opens_at().filter(|_| paced);
        [
            self.deadlines.first(),
            self.report_at,
            transport,
            congestion,
            pacer,
            self.parked.first(),
            self.tone_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// What happened since the last call.
    pub fn poll_event(&mut self) -> Option<Event> {
        loop {
            let event = self.events.poll()?;
            let alive = match event {
                Event::Readable(id)
                | Event::SourceChanged(id, _)
                | Event::Bye(id)
                | Event::Tone(id)
                | Event::UntransformedReceived(id) => self.receivers.get(id.0).is_some(),
                Event::Writable(id)
                | Event::KeyframeRequested(id)
                | Event::UntransformedSent(id) => self.senders.get(id.0).is_some(),
                Event::BitrateEstimate(_) | Event::PacketResults | Event::Closed => true,
            };
            if alive {
                return Some(event);
            }
        }
    }

    /// What became of packets that were sent, from transport-wide feedback or that of RFC 8888: the
    /// input of congestion control. At most [`Config::transport_history`] wait, the newest.
    pub fn poll_packet_result(&mut self) -> Option<PacketResult> {
        self.results.poll()
    }

    /// Sets the header extensions that incoming packets are read by, for all receivers.
    pub fn set_extensions(&mut self, extensions: ExtensionIds) {
        self.extensions = extensions;
    }

    /// Sets whether RTCP of reduced size was negotiated (RFC 5506).
    pub fn set_reduced_size(&mut self, reduced_size: bool) {
        self.config.reduced_size = reduced_size;
    }

    /// Sets what was negotiated about RTCP. With another kind of congestion feedback what was
    /// noted for the one before is forgotten.
    pub fn set_rtcp(&mut self, parameters: RtcpParameters) {
        if self.rtcp.congestion_feedback != parameters.congestion_feedback {
            self.arrivals.clear();
            self.departures.clear();
            self.arrived.clear();
            self.stream_departures.clear();
            self.results.forget_clock();
            self.transport_report_due = false;
            self.congestion_report_due = false;
        }
        if self.rtcp.ecn != parameters.ecn {
            self.ecn_path = EcnPath::new();
        }
        self.wire.numbers = parameters.congestion_feedback == CongestionFeedback::TransportWide;
        self.rtcp = parameters;
    }

    /// What was negotiated about RTCP.
    #[must_use]
    pub const fn rtcp(&self) -> RtcpParameters {
        self.rtcp
    }

    /// Sets the rate in bits per second at which video and retransmissions leave at most.
    pub fn set_pacing_rate(&mut self, now: Instant, rate: Option<u64>) {
        let now = self.clock.advance(now);
        self.pacer.set_rate(now, rate);
    }

    /// Ends everything: says goodbye for all senders, then [`Event::Closed`].
    pub fn close(&mut self, now: Instant) {
        let _ = self.clock.advance(now);
        if self.state != State::Open {
            return;
        }
        let senders = self.senders.iter().map(|(_, sender)| sender);
        let sent = senders
            .filter(|sender| sender.stats.packets_sent > 0)
            .map(|sender| sender.ssrc);
        self.goodbyes.extend(sent);
        self.state = State::Closing;
        self.events.clear();
        self.close_if_done();
    }

    fn close_if_done(&mut self) {
        if self.state == State::Closing && self.goodbyes.is_empty() {
            self.state = State::Closed;
            self.events.push(Event::Closed);
        }
    }

    /// Counts of all streams together.
    #[must_use]
    pub fn stats(&self) -> &StreamsStats {
        &self.stats
    }

    /// The canonical name that all streams of this end share.
    #[must_use]
    pub fn cname(&self) -> &str {
        &self.config.cname
    }

    /// Smooths as RFC 6298 does.
    fn measure_round_trip(&mut self, sample: Duration) {
        let smoothed = self.round_trip.map_or(sample, |old| (old * 7 + sample) / 8);
        self.round_trip = Some(smoothed);
        self.stats.round_trip_time = Some(smoothed);
    }

    fn round_trip(&self) -> Duration {
        self.round_trip
            .unwrap_or(self.config.initial_round_trip_time)
    }
}
