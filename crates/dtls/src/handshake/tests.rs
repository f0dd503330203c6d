#![expect(clippy::arithmetic_side_effects, reason = "tests")]

use proptest::prelude::*;

use super::certificate::CertificateChain;
use super::certificate_request::CertificateRequest;
use super::certificate_verify::DigitallySigned;
use super::client_hello::ClientHello;
use super::hello_verify_request::HelloVerifyRequest;
use super::key_exchange::{ClientKeyExchange, ServerKeyExchange};
use super::server_hello::ServerHello;
use super::*;
use crate::codec::U16List;
use crate::extension::{self, Extensions};

fn octets(range: core::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), range)
}

/// A block of extensions of different types.
fn block() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::btree_map(any::<u16>(), octets(0..40), 0..6).prop_map(|map| {
        let mut block = vec![];
        for (kind, body) in map {
            extension::put(&mut block, kind, |out| out.extend_from_slice(&body));
        }
        block
    })
}

fn encoded(encode: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = vec![];
    encode(&mut out);
    out
}

/// No true prefix of a message and no message with one octet more is a message, unless what is cut
/// is all of the extensions, which may be left out.
fn assert_exact(body: &[u8], parses: impl Fn(&[u8]) -> bool, optional: Option<usize>) {
    assert!(parses(body));
    for end in 0..body.len() {
        assert_eq!(
            parses(&body[..end]),
            Some(end) == optional,
            "{end} of {}",
            body.len()
        );
    }
    assert!(!parses(&[body, &[0]].concat()));
}

proptest! {
    #[test]
    fn hello_messages_are_what_was_written(
        random in any::<[u8; 32]>(),
        session_id in octets(0..33),
        cookie in octets(0..256),
        suites in proptest::collection::vec(any::<[u8; 2]>(), 1..30),
        block in block(),
        version in any::<u16>(),
    ) {
        let suites = suites.concat();
        let extensions = Extensions::new(&block).unwrap();
        let hello = ClientHello {
            version,
            random,
            session_id: &session_id,
            cookie: &cookie,
            cipher_suites: U16List::new(&suites).unwrap(),
            compression_methods: &[0],
            extensions,
        };
        let body = encoded(|out| hello.encode(out));
        prop_assert_eq!(ClientHello::parse(&body), Ok(hello));
        let without = (!block.is_empty()).then(|| body.len() - block.len() - 2);
        assert_exact(&body, |body| ClientHello::parse(body).is_ok(), without);

        let hello = ServerHello {
            version,
            random,
            session_id: &session_id,
            cipher_suite: version,
            compression_method: 0,
            extensions,
        };
        let body = encoded(|out| hello.encode(out));
        prop_assert_eq!(ServerHello::parse(&body), Ok(hello));
        let without = (!block.is_empty()).then(|| body.len() - block.len() - 2);
        assert_exact(&body, |body| ServerHello::parse(body).is_ok(), without);

        let request = HelloVerifyRequest { cookie: &cookie };
        let body = encoded(|out| request.encode(out));
        prop_assert_eq!(HelloVerifyRequest::parse(&body), Ok(request));
        assert_exact(&body, |body| HelloVerifyRequest::parse(body).is_ok(), None);
    }

    #[test]
    fn other_messages_are_what_was_written(
        share in octets(0..256),
        signature in octets(0..100),
        chain in proptest::collection::vec(octets(1..500), 0..4),
        schemes in proptest::collection::vec(any::<[u8; 2]>(), 1..10),
        group in any::<u16>(),
    ) {
        let signed = DigitallySigned { scheme: group, signature: &signature };
        let body = encoded(|out| signed.encode(out));
        prop_assert_eq!(DigitallySigned::parse(&body), Ok(signed));
        assert_exact(&body, |body| DigitallySigned::parse(body).is_ok(), None);

        let exchange = ServerKeyExchange { group, share: &share, signed };
        let body = encoded(|out| exchange.encode(out));
        prop_assert_eq!(ServerKeyExchange::parse(&body), Ok(exchange));
        assert_exact(&body, |body| ServerKeyExchange::parse(body).is_ok(), None);

        let exchange = ClientKeyExchange { share: &share };
        let body = encoded(|out| exchange.encode(out));
        prop_assert_eq!(ClientKeyExchange::parse(&body), Ok(exchange));
        assert_exact(&body, |body| ClientKeyExchange::parse(body).is_ok(), None);

        let chain = CertificateChain {
            certificates: chain.iter().map(Vec::as_slice).collect(),
        };
        let body = encoded(|out| chain.encode(out));
        prop_assert_eq!(CertificateChain::parse(&body), Ok(chain.clone()));
        assert_exact(&body, |body| CertificateChain::parse(body).is_ok(), None);

        let schemes = schemes.concat();
        let request = CertificateRequest {
            certificate_types: &[64],
            signature_algorithms: U16List::new(&schemes).unwrap(),
        };
        let body = encoded(|out| request.encode(out));
        prop_assert_eq!(CertificateRequest::parse(&body), Ok(request));
        assert_exact(&body, |body| CertificateRequest::parse(body).is_ok(), None);
    }

    #[test]
    fn no_octets_make_a_parser_panic(body in octets(0..300)) {
        let _ = ClientHello::parse(&body);
        let _ = ServerHello::parse(&body);
        let _ = CertificateChain::parse(&body);
        let _ = CertificateRequest::parse(&body);
        let _ = ServerKeyExchange::parse(&body);
        let _ = FragmentHeader::parse(&mut Reader::new(&body));
        let _ = crate::record::RecordHeader::parse(&body);
        let _ = crate::verify::public_key(&body);
        let _ = extension::use_srtp::UseSrtp::parse(&body);
    }

    #[test]
    fn fragment_headers_are_what_was_written(
        sequence in any::<u16>(),
        offset in 0_u32..1_000,
        body in octets(1..300),
    ) {
        let len = u32::try_from(body.len()).unwrap();
        let kind = HandshakeType::Certificate;
        let header = FragmentHeader { kind, total: offset + len, sequence, offset, len };
        let octets = [&header.encode()[..], &body].concat();
        let mut reader = Reader::new(&octets);
        prop_assert_eq!(FragmentHeader::parse(&mut reader), Ok((header, &body[..])));
        let beyond = FragmentHeader { total: offset + len - 1, ..header };
        let octets = [&beyond.encode()[..], &body].concat();
        prop_assert!(FragmentHeader::parse(&mut Reader::new(&octets)).is_err());
    }
}

#[test]
fn an_extension_that_occurs_twice_is_malformed() {
    let mut block = vec![];
    extension::put(&mut block, 5, |_| {});
    assert!(Extensions::new(&block).is_ok());
    extension::put(&mut block, 5, |_| {});
    assert!(Extensions::new(&block).is_err());
}

#[test]
fn certificates_of_odd_shapes_give_an_error_or_their_key() {
    use crate::fault::Fault;
    use crate::verify::public_key;
    let spki = hex::decode("3013300d06072a8648ce3d020106022a030302007f").unwrap();
    let cases = [
        vec![],
        vec![0x30],
        vec![0x30, 0x80],
        vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
    ];
    for der in cases {
        assert_eq!(public_key(&der), Err(Fault::Malformed));
    }
    // Another curve, and parameters that are spelled out instead of named.
    assert!(public_key(&crate::peers::enclose(&spki)).is_err());
    let explicit = hex::decode("3011300b06072a8648ce3d02013000030200 7f".replace(' ', "")).unwrap();
    assert_eq!(
        public_key(&crate::peers::enclose(&explicit)),
        Err(Fault::UnsupportedCertificate)
    );
    let mut named = hex::decode("3019301306072a8648ce3d020106082a8648ce3d03010703020004").unwrap();
    let certificate = crate::peers::enclose(&named);
    assert_eq!(public_key(&certificate).map(|(_, key)| key), Ok(&named[..]));
    named[22] ^= 1;
    assert!(public_key(&crate::peers::enclose(&named)).is_err());
}
