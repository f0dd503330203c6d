//! SFrame: the vectors of RFC 9605, keys and counters, hostile ciphertexts.

use stonechat_crypto::{Secret, rust};
use stonechat_media::sframe::{
    Aead, CipherSuite, DecryptError, Decryptor, EncryptError, Encryptor, Header, KeyError,
    MAX_HEADER_LEN, MAX_OVERHEAD, SenderKeyId, SyntaxError, derive, ratchet, unwrap_av1,
    unwrap_h264, wrap_av1, wrap_h264,
};
use stonechat_media::{Codec, Depacketizer, Packetizer, Payload};

fn vectors(name: &str) -> Vec<serde_json::Value> {
    let data: serde_json::Value =
        serde_json::from_str(include_str!("../data/sframe.json")).unwrap();
    data[name].as_array().unwrap().clone()
}

fn octets(vector: &serde_json::Value, name: &str) -> Vec<u8> {
    hex::decode(vector[name].as_str().unwrap()).unwrap()
}

fn suite(vector: &serde_json::Value) -> CipherSuite {
    let id = vector["cipher_suite"].as_u64().unwrap();
    CipherSuite::from_id(id as u16).unwrap()
}

fn secret(octet: u8) -> Secret {
    Secret::new(vec![octet; 16])
}

fn encryptor(suite: CipherSuite, octet: u8) -> Encryptor {
    let mut encryptor = Encryptor::new(rust::provider(), suite);
    encryptor.set_key(3, &secret(octet)).unwrap();
    encryptor
}

fn decryptor(suite: CipherSuite, octet: u8) -> Decryptor {
    let mut decryptor = Decryptor::new(rust::provider(), suite);
    decryptor.add_key(3, &secret(octet)).unwrap();
    decryptor
}

#[test]
fn headers_are_those_of_the_rfc() {
    let vectors = vectors("header");
    assert_eq!(vectors.len(), 289);
    for vector in vectors {
        let header = Header {
            key_id: vector["kid"].as_u64().unwrap(),
            counter: vector["ctr"].as_u64().unwrap(),
        };
        let encoded = octets(&vector, "encoded");
        let mut made = Vec::new();
        header.encode(&mut made);
        assert_eq!(made, encoded);
        assert_eq!(header.encoded_len(), encoded.len());
        assert_eq!(Header::parse(&encoded), Ok((header, &[][..])));
        for cut in 0..encoded.len() {
            assert_eq!(Header::parse(&encoded[..cut]), Err(SyntaxError));
        }
    }
}

#[test]
fn numbers_that_are_longer_than_they_need_be_are_refused() {
    for header in ["0807", "080007", "8007", "90000101", "0f00ffffffffffffff"] {
        let octets = hex::decode(header).unwrap();
        assert_eq!(Header::parse(&octets), Err(SyntaxError), "{header}");
    }
    assert!(Header::parse(&hex::decode("0808").unwrap()).is_ok());
}

#[test]
fn counter_mode_with_a_code_is_that_of_the_rfc() {
    let mut vectors_of_both = vectors("aes_ctr_hmac");
    vectors_of_both.extend(vectors("aes_256_ctr_hmac"));
    assert_eq!(vectors_of_both.len(), 6);
    for vector in vectors_of_both {
        let suite = suite(&vector);
        let aead = Aead::new(&rust::PROVIDER, suite, &octets(&vector, "key")).unwrap();
        let nonce = octets(&vector, "nonce").try_into().unwrap();
        let (aad, plain) = (octets(&vector, "aad"), octets(&vector, "pt"));
        let mut data = plain.clone();
        let tag = aead.seal(&nonce, &aad, &mut data).unwrap();
        let tag = &tag[..suite.tag_len()];
        assert_eq!([&data, tag].concat(), octets(&vector, "ct"));
        assert!(aead.open(&nonce, &aad, &mut data, tag));
        assert_eq!(data, plain);
        assert!(!aead.open(&nonce, &aad, &mut data, &tag[1..]));
    }
}

#[test]
fn keys_and_ciphertexts_are_those_of_the_rfc() {
    let vectors = vectors("sframe");
    assert_eq!(vectors.len(), 5);
    for vector in vectors {
        let suite = suite(&vector);
        let (key_id, counter) = (
            vector["kid"].as_u64().unwrap(),
            vector["ctr"].as_u64().unwrap(),
        );
        let base_key = Secret::new(octets(&vector, "base_key"));
        let derived = derive(&rust::PROVIDER, suite, key_id, &base_key).unwrap();
        assert_eq!(derived.secret.as_bytes(), octets(&vector, "sframe_secret"));
        assert_eq!(derived.key.as_bytes(), octets(&vector, "sframe_key"));
        assert_eq!(derived.key.as_bytes().len(), suite.key_len());
        assert_eq!(derived.salt.to_vec(), octets(&vector, "sframe_salt"));
        let (metadata, plain) = (octets(&vector, "metadata"), octets(&vector, "pt"));
        let mut encryptor = Encryptor::new(rust::provider(), suite);
        encryptor.set_key_from(key_id, &base_key, counter).unwrap();
        let sealed = encryptor.encrypt(&metadata, &plain).unwrap();
        assert_eq!(sealed, octets(&vector, "ct"));
        let mut decryptor = Decryptor::new(rust::provider(), suite);
        decryptor.add_key(key_id, &base_key).unwrap();
        assert_eq!(decryptor.decrypt(&metadata, &sealed).unwrap(), plain);
    }
}

#[test]
fn each_suite_opens_what_it_seals_and_nothing_that_was_changed() {
    for suite in CipherSuite::ALL {
        assert_eq!(CipherSuite::from_id(suite.id()), Some(suite));
        let mut alice = encryptor(suite, 1);
        let mut bob = decryptor(suite, 1);
        for len in [0, 1, 15, 16, 17, 1_500] {
            let plain = vec![9; len];
            let sealed = alice.encrypt(b"meta", &plain).unwrap();
            assert!(sealed.len() <= len + MAX_OVERHEAD);
            assert_eq!(bob.decrypt(b"meta", &sealed).unwrap(), plain, "{suite:?}");
            assert!(bob.decrypt(b"other", &sealed).is_err(), "{suite:?}");
            for index in 0..sealed.len().min(40) {
                let mut changed = sealed.clone();
                changed[index] ^= 0x10;
                assert!(bob.decrypt(b"meta", &changed).is_err(), "{suite:?} {index}");
            }
            for cut in 0..sealed.len().min(40) {
                assert!(bob.decrypt(b"meta", &sealed[..cut]).is_err(), "{suite:?}");
            }
        }
    }
    assert_eq!(CipherSuite::from_id(0), None);
    assert_eq!(CipherSuite::from_id(9), None);
}

#[test]
fn an_error_says_what_is_wrong() {
    let suite = CipherSuite::Aes128GcmSha256T128;
    let sealed = encryptor(suite, 1).encrypt(b"", b"frame").unwrap();
    let mut bob = Decryptor::new(rust::provider(), suite);
    assert_eq!(bob.decrypt(b"", &sealed), Err(DecryptError::UnknownKey(3)));
    assert_eq!(
        bob.decrypt(b"", b""),
        Err(DecryptError::Syntax(SyntaxError))
    );
    bob.add_key(3, &secret(2)).unwrap();
    assert_eq!(bob.decrypt(b"", &sealed), Err(DecryptError::Authentication));
    bob.add_key(3, &secret(1)).unwrap();
    assert_eq!(bob.decrypt(b"", &sealed).unwrap(), b"frame");
    assert!(bob.remove_key(3));
    assert!(!bob.remove_key(3));
    assert_eq!(bob.decrypt(b"", &sealed), Err(DecryptError::UnknownKey(3)));
    // Shorter than a tag.
    assert_eq!(
        bob.decrypt(b"", &[0x33, 1, 2, 3]),
        Err(DecryptError::Syntax(SyntaxError))
    );
}

#[test]
fn nothing_is_encrypted_without_a_key_or_after_the_last_counter() {
    let suite = CipherSuite::Aes256CtrHmacSha512T64;
    let mut alice = Encryptor::new(rust::provider(), suite);
    assert_eq!(alice.encrypt(b"", b"x"), Err(EncryptError::NoKey));
    assert_eq!((alice.key_id(), alice.next_counter()), (None, None));
    alice.set_key_from(7, &secret(1), u64::MAX).unwrap();
    assert!(alice.encrypt(b"", b"x").is_ok());
    assert_eq!(alice.encrypt(b"", b"x"), Err(EncryptError::Exhausted));
    alice.set_key(7, &secret(1)).unwrap();
    assert_eq!(alice.encrypt(b"", b"x"), Err(EncryptError::Exhausted));
    alice.set_key(8, &secret(1)).unwrap();
    assert!(alice.encrypt(b"", b"x").is_ok());
}

#[test]
fn a_key_that_comes_back_goes_on_where_it_was() {
    let mut alice = encryptor(CipherSuite::Aes128GcmSha256T128, 1);
    for _ in 0..5 {
        alice.encrypt(b"", b"x").unwrap();
    }
    alice.set_key(3, &secret(2)).unwrap();
    assert_eq!(alice.next_counter(), Some(0));
    alice.set_key(4, &secret(1)).unwrap();
    assert_eq!(alice.next_counter(), Some(0));
    alice.set_key(3, &secret(1)).unwrap();
    assert_eq!(alice.next_counter(), Some(5));
    // Also after so many others that it is not remembered.
    for key_id in 100..300 {
        alice.set_key(key_id, &secret(1)).unwrap();
        alice.encrypt(b"", b"x").unwrap();
    }
    alice.set_key(3, &secret(1)).unwrap();
    assert!(alice.next_counter() >= Some(5));
}

#[test]
fn a_refused_key_changes_nothing() {
    let suite = CipherSuite::Aes128CtrHmacSha256T80;
    let mut alice = encryptor(suite, 1);
    let empty = Secret::new(Vec::new());
    let long = Secret::new(vec![0; 1_025]);
    assert_eq!(alice.set_key(9, &empty), Err(KeyError::Length));
    assert_eq!(alice.set_key(9, &long), Err(KeyError::Length));
    assert_eq!(alice.key_id(), Some(3));
    let mut bob = decryptor(suite, 1);
    assert_eq!(bob.add_key(3, &empty), Err(KeyError::Length));
    let sealed = alice.encrypt(b"", b"x").unwrap();
    assert!(bob.decrypt(b"", &sealed).is_ok());
    let poor = std::sync::Arc::new(stonechat_crypto::Provider::builder("none").build());
    let mut alice = Encryptor::new(poor, suite);
    assert_eq!(alice.set_key(1, &secret(1)), Err(KeyError::Unsupported));
}

#[test]
fn keys_are_bounded() {
    let mut bob =
        Decryptor::new(rust::provider(), CipherSuite::Aes128GcmSha256T128).with_max_keys(2);
    bob.add_key(1, &secret(1)).unwrap();
    bob.add_key(2, &secret(1)).unwrap();
    assert_eq!(bob.add_key(3, &secret(1)), Err(KeyError::TooMany));
    bob.add_key(2, &secret(2)).unwrap();
    assert_eq!(bob.key_count(), 2);
    bob.remove_key(1);
    bob.add_key(3, &secret(1)).unwrap();
}

#[test]
fn what_came_before_is_refused_if_asked_for() {
    let suite = CipherSuite::Aes128CtrHmacSha256T32;
    let mut alice = encryptor(suite, 1);
    let mut lenient = decryptor(suite, 1);
    let mut strict = Decryptor::new(rust::provider(), suite).refusing_replay();
    strict.add_key(3, &secret(1)).unwrap();
    let sealed: Vec<_> = (0..3_000)
        .map(|_| alice.encrypt(b"", b"x").unwrap())
        .collect();
    let twice = [&sealed[0], &sealed[0]].map(|sealed| lenient.decrypt(b"", sealed).is_ok());
    assert_eq!(twice, [true, true]);
    for index in [0, 2, 1, 500, 400, 1_400] {
        assert!(strict.decrypt(b"", &sealed[index]).is_ok(), "{index}");
        assert_eq!(
            strict.decrypt(b"", &sealed[index]),
            Err(DecryptError::Replayed)
        );
    }
    // The same key again does not forget.
    strict.add_key(3, &secret(1)).unwrap();
    assert_eq!(
        strict.decrypt(b"", &sealed[500]),
        Err(DecryptError::Replayed)
    );
    assert!(strict.decrypt(b"", &sealed[501]).is_ok());
    assert!(strict.decrypt(b"", &sealed[2_999]).is_ok());
    assert_eq!(strict.decrypt(b"", &sealed[3]), Err(DecryptError::Replayed));
    // A forged counter moves nothing.
    let mut forged = sealed[2_998].clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(
        strict.decrypt(b"", &forged),
        Err(DecryptError::Authentication)
    );
    assert!(strict.decrypt(b"", &sealed[2_998]).is_ok());
}

#[test]
fn ratcheted_keys_follow_each_other() {
    for suite in [
        CipherSuite::Aes128GcmSha256T128,
        CipherSuite::Aes256GcmSha512T128,
    ] {
        let first = ratchet(&rust::PROVIDER, suite, &secret(1)).unwrap();
        let second = ratchet(&rust::PROVIDER, suite, &first).unwrap();
        assert_eq!(first.as_bytes().len(), suite.mac().output_len());
        assert_ne!(first.as_bytes(), second.as_bytes());
        let again = ratchet(&rust::PROVIDER, suite, &secret(1)).unwrap();
        assert_eq!(again.as_bytes(), first.as_bytes());
    }
    let empty = Secret::new(Vec::new());
    let suite = CipherSuite::Aes128GcmSha256T128;
    assert!(ratchet(&rust::PROVIDER, suite, &empty).is_err());
}

#[test]
fn key_ids_of_senders_hold_generation_and_step() {
    let id = SenderKeyId {
        generation: 5,
        step: 0x1f,
    };
    assert_eq!(id.to_key_id(4), 0x5f);
    let back = SenderKeyId::from_key_id(0x5f, 4);
    assert_eq!((back.generation, back.step), (5, 0x0f));
    for bits in 0..=70 {
        for key_id in [0, 1, 0x1234_5678_9abc_def0, u64::MAX] {
            let id = SenderKeyId::from_key_id(key_id, bits);
            assert_eq!(id.to_key_id(bits), key_id, "{bits}");
        }
    }
}

#[test]
fn a_ciphertext_passes_as_an_access_unit_of_h264() {
    let mut sealed: Vec<u8> = Vec::new();
    for pattern in [
        &[0, 0, 0, 1][..],
        &[0, 0, 3],
        &[0, 0, 2, 0, 0, 0, 0],
        &[255, 0],
    ] {
        sealed.extend(pattern);
    }
    for len in 0..=sealed.len() {
        for keyframe in [true, false] {
            let unit = wrap_h264(keyframe, &sealed[..len]);
            assert_eq!(stonechat_media::h264::nal_units(&unit).count(), 1);
            assert_eq!(unwrap_h264(&unit).unwrap(), sealed[..len]);
        }
    }
    assert_eq!(unwrap_h264(&[0, 0, 1, 0x67, 1]), None);
    assert_eq!(unwrap_h264(&[]), None);
}

#[test]
fn noise_is_never_taken() {
    let mut bob = decryptor(CipherSuite::Aes128GcmSha256T128, 1);
    let mut state = 1_u32;
    for _ in 0..20_000 {
        let len = (state >> 27) as usize * 2;
        let noise: Vec<u8> = (0..len)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        state = state.wrapping_add(1);
        assert!(bob.decrypt(b"", &noise).is_err());
        if let Ok((header, _)) = Header::parse(&noise) {
            assert!(header.encoded_len() <= MAX_HEADER_LEN);
        }
    }
}

#[test]
fn a_ciphertext_passes_as_a_temporal_unit_of_av1() {
    for keyframe in [true, false] {
        for len in [0, 1, 126, 127, 128, 3_000] {
            let sealed: Vec<u8> = (0..len).map(|index| index as u8).collect();
            let unit = wrap_av1(keyframe, &sealed);
            let mut payloads = Vec::new();
            Packetizer::new(Codec::Av1, 1)
                .packetize(&unit.clone().into(), 300, &mut payloads)
                .unwrap();
            let payloads: Vec<_> = payloads.iter().map(Payload::to_vec).collect();
            let mut again = Vec::new();
            Depacketizer::new(Codec::Av1)
                .sealed()
                .assemble(payloads.iter().map(Vec::as_slice), 1 << 20, &mut again)
                .unwrap();
            assert_eq!(again, unit);
            assert_eq!(unwrap_av1(&again).unwrap(), sealed);
        }
    }
    assert_eq!(unwrap_av1(&[]), None);
    assert_eq!(unwrap_av1(&[0x12, 0, 0x0a, 1, 0]), None);
    assert_eq!(unwrap_av1(&[0x12, 0, 0x32, 1, 0x00]), None);
    assert_eq!(unwrap_av1(&[0x32, 1, 0x30, 0x32, 1, 0x30]), None);
}
