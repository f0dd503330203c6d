use std::net::SocketAddr;
use std::time::{Duration, Instant};

use stonechat_testkit::sansio::{Batch, Datagram, Ecn, Path, Transmit};
use stonechat_testkit::{HostId, Link, Machine, Nat, Network, PartyId, Realm, World, clock, seeds};

/// One end of a hole: sends to its peer's address until it hears of it. Learns its socket from the
/// network.
struct Puncher {
    peer: SocketAddr,
    path: Option<Path>,
    due: Instant,
    heard: bool,
}

impl Machine for Puncher {
    type Event = SocketAddr;

    fn handle_datagram(&mut self, _: Instant, datagram: Datagram) {
        self.heard |= datagram.payload() == b"knock";
    }

    fn handle_timeout(&mut self, _: Instant) {}

    fn poll_timeout(&self) -> Option<Instant> {
        Some(self.due)
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        let path = self.path.filter(|_| self.due <= now)?;
        for _ in 0..3 {
            out.packet(1200, |frame| frame.put_slice(b"knock").ok());
        }
        self.due = now + Duration::from_millis(100);
        out.transmit(path, Ecn::NotEct)
    }

    fn poll_event(&mut self) -> Option<SocketAddr> {
        None
    }

    fn service(&mut self, _: Instant, host: HostId, network: &mut Network) {
        if self.path.is_none() {
            let address = network.addresses(host).next().unwrap();
            let socket = network.open(host, SocketAddr::new(address, 5000)).unwrap();
            self.path = Some(Path::new(socket, address, self.peer));
        }
    }
}

fn world(seed: u64, nats: [Nat; 2]) -> (World<Puncher>, [PartyId; 2]) {
    let mut network = Network::new(seed, clock::start());
    let externals = ["198.51.100.1:5000", "198.51.100.2:5000"].map(|it| it.parse().unwrap());
    let mut index = 0;
    let hosts = nats.map(|nat| {
        let external: SocketAddr = externals[index];
        index += 1;
        let nat = network.add_nat(Realm::Public, external.ip(), nat);
        let host = network.add_host();
        network.add_address(host, Realm::Behind(nat), "10.0.0.2".parse().unwrap());
        network.set_links(host, Link::rough(), Link::rough());
        host
    });
    let mut world = World::new(network).with_segments(2);
    let mut parties = hosts.iter().zip([1, 0]).map(|(host, peer)| {
        let due = clock::start();
        world.add(
            *host,
            Puncher {
                peer: externals[peer],
                path: None,
                due,
                heard: false,
            },
        )
    });
    let parties = [parties.next().unwrap(), parties.next().unwrap()];
    (world, parties)
}

#[test]
fn holes_can_be_punched_into_cones_but_not_into_symmetric_translators() {
    seeds(10, |seed| {
        let (mut open, [a, b]) = world(seed, [Nat::port_restricted(), Nat::address_restricted()]);
        assert!(
            open.run_until(Duration::from_secs(5), |world| world[a].heard
                && world[b].heard)
        );
        assert!(open.network.trace().delivered() > 0);
        let (mut shut, [a, b]) = world(seed, [Nat::symmetric(), Nat::symmetric()]);
        assert!(
            !shut.run_until(Duration::from_secs(5), |world| world[a].heard
                || world[b].heard)
        );
        assert_eq!(shut.now() - clock::start(), Duration::from_secs(5));
        assert!(shut.events(a).is_empty());
    });
}
