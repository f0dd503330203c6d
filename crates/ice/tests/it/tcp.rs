//! Connections over TCP (RFC 6544).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use stonechat_ice::framing::Deframer;
use stonechat_ice::{
    ActiveTcp, Agent, Candidate, CandidateAddress, CandidateError, CandidateKind, Config,
    Credentials, DropReason, Event, HostAddresses, PairState, Policy, Reply, Request, RequestId,
    Role, State, TcpConfig, TcpType, TransportProtocol, tcp_candidate_priority,
};
use stonechat_sansio::{Batch, Datagram, Ecn, Path, SocketId};
use stonechat_stun::{Attribute, Builder, Class, IntegrityKey, Method, TransactionId};
use stonechat_testkit::{Link, Nat, clock, seeds};

use crate::setup::{Call, SIDES, controlled, controlling, interfaces, ip, nat_call, open_network};

const LIMIT: Duration = Duration::from_secs(40);

fn passive(config: Config) -> Config {
    Config {
        tcp: TcpConfig {
            passive: true,
            ..TcpConfig::default()
        },
        ..config
    }
}

/// The first agent connects, the second listens; `roles` are theirs.
fn configs(roles: [Role; 2]) -> [Config; 2] {
    let [active, listening] = roles.map(|role| Config {
        role,
        ..Config::default()
    });
    [active, passive(listening)]
}

const ROLES: [[Role; 2]; 2] = [
    [Role::Controlling, Role::Controlled],
    [Role::Controlled, Role::Controlling],
];

fn call(seed: u64, roles: [Role; 2]) -> Call {
    let link = Link::delay(Duration::from_millis(20));
    let (network, hosts) = open_network(seed, &link);
    Call::new(seed, network, hosts, configs(roles))
}

/// The same without UDP.
fn blocked_call(seed: u64, roles: [Role; 2]) -> Call {
    let mut call = call(seed, roles);
    call.world.network.set_firewall(|_, _, _| false);
    call
}

fn connected(seed: u64, roles: [Role; 2]) -> Call {
    let mut call = blocked_call(seed, roles);
    call.begin();
    call.connect(LIMIT);
    call
}

fn selected_tcp(call: &mut Call) -> [(Candidate, Candidate); 2] {
    SIDES.map(|side| {
        let pair = call.agent(side).selected_pair().unwrap();
        assert_eq!(pair.state, PairState::Succeeded);
        assert!(pair.nominated);
        for candidate in [&pair.local, &pair.remote] {
            assert_eq!(candidate.transport, TransportProtocol::Tcp);
        }
        (pair.local, pair.remote)
    })
}

fn open_streams(call: &Call) -> [usize; 2] {
    let hosts = [call.hosts[0], call.hosts[1]];
    hosts.map(|host| call.world.network.streams(host).count())
}

#[test]
fn agents_connect_over_tcp_where_udp_is_blocked() {
    seeds(10, |seed| {
        for roles in ROLES {
            let mut call = connected(seed, roles);
            let [(local, remote), (theirs, ours)] = selected_tcp(&mut call);
            assert_eq!(local.tcp_type, Some(TcpType::Active));
            assert_eq!(remote.tcp_type, Some(TcpType::Passive));
            assert_eq!(remote.kind, CandidateKind::Host);
            assert_eq!(theirs.tcp_type, Some(TcpType::Passive));
            assert_eq!(theirs.port, remote.port);
            assert_eq!(ours.tcp_type, Some(TcpType::Active));
            assert_eq!(ours.kind, CandidateKind::PeerReflexive);
            assert!(call.exchange_data(LIMIT));
            for side in SIDES {
                let received = call.peer(side).received.clone();
                assert!(!received.is_empty());
                for (number, (_, _, data)) in (0_u8..).zip(&received) {
                    assert_eq!(*data, vec![0x80 | number; 50], "{roles:?}");
                }
            }
        }
    });
}

#[test]
fn a_client_behind_a_symmetric_translator_reaches_a_server_without_udp() {
    let link = Link::delay(Duration::from_millis(20));
    let nats = [Some(Nat::symmetric()), None];
    let configs = configs([Role::Controlling, Role::Controlled]);
    let mut call = nat_call(3, &link, nats, configs);
    call.world.network.set_firewall(|_, _, _| false);
    call.begin();
    call.connect(LIMIT);
    let [(local, _), (_, remote)] = selected_tcp(&mut call);
    // Both see the address of the translator.
    for candidate in [local, remote] {
        assert_eq!(candidate.kind, CandidateKind::PeerReflexive);
        assert_eq!(candidate.address, CandidateAddress::Ip(ip("198.51.100.1")));
        assert_eq!(candidate.tcp_type, Some(TcpType::Active));
        assert_ne!(candidate.port, 9);
    }
    assert!(call.exchange_data(LIMIT));
}

#[test]
fn two_clients_behind_translators_without_udp_do_not_connect() {
    let link = Link::delay(Duration::from_millis(20));
    let nats = [Some(Nat::port_restricted()), Some(Nat::port_restricted())];
    let configs = configs([Role::Controlling, Role::Controlled]);
    let mut call = nat_call(3, &link, nats, configs);
    call.world.network.set_firewall(|_, _, _| false);
    call.begin();
    let failed = call.run_until(Duration::from_secs(60), |call| {
        SIDES.map(|side| call.state(side)) == [State::Failed, State::Failed]
    });
    assert!(failed);
    // The attempt to connect was given up.
    let cancelled = |request: &Request| matches!(request, Request::Cancel(_));
    assert!(call.peer(0).requests.iter().any(cancelled));
}

#[test]
fn udp_is_chosen_where_it_works_even_if_its_first_checks_get_lost() {
    seeds(10, |seed| {
        for roles in ROLES {
            let mut call = call(seed, roles);
            let start = call.now();
            // The network's clock is not at hand: so many packets are lost.
            let mut lost = 0;
            call.world.network.set_firewall(move |_, _, _| {
                lost += 1;
                lost > 4
            });
            call.begin();
            call.connect(LIMIT);
            for side in SIDES {
                let pair = call.agent(side).selected_pair().unwrap();
                assert_eq!(pair.local.transport, TransportProtocol::Udp, "{roles:?}");
            }
            assert!(call.now() - start < Duration::from_secs(2));
            // What TCP was tried meanwhile is closed.
            call.run_for(Duration::from_secs(6));
            assert_eq!(open_streams(&call), [0, 0]);
            assert!(call.exchange_data(LIMIT));
        }
    });
}

#[test]
fn where_udp_works_at_once_nothing_is_connected() {
    let link = Link::delay(Duration::from_millis(5));
    let (network, hosts) = open_network(1, &link);
    let configs = configs([Role::Controlling, Role::Controlled]);
    let mut call = Call::new(1, network, hosts, configs);
    call.begin();
    call.connect(LIMIT);
    call.run_for(Duration::from_secs(20));
    let connects = |request: &Request| matches!(request, Request::Connect { .. });
    assert!(!call.peer(0).requests.iter().any(connects));
}

#[test]
fn without_configuration_nothing_is_told_and_nothing_listens() {
    let (network, hosts) = open_network(1, &Link::default());
    let mut call = Call::new(1, network, hosts, [controlling(), controlled()]);
    call.begin();
    call.connect(LIMIT);
    for side in SIDES {
        assert_eq!(call.told[side].len(), 1);
        assert_eq!(call.told[side][0].transport, TransportProtocol::Udp);
        let tcp = |request: &Request| {
            matches!(
                request,
                Request::ListenTcp { .. } | Request::Connect { .. } | Request::Cancel(_)
            )
        };
        assert!(!call.peer(side).requests.iter().any(tcp));
    }
}

#[test]
fn candidates_are_told_with_their_type_and_a_lower_priority_than_those_over_udp() {
    let (network, hosts) = open_network(1, &Link::default());
    let mut config = passive(controlling());
    config.tcp.active = ActiveTcp::Told;
    config.tcp.ports = Some(8443..=8443);
    let mut call = Call::new(1, network, hosts, [config, controlled()]);
    call.begin();
    call.run_for(Duration::from_secs(1));
    let told = |tcp_type| {
        let mut found = call.told[0]
            .iter()
            .filter(move |told| told.tcp_type == tcp_type);
        let one = found.next().unwrap();
        assert!(found.next().is_none());
        one
    };
    let (udp, active) = (told(None), told(Some(TcpType::Active)));
    let passive = told(Some(TcpType::Passive));
    assert_eq!((active.port, passive.port), (9, 8443));
    assert!(udp.priority > active.priority && active.priority > passive.priority);
    // One kind, base and transport: one foundation.
    assert_eq!(active.foundation, passive.foundation);
    assert_ne!(active.foundation, udp.foundation);
    assert!(active.to_string().contains(" 9 typ host tcptype active"));
}

#[test]
fn priorities_follow_the_formula() {
    // (2^24) * 90 + (2^8) * ((2^13) * direction + 8191) + 255
    for (tcp_type, direction) in [
        (TcpType::Active, 6),
        (TcpType::Passive, 4),
        (TcpType::SimultaneousOpen, 2),
    ] {
        let expected = (90 << 24) + ((direction << 13) + 8191) * 256 + 255;
        let found = tcp_candidate_priority(CandidateKind::Host, tcp_type, 9999, 1);
        assert_eq!(found, expected);
    }
    // The examples of RFC 6544, appendix C, with its type preference of 100.
    for (tcp_type, example) in [
        (TcpType::Active, 1_688_207_359_u32),
        (TcpType::Passive, 1_684_013_055),
        (TcpType::SimultaneousOpen, 1_692_401_663),
    ] {
        let found = tcp_candidate_priority(CandidateKind::ServerReflexive, tcp_type, 8191, 1);
        assert_eq!(found & 0xff_ffff, example & 0xff_ffff, "{tcp_type:?}");
    }
}

#[test]
fn hidden_addresses_stay_hidden_over_tcp() {
    let (network, hosts) = open_network(1, &Link::default());
    let hidden = |config: Config| Config {
        host_addresses: HostAddresses::Hidden,
        ..config
    };
    let [mut a, b] = configs([Role::Controlling, Role::Controlled]).map(hidden);
    a.tcp.active = ActiveTcp::Told;
    let mut call = Call::new(1, network, hosts, [a, b]);
    call.world.network.set_firewall(|_, _, _| false);
    call.begin();
    call.connect(LIMIT);
    for side in SIDES {
        for told in &call.told[side] {
            assert!(matches!(told.address, CandidateAddress::Mdns(_)), "{told}");
        }
    }
    let [(local, _), (listening, _)] = selected_tcp(&mut call);
    assert!(
        matches!(local.address, CandidateAddress::Mdns(_)),
        "{local}"
    );
    assert!(matches!(listening.address, CandidateAddress::Mdns(_)));
}

#[test]
fn relay_only_agents_use_no_tcp() {
    let (network, hosts) = open_network(1, &Link::default());
    let mut config = passive(controlling());
    config.policy = Policy::Relay;
    let mut call = Call::new(1, network, hosts, [config, passive(controlled())]);
    call.begin();
    call.run_for(Duration::from_secs(5));
    let tcp =
        |request: &Request| matches!(request, Request::ListenTcp { .. } | Request::Connect { .. });
    assert!(!call.peer(0).requests.iter().any(tcp));
    assert_eq!(call.agent(0).pairs().count(), 0);
}

#[test]
fn a_connection_that_breaks_is_opened_again_by_the_side_that_connected() {
    seeds(10, |seed| {
        for roles in ROLES {
            let mut call = connected(seed, roles);
            call.run_for(Duration::from_secs(10));
            let (now, host) = (call.now(), call.hosts[0]);
            let stream = call.world.network.streams(host).next().unwrap();
            call.world.network.break_stream(now, stream);
            let gone = call.run_until(Duration::from_millis(5), |call| {
                SIDES.map(|side| call.state(side)) == [State::Disconnected; 2]
            });
            assert!(gone, "{roles:?}");
            for side in SIDES {
                assert_eq!(call.agent(side).send_route(), None);
            }
            call.connect(Duration::from_secs(1));
            selected_tcp(&mut call);
            assert!(call.exchange_data(LIMIT), "{roles:?}");
            assert_eq!(open_streams(&call), [1, 1]);
        }
    });
}

#[test]
fn agents_fail_when_a_broken_connection_cannot_be_opened_again() {
    for roles in ROLES {
        let mut call = connected(1, roles);
        call.run_for(Duration::from_secs(10));
        let (now, host) = (call.now(), call.hosts[0]);
        // The listener goes first, the connection after it.
        let listener = listener_of(&mut call, 1);
        call.world.network.close(listener);
        call.agent(1).handle_socket_closed(now, listener);
        let stream = call.world.network.streams(host).next().unwrap();
        call.world.network.break_stream(now, stream);
        let failed = call.run_until(Duration::from_secs(60), |call| {
            SIDES.map(|side| call.state(side)) == [State::Failed; 2]
        });
        assert!(failed, "{:?}", SIDES.map(|side| call.state(side)));
        assert_eq!(open_streams(&call), [0, 0]);
    }
}

/// The listener of a side, as its candidate tells.
fn listener_of(call: &mut Call, side: usize) -> SocketId {
    let opened = call.peer(side).listeners.clone();
    opened[0]
}

#[test]
fn sending_stops_when_consent_is_lost_over_a_connection_that_does_not_break() {
    for roles in ROLES {
        let mut call = connected(2, roles);
        call.run_for(Duration::from_secs(7));
        let host = call.hosts[1];
        call.world.network.set_cut_off(host, true);
        let cut = call.now();
        let failed = call.run_until(Duration::from_secs(40), |call| {
            SIDES.map(|side| call.state(side)) == [State::Failed; 2]
        });
        assert!(failed, "{:?}", SIDES.map(|side| call.state(side)));
        assert!(call.now() - cut <= Duration::from_secs(30));
        for side in SIDES {
            assert_eq!(call.agent(side).send_route(), None);
        }
    }
}

#[test]
fn checks_are_sent_once_over_a_connection() {
    let mut call = blocked_call(1, ROLES[0]);
    // Nothing comes back for two seconds.
    call.begin();
    let host = call.hosts[1];
    let accepted = call.run_until(LIMIT, |call| open_streams(call)[1] == 1);
    assert!(accepted);
    call.world.network.set_cut_off(host, true);
    call.run_for(Duration::from_secs(8));
    let pair = call.agent(0).pairs().find(is_tcp).unwrap();
    assert_eq!((pair.requests_sent, pair.state), (0, PairState::InProgress));
    call.world.network.set_cut_off(host, false);
    call.connect(LIMIT);
    let pair = call.agent(0).selected_pair().unwrap();
    // The check and the nomination.
    assert_eq!(pair.requests_sent, 2);
    assert_eq!(pair.responses_received, 2);
}

fn is_tcp(pair: &stonechat_ice::PairStats) -> bool {
    pair.remote.transport == TransportProtocol::Tcp
}

#[test]
fn a_role_conflict_is_resolved_over_tcp() {
    for role in [Role::Controlling, Role::Controlled] {
        seeds(5, |seed| {
            let mut call = connected(seed, [role, role]);
            let [a, b] = SIDES.map(|side| call.agent(side).role());
            assert_ne!(a, b);
            selected_tcp(&mut call);
            assert!(call.exchange_data(LIMIT));
        });
    }
}

#[test]
fn a_restart_keeps_the_connection_until_another_one_is_selected() {
    for roles in ROLES {
        let mut call = connected(1, roles);
        call.run_for(Duration::from_secs(3));
        let before = call.world.network.streams(call.hosts[0]).next().unwrap();
        let now = call.now();
        for side in SIDES {
            call.agent(side).restart(now);
            assert!(call.agent(side).send_route().is_some());
        }
        assert!(call.exchange_data(Duration::from_millis(100)));
        call.begin();
        call.connect(LIMIT);
        selected_tcp(&mut call);
        assert!(call.exchange_data(LIMIT));
        call.run_for(Duration::from_secs(8));
        let open: Vec<_> = call.world.network.streams(call.hosts[0]).collect();
        assert_eq!(open.len(), 1, "{roles:?}");
        assert_ne!(open[0], before);
        assert!(call.exchange_data(LIMIT));
    }
}

#[test]
fn a_restart_that_is_undone_goes_on_over_tcp() {
    for roles in ROLES {
        // Selected already, or still about to connect.
        for time in [Duration::from_secs(3), Duration::from_millis(50)] {
            let mut call = blocked_call(1, roles);
            call.begin();
            call.run_for(time);
            let now = call.now();
            for side in SIDES {
                let credentials = call.agent(side).local_credentials().clone();
                call.agent(side).restart(now);
                call.agent(side).gather(now);
                let undone = call.agent(side).undo_restart(now, &credentials);
                assert_eq!(undone, stonechat_ice::Undone::Yes);
            }
            call.connect(LIMIT);
            selected_tcp(&mut call);
            assert!(call.exchange_data(LIMIT), "{roles:?} {time:?}");
            call.run_for(Duration::from_secs(12));
            assert_eq!(open_streams(&call), [1, 1], "{roles:?} {time:?}");
        }
    }
}

#[test]
fn closing_closes_connections_and_listeners() {
    let mut call = connected(1, ROLES[0]);
    let now = call.now();
    for side in SIDES {
        call.agent(side).close(now);
    }
    call.run_for(Duration::from_secs(1));
    assert_eq!(open_streams(&call), [0, 0]);
    let listener = listener_of(&mut call, 1);
    assert_eq!(call.world.network.listener_address(listener), None);
    // What comes late is closed as well.
    call.agent(1)
        .handle_accepted(now, listener, SocketId(77), address("192.0.2.7:7"));
    assert_eq!(
        call.agent(1).poll_request(),
        Some(Request::CloseSocket(SocketId(77)))
    );
}

// An agent alone, its driver by hand.

const LISTENER: SocketId = SocketId(1);

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn credentials() -> Credentials {
    Credentials::new("peer", "passwordpasswordpassword").unwrap()
}

/// An agent with UDP on socket 0, and a listener on socket 1 if its configuration wants one.
fn lone(config: Config) -> Agent {
    let now = clock::start();
    let mut agent = Agent::new(config, clock::env(1), now);
    agent.handle_interfaces(now, &interfaces(vec![ip("198.51.100.1")]));
    agent.gather(now);
    agent.set_remote_credentials(now, credentials());
    while let Some(request) = agent.poll_request() {
        let (id, socket) = match request {
            Request::OpenUdp { id, .. } => (id, SocketId(0)),
            Request::ListenTcp { id, .. } => (id, LISTENER),
            _ => panic!("{request:?}"),
        };
        let local = address("198.51.100.1:5000");
        agent.handle_reply(now, id, Reply::Opened { socket, local });
    }
    while agent.poll_event().is_some() {}
    agent
}

fn requests(agent: &mut Agent) -> Vec<Request> {
    std::iter::from_fn(|| agent.poll_request()).collect()
}

/// A check of the peer.
fn check(agent: &Agent, number: u8, password: &str) -> Vec<u8> {
    let username = format!("{}:peer", agent.local_credentials().ufrag());
    let key = IntegrityKey::short_term(clock::env(0).crypto(), password).unwrap();
    let id = TransactionId::from_bytes([number; 12]);
    let request = Builder::new(Class::Request, Method::BINDING, id)
        .attribute(Attribute::Username(&username))
        .attribute(Attribute::Priority(1))
        .attribute(Attribute::IceControlling(0))
        .integrity(&key)
        .fingerprint();
    let mut octets = vec![0; request.encoded_len()];
    request.encode(&mut octets).unwrap();
    octets
}

fn give(agent: &mut Agent, now: Instant, socket: u32, octets: &[u8]) -> Option<Datagram> {
    let any = address("0.0.0.0:0");
    let path = Path::new(SocketId(socket), any.ip(), any);
    let payload = BytesMut::from(octets);
    agent.handle_datagram(now, Datagram::new(path, Ecn::NotEct, now, payload))
}

fn accept(agent: &mut Agent, now: Instant, socket: u16) {
    let remote = SocketAddr::new(ip("203.0.113.5"), 1000 + socket);
    agent.handle_accepted(now, LISTENER, SocketId(socket.into()), remote);
}

#[test]
fn a_stranger_is_closed_when_its_time_is_over_and_gives_way_to_others() {
    let mut config = passive(controlled());
    config.tcp.max_accepted = 2;
    let mut agent = lone(config);
    let now = clock::start();
    let password = agent.local_credentials().pwd().to_owned();
    for socket in [10, 11] {
        accept(&mut agent, now, socket);
    }
    assert_eq!(requests(&mut agent), []);
    // A check with the wrong password proves nothing.
    let wrong = check(&agent, 1, "wrongwrongwrongwrongwrong");
    give(&mut agent, now, 10, &wrong);
    assert_eq!(agent.stats().dropped(DropReason::Unauthenticated), 1);
    let right = check(&agent, 2, &password);
    give(&mut agent, now, 11, &right);
    accept(&mut agent, now, 12);
    assert_eq!(
        requests(&mut agent),
        [Request::CloseSocket(SocketId(10))],
        "the stranger gives way"
    );
    let right = check(&agent, 3, &password);
    give(&mut agent, now, 12, &right);
    accept(&mut agent, now, 13);
    assert_eq!(
        requests(&mut agent),
        [Request::CloseSocket(SocketId(13))],
        "friends do not"
    );
    assert_eq!(agent.stats().connections_refused, 2);
    agent.handle_socket_closed(now, SocketId(12));
    accept(&mut agent, now, 14);
    let later = now + Duration::from_millis(9_999);
    agent.handle_timeout(later);
    assert_eq!(requests(&mut agent), []);
    agent.handle_timeout(now + Duration::from_secs(10));
    assert_eq!(
        requests(&mut agent),
        [Request::CloseSocket(SocketId(14))],
        "ten seconds are enough"
    );
}

#[test]
fn whoever_talks_something_else_is_closed() {
    let mut agent = lone(passive(controlled()));
    let now = clock::start();
    accept(&mut agent, now, 10);
    give(&mut agent, now, 10, &[]);
    assert_eq!(requests(&mut agent), []);
    assert!(give(&mut agent, now, 10, b"\x16\x03\x01hello").is_none());
    assert_eq!(requests(&mut agent), [Request::CloseSocket(SocketId(10))]);
    assert_eq!(agent.stats().dropped(DropReason::UnauthenticatedPath), 1);
    // Nobody comes from there.
    for remote in ["0.0.0.0:5", "224.0.0.1:5", "203.0.113.5:0"] {
        agent.handle_accepted(now, LISTENER, SocketId(11), address(remote));
        assert_eq!(requests(&mut agent), [Request::CloseSocket(SocketId(11))]);
    }
    // Nor to sockets that do not listen.
    for listener in [0, 5, 0xc000_0000] {
        let remote = address("203.0.113.5:5");
        agent.handle_accepted(now, SocketId(listener), SocketId(11), remote);
        assert_eq!(requests(&mut agent), [Request::CloseSocket(SocketId(11))]);
    }
}

fn passive_candidate(text: &str) -> Candidate {
    format!("1 1 tcp 1000000 {text} typ host tcptype passive")
        .parse()
        .unwrap()
}

/// Lets time pass; the requests for connections meanwhile.
fn connects(agent: &mut Agent, now: Instant, time: Duration) -> Vec<(RequestId, SocketAddr)> {
    let mut found = Vec::new();
    let end = now + time;
    let mut now = now;
    while now < end {
        now += Duration::from_millis(10);
        agent.handle_timeout(now);
        let mut buffer = Vec::new();
        while agent
            .poll_transmit(now, &mut Batch::new(&mut buffer, 1, 1500))
            .is_some()
        {
            buffer.clear();
        }
        for request in requests(agent) {
            match request {
                Request::Connect { id, local, remote } => {
                    assert_eq!(local, ip("198.51.100.1"));
                    found.push((id, remote));
                }
                _ => panic!("{request:?}"),
            }
        }
    }
    found
}

#[test]
fn at_most_five_connections_to_one_address_are_attempted_at_a_time() {
    let mut agent = lone(controlling());
    let now = clock::start();
    for port in 1..=8 {
        let mut candidate = passive_candidate(&format!("203.0.113.5 {port}"));
        candidate.foundation = port.to_string();
        agent.add_remote_candidate(now, candidate).unwrap();
    }
    let mut other = passive_candidate("203.0.113.6 1");
    other.priority = 1;
    other.foundation = "9".to_owned();
    agent.add_remote_candidate(now, other).unwrap();
    let asked = connects(&mut agent, now, Duration::from_secs(2));
    assert_eq!(asked.len(), 6, "{asked:?}");
    assert_eq!(asked[5].1, address("203.0.113.6:1"));
    let now = now + Duration::from_secs(3);
    agent.handle_reply(now, asked[0].0, Reply::Failed);
    let more = connects(&mut agent, now, Duration::from_secs(2));
    assert_eq!(more.len(), 1, "{more:?}");
    assert_eq!(agent.state(), State::Checking);
}

#[test]
fn what_answers_in_another_language_is_closed_and_its_pairs_fail() {
    let mut agent = lone(controlling());
    let now = clock::start();
    let candidate = passive_candidate("203.0.113.5 443");
    agent.add_remote_candidate(now, candidate).unwrap();
    let asked = connects(&mut agent, now, Duration::from_secs(1));
    let socket = SocketId(10);
    let now = now + Duration::from_secs(2);
    agent.handle_reply(now, asked[0].0, Reply::Connected { socket });
    let mut buffer = Vec::new();
    let sent = agent.poll_transmit(now, &mut Batch::new(&mut buffer, 1, 1500));
    let sent = sent.unwrap();
    assert_eq!(sent.path().socket(), socket);
    assert_eq!(sent.path().remote(), address("203.0.113.5:443"));
    let mut checks = Vec::new();
    Deframer::new(1500).feed(&buffer, |packet| checks.push(packet));
    assert_eq!(checks.len(), 1);
    assert!(stonechat_stun::is_stun(&checks[0]));
    assert!(give(&mut agent, now, 10, b"HTTP/1.1 400 Bad Request").is_none());
    assert_eq!(requests(&mut agent), [Request::CloseSocket(socket)]);
    let pair = agent.pairs().find(is_tcp).unwrap();
    assert_eq!(pair.state, PairState::Failed);
}

#[test]
fn connections_that_nobody_asked_for_any_more_are_closed() {
    let mut agent = lone(controlling());
    let now = clock::start();
    let candidate = passive_candidate("203.0.113.5 443");
    agent.add_remote_candidate(now, candidate).unwrap();
    let asked = connects(&mut agent, now, Duration::from_secs(1));
    let now = now + Duration::from_secs(2);
    agent.restart(now);
    assert_eq!(requests(&mut agent), [Request::Cancel(asked[0].0)]);
    let socket = SocketId(10);
    agent.handle_reply(now, asked[0].0, Reply::Connected { socket });
    assert_eq!(requests(&mut agent), [Request::CloseSocket(socket)]);
}

#[test]
fn candidates_are_taken_as_configuration_allows() {
    let now = clock::start();
    let active: Candidate = "1 1 tcp 9 203.0.113.5 9 typ host tcptype active"
        .parse()
        .unwrap();
    let both: Candidate = "1 1 tcp 9 203.0.113.5 9 typ host tcptype so"
        .parse()
        .unwrap();
    let untyped: Candidate = "1 1 tcp 9 203.0.113.5 9 typ host".parse().unwrap();
    let listening = passive_candidate("203.0.113.5 443");
    let mut agent = lone(controlling());
    let mut take = |candidate: &Candidate| agent.add_remote_candidate(now, candidate.clone());
    assert_eq!(take(&active), Err(CandidateError::Transport));
    assert_eq!(take(&both), Err(CandidateError::Transport));
    assert_eq!(take(&untyped), Err(CandidateError::Transport));
    assert_eq!(take(&listening), Ok(()));
    let mut config = passive(controlling());
    config.tcp.active = ActiveTcp::Off;
    let mut agent = lone(config);
    let mut take = |candidate: &Candidate| agent.add_remote_candidate(now, candidate.clone());
    assert_eq!(take(&active), Ok(()));
    assert_eq!(take(&listening), Err(CandidateError::Transport));
    assert_eq!(agent.remote_candidates().count(), 0);
    assert!(listening.is_usable() && !active.is_usable() && !both.is_usable());
}

#[test]
fn a_udp_and_a_tcp_candidate_of_one_address_and_port_are_two() {
    let mut agent = lone(controlling());
    let now = clock::start();
    let udp: Candidate = "1 1 udp 9 203.0.113.5 443 typ host".parse().unwrap();
    agent.add_remote_candidate(now, udp).unwrap();
    for _ in 0..2 {
        let candidate = passive_candidate("203.0.113.5 443");
        agent.add_remote_candidate(now, candidate).unwrap();
    }
    assert_eq!(agent.remote_candidates().count(), 2);
    assert_eq!(agent.pairs().count(), 2);
    let asked = connects(&mut agent, now, Duration::from_secs(1));
    let socket = SocketId(10);
    let now = now + Duration::from_secs(2);
    agent.handle_reply(now, asked[0].0, Reply::Connected { socket });
    // Told again while it is connected: it stays one pair.
    let candidate = passive_candidate("203.0.113.5 443");
    agent.add_remote_candidate(now, candidate).unwrap();
    assert_eq!(agent.pairs().count(), 2);
}

#[test]
fn addresses_that_go_take_listeners_and_connections_with_them() {
    let mut call = connected(1, ROLES[0]);
    call.run_for(Duration::from_secs(1));
    let now = call.now();
    call.agent(1)
        .handle_interfaces(now, &interfaces(vec![ip("198.51.100.99")]));
    call.run_for(Duration::from_secs(1));
    assert_eq!(call.agent(1).send_route(), None);
    assert_eq!(open_streams(&call)[1], 0);
    let listener = listener_of(&mut call, 1);
    assert_eq!(call.world.network.listener_address(listener), None);
}

#[test]
fn events_say_what_a_break_has_changed() {
    let mut call = connected(1, ROLES[0]);
    call.run_for(Duration::from_secs(10));
    call.events = [Vec::new(), Vec::new()];
    let now = call.now();
    let stream = call.world.network.streams(call.hosts[0]).next().unwrap();
    call.world.network.break_stream(now, stream);
    call.connect(LIMIT);
    call.run_for(Duration::from_secs(1));
    for side in SIDES {
        let events = &call.events[side];
        let states: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::State(state) => Some(*state),
                _ => None,
            })
            .collect();
        assert_eq!(states.first(), Some(&State::Disconnected));
        assert!(matches!(
            states.last(),
            Some(State::Connected | State::Completed)
        ));
        let selected = |event: &Event| matches!(event, Event::SelectedPair { .. });
        // Who connected goes on with its pair; who listened has another remote candidate.
        assert_eq!(events.iter().any(selected), side == 1);
    }
}
