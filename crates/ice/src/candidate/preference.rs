use std::net::IpAddr;

/// The local preference of the address that is `ordinal`th in preference order (0 is best), below
/// the best one by `server` steps for candidates of the `server`th server.
pub(crate) fn local_preference(ordinal: usize, server: usize) -> u16 {
    let down = ordinal.saturating_mul(32).saturating_add(server.min(31));
    u16::try_from(usize::from(u16::MAX).saturating_sub(down)).unwrap_or(0)
}

/// Orders addresses by cost, loopback last, and lets the families alternate, IPv6 first.
///
/// Each entry is an address with the cost of its interface and whether that is a loopback one.
//= https://www.rfc-editor.org/rfc/rfc8421#section-4
//# Therefore, when assigning preference values, prioritize IPv6 and intermingle IPv4
pub(crate) fn alternate(mut addresses: Vec<(IpAddr, u32, bool)>) -> Vec<IpAddr> {
    addresses.sort_by_key(|(_, cost, loopback)| (*loopback, *cost));
    let (v6, v4): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|(ip, ..)| ip.is_ipv6());
    let (mut v6, mut v4) = (v6.into_iter().peekable(), v4.into_iter().peekable());
    let mut ordered = Vec::new();
    loop {
        let rank =
            |entry: Option<&(IpAddr, u32, bool)>| entry.map(|(_, cost, loop_)| (*loop_, *cost));
        let (next6, next4) = (rank(v6.peek()), rank(v4.peek()));
        match (next6, next4) {
            (None, None) => return ordered,
            (Some(_), None) => ordered.extend(v6.next().map(|(ip, ..)| ip)),
            (None, Some(_)) => ordered.extend(v4.next().map(|(ip, ..)| ip)),
            (Some(six), Some(four)) => {
                if six <= four {
                    ordered.extend(v6.next().map(|(ip, ..)| ip));
                }
                if four <= six {
                    ordered.extend(v4.next().map(|(ip, ..)| ip));
                }
            }
        }
    }
}
