//! All senders and receivers of one transport.

mod congestion_feedback;
mod ecn_path;
mod event;
mod packet_result;
mod reference_time;
mod rtcp_in;
mod rtcp_out;
mod tone;
mod transform;
mod transport_feedback;

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use stonechat_rtcp::{NackPair, PacketMetric};
use stonechat_rtp::extension::{AudioLevel, MixerLevels, TransportSequence};
use stonechat_rtp::{ExtendedSequence, NtpTime, Packet, SequenceNumber, Ssrc, Timestamp};
use stonechat_sansio::{Clock, Dscp, Ecn, Env, Frame, Map, Rng};

use congestion_feedback::{ArrivalLimits, StreamArrivals, StreamDepartures};
use ecn_path::EcnPath;
pub use event::Event;
use event::Events;
use packet_result::{Departure, Results};
pub use packet_result::{PacketOutcome, PacketResult};
use reference_time::ReferenceTimes;
use transport_feedback::{Arrivals, Departures};

use crate::codec::MediaKind;
use crate::pacer::Pacer;
use crate::packetize::Payload;
use crate::receiver::Receiver;
use crate::router::Router;
use crate::sender::{EncoderFacts, SendError, Sender, Wire, Written};
use crate::slots::{Key, Slots};
use crate::{
    Config, CongestionFeedback, ExtensionIds, MediaFrame, OutgoingFrame, OutgoingPacket,
    ReceivedPacket, ReceiverParameters, ReceiverStats, RtcpParameters, SenderConfig,
    SenderParameters, SenderStats, StreamsStats,
};

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
    parked: BTreeSet<(Instant, Key)>,
    /// Packets in a row of the sender at the front.
    turn: u8,

    /// Receivers that owe a NACK or key frame request.
    feedback: Queue,
    /// Deadlines of receivers that have one, and the other way round.
    deadlines: BTreeSet<(Instant, Key)>,
    deadline_of: Map<Key, Instant>,
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
            events: Events::default(),
            stats: StreamsStats::default(),
            round_trip: None,
            own_source: Ssrc(rng.next_u32()),
            audio: Queue::default(),
            video: Queue::default(),
            resend: Queue::default(),
            pacer: Pacer::new(config.pacing_rate, config.pacing_burst, now),
            parked: BTreeSet::new(),
            turn: 0,
            feedback: Queue::default(),
            deadlines: BTreeSet::new(),
            deadline_of: Map::new(&env.seed().child("deadlines")),
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

    /// Takes in an RTP packet, decrypted, as it arrived with the mark `ecn`.
    pub fn handle_rtp(&mut self, now: Instant, packet: BytesMut, ecn: Ecn) {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return;
        }
        self.stats.rtp_received += 1;
        self.stats.congestion_marks += u64::from(ecn == Ecn::Ce);
        // A slice that pins much more than itself is copied.
        let raw = if packet.capacity() / 4 > packet.len() {
            Bytes::copy_from_slice(&packet)
        } else {
            packet.freeze()
        };
        let Ok(view) = Packet::parse(&raw) else {
            self.stats.dropped.malformed_rtp += 1;
            return;
        };
        if self.sources.contains_key(&view.ssrc()) {
            self.stats.dropped.looped += 1;
            return;
        }
        let extensions = view.extensions();
        self.note_arrival(now, &view, ecn);
        let Some(key) = self.router.route(&view, &self.extensions, &self.receivers) else {
            self.stats.dropped.unroutable += 1;
            return;
        };
        let level = self
            .extensions
            .audio_level
            .and_then(|id| extensions.value::<AudioLevel>(id));
        let levels = self
            .extensions
            .mixer_levels
            .and_then(|id| extensions.value::<MixerLevels<'_>>(id))
            .map_or_else(Vec::new, |levels| levels.levels().collect());
        let start = view.header_len();
        let packet = ReceivedPacket {
            ssrc: view.ssrc(),
            sequence: ExtendedSequence(u64::from(view.sequence().0)),
            payload_type: view.payload_type(),
            marker: view.marker(),
            timestamp: view.timestamp(),
            payload: raw.slice(start..start + view.payload().len()),
            arrival: now,
            recovered: false,
            opened: false,
            audio_level: level,
            contributing_levels: levels,
            rid: None,
            raw: raw.clone(),
        };
        self.receive(now, key, packet);
        if let Some(receiver) = self.receivers.get_mut(key) {
            receiver.stats.packets_received_with_ect1 += u64::from(ecn == Ecn::Ect1);
            receiver.stats.packets_received_with_ce += u64::from(ecn == Ecn::Ce);
        }
    }

    /// Notes what the sender will be told.
    fn note_arrival(&mut self, now: Instant, packet: &Packet<'_>, ecn: Ecn) {
        let (interval, packets) = (self.config.feedback_interval, self.config.transport_history);
        match self.rtcp.congestion_feedback {
            CongestionFeedback::TransportWide => {
                if let Some(TransportSequence(sequence)) = self
                    .extensions
                    .transport_sequence
                    .and_then(|id| packet.extensions().value(id))
                {
                    self.arrivals
                        .on_packet(now, sequence, packet.ssrc(), interval, packets);
                }
            }
            CongestionFeedback::PerStream => {
                let limits = ArrivalLimits {
                    interval,
                    streams: self.config.max_ssrcs,
                    packets,
                };
                let name = (packet.ssrc(), packet.sequence());
                self.arrived.on_packet(now, name, ecn, limits);
            }
        }
    }

    fn receive(&mut self, now: Instant, key: Key, packet: ReceivedPacket) {
        let Some(receiver) = self.receivers.get_mut(key) else {
            return;
        };
        let before = receiver.stream.as_ref().map(|stream| stream.ssrc);
        let sample = receiver.on_packet(now, packet, &self.config, &mut self.stats.dropped);
        let after = receiver.stream.as_ref().map(|stream| stream.ssrc);
        if let Some(after) = after
            && before != Some(after)
        {
            self.events
                .push(Event::SourceChanged(ReceiverId(key), after));
            if let Some(before) = before {
                self.router.forget(before);
            }
        }
        if let Some(sample) = sample {
            self.measure_round_trip(sample);
        }
        if self.report_at.is_none() {
            self.plan_report(now);
        }
        self.settle_receiver(now, key);
    }

    /// Takes in an RTCP packet, decrypted.
    pub fn handle_rtcp(&mut self, now: Instant, packet: &[u8]) {
        let now = self.clock.advance(now);
        if self.state == State::Open {
            self.stats.rtcp_received += 1;
            self.read_rtcp(now, packet);
        }
    }

    /// Lets time pass: call it at [`poll_timeout`](Self::poll_timeout); early or late is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return;
        }
        while let Some(&(at, key)) = self.deadlines.first()
            && at <= now
        {
            self.deadlines.remove(&(at, key));
            let _ = self.deadline_of.swap_remove(&key);
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
        let receiver = self.deadlines.first().map(|(at, _)| *at);
        let transport = self.arrivals.due().filter(|_| !self.transport_report_due);
        let congestion = self.arrived.due().filter(|_| !self.congestion_report_due);
        let paced = !self.video.is_empty() || !self.resend.is_empty();
        let pacer = self.pacer.opens_at().filter(|_| paced);
        let parked = self.parked.first().map(|(at, _)| *at);
        [
            receiver,
            self.report_at,
            transport,
            congestion,
            pacer,
            parked,
            self.tone_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Writes one RTP packet: audio first, then retransmissions, then video at its pace.
    ///
    /// `None` if there is nothing to send now, or it does not fit; the packet stays.
    pub fn poll_rtp(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        self.poll_rtp_marked(now, None, out).map(|_| ())
    }

    /// The same, and gives the code point of the packet. With `only` the packet stays as well if it
    /// has another one: packets of one run are marked alike.
    pub fn poll_rtp_marked(
        &mut self,
        now: Instant,
        only: Option<Dscp>,
        out: &mut Frame<'_>,
    ) -> Option<Dscp> {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return None;
        }
        self.wire.ecn = match self.rtcp.congestion_feedback {
            CongestionFeedback::PerStream => self.ecn_path.mark(now, self.rtcp.ecn),
            CongestionFeedback::TransportWide => Ecn::NotEct,
        };
        if let Some(result) = self.poll_media(now, MediaKind::Audio, only, out) {
            return result;
        }
        self.unpark(now);
        if (self.video.is_empty() && self.resend.is_empty()) || !self.pacer.is_open(now) {
            return None;
        }
        if let Some(result) = self.poll_resend(now, only, out) {
            return result;
        }
        self.poll_media(now, MediaKind::Video, only, out).flatten()
    }

    /// `None` if no sender of the kind has anything; `Some(None)` if it does not fit or is marked
    /// otherwise.
    fn poll_media(
        &mut self,
        now: Instant,
        kind: MediaKind,
        only: Option<Dscp>,
        out: &mut Frame<'_>,
    ) -> Option<Option<Dscp>> {
        loop {
            let queue = match kind {
                MediaKind::Audio => &mut self.audio,
                MediaKind::Video => &mut self.video,
            };
            let key = queue.front()?;
            let Some(sender) = self
                .senders
                .get_mut(key)
                .filter(|sender| sender.wants_to_send())
            else {
                queue.pop();
                self.turn = 0;
                continue;
            };
            if let Some(at) = sender.capped_until(now, &self.config) {
                queue.pop();
                self.turn = 0;
                self.parked.retain(|(_, other)| *other != key);
                self.parked.insert((at, key));
                continue;
            }
            let dscp = sender.parameters.dscp;
            if only.is_some_and(|only| only != dscp) {
                return Some(None);
            }
            let Some(written) = sender.write_next(now, &mut self.wire, &self.config, out) else {
                if sender.wants_to_send() {
                    return Some(None);
                }
                continue;
            };
            let weight = match kind {
                MediaKind::Audio => 1,
                MediaKind::Video => sender.parameters.weight,
            };
            let wants_more = sender.wants_to_send();
            self.turn = self.turn.saturating_add(1);
            if !wants_more || self.turn >= weight {
                self.turn = 0;
                queue.pop();
                if wants_more {
                    queue.push(key);
                }
            }
            if sender.take_writable() {
                self.events.push(Event::Writable(SenderId(key)));
            }
            if kind == MediaKind::Video {
                self.pacer.on_sent(written.len);
                sender.on_sent(written.len);
            }
            self.on_sent(now, written);
            return Some(Some(dscp));
        }
    }

    /// Senders whose own limit lets them go on wait for their turn again.
    fn unpark(&mut self, now: Instant) {
        while let Some(&(at, key)) = self.parked.first()
            && at <= now
        {
            self.parked.pop_first();
            self.video.push(key);
        }
    }

    fn poll_resend(
        &mut self,
        now: Instant,
        only: Option<Dscp>,
        out: &mut Frame<'_>,
    ) -> Option<Option<Dscp>> {
        loop {
            let key = self.resend.front()?;
            let Some(sender) = self
                .senders
                .get_mut(key)
                .filter(|sender| sender.wants_to_resend())
            else {
                self.resend.pop();
                continue;
            };
            let dscp = sender.parameters.dscp;
            if only.is_some_and(|only| only != dscp) {
                return Some(None);
            }
            let Some(written) = sender.write_resend(now, &mut self.wire, out) else {
                if sender.wants_to_resend() {
                    return Some(None);
                }
                continue;
            };
            self.resend.pop();
            if sender.wants_to_resend() {
                self.resend.push(key);
            }
            self.pacer.on_sent(written.len);
            self.on_sent(now, written);
            return Some(Some(dscp));
        }
    }

    fn on_sent(&mut self, now: Instant, written: Written) {
        if written.ecn != Ecn::NotEct {
            self.ecn_path.on_marked(now);
        }
        let max = self.config.transport_history;
        let departure = Departure {
            ssrc: written.ssrc,
            sequence: written.sequence,
            sent: now,
            ecn: written.ecn,
            len: written.len,
        };
        match (self.rtcp.congestion_feedback, written.transport_sequence) {
            (CongestionFeedback::PerStream, _) => self.stream_departures.on_sent(departure, max),
            (CongestionFeedback::TransportWide, Some(sequence)) => {
                self.departures.on_sent(sequence, departure, max);
            }
            (CongestionFeedback::TransportWide, None) => {}
        }
        if self.report_at.is_none() {
            self.plan_report(now);
        }
    }

    /// Writes one RTCP packet; `None` if none is due, or none fits.
    pub fn poll_rtcp(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        let now = self.clock.advance(now);
        if self.state == State::Closed {
            return None;
        }
        self.write_rtcp(now, out)?;
        self.stats.rtcp_sent += 1;
        Some(())
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

    /// Adds a sender.
    ///
    /// # Errors
    ///
    /// See [`AddError`].
    pub fn add_sender(&mut self, config: SenderConfig) -> Result<SenderId, AddError> {
        if self.state != State::Open {
            return Err(AddError::Closed);
        }
        if self.senders.len() >= self.config.max_senders {
            return Err(AddError::TooMany);
        }
        let in_use =
            |ssrc: &Ssrc| self.sources.contains_key(ssrc) || self.router.find(*ssrc).is_some();
        let given = [config.ssrc, config.rtx_ssrc];
        if given.iter().flatten().any(in_use)
            || (config.ssrc.is_some() && config.ssrc == config.rtx_ssrc)
        {
            return Err(AddError::SourceInUse);
        }
        let ssrc = config.ssrc.unwrap_or_else(|| self.random_source());
        let needs_rtx = config
            .parameters
            .codecs
            .iter()
            .any(|codec| codec.rtx.is_some());
        let rtx_ssrc = config
            .rtx_ssrc
            .or_else(|| needs_rtx.then(|| self.random_source()));
        let sender = Sender::new(config, ssrc, rtx_ssrc, &mut self.rng);
        let key = self.senders.insert(sender);
        if let Some(sender) = self.senders.get_mut(key) {
            sender.set_encoder_facts(self.clock.now(), EncoderFacts::default());
        }
        for ssrc in [Some(ssrc), rtx_ssrc].into_iter().flatten() {
            self.sources.insert(ssrc, key);
        }
        Ok(SenderId(key))
    }

    fn random_source(&mut self) -> Ssrc {
        loop {
            let ssrc = Ssrc(self.rng.next_u32());
            let taken = self.sources.contains_key(&ssrc) || self.router.find(ssrc).is_some();
            if !taken && ssrc.0 != 0 && ssrc != self.own_source {
                return ssrc;
            }
        }
    }

    /// Removes a sender; a goodbye is sent if it ever sent anything.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn remove_sender(&mut self, now: Instant, id: SenderId) -> Result<(), UnknownId> {
        let _ = self.clock.advance(now);
        let sender = self.senders.remove(id.0).ok_or(UnknownId)?;
        self.tones.remove(&id.0);
        for ssrc in [Some(sender.ssrc), sender.rtx_ssrc].into_iter().flatten() {
            let _ = self.sources.swap_remove(&ssrc);
            self.stream_departures.remove(ssrc);
        }
        if self.state == State::Open && sender.stats.packets_sent > 0 {
            self.say_goodbye(&sender);
        }
        Ok(())
    }

    fn say_goodbye(&mut self, sender: &Sender) {
        if self.goodbyes.len() >= self.config.max_senders {
            self.goodbyes.pop_front();
        }
        self.goodbyes.push_back(sender.ssrc);
    }

    /// Gives a sender other parameters: after renegotiation, or to pause it.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn set_sender_parameters(
        &mut self,
        now: Instant,
        id: SenderId,
        parameters: SenderParameters,
    ) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let needs_rtx = parameters.codecs.iter().any(|codec| codec.rtx.is_some());
        let fresh = self.random_source();
        let sender = self.senders.get_mut(id.0).ok_or(UnknownId)?;
        sender.set_parameters(now, parameters);
        if needs_rtx && sender.rtx_ssrc.is_none() {
            sender.rtx_ssrc = Some(fresh);
            sender.stats.rtx_ssrc = Some(fresh);
            self.sources.insert(fresh, id.0);
        }
        if sender.take_writable() {
            self.events.push(Event::Writable(id));
        }
        if sender.wants_to_send() {
            // A limit may have gone.
            self.parked.retain(|(_, other)| *other != id.0);
            self.queue_media(id.0);
        }
        Ok(())
    }

    /// Notes what the encoder of a sender says of itself, for statistics.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn set_encoder_facts(
        &mut self,
        now: Instant,
        id: SenderId,
        facts: EncoderFacts,
    ) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let sender = self.senders.get_mut(id.0).ok_or(UnknownId)?;
        sender.set_encoder_facts(now, facts);
        Ok(())
    }

    /// The mark that the packets of the last [`poll_rtp`](Self::poll_rtp) are to leave with: those
    /// that are asked for with the same `now` have the same. It is that of
    /// [`RtcpParameters::ecn`], or none until the path was seen to let it through.
    #[must_use]
    pub fn rtp_ecn(&self) -> Ecn {
        self.wire.ecn
    }

    /// The parameters of a sender.
    #[must_use]
    pub fn sender_parameters(&self, id: SenderId) -> Option<&SenderParameters> {
        self.senders.get(id.0).map(|sender| &sender.parameters)
    }

    /// The source of a sender and that of its retransmissions, to be signalled.
    #[must_use]
    pub fn sender_sources(&self, id: SenderId) -> Option<(Ssrc, Option<Ssrc>)> {
        self.senders
            .get(id.0)
            .map(|sender| (sender.ssrc, sender.rtx_ssrc))
    }

    /// Adds a receiver.
    ///
    /// # Errors
    ///
    /// See [`AddError`].
    pub fn add_receiver(&mut self, parameters: ReceiverParameters) -> Result<ReceiverId, AddError> {
        if self.state != State::Open {
            return Err(AddError::Closed);
        }
        if self.receivers.len() >= self.config.max_receivers {
            return Err(AddError::TooMany);
        }
        let signalled = [parameters.ssrc, parameters.rtx_ssrc];
        if signalled
            .iter()
            .flatten()
            .any(|ssrc| self.sources.contains_key(ssrc))
        {
            return Err(AddError::SourceInUse);
        }
        let receiver = Receiver::new(parameters);
        let key = self.receivers.insert(receiver);
        if let Some(receiver) = self.receivers.get(key) {
            self.router.add(key, &receiver.parameters);
        }
        Ok(ReceiverId(key))
    }

    /// Removes a receiver with everything it holds.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn remove_receiver(&mut self, now: Instant, id: ReceiverId) -> Result<(), UnknownId> {
        let _ = self.clock.advance(now);
        self.receivers.remove(id.0).ok_or(UnknownId)?;
        self.router.remove(id.0);
        if let Some(at) = self.deadline_of.swap_remove(&id.0) {
            self.deadlines.remove(&(at, id.0));
        }
        Ok(())
    }

    /// Gives a receiver other parameters after renegotiation; what it learned of sources is
    /// learned anew.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn set_receiver_parameters(
        &mut self,
        now: Instant,
        id: ReceiverId,
        parameters: ReceiverParameters,
    ) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let receiver = self.receivers.get_mut(id.0).ok_or(UnknownId)?;
        let moved = receiver.parameters.mid != parameters.mid
            || receiver.parameters.rid != parameters.rid
            || receiver.parameters.ssrc != parameters.ssrc
            || receiver.parameters.rtx_ssrc != parameters.rtx_ssrc;
        receiver.set_parameters(parameters);
        if moved {
            self.router.remove(id.0);
            self.router.add(id.0, &receiver.parameters);
        }
        self.settle_receiver(now, id.0);
        Ok(())
    }

    /// The parameters of a receiver.
    #[must_use]
    pub fn receiver_parameters(&self, id: ReceiverId) -> Option<&ReceiverParameters> {
        self.receivers
            .get(id.0)
            .map(|receiver| &receiver.parameters)
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

    /// Queues an encoded frame.
    ///
    /// # Errors
    ///
    /// See [`SendError`]. After [`SendError::Blocked`] exactly one [`Event::Writable`] follows.
    pub fn send_frame(
        &mut self,
        now: Instant,
        id: SenderId,
        frame: &OutgoingFrame,
    ) -> Result<(), SendError> {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return Err(SendError::Inactive);
        }
        let sender = self.senders.get_mut(id.0).ok_or(SendError::UnknownSender)?;
        let result = sender.send_frame(now, frame, &self.config, &mut self.scratch_payloads);
        self.scratch_payloads.clear();
        result?;
        self.settle_transform(id);
        self.queue_media(id.0);
        Ok(())
    }

    /// Queues a packet as it is, for forwarders.
    ///
    /// # Errors
    ///
    /// As [`send_frame`](Self::send_frame), and [`SendError::SequenceUsed`].
    pub fn send_packet(
        &mut self,
        now: Instant,
        id: SenderId,
        packet: OutgoingPacket,
    ) -> Result<(), SendError> {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return Err(SendError::Inactive);
        }
        let sender = self.senders.get_mut(id.0).ok_or(SendError::UnknownSender)?;
        sender.send_packet(now, packet, &self.config)?;
        self.queue_media(id.0);
        Ok(())
    }

    fn queue_media(&mut self, key: Key) {
        match self.senders.get(key).map(Sender::kind) {
            Some(MediaKind::Audio) => self.audio.push(key),
            Some(MediaKind::Video) => self.video.push(key),
            None => {}
        }
    }

    /// Takes the next frame of a receiver, in decode order.
    pub fn recv_frame(&mut self, now: Instant, id: ReceiverId) -> Option<MediaFrame> {
        let now = self.clock.advance(now);
        if self.state == State::Closed {
            return None;
        }
        self.receivers.get_mut(id.0)?.recv_frame(now)
    }

    /// Takes the next packet of a receiver that hands out packets, in order of arrival.
    pub fn recv_packet(&mut self, now: Instant, id: ReceiverId) -> Option<ReceivedPacket> {
        let _ = self.clock.advance(now);
        if self.state == State::Closed {
            return None;
        }
        self.receivers.get_mut(id.0)?.recv_packet()
    }

    /// Asks the remote end for a key frame. Repeated until one comes, with back-off, if the
    /// receiver hands out frames; requests close to each other are one.
    ///
    /// # Errors
    ///
    /// [`UnknownId`].
    pub fn request_keyframe(&mut self, now: Instant, id: ReceiverId) -> Result<(), UnknownId> {
        let now = self.clock.advance(now);
        let receiver = self.receivers.get_mut(id.0).ok_or(UnknownId)?;
        receiver.request_keyframe(now, &self.config);
        self.settle_receiver(now, id.0);
        Ok(())
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

    /// Counts of one sender.
    #[must_use]
    pub fn sender_stats(&self, id: SenderId) -> Option<&SenderStats> {
        self.senders.get(id.0).map(|sender| &sender.stats)
    }

    /// Counts of one receiver.
    #[must_use]
    pub fn receiver_stats(&self, id: ReceiverId) -> Option<ReceiverStats> {
        self.receivers.get(id.0).map(Receiver::stats)
    }

    /// The last sender report that a receiver got: the sender's clock, the RTP timestamp that
    /// corresponds to it, and when it arrived. Two streams of one sender are played in step by it.
    #[must_use]
    pub fn sender_clock(&self, id: ReceiverId) -> Option<(NtpTime, Timestamp, Instant)> {
        self.receivers.get(id.0)?.sender_clock()
    }

    /// The canonical name that all streams of this end share.
    #[must_use]
    pub fn cname(&self) -> &str {
        &self.config.cname
    }

    /// Files a receiver under what it owes and when it is due.
    fn settle_receiver(&mut self, now: Instant, key: Key) {
        let Some(receiver) = self.receivers.get_mut(key) else {
            return;
        };
        if receiver.take_fresh() {
            self.events.push(Event::Readable(ReceiverId(key)));
        }
        if receiver.take_tone_fresh() {
            self.events.push(Event::Tone(ReceiverId(key)));
        }
        if receiver.take_split_fresh() {
            self.events
                .push(Event::UntransformedReceived(ReceiverId(key)));
        }
        let owes = receiver.owes_feedback(now);
        let deadline = receiver.deadline();
        if owes {
            self.feedback.push(key);
        }
        // What is owed waits for the next poll, not for a timer.
        let deadline = deadline.filter(|at| !owes || *at > now);
        let old = self.deadline_of.get(&key).copied();
        if old == deadline {
            return;
        }
        if let Some(old) = old {
            self.deadlines.remove(&(old, key));
        }
        match deadline {
            Some(at) => {
                self.deadline_of.insert(key, at);
                self.deadlines.insert((at, key));
            }
            None => {
                let _ = self.deadline_of.swap_remove(&key);
            }
        }
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

    fn plan_report(&mut self, now: Instant) {
        // Randomised over half to one and a half times the mean (RFC 3550, section 6.3.1).
        let wait = self.config.report_interval.mul_f64(0.5 + self.rng.unit());
        self.report_at = Some(now + wait.max(Duration::from_millis(10)));
    }
}

/// Keys in turn, each at most once.
#[derive(Debug, Default)]
struct Queue {
    keys: VecDeque<Key>,
    inside: BTreeSet<Key>,
}

impl Queue {
    fn push(&mut self, key: Key) {
        if self.inside.insert(key) {
            self.keys.push_back(key);
        }
    }

    fn front(&self) -> Option<Key> {
        self.keys.front().copied()
    }

    fn pop(&mut self) -> Option<Key> {
        let key = self.keys.pop_front()?;
        self.inside.remove(&key);
        Some(key)
    }

    fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
