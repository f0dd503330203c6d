//! INIT and INIT ACK (RFC 9260, sections 3.3.2 and 3.3.3).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::Tsn;
use crate::chunk;
use crate::packet::{padded, u16_at, u32_at};
use crate::parameter::{
    self, COOKIE_PRESERVATIVE, HOST_NAME, IPV4_ADDRESS, IPV6_ADDRESS, Parameters, STATE_COOKIE,
    SUPPORTED_ADDRESS_TYPES, SUPPORTED_EXTENSIONS, UNRECOGNIZED, UnknownAction, ZERO_CHECKSUM,
};

/// The smallest window that a peer may offer (RFC 9260, section 3.3.2).
pub(crate) const MIN_WINDOW: u32 = 1500;
/// SCTP over DTLS as the error detection method (RFC 9653, section 6).
const DTLS: u32 = 1;
/// Octets of unrecognized parameters that are reported back.
const MAX_REPORTED: usize = 512;

/// Extensions that an end knows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Capabilities {
    /// FORWARD TSN (RFC 3758).
    pub(crate) forward_tsn: bool,
    /// RE-CONFIG (RFC 6525).
    pub(crate) reconfig: bool,
    /// Packets without checksum are accepted (RFC 9653).
    pub(crate) zero_checksum: bool,
}

impl Capabilities {
    pub(crate) fn to_bits(self) -> u8 {
        u8::from(self.forward_tsn)
            | (u8::from(self.reconfig) << 1)
            | (u8::from(self.zero_checksum) << 2)
    }

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self {
            forward_tsn: bits & 1 != 0,
            reconfig: bits & 2 != 0,
            zero_checksum: bits & 4 != 0,
        }
    }
}

/// What INIT and INIT ACK say about their sender.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Side {
    pub(crate) tag: u32,
    pub(crate) window: u32,
    pub(crate) outbound: u16,
    pub(crate) inbound: u16,
    pub(crate) tsn: Tsn,
    pub(crate) capabilities: Capabilities,
}

/// INIT or INIT ACK as it came in.
#[derive(Debug)]
pub(crate) struct Init<'a> {
    pub(crate) side: Side,
    pub(crate) cookie: Option<&'a [u8]>,
    pub(crate) host_name: Option<&'a [u8]>,
    /// Unrecognized parameters to report, padded.
    pub(crate) unrecognized: Vec<u8>,
}

impl<'a> Init<'a> {
    /// Parses the value; `None` if it or a parameter is cut off.
    pub(crate) fn parse(value: &'a [u8]) -> Option<Self> {
        let mut init = Self {
            side: Side {
                tag: u32_at(value, 0)?,
                window: u32_at(value, 4)?,
                outbound: u16_at(value, 8)?,
                inbound: u16_at(value, 10)?,
                tsn: Tsn(u32_at(value, 12)?),
                capabilities: Capabilities::default(),
            },
            cookie: None,
            host_name: None,
            unrecognized: Vec::new(),
        };
        let mut reading = true;
        for parameter in Parameters::new(value.get(16..)?) {
            let parameter = parameter?;
            if reading {
                reading = init.take(&parameter);
            }
        }
        Some(init)
    }

    /// Understands one parameter; returns whether to go on.
    fn take(&mut self, parameter: &parameter::Parameter<'a>) -> bool {
        let capabilities = &mut self.side.capabilities;
        match parameter.kind {
            STATE_COOKIE => self.cookie = Some(parameter.value),
            HOST_NAME => self.host_name = Some(parameter.whole),
            parameter::FORWARD_TSN => capabilities.forward_tsn = true,
            SUPPORTED_EXTENSIONS => {
                capabilities.forward_tsn |= parameter.value.contains(&chunk::FORWARD_TSN);
                capabilities.reconfig |= parameter.value.contains(&chunk::RECONFIG);
            }
            ZERO_CHECKSUM => {
                capabilities.zero_checksum |= u32_at(parameter.value, 0) == Some(DTLS);
            }
            IPV4_ADDRESS
            | IPV6_ADDRESS
            | COOKIE_PRESERVATIVE
            | SUPPORTED_ADDRESS_TYPES
            | UNRECOGNIZED => {}
            kind => {
                let action = UnknownAction::of_parameter(kind);
                let len = padded(parameter.whole.len());
                let end = self.unrecognized.len().saturating_add(len);
                if action.report && end <= MAX_REPORTED {
                    self.unrecognized.extend_from_slice(parameter.whole);
                    self.unrecognized.resize(end, 0);
                }
                return action.go_on;
            }
        }
        true
    }

    /// Whether the fixed fields are in range (RFC 9260, section 3.3.2).
    pub(crate) const fn is_valid(&self) -> bool {
        let side = &self.side;
        side.outbound != 0 && side.inbound != 0 && side.window >= MIN_WINDOW
    }
}

/// The value of INIT or INIT ACK of `side`, with `cookie` and reports in the latter.
pub(crate) fn encoded(side: &Side, cookie: Option<&[u8]>, unrecognized: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(192);
    out.extend_from_slice(&side.tag.to_be_bytes());
    out.extend_from_slice(&side.window.to_be_bytes());
    out.extend_from_slice(&side.outbound.to_be_bytes());
    out.extend_from_slice(&side.inbound.to_be_bytes());
    out.extend_from_slice(&side.tsn.0.to_be_bytes());
    if let Some(cookie) = cookie {
        put_parameter(&mut out, STATE_COOKIE, cookie);
    }
    if side.capabilities.forward_tsn {
        put_parameter(&mut out, parameter::FORWARD_TSN, &[]);
    }
    put_parameter(
        &mut out,
        SUPPORTED_EXTENSIONS,
        &[chunk::RECONFIG, chunk::FORWARD_TSN],
    );
    if side.capabilities.zero_checksum {
        put_parameter(&mut out, ZERO_CHECKSUM, &DTLS.to_be_bytes());
    }
    let mut reports = Parameters::new(unrecognized);
    while let Some(Some(report)) = reports.next() {
        put_parameter(&mut out, UNRECOGNIZED, report.whole);
    }
    out
}

/// Appends a parameter, padded.
fn put_parameter(out: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let len = value.len().saturating_add(4);
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&u16::try_from(len).unwrap_or(4).to_be_bytes());
    out.extend_from_slice(value);
    let end = padded(out.len());
    out.resize(end, 0);
}
