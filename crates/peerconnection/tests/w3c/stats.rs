//! `getStats()` and the dictionaries of webrtc-stats, compared with what the network did.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{FrameTime, OutgoingFrame};
use stonechat_peerconnection::stats::{
    AudioPlayoutStats, AudioSourceStats, BitrateReport, CertificateStats, CodecStats,
    DataChannelStats, DecodeReport, DtlsRole, EncodeReport, IceCandidatePairStats,
    IceCandidateStats, InboundRtpStreamStats, OutboundRtpStreamStats, PeerConnectionStats,
    PlayoutReport, QualityLimitationReason, RemoteInboundRtpStreamStats,
    RemoteOutboundRtpStreamStats, SourceReport, StatsDictionary, StatsIceCandidatePairState,
    StatsReport, StatsSelector, StatsType, TransportStats, Value as Member, VideoSourceStats,
};
use stonechat_peerconnection::{
    Answer, Call, ChannelId, Config, Configuration, ErrorName, IceServer, IceTransportPolicy, Kind,
    ReceiverId, SenderId, Value,
};
use stonechat_rtp::extension::AudioLevel;
use stonechat_testkit::{Link, Loss, Nat, seeds};

use crate::relay_server::{PASSWORD, USERNAME};
use crate::setup::{A, B, Duo, SERVER, SIDES};

const FRAME: Duration = Duration::from_millis(20);

/// Audio and video from A to B and a data channel, all connected.
pub(crate) struct Media {
    pub(crate) duo: Duo,
    audio: SenderId,
    video: SenderId,
    channels: [ChannelId; 2],
    frames: u64,
}

impl Media {
    pub(crate) fn new(seed: u64) -> Self {
        Self::on(Duo::new(seed))
    }

    pub(crate) fn on(mut duo: Duo) -> Self {
        let audio = duo.add_track(A, Kind::Audio, "mic");
        let video = duo.add_track(A, Kind::Video, "camera");
        let channels = duo.connect_with_channel();
        Self {
            duo,
            audio,
            video,
            channels,
            frames: 0,
        }
    }

    /// Sends `count` frames of each, 20 ms apart, and takes what arrives.
    pub(crate) fn play(&mut self, count: u64) {
        for _ in 0..count {
            self.frame(3000);
        }
    }

    fn frame(&mut self, video_octets: usize) {
        let now = self.duo.now();
        let number = self.frames;
        self.frames += 1;
        let time = FrameTime::Media(FRAME * u32::try_from(number).unwrap());
        let level = AudioLevel {
            level: 20,
            voice: true,
        };
        let mut audio = OutgoingFrame::new(Bytes::from(vec![0xfc, 1, 2, 3, 4]), time);
        audio.audio_level = Some(level);
        let pictures = OutgoingFrame::new(picture(number, video_octets), time);
        let _ = self.duo.pc(A).send_frame(now, self.audio, audio);
        let _ = self.duo.pc(A).send_frame(now, self.video, pictures);
        self.duo.run_for(FRAME);
        self.take();
    }

    fn take(&mut self) {
        let now = self.duo.now();
        for receiver in [
            ReceiverId(self.at_b(Kind::Audio)),
            ReceiverId(self.at_b(Kind::Video)),
        ] {
            while self.duo.pc(B).recv_frame(now, receiver).is_some() {}
        }
    }

    fn at_b(&self, kind: Kind) -> u32 {
        let mut views = self.duo.session(B).transceivers().into_iter();
        views.find(|view| view.kind == kind).unwrap().id.0
    }

    /// Lets all that is on its way arrive, reports included.
    pub(crate) fn settle(&mut self) {
        self.duo.run_for(Duration::from_secs(3));
        self.take();
    }

    pub(crate) fn stats(&mut self, side: usize) -> StatsReport {
        report(&mut self.duo, side, StatsSelector::All)
    }
}

/// A key frame of VP8, 64 by 48, then inter frames.
fn picture(number: u64, octets: usize) -> Bytes {
    let mut frame = if number.is_multiple_of(10) {
        vec![0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 64, 0, 48, 0]
    } else {
        vec![0x11, 0x02, 0x00]
    };
    frame.resize(octets, 7);
    Bytes::from(frame)
}

fn report(duo: &mut Duo, side: usize, selector: StatsSelector) -> StatsReport {
    match duo.promised(side, Call::GetStats(selector)) {
        Ok(Value::Stats(report)) => *report,
        other => panic!("{other:?}"),
    }
}

fn refusal(duo: &mut Duo, side: usize, track: &str) -> ErrorName {
    match duo.call(side, Call::GetStats(StatsSelector::Track(track.to_owned()))) {
        Answer::Failed(error) => error.name,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn only<T: StatsDictionary + Clone>(report: &StatsReport) -> T {
    let mut all = report.of::<T>();
    let one = all.next().expect("one").clone();
    assert!(all.next().is_none(), "more than one");
    one
}

pub(crate) fn inbound(report: &StatsReport, kind: &str) -> InboundRtpStreamStats {
    let mut all = report.of::<InboundRtpStreamStats>();
    all.find(|stats| stats.kind == kind).unwrap().clone()
}

pub(crate) fn outbound(report: &StatsReport, kind: &str) -> OutboundRtpStreamStats {
    let mut all = report.of::<OutboundRtpStreamStats>();
    all.find(|stats| stats.kind == kind).unwrap().clone()
}

pub(crate) fn remote_inbound(report: &StatsReport, kind: &str) -> RemoteInboundRtpStreamStats {
    let mut all = report.of::<RemoteInboundRtpStreamStats>();
    all.find(|stats| stats.kind == kind).unwrap().clone()
}

pub(crate) fn remote_outbound(report: &StatsReport, kind: &str) -> RemoteOutboundRtpStreamStats {
    let mut all = report.of::<RemoteOutboundRtpStreamStats>();
    all.find(|stats| stats.kind == kind).unwrap().clone()
}

fn selected(report: &StatsReport) -> IceCandidatePairStats {
    let transport = only::<TransportStats>(report);
    let id = transport.selected_candidate_pair_id.unwrap();
    report.get_as::<IceCandidatePairStats>(&id).unwrap().clone()
}

pub(crate) fn near(value: f64, expected: f64, tolerance: f64) {
    assert!(
        (value - expected).abs() <= tolerance,
        "{value}, not {expected}"
    );
}

fn lossy(seed: u64, loss: f64, delay: Duration) -> Duo {
    let mut duo = Duo::new(seed);
    let bad = Link {
        loss: Loss::Random(loss),
        delay,
        ..Link::default()
    };
    let good = Link::delay(delay);
    let host = duo.hosts[A];
    duo.world.network.set_links(host, bad, good);
    duo
}

// api: RTCPeerConnection.getStats, RTCStatsReport.size, RTCPeerConnectionStats.dataChannelsOpened, RTCPeerConnectionStats.dataChannelsClosed
#[test]
fn a_new_peer_connection_tells_of_itself() {
    let mut duo = Duo::new(1);
    let report = report(&mut duo, A, StatsSelector::All);
    assert_eq!(report.len(), 1);
    let stats = only::<PeerConnectionStats>(&report);
    assert_eq!(stats.data_channels_opened, Some(0));
    assert_eq!(stats.data_channels_closed, Some(0));
}

// api: RTCStats.id, RTCStats.type, RTCStats.timestamp, RTCStatsType.peer-connection
#[test]
fn all_objects_have_id_type_and_timestamp() {
    let mut call = Media::new(2);
    call.play(5);
    let before = call.stats(A);
    for (id, object) in before.entries() {
        assert_eq!(id, object.id);
        assert_eq!(
            object.member("type").unwrap().as_str(),
            Some(object.r#type.as_str())
        );
        assert!(object.timestamp > 1.0e12, "milliseconds since 1970");
    }
    let mut of_type = before.of_type(StatsType::PeerConnection);
    assert_eq!(of_type.next().unwrap().r#type, StatsType::PeerConnection);
    let first = before.of_type(StatsType::Transport).next().unwrap().clone();
    call.duo.run_for(Duration::from_millis(1500));
    let after = call.stats(A);
    near(
        after.get(&first.id).unwrap().timestamp - first.timestamp,
        1500.0,
        0.01,
    );
}

// api: RTCStatsReport.get, RTCStatsReport.has, RTCStatsReport.size, RTCStatsReport.keys, RTCStatsReport.values, RTCStatsReport.entries, RTCStatsReport.forEach
#[test]
fn a_report_is_a_map_of_objects_by_id() {
    let mut call = Media::new(3);
    call.play(3);
    let report = call.stats(A);
    let keys: Vec<_> = report.keys().map(str::to_owned).collect();
    let unique: BTreeSet<_> = keys.iter().collect();
    assert_eq!(unique.len(), report.len(), "each id once");
    assert_eq!(report.values().count(), report.len());
    assert_eq!(report.entries().count(), report.len());
    assert_eq!((&report).into_iter().count(), report.len());
    assert!(!report.is_empty());
    assert!(
        keys.iter()
            .all(|key| report.has(key) && report.get(key).is_some())
    );
    assert!(!report.has("nothing") && report.get("nothing").is_none());
}

// api: RTCStatsReport.keys, RTCStats.id
#[test]
fn the_same_objects_keep_ids_and_order() {
    let mut call = Media::new(4);
    call.play(10);
    call.settle();
    let first: Vec<_> = call.stats(A).keys().map(str::to_owned).collect();
    call.play(2);
    let second: Vec<_> = call.stats(A).keys().map(str::to_owned).collect();
    assert_eq!(first, second);
}

// api: RTCStats.id
#[test]
fn ids_cannot_be_guessed() {
    let ids = |seed| {
        let mut duo = Duo::new(seed);
        let report = report(&mut duo, A, StatsSelector::All);
        report.keys().next().unwrap().to_owned()
    };
    assert_ne!(ids(1), ids(2));
}

// api: RTCStats.id
#[test]
fn the_same_seed_gives_the_same_report() {
    let run = || {
        let mut call = Media::new(5);
        call.play(10);
        call.stats(B)
    };
    assert_eq!(run(), run());
}

// api: RTCStatsReport.has
#[test]
fn references_lead_to_objects_of_the_report() {
    let mut call = Media::new(6);
    call.play(10);
    call.settle();
    for side in SIDES {
        let report = call.stats(side);
        let mut count = 0;
        for object in &report {
            for (name, id) in object.references() {
                assert!(report.has(&id), "{} of {}", name, object.r#type);
                count += 1;
            }
        }
        assert!(count > 10);
    }
}

// api: RTCStats.id, RTCStats.type
#[test]
fn json_has_the_names_of_the_w3c() {
    let mut call = Media::new(7);
    call.play(10);
    call.settle();
    let report = call.stats(B);
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    for object in &report {
        let parsed = &json[&object.id];
        assert_eq!(parsed["id"], object.id.as_str());
        assert_eq!(parsed["type"], object.r#type.as_str());
        let alone: serde_json::Value = serde_json::from_str(&object.to_json()).unwrap();
        assert_eq!(&alone, parsed);
    }
    let stream = inbound(&report, "video");
    assert_eq!(
        json[&stream.id]["framesReceived"],
        stream.frames_received.unwrap()
    );
    assert_eq!(json[&stream.id]["ssrc"], stream.ssrc);
}

// api: RTCStatsType.codec, RTCStatsType.inbound-rtp, RTCStatsType.outbound-rtp, RTCStatsType.remote-inbound-rtp, RTCStatsType.remote-outbound-rtp, RTCStatsType.media-source, RTCStatsType.media-playout, RTCStatsType.data-channel, RTCStatsType.transport, RTCStatsType.candidate-pair, RTCStatsType.local-candidate, RTCStatsType.remote-candidate, RTCStatsType.certificate, RTCStatsType.peer-connection
#[test]
fn the_types_have_their_words() {
    let words = StatsType::ALL.map(StatsType::as_str);
    assert_eq!(
        words,
        [
            "codec",
            "inbound-rtp",
            "outbound-rtp",
            "remote-inbound-rtp",
            "remote-outbound-rtp",
            "media-source",
            "media-playout",
            "peer-connection",
            "data-channel",
            "transport",
            "candidate-pair",
            "local-candidate",
            "remote-candidate",
            "certificate",
        ]
    );
    assert_eq!("codec".parse(), Ok(StatsType::Codec));
}

// api: RTCStatsType.codec, RTCStatsType.inbound-rtp, RTCStatsType.outbound-rtp, RTCStatsType.remote-inbound-rtp, RTCStatsType.remote-outbound-rtp, RTCStatsType.media-source, RTCStatsType.media-playout, RTCStatsType.data-channel, RTCStatsType.transport, RTCStatsType.candidate-pair, RTCStatsType.local-candidate, RTCStatsType.remote-candidate, RTCStatsType.certificate
#[test]
fn a_call_has_objects_of_every_type() {
    let mut call = Media::new(8);
    let receiver = ReceiverId(call.at_b(Kind::Audio));
    call.duo.does(
        B,
        Call::ReportPlayout {
            device: String::from("speaker"),
            receivers: vec![receiver],
            report: Box::default(),
        },
    );
    call.play(10);
    call.settle();
    let reports = [call.stats(A), call.stats(B)];
    for kind in StatsType::ALL {
        let count: usize = reports.iter().map(|it| it.of_type(kind).count()).sum();
        assert!(count > 0, "{kind}");
    }
}

// api: RTCQualityLimitationReason.none, RTCQualityLimitationReason.cpu, RTCQualityLimitationReason.bandwidth, RTCQualityLimitationReason.other
#[test]
fn reasons_of_limitation_have_their_words() {
    let words = QualityLimitationReason::ALL.map(QualityLimitationReason::as_str);
    assert_eq!(words, ["none", "cpu", "bandwidth", "other"]);
}

// api: RTCDtlsRole.client, RTCDtlsRole.server, RTCDtlsRole.unknown
#[test]
fn roles_of_dtls_have_their_words() {
    assert_eq!(
        DtlsRole::ALL.map(DtlsRole::as_str),
        ["client", "server", "unknown"]
    );
}

// api: RTCStatsIceCandidatePairState.frozen, RTCStatsIceCandidatePairState.waiting, RTCStatsIceCandidatePairState.in-progress, RTCStatsIceCandidatePairState.failed, RTCStatsIceCandidatePairState.succeeded
#[test]
fn states_of_pairs_have_their_words() {
    let words = StatsIceCandidatePairState::ALL.map(StatsIceCandidatePairState::as_str);
    assert_eq!(
        words,
        ["frozen", "waiting", "in-progress", "failed", "succeeded"]
    );
}

// api: RTCPeerConnectionStats.dataChannelsOpened, RTCPeerConnectionStats.dataChannelsClosed
#[test]
fn channels_are_counted_when_they_open_and_when_they_leave_that() {
    let mut call = Media::new(10);
    let stats = only::<PeerConnectionStats>(&call.stats(A));
    assert_eq!(stats.data_channels_opened, Some(1));
    assert_eq!(stats.data_channels_closed, Some(0));
    let channel = call.channels[A];
    call.duo.does(A, Call::CloseChannel(channel));
    call.settle();
    for side in SIDES {
        let stats = only::<PeerConnectionStats>(&call.stats(side));
        assert_eq!(stats.data_channels_opened, Some(1));
        assert_eq!(stats.data_channels_closed, Some(1));
    }
}

// api: RTCDataChannelStats.label, RTCDataChannelStats.protocol, RTCDataChannelStats.dataChannelIdentifier, RTCDataChannelStats.state
#[test]
fn a_channel_tells_what_it_is() {
    let mut call = Media::new(11);
    for side in SIDES {
        let stats = only::<DataChannelStats>(&call.stats(side));
        let channel = call.duo.session(side).channel(call.channels[side]).unwrap();
        assert_eq!(stats.label.as_deref(), Some("chat"));
        assert_eq!(stats.protocol.as_deref(), Some(""));
        assert_eq!(stats.data_channel_identifier, channel.init.id);
        assert!(stats.data_channel_identifier.is_some());
        assert_eq!(stats.state, channel.state);
    }
}

// api: RTCDataChannelStats.messagesSent, RTCDataChannelStats.bytesSent, RTCDataChannelStats.messagesReceived, RTCDataChannelStats.bytesReceived
#[test]
fn a_channel_counts_messages_and_octets() {
    let mut call = Media::new(12);
    let [ours, theirs] = call.channels;
    call.duo.send(A, ours, vec![1; 100]);
    call.duo.send(A, ours, vec![2; 50]);
    call.duo.send(B, theirs, vec![3; 7]);
    call.settle();
    let stats = only::<DataChannelStats>(&call.stats(A));
    assert_eq!(
        (stats.messages_sent, stats.bytes_sent),
        (Some(2), Some(150))
    );
    assert_eq!(
        (stats.messages_received, stats.bytes_received),
        (Some(1), Some(7))
    );
    let stats = only::<DataChannelStats>(&call.stats(B));
    assert_eq!((stats.messages_sent, stats.bytes_sent), (Some(1), Some(7)));
    assert_eq!(
        (stats.messages_received, stats.bytes_received),
        (Some(2), Some(150))
    );
}

// api: RTCDataChannelStats.state, RTCDataChannelStats.dataChannelIdentifier
#[test]
fn a_channel_that_waits_is_connecting_and_has_no_stream() {
    let mut duo = Duo::new(13);
    duo.create_channel(A, "later");
    let stats = only::<DataChannelStats>(&report(&mut duo, A, StatsSelector::All));
    assert_eq!(stats.state.as_str(), "connecting");
    assert_eq!(stats.data_channel_identifier, None);
    assert_eq!(stats.messages_sent, Some(0));
}

// api: RTCDataChannelStats.state, RTCDataChannelStats.messagesSent
#[test]
fn a_closed_channel_stays_with_its_counters() {
    let mut call = Media::new(14);
    let channel = call.channels[A];
    call.duo.send(A, channel, vec![1; 10]);
    call.settle();
    let id = only::<DataChannelStats>(&call.stats(A)).id.clone();
    call.duo.does(A, Call::CloseChannel(channel));
    call.settle();
    let report = call.stats(A);
    let stats = report.get_as::<DataChannelStats>(&id).unwrap();
    assert_eq!(stats.state.as_str(), "closed");
    assert_eq!((stats.messages_sent, stats.bytes_sent), (Some(1), Some(10)));
}

// api: RTCDataChannelStats.state
#[test]
fn as_many_closed_channels_stay_as_the_limit_says() {
    let mut config = Config::default();
    config.session.closed_channels = 2;
    let configs = [config, Config::default()];
    let mut duo = Duo::configured(15, configs, Default::default());
    duo.connect_with_channel();
    for number in 0..4 {
        let channel = duo.create_channel(A, &number.to_string());
        duo.wait_open(A, channel);
        duo.does(A, Call::CloseChannel(channel));
        duo.run_for(Duration::from_secs(1));
    }
    let report = report(&mut duo, A, StatsSelector::All);
    let closed = report
        .of::<DataChannelStats>()
        .filter(|stats| stats.state.as_str() == "closed");
    let labels: Vec<_> = closed.map(|stats| stats.label.clone().unwrap()).collect();
    assert_eq!(labels, ["2", "3"]);
}

// api: RTCTransportStats.dtlsState, RTCTransportStats.iceState, RTCTransportStats.iceRole, RTCTransportStats.dtlsRole, RTCTransportStats.iceLocalUsernameFragment, RTCIceRole.controlling, RTCIceRole.controlled
#[test]
fn a_transport_tells_its_states_and_roles() {
    let mut call = Media::new(20);
    let of_a = only::<TransportStats>(&call.stats(A));
    let of_b = only::<TransportStats>(&call.stats(B));
    for stats in [&of_a, &of_b] {
        assert_eq!(stats.dtls_state.as_str(), "connected");
        let ice = stats.ice_state.unwrap().as_str();
        assert!(["connected", "completed"].contains(&ice), "{ice}");
    }
    assert_eq!(of_a.ice_role.unwrap().as_str(), "controlling");
    assert_eq!(of_b.ice_role.unwrap().as_str(), "controlled");
    assert_eq!(of_a.dtls_role, Some(DtlsRole::Server));
    assert_eq!(of_b.dtls_role, Some(DtlsRole::Client));
    let local = call
        .duo
        .session(A)
        .description(stonechat_peerconnection::Which::Local);
    let ufrag = of_a.ice_local_username_fragment.unwrap();
    assert!(
        local
            .unwrap()
            .sdp
            .contains(&format!("a=ice-ufrag:{ufrag}\r\n"))
    );
}

// api: RTCTransportStats.dtlsRole, RTCTransportStats.tlsVersion, RTCTransportStats.dtlsCipher, RTCTransportStats.srtpCipher, RTCTransportStats.remoteCertificateId, RTCTransportStats.selectedCandidatePairId
#[test]
fn what_a_handshake_decides_is_missing_before_it() {
    let mut duo = Duo::new(21);
    duo.create_channel(A, "chat");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let stats = only::<TransportStats>(&report(&mut duo, A, StatsSelector::All));
    assert_eq!(stats.dtls_state.as_str(), "new");
    assert_eq!(stats.dtls_role, Some(DtlsRole::Unknown));
    assert_eq!(stats.tls_version, None);
    assert_eq!(stats.dtls_cipher, None);
    assert_eq!(stats.srtp_cipher, None);
    assert_eq!(stats.remote_certificate_id, None);
    assert_eq!(stats.selected_candidate_pair_id, None);
    assert_eq!(stats.selected_candidate_pair_changes, Some(0));
    assert_eq!(stats.packets_sent, Some(0));
}

// api: RTCTransportStats.tlsVersion, RTCTransportStats.dtlsCipher, RTCTransportStats.srtpCipher
#[test]
fn a_transport_tells_what_the_handshake_agreed_on() {
    let mut call = Media::new(22);
    let stats = only::<TransportStats>(&call.stats(A));
    let version = stats.tls_version.clone().unwrap();
    assert_eq!(version.len(), 4);
    assert!(["FEFD", "FEFC"].contains(&version.as_str()), "{version}");
    assert!(stats.dtls_cipher.clone().unwrap().starts_with("TLS_"));
    assert_eq!(stats.srtp_cipher.as_deref(), Some("SRTP_AEAD_AES_128_GCM"));
}

// api: RTCTransportStats.packetsSent, RTCTransportStats.packetsReceived, RTCTransportStats.bytesSent, RTCTransportStats.bytesReceived
#[test]
fn a_transport_counts_all_packets_but_checks() {
    let mut call = Media::new(23);
    call.play(20);
    call.settle();
    let (at_a, at_b) = (call.stats(A), call.stats(B));
    let (of_a, of_b) = (only::<TransportStats>(&at_a), only::<TransportStats>(&at_b));
    assert!(of_a.bytes_sent > Some(60_000));
    assert_eq!(of_a.packets_sent, of_b.packets_received);
    assert_eq!(of_a.bytes_sent, of_b.bytes_received);
    assert_eq!(of_b.bytes_sent, of_a.bytes_received);
    let pair = selected(&at_a);
    assert_eq!(of_a.packets_sent, pair.packets_sent);
    assert_eq!(of_a.bytes_sent, pair.bytes_sent);
    assert_eq!(of_a.bytes_received, pair.bytes_received);
    // Nothing but checks for a while: nothing is counted.
    call.duo.run_for(Duration::from_secs(2));
    let before = only::<TransportStats>(&call.stats(A)).packets_sent;
    let checks = selected(&call.stats(A)).consent_requests_sent;
    call.duo.run_for(Duration::from_secs(12));
    let after = selected(&call.stats(A)).consent_requests_sent;
    assert!(after > checks);
    let sent = only::<TransportStats>(&call.stats(A)).packets_sent.unwrap() - before.unwrap();
    assert!(sent <= 8, "heartbeats and reports alone, {sent}");
}

// api: RTCTransportStats.selectedCandidatePairId, RTCTransportStats.selectedCandidatePairChanges
#[test]
fn a_transport_refers_to_the_pair_in_use_and_counts_changes() {
    let mut call = Media::new(24);
    let report = call.stats(A);
    let stats = only::<TransportStats>(&report);
    assert!(stats.selected_candidate_pair_changes >= Some(1));
    let pair = selected(&report);
    assert_eq!(pair.state, StatsIceCandidatePairState::Succeeded);
    assert_eq!(pair.nominated, Some(true));
}

// api: RTCTransportStats.localCertificateId, RTCTransportStats.remoteCertificateId, RTCCertificateStats.fingerprint, RTCCertificateStats.fingerprintAlgorithm, RTCCertificateStats.base64Certificate
#[test]
fn certificates_are_those_of_the_descriptions() {
    let mut call = Media::new(25);
    let (at_a, at_b) = (call.stats(A), call.stats(B));
    let get = |report: &StatsReport, id: Option<String>| {
        report
            .get_as::<CertificateStats>(&id.unwrap())
            .unwrap()
            .clone()
    };
    let transport = only::<TransportStats>(&at_a);
    let local = get(&at_a, transport.local_certificate_id.clone());
    let remote = get(&at_a, transport.remote_certificate_id);
    let transport = only::<TransportStats>(&at_b);
    let theirs = get(&at_b, transport.local_certificate_id);
    assert_eq!(remote.fingerprint, theirs.fingerprint);
    assert_eq!(remote.base64_certificate, theirs.base64_certificate);
    assert_eq!(local.fingerprint_algorithm, "sha-256");
    assert_eq!(local.fingerprint.len(), 32 * 3 - 1);
    let sdp = call
        .duo
        .session(A)
        .description(stonechat_peerconnection::Which::Local);
    let line = format!("a=fingerprint:sha-256 {}", local.fingerprint);
    assert!(sdp.unwrap().sdp.contains(&line));
    assert_eq!(local.base64_certificate.len() % 4, 0);
    assert!(local.base64_certificate.starts_with("MII"), "DER");
    assert_eq!(local.issuer_certificate_id, None, "it signed itself");
    assert_eq!(at_a.of_type(StatsType::Certificate).count(), 2);
}

// api: RTCIceCandidateStats.transportId, RTCIceCandidateStats.port, RTCIceCandidateStats.protocol, RTCIceCandidateStats.candidateType, RTCIceCandidateStats.priority, RTCIceCandidateStats.foundation, RTCIceCandidateStats.usernameFragment, RTCIceCandidateStats.address, RTCIceCandidateType.host
#[test]
fn candidates_tell_what_their_lines_tell() {
    let mut call = Media::new(26);
    let report = call.stats(A);
    let transport = only::<TransportStats>(&report);
    let sdp = call
        .duo
        .session(A)
        .description(stonechat_peerconnection::Which::Local)
        .unwrap()
        .sdp;
    let mut count = 0;
    for object in report.of_type(StatsType::LocalCandidate) {
        let stats = report.get_as::<IceCandidateStats>(&object.id).unwrap();
        if stats.candidate_type.as_str() != "host" {
            continue;
        }
        count += 1;
        assert_eq!(stats.transport_id, transport.id);
        assert_eq!(stats.protocol.as_deref(), Some("udp"));
        assert_eq!(
            stats.username_fragment,
            transport.ice_local_username_fragment
        );
        let line = format!(
            "a=candidate:{} 1 udp {} {} {} typ host",
            stats.foundation.as_deref().unwrap(),
            stats.priority.unwrap(),
            stats.address.as_deref().unwrap(),
            stats.port.unwrap(),
        );
        assert!(sdp.contains(&line), "{line}");
        assert_eq!(stats.related_address, None);
        assert_eq!(stats.related_port, None);
        assert_eq!(stats.url, None);
        assert_eq!(stats.relay_protocol, None);
        assert_eq!(stats.tcp_type, None);
    }
    assert!(count > 0);
}

// api: RTCIceCandidateStats.address, RTCIceCandidateStats.port, RTCIceCandidateStats.usernameFragment
#[test]
fn remote_candidates_are_those_that_were_added() {
    let mut call = Media::new(27);
    let (at_a, at_b) = (call.stats(A), call.stats(B));
    let told: BTreeSet<_> = at_b
        .of_type(StatsType::LocalCandidate)
        .filter_map(|object| at_b.get_as::<IceCandidateStats>(&object.id))
        .filter(|stats| stats.candidate_type.as_str() == "host")
        .map(|stats| (stats.address.clone(), stats.port))
        .collect();
    let known: BTreeSet<_> = at_a
        .of_type(StatsType::RemoteCandidate)
        .filter_map(|object| at_a.get_as::<IceCandidateStats>(&object.id))
        .filter(|stats| stats.candidate_type.as_str() == "host")
        .map(|stats| (stats.address.clone(), stats.port))
        .collect();
    assert_eq!(told, known);
}

fn servers(policy: IceTransportPolicy) -> Configuration {
    Configuration {
        ice_servers: vec![IceServer {
            urls: vec![format!("stun:{SERVER}"), format!("turn:{SERVER}")],
            username: Some(USERNAME.to_owned()),
            credential: Some(PASSWORD.to_owned()),
        }],
        ice_transport_policy: policy,
        ..Configuration::default()
    }
}

fn behind(seed: u64, policy: IceTransportPolicy) -> Duo {
    let link = Link::delay(Duration::from_millis(5));
    let nats = [Nat::full_cone(), Nat::full_cone()];
    let mut duo = Duo::behind(seed, nats, &link, [servers(policy), servers(policy)]);
    duo.connect_with_channel();
    duo
}

fn candidates(report: &StatsReport, kind: StatsType, of: &str) -> Vec<IceCandidateStats> {
    report
        .of_type(kind)
        .filter_map(|object| report.get_as::<IceCandidateStats>(&object.id))
        .filter(|stats| stats.candidate_type.as_str() == of)
        .cloned()
        .collect()
}

// api: RTCIceCandidateStats.url, RTCIceCandidateStats.relatedAddress, RTCIceCandidateStats.relatedPort, RTCIceCandidateType.srflx
#[test]
fn a_reflexive_candidate_tells_its_server_and_base() {
    let mut duo = behind(28, IceTransportPolicy::All);
    let report = report(&mut duo, A, StatsSelector::All);
    let found = candidates(&report, StatsType::LocalCandidate, "srflx");
    let stats = found.first().expect("one");
    assert_eq!(stats.address.as_deref(), Some("198.51.100.1"));
    assert!(stats.url.as_deref().unwrap().contains(SERVER));
    assert!(stats.related_address.is_some() && stats.related_port.is_some());
    assert_eq!(stats.relay_protocol, None);
}

// api: RTCIceCandidateStats.relayProtocol, RTCIceCandidateStats.url, RTCIceCandidateStats.address, RTCIceServerTransportProtocol.udp, RTCIceCandidateType.relay
#[test]
fn a_relayed_candidate_tells_its_server_and_how_it_is_spoken_to() {
    let mut duo = behind(29, IceTransportPolicy::Relay);
    let report_a = report(&mut duo, A, StatsSelector::All);
    let found = candidates(&report_a, StatsType::LocalCandidate, "relay");
    let stats = found.first().expect("one");
    assert_eq!(stats.address.as_deref(), Some(SERVER));
    assert_eq!(stats.relay_protocol.unwrap().as_str(), "udp");
    assert!(stats.url.as_deref().unwrap().starts_with("turn:"));
    let theirs = candidates(&report_a, StatsType::RemoteCandidate, "relay");
    assert!(!theirs.is_empty());
    for stats in theirs {
        assert_eq!(stats.url, None, "of the peer's nothing is known");
        assert_eq!(stats.relay_protocol, None);
    }
    let pair = selected(&report_a);
    let local = report_a
        .get_as::<IceCandidateStats>(&pair.local_candidate_id)
        .unwrap();
    assert_eq!(local.candidate_type.as_str(), "relay");
}

// api: RTCIceCandidateStats.address, RTCIceCandidateType.prflx
#[test]
fn an_address_that_signalling_did_not_tell_is_null() {
    let mut duo = Duo::new(30);
    duo.create_channel(A, "chat");
    duo.trickles = false;
    // A hears of no candidate of B, B of all of A.
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    duo.run_for(Duration::from_secs(1));
    let whole = duo
        .session(A)
        .description(stonechat_peerconnection::Which::Local)
        .unwrap();
    duo.set_remote(B, &whole);
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    duo.set_remote(A, &answer);
    duo.connect();
    let report = report(&mut duo, A, StatsSelector::All);
    let learned = candidates(&report, StatsType::RemoteCandidate, "prflx");
    let stats = learned.first().expect("one");
    assert_eq!(stats.address, None);
    assert!(stats.port.is_some());
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert!(json[&stats.id].as_object().unwrap()["address"].is_null());
}

// api: RTCIceCandidatePairStats.transportId, RTCIceCandidatePairStats.localCandidateId, RTCIceCandidatePairStats.remoteCandidateId, RTCIceCandidatePairStats.state, RTCIceCandidatePairStats.nominated
#[test]
fn a_pair_joins_candidates_of_its_transport() {
    let mut call = Media::new(31);
    let report = call.stats(A);
    let transport = only::<TransportStats>(&report);
    for pair in report.of::<IceCandidatePairStats>() {
        assert_eq!(pair.transport_id, transport.id);
        let local = report.get(&pair.local_candidate_id).unwrap();
        let remote = report.get(&pair.remote_candidate_id).unwrap();
        assert_eq!(local.r#type, StatsType::LocalCandidate);
        assert_eq!(remote.r#type, StatsType::RemoteCandidate);
    }
}

// api: RTCIceCandidatePairStats.currentRoundTripTime, RTCIceCandidatePairStats.totalRoundTripTime, RTCIceCandidatePairStats.responsesReceived
#[test]
fn a_pair_measures_the_round_trip_of_the_network() {
    let mut duo = Duo::new(32);
    for host in duo.hosts {
        let link = Link::delay(Duration::from_millis(25));
        duo.world.network.set_links(host, link.clone(), link);
    }
    duo.connect_with_channel();
    duo.run_for(Duration::from_secs(20));
    let pair = selected(&report(&mut duo, A, StatsSelector::All));
    near(pair.current_round_trip_time.unwrap(), 0.1, 0.002);
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let responses = pair.responses_received.unwrap() as f64;
    near(pair.total_round_trip_time.unwrap() / responses, 0.1, 0.01);
}

// api: RTCIceCandidatePairStats.requestsSent, RTCIceCandidatePairStats.requestsReceived, RTCIceCandidatePairStats.responsesSent, RTCIceCandidatePairStats.consentRequestsSent
#[test]
fn a_pair_counts_checks_of_both_ends() {
    let mut duo = Duo::new(33);
    duo.connect_with_channel();
    duo.run_for(Duration::from_secs(30));
    let of_a = selected(&report(&mut duo, A, StatsSelector::All));
    let of_b = selected(&report(&mut duo, B, StatsSelector::All));
    for (ours, theirs) in [(&of_a, &of_b), (&of_b, &of_a)] {
        assert!(ours.requests_sent >= Some(1));
        assert!(ours.consent_requests_sent >= Some(3));
        let sent = ours.requests_sent.unwrap() + ours.consent_requests_sent.unwrap();
        assert!(theirs.requests_received.unwrap() >= sent - 1);
        assert_eq!(theirs.responses_sent, theirs.requests_received);
        assert!(ours.responses_received > Some(0));
    }
}

// api: RTCIceCandidatePairStats.packetsSent, RTCIceCandidatePairStats.bytesSent, RTCIceCandidatePairStats.packetsReceived, RTCIceCandidatePairStats.bytesReceived, RTCIceCandidatePairStats.lastPacketSentTimestamp, RTCIceCandidatePairStats.lastPacketReceivedTimestamp
#[test]
fn a_pair_counts_packets_and_when_the_last_went() {
    let mut call = Media::new(34);
    call.play(5);
    let at = call.duo.now();
    let channel = call.channels[A];
    call.duo.send(A, channel, vec![9; 10]);
    call.duo.flush();
    let report = call.stats(A);
    let pair = selected(&report);
    let wall = crate::setup::env(34, A).wall_at(at);
    let wall = wall
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
        * 1000.0;
    near(pair.last_packet_sent_timestamp.unwrap(), wall, 0.01);
    assert!(pair.last_packet_received_timestamp.unwrap() <= wall);
    assert!(pair.packets_sent > Some(0) && pair.packets_received > Some(0));
    assert!(pair.bytes_sent > pair.bytes_received);
    let other = selected(&call.stats(B));
    assert!(other.bytes_received <= pair.bytes_sent);
}

// api: RTCIceCandidatePairStats.packetsDiscardedOnSend, RTCIceCandidatePairStats.bytesDiscardedOnSend
#[test]
fn packets_that_a_socket_refused_are_counted() {
    let mut duo = Duo::new(35);
    duo.connect_with_channel();
    let before = selected(&report(&mut duo, A, StatsSelector::All));
    assert_eq!(before.packets_discarded_on_send, Some(0));
    assert_eq!(before.bytes_discarded_on_send, Some(0));
    let now = duo.now();
    let path = duo.pc(A).connection().send_paths().next().unwrap();
    duo.pc(A).handle_discarded(now, &path, 3, 3000);
    let after = selected(&report(&mut duo, A, StatsSelector::All));
    assert_eq!(after.packets_discarded_on_send, Some(3));
    assert_eq!(after.bytes_discarded_on_send, Some(3000));
}

// api: RTCIceCandidatePairStats.availableOutgoingBitrate, RTCIceCandidatePairStats.availableIncomingBitrate
#[test]
fn estimates_of_the_application_are_those_of_the_pair_in_use() {
    let mut duo = Duo::new(36);
    duo.connect_with_channel();
    let pair = selected(&report(&mut duo, A, StatsSelector::All));
    assert_eq!(
        pair.available_outgoing_bitrate, None,
        "nothing is estimated"
    );
    assert_eq!(pair.available_incoming_bitrate, None);
    let transport = duo.session(A).transports()[0];
    let told = BitrateReport {
        available_outgoing_bitrate: Some(1.5e6),
        available_incoming_bitrate: Some(2.5e6),
    };
    duo.does(A, Call::ReportBitrate(transport, told));
    let report = report(&mut duo, A, StatsSelector::All);
    let pair = selected(&report);
    assert_eq!(pair.available_outgoing_bitrate, Some(1.5e6));
    assert_eq!(pair.available_incoming_bitrate, Some(2.5e6));
    for other in report
        .of::<IceCandidatePairStats>()
        .filter(|it| it.id != pair.id)
    {
        assert_eq!(other.available_outgoing_bitrate, None);
    }
}

// api: RTCStatsType.candidate-pair, RTCStatsType.local-candidate, RTCTransportStats.selectedCandidatePairChanges
#[test]
fn a_restart_deletes_pairs_and_candidates_of_the_generation_before() {
    let mut call = Media::new(37);
    let before = call.stats(A);
    let old = selected(&before);
    let changes = only::<TransportStats>(&before).selected_candidate_pair_changes;
    call.duo.does(A, Call::RestartIce);
    let offer = call.duo.create_offer(A);
    call.duo.set_local(A, &offer);
    let during = call.stats(A);
    let transport = only::<TransportStats>(&during);
    assert_eq!(transport.selected_candidate_pair_id, Some(old.id.clone()));
    assert!(during.has(&old.local_candidate_id) && during.has(&old.remote_candidate_id));
    call.duo.set_remote(B, &offer);
    call.duo.answer_from(B);
    call.duo.run_for(Duration::from_secs(10));
    let after = call.stats(A);
    assert!(!after.has(&old.id));
    assert!(!after.has(&old.local_candidate_id) && !after.has(&old.remote_candidate_id));
    let transport = only::<TransportStats>(&after);
    assert!(transport.selected_candidate_pair_changes > changes);
    assert_eq!(
        transport.id,
        only::<TransportStats>(&before).id,
        "the transport is the same"
    );
}

// api: RTCCodecStats.payloadType, RTCCodecStats.transportId, RTCCodecStats.mimeType, RTCCodecStats.clockRate, RTCCodecStats.channels, RTCCodecStats.sdpFmtpLine, RTCRtpStreamStats.codecId
#[test]
fn codecs_are_those_of_the_streams() {
    let mut call = Media::new(40);
    call.play(5);
    let report = call.stats(A);
    let transport = only::<TransportStats>(&report);
    let codec = |kind| {
        let id = outbound(&report, kind).codec_id.clone().unwrap();
        report.get_as::<CodecStats>(&id).unwrap().clone()
    };
    let (audio, video) = (codec("audio"), codec("video"));
    assert_eq!(audio.mime_type, "audio/opus");
    assert_eq!(audio.clock_rate, Some(48_000));
    assert_eq!(audio.channels, Some(2));
    assert!(audio.sdp_fmtp_line.is_some());
    assert_eq!(video.mime_type, "video/VP8");
    assert_eq!(video.clock_rate, Some(90_000));
    assert_eq!(video.channels, None);
    assert_eq!(video.sdp_fmtp_line, None);
    let view = call.duo.session(A).transceivers();
    assert_eq!(
        audio.payload_type,
        u32::from(view[0].send_codecs[0].payload_type)
    );
    assert_eq!(audio.transport_id, transport.id);
    assert_eq!(
        report.of_type(StatsType::Codec).count(),
        2,
        "only those in use"
    );
}

// api: RTCStatsType.codec
#[test]
fn without_streams_there_are_no_codecs() {
    let mut duo = Duo::new(41);
    duo.connect_with_channel();
    let report = report(&mut duo, A, StatsSelector::All);
    assert_eq!(report.of_type(StatsType::Codec).count(), 0);
    assert_eq!(report.of_type(StatsType::OutboundRtp).count(), 0);
    assert_eq!(report.of_type(StatsType::InboundRtp).count(), 0);
}

// api: RTCRtpStreamStats.ssrc, RTCRtpStreamStats.kind, RTCRtpStreamStats.transportId, RTCRtpStreamStats.codecId
#[test]
fn both_ends_of_a_stream_name_the_same_source() {
    let mut call = Media::new(42);
    call.play(10);
    call.settle();
    let (at_a, at_b) = (call.stats(A), call.stats(B));
    for kind in ["audio", "video"] {
        let (sent, got) = (outbound(&at_a, kind), inbound(&at_b, kind));
        assert_eq!(sent.ssrc, got.ssrc);
        assert_eq!(remote_inbound(&at_a, kind).ssrc, sent.ssrc);
        assert_eq!(remote_outbound(&at_b, kind).ssrc, sent.ssrc);
        assert_eq!(sent.kind, kind);
        assert!(at_a.has(sent.transport_id.as_deref().unwrap()));
        assert!(at_b.has(got.codec_id.as_deref().unwrap()));
    }
}

// api: RTCStatsType.outbound-rtp, RTCStatsType.inbound-rtp
#[test]
fn an_inbound_stream_begins_with_its_first_packet_and_an_outbound_one_with_the_answer() {
    let mut duo = Duo::new(43);
    duo.add_track(A, Kind::Audio, "mic");
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    let before = report(&mut duo, A, StatsSelector::All);
    assert_eq!(before.of_type(StatsType::OutboundRtp).count(), 0);
    duo.set_remote(B, &offer);
    duo.answer_from(B);
    let after = report(&mut duo, A, StatsSelector::All);
    assert_eq!(after.of_type(StatsType::OutboundRtp).count(), 1);
    duo.connect();
    let at_b = report(&mut duo, B, StatsSelector::All);
    assert_eq!(at_b.of_type(StatsType::InboundRtp).count(), 0);
}

// api: RTCSentRtpStreamStats.packetsSent, RTCSentRtpStreamStats.bytesSent, RTCOutboundRtpStreamStats.headerBytesSent, RTCInboundRtpStreamStats.bytesReceived, RTCInboundRtpStreamStats.headerBytesReceived, RTCReceivedRtpStreamStats.packetsReceived
#[test]
fn what_is_sent_is_what_is_received() {
    let mut call = Media::new(44);
    call.play(20);
    call.settle();
    let (at_a, at_b) = (call.stats(A), call.stats(B));
    for kind in ["audio", "video"] {
        let (sent, got) = (outbound(&at_a, kind), inbound(&at_b, kind));
        assert_eq!(sent.packets_sent, got.packets_received);
        assert_eq!(sent.bytes_sent, got.bytes_received);
        assert_eq!(sent.header_bytes_sent, got.header_bytes_received);
    }
    let audio = outbound(&at_a, "audio");
    assert_eq!(audio.packets_sent, Some(20));
    assert_eq!(audio.bytes_sent, Some(100));
    assert!(audio.header_bytes_sent >= Some(20 * 12));
}

// api: RTCReceivedRtpStreamStats.packetsLost, RTCRemoteInboundRtpStreamStats.fractionLost, RTCRemoteInboundRtpStreamStats.localId, RTCOutboundRtpStreamStats.remoteId
#[test]
fn losses_of_the_network_are_told_by_both_ends() {
    let mut call = Media::new(45);
    call.play(20);
    let host = call.duo.hosts[A];
    let bad = Link {
        loss: Loss::Random(0.3),
        delay: Duration::from_millis(5),
        ..Link::default()
    };
    let good = Link::delay(Duration::from_millis(5));
    call.duo.world.network.set_links(host, bad, good.clone());
    call.play(60);
    call.duo.world.network.set_links(host, good.clone(), good);
    call.play(60);
    call.duo.run_for(Duration::from_secs(3));
    let (at_a, at_b) = (call.stats(A), call.stats(B));
    let (sent, got) = (outbound(&at_a, "audio"), inbound(&at_b, "audio"));
    let lost = got.packets_lost.unwrap();
    assert!((5..40).contains(&lost), "{lost}");
    let missing = sent.packets_sent.unwrap() - got.packets_received.unwrap();
    assert_eq!(u64::try_from(lost).unwrap(), missing);
    let told = remote_inbound(&at_a, "audio");
    assert_eq!(told.packets_lost, Some(lost));
    assert!(
        told.fraction_lost
            .is_some_and(|lost| (0.0..1.0).contains(&lost))
    );
    assert_eq!(told.local_id, Some(sent.id.clone()));
    assert_eq!(sent.remote_id, Some(told.id.clone()));
    assert_eq!(told.packets_received, got.packets_received);
}

// api: RTCReceivedRtpStreamStats.jitter
#[test]
fn jitter_is_what_the_link_adds() {
    let mut call = Media::new(46);
    call.play(20);
    near(inbound(&call.stats(B), "audio").jitter.unwrap(), 0.0, 0.001);
    let host = call.duo.hosts[A];
    let link = Link {
        jitter: Duration::from_millis(12),
        delay: Duration::from_millis(5),
        ..Link::default()
    };
    call.duo
        .world
        .network
        .set_links(host, link, Link::delay(Duration::from_millis(5)));
    call.play(100);
    call.settle();
    let jitter = inbound(&call.stats(B), "audio").jitter.unwrap();
    assert!((0.001..0.012).contains(&jitter), "{jitter}");
    let told = remote_inbound(&call.stats(A), "audio").jitter.unwrap();
    assert!(told > 0.0005, "{told}");
}

// api: RTCRemoteInboundRtpStreamStats.roundTripTime, RTCRemoteInboundRtpStreamStats.totalRoundTripTime, RTCRemoteInboundRtpStreamStats.roundTripTimeMeasurements
#[test]
fn reports_measure_the_round_trip_of_the_network() {
    let mut duo = Duo::new(47);
    for host in duo.hosts {
        let link = Link::delay(Duration::from_millis(30));
        duo.world.network.set_links(host, link.clone(), link);
    }
    let mut call = Media::on(duo);
    call.play(300);
    let told = remote_inbound(&call.stats(A), "audio");
    near(told.round_trip_time.unwrap(), 0.12, 0.005);
    let count = told.round_trip_time_measurements.unwrap();
    assert!(count >= 2);
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let mean = told.total_round_trip_time.unwrap() / count as f64;
    near(mean, 0.12, 0.005);
}

// api: RTCStats.timestamp, RTCRemoteOutboundRtpStreamStats.remoteTimestamp, RTCRemoteOutboundRtpStreamStats.reportsSent, RTCRemoteOutboundRtpStreamStats.localId, RTCInboundRtpStreamStats.remoteId
#[test]
fn what_the_peer_reported_has_the_time_of_its_report() {
    let mut call = Media::new(48);
    call.play(150);
    let report = call.stats(B);
    let told = remote_outbound(&report, "video");
    let stream = inbound(&report, "video");
    assert_eq!(told.local_id, Some(stream.id.clone()));
    assert_eq!(stream.remote_id, Some(told.id.clone()));
    assert!(told.reports_sent >= Some(1));
    assert!(told.timestamp < stream.timestamp);
    // One way takes 10 ms, and both clocks are the same.
    near(told.timestamp - told.remote_timestamp.unwrap(), 10.0, 1.0);
    let at_a = call.stats(A);
    assert!(remote_inbound(&at_a, "video").timestamp <= outbound(&at_a, "video").timestamp);
}

// api: RTCSentRtpStreamStats.packetsSent, RTCSentRtpStreamStats.bytesSent, RTCStatsType.remote-outbound-rtp
#[test]
fn sender_reports_tell_what_was_sent() {
    let mut call = Media::new(49);
    call.play(20);
    call.settle();
    let told = remote_outbound(&call.stats(B), "audio");
    assert_eq!(told.packets_sent, Some(20));
    assert_eq!(told.bytes_sent, Some(100));
}

// api: RTCOutboundRtpStreamStats.framesSent, RTCOutboundRtpStreamStats.framesEncoded, RTCOutboundRtpStreamStats.keyFramesEncoded, RTCOutboundRtpStreamStats.frameWidth, RTCOutboundRtpStreamStats.frameHeight, RTCOutboundRtpStreamStats.framesPerSecond, RTCInboundRtpStreamStats.framesReceived, RTCInboundRtpStreamStats.frameWidth, RTCInboundRtpStreamStats.frameHeight, RTCInboundRtpStreamStats.framesPerSecond
#[test]
fn frames_are_counted_and_their_size_is_read() {
    let mut call = Media::new(50);
    let before = outbound(&call.stats(A), "video");
    assert_eq!(before.frame_width, None, "no frame was there");
    assert_eq!(before.frames_encoded, Some(0));
    call.play(60);
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(sent.frames_sent, Some(60));
    assert_eq!(sent.frames_encoded, Some(60));
    assert_eq!(sent.key_frames_encoded, Some(6));
    assert_eq!((sent.frame_width, sent.frame_height), (Some(64), Some(48)));
    near(sent.frames_per_second.unwrap(), 50.0, 1.0);
    let got = inbound(&call.stats(B), "video");
    near(got.frames_per_second.unwrap(), 50.0, 1.0);
    call.settle();
    let got = inbound(&call.stats(B), "video");
    assert_eq!(got.frames_received, Some(60));
    assert_eq!((got.frame_width, got.frame_height), (Some(64), Some(48)));
    assert_eq!(
        got.frames_per_second,
        Some(0.0),
        "nothing came for a second"
    );
}

// api: RTCInboundRtpStreamStats.framesAssembledFromMultiplePackets, RTCInboundRtpStreamStats.totalAssemblyTime
#[test]
fn frames_of_many_packets_tell_how_long_they_took() {
    let mut call = Media::new(51);
    for _ in 0..10 {
        call.frame(200);
    }
    let got = inbound(&call.stats(B), "video");
    assert_eq!(got.frames_assembled_from_multiple_packets, Some(0));
    assert_eq!(got.total_assembly_time, Some(0.0));
    let host = call.duo.hosts[A];
    let slow = Link {
        rate: Some(2_000_000),
        delay: Duration::from_millis(5),
        ..Link::default()
    };
    let back = Link::delay(Duration::from_millis(5));
    call.duo.world.network.set_links(host, slow, back);
    for _ in 0..10 {
        call.frame(3000);
    }
    call.settle();
    let got = inbound(&call.stats(B), "video");
    assert_eq!(got.frames_assembled_from_multiple_packets, Some(10));
    // Two more packets of about 1,000 octets at 2 Mbit/s.
    let mean = got.total_assembly_time.unwrap() / 10.0;
    assert!((0.004..0.014).contains(&mean), "{mean}");
}

// api: RTCInboundRtpStreamStats.trackIdentifier, RTCInboundRtpStreamStats.mid, RTCOutboundRtpStreamStats.mid, RTCInboundRtpStreamStats.lastPacketReceivedTimestamp
#[test]
fn streams_name_their_track_and_section() {
    let mut call = Media::new(52);
    call.play(5);
    let report = call.stats(B);
    let got = inbound(&report, "video");
    let views = call.duo.session(B).transceivers();
    let view = views.iter().find(|view| view.kind == Kind::Video).unwrap();
    assert_eq!(got.track_identifier, view.receiver_track);
    assert_eq!(got.mid, view.mid);
    assert_eq!(outbound(&call.stats(A), "video").mid, view.mid);
    let last = got.last_packet_received_timestamp.unwrap();
    assert!(got.timestamp - last < 25.0, "{last}");
}

// api: RTCOutboundRtpStreamStats.retransmittedPacketsSent, RTCOutboundRtpStreamStats.retransmittedBytesSent, RTCOutboundRtpStreamStats.rtxSsrc, RTCOutboundRtpStreamStats.nackCount, RTCInboundRtpStreamStats.retransmittedPacketsReceived, RTCInboundRtpStreamStats.retransmittedBytesReceived, RTCInboundRtpStreamStats.rtxSsrc, RTCInboundRtpStreamStats.nackCount
#[test]
fn losses_of_video_are_asked_for_and_sent_again() {
    let mut call = Media::on(lossy(53, 0.0, Duration::from_millis(5)));
    call.play(10);
    let host = call.duo.hosts[A];
    let bad = Link {
        loss: Loss::Random(0.1),
        delay: Duration::from_millis(5),
        ..Link::default()
    };
    let good = Link::delay(Duration::from_millis(5));
    call.duo.world.network.set_links(host, bad, good.clone());
    call.play(60);
    call.duo.world.network.set_links(host, good.clone(), good);
    call.play(20);
    call.settle();
    let (at_a, at_b) = (call.stats(A), call.stats(B));
    let (sent, got) = (outbound(&at_a, "video"), inbound(&at_b, "video"));
    assert!(got.nack_count > Some(0));
    assert!(sent.nack_count > Some(0) && sent.nack_count <= got.nack_count);
    assert!(sent.retransmitted_packets_sent > Some(0));
    assert!(sent.retransmitted_bytes_sent > Some(1000));
    assert!(got.retransmitted_packets_received > Some(0));
    assert!(got.retransmitted_packets_received <= sent.retransmitted_packets_sent);
    assert!(got.retransmitted_bytes_received <= sent.retransmitted_bytes_sent);
    assert!(sent.rtx_ssrc.is_some());
    assert_eq!(sent.rtx_ssrc, got.rtx_ssrc);
    assert_ne!(sent.rtx_ssrc, Some(sent.ssrc));
    // Retransmissions are part of all.
    assert!(sent.packets_sent > sent.retransmitted_packets_sent);
    let audio = inbound(&at_b, "audio");
    assert_eq!(audio.retransmitted_packets_received, None, "not negotiated");
    assert_eq!(audio.rtx_ssrc, None);
}

// api: RTCInboundRtpStreamStats.pliCount, RTCOutboundRtpStreamStats.pliCount, RTCInboundRtpStreamStats.firCount, RTCOutboundRtpStreamStats.firCount
#[test]
fn requests_for_key_frames_are_counted_at_both_ends() {
    let mut call = Media::new(54);
    call.play(5);
    let receiver = ReceiverId(call.at_b(Kind::Video));
    let before = inbound(&call.stats(B), "video").pli_count.unwrap();
    call.duo.does(B, Call::RequestKeyFrame(receiver));
    call.duo.run_for(Duration::from_millis(100));
    let got = inbound(&call.stats(B), "video");
    assert_eq!(got.pli_count, Some(before + 1));
    assert_eq!(got.fir_count, Some(0), "the other way was agreed on");
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(sent.pli_count, got.pli_count);
    assert_eq!(sent.fir_count, Some(0));
}

// api: RTCOutboundRtpStreamStats.totalPacketSendDelay
#[test]
fn packets_that_wait_for_their_pace_are_delayed() {
    let mut config = Config::default();
    config.connection.media.pacing_rate = Some(1_000_000);
    config.connection.media.pacing_burst = 1200;
    let configs = [config, Config::default()];
    let mut call = Media::on(Duo::configured(55, configs, Default::default()));
    call.frame(30_000);
    call.settle();
    let report = call.stats(A);
    let (audio, video) = (outbound(&report, "audio"), outbound(&report, "video"));
    near(audio.total_packet_send_delay.unwrap(), 0.0, 0.001);
    // 240 kbit at 1 Mbit/s take 0.24 s; the packets in between wait half of that.
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let mean = video.total_packet_send_delay.unwrap() / video.packets_sent.unwrap() as f64;
    assert!((0.08..0.18).contains(&mean), "{mean}");
}

// api: RTCOutboundRtpStreamStats.active
#[test]
fn a_stream_that_the_direction_stops_stays_and_is_not_active() {
    let mut call = Media::new(56);
    call.play(5);
    let before = outbound(&call.stats(A), "video");
    assert_eq!(before.active, Some(true));
    call.duo.does(A, Call::RemoveTrack(call.video));
    call.duo.negotiate(A);
    let after = outbound(&call.stats(A), "video");
    assert_eq!(after.active, Some(false));
    assert_eq!(after.id, before.id);
    assert_eq!(after.packets_sent, before.packets_sent);
    assert_eq!(after.media_source_id, None);
}

// api: RTCStatsType.outbound-rtp, RTCStatsType.inbound-rtp
#[test]
fn streams_of_a_stopped_transceiver_go_with_the_negotiation() {
    let mut call = Media::new(57);
    call.play(10);
    let before = call.stats(A);
    let stream = outbound(&before, "video");
    let at_b = inbound(&call.stats(B), "video");
    let id = stonechat_peerconnection::TransceiverId(call.video.0);
    call.duo.does(A, Call::StopTransceiver(id));
    let stopping = call.stats(A);
    let frozen = stopping
        .get_as::<OutboundRtpStreamStats>(&stream.id)
        .unwrap();
    assert_eq!(frozen.packets_sent, stream.packets_sent);
    call.duo.negotiate(A);
    call.duo.run_for(Duration::from_secs(1));
    assert!(!call.stats(A).has(&stream.id));
    assert!(!call.stats(B).has(&at_b.id));
    assert_eq!(call.stats(A).of_type(StatsType::OutboundRtp).count(), 1);
}

// api: RTCInboundRtpStreamStats.jitterBufferDelay, RTCInboundRtpStreamStats.jitterBufferEmittedCount, RTCInboundRtpStreamStats.jitterBufferTargetDelay, RTCInboundRtpStreamStats.jitterBufferMinimumDelay
#[test]
fn the_buffer_tells_how_long_frames_were_in_it() {
    let mut call = Media::new(61);
    call.play(10);
    let got = inbound(&call.stats(B), "video");
    assert_eq!(got.jitter_buffer_emitted_count, Some(10));
    let delay = got.jitter_buffer_delay.unwrap();
    // Taken every 20 ms, 10 ms after they came.
    near(delay / 10.0, 0.01, 0.006);
    let needed = got.jitter_buffer_minimum_delay.unwrap();
    assert!(needed <= delay);
    near(needed, 0.0, 0.001);
    assert_eq!(got.jitter_buffer_target_delay, Some(needed));
    let audio = inbound(&call.stats(B), "audio");
    assert_eq!(audio.jitter_buffer_emitted_count, Some(10 * 960), "samples");
}

// api: RTCInboundRtpStreamStats.totalSamplesReceived, RTCInboundRtpStreamStats.totalSamplesDuration, RTCInboundRtpStreamStats.audioLevel, RTCInboundRtpStreamStats.totalAudioEnergy
#[test]
fn audio_tells_its_length_and_level() {
    let mut call = Media::new(62);
    call.play(50);
    call.settle();
    let got = inbound(&call.stats(B), "audio");
    assert_eq!(got.total_samples_received, Some(50 * 960));
    near(got.total_samples_duration.unwrap(), 1.0, 1.0e-9);
    // −20 dBov is a tenth.
    near(got.audio_level.unwrap(), 0.1, 1.0e-9);
    near(got.total_audio_energy.unwrap(), 0.01, 1.0e-9);
    let rms = (got.total_audio_energy.unwrap() / got.total_samples_duration.unwrap()).sqrt();
    near(rms, 0.1, 1.0e-9);
    let video = inbound(&call.stats(B), "video");
    assert_eq!(video.audio_level, None);
    assert_eq!(video.total_audio_energy, None);
    assert_eq!(video.total_samples_received, None);
}

// api: RTCInboundRtpStreamStats.estimatedPlayoutTimestamp
#[test]
fn the_playout_clock_is_the_sender_s_and_goes_on() {
    let mut call = Media::new(63);
    call.play(150);
    let report = call.stats(B);
    let (audio, video) = (inbound(&report, "audio"), inbound(&report, "video"));
    let at = audio.estimated_playout_timestamp.unwrap();
    // One way takes 10 ms.
    near(audio.timestamp - at, 10.0, 3.0);
    near(at, video.estimated_playout_timestamp.unwrap(), 3.0);
    call.duo.run_for(Duration::from_millis(500));
    let later = inbound(&call.stats(B), "audio");
    near(later.estimated_playout_timestamp.unwrap() - at, 500.0, 0.1);
}

// api: RTCInboundRtpStreamStats.packetsDiscarded, RTCInboundRtpStreamStats.framesDropped
#[test]
fn frames_that_nobody_takes_are_dropped_and_counted() {
    let mut config = Config::default();
    config.connection.media.max_frames = 4;
    let configs = [Config::default(), config];
    let mut call = Media::on(Duo::configured(64, configs, Default::default()));
    call.play(1);
    let before = inbound(&call.stats(B), "video");
    assert_eq!(before.frames_dropped, Some(0));
    assert_eq!(before.packets_discarded, Some(0));
    let start = call.duo.now();
    for number in 0..10_u32 {
        let now = call.duo.now();
        let time = FrameTime::Media(Duration::from_secs(1) + (now - start));
        let data = picture(u64::from(number), 100);
        let frame = OutgoingFrame::new(data, time);
        call.duo.pc(A).send_frame(now, call.video, frame).unwrap();
        call.duo.run_for(FRAME);
    }
    assert_eq!(inbound(&call.stats(B), "video").frames_dropped, Some(6));
}

// api: RTCInboundRtpStreamStats.framesDecoded, RTCInboundRtpStreamStats.keyFramesDecoded, RTCInboundRtpStreamStats.framesRendered, RTCInboundRtpStreamStats.qpSum, RTCInboundRtpStreamStats.totalDecodeTime, RTCInboundRtpStreamStats.totalInterFrameDelay, RTCInboundRtpStreamStats.totalSquaredInterFrameDelay, RTCInboundRtpStreamStats.pauseCount, RTCInboundRtpStreamStats.totalPausesDuration, RTCInboundRtpStreamStats.freezeCount, RTCInboundRtpStreamStats.totalFreezesDuration, RTCInboundRtpStreamStats.totalProcessingDelay, RTCInboundRtpStreamStats.decoderImplementation, RTCInboundRtpStreamStats.powerEfficientDecoder, RTCInboundRtpStreamStats.totalCorruptionProbability, RTCInboundRtpStreamStats.totalSquaredCorruptionProbability, RTCInboundRtpStreamStats.corruptionMeasurements
#[test]
fn what_a_decoder_of_video_tells_is_told_on() {
    let mut call = Media::new(65);
    call.play(10);
    let got = inbound(&call.stats(B), "video");
    assert_eq!(got.frames_decoded, None, "nobody decodes");
    assert_eq!(got.decoder_implementation, None);
    assert_eq!(got.freeze_count, None);
    let told = DecodeReport {
        frames_decoded: Some(9),
        key_frames_decoded: Some(1),
        frames_rendered: Some(8),
        frames_dropped: Some(1),
        frame_width: Some(32),
        frame_height: Some(24),
        frames_per_second: Some(25.0),
        qp_sum: Some(300),
        total_decode_time: Some(0.5),
        total_inter_frame_delay: Some(0.4),
        total_squared_inter_frame_delay: Some(0.02),
        pause_count: Some(2),
        total_pauses_duration: Some(11.0),
        freeze_count: Some(3),
        total_freezes_duration: Some(0.9),
        total_processing_delay: Some(0.7),
        decoder_implementation: Some(String::from("tinted glass")),
        power_efficient_decoder: Some(true),
        total_corruption_probability: Some(0.25),
        total_squared_corruption_probability: Some(0.05),
        corruption_measurements: Some(4),
        ..DecodeReport::default()
    };
    let receiver = ReceiverId(call.at_b(Kind::Video));
    call.duo
        .does(B, Call::ReportDecode(receiver, Box::new(told)));
    let got = inbound(&call.stats(B), "video");
    assert_eq!(got.frames_decoded, Some(9));
    assert_eq!(got.key_frames_decoded, Some(1));
    assert_eq!(got.frames_rendered, Some(8));
    assert_eq!(got.frames_dropped, Some(1));
    assert_eq!((got.frame_width, got.frame_height), (Some(32), Some(24)));
    assert_eq!(got.frames_per_second, Some(25.0));
    assert_eq!(got.qp_sum, Some(300));
    assert_eq!(got.total_decode_time, Some(0.5));
    assert_eq!(got.total_inter_frame_delay, Some(0.4));
    assert_eq!(got.total_squared_inter_frame_delay, Some(0.02));
    assert_eq!(
        (got.pause_count, got.total_pauses_duration),
        (Some(2), Some(11.0))
    );
    assert_eq!(
        (got.freeze_count, got.total_freezes_duration),
        (Some(3), Some(0.9))
    );
    assert_eq!(got.total_processing_delay, Some(0.7));
    assert_eq!(got.decoder_implementation.as_deref(), Some("tinted glass"));
    assert_eq!(got.power_efficient_decoder, Some(true));
    assert_eq!(got.total_corruption_probability, Some(0.25));
    assert_eq!(got.total_squared_corruption_probability, Some(0.05));
    assert_eq!(got.corruption_measurements, Some(4));
}

// api: RTCInboundRtpStreamStats.concealedSamples, RTCInboundRtpStreamStats.silentConcealedSamples, RTCInboundRtpStreamStats.concealmentEvents, RTCInboundRtpStreamStats.insertedSamplesForDeceleration, RTCInboundRtpStreamStats.removedSamplesForAcceleration, RTCInboundRtpStreamStats.fecBytesReceived, RTCInboundRtpStreamStats.fecPacketsReceived, RTCInboundRtpStreamStats.fecPacketsDiscarded, RTCInboundRtpStreamStats.fecSsrc, RTCInboundRtpStreamStats.totalSamplesReceived
#[test]
fn what_a_decoder_of_audio_tells_is_told_on() {
    let mut call = Media::new(66);
    call.play(10);
    assert_eq!(inbound(&call.stats(B), "audio").concealed_samples, None);
    let told = DecodeReport {
        concealed_samples: Some(480),
        silent_concealed_samples: Some(100),
        concealment_events: Some(2),
        inserted_samples_for_deceleration: Some(10),
        removed_samples_for_acceleration: Some(20),
        fec_bytes_received: Some(99),
        fec_packets_received: Some(5),
        fec_packets_discarded: Some(4),
        fec_ssrc: Some(1234),
        ..DecodeReport::default()
    };
    let receiver = ReceiverId(call.at_b(Kind::Audio));
    call.duo
        .does(B, Call::ReportDecode(receiver, Box::new(told)));
    let got = inbound(&call.stats(B), "audio");
    assert_eq!(got.concealed_samples, Some(480));
    assert_eq!(got.silent_concealed_samples, Some(100));
    assert_eq!(got.concealment_events, Some(2));
    assert_eq!(got.inserted_samples_for_deceleration, Some(10));
    assert_eq!(got.removed_samples_for_acceleration, Some(20));
    assert_eq!(got.fec_bytes_received, Some(99));
    assert_eq!(got.fec_packets_received, Some(5));
    assert_eq!(got.fec_packets_discarded, Some(4));
    assert_eq!(got.fec_ssrc, Some(1234));
    assert_eq!(
        got.total_samples_received,
        Some(9600 + 480),
        "concealed ones included"
    );
    assert_eq!(got.frames_decoded, None, "not for audio");
}

// api: RTCInboundRtpStreamStats.framesDecoded
#[test]
fn counters_that_an_application_tells_do_not_fall() {
    let mut call = Media::new(67);
    call.play(10);
    let receiver = ReceiverId(call.at_b(Kind::Video));
    for frames in [5, 3] {
        let told = DecodeReport {
            frames_decoded: Some(frames),
            ..DecodeReport::default()
        };
        call.duo
            .does(B, Call::ReportDecode(receiver, Box::new(told)));
    }
    assert_eq!(inbound(&call.stats(B), "video").frames_decoded, Some(5));
}

// api: RTCOutboundRtpStreamStats.targetBitrate, RTCOutboundRtpStreamStats.totalEncodedBytesTarget, RTCOutboundRtpStreamStats.qpSum, RTCOutboundRtpStreamStats.psnrSum, RTCOutboundRtpStreamStats.psnrMeasurements, RTCOutboundRtpStreamStats.totalEncodeTime, RTCOutboundRtpStreamStats.encoderImplementation, RTCOutboundRtpStreamStats.powerEfficientEncoder, RTCOutboundRtpStreamStats.scalabilityMode
#[test]
fn what_an_encoder_tells_is_told_on() {
    let mut call = Media::new(68);
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(sent.target_bitrate, None, "nobody encodes");
    assert_eq!(sent.encoder_implementation, None);
    let psnr = [("y", 40.0), ("u", 42.0), ("v", 43.0)];
    let psnr: std::collections::BTreeMap<_, _> = psnr
        .into_iter()
        .map(|(plane, sum)| (plane.to_owned(), sum))
        .collect();
    let told = EncodeReport {
        target_bitrate: Some(800_000.0),
        total_encoded_bytes_target: Some(5000),
        frames_encoded: Some(12),
        key_frames_encoded: Some(2),
        qp_sum: Some(99),
        psnr_sum: Some(psnr.clone()),
        psnr_measurements: Some(1),
        total_encode_time: Some(0.2),
        frame_width: Some(320),
        frame_height: Some(240),
        encoder_implementation: Some(String::from("paint box")),
        power_efficient_encoder: Some(false),
        scalability_mode: Some(String::from("L1T2")),
        ..EncodeReport::default()
    };
    let call_ = Call::ReportEncode {
        sender: call.video,
        rid: None,
        report: Box::new(told),
    };
    call.duo.does(A, call_);
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(sent.target_bitrate, Some(800_000.0));
    assert_eq!(sent.total_encoded_bytes_target, Some(5000));
    assert_eq!(sent.frames_encoded, Some(12));
    assert_eq!(sent.key_frames_encoded, Some(2));
    assert_eq!(sent.qp_sum, Some(99));
    assert_eq!(sent.psnr_sum, Some(psnr));
    assert_eq!(sent.psnr_measurements, Some(1));
    assert_eq!(sent.total_encode_time, Some(0.2));
    assert_eq!(
        (sent.frame_width, sent.frame_height),
        (Some(320), Some(240))
    );
    assert_eq!(sent.encoder_implementation.as_deref(), Some("paint box"));
    assert_eq!(sent.power_efficient_encoder, Some(false));
    assert_eq!(sent.scalability_mode.as_deref(), Some("L1T2"));
}

// api: RTCOutboundRtpStreamStats.hugeFramesSent
#[test]
fn huge_frames_are_2_5_times_the_mean() {
    let mut call = Media::new(69);
    call.play(60);
    assert_eq!(
        outbound(&call.stats(A), "video").huge_frames_sent,
        None,
        "no target is known"
    );
    // 1.2 Mbit/s at 50 frames a second are 3,000 octets each.
    let told = EncodeReport {
        target_bitrate: Some(1_200_000.0),
        ..EncodeReport::default()
    };
    let report = Call::ReportEncode {
        sender: call.video,
        rid: None,
        report: Box::new(told),
    };
    call.duo.does(A, report);
    call.play(20);
    assert_eq!(outbound(&call.stats(A), "video").huge_frames_sent, Some(0));
    call.frame(8000);
    call.frame(7000);
    assert_eq!(outbound(&call.stats(A), "video").huge_frames_sent, Some(1));
}

// api: RTCOutboundRtpStreamStats.qualityLimitationReason, RTCOutboundRtpStreamStats.qualityLimitationDurations, RTCQualityLimitationReason.none, RTCQualityLimitationReason.cpu
#[test]
fn durations_of_limitations_add_up() {
    let mut call = Media::new(70);
    call.play(5);
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(
        sent.quality_limitation_reason,
        Some(QualityLimitationReason::None)
    );
    let before = sent.quality_limitation_durations.unwrap();
    let names: Vec<_> = before.keys().map(String::as_str).collect();
    assert_eq!(names, ["bandwidth", "cpu", "none", "other"], "all of them");
    assert_eq!(before["cpu"], 0.0);
    for (reason, seconds) in [
        (QualityLimitationReason::Cpu, 2),
        (QualityLimitationReason::Other, 1),
        (QualityLimitationReason::None, 3),
    ] {
        let told = EncodeReport {
            quality_limitation_reason: Some(reason),
            ..EncodeReport::default()
        };
        let report = Call::ReportEncode {
            sender: call.video,
            rid: None,
            report: Box::new(told),
        };
        call.duo.does(A, report);
        call.duo.run_for(Duration::from_secs(seconds));
        let sent = outbound(&call.stats(A), "video");
        assert_eq!(sent.quality_limitation_reason, Some(reason));
    }
    let after = outbound(&call.stats(A), "video")
        .quality_limitation_durations
        .unwrap();
    near(after["cpu"], 2.0, 0.001);
    near(after["other"], 1.0, 0.001);
    near(after["none"] - before["none"], 3.0, 0.001);
    near(after["bandwidth"], 0.0, 0.001);
}

// api: RTCQualityLimitationReason.bandwidth, RTCOutboundRtpStreamStats.qualityLimitationReason
#[test]
fn a_full_queue_is_a_limit_of_bandwidth() {
    let mut config = Config::default();
    config.connection.media.pacing_rate = Some(100_000);
    config.connection.media.max_queued_packets = 20;
    let configs = [config, Config::default()];
    let mut call = Media::on(Duo::configured(71, configs, Default::default()));
    call.play(60);
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(
        sent.quality_limitation_reason,
        Some(QualityLimitationReason::Bandwidth)
    );
    let durations = sent.quality_limitation_durations.unwrap();
    assert!(durations["bandwidth"] > 0.1, "{durations:?}");
    call.duo.run_for(Duration::from_secs(30));
    let sent = outbound(&call.stats(A), "video");
    assert_eq!(
        sent.quality_limitation_reason,
        Some(QualityLimitationReason::None)
    );
}

// api: RTCOutboundRtpStreamStats.qualityLimitationResolutionChanges
#[test]
fn changes_of_the_size_count_while_something_limits() {
    let mut call = Media::new(72);
    call.play(1);
    let send = |call: &mut Media, width: u8, reason| {
        let told = EncodeReport {
            quality_limitation_reason: Some(reason),
            ..EncodeReport::default()
        };
        let report = Call::ReportEncode {
            sender: call.video,
            rid: None,
            report: Box::new(told),
        };
        call.duo.does(A, report);
        let now = call.duo.now();
        let mut data = picture(0, 100).to_vec();
        data[6] = width;
        let time = FrameTime::Media(Duration::from_secs(5));
        let frame = OutgoingFrame::new(Bytes::from(data), time);
        call.duo.pc(A).send_frame(now, call.video, frame).unwrap();
        call.duo.run_for(FRAME);
        outbound(&call.stats(A), "video").quality_limitation_resolution_changes
    };
    use QualityLimitationReason as Reason;
    assert_eq!(send(&mut call, 40, Reason::None), Some(0));
    assert_eq!(send(&mut call, 20, Reason::Cpu), Some(1));
    assert_eq!(send(&mut call, 20, Reason::Cpu), Some(1));
    assert_eq!(send(&mut call, 40, Reason::Cpu), Some(2));
}

// api: RTCMediaSourceStats.trackIdentifier, RTCMediaSourceStats.kind, RTCOutboundRtpStreamStats.mediaSourceId, RTCStatsType.media-source
#[test]
fn a_source_is_there_from_when_its_track_is_attached() {
    let mut duo = Duo::new(73);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let before = report(&mut duo, A, StatsSelector::All);
    let source = only::<VideoSourceStats>(&before);
    assert_eq!(source.track_identifier, "camera");
    assert_eq!(source.kind, "video");
    assert_eq!(source.width, None, "no frame was there");
    assert_eq!(source.frames, Some(0));
    duo.does(A, Call::RemoveTrack(sender));
    let after = report(&mut duo, A, StatsSelector::All);
    assert_eq!(after.of_type(StatsType::MediaSource).count(), 0);
    duo.add_track(A, Kind::Video, "camera");
    let again = only::<VideoSourceStats>(&report(&mut duo, A, StatsSelector::All));
    assert_ne!(again.id, source.id, "attached again it is another source");
}

// api: RTCVideoSourceStats.width, RTCVideoSourceStats.height, RTCVideoSourceStats.frames, RTCVideoSourceStats.framesPerSecond
#[test]
fn a_source_of_video_counts_its_frames() {
    let mut call = Media::new(74);
    call.play(60);
    let report = call.stats(A);
    let source = only::<VideoSourceStats>(&report);
    assert_eq!(
        outbound(&report, "video").media_source_id,
        Some(source.id.clone())
    );
    assert_eq!(source.frames, Some(60));
    assert_eq!((source.width, source.height), (Some(64), Some(48)));
    near(source.frames_per_second.unwrap(), 50.0, 1.0);
}

// api: RTCVideoSourceStats.framesPerSecond
#[test]
fn a_young_source_has_no_rate() {
    let mut duo = Duo::new(75);
    duo.add_track(A, Kind::Video, "camera");
    duo.run_for(Duration::from_millis(900));
    let source = only::<VideoSourceStats>(&report(&mut duo, A, StatsSelector::All));
    assert_eq!(source.frames_per_second, None);
    duo.run_for(Duration::from_millis(200));
    let source = only::<VideoSourceStats>(&report(&mut duo, A, StatsSelector::All));
    assert_eq!(source.frames_per_second, Some(0.0));
}

// api: RTCAudioSourceStats.audioLevel, RTCAudioSourceStats.totalAudioEnergy, RTCAudioSourceStats.totalSamplesDuration
#[test]
fn a_source_of_audio_tells_length_and_level() {
    let mut call = Media::new(76);
    call.play(50);
    let source = only::<AudioSourceStats>(&call.stats(A));
    assert_eq!(source.kind, "audio");
    near(source.total_samples_duration.unwrap(), 1.0, 1.0e-9);
    near(source.audio_level.unwrap(), 0.1, 1.0e-9);
    near(source.total_audio_energy.unwrap(), 0.01, 1.0e-9);
    assert_eq!(source.echo_return_loss, None);
}

// api: RTCMediaSourceStats.trackIdentifier, RTCVideoSourceStats.frames
#[test]
fn another_track_is_another_source_with_counters_of_its_own() {
    let mut call = Media::new(77);
    call.play(20);
    let first = only::<VideoSourceStats>(&call.stats(A));
    let track = stonechat_peerconnection::TrackInfo {
        id: String::from("screen"),
        kind: Kind::Video,
    };
    let replaced = call
        .duo
        .promised(A, Call::ReplaceTrack(call.video, Some(track)));
    assert!(replaced.is_ok());
    let second = only::<VideoSourceStats>(&call.stats(A));
    assert_eq!(second.track_identifier, "screen");
    assert_ne!(second.id, first.id);
    assert_eq!(second.frames, Some(0));
    call.play(3);
    assert_eq!(only::<VideoSourceStats>(&call.stats(A)).frames, Some(3));
    assert_eq!(outbound(&call.stats(A), "video").frames_encoded, Some(23));
}

// api: RTCAudioSourceStats.echoReturnLoss, RTCAudioSourceStats.echoReturnLossEnhancement, RTCVideoSourceStats.frames, RTCVideoSourceStats.width
#[test]
fn what_a_source_tells_is_told_on() {
    let mut call = Media::new(78);
    let told = SourceReport {
        total_audio_energy: Some(0.5),
        total_samples_duration: Some(4.0),
        audio_level: Some(0.3),
        echo_return_loss: Some(30.0),
        echo_return_loss_enhancement: Some(12.0),
        ..SourceReport::default()
    };
    let report = |track: &str, told| Call::ReportSource {
        track: track.to_owned(),
        report: Box::new(told),
    };
    call.duo.does(A, report("mic", told));
    let told = SourceReport {
        frames: Some(77),
        width: Some(1920),
        height: Some(1080),
        frames_per_second: Some(29.5),
        ..SourceReport::default()
    };
    call.duo.does(A, report("camera", told));
    call.duo.run_for(Duration::from_secs(2));
    let stats = call.stats(A);
    let audio = only::<AudioSourceStats>(&stats);
    assert_eq!(audio.total_audio_energy, Some(0.5));
    assert_eq!(audio.total_samples_duration, Some(4.0));
    assert_eq!(audio.audio_level, Some(0.3));
    assert_eq!(audio.echo_return_loss, Some(30.0));
    assert_eq!(audio.echo_return_loss_enhancement, Some(12.0));
    let video = only::<VideoSourceStats>(&stats);
    assert_eq!(video.frames, Some(77));
    assert_eq!((video.width, video.height), (Some(1920), Some(1080)));
    assert_eq!(video.frames_per_second, Some(29.5));
}

// api: RTCAudioPlayoutStats.kind, RTCAudioPlayoutStats.synthesizedSamplesDuration, RTCAudioPlayoutStats.synthesizedSamplesEvents, RTCAudioPlayoutStats.totalSamplesDuration, RTCAudioPlayoutStats.totalPlayoutDelay, RTCAudioPlayoutStats.totalSamplesCount, RTCInboundRtpStreamStats.playoutId
#[test]
fn what_a_device_tells_is_told_on() {
    let mut call = Media::new(79);
    call.play(5);
    let stats = call.stats(B);
    assert_eq!(stats.of_type(StatsType::MediaPlayout).count(), 0);
    assert_eq!(inbound(&stats, "audio").playout_id, None);
    let told = PlayoutReport {
        synthesized_samples_duration: Some(0.1),
        synthesized_samples_events: Some(2),
        total_samples_duration: Some(5.0),
        total_playout_delay: Some(70.0),
        total_samples_count: Some(240_000),
    };
    let receiver = ReceiverId(call.at_b(Kind::Audio));
    call.duo.does(
        B,
        Call::ReportPlayout {
            device: String::from("speaker"),
            receivers: vec![receiver],
            report: Box::new(told),
        },
    );
    let stats = call.stats(B);
    let playout = only::<AudioPlayoutStats>(&stats);
    assert_eq!(playout.kind, "audio");
    assert_eq!(playout.synthesized_samples_duration, Some(0.1));
    assert_eq!(playout.synthesized_samples_events, Some(2));
    assert_eq!(playout.total_samples_duration, Some(5.0));
    assert_eq!(playout.total_playout_delay, Some(70.0));
    assert_eq!(playout.total_samples_count, Some(240_000));
    assert_eq!(
        inbound(&stats, "audio").playout_id,
        Some(playout.id.clone())
    );
    assert_eq!(inbound(&stats, "video").playout_id, None);
}

// api: RTCPeerConnection.getStats
#[test]
fn a_track_that_nobody_sends_or_receives_is_no_selector() {
    let mut duo = Duo::new(80);
    assert_eq!(
        refusal(&mut duo, A, "camera"),
        ErrorName::InvalidAccessError
    );
    let sender = duo.add_track(A, Kind::Video, "camera");
    let answer = duo.promised(
        A,
        Call::GetStats(StatsSelector::Track(String::from("camera"))),
    );
    assert!(answer.is_ok());
    duo.does(A, Call::RemoveTrack(sender));
    assert_eq!(
        refusal(&mut duo, A, "camera"),
        ErrorName::InvalidAccessError
    );
}

// api: RTCPeerConnection.getStats
#[test]
fn a_track_that_two_senders_send_is_no_selector() {
    let mut duo = Duo::new(81);
    for _ in 0..2 {
        duo.does(
            A,
            Call::AddTransceiver {
                kind: Kind::Audio,
                track: Some(stonechat_peerconnection::TrackInfo {
                    id: String::from("mic"),
                    kind: Kind::Audio,
                }),
                init: Default::default(),
            },
        );
    }
    assert_eq!(refusal(&mut duo, A, "mic"), ErrorName::InvalidAccessError);
}

/// All that is referred to from `start`, directly or indirectly.
fn closure(report: &StatsReport, start: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![start.to_owned()];
    while let Some(id) = open.pop() {
        if found.insert(id.clone()) {
            let object = report.get(&id).unwrap();
            open.extend(object.references().into_iter().map(|(_, id)| id));
        }
    }
    found
}

// api: RTCRtpSender.getStats, RTCPeerConnection.getStats
#[test]
fn a_sender_selects_its_streams_and_all_they_refer_to() {
    let mut call = Media::new(82);
    call.play(10);
    call.settle();
    let whole = call.stats(A);
    let stream = outbound(&whole, "video");
    let expected = closure(&whole, &stream.id);
    let sender = call.video;
    let selectors = [
        StatsSelector::Sender(sender),
        StatsSelector::Track(String::from("camera")),
    ];
    for selector in selectors {
        let part = report(&mut call.duo, A, selector);
        let ids: BTreeSet<_> = part.keys().map(str::to_owned).collect();
        assert_eq!(ids, expected);
        assert_eq!(part.of_type(StatsType::OutboundRtp).count(), 1);
        assert_eq!(part.of_type(StatsType::MediaSource).count(), 1);
        assert_eq!(part.of_type(StatsType::Codec).count(), 1);
        assert_eq!(part.of_type(StatsType::RemoteInboundRtp).count(), 1);
        assert_eq!(part.of_type(StatsType::Transport).count(), 1);
        assert_eq!(part.of_type(StatsType::Certificate).count(), 2);
        assert_eq!(part.of_type(StatsType::PeerConnection).count(), 0);
        assert_eq!(part.of_type(StatsType::DataChannel).count(), 0);
        assert_eq!(
            part.of_type(StatsType::CandidatePair).count(),
            1,
            "the one in use"
        );
    }
}

// api: RTCRtpReceiver.getStats, RTCPeerConnection.getStats
#[test]
fn a_receiver_selects_its_streams_and_all_they_refer_to() {
    let mut call = Media::new(83);
    call.play(10);
    call.settle();
    let whole = call.stats(B);
    let stream = inbound(&whole, "audio");
    let expected = closure(&whole, &stream.id);
    let receiver = ReceiverId(call.at_b(Kind::Audio));
    let track = stream.track_identifier;
    for selector in [
        StatsSelector::Receiver(receiver),
        StatsSelector::Track(track),
    ] {
        let part = report(&mut call.duo, B, selector);
        let ids: BTreeSet<_> = part.keys().map(str::to_owned).collect();
        assert_eq!(ids, expected);
        assert_eq!(part.of_type(StatsType::InboundRtp).count(), 1);
        assert_eq!(part.of_type(StatsType::RemoteOutboundRtp).count(), 1);
        assert_eq!(part.of_type(StatsType::OutboundRtp).count(), 0);
    }
}

// api: RTCRtpSender.getStats, RTCRtpReceiver.getStats
#[test]
fn a_sender_without_streams_selects_nothing() {
    let mut duo = Duo::new(84);
    let sender = duo.add_track(A, Kind::Audio, "mic");
    assert!(report(&mut duo, A, StatsSelector::Sender(sender)).is_empty());
    let receiver = ReceiverId(sender.0);
    assert!(report(&mut duo, A, StatsSelector::Receiver(receiver)).is_empty());
}

// api: RTCPeerConnection.getStats, RTCPeerConnection.close
#[test]
fn a_closed_peer_connection_still_tells_all() {
    let mut call = Media::new(85);
    call.play(10);
    call.settle();
    let before = call.stats(A);
    call.duo.does(A, Call::Close);
    call.duo.run_for(Duration::from_secs(2));
    let after = call.stats(A);
    let ids = |report: &StatsReport| report.keys().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(ids(&after), ids(&before));
    assert_eq!(
        outbound(&after, "video").packets_sent,
        outbound(&before, "video").packets_sent
    );
    assert_eq!(outbound(&after, "video").active, Some(false));
    let transport = only::<TransportStats>(&after);
    assert_eq!(transport.dtls_state.as_str(), "closed");
    assert_eq!(transport.ice_state.unwrap().as_str(), "closed");
    assert_eq!(only::<DataChannelStats>(&after).state.as_str(), "closed");
    assert!(after.values().next().unwrap().timestamp > before.values().next().unwrap().timestamp);
}

// api: RTCPeerConnection.getStats, RTCPeerConnection.close
#[test]
fn a_question_before_the_end_is_answered_after_it() {
    let mut call = Media::new(86);
    call.play(5);
    let asked = call.duo.call(A, Call::GetStats(StatsSelector::All));
    let Answer::Promise(promise) = asked else {
        panic!("{asked:?}");
    };
    call.duo.does(A, Call::Close);
    match call.duo.settle(A, promise) {
        Ok(Value::Stats(report)) => assert!(report.len() > 10),
        other => panic!("{other:?}"),
    }
}

// api: RTCPeerConnection.getStats
#[test]
fn a_peer_connection_that_was_never_used_answers_after_its_end() {
    let mut duo = Duo::new(87);
    duo.does(A, Call::Close);
    let report = report(&mut duo, A, StatsSelector::All);
    assert_eq!(report.of_type(StatsType::PeerConnection).count(), 1);
}

// api: RTCPeerConnection.getStats
#[test]
fn an_application_tells_nothing_more_after_the_end() {
    let mut call = Media::new(88);
    call.duo.does(A, Call::Close);
    let report = Call::ReportSource {
        track: String::from("mic"),
        report: Box::default(),
    };
    match call.duo.call(A, report) {
        Answer::Failed(error) => assert_eq!(error.name, ErrorName::InvalidStateError),
        other => panic!("{other:?}"),
    }
}

/// Members that may fall, or that are no counters.
const NO_COUNTERS: [&str; 27] = [
    "packetsLost",
    "jitter",
    "fractionLost",
    "roundTripTime",
    "currentRoundTripTime",
    "availableOutgoingBitrate",
    "availableIncomingBitrate",
    "framesPerSecond",
    "frameWidth",
    "frameHeight",
    "width",
    "height",
    "audioLevel",
    "targetBitrate",
    "ssrc",
    "rtxSsrc",
    "fecSsrc",
    "payloadType",
    "clockRate",
    "channels",
    "port",
    "relatedPort",
    "priority",
    "encodingIndex",
    "dataChannelIdentifier",
    "estimatedPlayoutTimestamp",
    "remoteTimestamp",
];

fn assert_grown(before: &StatsReport, after: &StatsReport) {
    for object in before {
        let Some(later) = after.get(&object.id) else {
            continue;
        };
        assert_eq!(later.r#type, object.r#type);
        for (name, value) in object.members() {
            if NO_COUNTERS.contains(&name.as_str()) {
                continue;
            }
            let now = later.member(&name);
            match &value {
                Member::Unsigned(_) | Member::Signed(_) | Member::Number(_) => {
                    let now = now.as_ref().and_then(Member::as_f64);
                    let (was, now) = (value.as_f64().unwrap(), now.unwrap());
                    assert!(now >= was, "{} {name}: {was}, then {now}", object.r#type);
                }
                Member::Record(was) => {
                    let Some(Member::Record(now)) = now else {
                        panic!("{name} is gone");
                    };
                    assert!(was.iter().all(|(key, was)| now[key] >= *was - 1e-9));
                }
                Member::Boolean(_) | Member::Text(_) => {}
            }
        }
    }
}

// api: RTCStatsReport.has, RTCStatsReport.values
#[test]
fn counters_never_fall_whatever_the_network_does() {
    seeds(20, |seed| {
        let mut duo = Duo::new(seed);
        for host in duo.hosts {
            let link = Link {
                delay: Duration::from_millis(3 + seed % 40),
                jitter: Duration::from_millis(seed % 20),
                loss: Loss::Random(0.01 * (seed % 12) as f64),
                reorder: 0.02,
                duplicate: 0.01 * (seed % 3) as f64,
                ..Link::default()
            };
            duo.world.network.set_links(host, link.clone(), link);
        }
        let mut call = Media::on(duo);
        let mut last = [call.stats(A), call.stats(B)];
        for round in 0..6 {
            call.play(15);
            let channel = call.channels[A];
            call.duo.send(A, channel, vec![1; 5000]);
            if round == 3 && seed.is_multiple_of(3) {
                call.duo.does(A, Call::RestartIce);
                call.duo.negotiate(A);
            }
            call.duo.run_for(Duration::from_millis(700));
            for side in SIDES {
                let now = call.stats(side);
                assert_grown(&last[side], &now);
                for object in &now {
                    for (name, id) in object.references() {
                        assert!(now.has(&id), "{name} of {}", object.r#type);
                    }
                }
                last[side] = now;
            }
        }
    });
}
