mod close;
mod handshake;
mod receive;
#[cfg(test)]
mod tests;
mod transmit;

use std::collections::VecDeque;
use std::time::Instant;

use bytes::BytesMut;
use stonechat_crypto::Fingerprint;
use stonechat_sansio::{Clock, Env, Frame, Overhead, Rng, Timers};

use crate::alert::Alert;
use crate::event::State;
use crate::flight::Flight;
use crate::fragment::Reassembler;
use crate::record::epoch::RecordLayer;
use crate::stats::{DropReason, Stats};
use crate::timer::Timer;
use crate::v12::{self, Established};
use crate::{CloseReason, Config, Event, ExportError};

pub(crate) use handshake::Handshake;
use transmit::Repeats;

/// One DTLS session over one path: a machine without socket and clock.
///
/// It follows the contract of stonechat's machines: no input makes a verb fail or panic, memory is
/// bounded by [`Config`], nothing happens between the calls, and after [`Event::Closed`] all verbs
/// do nothing.
///
/// What is in plain text may come from anybody, so it never ends a session: it is taken if it
/// fits and dropped if not. A handshake ends with the peer's identity proven by one of the
/// fingerprints, or it does not end in `Connected`.
#[derive(Debug)]
pub struct Session {
    config: Config,
    env: Env,
    clock: Clock,
    rng: Rng,
    phase: Phase,
    records: RecordLayer,
    reassembler: Reassembler,
    flight: Flight,
    repeats: Repeats,
    timers: Timers<Timer>,
    fingerprints: Option<Vec<Fingerprint>>,
    /// A warning that is owed to the peer.
    warning: Option<Alert>,
    /// A fatal alert in plain text, and how often a flight was repeated in vain since.
    suspected: Option<(crate::AlertDescription, u32)>,
    connected: Option<Event>,
    data: VecDeque<BytesMut>,
    data_octets: usize,
    failed_opens: u64,
    /// Whether anything was sent or received.
    begun: bool,
    stats: Stats,
}

/// ```text
///  Handshaking --Finished, fingerprints--> Connected
///      |                                       |
///      +---- fault, close, alert, silence -----+
///                        |
///                     Closing --last alert written, data polled--> Closed
/// ```
#[derive(Debug)]
enum Phase {
    Handshaking(Box<Handshake>),
    Connected(Box<Established>),
    /// The end is certain; an alert may be owed, and then its report.
    Closing {
        alert: Option<Alert>,
        reason: CloseReason,
    },
    Closed(CloseReason),
}

impl Session {
    /// A session that begins now: a client's ClientHello is ready at once.
    ///
    /// The seed of `env` must be this session's alone.
    #[must_use]
    pub fn new(config: Config, env: Env, now: Instant) -> Self {
        let mut rng = env.seed().child("dtls").rng();
        let mut flight = Flight::new();
        let mut records = RecordLayer::default();
        let state = v12::State::start(
            config.role,
            &mut v12::Context {
                config: &config,
                provider: env.crypto(),
                rng: &mut rng,
                fingerprints: config.remote_fingerprints.as_deref(),
                flight: &mut flight,
                records: &mut records,
            },
        );
        Self {
            clock: Clock::new(now),
            rng,
            phase: Phase::Handshaking(Box::new(Handshake::new(state))),
            records,
            reassembler: Reassembler::new(config.reassembly, 0),
            repeats: Repeats::new(&config, flight.number()),
            flight,
            timers: Timers::new(),
            fingerprints: config.remote_fingerprints.clone(),
            warning: None,
            suspected: None,
            connected: None,
            data: VecDeque::new(),
            data_octets: 0,
            failed_opens: 0,
            begun: false,
            stats: Stats::default(),
            config,
            env,
        }
    }

    /// Sets the fingerprints of the peer's certificate, as the signalling brings them.
    ///
    /// A handshake that had to wait for them goes on; a certificate that has none of them ends the
    /// session, also later. Repeating the same ones changes nothing.
    ///
    /// # Timing
    ///
    /// A server's last flight may become ready.
    pub fn set_remote_fingerprints(&mut self, now: Instant, fingerprints: Vec<Fingerprint>) {
        let now = self.clock.advance(now);
        if self.is_ending() {
            return;
        }
        self.fingerprints = Some(fingerprints);
        self.recheck_identity();
        self.pump(now);
    }

    /// Takes a datagram of the peer; the records in it are decrypted in place.
    ///
    /// The caller hands in only what came over the session's path.
    pub fn handle_packet(&mut self, now: Instant, packet: BytesMut) {
        let now = self.clock.advance(now);
        if self.is_ending() {
            return;
        }
        self.begun = true;
        self.receive(now, packet);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.clock.advance(now);
        while let Some(timer) = self.timers.expire(now) {
            match timer {
                Timer::Retransmit => self.on_retransmit_timer(),
            }
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Writes the next datagram of the handshake, or an alert, if one is due.
    ///
    /// Application data is written by the caller: see [`overhead`](Self::overhead) and
    /// [`seal`](Self::seal).
    ///
    /// # Timing
    ///
    /// The end of a flight starts the timer of its repetition.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        let now = self.clock.advance(now);
        self.transmit(now, out)
    }

    /// The next event.
    ///
    /// [`Event::Closed`] comes once the last alert was written and all data was polled.
    pub fn poll_event(&mut self) -> Option<Event> {
        if let Some(event) = self.connected.take() {
            return Some(event);
        }
        match self.phase {
            Phase::Closing {
                alert: None,
                reason,
            } if self.data.is_empty() => {
                self.phase = Phase::Closed(reason);
                Some(Event::Closed(reason))
            }
            _ => None,
        }
    }

    /// The next application data: one record of the peer, a part of the datagram it came in.
    pub fn poll_data(&mut self) -> Option<BytesMut> {
        let data = self.data.pop_front()?;
        self.data_octets = self.data_octets.saturating_sub(data.len());
        Some(data)
    }

    /// The room that a record of application data needs around its octets; `None` unless such a
    /// record may be sent.
    #[inline]
    #[must_use]
    pub fn overhead(&self) -> Option<Overhead> {
        match self.phase {
            Phase::Connected(_) => self
                .records
                .overhead(crate::record::epoch::Epoch::Protected),
            Phase::Handshaking(_) | Phase::Closing { .. } | Phase::Closed(_) => None,
        }
    }

    /// Makes a record of application data of a frame that was reserved with
    /// [`overhead`](Self::overhead) and whose body was written, at most 16,384 octets.
    ///
    /// A longer body, or one without such a reservation, is erased and counted. If the provider
    /// refuses, the body is erased and the session ends.
    pub fn seal(&mut self, record: &mut Frame<'_>) {
        self.seal_data(record);
    }

    /// Where the session is.
    #[must_use]
    pub fn state(&self) -> State {
        match &self.phase {
            Phase::Handshaking(_) if !self.begun => State::New,
            Phase::Handshaking(_) => State::Connecting,
            Phase::Connected(_) => State::Connected,
            Phase::Closing { reason, .. } | Phase::Closed(reason) => reason.state(),
        }
    }

    /// Fills `out` with keying material for `label` and, if the other protocol has one, `context`.
    ///
    /// # Errors
    ///
    /// [`ExportError::NotConnected`] before the peer's identity is proven,
    /// [`ExportError::ReservedLabel`] and [`ExportError::ContextTooLong`] for arguments that no
    /// protocol has. `out` is then as it was.
    ///
    /// # Spec
    ///
    /// RFC 5705, section 4.
    pub fn export(
        &self,
        label: &str,
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), ExportError> {
        let Phase::Connected(established) = &self.phase else {
            return Err(ExportError::NotConnected);
        };
        established.export(self.env.crypto(), label.as_bytes(), context, out)
    }

    /// Ends the session and tells the peer so.
    ///
    /// # Timing
    ///
    /// `poll_transmit` has an alert; the event follows it.
    pub fn close(&mut self, now: Instant) {
        self.clock.advance(now);
        if !self.is_ending() {
            self.end(
                CloseReason::Local,
                Some(Alert::warning(crate::AlertDescription::CLOSE_NOTIFY)),
            );
        }
    }

    /// What was counted.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = self.stats;
        stats.reassembly_octets = self.reassembler.octets();
        stats.deferred_records = self.records.deferred_len();
        stats
    }

    const fn is_ending(&self) -> bool {
        matches!(self.phase, Phase::Closing { .. } | Phase::Closed(_))
    }

    fn push_data(&mut self, data: BytesMut) {
        // An empty record carries nothing (RFC 5246, section 6.2.1).
        if data.is_empty() {
            return;
        }
        // Each entry is charged 64 octets besides its own, so that short ones are bounded too.
        let charged = self.data_octets + (self.data.len() + 1) * 64 + data.len();
        if charged > self.config.max_pending_data {
            self.stats.drop(DropReason::DataLimit);
            return;
        }
        self.data_octets += data.len();
        self.data.push_back(data);
    }
}
