//! The assertions of the W3C specifications, one module for each interface.
//!
//! A comment `// api: Interface.member, ..` above a test names the members of the WebIDL whose behaviour it
//! exercises; `cargo xtask api` collects them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop"
)]

#[path = "../it/connections.rs"]
mod connections;
#[path = "../it/relay_server.rs"]
mod relay_server;
#[path = "../it/setup.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod setup;

mod app;
mod certificate;
mod configuration;
mod conformance;
mod data_channel;
mod dtls_errors;
mod dtls_transport;
mod dtmf_sender;
mod enums;
mod events_order;
mod ice_candidate;
mod ice_transport;
mod ice_without_sdp;
mod identity;
mod jsep;
mod model;
mod perfect_negotiation;
mod rtc_peer_connection;
mod rtp_receiver;
mod rtp_sender;
mod rtp_transceiver;
mod sctp_transport;
mod session_description;
mod stats;
mod stats_feedback;
