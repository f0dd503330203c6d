//! Queues of events: every listener gets each event once, in order, and none is lost.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::mpsc;

/// The events of one object from the moment when they were asked for, in the order in which the
/// specification fires them.
///
/// It stands for the `on..` handlers of the W3C API. Nothing is lost as long as it is held, and
/// holding it keeps no object open. It ends when nothing more can follow.
///
/// What happened before anybody asked waits for the first who asks; of more than 1,024 such events
/// (64 for some objects, as their documentation says) the oldest go, and the log tells.
pub struct Events<E> {
    queue: Box<dyn Queue<E>>,
}

/// What gives events, possibly by making them of others.
trait Queue<E>: Send + Sync {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<E>>;
    fn try_next(&mut self) -> Option<E>;
}

impl<E> Events<E> {
    fn new(queue: impl Queue<E> + 'static) -> Self {
        Self {
            queue: Box::new(queue),
        }
    }

    /// The next event; `None` when nothing more can follow.
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub async fn next(&mut self) -> Option<E> {
        poll_fn(|cx| self.queue.poll_next(cx)).await
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<E> {
        self.queue.try_next()
    }
}

impl<R: 'static> Events<R> {
    /// The same events as something else, made when they are read.
    pub(crate) fn map<E>(
        self,
        convert: impl Fn(R) -> Option<E> + Send + Sync + 'static,
    ) -> Events<E> {
        Events::new(Mapped {
            from: self,
            convert,
        })
    }
}

impl<E> std::fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}

impl<E: Send> Queue<E> for mpsc::UnboundedReceiver<E> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<E>> {
        self.poll_recv(cx)
    }

    fn try_next(&mut self) -> Option<E> {
        self.try_recv().ok()
    }
}

struct Mapped<R, F> {
    from: Events<R>,
    convert: F,
}

impl<R, E, F: Fn(R) -> Option<E> + Send + Sync> Queue<E> for Mapped<R, F> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<E>> {
        loop {
            match self.from.queue.poll_next(cx) {
                Poll::Ready(Some(event)) => {
                    if let Some(event) = (self.convert)(event) {
                        return Poll::Ready(Some(event));
                    }
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn try_next(&mut self) -> Option<E> {
        loop {
            if let Some(event) = (self.convert)(self.from.try_next()?) {
                return Some(event);
            }
        }
    }
}

impl<E> Stream for Events<E> {
    type Item = E;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<E>> {
        self.queue.poll_next(cx)
    }
}

/// Events that wait for the first who asks for them; then the oldest goes.
const WAITING: usize = 1024;

/// Gives events to everybody who asked for them. What happens before the first one asked waits
/// for that one, the last 1,024 events at the most.
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
            most_waiting: WAITING,
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

impl<E: Clone + Send + 'static> EventSource<E> {
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
        Events::new(queue)
    }

    pub(crate) fn fire(&mut self, event: E) {
        if self.asked {
            self.listeners
                .retain(|listener| listener.send(event.clone()).is_ok());
        } else if !self.ended {
            if self.waiting.len() == self.most_waiting {
                tracing::warn!("nobody asked for the events of an object: the oldest is dropped");
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

    #[test]
    fn events_can_be_read_as_others_and_some_left_out() {
        let mut source = EventSource::default();
        let mut even = source
            .subscribe()
            .map(|n: i32| (n % 2 == 0).then_some(n * 10));
        for n in 1..=4 {
            source.fire(n);
        }
        source.end();
        assert_eq!(even.try_next(), Some(20));
        assert_eq!(even.try_next(), Some(40));
        assert_eq!(even.try_next(), None);
    }

    #[test]
    fn what_nobody_asked_for_is_bounded() {
        let mut source = EventSource::default();
        for n in 0..WAITING + 5 {
            source.fire(n);
        }
        assert_eq!(source.subscribe().try_next(), Some(5));
    }
}
