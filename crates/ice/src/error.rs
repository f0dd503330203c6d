/// A remote candidate was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CandidateError {
    /// Another component than 1.
    #[error("candidate of another component")]
    Component,
    /// A transport that is not paired; the candidate is ignored.
    #[error("candidate of a transport that is not supported")]
    Transport,
    /// A name that is not a `.local` one: it makes no query and the candidate is ignored.
    #[error("candidate with a host name")]
    Name,
    /// A multicast, broadcast or unspecified address, or port 0.
    #[error("candidate whose address may not be contacted")]
    Address,
    /// More candidates than [`Config::max_remote_candidates`](crate::Config).
    #[error("too many remote candidates")]
    Limit,
    /// The agent is closed or has failed.
    #[error("agent is closed")]
    Closed,
}
