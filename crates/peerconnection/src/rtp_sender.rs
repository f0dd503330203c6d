//! `RTCRtpSender` (webrtc-pc, section 5.2): its slots and what may be asked of its encodings.

use crate::error::{Error, ErrorName};
use crate::id::Kind;
use crate::negotiation::codec_match::{self, Asymmetric};
use crate::negotiation::codecs::{self, MediaEngine};
use crate::plan::{CodecPlan, ExtensionPlan};
use crate::rtp_parameters::{RtpCodec, RtpEncodingParameters, RtpSendParameters};
use crate::scalability_mode;
use crate::session::call::TrackInfo;

/// The slots of a sender.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) track: Option<TrackInfo>,
    /// `[[AssociatedMediaStreamIds]]`
    pub(crate) streams: Vec<String>,
    /// `[[SendEncodings]]`, never empty.
    pub(crate) encodings: Vec<RtpEncodingParameters>,
    /// The source of each encoding and the source of its retransmissions.
    pub(crate) sources: Vec<(u32, u32)>,
    /// `[[LastReturnedParameters]]`
    pub(crate) last_returned: Option<Box<RtpSendParameters>>,
    /// `[[SendCodecs]]`: what may be sent, with payload types and parameters of the peer.
    pub(crate) codecs: Vec<CodecPlan>,
    pub(crate) extensions: Vec<ExtensionPlan>,
}

impl Sender {
    /// "Create an RTCRtpSender": with these encodings, or one by default; `sources` has one for
    /// each of them, or one.
    pub(crate) fn new(
        kind: Kind,
        encodings: Vec<RtpEncodingParameters>,
        sources: Vec<(u32, u32)>,
    ) -> Self {
        let encodings = if encodings.is_empty() {
            vec![RtpEncodingParameters {
                scale_resolution_down_by: (kind == Kind::Video).then_some(1.0),
                ..RtpEncodingParameters::default()
            }]
        } else {
            encodings
        };
        Self {
            track: None,
            streams: Vec::new(),
            encodings,
            sources,
            last_returned: None,
            codecs: Vec::new(),
            extensions: Vec::new(),
        }
    }

    /// Whether it sends one encoding without a name, so that the peer may still ask for several.
    pub(crate) fn is_unnamed(&self) -> bool {
        matches!(self.encodings.as_slice(), [only] if only.rid.is_none())
    }

    /// The encodings that the peer asked for take the place of an unnamed one. The first keeps
    /// its source.
    pub(crate) fn propose(
        &mut self,
        encodings: Vec<RtpEncodingParameters>,
        mut sources: Vec<(u32, u32)>,
    ) {
        if let (Some(first), Some(own)) = (sources.first_mut(), self.sources.first()) {
            *first = *own;
        }
        self.encodings = encodings;
        self.sources = sources;
        self.last_returned = None;
    }

    /// An answer names the encodings that stay; without any it is the first one.
    pub(crate) fn narrow(&mut self, named: &[String]) {
        if self.encodings.len() < 2 {
            return;
        }
        let is_named = |encoding: &RtpEncodingParameters| {
            encoding.rid.as_ref().is_some_and(|rid| named.contains(rid))
        };
        let any = self.encodings.iter().any(is_named);
        let keep: Vec<bool> = self
            .encodings
            .iter()
            .enumerate()
            .map(|(index, encoding)| if any { is_named(encoding) } else { index == 0 })
            .collect();
        if keep.iter().all(|keep| *keep) {
            return;
        }
        let mut of_encodings = keep.iter();
        self.encodings
            .retain(|_| of_encodings.next().copied().unwrap_or_default());
        let mut of_sources = keep.iter();
        self.sources
            .retain(|_| of_sources.next().copied().unwrap_or_default());
        self.last_returned = None;
    }

    /// Codecs that were not negotiated are not asked for any more, nor are scalability modes that
    /// the codec does not have.
    pub(crate) fn forget_codecs(&mut self, kind: Kind) {
        if self.codecs.is_empty() {
            return;
        }
        let negotiated = codecs::parameters_of(kind, &self.codecs);
        for encoding in &mut self.encodings {
            let known = |codec: &RtpCodec| {
                negotiated
                    .iter()
                    .any(|other| codec_match::matches(codec, other, Asymmetric::Ignore))
            };
            if encoding.codec.as_ref().is_some_and(|codec| !known(codec)) {
                encoding.codec = None;
                self.last_returned = None;
            }
        }
        self.fit_scalability(kind);
    }

    /// After negotiation the mode may be another one than was asked for (webrtc-svc, section 4.3).
    fn fit_scalability(&mut self, kind: Kind) {
        for index in 0..self.encodings.len() {
            let Some(encoding) = self.encodings.get(index) else {
                return;
            };
            let (Some(mode), Some(plan)) = (
                encoding.scalability_mode.as_deref(),
                self.codec_of(kind, encoding),
            ) else {
                continue;
            };
            let fitting =
                scalability_mode::closest(&plan.parameters_of(kind).codec.mime_type, mode);
            if fitting.as_deref() == Some(mode) {
                continue;
            }
            if let Some(encoding) = self.encodings.get_mut(index) {
                encoding.scalability_mode = fitting;
                self.last_returned = None;
            }
        }
    }

    /// The codec of an encoding: the one that it asks for, else the first.
    pub(crate) fn codec_of(
        &self,
        kind: Kind,
        encoding: &RtpEncodingParameters,
    ) -> Option<&CodecPlan> {
        let wanted = encoding.codec.as_ref().and_then(|wanted| {
            self.codecs.iter().find(|plan| {
                codec_match::matches(wanted, &plan.parameters_of(kind), Asymmetric::Ignore)
            })
        });
        wanted.or_else(|| self.codecs.iter().find(|plan| plan.is_primary()))
    }
}

/// "addTransceiver sendEncodings validation steps" (webrtc-pc, section 5.1; webrtc-svc,
/// section 4.1; webrtc-extensions, section 6): what is sent in the end.
pub(crate) fn check_send_encodings(
    engine: &MediaEngine,
    kind: Kind,
    max: usize,
    mut encodings: Vec<RtpEncodingParameters>,
) -> Result<Vec<RtpEncodingParameters>, Error> {
    check_numbers(&encodings)?;
    check_rids(&encodings)?;
    let capabilities = engine.send_capabilities(kind).codecs;
    let is_known = |codec: &RtpCodec| {
        is_choosable(codec)
            && capabilities
                .iter()
                .any(|other| codec_match::matches(codec, other, Asymmetric::Compare))
    };
    for codec in encodings
        .iter()
        .filter_map(|encoding| encoding.codec.as_ref())
    {
        if !is_known(codec) {
            return fail(
                ErrorName::OperationError,
                "a codec is not among the capabilities",
            );
        }
    }
    check_scalability(&encodings, &capabilities, ErrorName::OperationError)?;
    if kind == Kind::Audio {
        encodings.iter_mut().for_each(drop_video_members);
    }
    check_scale(&encodings)?;
    if encodings
        .iter()
        .any(|encoding| encoding.max_framerate.is_some_and(|rate| rate <= 0.0))
    {
        return fail(ErrorName::RangeError, "maxFramerate is greater than 0");
    }
    check_restrictions(&encodings, ErrorName::OperationError)?;
    let has_scale = |encoding: &RtpEncodingParameters| encoding.scale_resolution_down_by.is_some();
    if encodings.iter().any(has_scale) {
        for encoding in &mut encodings {
            encoding.scale_resolution_down_by.get_or_insert(1.0);
        }
    }
    encodings.truncate(match kind {
        Kind::Audio => 1,
        Kind::Video => max.max(1),
    });
    if kind == Kind::Video && !encodings.iter().any(has_scale) {
        scale_by_place(&mut encodings);
    }
    if let [only] = encodings.as_mut_slice() {
        only.rid = None;
    }
    Ok(encodings)
}

/// "setParameters validation steps" (webrtc-pc, section 5.2; webrtc-svc, section 4.2;
/// webrtc-extensions, section 6): the encodings as they are kept.
pub(crate) fn check_parameters(
    engine: &MediaEngine,
    kind: Kind,
    sender: &Sender,
    last: &RtpSendParameters,
    parameters: &RtpSendParameters,
) -> Result<Vec<RtpEncodingParameters>, Error> {
    let modified = |text| fail(ErrorName::InvalidModificationError, text);
    let mut encodings = parameters.encodings.clone();
    check_numbers(&encodings)?;
    if encodings.len() != sender.encodings.len() {
        return modified("the number of encodings cannot change");
    }
    let rids = |encodings: &[RtpEncodingParameters]| -> Vec<Option<String>> {
        encodings
            .iter()
            .map(|encoding| encoding.rid.clone())
            .collect()
    };
    if rids(&encodings) != rids(&last.encodings) {
        return modified("the names and the order of encodings cannot change");
    }
    if parameters.transaction_id != last.transaction_id {
        return modified("the parameters are not those of the last getParameters");
    }
    if parameters.rtp != last.rtp {
        return modified("codecs, headerExtensions and rtcp are read-only");
    }
    let negotiated: Vec<RtpCodec> = parameters
        .codecs
        .iter()
        .map(|codec| codec.codec.clone())
        .collect();
    let choosable = if negotiated.is_empty() {
        engine.send_capabilities(kind).codecs
    } else {
        negotiated
    };
    for codec in encodings
        .iter()
        .filter_map(|encoding| encoding.codec.as_ref())
    {
        let is_known = is_choosable(codec)
            && choosable
                .iter()
                .any(|other| codec_match::matches(codec, other, Asymmetric::Ignore));
        if !is_known {
            return modified("a codec is not among those that were negotiated");
        }
    }
    let used = if parameters.codecs.is_empty() {
        choosable
    } else {
        // Without a codec of its own an encoding has the first one.
        let first = sender.codecs.iter().find(|plan| plan.is_primary());
        first
            .map(|plan| plan.parameters_of(kind).codec)
            .into_iter()
            .collect()
    };
    check_scalability(&encodings, &used, ErrorName::InvalidModificationError)?;
    check_restrictions(&encodings, ErrorName::InvalidModificationError)?;
    if kind == Kind::Audio {
        encodings.iter_mut().for_each(drop_video_members);
    } else {
        for encoding in &mut encodings {
            encoding.scale_resolution_down_by.get_or_insert(1.0);
        }
    }
    check_scale(&encodings)?;
    if encodings
        .iter()
        .any(|encoding| encoding.max_framerate.is_some_and(|rate| rate < 0.0))
    {
        return fail(ErrorName::RangeError, "maxFramerate is at least 0");
    }
    Ok(encodings)
}

/// From smaller to larger pictures, each twice the one before.
pub(crate) fn scale_by_place(encodings: &mut [RtpEncodingParameters]) {
    let mut scale = 1.0;
    for encoding in encodings.iter_mut().rev() {
        encoding.scale_resolution_down_by = Some(scale);
        scale *= 2.0;
    }
}

/// Numbers of WebIDL are finite.
fn check_numbers(encodings: &[RtpEncodingParameters]) -> Result<(), Error> {
    let is_finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
    let all = encodings.iter().all(|encoding| {
        is_finite(encoding.max_framerate) && is_finite(encoding.scale_resolution_down_by)
    });
    if all {
        return Ok(());
    }
    fail(
        ErrorName::TypeError,
        "maxFramerate and scaleResolutionDownBy are finite",
    )
}

fn check_rids(encodings: &[RtpEncodingParameters]) -> Result<(), Error> {
    let rids: Vec<&String> = encodings
        .iter()
        .filter_map(|encoding| encoding.rid.as_ref())
        .collect();
    if rids.iter().any(|rid| stonechat_rtp::Rid::new(rid).is_err()) {
        return fail(
            ErrorName::TypeError,
            "a rid is 1 to 255 letters, digits, hyphens and underscores",
        );
    }
    if !rids.is_empty() && rids.len() != encodings.len() {
        return fail(
            ErrorName::TypeError,
            "either all encodings have a rid or none has",
        );
    }
    let repeated = rids
        .iter()
        .enumerate()
        .any(|(index, rid)| rids.iter().take(index).any(|other| other == rid));
    if repeated {
        return fail(ErrorName::TypeError, "each encoding has a rid of its own");
    }
    Ok(())
}

fn check_scalability(
    encodings: &[RtpEncodingParameters],
    codecs: &[RtpCodec],
    name: ErrorName,
) -> Result<(), Error> {
    for encoding in encodings {
        let Some(mode) = &encoding.scalability_mode else {
            continue;
        };
        let supported = match &encoding.codec {
            Some(codec) => scalability_mode::is_supported(&codec.mime_type, mode),
            None => codecs
                .iter()
                .any(|codec| scalability_mode::is_supported(&codec.mime_type, mode)),
        };
        if !supported {
            return fail(name, "no codec that can be used has this scalabilityMode");
        }
    }
    let active = encodings.iter().filter(|encoding| encoding.active);
    let has_simulcast_mode = active.clone().any(|encoding| {
        let mode = encoding.scalability_mode.as_deref();
        mode.is_some_and(scalability_mode::is_simulcast)
    });
    if has_simulcast_mode && active.count() > 1 {
        return fail(name, "several encodings and an S mode do not go together");
    }
    Ok(())
}

fn check_scale(encodings: &[RtpEncodingParameters]) -> Result<(), Error> {
    let is_small = |encoding: &RtpEncodingParameters| {
        encoding
            .scale_resolution_down_by
            .is_some_and(|scale| scale < 1.0)
    };
    if encodings.iter().any(is_small) {
        return fail(ErrorName::RangeError, "scaleResolutionDownBy is at least 1");
    }
    Ok(())
}

/// The members of webrtc-extensions.
fn check_restrictions(encodings: &[RtpEncodingParameters], name: ErrorName) -> Result<(), Error> {
    let restricted = |encoding: &RtpEncodingParameters| encoding.scale_resolution_down_to.is_some();
    if encodings.iter().any(restricted) {
        let all = encodings
            .iter()
            .filter(|encoding| encoding.active)
            .all(restricted);
        let positive = encodings
            .iter()
            .filter_map(|encoding| encoding.scale_resolution_down_to)
            .all(|to| to.max_width.unwrap_or(0) > 0 && to.max_height.unwrap_or(0) > 0);
        if !all || !positive {
            return fail(
                name,
                "scaleResolutionDownTo has two positive sides and is given for all encodings",
            );
        }
    }
    if encodings
        .iter()
        .any(|encoding| encoding.adaptive_ptime && encoding.ptime.is_some())
    {
        return fail(
            ErrorName::InvalidModificationError,
            "ptime and adaptivePtime do not go together",
        );
    }
    Ok(())
}

/// Whether a stream can be of this codec: retransmissions and the like go with others.
fn is_choosable(codec: &RtpCodec) -> bool {
    let name = codec.mime_type.split('/').nth(1).unwrap_or_default();
    codecs::is_primary(name)
}

fn drop_video_members(encoding: &mut RtpEncodingParameters) {
    encoding.scale_resolution_down_by = None;
    encoding.scale_resolution_down_to = None;
    encoding.max_framerate = None;
}

fn fail<T>(name: ErrorName, text: &str) -> Result<T, Error> {
    Err(Error::new(name, text))
}
