use std::time::Instant;

use stonechat_sansio::Path;
use stonechat_stun::{Attribute, Builder, Class, Message, Method, TransactionId};

use crate::pair::Nomination;
use crate::session::EarlyCheck;
use crate::{DropReason, PairState, Role};

use super::Core;
use super::restart::Undoable;
use super::role_conflict::Resolution;

/// The longest username fragment (RFC 8839, section 5.4).
const MAX_UFRAG: usize = 256;

/// An answer that waits to be polled.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) path: Path,
    pub(super) id: TransactionId,
    /// The generation whose password protects it.
    pub(super) number: u32,
    pub(super) verdict: Verdict,
}

/// What a request is answered with.
#[derive(Debug)]
pub(super) enum Verdict {
    Success,
    /// PRIORITY is missing, or both roles are there.
    BadRequest,
    /// Attributes that have to be understood and are not.
    UnknownAttributes(Vec<u16>),
    RoleConflict,
}

impl Response {
    pub(super) fn describe(&self) -> Builder<'_> {
        let error = |code, reason| {
            Builder::new(Class::Error, Method::BINDING, self.id)
                .attribute(Attribute::ErrorCode { code, reason })
        };
        match &self.verdict {
            //= https://www.rfc-editor.org/rfc/rfc8445#section-7.3.1.2
            //# the agent MUST ... use the XOR-MAPPED-ADDRESS attribute
            Verdict::Success => Builder::new(Class::Success, Method::BINDING, self.id)
                .attribute(Attribute::XorMappedAddress(self.path.remote())),
            Verdict::BadRequest => error(400, "Bad Request"),
            Verdict::UnknownAttributes(kinds) => {
                error(420, "Unknown Attribute").attribute(Attribute::UnknownAttributes(kinds))
            }
            Verdict::RoleConflict => error(487, "Role Conflict"),
        }
    }
}

impl Core {
    pub(super) fn on_request(&mut self, now: Instant, path: Path, message: &Message<'_>) {
        let Some((number, remote_ufrag)) = self.authenticate_request(message) else {
            return self.stats.drop_one(DropReason::Unauthenticated);
        };
        if !crate::candidate::is_contactable(path.remote()) {
            return self.stats.drop_one(DropReason::ForbiddenAddress);
        }
        if !self.gatherer.is_pairable(path.socket()) {
            return self.stats.drop_one(DropReason::UnknownSocket);
        }
        self.stats.requests_received += 1;
        let id = message.transaction_id();
        let respond = |verdict| Response {
            path,
            id,
            number,
            verdict,
        };
        let unknown: Vec<u16> = message.unknown_required().take(16).collect();
        if !unknown.is_empty() {
            return self.answer(respond(Verdict::UnknownAttributes(unknown)));
        }
        let Some(priority) = message.priority() else {
            return self.answer(respond(Verdict::BadRequest));
        };
        if message.ice_controlling().is_some() && message.ice_controlled().is_some() {
            return self.answer(respond(Verdict::BadRequest));
        }
        let current = number == self.session.number;
        if current && self.resolve_conflict(now, message) == Resolution::Refuse {
            return self.answer(respond(Verdict::RoleConflict));
        }
        self.answer(respond(Verdict::Success));
        self.authenticate(path, number);
        let early = || EarlyCheck {
            path,
            remote_ufrag: remote_ufrag.to_owned(),
            priority,
            use_candidate: message.use_candidate(),
        };
        if !current {
            // It counts if the restart is undone.
            if let Some(idle) = self.undoable.as_mut().and_then(Undoable::idle_mut)
                && idle.number == number
                && remote_ufrag.len() <= MAX_UFRAG
            {
                idle.keep_early(early());
            }
            return;
        }
        let known = self.session.peer.as_ref();
        if known.is_some_and(|peer| peer.credentials.ufrag() == remote_ufrag) {
            self.on_check(now, path, priority, message.use_candidate());
        } else if remote_ufrag.len() <= MAX_UFRAG {
            //= https://www.rfc-editor.org/rfc/rfc8445#section-7.3
            //# it is possible (and in fact very likely) that an initiating agent will receive a
            //# Binding request prior to receiving the candidates from its peer
            self.session.keep_early(early());
        }
    }

    /// The generation that a request belongs to and the peer's username fragment, if its username
    /// is ours and its integrity holds.
    fn authenticate_request<'a>(&self, message: &Message<'a>) -> Option<(u32, &'a str)> {
        let (local_ufrag, remote_ufrag) = message.username()?.split_once(':')?;
        let session = std::iter::once(&self.session)
            .chain(self.previous.as_ref())
            .chain(self.undoable.as_ref().and_then(Undoable::idle))
            .find(|session| session.local.ufrag() == local_ufrag)?;
        message.verify_integrity(session.local_key.as_ref()?).ok()?;
        Some((session.number, remote_ufrag))
    }

    fn answer(&mut self, response: Response) {
        if self.responses.len() >= self.config.max_responses {
            self.responses.pop_front();
            self.stats.drop_one(DropReason::ResponseQueueFull);
        }
        self.responses.push_back(response);
    }

    /// An authenticated check of the peer with known credentials (RFC 8445, sections 7.3.1.3 to
    /// 7.3.1.5).
    pub(super) fn on_check(
        &mut self,
        now: Instant,
        path: Path,
        priority: u32,
        use_candidate: bool,
    ) {
        let id = match self.session.list.by_path(&path) {
            Some(id) => id,
            None => match self.learn_remote(now, path, priority) {
                Some(id) => id,
                None => return,
            },
        };
        let Some(pair) = self.session.list.get_mut(id) else {
            return;
        };
        pair.traffic.requests_received += 1;
        pair.received_at = Some(now);
        if pair.consent_lost || self.session.failed {
            return;
        }
        let use_candidate = use_candidate && self.role == Role::Controlled;
        match pair.state {
            PairState::Succeeded if pair.is_valid() => {
                if use_candidate {
                    self.on_use_candidate(now, id);
                }
            }
            PairState::Succeeded => {
                // Set aside when another pair was selected: checked again if wanted again.
                if use_candidate {
                    pair.nomination = Nomination::Wanted;
                    self.session.list.trigger(id);
                }
            }
            PairState::InProgress | PairState::Waiting | PairState::Frozen | PairState::Failed => {
                if use_candidate {
                    pair.nomination = Nomination::Wanted;
                }
                //= https://www.rfc-editor.org/rfc/rfc8445#section-7.3.1.4
                //# the agent cancels the In-Progress transaction ... and enqueue the pair in the
                //# triggered-check queue
                self.session.list.trigger(id);
            }
        }
    }
}
