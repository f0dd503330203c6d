use stonechat_crypto::{
    ActiveKeyExchange, Completed, InvalidShare, KeyExchange, NamedGroup, Random, Secret,
};

use super::mixer::expand;

/// Diffie-Hellman modulo 2^61 - 1, in shares of the real lengths.
pub(super) struct ToyKeyExchange(pub(super) NamedGroup);

const PRIME: u64 = (1 << 61) - 1;

impl KeyExchange for ToyKeyExchange {
    fn group(&self) -> NamedGroup {
        self.0
    }

    fn start(&self, random: &mut dyn Random) -> Box<dyn ActiveKeyExchange> {
        let (first, second) = share_lens(self.0);
        Box::new(Active::new(self.0, random, first, second))
    }

    fn start_and_complete(
        &self,
        random: &mut dyn Random,
        peer_share: &[u8],
    ) -> Result<Completed, InvalidShare> {
        let (first, second) = share_lens(self.0);
        let active = Box::new(Active::new(self.0, random, second, first));
        let share = active.share.clone();
        let secret = active.complete(peer_share)?;
        Ok(Completed { share, secret })
    }
}

struct Active {
    group: NamedGroup,
    exponent: u64,
    share: Vec<u8>,
    peer_len: usize,
}

impl Active {
    fn new(group: NamedGroup, random: &mut dyn Random, len: usize, peer_len: usize) -> Self {
        let mut octets = [0; 8];
        random.fill(&mut octets);
        let exponent = u64::from_be_bytes(octets) % (PRIME - 3) + 2;
        Self {
            group,
            exponent,
            share: encode(group, power(37, exponent), len),
            peer_len,
        }
    }
}

impl ActiveKeyExchange for Active {
    fn group(&self) -> NamedGroup {
        self.group
    }

    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, peer_share: &[u8]) -> Result<Secret, InvalidShare> {
        let start = usize::from(has_form_octet(self.group));
        let value = peer_share.get(start..start + 8).ok_or(InvalidShare)?;
        let value = u64::from_be_bytes(value.try_into().map_err(|_| InvalidShare)?);
        let is_share = (2..PRIME - 1).contains(&value)
            && encode(self.group, value, self.peer_len) == peer_share;
        if !is_share {
            return Err(InvalidShare);
        }
        let mut secret = vec![0; secret_len(self.group)];
        expand(power(value, self.exponent), &mut secret);
        Ok(Secret::new(secret))
    }
}

/// A share: the form octet of a point if the group has points, the value, and what it expands to.
fn encode(group: NamedGroup, value: u64, len: usize) -> Vec<u8> {
    let mut share = vec![0; len];
    let start = usize::from(has_form_octet(group));
    if start == 1 {
        share[0] = 4;
    }
    share[start..start + 8].copy_from_slice(&value.to_be_bytes());
    expand(value, &mut share[start + 8..]);
    share
}

fn has_form_octet(group: NamedGroup) -> bool {
    matches!(group, NamedGroup::Secp256r1 | NamedGroup::Secp384r1)
}

/// Octets of the first and of the answering share.
fn share_lens(group: NamedGroup) -> (usize, usize) {
    match group {
        NamedGroup::Secp256r1 => (65, 65),
        NamedGroup::Secp384r1 => (97, 97),
        NamedGroup::X25519MlKem768 => (1216, 1120),
        _ => (32, 32),
    }
}

fn secret_len(group: NamedGroup) -> usize {
    match group {
        NamedGroup::Secp384r1 => 48,
        NamedGroup::X25519MlKem768 => 64,
        _ => 32,
    }
}

fn power(base: u64, mut exponent: u64) -> u64 {
    let prime = u128::from(PRIME);
    let (mut base, mut result) = (u128::from(base) % prime, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % prime;
        }
        base = base * base % prime;
        exponent >>= 1;
    }
    u64::try_from(result).unwrap_or_default()
}
