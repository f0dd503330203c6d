//! A small machine that keeps the contract, or breaks one rule of it.

use std::time::{Duration, Instant};

use stonechat_testkit::bytes::BytesMut;
use stonechat_testkit::sansio::{Clock, Frame};

/// Delivers numbered messages one at a time, asks again until each is acknowledged, and says good
/// bye. A packet is: kind, number, eight random octets, a check sum.
pub(crate) struct Courier {
    clock: Clock,
    vice: Vice,
    salt: u64,
    next: u8,
    total: u8,
    received: u8,
    due: Option<Instant>,
    owes: Owes,
    state: State,
    events: Vec<Event>,
}

/// Which rule it breaks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Vice {
    #[default]
    None,
    NeedsPollAfterEachPacket,
    LosesForWantOfRoom,
    NeverStops,
    TakesAnyTimeout,
    NeverRests,
    PanicsOnGarbage,
    ReportsEachPacket,
    LivesOn,
    AsksTheClock,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Received(u8),
    Closed,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Closing(u8),
    Closed,
}

#[derive(Default)]
struct Owes {
    ack: bool,
    bye: bool,
}

const REPEAT: Duration = Duration::from_millis(200);
const LEN: usize = 11;

impl Courier {
    pub(crate) fn new(now: Instant, salt: u64, total: u8, vice: Vice) -> Self {
        Self {
            clock: Clock::new(now),
            vice,
            salt,
            next: 0,
            total,
            received: 0,
            due: (total > 0).then_some(now),
            owes: Owes::default(),
            state: State::Open,
            events: Vec::new(),
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.next == self.total
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    pub(crate) fn close(&mut self, now: Instant) {
        if self.state == State::Open {
            self.state = State::Closing(5);
            self.due = Some(self.clock.advance(now));
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "the verb of the convention")]
    pub(crate) fn handle_packet(&mut self, now: Instant, packet: BytesMut) {
        let now = self.clock.advance(now);
        let is_sound = packet.len() == LEN && packet[10] == sum(&packet[..10]);
        assert!(is_sound || self.vice != Vice::PanicsOnGarbage);
        if !is_sound || (self.is_closed() && self.vice != Vice::LivesOn) {
            return;
        }
        match packet[0] {
            b'm' => {
                if packet[1] == self.received {
                    self.received += 1;
                    self.report(Event::Received(packet[1]));
                } else if self.vice == Vice::ReportsEachPacket {
                    self.report(Event::Received(packet[1]));
                }
                assert!(!self.owes.ack || self.vice != Vice::NeedsPollAfterEachPacket);
                self.owes.ack = true;
            }
            b'a' if packet[1] == self.next + 1 && self.next < self.total => {
                self.next += 1;
                self.due = (self.next < self.total).then_some(now);
            }
            b'b' if self.state == State::Open => self.owes.bye = true,
            b'y' if self.state != State::Open => self.end(),
            _ => {}
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let given = now;
        let now = self.clock.advance(now);
        if self.vice == Vice::TakesAnyTimeout && given < now {
            self.due = Some(now);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.vice {
            Vice::NeverRests => Some(self.clock.now()),
            Vice::LivesOn => Some(self.due.unwrap_or_else(|| self.clock.now() + REPEAT)),
            _ => self.due,
        }
    }

    pub(crate) fn poll_transmit(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        let now = self.clock.advance(now);
        if self.is_closed() {
            return None;
        }
        if self.vice == Vice::NeverStops {
            return self.write(out, b'?', 0);
        }
        if self.owes.bye {
            self.write(out, b'y', 0)?;
            self.owes.bye = false;
            self.end();
            return Some(());
        }
        if self.owes.ack {
            self.write(out, b'a', self.received)?;
            self.owes.ack = false;
            return Some(());
        }
        self.due.filter(|due| *due <= now)?;
        let State::Closing(left) = self.state else {
            self.write(out, b'm', self.next)?;
            self.due = Some(now + REPEAT);
            return Some(());
        };
        self.write(out, b'b', 0)?;
        self.state = State::Closing(left - 1);
        self.due = Some(now + REPEAT);
        if left == 1 {
            self.end();
        }
        Some(())
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        (!self.events.is_empty()).then(|| self.events.remove(0))
    }

    fn end(&mut self) {
        self.state = State::Closed;
        self.due = None;
        self.owes = Owes::default();
        self.report(Event::Closed);
    }

    fn report(&mut self, event: Event) {
        self.events.push(event);
    }

    fn write(&mut self, out: &mut Frame<'_>, kind: u8, number: u8) -> Option<()> {
        if self.vice == Vice::LosesForWantOfRoom && out.remaining() < LEN {
            self.owes.ack = false;
            return None;
        }
        if self.vice == Vice::AsksTheClock {
            self.salt = self.salt.wrapping_add(ambient());
        }
        let mut packet = vec![kind, number];
        packet.extend(self.salt.to_be_bytes());
        packet.push(sum(&packet));
        out.put_slice(&packet).ok()
    }
}

fn sum(octets: &[u8]) -> u8 {
    octets
        .iter()
        .fold(7, |sum, octet| sum.rotate_left(3) ^ octet)
}

/// Something that differs from call to call, as a clock would.
fn ambient() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static CALLS: AtomicU64 = AtomicU64::new(1);
    CALLS.fetch_add(1, Ordering::Relaxed)
}
