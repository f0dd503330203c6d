//! Two ends in virtual time with a network between them that loses, delays, reorders and
//! duplicates, all by a seed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::BytesMut;
use stonechat_media::{Codec, CodecParameters, Config, PacketizationMode, Streams};
use stonechat_rtp::PayloadType;
use stonechat_sansio::{Ecn, Env, Frame, Rng, Seed};

#[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
pub(crate) fn start() -> Instant {
    Instant::now()
}

pub(crate) fn env(seed: u64, now: Instant) -> Env {
    let provider = Arc::new(stonechat_crypto::Provider::builder("none").build());
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    Env::new(Seed::from_u64(seed), (now, wall), provider)
}

pub(crate) fn payload_type(value: u8) -> PayloadType {
    PayloadType::new(value).unwrap()
}

pub(crate) fn vp8(rtx: bool) -> CodecParameters {
    CodecParameters::new(payload_type(96), Codec::Vp8).with_feedback(rtx.then(|| payload_type(97)))
}

pub(crate) fn h264() -> CodecParameters {
    CodecParameters::new(
        payload_type(102),
        Codec::H264(PacketizationMode::NonInterleaved),
    )
    .with_feedback(Some(payload_type(103)))
}

pub(crate) fn opus() -> CodecParameters {
    CodecParameters::new(payload_type(111), Codec::Opus)
}

/// A VP8 frame of `len` octets whose content is `number` all over.
pub(crate) fn vp8_frame(number: u32, keyframe: bool, len: usize) -> bytes::Bytes {
    let mut frame = vec![number as u8; len.max(14)];
    frame[..3].copy_from_slice(&[u8::from(!keyframe) | 0x10, 0, 0]);
    if keyframe {
        frame[3..10].copy_from_slice(&[0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]);
    }
    frame[10..14].copy_from_slice(&number.to_be_bytes());
    frame.into()
}

pub(crate) fn frame_number(frame: &[u8]) -> u32 {
    u32::from_be_bytes(frame[10..14].try_into().unwrap())
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Rtp,
    Rtcp,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) delay: Duration,
    pub(crate) jitter: Duration,
    pub(crate) loss: f64,
    pub(crate) duplicate: f64,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            delay: Duration::from_millis(30),
            jitter: Duration::ZERO,
            loss: 0.0,
            duplicate: 0.0,
        }
    }
}

pub(crate) struct Pair {
    pub(crate) now: Instant,
    pub(crate) ends: [Streams; 2],
    pub(crate) link: Link,
    rng: Rng,
    flying: BTreeMap<(Instant, u64), (usize, Kind, Vec<u8>)>,
    count: u64,
    /// Everything that was sent, by which end.
    pub(crate) log: Vec<(usize, Kind, Vec<u8>)>,
    pub(crate) keep_log: bool,
}

impl Pair {
    pub(crate) fn new(seed: u64, config: &Config, link: Link) -> Self {
        let now = start();
        Self {
            now,
            ends: [1, 2].map(|end| Streams::new(config.clone(), env(seed * 2 + end, now), now)),
            link,
            rng: Seed::from_u64(seed).child("network").rng(),
            flying: BTreeMap::new(),
            count: 0,
            log: Vec::new(),
            keep_log: false,
        }
    }

    /// Sends everything that both ends have, and brings what is due.
    pub(crate) fn exchange(&mut self) {
        loop {
            let mut busy = false;
            for end in 0..2 {
                while let Some((kind, packet)) = poll(&mut self.ends[end], self.now) {
                    busy = true;
                    if self.keep_log {
                        self.log.push((end, kind, packet.clone()));
                    }
                    self.fly(1 - end, kind, &packet);
                }
            }
            while let Some((&key, _)) = self.flying.first_key_value()
                && key.0 <= self.now
            {
                let (end, kind, packet) = self.flying.remove(&key).unwrap();
                deliver(&mut self.ends[end], self.now, kind, &packet);
                busy = true;
            }
            if !busy {
                return;
            }
        }
    }

    fn fly(&mut self, to: usize, kind: Kind, packet: &[u8]) {
        if self.rng.unit() < self.link.loss {
            return;
        }
        let copies = 1 + u64::from(self.rng.unit() < self.link.duplicate);
        for _ in 0..copies {
            let at = self.now + self.link.delay + self.link.jitter.mul_f64(self.rng.unit());
            self.count += 1;
            self.flying
                .insert((at, self.count), (to, kind, packet.to_vec()));
        }
    }

    /// Lets `span` pass, serving both ends at each of their moments.
    pub(crate) fn run(&mut self, span: Duration) {
        let end = self.now + span;
        for _ in 0..1_000_000 {
            self.exchange();
            let timeouts = self.ends.iter().filter_map(Streams::poll_timeout);
            let arrival = self.flying.first_key_value().map(|((at, _), _)| *at);
            let Some(next) = timeouts.chain(arrival).min().filter(|next| *next <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(next);
            for streams in &mut self.ends {
                streams.handle_timeout(self.now);
            }
        }
        panic!("no progress");
    }
}

pub(crate) fn poll(streams: &mut Streams, now: Instant) -> Option<(Kind, Vec<u8>)> {
    poll_rtp(streams, now)
        .map(|packet| (Kind::Rtp, packet))
        .or_else(|| poll_rtcp(streams, now).map(|packet| (Kind::Rtcp, packet)))
}

pub(crate) fn poll_rtp(streams: &mut Streams, now: Instant) -> Option<Vec<u8>> {
    let mut buffer = Vec::new();
    let mut frame = Frame::new(&mut buffer, 1_200);
    streams.poll_rtp(now, &mut frame)?;
    frame.commit();
    assert!(
        buffer.len() <= 1_120,
        "an RTP packet of {} octets",
        buffer.len()
    );
    Some(buffer)
}

pub(crate) fn poll_rtcp(streams: &mut Streams, now: Instant) -> Option<Vec<u8>> {
    let mut buffer = Vec::new();
    let mut frame = Frame::new(&mut buffer, 1_200);
    streams.poll_rtcp(now, &mut frame)?;
    frame.commit();
    Some(buffer)
}

pub(crate) fn deliver(streams: &mut Streams, now: Instant, kind: Kind, packet: &[u8]) {
    match kind {
        Kind::Rtp => streams.handle_rtp(now, BytesMut::from(packet), Ecn::NotEct),
        Kind::Rtcp => streams.handle_rtcp(now, packet),
    }
}
