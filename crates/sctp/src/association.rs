mod abort;
mod connect;
mod cookie;
mod data;
mod farewell;
mod forward_tsn;
mod heartbeat;
mod negotiate;
mod receive;
mod restart;
mod sack;
mod shutdown;
mod stream_reset;
mod transmit;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use stonechat_crypto::{MacAlgorithm, MacKey};
use stonechat_sansio::{Clock, Env, Frame, Rng, Seed, Timers};

use crate::cause::Cause;
use crate::chunk::init::{Capabilities, Side};
use crate::congestion::{Congestion, Reno};
use crate::receive::{Notice, Receiver};
use crate::rto::Rto;
use crate::send::{Limit, Outstanding, Queue, ResetState};
use crate::state::Phase;
use crate::stats::DropReason;
use crate::timer::Timer;
use crate::{
    CloseReason, Config, Event, Message, Ppid, Received, ResetError, SendError, State, Stats,
    StreamId, Tsn,
};
use stream_reset::Reset;

/// Octets that each message counts in the send buffer on top of its payload.
const ENTRY: usize = 64;

/// One SCTP association (RFC 9260) over a path that somebody else keeps: usually DTLS.
///
/// The crate's front page has the loop that drives it and a table of what it does.
pub struct Association {
    core: Core,
}

impl Association {
    /// An association that waits: it answers a peer that connects, and connects by
    /// [`connect`](Self::connect).
    #[must_use]
    pub fn new(config: Config, env: &Env, now: Instant) -> Self {
        Self {
            core: Core::new(config.validated(), env, now),
        }
    }

    /// Begins to connect. Both sides may do so at once. To be called when the path can carry
    /// packets; without effect in any state but [`State::New`].
    ///
    /// # Spec
    ///
    /// RFC 9260, sections 5.1 and 5.2.
    pub fn connect(&mut self, now: Instant) {
        self.update(now, |core, _| core.connect());
    }

    /// Takes a packet in. Whatever it holds, this is no error of the caller.
    pub fn handle_packet(&mut self, now: Instant, packet: BytesMut) {
        self.update(now, |core, now| core.handle_packet(now, packet));
    }

    /// Lets the timers that are due run out.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.update(now, Core::handle_timeout);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.core.timers.next()
    }

    /// Writes the next packet that is due into `out`, or returns `None` and leaves it as it was.
    ///
    /// Everything handed in before is answered together: by one SACK for a burst of packets.
    /// The frame's room bounds the packet; DATA chunks are never larger than [`Config::base`]
    /// allows.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        self.update(now, |core, now| core.poll_transmit(now, out))
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.poll_event()
    }

    /// Whether [`poll_event`](Self::poll_event) has something.
    #[must_use]
    pub fn has_events(&self) -> bool {
        !self.core.events.is_empty() || self.core.receiver.has_notices()
    }

    /// Gives [`Event::Readable`] for a stream again if it has something to read: for an owner
    /// that stopped reading half-way.
    pub fn notice_readable(&mut self, stream: StreamId) {
        self.core.receiver.notice_readable(stream);
    }

    /// Queues a message. May be called before the association is established.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was taken. After [`SendError::Blocked`] one
    /// [`Event::Writable`] for the stream follows.
    pub fn send(
        &mut self,
        now: Instant,
        stream: StreamId,
        message: Message,
    ) -> Result<(), SendError> {
        self.update(now, |core, now| core.send(now, stream, message))
    }

    /// The next message of a stream. What is read opens the window for the peer.
    ///
    /// After an incoming reset it returns `None` where the stream was reset until
    /// [`Event::Drained`] was queued; what comes behind belongs to the stream's new use.
    pub fn recv(&mut self, now: Instant, stream: StreamId) -> Option<Received> {
        self.update(now, |core, _| core.recv(stream))
    }

    /// What the next message of a stream is, without reading it.
    #[must_use]
    pub fn peek(&self, stream: StreamId) -> Option<Ppid> {
        self.core.receiver.peek(stream)
    }

    /// Asks the peer to reset our side of a stream, once everything queued on it was sent.
    /// [`Event::OutgoingResetDone`] or [`Event::OutgoingResetDenied`] follows; until then nothing
    /// can be sent on it.
    ///
    /// # Errors
    ///
    /// [`ResetError`]; nothing was begun.
    ///
    /// # Spec
    ///
    /// RFC 6525, section 5.1.2.
    pub fn reset_stream(&mut self, now: Instant, stream: StreamId) -> Result<(), ResetError> {
        self.update(now, |core, _| core.reset_stream(stream))
    }

    /// Ends the association after everything queued was delivered (RFC 9260, section 9.2).
    /// [`Event::Closed`] follows.
    pub fn shutdown(&mut self, now: Instant) {
        self.update(now, Core::shutdown);
    }

    /// Ends the association at once and tells the peer `reason` (RFC 9260, section 9.1).
    /// [`Event::Closed`] follows.
    pub fn abort(&mut self, now: Instant, reason: &str) {
        self.update(now, |core, now| core.abort(now, reason));
    }

    /// The weight of a stream among those with something to send; 256 is normal (RFC 8831,
    /// section 6.4). It lasts until the stream is reset.
    pub fn set_priority(&mut self, stream: StreamId, priority: u16) {
        if self.core.check_stream(stream).is_ok() {
            self.core.queue.set_weight(stream, priority);
        }
    }

    /// Bounds new DATA to so many bits a second; `None` leaves it to congestion control.
    pub fn set_send_limit(&mut self, now: Instant, bits_per_second: Option<u64>) {
        self.update(now, |core, now| core.set_send_limit(now, bits_per_second));
    }

    /// Says that the way to the peer works again after an outage: what waits for its retransmission
    /// goes now instead of when a doubled timeout ends.
    pub fn path_restored(&mut self, now: Instant) {
        self.update(now, Core::path_restored);
    }

    /// Says that packets are treated otherwise on their way from now on, since they are marked
    /// otherwise: congestion control begins anew, in slow start (RFC 8837, section 5).
    pub fn reset_congestion(&mut self, now: Instant) {
        self.update(now, |core, _| {
            core.congestion = new_congestion(&core.config);
        });
    }

    /// Payload octets queued on a stream and not yet sent for the first time.
    #[must_use]
    pub fn buffered_amount(&self, stream: StreamId) -> usize {
        self.core.queue.buffered_on(stream)
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.core.phase.state()
    }

    /// Streams that we may send on: from 0 up to, not including, this. What was asked for until
    /// the association is established, then what was negotiated.
    #[must_use]
    pub fn outbound_streams(&self) -> u16 {
        self.core.outbound_streams
    }

    /// Streams that the peer may send on.
    #[must_use]
    pub fn inbound_streams(&self) -> u16 {
        self.core.inbound_streams
    }

    /// Whether the peer can reset streams; false until the association is established.
    #[must_use]
    pub fn can_reset_streams(&self) -> bool {
        self.core.phase.is_up() && self.core.peer.capabilities.reconfig
    }

    /// Whether the peer knows partial reliability; false until the association is established.
    #[must_use]
    pub fn has_partial_reliability(&self) -> bool {
        self.core.phase.is_up() && self.core.peer.capabilities.forward_tsn
    }

    /// Counters and measures.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.core.stats()
    }

    /// The configuration as it is used.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.core.config
    }

    /// The only door to the core: time never goes back, and what became possible is done.
    #[inline]
    fn update<R>(&mut self, now: Instant, f: impl FnOnce(&mut Core, Instant) -> R) -> R {
        let now = self.core.clock.advance(now);
        let result = f(&mut self.core, now);
        self.core.settle(now);
        result
    }
}

impl std::fmt::Debug for Association {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Association")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// Answers that need no association.
#[derive(Debug)]
struct Reply {
    tag: u32,
    kind: u8,
    flags: u8,
    value: Bytes,
}

/// What is owed to the peer, besides data.
#[derive(Debug, Default)]
struct Owed {
    replies: VecDeque<Reply>,
    cookie_ack: bool,
    sack: bool,
    /// Packets with DATA since the last SACK.
    unacknowledged: u32,
    heartbeat_acks: VecDeque<Bytes>,
    heartbeat: bool,
    errors: VecDeque<Cause>,
    forward_tsn: bool,
}

/// The last packet of an association that has ended.
#[derive(Debug)]
struct Farewell {
    kind: u8,
    value: Bytes,
    reason: CloseReason,
}

/// A rate that new data is held to.
#[derive(Clone, Copy, Debug)]
struct SendLimit {
    octets_per_second: u64,
    /// Octets that may be sent now; below zero after a chunk that was larger than the credit.
    credit: i64,
    at: Instant,
}

/// The association without its door. Procedures are in the files beside this one.
struct Core {
    config: Config,
    seed: Seed,
    clock: Clock,
    start: Instant,
    rng: Rng,
    cookie_key: Option<Box<dyn MacKey>>,
    phase: Phase,
    timers: Timers<Timer>,
    events: VecDeque<Event>,
    stats: Stats,
    local: Side,
    peer: Side,
    /// Random tags that bind a restart cookie to this association (RFC 9260, section 5.2.2).
    tie: (u32, u32),
    outbound_streams: u16,
    inbound_streams: u16,
    queue: Queue,
    outstanding: Outstanding,
    receiver: Receiver,
    reset: Reset,
    /// Streams whose reset is wanted and not yet requested.
    reset_wanted: usize,
    rto: Rto,
    congestion: Congestion,
    owed: Owed,
    farewell: Option<Farewell>,
    /// Retransmissions in a row without an answer.
    failures: u16,
    /// Octets in the send buffer, with overhead.
    send_buffered: usize,
    /// Someone was refused by a full send buffer.
    has_blocked: bool,
    /// The window that the peer announced last.
    peer_window: usize,
    /// The window that we announced last.
    advertised: usize,
    /// Where fast recovery ends.
    recovery_exit: Option<u64>,
    /// The next packet may go out whatever the congestion window says.
    fast_retransmit: bool,
    /// Octets that may be sent before the next SACK (rule D of RFC 9260, section 6.1).
    burst: usize,
    /// The window is zero: so many probes were sent, and whether one may be sent now.
    probes: u16,
    probe_now: bool,
    /// A SACK came since the retransmission timer was started.
    heard: bool,
    last_sent: Instant,
    forwarded: Option<(u64, Instant)>,
    heartbeat_nonce: Option<(u64, Instant)>,
    send_limit: Option<SendLimit>,
}

impl Core {
    fn new(config: Config, env: &Env, now: Instant) -> Self {
        let seed = env.seed().child("sctp");
        let mut rng = seed.rng();
        let key: [u8; 32] = rng.array();
        let cookie_key = env
            .crypto()
            .mac(MacAlgorithm::HmacSha256)
            .map(|mac| mac.key(&key));
        let local = Side {
            tag: new_tag(&mut rng),
            window: config.receive_window,
            outbound: config.outbound_streams,
            inbound: config.inbound_streams,
            tsn: Tsn(rng.next_u32()),
            capabilities: Capabilities {
                forward_tsn: true,
                reconfig: true,
                zero_checksum: config.zero_checksum,
            },
        };
        Self {
            clock: Clock::new(now),
            start: now,
            cookie_key,
            phase: Phase::New,
            timers: Timers::new(),
            events: VecDeque::new(),
            stats: Stats::default(),
            local,
            peer: Side::default(),
            tie: (new_tag(&mut rng), new_tag(&mut rng)),
            outbound_streams: config.outbound_streams,
            inbound_streams: config.inbound_streams,
            queue: Queue::new(&seed),
            outstanding: Outstanding::new(local.tsn),
            receiver: Receiver::new(&config, &seed, Tsn(0)),
            reset: Reset::new(local.tsn.0, 0),
            reset_wanted: 0,
            rto: Rto::new(&config),
            congestion: new_congestion(&config),
            owed: Owed::default(),
            farewell: None,
            failures: 0,
            send_buffered: 0,
            has_blocked: false,
            peer_window: 0,
            advertised: 0,
            recovery_exit: None,
            fast_retransmit: false,
            burst: 0,
            probes: 0,
            probe_now: false,
            heard: false,
            last_sent: now,
            forwarded: None,
            heartbeat_nonce: None,
            send_limit: None,
            rng,
            seed,
            config,
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(timer) = self.timers.expire(now) {
            match timer {
                Timer::Init => self.on_init_timeout(),
                Timer::Shutdown => self.on_shutdown_timeout(),
                Timer::Guard => self.fail(CloseReason::TooManyRetransmissions),
                Timer::Retransmit => self.on_retransmit_timeout(now),
                Timer::Sack => self.owed.sack = true,
                Timer::Heartbeat => self.on_heartbeat_timeout(),
                Timer::Reconfig => self.on_reconfig_timeout(),
                Timer::ZeroWindow => self.fail(CloseReason::ZeroWindow),
                Timer::Farewell => self.end_farewell(),
                Timer::Limit => {}
            }
        }
    }

    fn path_restored(&mut self, now: Instant) {
        self.failures = 0;
        self.rto.restore(self.config.rto_initial);
        for timer in [Timer::Init, Timer::Retransmit, Timer::Reconfig] {
            if self.timers.get(timer).is_some() {
                self.timers.set(timer, now);
            }
        }
        self.handle_timeout(now);
    }

    fn poll_event(&mut self) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        let notice = self.receiver.pop_notice()?;
        self.receiver.on_taken(notice);
        if matches!(notice, Notice::TooLarge(_)) {
            self.drop(DropReason::TooLarge);
        }
        Some(match notice {
            Notice::Readable(stream) => Event::Readable(stream),
            Notice::TooLarge(stream) => Event::MessageTooLarge(stream),
            Notice::Reset(stream) => Event::IncomingReset(stream),
            Notice::Drained(stream) => Event::Drained(stream),
        })
    }

    fn check_stream(&self, stream: StreamId) -> Result<(), SendError> {
        if stream.0 < self.outbound_streams {
            Ok(())
        } else {
            Err(SendError::InvalidStream)
        }
    }

    fn send(&mut self, now: Instant, stream: StreamId, message: Message) -> Result<(), SendError> {
        match self.phase {
            Phase::New
            | Phase::CookieWait { .. }
            | Phase::CookieEchoed { .. }
            | Phase::Established => {}
            _ => return Err(SendError::Closed),
        }
        self.check_stream(stream)?;
        let len = message.payload.len();
        if len == 0 {
            return Err(SendError::Empty);
        }
        if len > self.config.max_message_size {
            return Err(SendError::TooLarge {
                max: self.config.max_message_size,
            });
        }
        if self
            .queue
            .stream(stream)
            .is_some_and(|stream| stream.reset != ResetState::None)
        {
            return Err(SendError::Resetting);
        }
        if self.send_buffered > 0 && self.send_buffered + len + ENTRY > self.config.send_buffer {
            self.queue.stream_mut(stream).blocked = true;
            self.has_blocked = true;
            return Err(SendError::Blocked);
        }
        self.send_buffered += len + ENTRY;
        self.stats.messages_sent += 1;
        let limit = Limit::new(message.reliability, now);
        self.queue.push(stream, message, limit);
        Ok(())
    }

    fn recv(&mut self, stream: StreamId) -> Option<Received> {
        if matches!(self.phase, Phase::Closed) {
            return self.receiver.recv(stream);
        }
        let message = self.receiver.recv(stream)?;
        let window = self.receiver.advertised() as usize;
        let whole = self.config.receive_window as usize;
        if self.phase.receives_data()
            && crate::receive::is_worth_update(whole, self.advertised, window)
        {
            self.owed.sack = true;
        }
        Some(message)
    }

    /// Gives send buffer back and wakes those who were refused.
    fn release(&mut self, octets: usize) {
        self.send_buffered = self.send_buffered.saturating_sub(octets);
    }

    fn settle(&mut self, _now: Instant) {
        self.report_reset();
        if self.has_blocked && self.send_buffered <= self.config.send_buffer / 2 {
            self.has_blocked = false;
            for stream in self.queue.take_blocked() {
                self.events.push_back(Event::Writable(stream));
            }
        }
    }

    fn drop(&mut self, reason: DropReason) {
        self.stats.dropped.count(reason);
    }

    fn set_send_limit(&mut self, now: Instant, bits_per_second: Option<u64>) {
        self.timers.stop(Timer::Limit);
        self.send_limit = bits_per_second.map(|bits| SendLimit {
            octets_per_second: (bits / 8).max(1),
            credit: self.send_limit.map_or(0, |limit| limit.credit),
            at: now,
        });
    }

    /// What the peer can still take, as far as we know.
    fn peer_room(&self) -> usize {
        self.peer_window
            .saturating_sub(self.outstanding.flight_payload())
    }

    fn stats(&self) -> Stats {
        Stats {
            rtt: self.rto.smoothed(),
            rto: self.rto.get(),
            congestion_window: self.congestion.window(),
            slow_start_threshold: self.congestion.threshold(),
            flight_size: self.outstanding.flight(),
            peer_window: self.peer_room(),
            own_window: self.receiver.window(),
            send_buffered: self.send_buffered,
            receive_buffered: self.receiver.held(),
            pinned_bytes: self.receiver.pinned(),
            messages_received: self.receiver.messages,
            ..self.stats.clone()
        }
    }
}

/// A verification tag: random, never zero (RFC 9260, section 5.3.1).
fn new_tag(rng: &mut Rng) -> u32 {
    rng.next_u32().max(1)
}

fn new_congestion(config: &Config) -> Congestion {
    Congestion::Reno(Reno::new(
        config.max_chunk(),
        usize::from(config.initial_window),
    ))
}

/// The longest that a last packet waits to be polled.
const FAREWELL: Duration = Duration::from_millis(500);
