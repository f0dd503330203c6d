//! Keeping an allocation and giving it back (RFC 8656, section 8).

use std::time::Instant;

use stonechat_stun::{AddressFamily, Attribute, Builder, Message};

use super::request::Task;
use super::{Client, Phase, allocate};

impl Client {
    pub(super) fn compose_refresh(&self, message: &mut Builder<'_>) {
        if let Some(lifetime) = self.requested_lifetime() {
            message.push(lifetime);
        }
        if self.config.family == AddressFamily::V6 {
            message.push(Attribute::RequestedAddressFamily(AddressFamily::V6));
        }
    }

    /// Refreshes when it is time to, however many other requests wait.
    pub(super) fn start_refresh(&mut self, now: Instant) {
        if let Phase::Allocated(allocation) = &mut self.phase
            && allocation.lease.is_due(now)
        {
            allocation.lease.start();
            self.start(now, Task::Refresh);
        }
    }

    pub(super) fn refreshed(&mut self, now: Instant, response: &Message<'_>) {
        if let Phase::Allocated(allocation) = &mut self.phase {
            allocation.lease = allocate::lease(now, response.lifetime());
        }
    }

    pub(super) fn retry_refresh(&mut self, now: Instant) {
        if let Phase::Allocated(allocation) = &mut self.phase {
            allocation.lease.retry(now);
        }
    }

    pub(super) fn allocation_has_ended(&self, now: Instant) -> bool {
        matches!(&self.phase, Phase::Allocated(allocation) if !allocation.lease.is_live(now))
    }

    /// Forgets everything but the request that gives the allocation back.
    pub(super) fn release(&mut self, now: Instant) {
        self.phase = Phase::Releasing;
        self.requests.clear();
        self.permissions.clear();
        self.channels.clear();
        self.start(now, Task::Release);
    }
}
