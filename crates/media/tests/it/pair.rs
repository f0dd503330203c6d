//! Media over a network that loses, reorders and duplicates, over many seeds.

use std::time::Duration;

use stonechat_media::{
    Config, Event, FrameTime, MediaFrame, OutgoingFrame, ReceiverParameters, SenderConfig,
    SenderParameters,
};
use stonechat_testkit::seeds;

use crate::network::{Link, Pair, frame_number, opus, vp8, vp8_frame};

/// Sends `frames` VP8 frames at 30 a second; returns what arrived.
fn video(pair: &mut Pair, frames: u32, rtx: bool) -> Vec<MediaFrame> {
    let codec = vp8(rtx);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(SenderParameters::new(vec![codec])))
        .unwrap();
    let receiver = pair.ends[1]
        .add_receiver(ReceiverParameters::new(vec![codec]))
        .unwrap();
    let mut received = Vec::new();
    for number in 0..frames {
        let len = 500 + (number as usize * 977) % 6_000;
        let frame = OutgoingFrame::new(
            vp8_frame(number, number == 0, len),
            FrameTime::Media(Duration::from_millis(u64::from(number) * 33)),
        );
        pair.ends[0].send_frame(pair.now, sender, &frame).unwrap();
        pair.run(Duration::from_millis(33));
        received.extend(std::iter::from_fn(|| {
            pair.ends[1].recv_frame(pair.now, receiver)
        }));
    }
    pair.run(Duration::from_secs(3));
    received.extend(std::iter::from_fn(|| {
        pair.ends[1].recv_frame(pair.now, receiver)
    }));
    let stats = pair.ends[1].receiver_stats(receiver).unwrap();
    assert_eq!(
        stats.frames_received as usize,
        received.len() + stats.frames_dropped as usize
    );
    received
}

fn check_order(received: &[MediaFrame]) {
    for pair in received.windows(2) {
        let (a, b) = (frame_number(&pair[0].data), frame_number(&pair[1].data));
        assert!(a < b, "{a} before {b}");
        assert_eq!(b == a + 1, pair[1].contiguous, "{a} then {b}");
        assert_eq!(
            pair[1].timestamp.distance_from(pair[0].timestamp),
            33 * 90 * (b - a) as i32
        );
    }
}

#[test]
fn the_clock_of_a_source_that_begins_anew_goes_on_where_the_last_ended() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let codec = vp8(false);
    let sender = pair.ends[0]
        .add_sender(SenderConfig::new(SenderParameters::new(vec![codec])))
        .unwrap();
    let receiver = pair.ends[1]
        .add_receiver(ReceiverParameters::new(vec![codec]))
        .unwrap();
    let mut timestamps = Vec::new();
    // Reordering within a source keeps its distances; the second source starts at nothing.
    for (number, time) in (0..).zip([2_000, 2_066, 2_033, 0, 33]) {
        let time = FrameTime::Media(Duration::from_millis(time));
        let frame = OutgoingFrame::new(vp8_frame(number, number == 0, 500), time);
        pair.ends[0].send_frame(pair.now, sender, &frame).unwrap();
        pair.run(Duration::from_millis(40));
        let received = pair.ends[1].recv_frame(pair.now, receiver).unwrap();
        timestamps.push(received.timestamp);
    }
    let steps: Vec<_> = timestamps
        .windows(2)
        .map(|pair| pair[1].distance_from(pair[0]))
        .collect();
    assert_eq!(steps, [66 * 90, -33 * 90, 40 * 90, 33 * 90]);
}

#[test]
fn all_video_frames_are_repaired_at_five_percent_loss() {
    seeds(40, |seed| {
        let link = Link {
            loss: 0.05,
            duplicate: 0.02,
            jitter: Duration::from_millis(3),
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        let received = video(&mut pair, 150, seed % 4 != 0);
        let numbers: Vec<u32> = received
            .iter()
            .map(|frame| frame_number(&frame.data))
            .collect();
        // The first packets may be lost before the receiver knows that there is a stream, and the
        // last before it knows that there were more.
        let first = numbers[0];
        assert!(first <= 3, "seed {seed}: began with {first}");
        let missing = (first..147)
            .filter(|number| !numbers.contains(number))
            .count();
        assert_eq!(missing, 0, "seed {seed}: {numbers:?}");
        check_order(&received);
    });
}

#[test]
fn reordering_and_duplication_without_loss_cost_nothing() {
    seeds(20, |seed| {
        let link = Link {
            duplicate: 0.2,
            jitter: Duration::from_millis(25),
            delay: Duration::from_millis(5),
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        let received = video(&mut pair, 60, true);
        assert!(received.len() >= 59, "seed {seed}: {}", received.len());
        check_order(&received);
    });
}

#[test]
fn without_retransmission_loss_is_skipped_and_a_key_frame_asked_for() {
    seeds(15, |seed| {
        let link = Link {
            loss: 0.05,
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        let mut codec = vp8(false);
        codec.nack = false;
        let parameters = SenderParameters::new(vec![codec]);
        let sender = pair.ends[0]
            .add_sender(SenderConfig::new(parameters))
            .unwrap();
        let receiver = pair.ends[1]
            .add_receiver(ReceiverParameters::new(vec![codec]))
            .unwrap();
        let (mut received, mut asked, mut keyframe) = (Vec::new(), 0, true);
        for number in 0..300 {
            let frame = OutgoingFrame::new(
                vp8_frame(number, keyframe, 3_000),
                FrameTime::Media(Duration::from_millis(u64::from(number) * 33)),
            );
            keyframe = false;
            pair.ends[0].send_frame(pair.now, sender, &frame).unwrap();
            pair.run(Duration::from_millis(33));
            while let Some(event) = pair.ends[0].poll_event() {
                if event == Event::KeyframeRequested(sender) {
                    asked += 1;
                    keyframe = true;
                }
            }
            received.extend(std::iter::from_fn(|| {
                pair.ends[1].recv_frame(pair.now, receiver)
            }));
        }
        check_order(&received);
        let keyframes = received.iter().filter(|frame| frame.keyframe).count();
        let stats = pair.ends[1].receiver_stats(receiver).unwrap();
        assert_eq!(stats.nack_count, 0);
        assert!(
            asked >= 3 && keyframes >= 3,
            "seed {seed}: {asked} {keyframes}"
        );
        assert!(received.len() > 200, "seed {seed}: {}", received.len());
        assert!(
            stats.pli_count >= asked && stats.pli_count < 60,
            "seed {seed}: {stats:?}"
        );
        assert!(stats.packets_lost > 10);
    });
}

#[test]
fn audio_arrives_in_order_and_loss_is_told() {
    seeds(20, |seed| {
        let link = Link {
            loss: 0.1,
            duplicate: 0.05,
            jitter: Duration::from_millis(30),
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        let parameters = SenderParameters::new(vec![opus()]);
        let sender = pair.ends[0]
            .add_sender(SenderConfig::new(parameters))
            .unwrap();
        let receiver = pair.ends[1]
            .add_receiver(ReceiverParameters::new(vec![opus()]))
            .unwrap();
        let mut received = Vec::new();
        for number in 0..400_u32 {
            let mut data = vec![0x08];
            data.extend(number.to_be_bytes());
            let time = FrameTime::Media(Duration::from_millis(u64::from(number) * 20));
            let frame = OutgoingFrame::new(data.into(), time);
            pair.ends[0].send_frame(pair.now, sender, &frame).unwrap();
            pair.run(Duration::from_millis(20));
            received.extend(std::iter::from_fn(|| {
                pair.ends[1].recv_frame(pair.now, receiver)
            }));
        }
        pair.run(Duration::from_secs(1));
        received.extend(std::iter::from_fn(|| {
            pair.ends[1].recv_frame(pair.now, receiver)
        }));
        let number = |frame: &MediaFrame| u32::from_be_bytes(frame.data[1..5].try_into().unwrap());
        for pair in received.windows(2) {
            let (a, b) = (number(&pair[0]), number(&pair[1]));
            assert!(a < b);
            assert_eq!(b == a + 1, pair[1].contiguous);
        }
        assert!(
            received.len() > 320 && received.len() < 390,
            "seed {seed}: {}",
            received.len()
        );
        let stats = pair.ends[1].receiver_stats(receiver).unwrap();
        assert!(stats.packets_duplicated > 0, "{stats:?}");
        assert!(
            stats.jitter > Duration::from_millis(2) && stats.jitter < Duration::from_millis(30)
        );
    });
}

#[test]
fn the_same_seed_gives_the_same_octets() {
    let run = |seed| {
        let link = Link {
            loss: 0.1,
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        pair.keep_log = true;
        let _ = video(&mut pair, 40, true);
        pair.log
    };
    assert!(run(7) == run(7));
    assert!(run(7) != run(8));
}
