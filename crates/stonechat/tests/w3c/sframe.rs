//! SFrame (webrtc-encoded-transform, section 4; RFC 9605).

use std::time::Duration;

use bytes::Bytes;
use stonechat::{
    CryptoKey, CryptoKeyId, MediaKind, RtcErrorName, RtcRtpSFrameDecryptor, RtcRtpSFrameEncryptor,
    RtcRtpSFrameEncryptorOptions, SFrameChunk, SFrameCipherSuite, SFrameDecryptorEvent,
    SFrameDecryptorStream, SFrameEncryptorStream, SFrameTransformErrorEvent,
    SFrameTransformErrorEventInit, SFrameTransformErrorEventType, SFrameTransformOptions,
    SFrameType,
};

use crate::encoded_media::{Line, line};
use crate::pair::within;

const SUITE: SFrameCipherSuite = SFrameCipherSuite::Aes128GcmSha256T128;

fn key(octet: u8) -> CryptoKey {
    CryptoKey::from_raw(&[octet; 16])
}

fn options() -> SFrameTransformOptions {
    SFrameTransformOptions {
        cipher_suite: SUITE,
    }
}

async fn error(events: &mut stonechat::Events<SFrameDecryptorEvent>) -> SFrameTransformErrorEvent {
    let SFrameDecryptorEvent::Error(event) = within(events.next()).await.unwrap() else {
        panic!("another event");
    };
    event
}

/// A line whose frames are encrypted with key 1, and a decryptor without a key.
async fn encrypted(
    kind: MediaKind,
    cipher_suite: SFrameCipherSuite,
    sframe_type: SFrameType,
) -> (Line, RtcRtpSFrameEncryptor, RtcRtpSFrameDecryptor) {
    let encryptor = RtcRtpSFrameEncryptor::new(RtcRtpSFrameEncryptorOptions {
        cipher_suite,
        kind: sframe_type,
    });
    encryptor.set_encryption_key(&key(1), 1).await.unwrap();
    let transform = encryptor.clone();
    let line = line(kind, |sender| {
        sender.set_transform(Some(transform.into())).unwrap();
    })
    .await;
    let decryptor = RtcRtpSFrameDecryptor::new(SFrameTransformOptions { cipher_suite });
    line.receiver
        .set_transform(Some(decryptor.clone().into()))
        .unwrap();
    (line, encryptor, decryptor)
}

// api: SFrameCipherSuite.AES_128_CTR_HMAC_SHA256_80, SFrameCipherSuite.AES_128_CTR_HMAC_SHA256_64
// api: SFrameCipherSuite.AES_128_CTR_HMAC_SHA256_32, SFrameCipherSuite.AES_128_GCM_SHA256_128
// api: SFrameCipherSuite.AES_256_GCM_SHA512_128, SFrameCipherSuite.AES_256_CTR_HMAC_SHA512_80
// api: SFrameCipherSuite.AES_256_CTR_HMAC_SHA512_64, SFrameCipherSuite.AES_256_CTR_HMAC_SHA512_32
// api: SFrameEncryptorStream.constructor, SFrameDecryptorStream.constructor
// api: SFrameTransformOptions.cipherSuite
#[tokio::test]
async fn each_suite_goes_there_and_back() {
    let suites = [
        (
            SFrameCipherSuite::Aes128CtrHmacSha256T80,
            "AES_128_CTR_HMAC_SHA256_80",
        ),
        (
            SFrameCipherSuite::Aes128CtrHmacSha256T64,
            "AES_128_CTR_HMAC_SHA256_64",
        ),
        (
            SFrameCipherSuite::Aes128CtrHmacSha256T32,
            "AES_128_CTR_HMAC_SHA256_32",
        ),
        (
            SFrameCipherSuite::Aes128GcmSha256T128,
            "AES_128_GCM_SHA256_128",
        ),
        (
            SFrameCipherSuite::Aes256GcmSha512T128,
            "AES_256_GCM_SHA512_128",
        ),
        (
            SFrameCipherSuite::Aes256CtrHmacSha512T80,
            "AES_256_CTR_HMAC_SHA512_80",
        ),
        (
            SFrameCipherSuite::Aes256CtrHmacSha512T64,
            "AES_256_CTR_HMAC_SHA512_64",
        ),
        (
            SFrameCipherSuite::Aes256CtrHmacSha512T32,
            "AES_256_CTR_HMAC_SHA512_32",
        ),
    ];
    assert_eq!(suites.map(|(suite, _)| suite), SFrameCipherSuite::ALL);
    for (cipher_suite, word) in suites {
        assert_eq!(cipher_suite.as_str(), word);
        let options = SFrameTransformOptions { cipher_suite };
        let encryptor = SFrameEncryptorStream::new(options);
        let decryptor = SFrameDecryptorStream::new(options);
        encryptor.set_encryption_key(&key(1), 5).await.unwrap();
        decryptor.add_decryption_key(&key(1), 5).await.unwrap();
        let plain = Bytes::from_static(b"a frame");
        encryptor.writable().write(plain.clone()).await.unwrap();
        let sealed = within(encryptor.readable().read()).await.unwrap();
        assert!(sealed.data().len() > plain.len());
        decryptor.writable().write(sealed).await.unwrap();
        let opened = within(decryptor.readable().read()).await.unwrap();
        assert_eq!(opened.data(), &plain);
    }
}

// api: SFrameEncryptorStream.writable, SFrameEncryptorStream.readable
// api: SFrameDecryptorStream.writable, SFrameDecryptorStream.readable
#[tokio::test]
async fn a_stream_gives_what_the_rfc_says_and_ends_when_closed() {
    // RFC 9605, appendix C.3, with the counter of a fresh key.
    let encryptor = SFrameEncryptorStream::new(options());
    let base_key = CryptoKey::from_raw(&(0..16).collect::<Vec<u8>>());
    encryptor
        .set_encryption_key(&base_key, 0x123)
        .await
        .unwrap();
    let writable = encryptor.writable();
    writable.write(Bytes::from_static(b"x")).await.unwrap();
    writable.write(Bytes::from_static(b"x")).await.unwrap();
    writable.close();
    let error = writable.write(Bytes::from_static(b"x")).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::TypeError);
    let readable = encryptor.readable();
    let first = within(readable.read()).await.unwrap();
    let second = within(readable.read()).await.unwrap();
    assert_eq!(first.data()[..3], [0x90, 0x01, 0x23]);
    assert_eq!(second.data()[..3], [0x91, 0x01, 0x23]);
    assert_eq!(first.data().len(), 3 + 1 + 16);
    assert!(within(readable.read()).await.is_none());
}

// api: SFrameEncryptorStream.setEncryptionKey, SFrameDecryptorStream.addDecryptionKey
#[tokio::test]
async fn a_key_that_cannot_be_used_is_refused() {
    let encryptor = SFrameEncryptorStream::new(options());
    let empty = CryptoKey::from_raw(&[]);
    let error = encryptor.set_encryption_key(&empty, 1).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
    let decryptor = SFrameDecryptorStream::new(options());
    let error = decryptor.add_decryption_key(&empty, 1).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
    let encryptor = RtcRtpSFrameEncryptor::new(RtcRtpSFrameEncryptorOptions::new(SUITE));
    let error = encryptor.set_encryption_key(&empty, 1).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
    let decryptor = RtcRtpSFrameDecryptor::new(options());
    let error = decryptor.add_decryption_key(&empty, 1).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidModificationError);
}

#[test]
fn ids_of_keys_are_64_bits() {
    let largest = CryptoKeyId::try_from(i128::from(u64::MAX)).unwrap();
    assert_eq!(largest, CryptoKeyId(u64::MAX));
    for id in [-1, i128::from(u64::MAX) + 1] {
        let error = CryptoKeyId::try_from(id).unwrap_err();
        assert_eq!(error.name, RtcErrorName::RangeError);
    }
}

// api: SFrameDecryptorStream.onerror, SFrameTransformErrorEvent.errorType
// api: SFrameTransformErrorEvent.keyID, SFrameTransformErrorEvent.frame
// api: SFrameTransformErrorEventType.authentication, SFrameTransformErrorEventType.keyID
// api: SFrameTransformErrorEventType.syntax, SFrameDecryptorStream.removeDecryptionKey
#[tokio::test]
async fn what_cannot_be_decrypted_fires_an_error_and_is_left_out() {
    let encryptor = SFrameEncryptorStream::new(options());
    encryptor.set_encryption_key(&key(1), 300).await.unwrap();
    let decryptor = SFrameDecryptorStream::new(options());
    let mut events = decryptor.events();
    let mut sealed = Vec::new();
    for _ in 0..4 {
        let plain = Bytes::from_static(b"frame");
        encryptor.writable().write(plain).await.unwrap();
        sealed.push(encryptor.readable().read().await.unwrap());
    }
    let writable = decryptor.writable();
    writable.write(sealed[0].clone()).await.unwrap();
    let SFrameDecryptorEvent::Error(event) = within(events.next()).await.unwrap() else {
        panic!("another event");
    };
    assert_eq!(event.error_type, SFrameTransformErrorEventType::KeyId);
    assert_eq!(event.key_id, Some(CryptoKeyId(300)));
    assert_eq!(event.frame.data(), sealed[0].data());

    decryptor.add_decryption_key(&key(2), 300).await.unwrap();
    writable.write(sealed[1].clone()).await.unwrap();
    let event = error(&mut events).await;
    assert_eq!(
        event.error_type,
        SFrameTransformErrorEventType::Authentication
    );
    assert_eq!(event.key_id, None);

    writable.write(Bytes::from_static(&[0x90])).await.unwrap();
    let event = error(&mut events).await;
    assert_eq!(event.error_type, SFrameTransformErrorEventType::Syntax);

    decryptor.add_decryption_key(&key(1), 300).await.unwrap();
    writable.write(sealed[2].clone()).await.unwrap();
    let opened = within(decryptor.readable().read()).await.unwrap();
    assert_eq!(opened.data().as_ref(), b"frame");
    decryptor.remove_decryption_key(300).await.unwrap();
    decryptor.remove_decryption_key(300).await.unwrap();
    writable.write(sealed[3].clone()).await.unwrap();
    let event = error(&mut events).await;
    assert_eq!(event.error_type, SFrameTransformErrorEventType::KeyId);
}

// api: SFrameTransformErrorEvent.constructor, SFrameTransformErrorEventInit.errorType
// api: SFrameTransformErrorEventInit.frame, SFrameTransformErrorEventInit.keyID
#[test]
fn an_error_event_can_be_made() {
    let event = SFrameTransformErrorEvent::new(SFrameTransformErrorEventInit {
        error_type: SFrameTransformErrorEventType::KeyId,
        frame: SFrameChunk::Data(Bytes::from_static(b"x")),
        key_id: Some(CryptoKeyId(4)),
    });
    assert_eq!(event.error_type.as_str(), "keyID");
    assert_eq!(event.key_id, Some(CryptoKeyId(4)));
    assert_eq!(event.frame.data().as_ref(), b"x");
}

#[tokio::test]
async fn errors_that_nobody_reads_are_bounded() {
    let decryptor = SFrameDecryptorStream::new(options());
    let mut events = decryptor.events();
    for _ in 0..500 {
        decryptor
            .writable()
            .write(Bytes::from_static(&[0x11]))
            .await
            .unwrap();
    }
    let mut unread = 0;
    while events.try_next().is_some() {
        unread += 1;
    }
    assert_eq!(unread, 64);
    // Once they were read, more come.
    decryptor.writable().write(Bytes::new()).await.unwrap();
    error(&mut events).await;
}

// api: RTCRtpSFrameEncryptor.constructor, RTCRtpSFrameDecryptor.constructor
// api: RTCRtpSFrameEncryptor.setEncryptionKey, RTCRtpSFrameDecryptor.addDecryptionKey
// api: RTCRtpSFrameEncryptorOptions.type, SFrameType.per-frame
#[tokio::test]
async fn encrypted_video_is_decrypted_at_the_other_end() {
    let (mut line, _, decryptor) = encrypted(MediaKind::Video, SUITE, SFrameType::PerFrame).await;
    decryptor.add_decryption_key(&key(1), 1).await.unwrap();
    for number in 0..20 {
        let sent = line.send().await;
        let frame = within(line.receiver.track().recv_frame()).await.unwrap();
        assert_eq!(frame.data, sent);
        assert_eq!(frame.keyframe, number == 0);
        assert_eq!(frame.dimensions.is_some(), number == 0);
    }
}

// api: SFrameType.per-packet, RTCRtpSFrameEncryptorOptions.type
#[tokio::test]
async fn packets_can_be_encrypted_one_by_one() {
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let suite = SFrameCipherSuite::Aes256CtrHmacSha512T80;
        let (mut line, _, decryptor) = encrypted(kind, suite, SFrameType::PerPacket).await;
        decryptor.add_decryption_key(&key(1), 1).await.unwrap();
        for _ in 0..10 {
            let sent = line.send().await;
            line.only(&sent).await;
        }
    }
    assert_eq!(SFrameType::default().as_str(), "per-frame");
    assert_eq!(SFrameType::PerPacket.as_str(), "per-packet");
}

#[tokio::test]
async fn encrypted_audio_is_decrypted_at_the_other_end() {
    for suite in [
        SFrameCipherSuite::Aes128CtrHmacSha256T32,
        SFrameCipherSuite::Aes256GcmSha512T128,
    ] {
        let (mut line, _, decryptor) =
            encrypted(MediaKind::Audio, suite, SFrameType::PerFrame).await;
        decryptor.add_decryption_key(&key(1), 1).await.unwrap();
        for _ in 0..5 {
            let sent = line.send().await;
            line.only(&sent).await;
        }
    }
}

// api: RTCRtpSFrameDecryptor.onerror, RTCRtpSFrameDecryptor.addDecryptionKey
#[tokio::test]
async fn a_wrong_key_fires_the_error_and_gives_no_frame() {
    let (mut line, _, decryptor) = encrypted(MediaKind::Video, SUITE, SFrameType::PerFrame).await;
    let mut events = decryptor.events();
    line.send().await;
    let SFrameDecryptorEvent::Error(event) = within(events.next()).await.unwrap() else {
        panic!("another event");
    };
    assert_eq!(event.error_type, SFrameTransformErrorEventType::KeyId);
    assert_eq!(event.key_id, Some(CryptoKeyId(1)));
    assert!(matches!(event.frame, SFrameChunk::Video(_)));
    decryptor.add_decryption_key(&key(2), 1).await.unwrap();
    line.send().await;
    let event = error(&mut events).await;
    assert_eq!(
        event.error_type,
        SFrameTransformErrorEventType::Authentication
    );
    let frame = line.receiver.track();
    let waited = tokio::time::timeout(Duration::from_millis(50), frame.recv_frame()).await;
    assert!(waited.is_err(), "a frame came");
    // With the right key the next frame is the first that comes.
    decryptor.add_decryption_key(&key(1), 1).await.unwrap();
    let sent = line.send_key().await;
    line.only(&sent).await;
}

// api: RTCRtpSFrameEncryptor.setEncryptionKey, RTCRtpSFrameDecryptor.removeDecryptionKey
#[tokio::test]
async fn keys_change_while_media_flows() {
    let (mut line, encryptor, decryptor) =
        encrypted(MediaKind::Audio, SUITE, SFrameType::PerFrame).await;
    let mut events = decryptor.events();
    decryptor.add_decryption_key(&key(1), 1).await.unwrap();
    decryptor.add_decryption_key(&key(2), 1_000).await.unwrap();
    let sent = line.send().await;
    line.only(&sent).await;
    encryptor.set_encryption_key(&key(2), 1_000).await.unwrap();
    let sent = line.send().await;
    line.only(&sent).await;
    decryptor.remove_decryption_key(1_000).await.unwrap();
    line.send().await;
    let event = error(&mut events).await;
    assert_eq!(event.key_id, Some(CryptoKeyId(1_000)));
    assert!(matches!(event.frame, SFrameChunk::Audio(_)));
}

#[tokio::test]
async fn nothing_is_sent_before_a_key_is_set() {
    let encryptor = RtcRtpSFrameEncryptor::new(RtcRtpSFrameEncryptorOptions::new(SUITE));
    let transform = encryptor.clone();
    let mut line = line(MediaKind::Audio, |sender| {
        sender.set_transform(Some(transform.into())).unwrap();
    })
    .await;
    let decryptor = RtcRtpSFrameDecryptor::new(options());
    decryptor.add_decryption_key(&key(1), 1).await.unwrap();
    line.receiver.set_transform(Some(decryptor.into())).unwrap();
    line.send().await;
    encryptor.set_encryption_key(&key(1), 1).await.unwrap();
    let sent = line.send().await;
    line.only(&sent).await;
}

#[tokio::test]
async fn who_has_no_decryptor_gets_ciphertexts() {
    let (mut line, _, _) = encrypted(MediaKind::Audio, SUITE, SFrameType::PerFrame).await;
    line.receiver.set_transform(None).unwrap();
    // What an encoder would not make is refused as Opus only if it is malformed.
    let sent = line.send().await;
    let got = tokio::time::timeout(
        Duration::from_millis(100),
        line.receiver.track().recv_frame(),
    )
    .await;
    if let Ok(Some(frame)) = got {
        assert_ne!(frame.data, sent);
    }
}

// api: RTCRtpSender.transform, RTCRtpReceiver.transform
#[tokio::test]
async fn an_encryptor_and_a_decryptor_are_used_once() {
    let (line, encryptor, decryptor) =
        encrypted(MediaKind::Audio, SUITE, SFrameType::PerFrame).await;
    let error = line.sender.set_transform(Some(encryptor.into()));
    assert_eq!(error.unwrap_err().name, RtcErrorName::InvalidStateError);
    let error = line.receiver.set_transform(Some(decryptor.into()));
    assert_eq!(error.unwrap_err().name, RtcErrorName::InvalidStateError);
}

#[tokio::test]
async fn h264_can_be_encrypted_by_frames() {
    let unit = [&[0, 0, 0, 1, 0x65, 0x88][..], &[7; 3_000]].concat();
    arrives_encrypted("H264", unit).await;
}

#[tokio::test]
async fn av1_can_be_encrypted_by_frames() {
    // A sequence header of 320 by 180, and a frame of 3,000 octets.
    let headers = [
        0x12, 0, 0x0a, 11, 0, 0, 0, 4, 0x3c, 0xfe, 0xcc, 0xda, 0xf9, 0, 0x40, 0x32, 0xb8, 0x17,
        0x10,
    ];
    arrives_encrypted("AV1", [&headers[..], &[7; 2_999]].concat()).await;
}

/// Sends a key frame of `codec` alone, encrypted.
async fn arrives_encrypted(codec: &str, unit: Vec<u8>) {
    let mut engine = stonechat::MediaEngine::default();
    engine.video.retain(|other| other.name == codec);
    let api = crate::pair::api().media_engine(engine);
    let peer = || api.peer_connection(stonechat::RtcConfiguration::default());
    let (a, b) = (peer().unwrap(), peer().unwrap());
    let track = stonechat::MediaStreamTrack::new(MediaKind::Video);
    let sender = a.add_track(&track, &[]).unwrap();
    let encryptor = RtcRtpSFrameEncryptor::new(RtcRtpSFrameEncryptorOptions::new(SUITE));
    encryptor.set_encryption_key(&key(1), 1).await.unwrap();
    sender.set_transform(Some(encryptor.into())).unwrap();
    crate::pair::signal_whole(&a, &b).await;
    let receiver = b.get_receivers().swap_remove(0);
    let decryptor = RtcRtpSFrameDecryptor::new(options());
    decryptor.add_decryption_key(&key(1), 1).await.unwrap();
    receiver.set_transform(Some(decryptor.into())).unwrap();
    let unit = Bytes::from(unit);
    let time = stonechat::FrameTime::Media(Duration::ZERO);
    let frame = stonechat::OutgoingFrame::new(unit.clone(), time);
    within(track.write_frame(frame)).await.unwrap();
    let frame = within(receiver.track().recv_frame()).await.unwrap();
    assert_eq!((frame.data, frame.keyframe), (unit, true));
}
