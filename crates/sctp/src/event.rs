use bytes::Bytes;

use crate::StreamId;

/// What happened. Small facts; payload is pulled by [`recv`](crate::Association::recv).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The association is established.
    Connected,
    /// The peer lost its state and set the association up anew (RFC 9260, section 5.2.4, action
    /// A). Everything that was under way or unread is gone; streams begin at zero.
    Restarted,
    /// A stream has something to read. Given once until it is taken, however much arrives.
    Readable(StreamId),
    /// A send that was [`Blocked`](crate::SendError::Blocked) can be tried again.
    Writable(StreamId),
    /// A message larger than the configuration allows was dropped.
    MessageTooLarge(StreamId),
    /// The peer reset this stream (RFC 6525): nothing more comes before it is used anew. What
    /// came before can still be read.
    IncomingReset(StreamId),
    /// Everything that came before an incoming reset was read.
    Drained(StreamId),
    /// The reset that we asked for is done; the stream can be used anew.
    OutgoingResetDone(StreamId),
    /// The peer denied the reset that we asked for.
    OutgoingResetDenied(StreamId),
    /// The association has ended; nothing works any more.
    Closed(CloseReason),
}

/// Why an association ended.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CloseReason {
    /// Shutdown by either side: everything was delivered (RFC 9260, section 9.2).
    Shutdown,
    /// [`abort`](crate::Association::abort) was called.
    Aborted,
    /// The peer aborted, with the first error cause, if any, and the reason it gave.
    AbortedByPeer {
        /// The code of the first error cause (RFC 9260, section 3.3.10).
        cause: Option<u16>,
        /// What the cause carried, at most 256 octets.
        reason: Bytes,
    },
    /// The peer did not answer INIT or COOKIE ECHO.
    ConnectTimeout,
    /// The peer does not answer any more.
    TooManyRetransmissions,
    /// The peer kept its window at zero for too long.
    ZeroWindow,
    /// The peer broke the protocol, and was told so.
    ProtocolViolation(Violation),
}

/// What the peer did to be aborted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Violation {
    /// A DATA chunk without payload (RFC 9260, section 6.2).
    NoUserData,
    /// INIT ACK without a state cookie (RFC 9260, section 3.3.3).
    MissingCookie,
    /// INIT ACK with a parameter out of range.
    InvalidInitAck,
    /// It filled the receive window with messages that it never ends.
    OutOfResource,
    /// I-DATA without negotiation (RFC 8260, section 2.1).
    UnnegotiatedChunk,
}
