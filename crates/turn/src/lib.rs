//! TURN (RFC 8656): a sans-IO client.
