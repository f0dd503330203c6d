use std::time::Instant;

use stonechat_stun::Message;

use crate::{Event, PairId, Role};

use super::Core;

/// Most role changes by error responses in one generation.
const MAX_CONFLICTS: u32 = 16;

/// What to do about the roles that a request shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Resolution {
    /// There is no conflict, or there is none any more.
    Agree,
    /// The peer has to change its role.
    Refuse,
}

impl Core {
    /// Repairs a conflict that a request of the peer shows (RFC 8445, section 7.3.1.1).
    pub(super) fn resolve_conflict(&mut self, now: Instant, message: &Message<'_>) -> Resolution {
        let theirs = match self.role {
            Role::Controlling => message.ice_controlling(),
            Role::Controlled => message.ice_controlled(),
        };
        let Some(theirs) = theirs else {
            return Resolution::Agree;
        };
        let larger = self.tie_breaker >= theirs;
        match (self.role, larger) {
            (Role::Controlling, true) | (Role::Controlled, false) => Resolution::Refuse,
            (role, _) => {
                self.change_role(now, role.other());
                Resolution::Agree
            }
        }
    }

    /// A 487 response to a request made in `role` on pair `id` (RFC 8445, section 7.2.5.1).
    pub(super) fn on_role_conflict(&mut self, now: Instant, id: PairId, role: Role) {
        if self.conflicts >= MAX_CONFLICTS {
            if let Some(pair) = self.session.list.get_mut(id) {
                pair.fail();
            }
            return;
        }
        self.conflicts += 1;
        if self.role == role && !self.remote_lite {
            self.change_role(now, role.other());
            //= https://www.rfc-editor.org/rfc/rfc8445#section-7.2.5.1
            //# The agent MUST change the tiebreaker value.
            self.tie_breaker = self.rng.next_u64();
        }
        self.session.list.trigger(id);
    }

    /// Sets the role as the owner wants it.
    pub(super) fn set_role(&mut self, now: Instant, role: Role) {
        if self.role != role {
            self.role = role;
            self.on_role(now);
        }
    }

    fn change_role(&mut self, now: Instant, role: Role) {
        tracing::debug!(?role, "role conflict");
        self.role = role;
        self.stats.role_changes += 1;
        self.on_role(now);
        self.tell(Event::RoleChanged(role), |known| {
            matches!(known, Event::RoleChanged(_))
        });
    }

    /// Computes what depends on the role again.
    fn on_role(&mut self, _now: Instant) {
        let selected = self.session.selected;
        for pair in self.session.list.iter_mut() {
            if Some(pair.id) != selected {
                pair.nomination = crate::pair::Nomination::None;
            }
        }
        self.reprioritize();
    }
}
