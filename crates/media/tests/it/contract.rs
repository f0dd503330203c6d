//! The contract of a machine: tolerant time, progress, strong errors, bounds, a terminal end.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use stonechat_media::{
    AddError, Config, Event, FrameTime, OutgoingFrame, PacketizeError, ReceiverParameters,
    SendError, SenderConfig, SenderParameters, Streams,
};
use stonechat_sansio::{Ecn, Frame};

use crate::network::{
    Kind, Link, Pair, deliver, env, opus, poll, poll_rtcp, poll_rtp, start, vp8, vp8_frame,
};

fn frame(number: u32, len: usize) -> OutgoingFrame {
    let time = FrameTime::Media(Duration::from_millis(u64::from(number) * 33));
    OutgoingFrame::new(vp8_frame(number, number == 0, len), time)
}

fn sender_of(streams: &mut Streams) -> stonechat_media::SenderId {
    let parameters = SenderParameters::new(vec![vp8(true)]);
    streams.add_sender(SenderConfig::new(parameters)).unwrap()
}

#[test]
fn time_that_goes_back_or_repeats_is_harmless() {
    let now = start() + Duration::from_secs(100);
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    let sender = sender_of(&mut streams);
    streams.send_frame(now, sender, &frame(0, 900)).unwrap();
    for _ in 0..3 {
        streams.handle_timeout(now - Duration::from_secs(90));
        streams.handle_timeout(now);
    }
    assert!(poll_rtp(&mut streams, now - Duration::from_secs(5)).is_some());
    let later = now + Duration::from_secs(1_000_000);
    streams.handle_timeout(later);
    assert!(poll_rtcp(&mut streams, later).is_some());
    assert!(poll_rtcp(&mut streams, now).is_none());
}

#[test]
fn every_timeout_makes_progress() {
    for seed in 0..10 {
        let link = Link {
            loss: 0.2,
            jitter: Duration::from_millis(9),
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        let sender = sender_of(&mut pair.ends[0]);
        let _ = pair.ends[1]
            .add_receiver(ReceiverParameters::new(vec![vp8(true)]))
            .unwrap();
        for number in 0..30 {
            pair.ends[0]
                .send_frame(pair.now, sender, &frame(number, 4_000))
                .unwrap();
            pair.run(Duration::from_millis(33));
            for streams in &mut pair.ends {
                while poll(streams, pair.now).is_some() {}
                if let Some(at) = streams.poll_timeout() {
                    let mut probe = at;
                    streams.handle_timeout(probe);
                    if let Some(next) = streams.poll_timeout() {
                        let sends = poll(streams, probe).is_some();
                        assert!(next > probe || sends, "seed {seed}");
                    }
                    probe = streams.poll_timeout().unwrap_or(probe);
                    pair.now = pair.now.max(probe.min(pair.now + Duration::from_millis(5)));
                }
            }
        }
    }
}

#[test]
fn a_full_queue_refuses_without_effect_and_says_once_when_it_has_room() {
    let now = start();
    let config = Config {
        max_queued_packets: 20,
        pacing_rate: None,
        ..Config::default()
    };
    let mut streams = Streams::new(config, env(1, now), now);
    let sender = sender_of(&mut streams);
    streams.send_frame(now, sender, &frame(0, 10_000)).unwrap();
    streams.send_frame(now, sender, &frame(1, 9_000)).unwrap();
    for _ in 0..5 {
        assert_eq!(
            streams.send_frame(now, sender, &frame(2, 5_000)),
            Err(SendError::Blocked)
        );
    }
    let too_large = Err(SendError::Packetize(PacketizeError::TooLarge));
    assert_eq!(
        streams.send_frame(now, sender, &frame(3, 60_000)),
        too_large
    );
    let mut writable = 0;
    let mut sent = 0;
    while poll_rtp(&mut streams, now).is_some() {
        sent += 1;
        while let Some(event) = streams.poll_event() {
            assert_eq!(event, Event::Writable(sender));
            writable += 1;
            assert!(sent < 15);
        }
    }
    assert_eq!((writable, sent), (1, 19));
    assert_eq!(streams.sender_stats(sender).unwrap().frames_sent, 2);
}

#[test]
fn a_packet_that_does_not_fit_stays() {
    let now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    let sender = sender_of(&mut streams);
    streams.send_frame(now, sender, &frame(0, 900)).unwrap();
    let mut buffer = b"kept".to_vec();
    let mut small = Frame::new(&mut buffer, 400);
    assert_eq!(streams.poll_rtp(now, &mut small), None);
    drop(small);
    assert_eq!(buffer, b"kept");
    assert!(poll_rtp(&mut streams, now).is_some());
    assert!(poll_rtp(&mut streams, now).is_none());
    assert_eq!(streams.sender_stats(sender).unwrap().packets_sent, 1);
}

#[test]
fn video_leaves_at_its_pace_and_audio_at_once() {
    let now = start();
    let config = Config {
        pacing_rate: Some(8_000_000),
        pacing_burst: 5_000,
        ..Config::default()
    };
    let mut streams = Streams::new(config, env(1, now), now);
    let video = sender_of(&mut streams);
    let audio = streams
        .add_sender(SenderConfig::new(SenderParameters::new(vec![opus()])))
        .unwrap();
    streams.send_frame(now, video, &frame(0, 50_000)).unwrap();
    let mut at = now;
    let mut sent = 0;
    while sent < 50_000 {
        while let Some(packet) = poll_rtp(&mut streams, at) {
            sent += packet.len();
        }
        let data = OutgoingFrame::new(
            Bytes::from_static(&[8, 1]),
            FrameTime::Media(Duration::ZERO),
        );
        streams.send_frame(at, audio, &data).unwrap();
        assert!(poll_rtp(&mut streams, at).is_some());
        if sent >= 50_000 {
            break;
        }
        let next = streams.poll_timeout().unwrap();
        assert!(next > at);
        at = next;
        streams.handle_timeout(at);
    }
    let took = at - now;
    assert!(
        took > Duration::from_millis(40) && took < Duration::from_millis(60),
        "{took:?}"
    );
}

#[test]
fn memory_is_bounded_though_nobody_polls() {
    let now = start();
    let config = Config {
        max_frames: 10,
        max_packets: 10,
        ..Config::default()
    };
    let mut pair = Pair::new(1, &config, Link::default());
    let sender = sender_of(&mut pair.ends[0]);
    let receiver = pair.ends[1]
        .add_receiver(ReceiverParameters::new(vec![vp8(true)]))
        .unwrap();
    for number in 0..100 {
        pair.ends[0]
            .send_frame(pair.now, sender, &frame(number, 2_000))
            .unwrap();
        pair.run(Duration::from_millis(33));
    }
    let events = std::iter::from_fn(|| pair.ends[1].poll_event()).count();
    assert!(events <= 3, "{events}");
    let frames: Vec<_> =
        std::iter::from_fn(|| pair.ends[1].recv_frame(pair.now, receiver)).collect();
    assert_eq!(frames.len(), 10);
    assert!(!frames[0].contiguous && frames[1].contiguous);
    let stats = pair.ends[1].receiver_stats(receiver).unwrap();
    assert_eq!(stats.frames_dropped + 10, stats.frames_received);
    let _ = now;
}

#[test]
fn after_closed_nothing_happens() {
    let now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    let sender = sender_of(&mut streams);
    let receiver = streams
        .add_receiver(ReceiverParameters::new(vec![opus()]))
        .unwrap();
    streams.send_frame(now, sender, &frame(0, 900)).unwrap();
    let packet = poll_rtp(&mut streams, now).unwrap();
    streams.close(now);
    assert_eq!(streams.poll_event(), None);
    let goodbye = poll_rtcp(&mut streams, now).unwrap();
    assert!(
        stonechat_rtcp::Compound::parse(&goodbye)
            .any(|packet| matches!(packet, Ok(stonechat_rtcp::Packet::Goodbye(_))))
    );
    assert_eq!(streams.poll_event(), Some(Event::Closed));
    let later = now + Duration::from_secs(5);
    streams.handle_timeout(later);
    deliver(&mut streams, later, Kind::Rtcp, &goodbye);
    streams.handle_rtp(later, BytesMut::from(packet.as_slice()), Ecn::NotEct);
    streams.close(later);
    assert_eq!(poll(&mut streams, later), None);
    assert_eq!((streams.poll_event(), streams.poll_timeout()), (None, None));
    assert_eq!(
        streams.send_frame(later, sender, &frame(1, 9)),
        Err(SendError::Inactive)
    );
    assert!(streams.recv_frame(later, receiver).is_none());
    let parameters = ReceiverParameters::new(vec![opus()]);
    assert_eq!(streams.add_receiver(parameters), Err(AddError::Closed));
}

#[test]
fn idle_streams_have_no_timers() {
    let now = start();
    let mut streams = Streams::new(Config::default(), env(1, now), now);
    for _ in 0..100 {
        let _ = sender_of(&mut streams);
    }
    assert_eq!(streams.poll_timeout(), None);
    assert_eq!(poll(&mut streams, now + Duration::from_secs(100)), None);
}
