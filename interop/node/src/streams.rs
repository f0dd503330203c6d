//! `MediaStream`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stonechat::{Events, MediaStream, StreamEvent};

use crate::arguments::{Arguments, reference};
use crate::bridge::Bridge;
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key};
use crate::outcome::{Done, Outcome};
use crate::step::Effects;

/// All streams that JavaScript may know.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    streams: BTreeMap<Id, (MediaStream, Events<StreamEvent>)>,
}

impl Streams {
    fn get(&self, id: Id) -> Result<&MediaStream, Failure> {
        let stream = self.streams.get(&id).map(|(stream, _)| stream);
        stream.ok_or_else(|| Failure::type_error("not a stream"))
    }

    pub(crate) fn attributes(&self, id: Id) -> Option<Value> {
        let stream = self.get(id).ok()?;
        Some(json!({ "id": stream.id(), "active": stream.active() }))
    }
}

impl Bridge {
    /// The object that stands for a stream.
    pub(crate) fn stream_object(&mut self, stream: &MediaStream) -> Id {
        let mut known = self.streams.streams.iter();
        if let Some((id, _)) = known.find(|(_, (known, _))| known == stream) {
            return *id;
        }
        let id = self.objects.fresh();
        self.objects.id(Key::Stream(id));
        let events = stream.events();
        self.streams.streams.insert(id, (stream.clone(), events));
        id
    }

    /// The objects of the streams of these ids that the peer sends.
    pub(crate) fn remote_streams(&mut self, peer: Id, ids: &[String]) -> Vec<Id> {
        let streams = match self.peers.get(&peer) {
            Some(peer) => peer.pc.remote_streams(ids),
            None => Vec::new(),
        };
        streams
            .iter()
            .map(|stream| self.stream_object(stream))
            .collect()
    }

    /// Fires what the peer did to streams.
    pub(crate) fn fire_stream_events(&mut self, streams: &[Id], effects: &mut Effects) {
        for id in streams {
            let Some((_, events)) = self.streams.streams.get_mut(id) else {
                continue;
            };
            let mut happened = Vec::new();
            while let Some(event) = events.try_next() {
                happened.push(event);
            }
            for event in happened {
                let (kind, track) = match event {
                    StreamEvent::AddTrack(event) => ("addtrack", event.track),
                    StreamEvent::RemoveTrack(event) => ("removetrack", event.track),
                    _ => continue,
                };
                let key = self.track_key(&track);
                let init = json!({ "track": self.objects.reference(key) });
                effects.fire(*id, kind, "MediaStreamTrackEvent", init);
            }
        }
    }

    /// The `id` attributes of streams that are given as objects, each once.
    pub(crate) fn stream_ids(&self, streams: &[Value]) -> Result<Vec<String>, Failure> {
        streams
            .iter()
            .filter_map(reference)
            .map(|id| Ok(self.streams.get(id)?.id().to_owned()))
            .collect()
    }

    pub(crate) fn new_stream(&mut self, args: &Arguments) -> Done {
        let stream = match (reference(args.value(0)), args.value(0)) {
            (Some(stream), _) => MediaStream::from_stream(self.streams.get(stream)?),
            (None, Value::Array(tracks)) => {
                let tracks: Vec<_> = tracks
                    .iter()
                    .filter_map(reference)
                    .map(|track| self.tracks.get(track).cloned())
                    .collect::<Result<_, _>>()?;
                MediaStream::from_tracks(tracks)
            }
            _ => MediaStream::new(),
        };
        let id = self.stream_object(&stream);
        Ok(self.objects.reference(Key::Stream(id)).into())
    }

    pub(crate) fn stream(&mut self, id: Id, name: &str, args: &Arguments) -> Done {
        let stream = self.streams.get(id)?.clone();
        let tracks = match name {
            "getTracks" => stream.get_tracks(),
            "getAudioTracks" => stream.get_audio_tracks(),
            "getVideoTracks" => stream.get_video_tracks(),
            "getTrackById" => {
                let track = stream.get_track_by_id(args.text(0));
                let track = track.map(|track| {
                    let key = self.track_key(&track);
                    self.objects.reference(key)
                });
                return Ok(json!(track).into());
            }
            "addTrack" => {
                stream.add_track(self.tracks.get(args.object(0)?)?);
                return Ok(Outcome::NOTHING);
            }
            "removeTrack" => {
                stream.remove_track(self.tracks.get(args.object(0)?)?);
                return Ok(Outcome::NOTHING);
            }
            "clone" => {
                let clone = self.stream_object(&stream.clone_stream());
                return Ok(self.objects.reference(Key::Stream(clone)).into());
            }
            _ => return Err(unknown(name)),
        };
        let tracks: Vec<Value> = tracks
            .iter()
            .map(|track| {
                let key = self.track_key(track);
                self.objects.reference(key)
            })
            .collect();
        Ok(Value::from(tracks).into())
    }
}
