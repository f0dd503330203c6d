//! SDP (RFC 8866) with the attributes that WebRTC uses: lossless parse and print.
//!
//! A description is a list of [`Line`]s, in the order and the spelling in which they came; beside
//! the text of each line stands its typed form. Printing writes the texts, so that whatever was
//! read is printed again octet for octet (line ends become CRLF). A new line is made from a typed
//! value, and only if it reads back as that value: neither a line end in a label nor a space in an
//! identifier can ever be written.
//!
//! What this crate does not do: it knows the grammar of one description, not the rules between
//! sections or between an offer and its answer (unique mids, bundle membership, directions that
//! answer each other, policies on hash functions). Those are JSEP's.
//!
//! ```
//! use stonechat_sdp::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut session = Session::new(&Origin::new(4962303333179871722, 1))?;
//! session.push(Group::bundle(["0"]))?;
//! let mut audio = Media::new(MediaKind::Audio, 9, "UDP/TLS/RTP/SAVPF", ["111"])?;
//! audio.set_connection(&Connection::unspecified())?;
//! audio.push(Attribute::Mid("0".into()))?;
//! audio.push(Direction::SendOnly)?;
//! audio.push(Rtpmap::new(111, "opus", 48_000).with_channels(2))?;
//! audio.push(Fmtp::new("111", "minptime=10;useinbandfec=1"))?;
//! session.push_media(audio);
//!
//! let text = session.to_string();
//! let read: Session = text.parse()?;
//! let section = read.section(0).ok_or("no section")?;
//! assert_eq!(section.media().mid(), Some("0"));
//! assert_eq!(section.direction(), Direction::SendOnly);
//! assert_eq!(section.media().fmtp(111).and_then(|f| f.parameters.get("minptime")), Some("10"));
//! assert_eq!(read.to_string(), text);
//! # Ok(())
//! # }
//! ```
//!
//! | type | is |
//! | --- | --- |
//! | [`Session`] | a whole description |
//! | [`Media`] | one media section of it |
//! | [`Section`] | a media section seen together with what it inherits from the session |
//! | [`Fragment`] | lines without a session's head, as trickled candidates are sent (RFC 8840) |
//! | [`Line`] | one line: text, typed form, position in order |
//! | [`Attribute`] | the typed form of an `a=` line |
//! | [`Limits`] | what bounds a parse |
//! | [`ParseError`] | what is wrong, at which line and column |
//!
//! How a line that is not well-formed is treated, depends on what it would break:
//!
//! | what | treatment |
//! | --- | --- |
//! | `v=` `o=` `s=` at the head, `t=` `c=` `m=`; a line that is none; NUL or a lone CR anywhere | error |
//! | `rtpmap` `ice-ufrag` `ice-pwd` `fingerprint` `setup` `mid` `simulcast` `sctp-port` `max-message-size` | error |
//! | every other known attribute, `b=` | kept and printed, not typed: [`Line::problem`] says why |
//! | unknown attributes and line types | kept and printed |
//! | missing `t=`, empty `s=`, spaces at the end of `m=`, LF as line end, no line end at the last line | accepted |
//!
//! Where an attribute that may stand once stands twice, getters return the first.
//!
//! | specification | what of it |
//! | --- | --- |
//! | RFC 8866 | the whole grammar of lines; `i u e p k r z` are kept as text |
//! | RFC 8829, 8830, 5888, 9143 | `msid`, `msid-semantic`, `group`, `mid`, `bundle-only` |
//! | RFC 8839, 8840 | `candidate` (as text, for the ICE layer), `ice-*`, `end-of-candidates` |
//! | RFC 8122, 4145, 8842, 8827 | `fingerprint`, `setup`, `tls-id`, `identity` |
//! | RFC 8841 | `sctp-port`, `max-message-size`, and the older `sctpmap` |
//! | RFC 3605, 5761, 8858, 5506 | `rtcp`, `rtcp-mux`, `rtcp-mux-only`, `rtcp-rsize` |
//! | RFC 4585, 5104, 8108 | `rtcp-fb` |
//! | RFC 8285, 9335 | `extmap`, `extmap-allow-mixed`, `cryptex` |
//! | RFC 5576, 8851, 8853 | `ssrc`, `ssrc-group`, `rid`, `simulcast` |
//!
//! | feature | brings |
//! | --- | --- |
//! | `std` (default) | nothing but the standard library below the dependencies; without it the crate is `no_std` with `alloc` |

#![no_std]
#![cfg_attr(doctest, doc = include_str!("../README.md"))]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod attribute;
mod bandwidth;
mod connection;
mod error;
mod fragment;
mod getters;
mod grammar;
mod limits;
mod line;
mod media;
mod origin;
mod parameters;
mod parse;
mod section;
mod session;
mod text;
mod timing;
mod token_list;

pub use attribute::{
    Attribute, AttributeKind, Direction, Extmap, FeedbackTarget, Fingerprint, Fmtp, Group, Msid,
    MsidSemantic, Rid, RidDirection, Rtcp, RtcpFeedback, Rtpmap, Sctpmap, Setup, Simulcast,
    SimulcastAlternative, SimulcastStream, SimulcastStreams, Ssrc, SsrcGroup,
};
pub use bandwidth::Bandwidth;
pub use connection::Connection;
pub use error::{BuildError, ErrorKind, ParseError};
pub use fragment::Fragment;
pub use limits::Limits;
pub use line::Line;
pub use media::{Media, MediaKind};
pub use origin::Origin;
pub use parameters::Parameters;
pub use section::Section;
pub use session::Session;
pub use timing::Timing;
pub use token_list::TokenList;
