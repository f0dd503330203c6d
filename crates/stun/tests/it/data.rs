//! Reads the files in `tests/data`.

use serde_json::Value;

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn octets(value: &Value) -> Vec<u8> {
    hex::decode(text(value)).unwrap()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The last word of each line, as octets; `-` is none.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Vec<u8>> {
    text.lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(|word| {
            if word == "-" {
                Vec::new()
            } else {
                hex::decode(word).unwrap()
            }
        })
}

/// Every well-formed message in the data.
pub(crate) fn valid() -> Vec<Vec<u8>> {
    let rfc5769 = json(include_str!("../data/rfc5769.json"));
    let b1 = json(include_str!("../data/rfc8489_b1.json"));
    let mut all: Vec<_> = rfc5769["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vector| octets(&vector["message_hex"]))
        .collect();
    all.push(octets(&b1["corrected_length_only_hex"]));
    all.push(octets(&b1["corrected_with_password_algorithm_hex"]));
    all.extend(lines(include_str!("../data/captured.hex")));
    all
}

pub(crate) fn corpora() -> impl Iterator<Item = Vec<u8>> {
    [
        include_str!("../data/pion-stun.hex"),
        include_str!("../data/coturn-fuzzstun.hex"),
        include_str!("../data/coturn-fuzzstunclient.hex"),
    ]
    .into_iter()
    .flat_map(lines)
}
