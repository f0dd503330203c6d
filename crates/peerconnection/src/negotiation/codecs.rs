//! Codecs: what we offer and accept, and what is left after an exchange (RFC 8829, section 5;
//! RFC 3264, section 6.1).

use stonechat_sdp::Media;

use crate::error::{Error, ErrorName};
use crate::id::Kind;
use crate::plan::CodecPlan;
use crate::session::call::CodecCapability;

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
}

/// The codecs and header extensions of a session, the preferred first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MediaEngine {
    /// Audio codecs.
    pub audio: Vec<Codec>,
    /// Video codecs.
    pub video: Vec<Codec>,
    /// Header extensions of audio by name.
    pub audio_extensions: Vec<&'static str>,
    /// Header extensions of video by name.
    pub video_extensions: Vec<&'static str>,
}

const AUDIO_FEEDBACK: &[&str] = &["transport-cc"];
const VIDEO_FEEDBACK: &[&str] = &["transport-cc", "ccm fir", "nack", "nack pli"];

impl Default for MediaEngine {
    /// Opus, PCMU, PCMA and telephone events at their clock rates; VP8 and H.264 constrained baseline (RFC 7874, RFC 7742).
    fn default() -> Self {
        let audio = |payload_type, name, clock_rate, channels, parameters| Codec {
            payload_type,
            name,
            clock_rate,
            channels,
            parameters,
            feedback: AUDIO_FEEDBACK,
            rtx: None,
        };
        let event = |payload_type, clock_rate| Codec {
            feedback: &[],
            ..audio(payload_type, "telephone-event", clock_rate, None, "0-15")
        };
        let video = |payload_type, name, parameters, rtx| Codec {
            payload_type,
            name,
            clock_rate: 90_000,
            channels: None,
            parameters,
            feedback: VIDEO_FEEDBACK,
            rtx: Some(rtx),
        };
        Self {
            audio: vec![
                audio(111, "opus", 48_000, Some(2), "minptime=10;useinbandfec=1"),
                audio(0, "PCMU", 8_000, None, ""),
                audio(8, "PCMA", 8_000, None, ""),
                event(110, 48_000),
                event(126, 8_000),
            ],
            video: vec![
                video(96, "VP8", "", 97),
                video(
                    102,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
                    103,
                ),
                video(
                    104,
                    "H264",
                    "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f",
                    105,
                ),
            ],
            audio_extensions: vec![
                "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
                "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
                "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
                "urn:ietf:params:rtp-hdrext:sdes:mid",
            ],
            video_extensions: vec![
                "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
                "urn:3gpp:video-orientation",
                "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
                "urn:ietf:params:rtp-hdrext:sdes:mid",
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
    pub fn extensions(&self, kind: Kind) -> &[&'static str] {
        match kind {
            Kind::Audio => &self.audio_extensions,
            Kind::Video => &self.video_extensions,
        }
    }

    /// What `setCodecPreferences` may choose from (`RTCRtpReceiver.getCapabilities`).
    #[must_use]
    pub fn capabilities(&self, kind: Kind) -> Vec<CodecCapability> {
        self.codecs(kind)
            .iter()
            .map(|codec| codec.capability(kind))
            .collect()
    }

    /// The codecs that an application chose, in its order.
    pub(crate) fn select(
        &self,
        kind: Kind,
        chosen: &[CodecCapability],
    ) -> Result<Vec<Codec>, Error> {
        let mut selected = Vec::new();
        for capability in chosen {
            if capability
                .mime_type
                .eq_ignore_ascii_case(&format!("{}/rtx", kind.as_str()))
            {
                continue;
            }
            let codec = self.codecs(kind).iter().find(|codec| {
                let ours = codec.capability(kind);
                ours.mime_type.eq_ignore_ascii_case(&capability.mime_type)
                    && (&ours.clock_rate, &ours.channels, &ours.sdp_fmtp_line)
                        == (
                            &capability.clock_rate,
                            &capability.channels,
                            &capability.sdp_fmtp_line,
                        )
            });
            let codec = codec.ok_or_else(|| {
                Error::new(
                    ErrorName::InvalidModificationError,
                    format!("{} is not among the capabilities", capability.mime_type),
                )
            })?;
            if !selected.contains(codec) {
                selected.push(codec.clone());
            }
        }
        Ok(selected)
    }
}

impl Codec {
    /// As an application sees it.
    #[must_use]
    pub fn capability(&self, kind: Kind) -> CodecCapability {
        CodecCapability {
            mime_type: format!("{}/{}", kind.as_str(), self.name),
            clock_rate: self.clock_rate,
            channels: self.channels,
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
                    .find(|other| codec.matches(other))
                    .map(|other| meet(codec, other))
            })
            .collect()
    } else {
        theirs
            .iter()
            .filter_map(|other| {
                ours.iter()
                    .find(|codec| codec.matches(other))
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
            let theirs = answered.iter().find(|theirs| same_format(ours, theirs))?;
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

/// What we may send after our offer was answered: the payload types of the answer.
pub(crate) fn accepted(offered: &[CodecPlan], answered: &[CodecPlan]) -> Vec<CodecPlan> {
    answered
        .iter()
        .filter_map(|theirs| {
            let ours = offered.iter().find(|ours| same_format(ours, theirs))?;
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
fn h264_profile(text: &str) -> Option<(u8, bool)> {
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

fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
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
            ["telephone-event", "telephone-event", "PCMA", "PCMU", "opus"]
        );
        assert_eq!(
            names(&common(&engine.audio, &theirs, true)),
            ["opus", "PCMU", "PCMA", "telephone-event", "telephone-event"]
        );
    }
}
