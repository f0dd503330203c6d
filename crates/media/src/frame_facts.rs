use crate::codec::av1::TemporalUnitFacts;
use crate::codec::h264::{NalType, nal_units};
use crate::codec::vp8::Vp8FrameHeader;
use crate::{Codec, OpusToc};

/// What an encoded frame tells of itself without being decoded.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct FrameFacts {
    /// Whether decoding of video can start here.
    pub(crate) keyframe: bool,
    /// Width and height in pixels, where a key frame tells.
    pub(crate) dimensions: Option<(u16, u16)>,
    /// Samples of each channel, of audio whose length can be seen.
    pub(crate) samples: Option<u32>,
}

impl FrameFacts {
    pub(crate) fn of(codec: Codec, frame: &[u8]) -> Self {
        match codec {
            Codec::Opus => Self {
                samples: OpusToc::parse(frame).ok().map(|toc| toc.samples()),
                ..Self::default()
            },
            Codec::Pcmu | Codec::Pcma => Self {
                samples: u32::try_from(frame.len()).ok(),
                ..Self::default()
            },
            Codec::Vp8 => {
                let size = Vp8FrameHeader::parse(frame)
                    .ok()
                    .and_then(|header| header.key_frame);
                Self {
                    keyframe: size.is_some(),
                    dimensions: size,
                    samples: None,
                }
            }
            Codec::H264(_) => h264(frame),
            Codec::Av1 => {
                let facts = TemporalUnitFacts::parse(frame).unwrap_or_default();
                Self {
                    keyframe: facts.keyframe,
                    dimensions: facts.dimensions(),
                    samples: None,
                }
            }
            Codec::TelephoneEvent { .. } | Codec::Other { .. } => Self::default(),
        }
    }
}

/// Parameter sets come before the first slice, so what follows that need not be looked at.
fn h264(frame: &[u8]) -> FrameFacts {
    let mut facts = FrameFacts::default();
    for range in nal_units(frame) {
        let Some(unit) = frame.get(range) else { break };
        let Some(&header) = unit.first() else {
            continue;
        };
        let kind = NalType::of(header);
        if kind == NalType::SPS {
            facts.dimensions = crate::codec::h264::dimensions(unit).or(facts.dimensions);
        }
        if kind.is_slice() {
            facts.keyframe = kind == NalType::IDR;
            break;
        }
    }
    facts
}
