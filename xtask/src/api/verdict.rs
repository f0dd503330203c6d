//! Which members of the WebIDL there are: an item that a Rust program reaches, and a test of it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::names::{Names, camel_case, snake_case};
use super::source::{Definition as Rust, Sources};
use super::tagged::{Tagged, Test};
use super::webidl::{Definitions, Form, Kind, Member};

/// Whether a member is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Present,
    Absent,
    Waived,
}

/// What became of a member.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) interface: String,
    pub(crate) member: String,
    pub(crate) kind: &'static str,
    pub(crate) state: State,
    /// What stands for it in Rust.
    pub(crate) rust: String,
    /// A test that exercises it.
    pub(crate) test: String,
    /// Why it is absent or waived.
    pub(crate) reason: String,
}

/// What a waived member is, and why nothing is missing without it. There is no other waiver.
const WAIVERS: &[(Applies, &str)] = &[
    (
        |member| member.kind == Kind::Handler,
        "a handler attribute: the event comes from `events()`",
    ),
    (
        |member| matches!(member.name.as_str(), "[EventTarget]" | "[Event]"),
        "the event machinery of JavaScript: `events()` gives values",
    ),
    (
        |member| matches!(member.name.as_str(), "[Serializable]" | "[Transferable]"),
        "structured cloning between JavaScript realms: handles move between threads",
    ),
    (
        |member| member.kind == Kind::LegacyMethod,
        "a legacy overload with callbacks: the method is async",
    ),
    (
        |member| member.of == "Worker",
        "the JavaScript worker that runs a transform: any task does",
    ),
    (
        |member| member.name == "transfer",
        "a list of JavaScript objects to transfer: values move",
    ),
];

/// Whether a waiver is for a member.
type Applies = fn(&Member) -> bool;

/// Judges members against the sources and the tests.
pub(crate) struct Judge<'a> {
    pub(crate) definitions: &'a Definitions,
    pub(crate) names: &'a Names,
    pub(crate) sources: &'a Sources,
    pub(crate) tagged: &'a Tagged,
}

/// An item of the Rust API that stands for a member.
struct Found {
    /// Its path.
    rust: String,
    /// Identifiers of which a test has one.
    words: Vec<String>,
    /// A string that a test may have instead.
    string: Option<String>,
}

impl Judge<'_> {
    /// A row for each member, by interface.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let members = self.definitions.iter().flat_map(|(interface, definition)| {
            definition
                .members
                .iter()
                .map(move |member| (interface, member))
        });
        members
            .map(|(interface, member)| self.row(interface, member))
            .collect()
    }

    /// Tags that are no member.
    pub(crate) fn unknown_tags(&self) -> Vec<String> {
        let unknown = self.tagged.tags().filter(|tag| match tag.split_once('.') {
            Some((interface, member)) => !self.knows(interface, Some(member)),
            None => true,
        });
        unknown.map(str::to_owned).collect()
    }

    /// Whether an interface, and a member of it or of one that it inherits from, is defined.
    pub(crate) fn knows(&self, interface: &str, member: Option<&str>) -> bool {
        let Some(definition) = self.definitions.get(interface) else {
            return false;
        };
        let Some(member) = member else { return true };
        let own = definition.members.iter().any(|of| of.name == member);
        let parent = definition.parent.as_deref();
        own || parent.is_some_and(|parent| self.knows(parent, Some(member)))
    }

    fn row(&self, interface: &str, member: &Member) -> Row {
        let mut row = Row {
            interface: interface.to_owned(),
            member: member.name.clone(),
            kind: member.kind.as_str(),
            state: State::Absent,
            rust: String::new(),
            test: String::new(),
            reason: String::new(),
        };
        if member.kind == Kind::LegacyMethod {
            row.member += " with callbacks";
        }
        let waiver = WAIVERS.iter().find(|(applies, _)| applies(member));
        let found = match (waiver, member.kind) {
            // A handler is needless only where its event is.
            (Some((_, reason)), Kind::Handler) => {
                let event = member.name.trim_start_matches("on");
                self.find_event(interface, event).inspect(|_| {
                    row.state = State::Waived;
                    row.reason = (*reason).to_owned();
                })
            }
            (Some((_, reason)), _) => {
                row.state = State::Waived;
                row.reason = (*reason).to_owned();
                return row;
            }
            (None, Kind::Event) => self.find_event(interface, &member.name),
            (None, _) => self.find(interface, member),
        };
        let found = match found {
            Ok(mut found) => {
                let session = self.names.of_session(interface, &member.name);
                found.words.extend(session.map(str::to_owned));
                found
            }
            Err(reason) => {
                row.reason = reason;
                return row;
            }
        };
        row.rust = found.rust.clone();
        if row.state == State::Absent {
            match self.test(interface, member, &found) {
                Ok(test) => {
                    row.state = State::Present;
                    row.test = test;
                }
                Err(reason) => row.reason = reason,
            }
        }
        row
    }

    /// The tests with a tag of this member: that of the interface or of one that inherits from it.
    fn test(&self, interface: &str, member: &Member, found: &Found) -> Result<String, String> {
        let mut names = vec![member.name.clone()];
        if member.kind == Kind::Event {
            names.push(format!("on{}", member.name));
        }
        let mut reason = "no test has it in its `// api:`".to_owned();
        for interface in self.heirs(interface) {
            for tag in names.iter().map(|name| format!("{interface}.{name}")) {
                for test in self.tagged.with(&tag) {
                    if mentions(test, found) {
                        return Ok(test.name.clone());
                    }
                    reason = format!(
                        "{} does not mention {}",
                        test.name,
                        found.words.join(" or ")
                    );
                }
            }
        }
        Err(reason)
    }

    /// The interface and all that inherit from it.
    fn heirs(&self, interface: &str) -> Vec<String> {
        let mut heirs = vec![interface.to_owned()];
        let mut at = 0;
        while at < heirs.len() {
            for (name, definition) in self.definitions {
                if definition.parent.as_ref() == Some(&heirs[at]) && !heirs.contains(name) {
                    heirs.push(name.clone());
                }
            }
            at += 1;
        }
        heirs
    }

    fn find(&self, interface: &str, member: &Member) -> Result<Found, String> {
        if let Some(exception) = self.names.of_member(interface, &member.name) {
            return self.find_exception(interface, member, exception);
        }
        let name = self.names.of_type(interface);
        let Some(rust) = self.sources.public(&name) else {
            return self.find_in_heirs(interface, member, format!("no type {name}"));
        };
        match find_in(&name, rust, member) {
            Ok(found) => Ok(found),
            Err(reason) => self.find_in_heirs(interface, member, reason),
        }
    }

    /// What a base dictionary has may be in each of those that inherit from it instead.
    fn find_in_heirs(
        &self,
        interface: &str,
        member: &Member,
        reason: String,
    ) -> Result<Found, String> {
        let heirs = self.definitions.iter().filter(|(_, definition)| {
            definition.form == Form::Dictionary && definition.parent.as_deref() == Some(interface)
        });
        let found: Result<Vec<Found>, String> =
            heirs.map(|(heir, _)| self.find(heir, member)).collect();
        match found {
            Ok(found) => found.into_iter().next().ok_or(reason),
            Err(of_heir)
                if self
                    .sources
                    .public(&self.names.of_type(interface))
                    .is_none() =>
            {
                Err(format!("{reason}; {of_heir}"))
            }
            Err(_) => Err(reason),
        }
    }

    fn find_exception(
        &self,
        interface: &str,
        member: &Member,
        exception: &str,
    ) -> Result<Found, String> {
        let own = self.names.of_type(interface);
        let (name, item) = match exception.rsplit_once("::") {
            Some((name, item)) => (name, Some(item)),
            None if exception.starts_with(char::is_uppercase) => (exception, None),
            None => (own.as_str(), Some(exception)),
        };
        let rust = self
            .sources
            .public(name)
            .ok_or_else(|| format!("no type {name}"))?;
        let words = match item {
            None => vec![name.to_owned(), rust.name.clone()],
            Some(item) => {
                let setter = format!("set_{item}");
                let there = rust.methods.contains(item)
                    || rust.fields.contains(item)
                    || rust.variants.contains_key(item);
                if !there {
                    return Err(format!("no {name}::{item}"));
                }
                let settable = rust.fields.contains(item) || rust.methods.contains(&setter);
                if member.kind == (Kind::Attribute { readonly: false })
                    && !settable
                    && !item.starts_with("set_")
                {
                    return Err(format!("no {name}::{setter}"));
                }
                vec![item.to_owned(), camel_case(item)]
            }
        };
        Ok(Found {
            rust: exception_path(name, item),
            words,
            string: (member.kind == Kind::Value).then(|| member.name.clone()),
        })
    }

    fn find_event(&self, interface: &str, event: &str) -> Result<Found, String> {
        let Some(name) = self.names.of_events(interface) else {
            return Err(format!("no enum of the events of {interface}"));
        };
        let rust = self
            .sources
            .public(name)
            .ok_or_else(|| format!("no enum {name}"))?;
        let variant = rust
            .variants
            .keys()
            .find(|of| of.eq_ignore_ascii_case(event));
        let variant = variant.ok_or_else(|| format!("{name} has no variant for {event}"))?;
        Ok(Found {
            rust: format!("{name}::{variant}"),
            words: vec![variant.clone()],
            string: None,
        })
    }
}

fn exception_path(name: &str, item: Option<&str>) -> String {
    match item {
        Some(item) => format!("{name}::{item}"),
        None => name.to_owned(),
    }
}

fn mentions(test: &Test, found: &Found) -> bool {
    found.words.iter().any(|word| test.mentions(word))
        || found
            .string
            .as_ref()
            .is_some_and(|text| test.has_string(text))
}

fn find_in(name: &str, rust: &Rust, member: &Member) -> Result<Found, String> {
    let found = |item: &str, words: Vec<String>| Found {
        rust: if item.is_empty() {
            name.to_owned()
        } else {
            format!("{name}::{item}")
        },
        words,
        string: (member.kind == Kind::Value).then(|| member.name.clone()),
    };
    if member.kind == Kind::Value {
        let worded = rust
            .variants
            .iter()
            .find(|(_, word)| word.as_ref() == Some(&member.name));
        let (variant, _) = worded.ok_or_else(|| format!("{name} has no \"{}\"", member.name))?;
        return Ok(found(variant, vec![variant.clone()]));
    }
    if member.kind == Kind::Constructor {
        let item = match rust.methods.contains("new") {
            true => "new",
            false if rust.literal => "",
            false => return Err(format!("no {name}::new")),
        };
        return Ok(found(item, vec![name.to_owned(), rust.name.clone()]));
    }
    let snake = snake_case(&member.name);
    // `type` is a word of Rust.
    let written: &[&str] = match snake.as_str() {
        "type" => &["type", "kind"],
        name => &[name],
    };
    let is_field = |item: &str| rust.fields.contains(item) && member.kind != Kind::Method;
    let has = |item: &str| rust.methods.contains(item) || is_field(item);
    let item = written.iter().copied().find(|item| has(item));
    let item = item.ok_or_else(|| format!("no {name}::{snake}"))?;
    let setter = format!("set_{item}");
    let writable = member.kind == (Kind::Attribute { readonly: false });
    if writable && !is_field(item) && !rust.methods.contains(&setter) {
        return Err(format!("no {name}::{setter}"));
    }
    Ok(found(item, vec![item.to_owned(), camel_case(item), setter]))
}

/// The counts of present, absent and waived members.
pub(crate) fn counts(rows: &[Row]) -> [usize; 3] {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.state as usize).or_default() += 1;
    }
    [State::Present, State::Absent, State::Waived]
        .map(|state| counts.get(&(state as usize)).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests;
