//! `RTCRtpSender` and what `addTransceiver` says of its encodings (webrtc-pc, sections 5.1 and
//! 5.2; webrtc-svc; webrtc-priority; webrtc-extensions).

use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{FrameTime, OutgoingFrame};
use stonechat_peerconnection::{
    Answer, Call, Direction, EncodingOptions, Error, ErrorName, Event, Kind, MediaEngine, Priority,
    ResolutionRestriction, RtpCodec, RtpEncodingParameters, RtpSendParameters, SdpType,
    SendMediaError, SenderId, SessionDescription, SetParameterOptions, TrackInfo, TransceiverId,
    TransceiverInit, Which,
};

use crate::setup::{A, B, Duo};

pub(crate) fn try_add(
    duo: &mut Duo,
    kind: Kind,
    init: TransceiverInit,
) -> Result<TransceiverId, Error> {
    let track = (init.direction != Direction::RecvOnly).then(|| TrackInfo {
        id: format!("track{}", duo.session(A).transceivers().len()),
        kind,
    });
    match duo.call(A, Call::AddTransceiver { kind, track, init }) {
        Answer::Transceiver(id) => Ok(id),
        Answer::Failed(error) => Err(error),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn with_encodings(
    duo: &mut Duo,
    kind: Kind,
    send_encodings: Vec<RtpEncodingParameters>,
) -> Result<TransceiverId, Error> {
    let init = TransceiverInit {
        send_encodings,
        ..TransceiverInit::default()
    };
    try_add(duo, kind, init)
}

fn refused(kind: Kind, encodings: Vec<RtpEncodingParameters>) -> ErrorName {
    let mut duo = Duo::new(1);
    with_encodings(&mut duo, kind, encodings).unwrap_err().name
}

fn taken(kind: Kind, encodings: Vec<RtpEncodingParameters>) -> Vec<RtpEncodingParameters> {
    let mut duo = Duo::new(1);
    let id = with_encodings(&mut duo, kind, encodings).unwrap();
    parameters(&mut duo, A, id.sender()).encodings
}

pub(crate) fn rids(names: &[&str]) -> Vec<RtpEncodingParameters> {
    names
        .iter()
        .map(|name| RtpEncodingParameters::with_rid(*name))
        .collect()
}

fn names(encodings: &[RtpEncodingParameters]) -> Vec<&str> {
    encodings
        .iter()
        .filter_map(|encoding| encoding.rid.as_deref())
        .collect()
}

fn scales(encodings: &[RtpEncodingParameters]) -> Vec<Option<f64>> {
    encodings
        .iter()
        .map(|encoding| encoding.scale_resolution_down_by)
        .collect()
}

pub(crate) fn parameters(duo: &mut Duo, side: usize, sender: SenderId) -> RtpSendParameters {
    match duo.does(side, Call::GetParameters(sender)) {
        Answer::Parameters(parameters) => *parameters,
        other => panic!("{other:?}"),
    }
}

fn set_with(
    duo: &mut Duo,
    sender: SenderId,
    parameters: &RtpSendParameters,
    options: SetParameterOptions,
) -> Result<(), Error> {
    let call = Call::SetParameters(sender, Box::new(parameters.clone()), options);
    duo.promised(A, call).map(|_| ())
}

pub(crate) fn set(
    duo: &mut Duo,
    sender: SenderId,
    parameters: &RtpSendParameters,
) -> Result<(), Error> {
    set_with(duo, sender, parameters, SetParameterOptions::default())
}

/// Changes the parameters of a sender of `kind` that was not negotiated.
fn changed(kind: Kind, change: impl FnOnce(&mut RtpSendParameters)) -> Result<(), ErrorName> {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, kind, "track");
    let mut parameters = parameters(&mut duo, A, sender);
    change(&mut parameters);
    set(&mut duo, sender, &parameters).map_err(|error| error.name)
}

/// The same after negotiation.
fn changed_later(kind: Kind, change: impl FnOnce(&mut RtpSendParameters)) -> Result<(), ErrorName> {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, kind, "track");
    duo.negotiate(A);
    let mut parameters = parameters(&mut duo, A, sender);
    change(&mut parameters);
    set(&mut duo, sender, &parameters).map_err(|error| error.name)
}

fn modified() -> Result<(), ErrorName> {
    Err(ErrorName::InvalidModificationError)
}

/// Simulcast of three encodings as B was offered it, with B willing to receive it.
pub(crate) fn simulcast(seed: u64) -> (Duo, SenderId) {
    let mut duo = Duo::new(seed);
    let id = with_encodings(&mut duo, Kind::Video, rids(&["q", "h", "f"])).unwrap();
    duo.negotiate(A);
    (duo, id.sender())
}

/// The last answer with lines changed.
fn answered(duo: &mut Duo, change: impl Fn(&str) -> Option<String>) {
    duo.offer_from(A);
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    let lines = answer.sdp.lines().filter_map(change);
    let sdp: String = lines.map(|line| line + "\r\n").collect();
    let answer = SessionDescription {
        kind: SdpType::Answer,
        sdp,
    };
    duo.set_remote(A, &answer);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpCodingParameters.rid
#[test]
fn a_rid_with_other_characters_is_refused() {
    assert_eq!(
        refused(Kind::Video, rids(&["a", "b!"])),
        ErrorName::TypeError
    );
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpCodingParameters.rid
#[test]
fn an_empty_rid_is_refused() {
    assert_eq!(refused(Kind::Video, rids(&["", "b"])), ErrorName::TypeError);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpCodingParameters.rid
#[test]
fn a_rid_of_more_than_255_characters_is_refused() {
    let long = "a".repeat(256);
    assert_eq!(
        refused(Kind::Video, rids(&[&long, "b"])),
        ErrorName::TypeError
    );
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpCodingParameters.rid
#[test]
fn two_encodings_of_one_rid_are_refused() {
    assert_eq!(
        refused(Kind::Video, rids(&["a", "a"])),
        ErrorName::TypeError
    );
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpCodingParameters.rid
#[test]
fn either_all_encodings_have_a_rid_or_none() {
    let mut encodings = rids(&["a", "b"]);
    encodings[1].rid = None;
    assert_eq!(refused(Kind::Video, encodings), ErrorName::TypeError);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpCodingParameters.rid
#[test]
fn hyphens_and_underscores_are_fine_in_a_rid() {
    let encodings = taken(Kind::Video, rids(&["a-1", "b_2"]));
    assert_eq!(names(&encodings), ["a-1", "b_2"]);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpCodingParameters.rid
#[test]
fn a_lone_encoding_loses_its_rid() {
    assert_eq!(taken(Kind::Video, rids(&["a"]))[0].rid, None);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.codec
#[test]
fn an_unknown_codec_is_an_operation_error() {
    let encoding = RtpEncodingParameters {
        codec: Some(RtpCodec {
            mime_type: String::from("video/unknown"),
            clock_rate: 90_000,
            ..RtpCodec::default()
        }),
        ..RtpEncodingParameters::default()
    };
    assert_eq!(
        refused(Kind::Video, vec![encoding]),
        ErrorName::OperationError
    );
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.codec, RTCRtpSender.getCapabilities
#[test]
fn a_codec_of_the_capabilities_is_taken() {
    let codec = MediaEngine::default().send_capabilities(Kind::Video).codecs[1].clone();
    let encoding = RtpEncodingParameters {
        codec: Some(codec.clone()),
        ..RtpEncodingParameters::default()
    };
    assert_eq!(taken(Kind::Video, vec![encoding])[0].codec, Some(codec));
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.scaleResolutionDownBy
#[test]
fn a_scale_below_one_is_out_of_range() {
    let encoding = RtpEncodingParameters {
        scale_resolution_down_by: Some(0.9),
        ..RtpEncodingParameters::default()
    };
    assert_eq!(refused(Kind::Video, vec![encoding]), ErrorName::RangeError);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.maxFramerate
#[test]
fn a_frame_rate_of_zero_is_out_of_range_in_the_beginning() {
    let encoding = RtpEncodingParameters {
        max_framerate: Some(0.0),
        ..RtpEncodingParameters::default()
    };
    assert_eq!(refused(Kind::Video, vec![encoding]), ErrorName::RangeError);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.maxFramerate
#[test]
fn a_number_that_is_none_is_a_type_error() {
    let encoding = RtpEncodingParameters {
        max_framerate: Some(f64::NAN),
        ..RtpEncodingParameters::default()
    };
    assert_eq!(refused(Kind::Video, vec![encoding]), ErrorName::TypeError);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.scaleResolutionDownBy, RTCRtpEncodingParameters.maxFramerate
#[test]
fn audio_has_neither_scale_nor_frame_rate() {
    let encoding = RtpEncodingParameters {
        scale_resolution_down_by: Some(0.1),
        max_framerate: Some(-1.0),
        ..RtpEncodingParameters::default()
    };
    let encodings = taken(Kind::Audio, vec![encoding]);
    assert_eq!(encodings, [RtpEncodingParameters::default()]);
}

// api: RTCRtpTransceiverInit.sendEncodings
#[test]
fn audio_has_one_encoding() {
    let encodings = taken(Kind::Audio, rids(&["a", "b"]));
    assert_eq!(encodings.len(), 1);
    assert_eq!(encodings[0].rid, None);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.scaleResolutionDownBy
#[test]
fn encodings_go_from_small_to_large_by_default() {
    let encodings = taken(Kind::Video, rids(&["q", "h", "f"]));
    assert_eq!(scales(&encodings), [Some(4.0), Some(2.0), Some(1.0)]);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.scaleResolutionDownBy
#[test]
fn one_scale_makes_the_others_one() {
    let mut encodings = rids(&["q", "h", "f"]);
    encodings[0].scale_resolution_down_by = Some(3.0);
    let encodings = taken(Kind::Video, encodings);
    assert_eq!(scales(&encodings), [Some(3.0), Some(1.0), Some(1.0)]);
}

// api: RTCRtpTransceiverInit.sendEncodings
#[test]
fn more_encodings_than_there_can_be_are_cut_from_the_tail() {
    let encodings = taken(
        Kind::Video,
        rids(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
    );
    assert_eq!(names(&encodings), ["0", "1", "2", "3", "4", "5", "6", "7"]);
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.scalabilityMode
#[test]
fn a_scalability_mode_that_no_codec_has_is_an_operation_error() {
    for mode in [
        "L3T4",
        "S4T1",
        "L3T1_KEY_SHIFT",
        "TotalNonsense",
        "l1t2",
        "",
    ] {
        let encoding = RtpEncodingParameters {
            scalability_mode: Some(mode.to_owned()),
            ..RtpEncodingParameters::default()
        };
        assert_eq!(
            refused(Kind::Video, vec![encoding]),
            ErrorName::OperationError
        );
    }
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.scalabilityMode
#[test]
fn temporal_layers_are_taken_and_told() {
    let mut encodings = rids(&["a", "b"]);
    encodings[0].scalability_mode = Some(String::from("L1T3"));
    let encodings = taken(Kind::Video, encodings);
    assert_eq!(encodings[0].scalability_mode.as_deref(), Some("L1T3"));
    assert_eq!(encodings[1].scalability_mode, None);
}

/// What AV1 can be sent in.
const AV1_MODES: [&str; 28] = [
    "L1T1", "L1T2", "L1T3", "L2T1", "L2T2", "L2T3", "L3T1", "L3T2", "L3T3", "L2T1h", "L2T2h",
    "L2T3h", "S2T1", "S2T2", "S2T3", "S2T1h", "S2T2h", "S2T3h", "S3T1", "S3T2", "S3T3", "S3T1h",
    "S3T2h", "S3T3h", "L2T2_KEY", "L2T3_KEY", "L3T2_KEY", "L3T3_KEY",
];

/// Asks for `mode` and negotiates with a peer that wants `mime_type` alone.
fn negotiated_mode(mode: &str, mime_type: &str) -> (Duo, SenderId) {
    let mut duo = Duo::new(1);
    let encoding = RtpEncodingParameters {
        scalability_mode: Some(mode.to_owned()),
        ..RtpEncodingParameters::default()
    };
    let id = with_encodings(&mut duo, Kind::Video, vec![encoding]).unwrap();
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    duo.set_remote(B, &offer);
    let theirs = duo.session(B).transceivers()[0].id;
    let mut codecs = MediaEngine::default().capabilities(Kind::Video);
    codecs.retain(|codec| codec.mime_type == mime_type);
    duo.does(B, Call::SetCodecPreferences(theirs, codecs));
    let answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    duo.set_remote(A, &answer);
    (duo, id.sender())
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCRtpEncodingParameters.scalabilityMode
#[test]
fn every_scalability_mode_of_av1_is_kept_if_av1_was_negotiated() {
    for mode in AV1_MODES {
        let (mut duo, sender) = negotiated_mode(mode, "video/AV1");
        let parameters = parameters(&mut duo, A, sender);
        assert_eq!(parameters.codecs[0].codec.mime_type, "video/AV1");
        assert_eq!(
            parameters.encodings[0].scalability_mode.as_deref(),
            Some(mode)
        );
        set(&mut duo, sender, &parameters).unwrap();
    }
}

// api: RTCRtpSender.getParameters, RTCRtpEncodingParameters.scalabilityMode
#[test]
fn spatial_layers_go_when_the_negotiated_codec_has_none() {
    for (mode, left) in [
        ("L3T3", "L1T3"),
        ("S2T1", "L1T1"),
        ("L2T2_KEY", "L1T2"),
        ("L1T2", "L1T2"),
    ] {
        for mime_type in ["video/VP8", "video/H264"] {
            let (mut duo, sender) = negotiated_mode(mode, mime_type);
            let parameters = parameters(&mut duo, A, sender);
            assert_eq!(
                parameters.encodings[0].scalability_mode.as_deref(),
                Some(left)
            );
            // So it can be set as it was got.
            set(&mut duo, sender, &parameters).unwrap();
        }
    }
}

// api: RTCRtpEncodingParameters.scaleResolutionDownTo, RTCResolutionRestriction.maxWidth, RTCResolutionRestriction.maxHeight
#[test]
fn a_restriction_of_zero_or_of_some_encodings_is_an_operation_error() {
    let mut encodings = rids(&["a", "b"]);
    encodings[0].scale_resolution_down_to = Some(ResolutionRestriction {
        max_width: Some(640),
        max_height: Some(360),
    });
    assert_eq!(
        refused(Kind::Video, encodings.clone()),
        ErrorName::OperationError
    );
    encodings[1].scale_resolution_down_to = Some(ResolutionRestriction {
        max_width: Some(640),
        max_height: Some(0),
    });
    assert_eq!(
        refused(Kind::Video, encodings.clone()),
        ErrorName::OperationError
    );
    encodings[1].scale_resolution_down_to = encodings[0].scale_resolution_down_to;
    assert_eq!(taken(Kind::Video, encodings).len(), 2);
}

// api: RTCRtpEncodingParameters.ptime, RTCRtpEncodingParameters.adaptivePtime
#[test]
fn a_fixed_and_an_adaptive_duration_do_not_go_together() {
    let encoding = RtpEncodingParameters {
        ptime: Some(20),
        adaptive_ptime: true,
        ..RtpEncodingParameters::default()
    };
    let name = refused(Kind::Audio, vec![encoding]);
    assert_eq!(name, ErrorName::InvalidModificationError);
}

// api: RTCRtpSender.getParameters, RTCRtpSendParameters.encodings, RTCRtpEncodingParameters.active
#[test]
fn a_sender_of_add_track_has_one_active_encoding() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let encodings = parameters(&mut duo, A, sender).encodings;
    assert_eq!(encodings.len(), 1);
    assert!(encodings[0].active);
    assert_eq!(encodings[0].scale_resolution_down_by, Some(1.0));
}

// api: RTCRtpEncodingParameters.priority, RTCRtpEncodingParameters.networkPriority, RTCPriorityType.low
#[test]
fn the_priority_is_low_by_default() {
    let encoding = RtpEncodingParameters::default();
    assert_eq!(encoding.priority, Priority::Low);
    assert_eq!(encoding.network_priority, None);
}

// api: RTCPriorityType.very-low, RTCPriorityType.low, RTCPriorityType.medium, RTCPriorityType.high
#[test]
fn priorities_have_their_words_and_double_their_shares() {
    let words = Priority::ALL.map(Priority::as_str);
    assert_eq!(words, ["very-low", "low", "medium", "high"]);
    assert_eq!(Priority::ALL.map(Priority::weight), [1, 2, 4, 8]);
}

// api: RTCRtpSender.getParameters, RTCRtpParameters.codecs, RTCRtpParameters.headerExtensions
#[test]
fn nothing_is_negotiated_in_the_beginning() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let parameters = parameters(&mut duo, A, sender);
    assert!(parameters.codecs.is_empty());
    assert!(parameters.header_extensions.is_empty());
    assert!(!parameters.rtcp.reduced_size);
}

// api: RTCRtpSender.getParameters, RTCRtpCodecParameters.payloadType, RTCRtpCodec.mimeType, RTCRtpCodec.clockRate, RTCRtpCodec.channels, RTCRtpCodec.sdpFmtpLine
#[test]
fn negotiated_codecs_are_told_with_their_payload_types() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.negotiate(A);
    let parameters = parameters(&mut duo, A, sender);
    let opus = &parameters.codecs[0];
    assert_eq!(opus.payload_type, 111);
    assert_eq!(opus.mime_type, "audio/opus");
    assert_eq!((opus.clock_rate, opus.channels), (48_000, Some(2)));
    assert!(opus.sdp_fmtp_line.as_ref().unwrap().contains("minptime=10"));
}

// api: RTCRtpParameters.codecs, RTCRtpCodec.sdpFmtpLine
#[test]
fn retransmission_has_an_entry_behind_its_codec() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    duo.negotiate(A);
    let codecs = parameters(&mut duo, A, sender).rtp.codecs;
    assert_eq!(codecs[0].mime_type, "video/VP8");
    assert_eq!(codecs[1].mime_type, "video/rtx");
    let apt = format!("apt={}", codecs[0].payload_type);
    assert_eq!(codecs[1].sdp_fmtp_line.as_deref(), Some(apt.as_str()));
}

// api: RTCRtpParameters.rtcp, RTCRtcpParameters.cname, RTCRtcpParameters.reducedSize
#[test]
fn the_canonical_name_is_that_of_the_description() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let (offer, _) = duo.negotiate(A);
    let rtcp = parameters(&mut duo, A, sender).rtp.rtcp;
    assert!(
        offer
            .sdp
            .contains(&format!("cname:{}", rtcp.cname.unwrap()))
    );
    assert!(rtcp.reduced_size);
}

// api: RTCRtpParameters.headerExtensions, RTCRtpHeaderExtensionParameters.uri, RTCRtpHeaderExtensionParameters.id, RTCRtpHeaderExtensionParameters.encrypted
#[test]
fn header_extensions_are_told_with_their_numbers() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let (offer, _) = duo.negotiate(A);
    let extensions = parameters(&mut duo, A, sender).rtp.header_extensions;
    assert!(!extensions.is_empty());
    for extension in extensions {
        let line = format!("a=extmap:{} {}\r\n", extension.id, extension.uri);
        assert!(offer.sdp.contains(&line), "{line}");
        assert!(!extension.encrypted);
    }
}

// api: RTCRtpSender.getParameters, RTCRtpSendParameters.transactionId
#[test]
fn parameters_are_the_same_within_a_task_and_new_after_it() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let first = parameters(&mut duo, A, sender);
    assert_eq!(parameters(&mut duo, A, sender), first);
    duo.flush();
    assert_ne!(
        parameters(&mut duo, A, sender).transaction_id,
        first.transaction_id
    );
}

// api: RTCRtpSender.setParameters
#[test]
fn parameters_can_be_set_once_they_were_got() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let error = set(&mut duo, sender, &RtpSendParameters::default()).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCRtpSender.setParameters, RTCRtpSender.getParameters
#[test]
fn parameters_cannot_be_set_in_a_later_task() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let parameters = parameters(&mut duo, A, sender);
    duo.flush();
    let error = set(&mut duo, sender, &parameters).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCRtpSender.setParameters, RTCRtpTransceiver.stop
#[test]
fn parameters_of_a_stopped_sender_cannot_be_set() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let parameters = parameters(&mut duo, A, sender);
    duo.does(A, Call::StopTransceiver(TransceiverId(sender.0)));
    let error = set(&mut duo, sender, &parameters).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCRtpSender.setParameters, RTCRtpSendParameters.transactionId
#[test]
fn another_transaction_is_a_modification() {
    let result = changed(Kind::Audio, |parameters| {
        parameters.transaction_id.push('x');
    });
    assert_eq!(result, modified());
}

// api: RTCRtpSender.setParameters, RTCRtpSendParameters.encodings
#[test]
fn the_number_of_encodings_cannot_change() {
    let more = changed(Kind::Video, |parameters| {
        parameters.encodings.push(RtpEncodingParameters::default());
    });
    assert_eq!(more, modified());
    let none = changed(Kind::Video, |parameters| parameters.encodings.clear());
    assert_eq!(none, modified());
}

// api: RTCRtpSender.setParameters, RTCRtpCodingParameters.rid
#[test]
fn rids_and_their_order_cannot_change() {
    let mut duo = Duo::new(1);
    let id = with_encodings(&mut duo, Kind::Video, rids(&["a", "b"])).unwrap();
    let mut swapped = parameters(&mut duo, A, id.sender());
    swapped.encodings.swap(0, 1);
    let error = set(&mut duo, id.sender(), &swapped).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidModificationError);
    let mut renamed = parameters(&mut duo, A, id.sender());
    renamed.encodings[0].rid = Some(String::from("c"));
    let error = set(&mut duo, id.sender(), &renamed).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidModificationError);
}

// api: RTCRtpSender.setParameters, RTCRtpParameters.codecs
#[test]
fn codecs_are_read_only() {
    let result = changed_later(Kind::Audio, |parameters| parameters.codecs.clear());
    assert_eq!(result, modified());
}

// api: RTCRtpSender.setParameters, RTCRtpParameters.headerExtensions
#[test]
fn header_extensions_are_read_only() {
    let result = changed_later(Kind::Audio, |parameters| {
        parameters.header_extensions.pop();
    });
    assert_eq!(result, modified());
}

// api: RTCRtpSender.setParameters, RTCRtcpParameters.cname
#[test]
fn the_canonical_name_is_read_only() {
    let result = changed(Kind::Audio, |parameters| parameters.rtcp.cname = None);
    assert_eq!(result, modified());
}

// api: RTCRtpSender.setParameters, RTCRtcpParameters.reducedSize
#[test]
fn the_size_of_rtcp_is_read_only() {
    let result = changed(Kind::Audio, |parameters| {
        parameters.rtcp.reduced_size = true;
    });
    assert_eq!(result, modified());
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.codec
#[test]
fn a_codec_that_was_not_negotiated_cannot_be_chosen() {
    let result = changed_later(Kind::Audio, |parameters| {
        parameters.encodings[0].codec = Some(RtpCodec {
            mime_type: String::from("audio/G722"),
            clock_rate: 8_000,
            channels: Some(1),
            sdp_fmtp_line: None,
        });
    });
    assert_eq!(result, modified());
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.codec
#[test]
fn a_negotiated_codec_can_be_chosen() {
    let result = changed_later(Kind::Audio, |parameters| {
        parameters.encodings[0].codec = Some(parameters.rtp.codecs[1].codec.clone());
    });
    assert_eq!(result, Ok(()));
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.codec
#[test]
fn retransmission_is_no_codec_to_choose() {
    let result = changed_later(Kind::Video, |parameters| {
        parameters.encodings[0].codec = Some(parameters.rtp.codecs[1].codec.clone());
    });
    assert_eq!(result, modified());
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.codec
#[test]
fn a_codec_that_is_not_negotiated_any_more_is_forgotten() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.negotiate(A);
    let mut chosen = parameters(&mut duo, A, sender);
    chosen.encodings[0].codec = Some(chosen.rtp.codecs[1].codec.clone());
    set(&mut duo, sender, &chosen).unwrap();
    let capabilities = MediaEngine::default().capabilities(Kind::Audio);
    let opus = vec![capabilities[0].clone()];
    duo.does(A, Call::SetCodecPreferences(TransceiverId(sender.0), opus));
    duo.negotiate(A);
    assert_eq!(parameters(&mut duo, A, sender).encodings[0].codec, None);
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.scaleResolutionDownBy
#[test]
fn a_scale_below_one_is_out_of_range_later_as_well() {
    let result = changed(Kind::Video, |parameters| {
        parameters.encodings[0].scale_resolution_down_by = Some(0.5);
    });
    assert_eq!(result, Err(ErrorName::RangeError));
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.maxFramerate
#[test]
fn a_frame_rate_may_be_zero_and_not_less() {
    let result = changed(Kind::Video, |parameters| {
        parameters.encodings[0].max_framerate = Some(0.0);
    });
    assert_eq!(result, Ok(()));
    let result = changed(Kind::Video, |parameters| {
        parameters.encodings[0].max_framerate = Some(-1.0);
    });
    assert_eq!(result, Err(ErrorName::RangeError));
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.scaleResolutionDownBy
#[test]
fn a_missing_scale_becomes_one() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let mut without = parameters(&mut duo, A, sender);
    without.encodings[0].scale_resolution_down_by = None;
    set(&mut duo, sender, &without).unwrap();
    let encodings = parameters(&mut duo, A, sender).encodings;
    assert_eq!(encodings[0].scale_resolution_down_by, Some(1.0));
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.scaleResolutionDownBy
#[test]
fn the_scale_of_audio_is_dropped() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let mut scaled = parameters(&mut duo, A, sender);
    scaled.encodings[0].scale_resolution_down_by = Some(0.5);
    set(&mut duo, sender, &scaled).unwrap();
    let encodings = parameters(&mut duo, A, sender).encodings;
    assert_eq!(encodings[0].scale_resolution_down_by, None);
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.maxBitrate, RTCRtpEncodingParameters.active, RTCRtpEncodingParameters.priority, RTCRtpEncodingParameters.networkPriority
#[test]
fn what_was_set_is_told() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let mut set_to = parameters(&mut duo, A, sender);
    let encoding = &mut set_to.encodings[0];
    encoding.active = false;
    encoding.max_bitrate = Some(500_000);
    encoding.priority = Priority::High;
    encoding.network_priority = Some(Priority::VeryLow);
    set(&mut duo, sender, &set_to).unwrap();
    assert_eq!(parameters(&mut duo, A, sender).encodings, set_to.encodings);
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.scalabilityMode
#[test]
fn a_scalability_mode_that_the_codec_lacks_is_a_modification() {
    let change = |parameters: &mut RtpSendParameters| {
        parameters.encodings[0].scalability_mode = Some(String::from("L2T1"));
    };
    // Before negotiation it may still become AV1, which has it.
    assert_eq!(changed(Kind::Video, change), Ok(()));
    assert_eq!(changed_later(Kind::Video, change), modified());
    let nonsense = |parameters: &mut RtpSendParameters| {
        parameters.encodings[0].scalability_mode = Some(String::from("L9T9"));
    };
    assert_eq!(changed(Kind::Video, nonsense), modified());
}

// api: RTCRtpSender.setParameters, RTCRtpEncodingParameters.scalabilityMode
#[test]
fn scalability_is_turned_on_and_off() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    duo.negotiate(A);
    for mode in ["L1T3", "L1T1"] {
        let mut set_to = parameters(&mut duo, A, sender);
        set_to.encodings[0].scalability_mode = Some(mode.to_owned());
        set(&mut duo, sender, &set_to).unwrap();
        let encodings = parameters(&mut duo, A, sender).encodings;
        assert_eq!(encodings[0].scalability_mode.as_deref(), Some(mode));
    }
}

// api: RTCSetParameterOptions.encodingOptions, RTCEncodingOptions.keyFrame
#[test]
fn a_key_frame_is_asked_for_with_the_parameters() {
    let mut duo = Duo::new(1);
    let id = with_encodings(&mut duo, Kind::Video, rids(&["a", "b"])).unwrap();
    let parameters = parameters(&mut duo, A, id.sender());
    let key_frame = |key_frame| EncodingOptions { key_frame };
    let options = SetParameterOptions {
        encoding_options: vec![key_frame(false), key_frame(true)],
    };
    set_with(&mut duo, id.sender(), &parameters, options).unwrap();
    let asked =
        |event: &Event| matches!(event, Event::KeyFrameWanted { rid: Some(rid), .. } if rid == "b");
    assert_eq!(duo.count(A, asked), 1);
    assert_eq!(
        duo.count(A, |event| matches!(event, Event::KeyFrameWanted { .. })),
        1
    );
}

// api: RTCSetParameterOptions.encodingOptions
#[test]
fn options_are_there_for_each_encoding_or_for_none() {
    let mut duo = Duo::new(1);
    let id = with_encodings(&mut duo, Kind::Video, rids(&["a", "b"])).unwrap();
    let parameters = parameters(&mut duo, A, id.sender());
    let options = SetParameterOptions {
        encoding_options: vec![EncodingOptions::default()],
    };
    let error = set_with(&mut duo, id.sender(), &parameters, options).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidModificationError);
}

// api: RTCRtpSender.setParameters, RTCPeerConnection.setLocalDescription
#[test]
fn a_description_waits_for_parameters_that_were_set_before_it_applies() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let offered = duo.call(A, Call::SetLocalDescription(None));
    let parameters = parameters(&mut duo, A, sender);
    let call = Call::SetParameters(sender, Box::new(parameters), SetParameterOptions::default());
    let set = duo.call(A, call);
    let (Answer::Promise(offered), Answer::Promise(set)) = (offered, set) else {
        panic!("no promises");
    };
    duo.settle(A, set).unwrap();
    duo.settle(A, offered).unwrap();
}

// api: RTCRtpSender.getCapabilities, RTCRtpCapabilities.codecs, RTCRtpCapabilities.headerExtensions, RTCRtpHeaderExtensionCapability.uri
#[test]
fn capabilities_have_one_entry_for_retransmission() {
    let capabilities = MediaEngine::default().send_capabilities(Kind::Video);
    let rtx: Vec<_> = capabilities
        .codecs
        .iter()
        .filter(|codec| codec.mime_type == "video/rtx")
        .collect();
    assert_eq!(rtx.len(), 1);
    assert_eq!(rtx[0].sdp_fmtp_line, None);
    let mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
    assert!(
        capabilities
            .header_extensions
            .iter()
            .any(|extension| extension.uri == mid)
    );
}

// api: RTCRtpSender.getCapabilities
#[test]
fn audio_has_the_codecs_of_browsers() {
    let codecs = MediaEngine::default().send_capabilities(Kind::Audio).codecs;
    let known: Vec<_> = codecs
        .iter()
        .map(|codec| (codec.mime_type.as_str(), codec.clock_rate))
        .collect();
    assert_eq!(
        known,
        [
            ("audio/opus", 48_000),
            ("audio/PCMU", 8_000),
            ("audio/PCMA", 8_000),
            ("audio/CN", 8_000),
            ("audio/telephone-event", 48_000),
            ("audio/telephone-event", 8_000),
        ]
    );
}

fn replace(duo: &mut Duo, sender: SenderId, track: Option<(&str, Kind)>) -> Result<(), Error> {
    let track = track.map(|(id, kind)| TrackInfo {
        id: id.to_owned(),
        kind,
    });
    duo.promised(A, Call::ReplaceTrack(sender, track))
        .map(|_| ())
}

fn sent_track(duo: &Duo, sender: SenderId) -> Option<String> {
    let view = duo.session(A).transceiver(TransceiverId(sender.0))?;
    view.sender_track.map(|track| track.id)
}

// api: RTCRtpSender.replaceTrack, RTCRtpSender.track
#[test]
fn another_track_takes_the_place_without_negotiation() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.negotiate(A);
    duo.clear_events();
    replace(&mut duo, sender, Some(("music", Kind::Audio))).unwrap();
    assert_eq!(sent_track(&duo, sender).as_deref(), Some("music"));
    replace(&mut duo, sender, None).unwrap();
    assert_eq!(sent_track(&duo, sender), None);
    assert_eq!(
        duo.count(A, |event| matches!(event, Event::NegotiationNeeded)),
        0
    );
}

// api: RTCRtpSender.replaceTrack
#[test]
fn a_track_of_another_kind_cannot_replace() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let error = replace(&mut duo, sender, Some(("camera", Kind::Video))).unwrap_err();
    assert_eq!(error.name, ErrorName::TypeError);
    assert_eq!(sent_track(&duo, sender).as_deref(), Some("voice"));
}

// api: RTCRtpSender.replaceTrack, RTCPeerConnection.close
#[test]
fn nothing_replaces_a_track_after_the_end() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.does(A, Call::Close);
    let error = replace(&mut duo, sender, None).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCRtpSender.replaceTrack, RTCRtpTransceiver.stop
#[test]
fn nothing_replaces_the_track_of_a_stopped_sender() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.does(A, Call::StopTransceiver(TransceiverId(sender.0)));
    let error = replace(&mut duo, sender, None).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCRtpSender.replaceTrack
#[test]
fn a_track_changes_when_the_operations_before_are_done() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.does(A, Call::SetLocalDescription(None));
    duo.does(A, Call::ReplaceTrack(sender, None));
    assert_eq!(sent_track(&duo, sender).as_deref(), Some("voice"));
    duo.flush();
    assert_eq!(sent_track(&duo, sender), None);
}

// api: RTCRtpSender.replaceTrack, RTCPeerConnection.close
#[test]
fn a_replacement_that_the_end_overtakes_does_nothing() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.does(A, Call::ReplaceTrack(sender, None));
    duo.does(A, Call::Close);
    duo.flush();
    assert_eq!(sent_track(&duo, sender).as_deref(), Some("voice"));
}

fn set_streams(duo: &mut Duo, sender: SenderId, streams: &[&str]) -> Answer {
    let streams = streams.iter().map(|&stream| stream.to_owned()).collect();
    duo.call(A, Call::SetStreams(sender, streams))
}

// api: RTCRtpSender.setStreams
#[test]
fn other_streams_need_negotiation_and_are_told_once_each() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.negotiate(A);
    duo.clear_events();
    set_streams(&mut duo, sender, &["one", "two", "one"]);
    duo.flush();
    assert_eq!(
        duo.count(A, |event| matches!(event, Event::NegotiationNeeded)),
        1
    );
    let (offer, _) = duo.negotiate(A);
    assert_eq!(offer.sdp.matches("a=msid:one ").count(), 1);
    assert_eq!(offer.sdp.matches("a=msid:two ").count(), 1);
}

// api: RTCRtpSender.setStreams, RTCPeerConnection.close
#[test]
fn streams_cannot_be_set_after_the_end() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.does(A, Call::Close);
    let Answer::Failed(error) = set_streams(&mut duo, sender, &["one"]) else {
        panic!("taken");
    };
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCRtpSender.transport
#[test]
fn the_transport_is_there_with_the_description() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    let transport = |duo: &Duo| {
        let view = duo.session(A).transceiver(TransceiverId(sender.0)).unwrap();
        view.transport
    };
    assert_eq!(transport(&duo), None);
    let offer = duo.create_offer(A);
    duo.set_local(A, &offer);
    assert!(transport(&duo).is_some());
}

// api: RTCRtpTransceiverInit.sendEncodings, RTCPeerConnection.createOffer
#[test]
fn an_offer_of_simulcast_names_its_encodings_and_sources() {
    let mut duo = Duo::new(1);
    with_encodings(&mut duo, Kind::Video, rids(&["q", "h", "f"])).unwrap();
    let sdp = duo.create_offer(A).sdp;
    for line in ["a=rid:q send\r\n", "a=rid:h send\r\n", "a=rid:f send\r\n"] {
        assert!(sdp.contains(line), "{line}");
    }
    assert!(sdp.contains("a=simulcast:send q;h;f\r\n"));
    assert_eq!(sdp.matches("a=ssrc-group:SIM ").count(), 1);
    assert_eq!(sdp.matches("a=ssrc-group:FID ").count(), 3);
    assert!(sdp.contains("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"));
    assert!(sdp.contains("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"));
}

// api: RTCPeerConnection.createAnswer, RTCRtpReceiveParameters, RTCRtpReceiver.getParameters
#[test]
fn an_answer_takes_the_encodings_that_are_offered() {
    let (mut duo, _) = simulcast(1);
    let answer = duo.session(B).description(Which::Local).unwrap().sdp;
    assert!(answer.contains("a=rid:q recv\r\n"));
    assert!(answer.contains("a=simulcast:recv q;h;f\r\n"));
    let receiver = duo.session(B).transceivers()[0].id.receiver();
    let received = duo.pc(B).session().receive_parameters(receiver).encodings;
    let received: Vec<_> = received
        .iter()
        .map(|coding| coding.rid.as_deref())
        .collect();
    assert_eq!(received, [Some("q"), Some("h"), Some("f")]);
}

// api: RTCRtpSender.getParameters, RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_that_takes_all_encodings_keeps_them() {
    let (mut duo, sender) = simulcast(1);
    let encodings = parameters(&mut duo, A, sender).encodings;
    assert_eq!(names(&encodings), ["q", "h", "f"]);
}

// api: RTCRtpSender.getParameters, RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_without_simulcast_leaves_the_first_encoding() {
    let mut duo = Duo::new(1);
    let id = with_encodings(&mut duo, Kind::Video, rids(&["q", "h", "f"])).unwrap();
    answered(&mut duo, |line| {
        let drop = line.starts_with("a=rid:") || line.starts_with("a=simulcast:");
        (!drop).then(|| line.to_owned())
    });
    let encodings = parameters(&mut duo, A, id.sender()).encodings;
    assert_eq!(encodings.len(), 1);
    assert_eq!(encodings[0].scale_resolution_down_by, Some(4.0));
}

// api: RTCRtpSender.getParameters, RTCPeerConnection.setRemoteDescription
#[test]
fn an_answer_that_leaves_some_out_narrows_the_envelope_for_good() {
    let mut duo = Duo::new(1);
    let id = with_encodings(&mut duo, Kind::Video, rids(&["q", "h", "f"])).unwrap();
    answered(&mut duo, |line| match line {
        "a=rid:h recv" => None,
        "a=simulcast:recv q;h;f" => Some(String::from("a=simulcast:recv q;f")),
        line => Some(line.to_owned()),
    });
    let encodings = parameters(&mut duo, A, id.sender()).encodings;
    assert_eq!(names(&encodings), ["q", "f"]);
    let offer = duo.create_offer(A).sdp;
    assert!(offer.contains("a=simulcast:send q;f\r\n"));
}

// api: RTCPeerConnection.setRemoteDescription, RTCRtpSender.getParameters
#[test]
fn an_offer_that_asks_for_simulcast_gives_a_sender_its_encodings() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let sdp = asking_offer(&mut duo);
    duo.set_remote(A, &sdp);
    let encodings = parameters(&mut duo, A, sender).encodings;
    assert_eq!(names(&encodings), ["low", "high"]);
    assert_eq!(scales(&encodings), [Some(2.0), Some(1.0)]);
    let answer = duo.create_answer(A).sdp;
    assert!(answer.contains("a=rid:low send\r\n"));
    assert!(answer.contains("a=simulcast:send low;high\r\n"));
}

// api: RTCPeerConnection.setRemoteDescription, RTCSdpType.rollback, RTCRtpSender.getParameters
#[test]
fn a_rollback_takes_proposed_encodings_back() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    let sdp = asking_offer(&mut duo);
    duo.set_remote(A, &sdp);
    let rollback = SessionDescription {
        kind: SdpType::Rollback,
        sdp: String::new(),
    };
    duo.set_remote(A, &rollback);
    let encodings = parameters(&mut duo, A, sender).encodings;
    assert_eq!(encodings.len(), 1);
    assert_eq!(encodings[0].rid, None);
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn simulcast_of_a_rid_that_is_not_there_is_refused() {
    let mut duo = Duo::new(1);
    let mut offer = asking_offer(&mut duo);
    offer.sdp = offer.sdp.replace("a=rid:low recv\r\n", "");
    let error = duo
        .promised(A, Call::SetRemoteDescription(offer))
        .unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidAccessError);
}

/// An offer of B that asks for two encodings of video.
fn asking_offer(duo: &mut Duo) -> SessionDescription {
    duo.add_track(B, Kind::Video, "far");
    let mut offer = duo.create_offer(B);
    duo.set_local(B, &offer);
    let lines = "a=rid:low recv\r\na=rid:high recv\r\na=simulcast:recv low,other;high\r\n";
    let lines = format!("a=rid:other recv\r\n{lines}");
    offer.sdp.push_str(&lines);
    offer
}

fn frame(rid: Option<&str>, number: u8) -> OutgoingFrame {
    // A key frame of VP8, 16 by 16 pixels.
    let mut data = vec![0x10, 0, 0, 0x9d, 0x01, 0x2a, 16, 0, 16, 0];
    data.push(number);
    let time = FrameTime::Media(Duration::from_millis(40 * u64::from(number)));
    OutgoingFrame {
        rid: rid.map(|rid| stonechat_rtp::Rid::new(rid).unwrap()),
        ..OutgoingFrame::new(Bytes::from(data), time)
    }
}

// api: RTCRtpCodingParameters.rid, RTCRtpReceiver.track
#[test]
fn encodings_of_simulcast_arrive_by_name() {
    let (mut duo, sender) = simulcast(3);
    duo.connect();
    let receiver = duo.session(B).transceivers()[0].id.receiver();
    let mut arrived = Vec::new();
    for number in 0..5 {
        for rid in ["q", "h", "f"] {
            let now = duo.now();
            duo.pc(A)
                .send_frame(now, sender, frame(Some(rid), number))
                .unwrap();
        }
        duo.run_for(Duration::from_millis(40));
        let now = duo.now();
        while let Some(frame) = duo.pc(B).recv_frame(now, receiver) {
            arrived.push((frame.rid.unwrap().to_string(), frame.ssrc, frame.data[10]));
        }
    }
    for rid in ["q", "h", "f"] {
        let of_rid: Vec<_> = arrived.iter().filter(|(name, ..)| name == rid).collect();
        assert_eq!(of_rid.len(), 5, "{rid}: {arrived:?}");
        assert!(of_rid.iter().all(|(_, ssrc, _)| *ssrc == of_rid[0].1));
    }
}

// api: RTCRtpCodingParameters.rid
#[test]
fn a_frame_of_an_encoding_that_is_not_there_is_refused() {
    let (mut duo, sender) = simulcast(3);
    duo.connect();
    let now = duo.now();
    let result = duo.pc(A).send_frame(now, sender, frame(Some("x"), 0));
    assert_eq!(result, Err(SendMediaError::UnknownEncoding));
}

// api: RTCRtpEncodingParameters.active, RTCRtpSender.setParameters
#[test]
fn an_inactive_encoding_takes_no_frames_and_the_others_do() {
    let (mut duo, sender) = simulcast(3);
    duo.connect();
    let mut without = parameters(&mut duo, A, sender);
    without.encodings[1].active = false;
    set(&mut duo, sender, &without).unwrap();
    let now = duo.now();
    let refused = duo.pc(A).send_frame(now, sender, frame(Some("h"), 0));
    assert_eq!(refused, Err(SendMediaError::Inactive));
    duo.pc(A)
        .send_frame(now, sender, frame(Some("f"), 0))
        .unwrap();
    let active: Vec<_> = hints(&duo, sender).iter().map(|hint| hint.1).collect();
    assert_eq!(active, [true, false, true]);
}

fn hints(duo: &Duo, sender: SenderId) -> Vec<(Option<u32>, bool)> {
    let hints = duo.session(A).encoding_hints(sender);
    hints
        .iter()
        .map(|hint| (hint.max_bitrate, hint.active))
        .collect()
}

// api: RTCRtpEncodingParameters.maxBitrate, RTCRtpSender.setParameters
#[test]
fn the_encoder_hears_of_the_bitrate() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    assert_eq!(hints(&duo, sender), [(None, false)]);
    duo.negotiate(A);
    let mut limited = parameters(&mut duo, A, sender);
    limited.encodings[0].max_bitrate = Some(300_000);
    set(&mut duo, sender, &limited).unwrap();
    assert_eq!(hints(&duo, sender), [(Some(300_000), true)]);
}

// api: RTCRtpSender.replaceTrack, RTCRtpSender.track
#[test]
fn a_sender_without_a_track_sends_nothing() {
    let mut duo = Duo::new(1);
    let sender = duo.add_track(A, Kind::Video, "camera");
    duo.negotiate(A);
    duo.connect();
    replace(&mut duo, sender, None).unwrap();
    let now = duo.now();
    let refused = duo.pc(A).send_frame(now, sender, frame(None, 0));
    assert_eq!(refused, Err(SendMediaError::Inactive));
}
