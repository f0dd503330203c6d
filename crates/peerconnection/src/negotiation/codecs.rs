//! Codecs: what we offer and accept, and what is left after an exchange (RFC 8829, section 5;
//! RFC 3264, section 6.1).

use stonechat_rtp::extension::{DependencyDescriptor, ExtensionValue as _};
use stonechat_sdp::Media;

use crate::error::{Error, ErrorName};
use crate::id::Kind;
use crate::negotiation::codec_match::{self, Asymmetric};
use crate::plan::CodecPlan;
use crate::rtp_parameters::{
    RtpCapabilities, RtpCodec, RtpCodecParameters, RtpHeaderExtensionCapability,
};
use crate::session::call::Direction;

/// A codec that we offer and accept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Codec {
    /// The payload type in our offers.
    pub payload_type: u8,
    /// The encoding name, such as `VP8`.
    pub name: &'static str,
    /// The RTP clock in Hz.
    pub clock_rate: u32,
    /// Channels, for audio of more than one.
    pub channels: Option<u8>,
    /// The format parameters, `a=1;b=2`; may be empty.
    pub parameters: &'static str,
    /// The feedback that we give and take, such as `nack pli`.
    pub feedback: &'static [&'static str],
    /// The payload type of retransmissions in our offers (RFC 4588).
    pub rtx: Option<u8>,
    /// Whether it can be sent, received, or both.
    pub direction: Direction,
}

/// A header extension that we know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HeaderExtension {
    /// Its name (RFC 8285).
    pub uri: &'static str,
    /// How it is offered; [`Direction::Stopped`]: only if the application asks for it.
    pub direction: Direction,
}

/// The codecs and header extensions of a session, the preferred first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MediaEngine {
    /// Audio codecs.
    pub audio: Vec<Codec>,
    /// Video codecs.
    pub video: Vec<Codec>,
    /// Header extensions of audio.
    pub audio_extensions: Vec<HeaderExtension>,
    /// Header extensions of video.
    pub video_extensions: Vec<HeaderExtension>,
}

/// The header extension that bundled sections cannot do without (RFC 9143, section 9.1).
pub(crate) const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";

const AUDIO_FEEDBACK: &[&str] = &["transport-cc"];
const VIDEO_FEEDBACK: &[&str] = &["transport-cc", "ccm fir", "nack", "nack pli"];

impl Default for MediaEngine {
    /// Opus, PCMU, PCMA, comfort noise and tones; VP8, H.264 in the profiles of browsers
    /// (RFC 7874, RFC 7742) and AV1 of profile 0.
    fn default() -> Self {
        let audio = |payload_type, name, clock_rate, channels, parameters| Codec {
            payload_type,
            name,
            clock_rate,
            channels,
            parameters,
            feedback: AUDIO_FEEDBACK,
            rtx: None,
            direction: Direction::SendRecv,
        };
        let plain = |payload_type, name, clock_rate, parameters| Codec {
            feedback: &[],
            ..audio(payload_type, name, clock_rate, None, parameters)
        };
        let video = |payload_type, name, parameters| Codec {
            payload_type,
            name,
            clock_rate: 90_000,
            channels: None,
            parameters,
            feedback: VIDEO_FEEDBACK,
            rtx: Some(payload_type + 1),
            direction: Direction::SendRecv,
        };
        let extension = |uri| HeaderExtension {
            uri,
            direction: Direction::SendRecv,
        };
        Self {
            audio: vec![
                audio(111, "opus", 48_000, Some(2), "minptime=10;useinbandfec=1"),
                audio(0, "PCMU", 8_000, None, ""),
                audio(8, "PCMA", 8_000, None, ""),
                plain(13, "CN", 8_000, ""),
                plain(110, "telephone-event", 48_000, "0-15"),
                plain(126, "telephone-event", 8_000, "0-15"),
            ],
            video: vec![
                video(96, "VP8", ""),
                video(
                    102,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
                ),
                video(
                    104,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f",
                ),
                video(
                    106,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
                ),
                video(
                    108,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f",
                ),
                video(
                    112,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f",
                ),
                video(
                    114,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=4d001f",
                ),
                video(
                    116,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f",
                ),
                video(
                    118,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=64001f",
                ),
                video(45, "AV1", "level-idx=5;profile=0;tier=0"),
            ],
            audio_extensions: vec![
                extension("urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
                extension("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
                extension(
                    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
                ),
                extension(MID),
                // Mixers are rare: it is there for who expects one.
                HeaderExtension {
                    uri: "urn:ietf:params:rtp-hdrext:csrc-audio-level",
                    direction: Direction::Stopped,
                },
            ],
            video_extensions: vec![
                extension("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
                extension("urn:3gpp:video-orientation"),
                extension(
                    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
                ),
                extension(MID),
                extension("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
                extension("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
                extension(DependencyDescriptor::URI),
            ],
        }
    }
}

impl MediaEngine {
    /// The codecs of `kind`.
    #[must_use]
    pub fn codecs(&self, kind: Kind) -> &[Codec] {
        match kind {
            Kind::Audio => &self.audio,
            Kind::Video => &self.video,
        }
    }

    /// The header extensions of `kind`.
    #[must_use]
    pub fn extensions(&self, kind: Kind) -> &[HeaderExtension] {
        match kind {
            Kind::Audio => &self.audio_extensions,
            Kind::Video => &self.video_extensions,
        }
    }

    /// The codecs that `setCodecPreferences` may choose from: what can be sent or received, with
    /// one entry for retransmissions.
    #[must_use]
    pub fn capabilities(&self, kind: Kind) -> Vec<RtpCodec> {
        self.codec_capabilities(kind, |_| true)
    }

    /// `RTCRtpSender.getCapabilities()`.
    #[must_use]
    pub fn send_capabilities(&self, kind: Kind) -> RtpCapabilities {
        RtpCapabilities {
            codecs: self.codec_capabilities(kind, Direction::sends),
            header_extensions: self.extension_capabilities(kind),
        }
    }

    /// `RTCRtpReceiver.getCapabilities()`.
    #[must_use]
    pub fn receive_capabilities(&self, kind: Kind) -> RtpCapabilities {
        RtpCapabilities {
            codecs: self.codec_capabilities(kind, Direction::receives),
            header_extensions: self.extension_capabilities(kind),
        }
    }

    fn codec_capabilities(&self, kind: Kind, fits: impl Fn(Direction) -> bool) -> Vec<RtpCodec> {
        let fitting = || {
            self.codecs(kind)
                .iter()
                .filter(|codec| fits(codec.direction))
        };
        let mut codecs: Vec<_> = fitting().map(|codec| codec.capability(kind)).collect();
        if let Some(repaired) = fitting().find(|codec| codec.rtx.is_some()) {
            codecs.push(RtpCodec {
                mime_type: rtx_type(kind),
                clock_rate: repaired.clock_rate,
                ..RtpCodec::default()
            });
        }
        codecs
    }

    /// The header extensions as a transceiver begins with them.
    pub(crate) fn extension_capabilities(&self, kind: Kind) -> Vec<RtpHeaderExtensionCapability> {
        self.extensions(kind)
            .iter()
            .map(|extension| RtpHeaderExtensionCapability {
                uri: extension.uri.to_owned(),
                direction: extension.direction,
            })
            .collect()
    }

    /// The codecs that an application chose, in its order: each once, with retransmissions if
    /// they were chosen as well (webrtc-pc, `setCodecPreferences`).
    pub(crate) fn select(&self, kind: Kind, chosen: &[RtpCodec]) -> Result<Vec<Codec>, Error> {
        let capabilities = self.capabilities(kind);
        let refused = |text: String| Err(Error::new(ErrorName::InvalidModificationError, text));
        for codec in chosen {
            let known = capabilities
                .iter()
                .any(|other| codec_match::matches(codec, other, Asymmetric::Compare));
            if !known {
                return refused(format!("{} is not among the capabilities", codec.mime_type));
            }
        }
        let is_rtx = |codec: &RtpCodec| codec.mime_type.eq_ignore_ascii_case(&rtx_type(kind));
        let with_rtx = chosen.iter().any(is_rtx);
        let mut selected: Vec<Codec> = Vec::new();
        for wanted in chosen {
            let codec = self.codecs(kind).iter().find(|codec| {
                codec_match::matches(wanted, &codec.capability(kind), Asymmetric::Compare)
            });
            let Some(codec) = codec else { continue };
            let rtx = codec.rtx.filter(|_| with_rtx);
            let codec = Codec {
                rtx,
                ..codec.clone()
            };
            if !selected.contains(&codec) {
                selected.push(codec);
            }
        }
        let carries_media =
            |codec: &Codec| is_primary(codec.name) || codec.name == "telephone-event";
        if chosen.is_empty() || selected.iter().any(carries_media) {
            return Ok(selected);
        }
        refused(String::from(
            "retransmission, redundancy and comfort noise go with another codec",
        ))
    }
}

/// Whether a codec of this name carries media of its own: neither comfort noise, tones,
/// redundancy nor repair.
pub(crate) fn is_primary(name: &str) -> bool {
    const OTHERS: [&str; 6] = [
        "rtx",
        "red",
        "ulpfec",
        "flexfec-03",
        "CN",
        "telephone-event",
    ];
    !OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name))
}

fn rtx_type(kind: Kind) -> String {
    format!("{}/rtx", kind.as_str())
}

/// Codecs as parameters show them: retransmissions behind what they repair.
pub(crate) fn parameters_of(kind: Kind, plans: &[CodecPlan]) -> Vec<RtpCodecParameters> {
    let mut codecs = Vec::new();
    for plan in plans {
        codecs.push(plan.parameters_of(kind));
        if let Some(rtx) = plan.rtx {
            codecs.push(RtpCodecParameters {
                payload_type: rtx,
                codec: RtpCodec {
                    mime_type: rtx_type(kind),
                    clock_rate: plan.clock_rate,
                    channels: None,
                    sdp_fmtp_line: Some(format!("apt={}", plan.payload_type)),
                },
            });
        }
    }
    codecs
}

impl CodecPlan {
    pub(crate) fn parameters_of(&self, kind: Kind) -> RtpCodecParameters {
        RtpCodecParameters {
            payload_type: self.payload_type,
            codec: RtpCodec {
                mime_type: format!("{}/{}", kind.as_str(), self.name),
                clock_rate: self.clock_rate,
                channels: channels(kind, self.channels),
                sdp_fmtp_line: (!self.parameters.is_empty()).then(|| self.parameters.clone()),
            },
        }
    }
}

/// Audio says how many channels it has, also if it is one.
fn channels(kind: Kind, channels: u8) -> Option<u16> {
    (kind == Kind::Audio).then_some(u16::from(channels))
}

impl Codec {
    /// As an application sees it.
    #[must_use]
    pub fn capability(&self, kind: Kind) -> RtpCodec {
        RtpCodec {
            mime_type: format!("{}/{}", kind.as_str(), self.name),
            clock_rate: self.clock_rate,
            channels: channels(kind, self.channels.unwrap_or(1)),
            sdp_fmtp_line: (!self.parameters.is_empty()).then(|| self.parameters.to_owned()),
        }
    }

    /// As our offer has it.
    pub(crate) fn offered(&self) -> CodecPlan {
        CodecPlan {
            payload_type: self.payload_type,
            name: self.name.to_owned(),
            clock_rate: self.clock_rate,
            channels: self.channels.unwrap_or(1),
            parameters: self.parameters.to_owned(),
            feedback: self
                .feedback
                .iter()
                .map(|&feedback| feedback.to_owned())
                .collect(),
            rtx: self.rtx,
        }
    }

    fn matches(&self, other: &CodecPlan) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
            && self.clock_rate == other.clock_rate
            && self.channels.unwrap_or(1) == other.channels
            && (!self.name.eq_ignore_ascii_case("H264")
                || h264_matches(self.parameters, &other.parameters))
    }
}

/// The codecs that a section of the peer names, in its order, each with its own retransmission.
pub(crate) fn described(section: &Media) -> Vec<CodecPlan> {
    let mut codecs = Vec::new();
    for format in section.formats() {
        let Ok(payload_type) = format.parse::<u8>() else {
            continue;
        };
        if payload_type > 127 {
            continue;
        }
        let Some((name, clock_rate, channels)) = mapping(section, payload_type) else {
            continue;
        };
        if name.eq_ignore_ascii_case("rtx") {
            continue;
        }
        let feedback = section.rtcp_fb(payload_type).map(str::to_owned).collect();
        codecs.push(CodecPlan {
            payload_type,
            name,
            clock_rate,
            channels,
            parameters: section
                .fmtp(payload_type)
                .map(|fmtp| fmtp.parameters.as_str().to_owned())
                .unwrap_or_default(),
            feedback,
            rtx: retransmission_of(section, payload_type),
        });
    }
    codecs
}

/// What a payload type stands for: by its `rtpmap`, or by RFC 3551 if it has none.
fn mapping(section: &Media, payload_type: u8) -> Option<(String, u32, u8)> {
    let map = section
        .rtpmaps()
        .find(|map| map.payload_type == payload_type);
    if let Some(map) = map {
        return Some((
            map.encoding.to_string(),
            map.clock_rate,
            map.channels.unwrap_or(1),
        ));
    }
    match payload_type {
        0 => Some((String::from("PCMU"), 8_000, 1)),
        8 => Some((String::from("PCMA"), 8_000, 1)),
        13 => Some((String::from("CN"), 8_000, 1)),
        _ => None,
    }
}

fn retransmission_of(section: &Media, payload_type: u8) -> Option<u8> {
    section
        .rtpmaps()
        .filter(|map| map.is_encoding("rtx"))
        .find(|map| {
            let apt = section
                .fmtp(map.payload_type)
                .and_then(|fmtp| fmtp.parameters.get("apt")?.parse::<u8>().ok());
            apt == Some(payload_type)
        })
        .map(|map| map.payload_type)
}

/// What is left of `theirs` when only `ours` are spoken: their payload types, our parameters,
/// the feedback of both. In the peer's order, or in ours if `prefer_ours`.
pub(crate) fn common(ours: &[Codec], theirs: &[CodecPlan], prefer_ours: bool) -> Vec<CodecPlan> {
    let talk = |codec: &Codec, other: &CodecPlan| {
        codec.matches(other) && !has_closer(codec.name, codec.parameters, other, theirs)
    };
    let meet = |codec: &Codec, other: &CodecPlan| CodecPlan {
        payload_type: other.payload_type,
        name: codec.name.to_owned(),
        clock_rate: codec.clock_rate,
        channels: other.channels,
        parameters: codec.parameters.to_owned(),
        feedback: codec
            .feedback
            .iter()
            .filter(|feedback| other.has_feedback(feedback))
            .map(|&feedback| feedback.to_owned())
            .collect(),
        rtx: codec.rtx.and(other.rtx),
    };
    if prefer_ours {
        ours.iter()
            .filter_map(|codec| {
                theirs
                    .iter()
                    .find(|other| talk(codec, other))
                    .map(|other| meet(codec, other))
            })
            .collect()
    } else {
        theirs
            .iter()
            .filter_map(|other| {
                ours.iter()
                    .find(|codec| talk(codec, other))
                    .map(|codec| meet(codec, other))
            })
            .collect()
    }
}

/// What we may receive after our offer was answered: our payload types, as far as the answer
/// kept the codec.
pub(crate) fn kept(offered: &[CodecPlan], answered: &[CodecPlan]) -> Vec<CodecPlan> {
    offered
        .iter()
        .filter_map(|ours| {
            let theirs = answered
                .iter()
                .find(|theirs| is_answer_to(theirs, ours, offered))?;
            Some(CodecPlan {
                feedback: ours
                    .feedback
                    .iter()
                    .filter(|feedback| theirs.has_feedback(feedback))
                    .cloned()
                    .collect(),
                rtx: ours.rtx.filter(|_| theirs.rtx.is_some()),
                ..ours.clone()
            })
        })
        .collect()
}

/// What an answer of ours has, with the parameters of the offer that it answers: what the peer
/// wants to be sent.
pub(crate) fn with_parameters_of(answered: &[CodecPlan], offer: &Media) -> Vec<CodecPlan> {
    answered
        .iter()
        .map(|codec| {
            let theirs = offer.fmtp(codec.payload_type);
            CodecPlan {
                parameters: theirs
                    .map(|fmtp| fmtp.parameters.as_str().to_owned())
                    .unwrap_or_default(),
                ..codec.clone()
            }
        })
        .collect()
}

/// What we may send after our offer was answered: the payload types of the answer.
pub(crate) fn accepted(offered: &[CodecPlan], answered: &[CodecPlan]) -> Vec<CodecPlan> {
    answered
        .iter()
        .filter_map(|theirs| {
            let ours = offered
                .iter()
                .find(|ours| is_answer_to(theirs, ours, offered))?;
            Some(CodecPlan {
                name: ours.name.clone(),
                parameters: theirs.parameters.clone(),
                feedback: theirs
                    .feedback
                    .iter()
                    .filter(|feedback| ours.has_feedback(feedback))
                    .cloned()
                    .collect(),
                rtx: theirs.rtx.filter(|_| ours.rtx.is_some()),
                ..theirs.clone()
            })
        })
        .collect()
}

fn same_format(a: &CodecPlan, b: &CodecPlan) -> bool {
    a.name.eq_ignore_ascii_case(&b.name)
        && a.clock_rate == b.clock_rate
        && a.channels == b.channels
        && (!a.name.eq_ignore_ascii_case("H264") || h264_matches(&a.parameters, &b.parameters))
}

/// Whether `theirs` answers `ours`, one of `offered`.
fn is_answer_to(theirs: &CodecPlan, ours: &CodecPlan, offered: &[CodecPlan]) -> bool {
    same_format(ours, theirs) && !has_closer(&theirs.name, &theirs.parameters, ours, offered)
}

/// Whether `others` have an AV1 format of the profile of `parameters`, and `other` is not one.
///
/// Profile, level and tier say what each side can receive, so all formats can talk ("RTP Payload
/// Format For AV1", section 7.2.3). But who names several profiles means each by its own number.
fn has_closer(name: &str, parameters: &str, other: &CodecPlan, others: &[CodecPlan]) -> bool {
    let wanted = av1_profile(parameters);
    name.eq_ignore_ascii_case("AV1")
        && av1_profile(&other.parameters) != wanted
        && others.iter().any(|other| {
            other.name.eq_ignore_ascii_case("AV1") && av1_profile(&other.parameters) == wanted
        })
}

/// The profile of a format; main without the parameter (section 7.2).
fn av1_profile(text: &str) -> u8 {
    let profile = parameter(text, "profile").and_then(|profile| profile.parse().ok());
    profile.unwrap_or(0)
}

/// Whether two H.264 formats can talk: the same packetization mode and the same profile
/// (RFC 6184, section 8.2.2); levels may differ.
fn h264_matches(ours: &str, theirs: &str) -> bool {
    let mode = |text| {
        parameter(text, "packetization-mode")
            .unwrap_or("0")
            .to_owned()
    };
    mode(ours) == mode(theirs) && h264_profile(ours) == h264_profile(theirs)
}

/// The profile of a format with the constraints that define it: constrained baseline is told from
/// baseline by its second constraint bit.
pub(super) fn h264_profile(text: &str) -> Option<(u8, bool)> {
    // RFC 6184, section 8.1: without the parameter it is baseline, level 1.
    let id = parameter(text, "profile-level-id").unwrap_or("42000a");
    let profile = u8::from_str_radix(id.get(..2)?, 16).ok()?;
    let constraints = u8::from_str_radix(id.get(2..4)?, 16).ok()?;
    let constrained = match profile {
        0x42 => constraints & 0x40 != 0,
        // Main and extended with the baseline bit are constrained baseline as well.
        0x4d => constraints & 0x80 != 0,
        0x58 => constraints & 0xc0 == 0xc0,
        _ => false,
    };
    if constrained {
        Some((0x42, true))
    } else {
        Some((profile, false))
    }
}

pub(super) fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h264_formats_talk_when_mode_and_profile_are_the_same() {
        let ours = "packetization-mode=1;profile-level-id=42e01f";
        assert!(h264_matches(
            ours,
            "profile-level-id=42e034;packetization-mode=1"
        ));
        assert!(h264_matches(
            ours,
            "packetization-mode=1; profile-level-id=4d8020"
        ));
        assert!(!h264_matches(
            ours,
            "packetization-mode=0;profile-level-id=42e01f"
        ));
        assert!(!h264_matches(
            ours,
            "packetization-mode=1;profile-level-id=42001f"
        ));
        assert!(!h264_matches(
            ours,
            "packetization-mode=1;profile-level-id=640032"
        ));
        assert!(!h264_matches(
            ours,
            "packetization-mode=1;profile-level-id=zz"
        ));
        assert!(!h264_matches(ours, ""));
    }

    #[test]
    fn the_answer_keeps_the_peers_order_unless_we_have_preferences() {
        let engine = MediaEngine::default();
        let theirs: Vec<_> = engine.audio.iter().rev().map(Codec::offered).collect();
        let names = |codecs: &[CodecPlan]| {
            codecs
                .iter()
                .map(|codec| codec.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(&common(&engine.audio, &theirs, false)),
            [
                "telephone-event",
                "telephone-event",
                "CN",
                "PCMA",
                "PCMU",
                "opus"
            ]
        );
        assert_eq!(
            names(&common(&engine.audio, &theirs, true)),
            [
                "opus",
                "PCMU",
                "PCMA",
                "CN",
                "telephone-event",
                "telephone-event"
            ]
        );
    }
}
