use std::time::Duration;

use proptest::prelude::*;
use stonechat_rtp::{ClockRate, CompactNtp, ExtendedSequence, NtpTime, SequenceNumber, Timestamp};

proptest! {
    #[test]
    fn of_two_different_numbers_one_is_newer(a: u16, b: u16) {
        let (x, y) = (SequenceNumber(a), SequenceNumber(b));
        // Half the number space away neither is.
        let opposite = a.wrapping_sub(b) == 0x8000;
        prop_assert_eq!(x.is_newer_than(y) ^ y.is_newer_than(x), a != b && !opposite);
    }

    #[test]
    fn an_extended_number_follows_every_step_below_half_the_space(
        start: u16,
        steps in prop::collection::vec(-32_767_i32..32_768, 1..50),
    ) {
        let mut at = i64::from(start) + (1 << 20);
        let mut extended = ExtendedSequence(u64::try_from(at).unwrap());
        for step in steps {
            if at + i64::from(step) < 0 {
                continue;
            }
            at += i64::from(step);
            let sequence = SequenceNumber(u16::try_from(at & 0xffff).unwrap());
            extended = extended.nearest(sequence);
            prop_assert_eq!(i64::try_from(extended.0).unwrap(), at);
            prop_assert_eq!(extended.sequence(), sequence);
        }
    }

    #[test]
    fn ticks_become_durations_and_back(ticks in 0_u64..1 << 40, rate in 1_u32..200_000) {
        let rate = ClockRate::new(rate).unwrap();
        let back = rate.ticks(rate.duration(ticks) + Duration::from_nanos(1));
        prop_assert_eq!(back, ticks);
    }

    #[test]
    fn wall_time_survives_ntp(seconds in 0_u64..4_000_000_000, nanos in 0_u32..1_000_000_000) {
        let time = Duration::new(seconds, nanos);
        let back = NtpTime::from_unix(time).to_unix();
        prop_assert!(time - back < Duration::from_nanos(2));
    }
}

#[test]
fn a_number_before_the_first_cycle_is_in_it() {
    let first = ExtendedSequence::first(SequenceNumber(3));
    assert_eq!(
        first.nearest(SequenceNumber(65_530)),
        ExtendedSequence(65_530)
    );
    assert_eq!(ExtendedSequence(65_535).next().cycles(), 1);
    assert_eq!(ExtendedSequence(0x1_0002_0003).low_32(), 0x0002_0003);
}

#[test]
fn timestamps_wrap() {
    let late = Timestamp(u32::MAX).wrapping_add(2);
    assert_eq!(late, Timestamp(1));
    assert_eq!(late.distance_from(Timestamp(u32::MAX)), 2);
    assert!(late.is_newer_than(Timestamp(u32::MAX)));
}

#[test]
fn the_unix_epoch_is_2_208_988_800_in_ntp() {
    assert_eq!(NtpTime::from_unix(Duration::ZERO).0 >> 32, 2_208_988_800);
    assert_eq!(
        NtpTime::from_unix(Duration::from_millis(500)).0 & 0xffff_ffff,
        0x8000_0000
    );
    // After 2036 the seconds have wrapped.
    let late = Duration::from_secs(2_085_978_496 + 5);
    assert_eq!(NtpTime::from_unix(late).0 >> 32, 5);
    assert_eq!(NtpTime::from_unix(late).to_unix(), late);
}

#[test]
fn compact_times_are_16_bits_each() {
    assert_eq!(
        NtpTime(0x1111_2222_3333_4444).compact(),
        CompactNtp(0x2222_3333)
    );
    assert_eq!(
        CompactNtp::from_duration(Duration::from_millis(1500)),
        CompactNtp(0x0001_8000)
    );
    assert_eq!(
        CompactNtp(0x0001_8000).to_duration(),
        Duration::from_millis(1500)
    );
    assert_eq!(
        CompactNtp::from_duration(Duration::from_secs(70_000)),
        CompactNtp(u32::MAX)
    );
    // The example of RFC 3550, figure 2: A - LSR - DLSR = 6.125 s.
    let (now, last, delay) = (
        CompactNtp(0xb710_8000),
        CompactNtp(0xb705_2000),
        CompactNtp(0x5_4000),
    );
    let round_trip = now.wrapping_sub(last).wrapping_sub(delay);
    assert_eq!(round_trip.to_duration(), Duration::from_millis(6125));
}
