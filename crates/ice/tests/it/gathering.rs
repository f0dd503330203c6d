use std::time::Duration;

use stonechat_ice::{Config, Event, GatheringState, IceServer, Request};
use stonechat_testkit::Link;

use crate::setup::{Call, controlled, controlling, open_call, open_network};

#[test]
fn gathering_tells_its_states_and_candidates_in_order() {
    let mut call = open_call(1, &Link::default());
    let now = call.now();
    call.agent(0).gather(now);
    call.run_for(Duration::from_millis(10));
    let events = &call.events[0];
    assert_eq!(events[0], Event::GatheringState(GatheringState::Gathering));
    assert!(matches!(events[1], Event::LocalCandidate(_)));
    assert_eq!(events[2], Event::GatheringState(GatheringState::Complete));
    let told = call.told[0].clone();
    assert_eq!(
        call.agent(0)
            .local_candidates()
            .cloned()
            .collect::<Vec<_>>(),
        told
    );
    let ufrag = call.agent(0).local_credentials().ufrag().to_owned();
    assert_eq!(told[0].ufrag, Some(ufrag));
}

#[test]
fn a_silent_server_and_an_unknown_name_are_reported_and_gathering_ends() {
    let (network, hosts) = open_network(2, &Link::default());
    let servers = vec![
        IceServer::from_url("stun:203.0.113.250", None).unwrap(),
        IceServer::from_url("stun:unknown.example.org:19302", None).unwrap(),
    ];
    let config = Config {
        servers,
        ..controlling()
    };
    let mut call = Call::new(2, network, hosts, [config, controlled()]);
    let now = call.now();
    call.agent(0).gather(now);
    let complete = call.run_until(Duration::from_secs(12), |call| {
        call.agent(0).gathering_state() == GatheringState::Complete
    });
    assert!(complete);
    assert!(call.now() - now >= Duration::from_secs(9));
    call.run_for(Duration::from_millis(1));
    let errors: Vec<_> = call.events[0]
        .iter()
        .filter_map(|event| match event {
            Event::CandidateError { url, code, .. } => Some((url.clone(), *code)),
            _ => None,
        })
        .collect();
    assert_eq!(
        errors,
        [
            ("stun:unknown.example.org:19302".to_owned(), 701),
            ("stun:203.0.113.250:3478".to_owned(), 701),
        ]
    );
    assert_eq!(call.peer(0).resolved, ["unknown.example.org"]);
}

#[test]
fn ports_are_taken_from_the_range() {
    let (network, hosts) = open_network(3, &Link::default());
    let config = Config {
        ports: Some(6000..=6003),
        ..controlling()
    };
    let mut call = Call::new(3, network, hosts, [config, controlled()]);
    let now = call.now();
    call.agent(0).gather(now);
    call.run_for(Duration::from_millis(1));
    assert!((6000..=6003).contains(&call.told[0][0].port));
}

#[test]
fn closing_closes_sockets_and_is_final() {
    let mut call = open_call(4, &Link::delay(Duration::from_millis(5)));
    call.begin();
    call.connect(Duration::from_secs(5));
    let now = call.now();
    call.agent(0).close(now);
    assert_eq!(call.agent(0).poll_timeout(), None);
    assert_eq!(call.agent(0).send_route(), None);
    call.run_for(Duration::from_secs(1));
    assert!(
        call.peer(0)
            .requests
            .iter()
            .any(|request| matches!(request, Request::CloseSocket(_)))
    );
    let now = call.now();
    call.agent(0).gather(now);
    call.agent(0).restart(now);
    assert_eq!(call.agent(0).poll_timeout(), None);
    assert!(call.agent(0).poll_request().is_none());
}
