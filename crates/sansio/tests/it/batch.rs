use std::net::{Ipv4Addr, SocketAddr};

use proptest::collection::vec;
use proptest::prelude::*;
use stonechat_sansio::{Batch, Ecn, Path, SocketId};

fn path() -> Path {
    let ip = Ipv4Addr::LOCALHOST;
    Path::new(SocketId(3), ip.into(), SocketAddr::from((ip, 9)))
}

/// A packet that somebody tries to add.
#[derive(Clone, Debug)]
struct Attempt {
    budget: usize,
    len: usize,
    gives_up: bool,
}

fn attempt() -> impl Strategy<Value = Attempt> {
    // Few lengths, so that equal ones are common.
    let len = prop_oneof![Just(0), Just(10), Just(50), Just(100), 0..130_usize];
    let budget = prop_oneof![Just(100), Just(1200), 0..130_usize];
    (budget, len, proptest::bool::weighted(0.1)).prop_map(|(budget, len, gives_up)| Attempt {
        budget,
        len,
        gives_up,
    })
}

/// What a run may take next, by the rules, from the lengths of its packets alone.
fn room(lens: &[usize], max_segments: usize, max_bytes: usize, budget: usize) -> Option<usize> {
    let room = max_bytes - lens.iter().sum::<usize>();
    let Some((&first, rest)) = lens.split_first() else {
        return Some(budget.min(room)).filter(|room| *room > 0);
    };
    let is_open = rest.iter().all(|len| *len == first)
        && lens.len() < max_segments
        && first <= room
        && first <= budget;
    is_open.then_some(first)
}

proptest! {
    #[test]
    fn a_batch_keeps_the_rules_of_a_run(
        before in vec(any::<u8>(), 0..8),
        max_segments in 0..8_usize,
        max_bytes in 0..600_usize,
        attempts in vec(attempt(), 0..20),
        close_at in 0..40_usize,
    ) {
        let mut buffer = before.clone();
        let mut batch = Batch::new(&mut buffer, max_segments, max_bytes);
        let (mut lens, mut octets, mut is_closed) = (Vec::new(), Vec::new(), false);
        for (index, attempt) in attempts.iter().enumerate() {
            if index == close_at {
                batch.close();
                is_closed = true;
            }
            let expected = room(&lens, max_segments.max(1), max_bytes, attempt.budget);
            // An empty run takes its first packet even when it is closed.
            let expected = expected.filter(|_| !is_closed || lens.is_empty());
            prop_assert_eq!(batch.next_budget(attempt.budget), expected);
            let octet = u8::try_from(index).unwrap();
            let written = batch.packet(attempt.budget, |frame| {
                assert_eq!(Some(frame.remaining()), expected);
                let fits = frame.put_slice(&vec![octet; attempt.len]);
                fits.ok().filter(|()| !attempt.gives_up)
            });
            let fits = expected.is_some_and(|room| attempt.len <= room);
            let is_added = fits && attempt.len > 0 && !attempt.gives_up;
            prop_assert_eq!(written.is_some(), is_added);
            if is_added {
                lens.push(attempt.len);
                octets.resize(octets.len() + attempt.len, octet);
            }
            prop_assert_eq!(batch.segments(), lens.len());
            prop_assert_eq!(batch.len(), octets.len());
            prop_assert_eq!(batch.is_empty(), lens.is_empty());
        }
        let transmit = batch.transmit(path(), Ecn::Ect0);
        prop_assert_eq!(&buffer, &[before.clone(), octets].concat());
        prop_assert_eq!(transmit.is_some(), !lens.is_empty());
        if let Some(transmit) = transmit {
            prop_assert_eq!((transmit.path(), transmit.ecn()), (path(), Ecn::Ect0));
            let run = &buffer[before.len()..];
            prop_assert_eq!(transmit.len(), run.len());
            prop_assert_eq!(transmit.packets(run).map(<[u8]>::len).collect::<Vec<_>>(), lens);
        }
    }
}
