use proptest::prelude::*;
use stonechat_rtp::{
    EditError, ExtensionId, Header, HeaderMut, HeaderView, Packet, PayloadType, SequenceNumber,
    Ssrc, Timestamp, padding,
};

prop_compose! {
    fn headers()(
        marker: bool,
        payload_type in 0_u8..128,
        sequence: u16,
        timestamp: u32,
        ssrc: u32,
        csrcs in prop::collection::vec(any::<u32>(), 0..16),
        extensions in prop::collection::btree_map(
            1_u8..=255, prop::collection::vec(any::<u8>(), 0..30), 0..6),
        one_byte: bool,
        padding: u8,
    ) -> Header {
        let mut header = Header::new(
            PayloadType::new(payload_type).unwrap(),
            SequenceNumber(sequence),
            Timestamp(timestamp),
            Ssrc(ssrc),
        );
        header.marker = marker;
        header.padding = padding;
        for csrc in csrcs {
            header.csrcs.push(Ssrc(csrc));
        }
        for (id, mut value) in extensions {
            let id = if one_byte { id % 14 + 1 } else { id };
            if one_byte {
                value.truncate(16);
                value.push(1);
                value.truncate(16);
            }
            header.extensions.set_raw(ExtensionId::new(id).unwrap(), &value).unwrap();
        }
        header
    }
}

fn encode(header: &Header, payload: &[u8]) -> Vec<u8> {
    let mut wire = vec![0xee; header.encoded_len()];
    assert_eq!(header.encode(&mut wire), Ok(header.encoded_len()));
    wire.extend_from_slice(payload);
    let end = wire.len();
    wire.resize(end + usize::from(header.padding), 0xee);
    assert!(padding::write(&mut wire[end..]));
    wire
}

proptest! {
    #[test]
    fn what_was_written_is_read(header in headers(), payload: Vec<u8>) {
        let wire = encode(&header, &payload);
        let packet = Packet::parse(&wire).unwrap();
        prop_assert_eq!(packet.payload(), payload.as_slice());
        prop_assert_eq!(packet.padding(), header.padding);
        let mut read = Header::from(packet.header());
        read.padding = packet.padding();
        prop_assert_eq!(read, header);
    }

    #[test]
    fn any_octets_are_read_without_harm(octets: Vec<u8>, first in 0x80_u8..0xc0) {
        let mut octets = octets;
        if let Some(octet) = octets.first_mut() {
            *octet = first;
        }
        if let Ok(packet) = Packet::parse(&octets) {
            let len = packet.header_len() + packet.payload().len() + usize::from(packet.padding());
            prop_assert_eq!(len, octets.len());
            let total: usize = packet.extensions().iter().map(|it| it.value.len()).sum();
            prop_assert!(total <= octets.len());
        }
    }

    #[test]
    fn stripping_takes_one_element_and_leaves_the_others(header in headers(), pick: u8) {
        let mut wire = encode(&header, b"payload");
        let ids: Vec<_> = header.extensions.iter().map(|it| it.id).collect();
        let Some(&victim) = ids.get(usize::from(pick) % ids.len().max(1)) else { return Ok(()) };
        prop_assert!(HeaderMut::parse(&mut wire).unwrap().strip_extension(victim));
        prop_assert!(!HeaderMut::parse(&mut wire).unwrap().strip_extension(victim));
        let mut expected = header;
        expected.extensions.remove(victim);
        let packet = Packet::parse(&wire).unwrap();
        let left: Vec<_> = packet.extensions().iter().collect();
        prop_assert_eq!(left, expected.extensions.iter().collect::<Vec<_>>());
        prop_assert_eq!(packet.payload(), b"payload");
    }

    #[test]
    fn editing_changes_what_it_names_only(header in headers(), ssrc: u32, sequence: u16, timestamp: u32) {
        let mut wire = encode(&header, b"payload");
        let mut edit = HeaderMut::parse(&mut wire).unwrap();
        edit.set_ssrc(Ssrc(ssrc));
        edit.set_sequence(SequenceNumber(sequence));
        edit.set_timestamp(Timestamp(timestamp));
        edit.set_marker(!header.marker);
        edit.set_payload_type(PayloadType::PCMA);
        let mut expected = header.clone();
        for element in header.extensions.iter() {
            let value = vec![0x11; element.value.len()];
            edit.set_extension(element.id, &value).unwrap();
            expected.extensions.set_raw(element.id, &value).unwrap();
            prop_assert_eq!(
                edit.set_extension(element.id, &[0; 40]),
                Err(EditError::Length { actual: value.len() })
            );
        }
        expected.ssrc = Ssrc(ssrc);
        expected.sequence = SequenceNumber(sequence);
        expected.timestamp = Timestamp(timestamp);
        expected.marker = !header.marker;
        expected.payload_type = PayloadType::PCMA;
        prop_assert_eq!(wire, encode(&expected, b"payload"));
    }
}

#[test]
fn elements_are_renamed_and_what_nobody_reads_is_erased() {
    // Elements 1, 2 and 3, then one that is cut.
    let mut wire = hex::decode("906000010000000100000001bede000310aa21bbbb30cc004fdddddd").unwrap();
    let id = |value| ExtensionId::new(value).unwrap();
    let mut edit = HeaderMut::parse(&mut wire).unwrap();
    assert_eq!(edit.set_extension(id(9), &[1]), Err(EditError::Absent));
    edit.map_extensions(|this, _| match this.get() {
        1 => Some(id(7)),
        2 => None,
        _ => Some(id(15)),
    });
    assert_eq!(hex::encode(&wire[16..]), "70aa00000000000000000000");
    let view = HeaderView::parse(&wire).unwrap();
    assert_eq!(view.extensions().iter().count(), 1);
}
