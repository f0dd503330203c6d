//! Identity: assertions of ours in descriptions, and what those of the peer prove.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use stonechat_crypto::{CertificateParams, SignatureScheme, SigningKey, rust};
use stonechat_peerconnection::{
    Answer, Call, ChannelInit, Config, Configuration, Error, ErrorDetailType, ErrorDetailTypeIdp,
    ErrorName, Event, IdentityAssertion, IdentityAssertionResult, IdentityProviderDetails,
    IdentityProviderError, IdentityProviderOptions, IdentityValidationResult, OfferOptions,
    PeerConnection, PeerIdentity, PromiseId, Reply, Request, RequestId, SdpType,
    SessionDescription, SignalingState, ThirdPartyIdentityProvider, Value, Which,
};
use stonechat_testkit::clock;

const ALICE: &str = "alice@example.org";

/// A provider with a key of its own, which signs what it asserts.
struct Idp {
    domain: String,
    key: Arc<dyn SigningKey>,
    /// Whom it asserts.
    user: String,
    /// Tokens live so long; checked against `now`.
    expires: u64,
    now: u64,
}

impl Idp {
    fn new(domain: &str, user: &str) -> Self {
        let scheme = rust::PROVIDER
            .signature(SignatureScheme::EcdsaSecp256r1Sha256)
            .unwrap();
        let seed = clock::env(77).seed().child(domain);
        Self {
            domain: domain.to_owned(),
            key: scheme.generate(&mut seed.rng()),
            user: user.to_owned(),
            expires: 100,
            now: 0,
        }
    }

    fn generate(&self, contents: &str) -> IdentityAssertionResult {
        let signed = format!("{}\n{}\n{contents}", self.user, self.expires);
        let signature = self.key.sign(signed.as_bytes()).unwrap();
        let signature: String = signature
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect();
        IdentityAssertionResult {
            idp: IdentityProviderDetails {
                domain: self.domain.clone(),
                protocol: String::from("default"),
            },
            assertion: format!("{signature}\n{signed}"),
        }
    }

    fn validate(&self, assertion: &str) -> Result<IdentityValidationResult, IdentityProviderError> {
        let invalid =
            || IdentityProviderError::new(ErrorDetailTypeIdp::IdpTokenInvalid, "not signed by us");
        let (signature, signed) = assertion.split_once('\n').ok_or_else(invalid)?;
        let signature: Vec<u8> = (0..signature.len() / 2)
            .map(|at| u8::from_str_radix(&signature[2 * at..2 * at + 2], 16))
            .collect::<Result<_, _>>()
            .map_err(|_| invalid())?;
        rust::PROVIDER
            .signature(SignatureScheme::EcdsaSecp256r1Sha256)
            .unwrap()
            .verify(self.key.public_key(), signed.as_bytes(), &signature)
            .map_err(|_| invalid())?;
        let mut parts = signed.splitn(3, '\n');
        let (Some(user), Some(expires), Some(contents)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid());
        };
        if expires.parse::<u64>().map_err(|_| invalid())? < self.now {
            return Err(IdentityProviderError::new(
                ErrorDetailTypeIdp::IdpTokenExpired,
                "the token has expired",
            ));
        }
        Ok(IdentityValidationResult {
            identity: user.to_owned(),
            contents: contents.to_owned(),
        })
    }

    fn answer(&self, request: &Request) -> Option<(RequestId, Reply)> {
        match request {
            Request::Assert { id, contents, .. } => {
                Some((*id, Reply::Asserted(Box::new(self.generate(contents)))))
            }
            Request::Validate { id, assertion, .. } => {
                let reply = match self.validate(assertion) {
                    Ok(result) => Reply::Validated(Box::new(result)),
                    Err(error) => Reply::IdentityFailed(Box::new(error)),
                };
                Some((*id, reply))
            }
            _ => None,
        }
    }
}

/// A peer connection, what it fired and settled, and what it asked of identity providers.
struct Peer {
    pc: PeerConnection,
    now: Instant,
    events: Vec<Event>,
    settled: BTreeMap<PromiseId, Result<Value, Error>>,
    asked: Vec<Request>,
}

impl Peer {
    fn new(seed: u64) -> Self {
        Self::with(seed, Config::default(), None)
    }

    fn expecting(seed: u64, identity: &str) -> Self {
        Self::with(seed, Config::default(), Some(identity))
    }

    fn with(seed: u64, config: Config, peer_identity: Option<&str>) -> Self {
        let env = clock::env_with(seed, rust::provider());
        let mut rng = env.seed().child("certificate").rng();
        let certificate = stonechat_crypto::Certificate::self_signed(
            env.crypto(),
            &mut rng,
            clock::wall(),
            CertificateParams::default(),
        )
        .unwrap();
        let configuration = Configuration {
            peer_identity: peer_identity.map(str::to_owned),
            ..Configuration::default()
        };
        let mut pc =
            PeerConnection::new(config, configuration, certificate, &env, clock::start()).unwrap();
        let (label, init) = (String::from("data"), ChannelInit::default());
        pc.call(clock::start(), Call::CreateDataChannel { label, init });
        Self {
            pc,
            now: clock::start(),
            events: Vec::new(),
            settled: BTreeMap::new(),
            asked: Vec::new(),
        }
    }

    fn pump(&mut self) {
        loop {
            let mut idle = true;
            while let Some(step) = self.pc.poll_step(self.now) {
                idle = false;
                self.events.extend(step.fire);
                self.settled.extend(step.settle);
            }
            while let Some(request) = self.pc.poll_request() {
                let of_session = match &request {
                    Request::Assert { .. } | Request::Validate { .. } => true,
                    Request::Cancel(id) => id.is_of_session(),
                    _ => false,
                };
                if of_session {
                    idle = false;
                    self.asked.push(request);
                }
            }
            if idle {
                return;
            }
        }
    }

    fn begin(&mut self, call: Call) -> PromiseId {
        match self.pc.call(self.now, call) {
            Answer::Promise(promise) => {
                self.pump();
                promise
            }
            other => panic!("no promise but {other:?}"),
        }
    }

    fn throws(&mut self, call: Call) -> Option<ErrorName> {
        match self.pc.call(self.now, call) {
            Answer::Failed(error) => Some(error.name),
            _ => None,
        }
    }

    fn reply(&mut self, id: RequestId, reply: Reply) {
        self.pc.handle_reply(self.now, id, reply);
        self.pump();
    }

    /// Answers all that was asked.
    fn serve(&mut self, idp: &Idp) {
        while !self.asked.is_empty() {
            let request = self.asked.remove(0);
            if let Some((id, reply)) = idp.answer(&request) {
                self.reply(id, reply);
            }
        }
    }

    /// Fails the one request that was asked.
    fn fail(&mut self, error: IdentityProviderError) {
        let id = match self.asked.remove(0) {
            Request::Assert { id, .. } | Request::Validate { id, .. } => id,
            other => panic!("{other:?}"),
        };
        self.reply(id, Reply::IdentityFailed(Box::new(error)));
    }

    fn finish(&mut self, call: Call, idp: &Idp) -> Result<Value, Error> {
        let promise = self.begin(call);
        self.serve(idp);
        self.settled.remove(&promise).expect("it settles")
    }

    fn offer(&mut self, idp: &Idp) -> SessionDescription {
        description(self.finish(Call::CreateOffer(OfferOptions::default()), idp))
    }

    fn set_provider(&mut self, domain: &str) {
        let domain = domain.to_owned();
        let options = IdentityProviderOptions::default();
        let call = Call::SetIdentityProvider { domain, options };
        assert_eq!(self.throws(call), None);
    }

    fn set_remote(&mut self, description: &SessionDescription) -> PromiseId {
        self.begin(Call::SetRemoteDescription(description.clone()))
    }

    /// How setting `description` ends.
    fn takes(&mut self, description: &SessionDescription, idp: &Idp) -> Result<(), Error> {
        self.finish(Call::SetRemoteDescription(description.clone()), idp)
            .map(|_| ())
    }

    fn state(&self) -> SignalingState {
        self.pc.session().signaling_state()
    }

    fn peer_identity(&self) -> &PeerIdentity {
        self.pc.session().peer_identity()
    }

    fn identity_events(&self) -> Vec<Result<IdentityAssertion, ErrorName>> {
        let events = self.events.iter();
        events
            .filter_map(|event| match event {
                Event::PeerIdentity(result) => Some(result.clone().map_err(|error| error.name)),
                _ => None,
            })
            .collect()
    }
}

fn description(result: Result<Value, Error>) -> SessionDescription {
    match result {
        Ok(Value::Description(description)) => description,
        other => panic!("no description but {other:?}"),
    }
}

fn line(description: &SessionDescription) -> Option<&str> {
    description
        .sdp
        .lines()
        .find_map(|line| line.strip_prefix("a=identity:"))
}

/// An offer that asserts Alice.
fn asserted(seed: u64, idp: &Idp) -> SessionDescription {
    let mut peer = Peer::new(seed);
    peer.set_provider(&idp.domain);
    peer.offer(idp)
}

fn with_line(description: &SessionDescription, value: &str) -> SessionDescription {
    let old = line(description).expect("it has an assertion");
    SessionDescription {
        kind: description.kind,
        sdp: description.sdp.replacen(old, value, 1),
    }
}

fn without_line(description: &SessionDescription) -> SessionDescription {
    let old = format!("a=identity:{}\r\n", line(description).unwrap());
    SessionDescription {
        kind: description.kind,
        sdp: description.sdp.replacen(&old, "", 1),
    }
}

fn encode(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn decode(text: &str) -> serde_json::Value {
    use base64::Engine as _;
    let octets = base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap();
    serde_json::from_slice(&octets).unwrap()
}

fn org() -> Idp {
    Idp::new("example.org", ALICE)
}

// api: RTCPeerConnection.createOffer
#[test]
fn without_a_provider_descriptions_assert_nothing() {
    let mut peer = Peer::new(1);
    let offer = peer.offer(&org());
    assert_eq!(line(&offer), None);
    assert!(peer.asked.is_empty());
}

// api: RTCPeerConnection.setIdentityProvider, RTCPeerConnection.createOffer, RTCIdentityAssertionResult.idp, RTCIdentityAssertionResult.assertion
#[test]
fn an_offer_waits_for_the_provider_and_carries_its_assertion() {
    let idp = org();
    let mut peer = Peer::new(2);
    peer.set_provider("example.org");
    assert!(
        peer.asked.is_empty(),
        "nothing is asked before it is needed"
    );
    let promise = peer.begin(Call::CreateOffer(OfferOptions::default()));
    assert!(!peer.settled.contains_key(&promise));
    let [
        Request::Assert {
            domain, contents, ..
        },
    ] = &peer.asked[..]
    else {
        panic!("{:?}", peer.asked)
    };
    assert_eq!(domain, "example.org");
    let made = idp.generate(contents);
    peer.serve(&idp);
    let offer = description(peer.settled.remove(&promise).unwrap());
    let value = decode(line(&offer).unwrap());
    assert_eq!(value["idp"]["domain"], "example.org");
    assert_eq!(value["idp"]["protocol"], "default");
    assert_eq!(value["assertion"], made.assertion.as_str());
    let (session, _) = offer.sdp.split_once("\r\nm=").unwrap();
    assert!(session.contains("a=identity:"), "it is of the session");
}

// api: GenerateAssertionCallback, RTCPeerConnection.createOffer
#[test]
fn what_is_asserted_are_the_fingerprints_of_the_description() {
    let mut peer = Peer::new(3);
    peer.set_provider("example.org");
    peer.begin(Call::CreateOffer(OfferOptions::default()));
    let Request::Assert {
        contents, origin, ..
    } = &peer.asked[0]
    else {
        panic!("{:?}", peer.asked)
    };
    assert_eq!(origin, "null");
    let contents: serde_json::Value = serde_json::from_str(contents).unwrap();
    let own = peer.pc.session().certificate();
    let own = own
        .fingerprint(&rust::PROVIDER, stonechat_crypto::HashAlgorithm::Sha256)
        .unwrap()
        .to_string();
    let one = &contents["fingerprint"][0];
    let written = format!(
        "{} {}",
        one["algorithm"].as_str().unwrap(),
        one["digest"].as_str().unwrap()
    );
    assert_eq!(written, own);
}

// api: RTCPeerConnection.createAnswer, RTCPeerConnection.setIdentityProvider
#[test]
fn an_answer_carries_an_assertion_as_well() {
    let idp = org();
    let mut offerer = Peer::new(4);
    let offer = offerer.offer(&idp);
    let mut peer = Peer::new(5);
    peer.set_provider("example.org");
    peer.takes(&offer, &idp).unwrap();
    let answer = description(peer.finish(Call::CreateAnswer, &idp));
    assert!(line(&answer).is_some());
    assert_eq!(answer.kind, SdpType::Answer);
}

// api: RTCPeerConnection.setLocalDescription, RTCPeerConnection.setIdentityProvider
#[test]
fn a_description_that_is_made_while_it_is_set_waits_for_the_provider_too() {
    let idp = org();
    let mut peer = Peer::new(6);
    peer.set_provider("example.org");
    let promise = peer.begin(Call::SetLocalDescription(None));
    assert_eq!(peer.state(), SignalingState::Stable);
    assert!(!peer.settled.contains_key(&promise));
    peer.serve(&idp);
    assert!(peer.settled[&promise].is_ok());
    let local = peer.pc.session().description(Which::Local).unwrap();
    assert!(line(&local).is_some());
}

// api: RTCPeerConnection.getIdentityAssertion
#[test]
fn an_assertion_is_made_once_and_used_again() {
    let idp = org();
    let mut peer = Peer::new(7);
    peer.set_provider("example.org");
    let Ok(Value::IdentityAssertion(early)) = peer.finish(Call::GetIdentityAssertion, &idp) else {
        panic!("an assertion is made")
    };
    for _ in 0..2 {
        let promise = peer.begin(Call::CreateOffer(OfferOptions::default()));
        assert!(peer.asked.is_empty());
        let offer = description(peer.settled.remove(&promise).unwrap());
        assert_eq!(line(&offer), Some(early.as_str()));
    }
}

// api: RTCPeerConnection.setIdentityProvider, RTCIdentityProviderOptions.protocol
#[test]
fn another_provider_makes_a_new_assertion_and_the_same_one_does_not() {
    let idp = org();
    let mut peer = Peer::new(8);
    peer.set_provider("example.org");
    peer.offer(&idp);
    peer.set_provider("example.org");
    peer.begin(Call::CreateOffer(OfferOptions::default()));
    assert!(peer.asked.is_empty());
    let options = IdentityProviderOptions {
        protocol: String::from("other"),
        ..IdentityProviderOptions::default()
    };
    let domain = String::from("example.org");
    peer.throws(Call::SetIdentityProvider { domain, options });
    peer.begin(Call::CreateOffer(OfferOptions::default()));
    let [Request::Assert { options, .. }] = &peer.asked[..] else {
        panic!("{:?}", peer.asked)
    };
    assert_eq!(options.protocol, "other");
}

// api: RTCPeerConnection.setIdentityProvider
#[test]
fn a_provider_that_is_replaced_while_it_is_asked_is_not_waited_for() {
    let mut peer = Peer::new(9);
    peer.set_provider("example.org");
    let promise = peer.begin(Call::CreateOffer(OfferOptions::default()));
    let Request::Assert { id: first, .. } = peer.asked.remove(0) else {
        panic!("it asks")
    };
    let net = Idp::new("example.net", "alice@example.net");
    peer.set_provider("example.net");
    peer.pump();
    assert_eq!(peer.asked.remove(0), Request::Cancel(first));
    let late = Reply::Asserted(Box::new(org().generate("late")));
    peer.reply(first, late);
    assert!(!peer.settled.contains_key(&promise));
    peer.serve(&net);
    let offer = description(peer.settled.remove(&promise).unwrap());
    assert_eq!(
        decode(line(&offer).unwrap())["idp"]["domain"],
        "example.net"
    );
}

// api: RTCIdentityProviderOptions.protocol, RTCPeerConnection.setIdentityProvider
#[test]
fn a_protocol_that_leads_out_of_its_folder_is_a_syntax_error() {
    let mut peer = Peer::new(10);
    for protocol in ["a/b", "..\\b", "/"] {
        let domain = String::from("example.org");
        let options = IdentityProviderOptions {
            protocol: protocol.to_owned(),
            ..IdentityProviderOptions::default()
        };
        let call = Call::SetIdentityProvider { domain, options };
        assert_eq!(peer.throws(call), Some(ErrorName::SyntaxError));
    }
    peer.begin(Call::CreateOffer(OfferOptions::default()));
    assert!(peer.asked.is_empty(), "nothing was set");
}

// api: RTCPeerConnection.setIdentityProvider, RTCPeerConnection.getIdentityAssertion
#[test]
fn after_the_end_no_provider_is_set_or_asked() {
    let mut peer = Peer::new(11);
    peer.pc.call(peer.now, Call::Close);
    let domain = String::from("example.org");
    let options = IdentityProviderOptions::default();
    for call in [
        Call::SetIdentityProvider { domain, options },
        Call::GetIdentityAssertion,
    ] {
        assert_eq!(peer.throws(call), Some(ErrorName::InvalidStateError));
    }
}

// api: RTCPeerConnection.close
#[test]
fn closing_gives_up_what_is_asked() {
    let mut peer = Peer::new(12);
    peer.set_provider("example.org");
    peer.begin(Call::GetIdentityAssertion);
    let Request::Assert { id, .. } = peer.asked.remove(0) else {
        panic!("it asks")
    };
    peer.pc.call(peer.now, Call::Close);
    peer.pump();
    assert_eq!(peer.asked, [Request::Cancel(id)]);
    peer.reply(id, Reply::Asserted(Box::new(org().generate("late"))));
    assert!(peer.settled.is_empty());
}

// api: RTCPeerConnection.getIdentityAssertion
#[test]
fn without_a_provider_there_is_no_assertion_to_get() {
    let mut peer = Peer::new(13);
    let promise = peer.begin(Call::GetIdentityAssertion);
    let error = peer.settled[&promise].clone().unwrap_err();
    assert_eq!(error.name, ErrorName::OperationError);
}

// api: RTCIdentityProviderOptions.usernameHint, RTCIdentityProviderOptions.peerIdentity, RTCConfiguration.peerIdentity
#[test]
fn the_provider_gets_the_options_and_the_peer_of_the_configuration() {
    for (given, expected) in [
        (None, "bob@example.net"),
        (Some("eve@example.net"), "eve@example.net"),
    ] {
        let mut peer = Peer::expecting(14, "bob@example.net");
        let options = IdentityProviderOptions {
            username_hint: Some(String::from("alice")),
            peer_identity: given.map(str::to_owned),
            ..IdentityProviderOptions::default()
        };
        let domain = String::from("example.org");
        peer.throws(Call::SetIdentityProvider { domain, options });
        peer.begin(Call::GetIdentityAssertion);
        let Request::Assert { options, .. } = &peer.asked[0] else {
            panic!("{:?}", peer.asked)
        };
        assert_eq!(options.username_hint.as_deref(), Some("alice"));
        assert_eq!(options.peer_identity.as_deref(), Some(expected));
        assert_eq!(options.protocol, "default");
    }
}

// api: RTCPeerConnection.createAnswer, RTCPeerConnection.createOffer
#[test]
fn in_the_wrong_state_no_provider_is_asked() {
    let mut peer = Peer::new(15);
    peer.set_provider("example.org");
    let refused = peer.throws(Call::CreateAnswer);
    assert_eq!(refused, Some(ErrorName::InvalidStateError));
    peer.pump();
    assert!(peer.asked.is_empty());
}

const DETAILS: [(ErrorDetailTypeIdp, ErrorDetailType); 8] = [
    (
        ErrorDetailTypeIdp::IdpBadScriptFailure,
        ErrorDetailType::IdpBadScriptFailure,
    ),
    (
        ErrorDetailTypeIdp::IdpExecutionFailure,
        ErrorDetailType::IdpExecutionFailure,
    ),
    (
        ErrorDetailTypeIdp::IdpLoadFailure,
        ErrorDetailType::IdpLoadFailure,
    ),
    (
        ErrorDetailTypeIdp::IdpNeedLogin,
        ErrorDetailType::IdpNeedLogin,
    ),
    (ErrorDetailTypeIdp::IdpTimeout, ErrorDetailType::IdpTimeout),
    (
        ErrorDetailTypeIdp::IdpTlsFailure,
        ErrorDetailType::IdpTlsFailure,
    ),
    (
        ErrorDetailTypeIdp::IdpTokenExpired,
        ErrorDetailType::IdpTokenExpired,
    ),
    (
        ErrorDetailTypeIdp::IdpTokenInvalid,
        ErrorDetailType::IdpTokenInvalid,
    ),
];

// api: RTCErrorDetailTypeIdp.idp-bad-script-failure, RTCErrorDetailTypeIdp.idp-execution-failure, RTCErrorDetailTypeIdp.idp-load-failure, RTCErrorDetailTypeIdp.idp-need-login, RTCErrorDetailTypeIdp.idp-timeout, RTCErrorDetailTypeIdp.idp-tls-failure, RTCErrorDetailTypeIdp.idp-token-expired, RTCErrorDetailTypeIdp.idp-token-invalid, RTCError.errorDetail
#[test]
fn each_failure_of_a_provider_reaches_the_application_by_its_name() {
    for (idp, detail) in DETAILS {
        let mut peer = Peer::new(16);
        peer.set_provider("example.org");
        let promise = peer.begin(Call::GetIdentityAssertion);
        peer.fail(IdentityProviderError::new(idp, "it failed"));
        let error = peer.settled.remove(&promise).unwrap().unwrap_err();
        assert_eq!(error.name, ErrorName::OperationError);
        assert_eq!(error.error_detail(), Some(detail));
        assert_eq!(detail.as_str(), idp.as_str());
        assert!(idp.as_str().starts_with("idp-"));
    }
    assert_eq!(ErrorDetailTypeIdp::ALL.len(), DETAILS.len());
}

// api: RTCPeerConnection.createOffer, RTCPeerConnection.getIdentityAssertion
#[test]
fn an_offer_without_its_assertion_is_not_readable_and_the_next_one_asks_again() {
    let idp = org();
    let mut peer = Peer::new(17);
    peer.set_provider("example.org");
    let promise = peer.begin(Call::CreateOffer(OfferOptions::default()));
    let early = peer.begin(Call::GetIdentityAssertion);
    assert_eq!(peer.asked.len(), 1, "both wait for the same answer");
    peer.fail(IdentityProviderError::new(
        ErrorDetailTypeIdp::IdpExecutionFailure,
        "it failed",
    ));
    let error = peer.settled.remove(&promise).unwrap().unwrap_err();
    assert_eq!(error.name, ErrorName::NotReadableError);
    assert_eq!(
        error.error_detail(),
        Some(ErrorDetailType::IdpExecutionFailure)
    );
    let error = peer.settled.remove(&early).unwrap().unwrap_err();
    assert_eq!(error.name, ErrorName::OperationError);
    assert!(line(&peer.offer(&idp)).is_some());
}

// api: RTCPeerConnection.idpLoginUrl, RTCPeerConnection.idpErrorInfo, RTCErrorDetailTypeIdp.idp-need-login
#[test]
fn a_user_who_has_to_log_in_is_told_where() {
    let mut peer = Peer::new(18);
    assert_eq!(peer.pc.session().idp_login_url(), None);
    assert_eq!(peer.pc.session().idp_error_info(), None);
    peer.set_provider("example.org");
    peer.begin(Call::GetIdentityAssertion);
    peer.fail(IdentityProviderError {
        login_url: Some(String::from("https://example.org/login")),
        error_info: Some(String::from("{\"session\":\"gone\"}")),
        ..IdentityProviderError::new(ErrorDetailTypeIdp::IdpNeedLogin, "log in")
    });
    let session = peer.pc.session();
    assert_eq!(session.idp_login_url(), Some("https://example.org/login"));
    assert_eq!(session.idp_error_info(), Some("{\"session\":\"gone\"}"));
}

// api: RTCError.httpRequestStatusCode, RTCErrorInit.httpRequestStatusCode, RTCErrorDetailTypeIdp.idp-load-failure
#[test]
fn a_provider_that_could_not_be_loaded_tells_the_http_status() {
    for (detail, status) in [
        (ErrorDetailTypeIdp::IdpLoadFailure, Some(404)),
        (ErrorDetailTypeIdp::IdpTlsFailure, None),
    ] {
        let mut peer = Peer::new(19);
        peer.set_provider("example.org");
        let promise = peer.begin(Call::GetIdentityAssertion);
        peer.fail(IdentityProviderError {
            http_request_status_code: Some(404),
            ..IdentityProviderError::new(detail, "not found")
        });
        let error = peer.settled.remove(&promise).unwrap().unwrap_err();
        assert_eq!(error.detail.unwrap().http_request_status_code, status);
    }
}

// api: RTCErrorDetailTypeIdp.idp-timeout
#[test]
fn a_provider_that_is_silent_for_15_seconds_is_given_up() {
    let mut peer = Peer::new(20);
    peer.set_provider("example.org");
    let promise = peer.begin(Call::CreateOffer(OfferOptions::default()));
    let Request::Assert { id, .. } = peer.asked.remove(0) else {
        panic!("it asks")
    };
    let due = peer.pc.poll_timeout().unwrap();
    assert_eq!(due, clock::start() + Duration::from_secs(15));
    peer.now = due - Duration::from_millis(1);
    peer.pc.handle_timeout(peer.now);
    peer.pump();
    assert!(!peer.settled.contains_key(&promise));
    peer.now = due;
    peer.pc.handle_timeout(peer.now);
    assert_ne!(
        peer.pc.poll_timeout(),
        Some(due),
        "time goes on without steps"
    );
    peer.pump();
    let error = peer.settled.remove(&promise).unwrap().unwrap_err();
    assert_eq!(error.error_detail(), Some(ErrorDetailType::IdpTimeout));
    assert_eq!(peer.asked, [Request::Cancel(id)]);
    peer.reply(id, Reply::Asserted(Box::new(org().generate("late"))));
    peer.asked.clear();
    peer.begin(Call::CreateOffer(OfferOptions::default()));
    assert_eq!(peer.asked.len(), 1, "a late answer counts for nothing");
}

// api: RTCPeerConnection.setRemoteDescription, ValidateAssertionCallback, RTCIdentityValidationResult.identity, RTCIdentityValidationResult.contents
#[test]
fn without_a_target_a_description_does_not_wait_for_the_validation() {
    let idp = org();
    let offer = asserted(21, &idp);
    let mut peer = Peer::new(22);
    let promise = peer.set_remote(&offer);
    assert!(peer.settled[&promise].is_ok());
    assert_eq!(peer.state(), SignalingState::HaveRemoteOffer);
    let [
        Request::Validate {
            idp: details,
            assertion,
            origin,
            ..
        },
    ] = &peer.asked[..]
    else {
        panic!("{:?}", peer.asked)
    };
    assert_eq!(
        (details.domain.as_str(), details.protocol.as_str()),
        ("example.org", "default")
    );
    assert_eq!(
        decode(line(&offer).unwrap())["assertion"],
        assertion.as_str()
    );
    assert_eq!(origin, "null");
    assert_eq!(*peer.peer_identity(), PeerIdentity::Unresolved);
}

// api: RTCPeerConnection.peerIdentity, RTCIdentityAssertion.idp, RTCIdentityAssertion.name
#[test]
fn a_right_assertion_gives_the_identity_of_the_peer() {
    let idp = org();
    let offer = asserted(23, &idp);
    let mut peer = Peer::new(24);
    peer.takes(&offer, &idp).unwrap();
    let alice = IdentityAssertion::new("example.org", ALICE);
    assert_eq!(*peer.peer_identity(), PeerIdentity::Resolved(alice.clone()));
    assert_eq!(peer.identity_events(), [Ok(alice)]);
    assert_eq!(peer.pc.session().target_peer_identity(), Some(ALICE));
}

// api: RTCConfiguration.peerIdentity, RTCPeerConnection.setRemoteDescription
#[test]
fn with_a_target_nothing_is_in_force_before_the_peer_is_validated() {
    let idp = org();
    let offer = asserted(25, &idp);
    let mut peer = Peer::expecting(26, ALICE);
    let promise = peer.set_remote(&offer);
    assert!(!peer.settled.contains_key(&promise));
    assert_eq!(peer.state(), SignalingState::Stable);
    assert!(peer.pc.session().description(Which::Remote).is_none());
    peer.serve(&idp);
    assert!(peer.settled[&promise].is_ok());
    assert_eq!(peer.state(), SignalingState::HaveRemoteOffer);
    assert!(matches!(peer.peer_identity(), PeerIdentity::Resolved(_)));
}

/// How a peer that expects Alice takes an offer, which must not be put in force.
fn refusal(offer: &SessionDescription, idp: &Idp) -> Error {
    let mut peer = Peer::expecting(27, ALICE);
    let error = peer.takes(offer, idp).unwrap_err();
    assert_eq!(peer.state(), SignalingState::Stable);
    assert!(peer.pc.session().description(Which::Remote).is_none());
    assert_eq!(*peer.peer_identity(), PeerIdentity::Rejected(error.clone()));
    assert_eq!(peer.identity_events(), [Err(error.name)]);
    error
}

// api: RTCPeerConnection.setRemoteDescription, RTCConfiguration.peerIdentity
#[test]
fn somebody_else_than_the_target_is_refused() {
    let bob = Idp::new("example.org", "bob@example.org");
    let error = refusal(&asserted(28, &bob), &bob);
    assert_eq!(error.name, ErrorName::OperationError);
    assert_eq!(error.error_detail(), None);
}

// api: RTCPeerConnection.setRemoteDescription, RTCErrorDetailTypeIdp.idp-token-invalid
#[test]
fn an_altered_assertion_is_refused() {
    let idp = org();
    let offer = asserted(29, &idp);
    let mut value = decode(line(&offer).unwrap());
    let assertion = value["assertion"]
        .as_str()
        .unwrap()
        .replace("alice", "mallo");
    value["assertion"] = assertion.into();
    let altered = with_line(&offer, &encode(&value.to_string()));
    let error = refusal(&altered, &idp);
    assert_eq!(error.error_detail(), Some(ErrorDetailType::IdpTokenInvalid));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn an_assertion_that_was_made_for_other_fingerprints_is_refused() {
    let idp = org();
    let of_alice = asserted(30, &idp);
    let of_mallory = asserted(31, &Idp::new("example.org", "mallory@example.org"));
    let replayed = with_line(&of_mallory, line(&of_alice).unwrap());
    let error = refusal(&replayed, &idp);
    assert_eq!(error.name, ErrorName::OperationError);
    assert!(error.message.contains("fingerprints"));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn each_fingerprint_of_the_description_has_to_be_covered() {
    let idp = org();
    let offer = asserted(32, &idp);
    for added in [
        "a=fingerprint:sha-1 A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D",
        "a=fingerprint:sha-999 00:11",
    ] {
        let sdp = offer
            .sdp
            .replacen("a=setup", &format!("{added}\r\na=setup"), 1);
        let kind = offer.kind;
        let error = refusal(&SessionDescription { kind, sdp }, &idp);
        assert!(error.message.contains("fingerprints"), "{added}");
    }
}

// api: RTCPeerConnection.setRemoteDescription, RTCErrorDetailTypeIdp.idp-token-expired
#[test]
fn an_expired_assertion_is_refused() {
    let mut idp = org();
    let offer = asserted(33, &idp);
    idp.now = idp.expires + 1;
    let error = refusal(&offer, &idp);
    assert_eq!(error.error_detail(), Some(ErrorDetailType::IdpTokenExpired));
}

// api: RTCPeerConnection.setRemoteDescription, RTCIdentityProviderDetails.domain
#[test]
fn a_provider_speaks_for_its_own_domain_alone() {
    let evil = Idp::new("evil.example", ALICE);
    let error = refusal(&asserted(34, &evil), &evil);
    assert!(error.message.contains("domain"), "{error}");
}

// api: RTCIdentityValidationResult.identity
#[test]
fn a_third_party_speaks_for_another_domain_if_policy_says_so() {
    let third = Idp::new("idp.example", ALICE);
    let offer = asserted(35, &third);
    for (domain, accepted) in [("example.org", true), ("example.net", false)] {
        let mut config = Config::default();
        config.session.third_party_idps = vec![ThirdPartyIdentityProvider {
            idp: String::from("IDP.example"),
            domain: domain.to_owned(),
        }];
        let mut peer = Peer::with(36, config, Some(ALICE));
        assert_eq!(peer.takes(&offer, &third).is_ok(), accepted, "{domain}");
    }
}

// api: RTCConfiguration.peerIdentity
#[test]
fn a_description_without_assertion_is_refused_if_there_is_a_target() {
    let idp = org();
    let offer = without_line(&asserted(37, &idp));
    assert_eq!(refusal(&offer, &idp).name, ErrorName::OperationError);
    let mut peer = Peer::new(38);
    peer.takes(&offer, &idp).unwrap();
    assert_eq!(*peer.peer_identity(), PeerIdentity::Unresolved);
}

// api: RTCPeerConnection.peerIdentity, RTCPeerConnection.setRemoteDescription
#[test]
fn without_a_target_a_failure_rejects_the_promise_and_there_is_a_new_one() {
    let idp = org();
    let offer = asserted(39, &idp);
    let wrong = with_line(&offer, &encode("{}"));
    let mut peer = Peer::new(40);
    let promise = peer.set_remote(&wrong);
    assert!(peer.settled[&promise].is_ok(), "whatever the identity is");
    assert_eq!(peer.identity_events(), [Err(ErrorName::OperationError)]);
    assert_eq!(*peer.peer_identity(), PeerIdentity::Unresolved);
    peer.takes(&offer, &idp).unwrap();
    assert!(matches!(peer.peer_identity(), PeerIdentity::Resolved(_)));
}

// api: RTCPeerConnection.peerIdentity
#[test]
fn a_peer_that_was_validated_cannot_become_somebody_else() {
    let idp = org();
    let mut peer = Peer::new(41);
    peer.takes(&asserted(42, &idp), &idp).unwrap();
    let bob = Idp::new("example.org", "bob@example.org");
    let before = peer.pc.session().description(Which::Remote);
    let error = peer.takes(&asserted(43, &bob), &bob).unwrap_err();
    assert_eq!(error.name, ErrorName::OperationError);
    let error = peer
        .takes(&without_line(&asserted(44, &idp)), &idp)
        .unwrap_err();
    assert_eq!(error.name, ErrorName::OperationError);
    assert_eq!(peer.pc.session().description(Which::Remote), before);
    let alice = IdentityAssertion::new("example.org", ALICE);
    assert_eq!(*peer.peer_identity(), PeerIdentity::Resolved(alice.clone()));
    assert_eq!(peer.identity_events(), [Ok(alice)]);
    // Alice with another certificate is still Alice.
    peer.takes(&asserted(45, &idp), &idp).unwrap();
}

// api: RTCPeerConnection.setConfiguration, RTCConfiguration.peerIdentity
#[test]
fn the_target_cannot_be_changed() {
    let set = |peer: &mut Peer, identity: Option<&str>| {
        let configuration = Configuration {
            peer_identity: identity.map(str::to_owned),
            ..peer.pc.session().configuration().clone()
        };
        peer.throws(Call::SetConfiguration(Box::new(configuration)))
    };
    let refused = Some(ErrorName::InvalidModificationError);
    let mut peer = Peer::expecting(46, ALICE);
    assert_eq!(set(&mut peer, Some("bob@example.org")), refused);
    assert_eq!(set(&mut peer, Some(ALICE)), None);
    assert_eq!(set(&mut peer, None), None);
    assert_eq!(peer.pc.session().target_peer_identity(), Some(ALICE));
    let mut peer = Peer::new(47);
    assert_eq!(set(&mut peer, Some(ALICE)), refused);
    let idp = org();
    peer.takes(&asserted(48, &idp), &idp).unwrap();
    assert_eq!(set(&mut peer, Some(ALICE)), None, "it is what was proven");
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn the_same_assertion_and_fingerprints_are_not_validated_again() {
    let mut idp = org();
    let offer = asserted(49, &idp);
    let mut peer = Peer::expecting(50, ALICE);
    peer.takes(&offer, &idp).unwrap();
    idp.now = idp.expires + 1;
    for description in [offer.clone(), without_line(&offer)] {
        let promise = peer.set_remote(&description);
        assert!(peer.asked.is_empty());
        assert!(peer.settled[&promise].is_ok());
    }
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn one_validation_runs_at_a_time_and_a_newer_description_is_next() {
    let idp = org();
    let offers = [51, 52, 53].map(|seed| asserted(seed, &idp));
    let mut peer = Peer::new(54);
    for offer in &offers {
        let promise = peer.set_remote(offer);
        assert!(peer.settled[&promise].is_ok());
    }
    assert_eq!(peer.asked.len(), 1);
    peer.serve(&idp);
    // The first two are of descriptions that are not in force any more.
    assert_eq!(
        peer.identity_events(),
        [
            Err(ErrorName::OperationError),
            Ok(IdentityAssertion::new("example.org", ALICE))
        ]
    );
}

// api: RTCPeerConnection.peerIdentity
#[test]
fn an_assertion_does_not_count_for_a_description_that_replaced_its_own() {
    let idp = org();
    let alice = asserted(55, &idp);
    let mallory = without_line(&asserted(56, &idp));
    let mut peer = Peer::new(57);
    peer.set_remote(&alice);
    peer.set_remote(&mallory);
    peer.serve(&idp);
    assert_eq!(*peer.peer_identity(), PeerIdentity::Unresolved);
    assert_eq!(peer.identity_events(), [Err(ErrorName::OperationError)]);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn extensions_and_further_assertions_are_not_looked_at() {
    let idp = org();
    let offer = asserted(58, &idp);
    let value = line(&offer).unwrap().to_owned();
    let extended = with_line(&offer, &format!("{value} name=value other"));
    let mut peer = Peer::expecting(59, ALICE);
    peer.takes(&extended, &idp).unwrap();
    let doubled = with_line(&offer, &format!("{value}\r\na=identity:AAAA"));
    let mut peer = Peer::expecting(60, ALICE);
    peer.takes(&doubled, &idp).unwrap();
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn a_hostile_assertion_is_refused_without_asking_anybody() {
    let idp = org();
    let offer = asserted(61, &idp);
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let long = format!(
        "{{\"idp\":{{\"domain\":\"example.org\"}},\"assertion\":\"{}\"}}",
        "x".repeat(15_000)
    );
    let idp_of = |text: &str| encode(&format!("{{\"assertion\":\"a\",\"idp\":{text}}}"));
    let config = || {
        let mut config = Config::default();
        config.session.max_identity = 16_384;
        config
    };
    let values = [
        String::from("-"),
        String::from("===="),
        String::from("AAA"),
        String::from("\u{fc}berall"),
        encode(""),
        encode("{"),
        encode("null"),
        encode("[]"),
        encode("{\"idp\":{\"domain\":\"example.org\"}}"),
        encode("{\"idp\":{\"domain\":\"example.org\"},\"assertion\":{}}"),
        idp_of("\"example.org\""),
        idp_of("{}"),
        idp_of("{\"domain\":\"\"}"),
        idp_of("{\"domain\":7}"),
        idp_of("{\"domain\":\"example.org\",\"protocol\":null}"),
        idp_of("{\"domain\":\"example.org\",\"protocol\":\"../x\"}"),
        idp_of("{\"domain\":\"example.org\",\"protocol\":\"a\\\\b\"}"),
        encode(&"[".repeat(1_000)),
        encode(&deep),
        encode(&long),
    ];
    for value in values {
        let hostile = with_line(&offer, &value);
        let mut peer = Peer::with(62, config(), Some(ALICE));
        let promise = peer.set_remote(&hostile);
        assert!(peer.asked.is_empty(), "{value:.40}");
        let error = peer.settled.remove(&promise).unwrap().unwrap_err();
        assert_eq!(error.name, ErrorName::OperationError, "{value:.40}");
        let mut peer = Peer::with(63, config(), None);
        let promise = peer.set_remote(&hostile);
        assert!(peer.settled[&promise].is_ok(), "{value:.40}");
        assert_eq!(peer.identity_events(), [Err(ErrorName::OperationError)]);
    }
}

// api: RTCIdentityValidationResult.contents
#[test]
fn contents_that_are_no_fingerprints_are_refused() {
    let idp = org();
    let offer = asserted(64, &idp);
    for contents in [
        String::new(),
        String::from("{}"),
        String::from("{\"fingerprint\":{}}"),
        String::from("{\"fingerprint\":[7]}"),
        String::from("{\"fingerprint\":[]}"),
        String::from("{\"fingerprint\":[{\"algorithm\":\"sha-256\"}]}"),
        format!("{{\"fingerprint\":[{}]}}", " ".repeat(1 << 20)),
        "[".repeat(10_000),
    ] {
        let mut peer = Peer::expecting(65, ALICE);
        let promise = peer.set_remote(&offer);
        let Request::Validate { id, .. } = peer.asked.remove(0) else {
            panic!("it asks")
        };
        let identity = ALICE.to_owned();
        let result = IdentityValidationResult { identity, contents };
        peer.reply(id, Reply::Validated(Box::new(result)));
        let error = peer.settled.remove(&promise).unwrap().unwrap_err();
        assert_eq!(error.name, ErrorName::OperationError);
    }
}

// api: RTCIdentityValidationResult.identity
#[test]
fn domains_and_digests_count_in_any_case() {
    let idp = Idp::new("Example.ORG", "alice@EXAMPLE.org");
    let offer = asserted(66, &idp);
    let (head, rest) = offer.sdp.split_once("a=fingerprint:").unwrap();
    let (value, rest) = rest.split_once("\r\n").unwrap();
    let sdp = format!("{head}a=fingerprint:{}\r\n{rest}", value.to_lowercase());
    let mut peer = Peer::expecting(67, ALICE);
    let kind = offer.kind;
    peer.takes(&SessionDescription { kind, sdp }, &idp).unwrap();
    let expected = IdentityAssertion::new("Example.ORG", "alice@EXAMPLE.org");
    assert_eq!(*peer.peer_identity(), PeerIdentity::Resolved(expected));
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn malformed_sdp_fails_for_that_and_a_rollback_needs_no_identity() {
    let idp = org();
    let mut peer = Peer::expecting(68, ALICE);
    let kind = SdpType::Offer;
    let sdp = String::from("no description");
    let error = peer
        .takes(&SessionDescription { kind, sdp }, &idp)
        .unwrap_err();
    assert!(!error.message.contains("identity"), "{error}");
    assert_eq!(*peer.peer_identity(), PeerIdentity::Unresolved);
    peer.takes(&asserted(69, &idp), &idp).unwrap();
    let (kind, sdp) = (SdpType::Rollback, String::new());
    peer.takes(&SessionDescription { kind, sdp }, &idp).unwrap();
    assert_eq!(peer.state(), SignalingState::Stable);
}

// api: RTCPeerConnection.setRemoteDescription, RTCErrorDetailTypeIdp.idp-timeout
#[test]
fn a_validation_that_takes_too_long_is_given_up() {
    let idp = org();
    let offer = asserted(70, &idp);
    let mut peer = Peer::expecting(71, ALICE);
    let promise = peer.set_remote(&offer);
    peer.now += Duration::from_secs(15);
    peer.pc.handle_timeout(peer.now);
    peer.pump();
    let error = peer.settled.remove(&promise).unwrap().unwrap_err();
    assert_eq!(error.error_detail(), Some(ErrorDetailType::IdpTimeout));
    assert_eq!(peer.state(), SignalingState::Stable);
}

// api: RTCPeerConnection.setRemoteDescription, RTCErrorDetailTypeIdp.idp-load-failure
#[test]
fn a_driver_without_providers_fails_the_validation() {
    let offer = asserted(72, &org());
    let mut peer = Peer::expecting(73, ALICE);
    let promise = peer.set_remote(&offer);
    let Request::Validate { id, .. } = peer.asked.remove(0) else {
        panic!("it asks")
    };
    peer.reply(id, Reply::Failed);
    let error = peer.settled.remove(&promise).unwrap().unwrap_err();
    assert_eq!(error.error_detail(), Some(ErrorDetailType::IdpLoadFailure));
}

// api: RTCPeerConnection.setRemoteDescription, RTCPeerConnection.createAnswer
#[test]
fn operations_behind_one_that_waits_for_a_provider_wait_too() {
    let idp = org();
    let offer = asserted(74, &idp);
    let mut peer = Peer::expecting(75, ALICE);
    let first = peer.set_remote(&offer);
    let second = peer.begin(Call::CreateAnswer);
    assert!(peer.settled.is_empty());
    peer.serve(&idp);
    assert!(peer.settled[&first].is_ok());
    assert!(peer.settled[&second].is_ok());
}

// api: RTCPeerConnection.peerIdentity, RTCPeerConnection.createAnswer
#[test]
fn both_peers_know_each_other_after_one_exchange() {
    let (org, net) = (org(), Idp::new("example.net", "bob@example.net"));
    let mut alice = Peer::expecting(76, "bob@example.net");
    let mut bob = Peer::expecting(77, ALICE);
    alice.set_provider("example.org");
    bob.set_provider("example.net");
    let offer = alice.offer(&org);
    let set = |peer: &mut Peer, local: &SessionDescription| {
        let promise = peer.begin(Call::SetLocalDescription(Some(local.clone())));
        assert!(peer.settled[&promise].is_ok());
    };
    set(&mut alice, &offer);
    bob.takes(&offer, &org).unwrap();
    let answer = description(bob.finish(Call::CreateAnswer, &net));
    set(&mut bob, &answer);
    alice.takes(&answer, &net).unwrap();
    for (peer, idp, name) in [
        (&alice, "example.net", "bob@example.net"),
        (&bob, "example.org", ALICE),
    ] {
        assert_eq!(peer.state(), SignalingState::Stable);
        let expected = IdentityAssertion::new(idp, name);
        assert_eq!(*peer.peer_identity(), PeerIdentity::Resolved(expected));
    }
}

// api: RTCIdentityAssertion.constructor, RTCIdentityAssertion.idp, RTCIdentityAssertion.name
#[test]
fn an_identity_assertion_is_made_of_a_domain_and_a_name() {
    let mut assertion = IdentityAssertion::new("example.org", ALICE);
    assert_eq!(
        (assertion.idp.as_str(), assertion.name.as_str()),
        ("example.org", ALICE)
    );
    assertion.name = String::from("bob@example.org");
    assert_ne!(assertion, IdentityAssertion::new("example.org", ALICE));
}

// api: RTCIdentityProviderDetails.domain, RTCIdentityProviderDetails.protocol, RTCIdentityProviderOptions.protocol
#[test]
fn the_protocol_of_a_provider_is_default_if_none_is_said() {
    assert_eq!(IdentityProviderDetails::default().protocol, "default");
    assert_eq!(IdentityProviderOptions::default().protocol, "default");
    assert_eq!(IdentityProviderOptions::default().username_hint, None);
    let idp = org();
    let offer = asserted(78, &idp);
    let mut value = decode(line(&offer).unwrap());
    value["idp"] = serde_json::json!({ "domain": "example.org" });
    let mut peer = Peer::new(79);
    peer.set_remote(&with_line(&offer, &encode(&value.to_string())));
    let Request::Validate { idp, .. } = &peer.asked[0] else {
        panic!("{:?}", peer.asked)
    };
    assert_eq!(idp.protocol, "default");
}
