//! Certificates by the names of the W3C API.

use std::time::{Duration, SystemTime};

use stonechat::{
    Api, KeygenAlgorithm, RtcCertificate, RtcCertificateExpiration, RtcCertificateStats,
    RtcConfiguration, RtcDataChannelInit, RtcDtlsFingerprint, RtcDtlsTransportState, RtcErrorName,
    RtcPeerConnection, RtcPeerConnectionState, RtcStatsReport, RtcTransportStats,
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

/// A leaf, its issuer, the root, and the leaf's key.
const CHAIN: &str = include_str!("../data/chain.pem");

/// The certificates of a chain by their stats, from that with `id` on.
fn chain(report: &RtcStatsReport, id: Option<String>) -> Vec<RtcCertificateStats> {
    let mut chain = Vec::new();
    let mut next = id;
    while let Some(id) = next.take() {
        let found = report.get_as::<RtcCertificateStats>(&id).unwrap();
        next.clone_from(&found.issuer_certificate_id);
        chain.push(found.clone());
        assert!(chain.len() < 9, "it ends");
    }
    chain
}

// api: RTCCertificateStats.issuerCertificateId, RTCCertificateStats.base64Certificate
// api: RTCDtlsTransport.getRemoteCertificates, RTCConfiguration.certificates
// api: RTCTransportStats.localCertificateId, RTCTransportStats.remoteCertificateId
#[tokio::test]
async fn the_peer_gets_the_whole_chain_and_statistics_link_it() {
    let ours = api().certificate_from_pem(CHAIN).unwrap();
    let sent: Vec<_> = ours.inner().chain().map(<[u8]>::to_vec).collect();
    assert_eq!(sent.len(), 3);
    let theirs = generate(KeygenAlgorithm::ecdsa_p256(), None).await;
    // As DTLS server and as client.
    for offers in [true, false] {
        let a = api().peer_connection(with(&ours)).unwrap();
        let b = api().peer_connection(with(&theirs)).unwrap();
        let (first, second) = if offers { (&a, &b) } else { (&b, &a) };
        first
            .create_data_channel("data", RtcDataChannelInit::default())
            .unwrap();
        connect(first, second).await;
        let transport = b.sctp().unwrap().transport().unwrap();
        assert_eq!(transport.get_remote_certificates(), sent);
        let transport = a.sctp().unwrap().transport().unwrap();
        assert_eq!(transport.get_remote_certificates(), [theirs.der().to_vec()]);
        // The fingerprint in descriptions is that of the leaf.
        let leaf = ours.get_fingerprints()[0].value.to_uppercase();
        assert!(a.local_description().unwrap().sdp.contains(&leaf));

        let (at_a, at_b) = (
            a.get_stats(None).await.unwrap(),
            b.get_stats(None).await.unwrap(),
        );
        let of = |report: &RtcStatsReport| {
            let mut all = report.of::<RtcTransportStats>();
            all.next().unwrap().clone()
        };
        let shown = chain(&at_b, of(&at_b).remote_certificate_id);
        assert_eq!(shown.len(), 3);
        assert_eq!(shown[0].fingerprint, leaf);
        assert_eq!(shown[2].issuer_certificate_id, None, "it signed itself");
        let own = chain(&at_a, of(&at_a).local_certificate_id);
        let octets = |chain: &[RtcCertificateStats]| {
            let texts = chain.iter().map(|one| one.base64_certificate.clone());
            texts.collect::<Vec<_>>()
        };
        assert_eq!(octets(&own), octets(&shown));
        let pem: String = CHAIN.lines().collect();
        for text in octets(&shown) {
            assert!(pem.contains(&text));
        }
        assert_eq!(chain(&at_a, of(&at_a).remote_certificate_id).len(), 1);
    }
}

// api: RTCDtlsTransport.getRemoteCertificates
#[tokio::test]
async fn a_chain_that_is_longer_than_wanted_is_cut_behind_the_leaf() {
    let ours = api().certificate_from_pem(CHAIN).unwrap();
    let short = api().configure(|config| config.connection.max_certificates = 2);
    let a = api().peer_connection(with(&ours)).unwrap();
    let b = short.peer_connection(RtcConfiguration::default()).unwrap();
    a.create_data_channel("data", RtcDataChannelInit::default())
        .unwrap();
    connect(&a, &b).await;
    let transport = b.sctp().unwrap().transport().unwrap();
    let kept: Vec<_> = ours.inner().chain().take(2).map(<[u8]>::to_vec).collect();
    assert_eq!(transport.get_remote_certificates(), kept);
}
