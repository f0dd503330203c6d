//! The server, one file per awaited message.

pub(crate) mod certificate;
pub(crate) mod certificate_verify;
pub(crate) mod client_hello;
pub(crate) mod cookie;
pub(crate) mod key_exchange;

use stonechat_crypto::Secret;

use super::Context;
use client_hello::AwaitClientHello;

/// Awaits a first ClientHello.
pub(crate) fn start(context: &mut Context<'_>) -> AwaitClientHello {
    AwaitClientHello {
        cookie_secret: Secret::new(context.rng.array::<32>().to_vec()),
    }
}
