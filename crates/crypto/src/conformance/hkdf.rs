//! Checks of [`hkdf_extract`] and [`hkdf_expand`].

use super::octets;
use super::vector::lines;
use crate::{HkdfTooLong, MacAlgorithm, Provider, hkdf_expand, hkdf_extract};

/// Lengths, and that each argument counts.
///
/// # Panics
///
/// If a length or a difference is not as it should be.
pub fn structure(provider: &Provider) {
    for algorithm in [MacAlgorithm::HmacSha256, MacAlgorithm::HmacSha512] {
        let Some(mac) = provider.mac(algorithm) else {
            continue;
        };
        let key = hkdf_extract(mac, &[], &octets(16, 1));
        assert_eq!(key.as_bytes().len(), algorithm.output_len());
        let max = algorithm.output_len() * 255;
        for len in [0, 1, 31, 32, 33, 64, 65, max] {
            let out = hkdf_expand(mac, &key, &[b"a", b"b"], len);
            let joined = hkdf_expand(mac, &key, &[b"ab"], len);
            let other = hkdf_expand(mac, &key, &[b"ac"], len);
            let octets = |out: Result<crate::Secret, HkdfTooLong>| {
                out.map(|secret| secret.as_bytes().to_vec())
            };
            let out = octets(out);
            assert_eq!(out.as_ref().map(Vec::len), Ok(len));
            assert_eq!(out, octets(joined), "{algorithm:?} of parts");
            assert!(len < 8 || out != octets(other), "{algorithm:?} of info");
        }
        let wanted = max + 1;
        let refused = hkdf_expand(mac, &key, &[], wanted).err();
        assert_eq!(refused, Some(HkdfTooLong { wanted, max }));
    }
}

/// RFC 5869, appendix A.
///
/// # Panics
///
/// If a result differs.
pub fn vectors(provider: &Provider) {
    for line in lines(include_str!("data/hkdf.txt")) {
        let algorithm = match line.field(0) {
            [0x14] => MacAlgorithm::HmacSha1,
            _ => MacAlgorithm::HmacSha256,
        };
        let Some(mac) = provider.mac(algorithm) else {
            continue;
        };
        let key = hkdf_extract(mac, line.field(2), line.field(1));
        assert_eq!(key.as_bytes(), line.field(4), "{}", line.place());
        let out = hkdf_expand(mac, &key, &[line.field(3)], line.field(5).len());
        let out = out.map(|out| out.as_bytes().to_vec());
        assert_eq!(out.as_deref(), Ok(line.field(5)), "{}", line.place());
    }
}
