//! What both sides agree on: codecs, header extensions, and whether a new exchange is needed.

pub(crate) mod codec_match;
pub mod codecs;
pub(crate) mod extensions;
mod needed;
pub(crate) mod rtcp;
pub(crate) mod simulcast;
