//! Every public call in every state, in random order: success or an error, never a panic.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use stonechat_media::{Delivery, FrameTime, OutgoingFrame};
use stonechat_peerconnection::stats::StatsSelector;
use stonechat_peerconnection::{
    Answer, Call, ChannelId, ChannelInit, Direction, ErrorName, IceCandidateInit, Kind,
    MessageKind, OfferOptions, ReceiverId, SdpType, SenderId, SessionDescription, TrackInfo,
    TransceiverId, TransceiverInit, Which,
};

use crate::setup::{A, Duo, SIDES};

/// What to do: which side, which call, and a number to choose its arguments by.
type Deed = (usize, u8, u32);

fn kind(number: u32) -> Kind {
    if number.is_multiple_of(2) {
        Kind::Audio
    } else {
        Kind::Video
    }
}

fn call(duo: &Duo, side: usize, which: u8, number: u32) -> Call {
    let id = number % 6;
    let channel = ChannelId(if number.is_multiple_of(2) {
        id
    } else {
        ChannelId::ANNOUNCED | id
    });
    let kinds = [
        SdpType::Offer,
        SdpType::Answer,
        SdpType::Pranswer,
        SdpType::Rollback,
    ];
    let described = |of: usize| {
        let all = [
            Which::Local,
            Which::Remote,
            Which::CurrentLocal,
            Which::PendingRemote,
        ];
        let described = duo.session(of).description(all[(number >> 4) as usize % 4]);
        described.map_or_else(String::new, |description| description.sdp)
    };
    let description = |of: usize| SessionDescription {
        kind: kinds[number as usize % 4],
        sdp: described(of),
    };
    match which % 24 {
        0 => Call::CreateOffer(OfferOptions {
            ice_restart: number.is_multiple_of(3),
            ..OfferOptions::default()
        }),
        1 => Call::CreateAnswer,
        2 | 3 => Call::SetLocalDescription(None),
        4 => Call::SetLocalDescription(Some(description(side))),
        5..=7 => {
            let other = duo.session(1 - side).description(Which::Local);
            Call::SetRemoteDescription(other.unwrap_or_else(|| description(1 - side)))
        }
        8 => Call::SetRemoteDescription(description(number as usize % 2)),
        9 => Call::AddIceCandidate((!number.is_multiple_of(5)).then(|| IceCandidateInit {
            candidate: String::from("candidate:1 1 udp 1 192.0.2.9 9 typ host"),
            sdp_mid: (number.is_multiple_of(2)).then(|| id.to_string()),
            sdp_m_line_index: (number.is_multiple_of(3)).then_some(id as u16),
            username_fragment: (number.is_multiple_of(7)).then(|| String::from("abcd")),
        })),
        10 => Call::RestartIce,
        11 => Call::SetConfiguration(Box::default()),
        12 => Call::AddTrack {
            track: TrackInfo {
                id: format!("t{id}"),
                kind: kind(number),
            },
            streams: vec![String::from("s")],
        },
        13 => Call::RemoveTrack(SenderId(id)),
        14 => Call::AddTransceiver {
            kind: kind(number),
            track: None,
            init: TransceiverInit::default(),
        },
        15 => {
            let all = [
                Direction::SendRecv,
                Direction::SendOnly,
                Direction::RecvOnly,
                Direction::Inactive,
                Direction::Stopped,
            ];
            Call::SetDirection(TransceiverId(id), all[(number >> 3) as usize % 5])
        }
        16 => Call::StopTransceiver(TransceiverId(id)),
        17 => Call::ReplaceTrack(
            SenderId(id),
            (number.is_multiple_of(2)).then(|| TrackInfo {
                id: format!("r{id}"),
                kind: kind(number >> 2),
            }),
        ),
        18 => Call::SetStreams(SenderId(id), vec![format!("s{id}")]),
        19 => Call::CreateDataChannel {
            label: String::from("x"),
            init: ChannelInit {
                negotiated: number.is_multiple_of(3),
                id: (number.is_multiple_of(3)).then_some(id as u16),
                ..ChannelInit::default()
            },
        },
        20 => Call::Send {
            channel,
            kind: MessageKind::Binary,
            data: Bytes::from(vec![0; number as usize % 3000]),
        },
        21 => Call::CloseChannel(channel),
        22 => Call::SetDelivery(
            ReceiverId(id),
            if number.is_multiple_of(2) {
                Delivery::Packets
            } else {
                Delivery::Frames
            },
        ),
        _ => Call::GetStats(StatsSelector::All),
    }
}

fn run(seed: u64, deeds: &[Deed], closes: bool) {
    let mut duo = Duo::new(seed);
    for (side, which, number) in deeds {
        let call = call(&duo, *side, *which, *number);
        let _ = duo.call(*side, call);
        let now = duo.now();
        let frame = OutgoingFrame::new(
            Bytes::from_static(&[0x10; 40]),
            FrameTime::Media(Duration::ZERO),
        );
        let _ = duo.pc(*side).send_frame(now, SenderId(number % 6), frame);
        let _ = duo.pc(*side).recv_frame(now, ReceiverId(number % 6));
        let _ = duo.pc(*side).recv_packet(now, ReceiverId(number % 6));
        match number % 4 {
            0 => duo.run_for(Duration::from_millis(u64::from(number % 300))),
            1 => duo.flush(),
            _ => {}
        }
    }
    if closes {
        duo.does(A, Call::Close);
        for (_, which, number) in deeds {
            match call(&duo, A, *which, *number) {
                // What webrtc-pc lets through.
                call @ Call::GetStats(_) => {
                    assert!(matches!(duo.call(A, call), Answer::Promise(_)));
                }
                call @ (Call::CloseChannel(_)
                | Call::RestartIce
                | Call::SetCodecPreferences(..)) => drop(duo.call(A, call)),
                call => match duo.call(A, call) {
                    Answer::Failed(error) => assert!(
                        matches!(
                            error.name,
                            ErrorName::InvalidStateError | ErrorName::TypeError
                        ),
                        "{error}"
                    ),
                    other => panic!("{other:?} after close"),
                },
            }
        }
        duo.run_for(Duration::from_secs(2));
        assert!(duo.pc(A).connection().is_closed());
    }
    // Whatever happened, both go on: nothing is stuck.
    for side in SIDES {
        duo.run_for(Duration::from_millis(100));
        let _ = duo
            .promised(side, Call::GetStats(StatsSelector::All))
            .unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn calls_in_any_order_succeed_or_fail_and_never_panic(
        seed in 0..1000_u64,
        deeds in prop::collection::vec((0..2_usize, any::<u8>(), any::<u32>()), 0..60),
        closes in any::<bool>(),
    ) {
        run(seed, &deeds, closes);
    }
}
