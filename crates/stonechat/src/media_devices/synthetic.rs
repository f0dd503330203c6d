//! Devices that are made of arithmetic, for tests and servers without hardware.

mod microphone;
mod picture;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use self::microphone::Tone;
use self::picture::Painter;
use super::backend::{
    BoxFuture, DeviceCapture, DisplayDecision, DisplayRequest, MediaDeviceBackend, OpenError,
    PermissionDecision, PermissionRequest,
};
use super::capture_controller::CaptureStartFocusBehavior;
use super::capture_sink::CaptureSink;
use super::device::{
    CameraModes, MediaDevice, MediaDeviceCapabilities, MicrophoneModes, VideoMode,
};
use super::device_info::MediaDeviceInfo;
use super::display_media::MonitorTypeSurfacesEnum;
use super::display_surface::DisplaySurface;
use super::permission::{PermissionDescriptor, PermissionState};
use super::user_media::BooleanOrConstraints;
use super::watcher::DeviceWatcher;
use crate::constraints::Property;
use crate::{
    CursorCaptureConstraint, DisplayCaptureSurfaceType, EchoCancellationModeEnum,
    MediaTrackSettings, VideoFacingModeEnum,
};

/// Cameras that show bars with a moving line and a counter, microphones that hear a tone, displays
/// and windows, and a loudspeaker. Time is tokio's, so that it can be paused.
///
/// | id | is |
/// | --- | --- |
/// | `camera-front` | the default camera, facing the user: 320 by 240 to 1920 by 1080, 30 pictures a second, at 1280 by 720 also 60 |
/// | `camera-back` | facing away: 640 by 480 and 1280 by 720 |
/// | `microphone` | the default microphone, one piece with `camera-front`: 440 Hz, to the right 660 Hz |
/// | `headset-microphone` | one channel at 16,000 Hz |
/// | `headset` | an output, one piece with `headset-microphone` |
/// | `screen`, `window`, `page` | a display of 1920 by 1080 with sound, a window of 800 by 600, a page of 1280 by 720 with sound |
///
/// Settings have effects: without echo cancellation the tone has an echo, without noise suppression
/// there is noise, without automatic gain it is quieter; with background blur the edges of the bars
/// are soft.
///
/// Cheap to clone; all clones are the same devices.
#[derive(Clone, Debug)]
pub struct SyntheticDevices {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    devices: Vec<MediaDevice>,
    surfaces: Vec<DisplaySurface>,
    camera: PermissionState,
    microphone: PermissionState,
    display: PermissionState,
    failing: Vec<(String, OpenError)>,
    open: Vec<Opened>,
    next_open: u64,
    watchers: Vec<DeviceWatcher>,
    focused: Option<(String, CaptureStartFocusBehavior)>,
}

/// A device that somebody captures.
#[derive(Debug)]
struct Opened {
    number: u64,
    id: String,
    sink: CaptureSink,
}

impl Default for SyntheticDevices {
    fn default() -> Self {
        Self::new()
    }
}

impl SyntheticDevices {
    /// All the devices above. Permission is given to whoever asks.
    #[must_use]
    pub fn new() -> Self {
        let devices = vec![
            camera("camera-front", "Front camera", "desk", front()),
            camera("camera-back", "Back camera", "back", back()),
            microphone("microphone", "Microphone", "desk", microphone_modes()),
            microphone("headset-microphone", "Headset", "headset", headset_modes()),
            MediaDevice {
                id: "headset".to_owned(),
                label: "Headset".to_owned(),
                group: "headset".to_owned(),
                default: true,
                capabilities: MediaDeviceCapabilities::AudioOutput,
            },
        ];
        let backend = Self::empty();
        backend.fill(devices, surfaces());
        backend
    }

    /// No devices at all.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                devices: Vec::new(),
                surfaces: Vec::new(),
                camera: PermissionState::Prompt,
                microphone: PermissionState::Prompt,
                display: PermissionState::Prompt,
                failing: Vec::new(),
                open: Vec::new(),
                next_open: 0,
                watchers: Vec::new(),
                focused: None,
            })),
        }
    }

    fn fill(&self, devices: Vec<MediaDevice>, surfaces: Vec<DisplaySurface>) {
        let mut state = self.state();
        state.devices = devices;
        state.surfaces = surfaces;
    }

    /// Connects a device, as its user does.
    pub fn add_device(&self, device: MediaDevice) {
        let id = device.id.clone();
        self.state().devices.push(device);
        self.tell(|watcher| watcher.devices_changed(&[&id]));
    }

    /// Disconnects a device: its tracks end.
    pub fn remove_device(&self, id: &str) {
        let sinks = self.sinks(id);
        self.state().devices.retain(|device| device.id != id);
        for sink in sinks {
            sink.end();
        }
        self.tell(|watcher| watcher.devices_changed(&[]));
    }

    /// Makes a device the default of its kind.
    pub fn set_default(&self, id: &str) {
        {
            let mut state = self.state();
            let found = state.devices.iter().find(|device| device.id == id);
            let kind = found.map(MediaDevice::kind);
            for device in &mut state.devices {
                if Some(device.kind()) == kind {
                    device.default = device.id == id;
                }
            }
        }
        self.tell(|watcher| watcher.devices_changed(&[]));
    }

    /// Adds a display, window or page.
    pub fn add_surface(&self, surface: DisplaySurface) {
        self.state().surfaces.push(surface);
    }

    /// Closes a display, window or page: its tracks end.
    pub fn remove_surface(&self, id: &str) {
        let sinks = self.sinks(id);
        self.state().surfaces.retain(|surface| surface.id != id);
        for sink in sinks {
            sink.end();
        }
    }

    /// Decides a permission, in place of the user. What is denied later ends the tracks.
    pub fn set_permission(&self, descriptor: PermissionDescriptor, decided: PermissionState) {
        *self.state().permission(descriptor) = decided;
        if decided == PermissionState::Denied {
            self.tell(|watcher| watcher.permission_revoked(descriptor));
        }
    }

    /// Lets a device fail whenever it is opened; with `None` it works again.
    pub fn set_failure(&self, id: &str, failure: Option<OpenError>) {
        let mut state = self.state();
        state.failing.retain(|(failing, _)| failing != id);
        if let Some(failure) = failure {
            state.failing.push((id.to_owned(), failure));
        }
    }

    /// Mutes or unmutes a device, as a switch on it does.
    pub fn set_muted(&self, id: &str, muted: bool) {
        for sink in self.sinks(id) {
            sink.set_muted(muted);
        }
    }

    /// Lets what a device or surface shows belong to somebody else, or no longer.
    pub fn set_isolated(&self, id: &str, isolated: bool) {
        for sink in self.sinks(id) {
            sink.set_isolated(isolated);
        }
    }

    /// Whether anything captures a device or surface now.
    #[must_use]
    pub fn is_open(&self, id: &str) -> bool {
        !self.sinks(id).is_empty()
    }

    /// Which captured surface the focus was last given for, and to whom.
    #[must_use]
    pub fn focused(&self) -> Option<(String, CaptureStartFocusBehavior)> {
        self.state().focused.clone()
    }

    fn sinks(&self, id: &str) -> Vec<CaptureSink> {
        let state = self.state();
        state
            .open
            .iter()
            .filter(|open| open.id == id || open.id.strip_suffix("#audio") == Some(id))
            .map(|open| open.sink.clone())
            .collect()
    }

    fn tell(&self, what: impl Fn(&DeviceWatcher)) {
        let watchers = self.state().watchers.clone();
        watchers.iter().for_each(what);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn permission(&mut self, descriptor: PermissionDescriptor) -> &mut PermissionState {
        match descriptor {
            PermissionDescriptor::Camera(_) => &mut self.camera,
            PermissionDescriptor::Microphone => &mut self.microphone,
            PermissionDescriptor::DisplayCapture => &mut self.display,
        }
    }
}

impl MediaDeviceBackend for SyntheticDevices {
    fn devices(&self) -> Vec<MediaDevice> {
        self.state().devices.clone()
    }

    fn display_surfaces(&self) -> Vec<DisplaySurface> {
        self.state().surfaces.clone()
    }

    fn permission_state(&self, descriptor: PermissionDescriptor) -> PermissionState {
        *self.state().permission(descriptor)
    }

    fn request_permission(&self, request: PermissionRequest) -> BoxFuture<'_, PermissionDecision> {
        let denied = self.permission_state(request.descriptor) == PermissionState::Denied;
        Box::pin(std::future::ready(if denied {
            PermissionDecision::Denied
        } else {
            PermissionDecision::Granted(None)
        }))
    }

    fn choose_display(&self, request: DisplayRequest) -> BoxFuture<'_, DisplayDecision> {
        Box::pin(std::future::ready(choose(&request)))
    }

    fn open(
        &self,
        id: &str,
        settings: &MediaTrackSettings,
        sink: CaptureSink,
    ) -> Result<Box<dyn DeviceCapture>, OpenError> {
        let mut state = self.state();
        if let Some((_, failure)) = state.failing.iter().find(|(failing, _)| failing == id) {
            return Err(failure.clone());
        }
        let known = state.devices.iter().any(|device| device.id == id)
            || state
                .surfaces
                .iter()
                .any(|surface| surface.id == id || id.strip_suffix("#audio") == Some(&surface.id));
        let runtime = tokio::runtime::Handle::try_current();
        let (Ok(runtime), true) = (runtime, known) else {
            return Err(OpenError::Failed(
                "no device, or no tokio runtime".to_owned(),
            ));
        };
        let number = state.next_open;
        state.next_open += 1;
        state.open.push(Opened {
            number,
            id: id.to_owned(),
            sink: sink.clone(),
        });
        let (settings, changes) = watch::channel(settings.clone());
        let pictures = changes.borrow().width.is_some();
        let task = if pictures {
            runtime.spawn(run_pictures(changes, sink))
        } else {
            runtime.spawn(run_sound(changes, sink))
        };
        Ok(Box::new(SyntheticCapture {
            backend: Arc::clone(&self.state),
            number,
            id: id.to_owned(),
            settings,
            task,
        }))
    }

    fn watch(&self, watcher: DeviceWatcher) {
        self.state().watchers.push(watcher);
    }

    /// As browsers do: outputs of a physical device whose microphone is known.
    fn expose_output(&self, device: &MediaDevice, inputs: &[MediaDeviceInfo]) -> bool {
        self.state().devices.iter().any(|other| {
            other.group == device.group && inputs.iter().any(|info| info.device_id() == other.id)
        })
    }

    fn focus(&self, surface: &str, behavior: CaptureStartFocusBehavior) {
        self.state().focused = Some((surface.to_owned(), behavior));
    }
}

/// A synthetic device that is open.
#[derive(Debug)]
struct SyntheticCapture {
    backend: Arc<Mutex<State>>,
    number: u64,
    id: String,
    settings: watch::Sender<MediaTrackSettings>,
    task: JoinHandle<()>,
}

impl DeviceCapture for SyntheticCapture {
    fn configure(&mut self, settings: &MediaTrackSettings) -> Result<(), OpenError> {
        let state = self.backend.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, failure)) = state
            .failing
            .iter()
            .find(|(failing, _)| *failing == self.id)
        {
            return Err(failure.clone());
        }
        self.settings.send_replace(settings.clone());
        Ok(())
    }
}

impl Drop for SyntheticCapture {
    fn drop(&mut self) {
        self.task.abort();
        let mut state = self.backend.lock().unwrap_or_else(PoisonError::into_inner);
        state.open.retain(|open| open.number != self.number);
    }
}

async fn run_pictures(mut changes: watch::Receiver<MediaTrackSettings>, sink: CaptureSink) {
    let start = tokio::time::Instant::now();
    let mut painter = Painter::default();
    loop {
        let settings = changes.borrow_and_update().clone();
        let rate = settings.frame_rate.unwrap_or(30.0);
        let period = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::from_secs(1));
        let mut ticks = tokio::time::interval(period.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !changes.has_changed().unwrap_or(true) {
            let now = ticks.tick().await;
            let frame = painter.paint(&settings, now.duration_since(start));
            sink.send_video(&frame);
        }
        if changes.has_changed().is_err() {
            return;
        }
    }
}

async fn run_sound(mut changes: watch::Receiver<MediaTrackSettings>, sink: CaptureSink) {
    let start = tokio::time::Instant::now();
    let mut tone = Tone::default();
    loop {
        let settings = changes.borrow_and_update().clone();
        let latency = settings.latency.unwrap_or(0.01);
        let period = Duration::try_from_secs_f64(latency).unwrap_or(Duration::from_millis(10));
        let mut ticks = tokio::time::interval(period.max(Duration::from_millis(1)));
        // Sound without gaps: what was missed comes late.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        while !changes.has_changed().unwrap_or(true) {
            let now = ticks.tick().await;
            let data = tone.play(&settings, now.duration_since(start));
            sink.send_audio(&data);
        }
        if changes.has_changed().is_err() {
            return;
        }
    }
}

/// In place of a user: the kind that the application prefers, or else the first.
fn choose(request: &DisplayRequest) -> DisplayDecision {
    let preferred = match &request.options.video {
        BooleanOrConstraints::Boolean(_) => None,
        BooleanOrConstraints::Constraints(constraints) => {
            let basic = &constraints.basic;
            DisplayCaptureSurfaceType::ALL.into_iter().find(|kind| {
                basic
                    .constraint(Property::DisplaySurface)
                    .is_some_and(|constraint| constraint.names(kind.as_str()))
            })
        }
    };
    let exclude = request.options.monitor_type_surfaces == Some(MonitorTypeSurfacesEnum::Exclude);
    let offered = |surface: &&DisplaySurface| {
        !(exclude && surface.kind == DisplayCaptureSurfaceType::Monitor)
    };
    let surfaces = &request.surfaces;
    let chosen = surfaces
        .iter()
        .filter(offered)
        .find(|surface| Some(surface.kind) == preferred)
        .or_else(|| surfaces.iter().find(offered));
    match chosen {
        None => DisplayDecision::Denied,
        Some(surface) => DisplayDecision::Granted {
            surface: surface.id.clone(),
            audio: surface.audio.then(|| surface.id.clone()),
        },
    }
}

fn camera(id: &str, label: &str, group: &str, modes: CameraModes) -> MediaDevice {
    MediaDevice {
        id: id.to_owned(),
        label: label.to_owned(),
        group: group.to_owned(),
        default: id == "camera-front",
        capabilities: MediaDeviceCapabilities::VideoInput(modes),
    }
}

fn microphone(id: &str, label: &str, group: &str, modes: MicrophoneModes) -> MediaDevice {
    MediaDevice {
        id: id.to_owned(),
        label: label.to_owned(),
        group: group.to_owned(),
        default: id == "microphone",
        capabilities: MediaDeviceCapabilities::AudioInput(modes),
    }
}

fn mode(width: u32, height: u32, frame_rate: f64) -> VideoMode {
    VideoMode {
        width,
        height,
        frame_rate,
    }
}

fn front() -> CameraModes {
    CameraModes {
        modes: vec![
            mode(320, 240, 30.0),
            mode(640, 360, 30.0),
            mode(640, 480, 30.0),
            mode(1280, 720, 30.0),
            mode(1280, 720, 60.0),
            mode(1920, 1080, 30.0),
        ],
        facing: vec![VideoFacingModeEnum::User],
        background_blur: vec![false, true],
    }
}

fn back() -> CameraModes {
    CameraModes {
        modes: vec![mode(640, 480, 30.0), mode(1280, 720, 30.0)],
        facing: vec![VideoFacingModeEnum::Environment],
        background_blur: vec![false],
    }
}

fn microphone_modes() -> MicrophoneModes {
    MicrophoneModes {
        sample_rates: vec![48_000, 44_100, 16_000, 8_000],
        sample_sizes: vec![16],
        channel_counts: vec![1, 2],
        latencies: vec![0.01, 0.02],
        echo_cancellation: vec![
            true.into(),
            false.into(),
            EchoCancellationModeEnum::All.as_str().into(),
            EchoCancellationModeEnum::RemoteOnly.as_str().into(),
        ],
        auto_gain_control: vec![true, false],
        noise_suppression: vec![true, false],
    }
}

fn headset_modes() -> MicrophoneModes {
    MicrophoneModes {
        sample_rates: vec![16_000],
        sample_sizes: vec![16],
        channel_counts: vec![1],
        latencies: vec![0.02],
        echo_cancellation: vec![false.into()],
        auto_gain_control: vec![false],
        noise_suppression: vec![true],
    }
}

fn surfaces() -> Vec<DisplaySurface> {
    let surface = |id: &str, kind, mode, audio| DisplaySurface {
        id: id.to_owned(),
        label: id.to_owned(),
        kind,
        mode,
        pixel_ratio: 1.0,
        logical: kind == DisplayCaptureSurfaceType::Browser,
        cursor: vec![
            CursorCaptureConstraint::Always,
            CursorCaptureConstraint::Never,
        ],
        audio,
    };
    use DisplayCaptureSurfaceType as Kind;
    vec![
        surface("screen", Kind::Monitor, mode(1920, 1080, 30.0), true),
        surface("window", Kind::Window, mode(800, 600, 30.0), false),
        surface("page", Kind::Browser, mode(1280, 720, 30.0), true),
    ]
}
