use crate::fault::Fault;
use crate::handshake::certificate_verify::DigitallySigned;
use crate::handshake::{HandshakeType, Message};
use crate::record::protect::Protection;
use crate::v12::change_cipher_spec::AwaitChangeCipherSpec;
use crate::v12::finished::{AwaitFinished, Turn};
use crate::v12::key_schedule::MasterSecret;
use crate::v12::{Context, Course, Peer, Rejected, State};
use crate::verify;

/// Awaits the proof that the client owns its certificate's key.
#[derive(Debug)]
pub(crate) struct AwaitCertificateVerify {
    pub(crate) course: Course,
    pub(crate) peer: Peer,
    pub(crate) master: MasterSecret,
    pub(crate) read: Protection,
    pub(crate) write: Protection,
}

impl AwaitCertificateVerify {
    pub(crate) fn handle(
        self,
        message: &Message,
        context: &Context<'_>,
    ) -> Result<State, Rejected> {
        match self.check(message, context) {
            Ok(()) => Ok(self.advance(message)),
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }

    fn check(&self, message: &Message, context: &Context<'_>) -> Result<(), Fault> {
        let body = message.expect(HandshakeType::CertificateVerify)?;
        let signed = DigitallySigned::parse(body)?;
        verify::check_signature(
            context.provider,
            signed.scheme,
            verify::public_key(&self.peer.certificate.leaf)?.1,
            self.course.transcript.as_bytes(),
            signed.signature,
            Fault::InvalidCertificateVerify,
        )
    }

    fn advance(self, message: &Message) -> State {
        let Self {
            mut course,
            peer,
            master,
            read,
            write,
        } = self;
        course.add(message);
        let next = AwaitFinished {
            course,
            peer,
            master,
            turn: Turn::Ours(write),
        };
        AwaitChangeCipherSpec {
            after: message.record,
            read,
            next,
        }
        .into()
    }
}
