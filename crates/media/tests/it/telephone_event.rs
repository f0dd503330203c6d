//! Telephone events: payloads, timing, and what is heard under loss.

use std::time::Duration;

use stonechat_media::telephone_event::{
    EventPacket, ReceivedTone, TelephoneEvent, ToneReceiver, ToneSender, event_of, key_of,
};
use stonechat_media::{
    Codec, CodecParameters, Config, Event, FrameTime, OutgoingFrame, PayloadError,
    ReceiverParameters, SendError, SenderConfig, SenderParameters,
};
use stonechat_rtp::{ClockRate, Packet, Timestamp};

use crate::network::{Kind, Link, Pair, opus, payload_type, start};

const MS: fn(u64) -> Duration = Duration::from_millis;

fn rate(hertz: u32) -> ClockRate {
    ClockRate::new(hertz).unwrap()
}

/// All packets of one event, with their time since its start.
fn play(hertz: u32, length: Duration) -> Vec<(Duration, EventPacket)> {
    let begin = start();
    let mut sender = ToneSender::new(rate(hertz));
    sender.start(begin, Timestamp(1_000), 5, 10, length);
    let mut packets = Vec::new();
    while let Some(at) = sender.deadline() {
        let packet = sender.poll(at).unwrap();
        packets.push((at - begin, packet));
        assert!(packets.len() < 10_000);
    }
    packets
}

fn report(packet: &EventPacket) -> TelephoneEvent {
    TelephoneEvent::parse(&packet.payload).unwrap().0
}

fn heard(receiver: &mut ToneReceiver) -> Vec<(Option<char>, u128, bool)> {
    std::iter::from_fn(|| receiver.poll())
        .map(|tone| (tone.key(), tone.duration.as_millis(), tone.complete))
        .collect()
}

#[test]
fn keys_and_payloads_are_those_of_the_rfc() {
    let data: serde_json::Value = serde_json::from_str(include_str!("../data/dtmf.json")).unwrap();
    for event in data["events"].as_array().unwrap() {
        let key = event["key"].as_str().unwrap().chars().next().unwrap();
        let code = event["event"].as_u64().unwrap() as u8;
        assert_eq!((event_of(key), key_of(code)), (Some(code), Some(key)));
        assert_eq!(event_of(key.to_ascii_lowercase()), Some(code));
    }
    for payload in data["payload"].as_array().unwrap() {
        let octets = hex::decode(payload["hex"].as_str().unwrap()).unwrap();
        if octets.len() < TelephoneEvent::LEN {
            assert!(TelephoneEvent::parse(&octets).is_err());
            continue;
        }
        let (report, rest) = TelephoneEvent::parse(&octets).unwrap();
        let octets = octets[..octets.len() - rest.len()].to_vec();
        // The reserved bit is ignored, and not sent.
        let mut sent = octets.clone();
        sent[1] &= 0xbf;
        assert_eq!(report.encode().to_vec(), sent);
    }
    let first = TelephoneEvent {
        event: 1,
        end: false,
        volume: 10,
        duration: 400,
    };
    assert_eq!(first.encode(), [0x01, 0x0a, 0x01, 0x90]);
    assert_eq!(
        (key_of(16), event_of('e'), event_of('ä')),
        (None, None, None)
    );
    assert_eq!(TelephoneEvent::parse(&[]), Err(PayloadError::Empty));
    assert_eq!(
        TelephoneEvent::parse(&[1, 2, 3]),
        Err(PayloadError::Truncated)
    );
}

#[test]
fn an_event_is_reported_all_20_ms_and_its_end_three_times() {
    let packets = play(8_000, MS(100));
    let times: Vec<_> = packets.iter().map(|(at, _)| at.as_millis()).collect();
    assert_eq!(times, [20, 40, 60, 80, 100, 120, 140]);
    let durations: Vec<_> = packets.iter().map(|(_, it)| report(it).duration).collect();
    assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800]);
    let ends: Vec<_> = packets.iter().map(|(_, it)| report(it).end).collect();
    assert_eq!(ends, [false, false, false, false, true, true, true]);
    let markers: Vec<_> = packets.iter().map(|(_, it)| it.marker).collect();
    assert_eq!(markers, [true, false, false, false, false, false, false]);
    assert!(
        packets
            .iter()
            .all(|(_, it)| it.timestamp == Timestamp(1_000))
    );
    assert!(packets.iter().all(|(_, it)| report(it).event == 5));
}

#[test]
fn the_duration_counts_in_ticks_of_the_clock() {
    let packets = play(48_000, MS(50));
    let durations: Vec<_> = packets.iter().map(|(_, it)| report(it).duration).collect();
    assert_eq!(durations, [960, 1_920, 2_400, 2_400, 2_400]);
    assert_eq!(packets[2].0, MS(50));
}

#[test]
fn the_shortest_event_has_a_marker_and_an_end() {
    let packets = play(8_000, MS(10));
    assert_eq!(packets.len(), 3);
    assert!(packets[0].1.marker && report(&packets[0].1).end);
    assert!(!packets[1].1.marker && report(&packets[1].1).end);
}

#[test]
fn a_long_event_is_cut_into_segments() {
    let packets = play(48_000, MS(3_000));
    let full: Vec<_> = packets
        .iter()
        .filter(|(_, it)| report(it).duration == u16::MAX)
        .collect();
    // Two segments end without the event ending, each told three times.
    assert_eq!(full.len(), 6);
    assert!(full.iter().all(|(_, it)| !report(it).end));
    let mut timestamps: Vec<_> = packets.iter().map(|(_, it)| it.timestamp.0).collect();
    timestamps.sort_unstable();
    timestamps.dedup();
    assert_eq!(timestamps, [1_000, 66_535, 132_070]);
    assert_eq!(packets.iter().filter(|(_, it)| it.marker).count(), 1);
    let ends = packets.iter().filter(|(_, it)| report(it).end);
    let ends: Vec<_> = ends.map(|(_, it)| u32::from(report(it).duration)).collect();
    assert_eq!(ends, [144_000 - 2 * 65_535; 3]);

    let mut receiver = ToneReceiver::new(rate(48_000));
    let now = start();
    for (at, packet) in &packets {
        receiver.on_packet(now + *at, packet.timestamp, &packet.payload);
    }
    assert_eq!(heard(&mut receiver), [(Some('5'), 3_000, true)]);
}

#[test]
fn what_is_late_is_not_made_up_for() {
    let begin = start();
    let mut sender = ToneSender::new(rate(8_000));
    sender.start(begin, Timestamp(0), 1, 10, MS(100));
    let first = sender.poll(begin + MS(95)).unwrap();
    assert_eq!((report(&first).duration, first.marker), (640, true));
    assert_eq!(sender.poll(begin + MS(95)), None);
    assert!(sender.is_playing());
    let last = sender.poll(begin + MS(500)).unwrap();
    assert!(report(&last).end && !last.marker);
    assert!(!sender.is_playing());
}

#[test]
fn an_event_is_heard_once_whatever_one_packet_is_lost() {
    let packets = play(8_000, MS(100));
    for lost in 0..packets.len() {
        let mut receiver = ToneReceiver::new(rate(8_000));
        let now = start();
        for (index, (at, packet)) in packets.iter().enumerate() {
            if index != lost {
                receiver.on_packet(now + *at, packet.timestamp, &packet.payload);
            }
        }
        receiver.handle_timeout(now + MS(1_000));
        assert_eq!(heard(&mut receiver), [(Some('5'), 100, true)], "{lost}");
    }
}

#[test]
fn an_event_without_its_end_ends_in_silence() {
    let packets = play(8_000, MS(100));
    let mut receiver = ToneReceiver::new(rate(8_000));
    let now = start();
    for (at, packet) in &packets[..3] {
        receiver.on_packet(now + *at, packet.timestamp, &packet.payload);
    }
    assert_eq!(receiver.deadline(), Some(now + MS(260)));
    receiver.handle_timeout(now + MS(259));
    assert_eq!(receiver.waiting(), 0);
    receiver.handle_timeout(now + MS(260));
    assert_eq!(heard(&mut receiver), [(Some('5'), 60, false)]);
    // Once it stopped it does not start again.
    receiver.on_packet(now + MS(300), packets[4].1.timestamp, &packets[4].1.payload);
    assert_eq!(heard(&mut receiver), []);
    assert_eq!(receiver.deadline(), None);
}

#[test]
fn reports_out_of_order_change_nothing() {
    let packets = play(8_000, MS(100));
    let mut receiver = ToneReceiver::new(rate(8_000));
    let now = start();
    for index in [1, 0, 3, 2, 4, 6, 5, 0, 4] {
        let (_, packet) = &packets[index];
        receiver.on_packet(now, packet.timestamp, &packet.payload);
    }
    assert_eq!(heard(&mut receiver), [(Some('5'), 100, true)]);
}

#[test]
fn the_next_event_ends_the_one_before() {
    let mut receiver = ToneReceiver::new(rate(8_000));
    let now = start();
    let event = |event, duration| TelephoneEvent {
        event,
        end: false,
        volume: 10,
        duration,
    };
    receiver.on_packet(now, Timestamp(0), &event(1, 800).encode());
    receiver.on_packet(now, Timestamp(2_000), &event(2, 160).encode());
    // A late report of the first.
    receiver.on_packet(now, Timestamp(0), &event(1, 960).encode());
    assert_eq!(heard(&mut receiver), [(Some('1'), 100, false)]);
    receiver.handle_timeout(now + MS(200));
    assert_eq!(heard(&mut receiver), [(Some('2'), 20, false)]);
}

#[test]
fn events_of_one_packet_follow_each_other() {
    let mut receiver = ToneReceiver::new(rate(8_000));
    let event = |event| TelephoneEvent {
        event,
        end: true,
        volume: 10,
        duration: 400,
    };
    let payload = [event(1).encode(), event(11).encode()].concat();
    assert!(receiver.on_packet(start(), Timestamp(0), &payload));
    let tones: Vec<ReceivedTone> = std::iter::from_fn(|| receiver.poll()).collect();
    let told: Vec<_> = tones.iter().map(|it| (it.key(), it.timestamp.0)).collect();
    assert_eq!(told, [(Some('1'), 0), (Some('#'), 400)]);
}

#[test]
fn reports_that_say_nothing_are_ignored_and_malformed_ones_told() {
    let mut receiver = ToneReceiver::new(rate(8_000));
    let now = start();
    assert!(receiver.on_packet(now, Timestamp(0), &[1, 0x80, 0, 0]));
    assert!(!receiver.on_packet(now, Timestamp(0), &[]));
    assert!(!receiver.on_packet(now, Timestamp(0), &[1, 2, 3]));
    assert!(!receiver.on_packet(now, Timestamp(0), &[0; 400]));
    assert_eq!(heard(&mut receiver), []);
}

#[test]
fn events_that_nobody_takes_are_bounded() {
    let mut receiver = ToneReceiver::new(rate(8_000));
    for number in 0..10_000_u32 {
        let timestamp = Timestamp(number.wrapping_mul(1_000));
        receiver.on_packet(start(), timestamp, &[1, 0x80, 1, 0]);
    }
    assert_eq!(heard(&mut receiver).len(), 64);
}

fn events(number: u8, clock_rate: u32) -> CodecParameters {
    CodecParameters::new(payload_type(number), Codec::TelephoneEvent { clock_rate })
}

fn phone(pair: &mut Pair) -> (stonechat_media::SenderId, stonechat_media::ReceiverId) {
    let codecs = vec![events(126, 8_000), events(110, 48_000), opus()];
    let sender = SenderConfig::new(SenderParameters::new(codecs.clone()));
    let sender = pair.ends[0].add_sender(sender).unwrap();
    let receiver = pair.ends[1].add_receiver(ReceiverParameters::new(codecs));
    (sender, receiver.unwrap())
}

fn opus_frame(number: u64) -> OutgoingFrame {
    let data = vec![0x08, number as u8];
    OutgoingFrame::new(data.into(), FrameTime::Media(MS(20 * number)))
}

#[test]
fn a_tone_takes_the_place_of_audio_and_is_heard() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    pair.keep_log = true;
    let (sender, receiver) = phone(&mut pair);
    let mut frames = 0;
    for number in 0..50 {
        if number == 10 {
            let now = pair.now;
            pair.ends[0].play_tone(now, sender, 9, MS(200)).unwrap();
        }
        let now = pair.now;
        let frame = opus_frame(number);
        pair.ends[0].send_frame(now, sender, &frame).unwrap();
        pair.run(MS(20));
        while pair.ends[1].recv_frame(pair.now, receiver).is_some() {
            frames += 1;
        }
    }
    pair.run(MS(200));
    while pair.ends[1].recv_frame(pair.now, receiver).is_some() {
        frames += 1;
    }
    let withheld = pair.ends[0].sender_stats(sender).unwrap().frames_withheld;
    assert_eq!((withheld, frames), (10, 40));
    let mut told = Vec::new();
    while let Some(event) = pair.ends[1].poll_event() {
        told.push(event);
    }
    assert!(told.contains(&Event::Tone(receiver)));
    let now = pair.now;
    let tone = pair.ends[1].recv_tone(now, receiver).unwrap();
    assert_eq!(
        (tone.key(), tone.duration, tone.complete),
        (Some('9'), MS(200), true)
    );
    assert_eq!(pair.ends[1].recv_tone(now, receiver), None);
    // The events with the clock of the audio, on its timestamps and numbers.
    let packets: Vec<_> = pair
        .log
        .iter()
        .filter(|(end, kind, _)| (*end, *kind) == (0, Kind::Rtp))
        .map(|(_, _, packet)| Packet::parse(packet).unwrap())
        .collect();
    let tones: Vec<_> = packets
        .iter()
        .filter(|packet| packet.payload_type() == payload_type(110))
        .collect();
    assert_eq!(tones.len(), 12);
    let first = packets[0].timestamp();
    assert_eq!(tones[0].timestamp(), first.wrapping_add(10 * 960));
    assert!(
        tones
            .iter()
            .all(|it| it.timestamp() == tones[0].timestamp())
    );
    assert_eq!(tones.iter().filter(|it| it.marker()).count(), 1);
    for pair in packets.windows(2) {
        assert_eq!(pair[0].sequence().next(), pair[1].sequence());
    }
}

#[test]
fn tones_survive_loss_and_disorder_on_the_way() {
    for seed in 0..8 {
        let link = Link {
            loss: 0.1,
            jitter: MS(50),
            duplicate: 0.1,
            ..Link::default()
        };
        let mut pair = Pair::new(seed, &Config::default(), link);
        let (sender, receiver) = phone(&mut pair);
        // The stream is known before the first tone.
        for number in 0..10 {
            let now = pair.now;
            let frame = opus_frame(number);
            pair.ends[0].send_frame(now, sender, &frame).unwrap();
            pair.run(MS(20));
        }
        let mut heard = String::new();
        for event in 0..16 {
            let now = pair.now;
            pair.ends[0].play_tone(now, sender, event, MS(100)).unwrap();
            pair.run(MS(200));
            while let Some(tone) = pair.ends[1].recv_tone(pair.now, receiver) {
                heard.extend(tone.key());
            }
        }
        pair.run(MS(500));
        while let Some(tone) = pair.ends[1].recv_tone(pair.now, receiver) {
            heard.extend(tone.key());
        }
        assert_eq!(heard, "0123456789*#ABCD", "seed {seed}");
    }
}

#[test]
fn a_tone_needs_a_payload_type_and_a_sender_that_sends() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let (sender, _) = phone(&mut pair);
    let now = pair.now;
    let plain = SenderConfig::new(SenderParameters::new(vec![opus()]));
    let plain = pair.ends[0].add_sender(plain).unwrap();
    assert_eq!(
        pair.ends[0].play_tone(now, plain, 1, MS(100)),
        Err(SendError::UnknownPayloadType)
    );
    let mut parameters = SenderParameters::new(vec![opus(), events(110, 48_000)]);
    parameters.active = false;
    pair.ends[0]
        .set_sender_parameters(now, sender, parameters)
        .unwrap();
    assert_eq!(
        pair.ends[0].play_tone(now, sender, 1, MS(100)),
        Err(SendError::Inactive)
    );
}

#[test]
fn a_pause_silences_a_tone() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    pair.keep_log = true;
    let (sender, _) = phone(&mut pair);
    let now = pair.now;
    pair.ends[0].play_tone(now, sender, 1, MS(1_000)).unwrap();
    pair.run(MS(100));
    let mut parameters = SenderParameters::new(vec![opus(), events(110, 48_000)]);
    parameters.active = false;
    let now = pair.now;
    pair.ends[0]
        .set_sender_parameters(now, sender, parameters)
        .unwrap();
    pair.log.clear();
    pair.run(MS(1_000));
    assert!(
        pair.log
            .iter()
            .all(|(end, kind, _)| (*end, *kind) != (0, Kind::Rtp))
    );
}

#[test]
fn a_frame_of_events_is_refused() {
    let mut pair = Pair::new(1, &Config::default(), Link::default());
    let (sender, _) = phone(&mut pair);
    let mut frame = opus_frame(0);
    frame.payload_type = Some(payload_type(110));
    let now = pair.now;
    assert_eq!(
        pair.ends[0].send_frame(now, sender, &frame),
        Err(SendError::UnknownPayloadType)
    );
}
