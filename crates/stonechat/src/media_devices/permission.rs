stonechat_peerconnection::w3c_enums! {
    /// `PermissionState` (permissions, section 5.2).
    PermissionState {
        /// It is allowed.
        Granted = "granted",
        /// It is not allowed.
        Denied = "denied",
        /// The user will be asked.
        #[default]
        Prompt = "prompt",
    }
}

/// A permission that media needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PermissionDescriptor {
    /// `camera`.
    Camera(CameraDevicePermissionDescriptor),
    /// `microphone`.
    Microphone,
    /// `display-capture`; it is never granted for longer than one call.
    DisplayCapture,
}

/// `CameraDevicePermissionDescriptor`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CameraDevicePermissionDescriptor {
    /// `panTiltZoom`: whether the camera may be moved as well.
    pub pan_tilt_zoom: bool,
}

impl PermissionDescriptor {
    /// `name`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Camera(_) => "camera",
            Self::Microphone => "microphone",
            Self::DisplayCapture => "display-capture",
        }
    }

    /// Whether it allows all that `other` allows, and more.
    #[must_use]
    pub fn is_stronger_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Camera(this), Self::Camera(other)) => this.pan_tilt_zoom && !other.pan_tilt_zoom,
            _ => false,
        }
    }

    /// Whether both are of one name.
    pub(crate) fn is_like(self, other: Self) -> bool {
        self.name() == other.name()
    }
}

impl From<CameraDevicePermissionDescriptor> for PermissionDescriptor {
    fn from(descriptor: CameraDevicePermissionDescriptor) -> Self {
        Self::Camera(descriptor)
    }
}
