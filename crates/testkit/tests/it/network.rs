use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stonechat_testkit::sansio::{Datagram, Ecn, Path, SocketId};
use stonechat_testkit::{
    Dependence, DropReason, HostId, Link, Loss, Nat, NatId, Network, Ports, Realm, clock,
};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A host behind a translator, and two public ones with two sockets each.
struct Site {
    network: Network,
    nat: NatId,
    inside: HostId,
    socket: SocketId,
    now: Instant,
}

const INSIDE: &str = "10.0.0.2:5000";
const SERVERS: [&str; 3] = ["203.0.113.1:1000", "203.0.113.1:2000", "203.0.113.2:1000"];

impl Site {
    fn new(nat: Nat) -> (Self, [SocketId; 3]) {
        let now = clock::start();
        let mut network = Network::new(3, now);
        let nat = network.add_nat(Realm::Public, ip("198.51.100.1"), nat);
        let inside = network.add_host();
        network.add_address(inside, Realm::Behind(nat), ip("10.0.0.2"));
        let socket = network.open(inside, address(INSIDE)).unwrap();
        let hosts = [network.add_host(), network.add_host()];
        network.add_address(hosts[0], Realm::Public, ip("203.0.113.1"));
        network.add_address(hosts[1], Realm::Public, ip("203.0.113.2"));
        let servers = [0, 1, 2].map(|index| {
            network
                .open(hosts[index / 2], address(SERVERS[index]))
                .unwrap()
        });
        (
            Self {
                network,
                nat,
                inside,
                socket,
                now,
            },
            servers,
        )
    }

    fn send(&mut self, from: SocketId, to: SocketAddr) {
        let local = self.network.local_address(from).unwrap().ip();
        self.network
            .send(self.now, Path::new(from, local, to), Ecn::NotEct, b"x");
    }

    fn arrivals(&mut self) -> Vec<Datagram> {
        std::iter::from_fn(|| self.network.receive(self.now))
            .map(|(_, datagram)| datagram)
            .collect()
    }

    /// Where the inside socket is seen from by a server.
    fn mapped(&mut self, server: usize) -> SocketAddr {
        self.send(self.socket, address(SERVERS[server]));
        self.arrivals()[0].path().remote()
    }

    fn gets_in(&mut self, from: SocketId, to: SocketAddr) -> bool {
        self.send(from, to);
        !self.arrivals().is_empty()
    }
}

#[test]
fn the_mapping_depends_on_what_it_says() {
    use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};
    for (mapping, same_address, other_address) in [
        (EndpointIndependent, true, true),
        (AddressDependent, true, false),
        (AddressAndPortDependent, false, false),
    ] {
        let (mut site, _) = Site::new(Nat::new(mapping, EndpointIndependent));
        let first = site.mapped(0);
        assert_eq!(first, site.mapped(0), "a mapping stays");
        assert_eq!(first == site.mapped(1), same_address, "{mapping:?}");
        assert_eq!(first == site.mapped(2), other_address, "{mapping:?}");
    }
}

#[test]
fn the_filtering_depends_on_what_it_says() {
    use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};
    for (filtering, same_address, other_address) in [
        (EndpointIndependent, true, true),
        (AddressDependent, true, false),
        (AddressAndPortDependent, false, false),
    ] {
        let (mut site, servers) = Site::new(Nat::new(EndpointIndependent, filtering));
        let mapped = site.mapped(0);
        assert!(site.gets_in(servers[0], mapped));
        assert_eq!(
            site.gets_in(servers[1], mapped),
            same_address,
            "{filtering:?}"
        );
        assert_eq!(
            site.gets_in(servers[2], mapped),
            other_address,
            "{filtering:?}"
        );
    }
}

#[test]
fn nobody_gets_in_uninvited() {
    let (mut site, servers) = Site::new(Nat::full_cone());
    assert!(!site.gets_in(servers[0], address("198.51.100.1:5000")));
    assert!(
        !site.gets_in(servers[0], address(INSIDE)),
        "private addresses have no public route"
    );
    assert_eq!(site.network.trace().dropped(DropReason::Filtered), 1);
    assert_eq!(site.network.trace().dropped(DropReason::NoRoute), 1);
}

#[test]
fn a_mapping_lives_as_long_as_packets_go_out() {
    let (mut site, servers) = Site::new(Nat::full_cone());
    let mapped = site.mapped(0);
    for _ in 0..3 {
        site.now += Duration::from_secs(100);
        assert!(site.gets_in(servers[0], mapped));
        assert_eq!(site.mapped(0), mapped);
    }
    site.now += Duration::from_secs(119);
    assert!(site.gets_in(servers[0], mapped));
    site.now += Duration::from_secs(1);
    assert!(
        !site.gets_in(servers[0], mapped),
        "packets that come in do not renew it"
    );
    assert_eq!(site.network.nat_mappings(site.nat), 0);
    site.mapped(0);
    site.network.reset_nat(site.nat);
    assert!(!site.gets_in(servers[0], mapped));
}

#[test]
fn ports_are_preserved_if_they_are_free() {
    let (mut site, _) = Site::new(Nat::full_cone());
    assert_eq!(site.mapped(0).port(), 5000);
    let second = site.network.add_host();
    site.network
        .add_address(second, Realm::Behind(site.nat), ip("10.0.0.3"));
    site.socket = site.network.open(second, address("10.0.0.3:5000")).unwrap();
    assert_eq!(site.mapped(0).port(), 5001);
    let (mut site, _) = Site::new(Nat {
        ports: Ports::Random,
        ..Nat::full_cone()
    });
    assert!(site.mapped(0).port() >= 20_000);
}

#[test]
fn hairpinning_shows_the_external_address() {
    for hairpin in [true, false] {
        let (mut site, _) = Site::new(Nat {
            hairpin,
            ..Nat::full_cone()
        });
        let mapped = site.mapped(0);
        let second = site.network.add_host();
        site.network
            .add_address(second, Realm::Behind(site.nat), ip("10.0.0.3"));
        let socket = site.network.open(second, address("10.0.0.3:7000")).unwrap();
        site.send(socket, mapped);
        let arrived = site.arrivals();
        assert_eq!(arrived.len(), usize::from(hairpin));
        if let [datagram] = &arrived[..] {
            assert_eq!(datagram.path().remote(), address("198.51.100.1:7000"));
            assert_eq!(datagram.path().socket(), site.socket);
        }
        site.send(socket, address(INSIDE));
        let direct = site.arrivals();
        assert_eq!(
            direct[0].path().remote(),
            address("10.0.0.3:7000"),
            "neighbours meet directly"
        );
    }
}

#[test]
fn translators_nest() {
    let (mut site, servers) = Site::new(Nat::port_restricted());
    let inner = site.network.add_nat(
        Realm::Behind(site.nat),
        ip("10.0.0.9"),
        Nat::port_restricted(),
    );
    let deep = site.network.add_host();
    site.network
        .add_address(deep, Realm::Behind(inner), ip("192.168.0.2"));
    site.socket = site.network.open(deep, address("192.168.0.2:0")).unwrap();
    let mapped = site.mapped(0);
    assert_eq!(mapped.ip(), ip("198.51.100.1"));
    assert!(site.gets_in(servers[0], mapped));
    assert!(!site.gets_in(servers[1], mapped));
}

#[test]
fn sockets_have_their_ports_alone() {
    use stonechat_testkit::OpenError;
    let (mut site, _) = Site::new(Nat::full_cone());
    let network = &mut site.network;
    assert_eq!(
        network.open(site.inside, address(INSIDE)),
        Err(OpenError::InUse)
    );
    assert_eq!(
        network.open(site.inside, address("0.0.0.0:5000")),
        Err(OpenError::InUse)
    );
    assert_eq!(
        network.open(site.inside, address("10.0.0.7:0")),
        Err(OpenError::NoAddress)
    );
    network.close(site.socket);
    assert!(network.open(site.inside, address(INSIDE)).is_ok());
}

#[test]
fn a_host_that_is_cut_off_or_lost_its_address_hears_nothing() {
    let (mut site, servers) = Site::new(Nat::full_cone());
    let mapped = site.mapped(0);
    site.network.set_cut_off(site.inside, true);
    assert!(!site.gets_in(servers[0], mapped));
    site.network.set_cut_off(site.inside, false);
    assert!(site.gets_in(servers[0], mapped));
    site.network.remove_address(site.inside, ip("10.0.0.2"));
    assert!(!site.gets_in(servers[0], mapped));
    site.send(site.socket, address(SERVERS[0]));
    assert_eq!(site.network.trace().dropped(DropReason::NoAddress), 1);
}

#[test]
fn a_link_of_limited_rate_queues_marks_and_drops() {
    let (mut site, servers) = Site::new(Nat::full_cone());
    let link = Link {
        // 100 octets with their headers take 1 ms.
        ecn_threshold: Some(300),
        queue: 600,
        ..Link::rate(800_000, Duration::from_millis(10), Duration::ZERO)
    };
    site.network
        .set_links(site.inside, Link { queue: 600, ..link }, Link::default());
    let path = Path::new(site.socket, ip("10.0.0.2"), address(SERVERS[0]));
    for _ in 0..10 {
        site.network.send(site.now, path, Ecn::Ect0, &[0; 72]);
    }
    let mut seen = Vec::new();
    while let Some(at) = site.network.poll_timeout() {
        site.now = at;
        seen.extend(site.arrivals());
    }
    assert_eq!(seen.len(), 6);
    assert_eq!(site.network.trace().dropped(DropReason::QueueFull), 4);
    let start = clock::start();
    let millis: Vec<_> = seen
        .iter()
        .map(|it| (it.received() - start).as_millis())
        .collect();
    assert_eq!(millis, [11, 12, 13, 14, 15, 16]);
    let marks = seen
        .iter()
        .map(|it| it.ecn() == Ecn::Ce)
        .collect::<Vec<_>>();
    assert_eq!(marks, [false, false, false, true, true, true]);
    assert_eq!(seen[0].path().socket(), servers[0]);
}

#[test]
fn too_long_packets_are_lost() {
    let (mut site, _) = Site::new(Nat::full_cone());
    let path = Path::new(site.socket, ip("10.0.0.2"), address(SERVERS[0]));
    for len in [1472, 1473] {
        site.network
            .send(site.now, path, Ecn::NotEct, &vec![0; len]);
    }
    assert_eq!(site.arrivals().len(), 1);
    assert_eq!(site.network.trace().dropped(DropReason::TooLong), 1);
}

/// Shares of lost and doubled packets among many, and whether some overtook others.
fn measure(link: Link) -> (f64, usize, bool) {
    let (mut site, _) = Site::new(Nat::full_cone());
    site.network.set_links(site.inside, link, Link::default());
    let path = Path::new(site.socket, ip("10.0.0.2"), address(SERVERS[0]));
    let (count, mut seen) = (20_000_u32, Vec::new());
    for number in 0..count {
        site.now += Duration::from_millis(1);
        site.network
            .send(site.now, path, Ecn::NotEct, &number.to_be_bytes());
        seen.extend(site.arrivals());
    }
    site.now += Duration::from_secs(60);
    seen.extend(site.arrivals());
    let numbers: Vec<_> = seen.iter().map(|it| it.payload().to_vec()).collect();
    let mut distinct = numbers.clone();
    distinct.sort();
    distinct.dedup();
    let lost = 1.0 - f64::from(u32::try_from(distinct.len()).unwrap()) / f64::from(count);
    (lost, numbers.len() - distinct.len(), !numbers.is_sorted())
}

#[test]
fn links_lose_double_and_reorder_as_often_as_they_say() {
    let jitter = Duration::from_millis(30);
    let (lost, twice, reordered) = measure(Link {
        loss: Loss::Random(0.1),
        jitter,
        ..Link::default()
    });
    assert!((0.09..0.11).contains(&lost) && twice == 0 && !reordered);
    let (lost, twice, reordered) = measure(Link {
        duplicate: 0.1,
        reorder: 0.1,
        ..Link::default()
    });
    assert!(lost == 0.0 && (1800..2200).contains(&twice) && reordered);
    let (lost, ..) = measure(Link {
        loss: Loss::bursts(0.05, 8.0),
        ..Link::default()
    });
    assert!((0.035..0.065).contains(&lost), "{lost}");
    let (lost, ..) = measure(Link {
        loss: Loss::exactly([0, 19_999]),
        ..Link::default()
    });
    assert!((lost - 0.0001).abs() < 1e-9);
}

#[test]
fn a_firewall_decides_by_addresses_and_payload() {
    let (mut site, servers) = Site::new(Nat::full_cone());
    let mapped = site.mapped(0);
    site.network
        .set_firewall(|_, to, payload| to.port() != 1000 || payload != b"x");
    site.send(site.socket, address(SERVERS[0]));
    assert!(site.arrivals().is_empty());
    assert!(site.gets_in(servers[0], mapped));
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let run = |seed| {
        let now = clock::start();
        let mut network = Network::new(seed, now);
        network.record();
        let hosts = [network.add_host(), network.add_host()];
        for (host, text) in hosts.into_iter().zip(["192.0.2.1", "192.0.2.2"]) {
            network.add_address(host, Realm::Public, ip(text));
            network.set_links(host, Link::rough(), Link::rough());
        }
        let socket = network.open(hosts[0], address("192.0.2.1:1")).unwrap();
        network.open(hosts[1], address("192.0.2.2:2")).unwrap();
        let path = Path::new(socket, ip("192.0.2.1"), address("192.0.2.2:2"));
        for step in 0..200 {
            network.send(now + Duration::from_millis(step), path, Ecn::NotEct, b"x");
        }
        network.advance(now + Duration::from_secs(9));
        network.trace().to_string()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
