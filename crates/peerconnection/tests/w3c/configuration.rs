//! `RTCConfiguration`, the constructor and `setConfiguration()` (webrtc-pc, sections 4.2 and
//! 4.4.1.6).

use std::time::Duration;

use stonechat_peerconnection::{
    Answer, BundlePolicy, Call, Certificate, Configuration, Error, ErrorName, Event, IceServer,
    IceTransportPolicy, RtcpMuxPolicy,
};

use crate::app::{App, MONTH, certificate, construct};

fn rtc(certificate: stonechat_crypto::Certificate) -> Certificate {
    Certificate::new(crate::app::env("a").crypto(), certificate).unwrap()
}

fn server(urls: &[&str]) -> IceServer {
    IceServer {
        urls: urls.iter().map(|&url| url.to_owned()).collect(),
        username: None,
        credential: None,
    }
}

fn turn(url: &str, username: Option<&str>, credential: Option<&str>) -> IceServer {
    IceServer {
        urls: vec![url.to_owned()],
        username: username.map(str::to_owned),
        credential: credential.map(str::to_owned),
    }
}

fn with_servers(servers: Vec<IceServer>) -> Configuration {
    Configuration {
        ice_servers: servers,
        ..Configuration::default()
    }
}

/// What the constructor and `setConfiguration()` both answer.
fn both(configuration: &Configuration) -> Result<(), Error> {
    let constructed = construct("a", configuration.clone()).map(|_| ());
    let mut app = App::new("a");
    let set = match app.call(Call::SetConfiguration(Box::new(configuration.clone()))) {
        Answer::Failed(error) => Err(error),
        _ => Ok(()),
    };
    assert_eq!(constructed, set, "{configuration:?}");
    constructed
}

fn refused(servers: Vec<IceServer>) -> ErrorName {
    both(&with_servers(servers)).unwrap_err().name
}

// api: RTCPeerConnection.constructor, RTCPeerConnection.getConfiguration, RTCConfiguration.iceServers, RTCConfiguration.iceTransportPolicy, RTCConfiguration.bundlePolicy, RTCConfiguration.rtcpMuxPolicy, RTCConfiguration.certificates, RTCConfiguration.iceCandidatePoolSize, RTCIceTransportPolicy.all, RTCBundlePolicy.balanced, RTCRtcpMuxPolicy.require
#[test]
fn the_default_configuration_has_the_defaults_of_the_dictionary() {
    let app = App::new("a");
    let configuration = app.session().configuration();
    assert!(configuration.ice_servers.is_empty());
    assert_eq!(configuration.ice_transport_policy, IceTransportPolicy::All);
    assert_eq!(configuration.bundle_policy, BundlePolicy::Balanced);
    assert_eq!(configuration.rtcp_mux_policy, RtcpMuxPolicy::Require);
    assert!(configuration.certificates.is_empty());
    assert_eq!(configuration.ice_candidate_pool_size, 0);
}

// api: RTCPeerConnection.getConfiguration, RTCIceServer.urls, RTCIceServer.username, RTCIceServer.credential
#[test]
fn get_configuration_gives_what_was_set() {
    let servers = vec![
        server(&["stun:stun1.example.net", "stun:stun2.example.net"]),
        turn("turn:turn.example.org", Some("user"), Some("secret")),
    ];
    let app = App::with("a", with_servers(servers.clone()));
    assert_eq!(app.session().configuration().ice_servers, servers);
}

// api: RTCIceServer.urls
#[test]
fn a_server_without_urls_is_a_syntax_error() {
    assert_eq!(refused(vec![server(&[])]), ErrorName::SyntaxError);
}

// api: RTCIceServer.urls
#[test]
fn a_malformed_url_is_a_syntax_error() {
    for url in [
        "",
        "relative-url",
        "http://example.com",
        "turn://example.org/foo?x=y",
        "stun://example.org/foo?x=y",
        "stun:example.org?transport=udp",
        "turn:example.org?transport=dccp",
        "stun:example.net:65536",
        "stun:example.net#part",
        "stun:user@example.net",
        "stun:a b",
    ] {
        assert_eq!(
            refused(vec![server(&[url])]),
            ErrorName::SyntaxError,
            "{url}"
        );
    }
    let second = vec![server(&["stun:stun1.example.net", ""])];
    assert_eq!(refused(second), ErrorName::SyntaxError);
}

// api: RTCIceServer.urls
#[test]
fn a_server_by_a_transport_that_is_not_spoken_is_validated_as_any_other() {
    for url in [
        "turns:turn.example.org",
        "turn:turn.example.org?transport=tcp",
    ] {
        let servers = |username, credential| vec![turn(url, username, credential)];
        for (username, credential) in [(None, None), (Some("user"), None)] {
            let error = refused(servers(username, credential));
            assert_eq!(error, ErrorName::InvalidAccessError);
        }
        taken(servers(Some("user"), Some("secret")));
    }
    taken(vec![server(&["stuns:stun.example.org"])]);
}

/// Makes a peer connection with these servers.
fn taken(servers: Vec<IceServer>) -> App {
    App::with("a", with_servers(servers))
}

// api: RTCPeerConnection.onicecandidateerror, RTCPeerConnectionIceErrorEvent.errorCode
// api: RTCPeerConnectionIceErrorEvent.url
#[test]
fn a_server_that_cannot_be_asked_is_told_when_gathering_begins() {
    let mut app = taken(vec![
        turn("turns:turn.example.org", Some("user"), Some("secret")),
        turn("turn:192.0.2.1?transport=tcp", Some("user"), Some("secret")),
    ]);
    app.audio();
    app.set_implicitly();
    app.events();
    let told: Vec<_> = app
        .fired
        .iter()
        .filter_map(|event| match event {
            Event::IceCandidateError { url, code, .. } => Some((url.as_str(), *code)),
            _ => None,
        })
        .collect();
    let expected = [
        ("turns:turn.example.org", 701),
        ("turn:192.0.2.1?transport=tcp", 701),
    ];
    assert_eq!(told, expected);
}

// api: RTCIceServer.username, RTCIceServer.credential
#[test]
fn a_turn_server_needs_username_and_credential() {
    for (username, credential) in [(None, None), (Some("user"), None), (None, Some("secret"))] {
        let servers = vec![turn("turn:turn.example.net", username, credential)];
        assert_eq!(refused(servers), ErrorName::InvalidAccessError);
    }
}

// api: RTCIceServer.username, RTCIceServer.credential
#[test]
fn an_empty_username_and_credential_are_there() {
    both(&with_servers(vec![turn(
        "turn:turn.example.org",
        Some(""),
        Some(""),
    )]))
    .unwrap();
}

// api: RTCIceServer.username
#[test]
fn a_username_has_less_than_509_octets() {
    let of = |length: usize| {
        vec![turn(
            "turn:turn.example.org",
            Some(&"a".repeat(length)),
            Some("b"),
        )]
    };
    both(&with_servers(of(508))).unwrap();
    assert_eq!(refused(of(509)), ErrorName::InvalidAccessError);
}

// api: RTCIceServer.username, RTCIceServer.credential
#[test]
fn credentials_have_no_control_characters() {
    let username = vec![turn("turn:turn.example.org", Some("a\u{7}"), Some("b"))];
    assert_eq!(refused(username), ErrorName::InvalidAccessError);
    let credential = vec![turn("turn:turn.example.org", Some("a"), Some("b\n"))];
    assert_eq!(refused(credential), ErrorName::InvalidAccessError);
}

// api: RTCIceServer.urls
#[test]
fn a_turn_server_over_tcp_may_be_named() {
    let tcp = turn("turn:turn.example.org?transport=tcp", Some("a"), Some("b"));
    both(&with_servers(vec![tcp])).unwrap();
}

// api: RTCConfiguration.iceServers
#[test]
fn servers_beyond_the_limit_are_ignored() {
    let mut servers = vec![server(&["stun:stun.example.org"]); Configuration::MAX_ICE_SERVERS];
    assert!(servers.len() >= 32);
    servers.push(server(&[]));
    both(&with_servers(servers)).unwrap();
}

// api: RTCPeerConnection.constructor, RTCConfiguration.certificates
#[test]
fn an_expired_certificate_is_an_invalid_access() {
    let mut certificates = vec![rtc(certificate("x", MONTH))];
    let with = |certificates: &[_]| Configuration {
        certificates: certificates.to_vec(),
        ..Configuration::default()
    };
    construct("a", with(&certificates)).unwrap();
    let der = certificates[0].der().to_vec();
    let key = std::sync::Arc::clone(certificates[0].inner().key());
    let expires = crate::app::wall() - Duration::from_secs(1);
    let expired = stonechat_crypto::Certificate::from_parts(der, key, expires);
    certificates.push(rtc(expired));
    let error = construct("a", with(&certificates)).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidAccessError);
}

// api: RTCConfiguration.certificates
#[test]
fn the_first_certificate_is_the_one_of_the_descriptions() {
    let certificates = vec![rtc(certificate("x", MONTH)), rtc(certificate("y", MONTH))];
    let env = crate::app::env("a");
    let algorithm = stonechat_crypto::HashAlgorithm::Sha256;
    let fingerprint = certificates[0]
        .inner()
        .fingerprint(env.crypto(), algorithm)
        .unwrap();
    let mut app = App::with(
        "a",
        Configuration {
            certificates,
            ..Configuration::default()
        },
    );
    app.channel("x");
    assert!(app.offer().sdp.contains(&fingerprint.to_string()));
}

// api: RTCPeerConnection.setConfiguration
#[test]
fn set_configuration_replaces_servers_and_policy() {
    let mut app = App::with("a", with_servers(vec![server(&["stun:one.example.org"])]));
    let new = Configuration {
        ice_servers: vec![server(&["stun:two.example.org"])],
        ice_transport_policy: IceTransportPolicy::Relay,
        ..Configuration::default()
    };
    app.does(Call::SetConfiguration(Box::new(new.clone())));
    let configuration = app.session().configuration();
    assert_eq!(configuration.ice_servers, new.ice_servers);
    assert_eq!(
        configuration.ice_transport_policy,
        IceTransportPolicy::Relay
    );
}

// api: RTCPeerConnection.setConfiguration, RTCIceServer.urls
#[test]
fn a_configuration_that_is_refused_changes_nothing() {
    let before = vec![server(&["stun:one.example.org"])];
    let mut app = App::with("a", with_servers(before.clone()));
    let bad = Configuration {
        ice_transport_policy: IceTransportPolicy::Relay,
        ..with_servers(vec![server(&["stun:two.example.org", "x"])])
    };
    assert_eq!(
        app.fails(Call::SetConfiguration(Box::new(bad))),
        ErrorName::SyntaxError
    );
    let configuration = app.session().configuration();
    assert_eq!(configuration.ice_servers, before);
    assert_eq!(configuration.ice_transport_policy, IceTransportPolicy::All);
}

// api: RTCPeerConnection.setConfiguration, RTCConfiguration.bundlePolicy, RTCBundlePolicy.max-bundle
#[test]
fn the_bundle_policy_cannot_change() {
    let mut app = App::new("a");
    let other = Configuration {
        bundle_policy: BundlePolicy::MaxBundle,
        ..Configuration::default()
    };
    assert_eq!(
        app.fails(Call::SetConfiguration(Box::new(other))),
        ErrorName::InvalidModificationError
    );
    assert_eq!(
        app.session().configuration().bundle_policy,
        BundlePolicy::Balanced
    );
}

// api: RTCPeerConnection.setConfiguration, RTCConfiguration.certificates
#[test]
fn the_certificates_cannot_change_not_even_to_none() {
    let with = |certificates: Vec<_>| Configuration {
        certificates,
        ..Configuration::default()
    };
    let one = rtc(certificate("x", MONTH));
    let other = rtc(certificate("y", MONTH));
    let mut app = App::with("a", with(vec![one.clone()]));
    for changed in [vec![], vec![other.clone()], vec![one.clone(), other]] {
        assert_eq!(
            app.fails(Call::SetConfiguration(Box::new(with(changed)))),
            ErrorName::InvalidModificationError
        );
    }
    app.does(Call::SetConfiguration(Box::new(with(vec![one]))));
}

// api: RTCPeerConnection.setConfiguration
#[test]
fn what_may_not_change_is_checked_before_the_servers() {
    let mut app = App::new("a");
    let bad = Configuration {
        bundle_policy: BundlePolicy::MaxCompat,
        ..with_servers(vec![server(&[])])
    };
    assert_eq!(
        app.fails(Call::SetConfiguration(Box::new(bad))),
        ErrorName::InvalidModificationError
    );
}

// api: RTCPeerConnection.setConfiguration, RTCConfiguration.iceCandidatePoolSize
#[test]
fn the_pool_size_may_change_until_a_local_description_was_asked_for() {
    let pool = |ice_candidate_pool_size| {
        Call::SetConfiguration(Box::new(Configuration {
            ice_candidate_pool_size,
            ..Configuration::default()
        }))
    };
    let mut app = App::new("a");
    app.does(pool(3));
    app.does(pool(1));
    assert_eq!(app.session().configuration().ice_candidate_pool_size, 1);
    app.set_implicitly();
    app.does(pool(1));
    assert_eq!(app.fails(pool(2)), ErrorName::InvalidModificationError);
}

// api: RTCPeerConnection.setConfiguration
#[test]
fn set_configuration_after_close_is_an_invalid_state() {
    let mut app = App::new("a");
    app.does(Call::Close);
    let call = Call::SetConfiguration(Box::default());
    assert_eq!(app.fails(call), ErrorName::InvalidStateError);
}

// api: RTCPeerConnection.getConfiguration
#[test]
fn get_configuration_works_after_close() {
    let mut app = App::with("a", with_servers(vec![server(&["stun:one.example.org"])]));
    app.does(Call::Close);
    assert_eq!(app.session().configuration().ice_servers.len(), 1);
}

// api: RTCPeerConnection.setConfiguration, RTCPeerConnection.createOffer
#[test]
fn other_servers_make_the_next_offer_restart_ice() {
    let (mut a, mut b) = crate::app::pair();
    a.channel("x");
    crate::app::negotiate(&mut a, &mut b);
    let before = crate::app::values(&a.offer().sdp, "a=ice-ufrag:");
    let same = Box::new(a.session().configuration().clone());
    a.does(Call::SetConfiguration(same));
    assert_eq!(crate::app::values(&a.offer().sdp, "a=ice-ufrag:"), before);
    let other = with_servers(vec![server(&["stun:two.example.org"])]);
    a.does(Call::SetConfiguration(Box::new(other)));
    let after = crate::app::values(&a.offer().sdp, "a=ice-ufrag:");
    assert_ne!(after, before);
    crate::app::negotiate(&mut a, &mut b);
    let kept = crate::app::values(&a.offer().sdp, "a=ice-ufrag:");
    assert_eq!(crate::app::values(&a.offer().sdp, "a=ice-ufrag:"), kept);
}

// api: RTCBundlePolicy.balanced, RTCBundlePolicy.max-compat, RTCBundlePolicy.max-bundle, RTCIceTransportPolicy.relay, RTCIceTransportPolicy.all, RTCRtcpMuxPolicy.require
#[test]
fn the_enums_have_the_words_of_the_webidl() {
    let words = BundlePolicy::ALL.map(BundlePolicy::as_str);
    assert_eq!(words, ["balanced", "max-compat", "max-bundle"]);
    let words = IceTransportPolicy::ALL.map(IceTransportPolicy::as_str);
    assert_eq!(words, ["relay", "all"]);
    assert_eq!(RtcpMuxPolicy::ALL.map(RtcpMuxPolicy::as_str), ["require"]);
    assert_eq!("max-bundle".parse(), Ok(BundlePolicy::MaxBundle));
    assert!("negotiate".parse::<RtcpMuxPolicy>().is_err());
}
