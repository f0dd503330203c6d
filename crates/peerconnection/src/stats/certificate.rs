//! `RTCCertificateStats`.

use super::Stats;
use super::dictionary::dictionary;

dictionary! {
    /// `RTCCertificateStats`: a certificate that a transport uses.
    CertificateStats: Stats {
        /// `fingerprint`: upper case hexadecimal octets with colons between them.
        fingerprint: String,
        /// `fingerprintAlgorithm`: `sha-256`.
        fingerprint_algorithm: String,
        /// `base64Certificate`: its DER in base 64.
        base64_certificate: String,
        /// `issuerCertificateId`: the next one of its chain; `None` for the last.
        issuer_certificate_id: Option<String>,
    }
}
