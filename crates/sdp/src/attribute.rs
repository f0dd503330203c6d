//! The attributes that have a typed form, and their names.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod direction;
mod extmap;
mod fingerprint;
mod fmtp;
mod group;
mod ice;
mod mid;
mod msid;
mod packet_time;
mod rid;
mod rtcp;
mod rtcp_feedback;
mod rtpmap;
mod sctp;
mod setup;
mod simulcast;
mod ssrc;
mod tls;

use alloc::string::{String, ToString};
use core::fmt;
use core::time::Duration;

use crate::token_list::TokenList;

pub use direction::Direction;
pub use extmap::Extmap;
pub use fingerprint::Fingerprint;
pub use fmtp::Fmtp;
pub use group::Group;
pub use msid::{Msid, MsidSemantic};
pub use rid::{Rid, RidDirection};
pub use rtcp::Rtcp;
pub use rtcp_feedback::{FeedbackTarget, RtcpFeedback};
pub use rtpmap::Rtpmap;
pub use sctp::Sctpmap;
pub use setup::Setup;
pub use simulcast::{Simulcast, SimulcastAlternative, SimulcastStream, SimulcastStreams};
pub use ssrc::{Ssrc, SsrcGroup};

/// The typed form of an `a=` line.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Attribute {
    /// `a=bundle-only` (RFC 9143 section 6)
    BundleOnly,
    /// `a=candidate`: the text behind the colon, for the ICE layer (RFC 8839 section 5.1).
    Candidate(String),
    /// `a=cryptex` (RFC 9335 section 4)
    Cryptex,
    /// `a=sendrecv` and its kin (RFC 8866 section 6.7)
    Direction(Direction),
    /// `a=end-of-candidates` (RFC 8840 section 8.2)
    EndOfCandidates,
    /// `a=extmap` (RFC 8285 section 5)
    Extmap(Extmap),
    /// `a=extmap-allow-mixed` (RFC 8285 section 6)
    ExtmapAllowMixed,
    /// `a=fingerprint` (RFC 8122 section 5)
    Fingerprint(Fingerprint),
    /// `a=fmtp` (RFC 8866 section 6.15)
    Fmtp(Fmtp),
    /// `a=group` (RFC 5888 section 5)
    Group(Group),
    /// `a=ice-lite` (RFC 8839 section 5.3)
    IceLite,
    /// `a=ice-options` (RFC 8839 section 5.6)
    IceOptions(TokenList),
    /// `a=ice-pacing`: time between checks, whole milliseconds (RFC 8839 section 5.5).
    IcePacing(Duration),
    /// `a=ice-pwd`: 22 to 256 characters (RFC 8839 section 5.4).
    IcePwd(String),
    /// `a=ice-ufrag`: 4 to 256 characters (RFC 8839 section 5.4).
    IceUfrag(String),
    /// `a=identity`: the assertion and its extensions (RFC 8827 section 5).
    Identity(String),
    /// `a=max-message-size`: octets, 0 if there is no bound; saturates (RFC 8841 section 6).
    MaxMessageSize(u64),
    /// `a=maxptime`: media in one packet at most, above 0 (RFC 8866 section 6.5).
    MaxPtime(Duration),
    /// `a=mid` (RFC 5888 section 4)
    Mid(String),
    /// `a=msid` (RFC 8830 section 2)
    Msid(Msid),
    /// `a=msid-semantic`, obsolete but written by every browser.
    MsidSemantic(MsidSemantic),
    /// `a=ptime`: media in one packet, above 0 (RFC 8866 section 6.4).
    Ptime(Duration),
    /// `a=rid` (RFC 8851 section 10)
    Rid(Rid),
    /// `a=rtcp` (RFC 3605 section 2.1)
    Rtcp(Rtcp),
    /// `a=rtcp-fb` (RFC 4585 section 4.2)
    RtcpFeedback(RtcpFeedback),
    /// `a=rtcp-mux` (RFC 5761 section 5.1.1)
    RtcpMux,
    /// `a=rtcp-mux-only` (RFC 8858 section 4)
    RtcpMuxOnly,
    /// `a=rtcp-rsize` (RFC 5506 section 5)
    RtcpRsize,
    /// `a=rtpmap` (RFC 8866 section 6.6)
    Rtpmap(Rtpmap),
    /// `a=sctp-port`; 0 refuses the association (RFC 8841 section 5).
    SctpPort(u16),
    /// `a=sctpmap`, which `a=sctp-port` replaced.
    Sctpmap(Sctpmap),
    /// `a=setup` (RFC 4145 section 4)
    Setup(Setup),
    /// `a=simulcast` (RFC 8853 section 5.1)
    Simulcast(Simulcast),
    /// `a=ssrc` (RFC 5576 section 4.1)
    Ssrc(Ssrc),
    /// `a=ssrc-group` (RFC 5576 section 4.2)
    SsrcGroup(SsrcGroup),
    /// `a=tls-id` (RFC 8842 section 4)
    TlsId(String),
}

macro_rules! kinds {
    ($($kind:ident $name:literal $(($hole:tt))?),* $(,)?) => {
        /// The name of an attribute that has a typed form.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum AttributeKind {
            $(#[doc = concat!("`", $name, "`")] $kind,)*
        }

        impl AttributeKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The name as it stands in the line; `direction` stands for the four names of it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// The kind of the attribute of this name, if it has a typed form.
            pub fn from_name(name: &str) -> Option<Self> {
                if name == Self::Direction.name() {
                    return None;
                }
                match name {
                    "sendrecv" | "sendonly" | "recvonly" | "inactive" => Some(Self::Direction),
                    $($name => Some(Self::$kind),)*
                    _ => None,
                }
            }
        }

        impl Attribute {
            /// What kind of attribute it is.
            pub const fn kind(&self) -> AttributeKind {
                match self { $(Self::$kind $(($hole))? => AttributeKind::$kind,)* }
            }
        }
    };
}

kinds! {
    BundleOnly "bundle-only",
    Candidate "candidate" (_),
    Cryptex "cryptex",
    Direction "direction" (_),
    EndOfCandidates "end-of-candidates",
    Extmap "extmap" (_),
    ExtmapAllowMixed "extmap-allow-mixed",
    Fingerprint "fingerprint" (_),
    Fmtp "fmtp" (_),
    Group "group" (_),
    IceLite "ice-lite",
    IceOptions "ice-options" (_),
    IcePacing "ice-pacing" (_),
    IcePwd "ice-pwd" (_),
    IceUfrag "ice-ufrag" (_),
    Identity "identity" (_),
    MaxMessageSize "max-message-size" (_),
    MaxPtime "maxptime" (_),
    Mid "mid" (_),
    Msid "msid" (_),
    MsidSemantic "msid-semantic" (_),
    Ptime "ptime" (_),
    Rid "rid" (_),
    Rtcp "rtcp" (_),
    RtcpFeedback "rtcp-fb" (_),
    RtcpMux "rtcp-mux",
    RtcpMuxOnly "rtcp-mux-only",
    RtcpRsize "rtcp-rsize",
    Rtpmap "rtpmap" (_),
    SctpPort "sctp-port" (_),
    Sctpmap "sctpmap" (_),
    Setup "setup" (_),
    Simulcast "simulcast" (_),
    Ssrc "ssrc" (_),
    SsrcGroup "ssrc-group" (_),
    TlsId "tls-id" (_),
}

impl AttributeKind {
    /// Whether a malformed value makes the whole description unusable: it carries identity,
    /// security or the meaning of packets, and must not silently count as absent.
    pub(crate) const fn is_vital(self) -> bool {
        matches!(
            self,
            Self::Fingerprint
                | Self::IcePwd
                | Self::IceUfrag
                | Self::MaxMessageSize
                | Self::Mid
                | Self::Rtpmap
                | Self::SctpPort
                | Self::Setup
                | Self::Simulcast
        )
    }
}

impl fmt::Display for AttributeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Attribute {
    /// Parses the value of an attribute; `None` is an attribute without a colon.
    ///
    /// The error is the octet of the value at which it stops to be well-formed.
    pub(crate) fn parse(
        kind: AttributeKind,
        name: &str,
        value: Option<&str>,
    ) -> Result<Self, usize> {
        let flag = match kind {
            AttributeKind::BundleOnly => Some(Self::BundleOnly),
            AttributeKind::Cryptex => Some(Self::Cryptex),
            AttributeKind::Direction => Direction::from_name(name).map(Self::Direction),
            AttributeKind::EndOfCandidates => Some(Self::EndOfCandidates),
            AttributeKind::ExtmapAllowMixed => Some(Self::ExtmapAllowMixed),
            AttributeKind::IceLite => Some(Self::IceLite),
            AttributeKind::RtcpMux => Some(Self::RtcpMux),
            AttributeKind::RtcpMuxOnly => Some(Self::RtcpMuxOnly),
            AttributeKind::RtcpRsize => Some(Self::RtcpRsize),
            _ => None,
        };
        match (flag, value) {
            (Some(flag), None) => Ok(flag),
            (Some(_), Some(_)) | (None, None) => Err(0),
            (None, Some(value)) => Self::parse_value(kind, value),
        }
    }

    fn parse_value(kind: AttributeKind, value: &str) -> Result<Self, usize> {
        Ok(match kind {
            AttributeKind::Candidate => Self::Candidate(ice::candidate(value)?),
            AttributeKind::Extmap => Self::Extmap(Extmap::parse(value)?),
            AttributeKind::Fingerprint => Self::Fingerprint(Fingerprint::parse(value)?),
            AttributeKind::Fmtp => Self::Fmtp(Fmtp::parse(value)?),
            AttributeKind::Group => Self::Group(Group::parse(value)?),
            AttributeKind::IceOptions => Self::IceOptions(ice::options(value)?),
            AttributeKind::IcePacing => Self::IcePacing(ice::pacing(value)?),
            AttributeKind::IcePwd => Self::IcePwd(ice::password(value)?),
            AttributeKind::IceUfrag => Self::IceUfrag(ice::username_fragment(value)?),
            AttributeKind::Identity => Self::Identity(tls::identity(value)?),
            AttributeKind::MaxMessageSize => Self::MaxMessageSize(sctp::max_message_size(value)?),
            AttributeKind::MaxPtime => Self::MaxPtime(packet_time::parse(value)?),
            AttributeKind::Mid => Self::Mid(mid::parse(value)?),
            AttributeKind::Msid => Self::Msid(Msid::parse(value)?),
            AttributeKind::MsidSemantic => Self::MsidSemantic(MsidSemantic::parse(value)?),
            AttributeKind::Ptime => Self::Ptime(packet_time::parse(value)?),
            AttributeKind::Rid => Self::Rid(Rid::parse(value)?),
            AttributeKind::Rtcp => Self::Rtcp(Rtcp::parse(value)?),
            AttributeKind::RtcpFeedback => Self::RtcpFeedback(RtcpFeedback::parse(value)?),
            AttributeKind::Rtpmap => Self::Rtpmap(Rtpmap::parse(value)?),
            AttributeKind::SctpPort => Self::SctpPort(sctp::port(value)?),
            AttributeKind::Sctpmap => Self::Sctpmap(Sctpmap::parse(value)?),
            AttributeKind::Setup => Self::Setup(Setup::parse(value)?),
            AttributeKind::Simulcast => Self::Simulcast(Simulcast::parse(value)?),
            AttributeKind::Ssrc => Self::Ssrc(Ssrc::parse(value)?),
            AttributeKind::SsrcGroup => Self::SsrcGroup(SsrcGroup::parse(value)?),
            AttributeKind::TlsId => Self::TlsId(tls::id(value)?),
            AttributeKind::BundleOnly
            | AttributeKind::Cryptex
            | AttributeKind::Direction
            | AttributeKind::EndOfCandidates
            | AttributeKind::ExtmapAllowMixed
            | AttributeKind::IceLite
            | AttributeKind::RtcpMux
            | AttributeKind::RtcpMuxOnly
            | AttributeKind::RtcpRsize => return Err(0),
        })
    }
}

/// Writes name and value, without `a=`.
impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.kind().name();
        match self {
            Self::BundleOnly
            | Self::Cryptex
            | Self::EndOfCandidates
            | Self::ExtmapAllowMixed
            | Self::IceLite
            | Self::RtcpMux
            | Self::RtcpMuxOnly
            | Self::RtcpRsize => f.write_str(name),
            Self::Direction(value) => value.fmt(f),
            Self::Candidate(value)
            | Self::IcePwd(value)
            | Self::IceUfrag(value)
            | Self::Identity(value)
            | Self::Mid(value)
            | Self::TlsId(value) => write!(f, "{name}:{value}"),
            Self::IceOptions(value) => write!(f, "{name}:{value}"),
            Self::IcePacing(value) => write!(f, "{name}:{}", value.as_millis()),
            Self::MaxPtime(value) | Self::Ptime(value) => {
                write!(f, "{name}:{}", packet_time::Milliseconds(*value))
            }
            Self::MaxMessageSize(value) => write!(f, "{name}:{value}"),
            Self::SctpPort(value) => write!(f, "{name}:{value}"),
            Self::Extmap(value) => write!(f, "{name}:{value}"),
            Self::Fingerprint(value) => write!(f, "{name}:{value}"),
            Self::Fmtp(value) => write!(f, "{name}:{value}"),
            Self::Group(value) => write!(f, "{name}:{value}"),
            Self::Msid(value) => write!(f, "{name}:{value}"),
            Self::MsidSemantic(value) => write!(f, "{name}: {value}"),
            Self::Rid(value) => write!(f, "{name}:{value}"),
            Self::Rtcp(value) => write!(f, "{name}:{value}"),
            Self::RtcpFeedback(value) => write!(f, "{name}:{value}"),
            Self::Rtpmap(value) => write!(f, "{name}:{value}"),
            Self::Sctpmap(value) => write!(f, "{name}:{value}"),
            Self::Setup(value) => write!(f, "{name}:{value}"),
            Self::Simulcast(value) => write!(f, "{name}:{value}"),
            Self::Ssrc(value) => write!(f, "{name}:{value}"),
            Self::SsrcGroup(value) => write!(f, "{name}:{value}"),
        }
    }
}

macro_rules! from_value {
    ($($kind:ident),* $(,)?) => {
        $(impl From<$kind> for Attribute {
            fn from(value: $kind) -> Self {
                Self::$kind(value)
            }
        })*
    };
}

from_value!(
    Direction,
    Extmap,
    Fingerprint,
    Fmtp,
    Group,
    Msid,
    MsidSemantic,
    Rid,
    Rtcp,
    RtcpFeedback,
    Rtpmap,
    Sctpmap,
    Setup,
    Simulcast,
    Ssrc,
    SsrcGroup,
);

/// Both as the name of an attribute (`a=cname`) and of what hangs on it, names are tokens.
pub(crate) fn split_name(text: &str) -> (&str, Option<&str>) {
    match text.split_once(':') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    }
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(ToString::to_string)
}
