//! What is written is read back, and any order of verbs is harmless.

use std::time::Duration;

use proptest::prelude::*;
use stonechat_sansio::Batch;
use stonechat_turn::{ChannelData, ChannelNumber};

use crate::world::{World, config, peer};

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Give(Vec<u8>),
    /// A response to the last request, of this class and with these octets as attributes.
    Answer(bool, Vec<u8>),
    Permit(u8),
    Forget(u8),
    Send(u8, usize),
    Transmit,
    Timeout,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    let octets = || prop::collection::vec(any::<u8>(), 0..60);
    prop_oneof![
        (0_u64..400_000).prop_map(Step::Wait),
        octets().prop_map(Step::Give),
        (any::<bool>(), octets()).prop_map(|(success, octets)| Step::Answer(success, octets)),
        any::<u8>().prop_map(Step::Permit),
        any::<u8>().prop_map(Step::Forget),
        (any::<u8>(), 0_usize..1_000).prop_map(|(peer, len)| Step::Send(peer, len)),
        Just(Step::Transmit),
        Just(Step::Transmit),
        Just(Step::Timeout),
        Just(Step::Close),
    ]
}

fn address(number: u8) -> std::net::SocketAddr {
    std::net::SocketAddr::new(
        [203, 0, 113, number % 8].into(),
        6_000 + u16::from(number / 8),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn channel_data_is_read_as_it_was_written(
        number in 0x4000_u16..0x5000,
        data in prop::collection::vec(any::<u8>(), 0..100),
        padding in 0_usize..4,
    ) {
        let number = ChannelNumber::new(number).unwrap();
        let mut octets = ChannelData::header(number, data.len()).unwrap().to_vec();
        octets.extend(&data);
        octets.resize(octets.len() + padding, 0xAA);
        let frame = ChannelData::parse(&octets).unwrap();
        prop_assert_eq!((frame.number(), frame.data()), (number, data.as_slice()));
        octets.truncate(4 + data.len());
        for len in 0..octets.len() {
            prop_assert_eq!(ChannelData::parse(&octets[..len]), None);
        }
    }

    #[test]
    fn numbers_outside_the_range_are_no_channels(number in any::<u16>()) {
        let inside = (0x4000..=0x4FFF).contains(&number);
        prop_assert_eq!(ChannelNumber::new(number).is_some(), inside);
    }

    #[test]
    fn any_order_of_verbs_is_harmless(
        allocated in any::<bool>(),
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut world = if allocated { World::bound() } else { World::new(config()) };
        let mut request = vec![0; 20];
        for step in steps {
            match step {
                Step::Wait(millis) => world.now += Duration::from_millis(millis),
                Step::Give(octets) => world.give(&octets),
                Step::Answer(success, attributes) => {
                    let mut octets = request[..20].to_vec();
                    octets[0] |= 1;
                    octets[1] |= if success { 0 } else { 0x10 };
                    let len = attributes.len() & !3;
                    octets[2..4].copy_from_slice(&u16::try_from(len).unwrap().to_be_bytes());
                    octets.extend(&attributes[..len]);
                    world.give(&octets);
                }
                Step::Permit(number) => {
                    let _ = world.client.permit(world.now, address(number));
                }
                Step::Forget(number) => world.client.forget(world.now, address(number)),
                Step::Send(number, len) => {
                    world.send(if number == 0 { peer() } else { address(number) }, &vec![1; len]);
                }
                Step::Transmit => {
                    let mut buffer = Vec::new();
                    let mut batch = Batch::new(&mut buffer, 4, 65_535);
                    if world.client.poll_transmit(world.now, &mut batch).is_some() {
                        request = buffer;
                    }
                }
                Step::Timeout => {
                    world.client.handle_timeout(world.now);
                    let due = world.client.poll_timeout().is_some_and(|at| at <= world.now);
                    let mut buffer = Vec::new();
                    let mut batch = Batch::new(&mut buffer, 4, 65_535);
                    let sent = world.client.poll_transmit(world.now, &mut batch).is_some();
                    prop_assert_eq!(due, sent);
                }
                Step::Close => world.client.close(world.now),
            }
        }
        // Whatever happened, an end follows within the time of an allocation and a close.
        world.client.close(world.now);
        world.run(40);
        prop_assert!(world.client.is_closed());
        prop_assert_eq!(world.client.poll_timeout(), None);
    }
}
