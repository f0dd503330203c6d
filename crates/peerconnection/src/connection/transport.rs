//! One transport: an ICE agent with its DTLS session, SRTP contexts and media.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::BytesMut;

use crate::id::TransportId;
use crate::plan::{DtlsPlan, TransportPlan};

/// One transport and what it was told to be.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) id: TransportId,
    pub(super) plan: TransportPlan,
    pub(super) ice: stonechat_ice::Agent,
    pub(super) dtls: Option<stonechat_dtls::Session>,
    /// Records that came before we knew how to answer them: the answer that names our role and
    /// the peer's fingerprint may come later than the peer's first flight.
    pub(super) early_records: VecDeque<BytesMut>,
    pub(super) srtp: Option<Srtp>,
    pub(super) media: stonechat_media::Streams,
    pub(super) connected: Option<Box<stonechat_dtls::Connected>>,
    /// Whether nothing came through since the path last worked.
    pub(super) had_outage: bool,
    pub(super) sent: Traffic,
    pub(super) received: Traffic,
    pub(super) selected: Option<stonechat_ice::PairId>,
    pub(super) selected_changes: u32,
}

/// The most records of the peer's first flight that wait for our answer.
const EARLY_RECORDS: usize = 8;

impl Transport {
    pub(super) fn handle_record(&mut self, now: Instant, record: BytesMut) {
        if let Some(dtls) = &mut self.dtls {
            dtls.handle_packet(now, record);
        } else if self.early_records.len() < EARLY_RECORDS {
            self.early_records.push_back(record);
        }
    }

    /// What DTLS shall be, once it may begin: both roles known and a path to send on. A server
    /// begins at once, since the peer may be faster.
    pub(super) fn dtls_due(&self) -> Option<&DtlsPlan> {
        let plan = self.plan.dtls.as_ref().filter(|_| self.dtls.is_none())?;
        let due = plan.role == stonechat_dtls::Role::Server || self.ice.send_route().is_some();
        due.then_some(plan)
    }

    /// Counts when another pair carries the data, or none any more.
    pub(super) fn note_selected(&mut self) {
        let pair = self.ice.pair_in_use().map(|pair| pair.id);
        if self.selected != pair {
            self.selected = pair;
            self.selected_changes += 1;
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        [
            self.ice.poll_timeout(),
            self.dtls
                .as_ref()
                .and_then(stonechat_dtls::Session::poll_timeout),
            self.srtp.as_ref().and_then(|_| self.media.poll_timeout()),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.ice.handle_timeout(now);
        if let Some(dtls) = &mut self.dtls {
            dtls.handle_timeout(now);
        }
        if self.srtp.is_some() {
            self.media.handle_timeout(now);
        }
    }
}

/// The SRTP contexts of one transport, both ways.
#[derive(Debug)]
pub(super) struct Srtp {
    pub(super) profile: stonechat_srtp::Profile,
    pub(super) outbound: stonechat_srtp::Outbound,
    pub(super) inbound: stonechat_srtp::Inbound,
}

impl Srtp {
    pub(super) fn new(
        provider: &stonechat_crypto::Provider,
        keys: &stonechat_dtls::SrtpKeys,
        config: &stonechat_srtp::Config,
    ) -> Option<Self> {
        let profile = match keys.profile {
            stonechat_dtls::SrtpProfile::AeadAes128Gcm => stonechat_srtp::Profile::AeadAes128Gcm,
            stonechat_dtls::SrtpProfile::AeadAes256Gcm => stonechat_srtp::Profile::AeadAes256Gcm,
            stonechat_dtls::SrtpProfile::Aes128CmSha1_80 => {
                stonechat_srtp::Profile::Aes128CmSha1_80
            }
            _ => return None,
        };
        let outbound = stonechat_srtp::Outbound::new(
            provider,
            profile,
            keys.local.key.as_bytes(),
            keys.local.salt.as_bytes(),
            config.clone(),
        );
        let inbound = stonechat_srtp::Inbound::new(
            provider,
            profile,
            keys.remote.key.as_bytes(),
            keys.remote.salt.as_bytes(),
            config.clone(),
        );
        Some(Self {
            profile,
            outbound: outbound.ok()?,
            inbound: inbound.ok()?,
        })
    }
}

/// Datagrams and octets of one direction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Traffic {
    /// Datagrams.
    pub packets: u64,
    /// Octets of their payload.
    pub octets: u64,
}

impl Traffic {
    pub(super) fn count(&mut self, octets: usize) {
        self.packets += 1;
        self.octets += octets as u64;
    }
}
