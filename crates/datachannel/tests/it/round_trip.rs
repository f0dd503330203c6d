use std::time::Duration;

use proptest::prelude::*;
use stonechat_datachannel::{Dcep, Open};
use stonechat_sctp::Reliability;

fn reliability() -> impl Strategy<Value = Reliability> {
    prop_oneof![
        Just(Reliability::Reliable),
        any::<u16>().prop_map(Reliability::MaxRetransmits),
        any::<u32>()
            .prop_map(|millis| Reliability::MaxLifetime(Duration::from_millis(millis.into()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_open_reads_as_it_was_written(
        label in ".{0,40}",
        protocol in ".{0,40}",
        ordered: bool,
        reliability in reliability(),
        priority: u16,
    ) {
        let open = Dcep::Open(Open { label, protocol, ordered, reliability, priority });
        prop_assert_eq!(Dcep::parse(&open.encoded()), Ok(open));
    }

    #[test]
    fn whatever_reads_is_written_the_same(mut octets in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Some(kind) = octets.first_mut() {
            *kind = 3;
        }
        if let Ok(open) = Dcep::parse(&octets) {
            prop_assert_eq!(Dcep::parse(&open.encoded()), Ok(open));
        }
    }
}
