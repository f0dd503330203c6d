//! The messages of a data channel as a stream and a sink.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_sink::Sink;
use stonechat_peerconnection::{DataChannelState, MessageKind};

use super::waiter::Waiter;
use super::{RtcDataChannel, RtcDataChannelMessage, into_parts, message};
use crate::error::{RtcError, RtcErrorName};

/// The messages of a channel: a [`Stream`] of those that come and a [`Sink`] for those that go.
///
/// It is a handle of the channel as others are: each message goes to one of them, and it keeps the
/// channel open.
///
/// As a stream it ends once the channel is closed and all messages were taken; other events on the
/// way are passed over, as by [`RtcDataChannel::recv`]. Nothing is lost if it is dropped.
///
/// As a sink it waits until the channel is open, and then until the send buffer has room. A message
/// that finds no room stays in the sink, one at the most; so flush it before it is dropped. A flush
/// is done when the send buffer has everything, closing when the peer acknowledged that too.
#[derive(Debug)]
pub struct ChannelMessages {
    channel: RtcDataChannel,
    arrival: Waiter,
    room: Waiter,
    unsent: Option<(MessageKind, Bytes)>,
}

impl RtcDataChannel {
    /// The messages as a stream and a sink.
    #[must_use]
    pub fn messages(&self) -> ChannelMessages {
        ChannelMessages {
            channel: self.clone(),
            arrival: self.core.arrival(),
            room: self.core.room(),
            unsent: None,
        }
    }

    /// Sends as soon as the channel is open and has room.
    pub(super) fn poll_send(
        &self,
        cx: &mut Context<'_>,
        room: &mut Waiter,
        kind: MessageKind,
        data: &Bytes,
    ) -> Poll<Result<(), RtcError>> {
        room.poll(cx, || self.try_send(kind, data))
    }

    /// Sends, or gives `None` if the channel is not open yet or has no room.
    fn try_send(&self, kind: MessageKind, data: &Bytes) -> Option<Result<(), RtcError>> {
        let connecting = self.ready_state() == DataChannelState::Connecting;
        match self.send_kind(kind, data.clone()) {
            Err(error) if error.name == RtcErrorName::OperationError => None,
            Err(error) if connecting && error.name == RtcErrorName::InvalidStateError => None,
            result => Some(result),
        }
    }

    /// Closes the channel and waits for the end.
    pub(super) fn poll_closed(&self, cx: &mut Context<'_>, room: &mut Waiter) -> Poll<()> {
        let open = [DataChannelState::Connecting, DataChannelState::Open];
        if open.contains(&self.ready_state()) {
            self.close();
        }
        room.poll(cx, || {
            (self.ready_state() == DataChannelState::Closed).then_some(())
        })
    }
}

impl Stream for ChannelMessages {
    type Item = RtcDataChannelMessage;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let channel = &this.channel;
        this.arrival.poll(cx, || channel.take_message())
    }
}

impl Sink<RtcDataChannelMessage> for ChannelMessages {
    type Error = RtcError;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), RtcError>> {
        self.poll_flush(cx)
    }

    fn start_send(self: Pin<&mut Self>, item: RtcDataChannelMessage) -> Result<(), RtcError> {
        let this = self.get_mut();
        if this.unsent.is_some() {
            return Err(RtcError::new(
                RtcErrorName::InvalidStateError,
                "the message before has no room yet; call poll_ready first",
            ));
        }
        let (kind, data) = into_parts(item);
        this.channel.try_send(kind, &data).unwrap_or_else(|| {
            // It goes with a later poll, which knows whom to wake when there is room.
            this.unsent = Some((kind, data));
            Ok(())
        })
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), RtcError>> {
        let this = self.get_mut();
        let Some((kind, data)) = &this.unsent else {
            return Poll::Ready(Ok(()));
        };
        let sent = ready!(this.channel.poll_send(cx, &mut this.room, *kind, data));
        this.unsent = None;
        Poll::Ready(sent)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), RtcError>> {
        ready!(self.as_mut().poll_flush(cx))?;
        let this = self.get_mut();
        this.channel.poll_closed(cx, &mut this.room).map(Ok)
    }
}

impl RtcDataChannel {
    /// The next message, `Some(None)` at the end, and `None` if one has to wait.
    fn take_message(&self) -> Option<Option<RtcDataChannelMessage>> {
        loop {
            match self.take_event()? {
                Some(super::RawChannelEvent::Message { kind, data }) => {
                    return Some(Some(message(kind, data)));
                }
                Some(_) => {}
                None => return Some(None),
            }
        }
    }
}
