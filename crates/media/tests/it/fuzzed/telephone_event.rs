//! Octets as packets of telephone events: what is heard is bounded, and reports read as they were
//! written.

use std::time::Duration;

use stonechat_media::telephone_event::{TelephoneEvent, ToneReceiver};
use stonechat_rtp::{ClockRate, Timestamp};
use stonechat_testkit::clock;

pub(crate) fn run(octets: &[u8]) {
    let mut receiver = ToneReceiver::new(ClockRate::VIDEO);
    let mut now = clock::start();
    let mut packets = 0;
    for packet in octets.chunks(11) {
        let (head, payload) = packet.split_at(packet.len().min(3));
        let timestamp = head
            .iter()
            .fold(0_u32, |sum, octet| sum << 8 | u32::from(*octet));
        if let Ok((report, rest)) = TelephoneEvent::parse(payload) {
            let read = &payload[..payload.len() - rest.len()];
            let mut expected = [read[0], read[1] & 0xbf, read[2], read[3]];
            assert_eq!(report.encode(), expected);
            expected[0] ^= 1;
            assert_ne!(report.encode(), expected);
        }
        receiver.on_packet(now, Timestamp(timestamp << 8), payload);
        now += Duration::from_millis(u64::from(head.first().copied().unwrap_or_default()));
        receiver.handle_timeout(now);
        packets += 1;
    }
    let heard = std::iter::from_fn(|| receiver.poll()).count();
    assert!(heard <= 2 * packets);
    assert!(heard <= 64);
}
