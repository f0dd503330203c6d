//! ABORT and ERROR (RFC 9260, sections 3.3.7, 3.3.10 and 9.1).

use std::time::Instant;

use bytes::Bytes;

use super::Core;
use crate::cause::{self, Cause};
use crate::parameter::Parameters;
use crate::state::Phase;
use crate::stats::DropReason;
use crate::{CloseReason, Violation, chunk};

/// Error causes owed at a time.
const MAX_ERRORS: usize = 8;

impl Core {
    pub(super) fn abort(&mut self, now: Instant, reason: &str) {
        if matches!(self.phase, Phase::Closed) || self.farewell.is_some() {
            return;
        }
        if matches!(self.phase, Phase::New | Phase::CookieWait { .. }) {
            return self.fail(CloseReason::Aborted);
        }
        let value = Cause::new(cause::USER_ABORT, reason.as_bytes()).encoded();
        self.part(now, chunk::ABORT, value.into(), CloseReason::Aborted);
    }

    /// The peer broke the protocol: tells it so and ends.
    pub(super) fn violate(&mut self, now: Instant, violation: Violation, code: u16, info: &[u8]) {
        let value = Cause::new(code, info).encoded();
        self.part(
            now,
            chunk::ABORT,
            value.into(),
            CloseReason::ProtocolViolation(violation),
        );
    }

    pub(super) fn on_abort(&mut self, value: &[u8]) {
        let first = Parameters::new(value).next().flatten();
        let reason = first.map(|cause| cause.value).unwrap_or_default();
        let reason = Bytes::copy_from_slice(reason.get(..256).unwrap_or(reason));
        self.fail(CloseReason::AbortedByPeer {
            cause: first.map(|cause| cause.kind),
            reason,
        });
    }

    pub(super) fn on_error(&mut self, value: &[u8]) {
        for cause in Parameters::new(value) {
            match cause {
                Some(cause) if cause.kind == cause::STALE_COOKIE => self.on_stale_cookie(),
                Some(cause) => tracing::debug!(code = cause.kind, "the peer reports an error"),
                None => self.drop(DropReason::MalformedChunk),
            }
        }
    }

    pub(super) fn owe_error(&mut self, code: u16, info: &[u8]) {
        if self.owed.errors.len() < MAX_ERRORS {
            self.owed.errors.push_back(Cause::new(code, info));
        } else {
            self.drop(DropReason::ReplyQueue);
        }
    }
}
