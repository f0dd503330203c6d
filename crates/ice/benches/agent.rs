//! Cost of the hot paths: a data packet in, a data packet out, and candidate text.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench may stop and measure"
)]

use std::time::{Duration, Instant, SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use stonechat_ice::{Agent, Candidate, Config, Interface, Reply, Request, Role};
use stonechat_sansio::{Batch, Datagram, Ecn, Env, Frame, Path, Seed, SocketId};

/// Two connected agents.
fn connected(mut now: Instant) -> [Agent; 2] {
    let roles = [
        (Role::Controlling, [192, 0, 2, 1]),
        (Role::Controlled, [192, 0, 2, 2]),
    ];
    let mut agents = roles.map(|(role, ip)| {
        let crypto = stonechat_crypto::rust::provider();
        let env = Env::new(
            Seed::from_u64(u64::from(ip[3])),
            (now, SystemTime::now()),
            crypto,
        );
        let mut agent = Agent::new(
            Config {
                role,
                ..Config::default()
            },
            env,
            now,
        );
        let (name, addresses) = ("eth0".to_owned(), vec![ip.into()]);
        agent.handle_interfaces(
            now,
            &[Interface {
                name,
                addresses,
                loopback: false,
                cost: 0,
            }],
        );
        agent.gather(now);
        while let Some(Request::OpenUdp { id, bind, .. }) = agent.poll_request() {
            let local = (bind, 5000).into();
            agent.handle_reply(
                now,
                id,
                Reply::Opened {
                    socket: SocketId(0),
                    local,
                },
            );
        }
        agent
    });
    for (one, other) in [(0, 1), (1, 0)] {
        let credentials = agents[other].local_credentials().clone();
        let candidates: Vec<_> = agents[other].local_candidates().cloned().collect();
        agents[one].set_remote_credentials(now, credentials);
        for candidate in candidates {
            agents[one].add_remote_candidate(now, candidate).unwrap();
        }
    }
    let mut buffer = Vec::new();
    while agents.iter().any(|agent| agent.selected_pair().is_none()) {
        now += Duration::from_millis(10);
        for (from, to) in [(0, 1), (1, 0)] {
            agents[from].handle_timeout(now);
            while let Some(sent) =
                agents[from].poll_transmit(now, &mut Batch::new(&mut buffer, 1, 1500))
            {
                let local = (sent.path().local(), 5000).into();
                let path = Path::new(SocketId(0), sent.path().remote().ip(), local);
                let datagram = Datagram::new(path, Ecn::NotEct, now, buffer[..].into());
                agents[to].handle_datagram(now, datagram);
                buffer.clear();
            }
        }
    }
    agents
}

fn data(c: &mut Criterion) {
    let now = Instant::now();
    let [mut agent, _] = connected(now);
    let path = agent.send_route().unwrap();
    let mut datagram = Some(Datagram::new(
        path,
        Ecn::NotEct,
        now,
        [0x80; 1200][..].into(),
    ));
    c.bench_function("data in", |b| {
        b.iter(|| {
            datagram = agent.handle_datagram(now, datagram.take().unwrap());
        });
    });
    let mut buffer = Vec::with_capacity(1500);
    c.bench_function("data out", |b| {
        b.iter(|| {
            buffer.clear();
            let route = agent.send_route().unwrap();
            let mut frame = Frame::new(&mut buffer, 1200);
            let mut body = frame.reserve(agent.overhead(&route)).unwrap();
            body.put_slice(&[0x80; 1000]).unwrap();
            agent.wrap(&route, &mut body).unwrap();
            body.commit();
            frame.commit();
            agent.physical(&route)
        });
    });
}

fn candidate_text(c: &mut Criterion) {
    let text = "candidate:842163049 1 udp 1677729535 203.0.113.5 50000 typ srflx raddr 0.0.0.0 \
                rport 9 generation 0 ufrag Yx3w network-cost 999";
    c.bench_function("parse candidate", |b| {
        b.iter(|| std::hint::black_box(text).parse::<Candidate>());
    });
    let candidate: Candidate = text.parse().unwrap();
    c.bench_function("print candidate", |b| b.iter(|| candidate.to_string()));
}

criterion_group!(benches, data, candidate_text);
criterion_main!(benches);
