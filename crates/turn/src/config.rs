use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use stonechat_sansio::{Path, SocketId};
use stonechat_stun::{AddressFamily, Schedule};

/// Where the server is, who we are, and what bounds a [`Client`](crate::Client).
#[derive(Clone)]
pub struct Config {
    pub(crate) socket: SocketId,
    pub(crate) local: IpAddr,
    pub(crate) relay_socket: SocketId,
    pub(crate) server: SocketAddr,
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) family: AddressFamily,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) software: Option<String>,
    pub(crate) schedule: Schedule,
    pub(crate) max_permissions: usize,
    pub(crate) max_channels: usize,
    pub(crate) max_outstanding: usize,
}

impl Config {
    /// Asks `server` for a relayed IPv4 address through `socket`, whose local address is `local`,
    /// with a long-term credential.
    ///
    /// `relay_socket` is a number that no socket of the driver has: it names the relayed address in
    /// the [`Path`] of datagrams that come through the server.
    #[must_use]
    pub fn new(
        socket: SocketId,
        local: IpAddr,
        relay_socket: SocketId,
        server: SocketAddr,
        username: &str,
        password: &str,
    ) -> Self {
        Self {
            socket,
            local,
            relay_socket,
            server,
            username: username.to_owned(),
            password: password.to_owned(),
            family: AddressFamily::V4,
            lifetime: None,
            software: None,
            schedule: Schedule::default(),
            max_permissions: 100,
            max_channels: 100,
            max_outstanding: 16,
        }
    }

    /// Asks for a relayed address of `family` (RFC 8656, section 7.1). IPv4 is the default, and the
    /// only one that old servers know.
    #[must_use]
    pub fn family(self, family: AddressFamily) -> Self {
        Self { family, ..self }
    }

    /// Asks for an allocation that lasts this long without a refresh, in whole seconds. Without it
    /// the server decides, and most say ten minutes.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self {
            lifetime: Some(lifetime),
            ..self
        }
    }

    /// Sets what SOFTWARE says; cut to 127 characters. Without it the attribute is left out.
    #[must_use]
    pub fn software(self, software: &str) -> Self {
        Self {
            software: Some(software.chars().take(127).collect()),
            ..self
        }
    }

    /// Sets when requests are sent again.
    #[must_use]
    pub fn schedule(self, schedule: Schedule) -> Self {
        Self { schedule, ..self }
    }

    /// Bounds the addresses that may have a permission: 100 unless set, at least 1.
    #[must_use]
    pub fn max_permissions(self, max: usize) -> Self {
        Self {
            max_permissions: max.max(1),
            ..self
        }
    }

    /// Bounds the channels: 100 unless set, from 0 to 4,096. A permitted peer beyond it is reached
    /// by indications.
    #[must_use]
    pub fn max_channels(self, max: usize) -> Self {
        Self {
            max_channels: max.min(4_096),
            ..self
        }
    }

    /// Bounds the requests that wait for a response at one time: 16 unless set, at least 1.
    #[must_use]
    pub fn max_outstanding(self, max: usize) -> Self {
        Self {
            max_outstanding: max.max(1),
            ..self
        }
    }

    pub(crate) fn path(&self, server: SocketAddr) -> Path {
        Path::new(self.socket, self.local, server)
    }
}

impl core::fmt::Debug for Config {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Config")
            .field("socket", &self.socket)
            .field("relay_socket", &self.relay_socket)
            .field("family", &self.family)
            .field("max_permissions", &self.max_permissions)
            .field("max_channels", &self.max_channels)
            .finish_non_exhaustive()
    }
}
