//! A complete WebRTC stack: the W3C API on tokio.
