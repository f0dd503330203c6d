use std::time::Instant;

use stonechat_sansio::{Dscp, Ecn, Frame};

use super::packet_result::Departure;
use super::{Event, SenderId, State, Streams};
use crate::codec::MediaKind;
use crate::sender::{SendError, Sender, Written};
use crate::slots::Key;
use crate::{CongestionFeedback, OutgoingFrame, OutgoingPacket};

impl Streams {
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

    pub(super) fn queue_media(&mut self, key: Key) {
        match self.senders.get(key).map(Sender::kind) {
            Some(MediaKind::Audio) => self.audio.push(key),
            Some(MediaKind::Video) => self.video.push(key),
            None => {}
        }
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

    /// The mark that the packets of the last [`poll_rtp`](Self::poll_rtp) are to leave with: those
    /// that are asked for with the same `now` have the same. It is that of
    /// [`RtcpParameters::ecn`](crate::RtcpParameters::ecn), or none until the path was seen to let it
    /// through.
    #[must_use]
    pub fn rtp_ecn(&self) -> Ecn {
        self.wire.ecn
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
                self.parked.set(key, Some(at));
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

    /// Senders whose own limit lets them go on wait for their turn again.
    pub(super) fn unpark(&mut self, now: Instant) {
        while let Some(key) = self.parked.expire(now) {
            self.video.push(key);
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
}
