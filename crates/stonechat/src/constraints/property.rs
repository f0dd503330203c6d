//! The constrainable properties by name, so that one algorithm serves them all.

use super::constrain::BooleanOrDomString;
use super::constraint_set::{MediaTrackConstraintSet, MediaTrackConstraints};
use super::fitness::{Constraint, Setting};
use super::settings::MediaTrackSettings;
use crate::MediaKind;

/// The tracks that a property applies to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Applies {
    Audio,
    Video,
    Both,
}

macro_rules! properties {
    ($($name:ident $field:ident $word:literal $applies:ident;)+) => {
        /// A constrainable property.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub(crate) enum Property {
            $($name,)+
        }

        impl Property {
            /// All, in the order of the WebIDL.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name of the dictionaries' member.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            fn applies(self) -> Applies {
                match self {
                    $(Self::$name => Applies::$applies,)+
                }
            }
        }

        impl MediaTrackConstraintSet {
            /// What is wanted of a property; an empty list is nothing.
            pub(crate) fn constraint(&self, property: Property) -> Option<Constraint<'_>> {
                match property {
                    $(Property::$name => self.$field.as_ref().and_then(Constraint::new),)+
                }
            }

            fn forget(&mut self, property: Property) {
                match property {
                    $(Property::$name => self.$field = None,)+
                }
            }
        }

        impl MediaTrackSettings {
            pub(super) fn setting(&self, property: Property) -> Option<Setting<'_>> {
                match property {
                    $(Property::$name => self.$field.as_ref().map(Setting::from),)+
                }
            }

            /// Sets a property, if the value is of its type.
            pub(crate) fn put(&mut self, property: Property, value: &SettingValue) {
                match property {
                    $(Property::$name => self.$field = FromSetting::from_setting(value),)+
                }
            }
        }
    };
}

properties! {
    Width width "width" Video;
    Height height "height" Video;
    AspectRatio aspect_ratio "aspectRatio" Video;
    FrameRate frame_rate "frameRate" Video;
    FacingMode facing_mode "facingMode" Video;
    ResizeMode resize_mode "resizeMode" Video;
    SampleRate sample_rate "sampleRate" Audio;
    SampleSize sample_size "sampleSize" Audio;
    EchoCancellation echo_cancellation "echoCancellation" Audio;
    AutoGainControl auto_gain_control "autoGainControl" Audio;
    NoiseSuppression noise_suppression "noiseSuppression" Audio;
    Latency latency "latency" Audio;
    ChannelCount channel_count "channelCount" Audio;
    DeviceId device_id "deviceId" Both;
    GroupId group_id "groupId" Both;
    BackgroundBlur background_blur "backgroundBlur" Video;
    DisplaySurface display_surface "displaySurface" Video;
    LogicalSurface logical_surface "logicalSurface" Video;
    Cursor cursor "cursor" Video;
    RestrictOwnAudio restrict_own_audio "restrictOwnAudio" Audio;
    SuppressLocalAudioPlayback suppress_local_audio_playback "suppressLocalAudioPlayback" Audio;
}

impl Property {
    /// Whether tracks of this kind have it.
    pub(crate) fn applies_to(self, kind: MediaKind) -> bool {
        match self.applies() {
            Applies::Audio => kind == MediaKind::Audio,
            Applies::Video => kind == MediaKind::Video,
            Applies::Both => true,
        }
    }

    /// The names of "allowed required constraints for device selection".
    pub(crate) fn selects_devices(self) -> bool {
        !matches!(
            self,
            Self::BackgroundBlur
                | Self::DisplaySurface
                | Self::LogicalSurface
                | Self::Cursor
                | Self::RestrictOwnAudio
                | Self::SuppressLocalAudioPlayback
        )
    }

    /// Whether all tracks of one source have the same value.
    pub(crate) fn is_of_source(self) -> bool {
        !matches!(
            self,
            Self::Width | Self::Height | Self::AspectRatio | Self::FrameRate | Self::ResizeMode
        )
    }
}

impl MediaTrackConstraints {
    /// Without the properties that tracks of this kind do not have.
    pub(crate) fn of_kind(&self, kind: MediaKind) -> Self {
        let mut constraints = self.clone();
        let sets = constraints.advanced.iter_mut().flatten();
        for set in std::iter::once(&mut constraints.basic).chain(sets) {
            for &property in Property::ALL {
                if !property.applies_to(kind) {
                    set.forget(property);
                }
            }
        }
        constraints
    }

    /// Without a property.
    pub(crate) fn without(&self, property: Property) -> Self {
        let mut constraints = self.clone();
        let sets = constraints.advanced.iter_mut().flatten();
        for set in std::iter::once(&mut constraints.basic).chain(sets) {
            set.forget(property);
        }
        constraints
    }

    /// All its sets, the basic one first.
    pub(crate) fn sets(&self) -> impl Iterator<Item = &MediaTrackConstraintSet> {
        std::iter::once(&self.basic).chain(self.advanced.iter().flatten())
    }
}

/// A value of a property.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SettingValue {
    Number(f64),
    Flag(bool),
    Text(String),
}

impl From<BooleanOrDomString> for SettingValue {
    fn from(value: BooleanOrDomString) -> Self {
        match value {
            BooleanOrDomString::Boolean(flag) => Self::Flag(flag),
            BooleanOrDomString::DomString(text) => Self::Text(text),
        }
    }
}

trait FromSetting: Sized {
    fn from_setting(value: &SettingValue) -> Option<Self>;
}

impl FromSetting for u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and what is not a number of pixels or samples is refused"
    )]
    fn from_setting(value: &SettingValue) -> Option<Self> {
        match value {
            SettingValue::Number(number) => Some(number.round() as Self),
            _ => None,
        }
    }
}

impl FromSetting for f64 {
    fn from_setting(value: &SettingValue) -> Option<Self> {
        match value {
            SettingValue::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl FromSetting for bool {
    fn from_setting(value: &SettingValue) -> Option<Self> {
        match value {
            SettingValue::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
}

impl FromSetting for String {
    fn from_setting(value: &SettingValue) -> Option<Self> {
        match value {
            SettingValue::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromSetting for BooleanOrDomString {
    fn from_setting(value: &SettingValue) -> Option<Self> {
        match value {
            SettingValue::Flag(flag) => Some(Self::Boolean(*flag)),
            SettingValue::Text(text) => Some(Self::DomString(text.clone())),
            SettingValue::Number(_) => None,
        }
    }
}
