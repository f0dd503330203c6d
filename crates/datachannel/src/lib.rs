//! WebRTC data channels (RFC 8831, 8832) over an SCTP association.
