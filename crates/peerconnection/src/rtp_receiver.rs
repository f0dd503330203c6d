//! `RTCRtpReceiver` (webrtc-pc, section 5.3).

use std::time::Duration;

use crate::plan::{CodecPlan, ExtensionPlan};
use crate::source_table::SourceTable;

/// The slots of a receiver.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    pub(crate) track_id: String,
    pub(crate) muted: bool,
    pub(crate) ended: bool,
    /// The ids of the streams that the remote description puts its track into.
    pub(crate) streams: Vec<String>,
    /// What was negotiated to be received, with the payload types of our description.
    pub(crate) codecs: Vec<CodecPlan>,
    /// `[[ReceiveCodecs]]`: what it is prepared to receive; empty if its direction does not.
    pub(crate) receive_codecs: Vec<CodecPlan>,
    pub(crate) extensions: Vec<ExtensionPlan>,
    /// Sources that the peer announced, each with its source of retransmissions.
    pub(crate) sources: Vec<(u32, Option<u32>)>,
    /// The encodings of simulcast that were negotiated.
    pub(crate) rids: Vec<String>,
    pub(crate) delivery: stonechat_media::Delivery,
    /// `[[JitterBufferTarget]]`
    pub(crate) jitter_buffer_target: Option<Duration>,
    /// Who was heard lately.
    pub(crate) heard: SourceTable,
}

impl Receiver {
    /// "Create an RTCRtpReceiver".
    pub(crate) fn new(track_id: String) -> Self {
        Self {
            track_id,
            muted: true,
            ended: false,
            streams: Vec::new(),
            codecs: Vec::new(),
            receive_codecs: Vec::new(),
            extensions: Vec::new(),
            sources: Vec::new(),
            rids: Vec::new(),
            delivery: stonechat_media::Delivery::Frames,
            jitter_buffer_target: None,
            heard: SourceTable::default(),
        }
    }
}
