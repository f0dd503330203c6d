//! Members by their W3C names, and JSON of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The value of one member, for whoever does not know the dictionary.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A count.
    Unsigned(u64),
    /// A count that may be negative.
    Signed(i64),
    /// A number.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A text, the word of an enum, or the id of another object.
    Text(String),
    /// Numbers by name.
    Record(BTreeMap<String, f64>),
}

impl Value {
    /// The value as a number, if it is one.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a script sees doubles in the W3C API"
    )]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Unsigned(count) => Some(*count as f64),
            Self::Signed(count) => Some(*count as f64),
            Self::Number(number) => Some(*number),
            Self::Boolean(_) | Self::Text(_) | Self::Record(_) => None,
        }
    }

    /// The value as a text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn write_json(&self, out: &mut String) {
        match self {
            Self::Unsigned(count) => {
                let _ = write!(out, "{count}");
            }
            Self::Signed(count) => {
                let _ = write!(out, "{count}");
            }
            Self::Number(number) => write_number(*number, out),
            Self::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Text(text) => write_text(text, out),
            Self::Record(record) => {
                out.push('{');
                for (index, (name, number)) in record.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_text(name, out);
                    out.push(':');
                    write_number(*number, out);
                }
                out.push('}');
            }
        }
    }
}

fn write_number(number: f64, out: &mut String) {
    if number.is_finite() {
        let _ = write!(out, "{number}");
    } else {
        // JSON has no word for it.
        out.push_str("null");
    }
}

pub(super) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// The W3C name of a member: `packets_sent` is `packetsSent`.
pub(super) fn w3c_name(member: &str) -> String {
    let mut name = String::with_capacity(member.len());
    let mut upper = false;
    for character in member.trim_start_matches("r#").chars() {
        match character {
            '_' => upper = true,
            other if upper => {
                name.push(other.to_ascii_uppercase());
                upper = false;
            }
            other => name.push(other),
        }
    }
    name
}
