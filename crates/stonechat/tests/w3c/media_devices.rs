//! `MediaDevices` (mediacapture-streams, sections 5 and 6; screen-capture).

use std::time::Duration;

use stonechat::{
    AudioSelectionPreferenceEnum, CameraDevicePermissionDescriptor, CameraModes, CaptureController,
    CaptureStartFocusBehavior, ConstrainBoolean, ConstrainBooleanParameters, ConstrainDomString,
    ConstrainDomStringParameters, ConstrainULong, ConstrainULongRange, CursorCaptureConstraint,
    DeviceChangeEvent, DeviceChangeEventInit, DevicesEvent, DisplayCaptureSurfaceType,
    DisplayMediaStreamOptions, DisplaySurface, MediaDevice, MediaDeviceCapabilities,
    MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaDevicesError, MediaKind, MediaStream,
    MediaStreamConstraints, MediaStreamTrackState, MediaTrackConstraintSet, MediaTrackConstraints,
    MonitorTypeSurfacesEnum, OpenError, PermissionDescriptor, PermissionState, RtcErrorName,
    SelfCapturePreferenceEnum, SurfaceSwitchingPreferenceEnum, SyntheticDevices,
    SystemAudioPreferenceEnum, TrackEvent, VideoFacingModeEnum, VideoMode,
    WindowAudioPreferenceEnum,
};

use crate::media_stream::within;

type Set = MediaTrackConstraintSet;

const CAMERA: PermissionDescriptor =
    PermissionDescriptor::Camera(CameraDevicePermissionDescriptor {
        pan_tilt_zoom: false,
    });

fn both() -> (SyntheticDevices, MediaDevices) {
    let backend = SyntheticDevices::new();
    (backend.clone(), MediaDevices::new(backend))
}

fn audio() -> MediaStreamConstraints {
    MediaStreamConstraints {
        audio: true.into(),
        ..Default::default()
    }
}

fn video() -> MediaStreamConstraints {
    MediaStreamConstraints {
        video: true.into(),
        ..Default::default()
    }
}

fn video_like(set: Set) -> MediaStreamConstraints {
    MediaStreamConstraints {
        video: set.into(),
        ..Default::default()
    }
}

fn exactly(number: u32) -> Option<ConstrainULong> {
    Some(ConstrainULong::Range(ConstrainULongRange {
        exact: Some(number),
        ..Default::default()
    }))
}

fn word(word: &str) -> Option<ConstrainDomString> {
    Some(ConstrainDomString::Parameters(
        ConstrainDomStringParameters {
            exact: Some(vec![word.to_owned()]),
            ideal: None,
        },
    ))
}

fn webcam() -> MediaDevice {
    MediaDevice {
        id: "webcam".to_owned(),
        label: "A \"new\" webcam".to_owned(),
        group: "webcam".to_owned(),
        default: false,
        capabilities: MediaDeviceCapabilities::VideoInput(CameraModes {
            modes: vec![VideoMode {
                width: 160,
                height: 120,
                frame_rate: 15.0,
            }],
            facing: vec![VideoFacingModeEnum::Left, VideoFacingModeEnum::Right],
            background_blur: vec![false],
        }),
    }
}

fn changed(event: Option<DevicesEvent>) -> DeviceChangeEvent {
    match event {
        Some(DevicesEvent::DeviceChange(event)) => Some(event),
        _ => None,
    }
    .expect("devicechange fired")
}

fn ids(devices: &[MediaDeviceInfo]) -> Vec<&str> {
    devices.iter().map(MediaDeviceInfo::device_id).collect()
}

fn failed(result: Result<MediaStream, MediaDevicesError>) -> RtcErrorName {
    result.unwrap_err().name()
}

// api: Navigator.mediaDevices, MediaDevices.getUserMedia, MediaStreamConstraints.audio, MediaStreamConstraints.video
#[tokio::test]
async fn asking_for_nothing_is_a_type_error() {
    let devices = MediaDevices::new(SyntheticDevices::new());
    let nothing = MediaStreamConstraints::default();
    assert_eq!(nothing.audio, false.into());
    assert_eq!(nothing.video, false.into());
    let refused = devices.get_user_media(nothing).await;
    assert_eq!(failed(refused), RtcErrorName::TypeError);
}

// api: MediaDevices.getUserMedia, MediaStreamConstraints.audio
#[tokio::test]
async fn audio_alone_gives_one_audio_track() {
    let (_, devices) = both();
    let stream = devices.get_user_media(audio()).await.unwrap();
    assert_eq!(stream.get_audio_tracks().len(), 1);
    assert!(stream.get_video_tracks().is_empty());
    assert!(stream.active());
    let track = &stream.get_tracks()[0];
    assert_eq!(track.label(), "Microphone");
    assert_eq!(track.kind(), MediaKind::Audio);
    assert!(track.enabled() && !track.muted());
}

// api: MediaDevices.getUserMedia, MediaStreamConstraints.video, MediaStreamTrack.label
#[tokio::test]
async fn audio_and_video_give_one_track_each() {
    let (_, devices) = both();
    let constraints = MediaStreamConstraints {
        audio: true.into(),
        video: true.into(),
        ..Default::default()
    };
    let stream = devices.get_user_media(constraints).await.unwrap();
    assert_eq!(stream.get_audio_tracks().len(), 1);
    assert_eq!(stream.get_video_tracks().len(), 1);
    assert_eq!(stream.get_video_tracks()[0].label(), "Front camera");
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn each_call_gives_other_tracks_and_streams() {
    let (_, devices) = both();
    let first = devices.get_user_media(video()).await.unwrap();
    let second = devices.get_user_media(video()).await.unwrap();
    assert_ne!(first.id(), second.id());
    assert_ne!(first.get_tracks()[0].id(), second.get_tracks()[0].id());
    first.get_tracks()[0].stop();
    assert!(second.active());
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn without_devices_nothing_is_found() {
    let devices = MediaDevices::new(SyntheticDevices::empty());
    let refused = devices.get_user_media(video()).await;
    assert_eq!(failed(refused), RtcErrorName::NotFoundError);
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn what_is_denied_is_not_allowed() {
    let (backend, devices) = both();
    backend.set_permission(CAMERA, PermissionState::Denied);
    let refused = devices.get_user_media(video()).await;
    assert_eq!(failed(refused), RtcErrorName::NotAllowedError);
    assert!(devices.get_user_media(audio()).await.is_ok());
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn a_failure_tells_nothing_of_devices_that_are_denied() {
    let (backend, devices) = both();
    backend.set_permission(CAMERA, PermissionState::Denied);
    let set = Set {
        width: exactly(9_999),
        ..Set::default()
    };
    let refused = devices.get_user_media(video_like(set)).await;
    assert_eq!(failed(refused), RtcErrorName::NotAllowedError);
    let empty = SyntheticDevices::empty();
    empty.set_permission(CAMERA, PermissionState::Denied);
    let refused = MediaDevices::new(empty).get_user_media(video()).await;
    assert_eq!(failed(refused), RtcErrorName::NotAllowedError);
}

// api: MediaDevices.getUserMedia, OverconstrainedError.constraint
#[tokio::test]
async fn the_constraint_that_failed_is_told_once_devices_may_be_known() {
    let (_, devices) = both();
    let set = Set {
        device_id: word("no such device"),
        ..Set::default()
    };
    let error = devices
        .get_user_media(video_like(set.clone()))
        .await
        .unwrap_err();
    assert_eq!(error.name(), RtcErrorName::OverconstrainedError);
    assert_eq!(error.constraint(), Some(""));
    let _stream = devices.get_user_media(audio()).await.unwrap();
    let error = devices.get_user_media(video_like(set)).await.unwrap_err();
    assert_eq!(error.constraint(), Some("deviceId"));
    assert!(!error.message().is_empty());
}

// api: MediaDevices.getUserMedia, OverconstrainedError.constraint
#[tokio::test]
async fn a_constraint_that_one_of_the_devices_meets_is_not_to_blame() {
    let (_, devices) = both();
    let _stream = devices.get_user_media(video()).await.unwrap();
    let set = Set {
        facing_mode: word("environment"),
        width: exactly(1920),
        ..Set::default()
    };
    let error = devices.get_user_media(video_like(set)).await.unwrap_err();
    assert_eq!(error.name(), RtcErrorName::OverconstrainedError);
    assert_eq!(error.constraint(), Some(""));
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn a_required_constraint_that_selects_no_device_is_a_type_error() {
    let (_, devices) = both();
    let set = Set {
        display_surface: word("window"),
        ..Set::default()
    };
    let refused = devices.get_user_media(video_like(set)).await;
    assert_eq!(failed(refused), RtcErrorName::TypeError);
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn a_device_that_fails_is_passed_over_and_then_not_readable() {
    let (backend, devices) = both();
    let busy = || Some(OpenError::NotReadable("in use".to_owned()));
    backend.set_failure("camera-front", busy());
    let stream = devices.get_user_media(video()).await.unwrap();
    assert_eq!(stream.get_tracks()[0].label(), "Back camera");
    backend.set_failure("camera-back", busy());
    let refused = devices.get_user_media(video()).await;
    assert_eq!(failed(refused), RtcErrorName::NotReadableError);
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn any_other_failure_of_a_device_aborts() {
    let (backend, devices) = both();
    for id in ["microphone", "headset-microphone"] {
        backend.set_failure(id, Some(OpenError::Failed("it burns".to_owned())));
    }
    let refused = devices.get_user_media(audio()).await;
    assert_eq!(failed(refused), RtcErrorName::AbortError);
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn a_call_that_fails_half_way_leaves_no_device_open() {
    let (backend, devices) = both();
    for id in ["camera-front", "camera-back"] {
        backend.set_failure(id, Some(OpenError::NotReadable("in use".to_owned())));
    }
    let constraints = MediaStreamConstraints {
        audio: true.into(),
        video: true.into(),
        ..Default::default()
    };
    assert!(devices.get_user_media(constraints).await.is_err());
    assert!(!backend.is_open("microphone"));
    assert!(!devices.is_capturing());
}

// api: MediaStreamTrack.stop, MediaStreamTrack.clone
#[tokio::test]
async fn a_device_closes_when_its_last_track_stops() {
    let (backend, devices) = both();
    let stream = devices.get_user_media(video()).await.unwrap();
    let track = stream.get_tracks().remove(0);
    let clone = track.clone_track();
    assert!(backend.is_open("camera-front") && devices.is_capturing());
    track.stop();
    assert!(backend.is_open("camera-front"));
    clone.stop();
    assert!(!backend.is_open("camera-front") && !devices.is_capturing());
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn a_device_closes_when_nobody_has_its_tracks_any_more() {
    let (backend, devices) = both();
    let stream = devices.get_user_media(video()).await.unwrap();
    assert!(backend.is_open("camera-front"));
    drop(stream);
    assert!(!backend.is_open("camera-front"));
}

// api: MediaDevices.enumerateDevices, MediaDeviceInfo.deviceId, MediaDeviceInfo.label, MediaDeviceInfo.groupId, MediaDeviceInfo.kind, MediaDeviceKind.audioinput, MediaDeviceKind.videoinput
#[tokio::test]
async fn before_a_capture_only_the_kinds_of_devices_are_told() {
    let (_, devices) = both();
    let list = devices.enumerate_devices().await;
    let kinds: Vec<_> = list.iter().map(MediaDeviceInfo::kind).collect();
    assert_eq!(
        kinds,
        [MediaDeviceKind::AudioInput, MediaDeviceKind::VideoInput]
    );
    assert_eq!(kinds[0].as_str(), "audioinput");
    assert_eq!(kinds[1].as_str(), "videoinput");
    for device in &list {
        assert_eq!(device.device_id(), "");
        assert_eq!(device.label(), "");
        assert_eq!(device.group_id(), "");
    }
}

// api: MediaDevices.enumerateDevices
#[tokio::test]
async fn a_capture_of_one_kind_tells_of_that_kind() {
    let (_, devices) = both();
    let stream = devices.get_user_media(video()).await.unwrap();
    let list = devices.enumerate_devices().await;
    assert_eq!(ids(&list), ["", "camera-front", "camera-back"]);
    // Also after it.
    stream.get_tracks()[0].stop();
    let list = devices.enumerate_devices().await;
    assert_eq!(ids(&list), ["", "camera-front", "camera-back"]);
}

// api: MediaDevices.enumerateDevices
#[tokio::test]
async fn a_capture_tells_of_the_other_kind_where_that_is_granted() {
    let (backend, devices) = both();
    backend.set_permission(CAMERA, PermissionState::Granted);
    let _stream = devices.get_user_media(audio()).await.unwrap();
    let list = devices.enumerate_devices().await;
    assert!(ids(&list).contains(&"camera-front"));
}

// api: MediaDevices.enumerateDevices, MediaDeviceInfo.groupId, MediaDeviceKind.audiooutput
#[tokio::test]
async fn microphones_come_before_cameras_and_outputs_last() {
    let (_, devices) = both();
    let constraints = MediaStreamConstraints {
        audio: true.into(),
        video: true.into(),
        ..Default::default()
    };
    let _stream = devices.get_user_media(constraints).await.unwrap();
    let list = devices.enumerate_devices().await;
    assert_eq!(
        ids(&list),
        [
            "microphone",
            "headset-microphone",
            "camera-front",
            "camera-back",
            "default",
            "headset"
        ]
    );
    assert_eq!(list[5].kind(), MediaDeviceKind::AudioOutput);
    assert_eq!(list[5].kind().as_str(), "audiooutput");
    assert!(list[4].label().starts_with("Default"));
    assert_eq!(list[0].group_id(), list[2].group_id());
    assert_eq!(list[1].group_id(), list[5].group_id());
    assert_ne!(list[0].group_id(), list[1].group_id());
}

// api: MediaDeviceInfo.groupId, MediaDeviceInfo.deviceId
#[tokio::test]
async fn group_ids_are_another_word_in_each_context_and_device_ids_are_not() {
    let backend = SyntheticDevices::new();
    let mut groups = Vec::new();
    for _ in 0..2 {
        let devices = MediaDevices::new(backend.clone());
        let _stream = devices.get_user_media(audio()).await.unwrap();
        let first = devices.enumerate_devices().await.remove(0);
        assert_eq!(first.device_id(), "microphone");
        groups.push(first.group_id().to_owned());
    }
    assert_ne!(groups[0], groups[1]);
}

// api: MediaDevices.enumerateDevices
#[tokio::test]
async fn the_default_device_comes_first() {
    let (backend, devices) = both();
    let _stream = devices.get_user_media(video()).await.unwrap();
    backend.set_default("camera-back");
    let list = devices.enumerate_devices().await;
    assert_eq!(ids(&list), ["", "camera-back", "camera-front"]);
}

// api: InputDeviceInfo.getCapabilities, MediaStreamTrack.getCapabilities
#[tokio::test]
async fn an_input_device_has_the_capabilities_of_its_track() {
    let (_, devices) = both();
    let hidden = devices.enumerate_devices().await.remove(0);
    let hidden = hidden.as_input().unwrap();
    assert_eq!(hidden.get_capabilities(), Default::default());
    let stream = devices.get_user_media(video()).await.unwrap();
    let list = devices.enumerate_devices().await;
    let camera = list
        .iter()
        .find(|info| info.device_id() == "camera-front")
        .and_then(MediaDeviceInfo::as_input)
        .unwrap();
    assert_eq!(camera.device_id(), "camera-front");
    assert_eq!(
        camera.get_capabilities(),
        stream.get_tracks()[0].get_capabilities()
    );
}

// api: MediaDeviceInfo.toJSON
#[tokio::test]
async fn a_device_is_written_as_json() {
    let (backend, devices) = both();
    backend.add_device(webcam());
    let _stream = devices.get_user_media(video()).await.unwrap();
    let list = devices.enumerate_devices().await;
    let info = list.last().unwrap();
    let json: serde_json::Value = serde_json::from_str(&info.to_json()).unwrap();
    assert_eq!(json["deviceId"], "webcam");
    assert_eq!(json["kind"], "videoinput");
    assert_eq!(json["label"], "A \"new\" webcam");
    assert_eq!(json["groupId"], info.group_id());
    assert_eq!(json.as_object().unwrap().len(), 4);
}

// api: MediaDevices.devicechange, MediaDevices.ondevicechange, DeviceChangeEvent.devices, DeviceChangeEvent.userInsertedDevices
#[tokio::test]
async fn devicechange_fires_when_a_known_kind_of_device_comes() {
    let (backend, devices) = both();
    let _stream = devices.get_user_media(video()).await.unwrap();
    let mut events = devices.events();
    backend.add_device(webcam());
    let event = match events.try_next() {
        Some(DevicesEvent::DeviceChange(event)) => Some(event),
        _ => None,
    };
    let event = event.expect("devicechange fired");
    assert!(ids(&event.devices).contains(&"webcam"));
    assert_eq!(ids(&event.user_inserted_devices), ["webcam"]);
    assert_eq!(event.devices, devices.enumerate_devices().await);
    assert!(events.try_next().is_none());
}

// api: MediaDevices.ondevicechange, DeviceChangeEvent.userInsertedDevices, MediaStreamTrack.onended
#[tokio::test]
async fn a_device_that_goes_ends_its_track_and_fires_devicechange() {
    let (backend, devices) = both();
    let stream = devices.get_user_media(video()).await.unwrap();
    let track = stream.get_tracks().remove(0);
    let (mut of_track, mut of_devices) = (track.events(), devices.events());
    backend.remove_device("camera-front");
    assert_eq!(of_track.try_next(), Some(TrackEvent::Ended));
    assert_eq!(track.ready_state(), MediaStreamTrackState::Ended);
    assert!(!stream.active());
    let event = changed(of_devices.try_next());
    assert_eq!(ids(&event.devices), ["", "camera-back"]);
    assert!(event.user_inserted_devices.is_empty());
}

// api: MediaDevices.ondevicechange
#[tokio::test]
async fn a_change_that_cannot_be_seen_fires_nothing() {
    let (backend, devices) = both();
    let mut events = devices.events();
    // There is a camera before and after; which ones is not told.
    backend.add_device(webcam());
    assert!(events.try_next().is_none());
    backend.remove_device("camera-front");
    backend.remove_device("camera-back");
    assert!(events.try_next().is_none());
    backend.remove_device("webcam");
    let event = changed(events.try_next());
    assert_eq!(event.devices.len(), 1);
}

// api: MediaDevices.ondevicechange
#[tokio::test]
async fn another_default_device_fires_devicechange() {
    let (backend, devices) = both();
    let _stream = devices.get_user_media(audio()).await.unwrap();
    let mut events = devices.events();
    backend.set_default("headset-microphone");
    let event = changed(events.try_next());
    assert_eq!(event.devices[0].device_id(), "headset-microphone");
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn the_default_device_is_taken_where_constraints_do_not_decide() {
    let (backend, devices) = both();
    backend.set_default("headset-microphone");
    let stream = devices.get_user_media(audio()).await.unwrap();
    assert_eq!(stream.get_tracks()[0].label(), "Headset");
}

// api: MediaDevices.getSupportedConstraints, MediaTrackSupportedConstraints.width, MediaTrackSupportedConstraints.height, MediaTrackSupportedConstraints.aspectRatio, MediaTrackSupportedConstraints.frameRate, MediaTrackSupportedConstraints.facingMode, MediaTrackSupportedConstraints.resizeMode, MediaTrackSupportedConstraints.sampleRate, MediaTrackSupportedConstraints.sampleSize, MediaTrackSupportedConstraints.echoCancellation, MediaTrackSupportedConstraints.autoGainControl, MediaTrackSupportedConstraints.noiseSuppression, MediaTrackSupportedConstraints.latency, MediaTrackSupportedConstraints.channelCount, MediaTrackSupportedConstraints.deviceId, MediaTrackSupportedConstraints.groupId, MediaTrackSupportedConstraints.backgroundBlur
#[test]
fn all_constraints_are_supported() {
    let (_, devices) = both();
    let supported = devices.get_supported_constraints();
    assert!(supported.width && supported.height && supported.aspect_ratio);
    assert!(supported.frame_rate && supported.facing_mode && supported.resize_mode);
    assert!(supported.sample_rate && supported.sample_size && supported.echo_cancellation);
    assert!(supported.auto_gain_control && supported.noise_suppression && supported.latency);
    assert!(supported.channel_count && supported.device_id && supported.group_id);
    assert!(supported.background_blur);
}

// api: MediaTrackSupportedConstraints.displaySurface, MediaTrackSupportedConstraints.logicalSurface, MediaTrackSupportedConstraints.cursor, MediaTrackSupportedConstraints.restrictOwnAudio, MediaTrackSupportedConstraints.suppressLocalAudioPlayback
#[test]
fn all_constraints_of_displays_are_supported() {
    let (_, devices) = both();
    let supported = devices.get_supported_constraints();
    assert!(supported.display_surface && supported.logical_surface && supported.cursor);
    assert!(supported.restrict_own_audio && supported.suppress_local_audio_playback);
}

// api: CameraDevicePermissionDescriptor.panTiltZoom
#[test]
fn permission_for_a_camera_that_moves_is_the_stronger_one() {
    let still = CameraDevicePermissionDescriptor::default();
    assert!(!still.pan_tilt_zoom);
    let still = PermissionDescriptor::from(still);
    let moving = PermissionDescriptor::from(CameraDevicePermissionDescriptor {
        pan_tilt_zoom: true,
    });
    assert_eq!(still.name(), "camera");
    assert!(moving.is_stronger_than(&still));
    assert!(!still.is_stronger_than(&moving));
    assert!(!moving.is_stronger_than(&PermissionDescriptor::Microphone));
    let (backend, devices) = both();
    backend.set_permission(CAMERA, PermissionState::Granted);
    assert_eq!(devices.permission_state(moving), PermissionState::Granted);
}

// api: MediaStreamTrack.onended
#[tokio::test]
async fn a_permission_that_is_revoked_ends_the_tracks() {
    let (backend, devices) = both();
    let constraints = MediaStreamConstraints {
        audio: true.into(),
        video: true.into(),
        ..Default::default()
    };
    let stream = devices.get_user_media(constraints).await.unwrap();
    let mut events = stream.get_video_tracks()[0].events();
    backend.set_permission(CAMERA, PermissionState::Denied);
    assert_eq!(events.try_next(), Some(TrackEvent::Ended));
    let state = |tracks: Vec<stonechat::MediaStreamTrack>| tracks[0].ready_state();
    assert_eq!(
        state(stream.get_video_tracks()),
        MediaStreamTrackState::Ended
    );
    assert_eq!(
        state(stream.get_audio_tracks()),
        MediaStreamTrackState::Live
    );
}

// api: MediaStreamTrack.onmute, MediaStreamTrack.onunmute, MediaStreamTrack.muted
#[tokio::test]
async fn a_switch_on_the_device_mutes_all_its_tracks() {
    let (backend, devices) = both();
    let stream = devices.get_user_media(audio()).await.unwrap();
    let track = stream.get_tracks().remove(0);
    let clone = track.clone_track();
    let mut events = (track.events(), clone.events());
    backend.set_muted("microphone", true);
    backend.set_muted("microphone", true);
    assert!(track.muted() && clone.muted());
    assert!(track.clone_track().muted());
    backend.set_muted("microphone", false);
    for events in [&mut events.0, &mut events.1] {
        assert_eq!(events.try_next(), Some(TrackEvent::Mute));
        assert_eq!(events.try_next(), Some(TrackEvent::Unmute));
        assert_eq!(events.try_next(), None);
    }
}

// api: MediaDevices.getDisplayMedia, DisplayMediaStreamOptions.video, DisplayMediaStreamOptions.audio
#[tokio::test]
async fn a_display_is_captured_without_sound_by_default() {
    let (_, devices) = both();
    let options = DisplayMediaStreamOptions::default();
    assert_eq!(options.video, true.into());
    assert_eq!(options.audio, false.into());
    let stream = devices.get_display_media(options).await.unwrap();
    assert_eq!(stream.get_video_tracks().len(), 1);
    assert!(stream.get_audio_tracks().is_empty());
}

// api: MediaTrackSettings.displaySurface, MediaTrackSettings.logicalSurface, MediaTrackSettings.cursor, MediaTrackSettings.screenPixelRatio, MediaTrackCapabilities.displaySurface, MediaTrackCapabilities.logicalSurface, MediaTrackCapabilities.cursor, DisplayCaptureSurfaceType.monitor, CursorCaptureConstraint.always, CursorCaptureConstraint.never
#[tokio::test]
async fn a_display_tells_what_it_is() {
    let (_, devices) = both();
    let stream = devices
        .get_display_media(DisplayMediaStreamOptions::default())
        .await
        .unwrap();
    let track = stream.get_tracks().remove(0);
    let (settings, can) = (track.get_settings(), track.get_capabilities());
    assert_eq!(settings.display_surface.as_deref(), Some("monitor"));
    assert_eq!(can.display_surface, settings.display_surface);
    assert_eq!(settings.logical_surface, Some(false));
    assert_eq!(can.logical_surface, Some(false));
    assert_eq!(
        settings.cursor.as_deref(),
        Some(CursorCaptureConstraint::Always.as_str())
    );
    assert_eq!(
        can.cursor,
        Some(vec!["always".to_owned(), "never".to_owned()])
    );
    assert_eq!(settings.screen_pixel_ratio, Some(1.0));
    assert_eq!((settings.width, settings.height), (Some(1920), Some(1080)));
    assert_eq!(can.width.unwrap().max, Some(1920));
    assert_eq!(can.aspect_ratio.unwrap().min, settings.aspect_ratio);
    assert_eq!(can.aspect_ratio.unwrap().max, settings.aspect_ratio);
    // Displays cannot be told apart, nor selected.
    assert_eq!(settings.device_id, None);
}

// api: MediaDevices.getDisplayMedia, DisplayMediaStreamOptions.video
#[tokio::test]
async fn a_display_without_video_is_a_type_error() {
    let (_, devices) = both();
    let options = DisplayMediaStreamOptions {
        video: false.into(),
        audio: true.into(),
        ..Default::default()
    };
    let refused = devices.get_display_media(options).await;
    assert_eq!(failed(refused), RtcErrorName::TypeError);
}

// api: MediaDevices.getDisplayMedia
#[tokio::test]
async fn advanced_min_and_exact_are_refused_for_displays() {
    let (_, devices) = both();
    let advanced = MediaTrackConstraints {
        basic: Set::default(),
        advanced: Some(Vec::new()),
    };
    let min = Set {
        width: Some(ConstrainULong::Range(ConstrainULongRange {
            min: Some(1),
            ..Default::default()
        })),
        ..Set::default()
    };
    let exact = Set {
        height: exactly(1080),
        ..Set::default()
    };
    for video in [advanced, min.into(), exact.into()] {
        let options = DisplayMediaStreamOptions {
            video: video.into(),
            ..Default::default()
        };
        let refused = devices.get_display_media(options).await;
        assert_eq!(failed(refused), RtcErrorName::TypeError);
    }
    let options = DisplayMediaStreamOptions {
        audio: Set {
            restrict_own_audio: Some(ConstrainBoolean::Parameters(ConstrainBooleanParameters {
                exact: Some(true),
                ideal: None,
            })),
            ..Set::default()
        }
        .into(),
        ..Default::default()
    };
    let refused = devices.get_display_media(options).await;
    assert_eq!(failed(refused), RtcErrorName::TypeError);
}

// api: MediaDevices.getDisplayMedia, OverconstrainedError.constraint
#[tokio::test]
async fn a_maximum_below_the_floor_is_overconstrained_before_the_user_is_asked() {
    let (backend, devices) = both();
    backend.set_permission(
        PermissionDescriptor::DisplayCapture,
        PermissionState::Denied,
    );
    let options = DisplayMediaStreamOptions {
        video: Set {
            width: Some(ConstrainULong::Range(ConstrainULongRange {
                max: Some(0),
                ..Default::default()
            })),
            ..Set::default()
        }
        .into(),
        ..Default::default()
    };
    let error = devices.get_display_media(options).await.unwrap_err();
    assert_eq!(error.constraint(), Some("width"));
}

// api: MediaDevices.getDisplayMedia, MediaTrackSettings.width, MediaTrackSettings.aspectRatio
#[tokio::test]
async fn a_display_is_made_smaller_and_keeps_its_shape() {
    let (_, devices) = both();
    let options = DisplayMediaStreamOptions {
        video: Set {
            width: Some(ConstrainULong::Range(ConstrainULongRange {
                max: Some(960),
                ..Default::default()
            })),
            frame_rate: Some(5.0.into()),
            ..Set::default()
        }
        .into(),
        ..Default::default()
    };
    let stream = devices.get_display_media(options).await.unwrap();
    let track = stream.get_tracks().remove(0);
    let settings = track.get_settings();
    assert_eq!((settings.width, settings.height), (Some(960), Some(540)));
    assert_eq!(settings.frame_rate, Some(5.0));
    assert_eq!(settings.resize_mode.as_deref(), Some("crop-and-scale"));
    let frame = within(track.recv_video()).await.unwrap();
    assert_eq!((frame.width(), frame.height()), (960, 540));
}

// api: MediaTrackSettings.screenPixelRatio, CursorCaptureConstraint.motion
#[tokio::test]
async fn a_fine_display_is_scaled_down_by_default() {
    let (backend, devices) = both();
    for id in ["screen", "window", "page"] {
        backend.remove_surface(id);
    }
    backend.add_surface(DisplaySurface {
        id: "fine".to_owned(),
        label: String::new(),
        kind: DisplayCaptureSurfaceType::Monitor,
        mode: VideoMode {
            width: 1000,
            height: 600,
            frame_rate: 30.0,
        },
        pixel_ratio: 2.0,
        logical: false,
        cursor: vec![CursorCaptureConstraint::Motion],
        audio: false,
    });
    let stream = devices
        .get_display_media(DisplayMediaStreamOptions::default())
        .await
        .unwrap();
    let settings = stream.get_tracks()[0].get_settings();
    assert_eq!((settings.width, settings.height), (Some(500), Some(300)));
    assert_eq!(settings.screen_pixel_ratio, Some(2.0));
    let motion = CursorCaptureConstraint::Motion.as_str();
    assert_eq!(motion, "motion");
    assert_eq!(settings.cursor.as_deref(), Some(motion));
}

// api: MediaTrackConstraintSet.displaySurface, DisplayCaptureSurfaceType.window, DisplayCaptureSurfaceType.browser, MediaTrackConstraintSet.logicalSurface
#[tokio::test]
async fn a_kind_of_surface_is_preferred_and_never_required() {
    let (backend, devices) = both();
    for kind in [
        DisplayCaptureSurfaceType::Window,
        DisplayCaptureSurfaceType::Browser,
    ] {
        let options = DisplayMediaStreamOptions {
            video: Set {
                display_surface: Some(kind.as_str().into()),
                logical_surface: Some(true.into()),
                ..Set::default()
            }
            .into(),
            ..Default::default()
        };
        let stream = devices.get_display_media(options.clone()).await.unwrap();
        let settings = stream.get_tracks()[0].get_settings();
        assert_eq!(settings.display_surface.as_deref(), Some(kind.as_str()));
        backend.remove_surface("window");
        backend.remove_surface("page");
        // It is not there: another one, and no error.
        assert!(devices.get_display_media(options).await.is_ok());
        let again = SyntheticDevices::new();
        for surface in stonechat::MediaDeviceBackend::display_surfaces(&again) {
            if surface.id == "page" {
                backend.add_surface(surface);
            }
        }
    }
}

// api: DisplayMediaStreamOptions.audio, MediaTrackSettings.restrictOwnAudio, MediaTrackSettings.suppressLocalAudioPlayback, MediaTrackConstraintSet.restrictOwnAudio, MediaTrackConstraintSet.suppressLocalAudioPlayback
#[tokio::test]
async fn the_sound_of_a_display_comes_with_it() {
    let (_, devices) = both();
    let options = DisplayMediaStreamOptions {
        audio: Set {
            restrict_own_audio: Some(true.into()),
            ..Set::default()
        }
        .into(),
        ..Default::default()
    };
    let stream = devices.get_display_media(options).await.unwrap();
    let sound = stream.get_audio_tracks().remove(0);
    let settings = sound.get_settings();
    assert_eq!(settings.restrict_own_audio, Some(true));
    assert_eq!(settings.suppress_local_audio_playback, Some(false));
    sound
        .apply_constraints(Set {
            suppress_local_audio_playback: Some(true.into()),
            ..Set::default()
        })
        .await
        .unwrap();
    let settings = sound.get_settings();
    assert_eq!(settings.suppress_local_audio_playback, Some(true));
    assert!(within(sound.recv_audio()).await.is_some());
}

// api: DisplayMediaStreamOptions.audio
#[tokio::test]
async fn a_surface_without_sound_gives_video_alone() {
    let (_, devices) = both();
    let options = DisplayMediaStreamOptions {
        video: Set {
            display_surface: Some("window".into()),
            ..Set::default()
        }
        .into(),
        audio: true.into(),
        ..Default::default()
    };
    let stream = devices.get_display_media(options).await.unwrap();
    assert!(stream.get_audio_tracks().is_empty());
    assert_eq!(stream.get_video_tracks().len(), 1);
}

// api: MediaTrackConstraintSet.cursor
#[tokio::test]
async fn the_cursor_is_left_out_if_asked_for() {
    let (_, devices) = both();
    let options = DisplayMediaStreamOptions {
        video: Set {
            cursor: Some(CursorCaptureConstraint::Never.as_str().into()),
            ..Set::default()
        }
        .into(),
        ..Default::default()
    };
    let stream = devices.get_display_media(options).await.unwrap();
    let settings = stream.get_tracks()[0].get_settings();
    assert_eq!(settings.cursor.as_deref(), Some("never"));
}

// api: DisplayMediaStreamOptions.monitorTypeSurfaces, MonitorTypeSurfacesEnum.exclude, MonitorTypeSurfacesEnum.include
#[tokio::test]
async fn whole_displays_can_be_left_out() {
    let (_, devices) = both();
    for (hint, kind) in [
        (MonitorTypeSurfacesEnum::Include, "monitor"),
        (MonitorTypeSurfacesEnum::Exclude, "window"),
    ] {
        let options = DisplayMediaStreamOptions {
            monitor_type_surfaces: Some(hint),
            ..Default::default()
        };
        let stream = devices.get_display_media(options).await.unwrap();
        let settings = stream.get_tracks()[0].get_settings();
        assert_eq!(settings.display_surface.as_deref(), Some(kind));
    }
}

// api: DisplayMediaStreamOptions.selfBrowserSurface, DisplayMediaStreamOptions.systemAudio, DisplayMediaStreamOptions.windowAudio, DisplayMediaStreamOptions.surfaceSwitching, DisplayMediaStreamOptions.audioSelection, SelfCapturePreferenceEnum.include, SelfCapturePreferenceEnum.exclude, SystemAudioPreferenceEnum.include, SystemAudioPreferenceEnum.exclude, WindowAudioPreferenceEnum.system, WindowAudioPreferenceEnum.window, WindowAudioPreferenceEnum.exclude, SurfaceSwitchingPreferenceEnum.include, SurfaceSwitchingPreferenceEnum.exclude, AudioSelectionPreferenceEnum.preferred
#[tokio::test]
async fn hints_reach_the_backend() {
    use std::sync::{Arc, Mutex};
    let seen = Arc::new(Mutex::new(Vec::new()));
    let devices = MediaDevices::new(Recorder {
        synthetic: SyntheticDevices::new(),
        seen: Arc::clone(&seen),
    });
    let hints = DisplayMediaStreamOptions {
        self_browser_surface: Some(SelfCapturePreferenceEnum::Exclude),
        system_audio: Some(SystemAudioPreferenceEnum::Exclude),
        window_audio: Some(WindowAudioPreferenceEnum::Window),
        surface_switching: Some(SurfaceSwitchingPreferenceEnum::Include),
        audio_selection: Some(AudioSelectionPreferenceEnum::Preferred),
        ..Default::default()
    };
    devices.get_display_media(hints).await.unwrap();
    let seen = seen.lock().unwrap().remove(0);
    assert_eq!(seen.self_browser_surface.unwrap().as_str(), "exclude");
    assert_eq!(seen.system_audio.unwrap().as_str(), "exclude");
    assert_eq!(seen.window_audio.unwrap().as_str(), "window");
    assert_eq!(seen.surface_switching.unwrap().as_str(), "include");
    assert_eq!(seen.audio_selection.unwrap().as_str(), "preferred");
    assert_eq!(
        WindowAudioPreferenceEnum::ALL.map(|word| word.as_str()),
        ["system", "window", "exclude"]
    );
    assert_eq!("include".parse(), Ok(SelfCapturePreferenceEnum::Include));
    assert_eq!("include".parse(), Ok(SystemAudioPreferenceEnum::Include));
    assert_eq!(
        "exclude".parse(),
        Ok(SurfaceSwitchingPreferenceEnum::Exclude)
    );
}

/// Remembers what it was asked.
#[derive(Debug)]
struct Recorder {
    synthetic: SyntheticDevices,
    seen: std::sync::Arc<std::sync::Mutex<Vec<DisplayMediaStreamOptions>>>,
}

impl stonechat::MediaDeviceBackend for Recorder {
    fn devices(&self) -> Vec<MediaDevice> {
        self.synthetic.devices()
    }

    fn display_surfaces(&self) -> Vec<DisplaySurface> {
        self.synthetic.display_surfaces()
    }

    fn permission_state(&self, descriptor: PermissionDescriptor) -> PermissionState {
        self.synthetic.permission_state(descriptor)
    }

    fn request_permission(
        &self,
        request: stonechat::PermissionRequest,
    ) -> stonechat::BoxFuture<'_, stonechat::PermissionDecision> {
        // This user always takes the last device.
        let last = request.devices.last().map(|device| device.id.clone());
        Box::pin(async { stonechat::PermissionDecision::Granted(last) })
    }

    fn choose_display(
        &self,
        request: stonechat::DisplayRequest,
    ) -> stonechat::BoxFuture<'_, stonechat::DisplayDecision> {
        self.seen.lock().unwrap().push(request.options.clone());
        self.synthetic.choose_display(request)
    }

    fn open(
        &self,
        id: &str,
        settings: &stonechat::MediaTrackSettings,
        sink: stonechat::CaptureSink,
    ) -> Result<Box<dyn stonechat::DeviceCapture>, OpenError> {
        self.synthetic.open(id, settings, sink)
    }
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn the_user_may_choose_another_device_that_meets_the_constraints() {
    let devices = MediaDevices::new(Recorder {
        synthetic: SyntheticDevices::new(),
        seen: Default::default(),
    });
    let stream = devices.get_user_media(video()).await.unwrap();
    assert_eq!(stream.get_tracks()[0].label(), "Back camera");
    let set = Set {
        facing_mode: word("user"),
        ..Set::default()
    };
    let stream = devices.get_user_media(video_like(set)).await.unwrap();
    assert_eq!(stream.get_tracks()[0].label(), "Front camera");
}

// api: MediaDevices.getDisplayMedia
#[tokio::test]
async fn displays_that_are_denied_or_missing_are_told_apart() {
    let (backend, devices) = both();
    backend.set_permission(
        PermissionDescriptor::DisplayCapture,
        PermissionState::Denied,
    );
    let refused = devices.get_display_media(Default::default()).await;
    assert_eq!(failed(refused), RtcErrorName::NotAllowedError);
    let devices = MediaDevices::new(SyntheticDevices::empty());
    let refused = devices.get_display_media(Default::default()).await;
    assert_eq!(failed(refused), RtcErrorName::NotFoundError);
    let (backend, devices) = both();
    backend.set_failure("screen", Some(OpenError::NotReadable(String::new())));
    let refused = devices.get_display_media(Default::default()).await;
    assert_eq!(failed(refused), RtcErrorName::NotReadableError);
}

// api: MediaDevices.getDisplayMedia, MediaStreamTrack.onended
#[tokio::test]
async fn a_window_that_closes_ends_its_track() {
    let (backend, devices) = both();
    let stream = devices.get_display_media(Default::default()).await.unwrap();
    let track = stream.get_tracks().remove(0);
    let mut events = track.events();
    backend.remove_surface("screen");
    assert_eq!(events.try_next(), Some(TrackEvent::Ended));
}

// api: MediaDevices.getDisplayMedia, MediaDevices.enumerateDevices
#[tokio::test]
async fn a_display_tells_nothing_of_cameras_and_is_not_enumerated() {
    let (_, devices) = both();
    let _stream = devices.get_display_media(Default::default()).await.unwrap();
    let list = devices.enumerate_devices().await;
    assert_eq!(ids(&list), ["", ""]);
    assert!(devices.is_capturing());
}

fn controlled(controller: &CaptureController, kind: &str) -> DisplayMediaStreamOptions {
    DisplayMediaStreamOptions {
        controller: Some(controller.clone()),
        video: Set {
            display_surface: Some(kind.into()),
            ..Set::default()
        }
        .into(),
        ..Default::default()
    }
}

// api: CaptureController.constructor, DisplayMediaStreamOptions.controller
#[tokio::test]
async fn a_controller_is_for_one_call() {
    let (_, devices) = both();
    let controller = CaptureController::new();
    let options = controlled(&controller, "window");
    assert!(devices.get_display_media(options.clone()).await.is_ok());
    let refused = devices.get_display_media(options).await;
    assert_eq!(failed(refused), RtcErrorName::InvalidStateError);
}

// api: CaptureController.constructor
#[tokio::test]
async fn a_call_that_fails_uses_the_controller_up() {
    let (_, devices) = both();
    let controller = CaptureController::new();
    let options = DisplayMediaStreamOptions {
        video: false.into(),
        ..controlled(&controller, "window")
    };
    let refused = devices.get_display_media(options).await;
    assert_eq!(failed(refused), RtcErrorName::TypeError);
    let options = controlled(&controller, "window");
    let refused = devices.get_display_media(options).await;
    assert_eq!(failed(refused), RtcErrorName::InvalidStateError);
}

// api: CaptureController.setFocusBehavior, CaptureStartFocusBehavior.focus-captured-surface
#[tokio::test]
async fn focus_that_was_asked_for_before_is_given_when_the_capture_starts() {
    let (backend, devices) = both();
    let controller = CaptureController::new();
    let behavior = CaptureStartFocusBehavior::FocusCapturedSurface;
    controller.set_focus_behavior(behavior).unwrap();
    assert_eq!(backend.focused(), None);
    let options = controlled(&controller, "window");
    let _stream = devices.get_display_media(options).await.unwrap();
    assert_eq!(backend.focused(), Some(("window".to_owned(), behavior)));
    let refused = controller.set_focus_behavior(behavior).unwrap_err();
    assert_eq!(refused.name, RtcErrorName::InvalidStateError);
}

// api: CaptureController.setFocusBehavior, CaptureStartFocusBehavior.focus-capturing-application
#[tokio::test]
async fn focus_can_be_decided_right_after_the_start() {
    let (backend, devices) = both();
    let controller = CaptureController::new();
    let options = controlled(&controller, "browser");
    let _stream = devices.get_display_media(options).await.unwrap();
    let behavior = CaptureStartFocusBehavior::FocusCapturingApplication;
    controller.set_focus_behavior(behavior).unwrap();
    assert_eq!(backend.focused(), Some(("page".to_owned(), behavior)));
}

// api: CaptureStartFocusBehavior.no-focus-change
#[tokio::test]
async fn no_focus_change_leaves_the_focus_alone() {
    let (backend, devices) = both();
    let controller = CaptureController::new();
    let behavior = CaptureStartFocusBehavior::NoFocusChange;
    controller.set_focus_behavior(behavior).unwrap();
    let options = controlled(&controller, "window");
    let _stream = devices.get_display_media(options).await.unwrap();
    assert_eq!(backend.focused(), None);
}

// api: CaptureController.setFocusBehavior
#[tokio::test]
async fn a_whole_display_or_a_stopped_capture_cannot_be_focused() {
    let (_, devices) = both();
    let behavior = CaptureStartFocusBehavior::FocusCapturedSurface;
    for (kind, stop) in [("monitor", false), ("window", true)] {
        let controller = CaptureController::new();
        let options = controlled(&controller, kind);
        let stream = devices.get_display_media(options).await.unwrap();
        if stop {
            stream.get_tracks()[0].stop();
        }
        let refused = controller.set_focus_behavior(behavior).unwrap_err();
        assert_eq!(refused.name, RtcErrorName::InvalidStateError);
    }
}

// api: MediaDevices.getUserMedia
#[tokio::test]
async fn every_picture_of_the_camera_differs_and_has_the_size_of_the_settings() {
    let (_, devices) = both();
    let set = Set {
        width: exactly(300),
        height: exactly(200),
        ..Set::default()
    };
    let stream = devices.get_user_media(video_like(set)).await.unwrap();
    let track = stream.get_tracks().remove(0);
    let mut before: Option<stonechat::VideoFrame> = None;
    for _ in 0..4 {
        let frame = within(track.recv_video()).await.unwrap();
        assert_eq!((frame.width(), frame.height()), (300, 200));
        if let Some(before) = before {
            assert_ne!(before.data(), frame.data());
            let passed = frame.timestamp() - before.timestamp();
            assert!(passed >= Duration::from_millis(30), "{passed:?}");
        }
        before = Some(frame);
    }
}

// api: DeviceChangeEvent.constructor, DeviceChangeEventInit.devices, DeviceChangeEvent.devices, DeviceChangeEvent.userInsertedDevices
#[tokio::test]
async fn a_device_change_event_is_made_of_its_devices() {
    let (_, devices) = both();
    let list = devices.enumerate_devices().await;
    let init = DeviceChangeEventInit {
        devices: list.clone(),
    };
    let event = DeviceChangeEvent::new(init);
    assert_eq!(event.devices, list);
    assert!(event.user_inserted_devices.is_empty());
    assert!(DeviceChangeEventInit::default().devices.is_empty());
}

// api: MediaStreamConstraints.peerIdentity, MediaStreamTrack.isolated, MediaStreamTrack.clone
#[tokio::test]
async fn tracks_for_one_peer_alone_are_isolated_from_the_application() {
    let (_, devices) = both();
    let constraints = MediaStreamConstraints {
        audio: true.into(),
        video: true.into(),
        peer_identity: Some("her@example.org".to_owned()),
    };
    let stream = devices.get_user_media(constraints).await.unwrap();
    for track in stream.get_tracks() {
        assert!(track.isolated());
        assert!(track.clone_track().isolated());
        assert!(within(track.recv_audio()).await.is_none());
        assert!(within(track.recv_video()).await.is_none());
    }
}

// api: MediaStreamTrack.isolationchange, MediaStreamTrack.onisolationchange, MediaStreamTrack.isolated
#[tokio::test]
async fn isolationchange_fires_when_what_is_captured_belongs_to_somebody_else() {
    let (backend, devices) = both();
    let stream = devices.get_display_media(Default::default()).await.unwrap();
    let track = stream.get_tracks().remove(0);
    let mut events = track.events();
    assert!(!track.isolated());
    backend.set_isolated("screen", true);
    backend.set_isolated("screen", true);
    assert!(track.isolated());
    assert_eq!(events.try_next(), Some(TrackEvent::IsolationChange));
    assert_eq!(events.try_next(), None);
    backend.set_isolated("screen", false);
    assert!(!track.isolated());
    assert_eq!(events.try_next(), Some(TrackEvent::IsolationChange));
    assert!(within(track.recv_video()).await.is_some());
}
