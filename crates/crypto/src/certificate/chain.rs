use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use crate::{Certificate, CertificateError};

impl Certificate {
    /// The same certificate with those that issued it, in DER: the next one issued it, each further
    /// one the one before it. That of the authority itself may be left out. None at all is a chain
    /// of one.
    ///
    /// The names are compared, dates and signatures are not: it is the peer that decides what it
    /// makes of a chain, and in WebRTC it looks at the fingerprint of the first certificate alone.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Malformed`] for what is no certificate,
    /// [`CertificateError::Disordered`] if the next one has another name than the issuer.
    //= https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2
    //# The sender's certificate MUST come first in the list. Each following certificate MUST
    //# directly certify the one preceding it.
    pub fn with_issuers(self, issuers: Vec<Vec<u8>>) -> Result<Self, CertificateError> {
        let mut issued = self.der();
        for issuer in &issuers {
            if parse(issued)?.issuer().as_raw() != parse(issuer)?.subject().as_raw() {
                return Err(CertificateError::Disordered);
            }
            issued = issuer;
        }
        Ok(Self {
            issuers: issuers.into(),
            ..self
        })
    }

    /// The certificates of those that issued it, in DER, its own issuer first.
    #[must_use]
    pub fn issuers(&self) -> &[Vec<u8>] {
        &self.issuers
    }

    /// The certificate and those that issued it, in DER.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(self.der()).chain(self.issuers.iter().map(Vec::as_slice))
    }
}

fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CertificateError::Malformed),
    }
}
