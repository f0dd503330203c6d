use stonechat_ice::{CandidateKind, candidate_priority, pair_priority};

fn table() -> serde_json::Value {
    serde_json::from_str(include_str!("../data/ice_priority.json")).unwrap()
}

fn number(value: &serde_json::Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn candidate_priorities_follow_the_formula() {
    let table = table();
    let candidates = table["candidates"].as_array().unwrap();
    assert!(candidates.len() >= 24);
    for entry in candidates {
        let kind = match entry["type"].as_str().unwrap() {
            "host" => CandidateKind::Host,
            "prflx" => CandidateKind::PeerReflexive,
            "srflx" => CandidateKind::ServerReflexive,
            "relay" => CandidateKind::Relayed,
            other => panic!("{other}"),
        };
        let preference = u16::try_from(number(&entry["local_pref"])).unwrap();
        let component = u16::try_from(number(&entry["component"])).unwrap();
        assert_eq!(
            candidate_priority(kind, preference, component),
            number(&entry["priority"]),
            "{entry}"
        );
    }
}

#[test]
fn pair_priorities_follow_the_formula() {
    let table = table();
    for entry in table["pairs"].as_array().unwrap() {
        // The last entry, of priorities that are not allowed, does not fit 64 bits.
        let exact: u128 = entry["priority"].as_str().unwrap().parse().unwrap();
        let expected = u64::try_from(exact).unwrap_or(u64::MAX);
        assert_eq!(
            pair_priority(number(&entry["G"]), number(&entry["D"])),
            expected,
            "{entry}"
        );
    }
}

#[test]
fn no_priority_overflows() {
    let edges = [0, 1, u32::MAX / 2, u32::MAX - 1, u32::MAX];
    for a in edges {
        for b in edges {
            let (one, other) = (pair_priority(a, b), pair_priority(b, a));
            assert_eq!(one.abs_diff(other), u64::from(a != b));
        }
    }
}
