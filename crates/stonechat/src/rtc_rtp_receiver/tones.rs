//! Telephone events that a receiver hears: beyond the W3C API, which only sends them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use stonechat_media::telephone_event::ReceivedTone;
use tokio::sync::Notify;

use super::RtcRtpReceiver;

/// Tones that wait to be taken; then the oldest goes.
const WAITING: usize = 64;

/// The tones of a receiver that nobody took yet.
#[derive(Debug, Default)]
pub(crate) struct Tones {
    queue: Mutex<(VecDeque<ReceivedTone>, bool)>,
    arrived: Notify,
}

impl Tones {
    pub(crate) fn push(&self, tone: ReceivedTone) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.0.len() >= WAITING {
            queue.0.pop_front();
        }
        queue.0.push_back(tone);
        drop(queue);
        self.arrived.notify_waiters();
    }

    pub(crate) fn end(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.arrived.notify_waiters();
    }

    async fn next(&self) -> Option<ReceivedTone> {
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            {
                let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(tone) = queue.0.pop_front() {
                    return Some(tone);
                }
                if queue.1 {
                    return None;
                }
            }
            arrived.await;
        }
    }
}

impl RtcRtpReceiver {
    /// The next tone that the peer sent by an `RTCDTMFSender`, with its key and how long it lasted;
    /// each is told once, when it ended. `None` after the end of the peer connection.
    ///
    /// This goes beyond the W3C API. The last 64 tones wait for whoever asks. Nothing is lost if
    /// the future is dropped before it is ready.
    pub async fn recv_tone(&self) -> Option<ReceivedTone> {
        let tones = self.shared.session().hub.heard(self.id);
        tones.next().await
    }
}
