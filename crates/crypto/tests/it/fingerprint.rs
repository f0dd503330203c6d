use stonechat_crypto::{Fingerprint, FingerprintError, HashAlgorithm, rust};

#[test]
fn a_fingerprint_prints_as_sdp_has_it_and_parses_back_in_any_case() {
    let made = Fingerprint::of(&rust::PROVIDER, HashAlgorithm::Sha1, b"abc").unwrap();
    let text = "sha-1 A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D";
    assert_eq!(made.to_string(), text);
    assert_eq!(text.to_lowercase().parse(), Ok(made.clone()));
    assert_eq!(text.replace("sha-1", "SHA-1").parse(), Ok(made.clone()));
    assert!(made.matches(&rust::PROVIDER, b"abc"));
    assert!(!made.matches(&rust::PROVIDER, b"abd"));
}

#[test]
fn what_is_no_fingerprint_is_refused() {
    for text in [
        "",
        "sha-1",
        "sha-1 ",
        "sha-1 AB",
        "sha-1 ZZ:00",
        "sha-256 A:B",
        "sha-1 +1:+1",
    ] {
        assert_eq!(
            text.parse::<Fingerprint>(),
            Err(FingerprintError::Malformed),
            "{text}"
        );
    }
    assert_eq!(
        "sha-3 AB".parse::<Fingerprint>(),
        Err(FingerprintError::UnknownHash)
    );
    let cut = "sha-1 A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8";
    assert_eq!(cut.parse::<Fingerprint>(), Err(FingerprintError::Malformed));
}
