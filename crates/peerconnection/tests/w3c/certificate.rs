//! Certificates: how they are made, stored, compared, and when they expire.

use std::time::{Duration, SystemTime};

use stonechat_crypto::{SignatureScheme, rust};
use stonechat_peerconnection::{
    Answer, Call, Certificate, CertificateExpiration, Config, Configuration, DtlsFingerprint,
    ErrorName, KeygenAlgorithm, PeerConnection,
};
use stonechat_sansio::Env;
use stonechat_testkit::clock;

fn env(seed: u64) -> Env {
    clock::env_with(seed, rust::provider())
}

fn now() -> SystemTime {
    clock::wall()
}

fn generate(seed: u64, algorithm: &KeygenAlgorithm, expires: Option<Duration>) -> Certificate {
    let env = env(seed);
    let mut rng = env.seed().child("certificate").rng();
    let expiration = CertificateExpiration { expires };
    Certificate::generate(env.crypto(), &mut rng, now(), algorithm, expiration).unwrap()
}

fn refusal(algorithm: &KeygenAlgorithm) -> ErrorName {
    let env = env(1);
    let mut rng = env.seed().rng();
    let expiration = CertificateExpiration::default();
    Certificate::generate(env.crypto(), &mut rng, now(), algorithm, expiration)
        .unwrap_err()
        .name
}

fn connection(certificates: Vec<Certificate>) -> Result<PeerConnection, ErrorName> {
    let env = env(9);
    let configuration = Configuration {
        certificates,
        ..Configuration::default()
    };
    let own = generate(90, &KeygenAlgorithm::default(), None);
    PeerConnection::new(
        Config::default(),
        configuration,
        own.inner().clone(),
        &env,
        clock::start(),
    )
    .map_err(|error| error.name)
}

// api: RTCPeerConnection.generateCertificate, RTCCertificate.expires
#[test]
fn a_certificate_of_p_256_is_valid_for_30_days_if_nothing_else_is_asked_for() {
    let made = generate(1, &KeygenAlgorithm::ecdsa_p256(), None);
    let days = Duration::from_secs(30 * 24 * 3600);
    assert_eq!(made.expires(), now() + days);
    assert_eq!(
        made.inner().key().scheme(),
        SignatureScheme::EcdsaSecp256r1Sha256
    );
}

// api: RTCPeerConnection.generateCertificate
#[test]
fn a_certificate_of_rsa_2048_is_made() {
    let made = generate(2, &KeygenAlgorithm::rsa_2048(), None);
    assert_eq!(made.inner().key().scheme(), SignatureScheme::RsaPkcs1Sha256);
    assert!(made.to_pem().unwrap().contains("BEGIN PRIVATE KEY"));
}

// api: RTCPeerConnection.generateCertificate
#[test]
fn a_certificate_of_p_384_is_made() {
    let algorithm = KeygenAlgorithm::Ecdsa {
        named_curve: String::from("P-384"),
    };
    let made = generate(3, &algorithm, None);
    let names: Vec<_> = made
        .get_fingerprints()
        .into_iter()
        .map(|fingerprint| fingerprint.algorithm)
        .collect();
    assert_eq!(names, ["sha-256", "sha-384"]);
}

// api: RTCPeerConnection.generateCertificate
#[test]
fn other_algorithms_are_not_supported() {
    let rsa = |modulus_length, public_exponent, hash: &str| KeygenAlgorithm::RsassaPkcs1V1_5 {
        modulus_length,
        public_exponent,
        hash: hash.to_owned(),
    };
    let curve = |name: &str| KeygenAlgorithm::Ecdsa {
        named_curve: name.to_owned(),
    };
    for algorithm in [
        rsa(1024, 65_537, "SHA-256"),
        rsa(8192, 65_537, "SHA-256"),
        rsa(2048, 3, "SHA-256"),
        rsa(2048, 65_537, "SHA-1"),
        curve("P-521"),
        curve("K-256"),
        curve(""),
        KeygenAlgorithm::Named(String::from("ECDSA")),
        KeygenAlgorithm::Named(String::from("AES-GCM")),
        KeygenAlgorithm::Named(String::from("HMAC")),
    ] {
        assert_eq!(
            refusal(&algorithm),
            ErrorName::NotSupportedError,
            "{algorithm:?}"
        );
    }
}

// api: RTCPeerConnection.generateCertificate
#[test]
fn the_name_of_a_hash_counts_in_any_case() {
    let algorithm = KeygenAlgorithm::RsassaPkcs1V1_5 {
        modulus_length: 2048,
        public_exponent: 65_537,
        hash: String::from("sha-256"),
    };
    assert_eq!(algorithm.scheme(), Ok(SignatureScheme::RsaPkcs1Sha256));
}

// api: RTCCertificateExpiration.expires, RTCCertificate.expires
#[test]
fn expires_is_counted_from_now_to_the_millisecond() {
    for millis in [0, 1, 2_000, 86_400_123] {
        let expires = Duration::from_millis(millis);
        let made = generate(4, &KeygenAlgorithm::default(), Some(expires));
        assert_eq!(made.expires(), now() + expires, "{millis}");
    }
}

// api: RTCCertificateExpiration.expires
#[test]
fn no_certificate_is_valid_for_more_than_365_days() {
    let most = Duration::from_millis(31_536_000_000);
    for expires in [
        most,
        most + Duration::from_millis(1),
        Duration::from_millis(u64::MAX),
        Duration::MAX,
    ] {
        let made = generate(5, &KeygenAlgorithm::default(), Some(expires));
        assert_eq!(made.expires(), now() + most, "{expires:?}");
    }
    let less = most - Duration::from_millis(1);
    let made = generate(5, &KeygenAlgorithm::default(), Some(less));
    assert_eq!(made.expires(), now() + less);
}

// api: RTCCertificate.getFingerprints, RTCDtlsFingerprint.algorithm, RTCDtlsFingerprint.value
#[test]
fn a_fingerprint_is_the_hash_of_the_certificate_in_lower_case() {
    let made = generate(6, &KeygenAlgorithm::default(), None);
    let [fingerprint] = &made.get_fingerprints()[..] else {
        panic!("one fingerprint: the signature uses SHA-256")
    };
    assert_eq!(fingerprint.algorithm, "sha-256");
    assert_eq!(fingerprint.value.len(), 32 * 3 - 1);
    assert_eq!(fingerprint.value, fingerprint.value.to_lowercase());
    let text = format!("{} {}", fingerprint.algorithm, fingerprint.value);
    let parsed: stonechat_crypto::Fingerprint = text.parse().unwrap();
    assert!(parsed.matches(&rust::PROVIDER, made.der()));
}

// api: RTCCertificate.getFingerprints
#[test]
fn the_fingerprint_is_the_one_that_descriptions_carry() {
    let made = generate(7, &KeygenAlgorithm::default(), None);
    let mut pc = connection(vec![made.clone()]).unwrap();
    let label = String::from("data");
    let init = stonechat_peerconnection::ChannelInit::default();
    pc.call(clock::start(), Call::CreateDataChannel { label, init });
    pc.call(
        clock::start(),
        Call::CreateOffer(stonechat_peerconnection::OfferOptions::default()),
    );
    let step = std::iter::from_fn(|| pc.poll_step(clock::start()))
        .find(|step| !step.settle.is_empty())
        .unwrap();
    let Ok(stonechat_peerconnection::Value::Description(offer)) = &step.settle[0].1 else {
        panic!("an offer is made")
    };
    let value = made.get_fingerprints()[0].value.to_uppercase();
    let line = format!("a=fingerprint:sha-256 {value}\r\n");
    assert!(offer.sdp.contains(&line));
}

// api: RTCPeerConnection.generateCertificate
#[test]
fn each_certificate_has_its_own_key_name_and_serial_number() {
    let (one, two) = (
        generate(8, &KeygenAlgorithm::default(), None),
        generate(9, &KeygenAlgorithm::default(), None),
    );
    assert_ne!(
        one.inner().key().public_key(),
        two.inner().key().public_key()
    );
    assert_ne!(one.get_fingerprints(), two.get_fingerprints());
    assert_ne!(one, two);
    // Nothing of the machine, the user or the program is in it.
    let text = String::from_utf8_lossy(one.der()).to_lowercase();
    assert!(!text.contains("stonechat") && !text.contains("webrtc"));
}

// api: RTCCertificate.expires, RTCCertificate.getFingerprints
#[test]
fn a_stored_certificate_comes_back_as_the_same() {
    for algorithm in [KeygenAlgorithm::ecdsa_p256(), KeygenAlgorithm::rsa_2048()] {
        let made = generate(10, &algorithm, None);
        let read = Certificate::from_pem(&rust::PROVIDER, &made.to_pem().unwrap()).unwrap();
        assert_eq!(read, made);
        assert_eq!(read.get_fingerprints(), made.get_fingerprints());
        let lost = made.expires().duration_since(read.expires()).unwrap();
        assert!(lost < Duration::from_secs(1));
        let message = b"signed by the same key";
        assert_eq!(
            read.inner().key().sign(message),
            made.inner().key().sign(message)
        );
    }
}

// api: RTCCertificate
#[test]
fn what_is_no_stored_certificate_is_refused() {
    let one = generate(11, &KeygenAlgorithm::default(), None)
        .to_pem()
        .unwrap();
    let two = generate(12, &KeygenAlgorithm::default(), None)
        .to_pem()
        .unwrap();
    let key_at = |text: &str| text.find("-----BEGIN PRIVATE").unwrap();
    let mixed = format!("{}{}", &one[..key_at(&one)], &two[key_at(&two)..]);
    for text in ["", "certificate", &one[..key_at(&one)], &mixed] {
        let error = Certificate::from_pem(&rust::PROVIDER, text).unwrap_err();
        assert_eq!(error.name, ErrorName::DataError);
    }
}

// api: RTCConfiguration.certificates
#[test]
fn an_expired_certificate_makes_no_peer_connection() {
    let at = generate(13, &KeygenAlgorithm::default(), Some(Duration::ZERO));
    assert!(connection(vec![at]).is_ok(), "it expires now, not before");
    let env = env(14);
    let mut rng = env.seed().rng();
    let before = now() - Duration::from_secs(10);
    let expired = Certificate::generate(
        env.crypto(),
        &mut rng,
        before,
        &KeygenAlgorithm::default(),
        CertificateExpiration {
            expires: Some(Duration::from_millis(9_999)),
        },
    )
    .unwrap();
    assert_eq!(
        connection(vec![expired.clone()]).err(),
        Some(ErrorName::InvalidAccessError)
    );
    let valid = generate(15, &KeygenAlgorithm::default(), None);
    assert_eq!(
        connection(vec![valid, expired]).err(),
        Some(ErrorName::InvalidAccessError),
        "each of them is looked at"
    );
}

// api: RTCConfiguration.certificates, RTCPeerConnection.getConfiguration
#[test]
fn the_configuration_gives_its_certificates_back() {
    let made = generate(16, &KeygenAlgorithm::default(), None);
    let pc = connection(vec![made.clone()]).unwrap();
    assert_eq!(pc.session().configuration().certificates, [made]);
}

fn set_certificates(pc: &mut PeerConnection, certificates: Vec<Certificate>) -> Option<ErrorName> {
    let configuration = Configuration {
        certificates,
        ..pc.session().configuration().clone()
    };
    match pc.call(
        clock::start(),
        Call::SetConfiguration(Box::new(configuration)),
    ) {
        Answer::Failed(error) => Some(error.name),
        _ => None,
    }
}

// api: RTCPeerConnection.setConfiguration, RTCConfiguration.certificates
#[test]
fn certificates_cannot_change_and_are_compared_by_what_they_are() {
    let (one, two) = (
        generate(17, &KeygenAlgorithm::default(), None),
        generate(18, &KeygenAlgorithm::default(), None),
    );
    let mut pc = connection(vec![one.clone()]).unwrap();
    let stored = Certificate::from_pem(&rust::PROVIDER, &one.to_pem().unwrap()).unwrap();
    assert_eq!(set_certificates(&mut pc, vec![stored]), None);
    for others in [
        vec![two.clone()],
        vec![one.clone(), two.clone()],
        vec![two, one],
    ] {
        assert_eq!(
            set_certificates(&mut pc, others),
            Some(ErrorName::InvalidModificationError)
        );
    }
}

// api: RTCDtlsFingerprint.algorithm, RTCDtlsFingerprint.value
#[test]
fn a_fingerprint_of_sdp_reads_as_one_of_the_w3c() {
    let text = "SHA-1 A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D";
    let fingerprint = DtlsFingerprint::of(&text.parse().unwrap());
    assert_eq!(fingerprint.algorithm, "sha-1");
    assert_eq!(
        fingerprint.value,
        "a9:99:3e:36:47:06:81:6a:ba:3e:25:71:78:50:c2:6c:9c:d0:d8:9d"
    );
}
