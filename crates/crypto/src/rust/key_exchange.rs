use core::marker::PhantomData;

use p256::NistP256;
use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use p256::elliptic_curve::{
    AffinePoint, CurveArithmetic, FieldBytes, FieldBytesSize, PublicKey, SecretKey,
};
use p384::NistP384;
use x25519_dalek::StaticSecret;
use zeroize::Zeroize as _;

use crate::{ActiveKeyExchange, InvalidShare, KeyExchange, NamedGroup, Random, Secret};

pub(super) static X25519: Montgomery = Montgomery;
pub(super) static SECP256R1: Weierstrass<NistP256> = Weierstrass::new(NamedGroup::Secp256r1);
pub(super) static SECP384R1: Weierstrass<NistP384> = Weierstrass::new(NamedGroup::Secp384r1);

pub(super) struct Montgomery;

impl KeyExchange for Montgomery {
    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }

    fn start(&self, random: &mut dyn Random) -> Box<dyn ActiveKeyExchange> {
        let mut scalar = [0; 32];
        random.fill(&mut scalar);
        Box::new(ActiveMontgomery::new(StaticSecret::from(scalar)))
    }
}

pub(super) struct ActiveMontgomery {
    secret: StaticSecret,
    share: [u8; 32],
}

impl ActiveMontgomery {
    pub(super) fn new(secret: StaticSecret) -> Self {
        let share = x25519_dalek::PublicKey::from(&secret).to_bytes();
        Self { secret, share }
    }

    pub(super) fn share(&self) -> &[u8; 32] {
        &self.share
    }

    /// The common secret; a point of small order, which gives zeros, is refused (RFC 7748,
    /// section 6.1).
    pub(super) fn agree(&self, peer: &[u8]) -> Result<[u8; 32], InvalidShare> {
        let peer: [u8; 32] = peer.try_into().map_err(|_| InvalidShare)?;
        let shared = self.secret.diffie_hellman(&peer.into());
        if shared.was_contributory() {
            Ok(shared.to_bytes())
        } else {
            Err(InvalidShare)
        }
    }
}

impl ActiveKeyExchange for ActiveMontgomery {
    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }

    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, peer_share: &[u8]) -> Result<Secret, InvalidShare> {
        self.agree(peer_share)
            .map(|shared| Secret::new(shared.to_vec()))
    }
}

pub(super) struct Weierstrass<C> {
    group: NamedGroup,
    curve: PhantomData<fn() -> C>,
}

impl<C> Weierstrass<C> {
    const fn new(group: NamedGroup) -> Self {
        Self {
            group,
            curve: PhantomData,
        }
    }
}

impl<C> KeyExchange for Weierstrass<C>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    fn group(&self) -> NamedGroup {
        self.group
    }

    fn start(&self, random: &mut dyn Random) -> Box<dyn ActiveKeyExchange> {
        let secret = scalar::<C>(random);
        let share = secret.public_key().to_sec1_point(false).as_bytes().to_vec();
        Box::new(ActiveWeierstrass {
            group: self.group,
            secret,
            share,
        })
    }
}

struct ActiveWeierstrass<C: CurveArithmetic> {
    group: NamedGroup,
    secret: SecretKey<C>,
    share: Vec<u8>,
}

impl<C> ActiveKeyExchange for ActiveWeierstrass<C>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    fn group(&self) -> NamedGroup {
        self.group
    }

    fn share(&self) -> &[u8] {
        &self.share
    }

    fn complete(self: Box<Self>, peer_share: &[u8]) -> Result<Secret, InvalidShare> {
        // Uncompressed points only (RFC 8422, section 5.4.1).
        if peer_share.len() != self.share.len() || peer_share.first() != Some(&4) {
            return Err(InvalidShare);
        }
        let peer = PublicKey::<C>::from_sec1_bytes(peer_share).map_err(|_| InvalidShare)?;
        Ok(Secret::from(
            self.secret
                .diffie_hellman(&peer)
                .raw_secret_bytes()
                .as_slice(),
        ))
    }
}

/// A private key: as many random octets as it has, big-endian, until they are one.
///
/// The crates draw in a way of their own; this one does not change with them.
pub(super) fn scalar<C: CurveArithmetic>(random: &mut dyn Random) -> SecretKey<C> {
    let mut octets = FieldBytes::<C>::default();
    loop {
        random.fill(&mut octets);
        if let Ok(secret) = SecretKey::from_bytes(&octets) {
            octets.zeroize();
            return secret;
        }
    }
}
