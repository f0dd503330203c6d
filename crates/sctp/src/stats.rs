use std::time::Duration;

/// Counters and measures of an association.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Packets built.
    pub packets_sent: u64,
    /// Packets taken in, without those dropped whole.
    pub packets_received: u64,
    /// Payload octets sent for the first time.
    pub payload_sent: u64,
    /// Payload octets received and kept.
    pub payload_received: u64,
    /// Messages handed in and taken.
    pub messages_sent: u64,
    /// Messages completed.
    pub messages_received: u64,
    /// Messages given up under partial reliability.
    pub messages_abandoned: u64,
    /// DATA chunks sent again.
    pub retransmissions: u64,
    /// Of these, those by fast retransmit.
    pub fast_retransmissions: u64,
    /// Times the retransmission timer ran out.
    pub timeouts: u64,
    /// DATA chunks that came more than once.
    pub duplicates: u64,
    /// SACK chunks sent.
    pub sacks_sent: u64,
    /// Retransmissions that did not fit into the frame offered.
    pub oversize_retransmissions: u64,
    /// The smoothed round trip time, once measured.
    pub rtt: Option<Duration>,
    /// The retransmission timeout.
    pub rto: Duration,
    /// The congestion window, in octets.
    pub congestion_window: usize,
    /// The slow start threshold, in octets.
    pub slow_start_threshold: usize,
    /// Octets in flight.
    pub flight_size: usize,
    /// What the peer can still take, in octets.
    pub peer_window: usize,
    /// What we can still take, in octets.
    pub own_window: usize,
    /// Octets that wait to be sent or acknowledged, with overhead.
    pub send_buffered: usize,
    /// Octets that wait to be read or completed, with overhead.
    pub receive_buffered: usize,
    /// Octets that slices of received packets pin.
    pub pinned_bytes: usize,
    /// What was dropped, by reason.
    pub dropped: Drops,
}

macro_rules! drops {
    ($($(#[$doc:meta])* $field:ident: $reason:ident,)*) => {
        /// What was dropped, by reason.
        #[derive(Clone, Debug, Default, Eq, PartialEq)]
        #[non_exhaustive]
        pub struct Drops {
            $($(#[$doc])* pub $field: u64,)*
        }

        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum DropReason {
            $($reason,)*
        }

        impl Drops {
            pub(crate) fn count(&mut self, reason: DropReason) {
                tracing::debug!(?reason, "dropped");
                let counter = match reason {
                    $(DropReason::$reason => &mut self.$field,)*
                };
                *counter = counter.saturating_add(1);
            }

            /// All together.
            #[must_use]
            pub const fn total(&self) -> u64 {
                0_u64 $(.saturating_add(self.$field))*
            }
        }
    };
}

drops! {
    /// Packets shorter than a header or without a chunk, or with a chunk past the end.
    malformed: Malformed,
    /// Packets for other ports.
    wrong_port: WrongPort,
    /// Packets with a wrong checksum.
    checksum: Checksum,
    /// Packets with a wrong verification tag.
    verification_tag: VerificationTag,
    /// Chunks that the state does not expect.
    unexpected: Unexpected,
    /// Chunks of unknown types.
    unknown_chunk: UnknownChunk,
    /// Chunks whose content is malformed.
    malformed_chunk: MalformedChunk,
    /// DATA outside the window of sequence numbers.
    outside_window: OutsideWindow,
    /// DATA for which the receive window has no room.
    no_room: NoRoom,
    /// DATA on a stream that was not negotiated.
    invalid_stream: InvalidStream,
    /// DATA of a message larger than allowed.
    too_large: TooLarge,
    /// Cookies with a wrong code or that fit nothing.
    bad_cookie: BadCookie,
    /// Cookies that are too old.
    stale_cookie: StaleCookie,
    /// SACKs older than another, or of what was never sent.
    bad_sack: BadSack,
    /// FORWARD TSN too far ahead or behind.
    bad_forward_tsn: BadForwardTsn,
    /// Re-configuration requests out of order or denied.
    reconfig: Reconfig,
    /// Replies that found no room among those owed.
    reply_queue: ReplyQueue,
    /// Heartbeat acknowledgements that are not ours.
    bad_heartbeat: BadHeartbeat,
    /// Messages queued for streams that were not negotiated.
    unsendable: Unsendable,
}
