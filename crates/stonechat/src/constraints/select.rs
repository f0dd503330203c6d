//! The "SelectSettings algorithm" (mediacapture-streams, section 7.1.1).
//!
//! A camera that crops and scales has more settings dictionaries than anybody can count. Distances
//! are smallest, and requirements met, at the values that the constraints name or at the edges of
//! what the source can do: only those are looked at.

use super::fitness::{Bare, Constraint, relative, round};
use super::property::{Property, SettingValue};
use super::{MediaTrackConstraintSet, MediaTrackConstraints, MediaTrackSettings};
use super::{VideoResizeModeEnum, fitness};
use crate::MediaKind;
use crate::media_devices::VideoMode;

/// All settings that a source can have.
#[derive(Clone, Debug)]
pub(crate) struct Possible {
    pub(crate) kind: MediaKind,
    /// What never changes.
    pub(crate) fixed: MediaTrackSettings,
    /// What it is by default: decides between settings that are equally good.
    pub(crate) defaults: MediaTrackSettings,
    /// Resolutions, for video.
    pub(crate) modes: Vec<VideoMode>,
    pub(crate) shape: Shape,
    /// Other properties, each with its values, the default first.
    pub(crate) choices: Vec<(Property, Vec<SettingValue>)>,
}

/// What smaller pictures may be made of one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// Any, by cropping.
    CropAndScale,
    /// Only those of the same shape.
    Scale,
}

/// What the algorithm chose.
#[derive(Clone, Debug)]
pub(crate) struct Selected {
    pub(crate) settings: MediaTrackSettings,
    /// How far they are from what is ideal.
    pub(crate) fitness: f64,
    /// Which of the advanced sets they meet.
    pub(crate) met: Vec<bool>,
}

/// Nothing meets all required constraints.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Unsatisfied {
    /// Those that nothing meets even alone.
    pub(crate) properties: Vec<Property>,
}

impl Unsatisfied {
    /// The name of one of them, or nothing.
    pub(crate) fn name(&self) -> &'static str {
        self.properties
            .first()
            .map_or("", |property| property.name())
    }
}

impl Possible {
    /// "SelectSettings", with what other tracks require of the same source.
    ///
    /// # Errors
    ///
    /// The required constraints that no setting meets, which are none if only all together cannot
    /// be met.
    pub(crate) fn select(
        &self,
        constraints: &MediaTrackConstraints,
        others: &[MediaTrackConstraints],
    ) -> Result<Selected, Unsatisfied> {
        let basic = wanted(&constraints.basic, self.kind);
        let required: Vec<_> = others
            .iter()
            .flat_map(|other| wanted(&other.basic, self.kind))
            .filter(|(property, _)| property.is_of_source())
            .collect();
        let all = self.settings(constraints, others);
        let mut candidates: Vec<_> = all
            .iter()
            .map(|settings| (distance(&basic, settings, Bare::Ideal), settings))
            .filter(|(fitness, settings)| {
                fitness.is_finite() && distance(&required, settings, Bare::Ideal).is_finite()
            })
            .collect();
        let mut met = Vec::new();
        for set in constraints.advanced.iter().flatten() {
            let set = wanted(set, self.kind);
            let meets =
                |settings: &MediaTrackSettings| distance(&set, settings, Bare::Exact).is_finite();
            let any = candidates.iter().any(|(_, settings)| meets(settings));
            if any {
                candidates.retain(|(_, settings)| meets(settings));
            }
            met.push(any);
        }
        candidates
            .into_iter()
            .map(|(fitness, settings)| (fitness, self.away_from_defaults(settings), settings))
            .min_by(|(a, near_a, _), (b, near_b, _)| {
                a.total_cmp(b).then_with(|| near_a.total_cmp(near_b))
            })
            .map(|(fitness, _, settings)| Selected {
                settings: settings.clone(),
                fitness,
                met,
            })
            .ok_or_else(|| unsatisfied(&basic, &all))
    }

    /// How far from the defaults. A resolution that the camera has itself is preferred.
    fn away_from_defaults(&self, settings: &MediaTrackSettings) -> f64 {
        let mut distance = 0.0;
        for &property in Property::ALL {
            distance += match (settings.setting(property), self.defaults.setting(property)) {
                (Some(fitness::Setting::Number(a)), Some(fitness::Setting::Number(b))) => {
                    relative(a, b)
                }
                (Some(a), Some(b)) if a != b => match property {
                    Property::ResizeMode => RESIZED,
                    _ => 1.0,
                },
                _ => 0.0,
            };
        }
        distance
    }

    /// The settings dictionaries that are worth a look.
    fn settings(
        &self,
        constraints: &MediaTrackConstraints,
        others: &[MediaTrackConstraints],
    ) -> Vec<MediaTrackSettings> {
        let mut all = match self.kind {
            MediaKind::Audio => vec![self.fixed.clone()],
            MediaKind::Video => self.pictures(constraints),
        };
        for (property, values) in &self.choices {
            let mentioned = std::iter::once(constraints)
                .chain(others)
                .flat_map(MediaTrackConstraints::sets)
                .any(|set| set.constraint(*property).is_some());
            let values = if mentioned {
                values.as_slice()
            } else {
                values.get(..1).unwrap_or_default()
            };
            all = all
                .iter()
                .flat_map(|settings| {
                    values.iter().map(|value| {
                        let mut settings = settings.clone();
                        settings.put(*property, value);
                        settings
                    })
                })
                .collect();
        }
        all
    }

    fn pictures(&self, constraints: &MediaTrackConstraints) -> Vec<MediaTrackSettings> {
        let mut all = Vec::new();
        for mode in &self.modes {
            let native = (mode.width, mode.height);
            // Whatever is not resized could have been: the superset of the two.
            for resized in [VideoResizeModeEnum::None, VideoResizeModeEnum::CropAndScale] {
                all.push(self.picture(mode, native, mode.frame_rate, resized));
            }
            let mut sizes = self.sizes(mode, constraints);
            sizes.push(native);
            if let (Some(width), Some(height)) = (self.defaults.width, self.defaults.height)
                && self.shape == Shape::Scale
            {
                sizes.push((width.min(mode.width), height.min(mode.height)));
            }
            let mut rates = mentioned(constraints, Property::FrameRate);
            rates.retain(|rate| (0.0..mode.frame_rate).contains(rate));
            rates.push(mode.frame_rate);
            for &size in &sizes {
                for &rate in &rates {
                    all.push(self.picture(mode, size, rate, VideoResizeModeEnum::CropAndScale));
                }
            }
        }
        all
    }

    fn picture(
        &self,
        mode: &VideoMode,
        (width, height): (u32, u32),
        rate: f64,
        resized: VideoResizeModeEnum,
    ) -> MediaTrackSettings {
        let (across, down) = match self.shape {
            Shape::CropAndScale => (width, height),
            // What was scaled down counts as the shape that it had.
            Shape::Scale => (mode.width, mode.height),
        };
        MediaTrackSettings {
            width: Some(width),
            height: Some(height),
            frame_rate: Some(rate),
            aspect_ratio: Some(round(f64::from(across) / f64::from(down.max(1)))),
            resize_mode: Some(resized.as_str().to_owned()),
            ..self.fixed.clone()
        }
    }

    /// The sizes within a mode that the constraints point at.
    fn sizes(&self, mode: &VideoMode, constraints: &MediaTrackConstraints) -> Vec<(u32, u32)> {
        let (across, down) = (f64::from(mode.width), f64::from(mode.height));
        let mut widths = mentioned(constraints, Property::Width);
        let mut heights = mentioned(constraints, Property::Height);
        let mut sizes = Vec::new();
        match self.shape {
            Shape::Scale => {
                sizes.extend(widths.iter().map(|width| (*width, width * down / across)));
                sizes.extend(
                    heights
                        .iter()
                        .map(|height| (height * across / down, *height)),
                );
            }
            Shape::CropAndScale => {
                let ratios = mentioned(constraints, Property::AspectRatio);
                widths.push(across);
                heights.push(down);
                for &ratio in &ratios {
                    sizes.extend(widths.iter().map(|width| (*width, width / ratio)));
                    sizes.extend(heights.iter().map(|height| (height * ratio, *height)));
                    sizes.extend(largest_of_ratio(mode, ratio));
                }
                for &width in &widths {
                    sizes.extend(heights.iter().map(|&height| (width, height)));
                }
            }
        }
        sizes
            .into_iter()
            .map(|(width, height)| (width.round(), height.round()))
            .filter(|(width, height)| {
                (1.0..=across).contains(width) && (1.0..=down).contains(height)
            })
            .map(|(width, height)| (whole(width), whole(height)))
            .collect()
    }
}

/// The largest size of a mode that has exactly this ratio.
fn largest_of_ratio(mode: &VideoMode, ratio: f64) -> Option<(f64, f64)> {
    let ratio = round(ratio);
    (1..=mode.height).rev().find_map(|height| {
        let height = f64::from(height);
        let width = (height * ratio).round();
        let fits = width >= 1.0 && width <= f64::from(mode.width);
        (fits && relative(width / height, ratio) == 0.0).then_some((width, height))
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 1 and the width or height of a mode"
)]
fn whole(number: f64) -> u32 {
    number as u32
}

/// The positive numbers that constraints name for a property, a bounded number of them.
fn mentioned(constraints: &MediaTrackConstraints, property: Property) -> Vec<f64> {
    let mut numbers: Vec<_> = constraints
        .sets()
        .filter_map(|set| set.constraint(property))
        .flat_map(|constraint| constraint.numbers().collect::<Vec<_>>())
        .filter(|number| *number >= 0.0)
        .take(MENTIONED)
        .collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

type Wants<'a> = Vec<(Property, Constraint<'a>)>;

fn wanted(set: &MediaTrackConstraintSet, kind: MediaKind) -> Wants<'_> {
    Property::ALL
        .iter()
        .filter(|property| property.applies_to(kind))
        .filter_map(|&property| Some((property, set.constraint(property)?)))
        .collect()
}

/// "Fitness distance".
fn distance(wants: &Wants<'_>, settings: &MediaTrackSettings, bare: Bare) -> f64 {
    wants
        .iter()
        .map(|(property, constraint)| constraint.distance(settings.setting(*property), bare))
        .sum()
}

/// The required constraints that nothing meets.
fn unsatisfied(wants: &Wants<'_>, all: &[MediaTrackSettings]) -> Unsatisfied {
    let never = |property: Property, constraint: &Constraint<'_>| {
        all.iter().all(|settings| {
            constraint
                .distance(settings.setting(property), Bare::Ideal)
                .is_infinite()
        })
    };
    let properties = wants
        .iter()
        .filter(|(property, constraint)| never(*property, constraint))
        .map(|(property, _)| *property)
        .collect();
    Unsatisfied { properties }
}

/// Resizing weighs more than all other defaults together.
const RESIZED: f64 = 100.0;
/// Numbers of one property that are looked at.
const MENTIONED: usize = 32;
