//! What a track plays, for JavaScript.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use napi::Status;
use napi::bindgen_prelude::{Either, FnArgs, Int16Array, Uint8Array};
use napi::threadsafe_function::{
    ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue,
};
use stonechat::pulled::Call;
use stonechat::{MediaKind, MediaStreamTrack, PlayoutReport};
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
    heard: BTreeMap<Id, Arc<Heard>>,
}

/// How much sound of a track was played.
#[derive(Debug, Default)]
struct Heard {
    samples: AtomicU64,
    microseconds: AtomicU64,
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
        let heard = Arc::clone(self.sinks.heard.entry(id).or_default());
        self.sinks.tasks.entry(id).or_insert_with(|| {
            let slot = Slot::default();
            let task = runtime.spawn(play(track, Arc::clone(&slot), heard));
            (task.abort_handle(), slot)
        });
    }

    /// Tells a peer connection how much of its sound was played.
    pub(crate) fn report_playout(&self, peer: Id) {
        let Ok(pc) = self.peer(peer).map(|peer| &peer.pc) else {
            return;
        };
        for (track, receiver) in self.tracks.of_peer(peer) {
            let Some(heard) = self.sinks.heard.get(&track) else {
                continue;
            };
            let samples = heard.samples.load(Ordering::Relaxed);
            if samples == 0 {
                continue;
            }
            let played = Duration::from_micros(heard.microseconds.load(Ordering::Relaxed));
            let report = PlayoutReport {
                synthesized_samples_duration: Some(0.0),
                synthesized_samples_events: Some(0),
                total_samples_duration: Some(played.as_secs_f64()),
                total_playout_delay: Some(0.0),
                total_samples_count: Some(samples),
            };
            pc.call(Call::ReportPlayout {
                device: "page".to_owned(),
                receivers: vec![receiver],
                report: Box::new(report),
            });
        }
    }
}

async fn play(track: MediaStreamTrack, slot: Slot, heard: Arc<Heard>) {
    let callback = || {
        let callback = slot.lock().unwrap_or_else(PoisonError::into_inner);
        callback.clone()
    };
    match track.kind() {
        MediaKind::Audio => {
            while let Some(data) = track.recv_audio().await {
                let played = u64::try_from(data.duration().as_micros()).unwrap_or_default();
                heard
                    .samples
                    .fetch_add(data.frames() as u64, Ordering::Relaxed);
                heard.microseconds.fetch_add(played, Ordering::Relaxed);
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
