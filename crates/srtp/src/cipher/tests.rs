//! The packets of RFC 7714 and the key stream of RFC 3711, which are given with session keys.

use stonechat_crypto::rust;

use super::*;

fn profile(key: &[u8]) -> Profile {
    if key.len() == 16 {
        Profile::AeadAes128Gcm
    } else {
        Profile::AeadAes256Gcm
    }
}

#[test]
fn packets_are_those_of_rfc_7714() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/data/rfc7714.json")).unwrap();
    let mut seen = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let field = |name: &str| hex::decode(vector[name].as_str().unwrap_or_default()).unwrap();
        let title = vector["title"].as_str().unwrap_or_default();
        let (key, iv) = (field("key"), field("iv"));
        let input = field("packet_in");
        let is_rtcp = input[1] == 0xc8;
        let ssrc_at = if is_rtcp { 4 } else { 8 };
        let ssrc = Ssrc(u32::from_be_bytes(
            input[ssrc_at..ssrc_at + 4].try_into().unwrap(),
        ));
        let index: u64 = if is_rtcp {
            0x5d4
        } else {
            u64::from(u16::from_be_bytes([input[2], input[3]]))
        };
        // The vectors print the IV; the salt is what remains without SSRC and index.
        let unsalted = (u128::from(ssrc.0) << 48 | u128::from(index)).to_be_bytes();
        let salt: Vec<u8> = iv.iter().zip(&unsalted[4..]).map(|(a, b)| a ^ b).collect();
        assert_eq!(hex::encode(&salt), "517569642070726f2071756f", "{title}");
        let gcm = Cipher::Gcm(Gcm::new(&rust::provider(), profile(&key), &key, &salt).unwrap());

        let encrypts = title.contains("Encryption") || title.contains("Tagging");
        let tag_only = !title.contains("Encryption") && !title.contains("Decryption");
        if is_rtcp {
            let word = IndexWord::new(0x5d4, !tag_only);
            if encrypts {
                let mut packet = input.clone();
                let mut trailer = [0; 20];
                gcm.seal_rtcp(ssrc, word, &mut packet, &mut trailer)
                    .unwrap();
                packet.extend_from_slice(&trailer);
                assert_eq!(
                    hex::encode(&packet),
                    hex::encode(field("packet_out")),
                    "{title}"
                );
            }
            let wire = if encrypts { field("packet_out") } else { input };
            let (body, trailer) = wire.split_at(wire.len() - 20);
            let (read, tag) = gcm.split_trailer(trailer).unwrap();
            assert_eq!(read, word, "{title}");
            let mut body = body.to_vec();
            gcm.open_rtcp(ssrc, read, &mut body, tag).unwrap();
            let plain = field(if encrypts { "packet_in" } else { "packet_out" });
            assert_eq!(hex::encode(body), hex::encode(plain), "{title}");
        } else {
            // Tags of SRTP without encryption cover the whole packet as a header.
            let header_len = |packet: &[u8]| if tag_only { packet.len() } else { 12 };
            if encrypts {
                let mut packet = input.clone();
                let mut tag = [0; 16];
                let len = header_len(&packet);
                gcm.seal_rtp(ssrc, index, &mut packet, len, &mut tag)
                    .unwrap();
                packet.extend_from_slice(&tag);
                assert_eq!(
                    hex::encode(&packet),
                    hex::encode(field("packet_out")),
                    "{title}"
                );
            }
            let wire = if encrypts { field("packet_out") } else { input };
            let (body, tag) = wire.split_at(wire.len() - 16);
            let mut body = body.to_vec();
            let len = header_len(&body);
            gcm.open_rtp(ssrc, index, &mut body, len, tag).unwrap();
            let plain = field("plaintext_hex");
            assert!(tag_only || body[12..] == plain, "{title}");
        }
        seen += 1;
    }
    assert_eq!(seen, 12);
}

#[test]
fn the_counter_mode_key_stream_is_that_of_rfc_3711_b_2() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/data/rfc3711.json")).unwrap();
    let vectors = &vectors["aes_cm_B2"];
    let field = |name: &str| hex::decode(vectors[name].as_str().unwrap()).unwrap();
    let (key, salt) = (field("session_key"), field("session_salt"));
    let keys = (key.as_slice(), [0; 20].as_slice(), salt.as_slice());
    let cipher = CounterHmac::new(&rust::provider(), Profile::Aes128CmSha1_80, keys, 10).unwrap();
    // A packet of zeros shows the key stream behind its header.
    let mut packet = vec![0; 12 + 1_044_512];
    cipher
        .seal_rtp(Ssrc(0), 0, &mut packet, 12, &mut [0; 10])
        .unwrap();
    for block in vectors["blocks"].as_array().unwrap() {
        let counter = block["counter"].as_str().unwrap();
        let number = usize::from_str_radix(&counter[28..], 16).unwrap();
        let at = 12 + number * 16;
        assert_eq!(
            hex::encode(&packet[at..at + 16]),
            block["keystream"].as_str().unwrap()
        );
    }
}
