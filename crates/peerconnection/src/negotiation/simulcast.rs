//! Simulcast in descriptions (RFC 8851, RFC 8853; RFC 8829, sections 5.2.1 and 5.3.1).

use stonechat_sdp::{Media, RidDirection, SimulcastStreams};

/// The encodings that the peer asks to receive, in its order, each once; the first of
/// alternatives counts.
pub(crate) fn requested(section: &Media, max: usize) -> Vec<String> {
    let streams = section
        .simulcast()
        .and_then(|simulcast| simulcast.recv.as_ref());
    names(section, streams, RidDirection::Recv, max)
}

/// The encodings that the peer sends, likewise.
pub(crate) fn announced(section: &Media, max: usize) -> Vec<String> {
    let streams = section
        .simulcast()
        .and_then(|simulcast| simulcast.send.as_ref());
    names(section, streams, RidDirection::Send, max)
}

fn names(
    section: &Media,
    streams: Option<&SimulcastStreams>,
    direction: RidDirection,
    max: usize,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for stream in streams.into_iter().flat_map(SimulcastStreams::ids) {
        let described = section
            .rid(stream.id)
            .is_some_and(|rid| rid.direction == direction);
        let known = names.iter().any(|name| name == stream.id);
        if described && !known && names.len() < max {
            names.push(stream.id.to_owned());
        }
    }
    names
}
