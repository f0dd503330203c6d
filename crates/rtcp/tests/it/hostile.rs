use stonechat_rtcp::{
    Compound, CompoundRules, Packet, PacketStatus, PacketType, ParseError, Write,
};

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
    let files = [
        include_str!("../data/pion-rtcp.hex"),
        include_str!("../data/fuzzer-corpora-crashes-rtcp.hex"),
    ];
    files
        .iter()
        .flat_map(|file| file.lines())
        .filter_map(|line| line.split_whitespace().nth(1))
        .map(|text| hex::decode(text).unwrap_or_default())
        .collect()
}

#[test]
fn each_hostile_packet_ends_as_expected() {
    let content = |packet_type| Some(ParseError::Content(packet_type));
    let entries = torture();
    assert_eq!(entries.len(), 27);
    for (name, octets) in &entries {
        let error = Compound::parse(octets).find_map(Result::err);
        let expected = match name.as_str() {
            "3 octets" => Some(ParseError::TooShort),
            "length 65535" => Some(ParseError::Length),
            "version 0" => Some(ParseError::Version(0)),
            "SDES item past end" | "SDES count 31 empty" => content(PacketType::SOURCE_DESCRIPTION),
            "BYE reason past end" => content(PacketType::GOODBYE),
            "APP without name" => content(PacketType::APPLICATION),
            "NACK empty"
            | "TWCC status count 65535 no chunks"
            | "TWCC deltas missing"
            | "CCFB report count past end" => content(PacketType::TRANSPORT_FEEDBACK),
            "FIR without entries" | "FIR half entry" | "PLI 4 octets" | "SLI empty" => {
                content(PacketType::PAYLOAD_FEEDBACK)
            }
            "XR block length past end" | "XR DLRR bad size" => content(PacketType::EXTENDED_REPORT),
            "padding on middle packet of compound" => Some(ParseError::Padding(0)),
            "padding count 255" => Some(ParseError::Padding(255)),
            "padding count not multiple of 4" => Some(ParseError::Padding(3)),
            // Odd, and harmless.
            "SDES 1-octet tail"
            | "NACK 8000 entries all ones"
            | "TWCC more chunks than count"
            | "REMB exponent 63 mantissa max"
            | "XR block length 0 loop"
            | "XR RLE zero chunks"
            | "unknown type 223" => None,
            other => panic!("{other}: {error:?}"),
        };
        assert_eq!(error, expected, "{name}");
    }
}

#[test]
fn a_bad_packet_does_not_hide_the_next_one() {
    // A goodbye whose reason is cut, a good one, and one with a bad version.
    let octets = hex::decode("81cb000200000001ff61626381cb00010000000500cb000100000005").unwrap();
    let results: Vec<_> = Compound::parse(&octets).collect();
    assert_eq!(results.len(), 3);
    assert_eq!(results[0], Err(ParseError::Content(PacketType::GOODBYE)));
    assert!(matches!(results[1], Ok(Packet::Goodbye(_))));
    assert_eq!(results[2], Err(ParseError::Version(0)));
}

#[test]
fn only_the_last_packet_may_have_padding() {
    let octets = hex::decode("a0c90002000000010000000480c9000100000001").unwrap();
    let results: Vec<_> = Compound::parse(&octets).collect();
    assert_eq!(results[0], Err(ParseError::PaddingNotLast));
    assert!(matches!(results[1], Ok(Packet::ReceiverReport(_))));
    assert!(matches!(
        Packet::parse(&octets[..12]),
        Ok(Packet::ReceiverReport(_))
    ));
}

#[test]
fn every_prefix_and_single_octet_change_is_read_without_harm() {
    let inputs: Vec<_> = torture()
        .into_iter()
        .map(|(_, octets)| octets)
        .chain(corpus())
        .collect();
    assert!(inputs.len() > 40);
    for octets in inputs {
        for len in 0..=octets.len().min(120) {
            exercise(&octets[..len]);
        }
        if octets.len() > 1000 {
            exercise(&octets);
            continue;
        }
        for at in 0..octets.len().min(40) {
            for bit in 0..8 {
                let mut changed = octets.clone();
                changed[at] ^= 1 << bit;
                exercise(&changed);
            }
            let mut changed = octets.clone();
            changed[at] = 255;
            exercise(&changed);
        }
    }
}

/// Walks everything that can be walked and writes it again.
fn exercise(octets: &[u8]) {
    let _ = CompoundRules::Compound.check(octets);
    let _ = CompoundRules::ReducedSize.check(octets);
    let mut out = vec![0; 70_000];
    let mut packets = 0;
    for packet in Compound::parse(octets) {
        packets += 1;
        let Ok(packet) = packet else { continue };
        let len = packet.encode(&mut out).unwrap();
        assert_eq!(len, packet.encoded_len());
        match packet {
            Packet::TransportWide(feedback) => {
                assert_eq!(
                    feedback.statuses().count(),
                    usize::from(feedback.status_count())
                );
            }
            Packet::Nack(nack) => assert!(nack.sequences().count() <= octets.len() * 17 / 4),
            Packet::SourceDescription(description) => {
                let items = description
                    .chunks
                    .iter()
                    .flat_map(|chunk| chunk.items.iter());
                assert!(items.count() <= octets.len());
            }
            _ => {}
        }
    }
    assert!(packets <= octets.len() / 4 + 1);
}

#[test]
fn a_status_count_of_65_535_costs_no_more_than_its_packets() {
    // Runs of 8,191 packets, 8 of them and one of 7: lost, and received without time.
    for symbol in [0_u16, 3] {
        let mut octets = hex::decode("8fcd00000000000100000002000affff00000001").unwrap();
        for run in [8191_u16; 8].into_iter().chain([7]) {
            octets.extend_from_slice(&(symbol << 13 | run).to_be_bytes());
        }
        octets.resize(octets.len().next_multiple_of(4), 0);
        octets[3] = u8::try_from(octets.len() / 4 - 1).unwrap();
        let Ok(Packet::TransportWide(feedback)) = Packet::parse(&octets) else {
            panic!()
        };
        let received = feedback
            .statuses()
            .filter(|(_, status)| *status == PacketStatus::ReceivedWithoutTime)
            .count();
        assert_eq!(received, if symbol == 3 { 65_535 } else { 0 });
    }
}
