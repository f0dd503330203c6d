use std::time::Instant;

use bytes::{Bytes, BytesMut};
use stonechat_rtp::extension::{AudioLevel, MixerLevels, TransportSequence};
use stonechat_rtp::{ExtendedSequence, Packet};
use stonechat_sansio::Ecn;

use super::congestion_feedback::ArrivalLimits;
use super::{Event, ReceiverId, State, Streams};
use crate::slots::Key;
use crate::{CongestionFeedback, ContributingLevels, ExtensionIds, MediaFrame, ReceivedPacket};

impl Streams {
    /// Takes in an RTP packet, decrypted, as it arrived with the mark `ecn`.
    pub fn handle_rtp(&mut self, now: Instant, packet: BytesMut, ecn: Ecn) {
        let now = self.clock.advance(now);
        if self.state != State::Open {
            return;
        }
        self.stats.rtp_received += 1;
        self.stats.congestion_marks += u64::from(ecn == Ecn::Ce);
        // A slice that pins much more than itself is copied.
        let raw = if packet.capacity() / 4 > packet.len() {
            Bytes::copy_from_slice(&packet)
        } else {
            packet.freeze()
        };
        let Ok(view) = Packet::parse(&raw) else {
            self.stats.dropped.malformed_rtp += 1;
            return;
        };
        if self.sources.contains_key(&view.ssrc()) {
            self.stats.dropped.looped += 1;
            return;
        }
        self.note_arrival(now, &view, ecn);
        let Some(key) = self.router.route(&view, &self.extensions, &self.receivers) else {
            self.stats.dropped.unroutable += 1;
            return;
        };
        let packet = received(now, &raw, &view, &self.extensions);
        self.receive(now, key, packet);
        if let Some(receiver) = self.receivers.get_mut(key) {
            receiver.stats.packets_received_with_ect1 += u64::from(ecn == Ecn::Ect1);
            receiver.stats.packets_received_with_ce += u64::from(ecn == Ecn::Ce);
        }
    }

    /// Notes what the sender will be told.
    fn note_arrival(&mut self, now: Instant, packet: &Packet<'_>, ecn: Ecn) {
        let (interval, packets) = (self.config.feedback_interval, self.config.transport_history);
        match self.rtcp.congestion_feedback {
            CongestionFeedback::TransportWide => {
                if let Some(TransportSequence(sequence)) = self
                    .extensions
                    .transport_sequence
                    .and_then(|id| packet.extensions().value(id))
                {
                    self.arrivals
                        .on_packet(now, sequence, packet.ssrc(), interval, packets);
                }
            }
            CongestionFeedback::PerStream => {
                let limits = ArrivalLimits {
                    interval,
                    streams: self.config.max_ssrcs,
                    packets,
                };
                let name = (packet.ssrc(), packet.sequence());
                self.arrived.on_packet(now, name, ecn, limits);
            }
        }
    }

    fn receive(&mut self, now: Instant, key: Key, packet: ReceivedPacket) {
        let Some(receiver) = self.receivers.get_mut(key) else {
            return;
        };
        let before = receiver.stream.as_ref().map(|stream| stream.ssrc);
        let sample = receiver.on_packet(now, packet, &self.config, &mut self.stats.dropped);
        let after = receiver.stream.as_ref().map(|stream| stream.ssrc);
        if let Some(after) = after
            && before != Some(after)
        {
            self.events
                .push(Event::SourceChanged(ReceiverId(key), after));
            if let Some(before) = before {
                self.router.forget(before);
            }
        }
        if let Some(sample) = sample {
            self.measure_round_trip(sample);
        }
        if self.report_at.is_none() {
            self.plan_report(now);
        }
        self.settle_receiver(now, key);
    }

    /// Takes the next frame of a receiver, in decode order.
    pub fn recv_frame(&mut self, now: Instant, id: ReceiverId) -> Option<MediaFrame> {
        let now = self.clock.advance(now);
        if self.state == State::Closed {
            return None;
        }
        self.receivers.get_mut(id.0)?.recv_frame(now)
    }

    /// Takes the next packet of a receiver that hands out packets, in order of arrival.
    pub fn recv_packet(&mut self, now: Instant, id: ReceiverId) -> Option<ReceivedPacket> {
        let _ = self.clock.advance(now);
        if self.state == State::Closed {
            return None;
        }
        self.receivers.get_mut(id.0)?.recv_packet()
    }
}

/// What a receiver is given, with the number as on the wire.
fn received(now: Instant, raw: &Bytes, view: &Packet<'_>, ids: &ExtensionIds) -> ReceivedPacket {
    let extensions = view.extensions();
    let levels = ids
        .mixer_levels
        .and_then(|id| extensions.value::<MixerLevels<'_>>(id))
        .map_or_else(ContributingLevels::default, ContributingLevels::from);
    let start = view.header_len();
    ReceivedPacket {
        ssrc: view.ssrc(),
        sequence: ExtendedSequence(u64::from(view.sequence().0)),
        payload_type: view.payload_type(),
        marker: view.marker(),
        timestamp: view.timestamp(),
        payload: raw.slice(start..start + view.payload().len()),
        arrival: now,
        recovered: false,
        opened: false,
        audio_level: ids
            .audio_level
            .and_then(|id| extensions.value::<AudioLevel>(id)),
        contributing_levels: levels,
        rid: None,
        raw: raw.clone(),
    }
}
