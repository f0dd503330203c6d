//! A device as a source: what it can do, and how the constraints of its tracks come together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::source::{Origin, Source};
use super::track::TrackCore;
use super::{MediaStreamTrack, MediaStreamTrackState};
use crate::constraints::{Possible, Property};
use crate::media_devices::{
    CaptureSink, DeviceCapture, MediaDeviceBackend, OpenError, PermissionDescriptor, VideoMode,
};
use crate::{
    MediaKind, MediaTrackCapabilities, MediaTrackConstraints, MediaTrackSettings,
    OverconstrainedError,
};

/// A camera, a microphone or a display.
#[derive(Debug)]
pub(crate) struct Device {
    /// As the backend calls it.
    pub(crate) id: String,
    /// What it needs.
    pub(crate) permission: PermissionDescriptor,
    pub(crate) possible: Possible,
    pub(crate) capabilities: MediaTrackCapabilities,
    capture: Mutex<Option<Box<dyn DeviceCapture>>>,
    muted: AtomicBool,
    /// Changes of constraints go one after the other.
    changing: Mutex<()>,
}

impl Device {
    pub(crate) fn new(
        id: String,
        permission: PermissionDescriptor,
        possible: Possible,
        capabilities: MediaTrackCapabilities,
    ) -> Self {
        Self {
            id,
            permission,
            possible,
            capabilities,
            capture: Mutex::new(None),
            muted: AtomicBool::new(false),
            changing: Mutex::new(()),
        }
    }

    pub(crate) fn muted(&self) -> bool {
        self.muted.load(Ordering::Relaxed)
    }

    pub(super) fn set_muted(&self, muted: bool) {
        self.muted.store(muted, Ordering::Relaxed);
    }

    /// Stops capturing.
    pub(super) fn close(&self) {
        let capture = self.capture().take();
        drop(capture);
    }

    /// Whether it captures.
    pub(crate) fn is_open(&self) -> bool {
        self.capture().is_some()
    }

    /// Sets the device. Nothing is locked meanwhile: it may end right now.
    fn configure(&self, settings: &MediaTrackSettings) -> Result<(), OpenError> {
        let Some(mut capture) = self.capture().take() else {
            return Ok(());
        };
        let configured = capture.configure(settings);
        *self.capture() = Some(capture);
        configured
    }

    fn capture(&self) -> MutexGuard<'_, Option<Box<dyn DeviceCapture>>> {
        self.capture.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the device is set to, so that all its tracks can be made of it.
    fn source_settings(
        &self,
        settings: &MediaTrackSettings,
        others: &[Arc<TrackCore>],
    ) -> MediaTrackSettings {
        let mut all = settings.clone();
        if self.possible.kind == MediaKind::Audio {
            return all;
        }
        let mut need = (
            settings.width.unwrap_or(0),
            settings.height.unwrap_or(0),
            settings.frame_rate.unwrap_or(0.0),
        );
        for other in others {
            let slots = other.slots();
            need.0 = need.0.max(slots.settings.width.unwrap_or(0));
            need.1 = need.1.max(slots.settings.height.unwrap_or(0));
            need.2 = need.2.max(slots.settings.frame_rate.unwrap_or(0.0));
        }
        let covers = |mode: &&VideoMode| {
            mode.width >= need.0 && mode.height >= need.1 && mode.frame_rate >= need.2
        };
        let size = |mode: &&VideoMode| u64::from(mode.width) * u64::from(mode.height);
        let modes = &self.possible.modes;
        let mode = modes
            .iter()
            .filter(covers)
            .min_by(|a, b| {
                size(a)
                    .cmp(&size(b))
                    .then_with(|| a.frame_rate.total_cmp(&b.frame_rate))
            })
            .or_else(|| modes.iter().max_by_key(size));
        if let Some(mode) = mode {
            all.width = Some(mode.width);
            all.height = Some(mode.height);
            all.frame_rate = Some(mode.frame_rate);
        }
        all
    }
}

/// Opens a device and makes its first track.
pub(crate) fn open(
    backend: &dyn MediaDeviceBackend,
    label: String,
    device: Device,
    settings: &MediaTrackSettings,
    constraints: MediaTrackConstraints,
) -> Result<(Arc<Source>, MediaStreamTrack), OpenError> {
    let id = device.id.clone();
    let kind = device.possible.kind;
    let origin = Origin::Device(Box::new(device));
    let source = Source::new(kind, label, origin);
    let core = TrackCore::new(&source, crate::random::id());
    {
        let mut slots = core.slots();
        slots.settings = settings.clone();
        slots.constraints = constraints;
    }
    if let Some(device) = source.device() {
        let asked = device.source_settings(settings, &[]);
        let sink = CaptureSink::new(Arc::downgrade(&source));
        let capture = backend.open(&id, &asked, sink)?;
        *device.capture() = Some(capture);
    }
    Ok((source, MediaStreamTrack { core }))
}

impl MediaStreamTrack {
    /// `getCapabilities()`: what the device can do; empty for other sources.
    #[must_use]
    pub fn get_capabilities(&self) -> MediaTrackCapabilities {
        let device = self.core.source().device();
        device
            .map(|device| device.capabilities.clone())
            .unwrap_or_default()
    }

    /// `getConstraints()`: what was applied last.
    #[must_use]
    pub fn get_constraints(&self) -> MediaTrackConstraints {
        self.core.slots().constraints.clone()
    }

    /// `getSettings()`: what is given now; empty for sources that are no device. Of an ended track
    /// only what identifies its device is left.
    #[must_use]
    pub fn get_settings(&self) -> MediaTrackSettings {
        let slots = self.core.slots();
        match slots.ready_state {
            MediaStreamTrackState::Live => slots.settings.clone(),
            MediaStreamTrackState::Ended => MediaTrackSettings {
                device_id: slots.settings.device_id.clone(),
                facing_mode: slots.settings.facing_mode.clone(),
                group_id: slots.settings.group_id.clone(),
                ..MediaTrackSettings::default()
            },
        }
    }

    /// `applyConstraints()`: other constraints instead of those of before, and the settings that
    /// suit them best. An ended track stays as it is, which is no error. A source that is no device
    /// has no properties to constrain: what is wanted of it is remembered alone.
    ///
    /// # Errors
    ///
    /// [`OverconstrainedError`] if a required constraint cannot be met, by the device itself or
    /// because another track requires something else of it; then nothing changes.
    pub async fn apply_constraints(
        &self,
        constraints: impl Into<MediaTrackConstraints>,
    ) -> Result<(), OverconstrainedError> {
        let constraints = constraints.into();
        // It settles in a task of its own.
        tokio::task::yield_now().await;
        if self.ready_state() == MediaStreamTrackState::Ended {
            return Ok(());
        }
        match self.core.source().device() {
            Some(device) => self.apply(device, constraints),
            None => {
                self.core.slots().constraints = constraints;
                Ok(())
            }
        }
    }

    /// "ApplyConstraints".
    fn apply(
        &self,
        device: &Device,
        constraints: MediaTrackConstraints,
    ) -> Result<(), OverconstrainedError> {
        let _one_at_a_time = device
            .changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut others = self.core.source().tracks();
        others.retain(|other| !Arc::ptr_eq(other, &self.core));
        let required: Vec<_> = others
            .iter()
            .map(|other| other.slots().constraints.clone())
            .collect();
        // A preference for a surface counts only while the user chooses.
        let counted = constraints
            .of_kind(self.kind())
            .without(Property::DisplaySurface);
        let selected = device
            .possible
            .select(&counted, &required)
            .map_err(|failed| OverconstrainedError::new(failed.name(), "no setting meets it"))?;
        let asked = device.source_settings(&selected.settings, &others);
        device
            .configure(&asked)
            .map_err(|error| OverconstrainedError::new("", error.to_string()))?;
        if self.core.source().tracks().is_empty() {
            device.close();
            return Ok(());
        }
        for other in &others {
            let mut slots = other.slots();
            slots.settings = selected.settings.with_pictures_of(&slots.settings);
        }
        let mut slots = self.core.slots();
        slots.settings = selected.settings;
        slots.constraints = constraints;
        Ok(())
    }
}

impl MediaTrackSettings {
    /// Those of the source, with what each track has for itself.
    fn with_pictures_of(&self, track: &Self) -> Self {
        Self {
            width: track.width,
            height: track.height,
            aspect_ratio: track.aspect_ratio,
            frame_rate: track.frame_rate,
            resize_mode: track.resize_mode.clone(),
            ..self.clone()
        }
    }
}
