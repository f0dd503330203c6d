//! The attributes of ICE (RFC 8839 section 5).

use alloc::string::{String, ToString};
use core::time::Duration;

use nom::bytes::complete::take_while_m_n;
use nom::combinator::{recognize, verify};
use nom::multi::separated_list1;
use nom::{IResult, Parser};

use crate::grammar::{is_ice_char, number, space, text, whole, word};
use crate::token_list::TokenList;

/// `a=candidate`, whose grammar is the ICE layer's.
pub(super) fn candidate(value: &str) -> Result<String, usize> {
    whole(text, value).map(ToString::to_string)
}

/// `a=ice-ufrag`
pub(super) fn username_fragment(value: &str) -> Result<String, usize> {
    whole(|input| ice_chars(4, input), value)
}

/// `a=ice-pwd`
pub(super) fn password(value: &str) -> Result<String, usize> {
    whole(|input| ice_chars(22, input), value)
}

fn ice_chars(least: usize, input: &str) -> IResult<&str, String> {
    take_while_m_n(least, 256, is_ice_char)
        .map(ToString::to_string)
        .parse(input)
}

/// `a=ice-options`
pub(super) fn options(value: &str) -> Result<TokenList, usize> {
    whole(
        |input| {
            recognize(separated_list1(space, word))
                .map(TokenList::from)
                .parse(input)
        },
        value,
    )
}

/// `a=ice-pacing`: up to ten digits of milliseconds.
pub(super) fn pacing(value: &str) -> Result<Duration, usize> {
    whole(
        |input| {
            verify(number::<u64>, |milliseconds| *milliseconds < 10_000_000_000)
                .map(Duration::from_millis)
                .parse(input)
        },
        value,
    )
}
