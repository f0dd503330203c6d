//! STUN (RFC 8489): message codec, integrity, client transactions.
