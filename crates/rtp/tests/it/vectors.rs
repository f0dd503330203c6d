//! Packets written out by the figures of the RFCs, which publish no vectors.

use stonechat_rtp::{
    ExtensionForm, ExtensionId, Header, HeaderView, Packet, PayloadType, SequenceNumber, Ssrc,
    Timestamp, padding, rtx,
};

fn id(value: u8) -> ExtensionId {
    ExtensionId::new(value).unwrap()
}

#[test]
fn all_fields_are_where_rfc_3550_figure_5_1_has_them() {
    let wire =
        hex::decode("b2e1abcd0102030411223344aaaaaaaabbbbbbbbbede0001100000007061790003").unwrap();
    // The last octet says 3 octets of padding.
    let packet = Packet::parse(&wire).unwrap();
    assert!(packet.marker());
    assert_eq!(packet.payload_type().get(), 0x61);
    assert_eq!(packet.sequence(), SequenceNumber(0xabcd));
    assert_eq!(packet.timestamp(), Timestamp(0x0102_0304));
    assert_eq!(packet.ssrc(), Ssrc(0x1122_3344));
    assert!(packet.csrcs().eq([Ssrc(0xaaaa_aaaa), Ssrc(0xbbbb_bbbb)]));
    assert_eq!(packet.extensions().get(id(1)), Some([0].as_slice()));
    assert_eq!(packet.header_len(), 28);
    assert_eq!(packet.payload(), b"pa");
    assert_eq!(packet.padding(), 3);
}

#[test]
fn one_byte_elements_are_read_as_in_rfc_8285_section_4_2() {
    // The figure: a 1-octet element, a 2-octet one, two octets of padding, a 4-octet one.
    let wire = hex::decode("906000010000000100000001bede000310aa21bbbb000033cccccccc").unwrap();
    let view = HeaderView::parse(&wire).unwrap();
    assert_eq!(view.extensions().form(), Some(ExtensionForm::OneByte));
    let elements: Vec<_> = view
        .extensions()
        .iter()
        .map(|it| (it.id.get(), it.value))
        .collect();
    assert_eq!(
        elements,
        [
            (1, [0xaa].as_slice()),
            (2, &[0xbb, 0xbb]),
            (3, &[0xcc, 0xcc, 0xcc, 0xcc]),
        ]
    );
}

#[test]
fn two_byte_elements_are_read_as_in_rfc_8285_section_4_3() {
    // The figure: an empty element, a 1-octet one, padding, a 4-octet one.
    let wire = hex::decode("9060000100000001000000011000000301000201bb000304cccccccc").unwrap();
    let view = HeaderView::parse(&wire).unwrap();
    assert_eq!(view.extensions().form(), Some(ExtensionForm::TwoByte(0)));
    let elements: Vec<_> = view
        .extensions()
        .iter()
        .map(|it| (it.id.get(), it.value))
        .collect();
    assert_eq!(
        elements,
        [
            (1, [].as_slice()),
            (2, &[0xbb]),
            (3, &[0xcc, 0xcc, 0xcc, 0xcc])
        ]
    );
}

#[test]
fn the_form_is_chosen_by_identifiers_and_lengths() {
    let form_with = |number: u8, len: usize| {
        let mut header = Header::default();
        header.extensions.set_raw(id(1), &[5]).unwrap();
        header
            .extensions
            .set_raw(id(number), &vec![7; len])
            .unwrap();
        header.extensions.form()
    };
    assert_eq!(form_with(14, 16), ExtensionForm::OneByte);
    assert_eq!(form_with(15, 16), ExtensionForm::TwoByte(0));
    assert_eq!(form_with(14, 17), ExtensionForm::TwoByte(0));
    assert_eq!(form_with(14, 0), ExtensionForm::TwoByte(0));
    assert_eq!(form_with(255, 255), ExtensionForm::TwoByte(0));
}

#[test]
fn a_longer_value_than_an_element_has_room_for_is_refused() {
    let mut header = Header::default();
    assert!(header.extensions.set_raw(id(1), &[0; 256]).is_err());
    assert!(header.extensions.is_empty());
}

#[test]
fn a_header_without_room_writes_nothing() {
    let header = Header::new(
        PayloadType::new(1).unwrap(),
        SequenceNumber(2),
        Timestamp(3),
        Ssrc(4),
    );
    let mut out = [0xee; 11];
    assert_eq!(header.encode(&mut out).unwrap_err().needed, 12);
    assert_eq!(out, [0xee; 11]);
}

#[test]
fn a_sixteenth_contributing_source_is_refused() {
    let mut header = Header::default();
    for csrc in 0..15 {
        assert!(header.csrcs.push(Ssrc(csrc)));
    }
    assert!(!header.csrcs.push(Ssrc(15)));
    assert_eq!(header.encoded_len(), 12 + 60);
}

#[test]
fn a_packet_of_padding_alone_is_valid() {
    let mut header = Header {
        padding: 255,
        ..Header::default()
    };
    header.payload_type = PayloadType::new(96).unwrap();
    let mut out = [0xff; 12 + 255];
    let head = header.encode(&mut out).unwrap();
    assert!(padding::write(&mut out[head..]));
    let packet = Packet::parse(&out).unwrap();
    assert_eq!((packet.payload().len(), packet.padding()), (0, 255));
    assert!(!padding::write(&mut [0; 256]));
}

#[test]
fn a_retransmission_begins_with_the_original_sequence_number() {
    let mut out = [0; 6];
    assert_eq!(
        rtx::encode(SequenceNumber(0x0102), b"abcd", &mut out),
        Ok(6)
    );
    assert_eq!(&out, b"\x01\x02abcd");
    assert_eq!(
        rtx::parse(&out),
        Some((SequenceNumber(0x0102), b"abcd".as_slice()))
    );
    assert_eq!(rtx::parse(&out[..1]), None);
    assert_eq!(
        rtx::encode(SequenceNumber(1), b"abcd", &mut out[..5])
            .unwrap_err()
            .needed,
        6
    );
}

#[test]
fn payload_types_that_look_like_rtcp_are_known() {
    for value in 0..128 {
        let payload_type = PayloadType::new(value).unwrap();
        assert_eq!(
            payload_type.is_safe_with_rtcp_mux(),
            !(64..=95).contains(&value)
        );
    }
    assert_eq!(PayloadType::new(128), None);
}
