use std::sync::Arc;

use stonechat_rtp::extension::{
    DecodeTargetIndication, DependencyDescription, DependencyStructure, FrameTemplate, Resolution,
};

use crate::codec::av1::{SequenceHeader, TemporalUnitFacts};
use crate::packetize::Descriptor;

/// What dependency descriptors say of the frames of one stream.
///
/// An encoder does not tell which frames a frame refers to. AV1 allows those of lower or the same
/// temporal and spatial layers, so a frame is said to depend on the last one of each of these.
#[derive(Clone, Debug)]
pub(super) struct Dependencies {
    frame_number: u16,
    structure: Option<Arc<DependencyStructure>>,
    /// How many temporal and spatial layers there are.
    layers: (u8, u8),
    /// The number of the last frame of each spatial and temporal layer since the key frame.
    last: [[Option<u16>; 8]; 4],
}

/// The descriptors of the packets of one frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FrameDescriptors {
    first: Descriptor,
    others: Descriptor,
}

impl FrameDescriptors {
    /// The one of a packet that begins or ends the frame.
    pub(super) fn of(&self, starts_frame: bool, ends_frame: bool) -> Descriptor {
        let mut descriptor = if starts_frame {
            self.first
        } else {
            self.others
        };
        if let (true, Some(octet)) = (ends_frame, descriptor.octets.first_mut()) {
            *octet |= ENDS_FRAME;
        }
        descriptor
    }
}

impl Dependencies {
    pub(super) const fn new(frame_number: u16) -> Self {
        Self {
            frame_number,
            structure: None,
            layers: (1, 1),
            last: [[None; 8]; 4],
        }
    }

    /// Takes notice of a temporal unit before its frames.
    pub(super) fn begin_unit(&mut self, facts: &TemporalUnitFacts) {
        let (true, Some(sequence)) = (facts.keyframe, &facts.sequence_header) else {
            return;
        };
        self.last = [[None; 8]; 4];
        self.layers = sequence.layers();
        let old = self.structure.as_deref();
        let offset = old.map_or(0, |old| old.template_id_offset);
        let mut structure = structure_of(sequence, offset);
        if old.is_some_and(|old| *old == structure) {
            return;
        }
        // Identifiers of templates do not mean something else at once.
        let templates = old.map_or(0, |old| old.templates.len());
        let templates = u8::try_from(templates).unwrap_or(0);
        structure.template_id_offset = offset.wrapping_add(templates) & 63;
        self.structure = Some(Arc::new(structure));
    }

    /// The descriptors of the next frame, of the temporal and spatial layer `layer`. `first`: it
    /// begins the temporal unit.
    pub(super) fn describe(
        &mut self,
        layer: Option<(u8, u8)>,
        keyframe: bool,
        first: bool,
    ) -> FrameDescriptors {
        let number = self.frame_number;
        self.frame_number = number.wrapping_add(1);
        let Some(structure) = self.structure.clone() else {
            return FrameDescriptors::default();
        };
        let (temporal, spatial) = layer.unwrap_or_default();
        let temporal = temporal.min(self.layers.0.saturating_sub(1));
        let spatial = spatial.min(self.layers.1.saturating_sub(1));
        let mut differences = [0; MAX_LAYERS];
        let mut depends_on = 0;
        let layers = self.last.iter().take(usize::from(spatial) + 1);
        for last in layers.flat_map(|row| row.iter().take(usize::from(temporal) + 1)) {
            let Some(last) = last else { continue };
            let difference = number.wrapping_sub(*last);
            // One of a layer that has rested so long is no reference any more: there are eight.
            if let (1..=256, Some(slot)) = (difference, differences.get_mut(depends_on)) {
                *slot = difference;
                depends_on += 1;
            }
        }
        let row = self.last.get_mut(usize::from(spatial));
        if let Some(last) = row.and_then(|row| row.get_mut(usize::from(temporal))) {
            *last = Some(number);
        }
        let single = self.layers == (1, 1);
        let index = if single {
            u8::from(!(keyframe && first))
        } else {
            spatial * self.layers.0 + temporal
        };
        let template = structure.template_id_offset.wrapping_add(index) & 63;
        let differences = differences.get(..depends_on).unwrap_or_default();
        let mut description = DependencyDescription {
            ends_frame: false,
            frame_differences: (!single && depends_on > 0).then_some(differences),
            with_structure: keyframe && first,
            ..DependencyDescription::new(&structure, template, number)
        };
        let mut switches = [DecodeTargetIndication::Switch; MAX_TARGETS];
        if keyframe && !single {
            let known = structure.template(template);
            let known = known
                .map(|it| it.indications.as_slice())
                .unwrap_or_default();
            for (slot, known) in switches.iter_mut().zip(known) {
                if *known == DecodeTargetIndication::NotPresent {
                    *slot = *known;
                }
            }
            description.indications = switches.get(..known.len());
        }
        let mut first = Descriptor::of(&description);
        if first.len == 0 {
            // Without it frames seem to be less useful than they are, which does no harm.
            description.indications = None;
            first = Descriptor::of(&description);
        }
        description.with_structure = false;
        description.starts_frame = false;
        FrameDescriptors {
            first,
            others: Descriptor::of(&description),
        }
    }
}

impl Descriptor {
    /// Empty if it does not fit.
    fn of(description: &DependencyDescription<'_>) -> Self {
        let mut this = Self::default();
        let len = description.encode(&mut this.octets).ok();
        this.len = len.and_then(|len| u8::try_from(len).ok()).unwrap_or(0);
        this
    }
}

/// The structure of a sequence, in few enough octets for a header extension of one-byte form.
fn structure_of(sequence: &SequenceHeader, template_id_offset: u8) -> DependencyStructure {
    let (temporal, spatial) = sequence.layers();
    let resolution = Resolution {
        width: sequence.max_width,
        height: sequence.max_height,
    };
    if (temporal, spatial) == (1, 1) {
        let template = |differences: &[u8]| FrameTemplate {
            indications: vec![DecodeTargetIndication::Switch],
            frame_differences: differences.to_vec(),
            chain_differences: vec![differences.first().copied().unwrap_or(0)],
            ..FrameTemplate::default()
        };
        return DependencyStructure {
            template_id_offset,
            decode_targets: 1,
            templates: vec![template(&[]), template(&[1])],
            chains: 1,
            protected_by: vec![0],
            resolutions: vec![resolution],
        };
    }
    let layers =
        (0..spatial).flat_map(|spatial| (0..temporal).map(move |temporal| (spatial, temporal)));
    // With many layers only each spatial one as a whole is a target.
    let is_target = |(_, layer): &(u8, u8)| spatial * temporal <= 4 || layer + 1 == temporal;
    let targets: Vec<(u8, u8)> = layers.clone().filter(is_target).collect();
    let templates = layers.map(|layer| {
        let to_target = |target: &(u8, u8)| {
            if layer.0 > target.0 || layer.1 > target.1 {
                DecodeTargetIndication::NotPresent
            } else if layer == *target {
                // It depends on the last frame of all layers of the target.
                DecodeTargetIndication::Switch
            } else {
                DecodeTargetIndication::Required
            }
        };
        FrameTemplate {
            spatial_id: layer.0,
            temporal_id: layer.1,
            indications: targets.iter().map(to_target).collect(),
            ..FrameTemplate::default()
        }
    });
    DependencyStructure {
        template_id_offset,
        decode_targets: u8::try_from(targets.len()).unwrap_or(1),
        templates: templates.collect(),
        chains: 0,
        protected_by: Vec::new(),
        // Which part of it lower spatial layers have is not known.
        resolutions: if spatial == 1 {
            vec![resolution]
        } else {
            Vec::new()
        },
    }
}

const ENDS_FRAME: u8 = 0x40;
const MAX_LAYERS: usize = 32;
const MAX_TARGETS: usize = 8;
