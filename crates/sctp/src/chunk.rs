//! Chunk types (RFC 9260, section 3.2) and their contents, one file each.

pub(crate) mod data;
pub(crate) mod forward_tsn;
pub(crate) mod init;
pub(crate) mod reconfig;
pub(crate) mod sack;

pub(crate) const DATA: u8 = 0;
pub(crate) const INIT: u8 = 1;
pub(crate) const INIT_ACK: u8 = 2;
pub(crate) const SACK: u8 = 3;
pub(crate) const HEARTBEAT: u8 = 4;
pub(crate) const HEARTBEAT_ACK: u8 = 5;
pub(crate) const ABORT: u8 = 6;
pub(crate) const SHUTDOWN: u8 = 7;
pub(crate) const SHUTDOWN_ACK: u8 = 8;
pub(crate) const ERROR: u8 = 9;
pub(crate) const COOKIE_ECHO: u8 = 10;
pub(crate) const COOKIE_ACK: u8 = 11;
pub(crate) const SHUTDOWN_COMPLETE: u8 = 14;
pub(crate) const I_DATA: u8 = 0x40;
pub(crate) const RECONFIG: u8 = 0x82;
pub(crate) const FORWARD_TSN: u8 = 0xc0;
pub(crate) const I_FORWARD_TSN: u8 = 0xc2;

/// The T bit of ABORT and SHUTDOWN COMPLETE: the verification tag is reflected.
pub(crate) const REFLECTED: u8 = 1;
