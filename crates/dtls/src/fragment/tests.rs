#![expect(clippy::arithmetic_side_effects, reason = "tests")]

use proptest::prelude::*;

use super::*;

const LIMITS: ReassemblyLimits = ReassemblyLimits {
    octets: 64 * 1024,
    ahead: 4,
    messages: 16,
};

fn header(sequence: u16, total: usize, offset: usize, len: usize) -> FragmentHeader {
    FragmentHeader {
        kind: HandshakeType::Certificate,
        total: u32::try_from(total).unwrap(),
        sequence,
        offset: u32::try_from(offset).unwrap(),
        len: u32::try_from(len).unwrap(),
    }
}

fn charged(reassembler: &Reassembler) -> usize {
    reassembler.slots.iter().flatten().map(Slot::cost).sum()
}

proptest! {
    #[test]
    fn any_fragments_of_a_message_in_any_order_give_the_message(
        body in proptest::collection::vec(any::<u8>(), 1..600),
        cuts in proptest::collection::vec((any::<u16>(), 1_usize..200), 0..60),
    ) {
        let mut reassembler = Reassembler::new(LIMITS, 3);
        let mut ranges: Vec<_> = cuts
            .iter()
            .map(|(start, len)| {
                let start = usize::from(*start) % body.len();
                (start, (start + len).min(body.len()))
            })
            .collect();
        // At last all of it, in pieces of 50.
        ranges.extend((0..body.len()).step_by(50).map(|at| (at, (at + 50).min(body.len()))));
        let mut covered = vec![false; body.len()];
        for (start, end) in ranges {
            prop_assert_eq!(
                reassembler.insert(
                    header(3, body.len(), start, end - start),
                    &body[start..end],
                    1,
                ),
                Inserted::Kept
            );
            covered[start..end].fill(true);
            prop_assert_eq!(reassembler.octets(), charged(&reassembler));
            let complete = covered.iter().all(|octet| *octet);
            let taken = reassembler.take();
            prop_assert_eq!(taken.is_some(), complete);
            if let Some(message) = taken {
                prop_assert_eq!(&message.body, &body);
                prop_assert_eq!(reassembler.octets(), 0);
                return Ok(());
            }
        }
    }

    #[test]
    fn fragments_of_several_messages_are_never_mixed_and_stay_within_the_limit(
        fragments in proptest::collection::vec(
            (0_u16..20, 1_usize..3, 0_usize..300, 1_usize..100, any::<bool>()),
            0..300,
        ),
    ) {
        let limits = ReassemblyLimits { octets: 2_000, ..LIMITS };
        let mut reassembler = Reassembler::new(limits, 0);
        for (sequence, total, offset, len, octet) in fragments {
            let total = total * 200;
            if offset + len > total {
                continue;
            }
            let body = vec![u8::from(octet); len];
            reassembler.insert(header(sequence, total, offset, len), &body, 1);
            prop_assert!(reassembler.octets() <= 2_000);
            prop_assert_eq!(reassembler.octets(), charged(&reassembler));
            if let Some(message) = reassembler.take() {
                prop_assert!(message.body.iter().all(|other| *other == message.body[0]));
                reassembler.advance();
            }
        }
    }
}

#[test]
fn a_message_far_ahead_or_beyond_the_last_is_not_kept() {
    let mut reassembler = Reassembler::new(LIMITS, 2);
    for (sequence, expected) in [
        (1, Inserted::Stale),
        (2, Inserted::Kept),
        (6, Inserted::Kept),
        (7, Inserted::OverLimit),
        (u16::MAX, Inserted::OverLimit),
    ] {
        assert_eq!(
            reassembler.insert(header(sequence, 10, 0, 1), &[1], 1),
            expected
        );
    }
    reassembler.reset(14);
    assert_eq!(
        reassembler.insert(header(15, 10, 0, 1), &[1], 1),
        Inserted::Kept
    );
    assert_eq!(
        reassembler.insert(header(16, 10, 0, 1), &[1], 1),
        Inserted::OverLimit
    );
    assert_eq!(reassembler.next(), 14);
}

#[test]
fn the_limit_of_octets_holds_to_the_octet() {
    let limits = ReassemblyLimits {
        octets: 1_000,
        ..LIMITS
    };
    for (len, expected) in [
        (935, Inserted::Kept),
        (936, Inserted::Kept),
        (937, Inserted::OverLimit),
    ] {
        let mut reassembler = Reassembler::new(limits, 0);
        let body = vec![1; len];
        assert_eq!(
            reassembler.insert(header(0, 1_000, 0, len), &body, 1),
            expected
        );
    }
    let mut reassembler = Reassembler::new(limits, 0);
    assert_eq!(
        reassembler.insert(header(0, 1_001, 0, 1), &[1], 1),
        Inserted::OverLimit
    );
    assert_eq!(reassembler.octets(), 0);
}

#[test]
fn a_message_of_no_octets_is_complete_at_once() {
    let mut reassembler = Reassembler::new(LIMITS, 0);
    let done = FragmentHeader {
        kind: HandshakeType::ServerHelloDone,
        ..header(0, 0, 0, 0)
    };
    reassembler.insert(done, &[], 9);
    let message = reassembler.take().unwrap();
    assert_eq!((message.body.len(), message.record), (0, 9));
}

#[test]
fn fragments_that_disagree_are_not_mixed_and_the_later_one_stays() {
    let mut reassembler = Reassembler::new(LIMITS, 0);
    reassembler.insert(header(0, 100, 0, 50), &[1; 50], 1);
    reassembler.insert(header(0, 100, 25, 75), &[0; 75], 2);
    assert_eq!(reassembler.take(), None);
    assert_eq!(reassembler.octets(), 75 + PIECE_COST);
    reassembler.insert(header(0, 100, 0, 25), &[0; 25], 3);
    assert_eq!(reassembler.take().unwrap().body, [0; 100]);
    // Another total is another message, too.
    reassembler.insert(header(0, 100, 0, 50), &[1; 50], 4);
    reassembler.insert(header(0, 60, 50, 10), &[1; 10], 5);
    assert_eq!(reassembler.take(), None);
    assert_eq!(reassembler.octets(), 10 + PIECE_COST);
}
