//! How a name of the WebIDL is written in Rust: a rule, and a table of exceptions with reasons.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

const TABLE: &str = include_str!("../../api/names.toml");

/// The table of exceptions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Names {
    /// Interface, dictionary or enum to the type that stands for it.
    types: BTreeMap<String, Exception>,
    /// `Interface.member` to what stands for it: a member of the same type, or `Type::member`, or
    /// `Type`.
    members: BTreeMap<String, Exception>,
    /// Interface to the enum of its events.
    events: BTreeMap<String, Exception>,
    /// `Interface.member` to what tests of the sans-IO session call it.
    #[serde(default)]
    sessions: BTreeMap<String, Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    rust: String,
    reason: String,
}

impl Names {
    /// The table of this repository.
    pub(crate) fn load() -> Result<Self> {
        Self::parse(TABLE)
    }

    pub(crate) fn parse(table: &str) -> Result<Self> {
        let names: Self = toml::from_str(table).context("xtask/api/names.toml")?;
        let all = [&names.types, &names.members, &names.events, &names.sessions];
        for (name, exception) in all.into_iter().flatten() {
            ensure!(!exception.reason.is_empty(), "{name} has no reason");
        }
        Ok(names)
    }

    /// The type that stands for an interface, dictionary or enum.
    pub(crate) fn of_type(&self, name: &str) -> String {
        let exception = self.types.get(name);
        exception.map_or_else(|| type_name(name), |exception| exception.rust.clone())
    }

    /// What stands for a member, if the rule does not hold.
    pub(crate) fn of_member(&self, interface: &str, member: &str) -> Option<&str> {
        let exception = self.members.get(&format!("{interface}.{member}"));
        exception.map(|exception| exception.rust.as_str())
    }

    /// The word by which tests of the sans-IO session call a member, if it is another one.
    pub(crate) fn of_session(&self, interface: &str, member: &str) -> Option<&str> {
        let exception = self.sessions.get(&format!("{interface}.{member}"))?;
        exception.rust.rsplit("::").next()
    }

    /// The enum of the events of an interface.
    pub(crate) fn of_events(&self, interface: &str) -> Option<&str> {
        self.events
            .get(interface)
            .map(|exception| exception.rust.as_str())
    }

    /// Names in the table that are no name of the WebIDL.
    pub(crate) fn unknown(&self, known: impl Fn(&str, Option<&str>) -> bool) -> Vec<String> {
        let types = self.types.keys().chain(self.events.keys());
        let types = types.filter(|name| !known(name, None));
        let members = self.members.keys().chain(self.sessions.keys());
        let members = members.filter(|name| {
            let split = name.split_once('.');
            split.is_none_or(|(interface, member)| !known(interface, Some(member)))
        });
        types.chain(members).cloned().collect()
    }
}

/// `RTCDTMFSender` is `RtcDtmfSender`: words of capitals are written as words; one capital before
/// a word, as in `SFrame`, stays.
pub(crate) fn type_name(name: &str) -> String {
    let name = match name.strip_prefix("RTC") {
        Some(rest) => format!("Rtc{rest}"),
        None => name.to_owned(),
    };
    let letters: Vec<char> = name.chars().collect();
    let upper = |at: usize| letters.get(at).is_some_and(char::is_ascii_uppercase);
    let mut written = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let in_word =
            at > 0 && upper(at - 1) && upper(at) && (upper(at + 1) || at + 1 == letters.len());
        let second_of_two = upper(at + 1) && at > 0 && upper(at - 1);
        if in_word || second_of_two {
            written.push(letter.to_ascii_lowercase());
        } else {
            written.push(*letter);
        }
    }
    written
}

/// `insertDTMF` is `insert_dtmf`, `sdpMLineIndex` is `sdp_m_line_index`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is = |at: usize, test: fn(&char) -> bool| letters.get(at).is_some_and(test);
    let mut written = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let begins = letter.is_ascii_uppercase()
            && at > 0
            && (!is(at - 1, char::is_ascii_uppercase) || is(at + 1, char::is_ascii_lowercase));
        if begins && !written.ends_with('_') {
            written.push('_');
        }
        written.push(letter.to_ascii_lowercase());
    }
    written
}

/// `set_local_description` and `max-bundle` are `SetLocalDescription` and `MaxBundle`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut written = String::new();
    let mut begins = true;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            begins = true;
        } else if std::mem::take(&mut begins) {
            written.push(letter.to_ascii_uppercase());
        } else {
            written.push(letter);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_keep_their_words() {
        for (idl, rust) in [
            ("RTCPeerConnection", "RtcPeerConnection"),
            ("RTCDTMFSender", "RtcDtmfSender"),
            ("RTCDTMFToneChangeEvent", "RtcDtmfToneChangeEvent"),
            ("RTCRtpSFrameEncryptor", "RtcRtpSFrameEncryptor"),
            ("SFrameTransformErrorEvent", "SFrameTransformErrorEvent"),
            ("MediaStreamTrack", "MediaStreamTrack"),
            ("ULongRange", "ULongRange"),
            (
                "ConstrainDOMStringParameters",
                "ConstrainDomStringParameters",
            ),
            ("RTCError", "RtcError"),
        ] {
            assert_eq!(type_name(idl), rust);
        }
    }

    #[test]
    fn names_of_members_are_snake_case() {
        for (idl, rust) in [
            ("createDataChannel", "create_data_channel"),
            ("insertDTMF", "insert_dtmf"),
            ("sdpMLineIndex", "sdp_m_line_index"),
            ("sdpMid", "sdp_mid"),
            ("toJSON", "to_json"),
            ("keyID", "key_id"),
            ("packetsReceivedWithEct1", "packets_received_with_ect1"),
        ] {
            assert_eq!(snake_case(idl), rust);
        }
        assert_eq!(camel_case("set_local_description"), "SetLocalDescription");
        assert_eq!(camel_case("max-bundle"), "MaxBundle");
    }

    #[test]
    fn an_exception_needs_a_reason_and_a_name_that_exists() {
        let table = |reason: &str| {
            format!("[types]\nA = {{ rust = \"B\", reason = \"{reason}\" }}\n[members]\n[events]\n")
        };
        assert!(Names::parse(&table("")).is_err());
        let names = Names::parse(&table("so")).unwrap();
        assert_eq!(names.of_type("A"), "B");
        assert_eq!(names.unknown(|_, _| false), ["A"]);
        assert!(names.unknown(|_, _| true).is_empty());
        Names::load().unwrap();
    }
}
