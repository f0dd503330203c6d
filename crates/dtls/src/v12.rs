//! The handshake of DTLS 1.2 (RFC 6347, section 4.2; RFC 5246, section 7.3).

pub(crate) mod change_cipher_spec;
pub(crate) mod client;
pub(crate) mod finished;
pub(crate) mod key_schedule;
pub(crate) mod server;
#[cfg(test)]
mod tests;

use stonechat_crypto::{Fingerprint, NamedGroup, Provider, SignatureScheme};
use stonechat_sansio::Rng;

use crate::cipher_suite::KeyKind;
use crate::codec::U16List;
use crate::fault::{Consequence, Fault};
use crate::flight::Flight;
use crate::handshake::certificate::RemoteChain;
use crate::handshake::{HandshakeType, HelloRandom, Message};
use crate::record::epoch::RecordLayer;
use crate::transcript::Transcript;
use crate::{CipherSuite, Config, Role, SrtpProfile};

pub(crate) use finished::Established;

/// What a state may use and change besides itself.
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Config,
    pub(crate) provider: &'a Provider,
    pub(crate) rng: &'a mut Rng,
    /// `None` until the signalling has brought them.
    pub(crate) fingerprints: Option<&'a [Fingerprint]>,
    pub(crate) flight: &'a mut Flight,
    pub(crate) records: &'a mut RecordLayer,
}

/// A handshake, by what it awaits.
///
/// ```text
///  client                                     server
///
///  AwaitServerHello <-- HelloVerifyRequest    AwaitClientHello <-- a ClientHello without cookie
///    | ServerHello                              | ClientHello
///  AwaitServerCertificate                     AwaitClientCertificate
///    | Certificate                              | Certificate
///  AwaitServerKeyExchange                     AwaitClientKeyExchange
///    | ServerKeyExchange                        | ClientKeyExchange
///  AwaitCertificateRequest                    AwaitCertificateVerify
///    | CertificateRequest                       | CertificateVerify
///  AwaitServerHelloDone                         |
///    | ServerHelloDone                          |
///    +--------------> AwaitChangeCipherSpec <---+
///                        | ChangeCipherSpec
///                     AwaitFinished
///                        | Finished
///                     AwaitFingerprints
///                        | fingerprints of the signalling, one of which is the certificate's
///                     Done
/// ```
#[derive(Debug)]
pub(crate) enum State {
    AwaitServerHello(client::server_hello::AwaitServerHello),
    AwaitServerCertificate(client::certificate::AwaitServerCertificate),
    AwaitServerKeyExchange(client::key_exchange::AwaitServerKeyExchange),
    AwaitCertificateRequest(client::certificate_request::AwaitCertificateRequest),
    AwaitServerHelloDone(client::hello_done::AwaitServerHelloDone),
    AwaitClientHello(server::client_hello::AwaitClientHello),
    AwaitClientCertificate(server::certificate::AwaitClientCertificate),
    AwaitClientKeyExchange(server::key_exchange::AwaitClientKeyExchange),
    AwaitCertificateVerify(server::certificate_verify::AwaitCertificateVerify),
    AwaitChangeCipherSpec(change_cipher_spec::AwaitChangeCipherSpec),
    AwaitFinished(finished::AwaitFinished),
    AwaitFingerprints(finished::AwaitFingerprints),
    Done(Box<Established>),
}

/// A message that was not accepted, and the state that goes on awaiting, unless it cannot.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) fault: Fault,
    pub(crate) state: Option<Box<State>>,
}

impl Rejected {
    fn keep(fault: Fault, state: impl Into<State>) -> Self {
        let state = match fault.consequence() {
            Consequence::Discard | Consequence::Restart => Some(Box::new(state.into())),
            Consequence::Fail => None,
        };
        Self { fault, state }
    }
}

impl From<Fault> for Rejected {
    fn from(fault: Fault) -> Self {
        Self { fault, state: None }
    }
}

macro_rules! state_from {
    ($($variant:ident($path:path)),+ $(,)?) => {
        $(impl From<$path> for State {
            fn from(state: $path) -> Self {
                Self::$variant(state)
            }
        })+
    };
}

state_from! {
    AwaitServerHello(client::server_hello::AwaitServerHello),
    AwaitServerCertificate(client::certificate::AwaitServerCertificate),
    AwaitServerKeyExchange(client::key_exchange::AwaitServerKeyExchange),
    AwaitCertificateRequest(client::certificate_request::AwaitCertificateRequest),
    AwaitServerHelloDone(client::hello_done::AwaitServerHelloDone),
    AwaitClientHello(server::client_hello::AwaitClientHello),
    AwaitClientCertificate(server::certificate::AwaitClientCertificate),
    AwaitClientKeyExchange(server::key_exchange::AwaitClientKeyExchange),
    AwaitCertificateVerify(server::certificate_verify::AwaitCertificateVerify),
    AwaitChangeCipherSpec(change_cipher_spec::AwaitChangeCipherSpec),
    AwaitFinished(finished::AwaitFinished),
    AwaitFingerprints(finished::AwaitFingerprints),
}

impl State {
    /// The first state of `role`; a client's flight begins at once.
    pub(crate) fn start(role: Role, context: &mut Context<'_>) -> Self {
        match role {
            Role::Client => client::start(context).into(),
            Role::Server => server::start(context).into(),
        }
    }

    /// Takes the message that is next by its number.
    pub(crate) fn handle(
        self,
        message: &Message,
        context: &mut Context<'_>,
    ) -> Result<Self, Rejected> {
        match self {
            Self::AwaitServerHello(state) => state.handle(message, context),
            Self::AwaitServerCertificate(state) => state.handle(message, context),
            Self::AwaitServerKeyExchange(state) => state.handle(message, context),
            Self::AwaitCertificateRequest(state) => state.handle(message, context),
            Self::AwaitServerHelloDone(state) => state.handle(message, context),
            Self::AwaitClientHello(state) => state.handle(message, context),
            Self::AwaitClientCertificate(state) => state.handle(message, context),
            Self::AwaitClientKeyExchange(state) => state.handle(message, context),
            Self::AwaitCertificateVerify(state) => state.handle(message, context),
            Self::AwaitFinished(state) => state.handle(message, context),
            Self::AwaitChangeCipherSpec(_) | Self::AwaitFingerprints(_) | Self::Done(_) => {
                Err(Rejected {
                    fault: Fault::UnexpectedMessage,
                    state: Some(Box::new(self)),
                })
            }
        }
    }

    /// What is awaited, for the log.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::AwaitServerHello(_) => "AwaitServerHello",
            Self::AwaitServerCertificate(_) => "AwaitServerCertificate",
            Self::AwaitServerKeyExchange(_) => "AwaitServerKeyExchange",
            Self::AwaitCertificateRequest(_) => "AwaitCertificateRequest",
            Self::AwaitServerHelloDone(_) => "AwaitServerHelloDone",
            Self::AwaitClientHello(_) => "AwaitClientHello",
            Self::AwaitClientCertificate(_) => "AwaitClientCertificate",
            Self::AwaitClientKeyExchange(_) => "AwaitClientKeyExchange",
            Self::AwaitCertificateVerify(_) => "AwaitCertificateVerify",
            Self::AwaitChangeCipherSpec(_) => "AwaitChangeCipherSpec",
            Self::AwaitFinished(_) => "AwaitFinished",
            Self::AwaitFingerprints(_) => "AwaitFingerprints",
            Self::Done(_) => "Done",
        }
    }
}

/// What the hello messages agreed on, and all that was said since.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) suite: CipherSuite,
    pub(crate) srtp: Option<SrtpProfile>,
    pub(crate) client_random: HelloRandom,
    pub(crate) server_random: HelloRandom,
    pub(crate) transcript: Transcript,
}

/// Who the peer is, as far as its certificate says.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) certificate: RemoteChain,
    pub(crate) group: NamedGroup,
}

impl Message {
    /// The body, if the message is of this kind.
    pub(crate) fn expect(&self, kind: HandshakeType) -> Result<&[u8], Fault> {
        if self.kind == kind {
            Ok(&self.body)
        } else {
            Err(Fault::UnexpectedMessage)
        }
    }
}

impl Course {
    pub(crate) fn add(&mut self, message: &Message) {
        self.transcript
            .add(message.kind, message.sequence, &message.body);
    }
}

impl Context<'_> {
    /// Random octets of a hello message.
    fn hello_random(&mut self) -> HelloRandom {
        self.rng.array()
    }

    /// The groups that we have, the preferred first.
    fn groups(&self) -> impl Iterator<Item = NamedGroup> {
        self.config
            .groups
            .iter()
            .copied()
            .filter(|group| self.provider.key_exchange(*group).is_some())
    }

    /// The cipher suites that we have, the preferred first.
    fn suites(&self) -> impl Iterator<Item = CipherSuite> {
        self.config.cipher_suites.iter().copied().filter(|suite| {
            self.provider.aead(suite.aead()).is_some()
                && self.provider.mac(suite.mac()).is_some()
                && self.provider.hash(suite.hash()).is_some()
                && self
                    .provider
                    .signatures()
                    .iter()
                    .any(|signature| KeyKind::of(signature.scheme()) == suite.key_kind())
        })
    }

    /// The kind of our certificate's key.
    fn own_key_kind(&self) -> KeyKind {
        KeyKind::of(self.config.certificate.key().scheme())
    }

    /// The scheme by which our key signs for a peer that verifies `accepted`: the key's own if
    /// possible.
    fn own_scheme(&self, accepted: U16List<'_>) -> Option<SignatureScheme> {
        let key = self.config.certificate.key();
        let others = self.provider.signatures().iter().map(|part| part.scheme());
        std::iter::once(key.scheme())
            .chain(others)
            .find(|scheme| key.signs_by(*scheme) && accepted.contains(scheme.code()))
    }

    /// The codes of the signature schemes that we verify.
    fn signature_schemes(&self) -> impl Iterator<Item = u16> {
        self.provider
            .signatures()
            .iter()
            .map(|signature| signature.scheme().code())
    }

    /// The types of certificates that we verify, as CertificateRequest lists them.
    fn certificate_types(&self) -> Vec<u8> {
        [KeyKind::Ecdsa, KeyKind::Rsa]
            .into_iter()
            .filter(|kind| {
                let mut signatures = self.provider.signatures().iter();
                signatures.any(|signature| KeyKind::of(signature.scheme()) == *kind)
            })
            .map(KeyKind::certificate_type)
            .collect()
    }

    /// Checks the certificate of a peer as far as that is possible now.
    fn check_certificate(&self, certificate: &[u8]) -> Result<KeyKind, Fault> {
        if let Some(fingerprints) = self.fingerprints {
            crate::verify::check_fingerprints(self.provider, fingerprints, certificate)?;
        }
        crate::verify::public_key(certificate).map(|(kind, _)| kind)
    }

    /// Adds one of our messages to the flight and to the transcript.
    fn say(
        &mut self,
        transcript: &mut Transcript,
        kind: HandshakeType,
        encode: impl FnOnce(&mut Vec<u8>),
    ) {
        let mut body = Vec::new();
        encode(&mut body);
        let sequence = self
            .flight
            .push(kind, crate::record::epoch::Epoch::Plain, body.clone());
        transcript.add(kind, sequence, &body);
    }
}
