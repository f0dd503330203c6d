//! Packets in: which are for us (RFC 9260, sections 8.4 and 8.5), and what each chunk is.

use std::time::Instant;

use bytes::{Bytes, BytesMut};

use super::{Core, Reply};
use crate::chunk::{self, REFLECTED};
use crate::packet::{self, Chunks, Header, RawChunk};
use crate::parameter::UnknownAction;
use crate::state::Phase;
use crate::stats::DropReason;
use crate::{Violation, cause};

/// What a packet brought, to be answered once it is through.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) data: bool,
    pub(super) new_data: bool,
    pub(super) at_once: bool,
}

impl Core {
    pub(super) fn handle_packet(&mut self, now: Instant, packet: BytesMut) {
        if matches!(self.phase, Phase::Closed) || self.farewell.is_some() {
            return;
        }
        let allocation = packet.capacity().max(self.config.assumed_allocation);
        let packet = packet.freeze();
        let Some((header, first)) = self.check(&packet) else {
            return;
        };
        self.stats.packets_received += 1;
        let Some(skip) = self.admit(now, &header, &first, &packet) else {
            return;
        };
        let mut seen = Seen::default();
        for raw in Chunks::new(&packet).flatten().skip(skip) {
            if !self.on_chunk(now, &raw, &packet, allocation, &mut seen) {
                break;
            }
            if matches!(self.phase, Phase::Closed) || self.farewell.is_some() {
                return;
            }
        }
        if seen.data {
            self.acknowledge_later(now, &seen);
        }
    }

    /// Checks what does not depend on the state. Returns the header and the first chunk.
    fn check<'a>(&mut self, packet: &'a Bytes) -> Option<(Header, RawChunk<'a>)> {
        let Some(header) = Header::parse(packet) else {
            self.drop(DropReason::Malformed);
            return None;
        };
        let ports = (header.source, header.destination);
        if ports != (self.config.remote_port, self.config.local_port) {
            self.drop(DropReason::WrongPort);
            return None;
        }
        let mut chunks = Chunks::new(packet);
        let first = chunks.next().flatten();
        let Some(first) = first.filter(|_| chunks.all(|chunk| chunk.is_some())) else {
            self.drop(DropReason::Malformed);
            return None;
        };
        //= https://www.rfc-editor.org/rfc/rfc9653#section-5.3
        //# Otherwise, the endpoint MUST drop all SCTP packets with an
        //# incorrect CRC32c checksum.
        let may_be_zero =
            self.config.zero_checksum && !matches!(first.kind, chunk::INIT | chunk::COOKIE_ECHO);
        let zero = header.checksum == [0; 4] && may_be_zero;
        if !zero && packet::checksum(packet) != header.checksum {
            self.drop(DropReason::Checksum);
            return None;
        }
        Some((header, first))
    }

    /// Checks the verification tag. Returns how many chunks are already done with, or `None` if
    /// the packet is.
    fn admit(
        &mut self,
        now: Instant,
        header: &Header,
        first: &RawChunk<'_>,
        packet: &Bytes,
    ) -> Option<usize> {
        let tag = header.tag;
        if first.kind == chunk::INIT || tag == 0 {
            //= https://www.rfc-editor.org/rfc/rfc9260#section-8.5.1
            //# When an endpoint receives an SCTP packet with the Verification
            //# Tag set to 0, it SHOULD verify that the packet contains only an
            //# INIT chunk.
            if tag == 0 && first.kind == chunk::INIT && Chunks::new(packet).count() == 1 {
                self.on_init(now, first.value);
            } else {
                self.drop(DropReason::VerificationTag);
            }
            return None;
        }
        if first.kind == chunk::COOKIE_ECHO {
            return self.on_cookie_echo(now, tag, first.value).then_some(1);
        }
        let reflected = first.flags & REFLECTED != 0;
        match (first.kind, &self.phase) {
            (chunk::ABORT | chunk::SHUTDOWN_COMPLETE, phase) if !matches!(phase, Phase::New) => {
                let expected = if reflected {
                    self.peer.tag
                } else {
                    self.local.tag
                };
                if tag != expected {
                    self.drop(DropReason::VerificationTag);
                    return None;
                }
                Some(0)
            }
            (
                chunk::SHUTDOWN_ACK,
                Phase::New | Phase::CookieWait { .. } | Phase::CookieEchoed { .. },
            ) => {
                let kind = chunk::SHUTDOWN_COMPLETE;
                self.reply(Reply {
                    tag,
                    kind,
                    flags: REFLECTED,
                    value: Bytes::new(),
                });
                None
            }
            (_, Phase::New) => {
                self.out_of_the_blue(tag, first.kind);
                None
            }
            _ if tag != self.local.tag => {
                self.drop(DropReason::VerificationTag);
                None
            }
            _ => Some(0),
        }
    }

    /// A packet for no association (RFC 9260, section 8.4).
    fn out_of_the_blue(&mut self, tag: u32, kind: u8) {
        self.drop(DropReason::Unexpected);
        let silent = [
            chunk::ABORT,
            chunk::SHUTDOWN_COMPLETE,
            chunk::COOKIE_ACK,
            chunk::ERROR,
        ];
        if !silent.contains(&kind) {
            self.reply(Reply {
                tag,
                kind: chunk::ABORT,
                flags: REFLECTED,
                value: Bytes::new(),
            });
        }
    }

    /// Processes one chunk; returns whether to go on with the packet.
    fn on_chunk(
        &mut self,
        now: Instant,
        raw: &RawChunk<'_>,
        packet: &Bytes,
        allocation: usize,
        seen: &mut Seen,
    ) -> bool {
        match raw.kind {
            chunk::DATA => return self.on_data(now, raw, packet, allocation, seen),
            chunk::SACK => self.on_sack(now, raw.value),
            chunk::HEARTBEAT => self.on_heartbeat(raw.value),
            chunk::HEARTBEAT_ACK => self.on_heartbeat_ack(now, raw.value),
            chunk::ABORT => self.on_abort(raw.value),
            chunk::ERROR => self.on_error(raw.value),
            chunk::INIT_ACK => self.on_init_ack(now, raw.value),
            chunk::COOKIE_ACK => self.on_cookie_ack(now),
            chunk::SHUTDOWN => self.on_shutdown(now, raw.value),
            chunk::SHUTDOWN_ACK => self.on_shutdown_ack(now),
            chunk::SHUTDOWN_COMPLETE => self.on_shutdown_complete(),
            chunk::FORWARD_TSN => self.on_forward_tsn(raw.value, seen),
            chunk::RECONFIG => self.on_reconfig(raw.value),
            chunk::INIT | chunk::COOKIE_ECHO => self.drop(DropReason::Unexpected),
            chunk::I_DATA | chunk::I_FORWARD_TSN => {
                self.drop(DropReason::Unexpected);
                if self.phase.is_up() {
                    let violation = Violation::UnnegotiatedChunk;
                    self.violate(now, violation, cause::PROTOCOL_VIOLATION, &[]);
                }
                return false;
            }
            kind => {
                self.drop(DropReason::UnknownChunk);
                let action = UnknownAction::of_chunk(kind);
                if action.report {
                    self.report_unknown(packet, raw);
                }
                return action.go_on;
            }
        }
        true
    }

    fn report_unknown(&mut self, packet: &Bytes, raw: &RawChunk<'_>) {
        let start = raw.at.saturating_sub(4);
        let end = raw.at.saturating_add(raw.value.len());
        self.owe_error(
            cause::UNRECOGNIZED_CHUNK,
            packet.get(start..end).unwrap_or_default(),
        );
    }
}
