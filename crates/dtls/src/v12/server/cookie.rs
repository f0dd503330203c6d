//! Cookies that prove a client's address (RFC 6347, section 4.2.1).

use stonechat_crypto::{MacAlgorithm, Provider, Secret};

use crate::CookiePolicy;
use crate::fault::Fault;
use crate::handshake::client_hello::ClientHello;

const LEN: usize = 20;

/// Whether a ClientHello may go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Accepted,
    /// It needs this cookie.
    Demand([u8; LEN]),
}

/// Judges the cookie of `hello`: it is a code of the address and of all that a client repeats.
pub(crate) fn judge(
    provider: &Provider,
    secret: &Secret,
    policy: &CookiePolicy,
    hello: &ClientHello<'_>,
) -> Result<Verdict, Fault> {
    let CookiePolicy::Required { address } = policy else {
        return Ok(Verdict::Accepted);
    };
    let mac = provider
        .mac(MacAlgorithm::HmacSha256)
        .ok_or(Fault::Internal)?;
    let key = mac.key(secret.as_bytes());
    let parts: [&[u8]; 5] = [
        address,
        &hello.random,
        hello.session_id,
        hello.cipher_suites.as_bytes(),
        hello.compression_methods,
    ];
    if hello.cookie.is_empty() {
        let mut code = [0; 32];
        key.sign(&parts, &mut code);
        let cookie = code.first_chunk().copied().ok_or(Fault::Internal)?;
        return Ok(Verdict::Demand(cookie));
    }
    if hello.cookie.len() == LEN && key.verify(&parts, hello.cookie) {
        Ok(Verdict::Accepted)
    } else {
        Err(Fault::InvalidCookie)
    }
}
