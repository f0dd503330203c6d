//! A media section with what it inherits.

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use crate::attribute::{Direction, Extmap, Fingerprint, Setup};
use crate::connection::Connection;
use crate::media::Media;
use crate::session::Session;
use crate::token_list::TokenList;

/// A media section seen together with what it inherits from its session.
///
/// Each getter gives what is written in the section and, where nothing is, what the session says.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    session: &'a Session,
    media: &'a Media,
}

impl<'a> Section<'a> {
    pub(crate) fn new(session: &'a Session, media: &'a Media) -> Self {
        Self { session, media }
    }

    /// The section itself.
    pub fn media(self) -> &'a Media {
        self.media
    }

    /// The session it belongs to.
    pub fn session(self) -> &'a Session {
        self.session
    }

    /// The direction; `sendrecv` where none is written (RFC 8866 section 6.7).
    pub fn direction(self) -> Direction {
        let written = self.media.direction().or_else(|| self.session.direction());
        written.unwrap_or_default()
    }

    /// Where media goes.
    pub fn connection(self) -> Option<&'a Connection> {
        self.media
            .connection()
            .or_else(|| self.session.connection())
    }

    /// The user name fragment of ICE (RFC 8839 section 5.4).
    pub fn ice_ufrag(self) -> Option<&'a str> {
        self.media.ice_ufrag().or_else(|| self.session.ice_ufrag())
    }

    /// The password of ICE (RFC 8839 section 5.4).
    pub fn ice_pwd(self) -> Option<&'a str> {
        self.media.ice_pwd().or_else(|| self.session.ice_pwd())
    }

    /// The options of ICE (RFC 8839 section 5.6).
    pub fn ice_options(self) -> Option<&'a TokenList> {
        self.media
            .ice_options()
            .or_else(|| self.session.ice_options())
    }

    /// The hashes of the certificate; those of the session only if the section has none (RFC 8122
    /// section 5).
    pub fn fingerprints(self) -> impl Iterator<Item = &'a Fingerprint> {
        let own = self.media.fingerprints();
        let inherited = match self.media.fingerprints().next() {
            Some(_) => None,
            None => Some(self.session.fingerprints()),
        };
        own.chain(inherited.into_iter().flatten())
    }

    /// Who starts the DTLS handshake (RFC 4145 section 4).
    pub fn setup(self) -> Option<Setup> {
        self.media.setup().or_else(|| self.session.setup())
    }

    /// The identifier of the DTLS association (RFC 8842 section 4).
    pub fn tls_id(self) -> Option<&'a str> {
        self.media.tls_id().or_else(|| self.session.tls_id())
    }

    /// The RTP header extensions: those of the section, then those of the session (RFC 8285
    /// section 8).
    pub fn extmaps(self) -> impl Iterator<Item = &'a Extmap> {
        self.media.extmaps().chain(self.session.extmaps())
    }

    /// Whether one- and two-octet header extensions may be mixed (RFC 8285 section 6).
    pub fn extmap_allow_mixed(self) -> bool {
        self.media.extmap_allow_mixed() || self.session.extmap_allow_mixed()
    }

    /// Whether no further candidates come (RFC 8840 section 8.2).
    pub fn end_of_candidates(self) -> bool {
        self.media.end_of_candidates() || self.session.end_of_candidates()
    }
}
