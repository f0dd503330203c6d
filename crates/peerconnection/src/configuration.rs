//! `RTCConfiguration`, and what a program may decide beyond it.

use stonechat_crypto::Certificate;

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
    /// Certificates; one is made if there is none.
    pub certificates: Vec<Certificate>,
    /// How many sets of candidates to gather ahead.
    pub ice_candidate_pool_size: u8,
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
}

impl Configuration {
    /// Checks URLs and credentials (webrtc-pc, section 4.4.1.6).
    ///
    /// # Errors
    ///
    /// [`ErrorName::SyntaxError`] for a malformed or missing URL,
    /// [`ErrorName::InvalidAccessError`] for a TURN server without user name or credential.
    pub fn validate(&self) -> Result<(), Error> {
        for server in &self.ice_servers {
            if server.urls.is_empty() {
                return Err(Error::new(ErrorName::SyntaxError, "a server without a URL"));
            }
            for url in &server.urls {
                server.parse(url)?;
            }
        }
        Ok(())
    }

    /// The servers as the ICE agent takes them.
    pub(crate) fn servers(&self) -> Vec<stonechat_ice::IceServer> {
        self.ice_servers
            .iter()
            .flat_map(|server| server.urls.iter().filter_map(|url| server.parse(url).ok()))
            .collect()
    }
}

impl IceServer {
    fn parse(&self, url: &str) -> Result<stonechat_ice::IceServer, Error> {
        let syntax = || {
            Error::new(
                ErrorName::SyntaxError,
                format!("not a STUN or TURN URL: {url}"),
            )
        };
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "stun" | "stuns" => stonechat_ice::IceServer::from_url(url, None).map_err(|_| syntax()),
            "turn" | "turns" => {
                let (Some(username), Some(credential)) = (&self.username, &self.credential) else {
                    return Err(Error::new(
                        ErrorName::InvalidAccessError,
                        "a TURN server needs username and credential",
                    ));
                };
                stonechat_ice::IceServer::from_url(url, Some((username, credential)))
                    .map_err(|_| syntax())
            }
            _ => Err(syntax()),
        }
    }
}
