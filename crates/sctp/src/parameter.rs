//! Parameters within chunks and error causes, which look alike (RFC 9260, section 3.2.1).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::packet::{padded, u16_at};

pub(crate) const HEARTBEAT_INFO: u16 = 1;
pub(crate) const IPV4_ADDRESS: u16 = 5;
pub(crate) const IPV6_ADDRESS: u16 = 6;
pub(crate) const STATE_COOKIE: u16 = 7;
pub(crate) const UNRECOGNIZED: u16 = 8;
pub(crate) const COOKIE_PRESERVATIVE: u16 = 9;
pub(crate) const HOST_NAME: u16 = 11;
pub(crate) const SUPPORTED_ADDRESS_TYPES: u16 = 12;
pub(crate) const OUTGOING_RESET: u16 = 13;
pub(crate) const INCOMING_RESET: u16 = 14;
pub(crate) const TSN_RESET: u16 = 15;
pub(crate) const RECONFIG_RESPONSE: u16 = 16;
pub(crate) const ADD_OUTGOING: u16 = 17;
pub(crate) const ADD_INCOMING: u16 = 18;
pub(crate) const ZERO_CHECKSUM: u16 = 0x8001;
pub(crate) const SUPPORTED_EXTENSIONS: u16 = 0x8008;
pub(crate) const FORWARD_TSN: u16 = 0xc000;

/// One parameter, or one that does not fit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) kind: u16,
    pub(crate) value: &'a [u8],
    /// The parameter with its header, without padding.
    pub(crate) whole: &'a [u8],
}

/// Walks parameters; yields `None` once for one that does not fit.
pub(crate) struct Parameters<'a> {
    rest: &'a [u8],
}

impl<'a> Parameters<'a> {
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Option<Parameter<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let cut = || {
            let kind = u16_at(self.rest, 0)?;
            let len = usize::from(u16_at(self.rest, 2)?);
            let whole = self.rest.get(..len)?;
            Some(Parameter {
                kind,
                value: whole.get(4..)?,
                whole,
            })
        };
        let parameter = cut();
        self.rest = match &parameter {
            Some(parameter) => self
                .rest
                .get(padded(parameter.whole.len())..)
                .unwrap_or_default(),
            None => &[],
        };
        Some(parameter)
    }
}

/// What to do with a parameter or chunk of unknown type: its two highest bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct UnknownAction {
    pub(crate) go_on: bool,
    pub(crate) report: bool,
}

impl UnknownAction {
    pub(crate) const fn of_parameter(kind: u16) -> Self {
        Self {
            go_on: kind & 0x8000 != 0,
            report: kind & 0x4000 != 0,
        }
    }

    pub(crate) const fn of_chunk(kind: u8) -> Self {
        Self {
            go_on: kind & 0x80 != 0,
            report: kind & 0x40 != 0,
        }
    }
}
