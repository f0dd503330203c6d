//! Bars, a line that goes over them once a second, and a counter: no picture is like the one before.

use std::time::Duration;

use crate::MediaTrackSettings;
use crate::media_stream_track::VideoFrame;

/// Paints one picture after the other.
#[derive(Debug, Default)]
pub(super) struct Painter {
    painted: u32,
}

impl Painter {
    /// The next picture.
    pub(super) fn paint(&mut self, settings: &MediaTrackSettings, now: Duration) -> VideoFrame {
        let width = settings.width.unwrap_or(640);
        let height = settings.height.unwrap_or(480);
        let soft = settings.background_blur == Some(true);
        let across = width.div_ceil(2);
        let mut data = Vec::new();
        let line = position(now, width);
        let mut bars = row(width, soft, |bar| bar.0);
        for (x, pixel) in (0_u32..).zip(&mut bars) {
            if x.abs_diff(line) <= 2 {
                *pixel = WHITE;
            }
        }
        let counter = self.counter(width);
        for y in 0..height {
            // The lowest eighth is the counter.
            let counts = y >= height - height / 8;
            data.extend_from_slice(if counts { &counter } else { &bars });
        }
        let (blue, red) = (
            row(across, soft, |bar| bar.1),
            row(across, soft, |bar| bar.2),
        );
        for colours in [blue, red] {
            for y in 0..height.div_ceil(2) {
                let counts = y * 2 >= height - height / 8;
                if counts {
                    data.resize(data.len() + colours.len(), GREY);
                } else {
                    data.extend_from_slice(&colours);
                }
            }
        }
        self.painted = self.painted.wrapping_add(1);
        VideoFrame::i420(width, height, data, now)
            .unwrap_or_else(|_| VideoFrame::black(width, height, now))
    }

    /// The number of the picture in 16 fields, the highest bit first.
    fn counter(&self, width: u32) -> Vec<u8> {
        (0..width)
            .map(|x| {
                let field = x * 16 / width.max(1);
                let bit = self.painted >> (15 - field.min(15)) & 1;
                if bit == 1 { WHITE } else { BLACK }
            })
            .collect()
    }
}

/// One row of one plane.
fn row(width: u32, soft: bool, plane: impl Fn(&(u8, u8, u8)) -> u8) -> Vec<u8> {
    let count = u32::try_from(BARS.len()).unwrap_or(1);
    let at = |x: u32| {
        let bar = x.min(width.saturating_sub(1)) * count / width.max(1);
        BARS.get(bar as usize).map_or(GREY, &plane)
    };
    (0..width)
        .map(|x| {
            if !soft {
                return at(x);
            }
            let reach = width / 40 + 1;
            let around = x.saturating_sub(reach)..=x + reach;
            let count = around.clone().count();
            let sum: u32 = around.map(|x| u32::from(at(x))).sum();
            u8::try_from(sum / u32::try_from(count).unwrap_or(1)).unwrap_or(GREY)
        })
        .collect()
}

fn position(now: Duration, width: u32) -> u32 {
    let part = u64::from(now.subsec_micros()) * u64::from(width) / 1_000_000;
    u32::try_from(part).unwrap_or(0)
}

/// Grey, yellow, cyan, green, magenta, red, blue at three quarters (ITU-R BT.601).
const BARS: [(u8, u8, u8); 7] = [
    (180, 128, 128),
    (162, 44, 142),
    (131, 156, 44),
    (112, 72, 58),
    (84, 184, 198),
    (65, 100, 212),
    (35, 212, 114),
];
const WHITE: u8 = 235;
const BLACK: u8 = 16;
const GREY: u8 = 128;
