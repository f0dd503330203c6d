use stonechat_crypto::{Certificate, CertificateParams, SignatureScheme, conformance};
use stonechat_testkit::{clock, provider};

#[test]
fn certificates_are_made_and_read_with_toy_keys() {
    let mut rng = clock::env(1).seed().rng();
    for scheme in [
        SignatureScheme::EcdsaSecp256r1Sha256,
        SignatureScheme::EcdsaSecp384r1Sha384,
    ] {
        let params = CertificateParams {
            scheme,
            ..CertificateParams::default()
        };
        let made =
            Certificate::self_signed(&provider::PROVIDER, &mut rng, clock::wall(), params).unwrap();
        let key = Certificate::public_key_of(made.der()).unwrap();
        assert_eq!(key.spki(), made.key().public_key());
        let signature = provider::PROVIDER.signature(scheme).unwrap();
        let signed = made.key().sign(b"message").unwrap();
        assert_eq!(signature.verify(key.spki(), b"message", &signed), Ok(()));
        let text = made.to_pem().unwrap();
        let read = Certificate::from_pem(&provider::PROVIDER, &text).unwrap();
        assert_eq!(read.key().sign(b"message"), Ok(signed));
    }
}

#[test]
fn the_toy_provider_notices_all_that_a_provider_has_to() {
    conformance::structure(&provider::PROVIDER);
}
