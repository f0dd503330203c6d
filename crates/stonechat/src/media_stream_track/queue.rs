//! Media that nobody took yet: bounded, the oldest goes, and is counted.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A queue of frames of one form.
#[derive(Debug)]
pub(super) struct MediaQueue<T> {
    most: usize,
    state: Mutex<State<T>>,
    arrived: Notify,
}

#[derive(Debug)]
struct State<T> {
    media: VecDeque<T>,
    dropped: u64,
    ended: bool,
}

impl<T> MediaQueue<T> {
    /// Holds this many at the most.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            state: Mutex::new(State {
                media: VecDeque::new(),
                dropped: 0,
                ended: false,
            }),
            arrived: Notify::new(),
        }
    }

    pub(super) fn push(&self, media: T) {
        {
            let mut state = self.lock();
            if state.ended {
                return;
            }
            if state.media.len() == self.most {
                state.media.pop_front();
                state.dropped += 1;
            }
            state.media.push_back(media);
        }
        self.arrived.notify_waiters();
    }

    /// Nothing follows.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.arrived.notify_waiters();
    }

    /// Nobody wants what is still there.
    pub(super) fn clear(&self) {
        self.lock().media.clear();
    }

    pub(super) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// The oldest; `None` once nothing follows. Nothing is lost if the future is dropped.
    pub(super) async fn recv(&self) -> Option<T> {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            {
                let mut state = self.lock();
                if let Some(media) = state.media.pop_front() {
                    return Some(media);
                }
                if state.ended {
                    return None;
                }
            }
            arrived.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
