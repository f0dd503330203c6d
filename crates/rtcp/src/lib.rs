//! RTCP (RFC 3550, 4585, 5104): reports and feedback.
