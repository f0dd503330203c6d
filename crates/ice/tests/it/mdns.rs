use std::net::IpAddr;

use stonechat_ice::mdns::{self, Responder};

const NAME: &str = "9b36eaac-bb2e-49bb-bb78-21c41c499900.local";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_query_for_an_own_name_is_answered_and_understood() {
    for address in [ip("192.0.2.7"), ip("2001:db8::7")] {
        let mut responder = Responder::new();
        let announcement = responder.publish(NAME, address).unwrap();
        assert_eq!(mdns::parse_answer(&announcement, NAME), [address]);
        let query = mdns::encode_query(&NAME.to_ascii_uppercase()).unwrap();
        let answer = responder.respond(&query, mdns::PORT).unwrap();
        assert!(answer.unicast);
        assert_eq!(mdns::parse_answer(&answer.message, NAME), [address]);
        assert_eq!(&answer.message[..2], [0, 0]);
    }
}

#[test]
fn a_plain_resolver_gets_its_id_and_question_back() {
    let mut responder = Responder::new();
    responder.publish(NAME, ip("192.0.2.7")).unwrap();
    let mut query = mdns::encode_query(NAME).unwrap();
    query[0] = 0xab;
    query[1] = 0xcd;
    let answer = responder.respond(&query, 50_000).unwrap();
    assert!(answer.unicast);
    assert_eq!(&answer.message[..6], [0xab, 0xcd, 0x84, 0, 0, 1]);
    assert_eq!(mdns::parse_answer(&answer.message, NAME), [ip("192.0.2.7")]);
}

#[test]
fn other_names_and_answers_are_left_alone() {
    let mut responder = Responder::new();
    let announcement = responder.publish(NAME, ip("192.0.2.7")).unwrap();
    assert_eq!(responder.respond(&announcement, mdns::PORT), None);
    let other = mdns::encode_query("printer.local").unwrap();
    assert_eq!(responder.respond(&other, mdns::PORT), None);
    assert_eq!(
        mdns::parse_answer(&announcement, "printer.local"),
        [] as [IpAddr; 0]
    );
    let query = mdns::encode_query(NAME).unwrap();
    assert_eq!(mdns::parse_answer(&query, NAME), [] as [IpAddr; 0]);
    responder.withdraw(NAME).unwrap();
    assert_eq!(responder.respond(&query, mdns::PORT), None);
}

#[test]
fn names_that_are_no_names_make_no_query() {
    for name in ["", ".local", "a..local", &"a".repeat(64), &"a.".repeat(200)] {
        assert_eq!(mdns::encode_query(name), None, "{name}");
    }
}

#[test]
fn compressed_answers_are_understood_and_pointer_loops_are_refused() {
    let mut message = vec![0, 0, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0];
    message.extend(b"\x03abc\x05local\x00\x00\x01\x00\x01");
    message.extend(b"\xc0\x0c\x00\x01\x80\x01\x00\x00\x00\x78\x00\x04\xc0\x00\x02\x07");
    assert_eq!(mdns::parse_answer(&message, "abc.local"), [ip("192.0.2.7")]);
    for target in 12..64 {
        let mut looped = message.clone();
        looped[28] = target;
        looped[27] = 0xc0;
        let _ = mdns::parse_answer(&looped, "abc.local");
    }
    let own = [
        &[0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0][..],
        &[0xc0, 12, 0, 1],
    ]
    .concat();
    assert_eq!(mdns::parse_answer(&own, "abc.local"), [] as [IpAddr; 0]);
}

#[test]
fn every_prefix_and_every_changed_octet_is_survived() {
    let mut responder = Responder::new();
    let answer = responder.publish(NAME, ip("192.0.2.7")).unwrap();
    let query = mdns::encode_query(NAME).unwrap();
    for message in [answer, query] {
        for end in 0..message.len() {
            assert_eq!(mdns::parse_answer(&message[..end], NAME), [] as [IpAddr; 0]);
            let _ = responder.respond(&message[..end], mdns::PORT);
        }
        for at in 0..message.len() {
            for value in 0..=255 {
                let mut changed = message.clone();
                changed[at] = value;
                let _ = mdns::parse_answer(&changed, NAME);
                let _ = responder.respond(&changed, mdns::PORT);
            }
        }
    }
}

#[test]
fn candidate_names_have_the_form_of_the_draft() {
    assert!(mdns::is_candidate_name(NAME));
    for name in [
        "printer.local",
        "9b36eaac-bb2e-19bb-bb78-21c41c499900.local",
        "local",
        "",
    ] {
        assert!(!mdns::is_candidate_name(name), "{name}");
    }
}
