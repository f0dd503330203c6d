//! `MediaStreamTrack` (mediacapture-streams, section 4.3).

use std::time::Duration;

use bytes::Bytes;
use stonechat::{
    AudioData, AudioEncoder, EncodedFrame, FrameSizeError, FrameTime, MediaDevices, MediaKind,
    MediaStreamConstraints, MediaStreamTrack, MediaStreamTrackState, MediaTrackConstraintSet,
    OutgoingFrame, RtcRtpCodec, RtcRtpTransceiverDirection, SyntheticDevices, TrackEvent,
    VideoDecoder, VideoEncoder, VideoFrame, VideoPlane, VideoRotation, WriteFrameError,
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

// api: MediaStreamTrack.onunmute, MediaStreamTrack.onmute
#[tokio::test]
async fn the_sound_of_a_device_goes_on_when_a_direction_comes_back() {
    let (a, b) = (peer_connection(), peer_connection());
    let (_devices, microphone) = device(true).await;
    a.add_track(&microphone, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let mut of_track = next_track(&mut events).await.track.events();
    assert_eq!(within(of_track.next()).await, Some(TrackEvent::Unmute));
    let transceiver = a.get_transceivers().remove(0);
    for (direction, event) in [
        (RtcRtpTransceiverDirection::Inactive, TrackEvent::Mute),
        (RtcRtpTransceiverDirection::SendRecv, TrackEvent::Unmute),
    ] {
        transceiver.set_direction(direction).unwrap();
        within(exchange(&a, &b)).await;
        assert_eq!(within(of_track.next()).await, Some(event));
        // Sound that comes meanwhile is not sent.
        within(microphone.recv_audio()).await.unwrap();
    }
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

/// How much of the sound is a tone of this frequency, 0 to 1 (Goertzel).
fn share(samples: &[i16], rate: u32, hertz: f64) -> f64 {
    let step = std::f64::consts::TAU * hertz / f64::from(rate);
    let (mut re, mut im, mut energy) = (0.0, 0.0, 0.0);
    for (index, &sample) in (0_u32..).zip(samples) {
        let (sample, angle) = (f64::from(sample), step * f64::from(index));
        re += sample * angle.cos();
        im += sample * angle.sin();
        energy += sample * sample;
    }
    let count = f64::from(u32::try_from(samples.len()).unwrap());
    2.0 * (re * re + im * im) / (energy.max(1.0) * count)
}

/// Sound of a track, a fifth of a second of it.
async fn listen(track: &MediaStreamTrack) -> (Vec<i16>, u32) {
    let mut samples = Vec::new();
    loop {
        let data = within(track.recv_audio()).await.unwrap();
        assert_eq!(data.channels(), 1);
        samples.extend_from_slice(data.samples());
        let rate = data.sample_rate();
        if samples.len() >= rate as usize / 5 {
            return (samples, rate);
        }
    }
}

async fn device(audio: bool) -> (SyntheticDevices, MediaStreamTrack) {
    let backend = SyntheticDevices::new();
    let constraints = MediaStreamConstraints {
        audio: audio.into(),
        video: (!audio).into(),
        ..Default::default()
    };
    let devices = MediaDevices::new(backend.clone());
    let stream = devices.get_user_media(constraints).await.unwrap();
    (backend, stream.get_tracks().remove(0))
}

// api: MediaStreamTrack.kind
#[tokio::test]
async fn the_synthetic_microphone_hears_a_tone() {
    let (_, track) = device(true).await;
    let (samples, rate) = listen(&track).await;
    assert_eq!(rate, 48_000);
    assert!(share(&samples, rate, 440.0) > 0.99);
    assert!(share(&samples, rate, 660.0) < 0.01);
}

// api: RTCPeerConnection.addTrack, RTCTrackEvent.track, MediaStreamTrack.clone
#[tokio::test]
async fn a_peer_hears_the_microphone_as_pcmu() {
    let (a, b) = (peer_connection(), peer_connection());
    let (_, track) = device(true).await;
    a.add_track(&track, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    let frame = within(far.clone_track().recv_frame()).await.unwrap();
    assert_eq!(frame.codec, stonechat::FrameCodec::Pcmu);
    assert_eq!(frame.data.len(), 160);
    // The first packets may hold the beginning of the filter.
    listen(&far).await;
    let (samples, rate) = listen(&far).await;
    assert_eq!(rate, 8_000);
    assert!(share(&samples, rate, 440.0) > 0.99, "{samples:?}");
}

// api: RTCRtpTransceiver.setCodecPreferences
#[tokio::test]
async fn a_peer_hears_the_microphone_as_pcma_if_that_is_preferred() {
    let (a, b) = (peer_connection(), peer_connection());
    let (_, track) = device(true).await;
    let transceiver = a.add_transceiver(&track, Default::default()).unwrap();
    let pcma = |channels| RtcRtpCodec {
        mime_type: "audio/PCMA".to_owned(),
        clock_rate: 8_000,
        channels,
        sdp_fmtp_line: None,
    };
    transceiver
        .set_codec_preferences(vec![pcma(Some(1))])
        .or_else(|_| transceiver.set_codec_preferences(vec![pcma(None)]))
        .unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    let frame = within(far.clone_track().recv_frame()).await.unwrap();
    assert_eq!(frame.codec, stonechat::FrameCodec::Pcma);
    listen(&far).await;
    let (samples, rate) = listen(&far).await;
    assert!(share(&samples, rate, 440.0) > 0.99);
}

// api: MediaStreamTrack.enabled
#[tokio::test]
async fn a_disabled_microphone_sends_silence() {
    let (a, b) = (peer_connection(), peer_connection());
    let (_, track) = device(true).await;
    track.set_enabled(false);
    a.add_track(&track, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    let (samples, _) = listen(&far).await;
    assert!(samples.iter().all(|sample| *sample == 0));
    track.set_enabled(true);
    within(async { while listen(&far).await.0.iter().all(|sample| *sample == 0) {} }).await;
}

// api: MediaStreamTrack.enabled
#[tokio::test]
async fn a_disabled_camera_gives_black_pictures() {
    let (_, track) = device(false).await;
    track.set_enabled(false);
    let black =
        |frame: &VideoFrame| frame.data() == VideoFrame::black(640, 480, Duration::ZERO).data();
    within(async { while !black(&track.recv_video().await.unwrap()) {} }).await;
    track.set_enabled(true);
    within(async { while black(&track.recv_video().await.unwrap()) {} }).await;
}

// api: MediaStreamTrack.enabled
#[tokio::test]
async fn a_disabled_microphone_gives_silence_as_long_as_the_sound() {
    let (_, track) = device(true).await;
    track.set_enabled(false);
    within(async {
        loop {
            let data = track.recv_audio().await.unwrap();
            assert_eq!(data.duration(), Duration::from_millis(10));
            if data.samples().iter().all(|sample| *sample == 0) {
                break;
            }
        }
    })
    .await;
}

// api: MediaStreamTrack.muted, MediaStreamTrack.onunmute
#[tokio::test]
async fn a_muted_device_gives_nothing_until_it_is_unmuted() {
    let (backend, track) = device(true).await;
    within(track.recv_audio()).await.unwrap();
    backend.set_muted("microphone", true);
    // What was there before is still there.
    let before = track.clone_track();
    assert!(before.muted());
    let nothing = tokio::time::timeout(Duration::from_millis(60), before.recv_audio()).await;
    assert!(nothing.is_err());
    backend.set_muted("microphone", false);
    assert!(within(before.recv_audio()).await.is_some());
}

// api: MediaStreamTrack.stop
#[tokio::test]
async fn a_stopped_track_gives_nothing_and_its_clone_goes_on() {
    let (_, track) = device(true).await;
    let clone = track.clone_track();
    track.stop();
    assert_eq!(within(track.recv_audio()).await, None);
    assert!(within(clone.recv_audio()).await.is_some());
}

// api: MediaStreamTrack.readyState
#[tokio::test]
async fn tracks_of_devices_are_not_written_to_and_others_are_not_heard() {
    let (_, track) = device(true).await;
    let refused = track.write_frame(octets(0)).await;
    assert_eq!(refused, Err(WriteFrameError::Remote));
    assert!(track.recv_frame().await.is_none());
    assert_eq!(audio().recv_audio().await, None);
    assert_eq!(audio().recv_video().await, None);
}

#[tokio::test]
async fn a_slow_reader_loses_the_oldest_pictures_and_they_are_counted() {
    let (_, track) = device(false).await;
    within(async {
        while track.frames_dropped() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let frame = track.recv_video().await.unwrap();
    assert!(frame.timestamp() >= Duration::from_millis(60));
}

// api: MediaTrackConstraintSet.frameRate, MediaStreamTrack.applyConstraints
#[tokio::test]
async fn a_lower_frame_rate_leaves_pictures_out() {
    let (_, track) = device(false).await;
    track
        .apply_constraints(MediaTrackConstraintSet {
            frame_rate: Some(10.0.into()),
            ..Default::default()
        })
        .await
        .unwrap();
    within(async {
        let mut before = track.recv_video().await.unwrap().timestamp();
        let mut slow = 0;
        while slow < 3 {
            let now = track.recv_video().await.unwrap().timestamp();
            let passed = now - before;
            slow = if passed >= Duration::from_millis(80) {
                slow + 1
            } else {
                0
            };
            before = now;
        }
    })
    .await;
}

// api: MediaStreamTrack.applyConstraints, MediaTrackConstraintSet.sampleRate, MediaTrackConstraintSet.channelCount
#[tokio::test]
async fn a_microphone_changes_rate_and_channels_while_it_is_open() {
    let (_, track) = device(true).await;
    assert_eq!(within(track.recv_audio()).await.unwrap().channels(), 1);
    track
        .apply_constraints(MediaTrackConstraintSet {
            sample_rate: Some(16_000.into()),
            channel_count: Some(2.into()),
            ..Default::default()
        })
        .await
        .unwrap();
    within(async {
        loop {
            let data = track.recv_audio().await.unwrap();
            if data.channels() == 2 {
                assert_eq!(data.sample_rate(), 16_000);
                assert_eq!(data.frames(), 160);
                break;
            }
        }
    })
    .await;
}

/// Makes frames of the loudness alone.
struct Loudness;

impl AudioEncoder for Loudness {
    fn encode(&mut self, data: &AudioData) -> Vec<EncodedFrame> {
        let loudest = data
            .samples()
            .iter()
            .map(|sample| sample.unsigned_abs())
            .max();
        vec![EncodedFrame {
            // What an Opus packet of one frame begins with.
            data: [&[0xf8], &loudest.unwrap_or(0).to_be_bytes()[..]]
                .concat()
                .into(),
            timestamp: data.timestamp(),
        }]
    }
}

// api: RTCPeerConnection.addTrack
#[tokio::test]
async fn an_application_plugs_its_own_encoder_in() {
    let api = stonechat::Api::default()
        .configure(|config| config.connection.ice.include_loopback = true)
        .audio_encoder("audio/opus", |codec| {
            assert_eq!(codec.clock_rate, 48_000);
            Some(Box::new(Loudness))
        });
    let (a, b) = (
        api.peer_connection(Default::default()).unwrap(),
        peer_connection(),
    );
    let (_, track) = device(true).await;
    a.add_track(&track, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    let frame = within(far.recv_frame()).await.unwrap();
    assert_eq!(frame.codec, stonechat::FrameCodec::Opus);
    assert_eq!(frame.data.len(), 3);
    assert!(u16::from_be_bytes([frame.data[1], frame.data[2]]) > 16_000);
}

const TEST_CARD: &[u8] = include_bytes!("../../examples/media/testcard.ivf");

/// Sends a film whatever the camera sees.
struct Film(Vec<Bytes>);

impl VideoEncoder for Film {
    fn encode(&mut self, frame: &VideoFrame, _: bool) -> Vec<EncodedFrame> {
        let data = self.0.pop();
        let timestamp = frame.timestamp();
        data.map(|data| EncodedFrame { data, timestamp })
            .into_iter()
            .collect()
    }
}

/// Shows black pictures of the size of the film.
struct Screen;

impl VideoDecoder for Screen {
    fn decode(&mut self, frame: &stonechat::MediaFrame) -> Option<VideoFrame> {
        let (width, height) = frame.dimensions?;
        Some(VideoFrame::black(
            width.into(),
            height.into(),
            Duration::ZERO,
        ))
    }
}

// api: RTCPeerConnection.addTrack, RTCTrackEvent.track
#[tokio::test]
async fn pictures_are_encoded_and_decoded_by_what_is_plugged_in() {
    let film = || {
        let mut reader = stonechat::file::IvfReader::new(TEST_CARD).unwrap();
        let frame = reader.next_frame().unwrap().unwrap();
        vec![frame.data; 100]
    };
    let api = stonechat::Api::default()
        .configure(|config| config.connection.ice.include_loopback = true)
        .video_encoder("video/VP8", move |_| Some(Box::new(Film(film()))))
        .video_decoder("video/VP8", |_| Some(Box::new(Screen)));
    let (a, b) = (
        api.peer_connection(Default::default()).unwrap(),
        api.peer_connection(Default::default()).unwrap(),
    );
    let (_, track) = device(false).await;
    a.add_track(&track, &[]).unwrap();
    let mut events = b.events();
    within(exchange(&a, &b)).await;
    let far = next_track(&mut events).await.track;
    let picture = within(far.recv_video()).await.unwrap();
    assert!(picture.width() > 0 && picture.height() > 0);
}

#[test]
fn a_picture_has_as_many_octets_as_its_size_asks_for() {
    assert_eq!(
        VideoFrame::i420(3, 3, vec![0; 9], Duration::ZERO),
        Err(FrameSizeError {
            expected: 17,
            given: 9
        })
    );
    let frame = VideoFrame::i420(3, 3, (0..17).collect::<Vec<u8>>(), Duration::ZERO).unwrap();
    assert_eq!(
        frame.plane(VideoPlane::Y),
        (&[0, 1, 2, 3, 4, 5, 6, 7, 8][..], 3)
    );
    assert_eq!(frame.plane(VideoPlane::U), (&[9, 10, 11, 12][..], 2));
    assert_eq!(frame.plane(VideoPlane::V), (&[13, 14, 15, 16][..], 2));
    assert_eq!(frame.rotation(), VideoRotation::None);
    let turned = frame.rotated(VideoRotation::Quarter);
    assert_eq!(turned.rotation().as_str(), "90");
}

#[test]
fn a_picture_is_cropped_to_a_new_shape_and_made_smaller() {
    // The left half is bright, the right half dark.
    let luma = (0..8 * 4).map(|at| if at % 8 < 4 { 200 } else { 40 });
    let data: Vec<u8> = luma.chain([128; 16]).collect();
    let frame = VideoFrame::i420(8, 4, data, Duration::from_secs(1)).unwrap();
    let small = frame.crop_and_scale(2, 1);
    assert_eq!(small.plane(VideoPlane::Y).0, [200, 40]);
    let square = frame.crop_and_scale(2, 2);
    assert_eq!(square.plane(VideoPlane::Y).0, [200, 40, 200, 40]);
    assert_eq!(square.timestamp(), Duration::from_secs(1));
    assert_eq!(frame.crop_and_scale(8, 4), frame);
}

#[test]
fn sound_is_as_long_as_its_samples() {
    let data = AudioData::new(&[1, 2, 3, 4, 5], 4, 2, Duration::ZERO);
    assert_eq!(data.samples(), [1, 2, 3, 4]);
    assert_eq!(data.frames(), 2);
    assert_eq!(data.duration(), Duration::from_millis(500));
    assert_eq!(data.silenced().samples(), [0, 0, 0, 0]);
}
