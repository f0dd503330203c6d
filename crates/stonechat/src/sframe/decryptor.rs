use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use stonechat_crypto::Provider;
use stonechat_media::sframe::{DecryptError, Decryptor};
use stonechat_media::{
    Codec, ContributingLevels, MediaFrame, Opened, PacketOpener, ReceivedPacket,
};
use stonechat_peerconnection::Kind;

use super::encryptor::{claim, lock};
use super::key::refused;
use super::{
    CryptoKey, CryptoKeyId, SFrameChunk, SFrameCipherSuite, SFrameTransformErrorEvent,
    SFrameTransformErrorEventType, SFrameTransformOptions,
};
use crate::encoded_transform::Owner;
use crate::error::RtcError;
use crate::events::{EventSource, Events};
use crate::rtc_encoded_frame::RtcEncodedFrame;

/// Errors that wait to be read; what fails meanwhile is dropped without one.
const MAX_UNREAD: usize = 64;

/// What happens to an SFrame decryptor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SFrameDecryptorEvent {
    /// `error`: something could not be decrypted, and was dropped.
    Error(SFrameTransformErrorEvent),
}

/// `RTCRtpSFrameDecryptor`: decrypts what one receiver receives, whole frames as well as packets.
/// All clones are the same.
///
/// What comes a second time is refused as not authentic.
#[derive(Clone, Debug)]
pub struct RtcRtpSFrameDecryptor {
    pub(crate) core: Arc<DecryptorCore>,
}

impl RtcRtpSFrameDecryptor {
    /// The constructor, with the default cryptography.
    #[cfg(feature = "rust-crypto")]
    #[must_use]
    pub fn new(options: SFrameTransformOptions) -> Self {
        Self::with_crypto(stonechat_crypto::rust::provider(), options)
    }

    /// The same with this cryptography.
    #[must_use]
    pub fn with_crypto(crypto: Arc<Provider>, options: SFrameTransformOptions) -> Self {
        let decryptor = decryptor(crypto, options.cipher_suite).refusing_replay();
        Self {
            core: Arc::new(DecryptorCore::new(decryptor)),
        }
    }

    /// `addDecryptionKey()`: opens what names `key_id` with `key`, in place of a key of that id.
    /// There may be 1,024 keys.
    ///
    /// # Errors
    ///
    /// `InvalidModificationError` if the key cannot be used, or there are too many.
    #[expect(clippy::unused_async, reason = "a promise of the W3C API")]
    pub async fn add_decryption_key(
        &self,
        key: &CryptoKey,
        key_id: impl Into<CryptoKeyId>,
    ) -> Result<(), RtcError> {
        self.core.add_key(key, key_id.into())
    }

    /// `removeDecryptionKey()`: forgets a key; it is no error if there is none.
    ///
    /// # Errors
    ///
    /// None.
    #[expect(clippy::unused_async, reason = "a promise of the W3C API")]
    pub async fn remove_decryption_key(
        &self,
        key_id: impl Into<CryptoKeyId>,
    ) -> Result<(), RtcError> {
        self.core.remove_key(key_id.into());
        Ok(())
    }

    /// `error`, from now on; the first who asks also gets those of before. While 64 are not read,
    /// no more come.
    #[must_use]
    pub fn events(&self) -> Events<SFrameDecryptorEvent> {
        self.core.events()
    }
}

pub(super) fn decryptor(crypto: Arc<Provider>, suite: SFrameCipherSuite) -> Decryptor {
    Decryptor::new(crypto, suite.suite())
}

/// What the clones of a decryptor share.
#[derive(Debug)]
pub(crate) struct DecryptorCore {
    decryptor: Mutex<Decryptor>,
    owner: Mutex<Option<Owner>>,
    events: Mutex<EventSource<SFrameDecryptorEvent>>,
    unread: Arc<()>,
    /// Whether a packet was opened by itself: then all are.
    per_packet: AtomicBool,
}

impl DecryptorCore {
    pub(super) fn new(decryptor: Decryptor) -> Self {
        Self {
            decryptor: Mutex::new(decryptor),
            owner: Mutex::new(None),
            events: Mutex::default(),
            unread: Arc::new(()),
            per_packet: AtomicBool::new(false),
        }
    }

    pub(super) fn add_key(&self, key: &CryptoKey, key_id: CryptoKeyId) -> Result<(), RtcError> {
        lock(&self.decryptor)
            .add_key(key_id.0, &key.0)
            .map_err(refused)
    }

    pub(super) fn remove_key(&self, key_id: CryptoKeyId) {
        let _ = lock(&self.decryptor).remove_key(key_id.0);
    }

    pub(super) fn events(&self) -> Events<SFrameDecryptorEvent> {
        lock(&self.events).subscribe()
    }

    /// What `sealed` holds; if it does not open, `error` fires with the frame.
    pub(crate) fn decrypt(
        &self,
        sealed: &[u8],
        frame: impl FnOnce() -> SFrameChunk,
    ) -> Option<Bytes> {
        let opened = lock(&self.decryptor).decrypt(&[], sealed);
        match opened {
            Ok(plain) => Some(plain.into()),
            Err(error) => {
                self.fire(error, frame);
                None
            }
        }
    }

    fn fire(&self, error: DecryptError, frame: impl FnOnce() -> SFrameChunk) {
        if Arc::strong_count(&self.unread) > MAX_UNREAD {
            return;
        }
        let (error_type, key_id) = match error {
            DecryptError::Syntax(_) => (SFrameTransformErrorEventType::Syntax, None),
            DecryptError::UnknownKey(key_id) => (
                SFrameTransformErrorEventType::KeyId,
                Some(CryptoKeyId(key_id)),
            ),
            _ => (SFrameTransformErrorEventType::Authentication, None),
        };
        let event = SFrameTransformErrorEvent {
            error_type,
            key_id,
            frame: frame(),
            _unread: Some(Arc::clone(&self.unread)),
        };
        lock(&self.events).fire(SFrameDecryptorEvent::Error(event));
    }

    /// Belongs to `owner` from now on; `false` if it belongs to one already.
    pub(crate) fn claim(&self, owner: Owner) -> bool {
        claim(&self.owner, owner)
    }

    /// A frame of what one packet carries.
    fn frame_of(&self, packet: &ReceivedPacket) -> SFrameChunk {
        let kind = match &*lock(&self.owner) {
            Some(Owner::Receiver(_, _, Some(Kind::Video))) => stonechat_media::MediaKind::Video,
            _ => stonechat_media::MediaKind::Audio,
        };
        let frame = MediaFrame {
            data: packet.payload.clone(),
            ssrc: packet.ssrc,
            contributing_sources: Vec::new(),
            timestamp: packet.timestamp,
            payload_type: packet.payload_type,
            codec: Codec::Other {
                kind,
                clock_rate: 0,
            },
            marker: packet.marker,
            keyframe: false,
            dimensions: None,
            contiguous: false,
            first_sequence: packet.sequence,
            packets: 1,
            first_arrival: packet.arrival,
            arrival: packet.arrival,
            audio_level: packet.audio_level,
            contributing_levels: ContributingLevels::default(),
            rid: packet.rid.clone(),
        };
        RtcEncodedFrame::of_media(&frame).into()
    }
}

impl PacketOpener for DecryptorCore {
    /// Packets are tried first: one that is authentic was sealed by itself, and then all are.
    fn open(&self, packet: &ReceivedPacket) -> Opened {
        let opened = lock(&self.decryptor).decrypt(&[], &packet.payload);
        match opened {
            Ok(plain) => {
                self.per_packet.store(true, Ordering::Relaxed);
                Opened::Plain(plain.into())
            }
            // A repair of what came in the meantime.
            Err(DecryptError::Replayed) => Opened::Refused,
            Err(error) if self.per_packet.load(Ordering::Relaxed) => {
                self.fire(error, || self.frame_of(packet));
                Opened::Refused
            }
            Err(_) => Opened::AsItIs,
        }
    }
}
