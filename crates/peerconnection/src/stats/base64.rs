//! Base 64 (RFC 4648, section 4).

/// `octets` in base 64, padded.
pub(super) fn encode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len().div_ceil(3) * 4);
    for chunk in octets.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, index| {
            bits << 8 | u32::from(chunk.get(index).copied().unwrap_or_default())
        });
        for place in 0..4_usize {
            let index = (bits >> (18 - 6 * place)) & 0x3f;
            let letter = usize::try_from(index).ok().and_then(|at| ALPHABET.get(at));
            text.push(match letter {
                Some(letter) if place <= chunk.len() => char::from(*letter),
                _ => '=',
            });
        }
    }
    text
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    #[test]
    fn the_vectors_of_rfc_4648() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (octets, text) in vectors {
            assert_eq!(super::encode(octets.as_bytes()), text);
        }
    }
}
