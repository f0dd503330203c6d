//! Who the peer is: its certificate against the fingerprints of the signalling (RFC 8827,
//! section 6.5; RFC 8122, section 5), and the key in the certificate.
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use stonechat_crypto::{Fingerprint, HashAlgorithm, Provider, SignatureScheme};

use crate::cipher_suite::KeyKind;
use crate::codec::{ParseError, Reader};
use crate::fault::Fault;

/// Checks `certificate` against the fingerprints with the strongest hash among them.
//= https://www.rfc-editor.org/rfc/rfc8122#section-5
//# the endpoint MUST select the set of fingerprints that use its most preferred hash function
//# (out of those offered by the peer) and verify that each certificate used matches one
//# fingerprint out of the set.
pub(crate) fn check_fingerprints(
    provider: &Provider,
    fingerprints: &[Fingerprint],
    certificate: &[u8],
) -> Result<(), Fault> {
    let strongest = HASHES_BY_STRENGTH
        .into_iter()
        .filter(|hash| provider.hash(*hash).is_some())
        .find(|hash| {
            fingerprints
                .iter()
                .any(|fingerprint| fingerprint.algorithm() == *hash)
        })
        .ok_or(Fault::CertificateMismatch)?;
    let matches = fingerprints
        .iter()
        .filter(|fingerprint| fingerprint.algorithm() == strongest)
        .any(|fingerprint| fingerprint.matches(provider, certificate));
    if matches {
        Ok(())
    } else {
        Err(Fault::CertificateMismatch)
    }
}

/// Checks a signature of the peer; a wrong one is the fault `wrong`.
pub(crate) fn check_signature(
    provider: &Provider,
    scheme: u16,
    public_key: &[u8],
    message: &[u8],
    signature: &[u8],
    wrong: Fault,
) -> Result<(), Fault> {
    let scheme = SignatureScheme::from_code(scheme)
        .and_then(|scheme| provider.signature(scheme))
        .ok_or(Fault::IllegalParameter)?;
    scheme
        .verify(public_key, message, signature)
        .map_err(|_| wrong)
}

/// The SubjectPublicKeyInfo of a certificate in DER, if its key is of a kind that we verify.
///
/// Nothing else of the certificate is looked at: names, dates and signature say nothing where the
/// fingerprint decides.
pub(crate) fn public_key(certificate: &[u8]) -> Result<(KeyKind, &[u8]), Fault> {
    let info = find_public_key(certificate)?;
    let (_, mut info_content) = element(&mut Reader::new(info))?;
    let (tag, mut algorithm) = element(&mut info_content)?;
    let (oid_tag, _) = peek(algorithm)?;
    let oid = whole_element(&mut algorithm)?;
    let parameters = whole_element(&mut algorithm)?;
    if tag != SEQUENCE || oid_tag != OBJECT_IDENTIFIER {
        return Err(Fault::UnsupportedCertificate);
    }
    let kind = match oid {
        EC_PUBLIC_KEY if parameters == SECP256R1 || parameters == SECP384R1 => KeyKind::Ecdsa,
        RSA_ENCRYPTION if parameters == NULL => KeyKind::Rsa,
        _ => return Err(Fault::UnsupportedCertificate),
    };
    Ok((kind, info))
}

/// Whether `der` has the form of a certificate, up to its end.
pub(crate) fn is_certificate(der: &[u8]) -> bool {
    let mut reader = Reader::new(der);
    element(&mut reader).is_ok() && reader.is_empty() && find_public_key(der).is_ok()
}

fn find_public_key(certificate: &[u8]) -> Result<&[u8], Fault> {
    let (tag, mut outer) = element(&mut Reader::new(certificate))?;
    let (inner_tag, mut tbs) = element(&mut outer)?;
    if tag != SEQUENCE || inner_tag != SEQUENCE {
        return Err(Fault::UnsupportedCertificate);
    }
    if peek(tbs)?.0 == VERSION {
        whole_element(&mut tbs)?;
    }
    // Serial number, signature, issuer, validity, subject.
    for _ in 0..5 {
        whole_element(&mut tbs)?;
    }
    let info = whole_element(&mut tbs)?;
    if info.first() == Some(&SEQUENCE) {
        Ok(info)
    } else {
        Err(Fault::UnsupportedCertificate)
    }
}

/// The next element's tag and content.
fn element<'a>(reader: &mut Reader<'a>) -> Result<(u8, Reader<'a>), ParseError> {
    let tag = reader.u8()?;
    let len = match reader.u8()? {
        short @ 0..=0x7f => usize::from(short),
        0x81 => usize::from(reader.u8()?),
        0x82 => usize::from(reader.u16()?),
        0x83 => usize::try_from(reader.u24()?).map_err(|_| ParseError)?,
        _ => return Err(ParseError),
    };
    Ok((tag, Reader::new(reader.take(len)?)))
}

fn peek(mut reader: Reader<'_>) -> Result<(u8, Reader<'_>), ParseError> {
    element(&mut reader)
}

/// The next element with its tag and length.
fn whole_element<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], ParseError> {
    let before = *reader;
    element(reader)?;
    let len = before.remaining().saturating_sub(reader.remaining());
    let mut before = before;
    before.take(len)
}

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const VERSION: u8 = 0xa0;
const NULL: &[u8] = &[0x05, 0x00];
const RSA_ENCRYPTION: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
];
const EC_PUBLIC_KEY: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const SECP256R1: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const SECP384R1: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];

/// MD5 is left out: RFC 8122 forbids it.
const HASHES_BY_STRENGTH: [HashAlgorithm; 5] = [
    HashAlgorithm::Sha512,
    HashAlgorithm::Sha384,
    HashAlgorithm::Sha256,
    HashAlgorithm::Sha224,
    HashAlgorithm::Sha1,
];
