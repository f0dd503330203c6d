//! SFrame in the W3C API (webrtc-encoded-transform, section 4; RFC 9605): encryption of frames or
//! packets end to end, below what signalling and servers see.

mod decryptor;
mod encryptor;
mod error_event;
mod key;
mod streams;

use bytes::Bytes;
use stonechat_media::sframe::CipherSuite;

pub(crate) use self::decryptor::DecryptorCore;
pub use self::decryptor::{RtcRtpSFrameDecryptor, SFrameDecryptorEvent};
pub(crate) use self::encryptor::EncryptorCore;
pub use self::encryptor::{RtcRtpSFrameEncryptor, RtcRtpSFrameEncryptorOptions};
pub use self::error_event::{
    SFrameTransformErrorEvent, SFrameTransformErrorEventInit, SFrameTransformErrorEventType,
};
pub use self::key::{CryptoKey, CryptoKeyId};
pub use self::streams::{
    SFrameDecryptorStream, SFrameEncryptorStream, SFrameReadable, SFrameWritable,
};
use crate::rtc_encoded_frame::{RtcEncodedAudioFrame, RtcEncodedFrame, RtcEncodedVideoFrame};

stonechat_peerconnection::w3c_enums! {
    /// `SFrameCipherSuite`; the last number is the length of the tag in bits.
    SFrameCipherSuite {
        /// AES-128 in counter mode with HMAC-SHA-256.
        #[default]
        Aes128CtrHmacSha256T80 = "AES_128_CTR_HMAC_SHA256_80",
        /// AES-128 in counter mode with HMAC-SHA-256.
        Aes128CtrHmacSha256T64 = "AES_128_CTR_HMAC_SHA256_64",
        /// AES-128 in counter mode with HMAC-SHA-256.
        Aes128CtrHmacSha256T32 = "AES_128_CTR_HMAC_SHA256_32",
        /// AES-128-GCM.
        Aes128GcmSha256T128 = "AES_128_GCM_SHA256_128",
        /// AES-256-GCM.
        Aes256GcmSha512T128 = "AES_256_GCM_SHA512_128",
        /// AES-256 in counter mode with HMAC-SHA-512.
        Aes256CtrHmacSha512T80 = "AES_256_CTR_HMAC_SHA512_80",
        /// AES-256 in counter mode with HMAC-SHA-512.
        Aes256CtrHmacSha512T64 = "AES_256_CTR_HMAC_SHA512_64",
        /// AES-256 in counter mode with HMAC-SHA-512.
        Aes256CtrHmacSha512T32 = "AES_256_CTR_HMAC_SHA512_32",
    }

    /// `SFrameType`: what is one ciphertext.
    SFrameType {
        /// A whole encoded frame.
        #[default]
        PerFrame = "per-frame",
        /// The payload of each packet.
        PerPacket = "per-packet",
    }
}

/// `SFrameTransformOptions`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SFrameTransformOptions {
    /// `cipherSuite`: the same at both ends.
    pub cipher_suite: SFrameCipherSuite,
}

/// What goes through an SFrame stream.
#[derive(Clone, Debug)]
pub enum SFrameChunk {
    /// Octets (`BufferSource`).
    Data(Bytes),
    /// The data of a video frame.
    Video(RtcEncodedVideoFrame),
    /// The data of an audio frame.
    Audio(RtcEncodedAudioFrame),
}

impl SFrameChunk {
    /// The octets.
    #[must_use]
    pub const fn data(&self) -> &Bytes {
        match self {
            Self::Data(data) => data,
            Self::Video(frame) => frame.data(),
            Self::Audio(frame) => frame.data(),
        }
    }

    fn set_data(&mut self, octets: Bytes) {
        match self {
            Self::Data(data) => *data = octets,
            Self::Video(frame) => frame.set_data(octets),
            Self::Audio(frame) => frame.set_data(octets),
        }
    }
}

impl From<Bytes> for SFrameChunk {
    fn from(data: Bytes) -> Self {
        Self::Data(data)
    }
}

impl From<RtcEncodedFrame> for SFrameChunk {
    fn from(frame: RtcEncodedFrame) -> Self {
        match frame {
            RtcEncodedFrame::Video(frame) => Self::Video(frame),
            RtcEncodedFrame::Audio(frame) => Self::Audio(frame),
        }
    }
}

impl From<RtcEncodedVideoFrame> for SFrameChunk {
    fn from(frame: RtcEncodedVideoFrame) -> Self {
        Self::Video(frame)
    }
}

impl From<RtcEncodedAudioFrame> for SFrameChunk {
    fn from(frame: RtcEncodedAudioFrame) -> Self {
        Self::Audio(frame)
    }
}

impl SFrameCipherSuite {
    const fn suite(self) -> CipherSuite {
        match self {
            Self::Aes128CtrHmacSha256T80 => CipherSuite::Aes128CtrHmacSha256T80,
            Self::Aes128CtrHmacSha256T64 => CipherSuite::Aes128CtrHmacSha256T64,
            Self::Aes128CtrHmacSha256T32 => CipherSuite::Aes128CtrHmacSha256T32,
            Self::Aes128GcmSha256T128 => CipherSuite::Aes128GcmSha256T128,
            Self::Aes256GcmSha512T128 => CipherSuite::Aes256GcmSha512T128,
            Self::Aes256CtrHmacSha512T80 => CipherSuite::Aes256CtrHmacSha512T80,
            Self::Aes256CtrHmacSha512T64 => CipherSuite::Aes256CtrHmacSha512T64,
            Self::Aes256CtrHmacSha512T32 => CipherSuite::Aes256CtrHmacSha512T32,
        }
    }
}
