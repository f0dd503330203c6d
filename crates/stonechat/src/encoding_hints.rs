//! What an encoder should do, as it changes.

use stonechat_peerconnection::EncodingHints;
use tokio::sync::watch;

/// Watches what the encoder of a sender should do for each of its encodings: what the application
/// set by `setParameters`, within what was negotiated.
///
/// Only the newest state counts; it holds no queue and keeps nothing alive.
#[derive(Clone, Debug)]
pub struct EncodingHintsWatch {
    pub(crate) hints: watch::Receiver<Vec<EncodingHints>>,
}

impl EncodingHintsWatch {
    /// What holds now, one for each encoding in the order of the parameters.
    #[must_use]
    pub fn current(&self) -> Vec<EncodingHints> {
        self.hints.borrow().clone()
    }

    /// Waits until something differs from what was seen last; `None` once the peer connection is
    /// gone.
    ///
    /// Nothing is lost if the future is dropped before it is ready.
    pub async fn changed(&mut self) -> Option<Vec<EncodingHints>> {
        self.hints.changed().await.ok()?;
        Some(self.hints.borrow_and_update().clone())
    }
}
