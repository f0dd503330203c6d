//! What descriptions may change of a transport that is in use (RFC 8829, sections 5.8.3, 5.10 and
//! 5.11; RFC 8842, section 5): ICE restarts only as an answer to a restart, and another DTLS
//! association only together with one.

use stonechat_crypto::Fingerprint;

use super::answer::media_is_gone;
use super::{credentials_of, fingerprint_of};
use crate::error::{Error, ErrorName};
use crate::id::TransportId;
use crate::session::Session;
use crate::state::SignalingState;

/// The peer's end of a transport, as the last answer left it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RemoteEnd {
    pub(crate) credentials: stonechat_ice::Credentials,
    fingerprints: Vec<Fingerprint>,
    tls_id: Option<String>,
}

impl RemoteEnd {
    fn of(section: stonechat_sdp::Section<'_>) -> Option<Self> {
        if media_is_gone(section.media()) {
            return None;
        }
        Some(Self {
            credentials: credentials_of(section)?,
            fingerprints: section.fingerprints().filter_map(fingerprint_of).collect(),
            tls_id: section.tls_id().map(str::to_owned),
        })
    }

    /// Whether `next` speaks of another DTLS association.
    fn has_other_dtls(&self, next: &Self) -> bool {
        let same = |fingerprints: &[Fingerprint], others: &[Fingerprint]| {
            fingerprints
                .iter()
                .all(|fingerprint| others.contains(fingerprint))
        };
        let other_certificate = !same(&self.fingerprints, &next.fingerprints)
            && !same(&next.fingerprints, &self.fingerprints);
        let other_id = match (&self.tls_id, &next.tls_id) {
            (Some(before), Some(now)) => before != now,
            _ => false,
        };
        other_certificate || other_id
    }
}

impl Session {
    /// Checks what a description of the peer changes of the transports in use; `answers` if it is
    /// an answer to an offer of ours.
    pub(super) fn check_continued(
        &self,
        sdp: &stonechat_sdp::Session,
        answers: bool,
    ) -> Result<(), Error> {
        let forks = self.signaling.state() == SignalingState::HaveRemotePranswer;
        for transport in self.transports.living() {
            let next = self.signaling.described(transport.id, sdp, RemoteEnd::of);
            let (Some(before), Some(next)) = (&transport.remote, &next) else {
                continue;
            };
            let restarts = before.credentials != next.credentials;
            // The answers of several peers may differ in everything (RFC 8829, section 3.8).
            if answers && !forks {
                let stable = self.signaling.stable.as_ref();
                let ours = stable.and_then(|stable| stable.credentials(transport.id));
                let asked = ours.is_some_and(|ours| *ours != transport.credentials);
                if restarts && !asked {
                    return refuse("the answer restarts ICE, which the offer did not ask for");
                }
                if asked && !restarts && !sdp.ice_lite() {
                    return refuse("the offer restarts ICE, the answer keeps the old credentials");
                }
            }
            if before.has_other_dtls(next) && !restarts {
                return refuse(
                    "another certificate or tls-id is a new DTLS association, which needs new \
                     ICE credentials too",
                );
            }
        }
        Ok(())
    }

    /// Whether the peer's offer begins another DTLS association on a transport.
    pub(super) fn peer_renews_dtls(
        &self,
        id: TransportId,
        offer: &stonechat_sdp::Session,
        index: usize,
    ) -> bool {
        let before = self
            .transports
            .get(id)
            .and_then(|transport| transport.remote.as_ref());
        let next = offer.section(index).and_then(RemoteEnd::of);
        before
            .zip(next)
            .is_some_and(|(before, next)| before.has_other_dtls(&next))
    }

    /// Takes note of the peer's ends as an exchange with this description of the peer decided
    /// them.
    pub(super) fn note_remote_ends(&mut self, sdp: &stonechat_sdp::Session) {
        let ends: Vec<_> = self
            .transports
            .living()
            .filter_map(|transport| {
                let end = self.signaling.described(transport.id, sdp, RemoteEnd::of)?;
                Some((transport.id, end))
            })
            .collect();
        for (id, end) in ends {
            let Some(transport) = self.transports.get_mut(id) else {
                continue;
            };
            if let Some(before) = transport.remote.replace(end)
                && let Some(end) = &transport.remote
                && before.has_other_dtls(end)
            {
                transport.association += 1;
                transport.dtls_role = None;
            }
        }
    }
}

fn refuse(text: &str) -> Result<(), Error> {
    Err(Error::new(ErrorName::InvalidAccessError, text))
}
