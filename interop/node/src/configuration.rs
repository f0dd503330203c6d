//! `RTCConfiguration`.

use serde::Deserialize;
use serde_json::{Value, json};
use stonechat::{RtcConfiguration, RtcIceServer};

use crate::arguments::{Arguments, reference};
use crate::bridge::Bridge;
use crate::error::Failure;
use crate::objects::{Id, Key};

/// `RTCConfiguration`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Configuration {
    ice_servers: Vec<IceServer>,
    ice_transport_policy: Option<String>,
    bundle_policy: Option<String>,
    rtcp_mux_policy: Option<String>,
    certificates: Vec<Value>,
    ice_candidate_pool_size: u8,
    peer_identity: Option<String>,
}

/// `RTCIceServer`.
#[derive(Debug, Deserialize)]
struct IceServer {
    urls: Urls,
    username: Option<String>,
    credential: Option<String>,
}

/// `(USVString or sequence<USVString>)`
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Urls {
    One(String),
    Several(Vec<String>),
}

impl Urls {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(url) => vec![url],
            Self::Several(urls) => urls,
        }
    }
}

impl Bridge {
    pub(crate) fn read_configuration(&self, args: &Arguments) -> Result<RtcConfiguration, Failure> {
        if args.value(0).is_null() {
            return Ok(RtcConfiguration::default());
        }
        let given: Configuration = args.read(0)?;
        let certificates: Vec<Id> = given.certificates.iter().filter_map(reference).collect();
        Ok(RtcConfiguration {
            ice_servers: given
                .ice_servers
                .into_iter()
                .map(|server| RtcIceServer {
                    urls: server.urls.into_vec(),
                    username: server.username,
                    credential: server.credential,
                })
                .collect(),
            ice_transport_policy: word(given.ice_transport_policy),
            bundle_policy: word(given.bundle_policy),
            rtcp_mux_policy: word(given.rtcp_mux_policy),
            certificates: self.certificates_of(&certificates)?,
            ice_candidate_pool_size: given.ice_candidate_pool_size,
            peer_identity: given.peer_identity,
        })
    }

    /// `getConfiguration()`.
    pub(crate) fn configuration(&mut self, peer: Id) -> Result<Value, Failure> {
        let peer = self.peer(peer)?;
        let configuration = peer.pc.session().configuration().clone();
        let mut servers = Vec::new();
        for server in &configuration.ice_servers {
            let mut json = json!({ "urls": server.urls });
            if let Some(username) = &server.username {
                json["username"] = json!(username);
            }
            if let Some(credential) = &server.credential {
                json["credential"] = json!(credential);
            }
            servers.push(json);
        }
        let certificates: Vec<Value> = configuration
            .certificates
            .iter()
            .map(|certificate| {
                let key = self.certificate_key(certificate);
                self.objects.reference(key)
            })
            .collect();
        Ok(json!({
            "iceServers": servers,
            "iceTransportPolicy": configuration.ice_transport_policy.as_str(),
            "bundlePolicy": configuration.bundle_policy.as_str(),
            "rtcpMuxPolicy": configuration.rtcp_mux_policy.as_str(),
            "certificates": certificates,
            "iceCandidatePoolSize": configuration.ice_candidate_pool_size,
        }))
    }

    /// The key of the transport of data of a peer connection.
    pub(crate) fn sctp_key(&self, peer: Id) -> Key {
        let generation = self.peers.get(&peer).map_or(0, |peer| peer.sctp_generation);
        Key::Sctp(peer, generation)
    }
}

/// A value of an enumeration; the shell has checked it.
pub(crate) fn word<T: std::str::FromStr + Default>(word: Option<String>) -> T {
    word.and_then(|word| word.parse().ok()).unwrap_or_default()
}
