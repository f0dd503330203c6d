use std::time::Duration;

/// How an association behaves and what bounds its memory.
///
/// The defaults are those of WebRTC over DTLS. Values out of range are moved to the nearest one
/// that works when the association is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Our SCTP port. Default: 5000. RFC 8841, section 5.
    pub local_port: u16,
    /// The peer's SCTP port. Default: 5000.
    pub remote_port: u16,
    /// The largest packet, in octets, by which DATA chunks are cut: no chunk is larger than fits
    /// into a packet of this size, whatever the frame would hold, so that a retransmission fits
    /// every route. At least 68. Default: 1,191.
    pub base: usize,
    /// Streams that we want to send on. Default: 65,535 (RFC 8831, section 6.2).
    pub outbound_streams: u16,
    /// Streams that the peer may send on. Default: 65,535.
    pub inbound_streams: u16,
    /// Octets that may wait here to be read or completed, each chunk counted with 64 octets on
    /// top. At least 4,096. An eighth more is taken only to close gaps. Default: 1 MiB.
    pub receive_window: u32,
    /// Octets that may be pinned by slices of received packets before payload is copied to its
    /// exact size instead. Default: 2 MiB.
    pub pin_limit: usize,
    /// Octets that a received packet is taken to pin at least. To be set where packets are slices
    /// of larger receive buffers. Default: 0, which trusts the packet's own capacity.
    pub assumed_allocation: usize,
    /// Octets that may wait to be sent or acknowledged, each message counted with 64 octets on
    /// top. A single message up to `max_message_size` is always taken. Default: 2,000,000.
    pub send_buffer: usize,
    /// The largest message to send or to receive, in octets. A larger one that comes in is
    /// dropped with [`Event::MessageTooLarge`](crate::Event::MessageTooLarge). To receive a
    /// message the window must hold it with its overhead. Default: 256 KiB.
    pub max_message_size: usize,
    /// Retransmission timeout before the first measurement. Default: 500 ms; RFC 9260 says 1 s,
    /// browsers use 500 ms.
    pub rto_initial: Duration,
    /// The smallest retransmission timeout. Default: 400 ms, as in browsers; RFC 9260 recommends
    /// 1 s. Do not go below the peer's delay of acknowledgements, usually 200 ms.
    pub rto_min: Duration,
    /// The largest retransmission timeout. Default: 60 s.
    pub rto_max: Duration,
    /// How long an acknowledgement may wait for a second packet. At most 500 ms. Default: 200 ms.
    pub sack_delay: Duration,
    /// Idle time between heartbeats; `None` sends none. Default: 30 s.
    pub heartbeat_interval: Option<Duration>,
    /// Retransmissions in a row after which the peer counts as gone. Default: 10.
    pub max_retransmissions: u16,
    /// Tries of INIT and of COOKIE ECHO after the first. Default: 8.
    pub max_init_retransmissions: u16,
    /// How long a state cookie is good. Default: 60 s.
    pub cookie_lifetime: Duration,
    /// How long a peer may keep its window at zero while we have data. `None`: for ever.
    /// Default: 30 minutes.
    pub zero_window_limit: Option<Duration>,
    /// The first congestion window, in packets. Default: 10 (RFC 6928), as in browsers; RFC 9260
    /// says about 4.
    pub initial_window: u16,
    /// Packets that may leave at once without acknowledgements to clock them (RFC 9260, section
    /// 6.1, rule D). On top of it, acknowledged octets allow twice their number. Default: 4.
    pub max_burst: u16,
    /// Whether packets without a checksum are accepted and, if the peer accepts them, sent
    /// (RFC 9653). Only for use over DTLS. Default: off.
    pub zero_checksum: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            local_port: 5000,
            remote_port: 5000,
            base: 1191,
            outbound_streams: u16::MAX,
            inbound_streams: u16::MAX,
            receive_window: 1 << 20,
            pin_limit: 2 << 20,
            assumed_allocation: 0,
            send_buffer: 2_000_000,
            max_message_size: 256 << 10,
            rto_initial: Duration::from_millis(500),
            rto_min: Duration::from_millis(400),
            rto_max: Duration::from_secs(60),
            sack_delay: Duration::from_millis(200),
            heartbeat_interval: Some(Duration::from_secs(30)),
            max_retransmissions: 10,
            max_init_retransmissions: 8,
            cookie_lifetime: Duration::from_secs(60),
            zero_window_limit: Some(Duration::from_secs(30 * 60)),
            initial_window: 10,
            max_burst: 4,
            zero_checksum: false,
        }
    }
}

impl Config {
    /// Moves every value into its range.
    pub(crate) fn validated(mut self) -> Self {
        self.base = self.base.clamp(68, 65_535);
        self.outbound_streams = self.outbound_streams.max(1);
        self.inbound_streams = self.inbound_streams.max(1);
        self.receive_window = self.receive_window.clamp(4096, 1 << 30);
        self.max_message_size = self.max_message_size.max(1);
        self.rto_min = self.rto_min.max(Duration::from_millis(1));
        self.rto_max = self.rto_max.max(self.rto_min);
        self.rto_initial = self.rto_initial.clamp(self.rto_min, self.rto_max);
        self.sack_delay = self.sack_delay.min(Duration::from_millis(500));
        self.initial_window = self.initial_window.max(1);
        self.max_burst = self.max_burst.max(1);
        self
    }

    /// The largest DATA chunk with its header, a multiple of four.
    pub(crate) fn max_chunk(&self) -> usize {
        self.base.saturating_sub(crate::packet::HEADER_LEN) & !3
    }
}
