//! What sections say about RTCP as a whole: congestion control feedback of each stream (RFC 8888,
//! section 6), ECN (RFC 6679, section 6.1), and the round trip of receivers (RFC 3611, section 5).

use stonechat_media::{CongestionFeedback, RtcpParameters};
use stonechat_sansio::Ecn;
use stonechat_sdp::{BuildError, Media, RtcpFeedback, Section};

use crate::negotiation::extensions::ExtensionLine;
use crate::plan::CodecPlan;
use crate::session::{RtcpConfig, StreamFeedback};

/// The parameter of `a=rtcp-fb` that stands for feedback of each stream.
const FEEDBACK: &str = "ack ccfb";
/// The parameter that stands for transport-wide feedback.
const TRANSPORT_WIDE: &str = "transport-cc";
/// The header extension that goes with it.
const TRANSPORT_WIDE_NUMBER: &str =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// What one section says.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct RtcpLines {
    /// `a=rtcp-fb:* ack ccfb`
    pub(crate) stream_feedback: bool,
    /// `a=ecn-capable-rtp:`
    ecn: Option<EcnLine>,
    /// `a=rtcp-xr:`
    round_trip: Option<RoundTripLine>,
}

/// `a=ecn-capable-rtp: rtp` with its parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct EcnLine {
    /// Whether marks are set on what is sent.
    sets: bool,
    /// Whether marks of what comes are read.
    reads: bool,
    /// Whether ECT(1) is welcome.
    ect1: bool,
}

/// `a=rtcp-xr:`
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum RoundTripLine {
    /// Extended reports are known, but not that.
    Refused,
    /// `rcvr-rtt`: clocks are answered, in blocks of so many octets at most.
    Answers { max: usize },
}

impl RtcpLines {
    /// What our offer says. `in_force`: whether feedback of each stream is what we have.
    pub(crate) fn offered(config: &RtcpConfig, in_force: bool) -> Self {
        let stream_feedback = in_force || config.stream_feedback == StreamFeedback::Offer;
        Self {
            stream_feedback,
            ecn: stream_feedback.then(|| EcnLine::ours(config)),
            round_trip: config
                .receiver_round_trip
                .then_some(RoundTripLine::Answers { max: usize::MAX }),
        }
    }

    /// What our answer to a section of the peer says.
    pub(crate) fn answered(config: &RtcpConfig, offer: Section<'_>) -> Self {
        let theirs = Self::described(offer);
        let stream_feedback =
            theirs.stream_feedback && config.stream_feedback != StreamFeedback::Refuse;
        let ours = EcnLine::ours(config);
        // Marks must be good for one direction at least.
        let is_of_use = |theirs: &EcnLine| theirs.sets && ours.reads || ours.sets && theirs.reads;
        Self {
            stream_feedback,
            ecn: theirs
                .ecn
                .filter(|theirs| stream_feedback && is_of_use(theirs))
                .map(|_| ours),
            round_trip: theirs.round_trip.map(|theirs| match theirs {
                RoundTripLine::Answers { .. } if config.receiver_round_trip => {
                    RoundTripLine::Answers { max: usize::MAX }
                }
                _ => RoundTripLine::Refused,
            }),
        }
    }

    /// What a description says.
    pub(crate) fn described(section: Section<'_>) -> Self {
        let media = section.media();
        let stream_feedback = media
            .formats()
            .filter_map(|format| format.parse().ok())
            .any(|payload_type: u8| media.rtcp_fb(payload_type).any(|it| it == FEEDBACK));
        let ecn = media.attribute_values("ecn-capable-rtp").flatten().next();
        // What a section says takes the place of what the session says.
        let round_trip = media
            .attribute_values("rtcp-xr")
            .next()
            .or_else(|| section.session().attribute_values("rtcp-xr").next());
        Self {
            stream_feedback,
            ecn: ecn.and_then(EcnLine::parse),
            round_trip: round_trip.map(|value| RoundTripLine::parse(value.unwrap_or_default())),
        }
    }

    /// What both sides of an exchange agreed on.
    pub(crate) fn agreed(self, theirs: Self, config: &RtcpConfig) -> RtcpParameters {
        let per_stream = self.stream_feedback && theirs.stream_feedback;
        let marks = match (self.ecn, theirs.ecn) {
            (Some(ours), Some(theirs)) => ours.sets && theirs.reads && theirs.ect1,
            _ => false,
        };
        let answers = |line| match line {
            Some(RoundTripLine::Answers { max }) => Some(max),
            Some(RoundTripLine::Refused) | None => None,
        };
        let (ours, peers) = (answers(self.round_trip), answers(theirs.round_trip));
        RtcpParameters {
            congestion_feedback: if per_stream {
                CongestionFeedback::PerStream
            } else {
                CongestionFeedback::TransportWide
            },
            ecn: if per_stream && marks && config.ect1 {
                Ecn::Ect1
            } else {
                Ecn::NotEct
            },
            asks_round_trip: ours.is_some() && peers.is_some(),
            max_delay_block: ours.map_or(0, |_| peers.unwrap_or(usize::MAX)),
        }
    }

    /// Writes the lines that belong to no payload type.
    pub(crate) fn write(self, media: &mut Media) -> Result<(), BuildError> {
        match self.round_trip {
            Some(RoundTripLine::Answers { .. }) => {
                media.push_other("rtcp-xr", Some("rcvr-rtt=all"))?;
            }
            Some(RoundTripLine::Refused) => {
                media.push_other("rtcp-xr", Some(""))?;
            }
            None => {}
        }
        if self.stream_feedback {
            //= https://www.rfc-editor.org/rfc/rfc8888#section-6
            //# The payload type used with "ccfb" feedback MUST be the wildcard type
            media.push(RtcpFeedback::for_any(FEEDBACK))?;
        }
        if let Some(ecn) = self.ecn {
            let mode = if ecn.sets { "setread" } else { "readonly" };
            let value = format!(" rtp mode={mode}; ect=1");
            media.push_other("ecn-capable-rtp", Some(&value))?;
        }
        Ok(())
    }
}

impl EcnLine {
    const fn ours(config: &RtcpConfig) -> Self {
        Self {
            sets: config.ect1,
            reads: true,
            ect1: true,
        }
    }

    /// Reads what stands behind the colon; `None` if `rtp` is not among the methods.
    fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let (methods, parameters) = value.split_once(' ').unwrap_or((value, ""));
        methods
            .split(',')
            .any(|method| method.trim().eq_ignore_ascii_case("rtp"))
            .then_some(())?;
        let parameter = |name: &str| {
            parameters.split(';').find_map(|parameter| {
                let (key, value) = parameter.trim().split_once('=')?;
                key.eq_ignore_ascii_case(name).then_some(value.trim())
            })
        };
        let mode = parameter("mode").unwrap_or("setread");
        Some(Self {
            sets: mode != "readonly",
            reads: mode != "setonly",
            ect1: matches!(parameter("ect"), Some("1" | "random")),
        })
    }
}

impl RoundTripLine {
    fn parse(value: &str) -> Self {
        let mode = value
            .split_ascii_whitespace()
            .find_map(|parameter| parameter.strip_prefix("rcvr-rtt="));
        let Some(mode) = mode else {
            return Self::Refused;
        };
        let (mode, max) = mode.split_once(':').unwrap_or((mode, ""));
        // Only who sends answers, in either mode.
        if !matches!(mode, "all" | "sender") {
            return Self::Refused;
        }
        Self::Answers {
            max: max.parse().unwrap_or(usize::MAX),
        }
    }
}

/// Takes transport-wide feedback out of an answer.
pub(crate) fn drop_transport_wide(codecs: &mut [CodecPlan], extensions: &mut Vec<ExtensionLine>) {
    for codec in codecs {
        codec.feedback.retain(|feedback| feedback != TRANSPORT_WIDE);
    }
    extensions.retain(|line| line.plan.uri != TRANSPORT_WIDE_NUMBER);
}

/// What holds for a transport that carries sections with these parameters: feedback changes as a
/// whole.
pub(crate) fn of_transport(sections: impl Iterator<Item = RtcpParameters>) -> RtcpParameters {
    sections
        .reduce(|one, other| RtcpParameters {
            congestion_feedback: if one.congestion_feedback == other.congestion_feedback {
                one.congestion_feedback
            } else {
                CongestionFeedback::TransportWide
            },
            ecn: if one.ecn == other.ecn {
                one.ecn
            } else {
                Ecn::NotEct
            },
            asks_round_trip: one.asks_round_trip || other.asks_round_trip,
            max_delay_block: match (one.max_delay_block, other.max_delay_block) {
                (0, max) | (max, 0) => max,
                (one, other) => one.min(other),
            },
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ecn_lines_are_read_as_in_rfc_6679() {
        let line = |sets, reads, ect1| Some(EcnLine { sets, reads, ect1 });
        assert_eq!(EcnLine::parse(" rtp"), line(true, true, false));
        assert_eq!(
            EcnLine::parse(" ice,rtp,leap mode=readonly; ect=1"),
            line(false, true, true)
        );
        assert_eq!(
            EcnLine::parse("rtp ect=random; mode=setonly; other=\"1\""),
            line(true, false, true)
        );
        assert_eq!(EcnLine::parse(" ice ect=0 mode=readonly"), None);
        assert_eq!(EcnLine::parse(""), None);
    }

    #[test]
    fn round_trip_lines_are_read_as_in_rfc_3611() {
        let answers = |max| RoundTripLine::Answers { max };
        assert_eq!(RoundTripLine::parse("rcvr-rtt=all"), answers(usize::MAX));
        assert_eq!(
            RoundTripLine::parse("pkt-loss-rle=9 rcvr-rtt=sender:40 voip-metrics"),
            answers(40)
        );
        for refused in ["", "rcvr-rtt", "rcvr-rtt=none", "stat-summary=loss"] {
            assert_eq!(RoundTripLine::parse(refused), RoundTripLine::Refused);
        }
    }

    #[test]
    fn a_transport_has_what_all_its_sections_have() {
        let both = RtcpParameters {
            congestion_feedback: CongestionFeedback::PerStream,
            ecn: Ecn::Ect1,
            asks_round_trip: true,
            max_delay_block: 40,
        };
        let none = RtcpParameters::default();
        assert_eq!(of_transport([both, both].into_iter()), both);
        let mixed = of_transport([none, both].into_iter());
        assert_eq!(mixed.congestion_feedback, CongestionFeedback::TransportWide);
        assert_eq!((mixed.ecn, mixed.max_delay_block), (Ecn::NotEct, 40));
        assert_eq!(of_transport(std::iter::empty()), none);
    }
}
