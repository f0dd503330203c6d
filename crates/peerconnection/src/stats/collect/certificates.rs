//! `certificate`: ours and the peer's of each transport.

use stonechat_crypto::{Fingerprint, HashAlgorithm};

use super::Collector;
use crate::stats::{CertificateStats, StatsType, base64};

impl Collector<'_> {
    /// Adds the certificates of a chain, the leaf first, and gives the id of the leaf. The same
    /// certificate is one object, whoever shows it.
    pub(super) fn certificates(&mut self, leaf: &[u8], issuers: &[Vec<u8>]) -> Option<String> {
        let mut issuer = None;
        for der in issuers.iter().rev().map(Vec::as_slice).chain([leaf]) {
            issuer = self.certificate(der, issuer);
        }
        issuer
    }

    fn certificate(&mut self, der: &[u8], issuer: Option<String>) -> Option<String> {
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
