//! `RTCRtpReceiver` (webrtc-pc, section 5.3).

use std::time::Duration;

use bytes::Bytes;
use stonechat_media::{FrameTime, OutgoingFrame};
use stonechat_peerconnection::{
    Answer, Call, Direction, ErrorName, Kind, MediaEngine, ReceiverId, SenderId, TransceiverId,
};
use stonechat_rtp::extension::AudioLevel;

use crate::setup::{A, B, Duo};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// Connected, with audio from A to B.
fn phone(seed: u64) -> (Duo, SenderId, ReceiverId) {
    let mut duo = Duo::new(seed);
    let sender = duo.add_track(A, Kind::Audio, "voice");
    duo.negotiate(A);
    duo.connect();
    let receiver = duo.session(B).transceivers()[0].id.receiver();
    (duo, sender, receiver)
}

fn say(duo: &mut Duo, sender: SenderId, millis: u64, level: Option<u8>) {
    let frame = OutgoingFrame {
        audio_level: level.map(|level| AudioLevel {
            level,
            voice: false,
        }),
        ..OutgoingFrame::new(
            Bytes::from_static(&[0x08, 1, 2]),
            FrameTime::Media(MS(millis)),
        )
    };
    let now = duo.now();
    duo.pc(A).send_frame(now, sender, frame).unwrap();
    duo.run_for(MS(30));
}

fn hear(duo: &mut Duo, receiver: ReceiverId) -> stonechat_media::MediaFrame {
    let now = duo.now();
    duo.pc(B).recv_frame(now, receiver).unwrap()
}

fn sources(
    duo: &Duo,
    receiver: ReceiverId,
) -> Vec<stonechat_peerconnection::RtpContributingSource> {
    duo.session(B).synchronization_sources(duo.now(), receiver)
}

// api: RTCRtpReceiver.getCapabilities, RTCRtpCapabilities.codecs
#[test]
fn what_can_be_received_can_be_sent() {
    let engine = MediaEngine::default();
    for kind in [Kind::Audio, Kind::Video] {
        assert_eq!(
            engine.receive_capabilities(kind),
            engine.send_capabilities(kind)
        );
    }
}

// api: RTCRtpReceiver.getCapabilities
#[test]
fn a_codec_that_can_only_be_received_is_no_codec_to_send() {
    let mut engine = MediaEngine::default();
    engine.audio[1].direction = Direction::RecvOnly;
    let has = |codecs: Vec<stonechat_peerconnection::RtpCodec>| {
        codecs.iter().any(|codec| codec.mime_type == "audio/PCMU")
    };
    assert!(has(engine.receive_capabilities(Kind::Audio).codecs));
    assert!(!has(engine.send_capabilities(Kind::Audio).codecs));
}

// api: RTCRtpReceiver.getParameters, RTCRtpParameters.codecs
#[test]
fn a_receiver_is_prepared_for_what_was_offered_until_the_answer() {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Audio, "voice");
    let receiver = TransceiverId(0).receiver();
    let count = |duo: &Duo| duo.session(A).receive_parameters(receiver).codecs.len();
    assert_eq!(count(&duo), 0);
    duo.offer_from(A);
    assert_eq!(
        count(&duo),
        MediaEngine::default().capabilities(Kind::Audio).len()
    );
}

// api: RTCRtpReceiver.getParameters
#[test]
fn a_receiver_whose_direction_does_not_receive_is_prepared_for_nothing() {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Audio, "voice");
    duo.negotiate(A);
    let ours = duo
        .session(A)
        .receive_parameters(TransceiverId(0).receiver());
    assert!(ours.codecs.is_empty());
    let theirs = duo.session(B).transceivers()[0].id.receiver();
    assert!(!duo.session(B).receive_parameters(theirs).codecs.is_empty());
}

// api: RTCRtpReceiver.getParameters, RTCRtcpParameters.reducedSize, RTCRtcpParameters.cname
#[test]
fn a_receiver_tells_no_canonical_name() {
    let (duo, _, receiver) = phone(1);
    let rtcp = duo.session(B).receive_parameters(receiver).rtp.rtcp;
    assert_eq!(rtcp.cname, None);
    assert!(rtcp.reduced_size);
}

// api: RTCRtpReceiver.getParameters, RTCRtpParameters.headerExtensions
#[test]
fn a_receiver_tells_its_header_extensions() {
    let (duo, _, receiver) = phone(1);
    let extensions = duo
        .session(B)
        .receive_parameters(receiver)
        .rtp
        .header_extensions;
    assert!(
        extensions
            .iter()
            .any(|extension| extension.uri.ends_with("sdes:mid"))
    );
}

// api: RTCRtpReceiver.getSynchronizationSources
#[test]
fn nobody_was_heard_in_the_beginning() {
    let (duo, _, receiver) = phone(1);
    assert!(sources(&duo, receiver).is_empty());
    assert!(
        duo.session(B)
            .contributing_sources(duo.now(), receiver)
            .is_empty()
    );
}

// api: RTCRtpReceiver.getSynchronizationSources, RTCRtpContributingSource.source, RTCRtpContributingSource.rtpTimestamp, RTCRtpContributingSource.timestamp
#[test]
fn the_source_of_a_frame_is_told_when_the_frame_is_handed_out() {
    let (mut duo, sender, receiver) = phone(1);
    say(&mut duo, sender, 0, None);
    assert!(sources(&duo, receiver).is_empty());
    let frame = hear(&mut duo, receiver);
    let heard = sources(&duo, receiver);
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].source, frame.ssrc.0);
    assert_eq!(heard[0].rtp_timestamp, frame.timestamp.0);
    let before = heard[0].timestamp;
    say(&mut duo, sender, 20, None);
    hear(&mut duo, receiver);
    assert!(sources(&duo, receiver)[0].timestamp > before);
}

// api: RTCRtpReceiver.getSynchronizationSources
#[test]
fn a_source_is_forgotten_after_ten_seconds() {
    let (mut duo, sender, receiver) = phone(1);
    say(&mut duo, sender, 0, None);
    hear(&mut duo, receiver);
    duo.run_for(MS(9_900));
    assert_eq!(sources(&duo, receiver).len(), 1);
    duo.run_for(MS(200));
    assert!(sources(&duo, receiver).is_empty());
}

// api: RTCRtpContributingSource.audioLevel
#[test]
fn the_level_of_audio_goes_from_silence_to_one() {
    let (mut duo, sender, receiver) = phone(1);
    for (index, (level, expected)) in [(127, 0.0), (0, 1.0), (20, 0.1)].into_iter().enumerate() {
        say(&mut duo, sender, 20 * index as u64, Some(level));
        hear(&mut duo, receiver);
        let told = sources(&duo, receiver)[0].audio_level.unwrap();
        assert!((told - expected).abs() < 1e-9, "{told}");
    }
}

// api: RTCRtpContributingSource.audioLevel
#[test]
fn a_level_that_packets_do_not_tell_is_absent() {
    let (mut duo, sender, receiver) = phone(1);
    say(&mut duo, sender, 0, None);
    hear(&mut duo, receiver);
    assert_eq!(sources(&duo, receiver)[0].audio_level, None);
}

fn target(duo: &mut Duo, millis: Option<u64>) -> Option<ErrorName> {
    let receiver = TransceiverId(0).receiver();
    match duo.call(A, Call::SetJitterBufferTarget(receiver, millis.map(MS))) {
        Answer::Failed(error) => Some(error.name),
        _ => None,
    }
}

// api: RTCRtpReceiver.jitterBufferTarget
#[test]
fn the_jitter_buffer_has_no_target_in_the_beginning() {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Audio, "voice");
    assert_eq!(
        duo.session(A)
            .jitter_buffer_target(TransceiverId(0).receiver()),
        None
    );
}

// api: RTCRtpReceiver.jitterBufferTarget
#[test]
fn a_target_of_up_to_four_seconds_is_kept() {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Audio, "voice");
    for millis in [Some(0), Some(4_000), None] {
        assert_eq!(target(&mut duo, millis), None);
        let kept = duo
            .session(A)
            .jitter_buffer_target(TransceiverId(0).receiver());
        assert_eq!(kept, millis.map(MS));
    }
}

// api: RTCRtpReceiver.jitterBufferTarget
#[test]
fn a_target_above_four_seconds_is_out_of_range_and_changes_nothing() {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Audio, "voice");
    target(&mut duo, Some(100));
    assert_eq!(target(&mut duo, Some(4_001)), Some(ErrorName::RangeError));
    let kept = duo
        .session(A)
        .jitter_buffer_target(TransceiverId(0).receiver());
    assert_eq!(kept, Some(MS(100)));
}

// api: RTCRtpReceiver.track, RTCRtpReceiver.transport
#[test]
fn a_receiver_has_a_muted_track_and_no_transport_in_the_beginning() {
    let mut duo = Duo::new(1);
    duo.add_track(A, Kind::Audio, "voice");
    let view = duo.session(A).transceivers().remove(0);
    assert!(!view.receiver_track.is_empty());
    assert!(view.receiver_muted);
    assert!(!view.receiver_ended);
    assert_eq!(view.transport, None);
}
