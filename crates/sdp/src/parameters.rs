//! Parameters separated by semicolons.

use alloc::string::{String, ToString};
use core::fmt;

/// Parameters of the form `name=value;name=value`, as in `a=fmtp` and `a=rid`.
///
/// Kept as text, because some formats have parameters of another form (`0-15` of
/// telephone-event, `111/111` of red).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Parameters(String);

impl Parameters {
    /// Joins `pairs` with semicolons.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut text = String::new();
        for (name, value) in pairs {
            if !text.is_empty() {
                text.push(';');
            }
            text.push_str(name.as_ref());
            text.push('=');
            text.push_str(value.as_ref());
        }
        Self(text)
    }

    /// The parameters in order: name, and value if there is a `=`.
    ///
    /// White space around each is taken off.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0
            .split(';')
            .map(str::trim)
            .filter(|parameter| !parameter.is_empty())
            .map(|parameter| match parameter.split_once('=') {
                Some((name, value)) => (name.trim_end(), Some(value.trim_start())),
                None => (parameter, None),
            })
    }

    /// The value of the first parameter of this name; names are compared without regard to case,
    /// as media type parameters are (RFC 6838 section 4.3).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| value)
    }

    /// The text as it stands in the line.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Parameters {
    fn from(text: &str) -> Self {
        Self(text.to_string())
    }
}

impl From<String> for Parameters {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
