use stonechat_rtp::{Extension, Header, HeaderMut, HeaderView, Packet, ParseError};

/// Name and octets of each hostile packet.
fn torture() -> Vec<(String, Vec<u8>)> {
    let entries: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../data/torture.json")).unwrap();
    let text = |entry: &serde_json::Value, field: &str| entry[field].as_str().unwrap().to_owned();
    entries
        .iter()
        .map(|entry| {
            (
                text(entry, "name"),
                hex::decode(text(entry, "hex")).unwrap(),
            )
        })
        .collect()
}

fn corpus() -> Vec<Vec<u8>> {
    include_str!("../data/libwebrtc-rtp.hex")
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .map(|text| hex::decode(text).unwrap_or_default())
        .collect()
}

/// What each hostile packet comes to: an error, or the elements, payload and padding.
#[test]
fn each_hostile_packet_ends_as_expected() {
    let mut seen = 0;
    for (name, octets) in torture() {
        let result = Packet::parse(&octets).map(|packet| {
            let elements = packet.extensions().iter().count();
            (elements, packet.payload().len(), packet.padding())
        });
        let expected = match name.as_str() {
            "11 octets" => Err(ParseError::TooShort),
            "version 0" => Err(ParseError::Version(0)),
            "version 1" => Err(ParseError::Version(1)),
            "X without extension" | "extension length past end" | "extension length 65535" => {
                Err(ParseError::ExtensionTooLong)
            }
            "P with count 0" => Err(ParseError::Padding(0)),
            "P count > payload" => Err(ParseError::Padding(255)),
            "padding only packet" => Ok((0, 0, 3)),
            // Elements of no octets count.
            "two-byte zero length" => Ok((2, 0, 0)),
            "one-byte id 15 stops"
            | "one-byte id 0 with length"
            | "two-byte element past end"
            | "two-byte header cut"
            | "payload type 64-95 with mux" => Ok((0, 0, 0)),
            "1000 elements of 1 octet" => Ok((1000, 0, 0)),
            other => panic!("{other}: {result:?}"),
        };
        assert_eq!(result, expected, "{name}");
        seen += 1;
    }
    assert_eq!(seen, torture().len());
}

#[test]
fn every_prefix_and_single_octet_change_is_read_without_harm() {
    let inputs: Vec<_> = torture()
        .into_iter()
        .map(|(_, octets)| octets)
        .chain(corpus())
        .collect();
    assert!(inputs.len() > 20);
    for octets in inputs {
        for len in 0..=octets.len().min(80) {
            exercise(&octets[..len]);
        }
        for at in 0..octets.len().min(40) {
            for change in 1..=255 {
                let mut changed = octets.clone();
                changed[at] ^= change;
                exercise(&changed);
            }
        }
    }
}

fn exercise(octets: &[u8]) {
    if let Ok(view) = HeaderView::parse(octets) {
        assert!(view.header_len() <= octets.len());
        assert!(view.csrcs().count() <= 15);
        let elements: Vec<Extension<'_>> = view.extensions().iter().collect();
        // Written again, the elements are the same.
        let header = Header::from(&view);
        let mut again = vec![0; header.encoded_len()];
        header.encode(&mut again).unwrap();
        let read = HeaderView::parse(&again).unwrap();
        assert!(
            read.extensions()
                .iter()
                .all(|element| elements.contains(&element))
        );
        let mut copy = octets.to_vec();
        let mut edit = HeaderMut::parse(&mut copy).unwrap();
        edit.map_extensions(|id, _| Some(id));
        let kept: Vec<_> = HeaderView::parse(&copy)
            .unwrap()
            .extensions()
            .iter()
            .collect();
        assert_eq!(kept, elements);
        let mut edit = HeaderMut::parse(&mut copy).unwrap();
        edit.map_extensions(|_, _| None);
        assert!(HeaderView::parse(&copy).unwrap().extensions().is_empty());
        let end = view.header_len();
        assert_eq!(copy[end..], octets[end..], "the payload is not touched");
    }
    if let Ok(packet) = Packet::parse(octets) {
        let len = packet.header_len() + packet.payload().len() + usize::from(packet.padding());
        assert_eq!(len, octets.len());
    }
}

#[test]
fn fifteen_sources_and_every_extension_length_stay_within_the_packet() {
    for len in 0..200_usize {
        for words in [0_u16, 1, 5, 31, 32, 33, 65_535] {
            let mut octets = vec![0; len];
            if let Some(head) = octets.first_mut() {
                *head = 0x9f;
            }
            if let Some(field) = octets.get_mut(74..76) {
                field.copy_from_slice(&words.to_be_bytes());
            }
            let expected = len >= 76 + usize::from(words) * 4;
            assert_eq!(
                HeaderView::parse(&octets).is_ok(),
                expected,
                "{len} {words}"
            );
        }
    }
}
