//! Appendix A of "RTP Payload Format For AV1".
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod bits;
mod structure;

use alloc::vec::Vec;

use bits::{BitReader, BitWriter};
pub use structure::{DecodeTargetIndication, DependencyStructure, FrameTemplate, Resolution};
use structure::{read_indications, write_indications};

use super::{ExtensionValue, write};
use crate::Full;

/// Which frame the packet belongs to and on which others that one depends, as it arrived ("RTP
/// Payload Format For AV1", appendix A).
///
/// ```text
///  0                   1                   2
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |S|E|template_id|         frame_number          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |T|A|D|F|C|  structure, active targets, custom fields ...
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
///
/// What lies behind the first three octets is read with the structure in force: that of the last
/// packet that had one.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct DependencyDescriptor<'a>(&'a [u8]);

/// What a descriptor says of a frame, templates resolved.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FrameDependencies {
    /// The spatial layer, 0 to 3.
    pub spatial_id: u8,
    /// The temporal layer, 0 to 7.
    pub temporal_id: u8,
    /// What the frame is to each decode target.
    pub indications: Vec<DecodeTargetIndication>,
    /// How many frames before it those are that it depends on, each 1 to 4,096.
    pub frame_differences: Vec<u16>,
    /// How many frames before it the last one of each chain is; 0 if none is needed.
    pub chain_differences: Vec<u8>,
    /// The largest picture of the spatial layer.
    pub resolution: Option<Resolution>,
}

impl<'a> DependencyDescriptor<'a> {
    /// Whether the payload begins a frame.
    #[inline]
    #[must_use]
    pub fn starts_frame(&self) -> bool {
        self.octet(0) & 0x80 != 0
    }

    /// Whether the payload ends a frame.
    #[inline]
    #[must_use]
    pub fn ends_frame(&self) -> bool {
        self.octet(0) & 0x40 != 0
    }

    /// The template of the frame, 0 to 63.
    #[inline]
    #[must_use]
    pub fn template_id(&self) -> u8 {
        self.octet(0) & 0x3f
    }

    /// The number of the frame in decode order, modulo 2¹⁶.
    #[inline]
    #[must_use]
    pub fn frame_number(&self) -> u16 {
        u16::from_be_bytes([self.octet(1), self.octet(2)])
    }

    /// Whether it brings a structure, which begins a coded video sequence.
    #[inline]
    #[must_use]
    pub fn has_structure(&self) -> bool {
        self.flags() & 0x80 != 0
    }

    /// The structure that it brings; `None` also if that is malformed.
    #[must_use]
    pub fn structure(&self) -> Option<DependencyStructure> {
        if !self.has_structure() {
            return None;
        }
        DependencyStructure::read(&mut self.extended())
    }

    /// The decode targets that can be decoded from now on, a bit each, that of target 0 being the
    /// lowest; `None` if the descriptor does not change them or is malformed. `structure` is the
    /// one in force, its own if it brings one.
    #[must_use]
    pub fn active_decode_targets(&self, structure: &DependencyStructure) -> Option<u32> {
        if self.flags() & 0x40 != 0 {
            let mut bits = self.behind_structure()?;
            bits.bits(u32::from(structure.decode_targets))
        } else {
            self.has_structure().then(|| structure.all_targets())
        }
    }

    /// What it says of its frame; `None` if `structure` has no such template, as after the loss of
    /// a newer one, or if the descriptor is malformed.
    #[must_use]
    pub fn frame(&self, structure: &DependencyStructure) -> Option<FrameDependencies> {
        let template = structure.template(self.template_id())?;
        let flags = self.flags();
        let mut bits = self.behind_structure()?;
        if flags & 0x40 != 0 {
            bits.bits(u32::from(structure.decode_targets))?;
        }
        let indications = if flags & 0x20 != 0 {
            read_indications(&mut bits, structure.decode_targets)?
        } else {
            template.indications.clone()
        };
        let mut frame_differences = Vec::new();
        if flags & 0x10 != 0 {
            loop {
                let size = bits.bits(2)?;
                if size == 0 {
                    break;
                }
                let minus_one = bits.bits(size.saturating_mul(4))?;
                frame_differences.push(u16::try_from(minus_one).ok()?.saturating_add(1));
            }
        } else {
            frame_differences.extend(
                template
                    .frame_differences
                    .iter()
                    .map(|diff| u16::from(*diff)),
            );
        }
        let chain_differences = if flags & 0x08 != 0 {
            (0..structure.chains)
                .map(|_| bits.small(8))
                .collect::<Option<_>>()?
        } else {
            template.chain_differences.clone()
        };
        Some(FrameDependencies {
            spatial_id: template.spatial_id,
            temporal_id: template.temporal_id,
            indications,
            frame_differences,
            chain_differences,
            resolution: structure
                .resolutions
                .get(usize::from(template.spatial_id))
                .copied(),
        })
    }

    fn octet(&self, index: usize) -> u8 {
        self.0.get(index).copied().unwrap_or(0)
    }

    /// The five flags of the extended fields, at the top; none if there are no such fields.
    fn flags(&self) -> u8 {
        self.octet(3) & 0xf8
    }

    /// The bits behind the flags.
    fn extended(&self) -> BitReader<'a> {
        let mut bits = BitReader::new(self.0.get(3..).unwrap_or_default());
        let _ = bits.bits(5);
        bits
    }

    fn behind_structure(&self) -> Option<BitReader<'a>> {
        let mut bits = self.extended();
        if self.has_structure() {
            DependencyStructure::read(&mut bits)?;
        }
        Some(bits)
    }
}

impl<'a> ExtensionValue<'a> for DependencyDescriptor<'a> {
    const URI: &'static str =
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

    fn parse(value: &'a [u8]) -> Option<Self> {
        matches!(value.len(), 3..=255).then_some(Self(value))
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        write(self.0, out)
    }
}

/// What [`DependencyDescriptor`] is written from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DependencyDescription<'a> {
    /// Whether the payload begins a frame.
    pub starts_frame: bool,
    /// Whether the payload ends a frame.
    pub ends_frame: bool,
    /// The template of the frame, one of `structure`.
    pub template_id: u8,
    /// The number of the frame in decode order, modulo 2¹⁶.
    pub frame_number: u16,
    /// The structure in force.
    pub structure: &'a DependencyStructure,
    /// Whether the structure goes along: in the first packet of a coded video sequence.
    pub with_structure: bool,
    /// The decode targets that can be decoded from now on, if that changes.
    pub active_decode_targets: Option<u32>,
    /// What the frame is to each decode target, if not what the template says.
    pub indications: Option<&'a [DecodeTargetIndication]>,
    /// How many frames before it those are that it depends on, each 1 to 4,096, if not what the
    /// template says.
    pub frame_differences: Option<&'a [u16]>,
    /// How many frames before it the last one of each chain is, if not what the template says.
    pub chain_differences: Option<&'a [u8]>,
}

impl<'a> DependencyDescription<'a> {
    /// A packet that is a whole frame of the template `template_id`.
    #[must_use]
    pub const fn new(
        structure: &'a DependencyStructure,
        template_id: u8,
        frame_number: u16,
    ) -> Self {
        Self {
            starts_frame: true,
            ends_frame: true,
            template_id,
            frame_number,
            structure,
            with_structure: false,
            active_decode_targets: None,
            indications: None,
            frame_differences: None,
            chain_differences: None,
        }
    }

    /// Octets that [`encode`](Self::encode) writes, at least 3.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let mut bits = BitWriter::new(&mut []);
        self.write(&mut bits);
        bits.len()
    }

    /// Writes the descriptor at the start of `out`; returns its length.
    ///
    /// # Errors
    ///
    /// [`DescribeError::Inexpressible`] if a number or list is not what the structure asks for,
    /// [`DescribeError::Full`] if `out` is shorter than [`encoded_len`](Self::encoded_len).
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, DescribeError> {
        if !self.is_valid() {
            return Err(DescribeError::Inexpressible);
        }
        let needed = self.encoded_len();
        let out = out.get_mut(..needed).ok_or(Full { needed })?;
        out.fill(0);
        self.write(&mut BitWriter::new(out));
        Ok(needed)
    }

    fn is_valid(&self) -> bool {
        let targets = usize::from(self.structure.decode_targets);
        let chains = usize::from(self.structure.chains);
        let all = self.structure.all_targets();
        self.structure.is_valid()
            && self.template_id < 64
            && self.structure.template(self.template_id).is_some()
            && self
                .active_decode_targets
                .is_none_or(|mask| mask & !all == 0)
            && self.indications.is_none_or(|list| list.len() == targets)
            && self
                .chain_differences
                .is_none_or(|list| list.len() == chains)
            && self
                .frame_differences
                .is_none_or(|list| list.iter().all(|diff| matches!(diff, 1..=4_096)))
    }

    fn write(&self, bits: &mut BitWriter<'_>) {
        bits.flag(self.starts_frame);
        bits.flag(self.ends_frame);
        bits.bits(6, u32::from(self.template_id));
        bits.bits(16, u32::from(self.frame_number));
        let flags = [
            self.with_structure,
            self.active_decode_targets.is_some(),
            self.indications.is_some(),
            self.frame_differences.is_some(),
            self.chain_differences.is_some(),
        ];
        if flags == [false; 5] {
            return;
        }
        flags.into_iter().for_each(|flag| bits.flag(flag));
        if self.with_structure {
            self.structure.write(bits);
        }
        if let Some(mask) = self.active_decode_targets {
            bits.bits(u32::from(self.structure.decode_targets), mask);
        }
        write_indications(self.indications.unwrap_or_default(), bits);
        if let Some(differences) = self.frame_differences {
            for diff in differences {
                let minus_one = u32::from(diff.saturating_sub(1));
                let size = match minus_one {
                    0..=0xf => 1,
                    0x10..=0xff => 2,
                    _ => 3_u32,
                };
                bits.bits(2, size);
                bits.bits(size.saturating_mul(4), minus_one);
            }
            bits.bits(2, 0);
        }
        for diff in self.chain_differences.unwrap_or_default() {
            bits.bits(8, u32::from(*diff));
        }
    }
}

/// Why a description could not be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DescribeError {
    /// The output is too small.
    #[error(transparent)]
    Full(#[from] Full),
    /// A number is out of its range, or a list is not as long as the structure says.
    #[error("the format cannot express the description")]
    Inexpressible,
}
