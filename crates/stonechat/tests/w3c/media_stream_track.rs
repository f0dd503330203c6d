//! `MediaStreamTrack` (mediacapture-streams, section 4.3).

use bytes::Bytes;
use std::time::Duration;
use stonechat::{
    FrameTime, MediaKind, MediaStreamTrack, MediaStreamTrackState, OutgoingFrame, TrackEvent,
    WriteFrameError,
};

use crate::media_stream::{exchange, next_track, peer_connection, within};

fn audio() -> MediaStreamTrack {
    MediaStreamTrack::new(MediaKind::Audio)
}

fn octets(index: u64) -> OutgoingFrame {
    let data = Bytes::from(vec![u8::try_from(index & 0xff).unwrap(); 40]);
    OutgoingFrame::new(data, FrameTime::Media(Duration::from_millis(20 * index)))
}

// api: MediaStreamTrack.id, MediaStreamTrack.kind, MediaStreamTrack.label, MediaStreamTrack.enabled, MediaStreamTrack.muted, MediaStreamTrack.readyState, MediaStreamTrackState.live
#[test]
fn a_new_track_is_live_enabled_and_not_muted() {
    let track = audio();
    assert_eq!(track.kind(), MediaKind::Audio);
    assert_eq!(track.id().len(), 36);
    assert_eq!(track.label(), "");
    assert!(track.enabled());
    assert!(!track.muted());
    assert_eq!(track.ready_state(), MediaStreamTrackState::Live);
    assert_eq!(track.ready_state().as_str(), "live");
}

// api: MediaStreamTrack.enabled
#[test]
fn enabled_is_what_it_was_set_to() {
    let track = audio();
    track.set_enabled(false);
    assert!(!track.enabled());
    track.set_enabled(true);
    assert!(track.enabled());
}

// api: MediaStreamTrack.enabled, MediaStreamTrackState.ended
#[test]
fn enabled_still_changes_after_the_end() {
    let track = audio();
    track.stop();
    track.set_enabled(false);
    assert!(!track.enabled());
}

// api: MediaStreamTrack.stop, MediaStreamTrack.readyState, MediaStreamTrackState.ended, MediaStreamTrack.onended
#[test]
fn stop_ends_a_track_without_an_event() {
    let track = audio();
    let mut events = track.events();
    track.stop();
    assert_eq!(track.ready_state(), MediaStreamTrackState::Ended);
    assert_eq!(track.ready_state().as_str(), "ended");
    track.stop();
    assert_eq!(track.ready_state(), MediaStreamTrackState::Ended);
    assert_eq!(events.try_next(), None);
}

// api: MediaStreamTrack.clone, MediaStreamTrack.id
#[test]
fn a_clone_has_an_id_of_its_own_and_the_same_kind_and_label() {
    let track = audio();
    let clone = track.clone_track();
    assert_ne!(track.id(), clone.id());
    assert_ne!(track, clone);
    assert_eq!(track.kind(), clone.kind());
    assert_eq!(track.label(), clone.label());
}

// api: MediaStreamTrack.clone, MediaStreamTrack.readyState
#[test]
fn the_clone_of_an_ended_track_has_ended() {
    let track = audio();
    track.stop();
    assert_eq!(
        track.clone_track().ready_state(),
        MediaStreamTrackState::Ended
    );
}

// api: MediaStreamTrack.clone, MediaStreamTrack.stop
#[test]
fn clones_stop_each_for_itself() {
    let track = audio();
    let clone = track.clone_track();
    track.stop();
    assert_eq!(clone.ready_state(), MediaStreamTrackState::Live);
    clone.stop();
    assert_eq!(clone.ready_state(), MediaStreamTrackState::Ended);
}

// api: MediaStreamTrack.clone, MediaStreamTrack.enabled
#[test]
fn the_clone_of_a_disabled_track_is_disabled_and_then_independent() {
    let track = audio();
    track.set_enabled(false);
    let clone = track.clone_track();
    assert!(!clone.enabled());
    track.set_enabled(true);
    assert!(!clone.enabled());
}

// api: MediaStreamTrack.isolated
#[test]
fn a_track_of_the_application_is_not_isolated() {
    assert!(!audio().isolated());
}

// api: MediaStreamTrack.stop
#[tokio::test]
async fn nothing_is_written_to_an_ended_track() {
    let track = audio();
    track.stop();
    let refused = track.write_frame(octets(0)).await;
    assert_eq!(refused, Err(WriteFrameError::Ended));
}

// api: MediaStreamTrack.muted, MediaStreamTrack.onunmute, RTCTrackEvent.track
#[tokio::test]
async fn a_remote_track_is_muted_until_media_arrives_and_then_unmute_fires() {
    let (a, b) = (peer_connection(), peer_connection());
    let track = audio();
    a.add_track(&track, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    let mut of_track = far.events();
    assert!(far.muted());
    assert_eq!(of_track.try_next(), None);
    within(async {
        let mut index = 0;
        while far.muted() {
            let _ = track.write_frame(octets(index)).await;
            index += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(within(of_track.next()).await, Some(TrackEvent::Unmute));
}

// api: MediaStreamTrack.onmute, MediaStreamTrack.muted
#[tokio::test]
async fn mute_fires_when_the_peer_stops_sending() {
    let (a, b) = (peer_connection(), peer_connection());
    let track = audio();
    let sender = a.add_track(&track, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    let mut of_track = far.events();
    within(async {
        let mut index = 0;
        while far.muted() {
            let _ = track.write_frame(octets(index)).await;
            index += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    a.remove_track(&sender).unwrap();
    within(exchange(&a, &b)).await;
    assert!(far.muted());
    assert_eq!(of_track.try_next(), Some(TrackEvent::Unmute));
    assert_eq!(of_track.try_next(), Some(TrackEvent::Mute));
    assert_eq!(far.ready_state(), MediaStreamTrackState::Live);
}

// api: MediaStreamTrack.onended, MediaStreamTrack.readyState
#[tokio::test]
async fn ended_fires_when_the_transceiver_stops() {
    let (a, b) = (peer_connection(), peer_connection());
    a.add_track(&audio(), &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let event = next_track(&mut events).await;
    let clone = event.track.clone_track();
    let mut of_track = event.track.events();
    event.transceiver.stop().unwrap();
    assert_eq!(within(of_track.next()).await, Some(TrackEvent::Ended));
    assert_eq!(event.track.ready_state(), MediaStreamTrackState::Ended);
    assert_eq!(clone.ready_state(), MediaStreamTrackState::Ended);
    assert_eq!(within(of_track.next()).await, None);
}

// api: MediaStreamTrack.clone, MediaStreamTrack.stop
#[tokio::test]
async fn clones_of_a_remote_track_all_get_the_media() {
    let (a, b) = (peer_connection(), peer_connection());
    let track = audio();
    a.add_track(&track, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    let (clone, stopped) = (far.clone_track(), far.clone_track());
    stopped.stop();
    within(async {
        while track.write_frame(octets(7)).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let data = octets(7).data;
    assert_eq!(within(far.recv_frame()).await.unwrap().data, data);
    assert_eq!(within(clone.recv_frame()).await.unwrap().data, data);
    assert!(within(stopped.recv_frame()).await.is_none());
}

// api: MediaStreamTrack.enabled, MediaStreamTrack.clone
#[tokio::test]
async fn a_disabled_track_withholds_its_frames() {
    let (a, b) = (peer_connection(), peer_connection());
    let track = audio();
    a.add_track(&track, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    within(async {
        while track.write_frame(octets(0)).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    track.set_enabled(false);
    assert_eq!(track.write_frame(octets(1)).await, Ok(()));
    track.set_enabled(true);
    assert_eq!(track.write_frame(octets(2)).await, Ok(()));
    assert_eq!(within(far.recv_frame()).await.unwrap().data, octets(0).data);
    assert_eq!(within(far.recv_frame()).await.unwrap().data, octets(2).data);
}

// api: MediaStreamTrack.clone
#[tokio::test]
async fn what_is_written_to_a_track_is_sent_by_its_clones_as_well() {
    let (a, b) = (peer_connection(), peer_connection());
    let track = audio();
    let clone = track.clone_track();
    a.add_track(&clone, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    within(async {
        while track.write_frame(octets(3)).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(within(far.recv_frame()).await.unwrap().data, octets(3).data);
}
