//! `certificate`: ours and the peer's of each transport.

use stonechat_crypto::{Fingerprint, HashAlgorithm};

use super::Collector;
use crate::stats::{CertificateStats, StatsType, base64};

impl Collector<'_> {
    /// Adds a certificate with those that issued it, and gives its id. The same certificate is
    /// one object, whoever shows it.
    pub(super) fn certificate(&mut self, chain: &[Vec<u8>]) -> Option<String> {
        let (der, issuers) = chain.split_first()?;
        let issuer = self.certificate(issuers);
        let crypto = self.session.env.crypto();
        let fingerprint = Fingerprint::of(crypto, HashAlgorithm::Sha256, der)?;
        let text = fingerprint.to_string();
        let (algorithm, digest) = text.split_once(' ')?;
        let base = self.base(StatsType::Certificate, digest);
        let id = base.id.clone();
        self.report.add(CertificateStats {
            base,
            fingerprint: digest.to_owned(),
            fingerprint_algorithm: algorithm.to_owned(),
            base64_certificate: base64::encode(der),
            issuer_certificate_id: issuer,
        });
        Some(id)
    }
}
