//! SDP (RFC 8866) with the WebRTC attributes: lossless parse and print.
