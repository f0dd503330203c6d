/// An event of a [`MediaStreamTrack`](super::MediaStreamTrack).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum TrackEvent {
    /// `mute`: the source cannot give media now.
    Mute,
    /// `unmute`: the source gives media again.
    Unmute,
    /// `ended`: the source will give nothing more. It does not fire for
    /// [`stop`](super::MediaStreamTrack::stop).
    Ended,
    /// `isolationchange` (webrtc-identity, section 8).
    IsolationChange,
}
