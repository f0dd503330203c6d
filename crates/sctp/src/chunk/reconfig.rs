//! RE-CONFIG parameters (RFC 6525, section 4).
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::packet::{u16_at, u32_at};
use crate::parameter::{
    ADD_INCOMING, ADD_OUTGOING, INCOMING_RESET, OUTGOING_RESET, Parameter, RECONFIG_RESPONSE,
    TSN_RESET,
};
use crate::{StreamId, Tsn};

pub(crate) const RESULT_NOTHING: u32 = 0;
pub(crate) const RESULT_PERFORMED: u32 = 1;
pub(crate) const RESULT_DENIED: u32 = 2;
pub(crate) const RESULT_BAD_SEQUENCE: u32 = 5;
pub(crate) const RESULT_IN_PROGRESS: u32 = 6;

/// A request or response as it came in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reconfig<'a> {
    /// The peer resets its outgoing streams; an empty list is all of them.
    Outgoing {
        sequence: u32,
        last_tsn: Tsn,
        streams: &'a [u8],
    },
    /// A request that we always deny.
    Other {
        sequence: u32,
    },
    Response {
        sequence: u32,
        result: u32,
    },
}

impl<'a> Reconfig<'a> {
    pub(crate) fn parse(parameter: &Parameter<'a>) -> Option<Self> {
        let value = parameter.value;
        let sequence = u32_at(value, 0)?;
        Some(match parameter.kind {
            OUTGOING_RESET => {
                let streams = value.get(12..)?;
                if streams.len() % 2 != 0 {
                    return None;
                }
                Self::Outgoing {
                    sequence,
                    last_tsn: Tsn(u32_at(value, 8)?),
                    streams,
                }
            }
            INCOMING_RESET | TSN_RESET | ADD_OUTGOING | ADD_INCOMING => Self::Other { sequence },
            RECONFIG_RESPONSE => Self::Response {
                sequence,
                result: u32_at(value, 4)?,
            },
            _ => return None,
        })
    }
}

/// The stream numbers of a list.
pub(crate) fn streams(list: &[u8]) -> impl Iterator<Item = StreamId> + '_ {
    list.chunks_exact(2)
        .filter_map(|id| u16_at(id, 0))
        .map(StreamId)
}
