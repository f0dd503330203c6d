//! `RTCDtlsTransport` (webrtc-pc, section 5.5) over loopback.

use std::sync::Arc;

use stonechat::{
    Api, DtlsEvent, MediaKind, MediaStreamTrack, RtcConfiguration, RtcDtlsTransport,
    RtcDtlsTransportState, RtcErrorDetail, RtcErrorDetailType, RtcErrorName, RtcPeerConnection,
};
use stonechat_crypto::{
    ActiveKeyExchange, InvalidShare, KeyExchange, NamedGroup, Provider, Random, Secret,
};

use super::media_stream::{exchange, peer_connection, within};

// api: RTCDtlsTransport.onstatechange, RTCDtlsTransport.state, RTCDtlsTransport.iceTransport
// api: RTCDtlsTransportState.new, RTCDtlsTransportState.connecting
// api: RTCDtlsTransportState.connected, RTCDtlsTransportState.closed
#[tokio::test]
async fn statechange_fires_for_connecting_and_connected_and_closing_is_silent() {
    let (a, b) = (peer_connection(), peer_connection());
    let sender = a
        .add_track(&MediaStreamTrack::new(MediaKind::Audio), &[])
        .unwrap();
    a.set_local_description(None).await.unwrap();
    let dtls = sender.transport().unwrap();
    assert_eq!(dtls.state(), RtcDtlsTransportState::New);
    assert!(dtls.get_remote_certificates().is_empty());
    assert_eq!(dtls.ice_transport(), dtls.clone().ice_transport());
    let mut events = dtls.events();
    within(exchange(&a, &b)).await;
    for state in [
        RtcDtlsTransportState::Connecting,
        RtcDtlsTransportState::Connected,
    ] {
        let event = within(events.next()).await;
        assert_eq!(event, Some(DtlsEvent::StateChange(state)));
    }
    assert_eq!(dtls.state(), RtcDtlsTransportState::Connected);
    a.close();
    assert_eq!(dtls.state(), RtcDtlsTransportState::Closed);
    within(a.closed()).await;
    assert_eq!(events.try_next(), None);
}

/// What is wrong between two peers.
#[derive(Clone, Copy, Debug)]
enum Flaw {
    /// The answerer, which is the DTLS client, got another digest than that of the certificate.
    Digest,
    /// The offerer's share of the key exchange gives no secret.
    Share,
}

/// X25519 whose share is of small order, so that every secret is zero.
struct ZeroShare;

impl KeyExchange for ZeroShare {
    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }

    fn start(&self, _random: &mut dyn Random) -> Box<dyn ActiveKeyExchange> {
        Box::new(Self)
    }
}

impl ActiveKeyExchange for ZeroShare {
    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }

    fn share(&self) -> &[u8] {
        &[0; 32]
    }

    fn complete(self: Box<Self>, _peer_share: &[u8]) -> Result<Secret, InvalidShare> {
        Err(InvalidShare)
    }
}

/// The default provider with such a key exchange in place of its own.
fn provider_of_zero_shares() -> Arc<Provider> {
    use stonechat_crypto::{
        AeadAlgorithm, CounterModeAlgorithm, HashAlgorithm, MacAlgorithm, SignatureScheme,
    };
    let whole = &stonechat_crypto::rust::PROVIDER;
    let hashes = [HashAlgorithm::Sha256, HashAlgorithm::Sha384];
    let macs = [
        MacAlgorithm::HmacSha1,
        MacAlgorithm::HmacSha256,
        MacAlgorithm::HmacSha384,
    ];
    let aeads = [AeadAlgorithm::Aes128Gcm, AeadAlgorithm::Aes256Gcm];
    Arc::new(
        Provider::builder("zero shares")
            .hashes(hashes.map(|one| whole.hash(one).unwrap()).to_vec().leak())
            .macs(macs.map(|one| whole.mac(one).unwrap()).to_vec().leak())
            .aeads(aeads.map(|one| whole.aead(one).unwrap()).to_vec().leak())
            .counter_modes(vec![whole.counter_mode(CounterModeAlgorithm::Aes128).unwrap()].leak())
            .key_exchanges(&[&ZeroShare])
            .signatures(
                vec![
                    whole
                        .signature(SignatureScheme::EcdsaSecp256r1Sha256)
                        .unwrap(),
                ]
                .leak(),
            )
            .build(),
    )
}

/// Offerer and answerer that negotiated audio and do not come together, with their transports.
async fn fail_by(flaw: Flaw) -> [(RtcPeerConnection, RtcDtlsTransport); 2] {
    let a = match flaw {
        Flaw::Digest => peer_connection(),
        Flaw::Share => Api::new(provider_of_zero_shares())
            .configure(|config| config.connection.ice.include_loopback = true)
            .peer_connection(RtcConfiguration::default())
            .unwrap(),
    };
    let b = peer_connection();
    let sender = a
        .add_track(&MediaStreamTrack::new(MediaKind::Audio), &[])
        .unwrap();
    a.set_local_description(None).await.unwrap();
    a.gathering_complete().await;
    let mut offer = a.local_description().unwrap();
    if let Flaw::Digest = flaw {
        offer.sdp = with_another_digest(&offer.sdp);
    }
    b.set_remote_description(offer).await.unwrap();
    b.set_local_description(None).await.unwrap();
    b.gathering_complete().await;
    let answer = b.local_description().unwrap();
    a.set_remote_description(answer).await.unwrap();
    let theirs = b.get_transceivers()[0].receiver().transport().unwrap();
    [(a, sender.transport().unwrap()), (b, theirs)]
}

/// The first digit of every digest is another one.
fn with_another_digest(sdp: &str) -> String {
    let known = "a=fingerprint:sha-256 ";
    let lines = sdp.lines().map(|line| match line.strip_prefix(known) {
        Some(digest) => {
            let other = if digest.starts_with('0') { '1' } else { '0' };
            format!("{known}{other}{}\r\n", &digest[1..])
        }
        None => format!("{line}\r\n"),
    });
    lines.collect()
}

/// The details of the error that ends a handshake: the transport has failed when it fires, and
/// `statechange` follows at once.
async fn failure(transport: &RtcDtlsTransport) -> RtcErrorDetail {
    let mut events = transport.events();
    let mut told = Vec::new();
    within(async {
        while told.last() != Some(&DtlsEvent::StateChange(RtcDtlsTransportState::Failed)) {
            told.push(events.next().await.unwrap());
            if let Some(DtlsEvent::Error(_)) = told.last() {
                assert_eq!(transport.state(), RtcDtlsTransportState::Failed);
            }
        }
    })
    .await;
    let [DtlsEvent::StateChange(first), DtlsEvent::Error(event), _] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(*first, RtcDtlsTransportState::Connecting);
    assert_eq!(event.error.name, RtcErrorName::OperationError);
    assert!(transport.get_remote_certificates().is_empty());
    *event.error.detail.clone().unwrap()
}

// api: RTCDtlsTransport.onerror, RTCDtlsTransport.error, RTCDtlsTransportState.failed
// api: RTCErrorDetailType.fingerprint-failure, RTCErrorDetailType.dtls-failure
// api: RTCError.errorDetail, RTCError.receivedAlert, RTCError.sentAlert, RTCErrorEvent.error
#[tokio::test]
async fn a_certificate_without_its_fingerprint_fires_error_on_both_sides() {
    let [(_a, a), (_b, b)] = fail_by(Flaw::Digest).await;
    let ours = failure(&b).await;
    assert_eq!(ours.error_detail, RtcErrorDetailType::FingerprintFailure);
    assert_eq!((ours.sent_alert, ours.received_alert), (None, None));
    let theirs = failure(&a).await;
    assert_eq!(theirs.error_detail, RtcErrorDetailType::DtlsFailure);
    // bad_certificate
    assert_eq!((theirs.sent_alert, theirs.received_alert), (None, Some(42)));
}

// api: RTCDtlsTransport.onerror, RTCDtlsTransport.error, RTCErrorDetailType.dtls-failure
// api: RTCError.errorDetail, RTCError.receivedAlert, RTCError.sentAlert
#[tokio::test]
async fn an_alert_is_an_error_to_who_sends_it_and_to_who_receives_it() {
    let [(_a, a), (_b, b)] = fail_by(Flaw::Share).await;
    let ours = failure(&b).await;
    assert_eq!(ours.error_detail, RtcErrorDetailType::DtlsFailure);
    // illegal_parameter
    assert_eq!((ours.sent_alert, ours.received_alert), (Some(47), None));
    let theirs = failure(&a).await;
    assert_eq!(theirs.error_detail, RtcErrorDetailType::DtlsFailure);
    assert_eq!((theirs.sent_alert, theirs.received_alert), (None, Some(47)));
}
