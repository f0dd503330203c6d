//! Randomness from the operating system.

use std::fmt::Write as _;

use stonechat_sansio::Seed;

/// A fresh seed. The operating system has always something to give, or the process cannot go on
/// safely: then the address of a fresh allocation and the time would be a lie.
pub(crate) fn seed() -> Result<Seed, getrandom::Error> {
    let mut octets = [0; 32];
    getrandom::fill(&mut octets)?;
    Ok(Seed::new(octets))
}

/// A random identifier in the form of a UUID.
pub(crate) fn id() -> String {
    let mut octets = [0; 16];
    // An identifier need not be a secret: without randomness it is still a token.
    let _ = getrandom::fill(&mut octets);
    let mut id = String::with_capacity(36);
    for (index, octet) in octets.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        let _ = write!(id, "{octet:02x}");
    }
    id
}
