use crate::AlertDescription;

/// What a session has counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Records that were written, repeated ones too.
    pub records_sent: u64,
    /// Records that were accepted.
    pub records_received: u64,
    /// Datagrams of the handshake that were written.
    pub handshake_datagrams_sent: u64,
    /// Octets of those.
    pub handshake_octets_sent: u64,
    /// Flights that were repeated because the peer was silent.
    pub retransmissions: u64,
    /// Flights that were repeated because the peer repeated its own.
    pub answered_retransmissions: u64,
    /// Alerts in plain text, which anybody can send; they count only if the peer then is silent.
    pub plaintext_alerts: u64,
    /// The last of those.
    pub last_plaintext_alert: Option<AlertDescription>,
    /// Flights of the peer that were given up for their next repetition, since part of them
    /// cannot be the peer's.
    pub restarted_flights: u64,
    /// Octets of handshake messages under assembly now, as they are charged.
    pub reassembly_octets: usize,
    /// Certificates of the peer's chain that were not kept: beyond
    /// [`Config::max_certificates`](crate::Config::max_certificates), repeated, or none at all.
    pub certificates_unkept: usize,
    /// Records that wait for their keys now.
    pub deferred_records: usize,
    dropped: [u64; DropReason::COUNT],
}

/// Why something that came in was dropped.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DropReason {
    /// Not a record of DTLS 1.2.
    MalformedRecord,
    /// Not a handshake fragment, an alert or a ChangeCipherSpec, though its record says so.
    MalformedContent,
    /// A record number that was seen, or is too old to tell.
    Replayed,
    /// A tag that is wrong.
    Unauthenticated,
    /// An epoch that does not exist, or whose keys are gone.
    WrongEpoch,
    /// No room for records that wait for their keys.
    TooManyDeferred,
    /// No room for handshake messages under assembly, or too far ahead.
    ReassemblyLimit,
    /// A handshake message that was heard before.
    Repeated,
    /// A handshake message that does not belong here or cannot be accepted.
    RefusedMessage,
    /// Application data before the session is connected.
    EarlyData,
    /// Application data that nobody polled.
    DataLimit,
    /// Application data that was too long to seal, or that the provider did not seal.
    Unsealed,
    /// A renegotiation.
    Renegotiation,
}

impl DropReason {
    const COUNT: usize = 13;
}

impl Stats {
    /// How often something was dropped for `reason`.
    #[must_use]
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped.get(reason as usize).copied().unwrap_or(0)
    }

    /// How often something was dropped at all.
    #[must_use]
    pub fn dropped_in_all(&self) -> u64 {
        self.dropped.iter().sum()
    }

    pub(crate) fn drop(&mut self, reason: DropReason) {
        if let Some(count) = self.dropped.get_mut(reason as usize) {
            *count += 1;
        }
        tracing::debug!(?reason, "dropped");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_place() {
        let mut stats = Stats::default();
        stats.drop(DropReason::Renegotiation);
        assert_eq!(DropReason::Renegotiation as usize + 1, DropReason::COUNT);
        assert_eq!(
            (
                stats.dropped(DropReason::Renegotiation),
                stats.dropped_in_all()
            ),
            (1, 1)
        );
    }
}
