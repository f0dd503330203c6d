//! `a=ptime` and `a=maxptime` (RFC 8866 sections 6.4 and 6.5).

use core::fmt;
use core::time::Duration;

use nom::bytes::complete::take_while_m_n;
use nom::character::complete::char;
use nom::combinator::{map_opt, opt};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::grammar::whole;

/// Milliseconds above 0 and below 1,000,000, with up to six decimal places.
pub(super) fn parse(value: &str) -> Result<Duration, usize> {
    whole(packet_time, value)
}

fn packet_time(input: &str) -> IResult<&str, Duration> {
    map_opt(
        (digits, opt(preceded(char('.'), digits))),
        |(whole, decimals): (&str, Option<&str>)| {
            let milliseconds = whole.parse().ok()?;
            let decimals = decimals.unwrap_or("0");
            let places = u32::try_from(decimals.len()).ok()?;
            let unit = 10_u64.checked_pow(6_u32.checked_sub(places)?)?;
            let nanoseconds = decimals.parse::<u64>().ok()?.checked_mul(unit)?;
            let time = Duration::from_millis(milliseconds)
                .checked_add(Duration::from_nanos(nanoseconds))?;
            (!time.is_zero()).then_some(time)
        },
    )
    .parse(input)
}

fn digits(input: &str) -> IResult<&str, &str> {
    take_while_m_n(1, 6, |c: char| c.is_ascii_digit()).parse(input)
}

/// Prints a time in milliseconds.
pub(super) struct Milliseconds(pub(super) Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = Duration::from_millis(u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX));
        write!(f, "{}", self.0.as_millis())?;
        match self.0.saturating_sub(whole).subsec_nanos() {
            0 => Ok(()),
            nanoseconds => {
                let decimals = alloc::format!("{nanoseconds:06}");
                write!(f, ".{}", decimals.trim_end_matches('0'))
            }
        }
    }
}
