use crate::{ChannelStats, CloseReason, Parameters};

/// Where a channel stands, in the W3C's words.
///
/// ```text
/// Connecting --ACK--> Open --close, reset--> Closing --both sides reset--> Closed
///      \___________________close, refused______^
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Waits for the association or for the peer's ACK.
    Connecting,
    /// Carries messages.
    Open,
    /// Is being closed.
    Closing,
    /// Is closed.
    Closed,
}

/// A DCEP message that is to be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Control {
    Open,
    Ack,
}

#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) parameters: Parameters,
    pub(crate) stream: Option<u16>,
    pub(crate) state: State,
    /// To be sent before anything else.
    pub(crate) control: Option<Control>,
    /// The peer is known to have the channel; before, everything is sent in order.
    pub(crate) confirmed: bool,
    /// Why it is being closed.
    pub(crate) reason: Option<CloseReason>,
    /// Our side is reset.
    pub(crate) out_done: bool,
    /// The peer's side is reset, and everything before it was read.
    pub(crate) in_done: bool,
    /// A reset of our side was asked for.
    pub(crate) out_asked: bool,
    pub(crate) low_threshold: u64,
    /// The buffered amount is above the threshold.
    pub(crate) above: bool,
    /// Events of this channel that are queued.
    pub(crate) readable_queued: bool,
    pub(crate) low_queued: bool,
    pub(crate) stats: ChannelStats,
}

impl Channel {
    pub(crate) fn new(parameters: Parameters, stream: Option<u16>) -> Self {
        Self {
            parameters,
            stream,
            state: State::Connecting,
            control: None,
            confirmed: false,
            reason: None,
            out_done: false,
            in_done: false,
            out_asked: false,
            low_threshold: 0,
            above: false,
            readable_queued: false,
            low_queued: false,
            stats: ChannelStats::default(),
        }
    }
}
