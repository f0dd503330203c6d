//! A data channel as a pipe of octets.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use stonechat_peerconnection::MessageKind;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::RtcDataChannel;
use super::waiter::Waiter;
use crate::error::{RtcError, RtcErrorName};

/// The most octets in one message that is written, which all implementations take (RFC 8831,
/// section 6.6).
const LARGEST_WRITE: usize = 16 << 10;

/// A channel as [`AsyncRead`] and [`AsyncWrite`]: octets without the borders of messages.
///
/// It is a handle of the channel as others are, and it keeps the channel open.
///
/// Reading takes the octets of all messages, also of text. What was not read stays in the channel
/// for whoever reads next, also the rest of a message. The end is the end of the channel; if that
/// failed, its error comes behind what arrived. Until octets are read the peer can only send about
/// 1 MiB more.
///
/// Writing waits until the channel is open and until the send buffer has room, then sends one
/// binary message of at most 16 KiB; what `write` took is sent, even if this is dropped then.
/// There is nothing to flush. `shutdown` closes the channel in both directions, because channels
/// have no half that could be closed alone, and is done when the peer has everything.
#[derive(Debug)]
pub struct ChannelOctets {
    channel: RtcDataChannel,
    arrival: Waiter,
    room: Waiter,
}

impl RtcDataChannel {
    /// The channel as a pipe of octets, to be read and written as a socket of TCP.
    ///
    /// # Errors
    ///
    /// `NotSupportedError` if the channel is not ordered and reliable: its messages may overtake
    /// each other or be lost, and nobody could tell.
    pub fn octets(&self) -> Result<ChannelOctets, RtcError> {
        let reliable = self.max_retransmits().is_none() && self.max_packet_life_time().is_none();
        if !(reliable && self.ordered()) {
            return Err(RtcError::new(
                RtcErrorName::NotSupportedError,
                "octets need a channel that is ordered and reliable; use messages instead",
            ));
        }
        Ok(ChannelOctets {
            channel: self.clone(),
            arrival: self.core.arrival(),
            room: self.core.room(),
        })
    }

    /// The most octets that one write sends.
    fn largest_write(&self) -> usize {
        let sctp = self.guard.shared.session().sctp();
        let max = sctp.map_or(u64::MAX, |sctp| sctp.max_message_size);
        usize::try_from(max).map_or(LARGEST_WRITE, |max| max.clamp(1, LARGEST_WRITE))
    }
}

impl AsyncRead for ChannelOctets {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let channel = &this.channel;
        this.arrival
            .poll(cx, || match channel.read(buf) {
                Ok(done) => done.then_some(Ok(())),
                Err(error) => Some(Err(error)),
            })
            .map_err(into_io)
    }
}

impl AsyncWrite for ChannelOctets {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let octets = buf.len().min(this.channel.largest_write());
        if octets == 0 {
            return Poll::Ready(Ok(0));
        }
        let data = Bytes::copy_from_slice(&buf[..octets]);
        let kind = MessageKind::Binary;
        let sent = ready!(this.channel.poll_send(cx, &mut this.room, kind, &data));
        Poll::Ready(sent.map(|()| octets).map_err(into_io))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.channel.poll_closed(cx, &mut this.room).map(Ok)
    }
}

fn into_io(error: RtcError) -> io::Error {
    let kind = match error.name {
        RtcErrorName::InvalidStateError => io::ErrorKind::BrokenPipe,
        RtcErrorName::TypeError => io::ErrorKind::InvalidInput,
        _ => io::ErrorKind::ConnectionAborted,
    };
    io::Error::new(kind, error)
}
