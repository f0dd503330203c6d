//! What both sides agree on: codecs, header extensions, and whether a new exchange is needed.

pub mod codecs;
pub(crate) mod extensions;
mod needed;
