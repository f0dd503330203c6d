//! `MediaDeviceInfo` and `InputDeviceInfo` (mediacapture-streams, section 5.3).

use std::fmt::Write as _;
use std::ops::Deref;

use super::device::MediaDevice;
use crate::MediaTrackCapabilities;

stonechat_peerconnection::w3c_enums! {
    /// `MediaDeviceKind`.
    MediaDeviceKind {
        /// A microphone.
        #[default]
        AudioInput = "audioinput",
        /// A loudspeaker or headphones.
        AudioOutput = "audiooutput",
        /// A camera.
        VideoInput = "videoinput",
    }
}

/// `MediaDeviceInfo`.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaDeviceInfo {
    device_id: String,
    kind: MediaDeviceKind,
    label: String,
    group_id: String,
    capabilities: MediaTrackCapabilities,
}

impl Eq for MediaDeviceInfo {}

impl MediaDeviceInfo {
    pub(super) fn new(device: &MediaDevice, group_id: String) -> Self {
        Self {
            device_id: device.id.clone(),
            kind: device.kind(),
            label: device.label.clone(),
            capabilities: device.track_capabilities(&group_id),
            group_id,
        }
    }

    /// That there is such a device, and no more.
    pub(super) fn hidden(kind: MediaDeviceKind) -> Self {
        Self {
            device_id: String::new(),
            kind,
            label: String::new(),
            group_id: String::new(),
            capabilities: MediaTrackCapabilities::default(),
        }
    }

    /// The entry for the default output of the system.
    pub(super) fn as_default(&self) -> Self {
        Self {
            device_id: "default".to_owned(),
            label: format!("Default - {}", self.label),
            ..self.clone()
        }
    }

    /// `deviceId`; empty as long as it may not be told.
    #[must_use]
    pub fn device_id(&self) -> &str {
        &self.device_id
    }

    /// `kind`.
    #[must_use]
    pub fn kind(&self) -> MediaDeviceKind {
        self.kind
    }

    /// `label`: a name for people; empty as long as it may not be told.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// `groupId`: the same for the pieces of one physical device, and another one in each
    /// [`MediaDevices`](super::MediaDevices); empty as long as it may not be told.
    #[must_use]
    pub fn group_id(&self) -> &str {
        &self.group_id
    }

    /// `toJSON()`: a JSON object of the four attributes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::from("{");
        for (index, (name, value)) in [
            ("deviceId", self.device_id()),
            ("kind", self.kind.as_str()),
            ("label", self.label()),
            ("groupId", self.group_id()),
        ]
        .into_iter()
        .enumerate()
        {
            if index > 0 {
                json.push(',');
            }
            let _ = write!(json, "\"{name}\":");
            quote(value, &mut json);
        }
        json.push('}');
        json
    }

    /// As an input device; `None` for outputs.
    #[must_use]
    pub fn as_input(&self) -> Option<InputDeviceInfo> {
        match self.kind {
            MediaDeviceKind::AudioInput | MediaDeviceKind::VideoInput => {
                Some(InputDeviceInfo { info: self.clone() })
            }
            MediaDeviceKind::AudioOutput => None,
        }
    }
}

/// `InputDeviceInfo`: a `MediaDeviceInfo` that knows what the device can do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InputDeviceInfo {
    info: MediaDeviceInfo,
}

impl InputDeviceInfo {
    /// `getCapabilities()`: those of its track without constraints; empty as long as they may not
    /// be told.
    #[must_use]
    pub fn get_capabilities(&self) -> MediaTrackCapabilities {
        self.info.capabilities.clone()
    }
}

impl Deref for InputDeviceInfo {
    type Target = MediaDeviceInfo;

    fn deref(&self) -> &MediaDeviceInfo {
        &self.info
    }
}

/// A string of JSON.
fn quote(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if c < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}
