//! The rules that the lines share (RFC 8866 section 9), in nom.

use core::str::FromStr;

use nom::bytes::complete::take_while1;
use nom::character::complete::{char, digit1};
use nom::combinator::{all_consuming, map_res, verify};
use nom::{IResult, Parser};

/// Runs `parser` over the whole of `value`.
///
/// The error is the octet at which it gave up.
pub(crate) fn whole<'a, T>(
    parser: impl FnMut(&'a str) -> IResult<&'a str, T>,
    value: &'a str,
) -> Result<T, usize> {
    match all_consuming(parser).parse(value) {
        Ok((_, parsed)) => Ok(parsed),
        Err(nom::Err::Error(error) | nom::Err::Failure(error)) => {
            Err(value.len().saturating_sub(error.input.len()))
        }
        Err(nom::Err::Incomplete(_)) => Err(value.len()),
    }
}

/// `token-char`
pub(crate) fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`{|}~".contains(c)
}

/// `ice-char` (RFC 8839 section 5.1)
pub(crate) fn is_ice_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '+' || c == '/'
}

/// A character of `non-ws-string`.
pub(crate) fn is_visible(c: char) -> bool {
    c > ' ' && c != '\u{7f}'
}

/// `token`
pub(crate) fn token(input: &str) -> IResult<&str, &str> {
    take_while1(is_token_char).parse(input)
}

/// `non-ws-string`
pub(crate) fn word(input: &str) -> IResult<&str, &str> {
    take_while1(is_visible).parse(input)
}

/// `byte-string`; the line has been searched for the octets that it must not hold.
pub(crate) fn text(input: &str) -> IResult<&str, &str> {
    take_while1(|_| true).parse(input)
}

/// `SP`
pub(crate) fn space(input: &str) -> IResult<&str, char> {
    char(' ').parse(input)
}

/// Decimal digits that fit into `T`.
pub(crate) fn number<T: FromStr>(input: &str) -> IResult<&str, T> {
    map_res(digit1, str::parse).parse(input)
}

/// A payload type of RTP: 0 to 127.
pub(crate) fn payload_type(input: &str) -> IResult<&str, u8> {
    verify(number::<u8>, |value| *value < 128).parse(input)
}
