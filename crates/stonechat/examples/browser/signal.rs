//! What goes over the WebSocket, as JSON.

use serde::{Deserialize, Serialize};
use stonechat::{RtcIceCandidateInit, RtcSdpType, RtcSessionDescription};

use crate::statistics::Counters;

/// From the page.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum FromPage {
    Description { description: Description },
    Candidate { candidate: Candidate },
}

/// To the page.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum ToPage {
    Description { description: Description },
    Candidate { candidate: Candidate },
    Stats { stats: Counters },
    Error { message: String },
}

/// `RTCSessionDescription` as browsers write it.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Description {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    sdp: String,
}

/// `RTCSdpType`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Offer,
    Pranswer,
    Answer,
    Rollback,
}

/// `RTCIceCandidateInit` as browsers write it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Candidate {
    #[serde(default)]
    candidate: String,
    sdp_mid: Option<String>,
    sdp_m_line_index: Option<u16>,
    username_fragment: Option<String>,
}

impl From<RtcSessionDescription> for Description {
    fn from(description: RtcSessionDescription) -> Self {
        let kind = match description.kind {
            RtcSdpType::Offer => Kind::Offer,
            RtcSdpType::Pranswer => Kind::Pranswer,
            RtcSdpType::Answer => Kind::Answer,
            RtcSdpType::Rollback => Kind::Rollback,
        };
        Self {
            kind,
            sdp: description.sdp,
        }
    }
}

impl From<Description> for RtcSessionDescription {
    fn from(description: Description) -> Self {
        let kind = match description.kind {
            Kind::Offer => RtcSdpType::Offer,
            Kind::Pranswer => RtcSdpType::Pranswer,
            Kind::Answer => RtcSdpType::Answer,
            Kind::Rollback => RtcSdpType::Rollback,
        };
        Self {
            kind,
            sdp: description.sdp,
        }
    }
}

impl From<RtcIceCandidateInit> for Candidate {
    fn from(init: RtcIceCandidateInit) -> Self {
        Self {
            candidate: init.candidate,
            sdp_mid: init.sdp_mid,
            sdp_m_line_index: init.sdp_m_line_index,
            username_fragment: init.username_fragment,
        }
    }
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
