//! SCTP (RFC 9260) over DTLS: a sans-IO association.
