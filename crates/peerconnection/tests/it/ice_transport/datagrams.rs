//! Datagrams of the application.

use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::{GatherOptions, IceTransportConfig, SendDatagramError};
use stonechat_sansio::Batch;
use stonechat_testkit::{Link, Nat};

use super::setup::{Couple, with_servers};
use crate::setup::{A, B};

fn connected(config: &IceTransportConfig) -> Couple {
    let link = Link::delay(Duration::from_millis(5));
    let mut couple = Couple::configured(1, &link, config);
    couple.begin(&GatherOptions::default());
    couple.connect();
    couple
}

fn data(octet: u8, len: usize) -> Bytes {
    Bytes::from(vec![octet; len])
}

#[test]
fn what_was_sent_arrives_in_order_with_its_lengths() {
    let mut couple = connected(&IceTransportConfig::default());
    let now = couple.now();
    let lengths = [1, 1200, 1200, 7, 1200, 1200, 300, 301, 1];
    for (number, len) in (0x40_u8..).zip(lengths) {
        couple.ice(A).send_datagram(now, data(number, len)).unwrap();
    }
    couple.run_for(Duration::from_millis(100));
    let arrived: Vec<_> = std::iter::from_fn(|| couple.ice(B).recv_datagram()).collect();
    let expected: Vec<_> = (0x40_u8..)
        .zip(lengths)
        .map(|(number, len)| data(number, len))
        .collect();
    assert_eq!(arrived, expected);
    assert_eq!(couple.ice(B).datagrams_dropped(), 0);
}

#[test]
fn equal_lengths_leave_in_one_run() {
    let mut couple = connected(&IceTransportConfig::default());
    couple.run_for(Duration::from_secs(1));
    let now = couple.now();
    for _ in 0..10 {
        couple.ice(A).send_datagram(now, data(0x80, 1000)).unwrap();
    }
    let mut buffer = Vec::new();
    let mut batch = Batch::new(&mut buffer, 64, 65_000);
    let run = couple.ice(A).poll_transmit(now, &mut batch).unwrap();
    assert_eq!(run.len(), 10_000);
    assert_eq!(run.segment_len().map(|len| len.get()), Some(1000));
}

#[test]
fn what_cannot_be_sent_is_refused_by_its_reason() {
    let mut couple = Couple::new(2, &Link::delay(Duration::from_millis(5)));
    let now = couple.now();
    let send = |couple: &mut Couple, octet, len| couple.ice(A).send_datagram(now, data(octet, len));
    assert_eq!(
        send(&mut couple, 0x80, 10),
        Err(SendDatagramError::NotConnected)
    );
    couple.begin(&GatherOptions::default());
    couple.connect();
    assert_eq!(
        send(&mut couple, 0x80, 1201),
        Err(SendDatagramError::TooLong)
    );
    assert_eq!(send(&mut couple, 0x80, 0), Err(SendDatagramError::Reserved));
    for octet in 0..=3 {
        assert_eq!(
            send(&mut couple, octet, 10),
            Err(SendDatagramError::Reserved)
        );
    }
    assert_eq!(send(&mut couple, 4, 10), Ok(()));
    couple.ice(A).stop(now);
    assert_eq!(send(&mut couple, 0x80, 10), Err(SendDatagramError::Closed));
}

#[test]
fn a_full_queue_is_told_once_when_there_is_room_again() {
    let config = IceTransportConfig {
        send_limit: 10_000,
        ..IceTransportConfig::default()
    };
    let mut couple = connected(&config);
    let now = couple.now();
    let mut sent = 0;
    while couple.ice(A).send_datagram(now, data(0x80, 1000)).is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 9);
    assert_eq!(
        couple.ice(A).send_datagram(now, data(0x80, 1000)),
        Err(SendDatagramError::Blocked)
    );
    assert!(!couple.ice(A).poll_writable());
    couple.run_for(Duration::from_millis(50));
    assert!(couple.ice(A).poll_writable());
    assert!(!couple.ice(A).poll_writable());
}

#[test]
fn what_nobody_takes_is_bounded_and_counted_the_oldest_first() {
    let config = IceTransportConfig {
        receive_limit: 4 * (1000 + 64),
        ..IceTransportConfig::default()
    };
    let mut couple = connected(&config);
    let now = couple.now();
    for number in 0x40..0x4a {
        couple
            .ice(A)
            .send_datagram(now, data(number, 1000))
            .unwrap();
    }
    couple.run_for(Duration::from_millis(100));
    let arrived: Vec<_> = std::iter::from_fn(|| couple.ice(B).recv_datagram())
        .map(|datagram| datagram[0])
        .collect();
    assert_eq!(arrived, [0x46, 0x47, 0x48, 0x49]);
    assert_eq!(couple.ice(B).datagrams_dropped(), 6);
}

#[test]
fn a_socket_that_takes_no_more_is_waited_for() {
    let mut couple = connected(&IceTransportConfig::default());
    couple.run_for(Duration::from_secs(1));
    let now = couple.now();
    couple.ice(A).send_datagram(now, data(0x80, 10)).unwrap();
    let agent = couple.ice(A).agent();
    let socket = agent.physical(&agent.send_route().unwrap()).socket();
    couple.ice(A).handle_writable(now, socket, false);
    let mut buffer = Vec::new();
    let mut batch = Batch::new(&mut buffer, 1, 1500);
    assert!(couple.ice(A).poll_transmit(now, &mut batch).is_none());
    couple.ice(A).handle_writable(now, socket, true);
    let mut batch = Batch::new(&mut buffer, 1, 1500);
    let run = couple.ice(A).poll_transmit(now, &mut batch).unwrap();
    assert_eq!(run.len(), 10);
}

#[test]
fn the_longest_one_goes_through_relays() {
    let nats = [Nat::symmetric(), Nat::symmetric()];
    let mut couple = Couple::behind(4, nats, &Link::delay(Duration::from_millis(5)));
    couple.begin(&with_servers());
    couple.connect();
    for _ in 0..3 {
        let now = couple.now();
        couple.ice(A).send_datagram(now, data(0x80, 1200)).unwrap();
        couple.run_for(Duration::from_millis(200));
        assert_eq!(couple.ice(B).recv_datagram(), Some(data(0x80, 1200)));
    }
}

#[test]
fn a_path_that_is_lost_takes_what_waits_along_and_tells_whoever_waits_for_room() {
    let config = IceTransportConfig {
        send_limit: 5_000,
        ..IceTransportConfig::default()
    };
    let mut couple = connected(&config);
    couple.run_for(Duration::from_secs(1));
    let now = couple.now();
    let agent = couple.ice(A).agent();
    let socket = agent.physical(&agent.send_route().unwrap()).socket();
    couple.ice(A).handle_writable(now, socket, false);
    while couple.ice(A).send_datagram(now, data(0x80, 1000)).is_ok() {}
    couple.ice(B).stop(now);
    couple.run_for(Duration::from_secs(20));
    assert!(!couple.ice(A).poll_writable());
    couple.run_for(Duration::from_secs(40));
    assert!(couple.ice(A).poll_writable());
    let now = couple.now();
    assert_eq!(
        couple.ice(A).send_datagram(now, data(0x80, 1000)),
        Err(SendDatagramError::NotConnected)
    );
}
