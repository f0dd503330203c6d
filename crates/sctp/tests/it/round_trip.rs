use std::time::Duration;

use proptest::prelude::*;
use stonechat_sctp::Config;

use crate::driver::{Pair, message};

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sent_is_what_arrives(
        messages in prop::collection::vec((0_u16..5, prop::collection::vec(any::<u8>(), 1..4000)), 1..30),
        base in 68_usize..1300,
        mtu in 0_usize..500,
    ) {
        let mut config = Config::default();
        config.base = base;
        let mut pair = Pair::new(1, &config);
        pair.link.mtu = base.max(200) + mtu;
        pair.ends[0].connect(pair.now);
        for (stream, text) in &messages {
            pair.send(0, *stream, message(text));
        }
        pair.run(Duration::from_secs(60));
        for stream in 0..5 {
            let expected: Vec<_> = messages
                .iter()
                .filter(|(id, _)| *id == stream)
                .map(|(_, text)| text.clone())
                .collect();
            prop_assert_eq!(pair.read(1, stream), expected);
        }
    }
}
