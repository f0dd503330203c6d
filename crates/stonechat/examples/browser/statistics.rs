//! What the charts of the page show of this end.

use serde::Serialize;
use stonechat::{
    RtcIceCandidatePairStats, RtcInboundRtpStreamStats, RtcStatsReport, RtcTransportStats,
};

/// Counters since the beginning; the page makes rates of them.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counters {
    bytes_sent: u64,
    bytes_received: u64,
    packets_received: u64,
    packets_lost: i64,
    /// Seconds.
    round_trip_time: Option<f64>,
}

impl Counters {
    pub(crate) fn of(report: &RtcStatsReport) -> Self {
        let mut counters = Self::default();
        for transport in report.of::<RtcTransportStats>() {
            counters.bytes_sent += transport.bytes_sent.unwrap_or_default();
            counters.bytes_received += transport.bytes_received.unwrap_or_default();
            let selected = transport.selected_candidate_pair_id.as_deref();
            counters.round_trip_time = selected
                .and_then(|id| report.get_as::<RtcIceCandidatePairStats>(id))
                .and_then(|pair| pair.current_round_trip_time);
        }
        for stream in report.of::<RtcInboundRtpStreamStats>() {
            counters.packets_received += stream.packets_received.unwrap_or_default();
            counters.packets_lost += stream.packets_lost.unwrap_or_default();
        }
        counters
    }
}
