/// Why [`Client::permit`](crate::Client::permit) did nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PermitError {
    /// The client is closed or has failed.
    #[error("the client is closed")]
    Closed,
    /// As many permissions as the configuration allows exist.
    #[error("too many permissions")]
    TooMany,
    /// The relayed address is of the other family than the peer's.
    #[error("the peer is of another address family than the relayed address")]
    AddressFamily,
}
