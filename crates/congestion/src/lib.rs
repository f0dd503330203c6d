//! Congestion control and pacing for real-time media.
