//! SRTP and SRTCP (RFC 3711, 7714): protect and unprotect packets.
