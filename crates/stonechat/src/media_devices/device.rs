//! Devices as a backend describes them, and the properties that come of it.

use super::device_info::MediaDeviceKind;
use crate::constraints::{Possible, Property, SettingValue, Shape};
use crate::{
    BooleanOrDomString, DoubleRange, MediaKind, MediaTrackCapabilities, MediaTrackSettings,
    ULongRange, VideoFacingModeEnum, VideoResizeModeEnum,
};

/// A device as its backend describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaDevice {
    /// What the backend knows it by, and what the application sees as its `deviceId`. It stays the
    /// same for as long as the application may store it.
    pub id: String,
    /// A name for people.
    pub label: String,
    /// What the pieces of one physical device have in common. The application sees another word.
    pub group: String,
    /// Whether the system uses it where nothing else is said.
    pub default: bool,
    /// What it can do.
    pub capabilities: MediaDeviceCapabilities,
}

/// What a device can do, by its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaDeviceCapabilities {
    /// It is a microphone.
    AudioInput(MicrophoneModes),
    /// It is a loudspeaker or headphones.
    AudioOutput,
    /// It is a camera.
    VideoInput(CameraModes),
}

/// What a camera can do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CameraModes {
    /// The resolutions and rates that it has itself; at least one.
    pub modes: Vec<VideoMode>,
    /// Where it can look, the default first; empty if nobody knows.
    pub facing: Vec<VideoFacingModeEnum>,
    /// Whether it can blur what is behind its user, the default first.
    pub background_blur: Vec<bool>,
}

/// A resolution and a rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VideoMode {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// In pictures a second.
    pub frame_rate: f64,
}

/// What a microphone can do; the default of each comes first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MicrophoneModes {
    /// In Hz.
    pub sample_rates: Vec<u32>,
    /// In bits.
    pub sample_sizes: Vec<u32>,
    /// Channels.
    pub channel_counts: Vec<u32>,
    /// In seconds.
    pub latencies: Vec<f64>,
    /// Ways to cancel echo.
    pub echo_cancellation: Vec<BooleanOrDomString>,
    /// Whether it can control its gain.
    pub auto_gain_control: Vec<bool>,
    /// Whether it can suppress noise.
    pub noise_suppression: Vec<bool>,
}

impl MediaDevice {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> MediaDeviceKind {
        match self.capabilities {
            MediaDeviceCapabilities::AudioInput(_) => MediaDeviceKind::AudioInput,
            MediaDeviceCapabilities::AudioOutput => MediaDeviceKind::AudioOutput,
            MediaDeviceCapabilities::VideoInput(_) => MediaDeviceKind::VideoInput,
        }
    }

    /// All settings that it can have.
    pub(super) fn possible(&self, group: &str) -> Option<Possible> {
        let fixed = MediaTrackSettings {
            device_id: Some(self.id.clone()),
            group_id: Some(group.to_owned()),
            ..MediaTrackSettings::default()
        };
        match &self.capabilities {
            MediaDeviceCapabilities::AudioInput(modes) => Some(modes.possible(fixed)),
            MediaDeviceCapabilities::AudioOutput => None,
            MediaDeviceCapabilities::VideoInput(modes) => Some(modes.possible(fixed)),
        }
    }

    /// `getCapabilities()`.
    pub(super) fn track_capabilities(&self, group: &str) -> MediaTrackCapabilities {
        let capabilities = match &self.capabilities {
            MediaDeviceCapabilities::AudioInput(modes) => modes.capabilities(),
            MediaDeviceCapabilities::AudioOutput => return MediaTrackCapabilities::default(),
            MediaDeviceCapabilities::VideoInput(modes) => modes.capabilities(),
        };
        MediaTrackCapabilities {
            device_id: Some(self.id.clone()),
            group_id: Some(group.to_owned()),
            ..capabilities
        }
    }
}

impl CameraModes {
    fn possible(&self, fixed: MediaTrackSettings) -> Possible {
        let facing = self.facing.iter().map(|facing| text(facing.as_str()));
        let blur = self.background_blur.iter().copied().map(SettingValue::Flag);
        Possible {
            kind: MediaKind::Video,
            fixed,
            defaults: MediaTrackSettings {
                width: Some(640),
                height: Some(480),
                frame_rate: Some(30.0),
                resize_mode: Some(VideoResizeModeEnum::None.as_str().to_owned()),
                facing_mode: self.facing.first().map(|facing| facing.as_str().to_owned()),
                background_blur: self.background_blur.first().copied(),
                ..MediaTrackSettings::default()
            },
            modes: self.modes.clone(),
            shape: Shape::CropAndScale,
            choices: choices([
                (Property::FacingMode, facing.collect()),
                (Property::BackgroundBlur, blur.collect()),
            ]),
        }
    }

    fn capabilities(&self) -> MediaTrackCapabilities {
        let width = self.modes.iter().map(|mode| mode.width).max().unwrap_or(1);
        let height = self.modes.iter().map(|mode| mode.height).max().unwrap_or(1);
        let rate = self.modes.iter().map(|mode| mode.frame_rate);
        let words = |facing: &VideoFacingModeEnum| facing.as_str().to_owned();
        MediaTrackCapabilities {
            width: Some(ULongRange {
                min: Some(1),
                max: Some(width),
            }),
            height: Some(ULongRange {
                min: Some(1),
                max: Some(height),
            }),
            aspect_ratio: Some(DoubleRange {
                min: Some(1.0 / f64::from(height)),
                max: Some(f64::from(width)),
            }),
            frame_rate: Some(DoubleRange {
                min: Some(0.0),
                max: Some(rate.fold(0.0, f64::max)),
            }),
            facing_mode: Some(self.facing.iter().map(words).collect())
                .filter(|facing: &Vec<_>| !facing.is_empty()),
            resize_mode: Some(
                VideoResizeModeEnum::ALL
                    .map(|mode| mode.as_str().to_owned())
                    .to_vec(),
            ),
            background_blur: some(&self.background_blur),
            ..MediaTrackCapabilities::default()
        }
    }
}

impl MicrophoneModes {
    fn possible(&self, fixed: MediaTrackSettings) -> Possible {
        let whole = |values: &[u32]| values.iter().map(|value| f64::from(*value)).collect();
        let numbers = |values: Vec<f64>| values.into_iter().map(SettingValue::Number).collect();
        let flags = |values: &[bool]| values.iter().copied().map(SettingValue::Flag).collect();
        let echo = self.echo_cancellation.iter().cloned();
        let choices = choices([
            (Property::SampleRate, numbers(whole(&self.sample_rates))),
            (Property::SampleSize, numbers(whole(&self.sample_sizes))),
            (
                Property::EchoCancellation,
                echo.map(SettingValue::from).collect(),
            ),
            (Property::AutoGainControl, flags(&self.auto_gain_control)),
            (Property::NoiseSuppression, flags(&self.noise_suppression)),
            (Property::Latency, numbers(self.latencies.clone())),
            (Property::ChannelCount, numbers(whole(&self.channel_counts))),
        ]);
        let mut defaults = MediaTrackSettings::default();
        for (property, values) in &choices {
            if let Some(value) = values.first() {
                defaults.put(*property, value);
            }
        }
        Possible {
            kind: MediaKind::Audio,
            fixed,
            defaults,
            modes: Vec::new(),
            shape: Shape::CropAndScale,
            choices,
        }
    }

    fn capabilities(&self) -> MediaTrackCapabilities {
        let range = |values: &[u32]| {
            Some(ULongRange {
                min: Some(*values.iter().min()?),
                max: values.iter().max().copied(),
            })
        };
        let latency = |least: f64, most: f64| DoubleRange {
            min: Some(least),
            max: Some(most),
        };
        let least = self.latencies.iter().copied().reduce(f64::min);
        let most = self.latencies.iter().copied().reduce(f64::max);
        // Yes and no come before words.
        let mut echo = self.echo_cancellation.clone();
        echo.sort_by_key(|value| matches!(value, BooleanOrDomString::DomString(_)));
        MediaTrackCapabilities {
            sample_rate: range(&self.sample_rates),
            sample_size: range(&self.sample_sizes),
            echo_cancellation: some(&echo),
            auto_gain_control: some(&self.auto_gain_control),
            noise_suppression: some(&self.noise_suppression),
            latency: least.zip(most).map(|(least, most)| latency(least, most)),
            channel_count: range(&self.channel_counts),
            ..MediaTrackCapabilities::default()
        }
    }
}

fn some<T: Clone>(values: &[T]) -> Option<Vec<T>> {
    Some(values.to_vec()).filter(|values| !values.is_empty())
}

pub(super) fn text(word: &str) -> SettingValue {
    SettingValue::Text(word.to_owned())
}

/// Properties that the device has, with their values.
pub(super) fn choices<const N: usize>(
    all: [(Property, Vec<SettingValue>); N],
) -> Vec<(Property, Vec<SettingValue>)> {
    let mut choices = Vec::from(all);
    choices.retain(|(_, values)| !values.is_empty());
    choices
}
