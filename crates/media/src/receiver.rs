//! One incoming encoding.

mod assembly;
mod keyframe;
mod nack;
mod reorder;
mod report;
mod statistics;
mod taken;
mod tone;
mod transform;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtp::{ClockRate, NtpTime, SequenceNumber, Ssrc, Timestamp, rtx};

use keyframe::KeyframeWish;
use nack::{NackLimits, NackList};
use reorder::{Insert, Reorder};
pub(crate) use report::KeyframeRequest;
use statistics::{Arrival, Statistics};

use crate::codec::MediaKind;
use crate::codec::telephone_event::ToneReceiver;
use crate::parameters::{find, find_rtx};
use crate::stats::Drops;
use crate::transform::{ReceiverTransform, TransformLimits, TransformQueue};
use crate::{Config, Delivery, MediaFrame, ReceivedPacket, ReceiverParameters, ReceiverStats};

#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) parameters: ReceiverParameters,
    pub(crate) stats: ReceiverStats,
    pub(crate) stream: Option<Stream>,
    frames: VecDeque<MediaFrame>,
    /// When each of them could be taken.
    ready: VecDeque<Instant>,
    frames_bytes: usize,
    packets: VecDeque<ReceivedPacket>,
    wish: KeyframeWish,
    fir_sequence: u8,
    fresh: bool,
    tone: Option<ToneReceiver>,
    tone_fresh: bool,
    transform: ReceiverTransform,
    split: TransformQueue<MediaFrame>,
    split_fresh: bool,
}

/// What belongs to the source that the receiver listens to now.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) ssrc: Ssrc,
    statistics: Statistics,
    nack: NackList,
    reorder: Reorder,
    seen: Window,
    /// Frames are dropped until one begins.
    resync: bool,
    /// Loss lies between the last frame handed out and the next.
    broken: bool,
    /// No frame was handed out yet.
    first: bool,
    gap_deadline: Option<Instant>,
    sender_report: Option<(NtpTime, Timestamp, Instant)>,
    pub(crate) received_since_report: bool,
    rate: ClockRate,
}

impl Receiver {
    pub(crate) fn new(parameters: ReceiverParameters) -> Self {
        Self {
            parameters,
            stats: ReceiverStats::default(),
            stream: None,
            frames: VecDeque::new(),
            ready: VecDeque::new(),
            frames_bytes: 0,
            packets: VecDeque::new(),
            wish: KeyframeWish::default(),
            fir_sequence: 0,
            fresh: false,
            tone: None,
            tone_fresh: false,
            transform: ReceiverTransform::None,
            split: TransformQueue::new(TransformLimits::default()),
            split_fresh: false,
        }
    }

    pub(crate) fn kind(&self) -> MediaKind {
        let mut codecs = self.parameters.codecs.iter();
        codecs
            .find(|codec| !codec.codec.is_event())
            .map_or(MediaKind::Audio, |codec| codec.codec.kind())
    }

    /// Takes in a packet that was routed here; `packet.sequence` holds the wire number. Returns a
    /// round-trip time if the packet answers a question.
    pub(crate) fn on_packet(
        &mut self,
        now: Instant,
        mut packet: ReceivedPacket,
        config: &Config,
        drops: &mut Drops,
    ) -> Option<Duration> {
        let codecs = &self.parameters.codecs;
        let codec = match find(codecs, packet.payload_type) {
            Some(codec) => *codec,
            None => {
                let Some(codec) = find_rtx(codecs, packet.payload_type).copied() else {
                    drops.unknown_payload_type += 1;
                    return None;
                };
                self.stats.rtx_ssrc = Some(packet.ssrc);
                self.stats.retransmitted_packets_received += 1;
                let len = packet.payload.len().saturating_sub(rtx::OVERHEAD);
                self.stats.retransmitted_bytes_received += len as u64;
                self.stats.header_bytes_received += packet.raw.len().saturating_sub(len) as u64;
                if packet.payload.is_empty() {
                    // Padding of a sender that probes.
                    return None;
                }
                let original = rtx::parse(&packet.payload).map(|(original, _)| original);
                let (Some(original), Some(stream)) = (original, &self.stream) else {
                    drops.useless_retransmission += 1;
                    return None;
                };
                packet.ssrc = stream.ssrc;
                packet.payload_type = codec.payload_type;
                packet.sequence.0 = u64::from(original.0);
                packet.payload = packet.payload.slice(rtx::OVERHEAD..);
                packet.recovered = true;
                codec
            }
        };
        let wire = SequenceNumber(packet.sequence.sequence().0);
        let rate = ClockRate::new(codec.codec.clock_rate()).unwrap_or(ClockRate::VIDEO);
        self.follow(now, &packet, rate, config);
        let stream = self.stream.as_mut()?;
        if !codec.codec.is_event() {
            stream.rate = rate;
        }
        packet.sequence = if packet.recovered {
            stream.statistics.nearest(wire)
        } else {
            self.stats.packets_received += 1;
            self.stats.bytes_received += packet.payload.len() as u64;
            let len = packet.raw.len().saturating_sub(packet.payload.len());
            self.stats.header_bytes_received += len as u64;
            self.stats.last_packet_received = Some(now);
            self.stats.payload_type = Some(packet.payload_type);
            stream.received_since_report = true;
            match stream
                .statistics
                .on_packet(wire, packet.timestamp, now, rate)
            {
                Arrival::Valid(sequence) => sequence,
                Arrival::Suspect => {
                    drops.far_off += 1;
                    return None;
                }
                Arrival::Restarted(sequence) => {
                    self.stats.restarts += 1;
                    stream.nack.clear();
                    stream.reorder = Reorder::default();
                    stream.seen = Window::default();
                    stream.break_off();
                    sequence
                }
            }
        };
        if !transform::open(&self.transform, &mut packet) {
            self.stats.payloads_malformed += 1;
            return None;
        }
        if !stream.seen.insert(packet.sequence.0) {
            self.stats.packets_duplicated += 1;
            return None;
        }
        let mut round_trip = None;
        if codec.nack {
            let limits = nack_limits(config);
            let (sample, overflow) =
                stream
                    .nack
                    .on_packet(now, packet.sequence, packet.recovered, limits);
            round_trip = sample;
            if overflow {
                self.want_keyframe(now, config);
            }
        }
        if codec.codec.is_event() && self.parameters.delivery == Delivery::Frames {
            self.hear_tone(now, rate, &mut packet);
        }
        packet.rid.clone_from(&self.parameters.rid);
        match self.parameters.delivery {
            Delivery::Packets => self.keep_packet(packet, config),
            Delivery::Frames => self.keep_for_frame(now, packet, config),
        }
        round_trip
    }

    /// Listens to the source of `packet` from now on.
    fn follow(&mut self, now: Instant, packet: &ReceivedPacket, rate: ClockRate, config: &Config) {
        if self
            .stream
            .as_ref()
            .is_some_and(|stream| stream.ssrc == packet.ssrc)
        {
            return;
        }
        if self.stream.take().is_some() {
            self.tone = None;
            self.stats.restarts += 1;
            self.want_keyframe(now, config);
        }
        self.stats = ReceiverStats {
            ssrc: Some(packet.ssrc),
            rtx_ssrc: self.parameters.rtx_ssrc,
            generation: self.stats.generation + u64::from(self.stats.ssrc.is_some()),
            restarts: self.stats.restarts,
            ..ReceiverStats::default()
        };
        self.stream = Some(Stream {
            ssrc: packet.ssrc,
            statistics: Statistics::new(packet.sequence.sequence()),
            nack: NackList::default(),
            reorder: Reorder::default(),
            seen: Window::default(),
            resync: true,
            broken: true,
            first: true,
            gap_deadline: None,
            sender_report: None,
            received_since_report: false,
            rate,
        });
    }

    fn keep_packet(&mut self, packet: ReceivedPacket, config: &Config) {
        self.note_packet_taken(&packet);
        if self.packets.len() >= config.max_packets {
            self.packets.pop_front();
            self.stats.packets_discarded += 1;
        }
        self.packets.push_back(packet);
        self.fresh = true;
    }

    fn keep_for_frame(&mut self, now: Instant, packet: ReceivedPacket, config: &Config) {
        let Some(stream) = self.stream.as_mut() else {
            return;
        };
        match stream
            .reorder
            .insert(packet, config.reorder_packets, config.reorder_bytes)
        {
            Insert::Stored => {}
            Insert::Duplicate => self.stats.packets_duplicated += 1,
            Insert::Late => self.stats.packets_discarded += 1,
            Insert::Overflow(dropped) => {
                self.stats.packets_discarded += dropped as u64;
                self.on_loss(now, config);
            }
        }
        self.assemble(now, config);
    }

    /// Something cannot be repaired.
    fn on_loss(&mut self, now: Instant, config: &Config) {
        let Some(stream) = self.stream.as_mut() else {
            return;
        };
        stream.break_off();
        if let Some(base) = stream.reorder.base() {
            stream.nack.forget_before(base);
        }
        self.want_keyframe(now, config);
    }

    /// Decoding cannot go on. Asked for until a key frame comes, where that can be seen: packets
    /// that are handed out are not looked into.
    fn want_keyframe(&mut self, now: Instant, config: &Config) {
        if self.kind() == MediaKind::Video {
            let persistent = self.parameters.delivery == Delivery::Frames;
            self.wish.need(now, config.keyframe_retry, persistent);
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, config: &Config) {
        self.tone_timeout(now);
        while let Some(stream) = self.stream.as_mut()
            && stream.gap_deadline.is_some_and(|at| at <= now)
        {
            stream.gap_deadline = None;
            let dropped = stream.reorder.skip_gap();
            self.stats.packets_discarded += dropped as u64;
            self.stats.frames_dropped += u64::from(dropped > 0);
            self.stats.gaps_given_up += 1;
            self.on_loss(now, config);
            self.assemble(now, config);
        }
    }

    /// The nearest moment at which something happens by itself.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let stream = self.stream.as_ref();
        let nack = stream.and_then(|stream| stream.nack.deadline());
        let gap = stream.and_then(|stream| stream.gap_deadline);
        let wish = stream.and_then(|_| self.wish.deadline());
        let tone = self.tone.as_ref().and_then(ToneReceiver::deadline);
        [nack, gap, wish, tone].into_iter().flatten().min()
    }

    /// Whether a NACK or a key frame request is to be written.
    pub(crate) fn owes_feedback(&self, now: Instant) -> bool {
        let Some(stream) = &self.stream else {
            return false;
        };
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        due(stream.nack.deadline()) || due(self.wish.deadline())
    }

    pub(crate) fn request_keyframe(&mut self, now: Instant, config: &Config) {
        let persistent = self.parameters.delivery == Delivery::Frames;
        self.wish.need(now, config.keyframe_retry, persistent);
    }

    pub(crate) fn recv_frame(&mut self, now: Instant) -> Option<MediaFrame> {
        let (frame, ready) = self.pop_frame()?;
        self.note_taken(now, &frame, ready);
        Some(frame)
    }

    /// The frame at the front, and since when it could be taken.
    fn pop_frame(&mut self) -> Option<(MediaFrame, Instant)> {
        let frame = self.frames.pop_front()?;
        let ready = self.ready.pop_front().unwrap_or(frame.arrival);
        self.frames_bytes = self.frames_bytes.saturating_sub(frame.data.len());
        Some((frame, ready))
    }

    pub(crate) fn recv_packet(&mut self) -> Option<ReceivedPacket> {
        self.packets.pop_front()
    }

    /// Whether something new can be taken; true once.
    pub(crate) fn take_fresh(&mut self) -> bool {
        std::mem::take(&mut self.fresh)
    }

    /// Takes new parameters. What was received stays; a change of what is handed out empties it.
    pub(crate) fn set_parameters(&mut self, parameters: ReceiverParameters) {
        if parameters.delivery != self.parameters.delivery {
            self.frames.clear();
            self.ready.clear();
            self.frames_bytes = 0;
            self.packets.clear();
            if let Some(stream) = self.stream.as_mut() {
                stream.reorder = Reorder::default();
                stream.break_off();
            }
        }
        self.parameters = parameters;
    }
}

impl Stream {
    /// What comes next does not follow what was handed out.
    fn break_off(&mut self) {
        self.resync = true;
        self.broken = true;
    }
}

fn nack_limits(config: &Config) -> NackLimits {
    NackLimits {
        len: config.nack_list,
        retries: config.nack_retries,
    }
}

/// The last 2,048 numbers, each seen or not.
#[derive(Debug, Default)]
struct Window {
    highest: u64,
    bits: [u64; 32],
}

impl Window {
    /// Notes `number`; `false` if it was seen, or is too old to know.
    fn insert(&mut self, number: u64) -> bool {
        const SIZE: u64 = 2_048;
        if number > self.highest {
            if number - self.highest >= SIZE {
                self.bits = [0; 32];
            } else {
                for skipped in self.highest + 1..=number {
                    self.set(skipped % SIZE, false);
                }
            }
            self.highest = number;
        } else if self.highest - number >= SIZE {
            return false;
        }
        !self.set(number % SIZE, true)
    }

    /// Sets one bit; returns what it was.
    fn set(&mut self, index: u64, value: bool) -> bool {
        let word = usize::try_from(index / 64).unwrap_or_default();
        let Some(word) = self.bits.get_mut(word) else {
            return false;
        };
        let mask = 1 << (index % 64);
        let old = *word & mask != 0;
        *word = if value { *word | mask } else { *word & !mask };
        old
    }
}
