//! `RTCIceTransport` of webrtc-ice: the methods, step by step, without any network.

use std::net::SocketAddr;
use std::time::Instant;

use stonechat_ice::Interface;
use stonechat_peerconnection::{
    Error, ErrorName, Event, GatherOptions, IceCandidateInit, IceGathererState, IceParameters,
    IceRole, IceServer, IceTransport, IceTransportConfig, IceTransportPolicy, IceTransportState,
    Reply, Request,
};
use stonechat_sansio::{Batch, SocketId};
use stonechat_testkit::clock;

use crate::app::env;

const CANDIDATE: &str = "candidate:1 1 udp 2113929471 203.0.113.100 10100 typ host";

/// A transport of a machine with one address.
struct Alone {
    ice: IceTransport,
    now: Instant,
}

impl Alone {
    fn new() -> Self {
        let now = clock::start();
        let mut ice = IceTransport::new(IceTransportConfig::default(), &env("alone"), now);
        ice.handle_interfaces(
            now,
            &[Interface {
                name: String::from("eth0"),
                addresses: vec!["192.0.2.1".parse().unwrap()],
                loopback: false,
                cost: 0,
            }],
        );
        Self { ice, now }
    }

    fn gather(&mut self, options: &GatherOptions) -> Result<(), Error> {
        self.ice.gather(self.now, options)
    }

    fn start(&mut self, remote: IceParameters, role: IceRole) -> Result<(), Error> {
        self.ice.start(self.now, remote, role)
    }

    fn add(&mut self, candidate: &str) -> Result<(), Error> {
        let init = IceCandidateInit {
            candidate: candidate.to_owned(),
            ..IceCandidateInit::default()
        };
        self.ice.add_remote_candidate(self.now, init)
    }

    fn stop(&mut self) {
        self.ice.stop(self.now);
    }

    /// Opens what is asked for and answers no server.
    fn serve(&mut self) {
        while let Some(request) = self.ice.poll_request() {
            let (id, reply) = match request {
                Request::OpenUdp { id, bind, .. } => (
                    id,
                    Reply::Opened {
                        socket: SocketId(0),
                        local: SocketAddr::new(bind, 5000),
                    },
                ),
                Request::Resolve { id, .. } => (id, Reply::Failed),
                _ => continue,
            };
            self.ice.handle_reply(self.now, id, reply);
        }
    }

    /// The events of one step, in words.
    fn step(&mut self) -> Option<Vec<String>> {
        let step = self.ice.poll_step(self.now)?;
        Some(step.fire.iter().map(word).collect())
    }

    fn steps(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.step()).flatten().collect()
    }
}

fn word(event: &Event) -> String {
    match event {
        Event::IceTransportStateChange(_, state) => format!("statechange {}", state.as_str()),
        Event::IceTransportGatheringStateChange(_, state) => {
            format!("gatheringstatechange {}", state.as_str())
        }
        Event::SelectedCandidatePairChange(_) => "selectedcandidatepairchange".to_owned(),
        Event::IceCandidate { candidate, .. } => {
            let candidate = candidate.as_ref().unwrap();
            let kind = candidate.kind().map_or("end", |kind| kind.as_str());
            format!("icecandidate {kind}")
        }
        Event::IceCandidateError { code, .. } => format!("icecandidateerror {code}"),
        other => panic!("{other:?}"),
    }
}

fn parameters(c: char) -> IceParameters {
    IceParameters {
        username_fragment: c.to_string().repeat(4),
        password: c.to_string().repeat(22),
        ice_lite: false,
    }
}

fn name(result: Result<(), Error>) -> ErrorName {
    result.unwrap_err().name
}

fn servers(urls: &[&str], credentials: Option<(&str, &str)>) -> GatherOptions {
    GatherOptions {
        ice_servers: vec![IceServer {
            urls: urls.iter().map(|url| (*url).to_owned()).collect(),
            username: credentials.map(|(username, _)| username.to_owned()),
            credential: credentials.map(|(_, credential)| credential.to_owned()),
        }],
        ..GatherOptions::default()
    }
}

// api: RTCIceTransport.constructor, RTCIceTransport.role, RTCIceTransport.state,
// api: RTCIceTransport.gatheringState, RTCIceTransport.getLocalParameters,
// api: RTCIceTransport.getRemoteParameters, RTCIceTransport.getSelectedCandidatePair,
// api: RTCIceTransport.getLocalCandidates, RTCIceTransport.getRemoteCandidates,
// api: RTCIceRole.unknown, RTCIceTransportState.new, RTCIceGathererState.new
#[test]
fn a_new_transport_has_its_slots_as_they_are_initialized_and_its_parameters() {
    let alone = Alone::new();
    assert_eq!(alone.ice.role(), IceRole::Unknown);
    assert_eq!(alone.ice.state(), IceTransportState::New);
    assert_eq!(alone.ice.gathering_state(), IceGathererState::New);
    assert_eq!(alone.ice.selected_candidate_pair(), None);
    assert_eq!(alone.ice.remote_parameters(), None);
    assert!(alone.ice.local_candidates().is_empty());
    assert_eq!(alone.ice.remote_candidates().count(), 0);
    let ours = alone.ice.local_parameters();
    assert!((4..=256).contains(&ours.username_fragment.len()));
    assert!((22..=256).contains(&ours.password.len()));
    assert!(!ours.ice_lite);
    assert_eq!(alone.ice.local_parameters(), ours);
}

// api: RTCIceTransport.gather, RTCIceTransport.gatheringState, RTCIceGatherOptions
// api: RTCIceGathererState.gathering, RTCIceGathererState.complete, RTCIceTransport.icecandidate
// api: RTCIceTransport.ongatheringstatechange, RTCIceTransport.onicecandidate
#[test]
fn gather_tells_the_candidates_then_their_end_then_that_it_is_complete() {
    let mut alone = Alone::new();
    alone.gather(&GatherOptions::default()).unwrap();
    // At once, before any event.
    assert_eq!(alone.ice.gathering_state(), IceGathererState::Gathering);
    alone.serve();
    assert!(alone.ice.local_candidates().is_empty());
    assert_eq!(alone.step().unwrap(), ["gatheringstatechange gathering"]);
    assert_eq!(alone.step().unwrap(), ["icecandidate host"]);
    assert_eq!(alone.ice.local_candidates().len(), 1);
    assert_eq!(alone.step().unwrap(), ["icecandidate end"]);
    assert_eq!(alone.ice.gathering_state(), IceGathererState::Gathering);
    assert_eq!(alone.step().unwrap(), ["gatheringstatechange complete"]);
    assert_eq!(alone.ice.gathering_state(), IceGathererState::Complete);
    assert_eq!(alone.step(), None);
    let ours = alone.ice.local_parameters().username_fragment;
    let candidate = &alone.ice.local_candidates()[0];
    assert_eq!(candidate.username_fragment(), Some(ours.as_str()));
    assert_eq!(candidate.sdp_mid(), None);
}

// api: RTCIceTransport.gather
#[test]
fn gather_is_refused_while_it_goes_on_and_after_the_end() {
    let mut alone = Alone::new();
    alone.gather(&GatherOptions::default()).unwrap();
    let again = alone.gather(&GatherOptions::default());
    assert_eq!(name(again), ErrorName::InvalidStateError);
    alone.stop();
    // The state comes before the options.
    let late = alone.gather(&servers(&["nonsense"], None));
    assert_eq!(name(late), ErrorName::InvalidStateError);
}

// api: RTCIceTransport.gather, RTCIceGatherOptions.iceServers
#[test]
fn the_servers_of_gather_are_validated_by_its_own_steps() {
    let user = Some(("user", "pass"));
    for (url, credentials, expected) in [
        ("relative", None, ErrorName::SyntaxError),
        (":no-scheme", None, ErrorName::SyntaxError),
        ("1stun:example.org", None, ErrorName::SyntaxError),
        ("http://example.org", None, ErrorName::NotSupportedError),
        ("stuns:example.org", None, ErrorName::NotSupportedError),
        ("turns:example.org", user, ErrorName::NotSupportedError),
        ("stun://example.org/x", None, ErrorName::SyntaxError),
        (
            "stun:example.org?transport=udp",
            None,
            ErrorName::SyntaxError,
        ),
        (
            "turn:example.org?transport=sctp",
            user,
            ErrorName::SyntaxError,
        ),
        ("turn:example.org:99999", user, ErrorName::SyntaxError),
        ("turn:example.org", None, ErrorName::InvalidAccessError),
    ] {
        let mut alone = Alone::new();
        let refused = alone.gather(&servers(&[url], credentials));
        assert_eq!(name(refused), expected, "{url}");
        // Nothing has begun.
        assert_eq!(alone.ice.gathering_state(), IceGathererState::New);
        assert_eq!(alone.step(), None);
    }
    // Either of both is missing.
    for (username, credential) in [(Some("user"), None), (None, Some("pass"))] {
        let mut options = servers(&["turn:example.org"], None);
        options.ice_servers[0].username = username.map(str::to_owned);
        options.ice_servers[0].credential = credential.map(str::to_owned);
        let refused = Alone::new().gather(&options);
        assert_eq!(name(refused), ErrorName::InvalidAccessError);
    }
    // A server after one that is valid.
    let mut options = servers(&["stun:example.org"], None);
    options
        .ice_servers
        .extend(servers(&["turn:example.org"], None).ice_servers);
    let refused = Alone::new().gather(&options);
    assert_eq!(name(refused), ErrorName::InvalidAccessError);
    for valid in [
        servers(&[], None),
        servers(&["stun:one.example.org", "STUN:two.example.org:1"], None),
        servers(&["turn:example.org?transport=udp"], user),
    ] {
        Alone::new().gather(&valid).unwrap();
    }
}

// api: RTCIceGatherOptions.gatherPolicy, RTCIceTransportPolicy.relay, RTCIceTransportPolicy.all
// api: RTCIceTransport.gather
#[test]
fn the_policy_of_gather_is_all_by_default_and_relay_tells_no_host() {
    assert_eq!(
        GatherOptions::default().gather_policy,
        IceTransportPolicy::All
    );
    let mut alone = Alone::new();
    let options = GatherOptions {
        gather_policy: IceTransportPolicy::Relay,
        ..GatherOptions::default()
    };
    alone.gather(&options).unwrap();
    alone.serve();
    let steps = alone.steps();
    assert_eq!(
        steps,
        [
            "gatheringstatechange gathering",
            "icecandidate end",
            "gatheringstatechange complete"
        ]
    );
    assert!(alone.ice.local_candidates().is_empty());
}

// api: RTCIceTransport.error, RTCIceTransport.onerror, RTCIceGatherOptions.iceServers
// api: RTCPeerConnectionIceErrorEvent.errorCode, RTCPeerConnectionIceErrorEvent.url
#[test]
fn a_server_that_is_not_found_is_an_error_before_the_end_of_gathering() {
    let mut alone = Alone::new();
    alone
        .gather(&servers(&["stun:nowhere.invalid"], None))
        .unwrap();
    alone.serve();
    let steps = alone.steps();
    let at = |what: &str| steps.iter().position(|step| step == what).unwrap();
    assert!(at("gatheringstatechange gathering") < at("icecandidateerror 701"));
    assert!(at("icecandidateerror 701") < at("icecandidate end"));
    assert_eq!(steps.len(), 5, "{steps:?}");
}

// api: RTCIceTransport.start, RTCIceParameters.usernameFragment, RTCIceParameters.password
#[test]
fn start_is_refused_by_its_steps_in_their_order() {
    let mut alone = Alone::new();
    let without = |change: &dyn Fn(&mut IceParameters)| {
        let mut parameters = parameters('u');
        change(&mut parameters);
        parameters
    };
    // 2: what is missing comes before what is malformed.
    for missing in [
        IceParameters::default(),
        without(&|it| it.username_fragment.clear()),
        without(&|it| it.password.clear()),
        without(&|it| {
            it.username_fragment.clear();
            it.password = "?".to_owned();
        }),
    ] {
        let refused = alone.start(missing, IceRole::Controlled);
        assert_eq!(name(refused), ErrorName::TypeError);
    }
    let unknown = alone.start(parameters('u'), IceRole::Unknown);
    assert_eq!(name(unknown), ErrorName::TypeError);
    // 3.
    for malformed in [
        without(&|it| it.username_fragment = "2sh".to_owned()),
        without(&|it| it.username_fragment = "x".repeat(257)),
        without(&|it| it.username_fragment = "123\n".to_owned()),
        without(&|it| it.username_fragment = "a-b_".to_owned()),
        without(&|it| it.password = "x".repeat(21)),
        without(&|it| it.password = "x".repeat(257)),
        without(&|it| it.password = "x".repeat(21) + "\n"),
        without(&|it| it.password = "x".repeat(21) + "="),
    ] {
        let refused = alone.start(malformed, IceRole::Controlled);
        assert_eq!(name(refused), ErrorName::SyntaxError);
    }
    assert_eq!(alone.ice.remote_parameters(), None);
    assert_eq!(alone.ice.role(), IceRole::Unknown);
    alone.start(parameters('u'), IceRole::Controlled).unwrap();
    // 3 before 4.
    let malformed = without(&|it| it.username_fragment = "2sh".to_owned());
    let refused = alone.start(malformed, IceRole::Controlling);
    assert_eq!(name(refused), ErrorName::SyntaxError);
    // 4, whether the parameters are the same or not.
    for c in ['u', 'v'] {
        let refused = alone.start(parameters(c), IceRole::Controlling);
        assert_eq!(name(refused), ErrorName::InvalidStateError);
    }
    assert_eq!(alone.ice.remote_parameters(), Some(&parameters('u')));
    assert_eq!(alone.ice.role(), IceRole::Controlled);
    alone.stop();
    // 1 before 2.
    let refused = alone.start(IceParameters::default(), IceRole::Controlled);
    assert_eq!(name(refused), ErrorName::InvalidStateError);
}

// api: RTCIceTransport.start, RTCIceTransport.role, RTCIceRole.controlling, RTCIceRole.controlled
// api: RTCIceTransport.getRemoteParameters, RTCIceTransportState.new
#[test]
fn start_without_candidates_of_the_peer_leaves_the_state_new() {
    for role in [IceRole::Controlling, IceRole::Controlled] {
        let mut alone = Alone::new();
        alone.start(parameters('u'), role).unwrap();
        assert_eq!(alone.ice.role(), role);
        assert_eq!(alone.ice.state(), IceTransportState::New);
        assert_eq!(alone.ice.remote_parameters(), Some(&parameters('u')));
        assert_eq!(alone.step(), None);
    }
}

// api: RTCIceTransport.start, RTCIceTransport.addRemoteCandidate, RTCIceTransportState.checking
// api: RTCIceTransport.getRemoteCandidates, RTCIceTransport.onstatechange
#[test]
fn the_state_is_checking_as_soon_as_there_are_parameters_and_a_candidate() {
    let mut first = Alone::new();
    first.add(CANDIDATE).unwrap();
    assert_eq!(first.ice.state(), IceTransportState::New);
    first.start(parameters('u'), IceRole::Controlled).unwrap();
    let mut second = Alone::new();
    second.start(parameters('u'), IceRole::Controlled).unwrap();
    second.add(CANDIDATE).unwrap();
    for mut alone in [first, second] {
        assert_eq!(alone.ice.state(), IceTransportState::Checking);
        assert_eq!(alone.steps(), ["statechange checking"]);
        let remote: Vec<_> = alone.ice.remote_candidates().collect();
        assert_eq!(remote.len(), 1);
        assert_eq!(remote[0].candidate(), CANDIDATE);
        // The same one again is the same one.
        alone.add(CANDIDATE).unwrap();
        assert_eq!(alone.ice.remote_candidates().count(), 1);
    }
}

// api: RTCIceTransport.addRemoteCandidate
#[test]
fn add_remote_candidate_is_refused_if_malformed_or_after_the_end() {
    let mut alone = Alone::new();
    for malformed in [
        "invalid",
        "candidate:1 1 udp x 203.0.113.1 1 typ host",
        "a=b",
    ] {
        assert_eq!(name(alone.add(malformed)), ErrorName::OperationError);
    }
    assert_eq!(alone.ice.remote_candidates().count(), 0);
    alone.stop();
    // The state comes first.
    for candidate in [CANDIDATE, "invalid", ""] {
        assert_eq!(name(alone.add(candidate)), ErrorName::InvalidStateError);
    }
    assert_eq!(alone.ice.remote_candidates().count(), 0);
}

// api: RTCIceTransport.start, RTCIceTransport.getRemoteCandidates, RTCIceTransportState.new
#[test]
fn start_with_other_parameters_flushes_the_peers_candidates_and_keeps_ours() {
    let mut alone = Alone::new();
    alone.gather(&GatherOptions::default()).unwrap();
    alone.serve();
    alone.steps();
    let ours = alone.ice.local_candidates().to_vec();
    alone.start(parameters('1'), IceRole::Controlled).unwrap();
    alone.add(CANDIDATE).unwrap();
    assert_eq!(alone.steps(), ["statechange checking"]);
    alone.start(parameters('2'), IceRole::Controlled).unwrap();
    assert_eq!(alone.ice.state(), IceTransportState::New);
    assert_eq!(alone.ice.remote_candidates().count(), 0);
    assert_eq!(alone.ice.remote_parameters(), Some(&parameters('2')));
    assert_eq!(alone.ice.local_candidates(), ours);
    assert_eq!(alone.steps(), ["statechange new"]);
    assert_eq!(alone.ice.agent().pairs().count(), 0);
    alone.add(CANDIDATE).unwrap();
    assert_eq!(alone.ice.state(), IceTransportState::Checking);
    assert_eq!(alone.ice.agent().pairs().count(), 1);
}

// api: RTCIceTransport.start
#[test]
fn start_with_the_same_parameters_has_no_effect() {
    let mut alone = Alone::new();
    alone.start(parameters('1'), IceRole::Controlled).unwrap();
    alone.add(CANDIDATE).unwrap();
    alone.steps();
    alone.start(parameters('1'), IceRole::Controlled).unwrap();
    assert_eq!(alone.ice.state(), IceTransportState::Checking);
    assert_eq!(alone.ice.remote_candidates().count(), 1);
    assert_eq!(alone.step(), None);
}

// api: RTCIceTransport.start, RTCIceTransport.gather, RTCIceTransport.getLocalCandidates
// api: RTCIceTransport.getLocalParameters
#[test]
fn after_gathering_again_start_flushes_our_candidates_and_keeps_the_peers_if_they_are_the_same() {
    let mut alone = Alone::new();
    alone.gather(&GatherOptions::default()).unwrap();
    alone.serve();
    alone.start(parameters('1'), IceRole::Controlled).unwrap();
    alone.add(CANDIDATE).unwrap();
    alone.steps();
    let (old, before) = (
        alone.ice.local_parameters(),
        alone.ice.local_candidates().to_vec(),
    );
    alone.gather(&GatherOptions::default()).unwrap();
    alone.serve();
    assert_ne!(alone.ice.local_parameters(), old);
    // Until `start()` they are those of both.
    alone.steps();
    assert_eq!(alone.ice.local_candidates().len(), 2);
    assert_eq!(alone.ice.local_candidates()[..1], before);
    alone.start(parameters('1'), IceRole::Controlled).unwrap();
    assert_eq!(alone.ice.state(), IceTransportState::Checking);
    assert_eq!(alone.ice.local_candidates().len(), 1);
    assert_ne!(alone.ice.local_candidates(), before);
    assert_eq!(alone.ice.remote_candidates().count(), 1);
    assert_eq!(alone.ice.agent().pairs().count(), 1);
    // And with other parameters of the peer nothing is left.
    alone.steps();
    alone.gather(&GatherOptions::default()).unwrap();
    alone.start(parameters('2'), IceRole::Controlled).unwrap();
    assert_eq!(alone.ice.state(), IceTransportState::New);
    assert_eq!(alone.ice.remote_candidates().count(), 0);
    assert_eq!(alone.ice.agent().pairs().count(), 0);
}

// api: RTCIceTransport.addRemoteCandidate, RTCIceCandidateInit.usernameFragment
#[test]
fn a_candidate_of_another_generation_is_not_checked() {
    let mut alone = Alone::new();
    alone.start(parameters('1'), IceRole::Controlled).unwrap();
    let init = IceCandidateInit {
        candidate: CANDIDATE.to_owned(),
        username_fragment: Some("2222".to_owned()),
        ..IceCandidateInit::default()
    };
    alone.ice.add_remote_candidate(alone.now, init).unwrap();
    assert_eq!(alone.ice.state(), IceTransportState::New);
    alone.start(parameters('2'), IceRole::Controlled).unwrap();
    assert_eq!(alone.ice.state(), IceTransportState::Checking);
}

// api: RTCIceTransport.stop, RTCIceTransportState.closed, RTCIceTransport.onstatechange
#[test]
fn stop_closes_at_once_and_statechange_is_the_last_event() {
    let mut alone = Alone::new();
    alone.gather(&GatherOptions::default()).unwrap();
    alone.serve();
    alone.start(parameters('1'), IceRole::Controlled).unwrap();
    alone.add(CANDIDATE).unwrap();
    alone.stop();
    assert_eq!(alone.ice.state(), IceTransportState::Closed);
    assert_eq!(alone.ice.selected_candidate_pair(), None);
    // A second time changes nothing.
    alone.stop();
    assert_eq!(alone.steps(), ["statechange closed"]);
    let mut buffer = Vec::new();
    let mut batch = Batch::new(&mut buffer, 1, 1500);
    assert!(alone.ice.poll_transmit(alone.now, &mut batch).is_none());
    assert_eq!(
        alone.ice.poll_request(),
        Some(Request::CloseSocket(SocketId(0)))
    );
    assert_eq!(alone.ice.poll_request(), None);
}
