use stonechat_rtp::ExtensionId;

/// The negotiated identifiers of the header extensions that senders write and receivers read.
///
/// `None`: not negotiated, not written, not read. Within one transport an identifier means the
/// same everywhere (RFC 8843, section 9.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ExtensionIds {
    /// The media section (RFC 8843, section 15).
    pub mid: Option<ExtensionId>,
    /// The encoding (RFC 8852, section 3.1).
    pub rid: Option<ExtensionId>,
    /// The encoding that a retransmission repairs (RFC 8852, section 3.2).
    pub repaired_rid: Option<ExtensionId>,
    /// When the packet left, `abs-send-time`.
    pub abs_send_time: Option<ExtensionId>,
    /// The transport-wide sequence number.
    pub transport_sequence: Option<ExtensionId>,
    /// How loud the audio is (RFC 6464).
    pub audio_level: Option<ExtensionId>,
    /// How loud each contributing source is (RFC 6465); read only.
    pub mixer_levels: Option<ExtensionId>,
    /// Which frames a frame depends on ("RTP Payload Format For AV1", appendix A); written for
    /// AV1.
    pub dependency_descriptor: Option<ExtensionId>,
}
