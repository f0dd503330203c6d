//! What happened to a channel and was not read yet.

use std::collections::VecDeque;

use bytes::{Buf, BufMut};

use super::RawChannelEvent;
use crate::error::RtcError;

/// Events in the order in which they fired.
#[derive(Debug, Default)]
pub(super) struct EventQueue {
    events: VecDeque<RawChannelEvent>,
    ended: bool,
}

/// What [`EventQueue::read`] took.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Taken {
    /// The credit that it gives back, in octets.
    pub(super) credit: u64,
    /// Messages that were taken to their end.
    pub(super) messages: u64,
}

impl EventQueue {
    /// Queues an event; `false` if nothing may follow any more.
    pub(super) fn push(&mut self, event: RawChannelEvent) -> bool {
        if self.ended {
            return false;
        }
        self.ended = matches!(event, RawChannelEvent::Close);
        self.events.push_back(event);
        true
    }

    /// Nothing follows.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// The next event, `Some(None)` at the end, and `None` if one has to wait.
    pub(super) fn take(&mut self) -> Option<Option<RawChannelEvent>> {
        match self.events.pop_front() {
            Some(event) => Some(Some(event)),
            None => self.ended.then_some(None),
        }
    }

    /// Copies octets of messages, also of several or of a part of one, as long as there is room
    /// for them. `true` if the reader need not wait: it got octets, or this is the end.
    ///
    /// # Errors
    ///
    /// What went wrong with the channel, in its place behind the octets of before.
    pub(super) fn read(
        &mut self,
        into: &mut impl BufMut,
        taken: &mut Taken,
    ) -> Result<bool, RtcError> {
        let mut copied = false;
        while into.has_remaining_mut() {
            match self.events.front_mut() {
                Some(RawChannelEvent::Message { data, .. }) => {
                    let part = data.len().min(into.remaining_mut());
                    into.put_slice(&data[..part]);
                    taken.credit += if data.is_empty() { 1 } else { part as u64 };
                    data.advance(part);
                    copied |= part > 0;
                    if !data.is_empty() {
                        return Ok(true);
                    }
                    taken.messages += 1;
                }
                // What was read before it is told first.
                Some(RawChannelEvent::Error(_)) if copied => return Ok(true),
                Some(RawChannelEvent::Error(error)) => return Err(error.clone()),
                Some(_) => {}
                None => return Ok(copied || self.ended),
            }
            self.events.pop_front();
        }
        Ok(true)
    }

    /// Forgets everything; gives the credit of the messages that nobody reads.
    pub(super) fn clear(&mut self) -> u64 {
        self.events
            .drain(..)
            .map(|event| match event {
                RawChannelEvent::Message { data, .. } => data.len().max(1) as u64,
                _ => 0,
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use stonechat_peerconnection::MessageKind;

    use super::*;
    use crate::error::RtcErrorName;

    fn message(data: &'static [u8]) -> RawChannelEvent {
        RawChannelEvent::Message {
            kind: MessageKind::Binary,
            data: Bytes::from_static(data),
        }
    }

    /// Reads at most `room` octets.
    fn read(queue: &mut EventQueue, room: usize) -> (Result<bool, RtcError>, Vec<u8>, Taken) {
        let mut octets = vec![0; room];
        let mut rest = octets.as_mut_slice();
        let mut taken = Taken::default();
        let result = queue.read(&mut rest, &mut taken);
        let left = rest.len();
        octets.truncate(room - left);
        (result, octets, taken)
    }

    #[test]
    fn octets_are_read_across_messages_and_their_credit_is_what_they_cost() {
        let mut queue = EventQueue::default();
        for data in [&b"abc"[..], b"", b"defg"] {
            assert!(queue.push(message(data)));
        }
        let (ready, octets, taken) = read(&mut queue, 5);
        assert_eq!((ready, octets.as_slice()), (Ok(true), &b"abcde"[..]));
        assert_eq!((taken.credit, taken.messages), (3 + 1 + 2, 2));
        let (ready, octets, taken) = read(&mut queue, 5);
        assert_eq!((ready, octets.as_slice()), (Ok(true), &b"fg"[..]));
        assert_eq!((taken.credit, taken.messages), (2, 1));
        assert_eq!(read(&mut queue, 5).0, Ok(false));
        queue.end();
        assert_eq!(read(&mut queue, 5).0, Ok(true));
    }

    #[test]
    fn an_error_comes_behind_the_octets_of_before_and_stays() {
        let mut queue = EventQueue::default();
        queue.push(message(b"ab"));
        queue.push(RawChannelEvent::Error(RtcError::new(
            RtcErrorName::OperationError,
            "failed",
        )));
        queue.push(RawChannelEvent::Close);
        assert_eq!(read(&mut queue, 9).1, b"ab");
        assert!(read(&mut queue, 9).0.is_err());
        assert!(read(&mut queue, 9).0.is_err());
    }

    #[test]
    fn nothing_follows_close_and_what_is_cleared_gives_its_credit() {
        let mut queue = EventQueue::default();
        queue.push(message(b"ab"));
        queue.push(message(b""));
        queue.push(RawChannelEvent::Close);
        assert!(!queue.push(message(b"late")));
        assert_eq!(queue.clear(), 3);
        assert!(matches!(queue.take(), Some(None)));
    }
}
