//! The pool of transports that gather ahead (`iceCandidatePoolSize`; RFC 8829, section 3.5.4).

use super::Session;
use crate::id::TransportId;

impl Session {
    /// Makes as many transports as the configuration asks for, until the first exchange is over.
    /// With other servers all of them gather anew.
    pub(super) fn resize_pool(&mut self, anew: bool) {
        let wanted = if self.transports.pool_is_over {
            0
        } else {
            usize::from(self.configuration.ice_candidate_pool_size)
        };
        let pooled = self.transports.pooled();
        let keep = if anew { 0 } else { wanted };
        let superfluous: Vec<TransportId> = pooled.iter().skip(keep).copied().collect();
        let missing = wanted - (pooled.len() - superfluous.len());
        if superfluous.is_empty() && missing == 0 {
            return;
        }
        self.transports.retain(|id| !superfluous.contains(&id));
        for _ in 0..missing {
            let credentials = stonechat_ice::Credentials::generate(&mut self.rng, "");
            self.transports.add_pooled(credentials);
        }
        self.apply_plan();
    }

    /// The first exchange is over: what was not used is discarded.
    pub(crate) fn empty_pool(&mut self) {
        self.transports.pool_is_over = true;
        let pooled = self.transports.pooled();
        self.transports.retain(|id| !pooled.contains(&id));
    }
}
