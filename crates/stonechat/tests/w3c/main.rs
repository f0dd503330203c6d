//! The assertions of the W3C specifications, one module for each interface.
//!
//! A comment `// api: Interface.member, ..` above a test names the members of the WebIDL whose behaviour it
//! exercises; `cargo xtask api` collects them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#[path = "../it/pair.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod pair;

mod constraints;
mod encoded_media;
mod enums;
mod events;
mod media_devices;
mod media_stream;
mod media_stream_track;
mod model;
mod raw_encodings;
mod rtc_certificate;
mod rtc_configuration;
mod rtc_data_channel;
mod rtc_dtls_transport;
mod rtc_dtmf_sender;
mod rtc_encoded_frames;
mod rtc_error;
mod rtc_ice_candidate;
mod rtc_ice_transport;
mod rtc_identity;
mod rtc_peer_connection;
mod rtc_rtp_receiver;
mod rtc_rtp_script_transform;
mod rtc_rtp_sender;
mod rtc_rtp_transceiver;
mod rtc_sctp_transport;
mod rtc_session_description;
mod rtc_stats_report;
mod sframe;
