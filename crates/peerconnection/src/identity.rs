//! Identity assertions: what they say and how descriptions carry them (webrtc-identity; RFC 8827,
//! sections 5, 7 and 8).
//!
//! An assertion is made and validated by an identity provider, which the application brings; here
//! is what binds it to a description. What a peer sends is bounded before it is read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::error::{Error, ErrorDetail, ErrorDetailType, ErrorName};

/// `RTCIdentityProviderOptions`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct IdentityProviderOptions {
    /// `protocol`: which protocol of the provider; neither `/` nor `\` may be in it. Default:
    /// `default`.
    pub protocol: String,
    /// `usernameHint`: for whom the assertion shall be made.
    pub username_hint: Option<String>,
    /// `peerIdentity`: for whose eyes; that of the configuration if `None`.
    pub peer_identity: Option<String>,
}

impl Default for IdentityProviderOptions {
    fn default() -> Self {
        Self {
            protocol: String::from(DEFAULT_PROTOCOL),
            username_hint: None,
            peer_identity: None,
        }
    }
}

/// `RTCIdentityProviderDetails`: which provider validates an assertion.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct IdentityProviderDetails {
    /// `domain`.
    pub domain: String,
    /// `protocol`; neither `/` nor `\` may be in it.
    pub protocol: String,
}

impl Default for IdentityProviderDetails {
    fn default() -> Self {
        Self {
            domain: String::new(),
            protocol: String::from(DEFAULT_PROTOCOL),
        }
    }
}

/// `RTCIdentityAssertionResult`: what a provider answers that was asked for an assertion.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IdentityAssertionResult {
    /// `idp`: who validates it.
    pub idp: IdentityProviderDetails,
    /// `assertion`: opaque to all but the provider.
    pub assertion: String,
}

/// `RTCIdentityValidationResult`: what a provider answers that validated an assertion.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IdentityValidationResult {
    /// `identity`: the peer, as `user@domain`.
    pub identity: String,
    /// `contents`: what the assertion was made of.
    pub contents: String,
}

/// `RTCIdentityAssertion`: who the peer is.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct IdentityAssertion {
    /// `idp`: the domain of the provider that validated it.
    pub idp: String,
    /// `name`: the identity, as `user@domain`.
    pub name: String,
}

impl IdentityAssertion {
    /// The constructor.
    #[must_use]
    pub fn new(idp: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            idp: idp.into(),
            name: name.into(),
        }
    }
}

crate::w3c_enums! {
    /// `RTCErrorDetailTypeIdp`: why a provider gave no answer.
    ErrorDetailTypeIdp {
        /// What was loaded is no provider.
        IdpBadScriptFailure = "idp-bad-script-failure",
        /// The provider failed.
        #[default]
        IdpExecutionFailure = "idp-execution-failure",
        /// The provider could not be loaded.
        IdpLoadFailure = "idp-load-failure",
        /// The user has to log in.
        IdpNeedLogin = "idp-need-login",
        /// The provider took too long.
        IdpTimeout = "idp-timeout",
        /// The certificate of the provider's server is not trusted.
        IdpTlsFailure = "idp-tls-failure",
        /// The token has expired.
        IdpTokenExpired = "idp-token-expired",
        /// The token is not valid.
        IdpTokenInvalid = "idp-token-invalid",
    }
}

impl From<ErrorDetailTypeIdp> for ErrorDetailType {
    fn from(idp: ErrorDetailTypeIdp) -> Self {
        use ErrorDetailTypeIdp as Idp;
        match idp {
            Idp::IdpBadScriptFailure => Self::IdpBadScriptFailure,
            Idp::IdpExecutionFailure => Self::IdpExecutionFailure,
            Idp::IdpLoadFailure => Self::IdpLoadFailure,
            Idp::IdpNeedLogin => Self::IdpNeedLogin,
            Idp::IdpTimeout => Self::IdpTimeout,
            Idp::IdpTlsFailure => Self::IdpTlsFailure,
            Idp::IdpTokenExpired => Self::IdpTokenExpired,
            Idp::IdpTokenInvalid => Self::IdpTokenInvalid,
        }
    }
}

/// How an identity provider fails.
#[derive(Clone, Debug, Default, Eq, PartialEq, thiserror::Error)]
#[error("the identity provider failed ({error_detail}): {message}")]
pub struct IdentityProviderError {
    /// Which of the failures that the W3C API tells apart.
    pub error_detail: ErrorDetailTypeIdp,
    /// What went wrong, for people.
    pub message: String,
    /// Where the user can log in; becomes `idpLoginUrl`.
    pub login_url: Option<String>,
    /// What the provider tells the application; becomes `idpErrorInfo`.
    pub error_info: Option<String>,
    /// The HTTP status with which loading failed; becomes `httpRequestStatusCode`.
    pub http_request_status_code: Option<u16>,
}

impl IdentityProviderError {
    /// A failure of this kind.
    #[must_use]
    pub fn new(error_detail: ErrorDetailTypeIdp, message: impl Into<String>) -> Self {
        Self {
            error_detail,
            message: message.into(),
            ..Self::default()
        }
    }

    /// As an application sees it.
    pub(crate) fn to_error(&self) -> Error {
        let status = self
            .http_request_status_code
            .filter(|_| self.error_detail == ErrorDetailTypeIdp::IdpLoadFailure);
        let detail = ErrorDetail {
            error_detail: self.error_detail.into(),
            http_request_status_code: status,
            ..ErrorDetail::default()
        };
        Error::rtc(detail, self.to_string())
    }
}

/// A provider that may speak for another domain than its own, by local policy (RFC 8827,
/// section 8.1).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ThirdPartyIdentityProvider {
    /// The domain of the provider.
    pub idp: String,
    /// The domain of the identities that it may assert.
    pub domain: String,
}

/// A fingerprint as descriptions and assertions write it: the name of the hash function in lower
/// case, and the digest in upper case. Hash functions that we do not know are compared as well.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct WrittenFingerprint {
    algorithm: String,
    digest: String,
}

impl WrittenFingerprint {
    fn new(algorithm: &str, digest: &str) -> Self {
        Self {
            algorithm: algorithm.to_ascii_lowercase(),
            digest: digest.to_ascii_uppercase(),
        }
    }

    /// All fingerprints of a description, of the session and of its sections.
    pub(crate) fn all(sdp: &stonechat_sdp::Session) -> Vec<Self> {
        let of_session = sdp.attribute_values("fingerprint");
        let of_media = sdp
            .media()
            .iter()
            .flat_map(|media| media.attribute_values("fingerprint"));
        let mut all: Vec<Self> = of_session
            .chain(of_media)
            .flatten()
            .map(|value| {
                let (algorithm, digest) = value.trim().split_once(' ').unwrap_or((value, ""));
                Self::new(algorithm, digest.trim())
            })
            .collect();
        all.sort();
        all.dedup();
        all
    }
}

/// Whether a protocol has none of the characters that would lead out of its folder.
pub(crate) fn is_protocol(protocol: &str) -> bool {
    !protocol.contains(['/', '\\'])
}

/// What an assertion is made of (RFC 8827, section 7.4).
pub(crate) fn contents(fingerprints: &[stonechat_crypto::Fingerprint]) -> String {
    let fingerprints: Vec<Value> = fingerprints
        .iter()
        .map(|fingerprint| {
            let text = fingerprint.to_string();
            let digest = text.split_once(' ').map_or("", |(_, digest)| digest);
            json!({ "algorithm": fingerprint.algorithm_name(), "digest": digest })
        })
        .collect();
    json!({ "fingerprint": fingerprints }).to_string()
}

/// The fingerprints that `contents` has; `None` if they are not what [`contents`] makes.
pub(crate) fn covered(contents: &str, max: usize) -> Option<Vec<WrittenFingerprint>> {
    if contents.len() > max {
        return None;
    }
    let value: Value = serde_json::from_str(contents).ok()?;
    let list = value.get("fingerprint")?.as_array()?;
    list.iter()
        .map(|entry| {
            let algorithm = entry.get("algorithm")?.as_str()?;
            let digest = entry.get("digest")?.as_str()?;
            Some(WrittenFingerprint::new(algorithm, digest))
        })
        .collect()
}

/// The value of `a=identity` (RFC 8827, section 7.4.1).
pub(crate) fn encode(result: &IdentityAssertionResult) -> String {
    let idp = json!({ "domain": result.idp.domain, "protocol": result.idp.protocol });
    let text = json!({ "idp": idp, "assertion": result.assertion }).to_string();
    BASE64.encode(text)
}

/// Reads the value of `a=identity`, of which extensions after the assertion are not looked at.
///
/// # Limits
///
/// `max` octets of the value; nesting by the JSON parser, which stops at 128.
pub(crate) fn decode(value: &str, max: usize) -> Option<IdentityAssertionResult> {
    let value = value.split(' ').next()?;
    if value.len() > max {
        return None;
    }
    let text = BASE64.decode(value).ok()?;
    let value: Value = serde_json::from_slice(&text).ok()?;
    let idp = value.get("idp")?;
    let protocol = match idp.get("protocol") {
        Some(protocol) => protocol.as_str()?,
        None => DEFAULT_PROTOCOL,
    };
    let domain = idp.get("domain")?.as_str()?;
    if domain.is_empty() || !is_protocol(protocol) {
        return None;
    }
    Some(IdentityAssertionResult {
        idp: IdentityProviderDetails {
            domain: domain.to_owned(),
            protocol: protocol.to_owned(),
        },
        assertion: value.get("assertion")?.as_str()?.to_owned(),
    })
}

/// Whether a provider may assert `identity`: its domain is the provider's own, or local policy
/// says so (RFC 8827, section 8.1).
pub(crate) fn may_assert(
    idp: &str,
    identity: &str,
    third_parties: &[ThirdPartyIdentityProvider],
) -> bool {
    let Some((user, domain)) = parts(identity) else {
        return false;
    };
    let host = host(idp);
    let by_policy = || {
        third_parties
            .iter()
            .any(|known| is_same_domain(&known.idp, host) && is_same_domain(&known.domain, domain))
    };
    !user.is_empty() && (is_same_domain(host, domain) || by_policy())
}

/// Whether two identities are the same: the user in each character, the domain by its labels.
pub(crate) fn is_same_identity(one: &str, other: &str) -> bool {
    match (parts(one), parts(other)) {
        (Some((user, domain)), Some((other_user, other_domain))) => {
            user == other_user && is_same_domain(domain, other_domain)
        }
        _ => one == other,
    }
}

/// User and domain; an `@` of the user is escaped, so there is one.
fn parts(identity: &str) -> Option<(&str, &str)> {
    let (user, domain) = identity.split_once('@')?;
    (!domain.is_empty() && !domain.contains('@')).then_some((user, domain))
}

/// An authority without user information and port (RFC 8827, section 7.5).
fn host(authority: &str) -> &str {
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Labels are the same in any case. One written in ASCII (`xn--`) and one that is not count as
/// different, so that the doubt is never in favour of an assertion.
fn is_same_domain(one: &str, other: &str) -> bool {
    !one.is_empty() && one.to_lowercase() == other.to_lowercase()
}

/// Why an assertion does not hold.
pub(crate) fn invalid(text: &str) -> Error {
    Error::new(ErrorName::OperationError, text)
}

const DEFAULT_PROTOCOL: &str = "default";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_compared_without_user_information_and_port() {
        assert_eq!(host("user:password@example.org:8443"), "example.org");
        assert_eq!(host("example.org"), "example.org");
        assert!(may_assert("Example.ORG:443", "bob@example.org", &[]));
        assert!(!may_assert("example.org.evil", "bob@example.org", &[]));
        assert!(!may_assert(
            "example.org",
            "bob@example.org@example.org",
            &[]
        ));
        assert!(!may_assert("example.org", "@example.org", &[]));
        assert!(!may_assert("example.org", "example.org", &[]));
        assert!(!may_assert("", "bob@", &[]));
    }

    #[test]
    fn the_example_of_the_rfc_reads() {
        let value = "eyJpZHAiOnsiZG9tYWluIjoiZXhhbXBsZS5vcmciLCJwcm90b2NvbCI6ImJvZ3Vz\
                     In0sImFzc2VydGlvbiI6IntcImlkZW50aXR5XCI6XCJib2JAZXhhbXBsZS5vcmdc\
                     IixcImNvbnRlbnRzXCI6XCJhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3l6XCIsXCJz\
                     aWduYXR1cmVcIjpcIjAxMDIwMzA0MDUwNlwifSJ9";
        let read = decode(value, 10_000).unwrap();
        assert_eq!(
            (read.idp.domain.as_str(), read.idp.protocol.as_str()),
            ("example.org", "bogus")
        );
        assert!(read.assertion.contains("bob@example.org"));
        assert_eq!(decode(&encode(&read), 10_000), Some(read));
    }
}
