//! `RTCDTMFSender` (webrtc-pc, section 7).

use std::time::Duration;

use stonechat::{
    DtmfEvent, MediaKind, MediaStreamTrack, RtcDtmfSender, RtcDtmfToneChangeEvent, RtcErrorName,
};

use crate::encoded_media::line;
use crate::pair::{pair, peer_connection, within};

async fn tone(events: &mut stonechat::Events<DtmfEvent>) -> String {
    let DtmfEvent::ToneChange(event) = within(events.next()).await.unwrap() else {
        panic!("another event");
    };
    event.tone
}

// api: RTCRtpSender.dtmf
#[tokio::test]
async fn senders_of_audio_have_it_and_those_of_video_not() {
    let pc = peer_connection();
    let audio = MediaStreamTrack::new(MediaKind::Audio);
    let video = MediaStreamTrack::new(MediaKind::Video);
    assert!(pc.add_track(&audio, &[]).unwrap().dtmf().is_some());
    assert!(pc.add_track(&video, &[]).unwrap().dtmf().is_none());
}

// api: RTCDTMFSender.canInsertDTMF, RTCDTMFSender.insertDTMF
#[tokio::test]
async fn tones_wait_for_the_connection() {
    let (a, b) = pair();
    let track = MediaStreamTrack::new(MediaKind::Audio);
    let sender = a.pc.add_track(&track, &[]).unwrap();
    let dtmf = sender.dtmf().unwrap();
    assert!(!dtmf.can_insert_dtmf());
    let error = dtmf.insert_dtmf("1", 100, 70).unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
    a.connected().await;
    b.connected().await;
    assert!(dtmf.can_insert_dtmf());
    dtmf.insert_dtmf("1", 100, 70).unwrap();
    a.pc.close();
    assert!(!dtmf.can_insert_dtmf());
    let error = dtmf.insert_dtmf("1", 100, 70).unwrap_err();
    assert_eq!(error.name, RtcErrorName::InvalidStateError);
}

// api: RTCDTMFSender.insertDTMF, RTCDTMFSender.toneBuffer
#[tokio::test]
async fn only_tones_are_taken() {
    let line = line(MediaKind::Audio, |_| ()).await;
    let dtmf = line.sender.dtmf().unwrap();
    for tones in ["1x", " ", "F", "1;2"] {
        let error = dtmf.insert_dtmf(tones, 100, 70).unwrap_err();
        assert_eq!(error.name, RtcErrorName::InvalidCharacterError);
    }
    assert_eq!(dtmf.tone_buffer(), "");
    dtmf.insert_dtmf(",,,9ab*#", 100, 70).unwrap();
    assert!(dtmf.tone_buffer().ends_with(",,9AB*#"));
    drop(line.a);
}

// api: RTCDTMFSender.ontonechange, RTCDTMFToneChangeEvent.tone, RTCDTMFSender.toneBuffer
#[tokio::test]
async fn tonechange_tells_each_tone_and_the_end_and_the_peer_hears_them() {
    let line = line(MediaKind::Audio, |_| ()).await;
    let dtmf = line.sender.dtmf().unwrap();
    let mut events = dtmf.events();
    dtmf.insert_dtmf("1d#", 60, 30).unwrap();
    let first = within(events.next()).await;
    let expected = RtcDtmfToneChangeEvent::new("1");
    assert_eq!(first, Some(DtmfEvent::ToneChange(expected)));
    assert_eq!(dtmf.tone_buffer(), "D#");
    assert_eq!(tone(&mut events).await, "D");
    assert_eq!(tone(&mut events).await, "#");
    assert_eq!(dtmf.tone_buffer(), "");
    assert_eq!(tone(&mut events).await, "");
    assert!(events.try_next().is_none());
    for key in ['1', 'D', '#'] {
        let heard = within(line.receiver.recv_tone()).await.unwrap();
        assert_eq!(heard.key(), Some(key));
        assert_eq!(heard.duration, Duration::from_millis(60));
        assert!(heard.complete);
    }
}

// api: RTCDTMFSender.insertDTMF
#[tokio::test]
async fn an_empty_text_cancels_the_rest() {
    let line = line(MediaKind::Audio, |_| ()).await;
    let dtmf = line.sender.dtmf().unwrap();
    let mut events = dtmf.events();
    dtmf.insert_dtmf("123", 40, 30).unwrap();
    assert_eq!(tone(&mut events).await, "1");
    dtmf.insert_dtmf("", 40, 30).unwrap();
    assert_eq!(dtmf.tone_buffer(), "");
    assert_eq!(tone(&mut events).await, "");
}

// api: RTCDTMFSender.insertDTMF, RTCDTMFSender.toneBuffer
#[tokio::test]
async fn tones_can_be_put_behind_those_that_wait() {
    let line = line(MediaKind::Audio, |_| ()).await;
    let dtmf = line.sender.dtmf().unwrap();
    let mut events = dtmf.events();
    dtmf.insert_dtmf("12", 40, 30).unwrap();
    assert_eq!(tone(&mut events).await, "1");
    dtmf.insert_dtmf(&(dtmf.tone_buffer() + "3"), 40, 30)
        .unwrap();
    assert_eq!(tone(&mut events).await, "2");
    assert_eq!(tone(&mut events).await, "3");
    assert_eq!(tone(&mut events).await, "");
}

// api: RTCDTMFToneChangeEvent.constructor, RTCDTMFToneChangeEventInit.tone
#[test]
fn an_event_can_be_made() {
    assert_eq!(RtcDtmfToneChangeEvent::default().tone, "");
    assert_eq!(RtcDtmfToneChangeEvent::new("5").tone, "5");
    assert_eq!(RtcDtmfSender::DEFAULT_DURATION, 100);
    assert_eq!(RtcDtmfSender::DEFAULT_INTER_TONE_GAP, 70);
}

#[tokio::test]
async fn events_and_tones_end_with_the_peer_connection() {
    let line = line(MediaKind::Audio, |_| ()).await;
    let mut events = line.sender.dtmf().unwrap().events();
    line.a.pc.close();
    line.b.pc.close();
    assert!(within(events.next()).await.is_none());
    assert!(within(line.receiver.recv_tone()).await.is_none());
}
