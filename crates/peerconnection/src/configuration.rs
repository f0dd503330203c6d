//! `RTCConfiguration`, and what a program may decide beyond it.

mod server_url;

use std::time::SystemTime;

use crate::certificate::Certificate;
use crate::error::{Error, ErrorName};

/// What a peer connection is made with (webrtc-pc, `RTCConfiguration`).
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Which candidates may be used.
    pub ice_transport_policy: IceTransportPolicy,
    /// How media sections share transports.
    pub bundle_policy: BundlePolicy,
    /// Whether RTP and RTCP share a transport: they do.
    pub rtcp_mux_policy: RtcpMuxPolicy,
    /// Certificates, of which the first is used; one is made if there is none.
    pub certificates: Vec<Certificate>,
    /// How many transports gather candidates ahead of the first local description.
    pub ice_candidate_pool_size: u8,
    /// `peerIdentity` (webrtc-identity): who the peer has to be, as `user@domain`; nobody else is
    /// connected to.
    pub peer_identity: Option<String>,
}

/// `RTCIceServer`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IceServer {
    /// URLs such as `stun:host:3478` or `turn:host?transport=udp` (RFC 7064, 7065).
    pub urls: Vec<String>,
    /// The user name, for TURN.
    pub username: Option<String>,
    /// The password, for TURN.
    pub credential: Option<String>,
}

crate::w3c_enums! {
    /// `RTCIceTransportPolicy`.
    IceTransportPolicy {
        /// Relayed candidates only.
        Relay = "relay",
        /// All candidates.
        #[default]
        All = "all",
    }

    /// `RTCBundlePolicy`.
    BundlePolicy {
        /// One transport for each kind, unless the peer bundles.
        #[default]
        Balanced = "balanced",
        /// One transport for each media section, unless the peer bundles.
        MaxCompat = "max-compat",
        /// One transport for all.
        MaxBundle = "max-bundle",
    }

    /// `RTCRtcpMuxPolicy`.
    RtcpMuxPolicy {
        /// Sections without `a=rtcp-mux` are refused.
        #[default]
        Require = "require",
    }
}

impl Configuration {
    /// Servers beyond so many are ignored (webrtc-pc asks for at least 32).
    pub const MAX_ICE_SERVERS: usize = 64;

    /// Checks URLs and credentials ("set the configuration", webrtc-pc, section 4.4.1.6).
    ///
    /// # Errors
    ///
    /// [`ErrorName::SyntaxError`] for a malformed or missing URL,
    /// [`ErrorName::InvalidAccessError`] for a TURN server without user name or credential, or if
    /// these are too long or have control characters.
    pub fn validate(&self) -> Result<(), Error> {
        for server in self.ice_servers.iter().take(Self::MAX_ICE_SERVERS) {
            if server.urls.is_empty() {
                return Err(Error::new(
                    ErrorName::SyntaxError,
                    "a server needs at least one URL",
                ));
            }
            for url in &server.urls {
                server.check(url)?;
            }
        }
        Ok(())
    }

    /// Checks that no certificate has expired.
    pub(crate) fn check_certificates(&self, now: SystemTime) -> Result<(), Error> {
        if self
            .certificates
            .iter()
            .any(|certificate| certificate.expires() < now)
        {
            return Err(Error::new(
                ErrorName::InvalidAccessError,
                "a certificate has expired: make a new one",
            ));
        }
        Ok(())
    }

    /// What may not change once there is a peer connection.
    pub(crate) fn check_change(&self, before: &Self, local_was_set: bool) -> Result<(), Error> {
        let same_certificates = self.certificates.len() == before.certificates.len()
            && self
                .certificates
                .iter()
                .zip(&before.certificates)
                .all(|(new, old)| new.der() == old.der());
        let what = if !same_certificates {
            "certificates"
        } else if self.bundle_policy != before.bundle_policy {
            "bundle_policy"
        } else if self.rtcp_mux_policy != before.rtcp_mux_policy {
            "rtcp_mux_policy"
        } else if local_was_set && self.ice_candidate_pool_size != before.ice_candidate_pool_size {
            "ice_candidate_pool_size, once set_local_description was called,"
        } else {
            return Ok(());
        };
        Err(Error::new(
            ErrorName::InvalidModificationError,
            format!("{what} cannot change: start from get_configuration"),
        ))
    }

    /// URLs of servers that cannot be asked because they are reached by another transport than UDP
    /// alone, and by which.
    pub(crate) fn unreachable_servers(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let servers = self.ice_servers.iter().take(Self::MAX_ICE_SERVERS);
        let urls = servers.flat_map(|server| &server.urls);
        urls.filter_map(|url| Some((url.as_str(), server_url::parse(url)?.lacking()?)))
    }

    /// The servers as the ICE agent takes them.
    pub(crate) fn servers(&self) -> Vec<stonechat_ice::IceServer> {
        agent_servers(&self.ice_servers)
    }
}

/// Servers as the ICE agent takes them, without those that it cannot use.
pub(crate) fn agent_servers(servers: &[IceServer]) -> Vec<stonechat_ice::IceServer> {
    servers
        .iter()
        .take(Configuration::MAX_ICE_SERVERS)
        .flat_map(|server| {
            server
                .urls
                .iter()
                .filter_map(|url| server_url::server(url, server.credentials()))
        })
        .collect()
}

impl IceServer {
    fn credentials(&self) -> Option<(&str, &str)> {
        self.username.as_deref().zip(self.credential.as_deref())
    }

    /// "Validate an ICE server URL".
    pub(crate) fn check(&self, url: &str) -> Result<(), Error> {
        let syntax = || {
            Error::new(
                ErrorName::SyntaxError,
                format!("not a STUN or TURN URL: {url}"),
            )
        };
        let parsed = server_url::parse(url).ok_or_else(syntax)?;
        if !parsed.is_turn {
            return Ok(());
        }
        let is_valid = self.credentials().is_some_and(|(username, credential)| {
            username.len() <= MAX_USERNAME && is_opaque(username) && is_opaque(credential)
        });
        if is_valid {
            return Ok(());
        }
        Err(Error::new(
            ErrorName::InvalidAccessError,
            "a TURN server needs username and credential, without control characters, and a \
             username of less than 509 octets",
        ))
    }
}

/// The longest user name in octets (RFC 8489, section 14.3).
const MAX_USERNAME: usize = 508;

/// Whether a text has no character that `OpaqueString` disallows (RFC 8265, section 4).
fn is_opaque(text: &str) -> bool {
    !text.chars().any(char::is_control)
}
