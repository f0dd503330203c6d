//! `MediaTrackSupportedConstraints`.

/// `MediaTrackSupportedConstraints`: the constraints that are understood, which are all there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MediaTrackSupportedConstraints {
    /// `width`.
    pub width: bool,
    /// `height`.
    pub height: bool,
    /// `aspectRatio`.
    pub aspect_ratio: bool,
    /// `frameRate`.
    pub frame_rate: bool,
    /// `facingMode`.
    pub facing_mode: bool,
    /// `resizeMode`.
    pub resize_mode: bool,
    /// `sampleRate`.
    pub sample_rate: bool,
    /// `sampleSize`.
    pub sample_size: bool,
    /// `echoCancellation`.
    pub echo_cancellation: bool,
    /// `autoGainControl`.
    pub auto_gain_control: bool,
    /// `noiseSuppression`.
    pub noise_suppression: bool,
    /// `latency`.
    pub latency: bool,
    /// `channelCount`.
    pub channel_count: bool,
    /// `deviceId`.
    pub device_id: bool,
    /// `groupId`.
    pub group_id: bool,
    /// `backgroundBlur`.
    pub background_blur: bool,
    /// `displaySurface`.
    pub display_surface: bool,
    /// `logicalSurface`.
    pub logical_surface: bool,
    /// `cursor`.
    pub cursor: bool,
    /// `restrictOwnAudio`.
    pub restrict_own_audio: bool,
    /// `suppressLocalAudioPlayback`.
    pub suppress_local_audio_playback: bool,
}

impl Default for MediaTrackSupportedConstraints {
    fn default() -> Self {
        Self {
            width: true,
            height: true,
            aspect_ratio: true,
            frame_rate: true,
            facing_mode: true,
            resize_mode: true,
            sample_rate: true,
            sample_size: true,
            echo_cancellation: true,
            auto_gain_control: true,
            noise_suppression: true,
            latency: true,
            channel_count: true,
            device_id: true,
            group_id: true,
            background_blur: true,
            display_surface: true,
            logical_surface: true,
            cursor: true,
            restrict_own_audio: true,
            suppress_local_audio_playback: true,
        }
    }
}
