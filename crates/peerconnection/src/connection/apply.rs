//! Becoming what a plan says: the difference to the plan before is what is done.

use std::time::Instant;

use super::layers::Layers;
use super::transport::{Traffic, Transport};
use crate::plan::{Plan, TransportPlan};

impl Layers {
    pub(super) fn apply(&mut self, now: Instant, plan: &Plan) {
        self.close_unplanned(now, plan);
        for transport in &plan.transports {
            match self.index_of(transport.id) {
                Some(index) => self.update_transport(now, index, transport),
                None => self.open_transport(now, transport),
            }
        }
        if let Some(association) = &plan.association {
            self.plan_association(now, association);
        }
        self.apply_media(now, plan);
    }

    fn open_transport(&mut self, now: Instant, plan: &TransportPlan) {
        let label = format!("transport {}", plan.id.0);
        let env = self.env.child(&label);
        let config = stonechat_ice::Config {
            role: plan.ice.role,
            credentials: Some(plan.ice.local.clone()),
            ..self.config.ice.clone()
        };
        let mut ice = stonechat_ice::Agent::new(config, env.child("ice"), now);
        if let Some(remote) = &plan.ice.remote {
            ice.set_remote_lite(now, plan.ice.remote_lite);
            ice.set_remote_credentials(now, remote.clone());
        }
        if !self.interfaces.is_empty() {
            ice.handle_interfaces(now, &self.interfaces);
        }
        ice.gather(now);
        let mut media =
            stonechat_media::Streams::new(self.config.media.clone(), env.child("media"), now);
        media.set_rtcp(plan.rtcp);
        let transport = Transport {
            id: plan.id,
            plan: plan.clone(),
            ice,
            dtls: None,
            early_records: std::collections::VecDeque::new(),
            srtp: None,
            media,
            connected: None,
            had_outage: false,
            sent: Traffic::default(),
            received: Traffic::default(),
            selected: None,
            selected_changes: 0,
        };
        let at = self.transports.partition_point(|other| other.id < plan.id);
        self.transports.insert(at, transport);
    }

    fn update_transport(&mut self, now: Instant, index: usize, plan: &TransportPlan) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        let before = std::mem::replace(&mut transport.plan, plan.clone());
        if let (Some(had), Some(wanted)) = (&before.dtls, &plan.dtls)
            && had.association != wanted.association
        {
            self.renew_dtls(now, index);
        }
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        transport.media.set_rtcp(plan.rtcp);
        if before.ice.local != plan.ice.local
            && transport.ice.undo_restart(now, &plan.ice.local) == stonechat_ice::Undone::No
        {
            transport.ice.restart_with(now, plan.ice.local.clone());
            transport.ice.gather(now);
        }
        if before.ice.role != plan.ice.role {
            transport.ice.set_role(now, plan.ice.role);
        }
        if let Some(remote) = &plan.ice.remote
            && (before.ice.remote.as_ref() != Some(remote) || before.ice.local != plan.ice.local)
        {
            transport.ice.set_remote_lite(now, plan.ice.remote_lite);
            transport.ice.set_remote_credentials(now, remote.clone());
        }
        if let (Some(dtls), Some(wanted)) = (&mut transport.dtls, &plan.dtls)
            && before
                .dtls
                .as_ref()
                .is_none_or(|had| had.fingerprints != wanted.fingerprints)
        {
            dtls.set_remote_fingerprints(now, wanted.fingerprints.clone());
        }
    }

    /// The peer's end is another one: the association ends, a new one begins.
    fn renew_dtls(&mut self, now: Instant, index: usize) {
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        transport.dtls = None;
        transport.srtp = None;
        transport.connected = None;
        transport.early_records.clear();
        if self.association == Some(transport.id) {
            let association = self.association;
            self.end_association(now);
            self.association = association;
        }
    }

    /// Closes transports that the plan does not name any more.
    fn close_unplanned(&mut self, now: Instant, plan: &Plan) {
        let mut index = 0;
        while let Some(transport) = self.transports.get(index) {
            if plan
                .transports
                .iter()
                .any(|planned| planned.id == transport.id)
            {
                index += 1;
                continue;
            }
            self.retire(now, index);
        }
    }
}
