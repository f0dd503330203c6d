//! Frames on their way through a transform, and packets that are sealed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use stonechat_crypto::{Secret, rust};
use stonechat_media::sframe::{CipherSuite, Decryptor, Encryptor, MAX_OVERHEAD};
use stonechat_media::{
    Config, Event, FrameTicket, FrameTime, Opened, OutgoingFrame, PacketOpener, PacketSealer,
    Pushed, ReceivedPacket, ReceiverId, ReceiverParameters, ReceiverTransform, SenderConfig,
    SenderId, SenderParameters, SenderTransform, TransformError, TransformFrame, TransformLimits,
    TransformQueue, inspect,
};

use crate::network::{Link, Pair, frame_number, h264, opus, vp8, vp8_frame};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Item {
    number: u32,
    video: bool,
    key: bool,
}

impl TransformFrame for Item {
    fn is_video(&self) -> bool {
        self.video
    }

    fn is_key(&self) -> bool {
        self.key
    }

    fn octets(&self) -> usize {
        10
    }
}

fn queue(frames: usize) -> TransformQueue<Item> {
    TransformQueue::new(TransformLimits {
        frames,
        octets: 1_000_000,
    })
}

fn item(number: u32, key: bool) -> Item {
    Item {
        number,
        video: true,
        key,
    }
}

fn numbers(queue: &mut TransformQueue<Item>) -> Vec<u32> {
    std::iter::from_fn(|| queue.poll())
        .map(|(_, item)| item.number)
        .collect()
}

#[test]
fn frames_come_back_in_order_or_not_at_all() {
    let mut queue = queue(8);
    for number in 0..4 {
        assert_eq!(queue.push(item(number, number == 0)), Pushed::Stored);
    }
    let tickets: Vec<FrameTicket> = std::iter::from_fn(|| queue.poll())
        .map(|(ticket, _)| ticket)
        .collect();
    assert!(queue.accept(tickets[0]));
    assert!(!queue.accept(tickets[0]), "twice");
    assert!(queue.accept(tickets[2]));
    assert!(!queue.accept(tickets[1]), "after a newer one");
    assert!(queue.accept(tickets[3]));
    let stats = queue.stats();
    assert_eq!((stats.frames_in, stats.frames_out), (4, 3));
    assert_eq!((stats.frames_rejected, stats.frames_dropped), (2, 0));
}

#[test]
fn of_video_everything_before_the_next_key_frame_goes() {
    let mut queue = queue(4);
    for number in 0..4 {
        queue.push(item(number, number == 0 || number == 2));
    }
    assert_eq!(queue.push(item(4, false)), Pushed::Dropped);
    assert_eq!(queue.stats().frames_dropped, 2);
    assert_eq!(numbers(&mut queue), [2, 3, 4]);
}

#[test]
fn without_a_key_frame_video_waits_for_one() {
    let mut queue = queue(3);
    for number in 0..3 {
        queue.push(item(number, number == 0));
    }
    assert_eq!(queue.push(item(3, false)), Pushed::NeedsKeyFrame);
    assert!(queue.is_empty());
    assert_eq!(queue.push(item(4, false)), Pushed::NeedsKeyFrame);
    assert_eq!(queue.push(item(5, true)), Pushed::Stored);
    assert_eq!(queue.push(item(6, false)), Pushed::Stored);
    assert_eq!(queue.len(), 2);
    assert_eq!(numbers(&mut queue), [5, 6]);
}

#[test]
fn of_audio_the_oldest_goes() {
    let mut queue = queue(3);
    for number in 0..5 {
        queue.push(Item {
            number,
            video: false,
            key: true,
        });
    }
    assert_eq!(numbers(&mut queue), [2, 3, 4]);
    assert_eq!(queue.stats().frames_dropped, 2);
}

fn video(pair: &mut Pair) -> (SenderId, ReceiverId) {
    let sender = SenderConfig::new(SenderParameters::new(vec![vp8(true)]));
    let sender = pair.ends[0].add_sender(sender).unwrap();
    let receiver = pair.ends[1].add_receiver(ReceiverParameters::new(vec![vp8(true)]));
    (sender, receiver.unwrap())
}

fn video_frame(number: u32) -> OutgoingFrame {
    let time = FrameTime::Media(Duration::from_millis(u64::from(number) * 33));
    OutgoingFrame::new(vp8_frame(number, number.is_multiple_of(10), 3_000), time)
}

fn turned(data: &[u8]) -> Bytes {
    data.iter().map(|octet| !octet).collect()
}

#[test]
fn both_ends_change_octets_and_the_frame_arrives() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let (sender, receiver) = video(&mut pair);
    let now = pair.now;
    let [a, b] = &mut pair.ends;
    a.set_sender_transform(now, sender, SenderTransform::Frames)
        .unwrap();
    b.set_receiver_transform(now, receiver, ReceiverTransform::Frames)
        .unwrap();
    for number in 0..20 {
        let now = pair.now;
        pair.ends[0]
            .send_frame(now, sender, &video_frame(number))
            .unwrap();
        assert_eq!(
            pair.ends[0].poll_event(),
            Some(Event::UntransformedSent(sender))
        );
        let taken = pair.ends[0].poll_untransformed_sent(now, sender).unwrap();
        assert_eq!(taken.info.keyframe, number.is_multiple_of(10));
        assert_eq!(taken.info.dimensions.is_some(), number.is_multiple_of(10));
        assert!(matches!(taken.frame.time, FrameTime::Rtp(_)));
        let mut frame = taken.frame;
        frame.data = turned(&frame.data);
        pair.ends[0]
            .push_transformed_sent(now, sender, taken.ticket, &frame)
            .unwrap();
        pair.run(Duration::from_millis(40));
        let now = pair.now;
        assert_eq!(pair.ends[1].recv_frame(now, receiver), None);
        let taken = pair.ends[1]
            .poll_untransformed_received(now, receiver)
            .unwrap();
        let mut frame = taken.frame;
        assert_ne!(frame.data, video_frame(number).data);
        frame.data = turned(&frame.data);
        pair.ends[1]
            .push_transformed_received(now, receiver, taken.ticket, frame)
            .unwrap();
        let frame = pair.ends[1].recv_frame(now, receiver).unwrap();
        assert_eq!(frame.data, video_frame(number).data);
        assert_eq!(frame.keyframe, number.is_multiple_of(10));
    }
}

#[test]
fn an_older_frame_is_not_taken_after_a_newer_one() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let (sender, _) = video(&mut pair);
    let now = pair.now;
    let a = &mut pair.ends[0];
    a.set_sender_transform(now, sender, SenderTransform::Frames)
        .unwrap();
    a.send_frame(now, sender, &video_frame(0)).unwrap();
    a.send_frame(now, sender, &video_frame(1)).unwrap();
    let first = a.poll_untransformed_sent(now, sender).unwrap();
    let second = a.poll_untransformed_sent(now, sender).unwrap();
    a.push_transformed_sent(now, sender, second.ticket, &second.frame)
        .unwrap();
    assert_eq!(
        a.push_transformed_sent(now, sender, first.ticket, &first.frame),
        Err(TransformError::OutOfOrder)
    );
    let stats = a.sender_transform_stats(sender).unwrap();
    assert_eq!((stats.frames_out, stats.frames_rejected), (1, 1));
}

#[test]
fn frames_that_wait_go_on_when_the_transform_is_removed() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let (sender, receiver) = video(&mut pair);
    let now = pair.now;
    let a = &mut pair.ends[0];
    a.set_sender_transform(now, sender, SenderTransform::Frames)
        .unwrap();
    for number in 0..3 {
        a.send_frame(now, sender, &video_frame(number)).unwrap();
    }
    a.set_sender_transform(now, sender, SenderTransform::None)
        .unwrap();
    a.send_frame(now, sender, &video_frame(3)).unwrap();
    pair.run(Duration::from_millis(100));
    let now = pair.now;
    let mut got = Vec::new();
    while let Some(frame) = pair.ends[1].recv_frame(now, receiver) {
        got.push(frame_number(&frame.data));
    }
    assert_eq!(got, [0, 1, 2, 3]);
}

#[test]
fn a_transform_that_nobody_serves_is_bounded_and_asks_for_a_key_frame() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let (sender, _) = video(&mut pair);
    let now = pair.now;
    let a = &mut pair.ends[0];
    a.set_sender_transform(now, sender, SenderTransform::Frames)
        .unwrap();
    let delta = OutgoingFrame::new(vp8_frame(1, false, 100), FrameTime::Media(Duration::ZERO));
    for _ in 0..1_000 {
        a.send_frame(now, sender, &delta).unwrap();
    }
    let mut events = Vec::new();
    while let Some(event) = a.poll_event() {
        events.push(event);
    }
    assert!(events.contains(&Event::KeyframeRequested(sender)));
    assert!(a.poll_untransformed_sent(now, sender).is_none());
    let stats = a.sender_transform_stats(sender).unwrap();
    assert_eq!(stats.frames_dropped, 1_000);
}

#[derive(Debug)]
struct Seal(Mutex<Encryptor>);

impl PacketSealer for Seal {
    fn overhead(&self) -> usize {
        MAX_OVERHEAD
    }

    fn seal(&self, payload: &[u8]) -> Option<Bytes> {
        let sealed = self.0.lock().unwrap().encrypt(b"", payload).ok()?;
        Some(sealed.into())
    }
}

#[derive(Debug)]
struct Open(Mutex<Decryptor>);

impl PacketOpener for Open {
    fn open(&self, packet: &ReceivedPacket) -> Opened {
        match self.0.lock().unwrap().decrypt(b"", &packet.payload) {
            Ok(plain) => Opened::Plain(plain.into()),
            Err(_) => Opened::Refused,
        }
    }
}

#[test]
fn each_packet_can_be_sealed_also_under_loss() {
    for codec in [vp8(true), h264(), opus()] {
        let link = Link {
            loss: 0.05,
            ..Link::default()
        };
        let mut pair = Pair::new(5, &Config::default(), link);
        let sender = SenderConfig::new(SenderParameters::new(vec![codec]));
        let sender = pair.ends[0].add_sender(sender).unwrap();
        let receiver = pair.ends[1].add_receiver(ReceiverParameters::new(vec![codec]));
        let receiver = receiver.unwrap();
        let suite = CipherSuite::Aes128CtrHmacSha256T80;
        let key = Secret::new(vec![1; 16]);
        let mut encryptor = Encryptor::new(rust::provider(), suite);
        encryptor.set_key(1, &key).unwrap();
        let mut decryptor = Decryptor::new(rust::provider(), suite);
        decryptor.add_key(1, &key).unwrap();
        let seal = Arc::new(Seal(Mutex::new(encryptor)));
        let open = Arc::new(Open(Mutex::new(decryptor)));
        let now = pair.now;
        pair.ends[0]
            .set_sender_transform(now, sender, SenderTransform::Packets(seal))
            .unwrap();
        pair.ends[1]
            .set_receiver_transform(now, receiver, ReceiverTransform::Packets(open))
            .unwrap();
        let mut got = 0;
        for number in 0..60 {
            let mut frame = video_frame(number);
            frame.data = match codec.codec {
                stonechat_media::Codec::Vp8 => frame.data,
                stonechat_media::Codec::Opus => Bytes::from(vec![0x08, number as u8]),
                _ => [&[0, 0, 0, 1, 0x65, 0x88][..], &[7; 3_000]].concat().into(),
            };
            let now = pair.now;
            pair.ends[0].send_frame(now, sender, &frame).unwrap();
            pair.run(Duration::from_millis(33));
            while let Some(received) = pair.ends[1].recv_frame(pair.now, receiver) {
                got += 1;
                assert!(received.data.len() >= 2);
            }
        }
        pair.run(Duration::from_millis(500));
        while pair.ends[1].recv_frame(pair.now, receiver).is_some() {
            got += 1;
        }
        assert!(got >= 50, "{got} of {:?}", codec.codec);
        let rejected = pair.ends[1].receiver_stats(receiver).unwrap();
        assert_eq!(rejected.payloads_malformed, 0);
    }
}

#[test]
fn nothing_leaves_unsealed_while_there_is_no_key() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let (sender, receiver) = video(&mut pair);
    let suite = CipherSuite::Aes128GcmSha256T128;
    let seal = Arc::new(Seal(Mutex::new(Encryptor::new(rust::provider(), suite))));
    let now = pair.now;
    pair.ends[0]
        .set_sender_transform(now, sender, SenderTransform::Packets(seal))
        .unwrap();
    pair.ends[0]
        .send_frame(now, sender, &video_frame(0))
        .unwrap();
    pair.run(Duration::from_millis(100));
    assert_eq!(pair.ends[1].recv_frame(pair.now, receiver), None);
    let stats = pair.ends[0].sender_stats(sender).unwrap();
    assert_eq!((stats.frames_withheld, stats.packets_sent), (1, 0));
}

#[test]
fn key_frames_are_seen_without_decoding() {
    use stonechat_media::{Codec, PacketizationMode};
    let h264 = Codec::H264(PacketizationMode::NonInterleaved);
    assert!(inspect(Codec::Vp8, &vp8_frame(0, true, 100)).keyframe);
    assert!(!inspect(Codec::Vp8, &vp8_frame(0, false, 100)).keyframe);
    assert!(!inspect(Codec::Vp8, &[]).keyframe);
    assert!(inspect(h264, &[0, 0, 1, 0x67, 1, 0, 0, 1, 0x65, 1]).keyframe);
    assert!(!inspect(h264, &[0, 0, 1, 0x41, 1]).keyframe);
    assert!(inspect(Codec::Opus, &[1]).keyframe);
}
