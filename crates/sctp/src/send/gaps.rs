/// Calls `found` with each part of the ranges `a` that is in none of `b`. Both are ascending and
/// disjoint, ends included.
pub(crate) fn difference(a: &[(u64, u64)], b: &[(u64, u64)], mut found: impl FnMut(u64, u64)) {
    let mut others = b.iter().copied().peekable();
    for (first, last) in a.iter().copied() {
        let mut from = first;
        while let Some((start, end)) = others.peek().copied() {
            if end < from {
                others.next();
                continue;
            }
            if start > last {
                break;
            }
            if start > from {
                found(from, start - 1);
            }
            from = end + 1;
            if end >= last {
                break;
            }
            others.next();
        }
        if from <= last {
            found(from, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use stonechat_sansio::Seed;

    use super::*;

    fn ranges(set: &BTreeSet<u64>) -> Vec<(u64, u64)> {
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for seq in set {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == *seq => *last = *seq,
                _ => ranges.push((*seq, *seq)),
            }
        }
        ranges
    }

    #[test]
    fn differences_agree_with_plain_sets() {
        for number in 0..500 {
            let mut rng = Seed::from_u64(number).rng();
            let mut random =
                || -> BTreeSet<u64> { (0..25).map(|_| u64::from(rng.below(40))).collect() };
            let (a, b) = (random(), random());
            let mut found = BTreeSet::new();
            difference(&ranges(&a), &ranges(&b), |first, last| {
                assert!(first <= last, "seed {number}");
                for seq in first..=last {
                    assert!(found.insert(seq), "seed {number}");
                }
            });
            assert_eq!(found, a.difference(&b).copied().collect(), "seed {number}");
        }
    }
}
