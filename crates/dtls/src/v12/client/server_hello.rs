use crate::extension::{ec_point_formats, extended_master_secret, renegotiation_info, use_srtp};
use crate::fault::Fault;
use crate::flight::Answered;
use crate::handshake::hello_verify_request::HelloVerifyRequest;
use crate::handshake::server_hello::ServerHello;
use crate::handshake::{HandshakeType, HelloRandom, Message};
use crate::record::VERSION_1_2;
use crate::record::epoch::Epoch;
use crate::transcript::Transcript;
use crate::v12::client::certificate::AwaitServerCertificate;
use crate::v12::{Context, Course, Rejected, State};
use crate::{CipherSuite, SrtpProfile};

/// Awaits a ServerHello, or a HelloVerifyRequest if there was none yet.
#[derive(Clone, Debug)]
pub(crate) struct AwaitServerHello {
    pub(crate) random: HelloRandom,
    /// The body of our last ClientHello.
    pub(crate) hello: Vec<u8>,
    pub(crate) sequence: u16,
    /// Whether a HelloVerifyRequest was answered.
    pub(crate) verified: bool,
}

struct Choice {
    suite: CipherSuite,
    srtp: Option<SrtpProfile>,
    server_random: HelloRandom,
}

impl AwaitServerHello {
    pub(crate) fn handle(
        self,
        message: &Message,
        context: &mut Context<'_>,
    ) -> Result<State, Rejected> {
        if message.kind == HandshakeType::HelloVerifyRequest && !self.verified {
            return match HelloVerifyRequest::parse(&message.body) {
                Ok(request) => Ok(self.answer(request.cookie, message.sequence, context)),
                Err(error) => Err(Rejected::keep(error.into(), self)),
            };
        }
        match check(message, context) {
            Ok(choice) => Ok(self.advance(&choice, message)),
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }

    fn answer(self, cookie: &[u8], sequence: u16, context: &mut Context<'_>) -> State {
        let answered = Answered {
            sequence,
            epoch: Epoch::Plain,
        };
        super::say_hello(context, self.random, cookie, Some(answered)).into()
    }

    /// Goes back to the first ClientHello: the server has answered that one, so the
    /// HelloVerifyRequest was not its own.
    pub(crate) fn forget_cookie(self, context: &mut Context<'_>) -> Self {
        context.flight.number_from(0);
        super::say_hello(context, self.random, &[], None)
    }

    fn advance(self, choice: &Choice, message: &Message) -> State {
        let mut course = Course {
            suite: choice.suite,
            srtp: choice.srtp,
            client_random: self.random,
            server_random: choice.server_random,
            transcript: Transcript::default(),
        };
        course
            .transcript
            .add(HandshakeType::ClientHello, self.sequence, &self.hello);
        course.add(message);
        AwaitServerCertificate { course }.into()
    }
}

fn check(message: &Message, context: &Context<'_>) -> Result<Choice, Fault> {
    let hello = ServerHello::parse(message.expect(HandshakeType::ServerHello)?)?;
    if hello.version != VERSION_1_2 {
        return Err(Fault::NoCommonVersion);
    }
    let suite = CipherSuite::from_code(hello.cipher_suite)
        .filter(|suite| context.suites().any(|ours| ours == *suite))
        .ok_or(Fault::IllegalParameter)?;
    if hello.compression_method != 0 {
        return Err(Fault::IllegalParameter);
    }
    if hello
        .extensions
        .iter()
        .any(|(kind, _)| !super::ANSWERABLE.contains(&kind))
    {
        return Err(Fault::UnsolicitedExtension);
    }
    //= https://www.rfc-editor.org/rfc/rfc7627#section-5.2
    //# If a client receives a ServerHello without the extension, it SHOULD abort the handshake if
    //# it does not wish to interoperate with legacy servers.
    let extended = hello
        .extensions
        .get(extended_master_secret::TYPE)
        .ok_or(Fault::NoExtendedMasterSecret)?;
    extended_master_secret::parse(extended)?;
    if let Some(body) = hello.extensions.get(renegotiation_info::TYPE)
        && !renegotiation_info::parse(body)?
    {
        return Err(Fault::IllegalParameter);
    }
    if let Some(body) = hello.extensions.get(ec_point_formats::TYPE)
        && !ec_point_formats::parse(body)?
    {
        return Err(Fault::IllegalParameter);
    }
    let srtp = match hello.extensions.get(use_srtp::TYPE) {
        Some(body) => Some(check_srtp(body, &context.config.srtp_profiles)?),
        None => None,
    };
    Ok(Choice {
        suite,
        srtp,
        server_random: hello.random,
    })
}

//= https://www.rfc-editor.org/rfc/rfc5764#section-4.1.1
//# If the client detects a nonzero-length MKI in the server's response that is different than the
//# one the client offered, then the client MUST abort the handshake and SHOULD send an
//# invalid_parameter alert.
fn check_srtp(body: &[u8], offered: &[SrtpProfile]) -> Result<SrtpProfile, Fault> {
    let answer = use_srtp::UseSrtp::parse(body)?;
    let mut profiles = answer.profiles.iter();
    let (Some(code), None) = (profiles.next(), profiles.next()) else {
        return Err(Fault::IllegalParameter);
    };
    SrtpProfile::from_code(code)
        .filter(|profile| offered.contains(profile) && answer.mki.is_empty())
        .ok_or(Fault::IllegalParameter)
}
