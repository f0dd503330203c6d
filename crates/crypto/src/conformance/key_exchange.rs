//! Checks of [`KeyExchange`].

use super::vector::lines;
use super::{Octets, changed};
use crate::{InvalidShare, KeyExchange, NamedGroup, Provider};

/// Octets of the first share, the answer and the secret.
const fn lens(group: NamedGroup) -> [usize; 3] {
    match group {
        NamedGroup::Secp256r1 => [65, 65, 32],
        NamedGroup::Secp384r1 => [97, 97, 48],
        NamedGroup::X25519 => [32, 32, 32],
        NamedGroup::X25519MlKem768 => [1216, 1120, 64],
    }
}

/// Lengths, agreement, and shares that are none.
///
/// # Panics
///
/// If a group fails.
pub fn structure(provider: &Provider) {
    for part in provider.key_exchanges() {
        let group = part.group();
        assert_eq!(NamedGroup::from_code(group.code()), Some(group));
        agreement(*part);
        let [first_len, answer_len, _] = lens(group);
        let mut random = Octets::seeded(9);
        let share = part.start(&mut random).share().to_vec();
        let answer = part
            .start_and_complete(&mut random, &share)
            .map(|it| it.share);
        let answer = answer.unwrap_or_default();
        assert_eq!(
            (share.len(), answer.len()),
            (first_len, answer_len),
            "{group:?}"
        );

        let mut refused = vec![Vec::new(), vec![0], vec![4; answer_len + 1]];
        refused.push(answer[..answer_len - 1].to_vec());
        refused.push([&answer[..], &[0]].concat());
        // Points off the curve, the point at infinity, compressed points.
        if let NamedGroup::Secp256r1 | NamedGroup::Secp384r1 = group {
            refused.extend(changed(&answer));
            refused.push([&[4], &vec![0; answer_len - 1][..]].concat());
            let x = &answer[1..=answer_len / 2];
            refused.extend([2, 3].map(|form| [&[form], x].concat()));
        }
        for peer in refused {
            let active = part.start(&mut random);
            assert!(
                active.complete(&peer).is_err(),
                "{group:?} takes {peer:02x?}"
            );
        }
        let cut = part.start_and_complete(&mut random, &share[..first_len - 1]);
        assert!(cut.is_err(), "{group:?} takes a cut share");
    }
}

/// Both sides have the same secret, others have another.
fn agreement(part: &dyn KeyExchange) {
    let group = part.group();
    let [first_len, answer_len, secret_len] = lens(group);
    let mut random = Octets::seeded(5);
    let mut secrets = Vec::new();
    for _ in 0..4 {
        let active = part.start(&mut random);
        assert_eq!((active.group(), active.share().len()), (group, first_len));
        let answer = part.start_and_complete(&mut random, active.share());
        assert!(answer.is_ok(), "{group:?} refuses its own share");
        let Ok(answer) = answer else { continue };
        assert_eq!(answer.share.len(), answer_len, "{group:?}");
        let secret = answer.secret.as_bytes().to_vec();
        assert_eq!(secret.len(), secret_len, "{group:?}");
        let ours = active
            .complete(&answer.share)
            .map(|secret| secret.as_bytes().to_vec());
        assert_eq!(ours.as_ref(), Ok(&secret), "{group:?}");
        assert!(
            !secrets.contains(&secret),
            "{group:?} gives one secret twice"
        );
        secrets.push(secret);
    }
}

/// Wycheproof and RFC 7748 by private keys: run for providers that are deterministic, which take a
/// private key as it comes from the generator (of ML-KEM, the seed), and points of small order for
/// all.
///
/// # Panics
///
/// If a secret differs.
pub fn vectors(provider: &Provider) {
    let files = [
        (NamedGroup::X25519, include_str!("data/x25519.txt")),
        (NamedGroup::Secp256r1, include_str!("data/ecdh_p256.txt")),
    ];
    for (group, file) in files {
        let Some(part) = provider.key_exchange(group) else {
            continue;
        };
        for line in lines(file) {
            let active = part.start(&mut Octets::given(line.field(1)));
            let secret = active.complete(line.field(2));
            let secret = secret.as_ref().map(|secret| secret.as_bytes());
            let place = format!("{group:?}, {}", line.place());
            match (line.is_valid(), provider.is_deterministic()) {
                (false, _) => assert_eq!(secret, Err(&InvalidShare), "{place}"),
                (true, true) => assert_eq!(secret, Ok(line.field(3)), "{place}"),
                (true, false) => assert!(secret.is_ok(), "{place}"),
            }
        }
    }
    hybrid(provider);
}

fn hybrid(provider: &Provider) {
    let Some(part) = provider.key_exchange(NamedGroup::X25519MlKem768) else {
        return;
    };
    let Some(curve) = provider.key_exchange(NamedGroup::X25519) else {
        return;
    };
    let point = curve.start(&mut Octets::seeded(1)).share().to_vec();
    for line in lines(include_str!("data/mlkem768.txt")) {
        if provider.is_deterministic() {
            let active = part.start(&mut Octets::given(line.field(0)));
            let (share, _) = active.share().split_at(1184);
            assert_eq!(share, line.field(1), "{}", line.place());
            let secret = active.complete(&[line.field(2), &point].concat());
            let secret = secret.as_ref().map(|secret| &secret.as_bytes()[..32]);
            assert_eq!(secret, Ok(line.field(3)), "{}", line.place());
        }
        // The part of X25519 is all zeros.
        let active = part.start(&mut Octets::seeded(2));
        let refused = active.complete(&[line.field(2), &[0; 32]].concat()).err();
        assert_eq!(refused, Some(InvalidShare), "{}", line.place());
    }
    for line in lines(include_str!("data/mlkem768_invalid.txt")) {
        let share = [line.field(0), &point].concat();
        let refused = part
            .start_and_complete(&mut Octets::seeded(3), &share)
            .err();
        assert_eq!(refused, Some(InvalidShare), "{}", line.place());
    }
}
