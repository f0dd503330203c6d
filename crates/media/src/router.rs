//! Which receiver a packet belongs to (RFC 8843, section 9.2; RFC 8852, section 3).

use stonechat_rtp::extension::{SdesMid, SdesRepairedRid, SdesRid};
use stonechat_rtp::{Packet, Ssrc};
use stonechat_sansio::{Map, Seed};

use crate::parameters::{find, find_rtx};
use crate::receiver::Receiver;
use crate::slots::{Key, Slots};
use crate::{ExtensionIds, ReceiverParameters};

/// The table of sources, and what sources are learned by.
#[derive(Debug)]
pub(crate) struct Router {
    sources: Map<Ssrc, Key>,
    max: usize,
}

impl Router {
    pub(crate) fn new(seed: &Seed, max: usize) -> Self {
        Self {
            sources: Map::new(seed),
            max,
        }
    }

    /// Enters the signalled sources of a receiver.
    pub(crate) fn add(&mut self, key: Key, parameters: &ReceiverParameters) {
        for ssrc in [parameters.ssrc, parameters.rtx_ssrc].into_iter().flatten() {
            self.learn(ssrc, key);
        }
    }

    /// Forgets all sources of a receiver.
    pub(crate) fn remove(&mut self, key: Key) {
        self.sources.retain(|_, other| *other != key);
    }

    /// Forgets one source.
    pub(crate) fn forget(&mut self, ssrc: Ssrc) {
        let _ = self.sources.swap_remove(&ssrc);
    }

    pub(crate) fn find(&self, ssrc: Ssrc) -> Option<Key> {
        self.sources.get(&ssrc).copied()
    }

    /// The receiver of `packet`. What identifies the source teaches the table.
    pub(crate) fn route(
        &mut self,
        packet: &Packet<'_>,
        ids: &ExtensionIds,
        receivers: &Slots<Receiver>,
    ) -> Option<Key> {
        let extensions = packet.extensions();
        let mid = ids
            .mid
            .and_then(|id| extensions.value::<SdesMid<'_>>(id))
            .map(|mid| mid.0);
        let known = self.find(packet.ssrc());
        if let Some(key) = known
            && let Some(receiver) = receivers.get(key)
            && mid.is_none_or(|mid| {
                receiver
                    .parameters
                    .mid
                    .as_ref()
                    .is_none_or(|own| own.as_str() == mid)
            })
        {
            return Some(key);
        }
        let rid = ids
            .rid
            .and_then(|id| extensions.value::<SdesRid<'_>>(id))
            .map(|rid| rid.0)
            .or_else(|| {
                let id = ids.repaired_rid?;
                extensions.value::<SdesRepairedRid<'_>>(id).map(|rid| rid.0)
            });
        let key = match mid {
            Some(mid) => by_mid(mid, rid, packet, receivers),
            None => by_payload_type(packet, receivers),
        }?;
        self.learn(packet.ssrc(), key);
        Some(key)
    }

    fn learn(&mut self, ssrc: Ssrc, key: Key) {
        if self.sources.len() >= self.max && !self.sources.contains_key(&ssrc) {
            // The one that was learned first makes room.
            let _ = self.sources.shift_remove_index(0);
        }
        self.sources.insert(ssrc, key);
    }
}

/// The receiver of the media section, and in simulcast of the encoding.
fn by_mid(
    mid: &str,
    rid: Option<&str>,
    packet: &Packet<'_>,
    receivers: &Slots<Receiver>,
) -> Option<Key> {
    let of_section = |parameters: &ReceiverParameters| {
        parameters
            .mid
            .as_ref()
            .is_some_and(|own| own.as_str() == mid)
    };
    let fits = |parameters: &ReceiverParameters| match (rid, &parameters.rid) {
        (Some(rid), Some(own)) => own.as_str() == rid,
        (Some(_), None) => true,
        (None, _) => carries(parameters, packet),
    };
    unique(receivers, |parameters| {
        of_section(parameters) && fits(parameters)
    })
}

/// The only receiver that has the payload type.
fn by_payload_type(packet: &Packet<'_>, receivers: &Slots<Receiver>) -> Option<Key> {
    unique(receivers, |parameters| carries(parameters, packet))
}

fn carries(parameters: &ReceiverParameters, packet: &Packet<'_>) -> bool {
    find(&parameters.codecs, packet.payload_type()).is_some()
        || find_rtx(&parameters.codecs, packet.payload_type()).is_some()
}

fn unique(receivers: &Slots<Receiver>, fits: impl Fn(&ReceiverParameters) -> bool) -> Option<Key> {
    let mut found = receivers
        .iter()
        .filter(|(_, receiver)| fits(&receiver.parameters));
    let (key, _) = found.next()?;
    found.next().is_none().then_some(key)
}
