use std::time::{Duration, Instant};

use stonechat_rtcp::{
    CompoundWriter, Fir, FirEntry, Goodbye, Nack, Pli, ReceiverReport, ReportBlock, SdesChunk,
    SdesItem, SenderInfo, SenderReport, SourceDescription, Write as _,
};
use stonechat_rtp::{Ssrc, Timestamp};
use stonechat_sansio::Frame;

use super::{State, Streams};
use crate::receiver::KeyframeRequest;
use crate::slots::Key;

impl Streams {
    /// Writes one RTCP packet; `None` if none is due, or none fits.
    pub fn poll_rtcp(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        let now = self.clock.advance(now);
        if self.state == State::Closed {
            return None;
        }
        self.write_rtcp(now, out)?;
        self.stats.rtcp_sent += 1;
        Some(())
    }

    /// Writes one compound: goodbye, regular report, or feedback.
    fn write_rtcp(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        let room = out.remaining().min(MAX_LEN) & !3;
        let before = out.len();
        let len = out
            .put(room, |slice| {
                let mut writer = CompoundWriter::new(slice);
                self.compose(now, &mut writer);
                writer.finish()
            })
            .ok()?;
        out.truncate(before + len);
        (len > 0).then_some(())
    }

    fn compose(&mut self, now: Instant, out: &mut CompoundWriter<'_>) {
        if !self.goodbyes.is_empty() {
            return self.write_goodbye(out);
        }
        if !self.report_senders.is_empty() || !self.report_receivers.is_empty() {
            self.write_reports(now, out);
        }
        self.write_transport_feedback(now, out);
        self.write_congestion_feedback(now, out);
        self.write_feedback(now, out);
    }

    /// The next interval begins.
    pub(super) fn plan_report(&mut self, now: Instant) {
        // Randomised over half to one and a half times the mean (RFC 3550, section 6.3.1).
        let wait = self.config.report_interval.mul_f64(0.5 + self.rng.unit());
        self.report_at = Some(now + wait.max(Duration::from_millis(10)));
    }

    /// The interval has ended: notes who has something to report, and plans the next interval if
    /// anybody has.
    pub(super) fn collect_reports(&mut self, now: Instant) {
        self.report_at = None;
        let senders = self
            .senders
            .iter_mut()
            .filter(|(_, sender)| sender.sent_since_report);
        for (key, sender) in senders {
            sender.sent_since_report = false;
            if !self.report_senders.contains(&key) {
                self.report_senders.push_back(key);
            }
        }
        let heard = self.receivers.iter().filter(|(_, receiver)| {
            receiver
                .stream
                .as_ref()
                .is_some_and(|stream| stream.received_since_report)
        });
        for (key, _) in heard {
            if !self.report_receivers.contains(&key) {
                self.report_receivers.push_back(key);
            }
        }
        if !self.report_senders.is_empty() || !self.report_receivers.is_empty() {
            self.plan_report(now);
        }
    }

    /// Reports of senders, each with blocks about receivers, and their names (RFC 3550,
    /// section 6.1); as many as fit.
    fn write_reports(&mut self, now: Instant, out: &mut CompoundWriter<'_>) {
        loop {
            let name_len = name_len(&self.config.cname);
            let answers_len = self.delay_report_len();
            let head_len = REPORT_LEN + name_len + answers_len + self.reference_report_len();
            if out.remaining() < head_len {
                return;
            }
            let sender = loop {
                let Some(key) = self.report_senders.pop_front() else {
                    break None;
                };
                if let Some(info) = self.sender_info(now, key) {
                    break Some(info);
                }
            };
            if sender.is_none() && self.report_receivers.is_empty() {
                return;
            }
            let mut blocks = [ReportBlock::default(); 31];
            let mut count = 0;
            let max = ((out.remaining() - head_len) / 24).min(31);
            for slot in blocks.iter_mut().take(max) {
                let report = loop {
                    let Some(key) = self.report_receivers.pop_front() else {
                        break None;
                    };
                    let receiver = self.receivers.get_mut(key);
                    if let Some(block) = receiver.and_then(|receiver| receiver.take_report(now)) {
                        break Some(block);
                    }
                };
                let Some(report) = report else { break };
                *slot = report;
                count += 1;
            }
            let blocks = blocks.get(..count).unwrap_or_default();
            let ssrc = match sender {
                Some((ssrc, info)) => {
                    let report = SenderReport {
                        ssrc,
                        info,
                        reports: blocks.into(),
                        extension: &[],
                    };
                    let _ = out.push(&report);
                    ssrc
                }
                None if blocks.is_empty() => return,
                None => {
                    let ssrc = self.reporter();
                    let report = ReceiverReport {
                        ssrc,
                        reports: blocks.into(),
                        extension: &[],
                    };
                    let _ = out.push(&report);
                    ssrc
                }
            };
            write_name(ssrc, &self.config.cname, out);
            if sender.is_some() {
                self.write_delays(now, ssrc, out);
            }
            if !blocks.is_empty() {
                self.write_reference_time(now, ssrc, out);
            }
        }
    }

    fn sender_info(&self, now: Instant, key: Key) -> Option<(Ssrc, SenderInfo)> {
        let sender = self.senders.get(key)?;
        let stats = &sender.stats;
        let packets = stats.packets_sent - stats.retransmitted_packets_sent;
        let octets = stats.bytes_sent - stats.retransmitted_bytes_sent;
        let info = SenderInfo {
            ntp: self.wire.ntp(now),
            rtp: sender.timestamp_at(now).unwrap_or(Timestamp(0)),
            packets: wrap(packets),
            octets: wrap(octets),
        };
        Some((sender.ssrc, info))
    }

    /// The source in whose name feedback is given.
    pub(super) fn reporter(&self) -> Ssrc {
        self.senders
            .iter()
            .next()
            .map_or(self.own_source, |(_, sender)| sender.ssrc)
    }

    /// Begins a compound if reduced size was not negotiated; whether feedback may follow.
    pub(super) fn begin_feedback(&self, out: &mut CompoundWriter<'_>) -> bool {
        if self.config.reduced_size || !out.is_empty() {
            return true;
        }
        let ssrc = self.reporter();
        if out.remaining() < 8 + name_len(&self.config.cname) {
            return false;
        }
        let empty = ReceiverReport {
            ssrc,
            ..ReceiverReport::default()
        };
        let fits = out.push(&empty).is_ok();
        write_name(ssrc, &self.config.cname, out);
        fits
    }

    fn write_transport_feedback(&mut self, now: Instant, out: &mut CompoundWriter<'_>) {
        if !self.transport_report_due && self.arrivals.due().is_none_or(|at| at > now) {
            return;
        }
        if out.remaining() < MIN_FEEDBACK_ROOM || !self.begin_feedback(out) {
            return;
        }
        let reporter = self.reporter();
        let Some(report) = self.arrivals.report(reporter, out.remaining()) else {
            return;
        };
        let taken = report.taken();
        if out.push(&report).is_ok() {
            self.arrivals.on_written(taken);
            self.stats.transport_feedback_sent += 1;
            self.transport_report_due = self.arrivals.due().is_some();
        }
    }

    /// NACK and key frame requests of receivers in turn (RFC 4585, RFC 5104).
    fn write_feedback(&mut self, now: Instant, out: &mut CompoundWriter<'_>) {
        while let Some(key) = self.feedback.front() {
            if !self
                .receivers
                .get(key)
                .is_some_and(|receiver| receiver.owes_feedback(now))
            {
                self.feedback.pop();
                self.settle_receiver(now, key);
                continue;
            }
            if out.remaining() < MIN_FEEDBACK_ROOM || !self.begin_feedback(out) {
                return;
            }
            let reporter = self.reporter();
            let round_trip = self.round_trip();
            // In the worst case each number takes an entry of its own.
            let max = (out.remaining() - FEEDBACK_HEAD) / 4;
            let Some(receiver) = self.receivers.get_mut(key) else {
                return;
            };
            let (sequences, pairs) = (&mut self.scratch_sequences, &mut self.scratch_pairs);
            if let Some(media) =
                receiver.take_nack(now, round_trip, &self.config, max, sequences, pairs)
            {
                let nack = Nack {
                    sender: reporter,
                    media,
                    pairs: pairs.as_slice().into(),
                };
                let _ = out.push(&nack);
            }
            if out.remaining() < MIN_FEEDBACK_ROOM {
                return;
            }
            match receiver.take_keyframe_request(now, &self.config) {
                Some((media, KeyframeRequest::Pli)) => {
                    let _ = out.push(&Pli {
                        sender: reporter,
                        media,
                    });
                }
                Some((media, KeyframeRequest::Fir(sequence))) => {
                    let entries = [FirEntry {
                        ssrc: media,
                        sequence,
                    }];
                    let _ = out.push(&Fir {
                        sender: reporter,
                        entries: (&entries).into(),
                    });
                }
                None => {}
            }
        }
    }

    fn write_goodbye(&mut self, out: &mut CompoundWriter<'_>) {
        let Some(&first) = self.goodbyes.front() else {
            return;
        };
        let count = self.goodbyes.len().min(16);
        if out.remaining() < 8 + name_len(&self.config.cname) + 4 + 4 * count {
            return;
        }
        let empty = ReceiverReport {
            ssrc: first,
            ..ReceiverReport::default()
        };
        let _ = out.push(&empty);
        write_name(first, &self.config.cname, out);
        let ssrcs: Vec<Ssrc> = self.goodbyes.drain(..count).collect();
        let _ = out.push(&Goodbye {
            ssrcs: ssrcs.as_slice().into(),
            reason: &[],
        });
        self.close_if_done();
    }
}

fn write_name(ssrc: Ssrc, cname: &str, out: &mut CompoundWriter<'_>) {
    let items = [SdesItem::cname(cname)];
    let chunks = [SdesChunk {
        ssrc,
        items: (&items).into(),
    }];
    let _ = out.push(&SourceDescription {
        chunks: (&chunks).into(),
    });
}

fn name_len(cname: &str) -> usize {
    let items = [SdesItem::cname(cname)];
    let chunks = [SdesChunk {
        ssrc: Ssrc(0),
        items: (&items).into(),
    }];
    SourceDescription {
        chunks: (&chunks).into(),
    }
    .encoded_len()
}

/// Counts wrap on the wire.
fn wrap(count: u64) -> u32 {
    u32::try_from(count & 0xffff_ffff).unwrap_or_default()
}

/// A sender report without blocks.
const REPORT_LEN: usize = 28;
const FEEDBACK_HEAD: usize = 12;
/// Room for any feedback message of one entry.
pub(super) const MIN_FEEDBACK_ROOM: usize = 64;
/// RTCP is kept smaller than any path.
const MAX_LEN: usize = 1_100;
