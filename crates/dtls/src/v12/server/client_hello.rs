use stonechat_crypto::{NamedGroup, Secret, SignatureScheme};

use crate::codec::{U16List, put_u16s};
use crate::extension::{
    Extensions, ec_point_formats, extended_master_secret, renegotiation_info, signature_algorithms,
    supported_groups, supported_versions, use_srtp,
};
use crate::fault::Fault;
use crate::flight::{Answered, Repetition};
use crate::handshake::certificate::CertificateChain;
use crate::handshake::certificate_request::CertificateRequest;
use crate::handshake::certificate_verify::DigitallySigned;
use crate::handshake::client_hello::ClientHello;
use crate::handshake::hello_verify_request::HelloVerifyRequest;
use crate::handshake::key_exchange::{ServerKeyExchange, put_params};
use crate::handshake::server_hello::ServerHello;
use crate::handshake::{HandshakeType, HelloRandom, Message};
use crate::record::VERSION_1_2;
use crate::record::epoch::Epoch;
use crate::transcript::Transcript;
use crate::v12::server::certificate::AwaitClientCertificate;
use crate::v12::server::cookie::{self, Verdict};
use crate::v12::{Context, Course, Rejected, State};
use crate::{CipherSuite, SrtpProfile};

/// Awaits a ClientHello that we can go on with.
#[derive(Debug)]
pub(crate) struct AwaitClientHello {
    pub(crate) cookie_secret: Secret,
}

/// What a ClientHello lets us choose.
struct Choice {
    verdict: Verdict,
    suite: CipherSuite,
    group: NamedGroup,
    /// By which we sign our share.
    scheme: SignatureScheme,
    srtp: Option<SrtpProfile>,
    client_random: HelloRandom,
    point_formats: bool,
    renegotiation_info: bool,
}

impl AwaitClientHello {
    pub(crate) fn handle(
        self,
        message: &Message,
        context: &mut Context<'_>,
    ) -> Result<State, Rejected> {
        match self.check(message, context) {
            Ok(Choice {
                verdict: Verdict::Demand(cookie),
                ..
            }) => Ok(self.demand(&cookie, message, context)),
            Ok(choice) => Ok(advance(&choice, message, context)?),
            Err(fault) => Err(Rejected::keep(fault, self)),
        }
    }

    fn check(&self, message: &Message, context: &Context<'_>) -> Result<Choice, Fault> {
        let hello = ClientHello::parse(message.expect(HandshakeType::ClientHello)?)?;
        check_version(&hello)?;
        if !hello.compression_methods.contains(&0) {
            return Err(Fault::IllegalParameter);
        }
        let suite = context
            .suites()
            .filter(|suite| suite.key_kind() == context.own_key_kind())
            .find(|suite| hello.cipher_suites.contains(suite.code()))
            .ok_or(Fault::NoCommonCipherSuite)?;
        let group = choose_group(&hello, context)?;
        let scheme = choose_scheme(&hello, context)?;
        let extended = hello
            .extensions
            .get(extended_master_secret::TYPE)
            .ok_or(Fault::NoExtendedMasterSecret)?;
        extended_master_secret::parse(extended)?;
        let info = hello.extensions.get(renegotiation_info::TYPE);
        if let Some(body) = info
            && !renegotiation_info::parse(body)?
        {
            return Err(Fault::IllegalParameter);
        }
        let formats = hello.extensions.get(ec_point_formats::TYPE);
        if let Some(body) = formats
            && !ec_point_formats::parse(body)?
        {
            return Err(Fault::IllegalParameter);
        }
        let srtp = choose_srtp(&hello, &context.config.srtp_profiles)?;
        let verdict = cookie::judge(
            context.provider,
            &self.cookie_secret,
            &context.config.cookie,
            &hello,
        )?;
        let signaled = hello
            .cipher_suites
            .contains(renegotiation_info::SIGNALING_SUITE);
        Ok(Choice {
            verdict,
            suite,
            group,
            scheme,
            srtp,
            client_random: hello.random,
            point_formats: formats.is_some(),
            renegotiation_info: info.is_some() || signaled,
        })
    }

    /// Asks for the same ClientHello with `cookie`. That is not repeated by a timer, and not part
    /// of the transcript.
    fn demand(self, cookie: &[u8], message: &Message, context: &mut Context<'_>) -> State {
        let answered = Answered {
            sequence: message.sequence,
            epoch: Epoch::Plain,
        };
        context.flight.begin(Repetition::OnDemand, Some(answered));
        let mut body = Vec::new();
        HelloVerifyRequest { cookie }.encode(&mut body);
        context
            .flight
            .push(HandshakeType::HelloVerifyRequest, Epoch::Plain, body);
        self.into()
    }
}

/// A client that knows 1.3 says so in an extension, and 1.2 in the old place.
fn check_version(hello: &ClientHello<'_>) -> Result<(), Fault> {
    // Versions are complements: a newer one is a smaller number.
    let speaks = match hello.extensions.get(supported_versions::TYPE) {
        Some(body) => supported_versions::parse(body)?.contains(VERSION_1_2),
        None => hello.version >> 8 == VERSION_1_2 >> 8 && hello.version <= VERSION_1_2,
    };
    if speaks {
        Ok(())
    } else {
        Err(Fault::NoCommonVersion)
    }
}

fn choose_group(hello: &ClientHello<'_>, context: &Context<'_>) -> Result<NamedGroup, Fault> {
    let offered = match hello.extensions.get(supported_groups::TYPE) {
        Some(body) => Some(supported_groups::parse(body)?),
        None => None,
    };
    //= https://www.rfc-editor.org/rfc/rfc8422#section-4
    //# A client that proposes ECC cipher suites may choose not to include these extensions.  In
    //# this case, the server is free to choose any one of the elliptic curves or point formats
    context
        .groups()
        .find(|group| match &offered {
            Some(offered) => offered.contains(group.code()),
            None => *group == NamedGroup::Secp256r1,
        })
        .ok_or(Fault::NoCommonGroup)
}

fn choose_scheme(hello: &ClientHello<'_>, context: &Context<'_>) -> Result<SignatureScheme, Fault> {
    let body = hello
        .extensions
        .get(signature_algorithms::TYPE)
        .ok_or(Fault::NoCommonSignatureScheme)?;
    context
        .own_scheme(signature_algorithms::parse(body)?)
        .ok_or(Fault::NoCommonSignatureScheme)
}

/// Our own preference decides. A master key identifier is declined by an empty one in the answer.
fn choose_srtp(
    hello: &ClientHello<'_>,
    ours: &[SrtpProfile],
) -> Result<Option<SrtpProfile>, Fault> {
    let Some(body) = hello.extensions.get(use_srtp::TYPE) else {
        return Ok(None);
    };
    let offer = use_srtp::UseSrtp::parse(body)?;
    Ok(ours
        .iter()
        .copied()
        .find(|profile| offer.profiles.contains(profile.code())))
}

fn advance(choice: &Choice, message: &Message, context: &mut Context<'_>) -> Result<State, Fault> {
    let mut course = Course {
        suite: choice.suite,
        srtp: choice.srtp,
        client_random: choice.client_random,
        server_random: context.hello_random(),
        transcript: Transcript::default(),
    };
    course.add(message);
    let exchange = context
        .provider
        .key_exchange(choice.group)
        .ok_or(Fault::Internal)?
        .start(context.rng);

    let answered = Answered {
        sequence: message.sequence,
        epoch: Epoch::Plain,
    };
    context.flight.begin(Repetition::Timed, Some(answered));
    say_server_hello(choice, &mut course, context)?;
    let certificate = context.config.certificate.clone();
    context.say(&mut course.transcript, HandshakeType::Certificate, |out| {
        CertificateChain {
            certificates: certificate.chain().collect(),
        }
        .encode(out);
    });
    let group = choice.group.code();
    let mut signed = Vec::new();
    signed.extend_from_slice(&course.client_random);
    signed.extend_from_slice(&course.server_random);
    put_params(&mut signed, group, exchange.share());
    let key = certificate.key();
    let signature = key
        .sign_by(choice.scheme, &signed)
        .map_err(|_| Fault::Internal)?;
    let signed = DigitallySigned {
        scheme: choice.scheme.code(),
        signature: &signature,
    };
    context.say(
        &mut course.transcript,
        HandshakeType::ServerKeyExchange,
        |out| {
            ServerKeyExchange {
                group,
                share: exchange.share(),
                signed,
            }
            .encode(out);
        },
    );
    let certificate_types = context.certificate_types();
    let mut schemes = Vec::new();
    put_u16s(&mut schemes, context.signature_schemes());
    let signature_algorithms = U16List::new(&schemes).map_err(|_| Fault::Internal)?;
    context.say(
        &mut course.transcript,
        HandshakeType::CertificateRequest,
        |out| {
            CertificateRequest {
                certificate_types: &certificate_types,
                signature_algorithms,
            }
            .encode(out);
        },
    );
    context.say(
        &mut course.transcript,
        HandshakeType::ServerHelloDone,
        |_| {},
    );
    Ok(AwaitClientCertificate { course, exchange }.into())
}

fn say_server_hello(
    choice: &Choice,
    course: &mut Course,
    context: &mut Context<'_>,
) -> Result<(), Fault> {
    let mut block = Vec::new();
    extended_master_secret::put(&mut block);
    if choice.renegotiation_info {
        renegotiation_info::put(&mut block);
    }
    if choice.point_formats {
        ec_point_formats::put(&mut block);
    }
    if let Some(profile) = choice.srtp {
        use_srtp::put(&mut block, &[profile]);
    }
    let extensions = Extensions::new(&block).map_err(|_| Fault::Internal)?;
    let hello = ServerHello {
        version: VERSION_1_2,
        random: course.server_random,
        session_id: &[],
        cipher_suite: choice.suite.code(),
        compression_method: 0,
        extensions,
    };
    context.say(&mut course.transcript, HandshakeType::ServerHello, |out| {
        hello.encode(out);
    });
    Ok(())
}
