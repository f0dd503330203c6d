use std::net::IpAddr;

use super::PORT;
use super::message::{
    CLASS_ANY, CLASS_IN, FLAGS_RESPONSE, Message, Question, TOP_BIT, TYPE_A, TYPE_AAAA, TYPE_ANY,
    put_address, put_header, put_question,
};

/// Time to live of address records (RFC 6762, section 10), in seconds.
const TTL: u32 = 120;
/// The same for resolvers that do not speak multicast DNS (RFC 6762, section 6.7).
const LEGACY_TTL: u32 = 10;
/// Most names in a table.
const MAX_NAMES: usize = 1024;

/// The table of own names, and the answers to queries for them.
#[derive(Clone, Debug, Default)]
pub struct Responder {
    names: Vec<(String, IpAddr)>,
}

/// An answer to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The message.
    pub message: Vec<u8>,
    /// Whether it goes to the asker alone instead of to the group.
    pub unicast: bool,
}

impl Responder {
    /// A table without names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers for `name` with `address` from now on. Returns the announcement to be sent to the
    /// group, or `None` if the name is invalid or the table (1,024 names) is full.
    pub fn publish(&mut self, name: &str, address: IpAddr) -> Option<Vec<u8>> {
        let announcement = encode_records(&[(name, address)], TTL)?;
        if self.names.len() >= MAX_NAMES {
            return None;
        }
        self.names
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.names.push((name.to_ascii_lowercase(), address));
        Some(announcement)
    }

    /// Answers for `name` no more. Returns the goodbye to be sent to the group.
    pub fn withdraw(&mut self, name: &str) -> Option<Vec<u8>> {
        let at = self
            .names
            .iter()
            .position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let (name, address) = self.names.swap_remove(at);
        encode_records(&[(&name, address)], 0)
    }

    /// The answer to a received message, if it asks for a name of the table.
    ///
    /// `source_port` is the port that it came from: another one than 5353 means a resolver that
    /// wants a plain DNS answer.
    #[must_use]
    pub fn respond(&self, query: &[u8], source_port: u16) -> Option<Answer> {
        let query = Message::parse(query).ok()?;
        if query.response {
            return None;
        }
        let mut found: Vec<(&str, IpAddr)> = Vec::new();
        let mut asked: Option<&Question> = None;
        let mut unicast = true;
        for question in &query.questions {
            for (name, address) in self.names.iter().filter(|entry| matches(question, entry)) {
                unicast &= question.class & TOP_BIT != 0;
                asked.get_or_insert(question);
                if !found.contains(&(name.as_str(), *address)) {
                    found.push((name, *address));
                }
            }
        }
        let asked = asked?;
        if source_port == PORT {
            return Some(Answer {
                message: encode_records(&found, TTL)?,
                unicast,
            });
        }
        let mut message = Vec::new();
        put_header(
            &mut message,
            query.id,
            FLAGS_RESPONSE,
            1,
            u16::try_from(found.len()).ok()?,
        );
        put_question(
            &mut message,
            &asked.name,
            asked.kind,
            asked.class & !TOP_BIT,
        )?;
        for (name, address) in found {
            put_address(&mut message, name, address, CLASS_IN, LEGACY_TTL)?;
        }
        Some(Answer {
            message,
            unicast: true,
        })
    }
}

fn matches(question: &Question, (name, address): &(String, IpAddr)) -> bool {
    let class = question.class & !TOP_BIT;
    let kind = if address.is_ipv4() { TYPE_A } else { TYPE_AAAA };
    (class == CLASS_IN || class == CLASS_ANY)
        && (question.kind == kind || question.kind == TYPE_ANY)
        && question.name.eq_ignore_ascii_case(name)
}

fn encode_records(records: &[(&str, IpAddr)], ttl: u32) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    put_header(
        &mut out,
        0,
        FLAGS_RESPONSE,
        0,
        u16::try_from(records.len()).ok()?,
    );
    for (name, address) in records {
        put_address(&mut out, name, *address, CLASS_IN | TOP_BIT, ttl)?;
    }
    Some(out)
}
