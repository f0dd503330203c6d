use std::net::IpAddr;

use super::message::{CLASS_IN, Message, TOP_BIT, TYPE_A, TYPE_AAAA, put_header, put_question};

/// A query for both address types of `name` that asks for a unicast answer; `None` if that is no
/// valid name.
///
/// Sent to the groups from port 5353, or from another one as a one-shot query (RFC 6762,
/// section 5.1).
#[must_use]
pub fn encode_query(name: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    put_header(&mut out, 0, 0, 2, 0);
    put_question(&mut out, name, TYPE_A, CLASS_IN | TOP_BIT)?;
    put_question(&mut out, name, TYPE_AAAA, CLASS_IN | TOP_BIT)?;
    Some(out)
}

/// The addresses that a received message gives for `name`; empty if it is no answer to that or
/// does not parse.
#[must_use]
pub fn parse_answer(message: &[u8], name: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    if let Ok(message) = Message::parse(message)
        && message.response
    {
        for (owner, address) in message.addresses {
            if owner.eq_ignore_ascii_case(name) && !found.contains(&address) {
                found.push(address);
            }
        }
    }
    found
}
