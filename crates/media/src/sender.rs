//! One outgoing encoding.

mod history;
mod report;
mod retransmit;
mod statistics;
mod tone;
mod transform;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtp::extension::{AbsSendTime, SdesMid, SdesRepairedRid, SdesRid, TransportSequence};
use stonechat_rtp::{
    ClockRate, ExtendedSequence, Header, NtpTime, SequenceNumber, Ssrc, Timestamp, rtx,
};
use stonechat_sansio::{Ecn, Env, Frame, Rng};

use history::{Entry, History, Sent};
pub(crate) use report::{MAX_ROUND_TRIP, RemoteReport};
pub use statistics::EncoderFacts;
pub(crate) use statistics::energy;
use transform::SentFrame;

use crate::codec::MediaKind;
use crate::codec::opus::OpusToc;
use crate::codec::telephone_event::ToneSender;
use crate::pacer::Pacer;
use crate::packetize::{PacketizeError, Packetizer, Payload};
use crate::parameters::{CodecParameters, SenderConfig, SenderParameters, find};
use crate::transform::{SenderTransform, TransformLimits, TransformQueue};
use crate::{Codec, Config, FrameTime, OutgoingFrame, OutgoingPacket, SenderStats};

/// How far frames go back in time because they are sent in decoding order.
const REORDERING: Duration = Duration::from_millis(500);

/// Why a frame or packet was not taken. Nothing was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// There is no such sender.
    #[error("there is no such sender")]
    UnknownSender,
    /// The sender is paused, or the streams are closed.
    #[error("the sender is paused")]
    Inactive,
    /// The payload type is none of the sender's, or it has none at all.
    #[error("the payload type was not negotiated")]
    UnknownPayloadType,
    /// The queue is full; an event tells when to try again.
    #[error("the queue is full")]
    Blocked,
    /// The frame cannot be put into packets, or never fits the queue.
    #[error(transparent)]
    Packetize(#[from] PacketizeError),
    /// The sequence number was used before, or is too old to know.
    #[error("the sequence number was used before")]
    SequenceUsed,
}

/// What senders of one transport share.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) env: Env,
    pub(crate) transport_sequence: u16,
    /// The mark that RTP packets leave with.
    pub(crate) ecn: Ecn,
    /// Whether packets carry transport-wide numbers, where that was negotiated.
    pub(crate) numbers: bool,
}

impl Wire {
    pub(crate) fn ntp(&self, now: Instant) -> NtpTime {
        let since = self.env.wall_at(now).duration_since(std::time::UNIX_EPOCH);
        NtpTime::from_unix(since.unwrap_or(Duration::ZERO))
    }
}

/// What was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) len: usize,
    pub(crate) ssrc: Ssrc,
    pub(crate) sequence: SequenceNumber,
    pub(crate) ecn: Ecn,
    pub(crate) transport_sequence: Option<SequenceNumber>,
}

#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) ssrc: Ssrc,
    pub(crate) rtx_ssrc: Option<Ssrc>,
    pub(crate) parameters: SenderParameters,
    pub(crate) stats: SenderStats,
    /// Whether the remote end has reported on the stream, so knows what it is.
    identity_known: bool,
    packetizers: Vec<(CodecParameters, Packetizer)>,
    packetizer_start: u16,
    header: Header,
    header_len: usize,
    history: History,
    queue: VecDeque<ExtendedSequence>,
    queued_bytes: usize,
    resend: VecDeque<ExtendedSequence>,
    resend_credit: i64,
    next_sequence: ExtendedSequence,
    rtx_sequence: SequenceNumber,
    timestamp_base: Timestamp,
    /// The last frame's timestamp and when it came.
    clock: Option<(Timestamp, Instant)>,
    /// Where the audio after the last frame would begin.
    audio_end: Option<Timestamp>,
    /// The low 32 bits of the first number that left, cycles from 0.
    first_sent: Option<u32>,
    /// What the encoder says of itself.
    encoder: EncoderFacts,
    low_mark: Option<(usize, usize)>,
    /// A limit of its own.
    cap: Option<Pacer>,
    pub(crate) sent_since_report: bool,
    pub(crate) last_keyframe_request: Option<Instant>,
    pub(crate) last_fir: Option<u8>,
    tone: Option<(stonechat_rtp::PayloadType, ToneSender)>,
    transform: SenderTransform,
    split: TransformQueue<SentFrame>,
    split_fresh: bool,
    split_needs_key: bool,
}

impl Sender {
    pub(crate) fn new(
        config: SenderConfig,
        ssrc: Ssrc,
        rtx_ssrc: Option<Ssrc>,
        rng: &mut Rng,
    ) -> Self {
        let mut random = || u16::try_from(rng.next_u32() & 0xffff).unwrap_or_default();
        // Below 2^15, so that no wrap happens among the first packets (RFC 3711, section 3.3.1).
        let first = SequenceNumber(random() & 0x7fff);
        let rtx_sequence = SequenceNumber(random() & 0x7fff);
        let packetizer_start = random();
        let timestamp_base = Timestamp(rng.next_u32());
        let mut this = Self {
            ssrc,
            rtx_ssrc,
            parameters: config.parameters,
            stats: SenderStats::new(ssrc, rtx_ssrc),
            identity_known: false,
            packetizers: Vec::new(),
            packetizer_start,
            header: Header::default(),
            header_len: 12,
            history: History::default(),
            queue: VecDeque::new(),
            queued_bytes: 0,
            resend: VecDeque::new(),
            resend_credit: retransmit::MAX_RESEND_CREDIT,
            next_sequence: ExtendedSequence((1 << 16) + u64::from(first.0)),
            rtx_sequence,
            timestamp_base,
            clock: None,
            audio_end: None,
            first_sent: None,
            encoder: EncoderFacts::default(),
            low_mark: None,
            cap: None,
            sent_since_report: false,
            last_keyframe_request: None,
            last_fir: None,
            tone: None,
            transform: SenderTransform::None,
            split: TransformQueue::new(TransformLimits::default()),
            split_fresh: false,
            split_needs_key: false,
        };
        this.apply_parameters();
        this
    }

    /// Takes new parameters. Packets queued under the old ones still leave, unless it is paused.
    pub(crate) fn set_parameters(&mut self, now: Instant, parameters: SenderParameters) {
        let header_changed = parameters.extensions != self.parameters.extensions
            || parameters.mid != self.parameters.mid
            || parameters.rid != self.parameters.rid;
        self.parameters = parameters;
        self.apply_parameters();
        match self.parameters.max_bitrate {
            None => self.cap = None,
            rate => {
                if let Some(cap) = self.cap.as_mut() {
                    cap.set_rate(now, rate);
                }
            }
        }
        if header_changed {
            // Sent again on their own stream, packets must be the same octets as before.
            self.history.forget_sent();
            self.identity_known = false;
        }
        if !self.parameters.active {
            self.drop_queue();
        }
    }

    fn apply_parameters(&mut self) {
        let mut old = std::mem::take(&mut self.packetizers);
        for codec in &self.parameters.codecs {
            let kept = old.iter().position(|(other, _)| other.codec == codec.codec);
            let packetizer = match kept {
                Some(index) => old.swap_remove(index).1,
                None => Packetizer::new(codec.codec, self.packetizer_start),
            };
            self.packetizers.push((*codec, packetizer));
        }
        self.write_extensions(
            None,
            true,
            Some(SequenceNumber(0)),
            NtpTime(0),
            Identity::Primary,
        );
        let level = stonechat_rtp::extension::AudioLevel {
            level: 0,
            voice: false,
        };
        if let (Some(id), MediaKind::Audio) = (self.parameters.extensions.audio_level, self.kind())
        {
            self.header.extensions.set(id, &level);
        }
        self.header_len = self.header.encoded_len();
    }

    /// When it may go on, if it has reached its own limit; audio has none.
    pub(crate) fn capped_until(&mut self, now: Instant, config: &Config) -> Option<Instant> {
        let rate = self.parameters.max_bitrate?;
        if self.kind() == MediaKind::Audio {
            return None;
        }
        let burst = config.pacing_burst;
        let cap = self
            .cap
            .get_or_insert_with(|| Pacer::new(Some(rate), burst, now));
        if cap.is_open(now) {
            None
        } else {
            cap.opens_at()
        }
    }

    pub(crate) fn on_sent(&mut self, len: usize) {
        if let Some(cap) = self.cap.as_mut() {
            cap.on_sent(len);
        }
    }

    /// What is queued will not be sent. Its numbers are free again, so the receiver sees no gap.
    fn drop_queue(&mut self) {
        self.tone = None;
        while let Some(sequence) = self.queue.pop_back() {
            self.history.remove(sequence);
            if sequence.next() == self.next_sequence {
                self.next_sequence = sequence;
            }
            self.stats.packets_dropped += 1;
        }
        self.queued_bytes = 0;
        for sequence in self.resend.drain(..) {
            if let Some(entry) = self.history.get_mut(sequence) {
                entry.resend_queued = false;
            }
        }
    }

    pub(crate) fn kind(&self) -> MediaKind {
        self.primary()
            .map_or(MediaKind::Audio, |codec| codec.codec.kind())
    }

    /// The codec of frames that ask for none.
    fn primary(&self) -> Option<&CodecParameters> {
        let mut codecs = self.parameters.codecs.iter();
        codecs.find(|codec| !codec.codec.is_event())
    }

    pub(crate) fn rate(&self) -> ClockRate {
        self.primary()
            .and_then(|codec| ClockRate::new(codec.codec.clock_rate()))
            .unwrap_or(ClockRate::VIDEO)
    }

    pub(crate) fn wants_to_send(&self) -> bool {
        !self.queue.is_empty()
    }

    pub(crate) fn wants_to_resend(&self) -> bool {
        !self.resend.is_empty()
    }

    /// The RTP timestamp of a media time. One that goes back is of another source, such as a track
    /// that replaced the one before: it goes on where that one ended.
    fn media_timestamp(&mut self, now: Instant, rate: ClockRate, time: Duration) -> Timestamp {
        let ticks = |time| u32::try_from(rate.ticks(time) & 0xffff_ffff).unwrap_or_default();
        let timestamp = self.timestamp_base.wrapping_add(ticks(time));
        let Some((last, at)) = self.clock else {
            return timestamp;
        };
        let back = last.0.wrapping_sub(timestamp.0);
        if back <= ticks(REORDERING) || back > u32::MAX / 2 {
            return timestamp;
        }
        let next = last.wrapping_add(ticks(now.saturating_duration_since(at)).max(1));
        self.timestamp_base = Timestamp(next.0.wrapping_sub(ticks(time)));
        next
    }

    pub(crate) fn send_frame(
        &mut self,
        now: Instant,
        frame: &OutgoingFrame,
        config: &Config,
        scratch: &mut Vec<Payload>,
    ) -> Result<(), SendError> {
        if !self.parameters.active {
            return Err(SendError::Inactive);
        }
        let codec = match frame.payload_type {
            Some(wanted) => find(&self.parameters.codecs, wanted),
            None => self.primary(),
        };
        let codec = *codec.ok_or(SendError::UnknownPayloadType)?;
        if codec.codec.is_event() {
            return Err(SendError::UnknownPayloadType);
        }
        let timestamp = self.timestamp_of(now, codec.codec, frame.time);
        if self.plays_tone() {
            self.clock = Some((timestamp, now));
            self.stats.frames_withheld += 1;
            return Ok(());
        }
        if matches!(self.transform, SenderTransform::Frames) {
            self.divert(now, codec, timestamp, frame);
            return Ok(());
        }
        self.packetize(now, codec, timestamp, frame, config, scratch)
    }

    fn timestamp_of(&mut self, now: Instant, codec: Codec, time: FrameTime) -> Timestamp {
        match time {
            FrameTime::Rtp(timestamp) => timestamp,
            FrameTime::Media(time) => {
                let rate = ClockRate::new(codec.clock_rate()).unwrap_or(ClockRate::VIDEO);
                self.media_timestamp(now, rate, time)
            }
        }
    }

    fn packetize(
        &mut self,
        now: Instant,
        codec: CodecParameters,
        timestamp: Timestamp,
        frame: &OutgoingFrame,
        config: &Config,
        scratch: &mut Vec<Payload>,
    ) -> Result<(), SendError> {
        let sealer = match &self.transform {
            SenderTransform::Packets(sealer) => Some(std::sync::Arc::clone(sealer)),
            SenderTransform::None | SenderTransform::Frames => None,
        };
        let overhead = sealer.as_ref().map_or(0, |sealer| sealer.overhead());
        let max_len = self.max_payload_len(config).saturating_sub(overhead);
        let (_, packetizer) = self
            .packetizers
            .iter()
            .find(|(other, _)| *other == codec)
            .ok_or(SendError::UnknownPayloadType)?;
        let mut packetizer = packetizer.clone();
        scratch.clear();
        packetizer.packetize_layer(&frame.data, frame.layers, max_len, scratch)?;
        if let Some(sealer) = sealer
            && !transform::seal(sealer.as_ref(), scratch)
        {
            self.stats.frames_withheld += 1;
            return Ok(());
        }
        let bytes = scratch.iter().map(Payload::len).sum();
        let admitted = self.admit(scratch.len(), bytes, config);
        self.note_limitation(now);
        admitted?;
        if let Some((_, slot)) = self
            .packetizers
            .iter_mut()
            .find(|(other, _)| *other == codec)
        {
            *slot = packetizer;
        }
        let first_marker = self.begins_talkspurt(codec.codec, timestamp, &frame.data);
        let last = scratch.len().saturating_sub(1);
        for (index, payload) in scratch.drain(..).enumerate() {
            let marker = match codec.codec.kind() {
                MediaKind::Audio => index == 0 && first_marker,
                MediaKind::Video => index == last,
            };
            let sequence = self.next_sequence;
            self.next_sequence = sequence.next();
            let timestamp = timestamp.wrapping_add(payload.timestamp_offset());
            let entry = Entry {
                payload,
                timestamp,
                payload_type: codec.payload_type,
                marker,
                audio_level: frame.audio_level,
                queued: now,
                ends_frame: index == last,
                sent: None,
                resent: None,
                resend_queued: false,
            };
            self.enqueue(sequence, entry, config);
        }
        self.clock = Some((timestamp, now));
        self.note_frame(now, codec.codec, frame);
        Ok(())
    }

    pub(crate) fn send_packet(
        &mut self,
        now: Instant,
        packet: OutgoingPacket,
        config: &Config,
    ) -> Result<(), SendError> {
        if !self.parameters.active {
            return Err(SendError::Inactive);
        }
        if find(&self.parameters.codecs, packet.payload_type).is_none() {
            return Err(SendError::UnknownPayloadType);
        }
        if packet.payload.len() > self.max_payload_len(config) {
            return Err(PacketizeError::TooLarge.into());
        }
        let sequence = packet.sequence.map_or(self.next_sequence, |number| {
            self.next_sequence.nearest(number)
        });
        let mut fresh = sequence >= self.next_sequence;
        if !fresh {
            fresh = self.history.is_free(sequence);
        }
        if !fresh {
            return Err(SendError::SequenceUsed);
        }
        let admitted = self.admit(1, packet.payload.len(), config);
        self.note_limitation(now);
        admitted?;
        self.next_sequence = self.next_sequence.max(sequence.next());
        let entry = Entry {
            payload: Payload::new(packet.payload),
            timestamp: packet.timestamp,
            payload_type: packet.payload_type,
            marker: packet.marker,
            audio_level: packet.audio_level,
            queued: now,
            ends_frame: packet.marker || self.kind() == MediaKind::Audio,
            sent: None,
            resent: None,
            resend_queued: false,
        };
        self.clock = Some((packet.timestamp, now));
        self.enqueue(sequence, entry, config);
        Ok(())
    }

    fn max_payload_len(&self, config: &Config) -> usize {
        config
            .max_packet_len
            .saturating_sub(self.header_len + rtx::OVERHEAD)
    }

    /// Whether that much may be queued; if not, notes how far the queue must fall.
    fn admit(&mut self, packets: usize, bytes: usize, config: &Config) -> Result<(), SendError> {
        let free_packets = config.max_queued_packets.checked_sub(packets);
        let free_bytes = config.max_queued_bytes.checked_sub(bytes);
        let (Some(free_packets), Some(free_bytes)) = (free_packets, free_bytes) else {
            return Err(PacketizeError::TooLarge.into());
        };
        if self.queue.len() > free_packets || self.queued_bytes > free_bytes {
            let packets = free_packets.min(config.max_queued_packets / 2);
            let bytes = free_bytes.min(config.max_queued_bytes / 2);
            self.low_mark = Some((packets, bytes));
            return Err(SendError::Blocked);
        }
        Ok(())
    }

    fn enqueue(&mut self, sequence: ExtendedSequence, entry: Entry, config: &Config) {
        self.queued_bytes += entry.payload.len();
        self.queue.push_back(sequence);
        let limit = config.history_packets.max(config.max_queued_packets);
        self.history.insert(sequence, entry, limit);
    }

    /// Whether audio begins again after silence that was not sent (RFC 3551, section 4.1).
    fn begins_talkspurt(&mut self, codec: Codec, timestamp: Timestamp, data: &[u8]) -> bool {
        let ticks = match codec {
            Codec::Opus => OpusToc::parse(data).map_or(0, |toc| toc.samples()),
            Codec::Pcmu | Codec::Pcma => u32::try_from(data.len()).unwrap_or(u32::MAX),
            Codec::Vp8 | Codec::H264(_) | Codec::TelephoneEvent { .. } | Codec::Other { .. } => {
                return false;
            }
        };
        let end = self.audio_end.replace(timestamp.wrapping_add(ticks));
        end.is_none_or(|end| timestamp.is_newer_than(end))
    }

    /// Whether the queue fell to where a refused frame would fit; true once.
    pub(crate) fn take_writable(&mut self) -> bool {
        let writable = self.low_mark.is_some_and(|(packets, bytes)| {
            self.queue.len() <= packets && self.queued_bytes <= bytes
        });
        if writable {
            self.low_mark = None;
        }
        writable
    }

    /// Writes the next media packet, or nothing if it does not fit.
    pub(crate) fn write_next(
        &mut self,
        now: Instant,
        wire: &mut Wire,
        config: &Config,
        out: &mut Frame<'_>,
    ) -> Option<Written> {
        let sequence = loop {
            let sequence = *self.queue.front()?;
            if self.history.get_mut(sequence).is_some() {
                break sequence;
            }
            self.queue.pop_front();
        };
        let transport_sequence = self
            .parameters
            .extensions
            .transport_sequence
            .filter(|_| wire.numbers)
            .map(|_| SequenceNumber(wire.transport_sequence));
        let sent = Sent {
            at: now,
            transport_sequence,
            identified: !self.identity_known,
        };
        let entry = self.history.get_mut(sequence)?.clone();
        let len = self.write(sequence, &entry, sent, wire, Identity::Primary, out)?;
        self.queue.pop_front();
        self.queued_bytes = self.queued_bytes.saturating_sub(entry.payload.len());
        if let Some(entry) = self.history.get_mut(sequence) {
            entry.sent = Some(sent);
        }
        if transport_sequence.is_some() {
            wire.transport_sequence = wire.transport_sequence.wrapping_add(1);
        }
        if self.parameters.codecs.iter().any(|codec| codec.nack) {
            self.history
                .shrink(config.history_bytes.max(self.queued_bytes));
            self.earn_resend_credit(entry.payload.len(), config.retransmission_percent);
        } else {
            self.history.forget_sent();
        }
        self.sent_since_report = true;
        self.note_packet(now, sequence, &entry, wire.ecn);
        let stats = &mut self.stats;
        stats.packets_sent += 1;
        stats.bytes_sent += entry.payload.len() as u64;
        stats.header_bytes_sent += (len - entry.payload.len()) as u64;
        Some(Written {
            len,
            ssrc: self.ssrc,
            sequence: sequence.sequence(),
            ecn: wire.ecn,
            transport_sequence,
        })
    }

    /// Writes the next retransmission, or nothing if it does not fit.
    pub(crate) fn write_resend(
        &mut self,
        now: Instant,
        wire: &mut Wire,
        out: &mut Frame<'_>,
    ) -> Option<Written> {
        let (sequence, entry) = loop {
            let sequence = *self.resend.front()?;
            match self.history.get_mut(sequence) {
                Some(entry) if entry.sent.is_some() => break (sequence, entry.clone()),
                _ => self.resend.pop_front(),
            };
        };
        let first = entry.sent?;
        let rtx = find(&self.parameters.codecs, entry.payload_type).and_then(|codec| codec.rtx);
        let (sent, identity) = match (rtx, self.rtx_ssrc) {
            (Some(payload_type), Some(ssrc)) => {
                let transport_sequence = self
                    .parameters
                    .extensions
                    .transport_sequence
                    .filter(|_| wire.numbers)
                    .map(|_| SequenceNumber(wire.transport_sequence));
                let sent = Sent {
                    at: now,
                    transport_sequence,
                    identified: !self.identity_known,
                };
                (
                    sent,
                    Identity::Repair {
                        ssrc,
                        payload_type,
                        sequence: self.rtx_sequence,
                    },
                )
            }
            _ => (first, Identity::Primary),
        };
        let len = self.write(sequence, &entry, sent, wire, identity, out)?;
        self.resend.pop_front();
        let mut transport_sequence = None;
        if let Identity::Repair { .. } = identity {
            self.rtx_sequence = self.rtx_sequence.next();
            transport_sequence = sent.transport_sequence;
            if transport_sequence.is_some() {
                wire.transport_sequence = wire.transport_sequence.wrapping_add(1);
            }
        }
        if let Some(entry) = self.history.get_mut(sequence) {
            entry.resent = Some(now);
            entry.resend_queued = false;
        }
        self.note_departure(now, &entry, wire.ecn);
        let stats = &mut self.stats;
        stats.packets_sent += 1;
        stats.bytes_sent += entry.payload.len() as u64;
        stats.header_bytes_sent += (len - entry.payload.len()) as u64;
        stats.retransmitted_packets_sent += 1;
        stats.retransmitted_bytes_sent += entry.payload.len() as u64;
        let (ssrc, number) = match identity {
            Identity::Primary => (self.ssrc, sequence.sequence()),
            Identity::Repair { ssrc, sequence, .. } => (ssrc, sequence),
        };
        Some(Written {
            len,
            ssrc,
            sequence: number,
            ecn: wire.ecn,
            transport_sequence,
        })
    }

    fn write(
        &mut self,
        sequence: ExtendedSequence,
        entry: &Entry,
        sent: Sent,
        wire: &Wire,
        identity: Identity,
        out: &mut Frame<'_>,
    ) -> Option<usize> {
        let ntp = wire.ntp(sent.at);
        self.write_extensions(
            entry.audio_level,
            sent.identified,
            sent.transport_sequence,
            ntp,
            identity,
        );
        let header = &mut self.header;
        header.marker = entry.marker;
        header.timestamp = entry.timestamp;
        let mut original = [0; 2];
        let mut prefix: &[u8] = &[];
        match identity {
            Identity::Primary => {
                header.ssrc = self.ssrc;
                header.payload_type = entry.payload_type;
                header.sequence = sequence.sequence();
            }
            Identity::Repair {
                ssrc,
                payload_type,
                sequence: number,
            } => {
                header.ssrc = ssrc;
                header.payload_type = payload_type;
                header.sequence = number;
                original = sequence.sequence().0.to_be_bytes();
                prefix = &original;
            }
        }
        let header_len = header.encoded_len();
        let len = header_len + prefix.len() + entry.payload.len();
        if len > out.remaining() {
            return None;
        }
        out.put(header_len, |slice| header.encode(slice))
            .ok()?
            .ok()?;
        let (head, body) = entry.payload.parts();
        out.put_slice(prefix).ok()?;
        out.put_slice(head).ok()?;
        out.put_slice(body).ok()?;
        let _ = original;
        Some(len)
    }

    /// Sets the header extensions, always in the same order.
    fn write_extensions(
        &mut self,
        level: Option<stonechat_rtp::extension::AudioLevel>,
        identified: bool,
        transport_sequence: Option<SequenceNumber>,
        ntp: NtpTime,
        identity: Identity,
    ) {
        let ids = &self.parameters.extensions;
        let list = &mut self.header.extensions;
        list.clear();
        if let Some(id) = ids.abs_send_time {
            list.set(id, &AbsSendTime::from_ntp(ntp));
        }
        if let (Some(id), Some(sequence)) = (ids.transport_sequence, transport_sequence) {
            list.set(id, &TransportSequence(sequence));
        }
        if let (Some(id), Some(level)) = (ids.audio_level, level) {
            list.set(id, &level);
        }
        if !identified {
            return;
        }
        if let (Some(id), Some(mid)) = (ids.mid, &self.parameters.mid) {
            list.set(id, &SdesMid(mid.as_str()));
        }
        if let Some(rid) = &self.parameters.rid {
            match identity {
                Identity::Primary => {
                    if let Some(id) = ids.rid {
                        list.set(id, &SdesRid(rid.as_str()));
                    }
                }
                Identity::Repair { .. } => {
                    if let Some(id) = ids.repaired_rid {
                        list.set(id, &SdesRepairedRid(rid.as_str()));
                    }
                }
            }
        }
    }
}

/// As which stream a packet leaves.
#[derive(Clone, Copy, Debug)]
enum Identity {
    Primary,
    Repair {
        ssrc: Ssrc,
        payload_type: stonechat_rtp::PayloadType,
        sequence: SequenceNumber,
    },
}
