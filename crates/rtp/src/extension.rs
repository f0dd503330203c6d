//! The values of header extensions that stonechat knows.
//!
//! | type | URI | octets |
//! | --- | --- | --- |
//! | [`AudioLevel`] | `urn:ietf:params:rtp-hdrext:ssrc-audio-level` | 1 |
//! | [`MixerLevels`] | `urn:ietf:params:rtp-hdrext:csrc-audio-level` | 1 to 15 |
//! | [`AbsSendTime`] | `http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time` | 3 |
//! | [`TransportSequence`] | `http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01` | 2 |
//! | [`SdesMid`] | `urn:ietf:params:rtp-hdrext:sdes:mid` | 1 to 255 |
//! | [`SdesRid`] | `urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id` | 1 to 255 |
//! | [`SdesRepairedRid`] | `urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id` | 1 to 255 |
//! | [`VideoOrientation`] | `urn:3gpp:video-orientation` | 1 |
//! | [`PlayoutDelay`] | `http://www.webrtc.org/experiments/rtp-hdrext/playout-delay` | 3 |
//! | [`DependencyDescriptor`] | `https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension` | 3 to 255 |

mod abs_send_time;
mod audio_level;
mod dependency_descriptor;
mod mixer_levels;
mod playout_delay;
mod sdes;
mod transport_sequence;
mod video_orientation;

pub use abs_send_time::AbsSendTime;
pub use audio_level::AudioLevel;
pub use dependency_descriptor::{
    DecodeTargetIndication, DependencyDescription, DependencyDescriptor, DependencyStructure,
    DescribeError, FrameDependencies, FrameTemplate, Resolution,
};
pub use mixer_levels::MixerLevels;
pub use playout_delay::PlayoutDelay;
pub use sdes::{SdesMid, SdesRepairedRid, SdesRid};
pub use transport_sequence::TransportSequence;
pub use video_orientation::{Camera, Rotation, VideoOrientation};

use crate::Full;

/// The value of one kind of header extension.
pub trait ExtensionValue<'a>: Sized {
    /// The URI by which a session negotiates it (RFC 8285, section 5).
    const URI: &'static str;

    /// Reads a value, or `None` if `value` has the wrong length or content.
    fn parse(value: &'a [u8]) -> Option<Self>;

    /// Octets that [`encode`](Self::encode) writes, at most 255.
    fn encoded_len(&self) -> usize;

    /// Writes the value at the start of `out`; returns its length.
    ///
    /// # Errors
    ///
    /// [`Full`] if `out` is shorter than [`encoded_len`](Self::encoded_len).
    fn encode(&self, out: &mut [u8]) -> Result<usize, Full>;
}

/// Copies a value to the start of `out`.
fn write(value: &[u8], out: &mut [u8]) -> Result<usize, Full> {
    let needed = value.len();
    out.get_mut(..needed)
        .ok_or(Full { needed })?
        .copy_from_slice(value);
    Ok(needed)
}
