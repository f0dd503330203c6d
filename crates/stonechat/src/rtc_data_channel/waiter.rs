//! Waiting for something that others do, by polling.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// Tries something again whenever a [`Notify`] tells all who wait.
///
/// It holds nothing that others need: one that is not polled any more does not hold them up.
#[derive(Debug)]
pub(super) struct Waiter {
    notify: Arc<Notify>,
    notified: Option<Pin<Box<OwnedNotified>>>,
}

impl Waiter {
    pub(super) fn new(notify: &Arc<Notify>) -> Self {
        Self {
            notify: Arc::clone(notify),
            notified: None,
        }
    }

    /// Ready with what `attempt` gives as soon as it gives something.
    pub(super) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut attempt: impl FnMut() -> Option<T>,
    ) -> Poll<T> {
        loop {
            if let Some(done) = attempt() {
                self.notified = None;
                return Poll::Ready(done);
            }
            let notified = self
                .notified
                .get_or_insert_with(|| Box::pin(Arc::clone(&self.notify).notified_owned()));
            // From here on nothing is missed; what happened before is seen by the attempt.
            notified.as_mut().enable();
            if let Some(done) = attempt() {
                self.notified = None;
                return Poll::Ready(done);
            }
            ready!(notified.as_mut().poll(cx));
            self.notified = None;
        }
    }
}
