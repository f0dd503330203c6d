//! `RTCDtlsTransport`, `RTCIceTransport`, `RTCSctpTransport` and `RTCDTMFSender`.

use bytes::Bytes;
use serde_json::{Value, json};
use stonechat::pulled::{Call, DtlsFact, SenderId, TransportId};

use crate::arguments::Arguments;
use crate::bridge::Bridge;
use crate::candidate::candidate;
use crate::error::unknown;
use crate::objects::{Id, Key};
use crate::outcome::{Done, Outcome};
use crate::step::Effects;

impl Bridge {
    pub(crate) fn dtls_attributes(&mut self, peer: Id, id: TransportId) -> Option<Value> {
        let view = self.peers.get(&peer)?.pc.session().transport(id);
        Some(json!({
            "iceTransport": self.objects.reference(Key::Ice(peer, id)),
            "state": view.map_or("closed", |view| view.dtls_state.as_str()),
        }))
    }

    pub(crate) fn ice_attributes(&self, peer: Id, id: TransportId) -> Option<Value> {
        let view = self.peers.get(&peer)?.pc.session().transport(id);
        let Some(view) = view else {
            return Some(json!({ "state": "closed" }));
        };
        Some(json!({
            "role": view.role.as_str(),
            "component": "rtp",
            "state": view.ice_state.as_str(),
            "gatheringState": view.gathering_state.as_str(),
        }))
    }

    pub(crate) fn sctp_attributes(&mut self, peer: Id) -> Option<Value> {
        let view = self.peers.get(&peer)?.pc.session().sctp();
        let Some(view) = view else {
            return Some(json!({ "state": "closed" }));
        };
        let max_message_size = match view.max_message_size {
            u64::MAX => json!({ "$num": "Infinity" }),
            size => json!(size),
        };
        Some(json!({
            "transport": view.transport.map(|id| self.objects.reference(Key::Dtls(peer, id))),
            "state": view.state.as_str(),
            "maxMessageSize": max_message_size,
            "maxChannels": view.max_channels,
        }))
    }

    pub(crate) fn dtmf_attributes(&self, peer: Id, sender: SenderId) -> Option<Value> {
        let session = self.peers.get(&peer)?.pc.session();
        Some(json!({
            "canInsertDTMF": session.can_insert_dtmf(sender),
            "toneBuffer": session.tone_buffer(sender),
        }))
    }

    pub(crate) fn dtls_transport(
        &mut self,
        peer: Id,
        id: TransportId,
        name: &str,
        effects: &mut Effects,
    ) -> Done {
        match name {
            "getRemoteCertificates" => {
                let view = self.peer(peer)?.pc.session().transport(id);
                let chain = match view.and_then(|view| view.connected) {
                    Some(DtlsFact::Connected { certificate, .. }) => vec![certificate],
                    _ => Vec::new(),
                };
                let chain = chain.into_iter().map(|der| effects.bin(Bytes::from(der)));
                Ok(Value::from_iter(chain).into())
            }
            _ => Err(unknown(name)),
        }
    }

    pub(crate) fn ice_transport(&mut self, peer: Id, id: TransportId, name: &str) -> Done {
        let view = self.peer(peer)?.pc.session().transport(id);
        let parameters = |of: Option<stonechat::RtcIceParameters>| {
            of.map(
                |of| json!({ "usernameFragment": of.username_fragment, "password": of.password }),
            )
        };
        let value = match name {
            "getLocalCandidates" => {
                let candidates = view.map(|view| view.local_candidates).unwrap_or_default();
                Value::from_iter(candidates.iter().map(candidate))
            }
            "getRemoteCandidates" => {
                let candidates = view.map(|view| view.remote_candidates).unwrap_or_default();
                Value::from_iter(candidates.iter().map(candidate))
            }
            "getSelectedCandidatePair" => {
                let pair = view.and_then(|view| view.selected_pair);
                pair.map_or(Value::Null, |pair| {
                    json!({
                        "$": null,
                        "i": "RTCIceCandidatePair",
                        "s": {
                            "local": candidate(&pair.local),
                            "remote": candidate(&pair.remote),
                        },
                    })
                })
            }
            "getLocalParameters" => json!(parameters(view.and_then(|view| view.local_parameters))),
            "getRemoteParameters" => {
                json!(parameters(view.and_then(|view| view.remote_parameters)))
            }
            _ => return Err(unknown(name)),
        };
        Ok(Outcome::Value(value))
    }

    pub(crate) fn dtmf_sender(
        &mut self,
        peer: Id,
        sender: SenderId,
        name: &str,
        args: &Arguments,
    ) -> Done {
        match name {
            "insertDTMF" => {
                let number = |index: usize, default: u32| {
                    let number = args.value(index).as_u64();
                    number.map_or(default, |number| u32::try_from(number).unwrap_or(u32::MAX))
                };
                let call = Call::InsertDtmf {
                    sender,
                    tones: args.text(0).to_owned(),
                    duration: number(1, 100),
                    inter_tone_gap: number(2, 70),
                };
                self.called(peer, call)
            }
            _ => Err(unknown(name)),
        }
    }
}
