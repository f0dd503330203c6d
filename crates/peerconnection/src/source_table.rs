//! Who was heard in what a receiver handed out in the last seconds (webrtc-pc, section 5.3:
//! `getContributingSources`, `getSynchronizationSources`).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stonechat_media::{ContributingLevels, MediaFrame, ReceivedPacket};
use stonechat_rtp::{CsrcList, Ssrc};

/// How long a source is remembered.
const MEMORY: Duration = Duration::from_secs(10);

/// Sources that are remembered of each sort; a peer that invents more pushes out the oldest.
const SOURCES: usize = 64;

/// What is known of the sources of one receiver.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceTable {
    contributing: VecDeque<Heard>,
    synchronization: VecDeque<Heard>,
}

/// A source and what was heard of it last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) at: Instant,
    pub(crate) source: u32,
    pub(crate) rtp_timestamp: u32,
    /// In −dBov, 127 is silence.
    pub(crate) level: Option<u8>,
}

/// What a frame or packet says of its sources.
#[derive(Clone, Debug)]
pub struct Delivered {
    ssrc: u32,
    rtp_timestamp: u32,
    level: Option<u8>,
    sources: CsrcList,
    levels: ContributingLevels,
}

impl From<&MediaFrame> for Delivered {
    fn from(frame: &MediaFrame) -> Self {
        Self {
            ssrc: frame.ssrc.0,
            rtp_timestamp: frame.timestamp.0,
            level: frame.audio_level.map(|level| level.level),
            sources: list(frame.contributing_sources.iter().copied()),
            levels: frame.contributing_levels,
        }
    }
}

impl From<&ReceivedPacket> for Delivered {
    fn from(packet: &ReceivedPacket) -> Self {
        let sources = packet.packet().map(|packet| packet.csrcs());
        Self {
            ssrc: packet.ssrc.0,
            rtp_timestamp: packet.timestamp.0,
            level: packet.audio_level.map(|level| level.level),
            sources: list(sources.into_iter().flatten()),
            levels: packet.contributing_levels,
        }
    }
}

fn list(sources: impl Iterator<Item = Ssrc>) -> CsrcList {
    let mut list = CsrcList::new();
    // A packet has no more than fit.
    for source in sources {
        let _ = list.push(source);
    }
    list
}

impl SourceTable {
    /// Takes note of what is handed out at `now`.
    pub(crate) fn note(&mut self, now: Instant, delivered: &Delivered) {
        let heard = |source, level| Heard {
            at: now,
            source,
            rtp_timestamp: delivered.rtp_timestamp,
            level,
        };
        refresh(
            &mut self.synchronization,
            heard(delivered.ssrc, delivered.level),
        );
        // The first of the list is the newest in the end.
        for (index, source) in delivered.sources.as_slice().iter().enumerate().rev() {
            let level = delivered.levels.get(index).copied();
            refresh(&mut self.contributing, heard(source.0, level));
        }
    }

    /// The contributing sources of the last ten seconds, the newest first.
    pub(crate) fn contributing(&self, now: Instant) -> impl Iterator<Item = Heard> + '_ {
        recent(&self.contributing, now)
    }

    /// The synchronization sources of the last ten seconds, the newest first.
    pub(crate) fn synchronization(&self, now: Instant) -> impl Iterator<Item = Heard> + '_ {
        recent(&self.synchronization, now)
    }
}

fn refresh(list: &mut VecDeque<Heard>, heard: Heard) {
    list.retain(|other| other.source != heard.source);
    list.push_front(heard);
    list.truncate(SOURCES);
}

fn recent(list: &VecDeque<Heard>, now: Instant) -> impl Iterator<Item = Heard> + '_ {
    list.iter()
        .take_while(move |heard| now.saturating_duration_since(heard.at) <= MEMORY)
        .copied()
}

/// A level in −dBov as a number from 0 to 1 (webrtc-pc, `audioLevel`).
pub(crate) fn linear(level: u8) -> f64 {
    match level {
        127.. => 0.0,
        level => 10_f64.powf(-f64::from(level) / 20.0),
    }
}

#[cfg(test)]
mod tests {
    use stonechat_rtp::extension::MixerLevels;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn start() -> Instant {
        Instant::now()
    }

    fn mixed(contributors: &[(u32, Option<u8>)]) -> Delivered {
        let levels: Vec<_> = contributors.iter().map_while(|(_, level)| *level).collect();
        Delivered {
            ssrc: 1,
            rtp_timestamp: 960,
            level: None,
            sources: list(contributors.iter().map(|(source, _)| Ssrc(*source))),
            levels: MixerLevels::new(&levels)
                .map(Into::into)
                .unwrap_or_default(),
        }
    }

    #[test]
    fn contributors_are_told_with_their_levels_the_newest_first() {
        let now = start();
        let mut table = SourceTable::default();
        table.note(now, &mixed(&[(7, Some(20)), (8, None)]));
        table.note(now + MEMORY / 2, &mixed(&[(8, Some(0))]));
        let heard: Vec<_> = table.contributing(now + MEMORY / 2).collect();
        let told: Vec<_> = heard
            .iter()
            .map(|heard| (heard.source, heard.level))
            .collect();
        assert_eq!(told, [(8, Some(0)), (7, Some(20))]);
        let later: Vec<_> = table.contributing(now + MEMORY + MEMORY / 4).collect();
        assert_eq!(later.len(), 1);
        assert_eq!(table.synchronization(now + MEMORY).count(), 1);
    }

    #[test]
    fn a_peer_that_invents_sources_fills_no_memory() {
        let now = start();
        let mut table = SourceTable::default();
        for source in 0..1_000 {
            table.note(now, &mixed(&[(source, None)]));
        }
        assert_eq!(table.contributing(now).count(), SOURCES);
    }

    #[test]
    fn levels_are_linear() {
        assert!((linear(0) - 1.0).abs() < 1e-12);
        assert!((linear(20) - 0.1).abs() < 1e-12);
        assert!(linear(127).abs() < 1e-12);
    }
}
