//! `RTCStatsReport`.

use serde_json::{Value, json};
use stonechat::{RtcStatsObject, RtcStatsReport};

use crate::clock::ScriptClock;

/// A report as an object without identity.
pub(crate) fn report(of: &RtcStatsReport, clock: ScriptClock) -> Value {
    let entries: Vec<Value> = of
        .entries()
        .map(|(id, object)| json!([id, dictionary(object, clock)]))
        .collect();
    json!({ "$": null, "i": "RTCStatsReport", "s": { "entries": entries } })
}

fn dictionary(object: &RtcStatsObject, clock: ScriptClock) -> Value {
    let mut json: Value = serde_json::from_str(&object.to_json()).unwrap_or_default();
    for name in TIMES {
        if let Some(time) = json.get(name).and_then(Value::as_f64) {
            json[name] = clock.convert(time).into();
        }
    }
    json
}

/// The members that are times of the clock that scripts have.
const TIMES: [&str; 4] = [
    "timestamp",
    "remoteTimestamp",
    "lastPacketSentTimestamp",
    "lastPacketReceivedTimestamp",
];
