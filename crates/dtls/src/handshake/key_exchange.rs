//! ServerKeyExchange and ClientKeyExchange with ephemeral curves (RFC 8422, sections 5.4 and 5.7).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{ParseError, Reader, put_u16, put_vec};

use super::certificate_verify::DigitallySigned;

const NAMED_CURVE: u8 = 3;

/// A named group and the server's share, signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ServerKeyExchange<'a> {
    pub(crate) group: u16,
    pub(crate) share: &'a [u8],
    pub(crate) signed: DigitallySigned<'a>,
}

impl<'a> ServerKeyExchange<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        if reader.u8()? != NAMED_CURVE {
            return Err(ParseError);
        }
        let group = reader.u16()?;
        let share = reader.vec8()?;
        let signed = DigitallySigned::read(&mut reader)?;
        reader.finish()?;
        Ok(Self {
            group,
            share,
            signed,
        })
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_params(out, self.group, self.share);
        self.signed.encode(out);
    }
}

/// The part that is signed, behind both randoms.
pub(crate) fn put_params(out: &mut Vec<u8>, group: u16, share: &[u8]) {
    out.push(NAMED_CURVE);
    put_u16(out, group);
    put_vec::<1>(out, |out| out.extend_from_slice(share));
}

/// The client's share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ClientKeyExchange<'a> {
    pub(crate) share: &'a [u8],
}

impl<'a> ClientKeyExchange<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::new(body);
        let share = reader.vec8()?;
        reader.finish()?;
        Ok(Self { share })
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_vec::<1>(out, |out| out.extend_from_slice(self.share));
    }
}
