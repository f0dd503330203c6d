//! Candidates that nothing is sent to (webrtc-pc, section 4.4.1.2, "administratively prohibited").

use crate::configuration::IceTransportPolicy;

/// Whether nothing may be sent to a candidate; the application is not told.
pub(crate) fn is_prohibited(
    candidate: &stonechat_ice::Candidate,
    policy: IceTransportPolicy,
) -> bool {
    let needs_resolution = !matches!(candidate.address, stonechat_ice::CandidateAddress::Ip(_));
    // An active candidate has a port that nobody connects to.
    let connects = candidate.transport == stonechat_ice::TransportProtocol::Tcp
        && candidate.tcp_type == Some(stonechat_ice::TcpType::Active);
    let is_bad = !connects && BAD_PORTS.contains(&candidate.port);
    is_bad || policy == IceTransportPolicy::Relay && needs_resolution
}

/// Ports that are never connected to, because other protocols could be made to believe what comes
/// ("port blocking" of the Fetch standard).
const BAD_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];
