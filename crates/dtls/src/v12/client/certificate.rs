use crate::fault::Fault;
use crate::handshake::certificate::{CertificateChain, RemoteChain};
use crate::handshake::{HandshakeType, Message};
use crate::v12::client::key_exchange::AwaitServerKeyExchange;
use crate::v12::{Context, Course, Rejected, State};

/// Awaits the server's Certificate.
#[derive(Debug)]
pub(crate) struct AwaitServerCertificate {
    pub(crate) course: Course,
}

impl AwaitServerCertificate {
    pub(crate) fn handle(
        mut self,
        message: &Message,
        context: &Context<'_>,
    ) -> Result<State, Rejected> {
        match check(message, &self.course, context) {
            Ok(certificate) => {
                self.course.add(message);
                Ok(AwaitServerKeyExchange {
                    course: self.course,
                    certificate,
                }
                .into())
            }
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }
}

fn check(message: &Message, course: &Course, context: &Context<'_>) -> Result<RemoteChain, Fault> {
    let chain = CertificateChain::parse(message.expect(HandshakeType::Certificate)?)?;
    let leaf = chain.leaf().ok_or(Fault::Malformed)?;
    if context.check_certificate(leaf)? != course.suite.key_kind() {
        return Err(Fault::UnsupportedCertificate);
    }
    Ok(chain.keep(context.config.max_certificates))
}
