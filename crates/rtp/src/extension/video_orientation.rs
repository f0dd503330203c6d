#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{ExtensionValue, write};
use crate::Full;

/// How the picture has to be turned for display (3GPP TS 26.114, section 7.4.5).
///
/// ```text
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |0 0 0 0 C F R R|
/// +-+-+-+-+-+-+-+-+
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct VideoOrientation {
    /// Which camera the picture is from.
    pub camera: Camera,
    /// Whether the picture is mirrored left to right.
    pub flipped: bool,
    /// How far the picture is turned.
    pub rotation: Rotation,
}

/// Which camera a picture is from.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Camera {
    /// The one towards the user, or unknown.
    #[default]
    Front,
    /// The one away from the user.
    Back,
}

/// How far a picture is turned counter-clockwise; the receiver turns it clockwise by as much.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Rotation {
    /// Upright.
    #[default]
    Degrees0,
    /// A quarter.
    Degrees90,
    /// Upside down.
    Degrees180,
    /// Three quarters.
    Degrees270,
}

impl ExtensionValue<'_> for VideoOrientation {
    const URI: &'static str = "urn:3gpp:video-orientation";

    fn parse(value: &[u8]) -> Option<Self> {
        let &[octet] = value else { return None };
        Some(Self {
            camera: if octet & 0x08 == 0 {
                Camera::Front
            } else {
                Camera::Back
            },
            flipped: octet & 0x04 != 0,
            rotation: match octet & 0x03 {
                0 => Rotation::Degrees0,
                1 => Rotation::Degrees90,
                2 => Rotation::Degrees180,
                _ => Rotation::Degrees270,
            },
        })
    }

    fn encoded_len(&self) -> usize {
        1
    }

    fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let camera = match self.camera {
            Camera::Front => 0,
            Camera::Back => 0x08,
        };
        let rotation = match self.rotation {
            Rotation::Degrees0 => 0,
            Rotation::Degrees90 => 1,
            Rotation::Degrees180 => 2,
            Rotation::Degrees270 => 3,
        };
        write(&[camera | u8::from(self.flipped) << 2 | rotation], out)
    }
}
