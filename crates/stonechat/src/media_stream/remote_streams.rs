//! The streams that the peer sends: one object for each id ("set the associated remote streams",
//! webrtc-pc, section 5.1.1).

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use stonechat_peerconnection::ReceiverId;

use super::{MediaStream, StreamCore};
use crate::media_stream_track::MediaStreamTrack;

/// The streams of a peer connection's receivers.
#[derive(Debug, Default)]
pub(crate) struct RemoteStreams {
    /// All that somebody still has.
    known: BTreeMap<String, Weak<StreamCore>>,
    /// What receivers are in.
    of: BTreeMap<ReceiverId, Vec<MediaStream>>,
}

impl RemoteStreams {
    /// The stream of this id: always the same object for as long as anybody has it.
    pub(crate) fn get(&mut self, id: &str) -> MediaStream {
        if let Some(core) = self.known.get(id).and_then(Weak::upgrade) {
            return MediaStream { core };
        }
        self.known.retain(|_, core| core.strong_count() > 0);
        let stream = MediaStream::with_id(id.to_owned());
        self.known
            .insert(id.to_owned(), Arc::downgrade(&stream.core));
        stream
    }

    /// The track of a receiver is in these streams now: `addtrack` fires where it was not before.
    pub(crate) fn join(&mut self, receiver: ReceiverId, track: &MediaStreamTrack, ids: &[String]) {
        let streams: Vec<_> = ids.iter().map(|id| self.get(id)).collect();
        for stream in &streams {
            stream.add_by_peer(track);
        }
        self.of.insert(receiver, streams);
    }

    /// The track of a receiver left these streams: `removetrack` fires.
    pub(crate) fn leave(&mut self, receiver: ReceiverId, track: &MediaStreamTrack, ids: &[String]) {
        let Some(streams) = self.of.get_mut(&receiver) else {
            return;
        };
        streams.retain(|stream| {
            let left = ids.iter().any(|id| id == stream.id());
            if left {
                stream.remove_by_peer(track);
            }
            !left
        });
    }
}
