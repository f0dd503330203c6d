//! The dependency descriptor ("RTP Payload Format For AV1", appendix A).

use proptest::prelude::*;
use stonechat_rtp::extension::{
    DecodeTargetIndication, DependencyDescription, DependencyDescriptor, DependencyStructure,
    DescribeError, ExtensionValue as _, FrameDependencies, FrameTemplate, Resolution,
};

fn encode(description: &DependencyDescription<'_>) -> Vec<u8> {
    let mut out = [0xee; 400];
    let len = description.encode(&mut out).unwrap();
    assert_eq!(len, description.encoded_len());
    let mut short = vec![0; len - 1];
    assert!(matches!(
        description.encode(&mut short),
        Err(DescribeError::Full(_))
    ));
    out[..len].to_vec()
}

fn one_layer() -> DependencyStructure {
    let template = |differences: &[u8]| FrameTemplate {
        indications: vec![DecodeTargetIndication::Switch],
        frame_differences: differences.to_vec(),
        chain_differences: vec![differences.first().copied().unwrap_or(0)],
        ..FrameTemplate::default()
    };
    DependencyStructure {
        template_id_offset: 0,
        decode_targets: 1,
        templates: vec![template(&[]), template(&[1])],
        chains: 1,
        protected_by: vec![0],
        resolutions: vec![Resolution {
            width: 320,
            height: 180,
        }],
    }
}

/// The bits of the syntax of appendix A.8.2, put together by hand.
#[test]
fn a_structure_of_one_layer_has_thirteen_octets() {
    let structure = one_layer();
    let description = DependencyDescription {
        with_structure: true,
        ..DependencyDescription::new(&structure, 0, 0x1234)
    };
    let wire = hex::decode("c0123480003a4101809f805980").unwrap();
    assert_eq!(encode(&description), wire);
    let view = DependencyDescriptor::parse(&wire).unwrap();
    assert!(view.starts_frame() && view.ends_frame() && view.has_structure());
    assert_eq!((view.template_id(), view.frame_number()), (0, 0x1234));
    assert_eq!(view.structure(), Some(structure.clone()));
    assert_eq!(view.active_decode_targets(&structure), Some(1));
    let frame = view.frame(&structure).unwrap();
    assert!(frame.frame_differences.is_empty());
    assert_eq!(frame.resolution, structure.resolutions.first().copied());
    // Most packets name a template and nothing else.
    let wire = [0x01, 0xff, 0xff];
    let description = DependencyDescription {
        starts_frame: false,
        ends_frame: false,
        ..DependencyDescription::new(&structure, 1, 0xffff)
    };
    assert_eq!(encode(&description), wire);
    let view = DependencyDescriptor::parse(&wire).unwrap();
    assert!(!view.starts_frame() && !view.ends_frame() && !view.has_structure());
    assert_eq!(view.active_decode_targets(&structure), None);
    let frame = view.frame(&structure).unwrap();
    assert_eq!(
        (frame.frame_differences, frame.chain_differences),
        (vec![1], vec![1])
    );
}

#[test]
fn a_frame_may_differ_from_its_template_in_everything() {
    use DecodeTargetIndication::{Discardable, NotPresent, Required, Switch};

    let template = FrameTemplate {
        indications: vec![Required; 4],
        chain_differences: vec![0; 2],
        ..FrameTemplate::default()
    };
    let structure = DependencyStructure {
        template_id_offset: 5,
        decode_targets: 4,
        templates: vec![template],
        chains: 2,
        protected_by: vec![0, 0, 1, 1],
        resolutions: Vec::new(),
    };
    let description = DependencyDescription {
        starts_frame: false,
        ends_frame: false,
        active_decode_targets: Some(0b0101),
        indications: Some(&[NotPresent, Discardable, Switch, Required]),
        frame_differences: Some(&[1, 20, 300]),
        chain_differences: Some(&[3, 4]),
        ..DependencyDescription::new(&structure, 5, 0xffff)
    };
    let wire = hex::decode("05ffff7a8da109e256018200").unwrap();
    assert_eq!(encode(&description), wire);
    let view = DependencyDescriptor::parse(&wire).unwrap();
    assert_eq!(view.active_decode_targets(&structure), Some(0b0101));
    assert_eq!(
        view.frame(&structure),
        Some(FrameDependencies {
            indications: vec![NotPresent, Discardable, Switch, Required],
            frame_differences: vec![1, 20, 300],
            chain_differences: vec![3, 4],
            ..FrameDependencies::default()
        })
    );
    // Without the structure it belongs to nothing is known.
    assert_eq!(view.frame(&one_layer()), None);
    for len in 0..wire.len() {
        let view = DependencyDescriptor::parse(&wire[..len]);
        assert_eq!(view.is_some(), len >= 3);
        // Three octets are a whole descriptor.
        let whole = view.and_then(|view| view.frame(&structure));
        assert_eq!(whole.is_some(), len == 3, "{len}");
    }
}

#[test]
fn what_the_format_cannot_express_is_refused() {
    let spoilt: [fn(&mut DependencyStructure); 12] = [
        |it| it.template_id_offset = 64,
        |it| it.decode_targets = 0,
        |it| it.decode_targets = 33,
        |it| it.templates.clear(),
        |it| it.templates = vec![it.templates[0].clone(); 65],
        |it| it.templates[0].temporal_id = 1,
        |it| it.templates[1].temporal_id = 2,
        |it| it.templates[1].frame_differences = vec![17],
        |it| it.templates[1].chain_differences = vec![16],
        |it| it.chains = 2,
        |it| it.protected_by = vec![1],
        |it| it.resolutions[0].width = 0,
    ];
    for spoil in spoilt {
        let mut structure = one_layer();
        spoil(&mut structure);
        assert!(!structure.is_valid());
        let description = DependencyDescription::new(&structure, 0, 1);
        assert_eq!(
            description.encode(&mut [0; 300]),
            Err(DescribeError::Inexpressible)
        );
    }
    let structure = one_layer();
    let whole = DependencyDescription::new(&structure, 0, 1);
    for description in [
        DependencyDescription {
            template_id: 2,
            ..whole
        },
        DependencyDescription {
            active_decode_targets: Some(2),
            ..whole
        },
        DependencyDescription {
            indications: Some(&[]),
            ..whole
        },
        DependencyDescription {
            frame_differences: Some(&[0]),
            ..whole
        },
        DependencyDescription {
            frame_differences: Some(&[4_097]),
            ..whole
        },
        DependencyDescription {
            chain_differences: Some(&[1, 1]),
            ..whole
        },
    ] {
        assert_eq!(
            description.encode(&mut [0; 300]),
            Err(DescribeError::Inexpressible)
        );
    }
}

fn indication() -> impl Strategy<Value = DecodeTargetIndication> {
    prop::sample::select(vec![
        DecodeTargetIndication::NotPresent,
        DecodeTargetIndication::Discardable,
        DecodeTargetIndication::Switch,
        DecodeTargetIndication::Required,
    ])
}

fn structure() -> impl Strategy<Value = DependencyStructure> {
    let shape = (1_u8..=32, 0_u8..64).prop_flat_map(|(targets, offset)| {
        let steps = prop::collection::vec(0_u8..3, 0..20);
        (
            Just(targets),
            Just(offset),
            0..=targets,
            steps,
            any::<bool>(),
        )
    });
    shape.prop_flat_map(|(targets, offset, chains, steps, sized)| {
        let (mut spatial, mut temporal) = (0, 0);
        let mut layers = vec![(0, 0)];
        for step in steps {
            match step {
                1 if temporal < 7 => temporal += 1,
                2 if spatial < 3 => (spatial, temporal) = (spatial + 1, 0),
                _ => {}
            }
            layers.push((spatial, temporal));
        }
        let template = move |(spatial_id, temporal_id)| {
            (
                prop::collection::vec(indication(), usize::from(targets)),
                prop::collection::vec(1_u8..=16, 0..5),
                prop::collection::vec(0_u8..16, usize::from(chains)),
            )
                .prop_map(
                    move |(indications, frame_differences, chain_differences)| FrameTemplate {
                        spatial_id,
                        temporal_id,
                        indications,
                        frame_differences,
                        chain_differences,
                    },
                )
        };
        let templates: Vec<_> = layers.into_iter().map(template).collect();
        let protected = if chains == 0 { 0 } else { usize::from(targets) };
        let sides = if sized { usize::from(spatial) + 1 } else { 0 };
        let size = (1_u32..=65_536, 1_u32..=65_536)
            .prop_map(|(width, height)| Resolution { width, height });
        (
            templates,
            prop::collection::vec(0..chains.max(1), protected),
            prop::collection::vec(size, sides),
        )
            .prop_map(
                move |(templates, protected_by, resolutions)| DependencyStructure {
                    template_id_offset: offset,
                    decode_targets: targets,
                    templates,
                    chains,
                    protected_by,
                    resolutions,
                },
            )
    })
}

proptest! {
    #[test]
    fn what_was_described_is_read(
        structure in structure(),
        frame_number: u16,
        flags in any::<[bool; 7]>(),
        index in any::<prop::sample::Index>(),
        mask: u32,
        differences in prop::collection::vec(1_u16..=4_096, 0..6),
        chain in any::<u8>(),
    ) {
        let index = index.index(structure.templates.len());
        let template = &structure.templates[index];
        let reversed: Vec<_> = template.indications.iter().rev().copied().collect();
        let chains = vec![chain; usize::from(structure.chains)];
        let mask = mask & (u32::MAX >> (32 - u32::from(structure.decode_targets)));
        let description = DependencyDescription {
            starts_frame: flags[0],
            ends_frame: flags[1],
            with_structure: flags[2],
            active_decode_targets: flags[3].then_some(mask),
            indications: flags[4].then_some(&reversed),
            frame_differences: flags[5].then_some(&differences),
            chain_differences: flags[6].then_some(&chains),
            ..DependencyDescription::new(
                &structure,
                (structure.template_id_offset + u8::try_from(index).unwrap()) & 63,
                frame_number,
            )
        };
        let mut wire = vec![0; description.encoded_len()];
        prop_assert_eq!(description.encode(&mut wire), Ok(wire.len()));
        // A header extension may hold less.
        prop_assume!(wire.len() <= 255);
        let view = DependencyDescriptor::parse(&wire).unwrap();
        prop_assert_eq!(view.starts_frame(), flags[0]);
        prop_assert_eq!(view.ends_frame(), flags[1]);
        prop_assert_eq!(view.frame_number(), frame_number);
        prop_assert_eq!(view.structure(), flags[2].then(|| structure.clone()));
        let all = u32::MAX >> (32 - u32::from(structure.decode_targets));
        let active = if flags[3] { Some(mask) } else { flags[2].then_some(all) };
        prop_assert_eq!(view.active_decode_targets(&structure), active);
        let frame = view.frame(&structure).unwrap();
        prop_assert_eq!(frame.spatial_id, template.spatial_id);
        prop_assert_eq!(frame.temporal_id, template.temporal_id);
        let indications = if flags[4] { &reversed } else { &template.indications };
        prop_assert_eq!(&frame.indications, indications);
        let usual: Vec<u16> = template.frame_differences.iter().map(|it| u16::from(*it)).collect();
        prop_assert_eq!(frame.frame_differences, if flags[5] { differences } else { usual });
        let usual = &template.chain_differences;
        prop_assert_eq!(&frame.chain_differences, if flags[6] { &chains } else { usual });
    }

    #[test]
    fn any_octets_are_no_panic_and_no_growth(
        octets in prop::collection::vec(any::<u8>(), 0..=260),
        other in structure(),
    ) {
        let Some(view) = DependencyDescriptor::parse(&octets) else {
            prop_assert!(octets.len() < 3 || octets.len() > 255);
            return Ok(());
        };
        let _ = view.frame(&other);
        let _ = view.active_decode_targets(&other);
        let Some(structure) = view.structure() else { return Ok(()) };
        prop_assert!(structure.is_valid());
        prop_assert!(structure.templates.len() <= 64);
        let differences: usize =
            structure.templates.iter().map(|it| it.frame_differences.len()).sum();
        prop_assert!(differences <= octets.len() * 8 / 6);
        // What was read is written again, but for bits of no meaning at the end.
        if let Some(frame) = view.frame(&structure) {
            let description = DependencyDescription {
                with_structure: true,
                indications: Some(&frame.indications),
                frame_differences: Some(&frame.frame_differences),
                chain_differences: Some(&frame.chain_differences),
                ..DependencyDescription::new(&structure, view.template_id(), view.frame_number())
            };
            let mut wire = vec![0; description.encoded_len()];
            description.encode(&mut wire).unwrap();
            if let Some(again) = DependencyDescriptor::parse(&wire) {
                prop_assert_eq!(again.frame(&structure), Some(frame));
                prop_assert_eq!(again.structure(), Some(structure));
            }
        }
    }
}
