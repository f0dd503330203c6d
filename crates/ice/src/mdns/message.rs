#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) const TYPE_A: u16 = 1;
pub(super) const TYPE_AAAA: u16 = 28;
pub(super) const TYPE_ANY: u16 = 255;
pub(super) const CLASS_IN: u16 = 1;
pub(super) const CLASS_ANY: u16 = 255;
/// "Unicast response wanted" in questions, "flush your cache" in records.
pub(super) const TOP_BIT: u16 = 0x8000;
/// Response, authoritative.
pub(super) const FLAGS_RESPONSE: u16 = 0x8400;
/// Most questions or records of a message that are looked at.
const MAX_ENTRIES: u16 = 64;
/// Longest name in its text form.
const MAX_NAME: usize = 253;
/// Most compression pointers followed in one name.
const MAX_POINTERS: usize = 16;

/// Octets that are no DNS message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The message ends too early.
    #[error("message ends too early")]
    Truncated,
    /// A name is malformed.
    #[error("name is malformed")]
    Name,
    /// More entries than are looked at.
    #[error("too many entries")]
    TooMany,
}

/// What of a message matters here.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Message {
    pub(super) id: u16,
    pub(super) response: bool,
    pub(super) questions: Vec<Question>,
    pub(super) addresses: Vec<(String, IpAddr)>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Question {
    pub(super) name: String,
    pub(super) kind: u16,
    pub(super) class: u16,
}

impl Message {
    pub(super) fn parse(octets: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader { octets, at: 0 };
        let id = reader.u16()?;
        let flags = reader.u16()?;
        let (questions, answers) = (reader.u16()?, reader.u16()?);
        let (authorities, additional) = (reader.u16()?, reader.u16()?);
        let records = answers
            .saturating_add(authorities)
            .saturating_add(additional);
        if questions > MAX_ENTRIES || records > MAX_ENTRIES {
            return Err(ParseError::TooMany);
        }
        let mut message = Self {
            id,
            response: flags & 0x8000 != 0,
            ..Self::default()
        };
        for _ in 0..questions {
            let (name, kind, class) = (reader.name()?, reader.u16()?, reader.u16()?);
            message.questions.push(Question { name, kind, class });
        }
        for _ in 0..records {
            let (name, kind, class) = (reader.name()?, reader.u16()?, reader.u16()?);
            let _ttl = (reader.u16()?, reader.u16()?);
            let len = reader.u16()?;
            let data = reader.take(usize::from(len))?;
            if class & !TOP_BIT != CLASS_IN {
                continue;
            }
            let address = match kind {
                TYPE_A => <[u8; 4]>::try_from(data)
                    .ok()
                    .map(|ip| Ipv4Addr::from(ip).into()),
                TYPE_AAAA => <[u8; 16]>::try_from(data)
                    .ok()
                    .map(|ip| Ipv6Addr::from(ip).into()),
                _ => None,
            };
            message
                .addresses
                .extend(address.map(|address| (name, address)));
        }
        Ok(message)
    }
}

#[derive(Debug)]
struct Reader<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], ParseError> {
        let end = self.at.checked_add(len).ok_or(ParseError::Truncated)?;
        let taken = self.octets.get(self.at..end).ok_or(ParseError::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn u8(&mut self) -> Result<u8, ParseError> {
        self.take(1)?.first().copied().ok_or(ParseError::Truncated)
    }

    fn u16(&mut self) -> Result<u16, ParseError> {
        Ok(u16::from_be_bytes([self.u8()?, self.u8()?]))
    }

    /// A name, lower-case, labels joined by dots. A pointer leads strictly backwards.
    fn name(&mut self) -> Result<String, ParseError> {
        let mut name = String::new();
        let mut resume = None;
        let mut pointers = 0_usize;
        loop {
            let start = self.at;
            let len = self.u8()?;
            match len {
                0 => break,
                1..=63 => {
                    let label = self.take(usize::from(len))?;
                    let label = std::str::from_utf8(label).map_err(|_| ParseError::Name)?;
                    if label.contains('.') {
                        return Err(ParseError::Name);
                    }
                    if !name.is_empty() {
                        name.push('.');
                    }
                    name.push_str(&label.to_ascii_lowercase());
                    if name.len() > MAX_NAME {
                        return Err(ParseError::Name);
                    }
                }
                0xc0..=0xff => {
                    let target = usize::from(u16::from_be_bytes([len & 0x3f, self.u8()?]));
                    pointers = pointers.saturating_add(1);
                    if target >= start || pointers > MAX_POINTERS {
                        return Err(ParseError::Name);
                    }
                    resume.get_or_insert(self.at);
                    self.at = target;
                }
                _ => return Err(ParseError::Name),
            }
        }
        if let Some(resume) = resume {
            self.at = resume;
        }
        Ok(name)
    }
}

/// Appends a header of these counts.
pub(super) fn put_header(out: &mut Vec<u8>, id: u16, flags: u16, questions: u16, answers: u16) {
    for field in [id, flags, questions, answers, 0, 0] {
        out.extend_from_slice(&field.to_be_bytes());
    }
}

/// Appends `name` without compression; `None` if it is no valid name.
pub(super) fn put_name(out: &mut Vec<u8>, name: &str) -> Option<()> {
    if name.is_empty() || name.len() > MAX_NAME {
        return None;
    }
    for label in name.split('.') {
        let len = u8::try_from(label.len())
            .ok()
            .filter(|len| (1..=63).contains(len))?;
        out.push(len);
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    Some(())
}

/// Appends a question.
pub(super) fn put_question(out: &mut Vec<u8>, name: &str, kind: u16, class: u16) -> Option<()> {
    put_name(out, name)?;
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&class.to_be_bytes());
    Some(())
}

/// Appends an address record.
pub(super) fn put_address(
    out: &mut Vec<u8>,
    name: &str,
    address: IpAddr,
    class: u16,
    ttl: u32,
) -> Option<()> {
    put_name(out, name)?;
    let (kind, v4, v6);
    let data: &[u8] = match address {
        IpAddr::V4(ip) => {
            (kind, v4) = (TYPE_A, ip.octets());
            &v4
        }
        IpAddr::V6(ip) => {
            (kind, v6) = (TYPE_AAAA, ip.octets());
            &v6
        }
    };
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&class.to_be_bytes());
    out.extend_from_slice(&ttl.to_be_bytes());
    out.extend_from_slice(&u16::try_from(data.len()).ok()?.to_be_bytes());
    out.extend_from_slice(data);
    Some(())
}
