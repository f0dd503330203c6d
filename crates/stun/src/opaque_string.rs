use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// Prepares a user name, realm or password: the profile OpaqueString of PRECIS.
///
/// Printable ASCII stays as it is, without allocation. For the rest: spaces other than U+0020
/// become U+0020 and the text is normalised to form C. `None` for an empty text and for one with
/// control characters, which the profile forbids. The other classes that it forbids (characters
/// that are not assigned, old jamo, ignorable ones) are let through: both sides have to use the
/// same octets, and who uses such characters today uses them unprepared.
///
/// # Spec
///
/// RFC 8265, section 4.2; RFC 8264, section 4.3.
#[must_use]
pub fn opaque_string(text: &str) -> Option<Cow<'_, str>> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return None;
    }
    let has_space = text.chars().any(|c| c != ' ' && is_space(c));
    if text.is_ascii() || (!has_space && is_nfc(text)) {
        return Some(Cow::Borrowed(text));
    }
    Some(Cow::Owned(
        text.chars()
            .map(|c| if is_space(c) { ' ' } else { c })
            .nfc()
            .collect(),
    ))
}

/// Whether `c` is in the general category Zs.
const fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc_come_out() {
        // RFC 8265, section 4.3, table 2.
        assert_eq!(
            opaque_string("correct horse battery staple").as_deref(),
            Some("correct horse battery staple")
        );
        assert_eq!(
            opaque_string("Correct Horse Battery Staple").as_deref(),
            Some("Correct Horse Battery Staple")
        );
        assert_eq!(opaque_string("πßå").as_deref(), Some("πßå"));
        assert_eq!(
            opaque_string("Jack of \u{2666}s").as_deref(),
            Some("Jack of \u{2666}s")
        );
        assert_eq!(opaque_string("foo\u{1680}bar").as_deref(), Some("foo bar"));
        assert_eq!(opaque_string(""), None);
        assert_eq!(opaque_string("my cat is a \u{9}by"), None);
    }

    #[test]
    fn a_decomposed_text_is_composed() {
        assert_eq!(opaque_string("e\u{301}").as_deref(), Some("\u{e9}"));
    }

    #[test]
    fn ascii_is_not_copied() {
        assert!(matches!(opaque_string("secret"), Some(Cow::Borrowed(_))));
    }
}
