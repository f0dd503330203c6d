/// What a [`Client`](crate::Client) counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Requests sent, with retransmissions.
    pub requests: u64,
    /// Responses that ended a transaction.
    pub responses: u64,
    /// Transactions without a response.
    pub timed_out: u64,
    /// Nonces that the server replaced while we used them (438).
    pub stale_nonces: u64,
    /// Datagrams of peers that came through the server.
    pub received: u64,
    /// Their octets, without those of the relay.
    pub received_octets: u64,
    /// Datagrams for peers that were wrapped.
    pub sent: u64,
    /// Their octets, without those of the relay.
    pub sent_octets: u64,
    /// Data indications with an ICMP message instead of data.
    pub icmp: u64,
    dropped: [u64; DropReason::COUNT],
}

impl Stats {
    /// Datagrams dropped for `reason`.
    #[must_use]
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped
            .get(reason as usize)
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn drop(&mut self, reason: DropReason) {
        tracing::debug!(?reason, "dropped");
        if let Some(count) = self.dropped.get_mut(reason as usize) {
            *count = count.saturating_add(1);
        }
    }
}

/// Why a [`Client`](crate::Client) dropped a datagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DropReason {
    /// It did not come from the server.
    WrongPath,
    /// Neither a well-formed message nor well-formed ChannelData.
    Malformed,
    /// FINGERPRINT is there and wrong.
    WrongFingerprint,
    /// A response to no request of ours.
    UnknownTransaction,
    /// The integrity of a response is missing where it has to be, or wrong.
    WrongIntegrity,
    /// A nonce that promises an attribute which is not there: somebody took it out (RFC 8489,
    /// section 9.2.1).
    BidDown,
    /// A request or indication that a server does not send.
    Unexpected,
    /// ChannelData of a channel that is not bound.
    UnboundChannel,
    /// Data of a peer without a permission.
    NotPermitted,
    /// Wrapping for a peer without a permission.
    NotWrapped,
}

impl DropReason {
    const COUNT: usize = 10;
}
