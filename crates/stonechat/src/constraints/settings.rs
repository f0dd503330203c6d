//! `MediaTrackSettings`.

use super::constrain::BooleanOrDomString;

/// `MediaTrackSettings`: what a track gives now. A property that its source does not have is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaTrackSettings {
    /// `width`, in pixels.
    pub width: Option<u32>,
    /// `height`, in pixels.
    pub height: Option<u32>,
    /// `aspectRatio`, width by height, rounded to ten decimal places.
    pub aspect_ratio: Option<f64>,
    /// `frameRate`, in frames a second.
    pub frame_rate: Option<f64>,
    /// `facingMode`, a word of [`VideoFacingModeEnum`](crate::VideoFacingModeEnum).
    pub facing_mode: Option<String>,
    /// `resizeMode`, a word of [`VideoResizeModeEnum`](crate::VideoResizeModeEnum).
    pub resize_mode: Option<String>,
    /// `sampleRate`, in samples a second.
    pub sample_rate: Option<u32>,
    /// `sampleSize`, in bits.
    pub sample_size: Option<u32>,
    /// `echoCancellation`, yes, no, or a word of
    /// [`EchoCancellationModeEnum`](crate::EchoCancellationModeEnum).
    pub echo_cancellation: Option<BooleanOrDomString>,
    /// `autoGainControl`.
    pub auto_gain_control: Option<bool>,
    /// `noiseSuppression`.
    pub noise_suppression: Option<bool>,
    /// `latency`, in seconds.
    pub latency: Option<f64>,
    /// `channelCount`.
    pub channel_count: Option<u32>,
    /// `deviceId`.
    pub device_id: Option<String>,
    /// `groupId`, which devices are one piece of hardware.
    pub group_id: Option<String>,
    /// `backgroundBlur`.
    pub background_blur: Option<bool>,
    /// `displaySurface`, a word of
    /// [`DisplayCaptureSurfaceType`](crate::DisplayCaptureSurfaceType).
    pub display_surface: Option<String>,
    /// `logicalSurface`, whether what other windows hide is captured as well.
    pub logical_surface: Option<bool>,
    /// `cursor`, a word of [`CursorCaptureConstraint`](crate::CursorCaptureConstraint).
    pub cursor: Option<String>,
    /// `restrictOwnAudio`, whether what the application plays is left out.
    pub restrict_own_audio: Option<bool>,
    /// `suppressLocalAudioPlayback`, whether what is
    /// captured is no longer played here.
    pub suppress_local_audio_playback: Option<bool>,
    /// `screenPixelRatio`: pixels of the display for one pixel of the pages on it.
    pub screen_pixel_ratio: Option<f64>,
}
