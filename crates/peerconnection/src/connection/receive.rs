//! What comes in: datagram → ICE → DTLS or SRTP → SCTP or media.

use std::time::Instant;

use bytes::BytesMut;
use stonechat_sansio::{Datagram, Ecn};

use super::layers::{DropReason, Layers};
use crate::demux::{Class, classify};

impl Layers {
    pub(super) fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        if self.is_closed() {
            return;
        }
        let Some(index) = self.transport_of(datagram.path().socket()) else {
            self.drops.count(DropReason::UnknownSocket);
            return;
        };
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        // STUN and TURN end here; the rest comes back only from a path on which an
        // integrity-checked request or response of the current credentials was seen.
        let Some(datagram) = transport.ice.handle_datagram(now, datagram) else {
            return;
        };
        transport.received.count(datagram.payload().len());
        let ecn = datagram.ecn();
        match classify(datagram.payload()) {
            Some(Class::Dtls) => transport.handle_record(now, datagram.into_payload()),
            Some(Class::Rtp) => self.handle_rtp(now, index, datagram.into_payload(), ecn),
            Some(Class::Rtcp) => self.handle_rtcp(now, index, datagram.into_payload()),
            Some(Class::Stun | Class::TurnChannel) | None => {
                self.drops.count(DropReason::Unclassified);
            }
        }
    }

    fn handle_rtp(&mut self, now: Instant, index: usize, mut packet: BytesMut, ecn: Ecn) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        let Some(srtp) = &mut transport.srtp else {
            self.drops.count(DropReason::NoKeys);
            return;
        };
        match srtp.inbound.unprotect_rtp(&mut packet) {
            Ok(len) => {
                packet.truncate(len);
                transport.media.handle_rtp(now, packet, ecn);
            }
            Err(_) => self.drops.count(DropReason::Srtp),
        }
    }

    fn handle_rtcp(&mut self, now: Instant, index: usize, mut packet: BytesMut) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        let Some(srtp) = &mut transport.srtp else {
            self.drops.count(DropReason::NoKeys);
            return;
        };
        match srtp.inbound.unprotect_rtcp(&mut packet) {
            Ok(len) => {
                packet.truncate(len);
                transport.media.handle_rtcp(now, &packet);
            }
            Err(_) => self.drops.count(DropReason::Srtp),
        }
    }
}
