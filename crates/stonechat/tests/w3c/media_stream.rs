//! `MediaStream` (mediacapture-streams, section 4.2) and the streams of peers (webrtc-pc, 5.1.1).

use std::time::Duration;

use stonechat::{
    Api, Events, MediaKind, MediaStream, MediaStreamTrack, MediaStreamTrackEvent,
    MediaStreamTrackEventInit, PeerConnectionEvent, RtcConfiguration, RtcPeerConnection,
    RtcTrackEvent, StreamEvent,
};

fn audio() -> MediaStreamTrack {
    MediaStreamTrack::new(MediaKind::Audio)
}

fn video() -> MediaStreamTrack {
    MediaStreamTrack::new(MediaKind::Video)
}

pub(crate) fn peer_connection() -> RtcPeerConnection {
    Api::default()
        .configure(|config| config.connection.ice.include_loopback = true)
        .peer_connection(RtcConfiguration::default())
        .unwrap()
}

/// Offer and answer between two peers, whose candidates are in the descriptions.
pub(crate) async fn exchange(offerer: &RtcPeerConnection, answerer: &RtcPeerConnection) {
    offerer.set_local_description(None).await.unwrap();
    offerer.gathering_complete().await;
    let offer = offerer.local_description().unwrap();
    answerer.set_remote_description(offer).await.unwrap();
    answerer.set_local_description(None).await.unwrap();
    answerer.gathering_complete().await;
    let answer = answerer.local_description().unwrap();
    offerer.set_remote_description(answer).await.unwrap();
}

/// Fails a test that hangs, instead of the whole run.
pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what)
        .await
        .expect("it hangs")
}

pub(crate) async fn next_track(events: &mut Events<PeerConnectionEvent>) -> RtcTrackEvent {
    within(async {
        loop {
            if let PeerConnectionEvent::Track(event) = events.next().await.unwrap() {
                return event;
            }
        }
    })
    .await
}

fn added(events: &mut Events<StreamEvent>) -> Option<MediaStreamTrack> {
    match events.try_next()? {
        StreamEvent::AddTrack(event) => Some(event.track),
        _ => None,
    }
}

fn removed(events: &mut Events<StreamEvent>) -> Option<MediaStreamTrack> {
    match events.try_next()? {
        StreamEvent::RemoveTrack(event) => Some(event.track),
        _ => None,
    }
}

// api: MediaStream.constructor, MediaStream.id, MediaStream.getTracks, MediaStream.active
#[test]
fn a_new_stream_has_an_id_no_tracks_and_is_inactive() {
    let stream = MediaStream::new();
    assert_eq!(stream.id().len(), 36);
    assert!(stream.get_tracks().is_empty());
    assert!(!stream.active());
    assert_ne!(stream.id(), MediaStream::new().id());
}

// api: MediaStream.constructor, MediaStream.id, MediaStream.getTracks
#[test]
fn a_stream_made_from_a_stream_has_the_same_tracks_and_another_id() {
    let first = MediaStream::from_tracks([audio(), video()]);
    let second = MediaStream::from_stream(&first);
    assert_eq!(first.get_tracks(), second.get_tracks());
    assert_ne!(first.id(), second.id());
    assert_ne!(first, second);
}

// api: MediaStream.constructor
#[test]
fn a_stream_made_from_a_stream_does_not_follow_it() {
    let first = MediaStream::from_tracks([audio()]);
    let second = MediaStream::from_stream(&first);
    first.add_track(&video());
    assert_eq!(second.get_tracks().len(), 1);
}

// api: MediaStream.constructor, MediaStream.getTracks
#[test]
fn a_stream_made_from_tracks_has_each_once() {
    let (sound, picture) = (audio(), video());
    let stream = MediaStream::from_tracks([sound.clone(), picture.clone(), sound.clone()]);
    assert_eq!(stream.get_tracks(), [sound, picture]);
}

// api: MediaStream.constructor
#[test]
fn a_stream_made_from_no_tracks_is_empty() {
    assert!(MediaStream::from_tracks([]).get_tracks().is_empty());
}

// api: MediaStream.getAudioTracks, MediaStream.getVideoTracks, MediaStreamTrack.kind
#[test]
fn tracks_are_told_apart_by_kind() {
    let (sound, picture) = (audio(), video());
    let stream = MediaStream::from_tracks([sound.clone(), picture.clone()]);
    assert_eq!(stream.get_audio_tracks(), [sound]);
    assert_eq!(stream.get_video_tracks(), [picture]);
}

// api: MediaStream.getTracks
#[test]
fn a_sequence_of_tracks_is_a_snapshot() {
    let stream = MediaStream::from_tracks([audio()]);
    let before = stream.get_tracks();
    stream.add_track(&video());
    assert_eq!(before.len(), 1);
    assert_eq!(stream.get_tracks().len(), 2);
}

// api: MediaStream.getTrackById, MediaStreamTrack.id
#[test]
fn a_track_is_found_by_its_id() {
    let picture = video();
    let stream = MediaStream::from_tracks([audio(), picture.clone()]);
    assert_eq!(stream.get_track_by_id(picture.id()), Some(picture));
    assert_eq!(stream.get_track_by_id(audio().id()), None);
    assert_eq!(stream.get_track_by_id(""), None);
}

// api: MediaStream.addTrack
#[test]
fn a_track_is_added_once() {
    let (stream, sound) = (MediaStream::new(), audio());
    stream.add_track(&sound);
    stream.add_track(&sound);
    assert_eq!(stream.get_tracks(), [sound]);
}

// api: MediaStream.removeTrack
#[test]
fn a_track_is_removed_and_one_that_is_not_there_is_no_error() {
    let (sound, picture) = (audio(), video());
    let stream = MediaStream::from_tracks([sound.clone(), picture.clone()]);
    stream.remove_track(&sound);
    stream.remove_track(&sound);
    assert_eq!(stream.get_tracks(), [picture]);
}

// api: MediaStream.onaddtrack, MediaStream.onremovetrack, MediaStream.addTrack, MediaStream.removeTrack
#[test]
fn what_the_application_changes_fires_no_event() {
    let (stream, sound) = (MediaStream::new(), audio());
    let mut events = stream.events();
    stream.add_track(&sound);
    stream.remove_track(&sound);
    assert!(events.try_next().is_none());
}

// api: MediaStream.active, MediaStreamTrack.stop
#[test]
fn a_stream_is_active_while_one_track_is_live() {
    let (sound, picture) = (audio(), video());
    let stream = MediaStream::from_tracks([sound.clone(), picture.clone()]);
    assert!(stream.active());
    sound.stop();
    assert!(stream.active());
    picture.stop();
    assert!(!stream.active());
    stream.add_track(&audio());
    assert!(stream.active());
}

// api: MediaStream.active, MediaStreamTrack.enabled
#[test]
fn disabled_tracks_keep_a_stream_active() {
    let sound = audio();
    let stream = MediaStream::from_tracks([sound.clone()]);
    sound.set_enabled(false);
    assert!(stream.active());
}

// api: MediaStream.active, MediaStream.removeTrack
#[test]
fn a_stream_without_tracks_is_inactive_again() {
    let sound = audio();
    let stream = MediaStream::from_tracks([sound.clone()]);
    stream.remove_track(&sound);
    assert!(!stream.active());
}

// api: MediaStream.clone, MediaStream.id, MediaStreamTrack.id, MediaStreamTrack.kind
#[test]
fn a_cloned_stream_has_clones_of_the_tracks() {
    let stream = MediaStream::from_tracks([audio(), video()]);
    let clone = stream.clone_stream();
    assert_ne!(stream.id(), clone.id());
    let kinds: Vec<_> = clone
        .get_tracks()
        .iter()
        .map(|track| track.kind())
        .collect();
    assert_eq!(kinds, [MediaKind::Audio, MediaKind::Video]);
    for (track, other) in stream.get_tracks().iter().zip(clone.get_tracks()) {
        assert_ne!(track.id(), other.id());
        assert_ne!(*track, other);
    }
}

// api: MediaStream.clone, MediaStream.active
#[test]
fn the_clone_of_an_ended_stream_is_inactive() {
    let sound = audio();
    let stream = MediaStream::from_tracks([sound.clone()]);
    sound.stop();
    assert!(!stream.clone_stream().active());
}

// api: MediaStream.clone, MediaStreamTrack.stop
#[test]
fn stopping_the_tracks_of_a_clone_leaves_the_stream_active() {
    let stream = MediaStream::from_tracks([audio()]);
    let clone = stream.clone_stream();
    clone.get_tracks()[0].stop();
    assert!(stream.active());
    assert!(!clone.active());
}

// api: MediaStream.id, RTCTrackEvent.streams
#[tokio::test]
async fn tracks_of_one_stream_arrive_in_one_object_with_its_id() {
    let (a, b) = (peer_connection(), peer_connection());
    let stream = MediaStream::from_tracks([audio(), video()]);
    for track in stream.get_tracks() {
        a.add_track(&track, &[stream.id()]).unwrap();
    }
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let (first, second) = (next_track(&mut events).await, next_track(&mut events).await);
    assert_eq!(first.streams.len(), 1);
    assert_eq!(first.streams, second.streams);
    assert_eq!(first.streams[0].id(), stream.id());
    assert_eq!(first.streams[0].get_tracks(), [first.track, second.track]);
}

// api: MediaStream.addtrack, MediaStream.onaddtrack, MediaStreamTrackEvent.track
#[tokio::test]
async fn addtrack_fires_when_the_peer_adds_a_track_to_a_stream() {
    let (a, b) = (peer_connection(), peer_connection());
    a.add_track(&audio(), &["s"]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let first = next_track(&mut events).await;
    let stream = first.streams[0].clone();
    let mut of_stream = stream.events();
    let event = of_stream.try_next();
    assert!(matches!(event, Some(StreamEvent::AddTrack(event)) if event.track == first.track));
    assert_eq!(added(&mut of_stream), None);

    a.add_track(&video(), &["s"]).unwrap();
    within(exchange(&a, &b)).await;
    let second = next_track(&mut events).await;
    assert!(second.streams == std::slice::from_ref(&stream));
    assert_eq!(added(&mut of_stream), Some(second.track));
    assert_eq!(stream.get_tracks().len(), 2);
}

// api: MediaStream.removetrack, MediaStream.onremovetrack, MediaStreamTrackEvent.track, MediaStreamTrack.muted
#[tokio::test]
async fn removetrack_fires_when_the_peer_removes_a_track() {
    let (a, b) = (peer_connection(), peer_connection());
    let sender = a.add_track(&audio(), &["s"]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let event = next_track(&mut events).await;
    let stream = event.streams[0].clone();
    let mut of_stream = stream.events();
    added(&mut of_stream);

    a.remove_track(&sender).unwrap();
    within(exchange(&a, &b)).await;
    let fired = of_stream.try_next();
    assert!(matches!(fired, Some(StreamEvent::RemoveTrack(fired)) if fired.track == event.track));
    assert!(stream.get_tracks().is_empty());
    assert!(!stream.active());
    assert!(event.track.muted());
}

// api: MediaStream.onaddtrack, MediaStream.onremovetrack
#[tokio::test]
async fn a_track_moves_from_one_stream_to_another() {
    let (a, b) = (peer_connection(), peer_connection());
    let sender = a.add_track(&audio(), &["old"]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let before = next_track(&mut events).await;
    let old = before.streams[0].clone();
    let mut of_old = old.events();
    added(&mut of_old);

    sender.set_streams(&["new"]).unwrap();
    within(exchange(&a, &b)).await;
    let after = next_track(&mut events).await;
    assert_eq!(after.track, before.track);
    assert_eq!(after.streams[0].id(), "new");
    assert_eq!(removed(&mut of_old), Some(before.track.clone()));
    assert!(old.get_tracks().is_empty());
    assert_eq!(after.streams[0].get_tracks(), [before.track]);
}

// api: MediaStream.id
#[tokio::test]
async fn a_stream_that_comes_back_is_the_same_object_while_it_is_held() {
    let (a, b) = (peer_connection(), peer_connection());
    let sender = a.add_track(&audio(), &["s"]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let stream = next_track(&mut events).await.streams[0].clone();
    a.remove_track(&sender).unwrap();
    within(exchange(&a, &b)).await;
    a.add_track(&audio(), &["s"]).unwrap();
    within(exchange(&a, &b)).await;
    assert_eq!(next_track(&mut events).await.streams, [stream]);
}

// api: MediaStreamTrackEvent.constructor, MediaStreamTrackEvent.track, MediaStreamTrackEventInit.track
#[test]
fn a_track_event_is_made_of_its_track() {
    let track = audio();
    let init = MediaStreamTrackEventInit {
        track: track.clone(),
    };
    assert_eq!(MediaStreamTrackEvent::new(init).track, track);
}

// api: MediaStreamTrack.label, RTCRtpReceiver.track
#[tokio::test]
async fn the_label_of_a_remote_track_says_so() {
    let a = peer_connection();
    let transceiver = a
        .add_transceiver(MediaKind::Video, Default::default())
        .unwrap();
    assert_eq!(transceiver.receiver().track().label(), "remote video");
}
