//! Multicast DNS for candidates whose address is hidden behind a `.local` name.
//!
//! Codecs and a table of own names; the sockets (port 5353, 224.0.0.251 and ff02::fb) belong to the
//! driver.
//!
//! ```
//! use stonechat_ice::mdns::{self, Responder};
//!
//! let name = "9b36eaac-bb2e-49bb-bb78-21c41c499900.local";
//! let mut responder = Responder::new();
//! responder.publish(name, "192.0.2.7".parse().unwrap());
//!
//! let query = mdns::encode_query(name).unwrap();
//! let answer = responder.respond(&query, mdns::PORT).unwrap();
//! assert_eq!(mdns::parse_answer(&answer.message, name), ["192.0.2.7".parse::<std::net::IpAddr>().unwrap()]);
//! ```

mod message;
mod query;
mod respond;

pub use message::ParseError;
pub use query::{encode_query, parse_answer};
pub use respond::{Answer, Responder};

/// The port of multicast DNS.
pub const PORT: u16 = 5353;
/// The IPv4 group of multicast DNS.
pub const GROUP_V4: std::net::Ipv4Addr = std::net::Ipv4Addr::new(224, 0, 0, 251);
/// The IPv6 group of multicast DNS.
pub const GROUP_V6: std::net::Ipv6Addr = std::net::Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);

/// Whether `name` has the form that the mDNS candidate draft prescribes: a version 4 UUID and
/// `.local`.
#[must_use]
pub fn is_candidate_name(name: &str) -> bool {
    let Some(uuid) = name.strip_suffix(".local") else {
        return false;
    };
    uuid.len() == 36
        && uuid.bytes().enumerate().all(|(index, octet)| match index {
            8 | 13 | 18 | 23 => octet == b'-',
            14 => octet == b'4',
            _ => octet.is_ascii_hexdigit(),
        })
}

/// A fresh name: a version 4 UUID (RFC 9562, section 5.4) and `.local`.
pub(crate) fn generate_name(rng: &mut stonechat_sansio::Rng) -> String {
    let mut uuid = u128::from_be_bytes(rng.array());
    uuid = (uuid & !(0xf << 76)) | (4 << 76);
    uuid = (uuid & !(0x3 << 62)) | (2 << 62);
    let hex = format!("{uuid:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}.local",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    )
}
