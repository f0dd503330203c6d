//! `RTCIceCandidate` (webrtc-pc, section 4.8.1).

mod prohibited;

use stonechat_ice::{CandidateKind, TcpType, TransportProtocol};

pub(crate) use self::prohibited::is_prohibited;
use crate::error::{Error, ErrorName};
use crate::state::IceComponent;

/// A candidate as an application sees it: a candidate of ours to be signalled, one of a selected
/// pair, or one that the application made of what came through signalling.
///
/// The fields of the candidate attribute are `None` if its text is empty or not well formed.
///
/// ```
/// use stonechat_peerconnection::{IceCandidate, IceCandidateType, LocalIceCandidateInit};
///
/// let candidate = IceCandidate::new(LocalIceCandidateInit {
///     candidate: "candidate:1 1 udp 2130706431 192.0.2.7 5000 typ host".to_owned(),
///     sdp_mid: Some("0".to_owned()),
///     ..LocalIceCandidateInit::default()
/// })?;
/// assert_eq!(candidate.kind(), Some(IceCandidateType::Host));
/// assert_eq!(candidate.port(), Some(5000));
/// # Ok::<(), stonechat_peerconnection::Error>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IceCandidate {
    init: LocalIceCandidateInit,
    parsed: Option<Box<stonechat_ice::Candidate>>,
}

/// `RTCIceCandidatePair` (webrtc-pc, section 5.6.3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IceCandidatePair {
    /// `local`: our side.
    pub local: IceCandidate,
    /// `remote`: the peer's side.
    pub remote: IceCandidate,
}

/// `RTCIceParameters` (webrtc-pc, section 5.6.2, and webrtc-ice).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IceParameters {
    /// `usernameFragment`, 4 to 256 `ice-char`s.
    pub username_fragment: String,
    /// `password`, 22 to 256 `ice-char`s.
    pub password: String,
    /// `iceLite`: whether the peer is a lite agent; never of ours.
    pub ice_lite: bool,
}

impl From<&stonechat_ice::Credentials> for IceParameters {
    fn from(credentials: &stonechat_ice::Credentials) -> Self {
        Self {
            username_fragment: credentials.ufrag().to_owned(),
            password: credentials.pwd().to_owned(),
            ice_lite: false,
        }
    }
}

/// `RTCIceCandidateInit`: a candidate as signalling carries it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IceCandidateInit {
    /// The candidate attribute, with or without `a=`; empty ends the candidates.
    pub candidate: String,
    /// The media section by identification.
    pub sdp_mid: Option<String>,
    /// The media section by index.
    pub sdp_m_line_index: Option<u16>,
    /// The generation.
    pub username_fragment: Option<String>,
}

/// `RTCLocalIceCandidateInit`: [`IceCandidateInit`] with what is known of a candidate of ours.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LocalIceCandidateInit {
    /// As in [`IceCandidateInit`].
    pub candidate: String,
    /// As in [`IceCandidateInit`].
    pub sdp_mid: Option<String>,
    /// As in [`IceCandidateInit`].
    pub sdp_m_line_index: Option<u16>,
    /// As in [`IceCandidateInit`].
    pub username_fragment: Option<String>,
    /// How the TURN server of a relayed candidate is spoken to.
    pub relay_protocol: Option<IceServerTransportProtocol>,
    /// The server that a reflexive or relayed candidate came from.
    pub url: Option<String>,
}

crate::w3c_enums! {
    /// `RTCIceProtocol`.
    IceProtocol {
        /// UDP.
        #[default]
        Udp = "udp",
        /// TCP (RFC 6544).
        Tcp = "tcp",
    }

    /// `RTCIceTcpCandidateType` (RFC 6544).
    IceTcpCandidateType {
        /// Opens connections.
        #[default]
        Active = "active",
        /// Accepts connections.
        Passive = "passive",
        /// Both at once.
        So = "so",
    }

    /// `RTCIceCandidateType`.
    IceCandidateType {
        /// An address of an own interface.
        #[default]
        Host = "host",
        /// Learned from a STUN or TURN server.
        Srflx = "srflx",
        /// Learned from a connectivity check.
        Prflx = "prflx",
        /// An address of a TURN server.
        Relay = "relay",
    }

    /// `RTCIceServerTransportProtocol`: how a TURN server is spoken to.
    IceServerTransportProtocol {
        /// UDP.
        #[default]
        Udp = "udp",
        /// TCP.
        Tcp = "tcp",
        /// TLS over TCP.
        Tls = "tls",
    }
}

impl IceCandidate {
    /// The constructor: parses the candidate attribute, and forgives one that is not well formed.
    ///
    /// # Errors
    ///
    /// [`ErrorName::TypeError`] if neither `sdp_mid` nor `sdp_m_line_index` is there.
    pub fn new(init: impl Into<LocalIceCandidateInit>) -> Result<Self, Error> {
        let init = init.into();
        if init.sdp_mid.is_none() && init.sdp_m_line_index.is_none() {
            return Err(Error::new(
                ErrorName::TypeError,
                "a candidate needs sdp_mid or sdp_m_line_index",
            ));
        }
        Ok(Self::create(init))
    }

    /// "Create an RTCIceCandidate".
    pub(crate) fn create(init: LocalIceCandidateInit) -> Self {
        let parsed = match init.candidate.as_str() {
            "" => None,
            text => text.parse().ok().filter(is_representable).map(Box::new),
        };
        Self { init, parsed }
    }

    /// A candidate of ours of the generation with this username fragment, for a media section by
    /// identification and index, if there is one.
    pub(crate) fn gathered(
        candidate: &stonechat_ice::Candidate,
        generation: &str,
        (sdp_mid, sdp_m_line_index): (Option<String>, Option<u16>),
        url: Option<&str>,
    ) -> Self {
        Self::create(LocalIceCandidateInit {
            candidate: candidate.to_string(),
            sdp_mid,
            sdp_m_line_index,
            username_fragment: Some(generation.to_owned()),
            relay_protocol: None,
            url: url.map(str::to_owned),
        })
    }

    /// What ends the candidates of a generation of ours.
    pub(crate) fn end_of_gathering(
        generation: &str,
        (sdp_mid, sdp_m_line_index): (Option<String>, Option<u16>),
    ) -> Self {
        Self::create(LocalIceCandidateInit {
            sdp_mid,
            sdp_m_line_index,
            username_fragment: Some(generation.to_owned()),
            ..LocalIceCandidateInit::default()
        })
    }

    /// A candidate of an agent, outside a media section.
    #[must_use]
    pub fn from_agent(candidate: &stonechat_ice::Candidate) -> Self {
        Self::create(LocalIceCandidateInit {
            candidate: candidate.to_string(),
            username_fragment: candidate.ufrag.clone(),
            ..LocalIceCandidateInit::default()
        })
    }

    /// `candidate`: the text as it was given; empty if it ends the candidates of a generation.
    #[must_use]
    pub fn candidate(&self) -> &str {
        &self.init.candidate
    }

    /// `sdpMid`.
    #[must_use]
    pub fn sdp_mid(&self) -> Option<&str> {
        self.init.sdp_mid.as_deref()
    }

    /// `sdpMLineIndex`.
    #[must_use]
    pub fn sdp_m_line_index(&self) -> Option<u16> {
        self.init.sdp_m_line_index
    }

    /// `usernameFragment`.
    #[must_use]
    pub fn username_fragment(&self) -> Option<&str> {
        self.init.username_fragment.as_deref()
    }

    /// `foundation`.
    #[must_use]
    pub fn foundation(&self) -> Option<&str> {
        Some(&self.parsed()?.foundation)
    }

    /// `component`.
    #[must_use]
    pub fn component(&self) -> Option<IceComponent> {
        match self.parsed()?.component {
            1 => Some(IceComponent::Rtp),
            2 => Some(IceComponent::Rtcp),
            _ => None,
        }
    }

    /// `priority`, 1 to 2^31 - 1 in a candidate that follows RFC 8445.
    #[must_use]
    pub fn priority(&self) -> Option<u32> {
        Some(self.parsed()?.priority)
    }

    /// `address`: an IP address or a name.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        Some(self.parsed()?.address.to_string())
    }

    /// `protocol`.
    #[must_use]
    pub fn protocol(&self) -> Option<IceProtocol> {
        match self.parsed()?.transport {
            TransportProtocol::Udp => Some(IceProtocol::Udp),
            TransportProtocol::Tcp => Some(IceProtocol::Tcp),
            TransportProtocol::Other(_) => None,
        }
    }

    /// `port`.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        Some(self.parsed()?.port)
    }

    /// `type`.
    #[must_use]
    pub fn kind(&self) -> Option<IceCandidateType> {
        Some(match self.parsed()?.kind {
            CandidateKind::Host => IceCandidateType::Host,
            CandidateKind::ServerReflexive => IceCandidateType::Srflx,
            CandidateKind::PeerReflexive => IceCandidateType::Prflx,
            CandidateKind::Relayed => IceCandidateType::Relay,
        })
    }

    /// `tcpType`, of a TCP candidate.
    #[must_use]
    pub fn tcp_type(&self) -> Option<IceTcpCandidateType> {
        let parsed = self.parsed()?;
        if parsed.transport != TransportProtocol::Tcp {
            return None;
        }
        Some(match parsed.tcp_type? {
            TcpType::Active => IceTcpCandidateType::Active,
            TcpType::Passive => IceTcpCandidateType::Passive,
            TcpType::SimultaneousOpen => IceTcpCandidateType::So,
        })
    }

    /// `relatedAddress`: of a reflexive or relayed candidate the address that it is derived from.
    #[must_use]
    pub fn related_address(&self) -> Option<String> {
        self.related().map(|(address, _)| address.to_string())
    }

    /// `relatedPort`: of a reflexive or relayed candidate the port that it is derived from.
    #[must_use]
    pub fn related_port(&self) -> Option<u16> {
        self.related().map(|(_, port)| *port)
    }

    /// `relayProtocol`: how the TURN server of a relayed candidate of ours is spoken to.
    #[must_use]
    pub fn relay_protocol(&self) -> Option<IceServerTransportProtocol> {
        self.init.relay_protocol
    }

    /// `url`: the server that a reflexive or relayed candidate of ours came from.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.init.url.as_deref()
    }

    /// `toJSON()`: what signalling carries.
    #[must_use]
    pub fn to_json(&self) -> IceCandidateInit {
        IceCandidateInit {
            candidate: self.init.candidate.clone(),
            sdp_mid: self.init.sdp_mid.clone(),
            sdp_m_line_index: self.init.sdp_m_line_index,
            username_fragment: self.init.username_fragment.clone(),
        }
    }

    /// The candidate attribute with all its fields and extensions, if it is well formed.
    #[must_use]
    pub fn parsed(&self) -> Option<&stonechat_ice::Candidate> {
        self.parsed.as_deref()
    }

    fn related(&self) -> Option<&(stonechat_ice::CandidateAddress, u16)> {
        let parsed = self.parsed()?;
        if parsed.kind == CandidateKind::Host {
            return None;
        }
        parsed.related.as_ref()
    }
}

impl IceCandidateInit {
    /// The value of the candidate attribute; empty if it ends the candidates.
    pub(crate) fn attribute(&self) -> &str {
        let text = self.candidate.trim();
        let text = text.strip_prefix("a=").unwrap_or(text);
        text.strip_prefix("candidate:").unwrap_or(text)
    }

    /// The candidate, or `None` if it ends the candidates; `OperationError` if it is malformed.
    pub(crate) fn parse(&self) -> Result<Option<stonechat_ice::Candidate>, Error> {
        let text = self.attribute();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|error| {
            Error::new(
                ErrorName::OperationError,
                format!("the candidate is malformed: {error}"),
            )
        })
    }
}

impl From<IceCandidateInit> for LocalIceCandidateInit {
    fn from(init: IceCandidateInit) -> Self {
        Self {
            candidate: init.candidate,
            sdp_mid: init.sdp_mid,
            sdp_m_line_index: init.sdp_m_line_index,
            username_fragment: init.username_fragment,
            relay_protocol: None,
            url: None,
        }
    }
}

impl From<IceCandidate> for IceCandidateInit {
    fn from(candidate: IceCandidate) -> Self {
        candidate.to_json()
    }
}

impl std::fmt::Display for IceCandidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.candidate())
    }
}

/// Whether each field has a value that the attribute of its name can hold.
fn is_representable(candidate: &stonechat_ice::Candidate) -> bool {
    let is_known = !matches!(candidate.transport, TransportProtocol::Other(_));
    is_known && matches!(candidate.component, 1 | 2)
}
