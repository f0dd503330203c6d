//! `getStats()` (webrtc-pc, section 8) and what an application tells for it.

use std::sync::Arc;
use std::time::Instant;

use stonechat_peerconnection::stats::StatsSelector;
use stonechat_peerconnection::{Answer, Call, Value};
use tokio::sync::oneshot;

use crate::error::{RtcError, RtcErrorName, closed};
use crate::media_stream_track::MediaStreamTrack;
use crate::rtc_dtls_transport::RtcDtlsTransport;
use crate::rtc_peer_connection::RtcPeerConnection;
use crate::rtc_rtp_receiver::RtcRtpReceiver;
use crate::rtc_rtp_sender::RtcRtpSender;
use crate::shared::Shared;
use crate::{
    BitrateReport, DecodeReport, EncodeReport, PlayoutReport, RtcStatsReport, SourceReport,
};

impl RtcPeerConnection {
    /// `getStats()`: of the whole peer connection, or of the sender or receiver of a track.
    ///
    /// It answers after the end as well, with the counters of that moment.
    ///
    /// # Errors
    ///
    /// `InvalidAccessError` unless exactly one sender or receiver has the track.
    pub async fn get_stats(
        &self,
        selector: Option<&MediaStreamTrack>,
    ) -> Result<RtcStatsReport, RtcError> {
        let selector = match selector {
            Some(track) => StatsSelector::Track(track.id().to_owned()),
            None => StatsSelector::All,
        };
        get_stats(self.shared(), selector).await
    }

    /// Tells what the source of a track counts, for its media-source statistics. The track is
    /// attached to a sender; counts begin when it was.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end.
    pub fn report_source(
        &self,
        track: &MediaStreamTrack,
        report: SourceReport,
    ) -> Result<(), RtcError> {
        let call = Call::ReportSource {
            track: track.id().to_owned(),
            report: Box::new(report),
        };
        self.shared().call(call).map(|_| ())
    }

    /// Tells what a device counts that plays out the audio of `receivers`, for media-playout
    /// statistics. `device` names it.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end.
    pub fn report_playout(
        &self,
        device: &str,
        receivers: &[&RtcRtpReceiver],
        report: PlayoutReport,
    ) -> Result<(), RtcError> {
        let call = Call::ReportPlayout {
            device: device.to_owned(),
            receivers: receivers.iter().map(|receiver| receiver.id()).collect(),
            report: Box::new(report),
        };
        self.shared().call(call).map(|_| ())
    }

    /// Tells what congestion control of the application estimates for a transport.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end.
    pub fn report_bitrate(
        &self,
        transport: &RtcDtlsTransport,
        report: BitrateReport,
    ) -> Result<(), RtcError> {
        let call = Call::ReportBitrate(transport.id(), report);
        self.shared().call(call).map(|_| ())
    }
}

impl RtcRtpSender {
    /// `getStats()`: of what the sender sends, with all that this refers to.
    ///
    /// # Errors
    ///
    /// None while the runtime lives.
    pub async fn get_stats(&self) -> Result<RtcStatsReport, RtcError> {
        get_stats(self.shared(), StatsSelector::Sender(self.id())).await
    }

    /// Tells what an encoder counts, for outbound-rtp statistics; `rid` names the encoding if
    /// there are several.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end of the peer connection.
    pub fn report_encode(&self, rid: Option<&str>, report: EncodeReport) -> Result<(), RtcError> {
        let call = Call::ReportEncode {
            sender: self.id(),
            rid: rid.map(str::to_owned),
            report: Box::new(report),
        };
        self.shared().call(call).map(|_| ())
    }
}

impl RtcRtpReceiver {
    /// `getStats()`: of what the receiver receives, with all that this refers to.
    ///
    /// # Errors
    ///
    /// None while the runtime lives.
    pub async fn get_stats(&self) -> Result<RtcStatsReport, RtcError> {
        get_stats(self.shared(), StatsSelector::Receiver(self.id())).await
    }

    /// Tells what a decoder and renderer count, for inbound-rtp statistics.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end of the peer connection.
    pub fn report_decode(&self, report: DecodeReport) -> Result<(), RtcError> {
        let call = Call::ReportDecode(self.id(), Box::new(report));
        self.shared().call(call).map(|_| ())
    }
}

async fn get_stats(
    shared: &Arc<Shared>,
    selector: StatsSelector,
) -> Result<RtcStatsReport, RtcError> {
    let (settle, settled) = oneshot::channel();
    shared.report_media();
    {
        let mut state = shared.session();
        let now = Instant::now();
        match state.call(now, Call::GetStats(selector)) {
            Answer::Promise(promise) => state.hub.expect(promise, settle),
            Answer::Failed(error) => return Err(error),
            _ => return Err(closed()),
        }
        // When all is closed, the driver is gone that would pull the answer.
        let is_finished = *state.hub.states.finished.borrow() && !shared.is_pulled();
        while is_finished && let Some(step) = state.poll_step(now) {
            shared.publish(&mut state, step);
        }
    }
    shared.wake();
    match settled.await.unwrap_or_else(|_| Err(closed()))? {
        Value::Stats(report) => Ok(*report),
        _ => Err(RtcError::new(
            RtcErrorName::OperationError,
            "the session gave another answer than asked for",
        )),
    }
}
