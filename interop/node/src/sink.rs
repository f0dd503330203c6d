//! What a track plays, for JavaScript.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use napi::Status;
use napi::bindgen_prelude::{Either, FnArgs, Int16Array, Uint8Array};
use napi::threadsafe_function::{
    ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue,
};
use stonechat::{MediaKind, MediaStreamTrack};
use tokio::task::AbortHandle;

use crate::bridge::{Bridge, object_number};
use crate::objects::Id;

type Played = FnArgs<(u32, u32, Either<Uint8Array, Int16Array>)>;

/// Takes `(width, height, i420)` of a picture, `(0, rate, samples)` of sound. One picture waits
/// for JavaScript at the most.
pub(crate) type SinkCallback =
    ThreadsafeFunction<Played, UnknownReturnValue, Played, Status, false, true, 2>;

/// The tasks that read tracks, as a browser does, whether somebody looks or not.
#[derive(Default)]
pub(crate) struct Sinks {
    tasks: BTreeMap<Id, (AbortHandle, Slot)>,
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sinks")
    }
}

/// Who gets what a track plays, if anybody does.
type Slot = Arc<Mutex<Option<Arc<SinkCallback>>>>;

impl Bridge {
    pub(crate) fn sink(&mut self, track: f64, callback: Option<Arc<SinkCallback>>) {
        let Some(id) = object_number(track) else {
            return;
        };
        let is_wanted = callback.is_some();
        self.play(id);
        if let Some((_, slot)) = self.sinks.tasks.get(&id) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = callback;
        }
        let is_remote = self.tracks.is_remote(id);
        if !is_wanted
            && !is_remote
            && let Some((task, _)) = self.sinks.tasks.remove(&id)
        {
            task.abort();
        }
    }

    /// Begins to read a track.
    pub(crate) fn play(&mut self, id: Id) {
        let Ok(track) = self.tracks.get(id) else {
            return;
        };
        let track = track.clone();
        let runtime = self.runtime.handle();
        self.sinks.tasks.entry(id).or_insert_with(|| {
            let slot = Slot::default();
            let task = runtime.spawn(play(track, Arc::clone(&slot)));
            (task.abort_handle(), slot)
        });
    }
}

async fn play(track: MediaStreamTrack, slot: Slot) {
    let callback = || {
        let callback = slot.lock().unwrap_or_else(PoisonError::into_inner);
        callback.clone()
    };
    match track.kind() {
        MediaKind::Audio => {
            while let Some(data) = track.recv_audio().await {
                let Some(callback) = callback() else { continue };
                let samples = Int16Array::new(data.samples().to_vec());
                let played = (0, data.sample_rate(), Either::B(samples));
                callback.call(played.into(), ThreadsafeFunctionCallMode::NonBlocking);
            }
        }
        MediaKind::Video => {
            while let Some(frame) = track.recv_video().await {
                let Some(callback) = callback() else { continue };
                let picture = Uint8Array::new(frame.data().to_vec());
                let played = (frame.width(), frame.height(), Either::A(picture));
                callback.call(played.into(), ThreadsafeFunctionCallMode::NonBlocking);
            }
        }
    }
}
