//! One outgoing encoding.

mod history;
mod packetize;
mod queue;
mod report;
mod retransmit;
mod statistics;
mod tone;
mod transform;
mod write;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_rtp::extension::AudioLevel;
use stonechat_rtp::{ClockRate, ExtendedSequence, Header, NtpTime, PayloadType, SequenceNumber};
use stonechat_rtp::{Ssrc, Timestamp};
use stonechat_sansio::{Ecn, Env, Rng};

use history::History;
pub(crate) use report::{MAX_ROUND_TRIP, RemoteReport};
pub use statistics::EncoderFacts;
pub(crate) use statistics::energy;
use transform::SentFrame;
use write::Identity;

use crate::codec::MediaKind;
use crate::codec::telephone_event::ToneSender;
use crate::pacer::Pacer;
use crate::packetize::{Descriptor, PacketizeError, Packetizer};
use crate::parameters::{CodecParameters, SenderConfig, SenderParameters};
use crate::transform::{SenderTransform, TransformLimits, TransformQueue};
use crate::{Codec, Config, SenderStats};

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
    tone: Option<(PayloadType, ToneSender)>,
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
        let describes = self
            .parameters
            .codecs
            .iter()
            .any(|it| it.codec == Codec::Av1);
        if let (Some(id), true) = (self.parameters.extensions.dependency_descriptor, describes) {
            let longest = [0; Descriptor::MAX_LEN];
            let _ = self.header.extensions.set_raw(id, &longest);
        }
        let level = AudioLevel {
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
}
