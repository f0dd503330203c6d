//! What the handles of an ICE transport without a peer connection and its driver have in common.
//! Nothing holds the lock across a system call or an await.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use stonechat_peerconnection::{Event, IceTransport, SendDatagramError};
use tokio::sync::{Notify, mpsc};

use crate::error::RtcError;
use crate::events::{EventSource, Events};

/// The machine of a transport and where its events go.
pub(crate) struct Standalone {
    state: Mutex<State>,
    wake: mpsc::Sender<()>,
    /// A datagram arrived, or none can any more.
    readable: Notify,
    /// There is room for datagrams again, or never will be.
    writable: Notify,
}

/// What is behind the lock.
struct State {
    ice: IceTransport,
    events: EventSource<Event>,
}

impl Standalone {
    /// With the end that the driver listens to.
    pub(crate) fn new(ice: IceTransport) -> (Arc<Self>, mpsc::Receiver<()>) {
        let (wake, woken) = mpsc::channel(1);
        let events = EventSource::default();
        let this = Self {
            state: Mutex::new(State { ice, events }),
            wake,
            readable: Notify::new(),
            writable: Notify::new(),
        };
        (Arc::new(this), woken)
    }

    /// Reads the machine, or lets the driver work on it.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut IceTransport) -> R) -> R {
        f(&mut self.state().ice)
    }

    /// Calls a method of the transport and wakes the driver.
    pub(crate) fn call(
        &self,
        call: impl FnOnce(&mut IceTransport, Instant) -> Result<(), RtcError>,
    ) -> Result<(), RtcError> {
        let called = self.with(|ice| call(ice, Instant::now()));
        self.wake();
        called
    }

    pub(crate) fn stop(&self) {
        self.with(|ice| ice.stop(Instant::now()));
        self.wake();
    }

    pub(crate) fn subscribe(&self) -> Events<Event> {
        self.state().events.subscribe()
    }

    /// Gives what happened to the application: state first, then events.
    pub(crate) fn publish(&self, now: Instant) {
        let (is_readable, is_writable) = {
            let mut state = self.state();
            let State { ice, events } = &mut *state;
            while let Some(step) = ice.poll_step(now) {
                for event in step.fire {
                    events.fire(event);
                }
            }
            (ice.has_datagram(), ice.poll_writable())
        };
        if is_readable {
            self.readable.notify_waiters();
        }
        if is_writable {
            self.writable.notify_waiters();
        }
    }

    /// Nobody drives the transport any more: it is over, and those who wait are told.
    pub(crate) fn finish(&self) {
        let now = Instant::now();
        self.with(|ice| ice.stop(now));
        self.publish(now);
        self.state().events.end();
        self.readable.notify_waiters();
        self.writable.notify_waiters();
    }

    pub(crate) async fn send(&self, data: Bytes) -> Result<(), SendDatagramError> {
        loop {
            let room = self.writable.notified();
            let sent = self.with(|ice| ice.send_datagram(Instant::now(), data.clone()));
            if sent != Err(SendDatagramError::Blocked) {
                self.wake();
                return sent;
            }
            room.await;
        }
    }

    pub(crate) async fn recv(&self) -> Option<Bytes> {
        loop {
            let more = self.readable.notified();
            let (datagram, is_over) = self.with(|ice| {
                let is_over = ice.state() == super::RtcIceTransportState::Closed;
                (ice.recv_datagram(), is_over)
            });
            if datagram.is_some() || is_over {
                return datagram;
            }
            more.await;
        }
    }

    fn wake(&self) {
        // One that is waiting to be seen is enough.
        let _ = self.wake.try_send(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Standalone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Standalone")
    }
}

/// Stops the transport when its last handle goes.
#[derive(Debug)]
pub(super) struct Guard(pub(super) Arc<Standalone>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.stop();
    }
}
