//! What `Streams` does for its owner: routing, reports, feedback, renegotiation.

use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{
    AddError, AfterLoss, Codec, CodecParameters, Config, Delivery, Event, ExtensionIds, FrameTime,
    OutgoingFrame, OutgoingPacket, ReceiverParameters, SendError, SenderConfig, SenderParameters,
    Streams,
};
use stonechat_rtcp::{Compound, CompoundRules, Packet as Rtcp};
use stonechat_rtp::extension::AudioLevel;
use stonechat_rtp::{ExtensionId, Mid, Packet, Rid, SequenceNumber, Ssrc, Timestamp};

use crate::network::{
    Kind, Link, Pair, deliver, env, opus, payload_type, poll_rtp, start, vp8, vp8_frame,
};

fn ids() -> ExtensionIds {
    ExtensionIds {
        mid: ExtensionId::new(1),
        rid: ExtensionId::new(2),
        repaired_rid: ExtensionId::new(3),
        abs_send_time: ExtensionId::new(4),
        transport_sequence: ExtensionId::new(5),
        audio_level: ExtensionId::new(6),
        mixer_levels: None,
        dependency_descriptor: None,
    }
}

fn opus_frame(number: u32) -> OutgoingFrame {
    let mut data = vec![0x08];
    data.extend(number.to_be_bytes());
    OutgoingFrame::new(
        data.into(),
        FrameTime::Media(Duration::from_millis(u64::from(number) * 20)),
    )
}

fn video_frame(number: u32, len: usize) -> OutgoingFrame {
    let time = FrameTime::Media(Duration::from_millis(u64::from(number) * 33));
    OutgoingFrame::new(vp8_frame(number, number == 0, len), time)
}

#[test]
fn simulcast_is_routed_by_mid_and_rid_and_repaired_by_repaired_rid() {
    let link = Link {
        loss: 0.05,
        ..Link::default()
    };
    let mut pair = Pair::new(3, &Config::default(), link);
    pair.ends[1].set_extensions(ids());
    let mut senders = Vec::new();
    let mut receivers = Vec::new();
    for mid in ["0", "video"] {
        for rid in ["lo", "hi"] {
            let (mid, rid) = (Mid::new(mid).ok(), Rid::new(rid).ok());
            let mut parameters = SenderParameters::new(vec![vp8(true)]);
            (parameters.mid, parameters.rid) = (mid.clone(), rid.clone());
            parameters.extensions = ids();
            senders.push(
                pair.ends[0]
                    .add_sender(SenderConfig::new(parameters))
                    .unwrap(),
            );
            let mut parameters = ReceiverParameters::new(vec![vp8(true)]);
            (parameters.mid, parameters.rid) = (mid, rid);
            receivers.push(pair.ends[1].add_receiver(parameters).unwrap());
        }
    }
    let mut counts = [0; 4];
    for number in 0..100 {
        for (index, sender) in senders.iter().enumerate() {
            let frame = video_frame(number, 2_000 + index);
            pair.ends[0].send_frame(pair.now, *sender, &frame).unwrap();
        }
        pair.run(Duration::from_millis(33));
        for (index, receiver) in receivers.iter().enumerate() {
            while let Some(frame) = pair.ends[1].recv_frame(pair.now, *receiver) {
                assert_eq!(frame.data.len(), 2_000 + index);
                counts[index] += 1;
            }
        }
    }
    assert!(counts.iter().all(|count| *count >= 90), "{counts:?}");
    for (sender, receiver) in senders.iter().zip(&receivers) {
        let (ssrc, rtx) = pair.ends[0].sender_sources(*sender).unwrap();
        let stats = pair.ends[1].receiver_stats(*receiver).unwrap();
        assert_eq!((stats.ssrc, stats.rtx_ssrc), (Some(ssrc), rtx));
        assert!(stats.retransmitted_packets_received > 0 && stats.nack_count > 0);
    }
    let results = std::iter::from_fn(|| pair.ends[0].poll_packet_result());
    let (told, lost) = results.fold((0, 0), |(told, lost), result| {
        (told + 1, lost + u32::from(result.arrival().is_none()))
    });
    assert!(told > 700 && lost > 10, "{told} {lost}");
}

#[test]
fn identification_stops_once_the_other_end_reports() {
    let mut pair = Pair::new(4, &Config::default(), Link::default());
    pair.ends[1].set_extensions(ids());
    let mut parameters = SenderParameters::new(vec![opus()]);
    parameters.mid = Mid::new("a").ok();
    parameters.extensions = ids();
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters))
        .unwrap();
    let mut parameters = ReceiverParameters::new(vec![opus()]);
    parameters.mid = Mid::new("a").ok();
    let receiver = pair.ends[1].add_receiver(parameters).unwrap();
    pair.keep_log = true;
    for number in 0..200 {
        let mut frame = opus_frame(number);
        frame.audio_level = Some(AudioLevel {
            level: 33,
            voice: true,
        });
        pair.ends[0].send_frame(pair.now, sender, &frame).unwrap();
        pair.run(Duration::from_millis(20));
    }
    let packets: Vec<_> = pair
        .log
        .iter()
        .filter(|(_, kind, _)| *kind == Kind::Rtp)
        .collect();
    let has_mid = |packet: &[u8]| {
        Packet::parse(packet)
            .unwrap()
            .extensions()
            .get(ExtensionId::new(1).unwrap())
            .is_some()
    };
    assert!(has_mid(&packets[0].2) && !has_mid(&packets[199].2));
    let mut count = 0;
    while let Some(frame) = pair.ends[1].recv_frame(pair.now, receiver) {
        assert_eq!(
            frame.audio_level,
            Some(AudioLevel {
                level: 33,
                voice: true
            })
        );
        count += 1;
    }
    // Those that were not taken in time were dropped.
    assert_eq!(count, 128);
}

#[test]
fn reports_are_whole_compounds_and_measure_the_round_trip() {
    for reduced_size in [false, true] {
        let config = Config {
            cname: "alice".into(),
            reduced_size,
            ..Config::default()
        };
        let link = Link {
            loss: 0.03,
            delay: Duration::from_millis(40),
            ..Link::default()
        };
        let mut pair = Pair::new(5, &config, link);
        pair.keep_log = true;
        for (from, to) in [(0, 1), (1, 0)] {
            let parameters = SenderParameters::new(vec![vp8(true)]);
            let sender = pair.ends[from]
                .add_sender(SenderConfig::new(parameters))
                .unwrap();
            let _ = pair.ends[to]
                .add_receiver(ReceiverParameters::new(vec![vp8(true)]))
                .unwrap();
            assert_eq!(from, to ^ 1);
            let _ = sender;
        }
        let config = SenderConfig::new(SenderParameters::new(vec![opus()]));
        let only = pair.ends[0].add_sender(config).unwrap();
        let _ = pair.ends[1]
            .add_receiver(ReceiverParameters::new(vec![opus()]))
            .unwrap();
        for number in 0..500 {
            pair.ends[0]
                .send_frame(pair.now, only, &opus_frame(number))
                .unwrap();
            pair.run(Duration::from_millis(20));
        }
        let (mut reports, mut names) = (0, 0);
        for (_, _, packet) in pair.log.iter().filter(|(_, kind, _)| *kind == Kind::Rtcp) {
            if !reduced_size {
                assert_eq!(CompoundRules::Compound.check(packet), Ok(()));
            }
            for packet in Compound::parse(packet) {
                match packet.unwrap() {
                    Rtcp::SenderReport(_) => reports += 1,
                    Rtcp::SourceDescription(names_of) => {
                        names += 1;
                        let chunk = names_of.chunks.iter().next().unwrap();
                        assert_eq!(names_of.cname(chunk.ssrc), Some("alice"));
                    }
                    _ => {}
                }
            }
        }
        assert!(
            (7..=20).contains(&reports) && names >= reports,
            "{reports} {names}"
        );
        let stats = pair.ends[0].sender_stats(only).unwrap();
        let trip = stats.round_trip_time.unwrap();
        assert!(
            trip >= Duration::from_millis(79) && trip <= Duration::from_millis(81),
            "{trip:?}"
        );
        assert!(stats.remote_packets_lost > 0);
    }
}

#[test]
fn key_frame_requests_reach_the_sender_once_and_are_repeated_until_answered() {
    let mut pair = Pair::new(6, &Config::default(), Link::default());
    let parameters = SenderParameters::new(vec![vp8(true)]);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters))
        .unwrap();
    let receiver = pair.ends[1]
        .add_receiver(ReceiverParameters::new(vec![vp8(true)]))
        .unwrap();
    pair.ends[0]
        .send_frame(pair.now, sender, &video_frame(0, 500))
        .unwrap();
    pair.run(Duration::from_millis(100));
    for _ in 0..5 {
        pair.ends[1].request_keyframe(pair.now, receiver).unwrap();
        pair.exchange();
    }
    let mut asked = 0;
    for _ in 0..40 {
        pair.run(Duration::from_millis(50));
        while let Some(event) = pair.ends[0].poll_event() {
            asked += u32::from(event == Event::KeyframeRequested(sender));
        }
    }
    // At 0, 250, 750 and 1,750 ms.
    assert_eq!(asked, 4);
    let mut key = video_frame(0, 500);
    key.time = FrameTime::Media(Duration::from_secs(9));
    pair.ends[0].send_frame(pair.now, sender, &key).unwrap();
    pair.run(Duration::from_secs(20));
    assert_eq!(pair.ends[1].receiver_stats(receiver).unwrap().pli_count, 4);
}

#[test]
fn a_receiver_of_packets_asks_once_for_each_request() {
    let mut pair = Pair::new(6, &Config::default(), Link::default());
    let parameters = SenderParameters::new(vec![vp8(true)]);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters))
        .unwrap();
    let mut parameters = ReceiverParameters::new(vec![vp8(true)]);
    parameters.delivery = Delivery::Packets;
    let receiver = pair.ends[1].add_receiver(parameters).unwrap();
    pair.ends[0]
        .send_frame(pair.now, sender, &video_frame(0, 500))
        .unwrap();
    pair.run(Duration::from_millis(100));
    for asked in 1..4 {
        pair.ends[1].request_keyframe(pair.now, receiver).unwrap();
        pair.run(Duration::from_secs(20));
        assert_eq!(
            pair.ends[1].receiver_stats(receiver).unwrap().pli_count,
            asked
        );
    }
}

#[test]
fn fir_is_used_where_pli_was_not_negotiated() {
    let mut pair = Pair::new(6, &Config::default(), Link::default());
    let mut codec = vp8(true);
    codec.pli = false;
    let parameters = SenderParameters::new(vec![codec]);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters))
        .unwrap();
    let receiver = pair.ends[1]
        .add_receiver(ReceiverParameters::new(vec![codec]))
        .unwrap();
    pair.ends[0]
        .send_frame(pair.now, sender, &video_frame(0, 500))
        .unwrap();
    pair.run(Duration::from_millis(100));
    pair.ends[1].request_keyframe(pair.now, receiver).unwrap();
    pair.run(Duration::from_millis(100));
    assert_eq!(
        pair.ends[0].poll_event(),
        Some(Event::KeyframeRequested(sender))
    );
    assert_eq!(pair.ends[0].sender_stats(sender).unwrap().fir_count, 1);
}

#[test]
fn a_payload_type_changes_on_the_fly() {
    let mut pair = Pair::new(7, &Config::default(), Link::default());
    let pcmu = CodecParameters::new(payload_type(0), Codec::Pcmu);
    let mut parameters = SenderParameters::new(vec![opus()]);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters.clone()))
        .unwrap();
    let receiver = pair.ends[1]
        .add_receiver(ReceiverParameters::new(vec![opus(), pcmu]))
        .unwrap();
    pair.ends[0]
        .send_frame(pair.now, sender, &opus_frame(0))
        .unwrap();
    pair.run(Duration::from_millis(100));
    parameters.codecs = vec![pcmu];
    pair.ends[0]
        .set_sender_parameters(pair.now, sender, parameters)
        .unwrap();
    let data = OutgoingFrame::new(
        vec![7; 160].into(),
        FrameTime::Media(Duration::from_millis(20)),
    );
    pair.ends[0].send_frame(pair.now, sender, &data).unwrap();
    pair.run(Duration::from_millis(100));
    let frames: Vec<_> =
        std::iter::from_fn(|| pair.ends[1].recv_frame(pair.now, receiver)).collect();
    assert_eq!(frames.len(), 2);
    assert_eq!(
        (frames[0].codec, frames[1].codec),
        (Codec::Opus, Codec::Pcmu)
    );
    assert!(frames[1].contiguous);
    assert_eq!(frames[1].timestamp.distance_from(frames[0].timestamp), 160);
    let mut unknown = opus_frame(2);
    unknown.payload_type = Some(payload_type(111));
    let result = pair.ends[0].send_frame(pair.now, sender, &unknown);
    assert_eq!(result, Err(SendError::UnknownPayloadType));
}

#[test]
fn a_pause_drops_what_is_queued_without_a_gap() {
    let mut pair = Pair::new(8, &Config::default(), Link::default());
    let mut parameters = SenderParameters::new(vec![vp8(true)]);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters.clone()))
        .unwrap();
    let receiver = pair.ends[1]
        .add_receiver(ReceiverParameters::new(vec![vp8(true)]))
        .unwrap();
    pair.ends[0]
        .send_frame(pair.now, sender, &video_frame(0, 900))
        .unwrap();
    pair.run(Duration::from_millis(100));
    pair.ends[0]
        .send_frame(pair.now, sender, &video_frame(1, 5_000))
        .unwrap();
    parameters.active = false;
    pair.ends[0]
        .set_sender_parameters(pair.now, sender, parameters.clone())
        .unwrap();
    let refused = pair.ends[0].send_frame(pair.now, sender, &video_frame(2, 5_000));
    assert_eq!(refused, Err(SendError::Inactive));
    pair.run(Duration::from_secs(5));
    parameters.active = true;
    pair.ends[0]
        .set_sender_parameters(pair.now, sender, parameters)
        .unwrap();
    pair.ends[0]
        .send_frame(pair.now, sender, &video_frame(200, 900))
        .unwrap();
    pair.run(Duration::from_millis(100));
    let frames: Vec<_> =
        std::iter::from_fn(|| pair.ends[1].recv_frame(pair.now, receiver)).collect();
    assert_eq!(frames.len(), 2);
    assert!(frames[1].contiguous);
    assert_eq!(
        pair.ends[1].receiver_stats(receiver).unwrap().packets_lost,
        0
    );
}

#[test]
fn discontinuous_audio_has_a_marker_where_it_begins_again() {
    let now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    let parameters = SenderParameters::new(vec![opus()]);
    let sender = streams.add_sender(SenderConfig::new(parameters)).unwrap();
    let mut seen = Vec::new();
    for number in [0, 1, 2, 22, 23] {
        streams
            .send_frame(now, sender, &opus_frame(number))
            .unwrap();
        let packet = poll_rtp(&mut streams, now).unwrap();
        let packet = Packet::parse(&packet).unwrap();
        seen.push((packet.marker(), packet.sequence().0, packet.timestamp().0));
    }
    let (_, sequence, timestamp) = seen[0];
    let expected: Vec<_> = [(true, 0), (false, 1), (false, 2), (true, 22), (false, 23)]
        .iter()
        .zip(0..)
        .map(|((marker, number), index)| {
            (
                *marker,
                sequence + index,
                timestamp.wrapping_add(number * 960),
            )
        })
        .collect();
    assert_eq!(seen, expected);
}

#[test]
fn timestamps_wrap_with_the_media_clock() {
    let now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    let parameters = SenderParameters::new(vec![vp8(false)]);
    let sender = streams.add_sender(SenderConfig::new(parameters)).unwrap();
    let mut stamps = Vec::new();
    // 2^32 ticks of 90,000 Hz are 13.25 hours.
    for second in [0, 1, 47_721, 47_722, 95_443] {
        let now = now + Duration::from_secs(second);
        let frame = OutgoingFrame::new(
            vp8_frame(0, true, 50),
            FrameTime::Media(Duration::from_secs(second)),
        );
        streams.send_frame(now, sender, &frame).unwrap();
        let packet = poll_rtp(&mut streams, now).unwrap();
        stamps.push(Packet::parse(&packet).unwrap().timestamp());
    }
    assert_eq!(stamps[1].wrapping_sub(stamps[0].0).0, 90_000);
    assert_eq!(stamps[3].wrapping_sub(stamps[2].0).0, 90_000);
    assert_eq!(
        stamps[3].wrapping_sub(stamps[0].0).0,
        (47_722_u64 * 90_000 % (1 << 32)) as u32
    );
}

#[test]
fn packets_are_forwarded_with_their_numbers_and_none_is_used_twice() {
    let config = Config {
        pacing_rate: None,
        ..Config::default()
    };
    let mut pair = Pair::new(9, &config, Link::default());
    let parameters = SenderParameters::new(vec![vp8(true)]);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters))
        .unwrap();
    let mut parameters = ReceiverParameters::new(vec![vp8(true)]);
    parameters.delivery = Delivery::Packets;
    let receiver = pair.ends[1].add_receiver(parameters).unwrap();
    let packet = |sequence: u16| OutgoingPacket {
        payload: Bytes::copy_from_slice(&sequence.to_be_bytes()),
        payload_type: payload_type(96),
        marker: true,
        timestamp: Timestamp(u32::from(sequence)),
        sequence: Some(SequenceNumber(sequence)),
        audio_level: None,
        rid: None,
    };
    let now = pair.now;
    for sequence in [65_534, 65_535, 0, 3, 1] {
        pair.ends[0]
            .send_packet(now, sender, packet(sequence))
            .unwrap();
    }
    for sequence in [3, 1, 65_535, 60_000] {
        let result = pair.ends[0].send_packet(now, sender, packet(sequence));
        assert_eq!(result, Err(SendError::SequenceUsed), "{sequence}");
    }
    pair.run(Duration::from_millis(500));
    let received: Vec<_> = std::iter::from_fn(|| pair.ends[1].recv_packet(pair.now, receiver))
        .map(|packet| {
            (
                packet.sequence.sequence().0,
                packet.timestamp.0,
                packet.payload.to_vec(),
            )
        })
        .collect();
    let expected: Vec<_> = [65_534_u16, 65_535, 0, 3, 1]
        .map(|sequence| {
            (
                sequence,
                u32::from(sequence),
                sequence.to_be_bytes().to_vec(),
            )
        })
        .into();
    assert_eq!(received, expected);
    // The number 2 was never sent: it is asked for, and nothing comes of it.
    assert!(
        pair.ends[0]
            .sender_stats(sender)
            .unwrap()
            .nacked_packets_unknown
            > 0
    );
}

#[test]
fn retransmissions_without_a_stream_of_their_own_are_the_same_octets() {
    let link = Link {
        loss: 0.1,
        ..Link::default()
    };
    let mut pair = Pair::new(10, &Config::default(), link);
    pair.ends[1].set_extensions(ids());
    let mut parameters = SenderParameters::new(vec![vp8(false)]);
    parameters.extensions = ids();
    parameters.mid = Mid::new("0").ok();
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters))
        .unwrap();
    let mut parameters = ReceiverParameters::new(vec![vp8(false)]);
    parameters.mid = Mid::new("0").ok();
    let _ = pair.ends[1].add_receiver(parameters).unwrap();
    pair.keep_log = true;
    for number in 0..60 {
        pair.ends[0]
            .send_frame(pair.now, sender, &video_frame(number, 3_000))
            .unwrap();
        pair.run(Duration::from_millis(33));
    }
    let mut by_number = std::collections::BTreeMap::new();
    let mut again = 0;
    for (_, _, packet) in pair.log.iter().filter(|(_, kind, _)| *kind == Kind::Rtp) {
        let number = Packet::parse(packet).unwrap().sequence().0;
        if let Some(before) = by_number.insert(number, packet) {
            assert_eq!(before, packet);
            again += 1;
        }
    }
    assert!(again > 5);
    assert_eq!(
        pair.ends[0]
            .sender_stats(sender)
            .unwrap()
            .retransmitted_packets_sent,
        again
    );
}

#[test]
fn streams_come_and_go_at_any_time() {
    let mut pair = Pair::new(11, &Config::default(), Link::default());
    let receiver = pair.ends[1]
        .add_receiver(ReceiverParameters::new(vec![opus()]))
        .unwrap();
    for round in 0..5 {
        let parameters = SenderParameters::new(vec![opus()]);
        let sender = pair.ends[0]
            .add_sender(SenderConfig::new(parameters))
            .unwrap();
        for number in 0..10 {
            pair.ends[0]
                .send_frame(pair.now, sender, &opus_frame(number))
                .unwrap();
            pair.run(Duration::from_millis(20));
        }
        pair.ends[0]
            .send_frame(pair.now, sender, &opus_frame(11))
            .unwrap();
        pair.ends[0].remove_sender(pair.now, sender).unwrap();
        pair.run(Duration::from_millis(100));
        let frames = std::iter::from_fn(|| pair.ends[1].recv_frame(pair.now, receiver)).count();
        assert_eq!(frames, 10, "round {round}");
        let events: Vec<_> = std::iter::from_fn(|| pair.ends[1].poll_event()).collect();
        assert!(events.contains(&Event::Bye(receiver)), "{events:?}");
        assert!(
            pair.ends[0]
                .send_frame(pair.now, sender, &opus_frame(12))
                .is_err()
        );
        assert!(pair.ends[0].remove_sender(pair.now, sender).is_err());
    }
    pair.ends[1].remove_receiver(pair.now, receiver).unwrap();
    assert!(pair.ends[1].recv_frame(pair.now, receiver).is_none());
    assert_eq!(pair.ends[1].poll_event(), None);
}

#[test]
fn sources_and_counts_are_limited() {
    let now = start();
    let config = Config {
        max_senders: 2,
        max_receivers: 1,
        ..Config::default()
    };
    let mut streams = Streams::new(config, env(1, now), now);
    let sender = |ssrc| SenderConfig {
        ssrc: Some(Ssrc(ssrc)),
        rtx_ssrc: None,
        parameters: SenderParameters::new(vec![opus()]),
    };
    streams.add_sender(sender(1)).unwrap();
    assert_eq!(streams.add_sender(sender(1)), Err(AddError::SourceInUse));
    streams.add_sender(sender(2)).unwrap();
    assert_eq!(streams.add_sender(sender(3)), Err(AddError::TooMany));
    let mut parameters = ReceiverParameters::new(vec![opus()]);
    parameters.ssrc = Some(Ssrc(1));
    assert_eq!(
        streams.add_receiver(parameters.clone()),
        Err(AddError::SourceInUse)
    );
    parameters.ssrc = None;
    streams.add_receiver(parameters.clone()).unwrap();
    assert_eq!(streams.add_receiver(parameters), Err(AddError::TooMany));
}

#[test]
fn a_receiver_can_wait_for_key_frames_after_loss() {
    let now = start();
    let mut codec = vp8(false);
    codec.nack = false;
    let mut alice = Streams::new(Config::default(), env(1, now), now);
    let mut bob = Streams::new(Config::default(), env(2, now), now);
    let parameters = SenderParameters::new(vec![codec]);
    let sender = alice.add_sender(SenderConfig::new(parameters)).unwrap();
    let mut parameters = ReceiverParameters::new(vec![codec]);
    parameters.after_loss = AfterLoss::WaitForKeyframe;
    let receiver = bob.add_receiver(parameters).unwrap();
    let mut at = now;
    let mut seen = Vec::new();
    for number in 0..10_u32 {
        let frame = OutgoingFrame::new(
            vp8_frame(number, number % 5 == 0, 500),
            FrameTime::Media(Duration::from_millis(u64::from(number) * 33)),
        );
        alice.send_frame(at, sender, &frame).unwrap();
        while let Some(packet) = poll_rtp(&mut alice, at) {
            if number != 2 {
                deliver(&mut bob, at, Kind::Rtp, &packet);
            }
        }
        at += Duration::from_millis(200);
        bob.handle_timeout(at);
        seen.extend(
            std::iter::from_fn(|| bob.recv_frame(at, receiver))
                .map(|frame| crate::network::frame_number(&frame.data)),
        );
    }
    assert_eq!(seen, [0, 1, 5, 6, 7, 8, 9]);
}

/// Octets of video that each of two senders got away within a second.
fn shares(change: impl Fn(&mut SenderParameters, usize)) -> [u64; 2] {
    let config = Config {
        pacing_rate: Some(800_000),
        pacing_burst: 2_000,
        ..Config::default()
    };
    let mut pair = Pair::new(31, &config, Link::default());
    let senders = [0, 1].map(|index| {
        let mut parameters = SenderParameters::new(vec![vp8(false)]);
        change(&mut parameters, index);
        pair.ends[0]
            .add_sender(SenderConfig::new(parameters))
            .unwrap()
    });
    let now = pair.now;
    for sender in senders {
        for number in 0..10 {
            let frame = video_frame(number, 20_000);
            pair.ends[0].send_frame(now, sender, &frame).unwrap();
        }
    }
    pair.run(Duration::from_secs(1));
    senders.map(|sender| pair.ends[0].sender_stats(sender).unwrap().bytes_sent)
}

#[test]
fn a_sender_of_more_weight_gets_more_of_the_pace() {
    let [light, heavy] = shares(|parameters, index| parameters.weight = [1, 4][index]);
    let ratio = heavy as f64 / light as f64;
    assert!((3.0..5.0).contains(&ratio), "{heavy} to {light}");
}

#[test]
fn a_limit_of_its_own_holds_a_sender_back_and_no_other() {
    let [limited, free] = shares(|parameters, index| {
        parameters.max_bitrate = [Some(100_000), None][index];
    });
    assert!((10_000..18_000).contains(&limited), "{limited}");
    assert!(free > 70_000, "{free}");
}

#[test]
fn a_limit_that_goes_lets_the_queue_go() {
    let config = Config {
        pacing_rate: None,
        pacing_burst: 2_000,
        ..Config::default()
    };
    let mut pair = Pair::new(32, &config, Link::default());
    let mut parameters = SenderParameters::new(vec![vp8(false)]);
    parameters.max_bitrate = Some(50_000);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(parameters.clone()))
        .unwrap();
    let now = pair.now;
    pair.ends[0]
        .send_frame(now, sender, &video_frame(0, 100_000))
        .unwrap();
    pair.run(Duration::from_millis(100));
    let sent = |pair: &Pair| pair.ends[0].sender_stats(sender).unwrap().bytes_sent;
    assert!(sent(&pair) < 10_000);
    parameters.max_bitrate = None;
    let now = pair.now;
    pair.ends[0]
        .set_sender_parameters(now, sender, parameters)
        .unwrap();
    pair.run(Duration::from_millis(10));
    assert!(sent(&pair) >= 100_000);
}
