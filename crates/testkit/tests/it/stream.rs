use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stonechat_testkit::sansio::SocketId;
use stonechat_testkit::{HostId, Link, Nat, Network, OpenError, Realm, StreamEvent, clock};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A client behind a translator and a server, 30 ms apart.
struct Site {
    network: Network,
    client: HostId,
    server: HostId,
    listener: SocketId,
}

fn site() -> Site {
    let mut network = Network::new(1, clock::start());
    let nat = network.add_nat(Realm::Public, ip("198.51.100.1"), Nat::symmetric());
    let (client, server) = (network.add_host(), network.add_host());
    network.add_address(client, Realm::Behind(nat), ip("10.0.0.2"));
    network.add_address(server, Realm::Public, ip("203.0.113.9"));
    let link = Link::delay(Duration::from_millis(10));
    network.set_links(client, link.clone(), link);
    let link = Link::delay(Duration::from_millis(20));
    network.set_links(server, link.clone(), link);
    let listener = network.listen(server, address("203.0.113.9:443")).unwrap();
    Site {
        network,
        client,
        server,
        listener,
    }
}

impl Site {
    fn connect(&mut self, to: &str) -> SocketId {
        let now = clock::start();
        self.network
            .connect(now, self.client, ip("10.0.0.2"), address(to))
            .unwrap()
    }

    fn run_to(&mut self, millis: u64) -> Instant {
        let now = clock::start() + Duration::from_millis(millis);
        self.network.advance(now);
        now
    }

    /// Connects both ends and takes the events of that.
    fn connected(&mut self) -> [SocketId; 2] {
        let client = self.connect("203.0.113.9:443");
        self.run_to(60);
        let connected = self.network.poll_stream(self.client).unwrap();
        assert!(matches!(connected, StreamEvent::Connected { socket, .. } if socket == client));
        let accepted = self.network.poll_stream(self.server).unwrap();
        let StreamEvent::Accepted {
            listener,
            socket,
            remote,
        } = accepted
        else {
            panic!("{accepted:?}")
        };
        assert_eq!(listener, self.listener);
        assert_eq!(remote.ip(), ip("198.51.100.1"));
        [client, socket]
    }

    fn read(&mut self, host: HostId) -> Vec<u8> {
        let mut read = Vec::new();
        while let Some(event) = self.network.poll_stream(host) {
            let StreamEvent::Data { octets, .. } = event else {
                panic!("{event:?}")
            };
            read.extend_from_slice(&octets);
        }
        read
    }
}

#[test]
fn octets_arrive_in_order_after_the_delay() {
    let mut site = site();
    let [client, server] = site.connected();
    let sent: Vec<u8> = (0..=u8::MAX).cycle().take(20_000).collect();
    let now = site.run_to(60);
    site.network.write(now, client, &sent);
    site.network.write(now, server, b"hello");
    site.run_to(89);
    assert!(site.network.poll_stream(site.server).is_none());
    site.run_to(90);
    let (client, server) = (site.client, site.server);
    assert_eq!(site.read(server), sent);
    assert_eq!(site.read(client), b"hello");
}

#[test]
fn nobody_is_reached_where_nobody_listens_or_nothing_leads() {
    let mut site = site();
    let refused = site.connect("203.0.113.9:444");
    site.connect("192.0.2.1:443");
    site.run_to(10_000);
    let events: Vec<_> = std::iter::from_fn(|| site.network.poll_stream(site.client)).collect();
    assert_eq!(events, [StreamEvent::Refused(refused)]);
    let taken = site.network.listen(site.server, address("203.0.113.9:443"));
    assert_eq!(taken, Err(OpenError::InUse));
}

#[test]
fn what_was_written_arrives_before_the_end_and_nothing_after_it() {
    let mut site = site();
    let [client, server] = site.connected();
    let now = site.run_to(60);
    site.network.write(now, client, b"last");
    site.network.close(client);
    site.network.write(now, server, b"too late");
    site.run_to(1_000);
    let events: Vec<_> = std::iter::from_fn(|| site.network.poll_stream(site.server)).collect();
    assert!(matches!(&events[..], [.., StreamEvent::Closed(of)] if *of == server));
    assert!(events.len() >= 2);
    assert!(site.network.poll_stream(site.client).is_none());
}

#[test]
fn octets_wait_for_a_host_that_is_cut_off() {
    let mut site = site();
    let [client, _] = site.connected();
    let now = site.run_to(60);
    site.network.set_cut_off(site.client, true);
    site.network.write(now, client, b"hello");
    site.run_to(5_000);
    assert!(site.network.poll_stream(site.server).is_none());
    site.network.set_cut_off(site.client, false);
    let server = site.server;
    assert_eq!(site.read(server), b"hello");
}

#[test]
fn both_ends_see_that_a_connection_broke() {
    let mut site = site();
    let [client, server] = site.connected();
    let now = site.run_to(60);
    site.network.break_stream(now, server);
    let (at_client, at_server) = (
        site.network.poll_stream(site.client),
        site.network.poll_stream(site.server),
    );
    assert_eq!(at_client, Some(StreamEvent::Closed(client)));
    assert_eq!(at_server, Some(StreamEvent::Closed(server)));
    assert_eq!(site.network.streams(site.client).count(), 0);
}
