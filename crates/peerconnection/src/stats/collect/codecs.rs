//! `codec`: as far as streams of the report refer to it.

use super::Collector;
use crate::id::{Kind, TransportId};
use crate::plan::CodecPlan;
use crate::stats::{CodecStats, StatsType};

impl Collector<'_> {
    /// Adds a codec and gives its id. What is the same for both directions is one object.
    pub(super) fn codec(
        &mut self,
        transport: TransportId,
        kind: Kind,
        codec: Option<&CodecPlan>,
    ) -> Option<String> {
        let codec = codec?;
        let mime_type = format!("{}/{}", kind.as_str(), codec.name);
        let name = format!(
            "{} {} {mime_type} {} {} {}",
            transport.0, codec.payload_type, codec.clock_rate, codec.channels, codec.parameters
        );
        let base = self.base(StatsType::Codec, &name);
        let id = base.id.clone();
        self.report.add(CodecStats {
            base,
            payload_type: u32::from(codec.payload_type),
            transport_id: self.transport_id(transport),
            mime_type,
            clock_rate: Some(codec.clock_rate),
            channels: (kind == Kind::Audio).then_some(u32::from(codec.channels)),
            sdp_fmtp_line: (!codec.parameters.is_empty()).then(|| codec.parameters.clone()),
        });
        Some(id)
    }
}
