//! INIT, INIT ACK, COOKIE ECHO and COOKIE ACK from the side that connects (RFC 9260, section 5.1).

use std::time::Instant;

use bytes::Bytes;

use super::{Core, Reply};
use crate::chunk;
use crate::chunk::init::{Init, MIN_WINDOW, Side};
use crate::state::Phase;
use crate::stats::DropReason;
use crate::timer::Timer;
use crate::{CloseReason, Event, Violation, cause};

impl Core {
    pub(super) fn connect(&mut self) {
        if matches!(self.phase, Phase::New) {
            self.enter(Phase::CookieWait {
                owed: true,
                tries: 0,
            });
        }
    }

    /// Goes to another state: the one place that says so.
    pub(super) fn enter(&mut self, phase: Phase) {
        tracing::debug!(from = ?self.phase.state(), to = ?phase.state(), "state");
        self.phase = phase;
    }

    /// T1-init or T1-cookie ran out.
    pub(super) fn on_init_timeout(&mut self) {
        let max = self.config.max_init_retransmissions;
        let exhausted = match &mut self.phase {
            Phase::CookieWait { owed, tries } | Phase::CookieEchoed { owed, tries, .. } => {
                *tries += 1;
                *owed = true;
                *tries > max
            }
            _ => return,
        };
        if exhausted {
            self.fail(CloseReason::ConnectTimeout);
        }
    }

    /// How long to wait for an answer to INIT or COOKIE ECHO.
    pub(super) fn start_init_timer(&mut self, now: Instant) {
        let (Phase::CookieWait { owed, tries } | Phase::CookieEchoed { owed, tries, .. }) =
            &mut self.phase
        else {
            return;
        };
        *owed = false;
        let at = now + self.rto.backed_off(*tries);
        self.timers.set(Timer::Init, at);
    }

    /// Answers INIT with INIT ACK and a cookie; nothing is remembered (RFC 9260, section 5.1,
    /// and 5.2 where there is an association already).
    pub(super) fn on_init(&mut self, now: Instant, value: &[u8]) {
        let Some(init) = Init::parse(value) else {
            return self.drop(DropReason::MalformedChunk);
        };
        //= https://www.rfc-editor.org/rfc/rfc9260#section-3.3.2
        //# If the value of the Initiate Tag in a received INIT chunk is found
        //# to be 0, the receiver MUST silently discard the packet.
        if init.side.tag == 0 {
            return self.drop(DropReason::MalformedChunk);
        }
        if let Some(name) = init.host_name {
            self.drop(DropReason::MalformedChunk);
            return self.refuse(init.side.tag, cause::UNRESOLVABLE_ADDRESS, name);
        }
        if !init.is_valid() {
            self.drop(DropReason::MalformedChunk);
            return self.refuse(init.side.tag, cause::INVALID_PARAMETER, &[]);
        }
        let (mut ours, tie) = match &mut self.phase {
            Phase::Closed => return,
            Phase::ShutdownAckSent { owed } => {
                *owed = true;
                return self.drop(DropReason::Unexpected);
            }
            Phase::New | Phase::CookieWait { .. } => (self.local, (0, 0)),
            Phase::CookieEchoed { .. } => (self.local, self.tie),
            _ => {
                let tag = super::new_tag(&mut self.rng);
                let tsn = crate::Tsn(self.rng.next_u32());
                (
                    Side {
                        tag,
                        tsn,
                        ..self.local
                    },
                    self.tie,
                )
            }
        };
        ours.capabilities.zero_checksum = self.config.zero_checksum;
        let Some(cookie) = self.bake_cookie(now, &ours, &init.side, tie) else {
            return self.drop(DropReason::Unexpected);
        };
        let value = chunk::init::encoded(&ours, Some(&cookie), &init.unrecognized);
        let value = Bytes::from(value);
        self.reply(Reply {
            tag: init.side.tag,
            kind: chunk::INIT_ACK,
            flags: 0,
            value,
        });
    }

    fn refuse(&mut self, tag: u32, code: u16, info: &[u8]) {
        let value = Bytes::from(cause::Cause::new(code, info).encoded());
        self.reply(Reply {
            tag,
            kind: chunk::ABORT,
            flags: 0,
            value,
        });
    }

    /// Queues an answer; of several INIT ACKs only the last one counts.
    pub(super) fn reply(&mut self, reply: Reply) {
        if reply.kind == chunk::INIT_ACK {
            self.owed
                .replies
                .retain(|other| other.kind != chunk::INIT_ACK);
        }
        if self.owed.replies.len() < 4 {
            self.owed.replies.push_back(reply);
        } else {
            self.drop(DropReason::ReplyQueue);
        }
    }

    pub(super) fn on_init_ack(&mut self, now: Instant, value: &[u8]) {
        if !matches!(self.phase, Phase::CookieWait { .. }) {
            return self.drop(DropReason::Unexpected);
        }
        let Some(init) = Init::parse(value) else {
            return self.drop(DropReason::MalformedChunk);
        };
        //= https://www.rfc-editor.org/rfc/rfc9260#section-3.3.3
        //# A receiver of an INIT ACK chunk with the a_rwnd value set to a
        //# value smaller than 1500 MUST discard the packet, SHOULD send a
        //# packet in response containing an ABORT chunk and using the
        //# Initiate Tag as the Verification Tag, and MUST NOT change the
        //# state of any existing association.
        if init.side.tag != 0 && init.side.window < MIN_WINDOW {
            self.drop(DropReason::MalformedChunk);
            return self.refuse(init.side.tag, cause::INVALID_PARAMETER, &[]);
        }
        self.peer.tag = init.side.tag;
        if init.side.tag == 0 || !init.is_valid() || init.host_name.is_some() {
            return self.violate(
                now,
                Violation::InvalidInitAck,
                cause::INVALID_PARAMETER,
                &[],
            );
        }
        let Some(cookie) = init.cookie else {
            let missing = [0, 0, 0, 1, 0, 7];
            return self.violate(
                now,
                Violation::MissingCookie,
                cause::MISSING_PARAMETER,
                &missing,
            );
        };
        let cookie = Bytes::copy_from_slice(cookie);
        self.adopt_peer(&init.side);
        self.timers.stop(Timer::Init);
        if !init.unrecognized.is_empty() {
            self.owe_error(8, &init.unrecognized);
        }
        self.enter(Phase::CookieEchoed {
            owed: true,
            tries: 0,
            cookie,
        });
    }

    pub(super) fn on_cookie_ack(&mut self, now: Instant) {
        if matches!(self.phase, Phase::CookieEchoed { .. }) {
            self.establish(now);
        } else {
            self.drop(DropReason::Unexpected);
        }
    }

    /// Data can flow from here on.
    pub(super) fn establish(&mut self, now: Instant) {
        self.timers.stop(Timer::Init);
        self.failures = 0;
        self.last_sent = now;
        let (messages, charge) = self.queue.drop_from(self.outbound_streams);
        for _ in 0..messages {
            self.drop(DropReason::Unsendable);
        }
        self.release(charge);
        self.enter(Phase::Established);
        self.events.push_back(Event::Connected);
        self.start_heartbeat_timer(now);
    }
}
