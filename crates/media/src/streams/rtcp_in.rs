use std::time::Instant;

use stonechat_rtcp::{Compound, Packet, ReportBlock};
use stonechat_rtp::Ssrc;

use super::{Event, ReceiverId, SenderId, State, Streams};
use crate::sender::RemoteReport;
use crate::slots::Key;

impl Streams {
    /// Takes in an RTCP packet, decrypted.
    pub fn handle_rtcp(&mut self, now: Instant, packet: &[u8]) {
        let now = self.clock.advance(now);
        if self.state == State::Open {
            self.stats.rtcp_received += 1;
            self.read_rtcp(now, packet);
        }
    }

    /// Reads all packets of a compound; malformed ones are counted and passed over.
    fn read_rtcp(&mut self, now: Instant, datagram: &[u8]) {
        let mut sender = None;
        for packet in Compound::parse(datagram) {
            match packet {
                Ok(Packet::ExtendedReport(report)) => {
                    self.on_extended_report(now, &report, sender == Some(report.ssrc));
                }
                Ok(packet) => {
                    if let Packet::SenderReport(report) = &packet {
                        sender = Some(report.ssrc);
                    }
                    self.read_packet(now, &packet);
                }
                Err(_) => self.stats.dropped.malformed_rtcp += 1,
            }
        }
    }

    fn read_packet(&mut self, now: Instant, packet: &Packet<'_>) {
        match packet {
            Packet::SenderReport(report) => {
                if let Some(key) = self.router.find(report.ssrc)
                    && let Some(receiver) = self.receivers.get_mut(key)
                    && receiver
                        .stream
                        .as_ref()
                        .is_some_and(|stream| stream.ssrc == report.ssrc)
                {
                    receiver.on_sender_report(now, report);
                }
                report
                    .reports
                    .iter()
                    .for_each(|block| self.on_report(now, block));
            }
            Packet::ReceiverReport(report) => {
                report
                    .reports
                    .iter()
                    .for_each(|block| self.on_report(now, block));
            }
            Packet::Goodbye(goodbye) => {
                goodbye
                    .ssrcs
                    .iter()
                    .for_each(|ssrc| self.on_goodbye(now, ssrc));
            }
            Packet::Nack(nack) => {
                let Some(key) = self.find_sender(nack.media) else {
                    return;
                };
                let round_trip = self.round_trip();
                if let Some(sender) = self.senders.get_mut(key) {
                    sender.on_nack(now, nack.sequences(), round_trip, &self.config);
                    if sender.wants_to_resend() {
                        self.resend.push(key);
                    }
                }
            }
            Packet::Pli(pli) => {
                let Some(key) = self.find_sender(pli.media) else {
                    return;
                };
                if let Some(sender) = self.senders.get_mut(key) {
                    sender.stats.pli_count += 1;
                }
                self.ask_for_keyframe(now, key);
            }
            Packet::Fir(fir) => {
                for entry in fir.entries.iter() {
                    let Some(key) = self.find_sender(entry.ssrc) else {
                        continue;
                    };
                    let Some(sender) = self.senders.get_mut(key) else {
                        continue;
                    };
                    if sender.last_fir.replace(entry.sequence) != Some(entry.sequence) {
                        sender.stats.fir_count += 1;
                        self.ask_for_keyframe(now, key);
                    }
                }
            }
            Packet::Remb(remb) => {
                self.stats.remote_estimate = Some(remb.bitrate);
                self.events.push(Event::BitrateEstimate(remb.bitrate));
            }
            Packet::TransportWide(feedback) => {
                self.stats.transport_feedback_received += 1;
                let max = self.config.transport_history;
                if self
                    .departures
                    .on_feedback(feedback, &mut self.results, max)
                {
                    self.events.push(Event::PacketResults);
                }
            }
            Packet::CongestionControl(feedback) => self.on_congestion_control(now, feedback),
            // Names, applications and the rest change nothing here.
            _ => {}
        }
    }

    fn find_sender(&mut self, ssrc: Ssrc) -> Option<Key> {
        let key = self.sources.get(&ssrc).copied();
        if key.is_none() {
            self.stats.dropped.unknown_source += 1;
        }
        key
    }

    fn on_report(&mut self, now: Instant, block: ReportBlock) {
        let Some(&key) = self.sources.get(&block.ssrc) else {
            return;
        };
        let ntp = self.wire.ntp(now);
        let Some(sender) = self
            .senders
            .get_mut(key)
            .filter(|sender| sender.ssrc == block.ssrc)
        else {
            return;
        };
        let report = RemoteReport {
            fraction_lost: block.fraction_lost,
            lost: i64::from(block.cumulative_lost),
            highest_sequence: block.highest_sequence,
            jitter: block.jitter,
            last_report: block.last_sender_report,
            delay: block.delay_since_last,
        };
        if let Some(sample) = sender.on_report(report, now, ntp) {
            self.measure_round_trip(sample);
        }
    }

    /// Only the source that a receiver listens to ends it (not that of its retransmissions).
    fn on_goodbye(&mut self, now: Instant, ssrc: Ssrc) {
        let Some(key) = self.router.find(ssrc) else {
            self.stats.dropped.unknown_source += 1;
            return;
        };
        let Some(receiver) = self.receivers.get_mut(key) else {
            return;
        };
        if receiver
            .stream
            .as_ref()
            .is_some_and(|stream| stream.ssrc == ssrc)
        {
            receiver.on_goodbye();
            self.events.push(Event::Bye(ReceiverId(key)));
            self.settle_receiver(now, key);
        }
    }

    /// Tells the owner of a sender, unless it was told just now.
    fn ask_for_keyframe(&mut self, now: Instant, key: Key) {
        let Some(sender) = self.senders.get_mut(key) else {
            return;
        };
        let spacing = self.config.keyframe_spacing;
        let recent = sender
            .last_keyframe_request
            .is_some_and(|at| now.saturating_duration_since(at) < spacing);
        if !recent {
            sender.last_keyframe_request = Some(now);
            self.events.push(Event::KeyframeRequested(SenderId(key)));
        }
    }
}
