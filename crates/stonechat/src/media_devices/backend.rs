//! What devices there are, who may use them, and how they are opened: told by the application's
//! platform.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::capture_controller::CaptureStartFocusBehavior;
use super::capture_sink::CaptureSink;
use super::device::MediaDevice;
use super::device_info::MediaDeviceInfo;
use super::display_media::DisplayMediaStreamOptions;
use super::display_surface::DisplaySurface;
use super::permission::{PermissionDescriptor, PermissionState};
use super::watcher::DeviceWatcher;
use crate::MediaTrackSettings;

/// A future that a trait gives.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The devices of a platform. [`SyntheticDevices`](super::SyntheticDevices) is one that needs no
/// hardware.
pub trait MediaDeviceBackend: fmt::Debug + Send + Sync + 'static {
    /// All devices there are now, in an order of the backend's.
    fn devices(&self) -> Vec<MediaDevice>;

    /// All displays, windows and pages that could be captured now.
    fn display_surfaces(&self) -> Vec<DisplaySurface> {
        Vec::new()
    }

    /// Whether devices of a kind may be used. That of a display is never granted beforehand.
    fn permission_state(&self, descriptor: PermissionDescriptor) -> PermissionState;

    /// Whether one device may be used.
    fn device_permission_state(&self, device: &MediaDevice) -> PermissionState {
        let _ = device;
        PermissionState::Prompt
    }

    /// Asks the user for a device, unless that was settled before. A user who never answers is a
    /// future that never ends.
    fn request_permission(&self, request: PermissionRequest) -> BoxFuture<'_, PermissionDecision>;

    /// Lets the user choose what to capture. Constraints may change the order in which surfaces are
    /// offered, never which.
    fn choose_display(&self, request: DisplayRequest) -> BoxFuture<'_, DisplayDecision> {
        let _ = request;
        Box::pin(std::future::ready(DisplayDecision::Denied))
    }

    /// Opens a device or surface with these settings. What it captures goes into the sink; dropping
    /// what is returned closes it. Sizes and rates are those of one of its modes: smaller ones are
    /// made of them.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it cannot be used now.
    fn open(
        &self,
        id: &str,
        settings: &MediaTrackSettings,
        sink: CaptureSink,
    ) -> Result<Box<dyn DeviceCapture>, OpenError>;

    /// Keeps a watcher, to tell it when devices change.
    fn watch(&self, watcher: DeviceWatcher) {
        let _ = watcher;
    }

    /// Whether an output may be listed beside these inputs. By the specification of inputs alone:
    /// never.
    fn expose_output(&self, device: &MediaDevice, inputs: &[MediaDeviceInfo]) -> bool {
        let _ = (device, inputs);
        false
    }

    /// Gives the focus to the application or to a window or page that is captured.
    fn focus(&self, surface: &str, behavior: CaptureStartFocusBehavior) {
        let _ = (surface, behavior);
    }
}

/// A device that is open. Dropping it closes the device.
pub trait DeviceCapture: fmt::Debug + Send {
    /// Changes its settings.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the device does not take them; then it goes on as before.
    fn configure(&mut self, settings: &MediaTrackSettings) -> Result<(), OpenError>;
}

/// Why a device cannot be opened.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Somebody else uses it, or the hardware fails: `NotReadableError`.
    #[error("the device is in use or fails: {0}")]
    NotReadable(String),
    /// Anything else: `AbortError`.
    #[error("the device cannot be opened: {0}")]
    Failed(String),
}

/// What [`get_user_media`](super::MediaDevices::get_user_media) asks the user for.
#[derive(Clone, Debug)]
pub struct PermissionRequest {
    /// The permission.
    pub descriptor: PermissionDescriptor,
    /// The devices that meet the constraints, the best first.
    pub devices: Vec<MediaDevice>,
}

/// What the user says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PermissionDecision {
    /// No.
    Denied,
    /// Yes, to the device of this id, or to the best.
    Granted(Option<String>),
}

/// What [`get_display_media`](super::MediaDevices::get_display_media) asks the user for.
#[derive(Clone, Debug)]
pub struct DisplayRequest {
    /// What the application prefers.
    pub options: DisplayMediaStreamOptions,
    /// What there is.
    pub surfaces: Vec<DisplaySurface>,
}

/// What the user chooses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DisplayDecision {
    /// Nothing.
    Denied,
    /// A surface.
    Granted {
        /// Its id.
        surface: String,
        /// The id of the surface whose sound comes with it, if it was asked for.
        audio: Option<String>,
    },
}
