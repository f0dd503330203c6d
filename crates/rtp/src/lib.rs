//! RTP (RFC 3550): packets, header extensions, sequence numbers.
