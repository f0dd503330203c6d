//! Certificates by the names of the W3C API.

use std::time::{Duration, SystemTime};

use stonechat::{
    Api, KeygenAlgorithm, RtcCertificate, RtcCertificateExpiration, RtcConfiguration,
    RtcDataChannelInit, RtcDtlsFingerprint, RtcDtlsTransportState, RtcErrorName, RtcPeerConnection,
    RtcPeerConnectionState,
};

async fn generate(algorithm: KeygenAlgorithm, expires: Option<Duration>) -> RtcCertificate {
    let expiration = RtcCertificateExpiration { expires };
    RtcPeerConnection::generate_certificate(algorithm, expiration)
        .await
        .unwrap()
}

fn with(certificate: &RtcCertificate) -> RtcConfiguration {
    RtcConfiguration {
        certificates: vec![certificate.clone()],
        ..RtcConfiguration::default()
    }
}

fn api() -> Api {
    Api::default().interface_filter(|interface| interface.loopback)
}

#[expect(
    clippy::disallowed_methods,
    reason = "what certificates of real peers go by"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// How far apart two points in time are.
fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other)
        .unwrap_or_else(|error| error.duration())
}

// api: RTCPeerConnection.generateCertificate, RTCCertificate.expires
#[tokio::test]
async fn a_certificate_expires_after_30_days() {
    let made = generate(KeygenAlgorithm::ecdsa_p256(), None).await;
    let expected = now() + Duration::from_secs(30 * 24 * 3600);
    assert!(apart(made.expires(), expected) < Duration::from_secs(60));
}

// api: RTCPeerConnection.generateCertificate, RTCCertificateExpiration.expires
#[tokio::test]
async fn a_certificate_expires_when_it_was_asked_to_but_not_after_a_year() {
    let two = Duration::from_secs(2);
    let made = generate(KeygenAlgorithm::default(), Some(two)).await;
    assert!(apart(made.expires(), now() + two) < Duration::from_secs(60));
    let made = generate(KeygenAlgorithm::default(), Some(Duration::MAX)).await;
    let year = now() + Duration::from_secs(365 * 24 * 3600);
    assert!(apart(made.expires(), year) < Duration::from_secs(60));
}

// api: RTCPeerConnection.generateCertificate
#[tokio::test]
async fn an_algorithm_that_makes_no_certificates_is_not_supported() {
    for algorithm in [
        KeygenAlgorithm::Named(String::from("AES-GCM")),
        KeygenAlgorithm::Ecdsa {
            named_curve: String::from("P-521"),
        },
        KeygenAlgorithm::RsassaPkcs1V1_5 {
            modulus_length: 512,
            public_exponent: 65_537,
            hash: String::from("SHA-256"),
        },
    ] {
        let made =
            RtcPeerConnection::generate_certificate(algorithm, RtcCertificateExpiration::default());
        assert_eq!(
            made.await.unwrap_err().name,
            RtcErrorName::NotSupportedError
        );
    }
}

// api: RTCCertificate.getFingerprints, RTCDtlsFingerprint.algorithm, RTCDtlsFingerprint.value
#[tokio::test]
async fn the_fingerprints_of_a_certificate_are_those_of_its_descriptions() {
    let made = generate(KeygenAlgorithm::default(), None).await;
    let [RtcDtlsFingerprint { algorithm, value }] = &made.get_fingerprints()[..] else {
        panic!("one fingerprint")
    };
    let pc = api().peer_connection(with(&made)).unwrap();
    pc.create_data_channel("data", RtcDataChannelInit::default())
        .unwrap();
    pc.set_local_description(None).await.unwrap();
    let sdp = pc.local_description().unwrap().sdp;
    let line = format!("a=fingerprint:{algorithm} {}", value.to_uppercase());
    assert!(sdp.contains(&line), "{line}");
}

// api: RTCConfiguration.certificates, RTCPeerConnection.getConfiguration
#[tokio::test]
async fn a_peer_connection_keeps_the_certificates_that_it_was_made_with() {
    let made = generate(KeygenAlgorithm::default(), None).await;
    let pc = api().peer_connection(with(&made)).unwrap();
    assert_eq!(pc.get_configuration().certificates.first(), Some(&made));
    let other = generate(KeygenAlgorithm::default(), None).await;
    let error = pc.set_configuration(with(&other)).unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
    pc.set_configuration(with(&made)).unwrap();
}

// api: RTCConfiguration.certificates
#[tokio::test]
async fn an_expired_certificate_is_an_invalid_access() {
    let made = generate(KeygenAlgorithm::default(), Some(Duration::ZERO)).await;
    // It expires with the millisecond in which it was made.
    while now() <= made.expires() {
        tokio::task::yield_now().await;
    }
    let error = api().peer_connection(with(&made)).unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidAccessError);
}

// api: RTCCertificate
#[tokio::test]
async fn a_stored_certificate_identifies_a_later_peer_connection() {
    let made = generate(KeygenAlgorithm::rsa_2048(), None).await;
    let stored = made.to_pem().unwrap();
    let read = api().certificate_from_pem(&stored).unwrap();
    assert_eq!(read, made);
    assert_eq!(read.get_fingerprints(), made.get_fingerprints());
    api().peer_connection(with(&read)).unwrap();
    let error = api().certificate_from_pem("no certificate").unwrap_err();
    assert_eq!(error.name, RtcErrorName::DataError);
}

/// Whole descriptions to and fro until both are connected.
async fn connect(a: &RtcPeerConnection, b: &RtcPeerConnection) {
    let both = async {
        a.set_local_description(None).await.unwrap();
        a.gathering_complete().await;
        b.set_remote_description(a.local_description().unwrap())
            .await
            .unwrap();
        b.set_local_description(None).await.unwrap();
        b.gathering_complete().await;
        a.set_remote_description(b.local_description().unwrap())
            .await
            .unwrap();
        for pc in [a, b] {
            pc.wait_for_connection(RtcPeerConnectionState::Connected)
                .await
                .unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), both)
        .await
        .expect("both connect");
}

// api: RTCPeerConnection.generateCertificate, RTCDtlsTransport.getRemoteCertificates, RTCDtlsTransport.state
#[tokio::test]
async fn peers_with_certificates_of_rsa_and_ecdsa_connect() {
    let rsa = generate(KeygenAlgorithm::rsa_2048(), None).await;
    let ecdsa = generate(KeygenAlgorithm::ecdsa_p256(), None).await;
    for (ours, theirs) in [(&rsa, &rsa), (&rsa, &ecdsa), (&ecdsa, &rsa)] {
        let a = api().peer_connection(with(ours)).unwrap();
        let b = api().peer_connection(with(theirs)).unwrap();
        a.create_data_channel("data", RtcDataChannelInit::default())
            .unwrap();
        connect(&a, &b).await;
        let transport = a.sctp().unwrap().transport().unwrap();
        assert_eq!(transport.state(), RtcDtlsTransportState::Connected);
        assert_eq!(transport.get_remote_certificates(), [theirs.der().to_vec()]);
    }
}
