#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::{CandidateKind, TcpType};

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
    priority(type_preference, local_preference, component)
}

/// The priority of a TCP candidate (RFC 6544, section 4.2), below that of each one over UDP that is
/// not relayed.
///
/// `other_preference` is 0 to 8,191, unique among candidates of a kind and type; `component` is 1
/// to 256. The result lies between 0 and 2^31 - 1.
//= https://www.rfc-editor.org/rfc/rfc6544#section-4.2
//# For RTP-based media streams, it is RECOMMENDED that UDP candidates are preferred over TCP
//# candidates.
#[must_use]
pub fn tcp_candidate_priority(
    kind: CandidateKind,
    tcp_type: TcpType,
    other_preference: u16,
    component: u16,
) -> u32 {
    let type_preference: u32 = match kind {
        CandidateKind::Host => 90,
        CandidateKind::PeerReflexive => 80,
        CandidateKind::ServerReflexive => 70,
        CandidateKind::Relayed => 0,
    };
    //= https://www.rfc-editor.org/rfc/rfc6544#section-4.2
    //# RECOMMENDED that the host, UDP-tunneled, and relayed TCP candidates have the
    //# direction-pref assigned as follows: 6 for active, 4 for passive, and 2 for S-O.
    let direction: u16 = match (kind, tcp_type) {
        (CandidateKind::ServerReflexive, TcpType::SimultaneousOpen) => 6,
        (CandidateKind::ServerReflexive, TcpType::Active) => 4,
        (CandidateKind::ServerReflexive, TcpType::Passive) => 2,
        (_, TcpType::Active) => 6,
        (_, TcpType::Passive) => 4,
        (_, TcpType::SimultaneousOpen) => 2,
    };
    let local_preference = (direction << 13) | other_preference.min(8191);
    priority(type_preference, local_preference, component)
}

fn priority(type_preference: u32, local_preference: u16, component: u16) -> u32 {
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
