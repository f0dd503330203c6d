//! `MediaStreamTrack`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stonechat::pulled::ReceiverId;
use stonechat::{Events, MediaStreamTrack, TrackEvent};

use crate::arguments::Arguments;
use crate::bridge::Bridge;
use crate::constraints;
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key, Objects};
use crate::outcome::{Done, Outcome};
use crate::step::Effects;

/// All tracks that JavaScript may know.
#[derive(Debug, Default)]
pub(crate) struct Tracks {
    tracks: BTreeMap<Id, Track>,
    by_name: BTreeMap<String, Id>,
}

#[derive(Debug)]
struct Track {
    track: MediaStreamTrack,
    events: Events<TrackEvent>,
    content_hint: String,
    /// The receiver whose media it is.
    receiver: Option<(Id, ReceiverId)>,
}

impl Tracks {
    pub(crate) fn get(&self, id: Id) -> Result<&MediaStreamTrack, Failure> {
        let track = self.tracks.get(&id).map(|track| &track.track);
        track.ok_or_else(|| Failure::type_error("not a track"))
    }

    /// The object of the track with this `id` attribute.
    pub(crate) fn by_name(&self, name: &str) -> Option<Id> {
        self.by_name.get(name).copied()
    }

    /// The object that stands for a track.
    pub(crate) fn id(&mut self, objects: &mut Objects, track: &MediaStreamTrack) -> Id {
        match self.by_name(track.id()) {
            Some(id) => id,
            None => self.add(objects, track, None),
        }
    }

    /// The object that stands for the track of a receiver.
    pub(crate) fn of_receiver(
        &mut self,
        objects: &mut Objects,
        peer: Id,
        receiver: ReceiverId,
        track: &MediaStreamTrack,
    ) -> Id {
        match self.by_name(track.id()) {
            Some(id) => {
                if let Some(known) = self.tracks.get_mut(&id) {
                    known.receiver = Some((peer, receiver));
                }
                id
            }
            None => self.add(objects, track, Some((peer, receiver))),
        }
    }

    fn add(
        &mut self,
        objects: &mut Objects,
        track: &MediaStreamTrack,
        receiver: Option<(Id, ReceiverId)>,
    ) -> Id {
        let id = objects.fresh();
        objects.id(Key::Track(id));
        self.by_name.insert(track.id().to_owned(), id);
        self.tracks.insert(
            id,
            Track {
                track: track.clone(),
                events: track.events(),
                content_hint: String::new(),
                receiver,
            },
        );
        id
    }

    /// The tracks of the receivers of a peer connection.
    pub(crate) fn of_peer(&self, peer: Id) -> impl Iterator<Item = (Id, ReceiverId)> {
        self.tracks.iter().filter_map(move |(id, track)| {
            let (of, receiver) = track.receiver?;
            (of == peer).then_some((*id, receiver))
        })
    }

    /// Whether it plays what a receiver gets.
    pub(crate) fn is_remote(&self, id: Id) -> bool {
        let track = self.tracks.get(&id);
        track.is_some_and(|track| track.receiver.is_some())
    }

    pub(crate) fn attributes(&self, id: Id) -> Option<Value> {
        let Track {
            track,
            content_hint,
            ..
        } = self.tracks.get(&id)?;
        Some(json!({
            "kind": track.kind().as_str(),
            "id": track.id(),
            "label": track.label(),
            "enabled": track.enabled(),
            "muted": track.muted(),
            "readyState": track.ready_state().as_str(),
            "contentHint": content_hint,
        }))
    }
}

impl Bridge {
    pub(crate) fn track_key(&mut self, track: &MediaStreamTrack) -> Key {
        Key::Track(self.tracks.id(&mut self.objects, track))
    }

    /// Fires what happened to the track of a receiver and its clones.
    pub(crate) fn fire_track_events(
        &mut self,
        peer: Id,
        receiver: ReceiverId,
        effects: &mut Effects,
    ) {
        // The track may have been mentioned nowhere yet.
        self.receiver_track(peer, receiver);
        for (id, track) in &mut self.tracks.tracks {
            if track.receiver != Some((peer, receiver)) {
                continue;
            }
            while let Some(event) = track.events.try_next() {
                let kind = match event {
                    TrackEvent::Mute => "mute",
                    TrackEvent::Unmute => "unmute",
                    TrackEvent::Ended => "ended",
                    _ => continue,
                };
                effects.fire(*id, kind, "Event", Value::Null);
            }
        }
    }

    pub(crate) fn track(
        &mut self,
        id: Id,
        name: &str,
        args: &Arguments,
        effects: &mut Effects,
    ) -> Done {
        let track = self.tracks.get(id)?.clone();
        match name {
            "clone" => {
                let receiver = self.tracks.tracks.get(&id).and_then(|track| track.receiver);
                let clone = track.clone_track();
                let made = self.tracks.add(&mut self.objects, &clone, receiver);
                Ok(self.objects.reference(Key::Track(made)).into())
            }
            "stop" => {
                track.stop();
                Ok(Outcome::NOTHING)
            }
            "enabled=" => {
                track.set_enabled(args.value(0).as_bool().unwrap_or_default());
                Ok(Outcome::NOTHING)
            }
            "contentHint=" => {
                if let Some(track) = self.tracks.tracks.get_mut(&id)
                    && is_hint(track.track.kind(), args.text(0))
                {
                    args.text(0).clone_into(&mut track.content_hint);
                }
                let hint = self.tracks.tracks.get(&id).map(|track| &track.content_hint);
                effects.set.push(json!([id, "contentHint", hint]));
                Ok(Outcome::NOTHING)
            }
            "getCapabilities" => Ok(constraints::capabilities(&track.get_capabilities()).into()),
            "getConstraints" => Ok(constraints::constraints(&track.get_constraints()).into()),
            "getSettings" => Ok(constraints::settings(&track.get_settings()).into()),
            "applyConstraints" => {
                let wanted = constraints::read_constraints(args.value(0))?;
                let work = async move { track.apply_constraints(wanted).await };
                Ok(self.promise_of(work, |_, applied| {
                    applied.map(|()| Value::Null).map_err(Failure::from)
                }))
            }
            _ => Err(unknown(name)),
        }
    }
}

/// Whether `contentHint` takes this (mst-content-hint, section 3).
fn is_hint(kind: stonechat::MediaKind, hint: &str) -> bool {
    let known: &[&str] = match kind {
        stonechat::MediaKind::Audio => &["", "speech", "speech-recognition", "music"],
        stonechat::MediaKind::Video => &["", "motion", "detail", "text"],
    };
    known.contains(&hint)
}
