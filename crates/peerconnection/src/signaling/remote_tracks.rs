//! What descriptions change of the tracks that we receive (webrtc-pc, section 5.1.1).

use crate::session::call::Direction;
use crate::session::step::{Event, Step};
use crate::transceiver::Transceiver;

/// Changes of tracks, in the order in which they fire.
#[derive(Default)]
pub(crate) struct RemoteTracks {
    muted: Vec<Event>,
    removed: Vec<Event>,
    added: Vec<Event>,
}

impl RemoteTracks {
    pub(super) fn fire(self, step: &mut Step) {
        for events in [self.muted, self.removed, self.added] {
            step.fire.extend(events);
        }
    }
}

impl Transceiver {
    /// "Process remote tracks": `direction` is as we see it.
    pub(super) fn process_remote_tracks(
        &mut self,
        direction: Direction,
        streams: &[String],
        tracks: &mut RemoteTracks,
    ) {
        let received = self.fired_direction.is_some_and(Direction::receives);
        let streams = if direction.receives() { streams } else { &[] };
        let joined = streams
            .iter()
            .any(|stream| !self.receiver.streams.contains(stream));
        self.leave_remote_streams(streams, tracks);
        if direction.receives() && (!received || joined) {
            tracks.added.push(Event::Track {
                transceiver: self.id,
                receiver: self.id.receiver(),
                streams: streams.to_vec(),
            });
        } else if !direction.receives() && received {
            self.mute(tracks);
        }
        self.fired_direction = Some(direction);
    }

    /// The track belongs to the streams `stay` from now on.
    pub(super) fn leave_remote_streams(&mut self, stay: &[String], tracks: &mut RemoteTracks) {
        let before = std::mem::replace(&mut self.receiver.streams, stay.to_vec());
        let left: Vec<_> = before
            .into_iter()
            .filter(|stream| !stay.contains(stream))
            .collect();
        if !left.is_empty() {
            let receiver = self.id.receiver();
            tracks.removed.push(Event::TrackRemoved {
                receiver,
                streams: left,
            });
        }
    }

    /// "Process the removal of a remote track".
    pub(super) fn mute(&mut self, tracks: &mut RemoteTracks) {
        if !std::mem::replace(&mut self.receiver.muted, true) {
            tracks.muted.push(Event::TrackMuted(self.id.receiver()));
        }
    }
}
