mod dependencies;

use std::ops::Range;

use bytes::{BufMut as _, Bytes, BytesMut};

use super::{PacketizeError, Payload, even_cut};
use crate::codec::av1::{HAS_SIZE, Obu, ObuType, TemporalUnitFacts, obus, write_leb128};
use dependencies::Dependencies;

/// AV1 temporal units into payloads ("RTP Payload Format For AV1", sections 4 and 5).
///
/// Units lose their lengths, temporal delimiters and tile lists are left out, and no packet holds
/// more than one frame. Each payload has a dependency descriptor (appendix A) from the first key
/// frame on: of one layer if the sequence header names none, else of the layers that the headers
/// of the units say, where a frame is taken to depend on all that it may depend on.
#[derive(Clone, Debug)]
pub struct Av1Packetizer {
    dependencies: Dependencies,
}

impl Av1Packetizer {
    /// A packetizer whose first frame gets the number `frame_number`.
    #[must_use]
    pub const fn new(frame_number: u16) -> Self {
        Self {
            dependencies: Dependencies::new(frame_number),
        }
    }

    pub(super) fn packetize(
        &mut self,
        unit: &Bytes,
        max_len: usize,
        out: &mut Vec<Payload>,
    ) -> Result<(), PacketizeError> {
        if max_len < MIN_LEN {
            return Err(PacketizeError::TooLarge);
        }
        let facts = TemporalUnitFacts::parse(unit).map_err(|_| PacketizeError::Malformed)?;
        let mut units = 0_usize;
        for obu in obus(unit) {
            let obu = obu.map_err(|_| PacketizeError::Malformed)?;
            units += usize::from(!obu.header.kind.is_dropped());
        }
        if units == 0 {
            return Err(PacketizeError::Malformed);
        }
        self.dependencies.begin_unit(&facts);
        let mut first = true;
        let mut frame = CodedFrame::default();
        for obu in obus(unit).flatten() {
            if obu.header.kind.is_dropped() {
                continue;
            }
            if frame.ends_before(&obu) {
                self.frame(unit, &frame, facts.keyframe, first, max_len, out);
                frame.clear();
                first = false;
            }
            frame.add(unit, obu);
        }
        self.frame(unit, &frame, facts.keyframe, first, max_len, out);
        Ok(())
    }

    /// Appends the payloads of one frame. `first`: it begins the temporal unit.
    fn frame(
        &mut self,
        unit: &Bytes,
        frame: &CodedFrame,
        keyframe: bool,
        first: bool,
        max_len: usize,
        out: &mut Vec<Payload>,
    ) {
        let start = out.len();
        let begins_sequence = first && keyframe;
        let flags = if begins_sequence { NEW_SEQUENCE } else { 0 };
        cut(unit, &frame.elements, flags, max_len, out);
        let added = out.get_mut(start..).unwrap_or_default();
        let descriptors = self.dependencies.describe(frame.layer, keyframe, first);
        let last = added.len().saturating_sub(1);
        for (index, payload) in added.iter_mut().enumerate() {
            payload.descriptor = descriptors.of(index == 0, index == last);
        }
    }
}

/// The units of one frame, with what goes before it.
#[derive(Debug, Default)]
struct CodedFrame {
    elements: Vec<Element>,
    layer: Option<(u8, u8)>,
    begun: bool,
}

impl CodedFrame {
    /// Whether `obu` belongs to the next frame.
    fn ends_before(&self, obu: &Obu) -> bool {
        let other_layer = self.layer.is_some()
            && obu
                .header
                .layer
                .is_some_and(|layer| Some(layer) != self.layer);
        let kind = obu.header.kind;
        other_layer || self.begun && (kind.begins_frame() || kind == ObuType::SEQUENCE_HEADER)
    }

    fn add(&mut self, unit: &Bytes, obu: Obu) {
        self.layer = obu.header.layer.or(self.layer);
        self.begun |= obu.header.kind.begins_frame();
        let mut head = [0; 2];
        for (slot, octet) in head
            .iter_mut()
            .zip(unit.get(obu.head.clone()).unwrap_or_default())
        {
            *slot = *octet;
        }
        head[0] &= !HAS_SIZE;
        self.elements.push(Element {
            head,
            head_len: obu.head.len(),
            body: obu.body,
        });
    }

    fn clear(&mut self) {
        self.elements.clear();
        self.layer = None;
        self.begun = false;
    }
}

/// A unit as it travels: its header without a length, and where the rest of it is.
#[derive(Clone, Debug)]
struct Element {
    head: [u8; 2],
    head_len: usize,
    body: Range<usize>,
}

impl Element {
    fn len(&self) -> usize {
        self.head_len + self.body.len()
    }

    /// The fewest octets of its start that may stand alone: a header is not cut.
    fn min_start(&self) -> usize {
        self.head_len + usize::from(!self.body.is_empty())
    }

    /// The octets from `start` to `end`: those of the header and the place of the others.
    fn part(&self, start: usize, end: usize) -> (&[u8], Range<usize>) {
        let head = self.head.get(start..self.head_len).unwrap_or_default();
        let at = |offset: usize| self.body.start + offset.saturating_sub(self.head_len);
        (head, at(start)..at(end))
    }
}

/// Cuts the units of a frame into the fewest payloads that are as equal as can be.
/// `flags` are set in the aggregation header of the first.
fn cut(unit: &Bytes, elements: &[Element], flags: u8, max_len: usize, out: &mut Vec<Payload>) {
    let budget = max_len - 1;
    let unmarked = usize::from(elements.len() <= UNMARKED);
    let total: usize = elements.iter().map(Element::len).sum();
    let marked = elements.len().saturating_sub(unmarked);
    let fields: usize = elements
        .iter()
        .take(marked)
        .map(|it| leb128_len(it.len()))
        .sum();
    let target = even_cut(total + fields, budget);
    let count = (total + fields).div_ceil(target);
    let (mut index, mut offset) = (0, 0);
    for packet in 1.. {
        let room = if packet < count { target } else { budget };
        let Some(run) = Run::fill(elements, index, offset, room) else {
            break;
        };
        let flags = if packet == 1 { flags } else { 0 };
        out.push(run.payload(unit, elements, flags, max_len));
        (index, offset) = run.next(elements);
    }
}

/// Neighbouring units, or parts of them, that share a packet.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: usize,
    offset: usize,
    last: usize,
    /// Where the last one is cut.
    end: usize,
}

impl Run {
    /// What fits into `room` octets from octet `offset` of the unit `first` on.
    fn fill(elements: &[Element], first: usize, offset: usize, room: usize) -> Option<Self> {
        let mut used = 0;
        let mut before = None;
        for (last, element) in elements.iter().enumerate().skip(first) {
            let start = if last == first { offset } else { 0 };
            let left = element.len() - start;
            let marked = used + leb128_len(left) + left;
            let this = |end| Self {
                first,
                offset,
                last,
                end,
            };
            if marked <= room && last + 1 < elements.len() {
                used = marked;
                before = Some(this(element.len()));
                continue;
            }
            // The last of a packet of few needs no length.
            let field = if last - first < UNMARKED {
                0
            } else {
                leb128_len(room)
            };
            let space = room.saturating_sub(used + field);
            let least = if start == 0 { element.min_start() } else { 1 };
            if space < least.min(left) && before.is_some() {
                break;
            }
            let len = left.min(space.max(least));
            return Some(this(start + len));
        }
        before
    }

    /// Where the next packet begins.
    fn next(&self, elements: &[Element]) -> (usize, usize) {
        if elements
            .get(self.last)
            .is_some_and(|it| self.end < it.len())
        {
            (self.last, self.end)
        } else {
            (self.last + 1, 0)
        }
    }

    /// The aggregation header and the units, each but the last behind its length, or all of them
    /// if they are more than the header can count.
    fn payload(&self, unit: &Bytes, elements: &[Element], flags: u8, capacity: usize) -> Payload {
        let count = self.last - self.first + 1;
        let (_, cut_at) = self.next(elements);
        let mut header = flags;
        if self.offset > 0 {
            header |= CONTINUES;
        }
        if cut_at > 0 {
            header |= CONTINUED;
        }
        if let (Ok(count), true) = (u8::try_from(count), count <= UNMARKED) {
            header |= count << 4;
        }
        if let (1, Some(element)) = (count, elements.get(self.first)) {
            let (head, body) = element.part(self.offset, self.end);
            let mut prefix = [header, 0, 0];
            for (slot, octet) in prefix.iter_mut().skip(1).zip(head) {
                *slot = *octet;
            }
            let prefix = prefix.get(..=head.len()).unwrap_or_default();
            return Payload::new(unit.slice(body)).with_prefix(prefix);
        }
        let run = elements.get(self.first..=self.last).unwrap_or_default();
        let mut packet = BytesMut::with_capacity(capacity);
        packet.put_u8(header);
        for (index, element) in run.iter().enumerate() {
            let is_last = index + 1 == count;
            let start = if index == 0 { self.offset } else { 0 };
            let end = if is_last { self.end } else { element.len() };
            if !is_last || count > UNMARKED {
                let (octets, len) = write_leb128(end - start);
                packet.put_slice(octets.get(..len).unwrap_or_default());
            }
            let (head, body) = element.part(start, end);
            packet.put_slice(head);
            packet.put_slice(unit.get(body).unwrap_or_default());
        }
        Payload::new(packet.freeze())
    }
}

/// Octets of the shortest form of `value`.
fn leb128_len(value: usize) -> usize {
    write_leb128(value).1
}

/// Z: the first unit continues one of the packet before.
const CONTINUES: u8 = 0x80;
/// Y: the last unit continues in the next packet.
const CONTINUED: u8 = 0x40;
/// N: a coded video sequence begins.
const NEW_SEQUENCE: u8 = 0x08;
/// W counts as many units, of which the last has no length.
const UNMARKED: usize = 3;
/// The aggregation header, a header of two octets and one more.
const MIN_LEN: usize = 4;
