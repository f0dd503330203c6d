use stonechat_crypto::SignatureScheme;

use crate::fault::Fault;
use crate::handshake::certificate_request::CertificateRequest;
use crate::handshake::{HandshakeType, Message};
use crate::v12::client::hello_done::AwaitServerHelloDone;
use crate::v12::{Context, Course, Peer, Rejected, State};

/// Awaits the server's wish for a certificate; without it the server could not know who we are
/// (RFC 8827, section 6.5).
#[derive(Debug)]
pub(crate) struct AwaitCertificateRequest {
    pub(crate) course: Course,
    pub(crate) peer: Peer,
    pub(crate) share: Vec<u8>,
}

impl AwaitCertificateRequest {
    pub(crate) fn handle(
        mut self,
        message: &Message,
        context: &Context<'_>,
    ) -> Result<State, Rejected> {
        match check(message, context) {
            Ok(scheme) => {
                self.course.add(message);
                let Self {
                    course,
                    peer,
                    share,
                } = self;
                Ok(AwaitServerHelloDone {
                    course,
                    peer,
                    share,
                    scheme,
                }
                .into())
            }
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }
}

fn check(message: &Message, context: &Context<'_>) -> Result<SignatureScheme, Fault> {
    let request = CertificateRequest::parse(message.expect(HandshakeType::CertificateRequest)?)?;
    let kind = context.own_key_kind().certificate_type();
    if !request.certificate_types.contains(&kind) {
        return Err(Fault::NoCommonSignatureScheme);
    }
    context
        .own_scheme(request.signature_algorithms)
        .ok_or(Fault::NoCommonSignatureScheme)
}
