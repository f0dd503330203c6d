//! Stream reset (RFC 6525): one request at a time in each direction.

use std::time::Instant;

use super::Core;
use crate::chunk::reconfig::{
    self, RESULT_BAD_SEQUENCE, RESULT_DENIED, RESULT_IN_PROGRESS, RESULT_NOTHING, RESULT_PERFORMED,
    Reconfig,
};
use crate::parameter::{OUTGOING_RESET, Parameters, RECONFIG_RESPONSE};
use crate::send::ResetState;
use crate::state::Phase;
use crate::stats::DropReason;
use crate::timer::Timer;
use crate::{Event, ResetError, StreamId, Tsn};

/// Our request that is under way.
#[derive(Debug)]
struct Request {
    sequence: u32,
    last_tsn: Tsn,
    streams: Vec<StreamId>,
    /// To be sent, for the first time or again.
    owed: bool,
    tries: u16,
    /// The peer works on it.
    in_progress: bool,
}

/// Both directions of re-configuration.
#[derive(Debug)]
pub(super) struct Reset {
    /// The number of our next request.
    next: u32,
    request: Option<Request>,
    /// The number of the peer's request that we answered last, and the answer.
    answered: u32,
    result: u32,
    /// Answers to send, by request number: at most two.
    responses: Vec<(u32, u32)>,
}

impl Reset {
    pub(super) const fn new(ours: u32, theirs: u32) -> Self {
        Self {
            next: ours,
            request: None,
            answered: theirs.wrapping_sub(1),
            result: RESULT_NOTHING,
            responses: Vec::new(),
        }
    }
}

impl Core {
    pub(super) fn reset_stream(&mut self, stream: StreamId) -> Result<(), ResetError> {
        if !self.phase.is_up() {
            return Err(ResetError::NotConnected);
        }
        if stream.0 >= self.outbound_streams {
            return Err(ResetError::InvalidStream);
        }
        if !self.peer.capabilities.reconfig {
            return Err(ResetError::NotSupported);
        }
        let outbound = self.queue.stream_mut(stream);
        if outbound.reset != ResetState::None {
            return Err(ResetError::InProgress);
        }
        outbound.reset = ResetState::Wanted;
        self.reset_wanted += 1;
        Ok(())
    }

    /// Begins a request if none is under way and a stream is ready for it.
    pub(super) fn begin_request(&mut self, max: usize) {
        if self.reset_wanted == 0 || self.reset.request.is_some() || !self.phase.sends_data() {
            return;
        }
        let streams = self.queue.resettable(max);
        if streams.is_empty() {
            return;
        }
        for stream in &streams {
            self.queue.stream_mut(*stream).reset = ResetState::Requested;
        }
        self.reset_wanted -= streams.len();
        let sequence = self.reset.next;
        self.reset.next = sequence.wrapping_add(1);
        let last_tsn = self.outstanding.tsn(self.outstanding.newest());
        self.reset.request = Some(Request {
            sequence,
            last_tsn,
            streams,
            owed: true,
            tries: 0,
            in_progress: false,
        });
    }

    /// The value of a RE-CONFIG that is due. `sent_reconfig` is to be called once it is written.
    pub(super) fn reconfig_value(&self) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        for (sequence, result) in &self.reset.responses {
            value.extend_from_slice(&RECONFIG_RESPONSE.to_be_bytes());
            value.extend_from_slice(&12_u16.to_be_bytes());
            value.extend_from_slice(&sequence.to_be_bytes());
            value.extend_from_slice(&result.to_be_bytes());
        }
        // A response and a request may share a chunk, two responses and a request may not.
        let request = self.reset.request.as_ref().filter(|request| request.owed);
        if let Some(request) = request.filter(|_| self.reset.responses.len() < 2) {
            let len = u16::try_from(16 + 2 * request.streams.len()).unwrap_or(16);
            value.extend_from_slice(&OUTGOING_RESET.to_be_bytes());
            value.extend_from_slice(&len.to_be_bytes());
            value.extend_from_slice(&request.sequence.to_be_bytes());
            value.extend_from_slice(&self.reset.answered.to_be_bytes());
            value.extend_from_slice(&request.last_tsn.0.to_be_bytes());
            for stream in &request.streams {
                value.extend_from_slice(&stream.0.to_be_bytes());
            }
        }
        (!value.is_empty()).then_some(value)
    }

    pub(super) fn sent_reconfig(&mut self, now: Instant) {
        let both = self.reset.responses.len() < 2;
        self.reset.responses.clear();
        let Some(request) = self
            .reset
            .request
            .as_mut()
            .filter(|request| request.owed && both)
        else {
            return;
        };
        request.owed = false;
        let timeout = self.rto.backed_off(request.tries);
        self.timers.set(Timer::Reconfig, now + timeout);
    }

    pub(super) fn on_reconfig_timeout(&mut self) {
        let Some(request) = &mut self.reset.request else {
            return;
        };
        request.owed = true;
        request.tries = request.tries.saturating_add(1);
        //= https://www.rfc-editor.org/rfc/rfc6525#section-5.2.7
        //# If
        //# the timer runs out, the RE-CONFIG chunk MUST be retransmitted
        //# but the corresponding error counters MUST NOT be incremented.
        if !request.in_progress {
            self.count_failure();
        }
    }

    pub(super) fn on_reconfig(&mut self, value: &[u8]) {
        if !self.phase.is_up() {
            return self.drop(DropReason::Unexpected);
        }
        let mut parameters = Vec::new();
        for parameter in Parameters::new(value) {
            match parameter.as_ref().and_then(Reconfig::parse) {
                Some(parameter) if parameters.len() < 2 => parameters.push(parameter),
                _ => return self.drop(DropReason::MalformedChunk),
            }
        }
        for parameter in parameters {
            match parameter {
                Reconfig::Response { sequence, result } => self.on_response(sequence, result),
                Reconfig::Outgoing {
                    sequence,
                    last_tsn,
                    streams,
                } => {
                    self.on_request(sequence, Some((last_tsn, streams)));
                }
                Reconfig::Other { sequence } => self.on_request(sequence, None),
            }
        }
    }

    fn on_request(&mut self, sequence: u32, outgoing: Option<(Tsn, &[u8])>) {
        let result = if sequence == self.reset.answered {
            // Sent again: the answer is the same, or has become final meanwhile.
            if self.reset.result == RESULT_IN_PROGRESS && !self.receiver.is_resetting() {
                self.reset.result = RESULT_PERFORMED;
            }
            self.reset.result
        } else if sequence != self.reset.answered.wrapping_add(1) {
            self.drop(DropReason::Reconfig);
            return self.respond(sequence, RESULT_BAD_SEQUENCE);
        } else if let Some((last_tsn, list)) = outgoing {
            if self.receiver.is_resetting() {
                self.drop(DropReason::Reconfig);
                return self.respond(sequence, 4);
            }
            let streams: Vec<StreamId> = reconfig::streams(list)
                .filter(|stream| stream.0 < self.inbound_streams)
                .collect();
            self.reset.answered = sequence;
            if streams.is_empty() && !list.is_empty() {
                RESULT_DENIED
            } else if self.receiver.begin_reset(last_tsn, streams) {
                RESULT_PERFORMED
            } else {
                RESULT_IN_PROGRESS
            }
        } else {
            self.drop(DropReason::Reconfig);
            self.reset.answered = sequence;
            RESULT_DENIED
        };
        self.reset.result = result;
        self.respond(sequence, result);
        self.owed.sack = self.phase.receives_data();
    }

    fn respond(&mut self, sequence: u32, result: u32) {
        self.reset.responses.retain(|(other, _)| *other != sequence);
        if self.reset.responses.len() < 2 {
            self.reset.responses.push((sequence, result));
        }
    }

    /// Tells the peer when a reset that was in progress is done, without being asked again.
    pub(super) fn report_reset(&mut self) {
        if self.reset.result == RESULT_IN_PROGRESS && !self.receiver.is_resetting() {
            self.reset.result = RESULT_PERFORMED;
            self.respond(self.reset.answered, RESULT_PERFORMED);
        }
    }

    fn on_response(&mut self, sequence: u32, result: u32) {
        let Some(request) = &mut self.reset.request else {
            return self.drop(DropReason::Reconfig);
        };
        if request.sequence != sequence {
            return self.drop(DropReason::Reconfig);
        }
        self.failures = 0;
        if result == RESULT_IN_PROGRESS {
            request.in_progress = true;
            request.owed = false;
            let timeout = self.rto.backed_off(request.tries);
            self.timers.set(Timer::Reconfig, self.clock.now() + timeout);
            return;
        }
        self.timers.stop(Timer::Reconfig);
        let done = matches!(result, RESULT_NOTHING | RESULT_PERFORMED);
        let Some(request) = self.reset.request.take() else {
            return;
        };
        for stream in request.streams {
            self.queue.end_reset(stream, done);
            self.events.push_back(if done {
                Event::OutgoingResetDone(stream)
            } else {
                Event::OutgoingResetDenied(stream)
            });
        }
        if matches!(self.phase, Phase::ShutdownPending | Phase::ShutdownReceived) {
            self.advance_shutdown(self.clock.now());
        }
    }
}
