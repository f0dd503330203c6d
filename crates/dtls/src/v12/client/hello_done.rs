use stonechat_crypto::SignatureScheme;

use crate::Role;
use crate::fault::Fault;
use crate::flight::{Answered, Repetition};
use crate::handshake::certificate::CertificateChain;
use crate::handshake::certificate_verify::DigitallySigned;
use crate::handshake::key_exchange::ClientKeyExchange;
use crate::handshake::{HandshakeType, Message};
use crate::record::epoch::Epoch;
use crate::v12::change_cipher_spec::AwaitChangeCipherSpec;
use crate::v12::finished::{AwaitFinished, Turn};
use crate::v12::key_schedule::{MasterSecret, TrafficKeys};
use crate::v12::{Context, Course, Peer, Rejected, State};

/// Awaits the end of the server's flight, then says ours.
#[derive(Debug)]
pub(crate) struct AwaitServerHelloDone {
    pub(crate) course: Course,
    pub(crate) peer: Peer,
    pub(crate) share: Vec<u8>,
    /// By which we prove to own our certificate's key.
    pub(crate) scheme: SignatureScheme,
}

impl AwaitServerHelloDone {
    pub(crate) fn handle(
        self,
        message: &Message,
        context: &mut Context<'_>,
    ) -> Result<State, Rejected> {
        match message.expect(HandshakeType::ServerHelloDone) {
            Ok([]) => Ok(self.advance(message, context)?),
            Ok(_) => Err(Rejected::keep(Fault::Malformed, self)),
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }

    fn advance(self, message: &Message, context: &mut Context<'_>) -> Result<State, Fault> {
        let Self {
            mut course,
            peer,
            share,
            scheme,
        } = self;
        course.add(message);
        let exchange = context
            .provider
            .key_exchange(peer.group)
            .ok_or(Fault::Internal)?;
        let completed = exchange
            .start_and_complete(context.rng, &share)
            .map_err(|_| Fault::InvalidKeyShare)?;

        let answered = Answered {
            sequence: message.sequence,
            epoch: Epoch::Plain,
        };
        context.flight.begin(Repetition::Timed, Some(answered));
        let certificate = context.config.certificate.clone();
        context.say(&mut course.transcript, HandshakeType::Certificate, |out| {
            CertificateChain {
                certificates: certificate.chain().collect(),
            }
            .encode(out);
        });
        context.say(
            &mut course.transcript,
            HandshakeType::ClientKeyExchange,
            |out| {
                ClientKeyExchange {
                    share: &completed.share,
                }
                .encode(out);
            },
        );
        let master = MasterSecret::extended(context.provider, &course, &completed.secret)?;
        let key = certificate.key();
        let signature = key
            .sign_by(scheme, course.transcript.as_bytes())
            .map_err(|_| Fault::Internal)?;
        context.say(
            &mut course.transcript,
            HandshakeType::CertificateVerify,
            |out| {
                DigitallySigned {
                    scheme: scheme.code(),
                    signature: &signature,
                }
                .encode(out);
            },
        );

        let (read, write) =
            TrafficKeys::derive(context.provider, &course, &master)?.split(Role::Client);
        context.records.install_write(write);
        context.flight.push_change_cipher_spec();
        let verify_data = master.verify_data(context.provider, &course, Role::Client)?;
        let sequence = context.flight.push(
            HandshakeType::Finished,
            Epoch::Protected,
            verify_data.to_vec(),
        );
        course
            .transcript
            .add(HandshakeType::Finished, sequence, &verify_data);
        let next = AwaitFinished {
            course,
            peer,
            master,
            turn: Turn::Peer,
        };
        Ok(AwaitChangeCipherSpec {
            after: message.record,
            read,
            next,
        }
        .into())
    }
}
