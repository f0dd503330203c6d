//! The operations chain (webrtc-pc, section 4.4.1.2): one operation at a time, in order.

use std::collections::VecDeque;

use super::Session;
use super::call::{Answer, OfferOptions, PromiseId, TrackInfo, Value};
use super::description::{SdpType, SessionDescription};
use super::step::Step;
use super::task::Task;
use crate::error::Error;
use crate::ice_candidate::IceCandidateInit;
use crate::id::SenderId;

/// The operations of a session that were not done yet; the first one is under way.
#[derive(Debug, Default)]
pub(super) struct Chain {
    operations: VecDeque<Operation>,
    /// `[[UpdateNegotiationNeededFlagOnEmptyChain]]`
    pub(super) update_when_empty: bool,
}

impl Chain {
    pub(super) fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.operations.clear();
    }
}

/// One operation and the promise of its outcome.
#[derive(Debug)]
struct Operation {
    promise: PromiseId,
    kind: Kind,
}

/// What an operation does.
#[derive(Debug)]
pub(super) enum Kind {
    CreateOffer(OfferOptions),
    CreateAnswer,
    /// The type, unless the state decides it, and the text, which may be empty.
    SetLocal(Option<SdpType>, String),
    SetRemote(SessionDescription),
    AddIceCandidate(Option<IceCandidateInit>),
    ReplaceTrack(SenderId, Option<TrackInfo>),
}

/// What the steps of an operation that run at once lead to.
pub(super) enum Begun {
    /// The rest is a task.
    Task,
    /// Everything is done.
    Done(Value),
}

impl Session {
    /// Puts an operation at the end of the chain. If it is alone it begins at once, and may be
    /// over at once.
    pub(super) fn chain_operation(&mut self, kind: Kind) -> Result<Answer, Error> {
        let idle = self.chain.is_empty();
        let begun = if idle {
            self.begin(&kind)?
        } else {
            Begun::Task
        };
        let promise = self.promise();
        match begun {
            Begun::Done(value) => self.queue(Task::Settle(promise, value)),
            Begun::Task => {
                self.chain.operations.push_back(Operation { promise, kind });
                if idle {
                    self.queue(Task::Operation);
                }
            }
        }
        Ok(Answer::Promise(promise))
    }

    /// The operation that is under way; it stays in the chain until [it ends](Self::end_operation).
    pub(super) fn take_operation(&mut self) -> Option<Kind> {
        let operation = self.chain.operations.front_mut()?;
        Some(std::mem::replace(&mut operation.kind, Kind::CreateAnswer))
    }

    /// The operation that is under way goes on with another task.
    pub(super) fn resume_operation(&mut self, kind: Kind) {
        if let Some(operation) = self.chain.operations.front_mut() {
            operation.kind = kind;
            self.queue(Task::Operation);
        }
    }

    /// The operation that is under way waits for something else than a task.
    pub(super) fn put_back(&mut self, kind: Kind) {
        if let Some(operation) = self.chain.operations.front_mut() {
            operation.kind = kind;
        }
    }

    /// Whether the operation that is under way sets a description.
    pub(super) fn sets_description(&self) -> bool {
        let kind = self
            .chain
            .operations
            .front()
            .map(|operation| &operation.kind);
        matches!(kind, Some(Kind::SetLocal(..) | Kind::SetRemote(_)))
    }

    /// The operation leaves the chain, its promise settles and the next one begins.
    pub(super) fn end_operation(&mut self, result: Result<Value, Error>, step: &mut Step) {
        let mut result = result;
        while let Some(Operation { promise, .. }) = self.chain.operations.pop_front() {
            step.settle.push((promise, result));
            let Some(next) = self.chain.operations.front() else {
                break;
            };
            result = match self.begin(&next.kind) {
                Ok(Begun::Task) => {
                    self.queue(Task::Operation);
                    return;
                }
                Ok(Begun::Done(value)) => Ok(value),
                Err(error) => Err(error),
            };
        }
        if std::mem::take(&mut self.chain.update_when_empty) {
            self.update_negotiation_needed();
        }
    }

    /// Updates the negotiation-needed flag (webrtc-pc, section 4.7.3).
    pub(crate) fn update_negotiation_needed(&mut self) {
        if self.is_closed {
            return;
        }
        if self.chain.is_empty() {
            self.queue(Task::NegotiationNeeded);
        } else {
            self.chain.update_when_empty = true;
        }
    }

    pub(super) fn defer_negotiation_needed(&mut self) -> bool {
        let busy = !self.chain.is_empty();
        if busy {
            self.chain.update_when_empty = true;
        }
        busy
    }
}
