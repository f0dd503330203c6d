//! The interfaces of the machine.

use std::sync::Arc;

use stonechat_ice::Interface;

/// Which interfaces are used; all without a choice of the application.
#[derive(Clone, Default)]
pub(crate) struct InterfaceFilter(pub(crate) Option<Arc<Choice>>);

/// Says whether an interface is used.
type Choice = dyn Fn(&Interface) -> bool + Send + Sync;

impl InterfaceFilter {
    /// The interfaces of the machine that may be used.
    pub(crate) fn interfaces(&self) -> Vec<Interface> {
        let mut found = interfaces();
        if let Some(filter) = &self.0 {
            found.retain(|interface| filter(interface));
        }
        found
    }
}

impl std::fmt::Debug for InterfaceFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "InterfaceFilter(some)"
        } else {
            "InterfaceFilter(all)"
        })
    }
}

/// The interfaces and their addresses, by name. A machine that does not tell has only loopback.
pub(super) fn interfaces() -> Vec<Interface> {
    let mut interfaces: Vec<Interface> = Vec::new();
    for found in if_addrs::get_if_addrs().unwrap_or_default() {
        let address = found.ip();
        let loopback = found.is_loopback();
        match interfaces.iter_mut().find(|known| known.name == found.name) {
            Some(known) => known.addresses.push(address),
            None => interfaces.push(Interface {
                name: found.name,
                addresses: vec![address],
                loopback,
                cost: 0,
            }),
        }
    }
    if interfaces.is_empty() {
        interfaces.push(Interface {
            name: String::from("lo"),
            addresses: vec![std::net::Ipv4Addr::LOCALHOST.into()],
            loopback: true,
            cost: 0,
        });
    }
    interfaces
}
