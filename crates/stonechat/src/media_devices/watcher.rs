use std::sync::Weak;

use super::Inner;
use super::permission::PermissionDescriptor;

/// Tells [`MediaDevices`](super::MediaDevices) what happens to devices. Backends get one each and
/// keep it; it keeps nothing alive.
#[derive(Clone, Debug)]
pub struct DeviceWatcher {
    inner: Weak<Inner>,
}

impl DeviceWatcher {
    pub(super) fn new(inner: Weak<Inner>) -> Self {
        Self { inner }
    }

    /// Devices came or went, or another one is the default: `devicechange` fires if the application
    /// can see a difference. The ids are those of devices that the user has just connected.
    pub fn devices_changed(&self, inserted_by_user: &[&str]) {
        if let Some(inner) = self.inner.upgrade() {
            inner.devices_changed(inserted_by_user);
        }
    }

    /// A permission was revoked: live tracks that need it end.
    pub fn permission_revoked(&self, descriptor: PermissionDescriptor) {
        if let Some(inner) = self.inner.upgrade() {
            inner.permission_revoked(descriptor);
        }
    }
}
