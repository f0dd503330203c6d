use std::fmt;

use stonechat_sansio::Rng;

use crate::candidate::is_ice_char;

/// Username fragment and password of one side in one generation (RFC 8445, section 5.3).
#[derive(Clone, Eq, PartialEq)]
pub struct Credentials {
    ufrag: String,
    pwd: String,
}

/// Credentials that do not follow the grammar of RFC 8839, section 5.4.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The username fragment is not 4 to 256 `ice-char`s.
    #[error("username fragment of another form than 4 to 256 ice characters")]
    Ufrag,
    /// The password is not 22 to 256 `ice-char`s.
    #[error("password of another form than 22 to 256 ice characters")]
    Pwd,
}

impl Credentials {
    /// Credentials as they were signalled.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] if one of them does not follow the grammar.
    pub fn new(ufrag: impl Into<String>, pwd: impl Into<String>) -> Result<Self, CredentialsError> {
        let (ufrag, pwd) = (ufrag.into(), pwd.into());
        let follows = |text: &str, least| {
            (least..=256).contains(&text.len()) && text.bytes().all(is_ice_char)
        };
        if !follows(&ufrag, 4) {
            return Err(CredentialsError::Ufrag);
        }
        if !follows(&pwd, 22) {
            return Err(CredentialsError::Pwd);
        }
        Ok(Self { ufrag, pwd })
    }

    /// Fresh ones: `prefix` and 48 random bits, and a password of 144 random bits.
    //= https://www.rfc-editor.org/rfc/rfc8445#section-5.3
    //# the username fragment MUST contain at least 24 bits of randomness, and the password
    //# MUST contain at least 128 bits of randomness.
    #[must_use]
    pub fn generate(rng: &mut Rng, prefix: &str) -> Self {
        let mut ufrag = prefix.to_owned();
        ufrag.push_str(&ice_characters::<8>(rng));
        Self {
            ufrag,
            pwd: ice_characters::<24>(rng),
        }
    }

    /// The username fragment.
    #[must_use]
    pub fn ufrag(&self) -> &str {
        &self.ufrag
    }

    /// The password.
    #[must_use]
    pub fn pwd(&self) -> &str {
        &self.pwd
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// `N` characters of 6 random bits each.
fn ice_characters<const N: usize>(rng: &mut Rng) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    rng.array::<N>()
        .iter()
        .filter_map(|octet| {
            ALPHABET
                .get(usize::from(octet & 63))
                .copied()
                .map(char::from)
        })
        .collect()
}
