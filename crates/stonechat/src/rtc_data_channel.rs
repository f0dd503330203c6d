//! `RTCDataChannel` (webrtc-pc, section 6.2).

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{BufMut, Bytes};
use stonechat_peerconnection::session::ChannelView;
use stonechat_peerconnection::{
    Call, ChannelId, ChannelInit, DataChannelState, MessageKind, Priority, Session,
};
use tokio::sync::{Notify, watch};

use crate::error::{RtcError, RtcErrorName};
use crate::message_event::MessageEvent;
use crate::rtc_error_event::{RtcErrorEvent, RtcErrorEventInit};
use crate::shared::Shared;

mod event_queue;
mod messages;
mod octets;
mod waiter;

use event_queue::{EventQueue, Taken};
use waiter::Waiter;

pub use messages::ChannelMessages;
pub use octets::ChannelOctets;

pub use stonechat_peerconnection::BinaryType;

/// Octets of messages after which the credit for more is returned, so that not each message
/// costs a lock.
const CREDIT_STEP: u64 = 64 << 10;

/// A data channel.
///
/// Cheap to clone; all clones are the same channel, and each message and event goes to one of
/// them. When the last clone is dropped the channel closes.
#[derive(Clone, Debug)]
pub struct RtcDataChannel {
    core: Arc<ChannelCore>,
    guard: Arc<Guard>,
}

/// One event of a data channel.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChannelEvent {
    /// `open`: messages can be sent.
    Open,
    /// `message`.
    Message(MessageEvent),
    /// `bufferedamountlow`.
    BufferedAmountLow,
    /// `closing`: the other side closes.
    Closing,
    /// `error`: what went wrong before the end, `sctp-failure` or `data-channel-failure`.
    Error(RtcErrorEvent),
    /// `close`: the last event.
    Close,
}

/// A message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RtcDataChannelMessage {
    /// Text; valid UTF-8.
    Text(String),
    /// Octets.
    Binary(Bytes),
}

impl RtcDataChannelMessage {
    /// Its octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(data) => data,
        }
    }
}

impl RtcDataChannel {
    pub(crate) fn new(shared: &Arc<Shared>, core: Arc<ChannelCore>) -> Self {
        let guard = core.guard(shared);
        Self { core, guard }
    }

    /// `label`.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.core.label
    }

    /// `protocol`.
    #[must_use]
    pub fn protocol(&self) -> &str {
        &self.core.init.protocol
    }

    /// `ordered`.
    #[must_use]
    pub fn ordered(&self) -> bool {
        self.core.init.ordered
    }

    /// `maxPacketLifeTime`, in milliseconds.
    #[must_use]
    pub fn max_packet_life_time(&self) -> Option<u16> {
        self.core.init.max_packet_life_time
    }

    /// `maxRetransmits`.
    #[must_use]
    pub fn max_retransmits(&self) -> Option<u16> {
        self.core.init.max_retransmits
    }

    /// `negotiated`.
    #[must_use]
    pub fn negotiated(&self) -> bool {
        self.core.init.negotiated
    }

    /// `id`: the SCTP stream, once it is known.
    #[must_use]
    pub fn id(&self) -> Option<u16> {
        let view = self.guard.shared.session().channel(self.core.id);
        view.map_or(self.core.init.id, |view| view.init.id)
    }

    /// `readyState`.
    #[must_use]
    pub fn ready_state(&self) -> DataChannelState {
        *self.core.state.borrow()
    }

    /// `bufferedAmount`: octets of messages that were sent and did not leave yet.
    #[must_use]
    pub fn buffered_amount(&self) -> u64 {
        self.guard.shared.session().channel_state(self.core.id).1
    }

    /// `priority`.
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.core.init.priority
    }

    /// `binaryType`: as what binary messages are to be shown. They are octets here either way; it
    /// is kept for language bindings.
    #[must_use]
    pub fn binary_type(&self) -> BinaryType {
        let view = self.guard.shared.session().channel(self.core.id);
        view.map(|view| view.binary_type).unwrap_or_default()
    }

    /// Sets `binaryType`.
    pub fn set_binary_type(&self, binary_type: BinaryType) {
        // A channel that is forgotten has no use for it.
        let call = Call::SetBinaryType(self.core.id, binary_type);
        let _ = self.guard.shared.call(call);
    }

    /// `bufferedAmountLowThreshold`, in octets.
    #[must_use]
    pub fn buffered_amount_low_threshold(&self) -> u64 {
        let view = self.guard.shared.session().channel(self.core.id);
        view.map_or(0, |view| view.buffered_amount_low_threshold)
    }

    /// Sets `bufferedAmountLowThreshold`, in octets.
    pub fn set_buffered_amount_low_threshold(&self, octets: u64) {
        // A channel that is closed has no use for it.
        let call = Call::SetBufferedAmountLowThreshold(self.core.id, octets);
        let _ = self.guard.shared.call(call);
    }

    /// Waits until the channel is open.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if it closes first.
    pub async fn opened(&self) -> Result<(), RtcError> {
        let mut state = self.core.state.subscribe();
        let reached = state
            .wait_for(|state| !matches!(state, DataChannelState::Connecting))
            .await
            .is_ok_and(|state| *state == DataChannelState::Open);
        if reached { Ok(()) } else { Err(not_open()) }
    }

    /// `send()` of text.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` unless the channel is open, `TypeError` if the message is larger than
    /// the peer takes, `OperationError` if the send buffer is full: then wait for
    /// [`ChannelEvent::BufferedAmountLow`], or use [`send_when_ready`](Self::send_when_ready).
    pub fn send_text(&self, text: impl Into<String>) -> Result<(), RtcError> {
        self.send_kind(MessageKind::Text, Bytes::from(text.into().into_bytes()))
    }

    /// `send()` of octets.
    ///
    /// # Errors
    ///
    /// As [`send_text`](Self::send_text).
    pub fn send(&self, data: impl Into<Bytes>) -> Result<(), RtcError> {
        self.send_kind(MessageKind::Binary, data.into())
    }

    /// Sends a message as soon as the send buffer has room for it.
    ///
    /// Nothing is sent if the future is dropped before it is ready.
    ///
    /// # Errors
    ///
    /// As [`send_text`](Self::send_text), but never for a full buffer.
    pub async fn send_when_ready(&self, message: RtcDataChannelMessage) -> Result<(), RtcError> {
        let (kind, data) = into_parts(message);
        let mut room = self.core.room();
        let attempt = || match self.send_kind(kind, data.clone()) {
            Err(error) if error.name == RtcErrorName::OperationError => None,
            result => Some(result),
        };
        poll_fn(|cx| room.poll(cx, attempt)).await
    }

    /// The next event, also messages; `None` after [`ChannelEvent::Close`].
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub async fn next_event(&self) -> Option<ChannelEvent> {
        let mut arrival = self.core.arrival();
        let event = poll_fn(|cx| arrival.poll(cx, || self.take_event())).await?;
        Some(match event {
            RawChannelEvent::Open => ChannelEvent::Open,
            RawChannelEvent::Message { kind, data } => ChannelEvent::Message(MessageEvent {
                data: message(kind, data),
            }),
            RawChannelEvent::BufferedAmountLow => ChannelEvent::BufferedAmountLow,
            RawChannelEvent::Closing => ChannelEvent::Closing,
            RawChannelEvent::Error(error) => {
                ChannelEvent::Error(RtcErrorEvent::new(RtcErrorEventInit { error }))
            }
            RawChannelEvent::Close => ChannelEvent::Close,
        })
    }

    /// The next message; other events on the way are passed over. `None` once the channel is
    /// closed and all messages were taken.
    ///
    /// Until messages are taken the peer can only send about 1 MiB more.
    pub async fn recv(&self) -> Option<RtcDataChannelMessage> {
        loop {
            if let ChannelEvent::Message(event) = self.next_event().await? {
                return Some(event.data);
            }
        }
    }

    /// `close()`: what was sent is delivered first.
    pub fn close(&self) {
        let _ = self.guard.shared.call(Call::CloseChannel(self.core.id));
        self.core.note_closing();
    }

    /// Waits until the channel is closed.
    pub async fn closed(&self) {
        let mut state = self.core.state.subscribe();
        let _ = state
            .wait_for(|state| *state == DataChannelState::Closed)
            .await;
    }

    fn send_kind(&self, kind: MessageKind, data: Bytes) -> Result<(), RtcError> {
        let call = Call::Send {
            channel: self.core.id,
            kind,
            data,
        };
        self.guard.shared.call(call).map(|_| ())
    }

    /// The next event, `Some(None)` at the end, and `None` if one has to wait.
    fn take_event(&self) -> Option<Option<RawChannelEvent>> {
        let event = self.core.events().take();
        if let Some(Some(RawChannelEvent::Message { data, .. })) = &event {
            self.return_credit(&Taken {
                credit: data.len().max(1) as u64,
                messages: 1,
            });
        }
        event
    }

    /// Copies octets of messages; `false` if one has to wait.
    fn read(&self, into: &mut impl BufMut) -> Result<bool, RtcError> {
        let mut taken = Taken::default();
        let result = self.core.events().read(into, &mut taken);
        if taken != Taken::default() {
            self.return_credit(&taken);
        }
        result
    }

    fn return_credit(&self, taken: &Taken) {
        let owed = self.core.owed.fetch_add(taken.credit, Ordering::Relaxed) + taken.credit;
        let waiting = self
            .core
            .waiting
            .fetch_sub(taken.messages, Ordering::Relaxed);
        if owed >= CREDIT_STEP || waiting == taken.messages {
            let owed = self.core.owed.swap(0, Ordering::Relaxed);
            self.guard.shared.return_credit(self.core.id, owed);
        }
    }
}

/// Closes the channel when its last handle goes.
#[derive(Debug)]
struct Guard {
    shared: Arc<Shared>,
    core: Arc<ChannelCore>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.core.abandoned.store(true, Ordering::Relaxed);
        let _ = self.shared.call(Call::CloseChannel(self.core.id));
        // What waits unread does not hold up the other channels.
        let owed = self.core.owed.swap(0, Ordering::Relaxed);
        let unread = self.core.events().clear();
        if owed + unread > 0 {
            self.shared.return_credit(self.core.id, owed + unread);
        }
    }
}

/// An event as the session gives it.
#[derive(Debug)]
pub(crate) enum RawChannelEvent {
    Open,
    Message { kind: MessageKind, data: Bytes },
    BufferedAmountLow,
    Closing,
    Error(RtcError),
    Close,
}

/// What all handles of a channel share; it keeps nothing alive.
#[derive(Debug)]
pub(crate) struct ChannelCore {
    id: ChannelId,
    label: String,
    init: ChannelInit,
    state: watch::Sender<DataChannelState>,
    events: Mutex<EventQueue>,
    /// Told when something is in the queue or nothing follows.
    arrival: Arc<Notify>,
    /// Told when the send buffer may have room and when the state is another.
    room: Arc<Notify>,
    /// Messages in the queue.
    waiting: AtomicU64,
    /// Octets that were taken and for which no credit was returned yet.
    owed: AtomicU64,
    /// Whether the last handle was dropped.
    abandoned: AtomicBool,
    handles: Mutex<std::sync::Weak<Guard>>,
}

impl ChannelCore {
    pub(crate) fn new(id: ChannelId, view: Option<ChannelView>) -> Self {
        let (label, init, state) = match view {
            Some(view) => (view.label, view.init, view.state),
            None => (
                String::new(),
                ChannelInit::default(),
                DataChannelState::Closed,
            ),
        };
        Self {
            id,
            label,
            init,
            state: watch::Sender::new(state),
            events: Mutex::default(),
            arrival: Arc::default(),
            room: Arc::default(),
            waiting: AtomicU64::new(0),
            owed: AtomicU64::new(0),
            abandoned: AtomicBool::new(false),
            handles: Mutex::new(std::sync::Weak::new()),
        }
    }

    /// Queues an event; `true` if it is a message that somebody will take.
    pub(crate) fn push(&self, session: &Session, event: RawChannelEvent) -> bool {
        let state = match &event {
            RawChannelEvent::Close => DataChannelState::Closed,
            _ => session.channel_state(self.id).0,
        };
        self.state
            .send_if_modified(|now| std::mem::replace(now, state) != state);
        if matches!(
            event,
            RawChannelEvent::Open | RawChannelEvent::BufferedAmountLow | RawChannelEvent::Close
        ) {
            self.room.notify_waiters();
        }
        if self.abandoned.load(Ordering::Relaxed) {
            return false;
        }
        let message = matches!(event, RawChannelEvent::Message { .. });
        let queued = {
            let mut events = self.events();
            self.waiting
                .fetch_add(u64::from(message), Ordering::Relaxed);
            events.push(event)
        };
        self.arrival.notify_waiters();
        message && queued
    }

    fn events(&self) -> MutexGuard<'_, EventQueue> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for events.
    fn arrival(&self) -> Waiter {
        Waiter::new(&self.arrival)
    }

    /// Waits for room in the send buffer, or for another state.
    fn room(&self) -> Waiter {
        Waiter::new(&self.room)
    }

    /// Octets left the send buffer: those who wait for room try again.
    pub(crate) fn has_room(&self) {
        self.room.notify_waiters();
    }

    /// The end of the peer connection: no event, but nothing follows either.
    pub(crate) fn close(&self) {
        self.state.send_replace(DataChannelState::Closed);
        self.events().end();
        self.arrival.notify_waiters();
        self.room.notify_waiters();
    }

    fn note_closing(&self) {
        self.state.send_if_modified(|state| {
            let open = matches!(state, DataChannelState::Open | DataChannelState::Connecting);
            if open {
                *state = DataChannelState::Closing;
            }
            open
        });
    }

    fn guard(self: &Arc<Self>, shared: &Arc<Shared>) -> Arc<Guard> {
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guard) = handles.upgrade() {
            return guard;
        }
        let guard = Arc::new(Guard {
            shared: Arc::clone(shared),
            core: Arc::clone(self),
        });
        *handles = Arc::downgrade(&guard);
        guard
    }
}

fn into_parts(message: RtcDataChannelMessage) -> (MessageKind, Bytes) {
    match message {
        RtcDataChannelMessage::Text(text) => (MessageKind::Text, Bytes::from(text.into_bytes())),
        RtcDataChannelMessage::Binary(data) => (MessageKind::Binary, data),
    }
}

fn message(kind: MessageKind, data: Bytes) -> RtcDataChannelMessage {
    match kind {
        MessageKind::Text => {
            // The data channel layer lets only UTF-8 through as text.
            RtcDataChannelMessage::Text(String::from_utf8_lossy(&data).into_owned())
        }
        MessageKind::Binary => RtcDataChannelMessage::Binary(data),
    }
}

fn not_open() -> RtcError {
    RtcError::new(
        RtcErrorName::InvalidStateError,
        "the channel was closed before it was open",
    )
}

impl PartialEq for RtcDataChannel {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.core, &other.core)
    }
}

impl Eq for RtcDataChannel {}
