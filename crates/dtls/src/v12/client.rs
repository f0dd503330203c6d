//! The client, one file per awaited message.

pub(crate) mod certificate;
pub(crate) mod certificate_request;
pub(crate) mod hello_done;
pub(crate) mod key_exchange;
pub(crate) mod server_hello;

use crate::codec::{U16List, put_u16s};
use crate::extension::{
    Extensions, ec_point_formats, extended_master_secret, renegotiation_info, signature_algorithms,
    supported_groups, use_srtp,
};
use crate::flight::{Answered, Repetition};
use crate::handshake::client_hello::ClientHello;
use crate::handshake::{HandshakeType, HelloRandom};
use crate::record::VERSION_1_2;
use crate::record::epoch::Epoch;

use super::Context;
use server_hello::AwaitServerHello;

/// Says the first ClientHello.
pub(crate) fn start(context: &mut Context<'_>) -> AwaitServerHello {
    let random = context.hello_random();
    say_hello(context, random, &[], None)
}

/// Says a ClientHello with `cookie`, in answer to a HelloVerifyRequest if there was one.
fn say_hello(
    context: &mut Context<'_>,
    random: HelloRandom,
    cookie: &[u8],
    answered: Option<Answered>,
) -> AwaitServerHello {
    let body = encode_hello(context, random, cookie);
    context.flight.begin(Repetition::Timed, answered);
    let sequence = context
        .flight
        .push(HandshakeType::ClientHello, Epoch::Plain, body.clone());
    AwaitServerHello {
        random,
        hello: body,
        sequence,
        verified: answered.is_some(),
    }
}

fn encode_hello(context: &Context<'_>, random: HelloRandom, cookie: &[u8]) -> Vec<u8> {
    let mut suites = Vec::new();
    put_u16s(&mut suites, context.suites().map(crate::CipherSuite::code));
    let mut extensions = Vec::new();
    extended_master_secret::put(&mut extensions);
    renegotiation_info::put(&mut extensions);
    supported_groups::put(&mut extensions, context.groups().map(|group| group.code()));
    ec_point_formats::put(&mut extensions);
    signature_algorithms::put(&mut extensions, context.signature_schemes());
    if !context.config.srtp_profiles.is_empty() {
        use_srtp::put(&mut extensions, &context.config.srtp_profiles);
    }
    let mut body = Vec::new();
    // A provider without a single suite leaves a ClientHello that no server accepts.
    if let (Ok(cipher_suites), Ok(extensions)) =
        (U16List::new(&suites), Extensions::new(&extensions))
    {
        ClientHello {
            version: VERSION_1_2,
            random,
            session_id: &[],
            cookie,
            cipher_suites,
            compression_methods: &[0],
            extensions,
        }
        .encode(&mut body);
    }
    body
}

/// The extensions that a ServerHello may have: those that we sent.
const ANSWERABLE: [u16; 4] = [
    extended_master_secret::TYPE,
    renegotiation_info::TYPE,
    ec_point_formats::TYPE,
    use_srtp::TYPE,
];
