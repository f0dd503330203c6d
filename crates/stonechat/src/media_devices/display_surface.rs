//! Displays, windows and pages as sources (screen-capture, section 5.4).

use super::device::{VideoMode, choices, text};
use crate::constraints::{Possible, Property, SettingValue, Shape};
use crate::{
    CursorCaptureConstraint, DisplayCaptureSurfaceType, DoubleRange, MediaKind,
    MediaTrackCapabilities, MediaTrackSettings, ULongRange, VideoResizeModeEnum,
};

/// A display, a window or a page, as the backend describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct DisplaySurface {
    /// What the backend knows it by. No application sees it.
    pub id: String,
    /// A name for people.
    pub label: String,
    /// What it is.
    pub kind: DisplayCaptureSurfaceType,
    /// Its size in pixels, and the most pictures a second.
    pub mode: VideoMode,
    /// Pixels of the display for one pixel of the pages on it, 1 or more.
    pub pixel_ratio: f64,
    /// Whether what other windows hide is captured as well.
    pub logical: bool,
    /// When the cursor can be in the picture, the default first.
    pub cursor: Vec<CursorCaptureConstraint>,
    /// Whether its sound can be captured.
    pub audio: bool,
}

impl DisplaySurface {
    /// All settings that its pictures can have.
    pub(super) fn possible(&self) -> Possible {
        let cursor = self.cursor.iter().map(|cursor| text(cursor.as_str()));
        let (width, height) = (self.mode.width, self.mode.height);
        let scaled = |length: u32| scale(length, self.pixel_ratio);
        let resized = if scaled(width) == width {
            VideoResizeModeEnum::None
        } else {
            VideoResizeModeEnum::CropAndScale
        };
        Possible {
            kind: MediaKind::Video,
            fixed: MediaTrackSettings {
                display_surface: Some(self.kind.as_str().to_owned()),
                logical_surface: Some(self.logical),
                screen_pixel_ratio: Some(self.pixel_ratio),
                ..MediaTrackSettings::default()
            },
            defaults: MediaTrackSettings {
                width: Some(scaled(width)),
                height: Some(scaled(height)),
                frame_rate: Some(self.mode.frame_rate),
                resize_mode: Some(resized.as_str().to_owned()),
                cursor: self.cursor.first().map(|cursor| cursor.as_str().to_owned()),
                ..MediaTrackSettings::default()
            },
            modes: vec![self.mode],
            shape: Shape::Scale,
            choices: choices([(Property::Cursor, cursor.collect())]),
        }
    }

    /// `getCapabilities()` of its pictures.
    pub(super) fn capabilities(&self) -> MediaTrackCapabilities {
        let VideoMode {
            width,
            height,
            frame_rate,
        } = self.mode;
        // The smallest picture of the same shape.
        let smallest = |this: u32, other: u32| (this / other.max(1)).max(1);
        let ratio = f64::from(width) / f64::from(height.max(1));
        let ratio = (ratio * 1e10).round() / 1e10;
        MediaTrackCapabilities {
            width: Some(ULongRange {
                min: Some(smallest(width, height)),
                max: Some(width),
            }),
            height: Some(ULongRange {
                min: Some(smallest(height, width)),
                max: Some(height),
            }),
            aspect_ratio: Some(DoubleRange {
                min: Some(ratio),
                max: Some(ratio),
            }),
            frame_rate: Some(DoubleRange {
                min: Some(0.0),
                max: Some(frame_rate),
            }),
            resize_mode: Some(
                VideoResizeModeEnum::ALL
                    .map(|mode| mode.as_str().to_owned())
                    .to_vec(),
            ),
            display_surface: Some(self.kind.as_str().to_owned()),
            logical_surface: Some(self.logical),
            cursor: Some(
                self.cursor
                    .iter()
                    .map(|cursor| cursor.as_str().to_owned())
                    .collect(),
            ),
            ..MediaTrackCapabilities::default()
        }
    }

    /// All settings that its sound can have.
    pub(super) fn possible_audio() -> Possible {
        let flags = || [false, true].map(SettingValue::Flag).to_vec();
        Possible {
            kind: MediaKind::Audio,
            fixed: MediaTrackSettings::default(),
            defaults: MediaTrackSettings {
                restrict_own_audio: Some(false),
                suppress_local_audio_playback: Some(false),
                ..MediaTrackSettings::default()
            },
            modes: Vec::new(),
            shape: Shape::Scale,
            choices: choices([
                (Property::RestrictOwnAudio, flags()),
                (Property::SuppressLocalAudioPlayback, flags()),
            ]),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is at most the length itself"
)]
fn scale(length: u32, ratio: f64) -> u32 {
    (f64::from(length) / ratio.max(1.0)).round() as u32
}
