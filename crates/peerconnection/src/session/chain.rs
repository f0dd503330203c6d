//! The operations chain (webrtc-pc, section 4.4.1.2): one operation at a time, in order.

use std::collections::VecDeque;

use super::Session;
use super::call::{Answer, OfferOptions, PromiseId};
use super::description::{IceCandidateInit, SessionDescription};
use super::task::Task;

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
    SetLocal(Option<SessionDescription>),
    SetRemote(SessionDescription),
    AddIceCandidate(Option<IceCandidateInit>),
}

impl Session {
    /// Puts an operation at the end of the chain; it begins at once if it is alone.
    pub(super) fn chain_operation(&mut self, kind: Kind) -> Answer {
        let promise = self.promise();
        let idle = self.chain.is_empty();
        self.chain.operations.push_back(Operation { promise, kind });
        if idle {
            self.queue(Task::Operation);
        }
        Answer::Promise(promise)
    }

    /// The operation that is under way; it stays in the chain until it [is done](Self::end_operation).
    pub(super) fn current_operation(&mut self) -> Option<(PromiseId, Kind)> {
        let operation = self.chain.operations.front_mut()?;
        let kind = std::mem::replace(&mut operation.kind, Kind::CreateAnswer);
        Some((operation.promise, kind))
    }

    /// The operation leaves the chain and the next one begins.
    pub(super) fn end_operation(&mut self) {
        self.chain.operations.pop_front();
        if !self.chain.is_empty() {
            self.queue(Task::Operation);
        } else if std::mem::take(&mut self.chain.update_when_empty) {
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
