use bytes::Bytes;

use super::{PacketizeError, Payload, cut, even_cut};
use crate::codec::vp8::{PictureId, TemporalLayer, Vp8Descriptor};

/// The layer that a VP8 frame belongs to, as its encoder says.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Vp8Layers {
    /// TID, 0 to 3; a frame of layer 0 advances TL0PICIDX.
    pub temporal_id: u8,
    /// Y: the frame depends on the base layer alone.
    pub sync: bool,
    /// N: no other frame depends on this one.
    pub non_reference: bool,
}

/// VP8 frames into payloads (RFC 7741, section 4): every packet carries a PictureID of 15 bits,
/// and TL0PICIDX, TID and Y once frames come with layers.
#[derive(Clone, Debug)]
pub struct Vp8Packetizer {
    picture_id: u16,
    tl0_pic_idx: u8,
}

impl Vp8Packetizer {
    /// A packetizer whose first frame gets the PictureID `picture_id`, of which 15 bits count.
    #[must_use]
    pub const fn new(picture_id: u16) -> Self {
        Self {
            picture_id: picture_id & 0x7fff,
            tl0_pic_idx: 0,
        }
    }

    pub(super) fn packetize(
        &mut self,
        frame: &Bytes,
        layers: Option<Vp8Layers>,
        max_len: usize,
        out: &mut Vec<Payload>,
    ) -> Result<(), PacketizeError> {
        let tl0_pic_idx = self.tl0_pic_idx.wrapping_add(u8::from(
            layers.is_some_and(|layers| layers.temporal_id == 0),
        ));
        let mut descriptor = Vp8Descriptor {
            non_reference: layers.is_some_and(|layers| layers.non_reference),
            partition_start: true,
            partition: 0,
            picture_id: Some(PictureId::Long(self.picture_id)),
            tl0_pic_idx: layers.map(|_| tl0_pic_idx),
            temporal: layers.map(|layers| TemporalLayer {
                id: layers.temporal_id & 3,
                sync: layers.sync,
            }),
            key_idx: None,
        };
        let (_, descriptor_len) = descriptor.encode();
        let room = max_len.saturating_sub(descriptor_len);
        if room == 0 {
            return Err(PacketizeError::TooLarge);
        }
        for part in cut(frame, even_cut(frame.len(), room)) {
            let (octets, len) = descriptor.encode();
            let prefix = octets.get(..len).unwrap_or_default();
            out.push(Payload::new(part).with_prefix(prefix));
            descriptor.partition_start = false;
        }
        self.picture_id = (self.picture_id + 1) & 0x7fff;
        self.tl0_pic_idx = tl0_pic_idx;
        Ok(())
    }
}
