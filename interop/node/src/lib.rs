//! The half of the bridge between JavaScript and stonechat that is Rust: a Node addon.
//!
//! `../BRIDGE.md` is the protocol. The addon has no classes of the W3C: it answers calls by the
//! name of the operation, keeps the objects by number, and tells which attributes change. All of
//! it lives on the JavaScript thread; only packets and media run elsewhere, on tokio.

#![expect(
    clippy::disallowed_methods,
    reason = "the clock is read here and given to the stack"
)]

mod arguments;
mod bridge;
mod candidate;
mod certificate;
mod clock;
mod codecs;
mod configuration;
mod constraints;
mod data_channel;
mod devices;
mod error;
mod objects;
mod outcome;
mod peer;
mod peer_connection;
mod rtp;
mod rtp_values;
mod sink;
mod slots;
mod stats;
mod step;
mod streams;
mod task_queue;
mod tracks;
mod transform;
mod transports;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use napi::bindgen_prelude::{Int16Array, Uint8Array};
use napi_derive::napi;

use crate::bridge::Bridge;
use crate::sink::SinkCallback;
use crate::task_queue::Wake;

thread_local! {
    static BRIDGE: RefCell<Option<Bridge>> = const { RefCell::new(None) };
}

/// JSON text with the binaries that it refers to.
#[napi(object, object_from_js = false)]
#[expect(
    missing_debug_implementations,
    reason = "arrays of JavaScript have none"
)]
pub struct Reply {
    /// The text.
    pub json: String,
    /// What `{"$bin": index}` stands for.
    pub bins: Vec<Uint8Array>,
}

/// Does one operation.
///
/// # Errors
///
/// None that a script sees: they are in the reply.
#[napi]
pub fn call(
    op: String,
    this: Option<f64>,
    args: String,
    bins: Option<Vec<Uint8Array>>,
) -> napi::Result<Reply> {
    guarded(|bridge| {
        let bins = bins.unwrap_or_default();
        let bins = bins.iter().map(|bin| bin.to_vec()).collect();
        bridge.call(&op, this, &args, bins)
    })
}

/// Takes the function to call when there is a task.
///
/// # Errors
///
/// If the threads of the addon cannot be started.
#[napi(ts_args_type = "wake: () => void")]
pub fn start(wake: Wake) -> napi::Result<()> {
    guarded(|bridge| bridge.start(wake))
}

/// Runs one step of the front task.
///
/// # Errors
///
/// None that a script sees.
#[napi]
pub fn next() -> napi::Result<Option<Reply>> {
    guarded(Bridge::next)
}

/// Gives a picture to a track that has no device.
///
/// # Errors
///
/// None: what does not fit is left out.
#[napi(js_name = "pushVideo")]
pub fn push_video(
    track: f64,
    width: u32,
    height: u32,
    i420: Uint8Array,
    timestamp: f64,
) -> napi::Result<()> {
    guarded(|bridge| bridge.push_video(track, (width, height), i420.to_vec(), timestamp))
}

/// Gives sound to a track that has no device.
///
/// # Errors
///
/// None: what does not fit is left out.
#[napi(js_name = "pushAudio")]
pub fn push_audio(track: f64, samples: Int16Array, rate: u32) -> napi::Result<()> {
    guarded(|bridge| bridge.push_audio(track, &samples, rate))
}

/// Takes the function that is to get what a track plays, or none.
///
/// # Errors
///
/// None.
#[napi(ts_args_type = "track: number, callback: Function | null")]
pub fn sink(track: f64, callback: Option<SinkCallback>) -> napi::Result<()> {
    guarded(|bridge| bridge.sink(track, callback.map(Arc::new)))
}

/// Closes everything.
///
/// # Errors
///
/// None.
#[napi]
pub fn shutdown() -> napi::Result<()> {
    let bridge = BRIDGE.with(|bridge| bridge.try_borrow_mut().ok().and_then(|mut b| b.take()));
    // Whatever unwinds here must not reach JavaScript.
    let closed = catch_unwind(AssertUnwindSafe(|| bridge.map(Bridge::shutdown)));
    closed.map(|_| ()).map_err(|_| failed("shutdown failed"))
}

/// Runs `f` on the bridge of this thread; nothing unwinds into JavaScript.
fn guarded<R>(f: impl FnOnce(&mut Bridge) -> R) -> napi::Result<R> {
    BRIDGE.with(|bridge| {
        let mut bridge = bridge
            .try_borrow_mut()
            .map_err(|_| failed("the addon was called by itself"))?;
        let bridge = match &mut *bridge {
            Some(bridge) => bridge,
            none => none.insert(Bridge::new().map_err(|error| failed(&error.to_string()))?),
        };
        catch_unwind(AssertUnwindSafe(|| f(bridge))).map_err(|_| failed("the addon failed"))
    })
}

fn failed(text: &str) -> napi::Error {
    napi::Error::from_reason(text)
}
