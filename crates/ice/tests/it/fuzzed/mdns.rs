//! A datagram of multicast DNS, as a question to us and as an answer to us.

use stonechat_ice::mdns::{self, Responder};

const NAME: &str = "9b36eaac-bb2e-49bb-bb78-21c41c499900.local";

pub(crate) fn run(octets: &[u8]) {
    let found = mdns::parse_answer(octets, NAME);
    assert!(found.len() <= octets.len());
    let mut responder = Responder::new();
    responder.publish(NAME, [192, 0, 2, 7].into()).unwrap();
    for port in [mdns::PORT, 50_000] {
        if let Some(answer) = responder.respond(octets, port) {
            assert!(answer.message.len() <= octets.len() + 512);
            let _ = mdns::parse_answer(&answer.message, NAME);
        }
    }
}
