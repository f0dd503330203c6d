//! One request from composing it to its response.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use stonechat_stun::{Attribute, Builder, Class, Message, Method, Transaction, TransactionId};

use super::nonce::ChallengeError;
use super::{Client, Phase};
use crate::{ChannelNumber, DropReason};

/// How often one request is repeated with the nonce of a 438.
const MAX_NONCES: u32 = 5;

/// A request that waits for its response.
#[derive(Debug)]
pub(super) struct Request {
    task: Task,
    transaction: Transaction,
    /// Whether it carried our credentials when it was sent.
    authenticated: bool,
    /// Nonces that went stale for this task.
    stale: u32,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Task {
    Allocate,
    Refresh,
    /// Refresh with a lifetime of 0.
    Release,
    Permission(IpAddr),
    Channel(ChannelNumber, SocketAddr),
}

impl Task {
    const fn method(self) -> Method {
        match self {
            Self::Allocate => Method::ALLOCATE,
            Self::Refresh | Self::Release => Method::REFRESH,
            Self::Permission(_) => Method::CREATE_PERMISSION,
            Self::Channel(..) => Method::CHANNEL_BIND,
        }
    }
}

impl Request {
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.transaction.deadline()
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|at| at <= now)
    }

    pub(super) fn sent(&mut self, now: Instant, authenticated: bool) {
        self.transaction.poll(now);
        self.authenticated = authenticated;
    }
}

impl Client {
    /// Makes a request for `task` due.
    pub(super) fn start(&mut self, now: Instant, task: Task) {
        self.start_again(now, task, 0);
    }

    fn start_again(&mut self, now: Instant, task: Task, stale: u32) {
        let schedule = match task {
            Task::Release => self.config.schedule.requests(3).last_wait(4),
            _ => self.config.schedule,
        };
        let id = TransactionId::new(&mut self.rng);
        let transaction = Transaction::new(id, schedule, now);
        self.requests.push(Request {
            task,
            transaction,
            authenticated: false,
            stale,
        });
    }

    /// Whether one more request may wait for its response.
    pub(super) fn has_room(&self) -> bool {
        self.requests.len() < self.config.max_outstanding
    }

    /// The message of `request`.
    pub(super) fn compose(&self, request: &Request) -> Builder<'_> {
        let task = request.task;
        let mut message = Builder::new(Class::Request, task.method(), request.transaction.id());
        if let Some(software) = &self.config.software {
            message.push(Attribute::Software(software));
        }
        match task {
            Task::Allocate => self.compose_allocate(&mut message),
            Task::Refresh => self.compose_refresh(&mut message),
            Task::Release => {
                message.push(Attribute::Lifetime(0));
            }
            Task::Permission(ip) => {
                message.push(Attribute::XorPeerAddress(SocketAddr::new(ip, 0)));
            }
            Task::Channel(number, peer) => {
                message
                    .push(Attribute::ChannelNumber(number.number()))
                    .push(Attribute::XorPeerAddress(peer));
            }
        }
        self.credentials.sign(message)
    }

    /// Ends the transactions without a response.
    pub(super) fn expire_requests(&mut self, now: Instant) {
        while let Some(index) = self
            .requests
            .iter_mut()
            .position(|request| request.transaction.expire(now))
        {
            let request = self.requests.swap_remove(index);
            self.stats.timed_out = self.stats.timed_out.saturating_add(1);
            match request.task {
                Task::Allocate => self.fail(None, "the server does not answer"),
                Task::Refresh => self.retry_refresh(now),
                Task::Release => self.end(crate::Event::Closed),
                Task::Permission(ip) => self.deny_permission(ip),
                Task::Channel(number, _) => self.channels.refuse(number),
            }
        }
    }

    /// Matches a response with its request and hands it on.
    pub(super) fn handle_response(&mut self, now: Instant, response: &Message<'_>) {
        let id = response.transaction_id();
        let found = self.requests.iter().position(|request| {
            request.transaction.id() == id
                && request.transaction.attempts() > 0
                && request.task.method() == response.method()
        });
        let Some(index) = found else {
            self.stats.drop(DropReason::UnknownTransaction);
            return;
        };
        let code = response.error_code().map(|error| error.code);
        let challenged = response.class() == Class::Error && matches!(code, Some(401 | 438));
        let Some(request) = self.requests.get(index) else {
            return;
        };
        if !challenged && request.authenticated && !self.is_proven(response) {
            self.stats.drop(DropReason::WrongIntegrity);
            return;
        }
        let request = self.requests.swap_remove(index);
        self.stats.responses = self.stats.responses.saturating_add(1);
        if response.unknown_required().next().is_some() {
            self.refused(now, request.task, None, "a response that is not understood");
            return;
        }
        match (response.class(), response.error_code()) {
            (Class::Success, _) => self.succeeded(now, request.task, response),
            (_, Some(error)) if challenged => self.challenged(now, &request, error.code, response),
            (_, Some(error)) if error.code == 300 && request.task == Task::Allocate => {
                self.redirected(now, response, error.reason);
            }
            (_, Some(error)) => self.refused(now, request.task, Some(error.code), error.reason),
            (_, None) => self.refused(now, request.task, None, "an error without a code"),
        }
    }

    /// Whether `response` to a request with credentials may be believed.
    ///
    //= https://www.rfc-editor.org/rfc/rfc8489#section-9.2.5
    //= type=exception
    //= reason=servers in use send errors unprotected; refusing is all that a forger could reach
    //# If the request was sent over an unreliable transport, the response
    //# MUST be discarded, as if it had never been received.
    fn is_proven(&self, response: &Message<'_>) -> bool {
        let Some(key) = self.credentials.key() else {
            return false;
        };
        if response.class() == Class::Error && !response.has_integrity() {
            return true;
        }
        response.verify_integrity(key).is_ok()
    }

    fn succeeded(&mut self, now: Instant, task: Task, response: &Message<'_>) {
        match task {
            Task::Allocate => self.allocated(now, response),
            Task::Refresh => self.refreshed(now, response),
            Task::Release => self.end(crate::Event::Closed),
            Task::Permission(ip) => self.grant_permission(now, ip),
            Task::Channel(number, peer) => {
                self.channels.grant(now, number);
                self.grant_permission(now, peer.ip());
            }
        }
    }

    /// The answer to 401 and 438: the same again with the credentials that were asked for.
    fn challenged(&mut self, now: Instant, request: &Request, code: u16, response: &Message<'_>) {
        let reason = response.error_code().map_or("", |error| error.reason);
        //= https://www.rfc-editor.org/rfc/rfc8489#section-9.2.5
        //# The client MUST NOT perform this retry if it is not
        //# changing the USERNAME, USERHASH, REALM, or its associated password
        //# from the previous attempt.
        let tried = code == 401 && request.authenticated;
        if tried || request.stale >= MAX_NONCES {
            self.refused(now, request.task, Some(code), reason);
            return;
        }
        let stale = request.stale + u32::from(code == 438);
        self.stats.stale_nonces = self
            .stats
            .stale_nonces
            .saturating_add(u64::from(code == 438));
        match self.credentials.answer(&self.crypto, response) {
            Ok(()) => self.start_again(now, request.task, stale),
            Err(error) => {
                if error == ChallengeError::BidDown {
                    self.stats.drop(DropReason::BidDown);
                }
                self.refused(now, request.task, Some(code), reason);
            }
        }
    }

    /// What follows from an error that nothing can be done about.
    fn refused(&mut self, now: Instant, task: Task, code: Option<u16>, reason: &str) {
        tracing::debug!(?code, "refused");
        match (task, code) {
            (Task::Release, _) => self.end(crate::Event::Closed),
            (Task::Allocate | Task::Refresh, _) => self.fail(code, reason),
            // The server has no allocation for us, or another user's, or does not know us.
            (_, Some(401 | 437 | 438 | 441)) => self.fail(code, reason),
            (Task::Permission(ip), _) => self.deny_permission(ip),
            (Task::Channel(number, peer), code) => {
                self.channels.refuse(number);
                if code == Some(403) && !self.permissions.is_live(peer.ip(), now) {
                    self.deny_permission(peer.ip());
                }
            }
        }
    }

    pub(super) fn is_allocated(&self) -> bool {
        matches!(self.phase, Phase::Allocated(_))
    }
}
