use std::time::Duration;

use proptest::prelude::*;
use stonechat_rtp::extension::{
    AbsSendTime, AudioLevel, Camera, ExtensionValue, MixerLevels, PlayoutDelay, Rotation, SdesMid,
    SdesRepairedRid, SdesRid, TransportSequence, VideoOrientation,
};
use stonechat_rtp::{ExtensionId, Header, Mid, NtpTime, Packet, Rid, SequenceNumber};

fn check<'a, V: ExtensionValue<'a> + PartialEq + std::fmt::Debug>(value: V, wire: &'a [u8]) {
    let mut out = [0xee; 300];
    assert_eq!(value.encode(&mut out), Ok(wire.len()));
    assert_eq!(&out[..wire.len()], wire);
    assert_eq!(value.encoded_len(), wire.len());
    assert!(value.encode(&mut out[..wire.len() - 1]).is_err());
    assert_eq!(V::parse(wire), Some(value));
}

#[test]
fn values_are_written_as_specified() {
    check(
        AudioLevel {
            level: 127,
            voice: false,
        },
        &[0x7f],
    );
    check(
        AudioLevel {
            level: 5,
            voice: true,
        },
        &[0x85],
    );
    check(MixerLevels::new(&[1, 127]).unwrap(), &[1, 127]);
    check(AbsSendTime::new(0x0012_3456), &[0x12, 0x34, 0x56]);
    check(TransportSequence(SequenceNumber(0x0102)), &[1, 2]);
    check(SdesMid("audio"), b"audio");
    check(SdesRid("hi"), b"hi");
    check(SdesRepairedRid("hi"), b"hi");
    check(
        VideoOrientation {
            camera: Camera::Back,
            flipped: true,
            rotation: Rotation::Degrees270,
        },
        &[0x0f],
    );
    check(VideoOrientation::default(), &[0]);
    let (min, max) = (Duration::from_millis(10), Duration::from_millis(40_950));
    check(PlayoutDelay { min, max }, &[0x00, 0x1f, 0xff]);
}

/// Lengths that each value may have, of 0 to 17.
#[test]
fn each_value_takes_only_its_lengths() {
    fn lengths<'a, V: ExtensionValue<'a>>() -> Vec<usize> {
        const ONES: [u8; 17] = [1; 17];
        (0..=17)
            .filter(|&len| V::parse(&ONES[..len]).is_some())
            .collect()
    }
    assert_eq!(lengths::<AudioLevel>(), [1, 2]);
    assert_eq!(lengths::<MixerLevels<'_>>(), (1..=15).collect::<Vec<_>>());
    assert_eq!(lengths::<AbsSendTime>(), [3]);
    assert_eq!(lengths::<TransportSequence>(), [2]);
    assert_eq!(lengths::<SdesMid<'_>>(), (1..=17).collect::<Vec<_>>());
    assert_eq!(lengths::<SdesRid<'_>>(), (1..=17).collect::<Vec<_>>());
    assert_eq!(
        lengths::<SdesRepairedRid<'_>>(),
        (1..=17).collect::<Vec<_>>()
    );
    assert_eq!(lengths::<VideoOrientation>(), [1]);
    assert_eq!(lengths::<PlayoutDelay>(), [3]);
}

#[test]
fn every_length_passes_through_both_forms() {
    for number in [1, 14, 15, 255] {
        let id = ExtensionId::new(number).unwrap();
        for len in 0..=17 {
            let mut header = Header::default();
            header.extensions.set_raw(id, &vec![0x5a; len]).unwrap();
            let mut out = [0; 64];
            let head = header.encode(&mut out).unwrap();
            assert_eq!(head % 4, 0);
            let packet = Packet::parse(&out[..head]).unwrap();
            assert_eq!(
                packet.extensions().get(id),
                Some(vec![0x5a; len].as_slice())
            );
        }
    }
}

#[test]
fn impossible_values_are_none() {
    // The least delay is larger than the largest.
    assert_eq!(PlayoutDelay::parse(&[0x00, 0x20, 0x01]), None);
    assert_eq!(SdesMid::parse(&[0xff]), None);
    assert_eq!(SdesMid::parse(&[0, 0]), None);
    assert_eq!(SdesMid::parse(b"a\0\0"), Some(SdesMid("a")));
    assert_eq!(MixerLevels::new(&[128]), None);
    assert!(
        Mid::new("").is_err() && Mid::new("a b").is_err() && Mid::new(&"a".repeat(256)).is_err()
    );
    assert!(Rid::new("").is_err() && Rid::new("a.b").is_err());
    assert_eq!(Mid::new("0").unwrap().as_str(), "0");
    assert_eq!(Rid::new("hi-1_").unwrap().as_str(), "hi-1_");
}

proptest! {
    #[test]
    fn send_times_wrap_every_64_seconds(start: u64, units in -(1_i64 << 23)..1 << 23) {
        let base = AbsSendTime::from_ntp(NtpTime(start));
        let later = AbsSendTime::from_ntp(NtpTime(
            (start & !0x3fff).wrapping_add_signed(units << 14),
        ));
        prop_assert_eq!(i64::from(later.distance_from(base)), units);
        prop_assert!(later.units() < 1 << 24);
        prop_assert!(later.since_wrap() < Duration::from_secs(64));
    }
}
