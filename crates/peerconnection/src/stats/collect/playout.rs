//! `media-playout`: devices that the application told of.

use super::Collector;
use crate::id::ReceiverId;
use crate::stats::{AudioPlayoutStats, StatsType};

impl Collector<'_> {
    pub(super) fn playouts(&mut self) {
        let session = self.session;
        for (device, playout) in session.statistics.playouts() {
            let told = &playout.report;
            let stats = AudioPlayoutStats {
                base: self.base(StatsType::MediaPlayout, device),
                kind: String::from("audio"),
                synthesized_samples_duration: told.synthesized_samples_duration,
                synthesized_samples_events: told.synthesized_samples_events,
                total_samples_duration: told.total_samples_duration,
                total_playout_delay: told.total_playout_delay,
                total_samples_count: told.total_samples_count,
            };
            self.report.add(stats);
        }
    }

    /// The device by which a receiver is heard.
    pub(super) fn playout_of(&self, receiver: ReceiverId) -> Option<String> {
        let mut playouts = self.session.statistics.playouts();
        let (device, _) = playouts.find(|(_, playout)| playout.receivers.contains(&receiver))?;
        Some(self.id(StatsType::MediaPlayout, device))
    }
}
