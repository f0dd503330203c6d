use std::net::SocketAddr;

use crate::Candidate;
use crate::pair::RemoteId;

/// A remote candidate that can be checked.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) id: RemoteId,
    /// Where it is, for a `.local` name as resolved.
    pub(crate) address: SocketAddr,
    /// As it was signalled, or as it was learned.
    pub(crate) candidate: Candidate,
}
