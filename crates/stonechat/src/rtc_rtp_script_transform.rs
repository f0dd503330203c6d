//! `RTCRtpScriptTransform` and `RTCRtpScriptTransformer` (webrtc-encoded-transform, section 5).
//!
//! What is a worker in a browser is a task here: [`RtcTransformWorker`] is the scope in which
//! `rtctransform` fires, for whoever reads its events.

mod streams;

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stonechat_media::{FrameTicket, Pushed, TransformFrame, TransformLimits, TransformQueue};
use stonechat_peerconnection::{Call, Value};
use stonechat_rtp::Timestamp;
use tokio::sync::Notify;

pub use self::streams::{RtcEncodedFrameReadable, RtcEncodedFrameWritable};
use crate::encoded_transform::{Outbox, Owner};
use crate::error::{RtcError, RtcErrorName};
use crate::events::{EventSource, Events};
use crate::rtc_encoded_frame::RtcEncodedFrame;
use crate::shared::Shared;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// The scope that transforms are handed to: `DedicatedWorkerGlobalScope`, as far as transforms go.
///
/// Make one, give it to [`RtcRtpScriptTransform::new`], and read its events in a task of your own.
#[derive(Clone, Debug, Default)]
pub struct RtcTransformWorker {
    source: Arc<Mutex<EventSource<TransformWorkerEvent>>>,
}

/// What happens in an [`RtcTransformWorker`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TransformWorkerEvent {
    /// `rtctransform`: a transform was made for this worker.
    RtcTransform(RtcTransformEvent),
}

/// `RTCTransformEvent`.
#[derive(Clone, Debug)]
pub struct RtcTransformEvent {
    /// `transformer`.
    pub transformer: RtcRtpScriptTransformer,
}

impl RtcTransformWorker {
    /// A worker that nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `rtctransform`, from now on; the first who asks also gets those of before.
    #[must_use]
    pub fn events(&self) -> Events<TransformWorkerEvent> {
        lock(&self.source).subscribe()
    }
}

stonechat_peerconnection::w3c_enums! {
    /// `RTCRtpScriptTransformType`.
    RtcRtpScriptTransformType {
        /// The application makes and opens SFrame ciphertexts: packets carry them as they are, also
        /// where the codec's format would not.
        #[default]
        SFrame = "sframe",
    }
}

/// `WorkerAndParameters`.
#[derive(Clone, Debug)]
pub struct WorkerAndParameters {
    /// `worker`.
    pub worker: RtcTransformWorker,
    /// `type`: what becomes of the frames, if not frames of the codec.
    pub kind: Option<RtcRtpScriptTransformType>,
}

impl From<&RtcTransformWorker> for WorkerAndParameters {
    fn from(worker: &RtcTransformWorker) -> Self {
        Self {
            worker: worker.clone(),
            kind: None,
        }
    }
}

/// `RTCRtpScriptTransform`: leads the frames of one sender or receiver through a task of the
/// application. All clones are the same transform.
#[derive(Clone, Debug)]
pub struct RtcRtpScriptTransform {
    pub(crate) core: Arc<TransformerCore>,
}

impl RtcRtpScriptTransform {
    /// The constructor: fires `rtctransform` at the worker, with a transformer that has `options`.
    ///
    /// What the W3C API transfers is moved into `options`.
    #[must_use]
    pub fn new<O: Any + Send + Sync>(worker: impl Into<WorkerAndParameters>, options: O) -> Self {
        let WorkerAndParameters { worker, kind } = worker.into();
        let core = Arc::new(TransformerCore {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            kind,
            options: Arc::new(options),
            state: Mutex::new(State::default()),
            arrived: Notify::new(),
        });
        let transformer = RtcRtpScriptTransformer {
            core: Arc::clone(&core),
        };
        lock(&worker.source).fire(TransformWorkerEvent::RtcTransform(RtcTransformEvent {
            transformer,
        }));
        Self { core }
    }
}

/// `RTCRtpScriptTransformer`: the worker's side of a transform. All clones are the same.
#[derive(Clone, Debug)]
pub struct RtcRtpScriptTransformer {
    core: Arc<TransformerCore>,
}

/// What happens to an [`RtcRtpScriptTransformer`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TransformerEvent {
    /// `keyframerequest`: the peer asks for a key frame.
    KeyFrameRequest(KeyFrameRequestEvent),
}

/// `KeyFrameRequestEvent`. When its last clone is dropped the encoder is asked for a key frame,
/// unless [`prevent_default`](Self::prevent_default) was called.
#[derive(Clone, Debug)]
pub struct KeyFrameRequestEvent {
    /// `rid`: the encoding that is asked for; `None` if the request is for no certain one.
    pub rid: Option<String>,
    action: Arc<Mutex<DefaultAction>>,
}

impl KeyFrameRequestEvent {
    /// The constructor: an event without a default action.
    #[must_use]
    pub fn new(rid: Option<&str>) -> Self {
        Self {
            rid: rid.map(str::to_owned),
            action: Arc::default(),
        }
    }

    /// `preventDefault()`: the encoder is not asked for a key frame because of this event.
    pub fn prevent_default(&self) {
        lock(&self.action).0 = None;
    }

    /// `defaultPrevented`: whether the encoder will not be asked because of this event.
    #[must_use]
    pub fn default_prevented(&self) -> bool {
        lock(&self.action).0.is_none()
    }
}

/// Asks the encoder when it is dropped.
#[derive(Debug, Default)]
struct DefaultAction(Option<(Owner, Option<String>)>);

impl Drop for DefaultAction {
    fn drop(&mut self) {
        if let Some((owner, rid)) = self.0.take() {
            ask_encoder(&owner, rid);
        }
    }
}

/// The generate key frame algorithm with a promise that nobody waits for.
fn ask_encoder(owner: &Owner, rid: Option<String>) {
    if let Owner::Sender(shared, sender) = owner
        && let Some(shared) = shared.upgrade()
    {
        shared.outbox.push_call(Call::GenerateKeyFrame {
            sender: *sender,
            rid,
        });
        shared.wake();
    }
}

impl RtcRtpScriptTransformer {
    /// `readable`: the frames that come out of the encoder or the depacketizer.
    ///
    /// Whoever reads too slowly loses the oldest audio, and of video everything up to the next key
    /// frame; 128 frames wait at the most.
    #[must_use]
    pub fn readable(&self) -> RtcEncodedFrameReadable {
        RtcEncodedFrameReadable::new(&self.core)
    }

    /// `writable`: takes frames back. Frames of other transformers, frames that were made, and
    /// frames that come after a newer one are dropped without an error; there is no back-pressure.
    #[must_use]
    pub fn writable(&self) -> RtcEncodedFrameWritable {
        RtcEncodedFrameWritable::new(&self.core)
    }

    /// `options`, if they are a `T`.
    #[must_use]
    pub fn options<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.core.options).downcast().ok()
    }

    /// `generateKeyFrame()`: asks the encoder of the sender for a key frame, of the encoding `rid`
    /// or of all. Resolves before the key frame can be read, with its RTP timestamp.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if this transforms no video of a sender, `TypeError` if `rid` is no
    /// RID, `NotFoundError` if no active encoding has it.
    pub async fn generate_key_frame(&self, rid: Option<&str>) -> Result<Timestamp, RtcError> {
        let Some(Owner::Sender(shared, sender)) = self.core.owner() else {
            return Err(invalid_state("this transforms no frames of a sender"));
        };
        let shared = shared.upgrade().ok_or_else(crate::error::closed)?;
        let rid = rid.map(str::to_owned);
        match shared
            .promise(Call::GenerateKeyFrame { sender, rid })
            .await?
        {
            Value::KeyFrame { timestamp } => Ok(Timestamp(timestamp)),
            _ => Err(crate::error::closed()),
        }
    }

    /// `sendKeyFrameRequest()`: asks the peer of the receiver for a key frame.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if this transforms no video of a receiver.
    pub async fn send_key_frame_request(&self) -> Result<(), RtcError> {
        let Some(Owner::Receiver(shared, receiver, _)) = self.core.owner() else {
            return Err(invalid_state("this transforms no frames of a receiver"));
        };
        let shared = shared.upgrade().ok_or_else(crate::error::closed)?;
        let call = Call::SendKeyFrameRequest(receiver);
        shared.promise(call).await.map(|_| ())
    }

    /// `keyframerequest`, from now on. While nobody listens the encoder is asked at once.
    #[must_use]
    pub fn events(&self) -> Events<TransformerEvent> {
        let mut state = self.core.state();
        state.listened = true;
        state.events.subscribe()
    }
}

/// What a transform and its transformer share.
pub(crate) struct TransformerCore {
    pub(crate) id: u64,
    pub(crate) kind: Option<RtcRtpScriptTransformType>,
    options: Arc<dyn Any + Send + Sync>,
    state: Mutex<State>,
    pub(crate) arrived: Notify,
}

#[derive(Debug)]
struct State {
    owner: Option<Owner>,
    readable: TransformQueue<RtcEncodedFrame>,
    events: EventSource<TransformerEvent>,
    listened: bool,
    /// The last request that was told of.
    request: std::sync::Weak<Mutex<DefaultAction>>,
    ended: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            owner: None,
            readable: TransformQueue::new(TransformLimits::default()),
            events: EventSource::default(),
            listened: false,
            request: std::sync::Weak::new(),
            ended: false,
        }
    }
}

impl std::fmt::Debug for TransformerCore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transformer({})", self.id)
    }
}

impl TransformFrame for RtcEncodedFrame {
    fn is_video(&self) -> bool {
        matches!(self, Self::Video(_))
    }

    fn is_key(&self) -> bool {
        Self::is_key(self)
    }

    fn octets(&self) -> usize {
        self.data().len()
    }
}

impl TransformerCore {
    /// Belongs to `owner` from now on; `false` if it belongs to one already.
    pub(crate) fn claim(&self, owner: Owner) -> bool {
        let mut state = self.state();
        if state.owner.is_some() {
            return false;
        }
        state.owner = Some(owner);
        true
    }

    fn owner(&self) -> Option<Owner> {
        self.state().owner.clone()
    }

    /// Puts a frame into `readable`.
    pub(crate) fn enqueue(&self, ticket: FrameTicket, frame: RtcEncodedFrame) {
        let needs_key = {
            let mut state = self.state();
            if state.ended {
                return;
            }
            let pushed = state.readable.push_with(ticket, frame);
            (pushed == Pushed::NeedsKeyFrame)
                .then(|| state.owner.clone())
                .flatten()
        };
        match needs_key {
            Some(Owner::Receiver(shared, receiver, _)) => {
                if let Some(shared) = shared.upgrade() {
                    shared.outbox.push_call(Call::RequestKeyFrame(receiver));
                    shared.wake();
                }
            }
            Some(owner) => ask_encoder(&owner, None),
            None => {}
        }
        self.arrived.notify_waiters();
    }

    /// The next frame of `readable`; `Err` if none follows.
    fn take(&self) -> Result<Option<RtcEncodedFrame>, Ended> {
        let mut state = self.state();
        match state.readable.poll() {
            Some((_, frame)) => Ok(Some(frame)),
            None if state.ended => Err(Ended),
            None => Ok(None),
        }
    }

    /// Takes a frame back.
    fn give(&self, frame: RtcEncodedFrame) {
        let shared = {
            let state = self.state();
            let is_own = frame.way().is_some_and(|way| way.transformer == self.id);
            if !is_own || state.ended {
                return;
            }
            state.owner.as_ref().and_then(Owner::shared)
        };
        if let Some(shared) = shared {
            shared.outbox.push_frame(frame);
            shared.wake();
        }
    }

    /// The peer asks for a key frame.
    pub(crate) fn on_key_frame_request(&self, rid: Option<String>) {
        let mut state = self.state();
        let Some(owner) = state.owner.clone() else {
            return;
        };
        let unread = state.request.upgrade();
        if !state.listened || unread.is_some() {
            // Nobody listens, or who does has not looked at the last request.
            drop(state);
            drop(unread);
            ask_encoder(&owner, rid);
            return;
        }
        let action = Arc::new(Mutex::new(DefaultAction(Some((owner, rid.clone())))));
        state.request = Arc::downgrade(&action);
        state
            .events
            .fire(TransformerEvent::KeyFrameRequest(KeyFrameRequestEvent {
                rid,
                action,
            }));
    }

    /// Another transform took its place, or the peer connection ended.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        state.events.end();
        drop(state);
        self.arrived.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// No frame follows.
struct Ended;

impl Shared {
    /// What transforms have for the driver.
    pub(crate) const fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

fn invalid_state(text: &str) -> RtcError {
    RtcError::new(RtcErrorName::InvalidStateError, text)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
