//! `MediaTrackCapabilities`.

use super::constrain::{BooleanOrDomString, DoubleRange, ULongRange};

/// `MediaTrackCapabilities`: what a source can do, each property for itself. One that it does not
/// have is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaTrackCapabilities {
    /// `width`, in pixels.
    pub width: Option<ULongRange>,
    /// `height`, in pixels.
    pub height: Option<ULongRange>,
    /// `aspectRatio`, width by height, rounded to ten decimal places.
    pub aspect_ratio: Option<DoubleRange>,
    /// `frameRate`, in frames a second.
    pub frame_rate: Option<DoubleRange>,
    /// `facingMode`, a word of [`VideoFacingModeEnum`](crate::VideoFacingModeEnum).
    pub facing_mode: Option<Vec<String>>,
    /// `resizeMode`, a word of [`VideoResizeModeEnum`](crate::VideoResizeModeEnum).
    pub resize_mode: Option<Vec<String>>,
    /// `sampleRate`, in samples a second.
    pub sample_rate: Option<ULongRange>,
    /// `sampleSize`, in bits.
    pub sample_size: Option<ULongRange>,
    /// `echoCancellation`, yes, no, or a word of
    /// [`EchoCancellationModeEnum`](crate::EchoCancellationModeEnum).
    pub echo_cancellation: Option<Vec<BooleanOrDomString>>,
    /// `autoGainControl`.
    pub auto_gain_control: Option<Vec<bool>>,
    /// `noiseSuppression`.
    pub noise_suppression: Option<Vec<bool>>,
    /// `latency`, in seconds.
    pub latency: Option<DoubleRange>,
    /// `channelCount`.
    pub channel_count: Option<ULongRange>,
    /// `deviceId`.
    pub device_id: Option<String>,
    /// `groupId`, which devices are one piece of hardware.
    pub group_id: Option<String>,
    /// `backgroundBlur`.
    pub background_blur: Option<Vec<bool>>,
    /// `displaySurface`, a word of
    /// [`DisplayCaptureSurfaceType`](crate::DisplayCaptureSurfaceType).
    pub display_surface: Option<String>,
    /// `logicalSurface`, whether what other windows hide is captured as well.
    pub logical_surface: Option<bool>,
    /// `cursor`, a word of [`CursorCaptureConstraint`](crate::CursorCaptureConstraint).
    pub cursor: Option<Vec<String>>,
}
