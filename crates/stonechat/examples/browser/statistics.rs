//! What the charts of the page show of this end.

use serde::Serialize;
use stonechat::{RtcStatsReport, RtcStatsType};

/// Counters since the beginning; the page makes rates of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counters {
    bytes_sent: f64,
    bytes_received: f64,
    packets_received: f64,
    packets_lost: f64,
    /// Seconds.
    round_trip_time: Option<f64>,
}

impl Counters {
    pub(crate) fn of(report: &RtcStatsReport) -> Self {
        let sum = |kind, name: &str| {
            report
                .of_type(kind)
                .filter_map(|stat| stat.number(name))
                .sum::<f64>()
        };
        let selected = report
            .of_type(RtcStatsType::Transport)
            .find_map(|transport| report.get(transport.text("selectedCandidatePairId")?));
        Self {
            bytes_sent: sum(RtcStatsType::Transport, "bytesSent"),
            bytes_received: sum(RtcStatsType::Transport, "bytesReceived"),
            packets_received: sum(RtcStatsType::InboundRtp, "packetsReceived"),
            packets_lost: sum(RtcStatsType::InboundRtp, "packetsLost"),
            round_trip_time: selected.and_then(|pair| pair.number("currentRoundTripTime")),
        }
    }
}
