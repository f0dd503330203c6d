//! `data-channel`: channels that live and the last ones that closed.

use super::{Collector, count};
use crate::stats::{DataChannelStats, StatsType};

impl Collector<'_> {
    pub(super) fn channels(&mut self) {
        let session = self.session;
        for (id, channel) in session.channels.iter_with_closed() {
            let counters = self
                .snapshot
                .channels
                .iter()
                .find(|(other, _)| *other == id)
                .map(|(_, stats)| *stats)
                .unwrap_or_default();
            let stats = DataChannelStats {
                base: self.base(StatsType::DataChannel, &id.0.to_string()),
                label: Some(channel.label.clone()),
                protocol: Some(channel.init.protocol.clone()),
                data_channel_identifier: channel.init.id,
                state: channel.state,
                messages_sent: Some(count(counters.messages_sent)),
                bytes_sent: Some(counters.bytes_sent),
                messages_received: Some(count(counters.messages_received)),
                bytes_received: Some(counters.bytes_received),
            };
            self.report.add(stats);
        }
    }
}
