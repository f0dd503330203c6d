//! The handshake inside a session: which message goes to it, and what a refusal does.

use std::time::Instant;

use crate::event::{Connected, Event, ProtocolVersion};
use crate::fault::{Consequence, Fault};
use crate::handshake::{HandshakeType, HelloRandom, Message};
use crate::stats::DropReason;
use crate::v12::client::server_hello::AwaitServerHello;
use crate::v12::{Context, Established, Rejected, State};

use super::{Phase, Session};

/// A handshake under way and what it may go back to.
#[derive(Debug)]
pub(crate) struct Handshake {
    /// `None` only while a message is handled.
    state: Option<State>,
    /// Where a client goes on if the server's flight turns out to be forged.
    restart: Option<(AwaitServerHello, u16)>,
    /// The largest record number of a ChangeCipherSpec.
    change_cipher_spec: Option<u64>,
    /// The random of a ClientHello that was refused.
    refused: Option<HelloRandom>,
}

impl Handshake {
    pub(crate) const fn new(state: State) -> Self {
        Self {
            state: Some(state),
            restart: None,
            change_cipher_spec: None,
            refused: None,
        }
    }

    /// Notes a ChangeCipherSpec in the record numbered `record`.
    pub(super) fn note_change_cipher_spec(&mut self, record: u64) {
        self.change_cipher_spec = self.change_cipher_spec.max(Some(record));
    }

    #[cfg(test)]
    pub(crate) const fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }
}

/// What one step came to.
enum Step {
    Idle,
    Progress,
    Ended(Fault),
    Done(Box<Established>),
}

impl Session {
    /// Goes on with the handshake as far as what was received allows.
    pub(super) fn pump(&mut self, now: Instant) {
        loop {
            match self.step() {
                Step::Progress => {}
                Step::Idle => return,
                Step::Ended(fault) => return self.fail(fault),
                Step::Done(established) => return self.on_done(now, established),
            }
        }
    }

    fn step(&mut self) -> Step {
        let Phase::Handshaking(handshake) = &mut self.phase else {
            return Step::Idle;
        };
        let mut context = Context {
            config: &self.config,
            provider: self.env.crypto(),
            rng: &mut self.rng,
            fingerprints: self.fingerprints.as_deref(),
            flight: &mut self.flight,
            records: &mut self.records,
        };
        match handshake.state.take() {
            Some(State::AwaitFingerprints(state)) if context.fingerprints.is_some() => {
                return match state.approve(&mut context) {
                    Ok(State::Done(established)) => Step::Done(established),
                    Ok(state) => {
                        handshake.state = Some(state);
                        Step::Idle
                    }
                    Err(fault) => Step::Ended(fault),
                };
            }
            Some(State::AwaitChangeCipherSpec(state)) => {
                let record = handshake.change_cipher_spec.unwrap_or(0);
                let received = handshake.change_cipher_spec.is_some();
                let state = if received {
                    state.handle_change_cipher_spec(record, &mut context)
                } else {
                    state.into()
                };
                let changed = matches!(state, State::AwaitFinished(_));
                handshake.state = Some(state);
                if changed {
                    self.on_read_keys();
                    return Step::Progress;
                }
            }
            state => handshake.state = state,
        }
        let Some(message) = self.reassembler.take() else {
            return Step::Idle;
        };
        self.on_message(&message)
    }

    fn on_message(&mut self, message: &Message) -> Step {
        let Phase::Handshaking(handshake) = &mut self.phase else {
            return Step::Idle;
        };
        let mut context = Context {
            config: &self.config,
            provider: self.env.crypto(),
            rng: &mut self.rng,
            fingerprints: self.fingerprints.as_deref(),
            flight: &mut self.flight,
            records: &mut self.records,
        };
        let Some(state) = handshake.state.take() else {
            return Step::Idle;
        };
        if let State::AwaitServerHello(hello) = &state {
            handshake.restart = Some((hello.clone(), message.sequence));
        }
        match state.handle(message, &mut context) {
            Ok(state) => {
                tracing::debug!(received = ?message.kind, state = state.name(), "handshake");
                handshake.refused = None;
                self.suspected = None;
                let complete = matches!(state, State::AwaitFingerprints(_));
                handshake.state = Some(state);
                self.reassembler.advance();
                if complete {
                    // The peer has said all; what we said last was heard.
                    self.repeats.stop(&mut self.timers);
                }
                Step::Progress
            }
            Err(Rejected { fault, state: None }) => Step::Ended(fault),
            Err(Rejected {
                fault,
                state: Some(state),
            }) => {
                handshake.state = Some(*state);
                self.on_refusal(fault, message)
            }
        }
    }

    fn on_refusal(&mut self, fault: Fault, message: &Message) -> Step {
        tracing::debug!(?fault, received = ?message.kind, "refused");
        self.stats.drop(DropReason::RefusedMessage);
        let Phase::Handshaking(handshake) = &mut self.phase else {
            return Step::Idle;
        };
        if fault.consequence() == Consequence::Restart
            && let Some((state, next)) = handshake.restart.clone()
        {
            self.stats.restarted_flights += 1;
            handshake.state = Some(state.into());
            self.reassembler.reset(next);
            return Step::Progress;
        }
        // A ClientHello that is refused may be forged, and an alert would then harm the true
        // client. One that insists gets to know.
        if matches!(handshake.state, Some(State::AwaitClientHello(_)))
            && message.kind == HandshakeType::ClientHello
            && let Some(random) = message.body.get(2..).and_then(|rest| rest.first_chunk())
        {
            if handshake.refused.as_ref() == Some(random) {
                self.warning = Some(crate::alert::Alert::fatal(fault.alert()));
            }
            handshake.refused = Some(*random);
        }
        Step::Progress
    }

    /// A client that answered a HelloVerifyRequest hears a ServerHello to its first ClientHello.
    pub(super) fn on_early_server_hello(&mut self) {
        let Phase::Handshaking(handshake) = &mut self.phase else {
            return;
        };
        match handshake.state.take() {
            Some(State::AwaitServerHello(state)) if state.verified => {
                let mut context = Context {
                    config: &self.config,
                    provider: self.env.crypto(),
                    rng: &mut self.rng,
                    fingerprints: self.fingerprints.as_deref(),
                    flight: &mut self.flight,
                    records: &mut self.records,
                };
                handshake.state = Some(state.forget_cookie(&mut context).into());
                self.reassembler.reset(0);
            }
            state => handshake.state = state,
        }
    }

    fn on_done(&mut self, now: Instant, established: Box<Established>) {
        let role = self.config.role;
        let srtp = match established.srtp {
            Some(profile) => match established.srtp_keys(self.env.crypto(), profile, role) {
                Ok(keys) => Some(keys),
                Err(fault) => return self.fail(fault),
            },
            None => None,
        };
        tracing::debug!(suite = established.suite.name(), "connected");
        let chain = &established.remote_certificate;
        self.stats.certificates_unkept = chain.unkept;
        self.connected = Some(Event::Connected(Box::new(Connected {
            version: ProtocolVersion::Dtls1_2,
            cipher_suite: established.suite,
            group: established.group,
            srtp,
            remote_certificate: chain.leaf.clone(),
            remote_issuers: chain.issuers.clone(),
        })));
        self.phase = Phase::Connected(established);
        self.on_connected(now);
    }
}
