//! Packets with the right ports, tag and checksum and any chunks at all, to an association in each
//! of its states.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use stonechat_sansio::Frame;
use stonechat_sctp::{Association, Config, Event, Message, Ppid, StreamId, checksum};
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let mut world = World::new();
    let choices = script.octet();
    world.reach(choices & 7);
    let mut count = 0;
    while !script.is_empty() && count < 64 {
        count += 1;
        let mut packet = script.octets().to_vec();
        if choices & 0x80 == 0 {
            world.make_plausible(&mut packet);
        }
        world.ends[0].handle_packet(world.now, BytesMut::from(&packet[..]));
        if choices & 0x40 != 0 {
            world.now += Duration::from_millis(100);
        }
        world.settle(0);
    }
    // It goes on with its true peer, or ends.
    for _ in 0..50 {
        world.exchange();
        let next = world
            .ends
            .iter()
            .filter_map(Association::poll_timeout)
            .min();
        let Some(next) = next.filter(|at| *at < clock::start() + Duration::from_secs(300)) else {
            break;
        };
        world.now = world.now.max(next);
        world
            .ends
            .iter_mut()
            .for_each(|end| end.handle_timeout(world.now));
    }
}

struct World {
    now: Instant,
    ends: [Association; 2],
    /// What the first end expects as verification tag, once known.
    tag: u32,
    streams: Vec<StreamId>,
}

impl World {
    fn new() -> Self {
        let now = clock::start();
        let ends = [1, 2].map(|seed| Association::new(Config::default(), &clock::env(seed), now));
        Self {
            now,
            ends,
            tag: 0,
            streams: Vec::new(),
        }
    }

    /// Brings the first end into one of its states.
    fn reach(&mut self, state: u8) {
        if state == 0 {
            return;
        }
        self.ends[0].connect(self.now);
        if state == 1 {
            self.step(0);
            return;
        }
        if state == 2 {
            self.step(0);
            self.step(1);
            return;
        }
        self.exchange();
        let message = || Message::new(Ppid(53), Bytes::from_static(b"hello"));
        match state {
            3 => {
                let _ = self.ends[1].send(self.now, StreamId(1), message());
                self.exchange();
            }
            4 => {
                let _ = self.ends[0].send(self.now, StreamId(1), message());
                self.ends[0].shutdown(self.now);
            }
            5 => {
                self.ends[0].shutdown(self.now);
                self.settle(0);
            }
            6 => {
                let _ = self.ends[0].send(self.now, StreamId(1), message());
                self.ends[1].shutdown(self.now);
                self.step(1);
            }
            _ => {
                let _ = self.ends[0].reset_stream(self.now, StreamId(1));
                self.settle(0);
            }
        }
    }

    fn make_plausible(&self, packet: &mut Vec<u8>) {
        if packet.len() < 12 {
            packet.resize(12, 0);
        }
        packet[..4].copy_from_slice(&[0x13, 0x88, 0x13, 0x88]);
        // An INIT has no tag yet.
        let tag = if packet.get(12) == Some(&1) {
            0
        } else {
            self.tag
        };
        packet[4..8].copy_from_slice(&tag.to_be_bytes());
        packet[8..12].fill(0);
        let sum = checksum(packet);
        packet[8..12].copy_from_slice(&sum);
    }

    /// Hands over all that one end has to send.
    fn step(&mut self, from: usize) -> bool {
        let mut any = false;
        for _ in 0..1_000 {
            let mut buffer = Vec::new();
            let mut frame = Frame::new(&mut buffer, 1_191);
            if self.ends[from]
                .poll_transmit(self.now, &mut frame)
                .is_none()
            {
                self.take(from);
                return any;
            }
            frame.commit();
            any = true;
            if from == 1 && buffer[4..8] != [0; 4] {
                self.tag = u32::from_be_bytes([buffer[4], buffer[5], buffer[6], buffer[7]]);
            }
            self.ends[1 - from].handle_packet(self.now, BytesMut::from(&buffer[..]));
        }
        panic!("an association does not stop sending");
    }

    fn exchange(&mut self) {
        for _ in 0..50 {
            if !(self.step(0) | self.step(1)) {
                return;
            }
        }
    }

    /// Lets an end send into the void.
    fn settle(&mut self, end: usize) {
        for _ in 0..1_000 {
            let mut buffer = Vec::new();
            let mut frame = Frame::new(&mut buffer, 1_191);
            let sent = self.ends[end].poll_transmit(self.now, &mut frame).is_some();
            drop(frame);
            self.take(end);
            let due = self.ends[end]
                .poll_timeout()
                .is_some_and(|at| at <= self.now);
            if due {
                self.ends[end].handle_timeout(self.now);
            }
            if !sent && !due {
                return;
            }
        }
        panic!("an association does not come to rest");
    }

    fn take(&mut self, end: usize) {
        while let Some(event) = self.ends[end].poll_event() {
            if let Event::Readable(stream) = event {
                self.streams.push(stream);
            }
        }
        for stream in std::mem::take(&mut self.streams) {
            while let Some(received) = self.ends[end].recv(self.now, stream) {
                assert!(received.data.into_bytes().len() <= Config::default().max_message_size);
            }
        }
    }
}
