//! `media-source`: tracks that are attached to senders.

use std::time::Duration;

use stonechat_rtp::extension::AudioLevel;

use super::{Collector, count};
use crate::id::Kind;
use crate::session::MediaSource;
use crate::stats::{
    AudioSourceStats, MediaSourceStats, SenderSnapshot, StatsType, VideoSourceStats,
};

impl Collector<'_> {
    pub(super) fn media_sources(&mut self) {
        let session = self.session;
        for source in session.statistics.sources() {
            let base = MediaSourceStats {
                base: self.base(StatsType::MediaSource, &source.number.to_string()),
                track_identifier: source.track.clone(),
                kind: source.kind.as_str().to_owned(),
            };
            self.sources.insert(&source.track, base.id.clone());
            // All senders of a track are given the same frames; the one that has most has all.
            let sender = self
                .snapshot
                .senders
                .iter()
                .filter(|sender| {
                    session.transceivers.iter().any(|transceiver| {
                        transceiver.id.sender() == sender.id
                            && transceiver.sender.track.as_ref().map(|track| &track.id)
                                == Some(&source.track)
                    })
                })
                .max_by_key(|sender| (sender.source.frames, sender.source.duration));
            match source.kind {
                Kind::Audio => self.report.add(audio(base, source, sender)),
                Kind::Video => {
                    let video = self.video_source(base, source, sender);
                    self.report.add(video);
                }
            }
        }
    }

    fn video_source(
        &self,
        base: MediaSourceStats,
        source: &MediaSource,
        sender: Option<&SenderSnapshot>,
    ) -> VideoSourceStats {
        let told = &source.report;
        let at = self.snapshot.at.unwrap_or(self.at);
        let seen = sender
            .filter(|sender| sender.source.key_frames > 0)
            .and_then(|sender| sender.stats.dimensions);
        let frames = sender.map_or(0, |sender| sender.source.frames);
        let is_young = at.saturating_duration_since(source.attached) < Duration::from_secs(1);
        let rate = sender.map_or(0, |sender| sender.stats.frame_rate.per_second(at));
        VideoSourceStats {
            base,
            width: told
                .width
                .or_else(|| seen.map(|(width, _)| u32::from(width))),
            height: told
                .height
                .or_else(|| seen.map(|(_, height)| u32::from(height))),
            frames: told.frames.or_else(|| Some(count(frames))),
            frames_per_second: told
                .frames_per_second
                .or_else(|| Some(f64::from(rate)))
                .filter(|_| !is_young),
        }
    }
}

fn audio(
    base: MediaSourceStats,
    source: &MediaSource,
    sender: Option<&SenderSnapshot>,
) -> AudioSourceStats {
    let told = &source.report;
    let heard = sender.filter(|sender| sender.source.energy > 0.0 || sender.source.frames > 0);
    let level = heard.and_then(|sender| sender.stats.audio_level);
    let energy = sender
        .filter(|_| level.is_some())
        .map(|sender| sender.source.energy);
    let duration = sender.map_or(0.0, |sender| sender.source.duration.as_secs_f64());
    AudioSourceStats {
        base,
        audio_level: told.audio_level.or_else(|| level.map(self::level)),
        total_audio_energy: told.total_audio_energy.or(energy),
        total_samples_duration: told.total_samples_duration.or(Some(duration)),
        echo_return_loss: told.echo_return_loss,
        echo_return_loss_enhancement: told.echo_return_loss_enhancement,
    }
}

/// From −dBov (RFC 6464) to what webrtc-stats has: 1 is the loudest, 0 is silence.
pub(super) fn level(level: AudioLevel) -> f64 {
    if level.level >= 127 {
        return 0.0;
    }
    10_f64.powf(-f64::from(level.level) / 20.0)
}
