//! DATA in, and when it is acknowledged (RFC 9260, section 6.2).

use std::time::Instant;

use bytes::Bytes;

use super::Core;
use super::receive::Seen;
use crate::chunk::data::{Data, IMMEDIATE};
use crate::packet::RawChunk;
use crate::receive::Outcome;
use crate::state::Phase;
use crate::stats::DropReason;
use crate::timer::Timer;
use crate::{Violation, cause};

impl Core {
    /// Takes a DATA chunk in; returns whether to go on with the packet.
    pub(super) fn on_data(
        &mut self,
        now: Instant,
        raw: &RawChunk<'_>,
        packet: &Bytes,
        allocation: usize,
        seen: &mut Seen,
    ) -> bool {
        if !self.phase.receives_data() {
            self.drop(DropReason::Unexpected);
            return true;
        }
        let Some(data) = Data::parse(raw.flags, raw.value) else {
            self.drop(DropReason::MalformedChunk);
            return true;
        };
        let start = raw.at + 12;
        let end = raw.at + raw.value.len();
        if end <= start {
            //= https://www.rfc-editor.org/rfc/rfc9260#section-6.2
            //# If an endpoint receives a DATA chunk with no user data (i.e., the
            //# Length field is set to 16), it SHOULD send an ABORT chunk with a "No
            //# User Data" error cause.
            let tsn = data.tsn.0.to_be_bytes();
            self.violate(now, Violation::NoUserData, cause::NO_USER_DATA, &tsn);
            return false;
        }
        seen.data = true;
        seen.at_once |= data.flags & IMMEDIATE != 0;
        if data.stream.0 >= self.inbound_streams {
            self.drop(DropReason::InvalidStream);
            let [high, low] = data.stream.0.to_be_bytes();
            self.owe_error(cause::INVALID_STREAM, &[high, low, 0, 0]);
            return true;
        }
        let payload = packet.slice(start..end);
        let octets = payload.len() as u64;
        match self.receiver.handle_data(&data, payload, allocation) {
            Outcome::Accepted => {
                self.stats.payload_received += octets;
                seen.new_data = true;
            }
            Outcome::Duplicate => self.stats.duplicates += 1,
            Outcome::Dropped(reason) => {
                self.drop(reason);
                seen.at_once = true;
            }
            Outcome::Stuck => {
                self.violate(now, Violation::OutOfResource, cause::OUT_OF_RESOURCE, &[]);
                return false;
            }
        }
        true
    }

    /// Decides when what a packet brought is acknowledged.
    pub(super) fn acknowledge_later(&mut self, now: Instant, seen: &Seen) {
        if let Phase::ShutdownSent { owed } = &mut self.phase {
            *owed = true;
        }
        self.owed.unacknowledged += 1;
        //= https://www.rfc-editor.org/rfc/rfc9260#section-6.2
        //# When a packet arrives with duplicate DATA chunk(s) and with no new
        //# DATA chunk(s), the endpoint MUST immediately send a SACK chunk with
        //# no delay.
        let at_once = seen.at_once
            || !seen.new_data
            || self.receiver.has_gaps()
            || self.receiver.has_duplicates()
            || self.owed.unacknowledged >= 2;
        if at_once {
            self.owed.sack = true;
        } else if !self.owed.sack {
            self.timers
                .set_if_stopped(Timer::Sack, now + self.config.sack_delay);
        }
    }
}
