//! DTLS (RFC 6347) for WebRTC: a sans-IO session with DTLS-SRTP.
