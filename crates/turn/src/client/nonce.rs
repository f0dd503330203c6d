//! The long-term credential: answering a challenge, renewing a nonce (RFC 8489, section 9.2).

use stonechat_crypto::Provider;
use stonechat_stun::{
    Attribute, AttributeType, Builder, IntegrityKey, Message, PasswordAlgorithm, SecurityFeatures,
    opaque_string, user_hash,
};

/// Name and password, and what the server last challenged us with.
pub(super) struct Credentials {
    username: String,
    password: String,
    challenge: Option<Challenge>,
}

struct Challenge {
    realm: String,
    nonce: String,
    /// What stands for the name where the server understands that.
    user_hash: Option<[u8; 32]>,
    /// The value of PASSWORD-ALGORITHMS, to be repeated to the server; empty without an offer.
    offered: Vec<u8>,
    /// What we took; `None` without an offer.
    algorithm: Option<PasswordAlgorithm>,
    key: IntegrityKey,
}

/// Why a challenge cannot be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ChallengeError {
    /// No realm or no nonce, or no algorithm that we have.
    Unusable,
    /// The nonce promises algorithms, and somebody took them out of the message.
    BidDown,
}

impl Credentials {
    pub(super) fn new(username: &str, password: &str) -> Self {
        let username = opaque_string(username).unwrap_or_default().into_owned();
        Self {
            username,
            password: password.to_owned(),
            challenge: None,
        }
    }

    /// The key of requests and responses; `None` before the first challenge.
    pub(super) fn key(&self) -> Option<&IntegrityKey> {
        self.challenge.as_ref().map(|challenge| &challenge.key)
    }

    pub(super) fn forget(&mut self) {
        self.challenge = None;
    }

    /// Takes realm, nonce and algorithms out of a response of 401 or 438.
    pub(super) fn answer(
        &mut self,
        crypto: &Provider,
        response: &Message<'_>,
    ) -> Result<(), ChallengeError> {
        let nonce = response.nonce().ok_or(ChallengeError::Unusable)?;
        let known = self.challenge.take();
        let realm = match (response.realm(), &known) {
            (Some(realm), _) => realm.to_owned(),
            (None, Some(known)) => known.realm.clone(),
            (None, None) => return Err(ChallengeError::Unusable),
        };
        let features = SecurityFeatures::of_nonce(nonce).unwrap_or_default();
        let offered = response
            .value(AttributeType::PASSWORD_ALGORITHMS)
            .unwrap_or_default();
        //= https://www.rfc-editor.org/rfc/rfc8489#section-9.2.5
        //# If so and the
        //# "nonce cookie" has the STUN Security Feature "Password algorithms"
        //# bit set to 1 but no PASSWORD-ALGORITHMS attribute is present, then
        //# the client MUST NOT retry the request with a new transaction.
        if features.password_algorithms() && offered.is_empty() {
            return Err(ChallengeError::BidDown);
        }
        let algorithm = choose(response)?;
        let (user, password) = (&self.username, &self.password);
        let key = match (algorithm, known) {
            (algorithm, Some(known)) if known.realm == realm && known.algorithm == algorithm => {
                Some(known.key)
            }
            (None, _) => IntegrityKey::long_term(crypto, user, &realm, password),
            (Some(algorithm), _) => {
                IntegrityKey::long_term_with(crypto, algorithm, user, &realm, password)
            }
        };
        self.challenge = Some(Challenge {
            nonce: nonce.to_owned(),
            user_hash: if features.username_anonymity() {
                user_hash(crypto, user, &realm)
            } else {
                None
            },
            offered: offered.to_vec(),
            algorithm,
            realm,
            key: key.ok_or(ChallengeError::Unusable)?,
        });
        Ok(())
    }

    /// Adds what proves who we are to `request`, if the server has asked for it.
    pub(super) fn sign<'a>(&'a self, mut request: Builder<'a>) -> Builder<'a> {
        let Some(challenge) = &self.challenge else {
            return request;
        };
        request
            .push(match &challenge.user_hash {
                Some(hash) => Attribute::UserHash(hash),
                None => Attribute::Username(&self.username),
            })
            .push(Attribute::Realm(&challenge.realm))
            .push(Attribute::Nonce(&challenge.nonce));
        if let Some(algorithm) = challenge.algorithm {
            request
                .push(Attribute::Raw {
                    kind: AttributeType::PASSWORD_ALGORITHMS,
                    value: &challenge.offered,
                })
                .push(Attribute::PasswordAlgorithm(algorithm));
        }
        request.integrity(&challenge.key)
    }
}

impl core::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Credentials")
            .field("challenged", &self.challenge.is_some())
            .finish_non_exhaustive()
    }
}

/// The first offered algorithm that we have; `None` in it without an offer.
fn choose(response: &Message<'_>) -> Result<Option<PasswordAlgorithm>, ChallengeError> {
    if response.password_algorithms().next().is_none() {
        return Ok(None);
    }
    let known = |algorithm: &PasswordAlgorithm| {
        matches!(
            algorithm,
            PasswordAlgorithm::Md5 | PasswordAlgorithm::Sha256
        )
    };
    response
        .password_algorithms()
        .find(known)
        .map(Some)
        .ok_or(ChallengeError::Unusable)
}
