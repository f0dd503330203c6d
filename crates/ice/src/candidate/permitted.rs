use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address in its plain form: IPv4 inside IPv6 becomes IPv4, flow label and scope go.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// Whether a remote address may be contacted at all: no multicast, broadcast, unspecified or
/// "this network" address and no port 0.
pub(crate) fn is_contactable(address: SocketAddr) -> bool {
    if address.port() == 0 {
        return false;
    }
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => {
            !(ip.is_multicast() || ip.is_broadcast() || ip.is_unspecified() || ip.octets()[0] == 0)
        }
        IpAddr::V6(ip) => !(ip.is_multicast() || ip.is_unspecified()),
    }
}

/// Whether a packet can go from a local address to a remote one: the same family, link-local only
/// with link-local. Loopback counts as any other address, because a host reaches its own addresses
/// from there and the other way round.
//= https://www.rfc-editor.org/rfc/rfc8445#section-6.1.2.2
//# IPv6 link-local addresses MUST NOT be paired with other than link-local addresses.
pub(crate) fn can_reach(local: IpAddr, remote: IpAddr) -> bool {
    let (local, remote) = (local.to_canonical(), remote.to_canonical());
    local.is_ipv4() == remote.is_ipv4() && is_link_local(local) == is_link_local(remote)
}

/// Whether a pair is worth a check of its own accord: loopback of a peer is seldom ours, so it is
/// tried from loopback alone. A peer that is on this host and sends from there is answered anyway.
pub(crate) fn can_pair(local: IpAddr, remote: IpAddr) -> bool {
    let loopback = |ip: IpAddr| ip.to_canonical().is_loopback();
    can_reach(local, remote) && loopback(local) == loopback(remote)
}

/// Whether the address is valid on its link only.
pub(crate) fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => Ipv4Addr::is_link_local(&ip),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}
