//! The dictionaries of the RTP media API.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stonechat::{
    RtcEncodingOptions, RtcResolutionRestriction, RtcRtcpParameters, RtcRtpCapabilities,
    RtcRtpCodec, RtcRtpCodecParameters, RtcRtpCodingParameters, RtcRtpEncodingParameters,
    RtcRtpHeaderExtensionCapability, RtcRtpHeaderExtensionParameters, RtcRtpParameters,
    RtcRtpReceiveParameters, RtcRtpSendParameters, RtcRtpTransceiverInit, RtcSetParameterOptions,
};

use crate::configuration::word;

/// `RTCRtpTransceiverInit`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TransceiverInit {
    direction: Option<String>,
    streams: Vec<Value>,
    send_encodings: Vec<Encoding>,
}

impl TransceiverInit {
    pub(crate) fn streams(&self) -> &[Value] {
        &self.streams
    }

    pub(crate) fn into_init(self, streams: Vec<String>) -> RtcRtpTransceiverInit {
        RtcRtpTransceiverInit {
            direction: word(self.direction),
            streams,
            send_encodings: self.send_encodings.into_iter().map(Into::into).collect(),
        }
    }
}

/// `RTCRtpCodec`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Codec {
    mime_type: String,
    clock_rate: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sdp_fmtp_line: Option<String>,
}

impl From<Codec> for RtcRtpCodec {
    fn from(codec: Codec) -> Self {
        Self {
            mime_type: codec.mime_type,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            sdp_fmtp_line: codec.sdp_fmtp_line,
        }
    }
}

impl From<RtcRtpCodec> for Codec {
    fn from(codec: RtcRtpCodec) -> Self {
        Self {
            mime_type: codec.mime_type,
            clock_rate: codec.clock_rate,
            channels: codec.channels,
            sdp_fmtp_line: codec.sdp_fmtp_line,
        }
    }
}

/// `RTCRtpCodecParameters`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct CodecParameters {
    payload_type: u8,
    #[serde(flatten)]
    codec: Codec,
}

impl From<CodecParameters> for RtcRtpCodecParameters {
    fn from(of: CodecParameters) -> Self {
        Self {
            payload_type: of.payload_type,
            codec: of.codec.into(),
        }
    }
}

impl From<RtcRtpCodecParameters> for CodecParameters {
    fn from(of: RtcRtpCodecParameters) -> Self {
        Self {
            payload_type: of.payload_type,
            codec: of.codec.into(),
        }
    }
}

/// `RTCRtpEncodingParameters`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Encoding {
    #[serde(skip_serializing_if = "Option::is_none")]
    rid: Option<String>,
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    codec: Option<Codec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_bitrate: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_framerate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale_resolution_down_by: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale_resolution_down_to: Option<Restriction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scalability_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ptime: Option<u32>,
    adaptive_ptime: bool,
    priority: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_priority: Option<String>,
}

/// `RTCResolutionRestriction`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Restriction {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_height: Option<u32>,
}

impl Default for Encoding {
    fn default() -> Self {
        RtcRtpEncodingParameters::default().into()
    }
}

impl From<RtcRtpEncodingParameters> for Encoding {
    fn from(of: RtcRtpEncodingParameters) -> Self {
        Self {
            rid: of.rid,
            active: of.active,
            codec: of.codec.map(Into::into),
            max_bitrate: of.max_bitrate,
            max_framerate: of.max_framerate,
            scale_resolution_down_by: of.scale_resolution_down_by,
            scale_resolution_down_to: of.scale_resolution_down_to.map(|to| Restriction {
                max_width: to.max_width,
                max_height: to.max_height,
            }),
            scalability_mode: of.scalability_mode,
            ptime: of.ptime,
            adaptive_ptime: of.adaptive_ptime,
            priority: of.priority.as_str().to_owned(),
            network_priority: of
                .network_priority
                .map(|priority| priority.as_str().to_owned()),
        }
    }
}

impl From<Encoding> for RtcRtpEncodingParameters {
    fn from(of: Encoding) -> Self {
        Self {
            rid: of.rid,
            active: of.active,
            codec: of.codec.map(Into::into),
            max_bitrate: of.max_bitrate,
            max_framerate: of.max_framerate,
            scale_resolution_down_by: of.scale_resolution_down_by,
            scale_resolution_down_to: of.scale_resolution_down_to.map(|to| {
                RtcResolutionRestriction {
                    max_width: to.max_width,
                    max_height: to.max_height,
                }
            }),
            scalability_mode: of.scalability_mode,
            ptime: of.ptime,
            adaptive_ptime: of.adaptive_ptime,
            priority: word(Some(of.priority)),
            network_priority: of.network_priority.and_then(|word| word.parse().ok()),
        }
    }
}

/// `RTCRtpHeaderExtensionParameters`.
#[derive(Debug, Deserialize, Serialize)]
struct HeaderExtension {
    uri: String,
    id: u16,
    #[serde(default)]
    encrypted: bool,
}

/// `RTCRtcpParameters`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Rtcp {
    #[serde(skip_serializing_if = "Option::is_none")]
    cname: Option<String>,
    reduced_size: bool,
}

/// `RTCRtpSendParameters`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendParameters {
    transaction_id: String,
    encodings: Vec<Encoding>,
    header_extensions: Vec<HeaderExtension>,
    rtcp: Rtcp,
    codecs: Vec<CodecParameters>,
}

/// `RTCRtpReceiveParameters`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReceiveParameters {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    encodings: Vec<Coding>,
    header_extensions: Vec<HeaderExtension>,
    rtcp: Rtcp,
    codecs: Vec<CodecParameters>,
}

/// `RTCRtpCodingParameters`.
#[derive(Debug, Serialize)]
struct Coding {
    #[serde(skip_serializing_if = "Option::is_none")]
    rid: Option<String>,
}

impl From<RtcRtpSendParameters> for SendParameters {
    fn from(of: RtcRtpSendParameters) -> Self {
        let (header_extensions, rtcp, codecs) = parts(of.rtp);
        Self {
            transaction_id: of.transaction_id,
            encodings: of.encodings.into_iter().map(Into::into).collect(),
            header_extensions,
            rtcp,
            codecs,
        }
    }
}

impl From<SendParameters> for RtcRtpSendParameters {
    fn from(of: SendParameters) -> Self {
        let extensions = of.header_extensions.into_iter();
        Self {
            transaction_id: of.transaction_id,
            encodings: of.encodings.into_iter().map(Into::into).collect(),
            rtp: RtcRtpParameters {
                header_extensions: extensions
                    .map(|of| RtcRtpHeaderExtensionParameters {
                        uri: of.uri,
                        id: of.id,
                        encrypted: of.encrypted,
                    })
                    .collect(),
                rtcp: RtcRtcpParameters {
                    cname: of.rtcp.cname,
                    reduced_size: of.rtcp.reduced_size,
                },
                codecs: of.codecs.into_iter().map(Into::into).collect(),
            },
        }
    }
}

impl From<RtcRtpReceiveParameters> for ReceiveParameters {
    fn from(of: RtcRtpReceiveParameters) -> Self {
        let (header_extensions, rtcp, codecs) = parts(of.rtp);
        let coding = |RtcRtpCodingParameters { rid, .. }| Coding { rid };
        Self {
            encodings: of.encodings.into_iter().map(coding).collect(),
            header_extensions,
            rtcp,
            codecs,
        }
    }
}

fn parts(of: RtcRtpParameters) -> (Vec<HeaderExtension>, Rtcp, Vec<CodecParameters>) {
    let extensions = of.header_extensions.into_iter();
    (
        extensions
            .map(|of| HeaderExtension {
                uri: of.uri,
                id: of.id,
                encrypted: of.encrypted,
            })
            .collect(),
        Rtcp {
            cname: of.rtcp.cname,
            reduced_size: of.rtcp.reduced_size,
        },
        of.codecs.into_iter().map(Into::into).collect(),
    )
}

/// `RTCSetParameterOptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SetOptions {
    encoding_options: Vec<EncodingOptions>,
}

/// `RTCEncodingOptions`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EncodingOptions {
    key_frame: bool,
}

impl From<SetOptions> for RtcSetParameterOptions {
    fn from(of: SetOptions) -> Self {
        let options = of.encoding_options.into_iter();
        Self {
            encoding_options: options
                .map(|of| RtcEncodingOptions {
                    key_frame: of.key_frame,
                })
                .collect(),
        }
    }
}

/// `RTCRtpCapabilities`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Capabilities {
    codecs: Vec<Codec>,
    header_extensions: Vec<ExtensionCapability>,
}

/// `RTCRtpHeaderExtensionCapability`.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ExtensionCapability {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<String>,
}

impl From<RtcRtpCapabilities> for Capabilities {
    fn from(of: RtcRtpCapabilities) -> Self {
        Self {
            codecs: of.codecs.into_iter().map(Into::into).collect(),
            header_extensions: of
                .header_extensions
                .into_iter()
                .map(|of| ExtensionCapability {
                    uri: of.uri,
                    direction: None,
                })
                .collect(),
        }
    }
}

impl From<ExtensionCapability> for RtcRtpHeaderExtensionCapability {
    fn from(of: ExtensionCapability) -> Self {
        Self {
            uri: of.uri,
            direction: word(of.direction),
        }
    }
}

impl From<RtcRtpHeaderExtensionCapability> for ExtensionCapability {
    fn from(of: RtcRtpHeaderExtensionCapability) -> Self {
        Self {
            uri: of.uri,
            direction: Some(of.direction.as_str().to_owned()),
        }
    }
}
