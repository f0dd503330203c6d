//! Identity by the names of the W3C API: providers that sign, and peers that connect or do not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stonechat::{
    Api, MediaDevices, MediaKind, MediaStreamConstraints, MediaStreamTrack, RtcConfiguration,
    RtcDataChannelInit, RtcError, RtcErrorDetailTypeIdp, RtcErrorName, RtcIdentityAssertion,
    RtcIdentityAssertionResult, RtcIdentityProvider, RtcIdentityProviderDetails,
    RtcIdentityProviderError, RtcIdentityProviderOptions, RtcIdentityValidationResult,
    RtcPeerConnection, RtcPeerConnectionState, RtcSignalingState, SyntheticDevices,
};
use stonechat_crypto::{SignatureScheme, SigningKey, rust};

/// A provider that signs with a key of P-256 what it asserts, for whoever the hint names.
#[derive(Clone)]
struct Idp {
    domain: &'static str,
    key: Arc<dyn SigningKey>,
    /// What the provider was asked with.
    asked: Arc<Mutex<Vec<String>>>,
}

struct Octets(u8);

impl stonechat_crypto::Random for Octets {
    fn fill(&mut self, out: &mut [u8]) {
        for octet in out {
            self.0 = self.0.wrapping_mul(29).wrapping_add(71);
            *octet = self.0;
        }
    }
}

fn scheme() -> &'static dyn stonechat_crypto::Signature {
    rust::PROVIDER
        .signature(SignatureScheme::EcdsaSecp256r1Sha256)
        .unwrap()
}

impl Idp {
    fn new(domain: &'static str) -> Self {
        let seed = u8::try_from(domain.len()).unwrap();
        Self {
            domain,
            key: scheme().generate(&mut Octets(seed)),
            asked: Arc::default(),
        }
    }

    fn note(&self, what: String) {
        self.asked.lock().unwrap().push(what);
    }
}

impl RtcIdentityProvider for Idp {
    async fn generate_assertion(
        &self,
        contents: String,
        origin: String,
        options: RtcIdentityProviderOptions,
    ) -> Result<RtcIdentityAssertionResult, RtcIdentityProviderError> {
        self.note(format!("generate for {origin}"));
        let Some(user) = options.username_hint else {
            return Err(RtcIdentityProviderError {
                login_url: Some(format!("https://{}/login", self.domain)),
                error_info: Some(String::from("nobody is logged in")),
                ..RtcIdentityProviderError::new(RtcErrorDetailTypeIdp::IdpNeedLogin, "log in")
            });
        };
        let signed = format!("{user}\n{contents}");
        let signature = self.key.sign(signed.as_bytes()).unwrap();
        let signature: String = signature
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect();
        Ok(RtcIdentityAssertionResult {
            idp: RtcIdentityProviderDetails {
                domain: self.domain.to_owned(),
                ..RtcIdentityProviderDetails::default()
            },
            assertion: format!("{signature}\n{signed}"),
        })
    }

    async fn validate_assertion(
        &self,
        assertion: String,
        origin: String,
    ) -> Result<RtcIdentityValidationResult, RtcIdentityProviderError> {
        self.note(format!("validate for {origin}"));
        let invalid =
            || RtcIdentityProviderError::new(RtcErrorDetailTypeIdp::IdpTokenInvalid, "not ours");
        let (signature, signed) = assertion.split_once('\n').ok_or_else(invalid)?;
        let signature: Vec<u8> = (0..signature.len() / 2)
            .filter_map(|at| u8::from_str_radix(&signature[2 * at..2 * at + 2], 16).ok())
            .collect();
        scheme()
            .verify(self.key.public_key(), signed.as_bytes(), &signature)
            .map_err(|_| invalid())?;
        let (user, contents) = signed.split_once('\n').ok_or_else(invalid)?;
        Ok(RtcIdentityValidationResult {
            identity: user.to_owned(),
            contents: contents.to_owned(),
        })
    }
}

fn api() -> Api {
    Api::default()
        .interface_filter(|interface| interface.loopback)
        .configure(|config| config.session.origin = String::from("https://call.example"))
}

/// An API that knows these providers.
fn with(providers: &[&Idp]) -> Api {
    let api = api();
    for idp in providers {
        let scope = api.identity_provider_scope(idp.domain, "default");
        scope.rtc_identity_provider().register((*idp).clone());
    }
    api
}

fn expecting(api: &Api, peer: Option<&str>) -> RtcPeerConnection {
    api.peer_connection(RtcConfiguration {
        peer_identity: peer.map(str::to_owned),
        ..RtcConfiguration::default()
    })
    .unwrap()
}

fn hint(user: &str) -> RtcIdentityProviderOptions {
    RtcIdentityProviderOptions {
        username_hint: Some(user.to_owned()),
        ..RtcIdentityProviderOptions::default()
    }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future)
        .await
        .expect("it takes too long")
}

/// Whole descriptions to and fro.
async fn exchange(a: &RtcPeerConnection, b: &RtcPeerConnection) -> Result<(), RtcError> {
    within(async {
        a.set_local_description(None).await?;
        a.gathering_complete().await;
        b.set_remote_description(a.local_description().unwrap())
            .await?;
        b.set_local_description(None).await?;
        b.gathering_complete().await;
        a.set_remote_description(b.local_description().unwrap())
            .await
    })
    .await
}

const ALICE: &str = "alice@example.org";
const BOB: &str = "bob@example.net";

// api: RTCPeerConnection.setIdentityProvider, RTCPeerConnection.peerIdentity, RTCConfiguration.peerIdentity, RTCIdentityProviderGlobalScope.rtcIdentityProvider, RTCIdentityProviderRegistrar.register, RTCIdentityProvider.generateAssertion, RTCIdentityProvider.validateAssertion
#[tokio::test]
async fn peers_that_know_each_other_connect() {
    let (org, net) = (Idp::new("example.org"), Idp::new("example.net"));
    let api = with(&[&org, &net]);
    let (a, b) = (expecting(&api, Some(BOB)), expecting(&api, Some(ALICE)));
    a.set_identity_provider("example.org", hint(ALICE)).unwrap();
    b.set_identity_provider("example.net", hint(BOB)).unwrap();
    let chat = a
        .create_data_channel("chat", RtcDataChannelInit::default())
        .unwrap();
    exchange(&a, &b).await.unwrap();
    for pc in [&a, &b] {
        within(pc.wait_for_connection(RtcPeerConnectionState::Connected))
            .await
            .unwrap();
    }
    within(chat.opened()).await.unwrap();
    let expected = RtcIdentityAssertion::new("example.net", BOB);
    assert_eq!(within(a.peer_identity()).await, Ok(expected));
    let expected = RtcIdentityAssertion::new("example.org", ALICE);
    assert_eq!(within(b.peer_identity()).await, Ok(expected));
    assert_eq!(
        *org.asked.lock().unwrap(),
        [
            "generate for https://call.example",
            "validate for https://call.example"
        ]
    );
}

// api: RTCPeerConnection.peerIdentity
#[tokio::test]
async fn those_who_wait_for_the_identity_hear_of_it_without_a_target() {
    let org = Idp::new("example.org");
    let api = with(&[&org]);
    let (a, b) = (expecting(&api, None), expecting(&api, None));
    a.set_identity_provider("example.org", hint(ALICE)).unwrap();
    a.create_data_channel("chat", RtcDataChannelInit::default())
        .unwrap();
    let waiting = tokio::spawn({
        let b = b.clone();
        async move { b.peer_identity().await }
    });
    exchange(&a, &b).await.unwrap();
    let known = within(waiting).await.unwrap().unwrap();
    assert_eq!(
        (known.idp.as_str(), known.name.as_str()),
        ("example.org", ALICE)
    );
}

// api: RTCConfiguration.peerIdentity, RTCPeerConnection.setRemoteDescription
#[tokio::test]
async fn somebody_else_is_not_connected_to() {
    let org = Idp::new("example.org");
    let api = with(&[&org]);
    let (a, b) = (expecting(&api, None), expecting(&api, Some(ALICE)));
    a.set_identity_provider("example.org", hint("mallory@example.org"))
        .unwrap();
    a.create_data_channel("chat", RtcDataChannelInit::default())
        .unwrap();
    let error = exchange(&a, &b).await.unwrap_err();
    assert_eq!(error.name, RtcErrorName::OperationError);
    assert_eq!(b.signaling_state(), RtcSignalingState::Stable);
    assert_eq!(b.remote_description(), None);
    assert_eq!(within(b.peer_identity()).await, Err(error));
}

// api: RTCPeerConnection.getIdentityAssertion, RTCIdentityProviderOptions.usernameHint
#[tokio::test]
async fn an_assertion_can_be_asked_for_early() {
    let org = Idp::new("example.org");
    let pc = expecting(&with(&[&org]), None);
    pc.set_identity_provider("example.org", hint(ALICE))
        .unwrap();
    let early = within(pc.get_identity_assertion()).await.unwrap();
    pc.add_transceiver(MediaKind::Audio, Default::default())
        .unwrap();
    let offer = within(pc.create_offer(Default::default())).await.unwrap();
    assert!(offer.sdp.contains(&format!("a=identity:{early}\r\n")));
    assert_eq!(org.asked.lock().unwrap().len(), 1);
}

// api: RTCPeerConnection.idpLoginUrl, RTCPeerConnection.idpErrorInfo, RTCErrorDetailTypeIdp.idp-need-login
#[tokio::test]
async fn who_is_not_logged_in_learns_where_to() {
    let org = Idp::new("example.org");
    let pc = expecting(&with(&[&org]), None);
    assert_eq!((pc.idp_login_url(), pc.idp_error_info()), (None, None));
    pc.set_identity_provider("example.org", RtcIdentityProviderOptions::default())
        .unwrap();
    let error = within(pc.get_identity_assertion()).await.unwrap_err();
    let detail = error.error_detail().unwrap();
    assert_eq!(
        detail.as_str(),
        RtcErrorDetailTypeIdp::IdpNeedLogin.as_str()
    );
    let url = pc.idp_login_url();
    assert_eq!(url.as_deref(), Some("https://example.org/login"));
    assert_eq!(pc.idp_error_info().as_deref(), Some("nobody is logged in"));
    pc.set_identity_provider("example.org", hint(ALICE))
        .unwrap();
    within(pc.get_identity_assertion()).await.unwrap();
}

// api: RTCErrorDetailTypeIdp.idp-load-failure, RTCPeerConnection.createOffer
#[tokio::test]
async fn a_provider_that_nobody_registered_cannot_be_loaded() {
    let pc = expecting(&api(), None);
    pc.set_identity_provider("example.org", hint(ALICE))
        .unwrap();
    let error = within(pc.get_identity_assertion()).await.unwrap_err();
    let detail = error.error_detail().unwrap();
    assert_eq!(detail.as_str(), "idp-load-failure");
    let error = within(pc.create_offer(Default::default()))
        .await
        .unwrap_err();
    assert_eq!(error.name, RtcErrorName::NotReadableError);
}

/// A provider that panics when it is asked, or never answers.
#[derive(Clone, Copy)]
enum Broken {
    Panics,
    Sleeps,
}

impl RtcIdentityProvider for Broken {
    #[expect(clippy::panic, reason = "the defect that is tested")]
    async fn generate_assertion(
        &self,
        _: String,
        _: String,
        _: RtcIdentityProviderOptions,
    ) -> Result<RtcIdentityAssertionResult, RtcIdentityProviderError> {
        match self {
            Self::Panics => std::panic::panic_any("a provider with a defect"),
            Self::Sleeps => std::future::pending().await,
        }
    }

    async fn validate_assertion(
        &self,
        _: String,
        _: String,
    ) -> Result<RtcIdentityValidationResult, RtcIdentityProviderError> {
        std::future::pending().await
    }
}

// api: RTCErrorDetailTypeIdp.idp-execution-failure, RTCErrorDetailTypeIdp.idp-timeout
#[tokio::test]
async fn a_provider_that_panics_or_never_answers_has_failed() {
    for (broken, expected) in [
        (Broken::Panics, "idp-execution-failure"),
        (Broken::Sleeps, "idp-timeout"),
    ] {
        let api = api().configure(|config| {
            if matches!(broken, Broken::Sleeps) {
                config.session.identity_timeout = Duration::from_millis(300);
            }
        });
        let scope = api.identity_provider_scope("example.org", "default");
        scope.rtc_identity_provider().register(broken);
        let pc = expecting(&api, None);
        pc.set_identity_provider("example.org", hint(ALICE))
            .unwrap();
        let error = within(pc.get_identity_assertion()).await.unwrap_err();
        assert_eq!(error.error_detail().unwrap().as_str(), expected);
    }
}

// api: RTCIdentityProviderRegistrar.register, RTCIdentityProviderDetails.protocol
#[tokio::test]
async fn providers_are_told_apart_by_domain_and_protocol() {
    let api = with(&[&Idp::new("example.org")]);
    for (domain, protocol, known) in [
        ("EXAMPLE.org", "default", true),
        ("example.org", "other", false),
        ("example.net", "default", false),
    ] {
        let pc = expecting(&api, None);
        let options = RtcIdentityProviderOptions {
            protocol: protocol.to_owned(),
            ..hint(ALICE)
        };
        pc.set_identity_provider(domain, options).unwrap();
        let made = within(pc.get_identity_assertion()).await;
        assert_eq!(made.is_ok(), known, "{domain} {protocol}");
    }
}

// api: RTCPeerConnection.setIdentityProvider, RTCPeerConnection.getIdentityAssertion, RTCPeerConnection.peerIdentity
#[tokio::test]
async fn errors_of_the_caller_have_their_names() {
    let pc = expecting(&api(), None);
    let options = RtcIdentityProviderOptions {
        protocol: String::from("a/b"),
        ..RtcIdentityProviderOptions::default()
    };
    let error = pc.set_identity_provider("example.org", options);
    assert_eq!(error.unwrap_err().name, RtcErrorName::SyntaxError);
    pc.close();
    let error = pc.set_identity_provider("example.org", hint(ALICE));
    assert_eq!(error.unwrap_err().name, RtcErrorName::InvalidStateError);
    let error = within(pc.get_identity_assertion()).await;
    assert_eq!(error.unwrap_err().name, RtcErrorName::InvalidStateError);
    let error = within(pc.peer_identity()).await;
    assert_eq!(error.unwrap_err().name, RtcErrorName::InvalidStateError);
}

async fn microphone(peer: Option<&str>) -> (SyntheticDevices, MediaStreamTrack) {
    let backend = SyntheticDevices::new();
    let constraints = MediaStreamConstraints {
        audio: true.into(),
        peer_identity: peer.map(str::to_owned),
        ..MediaStreamConstraints::default()
    };
    let devices = MediaDevices::new(backend.clone());
    let stream = devices.get_user_media(constraints).await.unwrap();
    (backend, stream.get_tracks().remove(0))
}

// api: MediaStreamConstraints.peerIdentity, MediaStreamTrack.isolated, MediaStreamTrack.clone
#[tokio::test]
async fn a_track_for_one_peer_is_isolated_and_so_are_its_clones() {
    let (_devices, track) = microphone(Some(BOB)).await;
    assert!(track.isolated() && track.clone_track().isolated());
    let (_others, open) = microphone(None).await;
    assert!(!open.isolated() && !open.clone_track().isolated());
    let heard = async {
        for _ in 0..20 {
            open.recv_audio().await.unwrap();
        }
    };
    within(async {
        tokio::select! {
            biased;
            data = track.recv_audio() => assert!(data.is_none(), "an isolated track was heard"),
            () = heard => {}
        }
    })
    .await;
}

/// Whether each piece is loud that B hears of an isolated microphone of A, which is for Bob, when
/// B asserts to be `user`.
async fn heard(user: &str) -> Vec<bool> {
    let net = Idp::new("example.net");
    let api = with(&[&net]);
    let (a, b) = (expecting(&api, None), expecting(&api, None));
    b.set_identity_provider("example.net", hint(user)).unwrap();
    let (_devices, track) = microphone(Some(BOB)).await;
    a.add_track(&track, &[]).unwrap();
    exchange(&a, &b).await.unwrap();
    within(a.peer_identity()).await.unwrap();
    let far = b.get_receivers().remove(0).track().clone();
    let mut heard = Vec::new();
    within(async {
        while heard.len() < 40 {
            let data = far.recv_audio().await.unwrap();
            heard.push(
                data.samples()
                    .iter()
                    .any(|sample| sample.unsigned_abs() > 100),
            );
        }
    })
    .await;
    heard
}

// api: MediaStreamConstraints.peerIdentity, RTCPeerConnection.addTrack, RTCPeerConnection.peerIdentity
#[tokio::test]
async fn an_isolated_track_is_heard_by_its_peer() {
    let bob = heard(BOB).await;
    assert!(bob[20..].iter().all(|loud| *loud), "{bob:?}");
}

// api: RTCErrorDetailTypeIdp.idp-bad-script-failure, RTCErrorDetailTypeIdp.idp-tls-failure
// api: RTCIdentityProvider.generateAssertion, RTCIdentityProvider.validateAssertion
// api: RTCPeerConnection.getIdentityAssertion
#[tokio::test]
async fn the_error_of_a_provider_is_the_application_s() {
    struct Fails(RtcErrorDetailTypeIdp);

    impl RtcIdentityProvider for Fails {
        async fn generate_assertion(
            &self,
            _: String,
            _: String,
            _: RtcIdentityProviderOptions,
        ) -> Result<RtcIdentityAssertionResult, RtcIdentityProviderError> {
            Err(RtcIdentityProviderError::new(self.0, "it fails"))
        }

        async fn validate_assertion(
            &self,
            _: String,
            _: String,
        ) -> Result<RtcIdentityValidationResult, RtcIdentityProviderError> {
            Err(RtcIdentityProviderError::new(self.0, "it fails"))
        }
    }

    for detail in [
        RtcErrorDetailTypeIdp::IdpBadScriptFailure,
        RtcErrorDetailTypeIdp::IdpTlsFailure,
    ] {
        let idp = Idp::new("example.org");
        let (making, checking) = (with(&[&idp]), api());
        let scope = checking.identity_provider_scope("example.org", "default");
        scope.rtc_identity_provider().register(Fails(detail));
        let pc = expecting(&checking, None);
        pc.set_identity_provider("example.org", hint(ALICE))
            .unwrap();
        let error = within(pc.get_identity_assertion()).await.unwrap_err();
        assert_eq!(error.error_detail().unwrap().as_str(), detail.as_str());
        let (a, b) = (expecting(&making, None), expecting(&checking, Some(ALICE)));
        a.set_identity_provider("example.org", hint(ALICE)).unwrap();
        a.create_data_channel("chat", RtcDataChannelInit::default())
            .unwrap();
        let error = exchange(&a, &b).await.unwrap_err();
        assert_eq!(error.error_detail().unwrap().as_str(), detail.as_str());
        let error = within(b.peer_identity()).await.unwrap_err();
        assert_eq!(error.error_detail().unwrap().as_str(), detail.as_str());
    }
}
