//! The time line of the script: `performance.timeOrigin + performance.now()`.

use std::time::{SystemTime, UNIX_EPOCH};

/// How far the script's clock is ahead of the system's, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ScriptClock {
    ahead: f64,
}

impl ScriptClock {
    /// Now it is `time` in the script, in milliseconds of the Unix epoch.
    pub(crate) fn set(&mut self, time: f64) {
        self.ahead = time - milliseconds(SystemTime::now());
    }

    /// A time of the system as the script has it.
    pub(crate) fn convert(self, time: f64) -> f64 {
        time + self.ahead
    }
}

/// Milliseconds of the Unix epoch.
pub(crate) fn milliseconds(time: SystemTime) -> f64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_secs_f64() * 1e3,
        Err(before) => -before.duration().as_secs_f64() * 1e3,
    }
}
