//! `getUserMedia()` (mediacapture-streams, section 6).

use std::sync::Arc;

use super::backend::{OpenError, PermissionDecision, PermissionRequest};
use super::device::MediaDevice;
use super::device_info::MediaDeviceKind;
use super::error::MediaDevicesError;
use super::permission::{CameraDevicePermissionDescriptor, PermissionDescriptor, PermissionState};
use super::{Inner, MediaDevices};
use crate::constraints::{Possible, Property, Selected};
use crate::error::RtcErrorName;
use crate::media_stream_track::{Device, Source, open_device};
use crate::{
    ConstrainDomString, MediaKind, MediaStream, MediaStreamTrack, MediaTrackConstraintSet,
    MediaTrackConstraints, OverconstrainedError,
};

/// `(boolean or MediaTrackConstraints)`: whether media of a kind is wanted, and what of it.
#[derive(Clone, Debug, PartialEq)]
pub enum BooleanOrConstraints {
    /// Whether it is wanted.
    Boolean(bool),
    /// It is wanted, like this.
    Constraints(Box<MediaTrackConstraints>),
}

/// `MediaStreamConstraints`: nothing is wanted by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaStreamConstraints {
    /// `video`: a camera.
    pub video: BooleanOrConstraints,
    /// `audio`: a microphone.
    pub audio: BooleanOrConstraints,
    /// `peerIdentity` (webrtc-identity, section 8): the tracks are isolated. The application
    /// neither hears nor sees them, and they are sent only to a peer that has proven to have this
    /// identity.
    pub peer_identity: Option<String>,
}

impl Default for BooleanOrConstraints {
    fn default() -> Self {
        Self::Boolean(false)
    }
}

impl From<bool> for BooleanOrConstraints {
    fn from(wanted: bool) -> Self {
        Self::Boolean(wanted)
    }
}

impl From<MediaTrackConstraints> for BooleanOrConstraints {
    fn from(constraints: MediaTrackConstraints) -> Self {
        Self::Constraints(Box::new(constraints))
    }
}

impl From<MediaTrackConstraintSet> for BooleanOrConstraints {
    fn from(basic: MediaTrackConstraintSet) -> Self {
        Self::Constraints(Box::new(basic.into()))
    }
}

impl BooleanOrConstraints {
    /// What is wanted, if anything is.
    pub(super) fn wanted(&self) -> Option<MediaTrackConstraints> {
        match self {
            Self::Boolean(false) => None,
            Self::Boolean(true) => Some(MediaTrackConstraints::default()),
            Self::Constraints(constraints) => Some((**constraints).clone()),
        }
    }
}

impl MediaDevices {
    /// `getUserMedia()`: a stream of at most one camera and one microphone.
    ///
    /// It may wait for the user without end. The synthetic devices need a tokio runtime.
    ///
    /// # Errors
    ///
    /// `TypeError` if nothing is asked for, or a required constraint that selects no device;
    /// `NotFoundError` without a device of the kind; `OverconstrainedError` if no device meets the
    /// required constraints; `NotAllowedError` if the user or the system denies it;
    /// `NotReadableError` and `AbortError` if the device cannot be opened.
    pub async fn get_user_media(
        &self,
        constraints: MediaStreamConstraints,
    ) -> Result<MediaStream, MediaDevicesError> {
        let wanted: Vec<_> = [
            (MediaKind::Audio, constraints.audio.wanted()),
            (MediaKind::Video, constraints.video.wanted()),
        ]
        .into_iter()
        .filter_map(|(kind, wanted)| Some((kind, wanted?)))
        .collect();
        if wanted.is_empty() {
            return Err(MediaDevicesError::new(
                RtcErrorName::TypeError,
                "ask for audio, for video or for both",
            ));
        }
        // The rest runs in parallel.
        tokio::task::yield_now().await;
        let kinds: Vec<_> = wanted.iter().map(|(kind, _)| *kind).collect();
        let mut requests = Vec::new();
        for (kind, constraints) in wanted {
            requests.push(self.inner.request(kind, constraints, &kinds)?);
        }
        for request in &mut requests {
            request.ask(&self.inner).await?;
        }
        self.inner.expose(&kinds);
        let stream = MediaStream::new();
        for request in requests {
            let (source, track) = request.open(&self.inner)?;
            if let Some(identity) = &constraints.peer_identity {
                track.isolate_for(identity);
            }
            self.inner.tie(&source);
            stream.add_track(&track);
        }
        Ok(stream)
    }
}

/// The devices that can give what is wanted of one kind.
#[derive(Debug)]
struct Request {
    constraints: MediaTrackConstraints,
    descriptor: PermissionDescriptor,
    /// The best first.
    candidates: Vec<Candidate>,
}

#[derive(Debug)]
struct Candidate {
    device: MediaDevice,
    possible: Possible,
    selected: Selected,
}

impl Inner {
    /// Which devices meet the constraints and are not forbidden.
    fn request(
        &self,
        kind: MediaKind,
        constraints: MediaTrackConstraints,
        kinds: &[MediaKind],
    ) -> Result<Request, MediaDevicesError> {
        let mut counted = constraints.of_kind(kind);
        if counted.basic.device_id == Some(ConstrainDomString::from("")) {
            counted.basic.device_id = None;
        }
        let devices: Vec<_> = self
            .backend
            .devices()
            .into_iter()
            .filter(|device| is_input(device, kind))
            .collect();
        if devices.is_empty() {
            return Err(self.failure(
                kinds,
                MediaDevicesError::new(RtcErrorName::NotFoundError, "there is no such device"),
            ));
        }
        check_required(&counted)?;
        let mut candidates = self.candidates(devices, &counted, kinds)?;
        candidates.retain(|candidate| {
            let state = self.backend.device_permission_state(&candidate.device);
            state != PermissionState::Denied || self.is_live(&candidate.device.id)
        });
        let descriptor = descriptor(kind);
        if candidates.is_empty()
            || self.backend.permission_state(descriptor) == PermissionState::Denied
        {
            return Err(denied());
        }
        Ok(Request {
            constraints,
            descriptor,
            candidates,
        })
    }

    fn candidates(
        &self,
        devices: Vec<MediaDevice>,
        constraints: &MediaTrackConstraints,
        kinds: &[MediaKind],
    ) -> Result<Vec<Candidate>, MediaDevicesError> {
        let mut candidates = Vec::new();
        // The required constraints that no device meets.
        let mut failed: Option<Vec<Property>> = None;
        for device in devices {
            let Some(possible) = device.possible(&self.group(&device.group)) else {
                continue;
            };
            match possible.select(constraints, &[]) {
                Ok(selected) => candidates.push(Candidate {
                    device,
                    possible,
                    selected,
                }),
                Err(unsatisfied) => match &mut failed {
                    None => failed = Some(unsatisfied.properties),
                    Some(failed) => {
                        failed.retain(|property| unsatisfied.properties.contains(property));
                    }
                },
            }
        }
        if candidates.is_empty() {
            let name = failed.and_then(|failed| Some(failed.first()?.name()));
            let told = self.can_expose(MediaKind::Audio) || self.can_expose(MediaKind::Video);
            let name = name.filter(|_| told).unwrap_or_default();
            let error = OverconstrainedError::new(name, "no device meets the constraints");
            return Err(self.failure(kinds, error.into()));
        }
        candidates.sort_by(|a, b| {
            // Advanced sets come before what is ideal, the first of them before the others.
            b.selected
                .met
                .cmp(&a.selected.met)
                .then_with(|| a.selected.fitness.total_cmp(&b.selected.fitness))
                .then_with(|| b.device.default.cmp(&a.device.default))
        });
        Ok(candidates)
    }

    /// A failure that tells something of devices is told only where they are not forbidden
    /// ("getUserMedia specific failure is allowed").
    fn failure(&self, kinds: &[MediaKind], error: MediaDevicesError) -> MediaDevicesError {
        let forbidden = kinds.iter().any(|&kind| {
            self.backend.permission_state(descriptor(kind)) == PermissionState::Denied
        });
        if forbidden { denied() } else { error }
    }
}

impl Request {
    /// Asks the user, who may choose.
    async fn ask(&mut self, inner: &Arc<Inner>) -> Result<(), MediaDevicesError> {
        let request = PermissionRequest {
            descriptor: self.descriptor,
            devices: self
                .candidates
                .iter()
                .map(|candidate| candidate.device.clone())
                .collect(),
        };
        match inner.backend.request_permission(request).await {
            PermissionDecision::Denied => Err(denied()),
            PermissionDecision::Granted(None) => Ok(()),
            PermissionDecision::Granted(Some(id)) => {
                self.candidates
                    .retain(|candidate| candidate.device.id == id);
                if self.candidates.is_empty() {
                    return Err(denied());
                }
                Ok(())
            }
        }
    }

    /// Opens the best device that can be opened.
    fn open(self, inner: &Inner) -> Result<(Arc<Source>, MediaStreamTrack), MediaDevicesError> {
        let mut last = denied();
        for candidate in self.candidates {
            let group = inner.group(&candidate.device.group);
            let capabilities = candidate.device.track_capabilities(&group);
            let device = Device::new(
                candidate.device.id,
                self.descriptor,
                candidate.possible,
                capabilities,
            );
            let opened = open_device(
                inner.backend.as_ref(),
                candidate.device.label,
                device,
                &candidate.selected.settings,
                self.constraints.clone(),
            );
            match opened {
                Ok(opened) => return Ok(opened),
                Err(error) => last = not_opened(&error),
            }
        }
        Err(last)
    }
}

/// "If CS contains a member that is a required constraint and whose name is not in the list of
/// allowed required constraints for device selection".
fn check_required(constraints: &MediaTrackConstraints) -> Result<(), MediaDevicesError> {
    for &property in Property::ALL {
        let required = constraints
            .basic
            .constraint(property)
            .is_some_and(|constraint| constraint.is_required());
        if required && !property.selects_devices() {
            return Err(MediaDevicesError::new(
                RtcErrorName::TypeError,
                &format!("{} selects no device: ask for it as ideal", property.name()),
            ));
        }
    }
    Ok(())
}

fn is_input(device: &MediaDevice, kind: MediaKind) -> bool {
    device.kind()
        == match kind {
            MediaKind::Audio => MediaDeviceKind::AudioInput,
            MediaKind::Video => MediaDeviceKind::VideoInput,
        }
}

fn descriptor(kind: MediaKind) -> PermissionDescriptor {
    match kind {
        MediaKind::Audio => PermissionDescriptor::Microphone,
        MediaKind::Video => CameraDevicePermissionDescriptor::default().into(),
    }
}

pub(super) fn denied() -> MediaDevicesError {
    MediaDevicesError::new(RtcErrorName::NotAllowedError, "the user does not allow it")
}

pub(super) fn not_opened(error: &OpenError) -> MediaDevicesError {
    let name = match error {
        OpenError::NotReadable(_) => RtcErrorName::NotReadableError,
        OpenError::Failed(_) => RtcErrorName::AbortError,
    };
    MediaDevicesError::new(name, &error.to_string())
}
