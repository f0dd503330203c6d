//! What the run came to: for people as a table, for programs as JSON.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};
use stonechat::{
    DtlsParameters, RtcIceCandidatePair, RtcIceCandidatePairStats, RtcInboundRtpStreamStats,
};

use crate::calls::Calls;
use crate::{file, messages, tracks};

/// The results of all transfers and of both ends' statistics.
pub(crate) struct Report {
    timings: Vec<(&'static str, f64)>,
    pair: RtcIceCandidatePair,
    dtls: DtlsParameters,
    round_trip_ms: Option<f64>,
    file: file::Outcome,
    messages: messages::Outcome,
    tracks: Vec<Track>,
}

struct Track {
    outcome: tracks::Outcome,
    lost: i64,
    repaired: u64,
}

impl Report {
    /// Reads the statistics of both ends.
    pub(crate) async fn collect(
        calls: &Calls,
        file: file::Outcome,
        messages: messages::Outcome,
        tracks: Vec<tracks::Outcome>,
    ) -> anyhow::Result<Self> {
        let sctp = calls.sender.sctp().context("no SCTP transport")?;
        let dtls = sctp.transport().context("no DTLS transport")?;
        let pair = dtls
            .ice_transport()
            .get_selected_candidate_pair()
            .context("no candidate pair")?;
        let sending = calls.sender.get_stats(None).await?;
        let receiving = calls.receiver.get_stats(None).await?;
        let round_trip_ms = sending
            .of::<RtcIceCandidatePairStats>()
            .filter(|pair| pair.packets_sent > Some(0))
            .find_map(|pair| pair.current_round_trip_time)
            .map(|seconds| seconds * 1000.0);
        let inbound: Vec<_> = receiving.of::<RtcInboundRtpStreamStats>().collect();
        let tracks = tracks
            .into_iter()
            .map(|outcome| {
                let kind = outcome.kind.as_str();
                let stream = inbound.iter().find(|stream| stream.kind == kind);
                let repaired = stream.and_then(|stream| stream.retransmitted_packets_received);
                Track {
                    lost: stream
                        .and_then(|stream| stream.packets_lost)
                        .unwrap_or_default(),
                    repaired: repaired.unwrap_or_default(),
                    outcome,
                }
            })
            .collect();
        Ok(Self {
            timings: calls.timings.reached(),
            pair,
            dtls: dtls.parameters().context("the handshake is not done")?,
            round_trip_ms,
            file,
            messages,
            tracks,
        })
    }

    /// Whether all arrived.
    pub(crate) fn ok(&self) -> bool {
        self.missing().is_empty()
    }

    /// What did not arrive, in words.
    pub(crate) fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if !self.file.is_whole() {
            missing.push(format!(
                "the file {} did not arrive as it was sent",
                self.file.name
            ));
        }
        if self.messages.received < self.messages.sent {
            let lost = self.messages.sent - self.messages.received;
            missing.push(format!(
                "{lost} of {} messages did not arrive",
                self.messages.sent
            ));
        }
        for track in self.tracks.iter().filter(|track| !track.outcome.is_whole()) {
            let outcome = &track.outcome;
            missing.push(format!(
                "{}: {} frames sent, {} received, {} of them equal at their place",
                outcome.kind.as_str(),
                outcome.frames_sent,
                outcome.frames_received,
                outcome.frames_equal
            ));
        }
        missing
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let timings: serde_json::Map<_, _> = self
            .timings
            .iter()
            .map(|(name, at)| ((*name).to_owned(), json!((at * 1000.0).round() / 1000.0)))
            .collect();
        let tracks: Vec<_> = self
            .tracks
            .iter()
            .map(|track| {
                json!({
                    "kind": track.outcome.kind.as_str(),
                    "frames_sent": track.outcome.frames_sent,
                    "frames_received": track.outcome.frames_received,
                    "frames_equal": track.outcome.frames_equal,
                    "lost": track.lost,
                    "repaired": track.repaired,
                })
            })
            .collect();
        json!({
            "ok": self.ok(),
            "timings_ms": timings,
            "pair": {
                "local": self.pair.local.to_string(),
                "remote": self.pair.remote.to_string(),
                "round_trip_ms": self.round_trip_ms,
            },
            "dtls": {
                "version": version(&self.dtls.version),
                "cipher": self.dtls.cipher,
            },
            "srtp": self.dtls.srtp,
            "file": {
                "octets": self.file.octets_received,
                "sha256_sent": self.file.sha256_sent,
                "sha256_received": self.file.sha256_received,
                "mbit_per_s": (self.file.mbit_per_s() * 10.0).round() / 10.0,
            },
            "messages": {
                "sent": self.messages.sent,
                "received": self.messages.received,
            },
            "tracks": tracks,
        })
    }

    /// For people.
    pub(crate) fn table(&self, out: &Path) -> String {
        let mut rows: Vec<(String, String)> = Vec::new();
        let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
        for (name, at) in &self.timings {
            row(&name.replace('_', " "), format!("{at:.1} ms"));
        }
        row("local candidate", candidate(&self.pair.local));
        row("remote candidate", candidate(&self.pair.remote));
        row(
            "round-trip time",
            match self.round_trip_ms {
                Some(time) => format!("{time:.2} ms"),
                None => String::from("not measured"),
            },
        );
        row(
            "DTLS",
            format!("{}, {}", version(&self.dtls.version), self.dtls.cipher),
        );
        row(
            "SRTP",
            self.dtls
                .srtp
                .clone()
                .unwrap_or_else(|| String::from("none")),
        );
        row(
            "file",
            format!(
                "{} octets in {:.2} s, {:.0} Mbit/s, SHA-256 {}",
                self.file.octets_received,
                self.file.seconds,
                self.file.mbit_per_s(),
                if self.file.is_whole() {
                    "equal"
                } else {
                    "DIFFERENT"
                },
            ),
        );
        row(
            "messages",
            format!("{} of {}", self.messages.received, self.messages.sent),
        );
        for track in &self.tracks {
            let outcome = &track.outcome;
            row(
                outcome.kind.as_str(),
                format!(
                    "{} of {} frames equal, {} packets lost, {} repaired",
                    outcome.frames_equal, outcome.frames_sent, track.lost, track.repaired,
                ),
            );
        }
        row(
            "written to",
            format!(
                "{}: {}, {}",
                out.display(),
                self.file.name,
                self.tracks
                    .iter()
                    .filter_map(|track| track.outcome.path.file_name()?.to_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        );
        row(
            "result",
            String::from(if self.ok() {
                "all arrived"
            } else {
                "SOMETHING IS MISSING"
            }),
        );

        let width = rows
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or_default();
        let mut table = String::new();
        for (name, value) in rows {
            // Writing to a string cannot fail.
            let _ = writeln!(table, "{name:width$}  {value}");
        }
        table
    }
}

/// The usual name of a version that the W3C gives in hexadecimal.
fn version(code: &str) -> &str {
    match code {
        "FEFC" => "DTLS 1.3",
        "FEFD" => "DTLS 1.2",
        other => other,
    }
}

fn candidate(candidate: &stonechat::RtcIceCandidate) -> String {
    format!(
        "{} {} port {}",
        candidate.kind().map_or("unknown", |kind| kind.as_str()),
        candidate.address().unwrap_or_default(),
        candidate.port().unwrap_or_default()
    )
}
