//! `RTCStatsReport` and `getStats()` (webrtc-pc, section 8; webrtc-stats) of peers that have
//! audio, video and a channel between them.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use stonechat::{
    BitrateReport, DecodeReport, EncodeReport, FrameTime, MediaKind, MediaStreamTrack,
    OutgoingFrame, PlayoutReport, RtcAudioPlayoutStats, RtcAudioSourceStats, RtcCertificateStats,
    RtcCodecStats, RtcDataChannel, RtcDataChannelState, RtcDataChannelStats, RtcDtlsRole,
    RtcDtlsTransportState, RtcErrorName, RtcIceCandidatePairStats, RtcIceCandidateStats,
    RtcIceRole, RtcInboundRtpStreamStats, RtcOutboundRtpStreamStats, RtcPeerConnectionStats,
    RtcQualityLimitationReason, RtcRtpEncodingParameters, RtcRtpReceiver, RtcRtpSender,
    RtcRtpTransceiverInit, RtcStatsIceCandidatePairState, RtcStatsObject, RtcStatsReport,
    RtcStatsType, RtcTransportStats, RtcVideoSourceStats, SourceReport, StatsDictionary,
};

use crate::encoded_media::vp8;
use crate::pair::{Peer, frame, pair, within};
use crate::rtc_rtp_transceiver::{connection, negotiate};

const FRAMES: u32 = 5;

/// Audio and video from A to B and a channel, over which all has gone.
struct Media {
    a: Peer,
    b: Peer,
    audio: MediaStreamTrack,
    video: MediaStreamTrack,
    senders: [RtcRtpSender; 2],
    receivers: [RtcRtpReceiver; 2],
    near: RtcDataChannel,
    _far: RtcDataChannel,
}

async fn media() -> Media {
    let (a, mut b) = pair();
    let near =
        a.pc.create_data_channel("chat", Default::default())
            .unwrap();
    let audio = MediaStreamTrack::new(MediaKind::Audio);
    let video = MediaStreamTrack::new(MediaKind::Video);
    let senders = [&audio, &video].map(|track| a.pc.add_track(track, &["stream"]).unwrap());
    let receivers = [b.track().await.receiver, b.track().await.receiver];
    let far = b.channel().await;
    within(near.opened()).await.unwrap();
    within(far.opened()).await.unwrap();
    near.send_text("hello").unwrap();
    assert!(within(far.recv()).await.is_some());
    for number in 0..FRAMES {
        let time = FrameTime::Media(Duration::from_millis(20) * number);
        let sound = OutgoingFrame::new(Bytes::from_static(&[8, 7, 6]), time);
        within(audio.write_frame(sound)).await.unwrap();
        let picture = OutgoingFrame::new(vp8(number == 0, number), time);
        within(video.write_frame(picture)).await.unwrap();
        for receiver in &receivers {
            let _ = frame(receiver.track()).await;
        }
    }
    Media {
        a,
        b,
        audio,
        video,
        senders,
        receivers,
        near,
        _far: far,
    }
}

impl Media {
    async fn at_a(&self) -> RtcStatsReport {
        within(self.a.pc.get_stats(None)).await.unwrap()
    }

    /// The report of A when it has nominated a pair: data goes before that.
    async fn nominated(&self) -> RtcStatsReport {
        within(async {
            loop {
                let report = self.at_a().await;
                let selected = only::<RtcTransportStats>(&report).selected_candidate_pair_id;
                let pair =
                    selected.and_then(|id| report.get_as::<RtcIceCandidatePairStats>(&id).cloned());
                if pair.is_some_and(|pair| pair.nominated == Some(true)) {
                    return report;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
    }

    async fn at_b(&self) -> RtcStatsReport {
        within(self.b.pc.get_stats(None)).await.unwrap()
    }
}

fn only<T: StatsDictionary + Clone>(report: &RtcStatsReport) -> T {
    let mut all = report.of::<T>();
    let one = all.next().expect("one").clone();
    assert!(all.next().is_none(), "more than one");
    one
}

fn outbound(report: &RtcStatsReport, kind: &str) -> RtcOutboundRtpStreamStats {
    let mut all = report.of::<RtcOutboundRtpStreamStats>();
    all.find(|stats| stats.kind == kind).unwrap().clone()
}

fn inbound(report: &RtcStatsReport, kind: &str) -> RtcInboundRtpStreamStats {
    let mut all = report.of::<RtcInboundRtpStreamStats>();
    all.find(|stats| stats.kind == kind).unwrap().clone()
}

// api: RTCStatsReport.get, RTCStatsReport.has, RTCStatsReport.size, RTCStatsReport.keys
// api: RTCStatsReport.values, RTCStatsReport.entries, RTCStatsReport.forEach
// api: RTCStats.id, RTCStats.type, RTCStats.timestamp, RTCPeerConnection.getStats
#[tokio::test]
async fn a_report_is_a_map_of_objects_by_their_ids() {
    let report = media().await.at_a().await;
    let keys: Vec<&str> = report.keys().collect();
    let unique: BTreeSet<&str> = keys.iter().copied().collect();
    assert_eq!((keys.len(), unique.len()), (report.len(), report.len()));
    assert!(!report.is_empty());
    let ids: Vec<&str> = report.values().map(|object| object.id.as_str()).collect();
    assert_eq!(ids, keys);
    for (id, object) in report.entries() {
        assert!(report.has(id));
        assert_eq!(report.get(id), Some(object));
        assert!(object.timestamp > 1.0e12, "milliseconds since 1970");
        let word = object.member("type").unwrap();
        assert_eq!(word.as_str(), Some(object.r#type.as_str()));
    }
    let all: Vec<&RtcStatsObject> = (&report).into_iter().collect();
    assert_eq!(all.len(), report.len());
    assert!(!report.has("nothing") && report.get("nothing").is_none());
}

// api: RTCStatsType.codec, RTCStatsType.outbound-rtp, RTCStatsType.media-source
// api: RTCStatsType.peer-connection, RTCStatsType.data-channel, RTCStatsType.transport
// api: RTCStatsType.candidate-pair, RTCStatsType.local-candidate, RTCStatsType.remote-candidate
// api: RTCStatsType.certificate, RTCStatsType.inbound-rtp
#[tokio::test]
async fn a_call_has_objects_of_each_type() {
    let call = media().await;
    let (at_a, at_b) = (call.at_a().await, call.at_b().await);
    for kind in [
        RtcStatsType::Codec,
        RtcStatsType::OutboundRtp,
        RtcStatsType::MediaSource,
        RtcStatsType::PeerConnection,
        RtcStatsType::DataChannel,
        RtcStatsType::Transport,
        RtcStatsType::CandidatePair,
        RtcStatsType::LocalCandidate,
        RtcStatsType::RemoteCandidate,
        RtcStatsType::Certificate,
    ] {
        assert!(at_a.of_type(kind).next().is_some(), "{kind}");
    }
    assert_eq!(at_a.of_type(RtcStatsType::InboundRtp).count(), 0);
    assert_eq!(at_b.of_type(RtcStatsType::InboundRtp).count(), 2);
    assert_eq!(at_b.of_type(RtcStatsType::OutboundRtp).count(), 0);
}

// api: RTCStatsReport.entries, RTCStats.id
#[tokio::test]
async fn json_has_the_names_of_the_w3c() {
    let report = media().await.at_a().await;
    let json = report.to_json();
    for (id, object) in report.entries() {
        assert!(json.contains(&format!("\"{id}\":{}", object.to_json())));
    }
    for name in ["packetsSent", "headerBytesSent", "mimeType", "dtlsState"] {
        assert!(json.contains(&format!("\"{name}\":")), "{name}");
    }
}

// api: RTCDataChannelStats.label, RTCDataChannelStats.protocol, RTCDataChannelStats.state
// api: RTCDataChannelStats.dataChannelIdentifier, RTCDataChannelStats.messagesSent
// api: RTCDataChannelStats.bytesSent, RTCDataChannelStats.messagesReceived
// api: RTCDataChannelStats.bytesReceived, RTCPeerConnectionStats.dataChannelsOpened
// api: RTCPeerConnectionStats.dataChannelsClosed
#[tokio::test]
async fn channels_count_their_messages() {
    let call = media().await;
    let (at_a, at_b) = (call.at_a().await, call.at_b().await);
    let (near, far) = (
        only::<RtcDataChannelStats>(&at_a),
        only::<RtcDataChannelStats>(&at_b),
    );
    assert_eq!(near.label.as_deref(), Some("chat"));
    assert_eq!(near.protocol.as_deref(), Some(""));
    assert_eq!(near.state, RtcDataChannelState::Open);
    assert_eq!(near.data_channel_identifier, call.near.id());
    assert_eq!(far.data_channel_identifier, call.near.id());
    assert_eq!((near.messages_sent, near.bytes_sent), (Some(1), Some(5)));
    assert_eq!(
        (far.messages_received, far.bytes_received),
        (Some(1), Some(5))
    );
    let whole = only::<RtcPeerConnectionStats>(&at_a);
    assert_eq!(whole.data_channels_opened, Some(1));
    assert_eq!(whole.data_channels_closed, Some(0));
}

// api: RTCTransportStats.dtlsState, RTCTransportStats.dtlsRole, RTCTransportStats.iceRole
// api: RTCTransportStats.tlsVersion, RTCTransportStats.dtlsCipher, RTCTransportStats.srtpCipher
// api: RTCTransportStats.localCertificateId, RTCTransportStats.remoteCertificateId
// api: RTCCertificateStats.fingerprint, RTCCertificateStats.fingerprintAlgorithm
// api: RTCCertificateStats.base64Certificate
#[tokio::test]
async fn both_ends_agree_on_their_transport_and_certificates() {
    let call = media().await;
    let reports = [call.at_a().await, call.at_b().await];
    let [a, b] = [&reports[0], &reports[1]].map(only::<RtcTransportStats>);
    assert_eq!(a.dtls_state, RtcDtlsTransportState::Connected);
    let roles = [a.ice_role, b.ice_role].map(Option::unwrap);
    assert!(roles.contains(&RtcIceRole::Controlling) && roles.contains(&RtcIceRole::Controlled));
    let roles = [a.dtls_role, b.dtls_role].map(Option::unwrap);
    assert!(roles.contains(&RtcDtlsRole::Client) && roles.contains(&RtcDtlsRole::Server));
    assert!(a.tls_version.is_some() && a.tls_version == b.tls_version);
    assert!(a.dtls_cipher.is_some() && a.dtls_cipher == b.dtls_cipher);
    assert!(a.srtp_cipher.is_some() && a.srtp_cipher == b.srtp_cipher);
    let certificate = |report: &RtcStatsReport, id: Option<String>| {
        let found = report.get_as::<RtcCertificateStats>(&id.unwrap());
        found.unwrap().clone()
    };
    let of_a = certificate(&reports[0], a.local_certificate_id);
    let seen = certificate(&reports[1], b.remote_certificate_id);
    assert_eq!(of_a.fingerprint, seen.fingerprint);
    assert_eq!(of_a.fingerprint_algorithm, "sha-256");
    assert_eq!(of_a.base64_certificate, seen.base64_certificate);
    let description = call.a.pc.local_description().unwrap().sdp;
    assert!(description.contains(&of_a.fingerprint));
}

// api: RTCTransportStats.selectedCandidatePairId, RTCTransportStats.packetsSent
// api: RTCTransportStats.bytesSent, RTCTransportStats.packetsReceived
// api: RTCIceCandidatePairStats.state, RTCIceCandidatePairStats.nominated
// api: RTCIceCandidatePairStats.localCandidateId, RTCIceCandidatePairStats.remoteCandidateId
// api: RTCIceCandidatePairStats.transportId, RTCStatsIceCandidatePairState.succeeded
// api: RTCIceCandidateStats.address, RTCIceCandidateStats.port, RTCIceCandidateStats.protocol
// api: RTCIceCandidatePairStats.availableOutgoingBitrate
#[tokio::test]
async fn a_transport_refers_to_its_pair_and_a_pair_to_its_candidates() {
    let call = media().await;
    let report = call.nominated().await;
    let transport = only::<RtcTransportStats>(&report);
    assert!(transport.packets_sent.unwrap() > 0 && transport.bytes_sent.unwrap() > 0);
    assert!(transport.packets_received.unwrap() > 0);
    let id = transport.selected_candidate_pair_id.clone().unwrap();
    let pair = report.get_as::<RtcIceCandidatePairStats>(&id).unwrap();
    assert_eq!(pair.state, RtcStatsIceCandidatePairState::Succeeded);
    assert_eq!(pair.nominated, Some(true));
    assert_eq!(pair.transport_id, transport.id);
    for id in [&pair.local_candidate_id, &pair.remote_candidate_id] {
        let candidate = report.get_as::<RtcIceCandidateStats>(id).unwrap();
        assert_eq!(candidate.protocol.as_deref(), Some("udp"));
        assert!(candidate.port.is_some());
        assert_eq!(candidate.transport_id, transport.id);
    }
    let estimate = BitrateReport {
        available_outgoing_bitrate: Some(1.5e6),
        ..BitrateReport::default()
    };
    let below = call.senders[0].transport().unwrap();
    call.a.pc.report_bitrate(&below, estimate).unwrap();
    let report = call.at_a().await;
    let pair = report.get_as::<RtcIceCandidatePairStats>(&id).unwrap();
    assert_eq!(pair.available_outgoing_bitrate, Some(1.5e6));
}

// api: RTCSentRtpStreamStats.packetsSent, RTCSentRtpStreamStats.bytesSent
// api: RTCOutboundRtpStreamStats.headerBytesSent, RTCOutboundRtpStreamStats.framesSent
// api: RTCOutboundRtpStreamStats.active, RTCOutboundRtpStreamStats.mid
// api: RTCRtpStreamStats.ssrc, RTCRtpStreamStats.kind, RTCRtpStreamStats.codecId
// api: RTCReceivedRtpStreamStats.packetsReceived, RTCInboundRtpStreamStats.bytesReceived
// api: RTCInboundRtpStreamStats.framesReceived, RTCInboundRtpStreamStats.trackIdentifier
// api: RTCInboundRtpStreamStats.mid, RTCCodecStats.mimeType, RTCCodecStats.clockRate
#[tokio::test]
async fn what_is_received_is_what_was_sent() {
    let call = media().await;
    // What is received is read first: more may be on its way.
    let at_b = call.at_b().await;
    let at_a = call.at_a().await;
    for (index, kind, mime) in [(0, "audio", "audio/"), (1, "video", "video/VP8")] {
        let (sent, got) = (outbound(&at_a, kind), inbound(&at_b, kind));
        assert_eq!((sent.ssrc, &sent.mid), (got.ssrc, &got.mid));
        assert!(got.packets_received.unwrap() >= u64::from(FRAMES));
        assert!(got.packets_received <= sent.packets_sent);
        assert!(got.bytes_received.unwrap() >= 3 * u64::from(FRAMES));
        assert!(got.bytes_received <= sent.bytes_sent);
        assert!(sent.header_bytes_sent.unwrap() > 0);
        assert_eq!(sent.active, Some(true));
        let id = sent.codec_id.clone().unwrap();
        let codec = at_a.get_as::<RtcCodecStats>(&id).unwrap();
        assert!(codec.mime_type.starts_with(mime), "{}", codec.mime_type);
        assert!(codec.clock_rate.is_some());
        assert_eq!(got.track_identifier, call.receivers[index].track().id());
    }
    assert_eq!(outbound(&at_a, "video").frames_sent, Some(FRAMES));
    assert_eq!(inbound(&at_b, "video").frames_received, Some(FRAMES));
}

// api: RTCPeerConnection.getStats, RTCRtpSender.getStats, RTCRtpReceiver.getStats
#[tokio::test]
async fn a_track_its_sender_and_its_receiver_select_the_same() {
    let call = media().await;
    for (track, sender) in [&call.audio, &call.video].into_iter().zip(&call.senders) {
        let by_track = within(call.a.pc.get_stats(Some(track))).await.unwrap();
        let by_sender = within(sender.get_stats()).await.unwrap();
        let stream = only::<RtcOutboundRtpStreamStats>(&by_sender);
        let same = only::<RtcOutboundRtpStreamStats>(&by_track);
        assert_eq!((&stream.id, stream.ssrc), (&same.id, same.ssrc));
        assert_eq!(stream.kind, track.kind().as_str());
        assert!(by_sender.has(stream.transport_id.as_deref().unwrap()));
        assert!(
            by_sender
                .of_type(RtcStatsType::DataChannel)
                .next()
                .is_none()
        );
    }
    for receiver in &call.receivers {
        let track = receiver.track();
        let by_track = within(call.b.pc.get_stats(Some(track))).await.unwrap();
        let by_receiver = within(receiver.get_stats()).await.unwrap();
        let stream = only::<RtcInboundRtpStreamStats>(&by_receiver);
        let same = only::<RtcInboundRtpStreamStats>(&by_track);
        assert_eq!((&stream.id, stream.ssrc), (&same.id, same.ssrc));
        assert_eq!(stream.track_identifier, track.id());
    }
}

// api: RTCPeerConnection.getStats
#[tokio::test]
async fn a_track_of_nobody_is_no_selector() {
    let pc = connection();
    let track = MediaStreamTrack::new(MediaKind::Audio);
    let error = within(pc.get_stats(Some(&track))).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidAccessError);
}

// api: RTCPeerConnection.getStats, RTCPeerConnection.close
#[tokio::test]
async fn a_closed_peer_connection_still_answers() {
    let call = media().await;
    call.a.pc.close();
    let report = call.at_a().await;
    assert_eq!(outbound(&report, "video").frames_sent, Some(FRAMES));
    let told = call.senders[0].report_encode(None, EncodeReport::default());
    assert_eq!(told.unwrap_err().name, RtcErrorName::InvalidStateError);
}

// api: RTCOutboundRtpStreamStats.rid, RTCOutboundRtpStreamStats.encodingIndex
#[tokio::test]
async fn encodings_of_simulcast_have_their_rid_and_index() {
    let (a, b) = (connection(), connection());
    let init = RtcRtpTransceiverInit {
        send_encodings: ["low", "high"]
            .map(RtcRtpEncodingParameters::with_rid)
            .to_vec(),
        ..RtcRtpTransceiverInit::default()
    };
    a.add_transceiver(MediaKind::Video, init).unwrap();
    negotiate(&a, &b).await;
    let report = within(a.get_stats(None)).await.unwrap();
    let found: BTreeSet<_> = report
        .of::<RtcOutboundRtpStreamStats>()
        .map(|stats| (stats.encoding_index, stats.rid.clone()))
        .collect();
    let expected = [(0, "low"), (1, "high")];
    let expected = expected.map(|(index, rid)| (Some(index), Some(String::from(rid))));
    assert_eq!(found, BTreeSet::from(expected));
}

// api: RTCMediaSourceStats.trackIdentifier, RTCMediaSourceStats.kind
// api: RTCOutboundRtpStreamStats.mediaSourceId, RTCVideoSourceStats.width
// api: RTCVideoSourceStats.height, RTCVideoSourceStats.frames
// api: RTCAudioSourceStats.echoReturnLoss, RTCAudioSourceStats.totalSamplesDuration
#[tokio::test]
async fn what_sources_tell_is_in_the_report() {
    let call = media().await;
    let seen = SourceReport {
        frames: Some(99),
        width: Some(1920),
        height: Some(1080),
        frames_per_second: Some(29.5),
        ..SourceReport::default()
    };
    call.a.pc.report_source(&call.video, seen).unwrap();
    let heard = SourceReport {
        total_samples_duration: Some(9.0),
        echo_return_loss: Some(30.0),
        ..SourceReport::default()
    };
    call.a.pc.report_source(&call.audio, heard).unwrap();
    let report = call.at_a().await;
    let video = only::<RtcVideoSourceStats>(&report);
    assert_eq!(video.track_identifier, call.video.id());
    assert_eq!(video.kind, "video");
    assert_eq!((video.width, video.height), (Some(1920), Some(1080)));
    assert_eq!(video.frames, Some(99));
    // A rate is told of a source that is older than a second.
    assert_eq!(video.frames_per_second, None);
    let source = outbound(&report, "video").media_source_id;
    assert_eq!(source.as_ref(), Some(&video.id));
    let audio = only::<RtcAudioSourceStats>(&report);
    assert_eq!(audio.echo_return_loss, Some(30.0));
    assert_eq!(audio.total_samples_duration, Some(9.0));
}

// api: RTCOutboundRtpStreamStats.targetBitrate, RTCOutboundRtpStreamStats.encoderImplementation
// api: RTCOutboundRtpStreamStats.qualityLimitationReason, RTCQualityLimitationReason.cpu
// api: RTCInboundRtpStreamStats.framesDecoded, RTCInboundRtpStreamStats.decoderImplementation
#[tokio::test]
async fn what_encoders_and_decoders_tell_is_in_the_report() {
    let call = media().await;
    let made = EncodeReport {
        target_bitrate: Some(1e6),
        encoder_implementation: Some(String::from("own")),
        quality_limitation_reason: Some(RtcQualityLimitationReason::Cpu),
        ..EncodeReport::default()
    };
    call.senders[1].report_encode(None, made).unwrap();
    let stream = outbound(&call.at_a().await, "video");
    assert_eq!(stream.target_bitrate, Some(1e6));
    assert_eq!(stream.encoder_implementation.as_deref(), Some("own"));
    assert_eq!(
        stream.quality_limitation_reason,
        Some(RtcQualityLimitationReason::Cpu)
    );
    let read = DecodeReport {
        frames_decoded: Some(4),
        decoder_implementation: Some(String::from("theirs")),
        ..DecodeReport::default()
    };
    call.receivers[1].report_decode(read).unwrap();
    let stream = inbound(&call.at_b().await, "video");
    assert_eq!(stream.frames_decoded, Some(4));
    assert_eq!(stream.decoder_implementation.as_deref(), Some("theirs"));
}

// api: RTCStatsType.media-playout, RTCInboundRtpStreamStats.playoutId
// api: RTCAudioPlayoutStats.kind, RTCAudioPlayoutStats.totalSamplesCount
// api: RTCAudioPlayoutStats.totalPlayoutDelay, RTCAudioPlayoutStats.synthesizedSamplesEvents
#[tokio::test]
async fn what_a_device_plays_is_in_the_report() {
    let call = media().await;
    let at_b = call.at_b().await;
    assert_eq!(at_b.of_type(RtcStatsType::MediaPlayout).count(), 0);
    let played = PlayoutReport {
        synthesized_samples_events: Some(2),
        total_playout_delay: Some(70.0),
        total_samples_count: Some(240_000),
        ..PlayoutReport::default()
    };
    let audio = call
        .receivers
        .iter()
        .find(|receiver| receiver.track().kind() == MediaKind::Audio);
    let pc = &call.b.pc;
    pc.report_playout("speaker", &[audio.unwrap()], played)
        .unwrap();
    let at_b = call.at_b().await;
    let playout = only::<RtcAudioPlayoutStats>(&at_b);
    assert_eq!(playout.kind, "audio");
    assert_eq!(playout.synthesized_samples_events, Some(2));
    assert_eq!(playout.total_playout_delay, Some(70.0));
    assert_eq!(playout.total_samples_count, Some(240_000));
    assert_eq!(
        inbound(&at_b, "audio").playout_id.as_ref(),
        Some(&playout.id)
    );
}
