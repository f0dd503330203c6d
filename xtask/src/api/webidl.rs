//! What is needed of WebIDL: the interfaces, dictionaries and enums of the specifications and the
//! names of their members. Partial definitions and mixins are joined to what they extend.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

/// All definitions by name.
pub(crate) type Definitions = BTreeMap<String, Definition>;

/// What a definition is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    Interface,
    Mixin,
    Dictionary,
    Enum,
}

/// An interface, dictionary or enum with all its members.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) form: Form,
    /// What it inherits from.
    pub(crate) parent: Option<String>,
    pub(crate) members: Vec<Member>,
    /// Its extended attributes such as `Serializable`, as words.
    attributes: Vec<String>,
}

/// What a member is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Constructor,
    Method,
    /// A method that takes callbacks instead of giving a promise.
    LegacyMethod,
    Attribute {
        readonly: bool,
    },
    /// An `on..` attribute.
    Handler,
    /// A member of a dictionary.
    Field,
    /// A value of an enum.
    Value,
    /// An event, by its type: each handler has one.
    Event,
    /// What the interface is in JavaScript beyond its members.
    Plumbing,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Constructor => "constructor",
            Self::Method => "method",
            Self::LegacyMethod => "legacy method",
            Self::Attribute { .. } => "attribute",
            Self::Handler => "handler",
            Self::Field => "field",
            Self::Value => "value",
            Self::Event => "event",
            Self::Plumbing => "plumbing",
        }
    }
}

/// A member.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Its type, without spaces; of attributes and fields alone.
    pub(crate) of: String,
}

/// Reads the text of several specifications.
pub(crate) fn parse(texts: &[impl AsRef<str>]) -> Result<Definitions> {
    let mut all = Definitions::new();
    let mut includes = vec![];
    for text in texts {
        let words = words(text.as_ref())?;
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            rest = definition(rest, &mut all, &mut includes)?;
        }
    }
    for (name, mixin) in includes {
        let members = match all.get(&mixin) {
            Some(mixin) => mixin.members.clone(),
            None => foreign_mixin(&mixin)?,
        };
        let definition = all.get_mut(&name).with_context(|| name.clone())?;
        definition.members.extend(members);
    }
    all.retain(|_, definition| definition.form != Form::Mixin);
    for definition in all.values_mut() {
        definition.complete();
    }
    Ok(all)
}

/// A mixin of the Streams standard.
fn foreign_mixin(name: &str) -> Result<Vec<Member>> {
    ensure!(name == "GenericTransformStream", "{name} is not defined");
    let member = |name: &str, of: &str| Member {
        name: name.to_owned(),
        kind: Kind::Attribute { readonly: true },
        of: of.to_owned(),
    };
    Ok(vec![
        member("readable", "ReadableStream"),
        member("writable", "WritableStream"),
    ])
}

impl Definition {
    /// Overloads become one member, handlers bring their events, and what the interface is in
    /// JavaScript becomes visible.
    fn complete(&mut self) {
        let mut members: Vec<Member> = vec![];
        let add = |members: &mut Vec<Member>, name: &str, kind, of: &str| {
            let known = |member: &Member| member.name == name && member.kind == kind;
            if !members.iter().any(known) {
                members.push(Member {
                    name: name.to_owned(),
                    kind,
                    of: of.to_owned(),
                });
            }
        };
        for member in &self.members {
            add(&mut members, &member.name, member.kind, &member.of);
            if member.kind == Kind::Handler {
                let event = member.name.trim_start_matches("on");
                add(&mut members, event, Kind::Event, "");
            }
        }
        let parent = self.parent.as_deref().unwrap_or_default();
        let inherited = ["EventTarget", "Event"]
            .into_iter()
            .filter(|of| parent == *of);
        let cloned = ["Serializable", "Transferable"];
        let cloned = cloned
            .into_iter()
            .filter(|of| self.attributes.iter().any(|word| word == of));
        for name in inherited.chain(cloned) {
            add(&mut members, &format!("[{name}]"), Kind::Plumbing, "");
        }
        self.members = members;
    }
}

/// Reads one definition and gives what follows it.
fn definition<'a>(
    words: &'a [String],
    all: &mut Definitions,
    includes: &mut Vec<(String, String)>,
) -> Result<&'a [String]> {
    let (attributes, words) = extended_attributes(words);
    let mut rest = words.iter();
    let mut next = || rest.next().map(String::as_str).unwrap_or_default();
    let mut first = next();
    if first == "partial" {
        first = next();
    }
    let mut name = next().to_owned();
    let form = match first {
        "interface" if name == "mixin" => {
            name = next().to_owned();
            Form::Mixin
        }
        "interface" => Form::Interface,
        "dictionary" => Form::Dictionary,
        "enum" => Form::Enum,
        "callback" | "typedef" => return Ok(statement(words)?.1),
        interface => {
            ensure!(name == "includes", "unknown definition: {interface}");
            includes.push((interface.to_owned(), next().to_owned()));
            return Ok(statement(words)?.1);
        }
    };
    let mut parent = None;
    let mut brace = next();
    if brace == ":" {
        parent = Some(next().to_owned());
        brace = next();
    }
    ensure!(brace == "{", "{name} has no body");
    let definition = all.entry(name.clone()).or_insert_with(|| Definition {
        form,
        parent: None,
        members: vec![],
        attributes: vec![],
    });
    ensure!(definition.form == form, "{name} is two things");
    definition.parent = definition.parent.take().or(parent);
    definition.attributes.extend(attributes.iter().cloned());
    let mut rest = rest.as_slice();
    while rest.first().is_some_and(|word| word != "}") {
        let member;
        (member, rest) = match form {
            Form::Enum => value(rest)?,
            Form::Dictionary => {
                let (words, rest) = statement(rest)?;
                (field(words)?, rest)
            }
            Form::Interface | Form::Mixin => {
                let (words, rest) = statement(rest)?;
                if words.iter().any(|word| word == "maplike") {
                    definition.members.extend(maplike());
                    (None, rest)
                } else {
                    (
                        Some(interface_member(words).with_context(|| name.clone())?),
                        rest,
                    )
                }
            }
        };
        definition.members.extend(member);
    }
    ensure!(rest.len() >= 2 && rest[1] == ";", "{name} does not end");
    Ok(&rest[2..])
}

/// The words up to a semicolon, and what follows it.
fn statement(words: &[String]) -> Result<(&[String], &[String])> {
    let end = words.iter().position(|word| word == ";");
    let end = end.context("the text ends within a statement")?;
    Ok((&words[..end], &words[end + 1..]))
}

fn extended_attributes(words: &[String]) -> (&[String], &[String]) {
    if words.first().is_none_or(|word| word != "[") {
        return (&[], words);
    }
    match words.iter().position(|word| word == "]") {
        Some(end) => (&words[1..end], &words[end + 1..]),
        None => (&[], words),
    }
}

fn value(words: &[String]) -> Result<(Option<Member>, &[String])> {
    let word = words[0].strip_prefix('"').context("an enum has strings")?;
    let member = Member {
        name: word.to_owned(),
        kind: Kind::Value,
        of: String::new(),
    };
    let comma = words.get(1).is_some_and(|word| word == ",");
    Ok((Some(member), &words[1 + usize::from(comma)..]))
}

fn field(words: &[String]) -> Result<Option<Member>> {
    let (_, words) = extended_attributes(words);
    let end = words.iter().position(|word| word == "=");
    let words = &words[..end.unwrap_or(words.len())];
    let (name, of) = words.split_last().context("an empty member")?;
    let required = of.first().is_some_and(|word| word == "required");
    Ok(Some(Member {
        name: name.clone(),
        kind: Kind::Field,
        of: of[usize::from(required)..].concat(),
    }))
}

fn interface_member(words: &[String]) -> Result<Member> {
    let (_, words) = extended_attributes(words);
    let member = |name: &str, kind, of: &[String]| Member {
        name: name.to_owned(),
        kind,
        of: of.concat(),
    };
    if words.first().is_some_and(|word| word == "constructor") {
        return Ok(member("constructor", Kind::Constructor, &[]));
    }
    if let Some(at) = words.iter().take(3).position(|word| word == "attribute") {
        let (name, of) = words[at + 1..].split_last().context("an empty attribute")?;
        let kind = match of {
            [of] if of == "EventHandler" => Kind::Handler,
            _ => Kind::Attribute { readonly: at > 0 },
        };
        return Ok(member(name, kind, of));
    }
    ensure!(
        words.last().is_some_and(|word| word == ")"),
        "{} is no member",
        words.join(" ")
    );
    let mut depth = 0;
    for (at, word) in words.iter().enumerate().rev() {
        match word.as_str() {
            ")" => depth += 1,
            "(" => depth -= 1,
            _ => {}
        }
        if depth == 0 && at > 0 {
            let legacy = |word: &String| word.ends_with("Callback") || word == "VoidFunction";
            let kind = if words[at..].iter().any(legacy) {
                Kind::LegacyMethod
            } else {
                Kind::Method
            };
            return Ok(member(&words[at - 1], kind, &[]));
        }
    }
    bail!("{} is no operation", words.join(" "))
}

/// What a read-only map brings.
fn maplike() -> impl Iterator<Item = Member> {
    ["get", "has", "size", "keys", "values", "entries", "forEach"]
        .map(|name| Member {
            name: name.to_owned(),
            kind: Kind::Method,
            of: String::new(),
        })
        .into_iter()
}

/// Splits a text into identifiers, strings (with the quote before them alone) and signs.
fn words(text: &str) -> Result<Vec<String>> {
    let mut words = vec![];
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").context("a comment does not end")? + 2
        } else if first == '"' {
            let len = rest[1..].find('"').context("a string does not end")? + 1;
            words.push(rest[..len].to_owned());
            len + 1
        } else {
            let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let len = rest.find(|c| !part(c)).unwrap_or(rest.len());
            let len = if len == 0 { first.len_utf8() } else { len };
            words.push(rest[..len].to_owned());
            len
        };
        rest = rest[len..].trim_start();
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, of: &str) -> Vec<String> {
        let all = parse(&[text]).unwrap();
        let members = all[of].members.iter();
        members
            .map(|member| format!("{} {}", member.kind.as_str(), member.name))
            .collect()
    }

    #[test]
    fn the_members_of_an_interface_are_found_whatever_their_types() {
        let text = r#"
            // A comment with { and ;
            [Exposed=(Window,Worker), Transferable]
            interface A : EventTarget {
              constructor(optional B b = {});
              readonly attribute (C or sequence<D>)? one;
              [SameObject] attribute unsigned long two;
              static Promise<(C or D)> make((C or D) c, optional any[] x = []);
              attribute EventHandler ondone;
            };
            partial interface A { undefined make(); undefined make2(DoneCallback done); };
        "#;
        assert_eq!(
            names(text, "A"),
            [
                "constructor constructor",
                "attribute one",
                "attribute two",
                "method make",
                "handler ondone",
                "event done",
                "legacy method make2",
                "plumbing [EventTarget]",
                "plumbing [Transferable]",
            ]
        );
        let all = parse(&[text]).unwrap();
        let kinds: Vec<Kind> = all["A"].members[1..3].iter().map(|of| of.kind).collect();
        assert_eq!(
            kinds,
            [true, false].map(|readonly| Kind::Attribute { readonly })
        );
    }

    #[test]
    fn dictionaries_enums_and_mixins_are_read() {
        let text = r#"
            dictionary A : B { required DOMString one; [Clamp] sequence<C> two = []; double x; };
            enum E { "a-b", "", "c", };
            interface mixin M { undefined run(); };
            interface I {};
            I includes M;
            I includes GenericTransformStream;
            typedef (A or B) T;
            callback F = undefined (A a);
        "#;
        assert_eq!(names(text, "A"), ["field one", "field two", "field x"]);
        assert_eq!(names(text, "E"), ["value a-b", "value ", "value c"]);
        assert_eq!(
            names(text, "I"),
            ["method run", "attribute readable", "attribute writable"]
        );
        let all = parse(&[text]).unwrap();
        assert_eq!(all["A"].parent.as_deref(), Some("B"));
        assert_eq!(all["A"].members[1].of, "sequence<C>");
        assert!(!all.contains_key("M"));
    }

    #[test]
    fn what_is_no_webidl_is_an_error() {
        for text in [
            "interface A {",
            "interface A { readonly; };",
            "thing A {};",
            "enum E { a };",
            "interface I {}; I includes Unknown;",
            "enum E { \"a",
        ] {
            assert!(parse(&[text]).is_err(), "{text}");
        }
    }
}
