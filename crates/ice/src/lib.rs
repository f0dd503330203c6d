//! ICE (RFC 8445): a sans-IO agent with trickle, restart and consent.
