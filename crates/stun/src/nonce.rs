/// What a server says about its security in the first characters of a nonce: `obMatJos2` and 24
/// bits in base64.
///
/// A server that sends such a nonce protects the offers in it from who would strip them: a client
/// that sees [`password_algorithms`](Self::password_algorithms) without the attribute
/// PASSWORD-ALGORITHMS is under attack.
///
/// # Spec
///
/// RFC 8489, sections 9.2 and 18.1.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct SecurityFeatures(u32);

const COOKIE: &str = "obMatJos2";

impl SecurityFeatures {
    /// Bit 0: the server offers password algorithms.
    const PASSWORD_ALGORITHMS: u32 = 1 << 23;
    /// Bit 1: the server understands USERHASH.
    const USERNAME_ANONYMITY: u32 = 1 << 22;

    /// Reads the bits of `nonce`; `None` if it does not begin like one that has them.
    #[must_use]
    pub fn of_nonce(nonce: &str) -> Option<Self> {
        let coded = nonce.strip_prefix(COOKIE)?.as_bytes().first_chunk::<4>()?;
        let mut bits = 0;
        for &octet in coded {
            bits = bits << 6 | sextet(octet)?;
        }
        Some(Self(bits))
    }

    /// The bits that say this and that.
    #[must_use]
    pub const fn new(password_algorithms: bool, username_anonymity: bool) -> Self {
        let mut bits = 0;
        if password_algorithms {
            bits |= Self::PASSWORD_ALGORITHMS;
        }
        if username_anonymity {
            bits |= Self::USERNAME_ANONYMITY;
        }
        Self(bits)
    }

    /// Whether the server offers password algorithms.
    #[must_use]
    pub const fn password_algorithms(self) -> bool {
        self.0 & Self::PASSWORD_ALGORITHMS != 0
    }

    /// Whether the server understands USERHASH.
    #[must_use]
    pub const fn username_anonymity(self) -> bool {
        self.0 & Self::USERNAME_ANONYMITY != 0
    }

    /// The first 13 characters of a nonce that says so.
    #[must_use]
    pub fn prefix(self) -> String {
        let mut text = String::from(COOKIE);
        for shift in [18, 12, 6, 0] {
            text.push(character(self.0 >> shift & 0x3F));
        }
        text
    }
}

fn sextet(octet: u8) -> Option<u32> {
    let value = match octet {
        b'A'..=b'Z' => octet - b'A',
        b'a'..=b'z' => octet - b'a' + 26,
        b'0'..=b'9' => octet - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

fn character(sextet: u32) -> char {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    ALPHABET
        .get(sextet as usize)
        .map_or('A', |&octet| char::from(octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_survive_writing_and_reading() {
        for (algorithms, anonymity) in [(false, false), (true, false), (false, true), (true, true)]
        {
            let features = SecurityFeatures::new(algorithms, anonymity);
            let nonce = features.prefix() + "/499k954d6OL34oL9FSTvy64sA";
            assert_eq!(SecurityFeatures::of_nonce(&nonce), Some(features));
            assert_eq!(features.password_algorithms(), algorithms);
            assert_eq!(features.username_anonymity(), anonymity);
        }
    }

    #[test]
    fn another_nonce_has_none() {
        for nonce in [
            "",
            "obMatJos2",
            "obMatJos2AA",
            "obMatJos2AA=A",
            "f//499k954d6OL34oL9F",
        ] {
            assert_eq!(SecurityFeatures::of_nonce(nonce), None);
        }
    }
}
