//! Queues of events: every listener gets each event once, in order, and none is lost.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

/// The events of one object from the moment when they were asked for, in the order in which the
/// specification fires them.
///
/// It stands for the `on..` handlers of the W3C API. Nothing is lost as long as it is held, and
/// holding it keeps nothing else alive. It ends when nothing more can follow.
#[derive(Debug)]
pub struct Events<E> {
    queue: mpsc::UnboundedReceiver<E>,
}

impl<E> Events<E> {
    /// The next event; `None` when nothing more can follow.
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub async fn next(&mut self) -> Option<E> {
        self.queue.recv().await
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<E> {
        self.queue.try_recv().ok()
    }
}

impl<E> Stream for Events<E> {
    type Item = E;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<E>> {
        self.queue.poll_recv(cx)
    }
}

/// Gives events to everybody who asked for them. What happens before the first one asked waits
/// for that one.
#[derive(Debug)]
pub(crate) struct EventSource<E> {
    waiting: VecDeque<E>,
    listeners: Vec<mpsc::UnboundedSender<E>>,
    /// The most that waits for the first listener; then the oldest goes.
    most_waiting: usize,
    asked: bool,
    ended: bool,
}

impl<E> Default for EventSource<E> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            listeners: Vec::new(),
            most_waiting: usize::MAX,
            asked: false,
            ended: false,
        }
    }
}

impl<E> EventSource<E> {
    /// Keeps only the last `most` events for the first listener: for objects that a peer can make
    /// fire without end and that nobody has to listen to.
    pub(crate) fn keeping(most: usize) -> Self {
        Self {
            most_waiting: most,
            ..Self::default()
        }
    }
}

impl<E: Clone> EventSource<E> {
    /// All events from now on; the first who asks also gets those of before.
    pub(crate) fn subscribe(&mut self) -> Events<E> {
        let (sender, queue) = mpsc::unbounded_channel();
        self.asked = true;
        for event in self.waiting.drain(..) {
            let _ = sender.send(event);
        }
        if !self.ended {
            self.listeners.push(sender);
        }
        Events { queue }
    }

    pub(crate) fn fire(&mut self, event: E) {
        if self.asked {
            self.listeners
                .retain(|listener| listener.send(event.clone()).is_ok());
        } else if !self.ended {
            if self.waiting.len() == self.most_waiting {
                self.waiting.pop_front();
            }
            self.waiting.push_back(event);
        }
    }

    /// Nothing follows: every queue ends.
    pub(crate) fn end(&mut self) {
        self.ended = true;
        self.listeners.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_listener_gets_what_was_before_and_each_gets_what_follows() {
        let mut source = EventSource::default();
        source.fire(1);
        let mut first = source.subscribe();
        let mut second = source.subscribe();
        source.fire(2);
        source.end();
        source.fire(3);
        let rest =
            |events: &mut Events<i32>| std::iter::from_fn(|| events.try_next()).collect::<Vec<_>>();
        assert_eq!(rest(&mut first), [1, 2]);
        assert_eq!(rest(&mut second), [2]);
    }
}
