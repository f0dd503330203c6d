//! `MediaTrackConstraintSet` and `MediaTrackConstraints`.

use super::constrain::{
    ConstrainBoolean, ConstrainBooleanOrDomString, ConstrainDomString, ConstrainDouble,
    ConstrainULong,
};

/// `MediaTrackConstraintSet`: what an application wants of some properties.
///
/// Those that are not of the track's kind are ignored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaTrackConstraintSet {
    /// `width`, in pixels.
    pub width: Option<ConstrainULong>,
    /// `height`, in pixels.
    pub height: Option<ConstrainULong>,
    /// `aspectRatio`, width by height, rounded to ten decimal places.
    pub aspect_ratio: Option<ConstrainDouble>,
    /// `frameRate`, in frames a second.
    pub frame_rate: Option<ConstrainDouble>,
    /// `facingMode`, a word of [`VideoFacingModeEnum`](crate::VideoFacingModeEnum).
    pub facing_mode: Option<ConstrainDomString>,
    /// `resizeMode`, a word of [`VideoResizeModeEnum`](crate::VideoResizeModeEnum).
    pub resize_mode: Option<ConstrainDomString>,
    /// `sampleRate`, in samples a second.
    pub sample_rate: Option<ConstrainULong>,
    /// `sampleSize`, in bits.
    pub sample_size: Option<ConstrainULong>,
    /// `echoCancellation`, yes, no, or a word of
    /// [`EchoCancellationModeEnum`](crate::EchoCancellationModeEnum).
    pub echo_cancellation: Option<ConstrainBooleanOrDomString>,
    /// `autoGainControl`.
    pub auto_gain_control: Option<ConstrainBoolean>,
    /// `noiseSuppression`.
    pub noise_suppression: Option<ConstrainBoolean>,
    /// `latency`, in seconds.
    pub latency: Option<ConstrainDouble>,
    /// `channelCount`.
    pub channel_count: Option<ConstrainULong>,
    /// `deviceId`.
    pub device_id: Option<ConstrainDomString>,
    /// `groupId`, which devices are one piece of hardware.
    pub group_id: Option<ConstrainDomString>,
    /// `backgroundBlur`.
    pub background_blur: Option<ConstrainBoolean>,
    /// `displaySurface`, a word of
    /// [`DisplayCaptureSurfaceType`](crate::DisplayCaptureSurfaceType).
    pub display_surface: Option<ConstrainDomString>,
    /// `logicalSurface`, whether what other windows hide is captured as well.
    pub logical_surface: Option<ConstrainBoolean>,
    /// `cursor`, a word of [`CursorCaptureConstraint`](crate::CursorCaptureConstraint).
    pub cursor: Option<ConstrainDomString>,
    /// `restrictOwnAudio`, whether what the application plays is left out.
    pub restrict_own_audio: Option<ConstrainBoolean>,
    /// `suppressLocalAudioPlayback`, whether what is
    /// captured is no longer played here.
    pub suppress_local_audio_playback: Option<ConstrainBoolean>,
}

/// `MediaTrackConstraints`: what an application wants of a track.
///
/// ```
/// use stonechat::{ConstrainULongRange, MediaTrackConstraintSet, MediaTrackConstraints};
///
/// // At least 640 pixels wide, if possible 1280; 1920 by 1080 if the camera has that.
/// let constraints = MediaTrackConstraints {
///     basic: MediaTrackConstraintSet {
///         width: Some(
///             ConstrainULongRange {
///                 min: Some(640),
///                 ideal: Some(1280),
///                 ..Default::default()
///             }
///             .into(),
///         ),
///         ..Default::default()
///     },
///     advanced: Some(vec![MediaTrackConstraintSet {
///         width: Some(1920.into()),
///         height: Some(1080.into()),
///         ..Default::default()
///     }]),
/// };
/// # assert!(constraints.advanced.is_some());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaTrackConstraints {
    /// The members that it inherits: `min`, `max` and `exact` are required, the rest is tried.
    pub basic: MediaTrackConstraintSet,
    /// `advanced`: sets that are met whole or not at all, in this order.
    pub advanced: Option<Vec<MediaTrackConstraintSet>>,
}

impl From<MediaTrackConstraintSet> for MediaTrackConstraints {
    fn from(basic: MediaTrackConstraintSet) -> Self {
        Self {
            basic,
            advanced: None,
        }
    }
}
