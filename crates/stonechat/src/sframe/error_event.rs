use std::sync::Arc;

use super::{CryptoKeyId, SFrameChunk};

stonechat_peerconnection::w3c_enums! {
    /// `SFrameTransformErrorEventType`.
    SFrameTransformErrorEventType {
        /// The ciphertext was changed, made with another key, or came before.
        #[default]
        Authentication = "authentication",
        /// There is no key of the id that the ciphertext names.
        KeyId = "keyID",
        /// The octets are no SFrame ciphertext.
        Syntax = "syntax",
    }
}

/// `SFrameTransformErrorEvent`: a frame or packet could not be decrypted.
#[derive(Clone, Debug)]
pub struct SFrameTransformErrorEvent {
    /// `errorType`.
    pub error_type: SFrameTransformErrorEventType,
    /// `keyID`: what the ciphertext names, for [`KeyId`](SFrameTransformErrorEventType::KeyId).
    pub key_id: Option<CryptoKeyId>,
    /// `frame`: what could not be decrypted.
    pub frame: SFrameChunk,
    /// Counts the events that nobody dropped yet.
    pub(super) _unread: Option<Arc<()>>,
}

/// `SFrameTransformErrorEventInit`.
#[derive(Clone, Debug)]
pub struct SFrameTransformErrorEventInit {
    /// `errorType`.
    pub error_type: SFrameTransformErrorEventType,
    /// `frame`.
    pub frame: SFrameChunk,
    /// `keyID`.
    pub key_id: Option<CryptoKeyId>,
}

impl SFrameTransformErrorEvent {
    /// The constructor.
    #[must_use]
    pub fn new(init: SFrameTransformErrorEventInit) -> Self {
        Self {
            error_type: init.error_type,
            key_id: init.key_id,
            frame: init.frame,
            _unread: None,
        }
    }
}
