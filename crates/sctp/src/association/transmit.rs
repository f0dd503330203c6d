//! Packets out: built when they are asked for, from what is owed (RFC 9260, sections 6.1, 6.10).

use std::time::{Duration, Instant};

use stonechat_sansio::Frame;

use super::{Core, SendLimit};
use crate::cause::Cause;
use crate::chunk;
use crate::chunk::data::{self, BEGIN, Data, END, IMMEDIATE, UNORDERED};
use crate::chunk::sack::FIXED_LEN;
use crate::packet::{self, put_chunk, put_header};
use crate::send::{Fragment, Sent, Status};
use crate::state::Phase;
use crate::timer::Timer;

/// The smallest piece that a message is cut into to fill a packet.
const MIN_PIECE: usize = 64;

impl Core {
    pub(super) fn poll_transmit(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        if matches!(self.phase, Phase::Closed) {
            return None;
        }
        let start = out.len();
        let written = self.build(now, out);
        if written.is_some() {
            self.stats.packets_sent += 1;
        } else {
            out.truncate(start);
        }
        written
    }

    fn build(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        if self.farewell.is_some() {
            return self.build_farewell(out);
        }
        if let Some(reply) = self.owed.replies.front() {
            let (tag, kind, flags) = (reply.tag, reply.kind, reply.flags);
            put_header(out, self.config.local_port, self.config.remote_port, tag).ok()?;
            put_chunk(out, kind, flags, &[&reply.value]).ok()?;
            self.owed.replies.pop_front();
            packet::put_checksum(out);
            return Some(());
        }
        match &self.phase {
            Phase::CookieWait { owed: true, .. } => {
                put_header(out, self.config.local_port, self.config.remote_port, 0).ok()?;
                let value = chunk::init::encoded(&self.local, None, &[]);
                put_chunk(out, chunk::INIT, 0, &[&value]).ok()?;
            }
            Phase::CookieEchoed {
                owed: true, cookie, ..
            } => {
                let tag = self.peer.tag;
                put_header(out, self.config.local_port, self.config.remote_port, tag).ok()?;
                put_chunk(out, chunk::COOKIE_ECHO, 0, &[cookie]).ok()?;
                self.put_errors(out);
            }
            phase if phase.is_up() => return self.build_established(now, out),
            _ => return None,
        }
        packet::put_checksum(out);
        self.start_init_timer(now);
        Some(())
    }

    fn build_farewell(&mut self, out: &mut Frame<'_>) -> Option<()> {
        let farewell = self.farewell.as_ref()?;
        put_header(
            out,
            self.config.local_port,
            self.config.remote_port,
            self.peer.tag,
        )
        .ok()?;
        put_chunk(out, farewell.kind, 0, &[&farewell.value]).ok()?;
        packet::put_checksum(out);
        self.end_farewell();
        Some(())
    }

    fn build_established(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        put_header(
            out,
            self.config.local_port,
            self.config.remote_port,
            self.peer.tag,
        )
        .ok()?;
        let empty = out.len();
        self.put_control(now, out);
        self.put_data(now, out);
        if out.len() == empty {
            return None;
        }
        if !(self.config.zero_checksum && self.peer.capabilities.zero_checksum) {
            packet::put_checksum(out);
        }
        Some(())
    }

    /// Writes the control chunks that are owed and fit.
    fn put_control(&mut self, now: Instant, out: &mut Frame<'_>) {
        if self.owed.cookie_ack && put_chunk(out, chunk::COOKIE_ACK, 0, &[]).is_ok() {
            self.owed.cookie_ack = false;
        }
        if self.owed.sack || (self.owed.unacknowledged > 0 && self.has_data(now)) {
            self.put_sack(out);
        }
        self.put_shutdown(now, out);
        while let Some(info) = self.owed.heartbeat_acks.front() {
            if put_chunk(out, chunk::HEARTBEAT_ACK, 0, &[info]).is_err() {
                break;
            }
            self.owed.heartbeat_acks.pop_front();
        }
        self.put_errors(out);
        if self.owed.heartbeat && out.remaining() >= 16 {
            let value = self.heartbeat_value(now);
            if put_chunk(out, chunk::HEARTBEAT, 0, &[&value]).is_ok() {
                self.owed.heartbeat = false;
            }
        }
        self.begin_request(out.remaining().saturating_sub(32 + 24) / 2);
        if let Some(value) = self.reconfig_value()
            && put_chunk(out, chunk::RECONFIG, 0, &[&value]).is_ok()
        {
            self.sent_reconfig(now);
        }
        if self.owed.forward_tsn {
            self.put_forward_tsn(now, out);
        }
    }

    fn put_errors(&mut self, out: &mut Frame<'_>) {
        while let Some(value) = self.owed.errors.front().map(Cause::encoded) {
            if put_chunk(out, chunk::ERROR, 0, &[&value]).is_err() {
                break;
            }
            self.owed.errors.pop_front();
        }
    }

    fn put_shutdown(&mut self, now: Instant, out: &mut Frame<'_>) {
        let cumulative = self.receiver.cumulative().0.to_be_bytes();
        let written = match self.phase {
            Phase::ShutdownSent { owed: true } => {
                put_chunk(out, chunk::SHUTDOWN, 0, &[&cumulative]).is_ok()
            }
            Phase::ShutdownAckSent { owed: true } => {
                put_chunk(out, chunk::SHUTDOWN_ACK, 0, &[]).is_ok()
            }
            _ => false,
        };
        if written {
            if let Phase::ShutdownSent { owed } | Phase::ShutdownAckSent { owed } = &mut self.phase
            {
                *owed = false;
            }
            self.start_shutdown_timer(now);
        }
    }

    fn put_sack(&mut self, out: &mut Frame<'_>) {
        let room = out.remaining().saturating_sub(4 + FIXED_LEN) / 4;
        let gaps: Vec<u8> = self
            .receiver
            .gaps(room)
            .flat_map(|(first, last)| {
                let ([a, b], [c, d]) = (first.to_be_bytes(), last.to_be_bytes());
                [a, b, c, d]
            })
            .collect();
        let mut duplicates = self.receiver.take_duplicates();
        duplicates.truncate(room - gaps.len() / 4);
        let twice: Vec<u8> = duplicates
            .iter()
            .flat_map(|tsn| tsn.0.to_be_bytes())
            .collect();
        let window = self.receiver.advertised();
        let count = |len: usize| u16::try_from(len / 4).unwrap_or(u16::MAX).to_be_bytes();
        let written = put_chunk(
            out,
            chunk::SACK,
            0,
            &[
                &self.receiver.cumulative().0.to_be_bytes(),
                &window.to_be_bytes(),
                &count(gaps.len()),
                &count(twice.len()),
                &gaps,
                &twice,
            ],
        );
        if written.is_ok() {
            self.stats.sacks_sent += 1;
            self.advertised = window as usize;
            self.owed.sack = false;
            self.owed.unacknowledged = 0;
            self.timers.stop(Timer::Sack);
        }
    }

    fn put_forward_tsn(&mut self, now: Instant, out: &mut Frame<'_>) {
        let max = out.remaining().saturating_sub(8) / 4;
        let Some((value, reached)) = self.forward_tsn_value(max) else {
            self.owed.forward_tsn = false;
            return;
        };
        if put_chunk(out, chunk::FORWARD_TSN, 0, &[&value]).is_ok() {
            self.owed.forward_tsn = false;
            self.forwarded = Some((reached, now));
            if self.timers.get(Timer::Retransmit).is_none() {
                self.start_retransmit_timer(now);
            }
        }
    }

    /// Whether congestion control allows another chunk.
    fn has_window(&self) -> bool {
        self.outstanding.flight() < self.congestion.window()
    }

    /// Whether a DATA chunk could be sent now.
    fn has_data(&mut self, now: Instant) -> bool {
        if !self.phase.sends_data() {
            return false;
        }
        if self.outstanding.next_lost().is_some() && (self.has_window() || self.fast_retransmit) {
            return true;
        }
        self.has_window()
            && self.queue.peek(now).is_some_and(|(left, _)| {
                left.min(self.max_payload()) <= self.peer_room() || self.probe_now
            })
    }

    fn max_payload(&self) -> usize {
        self.config.max_chunk() - data::HEADER_LEN
    }

    /// Writes DATA: what was lost first, then what is new, as far as the windows and the frame
    /// allow.
    fn put_data(&mut self, now: Instant, out: &mut Frame<'_>) {
        if !self.phase.sends_data() {
            return;
        }
        let before = out.len();
        self.put_lost(now, out);
        if self.outstanding.next_lost().is_none() {
            self.refill_limit(now);
            while self.put_new(now, out) {}
            let (messages, charge) = self.queue.take_expired();
            if messages > 0 {
                self.stats.messages_abandoned += messages;
                self.release(charge);
            }
            self.await_window(now);
            self.advance_shutdown(now);
        }
        if out.len() > before {
            self.last_sent = now;
            self.timers
                .set_if_stopped(Timer::Retransmit, now + self.rto.get());
        }
    }

    fn put_lost(&mut self, now: Instant, out: &mut Frame<'_>) {
        let mut written = false;
        while let Some(seq) = self.outstanding.next_lost() {
            let Some(sent) = self.outstanding.get(seq) else {
                return;
            };
            if self.peer.capabilities.forward_tsn && sent.limit.is_over(now, Some(sent.retransmits))
            {
                self.abandon(now, seq);
                self.owe_forward_tsn(now);
                continue;
            }
            if !self.has_window() && !self.fast_retransmit {
                break;
            }
            let header = Data {
                flags: sent.flags,
                tsn: self.outstanding.tsn(seq),
                stream: sent.stream,
                ssn: sent.ssn,
                ppid: sent.ppid,
            };
            if header.encode(&sent.payload, out).is_err() {
                if !written && out.len() <= packet::HEADER_LEN {
                    self.stats.oversize_retransmissions += 1;
                }
                break;
            }
            written = true;
            self.stats.retransmissions += 1;
            self.outstanding.resend(seq, now);
            if seq == self.outstanding.cumulative() + 1 {
                self.start_retransmit_timer(now);
            }
        }
        if written {
            self.fast_retransmit = false;
        }
    }

    /// Writes one new chunk, if one is due and fits.
    fn put_new(&mut self, now: Instant, out: &mut Frame<'_>) -> bool {
        let limited = self.send_limit.is_some_and(|limit| limit.credit <= 0);
        if !self.has_window() || limited || self.outstanding.len() >= usize::from(u16::MAX) {
            return false;
        }
        let Some((left, started)) = self.queue.peek(now) else {
            return false;
        };
        if self.outstanding.flight() == 0 {
            self.leave_idle(now);
        }
        if self.burst == 0 {
            return false;
        }
        let room = (out.remaining() & !3).saturating_sub(data::HEADER_LEN);
        let max = room.min(self.max_payload());
        let whole_elsewhere = !started && left <= self.max_payload();
        let empty = out.len() <= packet::HEADER_LEN;
        if left > max && !empty && (whole_elsewhere || max < MIN_PIECE) || max == 0 {
            return false;
        }
        let len = left.min(max);
        if len > self.peer_room() && !(self.outstanding.is_empty() && self.probe_now) {
            return false;
        }
        let Some(fragment) = self.queue.cut(now, len) else {
            return false;
        };
        self.probe_now = false;
        self.send_fragment(now, out, fragment);
        true
    }

    fn send_fragment(&mut self, now: Instant, out: &mut Frame<'_>, fragment: Fragment) {
        let Fragment {
            stream,
            ssn,
            ppid,
            ordered,
            begin,
            end,
            limit,
            payload,
        } = fragment;
        let mut flags = 0;
        for (set, flag) in [(begin, BEGIN), (end, END), (!ordered, UNORDERED)] {
            if set {
                flags |= flag;
            }
        }
        let octets = Data::encoded_len(payload.len());
        let fills = self.outstanding.flight() + octets >= self.congestion.window();
        let immediate = if fills || self.phase.is_shutting_down() {
            IMMEDIATE
        } else {
            0
        };
        let tsn = self.outstanding.tsn(self.outstanding.newest() + 1);
        let header = Data {
            flags: flags | immediate,
            tsn,
            stream,
            ssn,
            ppid,
        };
        // The room was checked; were it not there, the chunk would count as sent and lost.
        let _ = header.encode(&payload, out);
        self.burst = self.burst.saturating_sub(octets);
        if let Some(limit) = &mut self.send_limit {
            limit.credit = limit.credit.saturating_sub_unsigned(octets as u64);
        }
        self.stats.payload_sent += payload.len() as u64;
        self.outstanding.push(Sent {
            stream,
            ssn,
            ppid,
            flags,
            payload,
            limit,
            status: Status::InFlight,
            sent_at: now,
            retransmits: 0,
            misses: 0,
            counts_from: 0,
            credited: false,
        });
        if self.timers.get(Timer::Retransmit).is_none() {
            self.start_retransmit_timer(now);
        }
    }

    /// After a pause the congestion window is smaller (RFC 9260, section 7.2.1).
    fn leave_idle(&mut self, now: Instant) {
        let idle = now.saturating_duration_since(self.last_sent);
        let timeouts = idle.as_nanos() / self.rto.get().as_nanos().max(1);
        if timeouts > 0 {
            self.congestion
                .on_idle(u32::try_from(timeouts).unwrap_or(u32::MAX));
            self.last_sent = now;
        }
        let packets = usize::from(self.config.max_burst) * self.config.max_chunk();
        self.burst = self.burst.max(packets);
    }

    /// Data waits and the peer has no room: a probe is due after a while.
    fn await_window(&mut self, now: Instant) {
        if !self.outstanding.is_empty() || self.probe_now {
            return;
        }
        let Some((left, _)) = self.queue.peek(now) else {
            return;
        };
        if left.min(self.max_payload()) <= self.peer_room() {
            return;
        }
        if let Some(limit) = self.config.zero_window_limit {
            self.timers.set_if_stopped(Timer::ZeroWindow, now + limit);
        }
        if self.timers.get(Timer::Retransmit).is_none() {
            self.timers
                .set(Timer::Retransmit, now + self.rto.backed_off(self.probes));
        }
    }

    /// Gives the send limit the credit of the time that passed; sets its timer if there is none.
    fn refill_limit(&mut self, now: Instant) {
        let Some(SendLimit {
            octets_per_second: rate,
            credit,
            at,
        }) = &mut self.send_limit
        else {
            return;
        };
        let passed = now.saturating_duration_since(*at);
        let nanos = u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX);
        let gained = u128::from(*rate) * u128::from(nanos) / 1_000_000_000;
        let packet = self.config.base as u64;
        if gained > 0 {
            let cap = (*rate / 200).max(2 * packet);
            let gained = i64::try_from(gained).unwrap_or(i64::MAX);
            *credit = credit
                .saturating_add(gained)
                .min(i64::try_from(cap).unwrap_or(i64::MAX));
            *at = now;
        }
        if *credit <= 0 && !self.queue.is_empty() {
            let lacking = packet.saturating_add(credit.unsigned_abs());
            let wait = Duration::from_nanos(lacking.saturating_mul(1_000_000_000) / *rate);
            self.timers
                .set_if_stopped(Timer::Limit, now + wait.max(Duration::from_millis(1)));
        }
    }
}
