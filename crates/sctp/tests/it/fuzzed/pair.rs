//! Two associations over a network that the script is. Packets that it changes get a right
//! checksum again, so that the change is read.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use stonechat_sansio::Frame;
use stonechat_sctp::{Association, Config, Event, Message, Ppid, Reliability, StreamId, checksum};
use stonechat_testkit::clock;
use stonechat_testkit::corpus::Script;

pub(crate) fn run(octets: &[u8]) {
    let mut script = Script::new(octets);
    let mut world = World::new(script.octet());
    let mut steps = 0;
    while !script.is_empty() && steps < 200 {
        steps += 1;
        world.step(&mut script);
        world.settle();
    }
    for end in &world.ends {
        let buffered: usize = (0..0x400).map(|id| end.buffered_amount(StreamId(id))).sum();
        assert!(buffered <= world.limit, "{buffered} octets wait to be sent");
    }
}

struct World {
    now: Instant,
    ends: [Association; 2],
    /// Packets under way to each end.
    wire: [Vec<Vec<u8>>; 2],
    /// The most that an end may hold to be sent.
    limit: usize,
}

impl World {
    fn new(choices: u8) -> Self {
        let now = clock::start();
        let mut config = Config::default();
        config.send_buffer = 100_000;
        if choices & 1 != 0 {
            config.receive_window = 4_096;
        }
        let ends = [1, 2].map(|seed| Association::new(config.clone(), &clock::env(seed), now));
        let mut this = Self {
            now,
            ends,
            wire: [Vec::new(), Vec::new()],
            limit: config.send_buffer,
        };
        this.ends[0].connect(now);
        if choices & 2 != 0 {
            this.ends[1].connect(now);
        }
        this.settle();
        if choices & 4 == 0 {
            for _ in 0..6 {
                this.deliver_all();
            }
        }
        this
    }

    fn step(&mut self, script: &mut Script<'_>) {
        let choice = script.octet();
        let to = usize::from(choice >> 7);
        let now = self.now;
        match choice & 15 {
            0 | 1 => self.deliver_all(),
            2 => {
                if !self.wire[to].is_empty() {
                    self.wire[to].remove(0);
                }
            }
            3 => {
                if let Some(packet) = self.wire[to].first().cloned() {
                    self.give(to, &packet);
                }
            }
            4 => {
                if !self.wire[to].is_empty() {
                    self.wire[to].rotate_left(1);
                }
            }
            5 | 6 => {
                if let Some(mut packet) = self.wire[to].first().cloned() {
                    for _ in 0..=script.below(4) {
                        let at = usize::from(script.u16()) % packet.len();
                        packet[at] ^= script.octet();
                    }
                    if choice & 16 == 0 {
                        self.wire[to].remove(0);
                    }
                    mend(&mut packet);
                    self.give(to, &packet);
                }
            }
            7 => {
                if let Some(mut packet) = self.wire[to].first().cloned() {
                    // Chunks of the script behind those of the packet.
                    packet.extend_from_slice(script.octets());
                    mend(&mut packet);
                    self.give(to, &packet);
                }
            }
            8 => self.now += Duration::from_millis(u64::from(script.u16()) * 4),
            9..=11 => {
                let (stream, kind) = (StreamId(script.u16() & 0x3ff), script.octet());
                let len = usize::from(script.u16());
                let message = Message {
                    ppid: Ppid(u32::from(kind >> 4)),
                    payload: Bytes::from(vec![kind; len]),
                    ordered: kind & 1 == 0,
                    reliability: match kind & 6 {
                        0 | 2 => Reliability::Reliable,
                        4 => Reliability::MaxRetransmits(u16::from(kind & 8)),
                        _ => Reliability::MaxLifetime(Duration::from_millis(u64::from(kind))),
                    },
                };
                let _ = self.ends[to].send(now, stream, message);
            }
            12 => {
                let _ = self.ends[to].reset_stream(now, StreamId(script.u16() & 0x3ff));
            }
            13 => {
                while self.ends[to]
                    .recv(now, StreamId(script.u16() & 0x3ff))
                    .is_some()
                {}
            }
            14 => self.ends[to].set_send_limit(now, Some(u64::from(script.u32()))),
            _ => match script.octet() {
                0xff => self.ends[to].abort(now, "over"),
                0xf0 => self.ends[to].shutdown(now),
                0xe0 => {
                    // The peer begins anew.
                    self.ends[to] =
                        Association::new(self.ends[to].config().clone(), &clock::env(9), now);
                    self.ends[to].connect(now);
                }
                _ => self.ends[to].set_priority(StreamId(1), script.u16()),
            },
        }
    }

    fn deliver_all(&mut self) {
        for to in [1, 0] {
            for packet in std::mem::take(&mut self.wire[to]) {
                self.give(to, &packet);
            }
            self.settle();
        }
    }

    fn give(&mut self, to: usize, packet: &[u8]) {
        self.ends[to].handle_packet(self.now, BytesMut::from(packet));
    }

    /// Polls both until there is nothing to do.
    fn settle(&mut self) {
        for end in 0..2 {
            let association = &mut self.ends[end];
            let mut turns = 0;
            loop {
                turns += 1;
                assert!(turns < 5_000, "an association does not come to rest");
                let mut buffer = Vec::new();
                let mut frame = Frame::new(&mut buffer, 1_191);
                let sent = association.poll_transmit(self.now, &mut frame).is_some();
                frame.commit();
                if sent {
                    assert!(buffer.len() <= 1_191);
                    self.wire[1 - end].push(buffer);
                }
                while let Some(event) = association.poll_event() {
                    // Half of the streams are read at once, the others when the script says.
                    if let Event::Readable(stream) = event
                        && stream.0 & 1 == 0
                    {
                        while association.recv(self.now, stream).is_some() {}
                    }
                }
                let due = association.poll_timeout().is_some_and(|at| at <= self.now);
                if due {
                    association.handle_timeout(self.now);
                }
                if !sent && !due {
                    break;
                }
            }
        }
    }
}

fn mend(packet: &mut [u8]) {
    if packet.len() >= 12 {
        packet[8..12].fill(0);
        let sum = checksum(packet);
        packet[8..12].copy_from_slice(&sum);
    }
}
