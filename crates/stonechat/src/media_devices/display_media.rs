//! `getDisplayMedia()` (screen-capture, section 5.1).

use std::sync::Arc;

use super::backend::{DisplayDecision, DisplayRequest};
use super::capture_controller::CaptureController;
use super::display_surface::DisplaySurface;
use super::error::MediaDevicesError;
use super::permission::{PermissionDescriptor, PermissionState};
use super::user_media::{BooleanOrConstraints, denied, not_opened};
use super::{Inner, MediaDevices};
use crate::constraints::{Possible, Property};
use crate::error::RtcErrorName;
use crate::media_stream_track::{Device, Source, open_device};
use crate::{
    MediaKind, MediaStream, MediaStreamTrack, MediaTrackCapabilities, MediaTrackConstraints,
    OverconstrainedError,
};

stonechat_peerconnection::w3c_enums! {
    /// `SelfCapturePreferenceEnum`: whether the surface of the application itself is offered.
    SelfCapturePreferenceEnum {
        /// It should be.
        #[default]
        Include = "include",
        /// It should not be.
        Exclude = "exclude",
    }

    /// `SystemAudioPreferenceEnum`: whether the sound of the whole system is offered.
    SystemAudioPreferenceEnum {
        /// It should be.
        #[default]
        Include = "include",
        /// It should not be.
        Exclude = "exclude",
    }

    /// `WindowAudioPreferenceEnum`: which sound is offered with windows.
    WindowAudioPreferenceEnum {
        /// That of the whole system.
        #[default]
        System = "system",
        /// That of the window.
        Window = "window",
        /// None.
        Exclude = "exclude",
    }

    /// `SurfaceSwitchingPreferenceEnum`: whether the user may change the surface later.
    SurfaceSwitchingPreferenceEnum {
        /// It should be offered.
        #[default]
        Include = "include",
        /// It should not be offered.
        Exclude = "exclude",
    }

    /// `MonitorTypeSurfacesEnum`: whether whole displays are offered.
    MonitorTypeSurfacesEnum {
        /// They should be.
        #[default]
        Include = "include",
        /// They should not be.
        Exclude = "exclude",
    }

    /// `AudioSelectionPreferenceEnum`: whether the user should be led to share sound.
    AudioSelectionPreferenceEnum {
        /// Yes.
        #[default]
        Preferred = "preferred",
    }
}

/// `DisplayMediaStreamOptions`. All but the first three are hints for the backend.
#[derive(Clone, Debug)]
pub struct DisplayMediaStreamOptions {
    /// `video`; it cannot be `false`.
    pub video: BooleanOrConstraints,
    /// `audio`: whether sound is wanted as well, if there is any.
    pub audio: BooleanOrConstraints,
    /// `controller`.
    pub controller: Option<CaptureController>,
    /// `selfBrowserSurface`.
    pub self_browser_surface: Option<SelfCapturePreferenceEnum>,
    /// `systemAudio`.
    pub system_audio: Option<SystemAudioPreferenceEnum>,
    /// `windowAudio`.
    pub window_audio: Option<WindowAudioPreferenceEnum>,
    /// `surfaceSwitching`.
    pub surface_switching: Option<SurfaceSwitchingPreferenceEnum>,
    /// `monitorTypeSurfaces`.
    pub monitor_type_surfaces: Option<MonitorTypeSurfacesEnum>,
    /// `audioSelection`.
    pub audio_selection: Option<AudioSelectionPreferenceEnum>,
}

impl Default for DisplayMediaStreamOptions {
    fn default() -> Self {
        Self {
            video: true.into(),
            audio: false.into(),
            controller: None,
            self_browser_surface: None,
            system_audio: None,
            window_audio: None,
            surface_switching: None,
            monitor_type_surfaces: None,
            audio_selection: None,
        }
    }
}

impl MediaDevices {
    /// `getDisplayMedia()`: a stream of a display, window or page that the user chooses, with its
    /// sound if that was asked for and there is any.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` if the controller was used before; `TypeError` without video, and for
    /// `advanced`, `min` and `exact`, which would take the choice from the user;
    /// `OverconstrainedError` for a `max` that nothing could meet; `NotFoundError` if there is
    /// nothing to capture; `NotAllowedError` if the user or the system denies it;
    /// `NotReadableError` and `AbortError` if what was chosen cannot be captured.
    pub async fn get_display_media(
        &self,
        options: DisplayMediaStreamOptions,
    ) -> Result<MediaStream, MediaDevicesError> {
        if let Some(controller) = &options.controller {
            controller.bind()?;
        }
        let Some(video) = options.video.wanted() else {
            return Err(MediaDevicesError::new(
                RtcErrorName::TypeError,
                "a display is never captured without video",
            ));
        };
        let audio = options.audio.wanted();
        if let Some(audio) = &audio {
            check_constraints(MediaKind::Audio, audio)?;
        }
        check_constraints(MediaKind::Video, &video)?;
        // The rest runs in parallel.
        tokio::task::yield_now().await;
        let inner = &self.inner;
        let (video_of, audio_of) = inner.choose(&options, audio.is_some()).await?;
        let stream = MediaStream::new();
        if let (Some(constraints), Some(surface)) = (audio, audio_of) {
            let id = format!("{}{AUDIO}", surface.id);
            let (source, track) = inner.capture(
                (id, surface.label),
                DisplaySurface::possible_audio(),
                MediaTrackCapabilities::default(),
                constraints,
            )?;
            inner.tie(&source);
            stream.add_track(&track);
        }
        let (source, track) = inner.capture(
            (video_of.id.clone(), video_of.label.clone()),
            video_of.possible(),
            video_of.capabilities(),
            video,
        )?;
        inner.tie(&source);
        stream.add_track(&track);
        if let Some(controller) = &options.controller {
            controller.start(&source, (video_of.id, video_of.kind), &inner.backend);
        }
        Ok(stream)
    }
}

impl Inner {
    /// Lets the user choose.
    async fn choose(
        &self,
        options: &DisplayMediaStreamOptions,
        with_audio: bool,
    ) -> Result<(DisplaySurface, Option<DisplaySurface>), MediaDevicesError> {
        let surfaces = self.backend.display_surfaces();
        let audible = surfaces.iter().any(|surface| surface.audio);
        if surfaces.is_empty() || (with_audio && !audible) {
            return Err(MediaDevicesError::new(
                RtcErrorName::NotFoundError,
                "there is nothing to capture",
            ));
        }
        let state = self
            .backend
            .permission_state(PermissionDescriptor::DisplayCapture);
        if state == PermissionState::Denied {
            return Err(denied());
        }
        let request = DisplayRequest {
            options: options.clone(),
            surfaces: surfaces.clone(),
        };
        let decision = self.backend.choose_display(request).await;
        let DisplayDecision::Granted { surface, audio } = decision else {
            return Err(denied());
        };
        let find = |id: &str| surfaces.iter().find(|surface| surface.id == id).cloned();
        let audio = audio.filter(|_| with_audio).and_then(|id| find(&id));
        let surface = find(&surface).ok_or_else(denied)?;
        Ok((surface, audio.filter(|surface| surface.audio)))
    }

    fn capture(
        &self,
        (id, label): (String, String),
        possible: Possible,
        capabilities: MediaTrackCapabilities,
        constraints: MediaTrackConstraints,
    ) -> Result<(Arc<Source>, MediaStreamTrack), MediaDevicesError> {
        let counted = constraints
            .of_kind(possible.kind)
            .without(Property::DisplaySurface);
        let selected = possible.select(&counted, &[]).map_err(|failed| {
            OverconstrainedError::new(failed.name(), "what was chosen does not meet it")
        })?;
        let permission = PermissionDescriptor::DisplayCapture;
        let device = Device::new(id, permission, possible, capabilities);
        open_device(
            self.backend.as_ref(),
            label,
            device,
            &selected.settings,
            constraints,
        )
        .map_err(|error| not_opened(&error))
    }
}

/// What may not be asked of a display before the user chose it.
fn check_constraints(
    kind: MediaKind,
    constraints: &MediaTrackConstraints,
) -> Result<(), MediaDevicesError> {
    let refuse = |text: &str| Err(MediaDevicesError::new(RtcErrorName::TypeError, text));
    if constraints.advanced.is_some() {
        return refuse("a display has no advanced constraints");
    }
    for &property in PROPERTIES {
        if !property.applies_to(kind) {
            continue;
        }
        let Some(constraint) = constraints.basic.constraint(property) else {
            continue;
        };
        if constraint.has_min_or_exact() {
            return refuse("a display is chosen by the user: ask for ideal or max");
        }
        if constraint
            .max()
            .is_some_and(|max| floor(property).is_some_and(|floor| max < floor))
        {
            let error = OverconstrainedError::new(property.name(), "nothing is that small");
            return Err(error.into());
        }
    }
    Ok(())
}

/// "Floor value": the smallest that is supported, of any display.
fn floor(property: Property) -> Option<f64> {
    match property {
        Property::Width | Property::Height => Some(1.0),
        Property::FrameRate => Some(0.1),
        Property::AspectRatio => Some(0.01),
        _ => None,
    }
}

/// Those that are "applicable to display surfaces".
const PROPERTIES: &[Property] = &[
    Property::Width,
    Property::Height,
    Property::AspectRatio,
    Property::FrameRate,
    Property::ResizeMode,
    Property::DisplaySurface,
    Property::LogicalSurface,
    Property::Cursor,
    Property::RestrictOwnAudio,
    Property::SuppressLocalAudioPlayback,
];
/// What a surface's id ends with when its sound is opened.
const AUDIO: &str = "#audio";
