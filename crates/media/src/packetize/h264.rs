use bytes::{BufMut as _, Bytes, BytesMut};

use super::{PacketizeError, Payload, cut, even_cut};
use crate::codec::PacketizationMode;
use crate::codec::h264::{NalType, nal_units};

/// H.264 access units in Annex-B form into payloads (RFC 6184): single NAL units, and in mode 1
/// STAP-A for units that fit together and FU-A for those that do not fit.
///
/// It remembers the last parameter sets and puts them before an IDR picture that comes without,
/// so that every key frame can be decoded alone.
#[derive(Clone, Debug)]
pub struct H264Packetizer {
    mode: PacketizationMode,
    sps: Option<Bytes>,
    pps: Option<Bytes>,
}

impl H264Packetizer {
    /// A packetizer for `mode`.
    #[must_use]
    pub const fn new(mode: PacketizationMode) -> Self {
        Self {
            mode,
            sps: None,
            pps: None,
        }
    }

    pub(super) fn packetize(
        &mut self,
        frame: &Bytes,
        max_len: usize,
        out: &mut Vec<Payload>,
    ) -> Result<(), PacketizeError> {
        let (mut sps, mut pps) = (None, None);
        let (mut count, mut insert_before) = (0_usize, None);
        for range in nal_units(frame) {
            let header = frame.get(range.start).copied().unwrap_or_default();
            let kind = NalType::of(header);
            // A slice, parameter set or delimiter is more than its header.
            if !kind.is_nal_unit() || (range.len() == 1 && kind <= NalType::DELIMITER) {
                return Err(PacketizeError::Malformed);
            }
            match kind {
                NalType::SPS => sps = Some(range.clone()),
                NalType::PPS => pps = Some(range.clone()),
                NalType::IDR if insert_before.is_none() => insert_before = Some(count),
                _ => {}
            }
            if self.mode == PacketizationMode::SingleNal && range.len() > max_len {
                return Err(PacketizeError::TooLarge);
            }
            count += 1;
        }
        if count == 0 {
            return Err(PacketizeError::Malformed);
        }
        if max_len < MIN_LEN {
            return Err(PacketizeError::TooLarge);
        }
        let cached = if sps.is_none() && pps.is_none() {
            [self.sps.clone(), self.pps.clone()]
        } else {
            [None, None]
        };
        let mut packer = Packer {
            mode: self.mode,
            max_len,
            pending: Pending::default(),
            out,
        };
        for (index, range) in nal_units(frame).enumerate() {
            if insert_before == Some(index) {
                cached
                    .iter()
                    .flatten()
                    .for_each(|unit| packer.unit(unit.clone()));
            }
            packer.unit(frame.slice(range));
        }
        packer.flush();
        // Copies of their own: a cached slice would keep the whole frame alive.
        if let Some(range) = sps {
            self.sps = frame.get(range).map(Bytes::copy_from_slice);
        }
        if let Some(range) = pps {
            self.pps = frame.get(range).map(Bytes::copy_from_slice);
        }
        Ok(())
    }
}

/// NAL units that wait to share one STAP-A.
#[derive(Default)]
struct Pending {
    units: Vec<Bytes>,
    len: usize,
}

struct Packer<'a> {
    mode: PacketizationMode,
    max_len: usize,
    pending: Pending,
    out: &'a mut Vec<Payload>,
}

impl Packer<'_> {
    fn unit(&mut self, unit: Bytes) {
        if self.mode == PacketizationMode::SingleNal {
            self.out.push(Payload::new(unit));
        } else if unit.len() > self.max_len {
            self.flush();
            self.fragment(&unit);
        } else {
            let needed = 2 + unit.len();
            if 1 + self.pending.len + needed > self.max_len || unit.len() > usize::from(u16::MAX) {
                self.flush();
            }
            self.pending.len += needed;
            self.pending.units.push(unit);
        }
    }

    /// Sends what waits: alone as it is, several as STAP-A (RFC 6184, section 5.7.1).
    fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let mut units = pending.units.into_iter();
        match (units.next(), units.len()) {
            (None, _) => {}
            (Some(unit), 0) => self.out.push(Payload::new(unit)),
            (Some(first), _) => {
                let mut body = BytesMut::with_capacity(1 + pending.len);
                body.put_u8(0);
                let (mut forbidden, mut importance) = (0, 0);
                for unit in std::iter::once(first).chain(units) {
                    let header = unit.first().copied().unwrap_or_default();
                    forbidden |= header & 0x80;
                    importance = importance.max(header & 0x60);
                    body.put_u16(u16::try_from(unit.len()).unwrap_or_default());
                    body.put_slice(&unit);
                }
                if let Some(header) = body.first_mut() {
                    *header = forbidden | importance | NalType::STAP_A.0;
                }
                self.out.push(Payload::new(body.freeze()));
            }
        }
    }

    /// Cuts one unit into FU-A (RFC 6184, section 5.8). Its header octet is not sent as such.
    fn fragment(&mut self, unit: &Bytes) {
        let header = unit.first().copied().unwrap_or_default();
        let body = unit.slice(1..);
        let size = even_cut(body.len(), self.max_len - 2);
        let count = body.len().div_ceil(size);
        for (index, part) in cut(&body, size).enumerate() {
            let start = if index == 0 { 0x80 } else { 0 };
            let end = if index + 1 == count { 0x40 } else { 0 };
            let prefix = [header & 0xe0 | NalType::FU_A.0, start | end | header & 0x1f];
            self.out.push(Payload::new(part).with_prefix(&prefix));
        }
    }
}

/// FU-A with one octet of the unit.
const MIN_LEN: usize = 3;
