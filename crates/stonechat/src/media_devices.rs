//! `MediaDevices` (mediacapture-streams, sections 5 and 6; screen-capture, section 5).

mod backend;
mod capture_controller;
mod capture_sink;
mod device;
mod device_info;
mod display_media;
mod display_surface;
mod error;
mod permission;
mod synthetic;
mod user_media;
mod watcher;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

pub use self::backend::{
    BoxFuture, DeviceCapture, DisplayDecision, DisplayRequest, MediaDeviceBackend, OpenError,
    PermissionDecision, PermissionRequest,
};
pub use self::capture_controller::{CaptureController, CaptureStartFocusBehavior};
pub use self::capture_sink::CaptureSink;
pub use self::device::{
    CameraModes, MediaDevice, MediaDeviceCapabilities, MicrophoneModes, VideoMode,
};
pub use self::device_info::{InputDeviceInfo, MediaDeviceInfo, MediaDeviceKind};
pub use self::display_media::{
    AudioSelectionPreferenceEnum, DisplayMediaStreamOptions, MonitorTypeSurfacesEnum,
    SelfCapturePreferenceEnum, SurfaceSwitchingPreferenceEnum, SystemAudioPreferenceEnum,
    WindowAudioPreferenceEnum,
};
pub use self::display_surface::DisplaySurface;
pub use self::error::MediaDevicesError;
pub use self::permission::{
    CameraDevicePermissionDescriptor, PermissionDescriptor, PermissionState,
};
pub use self::synthetic::SyntheticDevices;
pub use self::user_media::{BooleanOrConstraints, MediaStreamConstraints};
pub use self::watcher::DeviceWatcher;

use crate::events::{EventSource, Events};
use crate::media_stream_track::Source;
use crate::{MediaKind, MediaTrackSupportedConstraints};

/// The devices of one application: what `navigator.mediaDevices` is to a page.
///
/// Cheap to clone; all clones are the same. It needs no [`Api`](crate::Api) and no peer connection.
/// What a page's document decides in a browser is settled here: it is always active, in view and in
/// focus, and it may use whatever the backend permits.
///
/// ```
/// use stonechat::{MediaDevices, MediaStreamConstraints, SyntheticDevices};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), stonechat::MediaDevicesError> {
/// let devices = MediaDevices::new(SyntheticDevices::new());
/// let stream = devices
///     .get_user_media(MediaStreamConstraints {
///         audio: true.into(),
///         ..Default::default()
///     })
///     .await?;
/// let microphone = &stream.get_audio_tracks()[0];
/// assert!(microphone.recv_audio().await.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MediaDevices {
    inner: Arc<Inner>,
}

/// What all handles share. The backend's watcher and the sources do not keep it alive.
#[derive(Debug)]
pub(crate) struct Inner {
    backend: Arc<dyn MediaDeviceBackend>,
    state: Mutex<State>,
}

/// The internal slots.
#[derive(Debug)]
struct State {
    can_expose_camera: bool,
    can_expose_microphone: bool,
    stored: Vec<MediaDevice>,
    /// The group ids of this object, by those of the backend.
    groups: BTreeMap<String, String>,
    sources: Vec<Weak<Source>>,
    events: EventSource<DevicesEvent>,
}

/// An event of [`MediaDevices`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DevicesEvent {
    /// `devicechange`: devices came or went, or another one is the default.
    DeviceChange(DeviceChangeEvent),
}

/// `DeviceChangeEvent`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct DeviceChangeEvent {
    /// `devices`: all that there are now.
    pub devices: Vec<MediaDeviceInfo>,
    /// `userInsertedDevices`: those of them that the user has just connected.
    pub user_inserted_devices: Vec<MediaDeviceInfo>,
}

/// What a [`DeviceChangeEvent`] is made of.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DeviceChangeEventInit {
    /// `devices`; none by default.
    pub devices: Vec<MediaDeviceInfo>,
}

impl DeviceChangeEvent {
    /// The constructor: none of the devices is newly inserted.
    #[must_use]
    pub fn new(init: DeviceChangeEventInit) -> Self {
        Self {
            devices: init.devices,
            user_inserted_devices: Vec::new(),
        }
    }
}

impl MediaDevices {
    /// The devices of a backend, such as [`SyntheticDevices`].
    #[must_use]
    pub fn new(backend: impl MediaDeviceBackend) -> Self {
        let backend: Arc<dyn MediaDeviceBackend> = Arc::new(backend);
        let state = State {
            can_expose_camera: false,
            can_expose_microphone: false,
            stored: backend.devices(),
            groups: BTreeMap::new(),
            sources: Vec::new(),
            events: EventSource::keeping(WAITING_EVENTS),
        };
        let inner = Arc::new(Inner {
            backend: Arc::clone(&backend),
            state: Mutex::new(state),
        });
        backend.watch(DeviceWatcher::new(Arc::downgrade(&inner)));
        Self { inner }
    }

    /// `enumerateDevices()`: microphones, cameras, then outputs that the backend exposes; the
    /// default of each kind first.
    ///
    /// Until [`get_user_media`](Self::get_user_media) succeeded there is at most one microphone and
    /// one camera, without ids and names.
    pub async fn enumerate_devices(&self) -> Vec<MediaDeviceInfo> {
        // It settles in a task of its own.
        tokio::task::yield_now().await;
        let stored = self.inner.state().stored.clone();
        self.inner.device_infos(&stored)
    }

    /// `getSupportedConstraints()`.
    #[must_use]
    pub fn get_supported_constraints(&self) -> MediaTrackSupportedConstraints {
        MediaTrackSupportedConstraints::default()
    }

    /// What the user or the system decided about devices of a kind, as
    /// `navigator.permissions.query()` tells it.
    #[must_use]
    pub fn permission_state(&self, descriptor: PermissionDescriptor) -> PermissionState {
        self.inner.backend.permission_state(descriptor)
    }

    /// "Context is capturing": whether any device gives media now.
    #[must_use]
    pub fn is_capturing(&self) -> bool {
        self.inner.sources().iter().any(|source| {
            source
                .device()
                .is_some_and(|device| device.is_open() && !device.muted())
        })
    }

    /// The events from now on; the first who asks also gets the last ones of before.
    #[must_use]
    pub fn events(&self) -> Events<DevicesEvent> {
        self.inner.state().events.subscribe()
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sources with a live track.
    fn sources(&self) -> Vec<Arc<Source>> {
        let mut state = self.state();
        state.sources.retain(|source| source.strong_count() > 0);
        let sources: Vec<_> = state.sources.iter().filter_map(Weak::upgrade).collect();
        drop(state);
        sources
            .into_iter()
            .filter(|source| !source.tracks().is_empty())
            .collect()
    }

    /// "Tie track source to MediaDevices".
    fn tie(&self, source: &Arc<Source>) {
        self.state().sources.push(Arc::downgrade(source));
    }

    /// Whether a device is attached to a live track.
    fn is_live(&self, id: &str) -> bool {
        self.sources()
            .iter()
            .any(|source| source.device().is_some_and(|device| device.id == id))
    }

    /// "Camera information can be exposed" or "microphone information can be exposed".
    fn can_expose(&self, kind: MediaKind) -> bool {
        let display = PermissionDescriptor::DisplayCapture;
        let live = self.sources().iter().any(|source| {
            source.kind() == kind
                && source
                    .device()
                    .is_some_and(|device| !device.permission.is_like(display))
        });
        let state = self.state();
        live || match kind {
            MediaKind::Audio => state.can_expose_microphone,
            MediaKind::Video => state.can_expose_camera,
        }
    }

    /// "Set the device information exposure" to true.
    fn expose(&self, requested: &[MediaKind]) {
        let extended =
            |descriptor| self.backend.permission_state(descriptor) == PermissionState::Granted;
        let camera = PermissionDescriptor::Camera(CameraDevicePermissionDescriptor::default());
        let (camera, microphone) = (extended(camera), extended(PermissionDescriptor::Microphone));
        let mut state = self.state();
        if requested.contains(&MediaKind::Video) {
            state.can_expose_camera = true;
            state.can_expose_microphone |= microphone;
        }
        if requested.contains(&MediaKind::Audio) {
            state.can_expose_microphone = true;
            state.can_expose_camera |= camera;
        }
    }

    /// "Creating a list of device info objects".
    fn device_infos(&self, devices: &[MediaDevice]) -> Vec<MediaDeviceInfo> {
        let of_kind = |kind| devices.iter().filter(move |device| device.kind() == kind);
        let mut infos = Vec::new();
        for (kind, media) in [
            (MediaDeviceKind::AudioInput, MediaKind::Audio),
            (MediaDeviceKind::VideoInput, MediaKind::Video),
        ] {
            let exposed = self.can_expose(media);
            let mut list = Vec::new();
            for device in of_kind(kind) {
                let info = if exposed {
                    self.device_info(device)
                } else {
                    MediaDeviceInfo::hidden(kind)
                };
                let at = if device.default { 0 } else { list.len() };
                list.insert(at, info);
            }
            if !exposed {
                list.truncate(1);
            }
            infos.append(&mut list);
        }
        let mut outputs = Vec::new();
        for device in of_kind(MediaDeviceKind::AudioOutput) {
            if !self.backend.expose_output(device, &infos) {
                continue;
            }
            let info = self.device_info(device);
            if device.default {
                outputs.insert(0, info.as_default());
            }
            outputs.push(info);
        }
        infos.append(&mut outputs);
        infos
    }

    /// "Creating a device info object" that may tell all.
    fn device_info(&self, device: &MediaDevice) -> MediaDeviceInfo {
        MediaDeviceInfo::new(device, self.group(&device.group))
    }

    /// The group id of this object for that of the backend.
    fn group(&self, group: &str) -> String {
        let mut state = self.state();
        let id = state
            .groups
            .entry(group.to_owned())
            .or_insert_with(crate::random::id);
        id.clone()
    }

    /// "Device change notification steps".
    fn devices_changed(&self, inserted: &[&str]) {
        let before = self.state().stored.clone();
        let before = self.device_infos(&before);
        let list = self.backend.devices();
        let devices = self.device_infos(&list);
        let unchanged = before == devices;
        let mut state = self.state();
        state.stored = list;
        if unchanged {
            return;
        }
        let user_inserted_devices = devices
            .iter()
            .filter(|info| inserted.contains(&info.device_id()) && !before.contains(info))
            .cloned()
            .collect();
        state
            .events
            .fire(DevicesEvent::DeviceChange(DeviceChangeEvent {
                devices,
                user_inserted_devices,
            }));
    }

    /// "Device permission revocation".
    fn permission_revoked(&self, descriptor: PermissionDescriptor) {
        for source in self.sources() {
            let revoked = source
                .device()
                .is_some_and(|device| device.permission.is_like(descriptor));
            if revoked {
                source.end();
            }
        }
    }
}

/// Events that wait for the first listener; then the oldest goes.
const WAITING_EVENTS: usize = 64;
