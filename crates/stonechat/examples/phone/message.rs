//! The messages of the PeerServer protocol, as JSON.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stonechat::{RtcIceCandidateInit, RtcSessionDescription};

/// A message between a telephone and the exchange, or through it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Message {
    /// `OPEN`, `OFFER`, `ANSWER`, `CANDIDATE`, `LEAVE`, `EXPIRE`, `ID-TAKEN`, `HEARTBEAT`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Who sends it; the exchange writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) src: Option<String>,
    /// Whom it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dst: Option<String>,
    #[serde(default)]
    pub(crate) payload: Value,
}

impl Message {
    /// One of the exchange.
    pub(crate) fn of_exchange(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            ..Self::default()
        }
    }

    /// One of a call, for its other end.
    pub(crate) fn of_call(
        kind: &str,
        dst: &str,
        connection: &str,
        key: &str,
        value: Value,
    ) -> Self {
        let mut payload = json!({ "type": "media", "connectionId": connection });
        payload[key] = value;
        Self {
            kind: kind.to_owned(),
            dst: Some(dst.to_owned()),
            payload,
            ..Self::default()
        }
    }

    /// Which call it belongs to.
    pub(crate) fn connection(&self) -> &str {
        self.payload["connectionId"].as_str().unwrap_or_default()
    }

    /// The description in it.
    pub(crate) fn description(&self) -> anyhow::Result<RtcSessionDescription> {
        let sdp = &self.payload["sdp"];
        let text = |key: &str| sdp[key].as_str().with_context(|| format!("no {key}"));
        Ok(RtcSessionDescription {
            kind: text("type")?.parse()?,
            sdp: text("sdp")?.to_owned(),
        })
    }

    /// The candidate in it.
    pub(crate) fn candidate(&self) -> RtcIceCandidateInit {
        let candidate = &self.payload["candidate"];
        let text = |key: &str| candidate[key].as_str().map(str::to_owned);
        let index = candidate["sdpMLineIndex"].as_u64();
        RtcIceCandidateInit {
            candidate: text("candidate").unwrap_or_default(),
            sdp_mid: text("sdpMid"),
            sdp_m_line_index: index.and_then(|index| u16::try_from(index).ok()),
            username_fragment: text("usernameFragment"),
        }
    }
}

/// A description as browsers write it.
pub(crate) fn description(description: &RtcSessionDescription) -> Value {
    json!({ "type": description.kind.as_str(), "sdp": description.sdp })
}

/// A candidate as browsers write it.
pub(crate) fn candidate(candidate: &RtcIceCandidateInit) -> Value {
    json!({
        "candidate": candidate.candidate,
        "sdpMid": candidate.sdp_mid,
        "sdpMLineIndex": candidate.sdp_m_line_index,
        "usernameFragment": candidate.username_fragment,
    })
}
