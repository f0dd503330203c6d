/// The role in DTLS, which decides whose stream ids are even (RFC 8832, section 6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Opens on even ids.
    DtlsClient,
    /// Opens on odd ids.
    DtlsServer,
}

impl Role {
    /// The first id of this role.
    pub(crate) const fn first_id(self) -> u16 {
        match self {
            Self::DtlsClient => 0,
            Self::DtlsServer => 1,
        }
    }

    /// Whether ids of this parity are ours to open.
    pub(crate) const fn owns(self, id: u16) -> bool {
        id % 2 == self.first_id()
    }
}
