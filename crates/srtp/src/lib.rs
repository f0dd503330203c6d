//! SRTP and SRTCP (RFC 3711, RFC 7714): a transform of bytes, without clock, queue or socket.
//!
//! [`Outbound`] protects what one side sends, [`Inbound`] checks and opens what it receives; each
//! has the keys of its direction. Packets are worked on in place and nothing is allocated per
//! packet. Cryptography comes from a [`stonechat_crypto::Provider`].
//!
//! ```
//! use stonechat_crypto::rust;
//! use stonechat_srtp::{Config, Inbound, Outbound, Profile};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let provider = rust::provider();
//! let profile = Profile::AeadAes128Gcm;
//! let (key, salt) = (vec![1; profile.key_len()], vec![2; profile.salt_len()]);
//! let mut outbound = Outbound::new(&provider, profile, &key, &salt, Config::default())?;
//! let mut inbound = Inbound::new(&provider, profile, &key, &salt, Config::default())?;
//!
//! for sequence in 0..3 {
//!     let mut packet = vec![0x80, 111, 0, sequence, 0, 0, 0, 0, 0, 0, 0, 9];
//!     packet.extend_from_slice(b"voice");
//!     let len = packet.len();
//!     packet.resize(len + profile.rtp_overhead(), 0);
//!     let (plain, tag) = packet.split_at_mut(len);
//!     outbound.protect_rtp(plain, tag)?;
//!
//!     let opened = inbound.unprotect_rtp(&mut packet)?;
//!     assert_eq!(&packet[12..opened], b"voice");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it guarantees
//!
//! * **No index is used twice.** Each index of a stream protects one packet. A packet whose index
//!   was used, or is too far back to know, is refused ([`ProtectError::IndexUsed`],
//!   [`ProtectError::IndexTooOld`]) and nothing is written; late packets within the replay window
//!   pass once. Streams are never forgotten while the keys live, so going from one SSRC to another
//!   and back continues the old count. To retransmit, send the octets that were protected before,
//!   or use the RTX stream (RFC 4588) with its own SSRC and numbers. One set of keys belongs to
//!   one `Outbound`: making two of the same keys is the only way to break this.
//! * **Only authenticated packets change state.** Neither the rollover counter nor the replay
//!   window nor the table of streams moves for anything else; a flood of unknown SSRCs costs no
//!   memory.
//! * **Lifetimes are hard.** After 2⁴⁸ SRTP or 2³¹ SRTCP packets nothing more is protected or
//!   opened ([`ProtectError::KeyExpired`], [`UnprotectError::KeyExpired`]).
//!
//! # Rollover
//!
//! The index is estimated from the sequence number and the highest index authenticated (RFC 3711,
//! section 3.3.1), so up to 32,767 lost packets in a row are bridged. After more, the estimate is
//! wrong until [`Inbound::set_rollover`] tells the counter or new keys are agreed; the same call
//! serves who joins late. A stream begins at rollover 0: a sender should choose its first sequence
//! number below 32,768, or the loss of all packets before its first wrap makes it unreadable.
//!
//! | item | specification |
//! | --- | --- |
//! | [`Outbound`], [`Inbound`] | RFC 3711, sections 3.3 and 3.4 |
//! | [`Profile::Aes128CmSha1_80`], [`Profile::Aes128CmSha1_32`] | RFC 3711, sections 4 and 5; RFC 5764 |
//! | [`Profile::AeadAes128Gcm`], [`Profile::AeadAes256Gcm`] | RFC 7714 |
//! | key derivation, AES-256 | RFC 3711, section 4.3; RFC 6188, section 3 |

#![cfg_attr(doctest, doc = include_str!("../README.md"))]

mod cipher;
mod config;
mod error;
mod inbound;
mod key_derivation;
mod outbound;
mod profile;
mod replay;
mod rollover;
mod stats;
mod streams;

pub use config::{Config, RtcpEncryption};
pub use error::{KeyError, ProtectError, RolloverError, UnprotectError};
pub use inbound::Inbound;
pub use outbound::Outbound;
pub use profile::Profile;
pub use stats::{InboundStats, OutboundStats};
