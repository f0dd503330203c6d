use stonechat_crypto::{CounterModeKey, Secret};

/// What a derived key is for (RFC 3711, sections 4.3.1 and 4.3.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Label {
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

/// The pseudo-random function under a master key and salt, with a key derivation rate of 0.
pub(crate) struct KeyDerivation<'a> {
    /// The counter mode cipher under the master key.
    pub(crate) master: &'a dyn CounterModeKey,
    /// 12 or 14 octets; the shorter are filled up with zeros (RFC 7714, section 11).
    pub(crate) salt: &'a [u8],
}

impl KeyDerivation<'_> {
    /// The first `len` octets for `label`.
    pub(crate) fn derive(&self, label: Label, len: usize) -> Secret {
        let mut iv = [0; 16];
        for (out, octet) in iv.iter_mut().zip(self.salt) {
            *out = *octet;
        }
        // key_id = label || 48 bits of index / kdr, right-aligned with the 14 octets of salt.
        let [_, _, _, _, _, _, _, at, ..] = &mut iv;
        *at ^= label as u8;
        let mut out = vec![0; len];
        self.master.apply(&iv, &mut out);
        Secret::new(out)
    }
}

#[cfg(test)]
mod tests {
    use stonechat_crypto::{CounterModeAlgorithm, Provider, rust};

    use super::*;

    fn check(
        provider: &Provider,
        algorithm: CounterModeAlgorithm,
        key: &str,
        salt: &str,
        expected: &[(Label, &str)],
    ) {
        let key = hex::decode(key).unwrap();
        let master = provider.counter_mode(algorithm).unwrap().key(&key).unwrap();
        let salt = hex::decode(salt).unwrap();
        let derivation = KeyDerivation {
            master: &*master,
            salt: &salt,
        };
        for (label, expected) in expected {
            let derived = derivation.derive(*label, expected.len() / 2);
            assert_eq!(hex::encode(derived.as_bytes()), *expected, "{label:?}");
        }
    }

    #[test]
    fn keys_are_those_of_rfc_3711_b_3() {
        let expected = [
            (Label::RtpEncryption, "c61e7a93744f39ee10734afe3ff7a087"),
            (Label::RtpSalt, "30cbbc08863d8c85d49db34a9ae1"),
            (
                Label::RtpAuthentication,
                "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327a\
                 d175578ef72270986371c10c9a369ac2f94a8c5fbcdddc256d6e919a48b610ef17c2041e47403576\
                 6b68642c59bbfc2f34db60dbdfb2",
            ),
            (Label::RtcpEncryption, "4c1aa45a81f73d61c800bbb00fbb1eaa"),
            (
                Label::RtcpAuthentication,
                "8d54534feb49ae8e7993a6bd0b844fc323a93dfd",
            ),
            (Label::RtcpSalt, "9581c7ad87b3e530bf3e4454a8b3"),
        ];
        check(
            &rust::provider(),
            CounterModeAlgorithm::Aes128,
            "e1f97a0d3e018be0d64fa32c06de4139",
            "0ec675ad498afeebb6960b3aabe6",
            &expected,
        );
    }

    #[test]
    fn keys_are_those_of_rfc_6188_7_4() {
        let expected = [
            (
                Label::RtpEncryption,
                "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
            ),
            (Label::RtpSalt, "fa31791685ca444a9e07c6c64e93"),
            (
                Label::RtpAuthentication,
                "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05",
            ),
        ];
        check(
            &rust::provider(),
            CounterModeAlgorithm::Aes256,
            "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6",
            "3b04803de51ee7c96423ab5b78d2",
            &expected,
        );
    }
}
