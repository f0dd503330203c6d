//! Computed secrets, and whole sessions that another implementation recorded.

use std::collections::BTreeMap;

use bytes::BytesMut;
use serde_json::Value;
use stonechat_crypto::{NamedGroup, Provider, Secret};

use crate::handshake::HelloRandom;
use crate::handshake::certificate::RemoteChain;
use crate::record::{ContentType, RecordHeader};
use crate::transcript::Transcript;
use crate::v12::key_schedule::{MasterSecret, TrafficKeys, prf};
use crate::v12::{Course, Established};
use crate::{CipherSuite, Role};

const PRF: &str = include_str!("../../../tests/data/tls12_prf_and_srtp_exporter.json");
const SESSIONS: &str = include_str!("../../../tests/data/dtls12_openssl_sessions.json");

fn octets(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn the_pseudorandom_function_gives_each_published_output() {
    let provider = stonechat_crypto::rust::provider();
    let file: Value = serde_json::from_str(PRF).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 17);
    for vector in vectors {
        let suite = match vector["hash"].as_str().unwrap() {
            "sha256" => CipherSuite::EcdheEcdsaAes128GcmSha256,
            _ => CipherSuite::EcdheEcdsaAes256GcmSha384,
        };
        let expected = octets(&vector["output"]);
        let mut out = vec![0; expected.len()];
        let (secret, seed) = (octets(&vector["secret"]), octets(&vector["seed"]));
        let label = vector["label"].as_str().unwrap().as_bytes();
        prf(
            &provider,
            suite,
            &secret,
            label,
            [&seed, &[], &[]],
            &mut out,
        )
        .unwrap();
        assert_eq!(out, expected);
    }
}

/// A recorded session: plain handshake messages in order, and protected records.
#[derive(Default)]
struct Recording {
    /// Messages of the client's second ClientHello up to its CertificateVerify.
    transcript: Vec<u8>,
    /// What the server says in plain text after the client's Finished.
    late: Vec<u8>,
    protected: Vec<(Role, BytesMut)>,
    client_random: HelloRandom,
    server_random: HelloRandom,
}

impl Recording {
    fn read(datagrams: &[Value]) -> Self {
        let mut recording = Self::default();
        let mut parts: BTreeMap<(u8, u16), (u8, Vec<u8>)> = BTreeMap::new();
        for datagram in datagrams {
            let role = match datagram[0].as_str().unwrap() {
                "client" => Role::Client,
                _ => Role::Server,
            };
            let mut rest = BytesMut::from(&octets(&datagram[1])[..]);
            while !rest.is_empty() {
                let header = RecordHeader::parse(&rest).unwrap();
                let record = rest.split_to(header.record_len());
                if header.epoch == 1 {
                    recording.protected.push((role, record));
                } else if header.content_type == ContentType::Handshake {
                    let content = &record[13..];
                    let sequence = u16::from_be_bytes([content[4], content[5]]);
                    let side = u8::from(role == Role::Server);
                    // All fragments are recorded in order.
                    let entry = parts.entry((side, sequence)).or_default();
                    entry.0 = content[0];
                    entry.1.extend_from_slice(&content[12..]);
                }
            }
        }
        // The first ClientHello and its HelloVerifyRequest are not part of the transcript.
        for (side, sequence, kind) in [
            (0, 1, 1),
            (1, 1, 2),
            (1, 2, 11),
            (1, 3, 12),
            (1, 4, 13),
            (1, 5, 14),
            (0, 2, 11),
            (0, 3, 16),
            (0, 4, 15),
            (1, 6, 4),
        ] {
            let (found, body) = &parts[&(side, sequence)];
            assert_eq!(*found, kind);
            match kind {
                1 => recording.client_random = body[2..34].try_into().unwrap(),
                2 => recording.server_random = body[2..34].try_into().unwrap(),
                _ => {}
            }
            let out = match kind {
                4 => &mut recording.late,
                _ => &mut recording.transcript,
            };
            out.extend_from_slice(&whole(kind, sequence, body));
        }
        recording
    }
}

fn whole(kind: u8, sequence: u16, body: &[u8]) -> Vec<u8> {
    let len = &u32::try_from(body.len()).unwrap().to_be_bytes()[1..];
    [&[kind], len, &sequence.to_be_bytes(), &[0; 3], len, body].concat()
}

fn suite_of(name: &str) -> CipherSuite {
    match name {
        "ECDHE-ECDSA-AES128-GCM-SHA256" => CipherSuite::EcdheEcdsaAes128GcmSha256,
        "ECDHE-ECDSA-AES256-GCM-SHA384" => CipherSuite::EcdheEcdsaAes256GcmSha384,
        _ => CipherSuite::EcdheEcdsaChaCha20Poly1305Sha256,
    }
}

#[test]
fn recorded_sessions_of_openssl_open_and_their_finished_messages_and_exporters_match() {
    let provider = stonechat_crypto::rust::provider();
    let file: Value = serde_json::from_str(SESSIONS).unwrap();
    let sessions = file["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 5);
    for session in sessions {
        check_session(&provider, session);
    }
}

fn check_session(provider: &Provider, session: &Value) {
    let recording = Recording::read(session["datagrams"].as_array().unwrap());
    let key_log = session["keylog"][0].as_str().unwrap();
    let master = hex::decode(key_log.split(' ').next_back().unwrap()).unwrap();
    let master = MasterSecret(Secret::new(master));
    let mut course = Course {
        suite: suite_of(session["cipher"].as_str().unwrap()),
        srtp: None,
        client_random: recording.client_random,
        server_random: recording.server_random,
        transcript: Transcript::from_octets(recording.transcript),
    };
    let keys = TrafficKeys::derive(provider, &course, &master).unwrap();
    let (mut kinds, mut finished) = (vec![], vec![]);
    let mut proofs = 0;
    for (role, record) in recording.protected {
        let header = RecordHeader::parse(&record).unwrap();
        let protection = match role {
            Role::Client => &keys.client,
            Role::Server => &keys.server,
        };
        let content = protection.open(header, record).unwrap();
        kinds.push(header.content_type);
        if header.content_type == ContentType::Handshake {
            // It may come in pieces.
            assert_eq!(content[..4], [20, 0, 0, 12]);
            finished.extend_from_slice(&content[12..]);
            if finished.len() < 12 {
                continue;
            }
            assert_eq!(
                finished,
                master.verify_data(provider, &course, role).unwrap()
            );
            proofs += 1;
            let sequence = u16::from_be_bytes([content[4], content[5]]);
            let mut octets = course.transcript.as_bytes().to_vec();
            octets.extend_from_slice(&whole(20, sequence, &finished));
            octets.extend_from_slice(&recording.late);
            course.transcript = Transcript::from_octets(octets);
            finished.clear();
        }
    }
    assert_eq!(proofs, 2);
    assert!(kinds.contains(&ContentType::ApplicationData) && kinds.contains(&ContentType::Alert));

    let established = Established {
        suite: course.suite,
        group: NamedGroup::X25519,
        srtp: None,
        client_random: course.client_random,
        server_random: course.server_random,
        master,
        remote_certificate: RemoteChain::default(),
    };
    let expected = octets(&session["exporter_output"]);
    let mut out = vec![0; expected.len()];
    let label = session["exporter_label"].as_str().unwrap().as_bytes();
    established.export(provider, label, None, &mut out).unwrap();
    assert_eq!(out, expected);
}
