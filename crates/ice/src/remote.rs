use std::net::SocketAddr;

use crate::pair::RemoteId;
use crate::{Candidate, TcpType};

/// A remote candidate that can be checked.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) id: RemoteId,
    /// Where it is, for a `.local` name as resolved.
    pub(crate) address: SocketAddr,
    /// As it was signalled, or as it was learned.
    pub(crate) candidate: Candidate,
}

impl Remote {
    /// Whether it is the candidate of this transport address: TCP ones of a type are told apart
    /// from the others.
    pub(crate) fn is_at(&self, address: SocketAddr, tcp: Option<TcpType>) -> bool {
        self.address == address && self.candidate.tcp() == tcp
    }
}
