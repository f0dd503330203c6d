//! Permissions: which addresses the server lets through (RFC 8656, sections 9 and 10).

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::Client;
use super::lease::Lease;
use super::request::Task;
use crate::PermitError;

/// How long the server keeps a permission.
const LIFETIME: Duration = Duration::from_secs(300);
/// How long before its end it is asked for again.
const EARLY: Duration = Duration::from_secs(60);

/// The permissions of one allocation, sorted by address.
#[derive(Debug)]
pub(super) struct Permissions {
    entries: Vec<Permission>,
    max: usize,
}

#[derive(Debug)]
struct Permission {
    ip: IpAddr,
    lease: Lease,
    /// Whether it is to be renewed.
    wanted: bool,
}

impl Permissions {
    pub(super) const fn new(max: usize) -> Self {
        Self {
            entries: Vec::new(),
            max,
        }
    }

    /// Wants a permission for `ip`; asks again if it was refused.
    pub(super) fn want(&mut self, now: Instant, ip: IpAddr) -> Result<(), PermitError> {
        match self.entries.binary_search_by_key(&ip, |entry| entry.ip) {
            Ok(index) => {
                if let Some(entry) = self.entries.get_mut(index) {
                    entry.wanted = true;
                    if entry.lease.is_refused() {
                        entry.lease = Lease::wanted(now);
                    }
                }
            }
            Err(_) => {
                if self.entries.len() >= self.max {
                    self.make_room(now)?;
                }
                let index = self.entries.partition_point(|entry| entry.ip < ip);
                let lease = Lease::wanted(now);
                self.entries.insert(
                    index,
                    Permission {
                        ip,
                        lease,
                        wanted: true,
                    },
                );
            }
        }
        Ok(())
    }

    /// Removes one that is good for nothing.
    fn make_room(&mut self, now: Instant) -> Result<(), PermitError> {
        let useless = |entry: &Permission| {
            let forgotten =
                !entry.wanted && !entry.lease.is_in_flight() && !entry.lease.is_live(now);
            entry.lease.is_refused() || forgotten
        };
        let index = self
            .entries
            .iter()
            .position(useless)
            .ok_or(PermitError::TooMany)?;
        self.entries.remove(index);
        Ok(())
    }

    pub(super) fn forget(&mut self, ip: IpAddr) {
        if let Some(entry) = self.find_mut(ip) {
            entry.wanted = false;
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries = Vec::new();
    }

    /// The allocation is new: all that is wanted is due.
    pub(super) fn restart(&mut self, now: Instant) {
        for entry in &mut self.entries {
            entry.lease = Lease::wanted(now);
        }
    }

    /// Notes that `ip` is permitted; `true` if it was not before.
    pub(super) fn grant(&mut self, now: Instant, ip: IpAddr) -> bool {
        let Some(entry) = self.find_mut(ip) else {
            return false;
        };
        let before = entry.lease.is_live(now);
        entry.lease = Lease::granted(now, LIFETIME, EARLY);
        !before
    }

    /// Notes that `ip` was refused; `true` if that is new.
    pub(super) fn refuse(&mut self, ip: IpAddr) -> bool {
        let Some(entry) = self.find_mut(ip) else {
            return false;
        };
        let before = entry.lease.is_refused();
        entry.lease.refuse();
        !before
    }

    /// Whether the server has granted it and it has not ended.
    pub(super) fn is_live(&self, ip: IpAddr, now: Instant) -> bool {
        self.find(ip).is_some_and(|entry| entry.lease.is_live(now))
    }

    /// Whether it is granted or being asked for.
    pub(super) fn is_open(&self, ip: IpAddr, now: Instant) -> bool {
        self.find(ip)
            .is_some_and(|entry| entry.lease.is_live(now) || entry.lease.is_in_flight())
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        let wanted = self.entries.iter().filter(|entry| entry.wanted);
        wanted.filter_map(|entry| entry.lease.due()).min()
    }

    fn start(&mut self, now: Instant) -> Option<IpAddr> {
        let due = |entry: &&mut Permission| entry.wanted && entry.lease.is_due(now);
        let entry = self.entries.iter_mut().find(due)?;
        entry.lease.start();
        Some(entry.ip)
    }

    fn find(&self, ip: IpAddr) -> Option<&Permission> {
        let index = self
            .entries
            .binary_search_by_key(&ip, |entry| entry.ip)
            .ok()?;
        self.entries.get(index)
    }

    fn find_mut(&mut self, ip: IpAddr) -> Option<&mut Permission> {
        let index = self
            .entries
            .binary_search_by_key(&ip, |entry| entry.ip)
            .ok()?;
        self.entries.get_mut(index)
    }
}

impl Client {
    pub(super) fn start_permissions(&mut self, now: Instant) {
        while self.is_allocated() && self.has_room() {
            let Some(ip) = self.permissions.start(now) else {
                return;
            };
            self.start(now, Task::Permission(ip));
        }
    }
}
