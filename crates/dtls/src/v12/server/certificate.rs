use stonechat_crypto::ActiveKeyExchange;

use crate::fault::Fault;
use crate::handshake::certificate::{CertificateChain, RemoteChain};
use crate::handshake::{HandshakeType, Message};
use crate::v12::server::key_exchange::AwaitClientKeyExchange;
use crate::v12::{Context, Course, Peer, Rejected, State};

/// Awaits the client's Certificate.
pub(crate) struct AwaitClientCertificate {
    pub(crate) course: Course,
    pub(crate) exchange: Box<dyn ActiveKeyExchange>,
}

impl AwaitClientCertificate {
    pub(crate) fn handle(
        mut self,
        message: &Message,
        context: &Context<'_>,
    ) -> Result<State, Rejected> {
        match check(message, context) {
            Ok(certificate) => {
                self.course.add(message);
                let peer = Peer {
                    certificate,
                    group: self.exchange.group(),
                };
                let Self { course, exchange } = self;
                Ok(AwaitClientKeyExchange {
                    course,
                    peer,
                    exchange,
                }
                .into())
            }
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }
}

fn check(message: &Message, context: &Context<'_>) -> Result<RemoteChain, Fault> {
    let chain = CertificateChain::parse(message.expect(HandshakeType::Certificate)?)?;
    let leaf = chain.leaf().ok_or(Fault::NoCertificate)?;
    context.check_certificate(leaf)?;
    Ok(chain.keep(context.config.max_certificates))
}

impl core::fmt::Debug for AwaitClientCertificate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AwaitClientCertificate")
            .field("course", &self.course)
            .finish_non_exhaustive()
    }
}
