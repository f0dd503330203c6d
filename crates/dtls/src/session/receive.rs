//! What comes in: records, and what is in them.

use std::time::Instant;

use bytes::{Buf as _, BytesMut};

use crate::alert::{Alert, AlertDescription};
use crate::codec::Reader;
use crate::fragment::Inserted;
use crate::handshake::{FragmentHeader, HandshakeType};
use crate::record::epoch::{Epoch, ReadFault};
use crate::record::protect::OpenFault;
use crate::record::{self, ContentType, RecordHeader, VERSION_1_2};
use crate::stats::DropReason;
use crate::{CloseReason, Role};

use super::{Phase, Session};

/// After so many records that did not open the keys are given up (RFC 9147, section 4.5.3).
const FAILED_OPENS_LIMIT: u64 = 1 << 36;

impl Session {
    /// Takes the records of a datagram, one after the other.
    pub(super) fn receive(&mut self, now: Instant, mut packet: BytesMut) {
        while !packet.is_empty() && !self.is_ending() {
            let Ok(header) = RecordHeader::parse(&packet) else {
                // Without a sound header nothing tells where the next record begins.
                return self.stats.drop(DropReason::MalformedRecord);
            };
            let record = packet.split_to(header.record_len());
            self.on_record(now, header, record);
        }
    }

    fn on_record(&mut self, now: Instant, header: RecordHeader, record: BytesMut) {
        match header.epoch {
            0 => self.on_plain_record(now, header, &record),
            1 if header.version == VERSION_1_2 => self.on_protected_record(now, header, record),
            _ => self.stats.drop(DropReason::WrongEpoch),
        }
    }

    /// A record that anybody may have sent.
    fn on_plain_record(&mut self, now: Instant, header: RecordHeader, record: &[u8]) {
        let content = record.get(record::HEADER_LEN..).unwrap_or_default();
        match header.content_type {
            ContentType::Handshake => {
                self.on_fragments(now, Epoch::Plain, header.sequence, content);
                self.pump(now);
            }
            ContentType::ChangeCipherSpec if *content != [1] => {
                self.stats.drop(DropReason::MalformedContent);
            }
            ContentType::ChangeCipherSpec => {
                if let Phase::Handshaking(handshake) = &mut self.phase {
                    handshake.note_change_cipher_spec(header.sequence);
                    self.stats.records_received += 1;
                }
                self.pump(now);
            }
            ContentType::Alert => match Alert::parse(content) {
                Ok(alert) => {
                    self.stats.plaintext_alerts += 1;
                    self.stats.last_plaintext_alert = Some(alert.description);
                    self.on_plaintext_alert(alert);
                }
                Err(_) => self.stats.drop(DropReason::MalformedContent),
            },
            ContentType::ApplicationData => self.stats.drop(DropReason::EarlyData),
        }
    }

    fn on_protected_record(&mut self, now: Instant, header: RecordHeader, record: BytesMut) {
        let data = header.content_type == ContentType::ApplicationData;
        let connected = matches!(self.phase, Phase::Connected(_));
        if !self.records.can_read() || (data && !connected) {
            // Overtaken on the way; it is opened when its time has come.
            if !self
                .records
                .defer(&record, self.config.max_deferred_records)
            {
                self.stats.drop(DropReason::TooManyDeferred);
            }
            return;
        }
        match self.records.open(header, record) {
            Ok(content) => {
                self.stats.records_received += 1;
                self.on_content(now, header, content);
            }
            Err(ReadFault::Open(OpenFault::Tag)) => self.on_failed_open(),
            Err(ReadFault::Open(OpenFault::Length)) => {
                self.stats.drop(DropReason::MalformedRecord);
            }
            Err(ReadFault::Replayed) => self.stats.drop(DropReason::Replayed),
            Err(ReadFault::NoKeys) => self.stats.drop(DropReason::WrongEpoch),
        }
    }

    fn on_failed_open(&mut self) {
        self.stats.drop(DropReason::Unauthenticated);
        self.failed_opens += 1;
        if self.failed_opens >= FAILED_OPENS_LIMIT {
            self.end(
                CloseReason::KeysExhausted,
                Some(Alert::fatal(AlertDescription::INTERNAL_ERROR)),
            );
        }
    }

    /// The content of a record that only the peer can have sent.
    fn on_content(&mut self, now: Instant, header: RecordHeader, content: BytesMut) {
        match header.content_type {
            ContentType::ApplicationData => self.push_data(content),
            ContentType::Handshake => {
                self.on_fragments(now, Epoch::Protected, header.sequence, &content);
                self.pump(now);
            }
            ContentType::Alert => match Alert::parse(&content) {
                Ok(alert) => self.on_authentic_alert(alert),
                Err(_) => self.stats.drop(DropReason::MalformedContent),
            },
            ContentType::ChangeCipherSpec => self.stats.drop(DropReason::MalformedContent),
        }
    }

    fn on_fragments(&mut self, now: Instant, epoch: Epoch, record: u64, content: &[u8]) {
        let mut reader = Reader::new(content);
        if reader.is_empty() {
            return self.stats.drop(DropReason::MalformedContent);
        }
        while !reader.is_empty() {
            let Ok((header, body)) = FragmentHeader::parse(&mut reader) else {
                return self.stats.drop(DropReason::MalformedContent);
            };
            self.on_fragment(now, epoch, record, header, body);
        }
    }

    fn on_fragment(
        &mut self,
        now: Instant,
        epoch: Epoch,
        record: u64,
        header: FragmentHeader,
        body: &[u8],
    ) {
        let finished = header.kind == HandshakeType::Finished;
        if finished != (epoch == Epoch::Protected) {
            return self.on_fragment_of_wrong_epoch(epoch);
        }
        if self.config.role == Role::Client
            && header.kind == HandshakeType::ServerHello
            && header.sequence == 0
        {
            self.on_early_server_hello();
        }
        if !matches!(self.phase, Phase::Handshaking(_)) {
            self.stats.drop(DropReason::Repeated);
            return self.on_repeated(now, epoch, header);
        }
        match self.reassembler.insert(header, body, record) {
            Inserted::Kept => self.stats.records_received += 1,
            Inserted::Stale => {
                self.stats.drop(DropReason::Repeated);
                self.on_repeated(now, epoch, header);
            }
            Inserted::OverLimit => self.stats.drop(DropReason::ReassemblyLimit),
        }
    }

    //= https://www.rfc-editor.org/rfc/rfc5746#section-3.5
    //# this section refuse renegotiation
    fn on_fragment_of_wrong_epoch(&mut self, epoch: Epoch) {
        if epoch == Epoch::Protected && matches!(self.phase, Phase::Connected(_)) {
            self.stats.drop(DropReason::Renegotiation);
            self.warning = Some(Alert::warning(AlertDescription::NO_RENEGOTIATION));
        } else {
            self.stats.drop(DropReason::RefusedMessage);
        }
    }

    /// The keys for reading exist: what waited for them is looked at again.
    pub(super) fn on_read_keys(&mut self) {
        let now = self.clock.now();
        self.replay_deferred(now);
    }

    /// The session is connected: application data that came early counts now.
    pub(super) fn on_connected(&mut self, now: Instant) {
        self.replay_deferred(now);
    }

    fn replay_deferred(&mut self, now: Instant) {
        for record in self.records.take_deferred() {
            if self.is_ending() {
                return;
            }
            if let Ok(header) = RecordHeader::parse(record.chunk()) {
                self.on_record(now, header, record);
            }
        }
    }
}
