//! Server-reflexive discovery in virtual time.

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use bytes::BytesMut;
use stonechat_sansio::{Batch, Datagram, Ecn, Env, Path, Seed, SocketId};
use stonechat_stun::{
    Attribute, BindingClient, BindingConfig, BindingDropReason, BindingEvent, BindingFailure,
    Builder, Class, Message, Method, Schedule, TransactionId,
};

const MAPPED: &str = "203.0.113.7:4711";

struct World {
    start: Instant,
    client: BindingClient,
    buffer: Vec<u8>,
}

impl World {
    #[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
    fn new() -> Self {
        let start = Instant::now();
        let server = "192.0.2.1:3478".parse().unwrap();
        let config =
            BindingConfig::new(SocketId(1), "10.0.0.1".parse().unwrap(), server).software("test");
        let env = Env::new(
            Seed::from_u64(1),
            (start, SystemTime::UNIX_EPOCH),
            stonechat_crypto::rust::provider(),
        );
        Self {
            start,
            client: BindingClient::new(config, env, start),
            buffer: Vec::new(),
        }
    }

    fn at(&self, millis: u64) -> Instant {
        self.start + Duration::from_millis(millis)
    }

    fn request(&mut self, millis: u64) -> Option<Vec<u8>> {
        self.buffer.clear();
        let now = self.at(millis);
        let mut batch = Batch::new(&mut self.buffer, 8, 65_535);
        let transmit = self.client.poll_transmit(now, &mut batch)?;
        assert_eq!(transmit.path().remote(), "192.0.2.1:3478".parse().unwrap());
        assert_eq!(transmit.path().socket(), SocketId(1));
        Some(self.buffer.clone())
    }

    fn give(&mut self, millis: u64, from: &str, octets: &[u8]) -> Option<Datagram> {
        let path = Path::new(
            SocketId(1),
            "10.0.0.1".parse().unwrap(),
            from.parse().unwrap(),
        );
        let now = self.at(millis);
        self.client.handle_datagram(
            now,
            Datagram::new(path, Ecn::NotEct, now, BytesMut::from(octets)),
        )
    }
}

fn response(request: &[u8], attribute: Attribute<'_>, class: Class) -> Vec<u8> {
    let id = Message::parse(request).unwrap().transaction_id();
    encode(
        &Builder::new(class, Method::BINDING, id)
            .attribute(attribute)
            .fingerprint(),
    )
}

fn encode(builder: &Builder<'_>) -> Vec<u8> {
    let mut out = vec![0; builder.encoded_len()];
    builder.encode(&mut out).unwrap();
    out
}

fn mapped() -> SocketAddr {
    MAPPED.parse().unwrap()
}

#[test]
fn a_response_tells_the_address_and_the_round_trip() {
    let mut world = World::new();
    let request = world.request(0).unwrap();
    assert_eq!(Message::parse(&request).unwrap().software(), Some("test"));
    let answer = response(
        &request,
        Attribute::XorMappedAddress(mapped()),
        Class::Success,
    );
    assert_eq!(world.give(30, "192.0.2.1:3478", &answer), None);
    let round_trip = Some(Duration::from_millis(30));
    let event = BindingEvent::Mapped {
        address: mapped(),
        round_trip,
    };
    assert_eq!(world.client.poll_event(), Some(event));
    assert_eq!(world.client.poll_event(), None);
    assert_eq!(world.client.poll_timeout(), None);
    assert_eq!(world.request(60_000), None);
    assert!(world.give(70, "192.0.2.1:3478", &answer).is_some());
}

#[test]
fn an_old_server_answers_with_the_plain_address() {
    let mut world = World::new();
    let request = world.request(0).unwrap();
    let answer = response(&request, Attribute::MappedAddress(mapped()), Class::Success);
    world.give(30, "192.0.2.1:3478", &answer);
    assert!(matches!(
        world.client.poll_event(),
        Some(BindingEvent::Mapped { .. })
    ));
}

#[test]
fn a_lost_request_is_repeated_and_no_round_trip_is_claimed() {
    let mut world = World::new();
    let first = world.request(0).unwrap();
    assert_eq!(world.request(499), None);
    let second = world.request(500).unwrap();
    assert_eq!(first, second);
    let answer = response(
        &second,
        Attribute::XorMappedAddress(mapped()),
        Class::Success,
    );
    world.give(510, "192.0.2.1:3478", &answer);
    let event = BindingEvent::Mapped {
        address: mapped(),
        round_trip: None,
    };
    assert_eq!(world.client.poll_event(), Some(event));
    assert_eq!(world.client.stats().requests, 2);
}

#[test]
fn silence_ends_after_seven_requests() {
    let mut world = World::new();
    let mut times = Vec::new();
    while let Some(at) = world.client.poll_timeout() {
        let millis = u64::try_from((at - world.start).as_millis()).unwrap();
        if world.request(millis).is_some() {
            times.push(millis);
        }
    }
    assert_eq!(times, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    let failed = BindingEvent::Failed(BindingFailure::TimedOut);
    assert_eq!(world.client.poll_event(), Some(failed));
}

#[test]
fn an_error_ends_it_with_its_code_and_reason() {
    let mut world = World::new();
    let request = world.request(0).unwrap();
    let error = Attribute::ErrorCode {
        code: 500,
        reason: "no",
    };
    world.give(
        1,
        "192.0.2.1:3478",
        &response(&request, error, Class::Error),
    );
    let failed = BindingEvent::Failed(BindingFailure::Refused {
        code: 500,
        reason: "no".to_owned(),
    });
    assert_eq!(world.client.poll_event(), Some(failed));
}

#[test]
fn what_is_not_of_the_transaction_comes_back_untouched() {
    let mut world = World::new();
    let request = world.request(0).unwrap();
    let answer = response(
        &request,
        Attribute::XorMappedAddress(mapped()),
        Class::Success,
    );
    assert!(world.give(1, "192.0.2.2:3478", &answer).is_some());
    assert!(world.give(1, "192.0.2.1:3478", b"no stun").is_some());
    let other = Builder::new(
        Class::Success,
        Method::BINDING,
        TransactionId::from_bytes([0; 12]),
    )
    .attribute(Attribute::XorMappedAddress(mapped()));
    assert!(world.give(1, "192.0.2.1:3478", &encode(&other)).is_some());
    assert!(world.give(1, "192.0.2.1:3478", &request).is_some());
    assert_eq!(world.client.poll_event(), None);
    assert_eq!(world.client.stats().foreign, 3);
}

#[test]
fn a_wrong_fingerprint_and_a_malformed_message_are_dropped() {
    let mut world = World::new();
    let request = world.request(0).unwrap();
    let mut answer = response(
        &request,
        Attribute::XorMappedAddress(mapped()),
        Class::Success,
    );
    *answer.last_mut().unwrap() ^= 1;
    assert_eq!(world.give(1, "192.0.2.1:3478", &answer), None);
    answer[21] = 0x24;
    assert_eq!(world.give(1, "192.0.2.1:3478", &answer), None);
    assert_eq!(
        world
            .client
            .stats()
            .dropped(BindingDropReason::WrongFingerprint),
        1
    );
    assert_eq!(
        world.client.stats().dropped(BindingDropReason::Malformed),
        1
    );
    assert_eq!(world.client.poll_event(), None);
}

#[test]
fn time_that_goes_back_does_nothing() {
    let mut world = World::new();
    world.request(5_000).unwrap();
    let next = world.client.poll_timeout();
    assert_eq!(world.request(0), None);
    let start = world.start;
    world.client.handle_timeout(start);
    assert_eq!(world.client.poll_timeout(), next);
}

#[test]
fn a_reliable_transport_gets_one_request() {
    assert_eq!(Schedule::reliable().max_requests(), 1);
    assert_eq!(
        Schedule::reliable().wait_after(1),
        Duration::from_millis(39_500)
    );
}
