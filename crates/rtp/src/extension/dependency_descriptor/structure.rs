#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use alloc::vec::Vec;

use super::bits::{BitReader, BitWriter};

/// What a frame is to a decode target (appendix A, table A.1).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum DecodeTargetIndication {
    /// The frame is no part of it.
    #[default]
    NotPresent,
    /// The frame is part of it, and no other frame of it depends on this one.
    Discardable,
    /// Once the frame is decodable, so are all frames of the target after it.
    Switch,
    /// The frame is part of it, and others may depend on it.
    Required,
}

impl DecodeTargetIndication {
    fn read(bits: &mut BitReader<'_>) -> Option<Self> {
        Some(match bits.bits(2)? {
            0 => Self::NotPresent,
            1 => Self::Discardable,
            2 => Self::Switch,
            _ => Self::Required,
        })
    }

    fn write(self, bits: &mut BitWriter<'_>) {
        let value = match self {
            Self::NotPresent => 0,
            Self::Discardable => 1,
            Self::Switch => 2,
            Self::Required => 3,
        };
        bits.bits(2, value);
    }
}

/// The largest picture of a spatial layer, in pixels.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Resolution {
    /// Pixels across, 1 to 65,536.
    pub width: u32,
    /// Pixels down, 1 to 65,536.
    pub height: u32,
}

/// What many frames have in common (appendix A.8.1).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FrameTemplate {
    /// The spatial layer, 0 to 3.
    pub spatial_id: u8,
    /// The temporal layer, 0 to 7.
    pub temporal_id: u8,
    /// What the frame is to each decode target.
    pub indications: Vec<DecodeTargetIndication>,
    /// How many frames before it those are that it depends on, each 1 to 16.
    pub frame_differences: Vec<u8>,
    /// How many frames before it the last one of each chain is, 0 to 15; 0 if none is needed.
    pub chain_differences: Vec<u8>,
}

/// How the frames of a coded video sequence depend on each other
/// (`template_dependency_structure` of appendix A.8.2).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DependencyStructure {
    /// The identifier of the first template, 0 to 63; the next ones follow, modulo 64.
    pub template_id_offset: u8,
    /// How many decode targets there are, 1 to 32.
    pub decode_targets: u8,
    /// The templates, 1 to 64. The first is of spatial and temporal layer 0; each other is of the
    /// same layers as the one before it, of the next temporal layer, or of temporal layer 0 in the
    /// next spatial layer.
    pub templates: Vec<FrameTemplate>,
    /// How many chains there are, at most as many as decode targets.
    pub chains: u8,
    /// The chain that protects each decode target; empty without chains.
    pub protected_by: Vec<u8>,
    /// The largest picture of each spatial layer, or nothing.
    pub resolutions: Vec<Resolution>,
}

impl DependencyStructure {
    /// The template that a descriptor names.
    #[must_use]
    pub fn template(&self, id: u8) -> Option<&FrameTemplate> {
        let index = id.wrapping_sub(self.template_id_offset) & 63;
        self.templates.get(usize::from(index))
    }

    /// Whether the format can express it: all numbers in their ranges, all lists as long as they
    /// have to be.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let targets = usize::from(self.decode_targets);
        let chains = usize::from(self.chains);
        let layers = self.templates.iter().map(FrameTemplate::layers);
        let follows = layers.clone().zip(layers.clone().skip(1)).all(|(a, b)| {
            b == a || b == (a.0, a.1.saturating_add(1)) || b == (a.0.saturating_add(1), 0)
        });
        let spatial = layers.clone().map(|(spatial, _)| spatial).max();
        let spatial = usize::from(spatial.unwrap_or(0)).saturating_add(1);
        let is_side = |side: u32| (1..=1 << 16).contains(&side);
        self.template_id_offset < 64
            && matches!(targets, 1..=MAX_DECODE_TARGETS)
            && matches!(self.templates.len(), 1..=MAX_TEMPLATES)
            && chains <= targets
            && self.protected_by.len() == if chains == 0 { 0 } else { targets }
            && self.protected_by.iter().all(|chain| *chain < self.chains)
            && layers.clone().next() == Some((0, 0))
            && layers
                .clone()
                .all(|(spatial, temporal)| spatial <= MAX_SPATIAL_ID && temporal <= MAX_TEMPORAL_ID)
            && follows
            && self.templates.iter().all(|template| {
                template.indications.len() == targets
                    && template.chain_differences.len() == chains
                    && template.chain_differences.iter().all(|diff| *diff < 16)
                    && template
                        .frame_differences
                        .iter()
                        .all(|diff| matches!(diff, 1..=16))
            })
            && (self.resolutions.is_empty() || self.resolutions.len() == spatial)
            && self
                .resolutions
                .iter()
                .all(|size| is_side(size.width) && is_side(size.height))
    }

    /// A bit for each decode target.
    pub(super) fn all_targets(&self) -> u32 {
        let missing = 32_u32.saturating_sub(u32::from(self.decode_targets));
        u32::MAX.checked_shr(missing).unwrap_or(0)
    }

    pub(super) fn read(bits: &mut BitReader<'_>) -> Option<Self> {
        let template_id_offset = bits.small(6)?;
        let decode_targets = bits.small(5)?.checked_add(1)?;
        let mut templates = Vec::new();
        let (mut spatial_id, mut temporal_id) = (0_u8, 0_u8);
        loop {
            if spatial_id > MAX_SPATIAL_ID
                || temporal_id > MAX_TEMPORAL_ID
                || templates.len() == MAX_TEMPLATES
            {
                return None;
            }
            templates.push(FrameTemplate {
                spatial_id,
                temporal_id,
                ..FrameTemplate::default()
            });
            match bits.bits(2)? {
                0 => {}
                1 => temporal_id = temporal_id.saturating_add(1),
                2 => (spatial_id, temporal_id) = (spatial_id.saturating_add(1), 0),
                _ => break,
            }
        }
        for template in &mut templates {
            template.indications = read_indications(bits, decode_targets)?;
        }
        for template in &mut templates {
            while bits.flag()? {
                template
                    .frame_differences
                    .push(bits.small(4)?.saturating_add(1));
            }
        }
        let chains = bits.below(decode_targets.saturating_add(1))?;
        let mut protected_by = Vec::new();
        if chains > 0 {
            for _ in 0..decode_targets {
                protected_by.push(bits.below(chains)?);
            }
            for template in &mut templates {
                for _ in 0..chains {
                    template.chain_differences.push(bits.small(4)?);
                }
            }
        }
        let mut resolutions = Vec::new();
        if bits.flag()? {
            for _ in 0..=spatial_id {
                resolutions.push(Resolution {
                    width: bits.bits(16)?.saturating_add(1),
                    height: bits.bits(16)?.saturating_add(1),
                });
            }
        }
        Some(Self {
            template_id_offset,
            decode_targets,
            templates,
            chains,
            protected_by,
            resolutions,
        })
    }

    /// Writes a structure that [`is_valid`](Self::is_valid).
    pub(super) fn write(&self, bits: &mut BitWriter<'_>) {
        bits.bits(6, u32::from(self.template_id_offset));
        bits.bits(5, u32::from(self.decode_targets.saturating_sub(1)));
        let layers = self.templates.iter().map(FrameTemplate::layers);
        for (this, next) in layers.clone().zip(layers.skip(1)) {
            let step = if next == this {
                0
            } else if next.0 == this.0 {
                1
            } else {
                2
            };
            bits.bits(2, step);
        }
        bits.bits(2, 3);
        for template in &self.templates {
            write_indications(&template.indications, bits);
        }
        for template in &self.templates {
            for diff in &template.frame_differences {
                bits.flag(true);
                bits.bits(4, u32::from(diff.saturating_sub(1)));
            }
            bits.flag(false);
        }
        bits.below(self.decode_targets.saturating_add(1), self.chains);
        for chain in &self.protected_by {
            bits.below(self.chains, *chain);
        }
        for template in &self.templates {
            for diff in &template.chain_differences {
                bits.bits(4, u32::from(*diff));
            }
        }
        bits.flag(!self.resolutions.is_empty());
        for size in &self.resolutions {
            bits.bits(16, size.width.saturating_sub(1));
            bits.bits(16, size.height.saturating_sub(1));
        }
    }
}

impl FrameTemplate {
    const fn layers(&self) -> (u8, u8) {
        (self.spatial_id, self.temporal_id)
    }
}

pub(super) fn read_indications(
    bits: &mut BitReader<'_>,
    targets: u8,
) -> Option<Vec<DecodeTargetIndication>> {
    (0..targets)
        .map(|_| DecodeTargetIndication::read(bits))
        .collect()
}

pub(super) fn write_indications(indications: &[DecodeTargetIndication], bits: &mut BitWriter<'_>) {
    for indication in indications {
        indication.write(bits);
    }
}

/// The identifiers of templates have 6 bits.
const MAX_TEMPLATES: usize = 64;
const MAX_DECODE_TARGETS: usize = 32;
/// Two and three bits in AV1.
const MAX_SPATIAL_ID: u8 = 3;
const MAX_TEMPORAL_ID: u8 = 7;
