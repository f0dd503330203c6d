//! The sending half: what waits to be sent, and what waits to be acknowledged.

mod gaps;
mod outstanding;
mod queue;

pub(crate) use outstanding::{Outstanding, SackResult, Sent, Status};
pub(crate) use queue::{Fragment, Limit, Queue, ResetState};
