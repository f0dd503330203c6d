//! `RTCDTMFSender` (webrtc-pc, section 7).

use std::sync::Arc;

use stonechat_peerconnection::{Call, SenderId};

use crate::error::RtcError;
use crate::events::Events;
use crate::shared::Shared;

/// Sends the tones of telephone keys by a sender of audio.
///
/// While a tone plays, frames that are written to the track of the sender are not sent (RFC 4733).
#[derive(Clone, Debug)]
pub struct RtcDtmfSender {
    shared: Arc<Shared>,
    id: SenderId,
}

/// What happens to an [`RtcDtmfSender`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DtmfEvent {
    /// `tonechange`: a tone begins, or all were played.
    ToneChange(RtcDtmfToneChangeEvent),
}

/// `RTCDTMFToneChangeEvent`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RtcDtmfToneChangeEvent {
    /// `tone`: the character that begins, also the comma; empty when all tones were played.
    pub tone: String,
}

impl RtcDtmfToneChangeEvent {
    /// An event of this tone (`RTCDTMFToneChangeEventInit`).
    #[must_use]
    pub fn new(tone: impl Into<String>) -> Self {
        Self { tone: tone.into() }
    }
}

impl RtcDtmfSender {
    /// `duration` where the W3C API leaves it out: 100 ms.
    pub const DEFAULT_DURATION: u32 = 100;
    /// `interToneGap` where the W3C API leaves it out: 70 ms.
    pub const DEFAULT_INTER_TONE_GAP: u32 = 70;

    pub(crate) fn new(shared: &Arc<Shared>, id: SenderId) -> Self {
        Self {
            shared: Arc::clone(shared),
            id,
        }
    }

    /// `insertDTMF()`: plays the characters of `tones`, `0` to `9`, `A` to `D`, `#` and `*`, each
    /// for `duration` milliseconds with `inter_tone_gap` milliseconds in between; a comma pauses
    /// for 2 seconds. They take the place of tones that wait, not of the one that plays.
    ///
    /// `duration` is kept within 40 and 6,000, `inter_tone_gap` within 30 and 6,000.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if [`can_insert_dtmf`](Self::can_insert_dtmf) is false,
    /// `InvalidCharacterError` for other characters.
    pub fn insert_dtmf(
        &self,
        tones: &str,
        duration: u32,
        inter_tone_gap: u32,
    ) -> Result<(), RtcError> {
        let call = Call::InsertDtmf {
            sender: self.id,
            tones: tones.to_owned(),
            duration,
            inter_tone_gap,
        };
        self.shared.call(call).map(|_| ())
    }

    /// `canInsertDTMF`: whether the peer connection is connected, the sender sends, and the peer
    /// takes telephone events.
    #[must_use]
    pub fn can_insert_dtmf(&self) -> bool {
        self.shared.session().can_insert_dtmf(self.id)
    }

    /// `toneBuffer`: the tones that wait.
    #[must_use]
    pub fn tone_buffer(&self) -> String {
        self.shared.session().tone_buffer(self.id)
    }

    /// `tonechange`, from now on; the first who asks also gets those of before.
    #[must_use]
    pub fn events(&self) -> Events<DtmfEvent> {
        self.shared.session().hub.tones(self.id).subscribe()
    }
}
