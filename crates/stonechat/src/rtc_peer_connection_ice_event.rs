//! `RTCPeerConnectionIceEvent` and `RTCPeerConnectionIceErrorEvent` (webrtc-pc, sections 4.8.2 and
//! 4.8.3).

use std::net::SocketAddr;

use crate::rtc_ice_candidate::RtcIceCandidate;

/// What `icecandidate` carries.
///
/// A candidate is to be carried to the peer. One with an empty `candidate` text ends the
/// candidates of its generation and is carried as well. No candidate at all says that all
/// transports have gathered.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RtcPeerConnectionIceEvent {
    /// `candidate`.
    pub candidate: Option<RtcIceCandidate>,
    /// `url`: the server that the candidate came from; the candidate has it too.
    pub url: Option<String>,
}

/// What an [`RtcPeerConnectionIceEvent`] is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RtcPeerConnectionIceEventInit {
    /// `candidate`.
    pub candidate: Option<RtcIceCandidate>,
    /// `url`.
    pub url: Option<String>,
}

impl RtcPeerConnectionIceEvent {
    /// The constructor.
    #[must_use]
    pub fn new(init: RtcPeerConnectionIceEventInit) -> Self {
        Self {
            candidate: init.candidate,
            url: init.url,
        }
    }
}

/// What `icecandidateerror` carries: a server gave no candidate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RtcPeerConnectionIceErrorEvent {
    /// `address`: the local IP address that was used; `None` while it is hidden.
    pub address: Option<String>,
    /// `port`: the local port that was used; `None` if the address is.
    pub port: Option<u16>,
    /// `url`: the server.
    pub url: String,
    /// `errorCode`: the STUN error code, or 701 if the server was not reached.
    pub error_code: u16,
    /// `errorText`: the reason phrase of the server, or why it was not reached.
    pub error_text: String,
}

/// What an [`RtcPeerConnectionIceErrorEvent`] is made of.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtcPeerConnectionIceErrorEventInit {
    /// `address`.
    pub address: Option<String>,
    /// `port`.
    pub port: Option<u16>,
    /// `url`.
    pub url: String,
    /// `errorCode`; required.
    pub error_code: u16,
    /// `errorText`.
    pub error_text: String,
}

impl RtcPeerConnectionIceErrorEvent {
    /// The constructor.
    #[must_use]
    pub fn new(init: RtcPeerConnectionIceErrorEventInit) -> Self {
        Self {
            address: init.address,
            port: init.port,
            url: init.url,
            error_code: init.error_code,
            error_text: init.error_text,
        }
    }

    /// Of a server that was asked from the address `local`, if that is not hidden.
    pub(crate) fn at(local: Option<SocketAddr>, url: String, code: u16, text: String) -> Self {
        Self::new(RtcPeerConnectionIceErrorEventInit {
            address: local.map(|local| local.ip().to_string()),
            port: local.map(|local| local.port()),
            url,
            error_code: code,
            error_text: text,
        })
    }
}
