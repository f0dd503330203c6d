//! From descriptions to what the connection shall be.

use super::Session;
use crate::id::TransportId;
use crate::negotiation::rtcp;
use crate::order::Order;
use crate::plan::{
    AssociationPlan, DtlsPlan, EncodingPlan, IcePlan, Plan, ReceiverPlan, SenderPlan, TransportPlan,
};
use crate::session::description::SdpType;
use crate::signaling::{Section, SectionKind, legacy_sctp_port};
use crate::transceiver::Transceiver;

impl Session {
    /// Tells the connection what the descriptions now ask of it.
    pub(crate) fn apply_plan(&mut self) {
        let plan = self.plan();
        self.order(Order::Apply(Box::new(plan)));
        self.release_candidates();
        self.assign_channel_ids();
    }

    fn plan(&self) -> Plan {
        let transports = self
            .transports
            .living()
            .map(|transport| TransportPlan {
                id: transport.id,
                ice: IcePlan {
                    role: transport.role,
                    local: transport.credentials.clone(),
                    remote: self.remote_credentials(transport.id),
                    remote_lite: self
                        .signaling
                        .remote()
                        .is_some_and(|remote| remote.sdp.ice_lite()),
                },
                dtls: self.dtls_plan(transport.id),
                rtcp: self.rtcp_plan(transport.id),
            })
            .collect();
        let mut plan = Plan {
            transports,
            ..Plan::default()
        };
        for section in self
            .signaling
            .sections
            .iter()
            .filter(|section| !section.rejected)
        {
            let Some(transport) = section.transport else {
                continue;
            };
            match section.kind {
                SectionKind::Data => plan.association = self.association_plan(section, transport),
                SectionKind::Media(..) => self.plan_media(section, transport, &mut plan),
                SectionKind::Unknown => {}
            }
        }
        plan
    }

    /// The peer's credentials for a transport, once both descriptions fit together: while our
    /// offer restarts ICE, the old ones do not belong to our new ones.
    pub(crate) fn remote_credentials(
        &self,
        transport: TransportId,
    ) -> Option<stonechat_ice::Credentials> {
        let local = self.transports.get(transport)?.credentials.clone();
        let read = crate::signaling::credentials_of;
        let described = |description: &crate::signaling::Description| {
            self.signaling.described(transport, &description.sdp, read)
        };
        let is_in_force = self
            .signaling
            .current_local
            .as_ref()
            .is_some_and(|description| description.credentials().any(|known| known == local));
        match &self.signaling.pending_remote {
            Some(remote) if remote.kind == SdpType::Pranswer => described(remote),
            Some(remote) if self.signaling.pending_local.is_some() => described(remote),
            _ if is_in_force => {
                let remote = &self.transports.get(transport)?.remote;
                remote.as_ref().map(|remote| remote.credentials.clone())
            }
            _ => None,
        }
    }

    /// DTLS of a transport, once an answer decided the roles.
    fn dtls_plan(&self, transport: TransportId) -> Option<DtlsPlan> {
        let object = self.transports.get(transport)?;
        let role = object.dtls_role?;
        let association = object.association;
        // An offer that is not answered yet changes nothing.
        let remote = match &self.signaling.pending_remote {
            Some(remote) if self.signaling.pending_local.is_some() => remote,
            _ => self.signaling.current_remote.as_ref()?,
        };
        let fingerprints = self
            .signaling
            .described(transport, &remote.sdp, |section| {
                let known: Vec<_> = section
                    .fingerprints()
                    .filter_map(crate::signaling::fingerprint_of)
                    .collect();
                (!known.is_empty()).then_some(known)
            })?;
        Some(DtlsPlan {
            role,
            association,
            fingerprints,
        })
    }

    /// RTCP of a transport: what all the sections that it carries agreed on.
    fn rtcp_plan(&self, transport: TransportId) -> stonechat_media::RtcpParameters {
        let sections = self.signaling.sections.iter();
        let carried = sections
            .filter(|section| !section.rejected && section.transport == Some(transport))
            .filter_map(Section::transceiver);
        let negotiated = carried.filter_map(|id| {
            self.transceivers.iter().find(|transceiver| {
                transceiver.id == id
                    && !transceiver.stopping
                    && transceiver.current_direction.is_some()
            })
        });
        rtcp::of_transport(negotiated.map(|transceiver| transceiver.rtcp))
    }

    fn association_plan(
        &self,
        section: &Section,
        transport: TransportId,
    ) -> Option<AssociationPlan> {
        let sctp = self.channels.sctp?;
        let remote = self.signaling.remote()?.sdp.section_by_mid(&section.mid)?;
        Some(AssociationPlan {
            transport,
            local_port: 5000,
            remote_port: remote
                .media()
                .sctp_port()
                .or_else(|| legacy_sctp_port(remote.media()))
                .unwrap_or(5000),
            remote_max_message_size: match sctp.max_message_size {
                u64::MAX => 0,
                octets => octets,
            },
        })
    }

    fn plan_media(&self, section: &Section, transport: TransportId, plan: &mut Plan) {
        let Some(transceiver) = section
            .transceiver()
            .and_then(|id| self.transceivers.iter().find(|other| other.id == id))
            .filter(|transceiver| !transceiver.stopping)
        else {
            return;
        };
        let Some(direction) = transceiver.current_direction else {
            return;
        };
        if !transceiver.sender.codecs.is_empty() {
            plan.senders
                .push(self.sender_plan(transceiver, section, transport));
        }
        if !transceiver.receiver.codecs.is_empty() {
            plan.receivers.push(ReceiverPlan {
                id: transceiver.id.receiver(),
                transport,
                kind: transceiver.kind,
                mid: section.mid.clone(),
                codecs: transceiver.receiver.codecs.clone(),
                extensions: transceiver.receiver.extensions.clone(),
                sources: transceiver.receiver.sources.clone(),
                rids: transceiver.receiver.rids.clone(),
                active: direction.receives(),
                delivery: transceiver.receiver.delivery,
                wait: transceiver.receiver.jitter_buffer_target,
            });
        }
    }

    fn sender_plan(
        &self,
        transceiver: &Transceiver,
        section: &Section,
        transport: TransportId,
    ) -> SenderPlan {
        let sender = &transceiver.sender;
        let has_rtx = sender.codecs.iter().any(|codec| codec.rtx.is_some());
        let encodings = sender
            .encodings
            .iter()
            .zip(&sender.sources)
            .map(|(encoding, (ssrc, rtx_ssrc))| EncodingPlan {
                rid: encoding.rid.clone(),
                ssrc: *ssrc,
                rtx_ssrc: has_rtx.then_some(*rtx_ssrc),
                active: transceiver.sends(encoding),
                payload_type: sender
                    .codec_of(transceiver.kind, encoding)
                    .map(|codec| codec.payload_type),
                max_bitrate: encoding.max_bitrate,
                priority: encoding.priority,
                network_priority: encoding.network_priority.unwrap_or(encoding.priority),
            })
            .collect();
        SenderPlan {
            id: transceiver.id.sender(),
            transport,
            kind: transceiver.kind,
            mid: section.mid.clone(),
            encodings,
            cname: self.cname(),
            codecs: sender.codecs.clone(),
            extensions: sender.extensions.clone(),
        }
    }
}
