use std::net::IpAddr;

use super::CandidateKind;

/// Hands out foundations: one number for each kind, base address, server and
/// transport.
///
/// Numbers, not hashes of addresses: a foundation must not tell a hidden address.
#[derive(Debug, Default)]
pub(crate) struct Foundations {
    known: Vec<(CandidateKind, IpAddr, Option<IpAddr>, bool)>,
}

impl Foundations {
    /// The foundation of candidates of `kind` whose base lies on `base` and that came from
    /// `server`, over TCP or not.
    //= https://www.rfc-editor.org/rfc/rfc8445#section-5.1.1.3
    //# The foundation is an identifier, scoped within a session.
    pub(crate) fn of(
        &mut self,
        kind: CandidateKind,
        base: IpAddr,
        server: Option<IpAddr>,
        is_tcp: bool,
    ) -> String {
        let key = (kind, base, server, is_tcp);
        let index = self
            .known
            .iter()
            .position(|known| *known == key)
            .unwrap_or_else(|| {
                self.known.push(key);
                self.known.len() - 1
            });
        (index + 1).to_string()
    }
}
