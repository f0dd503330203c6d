use stonechat_crypto::ActiveKeyExchange;

use crate::Role;
use crate::fault::Fault;
use crate::handshake::key_exchange::ClientKeyExchange;
use crate::handshake::{HandshakeType, Message};
use crate::v12::key_schedule::{MasterSecret, TrafficKeys};
use crate::v12::server::certificate_verify::AwaitCertificateVerify;
use crate::v12::{Context, Course, Peer, Rejected, State};

/// Awaits the client's share.
pub(crate) struct AwaitClientKeyExchange {
    pub(crate) course: Course,
    pub(crate) peer: Peer,
    pub(crate) exchange: Box<dyn ActiveKeyExchange>,
}

impl AwaitClientKeyExchange {
    pub(crate) fn handle(
        self,
        message: &Message,
        context: &Context<'_>,
    ) -> Result<State, Rejected> {
        match check(message) {
            Ok(share) => Ok(self.advance(share, message, context)?),
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }

    fn advance(
        self,
        share: &[u8],
        message: &Message,
        context: &Context<'_>,
    ) -> Result<State, Fault> {
        let Self {
            mut course,
            peer,
            exchange,
        } = self;
        let premaster = exchange
            .complete(share)
            .map_err(|_| Fault::InvalidKeyShare)?;
        course.add(message);
        let master = MasterSecret::extended(context.provider, &course, &premaster)?;
        let keys = TrafficKeys::derive(context.provider, &course, &master)?;
        let (read, write) = keys.split(Role::Server);
        Ok(AwaitCertificateVerify {
            course,
            peer,
            master,
            read,
            write,
        }
        .into())
    }
}

fn check(message: &Message) -> Result<&[u8], Fault> {
    let body = message.expect(HandshakeType::ClientKeyExchange)?;
    Ok(ClientKeyExchange::parse(body)?.share)
}

impl core::fmt::Debug for AwaitClientKeyExchange {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AwaitClientKeyExchange")
            .field("course", &self.course)
            .finish_non_exhaustive()
    }
}
