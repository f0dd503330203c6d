//! Raw pictures.

use std::time::Duration;

use bytes::Bytes;

stonechat_peerconnection::w3c_enums! {
    /// By how many degrees, clockwise, a picture is turned before it is shown.
    VideoRotation {
        /// It is upright.
        #[default]
        None = "0",
        /// A quarter.
        Quarter = "90",
        /// It is upside down.
        Half = "180",
        /// Three quarters.
        ThreeQuarters = "270",
    }
}

/// The data of a picture is not as long as its size asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an I420 picture of this size has {expected} octets, not {given}")]
pub struct FrameSizeError {
    /// What the size asks for, in octets.
    pub expected: usize,
    /// What was given.
    pub given: usize,
}

/// A plane of a picture.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VideoPlane {
    /// Brightness, one octet for each pixel.
    Y,
    /// Blue, one octet for four pixels.
    U,
    /// Red, one octet for four pixels.
    V,
}

/// A raw picture in I420: the planes Y, U and V one after the other, rows without padding.
///
/// Cheap to clone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VideoFrame {
    width: u32,
    height: u32,
    data: Bytes,
    timestamp: Duration,
    rotation: VideoRotation,
}

impl VideoFrame {
    /// A picture of `width` by `height` pixels, taken at `timestamp` on the clock of its source.
    ///
    /// Planes U and V have half the width and height, rounded up.
    ///
    /// # Errors
    ///
    /// [`FrameSizeError`] if `data` is not as long as the size asks for.
    pub fn i420(
        width: u32,
        height: u32,
        data: impl Into<Bytes>,
        timestamp: Duration,
    ) -> Result<Self, FrameSizeError> {
        let data = data.into();
        let expected = octets(width, height);
        if data.len() != expected {
            return Err(FrameSizeError {
                expected,
                given: data.len(),
            });
        }
        Ok(Self {
            width,
            height,
            data,
            timestamp,
            rotation: VideoRotation::None,
        })
    }

    /// A black picture.
    #[must_use]
    pub fn black(width: u32, height: u32, timestamp: Duration) -> Self {
        let mut data = vec![BLACK.0; octets(width, height)];
        if let Some(colours) = data.get_mut(pixels(width, height)..) {
            colours.fill(BLACK.1);
        }
        Self {
            width,
            height,
            data: data.into(),
            timestamp,
            rotation: VideoRotation::None,
        }
    }

    /// The same picture, to be turned before it is shown.
    #[must_use]
    pub fn rotated(mut self, rotation: VideoRotation) -> Self {
        self.rotation = rotation;
        self
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All planes.
    #[must_use]
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// One plane, and the length of its rows in octets.
    #[must_use]
    pub fn plane(&self, plane: VideoPlane) -> (&[u8], usize) {
        let luma = pixels(self.width, self.height);
        let (across, down) = chroma(self.width, self.height);
        let colour = pixels(across, down);
        let (start, len, row) = match plane {
            VideoPlane::Y => (0, luma, self.width),
            VideoPlane::U => (luma, colour, across),
            VideoPlane::V => (luma + colour, colour, across),
        };
        let data = self.data.get(start..start + len).unwrap_or_default();
        (data, row as usize)
    }

    /// When it was taken, on the clock of its source.
    #[must_use]
    pub fn timestamp(&self) -> Duration {
        self.timestamp
    }

    /// How it is turned before it is shown.
    #[must_use]
    pub fn rotation(&self) -> VideoRotation {
        self.rotation
    }

    /// The picture made smaller. What does not fit the new shape is cut off at the edges.
    #[must_use]
    pub fn crop_and_scale(&self, width: u32, height: u32) -> Self {
        if (width, height) == (self.width, self.height) || self.width == 0 || self.height == 0 {
            return self.clone();
        }
        let (across, down) = (u64::from(self.width), u64::from(self.height));
        let (w, h) = (u64::from(width.max(1)), u64::from(height.max(1)));
        // The largest part of the new shape.
        let part = if across * h > down * w {
            (down * w / h, down)
        } else {
            (across, across * h / w)
        };
        let part = (fit(part.0).max(1), fit(part.1).max(1));
        let origin = (
            (self.width - part.0) / 4 * 2,
            (self.height - part.1) / 4 * 2,
        );
        let mut data = Vec::with_capacity(octets(width, height));
        for plane in [VideoPlane::Y, VideoPlane::U, VideoPlane::V] {
            let (from, row) = self.plane(plane);
            let (origin, part, size) = match plane {
                VideoPlane::Y => (origin, part, (width, height)),
                VideoPlane::U | VideoPlane::V => (
                    (origin.0 / 2, origin.1 / 2),
                    chroma(part.0, part.1),
                    chroma(width, height),
                ),
            };
            scale(from, row, origin, part, size, &mut data);
        }
        Self {
            width,
            height,
            data: data.into(),
            timestamp: self.timestamp,
            rotation: self.rotation,
        }
    }
}

/// Each new pixel is the mean of those that it stands for.
fn scale(
    from: &[u8],
    row: usize,
    origin: (u32, u32),
    part: (u32, u32),
    size: (u32, u32),
    out: &mut Vec<u8>,
) {
    let span = |index: u32, origin: u32, part: u32, size: u32| {
        let edge = |index: u32| index as usize * part as usize / size as usize;
        let start = edge(index);
        let end = edge(index + 1).max(start + 1);
        (origin as usize + start)..(origin as usize + end)
    };
    for y in 0..size.1 {
        let rows = span(y, origin.1, part.1, size.1);
        for x in 0..size.0 {
            let columns = span(x, origin.0, part.0, size.0);
            let (mut sum, mut count) = (0_u32, 0_u32);
            for line in rows.clone() {
                let pixels = from.get(line * row + columns.start..line * row + columns.end);
                for &pixel in pixels.unwrap_or_default() {
                    sum += u32::from(pixel);
                    count += 1;
                }
            }
            let mean = sum.checked_div(count).unwrap_or_default();
            out.push(u8::try_from(mean).unwrap_or(u8::MAX));
        }
    }
}

fn fit(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn pixels(width: u32, height: u32) -> usize {
    width as usize * height as usize
}

fn chroma(width: u32, height: u32) -> (u32, u32) {
    (width.div_ceil(2), height.div_ceil(2))
}

fn octets(width: u32, height: u32) -> usize {
    let (across, down) = chroma(width, height);
    pixels(width, height) + 2 * pixels(across, down)
}

/// Y, and both U and V.
const BLACK: (u8, u8) = (16, 128);
