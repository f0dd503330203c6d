use std::time::Duration;

/// How a transport's streams behave, and what bounds their memory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Config {
    /// The canonical name that all streams of this end share (RFC 3550, section 6.5.1), 1 to 255
    /// octets; random if empty (RFC 7022).
    pub cname: String,
    /// Octets of the largest RTP packet, header and extensions included, before protection. Every
    /// frame given to `poll_rtp` should have that much room. 1,120 leaves room in 1,200 for SRTP
    /// and any relay.
    pub max_packet_len: usize,
    /// Whether RTCP of reduced size was negotiated (RFC 5506).
    pub reduced_size: bool,
    /// Mean time between regular reports, before randomisation (RFC 3550, section 6.3.1).
    pub report_interval: Duration,
    /// Time between congestion feedback packets of either kind, 50 to 100 ms. Those of RFC 8888
    /// come earlier after a loss or a mark of congestion, but not within 25 ms of each other.
    pub feedback_interval: Duration,
    /// Bits per second at which video leaves at most; `None`: as fast as it is polled.
    pub pacing_rate: Option<u64>,
    /// Octets of video that may leave at once.
    pub pacing_burst: usize,

    /// Packets that one sender may hold unsent.
    pub max_queued_packets: usize,
    /// Octets that one sender may hold unsent.
    pub max_queued_bytes: usize,
    /// Packets that one sender keeps for retransmission; at least `max_queued_packets` count.
    pub history_packets: usize,
    /// Octets that one sender keeps for retransmission.
    pub history_bytes: usize,
    /// How long a packet can be asked for again.
    pub history_age: Duration,
    /// Retransmitted octets per 100 octets of media, in the long run.
    pub retransmission_percent: u32,
    /// Least time between two key frame requests handed to a sender's owner.
    pub keyframe_spacing: Duration,

    /// Senders at most.
    pub max_senders: usize,
    /// Receivers at most.
    pub max_receivers: usize,
    /// Synchronization sources that are remembered for routing.
    pub max_ssrcs: usize,
    /// Packets that one receiver holds until frames are whole.
    pub reorder_packets: usize,
    /// Octets of the same.
    pub reorder_bytes: usize,
    /// Packets that one frame may have.
    pub max_frame_packets: usize,
    /// Octets that one frame may have.
    pub max_frame_bytes: usize,
    /// Frames that wait to be taken from one receiver; the oldest is dropped.
    pub max_frames: usize,
    /// Octets of the same.
    pub max_frames_bytes: usize,
    /// Packets that wait to be taken from one receiver; the oldest is dropped.
    pub max_packets: usize,
    /// How long video waits for a retransmission before a gap is given up.
    pub repair_wait: Duration,
    /// How long a stream that cannot be repaired waits for reordered packets.
    pub reorder_wait: Duration,
    /// How long audio waits for a missing packet.
    pub audio_wait: Duration,
    /// Packets that one receiver asks for at most.
    pub nack_list: usize,
    /// How often a packet is asked for.
    pub nack_retries: u8,
    /// The round-trip time while none was measured.
    pub initial_round_trip_time: Duration,
    /// Time before a key frame is asked for again; doubles up to 16 times that.
    pub keyframe_retry: Duration,
    /// Packets that are remembered for congestion feedback, sent and received each: transport-wide
    /// numbers, or those of all streams together, of which each has 64 at least.
    pub transport_history: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cname: String::new(),
            max_packet_len: 1_120,
            reduced_size: true,
            report_interval: Duration::from_secs(1),
            feedback_interval: Duration::from_millis(100),
            pacing_rate: Some(50_000_000),
            pacing_burst: 32 << 10,
            max_queued_packets: 1_024,
            max_queued_bytes: 4 << 20,
            history_packets: 2_048,
            history_bytes: 4 << 20,
            history_age: Duration::from_secs(3),
            retransmission_percent: 50,
            keyframe_spacing: Duration::from_millis(200),
            max_senders: 1_024,
            max_receivers: 1_024,
            max_ssrcs: 1_024,
            reorder_packets: 1_024,
            reorder_bytes: 8 << 20,
            max_frame_packets: 500,
            max_frame_bytes: 4 << 20,
            max_frames: 128,
            max_frames_bytes: 16 << 20,
            max_packets: 1_024,
            repair_wait: Duration::from_secs(1),
            reorder_wait: Duration::from_millis(100),
            audio_wait: Duration::from_millis(100),
            nack_list: 1_000,
            nack_retries: 10,
            initial_round_trip_time: Duration::from_millis(100),
            keyframe_retry: Duration::from_millis(250),
            transport_history: 4_096,
        }
    }
}
