//! RTP senders and receivers, payload formats and media files.
