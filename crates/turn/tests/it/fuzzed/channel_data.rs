//! Octets as ChannelData, in a datagram and in a stream.

use stonechat_turn::{CHANNEL_HEADER_LEN, ChannelData, stream_frame_len};

pub(crate) fn run(octets: &[u8]) {
    let framed = stream_frame_len(octets);
    let Some(message) = ChannelData::parse(octets) else {
        return;
    };
    let len = message.data().len();
    assert_eq!(
        ChannelData::header(message.number(), len).as_ref(),
        octets.first_chunk()
    );
    // In a stream it is padded to a multiple of four.
    let padded = (CHANNEL_HEADER_LEN + len).next_multiple_of(4);
    assert_eq!(framed, Ok(Some(padded)));
}
