//! Packets are protected and opened in place, without allocation. A binary of its own, because the
//! allocator that counts is the whole process's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stonechat_crypto::rust;
use stonechat_srtp::{Config, Inbound, Outbound, Profile};

const PROFILES: [Profile; 4] = [
    Profile::AeadAes128Gcm,
    Profile::AeadAes256Gcm,
    Profile::Aes128CmSha1_80,
    Profile::Aes128CmSha1_32,
];

/// Packets until the tables of streams have grown to their size.
const WARM_UP: u16 = 20;
const COUNTED: u16 = 100;
const STREAMS: u8 = 20;

struct Session {
    profile: Profile,
    outbound: Outbound,
    inbound: Inbound,
    /// A packet with the room that its protection takes.
    wire: Vec<u8>,
}

impl Session {
    fn new(profile: Profile) -> Self {
        let (key, salt) = (vec![7; profile.key_len()], vec![9; profile.salt_len()]);
        let provider = rust::provider();
        Self {
            profile,
            outbound: Outbound::new(&provider, profile, &key, &salt, Config::default()).unwrap(),
            inbound: Inbound::new(&provider, profile, &key, &salt, Config::default()).unwrap(),
            wire: Vec::with_capacity(1_500),
        }
    }

    /// The packet `head` and a payload there and back; the payload comes out as it went in.
    fn rtp(&mut self, sequence: u16, stream: u8) {
        let [a, b] = sequence.to_be_bytes();
        let head = [0x80, 96, a, b, 0, 0, 0, 1, 0, 0, 0, stream];
        let len = self.fill(&head, self.profile.rtp_overhead());
        let (body, tag) = self.wire.split_at_mut(len);
        self.outbound.protect_rtp(body, tag).unwrap();
        assert_ne!(self.wire[12..24], [0x5a; 12]);
        let opened = self.inbound.unprotect_rtp(&mut self.wire).unwrap();
        assert_eq!(self.wire[..opened][12..], [0x5a; 1_000]);
    }

    /// A receiver report of the stream, with what looks like a payload.
    fn rtcp(&mut self, stream: u8) {
        let head = [0x80, 201, 0, 251, 0, 0, 0, stream];
        let len = self.fill(&head, self.profile.rtcp_overhead());
        let (body, trailer) = self.wire.split_at_mut(len);
        self.outbound.protect_rtcp(body, trailer).unwrap();
        assert_ne!(self.wire[8..20], [0x5a; 12]);
        let opened = self.inbound.unprotect_rtcp(&mut self.wire).unwrap();
        assert_eq!(self.wire[..opened][8..], [0x5a; 1_000]);
    }

    fn fill(&mut self, head: &[u8], overhead: usize) -> usize {
        self.wire.clear();
        self.wire.extend_from_slice(head);
        self.wire.resize(head.len() + 1_000, 0x5a);
        let len = self.wire.len();
        self.wire.resize(len + overhead, 0);
        len
    }

    fn play(&mut self, sequences: std::ops::Range<u16>) {
        for sequence in sequences {
            for stream in 1..=STREAMS {
                self.rtp(sequence, stream);
            }
            self.rtcp(1 + u8::try_from(sequence % u16::from(STREAMS)).unwrap());
        }
    }
}

#[test]
fn the_allocator_counts() {
    let info = allocation_counter::measure(|| drop(std::hint::black_box(vec![0_u8; 100])));
    assert_eq!((info.count_total, info.bytes_total), (1, 100));
}

#[test]
fn packets_take_no_allocation_in_any_profile() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        session.play(0..WARM_UP);
        let info = allocation_counter::measure(|| session.play(WARM_UP..WARM_UP + COUNTED));
        assert_eq!(info.count_total, 0, "{profile:?}");
    }
}

#[test]
fn packets_that_are_not_authentic_take_no_allocation() {
    for profile in PROFILES {
        let mut session = Session::new(profile);
        session.play(0..WARM_UP);
        let info = allocation_counter::measure(|| {
            for number in 0..COUNTED {
                let [a, b] = number.to_be_bytes();
                let head = [0x80, 96, a, b, 0, 0, 0, 1, 0, 0, a, b];
                session.fill(&head, profile.rtp_overhead());
                assert!(session.inbound.unprotect_rtp(&mut session.wire).is_err());
            }
        });
        assert_eq!(info.count_total, 0, "{profile:?}");
    }
}
