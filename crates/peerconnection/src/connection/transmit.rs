//! What goes out, by urgency: ICE, DTLS handshake, RTCP, RTP, SCTP.
//!
//! Each packet is built from the inside into a frame in which the outer layers reserved their
//! room: SCTP writes into a DTLS record, that into a relay header where the route needs one.

use std::time::Instant;

use stonechat_sansio::{Batch, Dscp, Ecn, Frame, Overhead, Path, Transmit};

use super::layers::Layers;
use super::transport::Transport;

/// The head that a relay adds once a channel is bound (RFC 8656, section 12.4).
const CHANNEL_HEADER: usize = 4;

/// The most that a record adds: DTLS 1.2 with AES-GCM (RFC 5288, section 3).
const RECORD: usize = 13 + 8 + 16;

/// The longest SCTP packet that fits each route, so that what was cut for one can be sent again by
/// another.
pub(super) const fn sctp_packet(max_datagram: usize) -> usize {
    max_datagram.saturating_sub(CHANNEL_HEADER + RECORD)
}

/// What one run of packets carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Class {
    Handshake,
    Rtcp,
    Rtp,
    Data,
}

impl Class {
    const BY_URGENCY: [Self; 4] = [Self::Handshake, Self::Rtcp, Self::Rtp, Self::Data];
}

impl Layers {
    pub(super) fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        if self.is_closed() {
            return None;
        }
        loop {
            let sent = self
                .poll_transports(now, out)
                .or_else(|| self.poll_retired(now, out));
            // While closing, what was drained lets the next goodbye go.
            if sent.is_some() || !self.on_drained(now) {
                return sent;
            }
        }
    }

    fn poll_transports(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        // Each call begins behind the transport that was served last.
        for turn in 0..self.transports.len() {
            let index = (self.next_transport + turn) % self.transports.len();
            if let Some(transmit) = self.poll_transport(now, index, out) {
                self.next_transport = index + 1;
                return Some(transmit);
            }
        }
        None
    }

    fn poll_transport(
        &mut self,
        now: Instant,
        index: usize,
        out: &mut Batch<'_>,
    ) -> Option<Transmit> {
        let transport = self.transports.get_mut(index)?;
        if let Some(transmit) = transport.ice.poll_transmit(now, out) {
            return Some(transmit);
        }
        let route = transport.ice.send_route()?;
        let physical = transport.ice.physical(&route);
        if self.unwritable.contains(&physical.socket()) {
            return None;
        }
        let mut dscp = None;
        let class = Class::BY_URGENCY.into_iter().find(|class| {
            self.packet_of(now, index, &route, *class, &mut dscp, out)
                .is_some()
        })?;
        while self
            .packet_of(now, index, &route, class, &mut dscp, out)
            .is_some()
        {}
        //= https://www.rfc-editor.org/rfc/rfc6679#section-7.3.1
        //# The sender SHALL NOT include ECT marks on outgoing RTCP packets
        let ecn = match (class, self.transports.get(index)) {
            (Class::Rtp, Some(transport)) => transport.media.rtp_ecn(),
            _ => Ecn::NotEct,
        };
        let transmit = out.transmit(physical, ecn)?;
        Some(transmit.with_dscp(dscp.unwrap_or_default()))
    }

    /// Adds one packet of `class` to the run, inside a relay header if the route needs one. The
    /// first one decides by which code point all of them are marked.
    fn packet_of(
        &mut self,
        now: Instant,
        index: usize,
        route: &Path,
        class: Class,
        dscp: &mut Option<Dscp>,
        out: &mut Batch<'_>,
    ) -> Option<()> {
        let transport = self.transports.get_mut(index)?;
        let carries_data = self.association == Some(transport.id);
        let channels = &mut self.channels;
        let of_data = self.channel_table.dscp();
        transport.frame_on(
            route,
            self.config.max_datagram,
            out,
            |transport, inner| match class {
                Class::Handshake => transport.poll_handshake(now, inner),
                Class::Rtcp => transport.poll_rtcp(now, inner),
                Class::Rtp => {
                    *dscp = Some(transport.poll_rtp(now, *dscp, inner)?);
                    Some(())
                }
                Class::Data if carries_data => {
                    transport.seal_record(inner, |record| channels.poll_transmit(now, record))?;
                    *dscp = Some(of_data);
                    Some(())
                }
                Class::Data => None,
            },
        )
    }
}

impl Transport {
    /// Adds one packet to the run, inside a relay header if the route needs one.
    fn frame_on(
        &mut self,
        route: &Path,
        max_datagram: usize,
        out: &mut Batch<'_>,
        fill: impl FnOnce(&mut Self, &mut Frame<'_>) -> Option<()>,
    ) -> Option<()> {
        let overhead = self.ice.overhead(route);
        // What fits one route fits them all: the few packets that a relay carries before it knows
        // a channel are a little longer.
        let extra = overhead.total().saturating_sub(CHANNEL_HEADER);
        out.packet(max_datagram + extra, |packet| {
            let mut inner = packet.reserve(overhead)?;
            fill(self, &mut inner)?;
            let octets = inner.len();
            self.ice.wrap(route, &mut inner)?;
            inner.commit();
            self.sent.count(octets);
            Some(())
        })
    }

    /// A packet of what a transport says when it ends: RTCP BYE, DTLS close_notify.
    pub(super) fn poll_goodbye(
        &mut self,
        now: Instant,
        max_datagram: usize,
        out: &mut Batch<'_>,
    ) -> Option<Transmit> {
        let route = self.ice.send_route()?;
        let physical = self.ice.physical(&route);
        self.frame_on(&route, max_datagram, out, |transport, inner| {
            let rtcp = transport.poll_rtcp(now, inner);
            rtcp.or_else(|| transport.poll_handshake(now, inner))
        })?;
        out.transmit(physical, Ecn::NotEct)
    }

    fn poll_handshake(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        self.dtls.as_mut()?.poll_transmit(now, out)
    }

    /// With the code point of the packet, which is `only` if there is one.
    fn poll_rtp(&mut self, now: Instant, only: Option<Dscp>, out: &mut Frame<'_>) -> Option<Dscp> {
        let srtp = self.srtp.as_mut()?;
        let tag_len = srtp.profile.rtp_overhead();
        let mut packet = out.reserve(Overhead::new(0, tag_len))?;
        let dscp = self.media.poll_rtp_marked(now, only, &mut packet)?;
        let (_, body, tag) = packet.seal(tag_len);
        srtp.outbound.protect_rtp(body, tag).ok()?;
        packet.commit();
        Some(dscp)
    }

    fn poll_rtcp(&mut self, now: Instant, out: &mut Frame<'_>) -> Option<()> {
        let srtp = self.srtp.as_mut()?;
        let trailer_len = srtp.profile.rtcp_overhead();
        let mut packet = out.reserve(Overhead::new(0, trailer_len))?;
        self.media.poll_rtcp(now, &mut packet)?;
        let (_, body, trailer) = packet.seal(trailer_len);
        srtp.outbound.protect_rtcp(body, trailer).ok()?;
        packet.commit();
        Some(())
    }

    /// Lets `fill` write the content of one record and seals it.
    fn seal_record(
        &mut self,
        out: &mut Frame<'_>,
        fill: impl FnOnce(&mut Frame<'_>) -> Option<()>,
    ) -> Option<()> {
        let dtls = self.dtls.as_mut()?;
        let mut record = out.reserve(dtls.overhead()?)?;
        fill(&mut record)?;
        dtls.seal(&mut record);
        record.commit();
        Some(())
    }
}
