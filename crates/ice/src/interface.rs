use std::net::IpAddr;

/// A network interface, as the driver tells it through
/// [`Agent::handle_interfaces`](crate::Agent::handle_interfaces).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Whether it is a loopback interface.
    pub loopback: bool,
    /// What its use costs, 0 (wired) to 999 (unknown), as in `network-cost`.
    pub cost: u32,
}
