//! What a media section is used for.

use crate::id::{Kind, TransceiverId, TransportId};

/// A media section, by its place in the descriptions.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) mid: String,
    pub(crate) kind: SectionKind,
    /// The transport that carries it, while it is not rejected.
    pub(crate) transport: Option<TransportId>,
    /// Whether its port is zero by an answer, or will be; the place may be used again.
    pub(crate) rejected: bool,
}

/// What a section describes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SectionKind {
    /// The media of a transceiver.
    Media(Kind, TransceiverId),
    /// Data channels.
    Data,
    /// Something that we do not know and therefore reject.
    Unknown,
}

impl Section {
    pub(crate) fn transceiver(&self) -> Option<TransceiverId> {
        match self.kind {
            SectionKind::Media(_, id) => Some(id),
            SectionKind::Data | SectionKind::Unknown => None,
        }
    }
}
