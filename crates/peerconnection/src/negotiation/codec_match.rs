//! Whether two codecs are the same (webrtc-pc, section 5.4: "codec dictionary match").

use std::collections::BTreeMap;

use super::codecs::{h264_profile, parameter};
use crate::rtp_parameters::RtpCodec;

/// What becomes of parameters in which both sides may differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Asymmetric {
    /// They have to be the same.
    Compare,
    /// They may differ.
    Ignore,
}

/// The algorithm "codec dictionary match".
pub(crate) fn matches(first: &RtpCodec, second: &RtpCodec, asymmetric: Asymmetric) -> bool {
    if !first.mime_type.eq_ignore_ascii_case(&second.mime_type)
        || first.clock_rate != second.clock_rate
        || first.channels != second.channels
    {
        return false;
    }
    let (first_line, second_line) = match (&first.sdp_fmtp_line, &second.sdp_fmtp_line) {
        (None, None) => return true,
        (Some(first), Some(second)) => (first, second),
        _ => return false,
    };
    let (Some(first_format), Some(second_format)) = (pairs(first_line), pairs(second_line)) else {
        return first_line == second_line;
    };
    if first.mime_type.eq_ignore_ascii_case("video/h264") {
        // The level is a matter of each direction, the rest is not (RFC 6184, section 8.2.2).
        let mode = |line| {
            parameter(line, "packetization-mode")
                .unwrap_or("0")
                .to_owned()
        };
        if mode(first_line) != mode(second_line)
            || h264_profile(first_line) != h264_profile(second_line)
        {
            return false;
        }
    }
    asymmetric == Asymmetric::Ignore || first_format == second_format
}

/// The parameters of a line, if it is made of keys and values.
fn pairs(line: &str) -> Option<BTreeMap<String, &str>> {
    line.split(';')
        .map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            Some((key.trim().to_ascii_lowercase(), value.trim()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codec(line: Option<&str>) -> RtpCodec {
        RtpCodec {
            mime_type: String::from("video/H264"),
            clock_rate: 90_000,
            channels: None,
            sdp_fmtp_line: line.map(str::to_owned),
        }
    }

    #[test]
    fn the_order_of_parameters_does_not_count() {
        let first = codec(Some("packetization-mode=1;profile-level-id=42e01f"));
        let second = codec(Some("profile-level-id=42e01f; packetization-mode=1"));
        assert!(matches(&first, &second, Asymmetric::Compare));
    }

    #[test]
    fn levels_may_differ_where_asymmetry_is_ignored() {
        let first = codec(Some("packetization-mode=1;profile-level-id=42e01f"));
        let second = codec(Some("packetization-mode=1;profile-level-id=42e034"));
        assert!(!matches(&first, &second, Asymmetric::Compare));
        assert!(matches(&first, &second, Asymmetric::Ignore));
        let other = codec(Some("packetization-mode=0;profile-level-id=42e01f"));
        assert!(!matches(&first, &other, Asymmetric::Ignore));
    }

    #[test]
    fn a_line_is_missing_on_both_sides_or_on_none() {
        assert!(matches(&codec(None), &codec(None), Asymmetric::Compare));
        assert!(!matches(
            &codec(None),
            &codec(Some("a=1")),
            Asymmetric::Ignore
        ));
    }

    #[test]
    fn lines_without_keys_are_compared_as_they_are() {
        let tones = |line: &str| RtpCodec {
            mime_type: String::from("audio/telephone-event"),
            clock_rate: 8_000,
            channels: None,
            sdp_fmtp_line: Some(line.to_owned()),
        };
        assert!(matches(&tones("0-15"), &tones("0-15"), Asymmetric::Ignore));
        assert!(!matches(&tones("0-15"), &tones("0-16"), Asymmetric::Ignore));
    }
}
