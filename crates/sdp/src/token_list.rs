//! Words separated by spaces.

use alloc::string::{String, ToString};
use core::fmt;

/// Words separated by single spaces, as in `a=group` or `a=ice-options`.
///
/// Kept as text: a list costs as much memory as it has octets on the line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TokenList(String);

impl TokenList {
    /// The words, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|word| !word.is_empty())
    }

    /// Whether `word` is one of them.
    pub fn contains(&self, word: &str) -> bool {
        self.iter().any(|other| other == word)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The words with the spaces between them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for TokenList {
    fn from(text: &str) -> Self {
        Self(text.to_string())
    }
}

impl<S: AsRef<str>> FromIterator<S> for TokenList {
    fn from_iter<I: IntoIterator<Item = S>>(words: I) -> Self {
        let mut list = String::new();
        for word in words {
            if !list.is_empty() {
                list.push(' ');
            }
            list.push_str(word.as_ref());
        }
        Self(list)
    }
}

impl fmt::Display for TokenList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
