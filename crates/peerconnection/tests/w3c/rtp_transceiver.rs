//! `RTCRtpTransceiver`, `addTrack`, `removeTrack` and `addTransceiver` (webrtc-pc, sections 5.1
//! and 5.4; webrtc-extensions, section 5).

use stonechat_peerconnection::{
    Answer, Call, Direction, Error, ErrorName, Event, Kind, MediaEngine, RtpCodec,
    RtpHeaderExtensionCapability, SenderId, TrackInfo, TransceiverId, TransceiverInit,
};

use crate::rtp_sender::{parameters, try_add};
use crate::setup::{A, B, Duo, SIDES};

const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

fn add(duo: &mut Duo, kind: Kind) -> TransceiverId {
    try_add(duo, kind, TransceiverInit::default()).unwrap()
}

fn add_with(duo: &mut Duo, direction: Direction) -> TransceiverId {
    let init = TransceiverInit {
        direction,
        ..TransceiverInit::default()
    };
    try_add(duo, Kind::Audio, init).unwrap()
}

fn fails(duo: &mut Duo, call: Call) -> ErrorName {
    match duo.call(A, call) {
        Answer::Failed(Error { name, .. }) => name,
        other => panic!("{other:?}"),
    }
}

fn direction(duo: &Duo, id: TransceiverId) -> Direction {
    duo.session(A).transceiver(id).unwrap().direction
}

fn current(duo: &Duo, side: usize) -> Option<Direction> {
    duo.session(side).transceivers()[0].current_direction
}

fn needed(duo: &mut Duo) -> usize {
    duo.flush();
    duo.count(A, |event| matches!(event, Event::NegotiationNeeded))
}

fn track(id: &str, kind: Kind) -> TrackInfo {
    TrackInfo {
        id: id.to_owned(),
        kind,
    }
}

// api: RTCPeerConnection.addTransceiver, RTCRtpTransceiver.mid, RTCRtpTransceiver.direction, RTCRtpTransceiver.currentDirection, RTCRtpTransceiverDirection.sendrecv
#[test]
fn a_transceiver_begins_without_a_section() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    let view = duo.session(A).transceiver(id).unwrap();
    assert_eq!(view.mid, None);
    assert_eq!(view.direction, Direction::SendRecv);
    assert_eq!(view.current_direction, None);
    assert_eq!(needed(&mut duo), 1);
}

// api: RTCRtpTransceiverInit.direction, RTCRtpTransceiverDirection.stopped
#[test]
fn a_transceiver_does_not_begin_stopped() {
    let mut duo = Duo::new(1);
    let init = TransceiverInit {
        direction: Direction::Stopped,
        ..TransceiverInit::default()
    };
    let error = try_add(&mut duo, Kind::Audio, init).unwrap_err();
    assert_eq!(error.name, ErrorName::TypeError);
}

// api: RTCRtpTransceiverInit.direction, RTCRtpTransceiverDirection.sendonly, RTCRtpTransceiverDirection.recvonly, RTCRtpTransceiverDirection.inactive
#[test]
fn each_direction_is_offered_as_it_is() {
    for wanted in [
        Direction::SendRecv,
        Direction::SendOnly,
        Direction::RecvOnly,
        Direction::Inactive,
    ] {
        let mut duo = Duo::new(1);
        let id = add_with(&mut duo, wanted);
        assert_eq!(direction(&duo, id), wanted);
        let sdp = duo.create_offer(A).sdp;
        assert!(sdp.contains(&format!("a={wanted}\r\n")), "{sdp}");
    }
}

// api: RTCRtpTransceiverInit.streams
#[test]
fn streams_are_told_once_each() {
    let mut duo = Duo::new(1);
    let init = TransceiverInit {
        streams: ["one", "two", "one"].map(String::from).to_vec(),
        ..TransceiverInit::default()
    };
    try_add(&mut duo, Kind::Audio, init).unwrap();
    let sdp = duo.create_offer(A).sdp;
    assert_eq!(sdp.matches("a=msid:one ").count(), 1);
    assert_eq!(sdp.matches("a=msid:two ").count(), 1);
}

// api: RTCPeerConnection.addTransceiver, RTCPeerConnection.close
#[test]
fn no_transceiver_is_added_after_the_end() {
    let mut duo = Duo::new(1);
    duo.does(A, Call::Close);
    let error = try_add(&mut duo, Kind::Audio, TransceiverInit::default()).unwrap_err();
    assert_eq!(error.name, ErrorName::InvalidStateError);
}

// api: RTCRtpTransceiver.mid
#[test]
fn the_mid_is_that_of_the_description() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    let offer = duo.create_offer(A);
    assert_eq!(duo.session(A).transceiver(id).unwrap().mid, None);
    duo.set_local(A, &offer);
    let mid = duo.session(A).transceiver(id).unwrap().mid.unwrap();
    assert!(offer.sdp.contains(&format!("a=mid:{mid}\r\n")));
}

// api: RTCRtpTransceiver.currentDirection
#[test]
fn the_current_direction_is_what_both_agreed_on() {
    let mut duo = Duo::new(1);
    add(&mut duo, Kind::Audio);
    duo.offer_from(A);
    assert_eq!(current(&duo, A), None);
    duo.answer_from(B);
    assert_eq!(current(&duo, A), Some(Direction::SendOnly));
    assert_eq!(current(&duo, B), Some(Direction::RecvOnly));
}

// api: RTCRtpTransceiver.direction
#[test]
fn another_direction_needs_negotiation() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.negotiate(A);
    duo.clear_events();
    duo.does(A, Call::SetDirection(id, Direction::Inactive));
    assert_eq!(direction(&duo, id), Direction::Inactive);
    assert_eq!(current(&duo, A), Some(Direction::SendOnly));
    assert_eq!(needed(&mut duo), 1);
    duo.negotiate(A);
    assert_eq!(current(&duo, A), Some(Direction::Inactive));
}

// api: RTCRtpTransceiver.direction
#[test]
fn the_same_direction_needs_nothing() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.negotiate(A);
    duo.clear_events();
    duo.does(A, Call::SetDirection(id, Direction::SendRecv));
    assert_eq!(needed(&mut duo), 0);
}

// api: RTCRtpTransceiver.direction, RTCRtpTransceiverDirection.stopped
#[test]
fn no_direction_stops() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    let name = fails(&mut duo, Call::SetDirection(id, Direction::Stopped));
    assert_eq!(name, ErrorName::TypeError);
    assert_eq!(direction(&duo, id), Direction::SendRecv);
}

// api: RTCRtpTransceiver.direction, RTCRtpTransceiver.stop
#[test]
fn a_stopping_transceiver_has_the_direction_stopped_and_keeps_it() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.does(A, Call::StopTransceiver(id));
    assert_eq!(direction(&duo, id), Direction::Stopped);
    for wanted in [Direction::SendRecv, Direction::Stopped] {
        let name = fails(&mut duo, Call::SetDirection(id, wanted));
        assert_eq!(name, ErrorName::InvalidStateError);
    }
}

// api: RTCRtpTransceiver.stop, RTCRtpTransceiver.currentDirection
#[test]
fn stopping_is_over_with_the_negotiation() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.negotiate(A);
    duo.clear_events();
    duo.does(A, Call::StopTransceiver(id));
    assert_eq!(current(&duo, A), Some(Direction::SendOnly));
    assert_eq!(needed(&mut duo), 1);
    let (offer, _) = duo.negotiate(A);
    assert!(offer.sdp.contains("m=audio 0 "));
    for side in SIDES {
        assert!(duo.session(side).transceivers().is_empty());
    }
}

// api: RTCRtpTransceiver.stop, MediaStreamTrack.readyState
#[test]
fn the_track_of_a_stopped_receiver_ends_in_a_task() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.does(A, Call::StopTransceiver(id));
    duo.does(A, Call::StopTransceiver(id));
    assert!(!duo.session(A).transceiver(id).unwrap().receiver_ended);
    duo.flush();
    assert!(duo.session(A).transceiver(id).unwrap().receiver_ended);
    assert_eq!(
        duo.count(A, |event| matches!(event, Event::TrackEnded(_))),
        1
    );
}

// api: RTCRtpTransceiver.stop, RTCPeerConnection.close
#[test]
fn nothing_stops_after_the_end() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.does(A, Call::Close);
    let name = fails(&mut duo, Call::StopTransceiver(id));
    assert_eq!(name, ErrorName::InvalidStateError);
}

// api: RTCRtpTransceiver.stop, RTCPeerConnection.createAnswer
#[test]
fn a_transceiver_that_stops_after_the_offer_is_answered_as_inactive() {
    let mut duo = Duo::new(1);
    add(&mut duo, Kind::Audio);
    duo.offer_from(A);
    let theirs = duo.session(B).transceivers()[0].id;
    duo.does(B, Call::StopTransceiver(theirs));
    let answer = duo.create_answer(B).sdp;
    assert!(answer.contains("m=audio 9 "), "{answer}");
    assert!(answer.contains("a=inactive\r\n"), "{answer}");
}

// api: RTCPeerConnection.close, RTCRtpTransceiver.currentDirection, RTCPeerConnection.getTransceivers
#[test]
fn the_end_stops_all_transceivers() {
    let mut duo = Duo::new(1);
    add(&mut duo, Kind::Audio);
    duo.does(A, Call::Close);
    let views = duo.session(A).transceivers();
    assert_eq!(views.len(), 1);
    assert!(!views[0].is_attached);
    assert_eq!(views[0].direction, Direction::Stopped);
    assert_eq!(views[0].current_direction, Some(Direction::Stopped));
}

fn add_track(duo: &mut Duo, id: &str) -> Result<SenderId, ErrorName> {
    let call = Call::AddTrack {
        track: track(id, Kind::Audio),
        streams: Vec::new(),
    };
    match duo.call(A, call) {
        Answer::Sender(sender) => Ok(sender),
        Answer::Failed(error) => Err(error.name),
        other => panic!("{other:?}"),
    }
}

// api: RTCPeerConnection.addTrack
#[test]
fn a_track_is_added_once() {
    let mut duo = Duo::new(1);
    add_track(&mut duo, "voice").unwrap();
    assert_eq!(
        add_track(&mut duo, "voice"),
        Err(ErrorName::InvalidAccessError)
    );
}

// api: RTCPeerConnection.addTrack, RTCPeerConnection.close
#[test]
fn no_track_is_added_after_the_end() {
    let mut duo = Duo::new(1);
    duo.does(A, Call::Close);
    assert_eq!(
        add_track(&mut duo, "voice"),
        Err(ErrorName::InvalidStateError)
    );
}

// api: RTCPeerConnection.addTrack, RTCRtpTransceiver.direction
#[test]
fn a_track_takes_a_sender_that_never_sent() {
    for (before, after) in [
        (Direction::RecvOnly, Direction::SendRecv),
        (Direction::Inactive, Direction::SendOnly),
    ] {
        let mut duo = Duo::new(1);
        let init = TransceiverInit {
            direction: before,
            ..TransceiverInit::default()
        };
        let call = Call::AddTransceiver {
            kind: Kind::Audio,
            track: None,
            init,
        };
        duo.does(A, call);
        let sender = add_track(&mut duo, "voice").unwrap();
        assert_eq!(duo.session(A).transceivers().len(), 1);
        assert_eq!(direction(&duo, TransceiverId(sender.0)), after);
    }
}

// api: RTCPeerConnection.removeTrack, RTCPeerConnection.addTrack
#[test]
fn a_sender_that_has_sent_is_not_taken_again() {
    let mut duo = Duo::new(1);
    let sender = add_track(&mut duo, "voice").unwrap();
    duo.negotiate(A);
    duo.does(A, Call::RemoveTrack(sender));
    let other = add_track(&mut duo, "music").unwrap();
    assert_ne!(sender, other);
}

// api: RTCPeerConnection.removeTrack, RTCRtpSender.track, RTCRtpTransceiver.direction
#[test]
fn a_track_that_is_removed_leaves_its_sender_and_its_direction() {
    for (before, after) in [
        (Direction::SendRecv, Direction::RecvOnly),
        (Direction::SendOnly, Direction::Inactive),
    ] {
        let mut duo = Duo::new(1);
        let id = add_with(&mut duo, before);
        duo.does(A, Call::RemoveTrack(id.sender()));
        let view = duo.session(A).transceiver(id).unwrap();
        assert_eq!((view.direction, view.sender_track), (after, None));
    }
}

// api: RTCPeerConnection.removeTrack
#[test]
fn a_sender_of_another_connection_is_refused() {
    let mut duo = Duo::new(1);
    let name = fails(&mut duo, Call::RemoveTrack(SenderId(7)));
    assert_eq!(name, ErrorName::InvalidAccessError);
}

// api: RTCPeerConnection.removeTrack, RTCRtpTransceiver.stop
#[test]
fn removing_the_track_of_a_stopped_sender_does_nothing() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.does(A, Call::StopTransceiver(id));
    duo.does(A, Call::RemoveTrack(id.sender()));
    assert!(
        duo.session(A)
            .transceiver(id)
            .unwrap()
            .sender_track
            .is_some()
    );
    duo.negotiate(A);
    duo.does(A, Call::RemoveTrack(id.sender()));
}

// api: RTCPeerConnection.removeTrack, RTCPeerConnection.close
#[test]
fn no_track_is_removed_after_the_end() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.does(A, Call::Close);
    let name = fails(&mut duo, Call::RemoveTrack(id.sender()));
    assert_eq!(name, ErrorName::InvalidStateError);
}

fn audio() -> Vec<RtpCodec> {
    MediaEngine::default().capabilities(Kind::Audio)
}

fn video() -> Vec<RtpCodec> {
    MediaEngine::default().capabilities(Kind::Video)
}

fn prefer(kind: Kind, codecs: Vec<RtpCodec>) -> Result<String, ErrorName> {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, kind);
    match duo.call(A, Call::SetCodecPreferences(id, codecs)) {
        Answer::Failed(error) => Err(error.name),
        _ => Ok(duo.create_offer(A).sdp),
    }
}

// api: RTCRtpTransceiver.setCodecPreferences
#[test]
fn codecs_are_offered_in_the_preferred_order() {
    let sdp = prefer(Kind::Audio, vec![audio()[2].clone(), audio()[0].clone()]).unwrap();
    assert!(
        sdp.contains("m=audio 9 UDP/TLS/RTP/SAVPF 8 111\r\n"),
        "{sdp}"
    );
}

// api: RTCRtpTransceiver.setCodecPreferences
#[test]
fn no_preferences_are_the_default() {
    assert_eq!(
        prefer(Kind::Audio, Vec::new())
            .unwrap()
            .matches("a=rtpmap:")
            .count(),
        audio().len()
    );
}

// api: RTCRtpTransceiver.setCodecPreferences
#[test]
fn a_codec_that_is_named_twice_counts_once() {
    let opus = audio()[0].clone();
    let sdp = prefer(Kind::Audio, vec![opus.clone(), opus]).unwrap();
    assert!(sdp.contains("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"), "{sdp}");
}

// api: RTCRtpTransceiver.setCodecPreferences
#[test]
fn retransmission_is_offered_if_it_is_preferred() {
    let (vp8, rtx) = (video()[0].clone(), video().pop().unwrap());
    assert_eq!(rtx.mime_type, "video/rtx");
    let without = prefer(Kind::Video, vec![vp8.clone()]).unwrap();
    assert!(!without.contains("rtx"), "{without}");
    let with = prefer(Kind::Video, vec![vp8, rtx]).unwrap();
    assert!(with.contains("rtx/90000"), "{with}");
}

// api: RTCRtpTransceiver.setCodecPreferences
#[test]
fn an_unknown_codec_is_a_modification() {
    let mut changes = Vec::new();
    for change in 0..4 {
        let mut codec = audio()[0].clone();
        match change {
            0 => codec.mime_type = String::from("audio/other"),
            1 => codec.clock_rate = 8_000,
            2 => codec.channels = None,
            _ => codec.sdp_fmtp_line = Some(String::from("minptime=20")),
        }
        changes.push(codec);
    }
    for codec in changes {
        let result = prefer(Kind::Audio, vec![audio()[0].clone(), codec]);
        assert_eq!(result, Err(ErrorName::InvalidModificationError));
    }
}

// api: RTCRtpTransceiver.setCodecPreferences
#[test]
fn codecs_of_another_kind_are_a_modification() {
    let result = prefer(Kind::Audio, video());
    assert_eq!(result, Err(ErrorName::InvalidModificationError));
}

// api: RTCRtpTransceiver.setCodecPreferences
#[test]
fn the_name_of_a_codec_has_no_case() {
    let mut opus = audio()[0].clone();
    opus.mime_type = opus.mime_type.to_uppercase();
    assert!(prefer(Kind::Audio, vec![opus]).is_ok());
}

// api: RTCRtpTransceiver.setCodecPreferences
#[test]
fn comfort_noise_and_retransmission_alone_are_a_modification() {
    let noise = audio()
        .into_iter()
        .find(|codec| codec.mime_type == "audio/CN");
    let result = prefer(Kind::Audio, vec![noise.unwrap()]);
    assert_eq!(result, Err(ErrorName::InvalidModificationError));
    let result = prefer(Kind::Video, vec![video().pop().unwrap()]);
    assert_eq!(result, Err(ErrorName::InvalidModificationError));
}

// api: RTCRtpTransceiver.setCodecPreferences, RTCPeerConnection.createAnswer
#[test]
fn the_answerers_preferences_decide_the_order() {
    let mut duo = Duo::new(1);
    add(&mut duo, Kind::Audio);
    duo.offer_from(A);
    let theirs = duo.session(B).transceivers()[0].id;
    let codecs = vec![audio()[1].clone(), audio()[0].clone()];
    duo.does(B, Call::SetCodecPreferences(theirs, codecs));
    let answer = duo.answer_from(B).sdp;
    assert!(
        answer.contains("m=audio 9 UDP/TLS/RTP/SAVPF 0 111\r\n"),
        "{answer}"
    );
    let sender = TransceiverId(0).sender();
    assert_eq!(parameters(&mut duo, A, sender).codecs[0].payload_type, 0);
}

fn extensions(duo: &Duo, id: TransceiverId) -> Vec<RtpHeaderExtensionCapability> {
    duo.session(A).header_extensions_to_negotiate(id)
}

fn turn(duo: &mut Duo, id: TransceiverId, uri: &str, direction: Direction) -> Answer {
    let mut list = extensions(duo, id);
    let extension = list.iter_mut().find(|extension| extension.uri == uri);
    extension.unwrap().direction = direction;
    duo.call(A, Call::SetHeaderExtensionsToNegotiate(id, list))
}

// api: RTCRtpTransceiver.getHeaderExtensionsToNegotiate, RTCRtpHeaderExtensionCapability.uri, RTCRtpHeaderExtensionCapability.direction
#[test]
fn a_transceiver_begins_with_the_extensions_that_are_known() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    let capabilities = MediaEngine::default().send_capabilities(Kind::Audio);
    assert_eq!(extensions(&duo, id), capabilities.header_extensions);
    let mid = extensions(&duo, id)
        .into_iter()
        .find(|extension| extension.uri == MID);
    assert_eq!(mid.unwrap().direction, Direction::SendRecv);
}

// api: RTCRtpTransceiver.getNegotiatedHeaderExtensions
#[test]
fn no_extension_is_negotiated_before_an_answer() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.offer_from(A);
    assert!(duo.session(A).negotiated_header_extensions(id).is_empty());
    duo.answer_from(B);
    let negotiated = duo.session(A).negotiated_header_extensions(id);
    assert_eq!(negotiated, extensions(&duo, id));
}

// api: RTCRtpTransceiver.setHeaderExtensionsToNegotiate
#[test]
fn a_stopped_extension_is_not_offered() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    assert!(duo.create_offer(A).sdp.contains(LEVEL));
    assert!(matches!(
        turn(&mut duo, id, LEVEL, Direction::Stopped),
        Answer::Done
    ));
    assert!(!duo.create_offer(A).sdp.contains(LEVEL));
}

// api: RTCRtpTransceiver.setHeaderExtensionsToNegotiate, RTCRtpTransceiver.getNegotiatedHeaderExtensions, RTCRtpParameters.headerExtensions
#[test]
fn a_direction_of_an_extension_is_negotiated() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    turn(&mut duo, id, LEVEL, Direction::SendOnly);
    let (offer, answer) = duo.negotiate(A);
    assert!(
        offer.sdp.contains(&format!("/sendonly {LEVEL}")),
        "{}",
        offer.sdp
    );
    assert!(
        answer.sdp.contains(&format!("/recvonly {LEVEL}")),
        "{}",
        answer.sdp
    );
    let negotiated = duo.session(A).negotiated_header_extensions(id);
    let level = negotiated.iter().find(|extension| extension.uri == LEVEL);
    assert_eq!(level.unwrap().direction, Direction::SendOnly);
    let has = |list: Vec<stonechat_peerconnection::RtpHeaderExtensionParameters>| {
        list.iter().any(|extension| extension.uri == LEVEL)
    };
    let received = duo.session(A).receive_parameters(id.receiver());
    assert!(!has(received.rtp.header_extensions));
    assert!(has(parameters(&mut duo, A, id.sender())
        .rtp
        .header_extensions));
}

// api: RTCRtpTransceiver.setHeaderExtensionsToNegotiate
#[test]
fn bundled_sections_keep_their_mid() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    for direction in [Direction::Stopped, Direction::SendOnly] {
        let Answer::Failed(error) = turn(&mut duo, id, MID, direction) else {
            panic!("taken");
        };
        assert_eq!(error.name, ErrorName::InvalidModificationError);
    }
}

// api: RTCRtpTransceiver.setHeaderExtensionsToNegotiate
#[test]
fn the_list_of_extensions_stays_as_it_is() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    let mut shorter = extensions(&duo, id);
    shorter.pop();
    let mut swapped = extensions(&duo, id);
    swapped.swap(0, 1);
    let mut renamed = extensions(&duo, id);
    renamed[0].uri = String::from("urn:other");
    for list in [shorter, swapped, renamed] {
        let name = fails(&mut duo, Call::SetHeaderExtensionsToNegotiate(id, list));
        assert_eq!(name, ErrorName::InvalidModificationError);
    }
}

// api: RTCRtpTransceiver.getHeaderExtensionsToNegotiate
#[test]
fn a_later_transceiver_begins_as_the_first_of_its_kind() {
    let mut duo = Duo::new(1);
    let first = add(&mut duo, Kind::Audio);
    turn(&mut duo, first, LEVEL, Direction::Stopped);
    let second = add(&mut duo, Kind::Audio);
    assert_eq!(extensions(&duo, second), extensions(&duo, first));
}

// api: RTCRtpTransceiver.getNegotiatedHeaderExtensions, RTCRtpTransceiver.getHeaderExtensionsToNegotiate
#[test]
fn what_the_answer_left_out_is_stopped() {
    let mut duo = Duo::new(1);
    let id = add(&mut duo, Kind::Audio);
    duo.offer_from(A);
    let mut answer = duo.create_answer(B);
    duo.set_local(B, &answer);
    let lines = answer.sdp.lines().filter(|line| !line.contains(LEVEL));
    answer.sdp = lines.map(|line| format!("{line}\r\n")).collect();
    duo.set_remote(A, &answer);
    let negotiated = duo.session(A).negotiated_header_extensions(id);
    let level = negotiated.iter().find(|extension| extension.uri == LEVEL);
    assert_eq!(level.unwrap().direction, Direction::Stopped);
    assert!(!duo.create_offer(A).sdp.contains(LEVEL));
}

// api: RTCRtpTransceiverDirection.sendrecv, RTCRtpTransceiverDirection.sendonly, RTCRtpTransceiverDirection.recvonly, RTCRtpTransceiverDirection.inactive, RTCRtpTransceiverDirection.stopped
#[test]
fn directions_have_their_words() {
    let words = Direction::ALL.map(Direction::as_str);
    assert_eq!(
        words,
        ["sendrecv", "sendonly", "recvonly", "inactive", "stopped"]
    );
    assert!(words.iter().all(|word| word.parse::<Direction>().is_ok()));
}
