//! `RTCIceCandidate` and `RTCSessionDescription` as values.

use serde::Deserialize;
use serde_json::{Value, json};
use stonechat::{RtcIceCandidate, RtcIceCandidateInit, RtcLocalIceCandidateInit};

use crate::arguments::Arguments;
use crate::bridge::Bridge;
use crate::outcome::{Done, Outcome};

/// `RTCLocalIceCandidateInit`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CandidateInit {
    candidate: String,
    sdp_mid: Option<String>,
    sdp_m_line_index: Option<u16>,
    username_fragment: Option<String>,
    relay_protocol: Option<String>,
    url: Option<String>,
}

impl From<CandidateInit> for RtcIceCandidateInit {
    fn from(init: CandidateInit) -> Self {
        Self {
            candidate: init.candidate,
            sdp_mid: init.sdp_mid,
            sdp_m_line_index: init.sdp_m_line_index,
            username_fragment: init.username_fragment,
        }
    }
}

impl From<CandidateInit> for RtcLocalIceCandidateInit {
    fn from(init: CandidateInit) -> Self {
        Self {
            relay_protocol: init
                .relay_protocol
                .as_ref()
                .and_then(|word| word.parse().ok()),
            candidate: init.candidate,
            sdp_mid: init.sdp_mid,
            sdp_m_line_index: init.sdp_m_line_index,
            username_fragment: init.username_fragment,
            url: init.url,
        }
    }
}

impl Bridge {
    pub(crate) fn new_ice_candidate(&mut self, args: &Arguments) -> Done {
        let init: CandidateInit = args.read(0)?;
        let made = RtcIceCandidate::new(RtcLocalIceCandidateInit::from(init))?;
        let mut value = candidate(&made);
        value["$"] = self.objects.fresh().into();
        Ok(value.into())
    }

    pub(crate) fn new_session_description(&mut self, args: &Arguments) -> Done {
        let init = args.value(0);
        Ok(Outcome::Value(json!({
            "$": self.objects.fresh(),
            "i": "RTCSessionDescription",
            "s": { "type": init["type"], "sdp": init["sdp"].as_str().unwrap_or_default() },
        })))
    }
}

/// A candidate as an object without identity.
pub(crate) fn candidate(of: &RtcIceCandidate) -> Value {
    json!({
        "$": null,
        "i": "RTCIceCandidate",
        "s": {
            "candidate": of.candidate(),
            "sdpMid": of.sdp_mid(),
            "sdpMLineIndex": of.sdp_m_line_index(),
            "foundation": of.foundation(),
            "component": of.component().map(|component| component.as_str()),
            "priority": of.priority(),
            "address": of.address(),
            "protocol": of.protocol().map(|protocol| protocol.as_str()),
            "port": of.port(),
            "type": of.kind().map(|kind| kind.as_str()),
            "tcpType": of.tcp_type().map(|kind| kind.as_str()),
            "relatedAddress": of.related_address(),
            "relatedPort": of.related_port(),
            "usernameFragment": of.username_fragment(),
            "relayProtocol": of.relay_protocol().map(|protocol| protocol.as_str()),
            "url": of.url(),
        },
    })
}
