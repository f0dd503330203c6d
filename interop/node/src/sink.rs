//! What a track plays, for JavaScript.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// The tasks that read tracks for JavaScript.
#[derive(Debug, Default)]
pub(crate) struct Sinks {
    tasks: BTreeMap<Id, AbortHandle>,
}

impl Bridge {
    pub(crate) fn sink(&mut self, track: f64, callback: Option<Arc<SinkCallback>>) {
        let Some(id) = object_number(track) else {
            return;
        };
        if let Some(task) = self.sinks.tasks.remove(&id) {
            task.abort();
        }
        let (Some(callback), Ok(track)) = (callback, self.tracks.get(id)) else {
            return;
        };
        let task = self.runtime.spawn(play(track.clone(), callback));
        self.sinks.tasks.insert(id, task.abort_handle());
    }
}

async fn play(track: MediaStreamTrack, callback: Arc<SinkCallback>) {
    match track.kind() {
        MediaKind::Audio => {
            while let Some(data) = track.recv_audio().await {
                let samples = Int16Array::new(data.samples().to_vec());
                let played = (0, data.sample_rate(), Either::B(samples));
                callback.call(played.into(), ThreadsafeFunctionCallMode::NonBlocking);
            }
        }
        MediaKind::Video => {
            while let Some(frame) = track.recv_video().await {
                let picture = Uint8Array::new(frame.data().to_vec());
                let played = (frame.width(), frame.height(), Either::A(picture));
                callback.call(played.into(), ThreadsafeFunctionCallMode::NonBlocking);
            }
        }
    }
}
