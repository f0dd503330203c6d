#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::CandidateKind;

/// The priority of a candidate (RFC 8445, section 5.1.2.1): 2^24 x type preference + 2^8 x
/// `local_preference` + 256 - `component`.
///
/// `component` is 1 to 256. The result lies between 0 and 2^31 - 1.
#[must_use]
pub fn candidate_priority(kind: CandidateKind, local_preference: u16, component: u16) -> u32 {
    let type_preference: u32 = match kind {
        CandidateKind::Host => 126,
        CandidateKind::PeerReflexive => 110,
        CandidateKind::ServerReflexive => 100,
        CandidateKind::Relayed => 0,
    };
    let component = 256_u32.saturating_sub(u32::from(component.min(256)));
    (type_preference << 24) | (u32::from(local_preference) << 8) | component.min(255)
}

/// The priority of a pair (RFC 8445, section 6.1.2.3): 2^32 x MIN(G,D) + 2 x MAX(G,D) + (G>D).
///
/// `controlling` is the priority of the controlling agent's candidate, `controlled` that of the
/// other's. Any two numbers are accepted; nothing overflows.
#[must_use]
pub fn pair_priority(controlling: u32, controlled: u32) -> u64 {
    let low = u64::from(controlling.min(controlled));
    let high = u64::from(controlling.max(controlled));
    (low << 32)
        .saturating_add(high.saturating_mul(2))
        .saturating_add(u64::from(controlling > controlled))
}
