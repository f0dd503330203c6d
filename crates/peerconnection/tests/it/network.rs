//! Many seeds, bad links and translators: all that is reliable arrives.
//!
//! `cargo xtask sim peerconnection --seeds N` runs them for more seeds than a debug build has time
//! for.

use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::{
    Call, ChannelId, Configuration, ConnectionState, IceServer, IceTransportPolicy, Kind,
};
use stonechat_testkit::{Link, Loss, Nat, seeds};

use crate::relay_server::{PASSWORD, USERNAME};
use crate::setup::{A, B, Duo, SERVER, SIDES};

fn configuration(policy: IceTransportPolicy) -> Configuration {
    Configuration {
        ice_servers: vec![IceServer {
            urls: vec![format!("stun:{SERVER}"), format!("turn:{SERVER}")],
            username: Some(USERNAME.to_owned()),
            credential: Some(PASSWORD.to_owned()),
        }],
        ice_transport_policy: policy,
        ..Configuration::default()
    }
}

fn bad_link(seed: u64, loss: f64) -> Link {
    Link {
        delay: Duration::from_millis(5 + seed % 60),
        jitter: Duration::from_millis(seed % 11),
        loss: Loss::Random(loss),
        reorder: 0.02 * (seed % 5) as f64,
        reorder_by: Duration::from_millis(20),
        duplicate: 0.01 * (seed % 4) as f64,
        ..Link::default()
    }
}

fn nat(number: u64) -> Nat {
    match number % 3 {
        0 => Nat::full_cone(),
        1 => Nat::address_restricted(),
        _ => Nat::port_restricted(),
    }
}

fn message(number: u32) -> Bytes {
    let len = 4 + (number as usize * 977) % 5000;
    let mut data = number.to_be_bytes().to_vec();
    data.resize(len, number as u8);
    Bytes::from(data)
}

fn deliver(duo: &mut Duo, channels: [ChannelId; 2], numbers: std::ops::Range<u32>) {
    let end = numbers.end;
    for number in numbers {
        for side in SIDES {
            duo.send(side, channels[side], message(number));
        }
    }
    for side in SIDES {
        duo.wait_received(side, channels[side], end as usize);
        let received = duo.received(side, channels[side]);
        assert!(
            received.into_iter().eq((0..end).map(message)),
            "each once and in order"
        );
    }
}

#[test]
fn all_connect_and_deliver_over_bad_links_and_through_translators() {
    seeds(60, |seed| {
        let link = bad_link(seed, 0.02 * (seed % 6) as f64 / 2.0);
        let nats = [nat(seed), nat(seed / 3)];
        let configurations = [IceTransportPolicy::All; 2].map(configuration);
        let mut duo = Duo::behind(seed, nats, &link, configurations);
        if seed.is_multiple_of(4) {
            duo.add_track(A, Kind::Audio, "mic");
        }
        let channels = duo.connect_with_channel();
        deliver(&mut duo, channels, 0..20);
        assert!(duo.is_connected());
    });
}

#[test]
fn all_connect_and_deliver_through_relays() {
    seeds(20, |seed| {
        let link = bad_link(seed, 0.01 * (seed % 6) as f64);
        let nats = [Nat::symmetric(), nat(seed)];
        let policies = match seed % 3 {
            0 => [IceTransportPolicy::Relay, IceTransportPolicy::Relay],
            1 => [IceTransportPolicy::Relay, IceTransportPolicy::All],
            _ => [IceTransportPolicy::All, IceTransportPolicy::Relay],
        };
        let mut duo = Duo::behind(seed, nats, &link, policies.map(configuration));
        let channels = duo.connect_with_channel();
        deliver(&mut duo, channels, 0..20);
        for side in SIDES
            .into_iter()
            .filter(|side| policies[*side] == IceTransportPolicy::Relay)
        {
            let id = duo.session(side).transports()[0];
            let selected = |duo: &mut Duo| {
                duo.session(side)
                    .transport(id)
                    .unwrap()
                    .selected_pair
                    .is_some()
            };
            assert!(duo.run_until(Duration::from_secs(20), selected));
            let pair = duo
                .session(side)
                .transport(id)
                .unwrap()
                .selected_pair
                .unwrap();
            assert_eq!(
                pair.local.kind(),
                Some(stonechat_peerconnection::IceCandidateType::Relay)
            );
        }
    });
}

#[test]
fn a_fifth_lost_is_survived_or_a_restart_delivers_the_rest() {
    seeds(10, |seed| {
        let nats = [nat(seed), nat(seed / 3)];
        let configurations = [IceTransportPolicy::All; 2].map(configuration);
        let good = bad_link(seed, 0.0);
        let mut duo = Duo::behind(seed, nats, &good, configurations);
        let channels = duo.connect_with_channel();
        let bad = bad_link(seed, 0.2);
        for host in duo.hosts {
            // One of five is lost on its way; the other link of the way is clean.
            duo.world.network.set_links(host, bad.clone(), good.clone());
        }
        for number in 0..20 {
            for side in SIDES {
                duo.send(side, channels[side], message(number));
            }
        }
        let arrived = |duo: &mut Duo| {
            SIDES
                .into_iter()
                .all(|side| duo.received(side, channels[side]).len() >= 20)
        };
        let failed = |duo: &Duo| {
            SIDES
                .into_iter()
                .any(|side| duo.session(side).connection_state() == ConnectionState::Failed)
        };
        // A packet may be lost many times in a row, and the timeout doubles each time.
        let ended = duo.run_until(Duration::from_secs(600), |duo| arrived(duo) || failed(duo));
        assert!(ended, "neither delivered nor given up");
        if !arrived(&mut duo) {
            // Given up for want of consent (RFC 7675); signalling finds a way again.
            for host in duo.hosts {
                duo.world
                    .network
                    .set_links(host, good.clone(), good.clone());
            }
            duo.does(A, Call::RestartIce);
            duo.negotiate(A);
            assert!(duo.run_until(Duration::from_secs(60), arrived));
        }
        for side in SIDES {
            let received = duo.received(side, channels[side]);
            assert!(received.into_iter().eq((0..20).map(message)));
        }
    });
}

#[test]
fn an_outage_that_ends_consent_is_told_and_a_restart_delivers_the_rest() {
    seeds(6, |seed| {
        let link = bad_link(seed, 0.02);
        let nats = [nat(seed), nat(seed / 3)];
        let configurations = [IceTransportPolicy::All; 2].map(configuration);
        let mut duo = Duo::behind(seed, nats, &link, configurations);
        let channels = duo.connect_with_channel();
        deliver(&mut duo, channels, 0..5);
        let host = duo.hosts[B];
        duo.world.network.set_cut_off(host, true);
        for number in 5..10 {
            duo.send(A, channels[A], message(number));
        }
        let failed = |duo: &mut Duo| {
            SIDES
                .into_iter()
                .all(|side| duo.session(side).connection_state() == ConnectionState::Failed)
        };
        assert!(duo.run_until(Duration::from_secs(60), failed));
        duo.world.network.set_cut_off(host, false);
        duo.does(A, Call::RestartIce);
        duo.negotiate(A);
        duo.connect_within(Duration::from_secs(30));
        duo.wait_received(B, channels[B], 10);
        deliver_back(&mut duo, channels);
    });
}

fn deliver_back(duo: &mut Duo, channels: [ChannelId; 2]) {
    duo.send(B, channels[B], message(5));
    duo.wait_received(A, channels[A], 6);
}
