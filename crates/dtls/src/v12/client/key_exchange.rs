use stonechat_crypto::NamedGroup;

use crate::fault::Fault;
use crate::handshake::certificate::RemoteChain;
use crate::handshake::key_exchange::{ServerKeyExchange, put_params};
use crate::handshake::{HandshakeType, Message};
use crate::v12::client::certificate_request::AwaitCertificateRequest;
use crate::v12::{Context, Course, Peer, Rejected, State};
use crate::verify;

/// Awaits the server's share, signed with its certificate's key.
#[derive(Debug)]
pub(crate) struct AwaitServerKeyExchange {
    pub(crate) course: Course,
    pub(crate) certificate: RemoteChain,
}

impl AwaitServerKeyExchange {
    pub(crate) fn handle(
        mut self,
        message: &Message,
        context: &Context<'_>,
    ) -> Result<State, Rejected> {
        match self.check(message, context) {
            Ok((group, share)) => {
                self.course.add(message);
                let peer = Peer {
                    certificate: self.certificate,
                    group,
                };
                Ok(AwaitCertificateRequest {
                    course: self.course,
                    peer,
                    share,
                }
                .into())
            }
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }

    fn check(
        &self,
        message: &Message,
        context: &Context<'_>,
    ) -> Result<(NamedGroup, Vec<u8>), Fault> {
        let exchange = ServerKeyExchange::parse(message.expect(HandshakeType::ServerKeyExchange)?)?;
        let group = NamedGroup::from_code(exchange.group)
            .filter(|group| context.groups().any(|ours| ours == *group))
            .ok_or(Fault::IllegalParameter)?;
        let mut signed = Vec::new();
        signed.extend_from_slice(&self.course.client_random);
        signed.extend_from_slice(&self.course.server_random);
        put_params(&mut signed, exchange.group, exchange.share);
        verify::check_signature(
            context.provider,
            exchange.signed.scheme,
            verify::public_key(&self.certificate.leaf)?.1,
            &signed,
            exchange.signed.signature,
            Fault::InvalidKeyExchangeSignature,
        )?;
        Ok((group, exchange.share.to_vec()))
    }
}
