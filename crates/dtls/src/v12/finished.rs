//! Both roles: the peer's Finished, then its identity.

use stonechat_crypto::{NamedGroup, Provider};

use crate::fault::Fault;
use crate::flight::{Answered, Repetition};
use crate::handshake::certificate::RemoteChain;
use crate::handshake::finished::{self, VERIFY_DATA_LEN};
use crate::handshake::{HandshakeType, HelloRandom, Message};
use crate::record::epoch::Epoch;
use crate::record::protect::Protection;
use crate::{CipherSuite, Role, SrtpProfile};

use super::key_schedule::MasterSecret;
use super::{Context, Course, Peer, Rejected, State};

/// Awaits the peer's Finished.
#[derive(Debug)]
pub(crate) struct AwaitFinished {
    pub(crate) course: Course,
    pub(crate) peer: Peer,
    pub(crate) master: MasterSecret,
    pub(crate) turn: Turn,
}

/// Whose Finished is the last message.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Ours was sent; the peer's ends the handshake. We are the client.
    Peer,
    /// Ours follows, under these keys. We are the server.
    Ours(Protection),
}

impl AwaitFinished {
    pub(crate) fn handle(
        self,
        message: &Message,
        context: &Context<'_>,
    ) -> Result<State, Rejected> {
        match self.check(message, context.provider) {
            Ok(()) => Ok(self.advance(message)),
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }

    fn check(&self, message: &Message, provider: &Provider) -> Result<(), Fault> {
        let body = message.expect(HandshakeType::Finished)?;
        let verify_data = finished::parse(body)?;
        let role = match self.turn {
            Turn::Peer => Role::Server,
            Turn::Ours(_) => Role::Client,
        };
        let expected = self.master.verify_data(provider, &self.course, role)?;
        if equal(&verify_data, &expected) {
            Ok(())
        } else {
            Err(Fault::InvalidFinished)
        }
    }

    fn advance(mut self, message: &Message) -> State {
        self.course.add(message);
        AwaitFingerprints {
            finished: self,
            last: message.sequence,
        }
        .into()
    }
}

/// Everything is proven but who the peer is: its fingerprints may not have come yet.
#[derive(Debug)]
pub(crate) struct AwaitFingerprints {
    finished: AwaitFinished,
    /// The number of the peer's Finished.
    last: u16,
}

impl AwaitFingerprints {
    /// Ends the handshake once the certificate is that of the signalling; a server then says its
    /// last flight.
    pub(crate) fn approve(self, context: &mut Context<'_>) -> Result<State, Fault> {
        let Some(fingerprints) = context.fingerprints else {
            return Ok(self.into());
        };
        let AwaitFinished {
            course,
            peer,
            master,
            turn,
        } = self.finished;
        crate::verify::check_fingerprints(context.provider, fingerprints, &peer.certificate.leaf)?;
        if let Turn::Ours(write) = turn {
            let answered = Answered {
                sequence: self.last,
                epoch: Epoch::Protected,
            };
            let verify_data = master.verify_data(context.provider, &course, Role::Server)?;
            context.records.install_write(write);
            context.flight.begin(Repetition::OnDemand, Some(answered));
            context.flight.push_change_cipher_spec();
            context.flight.push(
                HandshakeType::Finished,
                Epoch::Protected,
                verify_data.to_vec(),
            );
        }
        Ok(State::Done(Box::new(Established {
            suite: course.suite,
            group: peer.group,
            srtp: course.srtp,
            client_random: course.client_random,
            server_random: course.server_random,
            master,
            remote_certificate: peer.certificate,
        })))
    }
}

/// What a finished handshake leaves.
#[derive(Debug)]
pub(crate) struct Established {
    pub(crate) suite: CipherSuite,
    pub(crate) group: NamedGroup,
    pub(crate) srtp: Option<SrtpProfile>,
    pub(crate) client_random: HelloRandom,
    pub(crate) server_random: HelloRandom,
    pub(crate) master: MasterSecret,
    pub(crate) remote_certificate: RemoteChain,
}

/// Compares in constant time.
fn equal(a: &[u8; VERIFY_DATA_LEN], b: &[u8; VERIFY_DATA_LEN]) -> bool {
    core::hint::black_box(a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b))) == 0
}
