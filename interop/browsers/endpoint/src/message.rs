//! What goes over the WebSocket; one key names each message.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use stonechat::{
    RtcConfiguration, RtcIceCandidateInit, RtcIceServer, RtcIceTransportPolicy, RtcSdpType,
    RtcSessionDescription,
};

/// A message between a party and the runner, or between the parties.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Message {
    /// To the runner, first.
    Hello(Hello),
    /// From the runner: run this.
    Case(Box<Case>),
    /// From the runner: give the running case up.
    Stop(bool),
    /// To the runner: what became of the case.
    Result(Outcome),
    /// Between the parties.
    Sdp(Description),
    /// Between the parties; `None` once all are gathered.
    Candidate(Option<Candidate>),
    /// Between the parties: the sender has reached this step of the case.
    Step(String),
    /// Between the parties: the sender has what it needs.
    Bye(bool),
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Hello {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) part: Part,
    pub(crate) role: Role,
    #[serde(default)]
    pub(crate) configuration: Configuration,
    /// Where recordings go.
    pub(crate) output: PathBuf,
    #[serde(default)]
    pub(crate) messages: u32,
    #[serde(default)]
    pub(crate) octets: u64,
    pub(crate) codec: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    Subject,
    Peer,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Offer,
    Answer,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configuration {
    #[serde(default)]
    pub(crate) ice_servers: Vec<Server>,
    #[serde(default)]
    pub(crate) ice_transport_policy: Option<String>,
    #[serde(default)]
    pub(crate) bundle_policy: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Server {
    pub(crate) urls: String,
    pub(crate) username: Option<String>,
    pub(crate) credential: Option<String>,
}

impl Configuration {
    pub(crate) fn to_rtc(&self) -> RtcConfiguration {
        let ice_servers = self.ice_servers.iter().map(|server| RtcIceServer {
            urls: vec![server.urls.clone()],
            username: server.username.clone(),
            credential: server.credential.clone(),
        });
        RtcConfiguration {
            ice_servers: ice_servers.collect(),
            ice_transport_policy: match self.ice_transport_policy.as_deref() {
                Some("relay") => RtcIceTransportPolicy::Relay,
                _ => RtcIceTransportPolicy::All,
            },
            bundle_policy: self
                .bundle_policy
                .as_deref()
                .and_then(|policy| policy.parse().ok())
                .unwrap_or_default(),
            ..RtcConfiguration::default()
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Outcome {
    pub(crate) pass: bool,
    pub(crate) detail: String,
    /// Media files that were written.
    #[serde(default)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Description {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    pub(crate) sdp: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Offer,
    Pranswer,
    Answer,
}

impl From<Description> for RtcSessionDescription {
    fn from(description: Description) -> Self {
        let kind = match description.kind {
            Kind::Offer => RtcSdpType::Offer,
            Kind::Pranswer => RtcSdpType::Pranswer,
            Kind::Answer => RtcSdpType::Answer,
        };
        Self {
            kind,
            sdp: description.sdp,
        }
    }
}

impl From<RtcSessionDescription> for Description {
    fn from(description: RtcSessionDescription) -> Self {
        let kind = match description.kind {
            RtcSdpType::Offer => Kind::Offer,
            RtcSdpType::Pranswer => Kind::Pranswer,
            _ => Kind::Answer,
        };
        Self {
            kind,
            sdp: description.sdp,
        }
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Candidate {
    pub(crate) candidate: String,
    pub(crate) sdp_mid: Option<String>,
    #[serde(rename = "sdpMLineIndex")]
    pub(crate) sdp_m_line_index: Option<u16>,
    pub(crate) username_fragment: Option<String>,
}

impl From<Candidate> for RtcIceCandidateInit {
    fn from(candidate: Candidate) -> Self {
        Self {
            candidate: candidate.candidate,
            sdp_mid: candidate.sdp_mid,
            sdp_m_line_index: candidate.sdp_m_line_index,
            username_fragment: candidate.username_fragment,
        }
    }
}

impl From<RtcIceCandidateInit> for Candidate {
    fn from(candidate: RtcIceCandidateInit) -> Self {
        Self {
            candidate: candidate.candidate,
            sdp_mid: candidate.sdp_mid,
            sdp_m_line_index: candidate.sdp_m_line_index,
            username_fragment: candidate.username_fragment,
        }
    }
}
