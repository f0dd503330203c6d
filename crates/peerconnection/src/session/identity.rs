//! Asking identity providers, and what their answers do (webrtc-identity, sections 5.2 to 5.5).
//!
//! ```text
//!  createOffer, createAnswer, getIdentityAssertion
//!    --Request::Assert--> provider --Reply::Asserted--> a=identity
//!  setRemoteDescription with a=identity
//!    --Request::Validate--> provider --Reply::Validated--> checks --> peerIdentity
//! ```
//!
//! One validation runs at a time. With a target identity, `setRemoteDescription` waits for it
//! before anything of the description is put in force, so that no packet goes to somebody else.

use std::collections::VecDeque;
use std::time::Instant;

use super::Session;
use super::call::{Answer, PromiseId, Value};
use super::chain::Kind;
use super::description::{SdpType, SessionDescription};
use super::step::{Event, Step};
use super::task::Task;
use crate::configuration::Configuration;
use crate::error::{Error, ErrorName};
use crate::identity::{
    self, ErrorDetailTypeIdp, IdentityAssertion, IdentityAssertionResult, IdentityProviderError,
    IdentityProviderOptions, IdentityValidationResult, WrittenFingerprint,
};
use crate::request::{Reply, Request, RequestId};
use crate::state::SignalingState;

/// What a session knows of identities.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    /// Domain and options of `setIdentityProvider()`.
    provider: Option<(String, IdentityProviderOptions)>,
    assertion: Assertion,
    /// Promises of `getIdentityAssertion()`.
    waiting: Vec<PromiseId>,
    /// Why the operation at the front of the chain gets no assertion.
    assertion_failed: Option<Error>,
    peer: PeerIdentity,
    /// What was validated last: the value of `a=identity` and the fingerprints that it covers.
    established: Option<(String, Vec<WrittenFingerprint>)>,
    running: Option<Running>,
    /// A validation that waits for the one that runs; a newer description takes its place.
    next: Option<Validation>,
    /// What the validation said for which the operation at the front of the chain waits.
    verdict: Option<Result<(), Error>>,
    /// For what the operation at the front of the chain waits.
    held: Held,
    /// What to validate once the operation that is under way succeeded.
    noted: Option<Validation>,
    requests: VecDeque<Request>,
    asked: u64,
    login_url: Option<String>,
    error_info: Option<String>,
}

/// The promise `peerIdentity`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum PeerIdentity {
    /// It is not settled.
    #[default]
    Unresolved,
    /// The peer is known; that does not change any more.
    Resolved(IdentityAssertion),
    /// There is a target identity, and the peer has not proven to have it.
    Rejected(Error),
}

/// Our own assertion.
#[derive(Debug, Default)]
enum Assertion {
    #[default]
    None,
    /// Until when an answer may come; `None` once that has passed.
    Asked(RequestId, Option<Instant>),
    Made(String),
}

/// For what an operation waits.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Held {
    #[default]
    Not,
    Assertion,
    Validation,
}

/// One value of `a=identity` and the description that it came with.
#[derive(Debug)]
struct Validation {
    value: String,
    fingerprints: Vec<WrittenFingerprint>,
    /// Whether `setRemoteDescription()` waits.
    blocks: bool,
}

/// The validation that runs.
#[derive(Debug)]
struct Running {
    id: RequestId,
    /// Until when an answer may come; `None` once that has passed.
    until: Option<Instant>,
    idp: String,
    validation: Validation,
}

/// What becomes of an operation for its identity.
pub(super) enum Gate {
    /// It goes on.
    Open(Kind),
    /// It waits for a provider.
    Shut(Kind),
    /// It fails.
    Refused(Error),
}

/// Numbers of a session's requests have this bit, those of a connection have not.
const OURS: u64 = 1 << 63;

impl RequestId {
    /// Whether the session asked, and not the connection.
    #[must_use]
    pub const fn is_of_session(self) -> bool {
        self.0 & OURS != 0
    }
}

impl Session {
    /// The next request for an identity provider: [`Request::Assert`], [`Request::Validate`], or
    /// [`Request::Cancel`] of one of them.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.identity.requests.pop_front()
    }

    /// The answer to a request: it becomes a task, nothing visible changes yet.
    pub fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        self.clock.advance(now);
        if self.is_waited_for(id) {
            self.queue(Task::Identity(id, Box::new(reply)));
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is wanted next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.identity_due().map(|(_, due)| due)
    }

    /// Does what is due at `now`; harmless when nothing is.
    pub fn handle_timeout(&mut self, now: Instant) {
        let now = self.clock.advance(now);
        while let Some((id, due)) = self.identity_due() {
            if due > now {
                return;
            }
            self.identity.forget_deadline(id);
            let error = IdentityProviderError::new(
                ErrorDetailTypeIdp::IdpTimeout,
                "it did not answer in time",
            );
            self.identity.requests.push_back(Request::Cancel(id));
            self.queue(Task::Identity(
                id,
                Box::new(Reply::IdentityFailed(Box::new(error))),
            ));
        }
    }

    /// `peerIdentity`.
    #[must_use]
    pub fn peer_identity(&self) -> &PeerIdentity {
        &self.identity.peer
    }

    /// Whether the peer has proven to be `identity`, as `user@domain`.
    #[must_use]
    pub fn is_peer(&self, identity: &str) -> bool {
        match &self.identity.peer {
            PeerIdentity::Resolved(known) => identity::is_same_identity(&known.name, identity),
            PeerIdentity::Unresolved | PeerIdentity::Rejected(_) => false,
        }
    }

    /// `idpLoginUrl`.
    #[must_use]
    pub fn idp_login_url(&self) -> Option<&str> {
        self.identity.login_url.as_deref()
    }

    /// `idpErrorInfo`.
    #[must_use]
    pub fn idp_error_info(&self) -> Option<&str> {
        self.identity.error_info.as_deref()
    }

    /// The identity that the peer has to have: that of the configuration, else the one that it
    /// has proven.
    #[must_use]
    pub fn target_peer_identity(&self) -> Option<&str> {
        match (&self.configuration.peer_identity, &self.identity.peer) {
            (Some(target), _) => Some(target),
            (None, PeerIdentity::Resolved(assertion)) => Some(&assertion.name),
            (None, _) => None,
        }
    }

    /// The target of a new configuration is the one that there is (webrtc-identity,
    /// section 6.3.5).
    pub(super) fn keep_target_identity(
        &self,
        configuration: &mut Configuration,
    ) -> Result<(), Error> {
        let wanted = configuration.peer_identity.as_deref();
        if wanted.is_some() && wanted != self.target_peer_identity() {
            return Err(Error::new(
                ErrorName::InvalidModificationError,
                "the peer identity cannot change after construction",
            ));
        }
        configuration
            .peer_identity
            .clone_from(&self.configuration.peer_identity);
        Ok(())
    }

    /// `setIdentityProvider()`.
    pub(super) fn set_identity_provider(
        &mut self,
        domain: String,
        options: IdentityProviderOptions,
    ) -> Result<(), Error> {
        if !identity::is_protocol(&options.protocol) {
            return Err(Error::new(
                ErrorName::SyntaxError,
                "the protocol of an identity provider has neither / nor \\",
            ));
        }
        let provider = Some((domain, options));
        if self.identity.provider != provider {
            self.identity.provider = provider;
            if let Assertion::Asked(id, _) = std::mem::take(&mut self.identity.assertion) {
                // Whoever waits gets the assertion of the new provider.
                self.identity.requests.push_back(Request::Cancel(id));
                self.ask_for_assertion();
            }
        }
        Ok(())
    }

    /// `getIdentityAssertion()`.
    pub(super) fn get_identity_assertion(&mut self) -> Answer {
        let promise = self.promise();
        self.queue(Task::GetIdentityAssertion(promise));
        Answer::Promise(promise)
    }

    pub(super) fn run_get_identity_assertion(&mut self, promise: PromiseId, step: &mut Step) {
        if self.is_closed {
            let error = Error::new(
                ErrorName::InvalidStateError,
                "the peer connection is closed",
            );
            step.settle.push((promise, Err(error)));
            return;
        }
        if self.identity.provider.is_none() {
            let error = identity::invalid("call set_identity_provider first");
            step.settle.push((promise, Err(error)));
            return;
        }
        if let Assertion::Made(value) = &self.identity.assertion {
            step.settle
                .push((promise, Ok(Value::IdentityAssertion(value.clone()))));
            return;
        }
        self.identity.waiting.push(promise);
        self.ask_for_assertion();
    }

    /// The value of `a=identity` in our descriptions.
    pub(crate) fn identity_line(&self) -> Option<String> {
        match &self.identity.assertion {
            Assertion::Made(value) => Some(value.clone()),
            Assertion::None | Assertion::Asked(..) => None,
        }
    }

    /// Looks at the operation that is about to run.
    pub(super) fn identity_gate(&mut self, kind: Kind, step: &mut Step) -> Gate {
        match &kind {
            Kind::CreateOffer(_) | Kind::CreateAnswer => self.gate_of_own(kind),
            // One that is to be made.
            Kind::SetLocal(as_what, text)
                if text.is_empty() && *as_what != Some(SdpType::Rollback) =>
            {
                self.gate_of_own(kind)
            }
            Kind::SetRemote(description) if description.kind != SdpType::Rollback => {
                match self.gate_of_remote(description, step) {
                    Ok(true) => Gate::Open(kind),
                    Ok(false) => Gate::Shut(kind),
                    Err(error) => Gate::Refused(error),
                }
            }
            _ => Gate::Open(kind),
        }
    }

    /// A description of ours carries our assertion, if there is a provider.
    fn gate_of_own(&mut self, kind: Kind) -> Gate {
        let makes_sense = match &kind {
            Kind::CreateOffer(_) => matches!(
                self.signaling.state(),
                SignalingState::Stable | SignalingState::HaveLocalOffer
            ),
            Kind::CreateAnswer => matches!(
                self.signaling.state(),
                SignalingState::HaveRemoteOffer | SignalingState::HaveLocalPranswer
            ),
            _ => true,
        };
        if self.identity.provider.is_none() || !makes_sense {
            return Gate::Open(kind);
        }
        if let Some(error) = self.identity.assertion_failed.take() {
            return Gate::Refused(error);
        }
        if matches!(self.identity.assertion, Assertion::Made(_)) {
            return Gate::Open(kind);
        }
        self.ask_for_assertion();
        self.identity.held = Held::Assertion;
        Gate::Shut(kind)
    }

    /// Whether a description of the peer may be put in force now.
    fn gate_of_remote(
        &mut self,
        description: &SessionDescription,
        step: &mut Step,
    ) -> Result<bool, Error> {
        if let Some(verdict) = self.identity.verdict.take() {
            return verdict.map(|()| true);
        }
        self.identity.noted = None;
        // What is malformed fails for that.
        let Ok(sdp) = self.parse_remote(&description.sdp) else {
            return Ok(true);
        };
        let fingerprints = WrittenFingerprint::all(&sdp);
        // Only the first counts (RFC 8827, section 5), and one that is malformed counts too.
        let value = sdp.attribute_values("identity").next();
        let value = value.map(|value| value.unwrap_or_default().to_owned());
        let blocks = self.target_peer_identity().is_some();
        let is_covered = self
            .identity
            .established
            .as_ref()
            .is_some_and(|(of, known)| {
                let same = value.as_ref().is_none_or(|value| value == of);
                same && fingerprints.iter().all(|one| known.contains(one))
            });
        //= https://www.rfc-editor.org/rfc/rfc8827#section-5.1.4
        //# In this case, the established identity MUST be applied to existing DTLS
        //# connections as well as new connections established using one of those
        //# fingerprints.
        if is_covered {
            return Ok(true);
        }
        let Some(value) = value else {
            if blocks {
                let error = identity::invalid(
                    "the description has no identity assertion, and a peer identity is asked for",
                );
                self.reject_peer(&error, step);
                return Err(error);
            }
            return Ok(true);
        };
        let validation = Validation {
            value,
            fingerprints,
            blocks,
        };
        if !blocks {
            self.identity.noted = Some(validation);
            return Ok(true);
        }
        self.validate(validation, step);
        if let Some(verdict) = self.identity.verdict.take() {
            return verdict.map(|()| true);
        }
        self.identity.held = Held::Validation;
        Ok(false)
    }

    /// The operation that was let through has ended: what came with it is validated.
    pub(super) fn after_operation(&mut self, succeeded: bool, step: &mut Step) {
        if let Some(validation) = self.identity.noted.take()
            && succeeded
        {
            self.validate(validation, step);
        }
    }

    /// The operation that was held goes on.
    fn release_operation(&mut self, held: Held) {
        if self.identity.held == held {
            self.identity.held = Held::Not;
            self.queue(Task::Operation);
        }
    }

    /// Begins a validation, or lets it wait for the one that runs.
    fn validate(&mut self, validation: Validation, step: &mut Step) {
        if self.identity.running.is_some() {
            self.identity.next = Some(validation);
            return;
        }
        let max = self.config.max_identity;
        let Some(decoded) = identity::decode(&validation.value, max) else {
            let error = identity::invalid("the identity assertion is malformed");
            return self.on_invalid(validation.blocks, error, step);
        };
        let id = self.next_request();
        self.identity.requests.push_back(Request::Validate {
            id,
            idp: decoded.idp.clone(),
            assertion: decoded.assertion,
            origin: self.config.origin.clone(),
        });
        self.identity.running = Some(Running {
            id,
            until: Some(self.clock.now() + self.config.identity_timeout),
            idp: decoded.idp.domain,
            validation,
        });
    }

    fn ask_for_assertion(&mut self) {
        if !matches!(self.identity.assertion, Assertion::None) {
            return;
        }
        let Some((domain, options)) = self.identity.provider.clone() else {
            return;
        };
        let own = self
            .certificate
            .fingerprint(self.env.crypto(), stonechat_crypto::HashAlgorithm::Sha256);
        let id = self.next_request();
        let peer_identity = options
            .peer_identity
            .or_else(|| self.configuration.peer_identity.clone());
        self.identity.requests.push_back(Request::Assert {
            id,
            domain,
            contents: identity::contents(own.as_slice()),
            origin: self.config.origin.clone(),
            options: IdentityProviderOptions {
                peer_identity,
                ..options
            },
        });
        let until = self.clock.now() + self.config.identity_timeout;
        self.identity.assertion = Assertion::Asked(id, Some(until));
    }

    fn next_request(&mut self) -> RequestId {
        self.identity.asked += 1;
        RequestId(OURS | self.identity.asked)
    }

    fn is_waited_for(&self, id: RequestId) -> bool {
        let asserts = matches!(self.identity.assertion, Assertion::Asked(asked, _) if asked == id);
        asserts
            || self
                .identity
                .running
                .as_ref()
                .is_some_and(|running| running.id == id)
    }

    /// What times out next.
    fn identity_due(&self) -> Option<(RequestId, Instant)> {
        let assertion = match self.identity.assertion {
            Assertion::Asked(id, Some(until)) => Some((id, until)),
            Assertion::None | Assertion::Asked(_, None) | Assertion::Made(_) => None,
        };
        let running = self.identity.running.as_ref();
        let running = running.and_then(|running| Some((running.id, running.until?)));
        assertion
            .into_iter()
            .chain(running)
            .min_by_key(|(_, due)| *due)
    }

    /// An answer of a provider, or that there is none.
    pub(super) fn on_identity_reply(&mut self, id: RequestId, reply: Reply, step: &mut Step) {
        if self.is_closed || !self.is_waited_for(id) {
            return;
        }
        if matches!(self.identity.assertion, Assertion::Asked(asked, _) if asked == id) {
            let result = match reply {
                Reply::Asserted(result) => Ok(*result),
                Reply::IdentityFailed(error) => Err(*error),
                _ => Err(not_loaded()),
            };
            self.on_asserted(result, step);
        } else if let Some(running) = self.identity.running.take() {
            let result = match reply {
                Reply::Validated(result) => Ok(*result),
                Reply::IdentityFailed(error) => Err(*error),
                _ => Err(not_loaded()),
            };
            let blocks = running.validation.blocks;
            match self.check_validation(running, result) {
                Ok(settled) => {
                    let settled = settled.map(|assertion| Event::PeerIdentity(Ok(assertion)));
                    step.fire.extend(settled);
                    self.end_validation(blocks, Ok(()), step);
                }
                Err(error) => self.on_invalid(blocks, error, step),
            }
        }
    }

    fn on_asserted(
        &mut self,
        result: Result<IdentityAssertionResult, IdentityProviderError>,
        step: &mut Step,
    ) {
        let result = result.and_then(|result| {
            if result.idp.domain.is_empty() || !identity::is_protocol(&result.idp.protocol) {
                return Err(IdentityProviderError::new(
                    ErrorDetailTypeIdp::IdpBadScriptFailure,
                    "its assertion names no provider",
                ));
            }
            let value = identity::encode(&result);
            if value.len() > self.config.max_identity {
                return Err(IdentityProviderError::new(
                    ErrorDetailTypeIdp::IdpExecutionFailure,
                    "its assertion is too long",
                ));
            }
            Ok(value)
        });
        let waiting = std::mem::take(&mut self.identity.waiting);
        let settled = match result {
            Ok(value) => {
                self.identity.assertion = Assertion::Made(value.clone());
                Ok(Value::IdentityAssertion(value))
            }
            Err(failure) => {
                self.identity.assertion = Assertion::None;
                let error = self.note_failure(&failure);
                if self.identity.held == Held::Assertion {
                    let error = Error {
                        name: ErrorName::NotReadableError,
                        ..error.clone()
                    };
                    self.identity.assertion_failed = Some(error);
                }
                Err(error)
            }
        };
        for promise in waiting {
            step.settle.push((promise, settled.clone()));
        }
        self.release_operation(Held::Assertion);
    }

    /// Takes note of what a provider tells the application by its error.
    fn note_failure(&mut self, failure: &IdentityProviderError) -> Error {
        if failure.error_detail == ErrorDetailTypeIdp::IdpNeedLogin {
            self.identity.login_url.clone_from(&failure.login_url);
        }
        self.identity.error_info.clone_from(&failure.error_info);
        failure.to_error()
    }

    /// Steps 7 to 10 of the validation of an identity assertion (webrtc-identity, section 5.3);
    /// what `peerIdentity` now resolves with.
    fn check_validation(
        &mut self,
        running: Running,
        result: Result<IdentityValidationResult, IdentityProviderError>,
    ) -> Result<Option<IdentityAssertion>, Error> {
        let result = result.map_err(|failure| self.note_failure(&failure))?;
        let Running {
            idp, validation, ..
        } = running;
        let covered = identity::covered(&result.contents, self.config.max_identity)
            .ok_or_else(|| identity::invalid("the assertion was not made of fingerprints"))?;
        // Another description may have been put in force meanwhile.
        let in_force = self.signaling.remote().filter(|_| !validation.blocks);
        let in_force = in_force.map(|remote| WrittenFingerprint::all(&remote.sdp));
        let mut needed = validation
            .fingerprints
            .iter()
            .chain(in_force.iter().flatten());
        if validation.fingerprints.is_empty() || !needed.all(|one| covered.contains(one)) {
            return Err(identity::invalid(
                "the identity assertion was made of other fingerprints",
            ));
        }
        if !identity::may_assert(&idp, &result.identity, &self.config.third_party_idps) {
            return Err(identity::invalid(
                "the identity is not of the domain of its provider",
            ));
        }
        if let Some(target) = self.target_peer_identity()
            && !identity::is_same_identity(target, &result.identity)
        {
            return Err(identity::invalid("the peer is somebody else"));
        }
        self.identity.established = Some((validation.value, covered));
        // A promise that is settled stays as it is.
        if self.identity.peer != PeerIdentity::Unresolved {
            return Ok(None);
        }
        let assertion = IdentityAssertion::new(idp, result.identity);
        self.identity.peer = PeerIdentity::Resolved(assertion.clone());
        Ok(Some(assertion))
    }

    fn on_invalid(&mut self, blocks: bool, error: Error, step: &mut Step) {
        self.reject_peer(&error, step);
        self.end_validation(blocks, Err(error), step);
    }

    /// Rejects `peerIdentity` unless it is settled: for good with a target identity, else there is
    /// a new promise.
    fn reject_peer(&mut self, error: &Error, step: &mut Step) {
        if self.identity.peer != PeerIdentity::Unresolved {
            return;
        }
        step.fire.push(Event::PeerIdentity(Err(error.clone())));
        if self.configuration.peer_identity.is_some() {
            self.identity.peer = PeerIdentity::Rejected(error.clone());
        }
    }

    fn end_validation(&mut self, blocks: bool, verdict: Result<(), Error>, step: &mut Step) {
        if blocks {
            self.identity.verdict = Some(verdict);
            self.release_operation(Held::Validation);
        }
        if let Some(next) = self.identity.next.take() {
            self.validate(next, step);
        }
    }

    /// Nothing is asked any more.
    pub(super) fn close_identity(&mut self) {
        let asserting = match self.identity.assertion {
            Assertion::Asked(id, _) => Some(id),
            Assertion::None | Assertion::Made(_) => None,
        };
        let running = self.identity.running.take().map(|running| running.id);
        self.identity.requests.clear();
        self.identity
            .requests
            .extend(asserting.into_iter().chain(running).map(Request::Cancel));
        self.identity.assertion = Assertion::None;
        self.identity.waiting.clear();
        self.identity.next = None;
        self.identity.noted = None;
    }
}

impl Identity {
    fn forget_deadline(&mut self, id: RequestId) {
        if let Assertion::Asked(asked, until) = &mut self.assertion
            && *asked == id
        {
            *until = None;
        }
        if let Some(running) = self.running.as_mut().filter(|running| running.id == id) {
            running.until = None;
        }
    }
}

fn not_loaded() -> IdentityProviderError {
    IdentityProviderError::new(
        ErrorDetailTypeIdp::IdpLoadFailure,
        "there is no such provider",
    )
}
