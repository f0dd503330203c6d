//! A datagram as an RTP packet: all views of it, edits in place, and that it reads the same when
//! written again.

use stonechat_rtp::extension::{
    AbsSendTime, AudioLevel, DependencyDescriptor, MixerLevels, PlayoutDelay, SdesMid,
    SdesRepairedRid, SdesRid, TransportSequence, VideoOrientation,
};
use stonechat_rtp::{
    ExtensionId, Header, HeaderMut, HeaderView, Packet, SequenceNumber, Ssrc, Timestamp, padding,
    rtx,
};

pub(crate) fn run(octets: &[u8]) {
    let view = HeaderView::parse(octets);
    let _ = rtx::parse(octets);
    edit(octets);
    let Ok(packet) = Packet::parse(octets) else {
        return;
    };
    let view = view.unwrap();
    let whole = packet.header_len() + packet.payload().len() + usize::from(packet.padding());
    assert_eq!(whole, octets.len());
    assert_eq!(view.header_len(), packet.header_len());
    let _ = rtx::parse(packet.payload());
    values(&packet);
    again(&packet);
}

fn values(packet: &Packet<'_>) {
    let extensions = packet.extensions();
    for id in (1..=255).filter_map(ExtensionId::new) {
        let Some(value) = extensions.get(id) else {
            continue;
        };
        assert!(value.len() <= 255);
        let _ = extensions.value::<AbsSendTime>(id);
        let _ = extensions.value::<AudioLevel>(id);
        let _ = extensions
            .value::<MixerLevels<'_>>(id)
            .map(|it| it.levels().count());
        let _ = extensions.value::<PlayoutDelay>(id);
        let _ = extensions.value::<SdesMid<'_>>(id);
        let _ = extensions.value::<SdesRid<'_>>(id);
        let _ = extensions.value::<SdesRepairedRid<'_>>(id);
        let _ = extensions.value::<TransportSequence>(id);
        let _ = extensions.value::<VideoOrientation>(id);
        if let Some(view) = extensions.value::<DependencyDescriptor<'_>>(id) {
            descriptor(view);
        }
    }
}

fn descriptor(view: DependencyDescriptor<'_>) {
    let Some(structure) = view.structure() else {
        return;
    };
    assert!(structure.is_valid());
    let _ = view.active_decode_targets(&structure);
    let _ = view.frame(&structure);
}

fn again(packet: &Packet<'_>) {
    let mut header = Header::new(
        packet.payload_type(),
        packet.sequence(),
        packet.timestamp(),
        packet.ssrc(),
    );
    header.marker = packet.marker();
    header.padding = packet.padding();
    for csrc in packet.csrcs() {
        assert!(header.csrcs.push(csrc));
    }
    let mut seen = std::collections::BTreeMap::new();
    for extension in packet.extensions().iter() {
        // The last one of an identifier stays.
        if header
            .extensions
            .set_raw(extension.id, extension.value)
            .is_ok()
        {
            seen.insert(extension.id, extension.value);
        }
    }
    let mut out = vec![0; header.encoded_len()];
    let len = header.encode(&mut out).unwrap();
    assert_eq!(len, out.len());
    out.extend_from_slice(packet.payload());
    let end = out.len();
    out.resize(end + usize::from(packet.padding()), 0);
    assert!(padding::write(&mut out[end..]));
    let again = Packet::parse(&out).unwrap();
    assert_eq!(again.payload(), packet.payload());
    assert_eq!(again.padding(), packet.padding());
    assert_eq!(again.marker(), packet.marker());
    assert_eq!(again.sequence(), packet.sequence());
    assert!(again.csrcs().eq(packet.csrcs()));
    for (id, value) in seen {
        assert_eq!(again.extensions().get(id), Some(value));
    }
}

fn edit(octets: &[u8]) {
    let mut copy = octets.to_vec();
    let Ok(mut header) = HeaderMut::parse(&mut copy) else {
        return;
    };
    header.set_ssrc(Ssrc(7));
    header.set_sequence(SequenceNumber(8));
    header.set_timestamp(Timestamp(9));
    header.set_marker(true);
    for id in (1..=20).filter_map(ExtensionId::new) {
        let _ = header.set_extension(id, &[1, 2, 3]);
    }
    if let Some(id) = ExtensionId::new(3) {
        header.strip_extension(id);
    }
    header.map_extensions(|id, _| ExtensionId::new(id.get() ^ 1));
    let view = HeaderView::parse(&copy).unwrap();
    assert_eq!(
        (view.ssrc(), view.sequence(), view.timestamp()),
        (Ssrc(7), SequenceNumber(8), Timestamp(9))
    );
    assert!(view.marker());
}
