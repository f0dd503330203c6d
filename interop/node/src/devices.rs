//! `MediaDevices` over synthetic devices, and tracks whose content the script gives.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use stonechat::{
    AudioData, BoxFuture, CameraModes, CaptureSink, DeviceCapture, DisplayMediaStreamOptions,
    MediaDevice, MediaDeviceBackend, MediaDeviceCapabilities, MediaDevices, MediaStreamConstraints,
    MediaTrackSettings, MicrophoneModes, OpenError, PermissionDecision, PermissionDescriptor,
    PermissionRequest, PermissionState, SyntheticDevices, VideoFrame, VideoMode,
};

use crate::arguments::Arguments;
use crate::bridge::{Bridge, object_number};
use crate::constraints::read_wanted;
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key};
use crate::outcome::{Done, rejecting};

/// The devices of the script.
#[derive(Debug)]
pub(crate) struct Devices {
    media: MediaDevices,
    /// The sources of tracks that the script gives content to.
    pushed: BTreeMap<Id, Pushed>,
}

impl Default for Devices {
    fn default() -> Self {
        Self {
            media: MediaDevices::new(SyntheticDevices::new()),
            pushed: BTreeMap::new(),
        }
    }
}

/// A source whose content the script gives.
#[derive(Clone, Debug)]
struct Pushed {
    device: MediaDevice,
    sink: Arc<Mutex<Option<CaptureSink>>>,
    /// How much sound there was, in samples.
    samples: u64,
}

/// What a created track is of.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Content {
    kind: String,
    width: u32,
    height: u32,
    sample_rate: u32,
    channels: u32,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            kind: String::new(),
            width: 640,
            height: 480,
            sample_rate: 48_000,
            channels: 1,
        }
    }
}

impl Bridge {
    pub(crate) fn media_devices(&mut self, name: &str, args: &Arguments) -> Done {
        rejecting(self.media_devices_operation(name, args))
    }

    fn media_devices_operation(&mut self, name: &str, args: &Arguments) -> Done {
        let media = self.devices.media.clone();
        let wanted = |kind: &str| read_wanted(args.value(0).get(kind).unwrap_or(&Value::Null));
        match name {
            "getUserMedia" => {
                let constraints = MediaStreamConstraints {
                    video: wanted("video")?,
                    audio: wanted("audio")?,
                    ..MediaStreamConstraints::default()
                };
                let work = async move { media.get_user_media(constraints).await };
                Ok(self.promise_of(work, |bridge, stream| {
                    let id = bridge.stream_object(&stream?);
                    Ok(bridge.objects.reference(Key::Stream(id)))
                }))
            }
            "getDisplayMedia" => {
                let options = DisplayMediaStreamOptions {
                    video: match wanted("video")? {
                        stonechat::BooleanOrConstraints::Boolean(_)
                            if args.value(0).get("video").is_none() =>
                        {
                            true.into()
                        }
                        video => video,
                    },
                    audio: wanted("audio")?,
                    ..DisplayMediaStreamOptions::default()
                };
                let work = async move { media.get_display_media(options).await };
                Ok(self.promise_of(work, |bridge, stream| {
                    let id = bridge.stream_object(&stream?);
                    Ok(bridge.objects.reference(Key::Stream(id)))
                }))
            }
            "enumerateDevices" => {
                let work = async move { media.enumerate_devices().await };
                Ok(self.promise_of(work, |_, devices| {
                    let devices = devices.iter().map(|device| {
                        json!({
                            "deviceId": device.device_id(),
                            "kind": device.kind().as_str(),
                            "label": device.label(),
                            "groupId": device.group_id(),
                        })
                    });
                    Ok(Value::from_iter(devices))
                }))
            }
            _ => Err(unknown(name)),
        }
    }

    /// A live track without a device.
    pub(crate) fn create_track(&mut self, args: &Arguments) -> Done {
        let content: Content = args.read(0)?;
        let is_video = content.kind == "video";
        let source = Pushed {
            device: device(&content),
            sink: Arc::default(),
            samples: 0,
        };
        let media = MediaDevices::new(source.clone());
        let constraints = MediaStreamConstraints {
            video: is_video.into(),
            audio: (!is_video).into(),
            ..MediaStreamConstraints::default()
        };
        let stream = self.runtime.block_on(media.get_user_media(constraints))?;
        let track = stream.get_tracks().into_iter().next();
        let track = track.ok_or_else(|| unknown("the track"))?;
        let id = self.tracks.id(&mut self.objects, &track);
        self.devices.pushed.insert(id, source);
        Ok(self.objects.reference(Key::Track(id)).into())
    }

    pub(crate) fn push_video(
        &mut self,
        track: f64,
        (width, height): (u32, u32),
        i420: Vec<u8>,
        timestamp: f64,
    ) {
        let time = Duration::try_from_secs_f64(timestamp / 1e6).unwrap_or_default();
        if let Some(sink) = self.pushed_sink(track)
            && let Ok(frame) = VideoFrame::i420(width, height, i420, time)
        {
            sink.send_video(&frame);
        }
    }

    pub(crate) fn push_audio(&mut self, track: f64, samples: &[i16], rate: u32) {
        let Some(sink) = self.pushed_sink(track) else {
            return;
        };
        let Some(source) = object_number(track).and_then(|id| self.devices.pushed.get_mut(&id))
        else {
            return;
        };
        let time = Duration::from_nanos(source.samples * 1_000_000_000 / u64::from(rate.max(1)));
        source.samples += samples.len() as u64;
        sink.send_audio(&AudioData::new(samples, rate, 1, time));
    }

    fn pushed_sink(&self, track: f64) -> Option<CaptureSink> {
        let source = self.devices.pushed.get(&object_number(track)?)?;
        let sink = source.sink.lock().unwrap_or_else(PoisonError::into_inner);
        sink.clone()
    }
}

/// A device that can do exactly what is wanted.
fn device(content: &Content) -> MediaDevice {
    let capabilities = match content.kind.as_str() {
        "video" => MediaDeviceCapabilities::VideoInput(CameraModes {
            modes: vec![VideoMode {
                width: content.width.max(1),
                height: content.height.max(1),
                frame_rate: FRAME_RATE,
            }],
            facing: Vec::new(),
            background_blur: Vec::new(),
        }),
        _ => MediaDeviceCapabilities::AudioInput(MicrophoneModes {
            sample_rates: vec![content.sample_rate],
            channel_counts: vec![content.channels],
            ..MicrophoneModes::default()
        }),
    };
    MediaDevice {
        id: "script".to_owned(),
        label: String::new(),
        group: "script".to_owned(),
        default: true,
        capabilities,
    }
}

impl MediaDeviceBackend for Pushed {
    fn devices(&self) -> Vec<MediaDevice> {
        vec![self.device.clone()]
    }

    fn permission_state(&self, _: PermissionDescriptor) -> PermissionState {
        PermissionState::Granted
    }

    fn request_permission(&self, _: PermissionRequest) -> BoxFuture<'_, PermissionDecision> {
        Box::pin(std::future::ready(PermissionDecision::Granted(None)))
    }

    fn open(
        &self,
        _: &str,
        _: &MediaTrackSettings,
        sink: CaptureSink,
    ) -> Result<Box<dyn DeviceCapture>, OpenError> {
        let slot = Arc::clone(&self.sink);
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(sink);
        Ok(Box::new(Open(slot)))
    }
}

/// The script gives content as long as a track wants it.
#[derive(Debug)]
struct Open(Arc<Mutex<Option<CaptureSink>>>);

impl DeviceCapture for Open {
    fn configure(&mut self, _: &MediaTrackSettings) -> Result<(), OpenError> {
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The most pictures a second that a script gives.
const FRAME_RATE: f64 = 60.0;

impl From<stonechat::OverconstrainedError> for Failure {
    fn from(error: stonechat::OverconstrainedError) -> Self {
        Self::from(stonechat::MediaDevicesError::from(error))
    }
}
