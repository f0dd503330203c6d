//! `RTCStats`: what all objects of a report have.

use super::dictionary::{Dictionary, Member as _};
use super::{DomHighResTimeStamp, StatsType, Value};

/// `RTCStats` (webrtc-pc, section 8.5): the members that every object of a report has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// `timestamp`: when the counters were read; for what the peer reported, when its report
    /// arrived. Milliseconds since the Unix epoch.
    pub timestamp: DomHighResTimeStamp,
    /// `type`: what the object is about.
    pub r#type: StatsType,
    /// `id`: the same in each report for the same object, never used for another one, and
    /// not to be guessed.
    pub id: String,
}

impl Dictionary for Stats {
    fn visit(&self, visit: &mut dyn FnMut(&'static str, Value)) {
        let members = [
            ("timestamp", self.timestamp.value()),
            ("type", self.r#type.value()),
            ("id", self.id.value()),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                visit(name, value);
            }
        }
    }
}
