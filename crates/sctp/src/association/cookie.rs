//! The state cookie (RFC 9260, sections 5.1.3 to 5.1.5 and 5.2.4).

use std::time::{Duration, Instant};

use super::{Core, Reply};
use crate::chunk::init::{Capabilities, MIN_WINDOW, Side};
use crate::packet::{u16_at, u32_at};
use crate::send::Outstanding;
use crate::state::Phase;
use crate::stats::DropReason;
use crate::timer::Timer;
use crate::{Tsn, cause, chunk};

const SIDE_LEN: usize = 17;
const BODY_LEN: usize = 8 + 2 * SIDE_LEN + 8;
const MAC_LEN: usize = 32;

/// What a cookie holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Cookie {
    /// When it was made, counted from when the association object was.
    age_from: Duration,
    ours: Side,
    theirs: Side,
    tie: (u32, u32),
}

impl Cookie {
    fn encoded(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(BODY_LEN + MAC_LEN);
        let micros = u64::try_from(self.age_from.as_micros()).unwrap_or(u64::MAX);
        out.extend_from_slice(&micros.to_be_bytes());
        for side in [&self.ours, &self.theirs] {
            out.extend_from_slice(&side.tag.to_be_bytes());
            out.extend_from_slice(&side.window.to_be_bytes());
            out.extend_from_slice(&side.outbound.to_be_bytes());
            out.extend_from_slice(&side.inbound.to_be_bytes());
            out.extend_from_slice(&side.tsn.0.to_be_bytes());
            out.push(side.capabilities.to_bits());
        }
        out.extend_from_slice(&self.tie.0.to_be_bytes());
        out.extend_from_slice(&self.tie.1.to_be_bytes());
        out
    }

    /// Parses and checks a body whose code was right, as if it were not.
    fn parse(body: &[u8]) -> Option<Self> {
        if body.len() != BODY_LEN {
            return None;
        }
        let micros = u64::from_be_bytes(*body.first_chunk()?);
        let side = |at: usize| -> Option<Side> {
            let octets = body.get(at..at + SIDE_LEN)?;
            let side = Side {
                tag: u32_at(octets, 0)?,
                window: u32_at(octets, 4)?,
                outbound: u16_at(octets, 8)?,
                inbound: u16_at(octets, 10)?,
                tsn: Tsn(u32_at(octets, 12)?),
                capabilities: Capabilities::from_bits(*octets.last()?),
            };
            let valid = side.tag != 0
                && side.outbound != 0
                && side.inbound != 0
                && side.window >= MIN_WINDOW;
            valid.then_some(side)
        };
        Some(Self {
            age_from: Duration::from_micros(micros),
            ours: side(8)?,
            theirs: side(8 + SIDE_LEN)?,
            tie: (
                u32_at(body, 8 + 2 * SIDE_LEN)?,
                u32_at(body, 12 + 2 * SIDE_LEN)?,
            ),
        })
    }
}

impl Core {
    pub(super) fn bake_cookie(
        &self,
        now: Instant,
        ours: &Side,
        theirs: &Side,
        tie: (u32, u32),
    ) -> Option<Vec<u8>> {
        let age_from = now.saturating_duration_since(self.start);
        let mut out = Cookie {
            age_from,
            ours: *ours,
            theirs: *theirs,
            tie,
        }
        .encoded();
        let mut code = [0; MAC_LEN];
        self.cookie_key.as_ref()?.sign(&[&out], &mut code);
        out.extend_from_slice(&code);
        Some(out)
    }

    fn open_cookie(&self, cookie: &[u8]) -> Option<Cookie> {
        let (body, code) = cookie.split_at_checked(cookie.len().checked_sub(MAC_LEN)?)?;
        if !self.cookie_key.as_ref()?.verify(&[body], code) {
            return None;
        }
        Cookie::parse(body)
    }

    /// Takes COOKIE ECHO in. Returns whether the chunks behind it are to be processed.
    pub(super) fn on_cookie_echo(&mut self, now: Instant, tag: u32, value: &[u8]) -> bool {
        let Some(cookie) = self
            .open_cookie(value)
            .filter(|cookie| cookie.ours.tag == tag)
        else {
            self.drop(DropReason::BadCookie);
            return false;
        };
        let age = now
            .saturating_duration_since(self.start)
            .saturating_sub(cookie.age_from);
        let same = (
            cookie.ours.tag == self.local.tag,
            cookie.theirs.tag == self.peer.tag,
        );
        let fresh = age <= self.config.cookie_lifetime;
        let known = !matches!(self.phase, Phase::New);
        let ours = known && same == (true, true);
        if !fresh && !ours {
            self.drop(DropReason::StaleCookie);
            self.report_stale(
                cookie.theirs.tag,
                age.saturating_sub(self.config.cookie_lifetime),
            );
            return false;
        }
        if !known {
            self.adopt_cookie(&cookie);
            self.owed.cookie_ack = true;
            self.establish(now);
            return true;
        }
        self.match_cookie(now, &cookie, same)
    }

    /// The table of RFC 9260, section 5.2.4.
    fn match_cookie(&mut self, now: Instant, cookie: &Cookie, same: (bool, bool)) -> bool {
        let connecting = matches!(
            self.phase,
            Phase::CookieWait { .. } | Phase::CookieEchoed { .. }
        );
        match same {
            // (D)
            (true, true) => {
                if connecting {
                    self.establish(now);
                }
                self.owed.cookie_ack = true;
                true
            }
            // (B)
            (true, false) => {
                if connecting {
                    self.adopt_peer(&cookie.theirs);
                    self.establish(now);
                } else if self.phase.is_up() {
                    self.peer.tag = cookie.theirs.tag;
                } else {
                    return false;
                }
                self.owed.cookie_ack = true;
                true
            }
            // (A)
            (false, false) if cookie.tie == self.tie && self.phase.is_up() => {
                self.restart(now, &cookie.ours, &cookie.theirs)
            }
            // (C) and whatever fits nothing.
            _ => {
                self.drop(DropReason::BadCookie);
                false
            }
        }
    }

    fn adopt_cookie(&mut self, cookie: &Cookie) {
        self.local.tag = cookie.ours.tag;
        self.local.tsn = cookie.ours.tsn;
        self.outstanding = Outstanding::new(cookie.ours.tsn);
        self.adopt_peer(&cookie.theirs);
    }

    fn report_stale(&mut self, tag: u32, staleness: Duration) {
        let micros = u32::try_from(staleness.as_micros()).unwrap_or(u32::MAX);
        let value = cause::Cause::new(cause::STALE_COOKIE, &micros.to_be_bytes()).encoded();
        self.reply(Reply {
            tag,
            kind: chunk::ERROR,
            flags: 0,
            value: value.into(),
        });
    }

    /// The peer found our cookie too old: begin again (RFC 9260, section 5.2.6).
    pub(super) fn on_stale_cookie(&mut self) {
        if let Phase::CookieEchoed { tries, .. } = self.phase {
            if tries >= self.config.max_init_retransmissions {
                return;
            }
            self.timers.stop(Timer::Init);
            self.peer = Side::default();
            self.enter(Phase::CookieWait {
                owed: true,
                tries: tries + 1,
            });
        } else {
            self.drop(DropReason::Unexpected);
        }
    }

    /// Begins anew with the other side's new life (RFC 9260, section 5.2.4, action A).
    pub(super) fn set_sides(&mut self, ours: &Side, theirs: &Side) {
        self.adopt_cookie(&Cookie {
            age_from: Duration::ZERO,
            ours: *ours,
            theirs: *theirs,
            tie: (0, 0),
        });
    }
}
