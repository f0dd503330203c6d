//! Constrainable properties (mediacapture-streams, sections 4.3.8 and 7): "fitness distance",
//! "SelectSettings" and "ApplyConstraints", by what cameras and microphones are set to.

use stonechat::{
    BooleanOrDomString, ConstrainBoolean, ConstrainBooleanOrDomString,
    ConstrainBooleanOrDomStringParameters, ConstrainBooleanParameters, ConstrainDomString,
    ConstrainDomStringParameters, ConstrainDouble, ConstrainDoubleRange, ConstrainULong,
    ConstrainULongRange, DoubleRange, EchoCancellationModeEnum, MediaDevices, MediaDevicesError,
    MediaStreamConstraints, MediaStreamTrack, MediaTrackConstraintSet, MediaTrackConstraints,
    MediaTrackSettings, OverconstrainedError, RtcErrorName, SyntheticDevices, ULongRange,
    VideoFacingModeEnum, VideoResizeModeEnum,
};

type Set = MediaTrackConstraintSet;

async fn camera_track(
    constraints: impl Into<MediaTrackConstraints>,
) -> Result<MediaStreamTrack, MediaDevicesError> {
    let devices = MediaDevices::new(SyntheticDevices::new());
    let constraints = MediaStreamConstraints {
        video: constraints.into().into(),
        ..Default::default()
    };
    let stream = devices.get_user_media(constraints).await?;
    Ok(stream.get_video_tracks().remove(0))
}

async fn camera(constraints: impl Into<MediaTrackConstraints>) -> MediaTrackSettings {
    camera_track(constraints).await.unwrap().get_settings()
}

async fn microphone_track(
    constraints: impl Into<MediaTrackConstraints>,
) -> Result<MediaStreamTrack, MediaDevicesError> {
    let devices = MediaDevices::new(SyntheticDevices::new());
    let constraints = MediaStreamConstraints {
        audio: constraints.into().into(),
        ..Default::default()
    };
    let stream = devices.get_user_media(constraints).await?;
    Ok(stream.get_audio_tracks().remove(0))
}

async fn microphone(constraints: impl Into<MediaTrackConstraints>) -> MediaTrackSettings {
    microphone_track(constraints).await.unwrap().get_settings()
}

fn exactly(number: u32) -> Option<ConstrainULong> {
    let exact = Some(number);
    Some(ConstrainULong::Range(ConstrainULongRange {
        exact,
        ..Default::default()
    }))
}

fn ideally(number: u32) -> Option<ConstrainULong> {
    let ideal = Some(number);
    Some(ConstrainULong::Range(ConstrainULongRange {
        ideal,
        ..Default::default()
    }))
}

fn at_least(number: u32) -> Option<ConstrainULong> {
    let min = Some(number);
    Some(ConstrainULong::Range(ConstrainULongRange {
        min,
        ..Default::default()
    }))
}

fn at_most(number: u32) -> Option<ConstrainULong> {
    let max = Some(number);
    Some(ConstrainULong::Range(ConstrainULongRange {
        max,
        ..Default::default()
    }))
}

fn exactly_f(number: f64) -> Option<ConstrainDouble> {
    let exact = Some(number);
    Some(ConstrainDouble::Range(ConstrainDoubleRange {
        exact,
        ..Default::default()
    }))
}

fn word(word: &str) -> Option<ConstrainDomString> {
    let exact = Some(vec![word.to_owned()]);
    Some(ConstrainDomString::Parameters(
        ConstrainDomStringParameters { exact, ideal: None },
    ))
}

fn flag(flag: bool) -> Option<ConstrainBoolean> {
    let exact = Some(flag);
    Some(ConstrainBoolean::Parameters(ConstrainBooleanParameters {
        exact,
        ideal: None,
    }))
}

fn size(settings: &MediaTrackSettings) -> (u32, u32) {
    (settings.width.unwrap(), settings.height.unwrap())
}

// api: MediaTrackSettings.width, MediaTrackSettings.height, MediaTrackSettings.frameRate, MediaTrackSettings.aspectRatio, MediaTrackSettings.resizeMode, MediaTrackSettings.facingMode, MediaTrackSettings.backgroundBlur, VideoResizeModeEnum.none, VideoFacingModeEnum.user
#[tokio::test]
async fn without_constraints_a_camera_has_the_usual_defaults() {
    let settings = camera(Set::default()).await;
    assert_eq!(size(&settings), (640, 480));
    assert_eq!(settings.frame_rate, Some(30.0));
    assert_eq!(settings.aspect_ratio, Some(1.333_333_333_3));
    assert_eq!(
        settings.resize_mode.as_deref(),
        Some(VideoResizeModeEnum::None.as_str())
    );
    assert_eq!(
        settings.facing_mode.as_deref(),
        Some(VideoFacingModeEnum::User.as_str())
    );
    assert_eq!(settings.background_blur, Some(false));
}

// api: MediaTrackSettings.sampleRate, MediaTrackSettings.sampleSize, MediaTrackSettings.echoCancellation, MediaTrackSettings.autoGainControl, MediaTrackSettings.noiseSuppression, MediaTrackSettings.latency, MediaTrackSettings.channelCount
#[tokio::test]
async fn without_constraints_a_microphone_has_the_usual_defaults() {
    let settings = microphone(Set::default()).await;
    assert_eq!(settings.sample_rate, Some(48_000));
    assert_eq!(settings.sample_size, Some(16));
    assert_eq!(settings.echo_cancellation, Some(true.into()));
    assert_eq!(settings.auto_gain_control, Some(true));
    assert_eq!(settings.noise_suppression, Some(true));
    assert_eq!(settings.latency, Some(0.01));
    assert_eq!(settings.channel_count, Some(1));
    assert_eq!(settings.width, None);
}

// api: MediaTrackConstraintSet.width, MediaTrackConstraintSet.height
#[tokio::test]
async fn a_bare_value_of_the_basic_set_is_ideal() {
    let set = Set {
        width: Some(1280.into()),
        height: Some(720.into()),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert_eq!(size(&settings), (1280, 720));
    // Nothing has so many pixels: the nearest, and no error.
    let set = Set {
        width: Some(100_000.into()),
        ..Set::default()
    };
    assert_eq!(camera(set).await.width, Some(1920));
}

// api: ConstrainULongRange.exact
#[tokio::test]
async fn an_exact_width_is_met_by_cropping_if_no_mode_has_it() {
    let set = Set {
        width: exactly(1000),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert_eq!(settings.width, Some(1000));
    assert_eq!(
        settings.resize_mode.as_deref(),
        Some(VideoResizeModeEnum::CropAndScale.as_str())
    );
}

// api: ConstrainULongRange.exact, OverconstrainedError.constraint
#[tokio::test]
async fn nothing_is_made_larger_than_the_camera_gives_it() {
    let track = camera_track(Set::default()).await.unwrap();
    let set = Set {
        height: exactly(1081),
        ..Set::default()
    };
    let error = track.apply_constraints(set).await.unwrap_err();
    assert_eq!(error.constraint(), "height");
}

// api: ConstrainULongRange.min
#[tokio::test]
async fn a_minimum_is_required() {
    let set = Set {
        width: at_least(1000),
        ..Set::default()
    };
    assert!(camera(set).await.width.unwrap() >= 1000);
    let set = Set {
        width: at_least(2000),
        ..Set::default()
    };
    let error = camera_track(set).await.unwrap_err();
    assert_eq!(error.name(), RtcErrorName::OverconstrainedError);
}

// api: ConstrainULongRange.max
#[tokio::test]
async fn a_maximum_is_required() {
    let set = Set {
        height: at_most(300),
        ..Set::default()
    };
    assert!(camera(set).await.height.unwrap() <= 300);
    let set = Set {
        height: at_most(0),
        ..Set::default()
    };
    let error = camera_track(set).await.unwrap_err();
    assert_eq!(error.name(), RtcErrorName::OverconstrainedError);
}

// api: ConstrainULongRange.ideal
#[tokio::test]
async fn ideal_is_approached_within_what_is_required() {
    let set = Set {
        width: Some(ConstrainULong::Range(ConstrainULongRange {
            min: Some(500),
            max: Some(700),
            ideal: Some(1280),
            exact: None,
        })),
        ..Set::default()
    };
    assert_eq!(camera(set).await.width, Some(700));
    let set = Set {
        width: ideally(320),
        height: ideally(240),
        ..Set::default()
    };
    assert_eq!(size(&camera(set).await), (320, 240));
}

// api: MediaTrackConstraintSet.aspectRatio, ConstrainDoubleRange.exact
#[tokio::test]
async fn an_exact_aspect_ratio_is_met() {
    let set = Set {
        aspect_ratio: exactly_f(16.0 / 9.0),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert_eq!(settings.aspect_ratio, Some(1.777_777_777_8));
    let set = Set {
        aspect_ratio: exactly_f(1.0),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert_eq!(settings.width, settings.height);
}

// api: MediaTrackConstraintSet.frameRate, ConstrainDoubleRange.exact
#[tokio::test]
async fn a_lower_frame_rate_comes_from_leaving_frames_out() {
    let set = Set {
        frame_rate: exactly_f(10.0),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert_eq!(settings.frame_rate, Some(10.0));
    assert_eq!(
        settings.resize_mode.as_deref(),
        Some(VideoResizeModeEnum::CropAndScale.as_str())
    );
}

// api: ConstrainDoubleRange.min, ConstrainDoubleRange.max, ConstrainDoubleRange.ideal
#[tokio::test]
async fn a_range_of_frame_rates_leads_to_the_mode_that_has_it() {
    let set = Set {
        frame_rate: Some(ConstrainDouble::Range(ConstrainDoubleRange {
            min: Some(50.0),
            max: Some(60.0),
            ideal: Some(60.0),
            exact: None,
        })),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert_eq!(settings.frame_rate, Some(60.0));
    assert_eq!(size(&settings), (1280, 720));
}

// api: MediaTrackConstraintSet.resizeMode, VideoResizeModeEnum.none
#[tokio::test]
async fn without_resizing_only_what_the_camera_has_itself_is_given() {
    let set = Set {
        resize_mode: word(VideoResizeModeEnum::None.as_str()),
        width: ideally(1000),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert!([320, 640, 1280, 1920].contains(&settings.width.unwrap()));
    let set = Set {
        resize_mode: word("none"),
        width: exactly(1000),
        ..Set::default()
    };
    let error = camera_track(set).await.unwrap_err();
    // Each alone can be met: no name is to blame.
    assert_eq!(error.constraint(), Some(""));
}

// api: VideoResizeModeEnum.crop-and-scale
#[tokio::test]
async fn what_is_not_resized_counts_as_resizable() {
    let set = Set {
        resize_mode: word("crop-and-scale"),
        width: exactly(640),
        height: exactly(480),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert_eq!(settings.resize_mode.as_deref(), Some("crop-and-scale"));
}

// api: MediaTrackConstraintSet.facingMode, ConstrainDOMStringParameters.exact, VideoFacingModeEnum.environment, VideoFacingModeEnum.left, VideoFacingModeEnum.right
#[tokio::test]
async fn facing_mode_selects_a_camera() {
    let set = Set {
        facing_mode: word(VideoFacingModeEnum::Environment.as_str()),
        ..Set::default()
    };
    let settings = camera(set).await;
    assert_eq!(settings.facing_mode.as_deref(), Some("environment"));
    for missing in [VideoFacingModeEnum::Left, VideoFacingModeEnum::Right] {
        let set = Set {
            facing_mode: word(missing.as_str()),
            ..Set::default()
        };
        let error = camera_track(set).await.unwrap_err();
        assert_eq!(error.name(), RtcErrorName::OverconstrainedError);
    }
}

// api: ConstrainDOMStringParameters.ideal
#[tokio::test]
async fn an_ideal_word_that_cannot_be_had_is_no_error() {
    let ideal = Some(vec!["left".to_owned()]);
    let set = Set {
        facing_mode: Some(ConstrainDomString::Parameters(
            ConstrainDomStringParameters { exact: None, ideal },
        )),
        ..Set::default()
    };
    assert_eq!(camera(set).await.facing_mode.as_deref(), Some("user"));
}

// api: MediaTrackConstraintSet.facingMode
#[tokio::test]
async fn a_list_means_any_of_its_words_and_an_empty_one_means_nothing() {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|&word| word.to_owned())
            .collect::<Vec<_>>()
    };
    let set = Set {
        facing_mode: Some(words(&["left", "environment"]).into()),
        ..Set::default()
    };
    assert_eq!(
        camera(set).await.facing_mode.as_deref(),
        Some("environment")
    );
    let set = Set {
        facing_mode: Some(ConstrainDomString::Parameters(
            ConstrainDomStringParameters {
                exact: Some(Vec::new()),
                ideal: None,
            },
        )),
        ..Set::default()
    };
    assert_eq!(camera(set).await.facing_mode.as_deref(), Some("user"));
}

// api: MediaTrackConstraintSet.deviceId, MediaTrackSettings.deviceId
#[tokio::test]
async fn device_id_selects_a_device() {
    let set = Set {
        device_id: word("camera-back"),
        ..Set::default()
    };
    assert_eq!(camera(set).await.device_id.as_deref(), Some("camera-back"));
    let set = Set {
        device_id: Some("camera-back".into()),
        ..Set::default()
    };
    assert_eq!(camera(set).await.device_id.as_deref(), Some("camera-back"));
    let set = Set {
        device_id: Some("no such camera".into()),
        ..Set::default()
    };
    assert_eq!(camera(set).await.device_id.as_deref(), Some("camera-front"));
    let set = Set {
        device_id: Some("".into()),
        ..Set::default()
    };
    assert_eq!(camera(set).await.device_id.as_deref(), Some("camera-front"));
}

// api: MediaTrackConstraintSet.groupId, MediaTrackSettings.groupId
#[tokio::test]
async fn group_id_selects_the_other_piece_of_the_same_hardware() {
    let devices = MediaDevices::new(SyntheticDevices::new());
    let constraints = MediaStreamConstraints {
        video: true.into(),
        ..Default::default()
    };
    let stream = devices.get_user_media(constraints).await.unwrap();
    let group = stream.get_tracks()[0].get_settings().group_id.unwrap();
    let constraints = MediaStreamConstraints {
        audio: Set {
            group_id: word(&group),
            ..Set::default()
        }
        .into(),
        ..Default::default()
    };
    let stream = devices.get_user_media(constraints).await.unwrap();
    let settings = stream.get_tracks()[0].get_settings();
    assert_eq!(settings.device_id.as_deref(), Some("microphone"));
    assert_eq!(settings.group_id, Some(group));
}

// api: MediaTrackConstraintSet.sampleRate, MediaTrackConstraintSet.sampleSize
#[tokio::test]
async fn sample_rate_and_size_are_constrained() {
    let set = Set {
        sample_rate: exactly(16_000),
        sample_size: exactly(16),
        ..Set::default()
    };
    let settings = microphone(set).await;
    assert_eq!(settings.sample_rate, Some(16_000));
    let set = Set {
        sample_size: exactly(24),
        ..Set::default()
    };
    assert!(microphone_track(set).await.is_err());
}

// api: MediaTrackConstraintSet.channelCount, MediaTrackConstraintSet.latency
#[tokio::test]
async fn channels_and_latency_are_constrained() {
    let set = Set {
        channel_count: exactly(2),
        latency: exactly_f(0.02),
        ..Set::default()
    };
    let settings = microphone(set).await;
    assert_eq!(settings.channel_count, Some(2));
    assert_eq!(settings.latency, Some(0.02));
}

// api: MediaTrackConstraintSet.echoCancellation, ConstrainBooleanOrDOMStringParameters.exact, EchoCancellationModeEnum.all, EchoCancellationModeEnum.remote-only
#[tokio::test]
async fn echo_cancellation_is_yes_no_or_a_word() {
    for wanted in [
        BooleanOrDomString::Boolean(false),
        BooleanOrDomString::Boolean(true),
        EchoCancellationModeEnum::All.as_str().into(),
        EchoCancellationModeEnum::RemoteOnly.as_str().into(),
    ] {
        let set = Set {
            echo_cancellation: Some(ConstrainBooleanOrDomString::Parameters(
                ConstrainBooleanOrDomStringParameters {
                    exact: Some(wanted.clone()),
                    ideal: None,
                },
            )),
            ..Set::default()
        };
        assert_eq!(microphone(set).await.echo_cancellation, Some(wanted));
    }
}

// api: ConstrainBooleanOrDOMStringParameters.ideal
#[tokio::test]
async fn an_ideal_echo_cancellation_that_is_unknown_changes_nothing() {
    let set = Set {
        echo_cancellation: Some(ConstrainBooleanOrDomString::Parameters(
            ConstrainBooleanOrDomStringParameters {
                exact: None,
                ideal: Some("everything".into()),
            },
        )),
        ..Set::default()
    };
    let settings = microphone(set).await;
    assert_eq!(settings.echo_cancellation, Some(true.into()));
}

// api: MediaTrackConstraintSet.autoGainControl, MediaTrackConstraintSet.noiseSuppression, ConstrainBooleanParameters.exact
#[tokio::test]
async fn flags_are_constrained() {
    let set = Set {
        auto_gain_control: flag(false),
        noise_suppression: flag(false),
        ..Set::default()
    };
    let settings = microphone(set).await;
    assert_eq!(settings.auto_gain_control, Some(false));
    assert_eq!(settings.noise_suppression, Some(false));
}

// api: ConstrainBooleanParameters.ideal, MediaTrackConstraintSet.autoGainControl
#[tokio::test]
async fn an_ideal_flag_leads_to_the_device_that_has_it() {
    let set = Set {
        echo_cancellation: Some(false.into()),
        auto_gain_control: Some(ConstrainBoolean::Parameters(ConstrainBooleanParameters {
            exact: None,
            ideal: Some(false),
        })),
        sample_rate: Some(16_000.into()),
        latency: Some(0.02.into()),
        ..Set::default()
    };
    // Both microphones can: the default one is taken.
    let settings = microphone(set).await;
    assert_eq!(settings.device_id.as_deref(), Some("microphone"));
    assert_eq!(settings.auto_gain_control, Some(false));
}

// api: MediaTrackConstraintSet.backgroundBlur
#[tokio::test]
async fn background_blur_is_tried_and_never_required_of_a_selection() {
    let set = Set {
        background_blur: Some(true.into()),
        ..Set::default()
    };
    assert_eq!(camera(set).await.background_blur, Some(true));
    let set = Set {
        background_blur: flag(true),
        ..Set::default()
    };
    let error = camera_track(set).await.unwrap_err();
    assert_eq!(error.name(), RtcErrorName::TypeError);
}

// api: MediaTrackConstraintSet.sampleRate, MediaTrackConstraintSet.width
#[tokio::test]
async fn properties_of_the_other_kind_are_ignored() {
    let set = Set {
        sample_rate: exactly(1),
        ..Set::default()
    };
    assert!(camera_track(set).await.is_ok());
    let set = Set {
        width: exactly(1),
        facing_mode: word("left"),
        ..Set::default()
    };
    assert!(microphone_track(set).await.is_ok());
}

// api: MediaTrackConstraints.advanced
#[tokio::test]
async fn bare_values_of_an_advanced_set_are_exact_and_met_together_or_not_at_all() {
    let constraints = |height: u32| MediaTrackConstraints {
        basic: Set {
            width: ideally(320),
            ..Set::default()
        },
        advanced: Some(vec![Set {
            width: Some(1920.into()),
            height: Some(height.into()),
            ..Set::default()
        }]),
    };
    assert_eq!(size(&camera(constraints(1080)).await), (1920, 1080));
    assert_eq!(camera(constraints(1280)).await.width, Some(320));
}

// api: MediaTrackConstraints.advanced
#[tokio::test]
async fn advanced_sets_are_tried_in_their_order() {
    let rate = |min: f64| Set {
        frame_rate: Some(ConstrainDouble::Range(ConstrainDoubleRange {
            min: Some(min),
            ..Default::default()
        })),
        ..Set::default()
    };
    let constraints = MediaTrackConstraints {
        basic: Set::default(),
        advanced: Some(vec![
            rate(100.0),
            rate(50.0),
            Set {
                frame_rate: Some(10.0.into()),
                ..Set::default()
            },
        ]),
    };
    assert_eq!(camera(constraints).await.frame_rate, Some(60.0));
}

// api: MediaTrackConstraints.advanced
#[tokio::test]
async fn required_constraints_come_before_advanced_ones() {
    let constraints = MediaTrackConstraints {
        basic: Set {
            width: at_most(640),
            ..Set::default()
        },
        advanced: Some(vec![Set {
            width: Some(1280.into()),
            ..Set::default()
        }]),
    };
    assert!(camera(constraints).await.width.unwrap() <= 640);
}

// api: MediaStreamTrack.getConstraints
#[tokio::test]
async fn get_constraints_gives_what_was_asked_for() {
    let constraints = MediaTrackConstraints {
        basic: Set {
            width: ideally(320),
            sample_rate: exactly(8_000),
            ..Set::default()
        },
        advanced: Some(vec![Set::default()]),
    };
    let track = camera_track(constraints.clone()).await.unwrap();
    assert_eq!(track.get_constraints(), constraints);
}

// api: MediaStreamTrack.applyConstraints, MediaStreamTrack.getSettings, MediaStreamTrack.getConstraints
#[tokio::test]
async fn applying_constraints_replaces_those_of_before() {
    let track = camera_track(Set {
        width: exactly(1280),
        ..Set::default()
    })
    .await
    .unwrap();
    let set = Set {
        height: exactly(360),
        ..Set::default()
    };
    track.apply_constraints(set.clone()).await.unwrap();
    assert_eq!(size(&track.get_settings()), (640, 360));
    assert_eq!(track.get_constraints(), set.into());
    track.apply_constraints(Set::default()).await.unwrap();
    assert_eq!(size(&track.get_settings()), (640, 480));
}

// api: MediaStreamTrack.applyConstraints
#[tokio::test]
async fn constraints_that_cannot_be_met_change_nothing() {
    let set = Set {
        width: exactly(1280),
        ..Set::default()
    };
    let track = camera_track(set.clone()).await.unwrap();
    let before = track.get_settings();
    let error = track
        .apply_constraints(Set {
            frame_rate: exactly_f(1000.0),
            ..Set::default()
        })
        .await
        .unwrap_err();
    assert_eq!(error.constraint(), "frameRate");
    assert_eq!(track.get_constraints(), set.into());
    assert_eq!(track.get_settings(), before);
}

// api: MediaStreamTrack.applyConstraints, MediaTrackConstraintSet.deviceId
#[tokio::test]
async fn a_track_stays_with_its_device() {
    let track = camera_track(Set::default()).await.unwrap();
    let error = track
        .apply_constraints(Set {
            device_id: word("camera-back"),
            ..Set::default()
        })
        .await
        .unwrap_err();
    assert_eq!(error.constraint(), "deviceId");
}

// api: MediaStreamTrack.applyConstraints
#[tokio::test]
async fn an_ended_track_takes_any_constraints_and_stays_as_it_is() {
    let track = camera_track(Set::default()).await.unwrap();
    track.stop();
    let set = Set {
        width: exactly(1_000_000),
        ..Set::default()
    };
    track.apply_constraints(set).await.unwrap();
    assert_eq!(track.get_constraints(), MediaTrackConstraints::default());
}

// api: MediaStreamTrack.clone, MediaStreamTrack.getSettings, MediaStreamTrack.applyConstraints
#[tokio::test]
async fn clones_have_sizes_of_their_own() {
    let track = camera_track(Set {
        width: exactly(640),
        ..Set::default()
    })
    .await
    .unwrap();
    let clone = track.clone_track();
    assert_eq!(clone.get_settings(), track.get_settings());
    assert_eq!(clone.get_constraints(), track.get_constraints());
    assert_eq!(clone.get_capabilities(), track.get_capabilities());
    let set = Set {
        width: exactly(1920),
        ..Set::default()
    };
    clone.apply_constraints(set).await.unwrap();
    assert_eq!(clone.get_settings().width, Some(1920));
    assert_eq!(track.get_settings().width, Some(640));
}

// api: MediaStreamTrack.applyConstraints, ConstrainBooleanParameters.exact
#[tokio::test]
async fn what_one_track_requires_of_the_source_another_cannot_change() {
    let track = camera_track(Set::default()).await.unwrap();
    let clone = track.clone_track();
    let blurred = |blur| Set {
        background_blur: flag(blur),
        ..Set::default()
    };
    track.apply_constraints(blurred(true)).await.unwrap();
    // It is the source's: the clone has it as well.
    assert_eq!(clone.get_settings().background_blur, Some(true));
    let refused = clone.apply_constraints(blurred(false)).await;
    assert!(refused.is_err());
    assert_eq!(clone.get_settings().background_blur, Some(true));
    track.stop();
    clone.apply_constraints(blurred(false)).await.unwrap();
    assert_eq!(clone.get_settings().background_blur, Some(false));
}

// api: MediaTrackCapabilities.width, MediaTrackCapabilities.height, MediaTrackCapabilities.aspectRatio, MediaTrackCapabilities.frameRate, MediaTrackCapabilities.facingMode, MediaTrackCapabilities.resizeMode, MediaTrackCapabilities.deviceId, MediaTrackCapabilities.groupId, MediaTrackCapabilities.backgroundBlur, ULongRange.min, ULongRange.max, DoubleRange.min, DoubleRange.max, MediaStreamTrack.getCapabilities
#[tokio::test]
async fn a_camera_tells_what_it_can_do() {
    let track = camera_track(Set::default()).await.unwrap();
    let can = track.get_capabilities();
    let range = |max| {
        Some(ULongRange {
            min: Some(1),
            max: Some(max),
        })
    };
    assert_eq!(can.width, range(1920));
    assert_eq!(can.height, range(1080));
    assert_eq!(
        can.frame_rate,
        Some(DoubleRange {
            min: Some(0.0),
            max: Some(60.0)
        })
    );
    assert!(can.aspect_ratio.unwrap().max >= Some(16.0 / 9.0));
    assert_eq!(can.facing_mode, Some(vec!["user".to_owned()]));
    assert_eq!(
        can.resize_mode,
        Some(vec!["none".to_owned(), "crop-and-scale".to_owned()])
    );
    assert_eq!(can.background_blur, Some(vec![false, true]));
    let settings = track.get_settings();
    assert_eq!(can.device_id, settings.device_id);
    assert_eq!(can.group_id, settings.group_id);
    assert_eq!(can.sample_rate, None);
}

// api: MediaTrackCapabilities.sampleRate, MediaTrackCapabilities.sampleSize, MediaTrackCapabilities.echoCancellation, MediaTrackCapabilities.autoGainControl, MediaTrackCapabilities.noiseSuppression, MediaTrackCapabilities.latency, MediaTrackCapabilities.channelCount
#[tokio::test]
async fn a_microphone_tells_what_it_can_do() {
    let can = microphone_track(Set::default())
        .await
        .unwrap()
        .get_capabilities();
    let range = |min, max| {
        Some(ULongRange {
            min: Some(min),
            max: Some(max),
        })
    };
    assert_eq!(can.sample_rate, range(8_000, 48_000));
    assert_eq!(can.sample_size, range(16, 16));
    assert_eq!(can.channel_count, range(1, 2));
    assert_eq!(
        can.latency,
        Some(DoubleRange {
            min: Some(0.01),
            max: Some(0.02)
        })
    );
    // Yes and no before words.
    assert_eq!(
        can.echo_cancellation.unwrap(),
        [
            true.into(),
            false.into(),
            "all".into(),
            "remote-only".into()
        ]
    );
    assert_eq!(can.auto_gain_control, Some(vec![true, false]));
    assert_eq!(can.noise_suppression, Some(vec![true, false]));
    assert_eq!(can.width, None);
}

// api: MediaStreamTrack.getSettings
#[tokio::test]
async fn an_ended_track_still_tells_which_device_it_was() {
    let track = camera_track(Set::default()).await.unwrap();
    let live = track.get_settings();
    track.stop();
    let settings = track.get_settings();
    assert_eq!(settings.device_id, live.device_id);
    assert_eq!(settings.group_id, live.group_id);
    assert_eq!(settings.facing_mode, live.facing_mode);
    assert_eq!(settings.width, None);
    assert_eq!(settings.frame_rate, None);
}

// api: OverconstrainedError.constructor, OverconstrainedError.constraint
#[test]
fn an_overconstrained_error_has_its_constraint_and_message() {
    let error = OverconstrainedError::new("width", "too wide");
    assert_eq!(error.name(), RtcErrorName::OverconstrainedError);
    assert_eq!(error.constraint(), "width");
    assert_eq!(error.message(), "too wide");
}

// api: MediaStreamTrack.getCapabilities, MediaStreamTrack.getSettings, MediaStreamTrack.applyConstraints
#[tokio::test]
async fn a_track_without_a_device_has_no_properties() {
    let track = MediaStreamTrack::new(stonechat::MediaKind::Video);
    assert_eq!(track.get_capabilities(), Default::default());
    assert_eq!(track.get_settings(), Default::default());
    let set = Set {
        width: ideally(320),
        ..Set::default()
    };
    track.apply_constraints(set.clone()).await.unwrap();
    assert_eq!(track.get_constraints(), set.into());
}

// api: ConstrainDoubleRange.ideal
#[tokio::test]
async fn numbers_that_are_none_count_as_not_given() {
    let set = Set {
        frame_rate: Some(f64::NAN.into()),
        aspect_ratio: exactly_f(f64::INFINITY),
        ..Set::default()
    };
    assert_eq!(size(&camera(set).await), (640, 480));
}

// api: ConstrainULongRange.exact, ConstrainDoubleRange.exact, ConstrainDOMStringParameters.exact, ConstrainBooleanParameters.exact, MediaTrackSettings.height
#[tokio::test]
async fn what_is_exact_is_met_exactly_all_at_once() {
    let set = Set {
        height: Some(ConstrainULong::Range(ConstrainULongRange {
            exact: Some(720),
            ..Default::default()
        })),
        frame_rate: Some(ConstrainDouble::Range(ConstrainDoubleRange {
            exact: Some(60.0),
            ..Default::default()
        })),
        facing_mode: Some(ConstrainDomString::Parameters(
            ConstrainDomStringParameters {
                exact: Some(vec!["user".to_owned()]),
                ideal: None,
            },
        )),
        ..Set::default()
    };
    let track = camera_track(set.clone()).await.unwrap();
    let settings = track.get_settings();
    assert_eq!(settings.height, Some(720));
    assert_eq!(settings.frame_rate, Some(60.0));
    let blurred = Set {
        background_blur: Some(ConstrainBoolean::Parameters(ConstrainBooleanParameters {
            exact: Some(true),
            ideal: None,
        })),
        ..set
    };
    track.apply_constraints(blurred).await.unwrap();
    assert_eq!(track.get_settings().background_blur, Some(true));
}
