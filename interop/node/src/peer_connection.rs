//! The operations of `RTCPeerConnection`.

use serde::Deserialize;
use serde_json::Value;
use stonechat::pulled::{Answer, Call, StatsSelector};
use stonechat::{MediaKind, RtcDataChannelInit, RtcOfferOptions, RtcSessionDescription};

use crate::arguments::{Arguments, reference};
use crate::bridge::Bridge;
use crate::candidate::CandidateInit;
use crate::configuration::word;
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key};
use crate::outcome::{Done, Outcome, rejecting};
use crate::peer::Peer;
use crate::rtp_values::TransceiverInit;

/// `RTCOfferOptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OfferOptions {
    ice_restart: bool,
    offer_to_receive_audio: Option<bool>,
    offer_to_receive_video: Option<bool>,
}

/// `RTCLocalSessionDescriptionInit`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DescriptionInit {
    r#type: Option<String>,
    sdp: String,
}

/// `RTCDataChannelInit`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ChannelInit {
    ordered: bool,
    max_packet_life_time: Option<u16>,
    max_retransmits: Option<u16>,
    protocol: String,
    negotiated: bool,
    id: Option<u16>,
    priority: Option<String>,
}

impl Default for ChannelInit {
    fn default() -> Self {
        Self {
            ordered: true,
            max_packet_life_time: None,
            max_retransmits: None,
            protocol: String::new(),
            negotiated: false,
            id: None,
            priority: None,
        }
    }
}

impl Bridge {
    pub(crate) fn new_peer_connection(&mut self, args: &Arguments) -> Done {
        let configuration = self.read_configuration(args)?;
        let id = self.objects.fresh();
        let queue = self.queue.clone();
        let pc = self
            .api
            .pulled_peer_connection(configuration, move || queue.sync(id))?;
        self.queue.add_peer(id, &pc);
        self.peers.insert(id, Peer::new(pc));
        Ok(self.objects.reference(Key::Peer(id)).into())
    }

    pub(crate) fn peer_connection(&mut self, id: Id, name: &str, args: &Arguments) -> Done {
        match name {
            "createOffer" => {
                let options: OfferOptions = args.read(0)?;
                let options = RtcOfferOptions {
                    ice_restart: options.ice_restart,
                    offer_to_receive_audio: options.offer_to_receive_audio,
                    offer_to_receive_video: options.offer_to_receive_video,
                };
                self.promised_call(id, Call::CreateOffer(options))
            }
            "createAnswer" => self.promised_call(id, Call::CreateAnswer),
            "setLocalDescription" => {
                let call = local_description(args)?;
                self.promised_call(id, call)
            }
            "setRemoteDescription" => {
                let init: DescriptionInit = args.read(0)?;
                let call = Call::SetRemoteDescription(RtcSessionDescription {
                    kind: word(init.r#type),
                    sdp: init.sdp,
                });
                self.promised_call(id, call)
            }
            "addIceCandidate" => {
                let given = args.value(0);
                let candidate = match given {
                    Value::Null => None,
                    _ => Some(args.read::<CandidateInit>(0)?.into()),
                };
                self.promised_call(id, Call::AddIceCandidate(candidate))
            }
            "getStats" => {
                let selector = match reference(args.value(0)) {
                    None => StatsSelector::All,
                    Some(track) => StatsSelector::Track(self.tracks.get(track)?.id().to_owned()),
                };
                self.promised_call(id, Call::GetStats(selector))
            }
            "restartIce" => {
                // After the end there is nothing to restart.
                self.peer(id)?.pc.call(Call::RestartIce);
                Ok(Outcome::NOTHING)
            }
            "close" => {
                self.peer(id)?.pc.call(Call::Close);
                self.forget_promises(id);
                Ok(Outcome::NOTHING)
            }
            "getConfiguration" => self.configuration(id).map(Outcome::Value),
            "setConfiguration" => {
                let configuration = self.read_configuration(args)?;
                self.called(id, Call::SetConfiguration(Box::new(configuration)))
            }
            "getSenders" => self.transceivers_of(id, |peer, of| {
                of.is_attached.then(|| Key::Sender(peer, of.id.sender()))
            }),
            "getReceivers" => self.transceivers_of(id, |peer, of| {
                of.is_attached
                    .then(|| Key::Receiver(peer, of.id.receiver()))
            }),
            "getTransceivers" => {
                self.transceivers_of(id, |peer, of| Some(Key::Transceiver(peer, of.id)))
            }
            "addTrack" => {
                let track = self.tracks.get(args.object(0)?)?.clone();
                let streams = self.stream_ids(args.rest(1))?;
                let streams: Vec<_> = streams.iter().map(String::as_str).collect();
                let answer = self.peer(id)?.pc.add_track(&track, &streams);
                self.answered(id, answer)
            }
            "removeTrack" => self.remove_track(id, args.object(0)?),
            "addTransceiver" => self.add_transceiver(id, args),
            "createDataChannel" => {
                let init: ChannelInit = match args.value(1) {
                    Value::Null => ChannelInit::default(),
                    _ => args.read(1)?,
                };
                let call = Call::CreateDataChannel {
                    label: args.text(0).to_owned(),
                    init: RtcDataChannelInit {
                        ordered: init.ordered,
                        max_packet_life_time: init.max_packet_life_time,
                        max_retransmits: init.max_retransmits,
                        protocol: init.protocol,
                        negotiated: init.negotiated,
                        id: init.id,
                        priority: word(init.priority),
                    },
                };
                self.called(id, call)
            }
            _ => Err(unknown(name)),
        }
    }

    /// Calls a session; the operation returns a promise.
    pub(crate) fn promised_call(&mut self, peer: Id, call: Call) -> Done {
        if matches!(call, Call::GetStats(_)) {
            self.report_playout(peer);
        }
        let answer = self.peer(peer)?.pc.call(call);
        self.promised(peer, answer)
    }

    /// Calls a session; the operation returns at once.
    pub(crate) fn called(&mut self, peer: Id, call: Call) -> Done {
        let answer = self.peer(peer)?.pc.call(call);
        self.answered(peer, answer)
    }

    fn transceivers_of(
        &mut self,
        peer: Id,
        key: impl Fn(Id, &stonechat::pulled::TransceiverView) -> Option<Key>,
    ) -> Done {
        let views = self.peer(peer)?.pc.session().transceivers();
        let list: Vec<Value> = views
            .iter()
            .filter_map(|view| key(peer, view))
            .map(|key| self.objects.reference(key))
            .collect();
        Ok(Value::from(list).into())
    }

    fn remove_track(&mut self, peer: Id, sender: Id) -> Done {
        match self.objects.key(sender) {
            Some(Key::Sender(of, sender)) if of == peer => {
                let answer = self.peer(peer)?.pc.remove_track(sender);
                self.answered(peer, answer)
            }
            _ if self.peer(peer)?.pc.session().is_closed() => {
                Err(Failure::invalid_state("the peer connection is closed"))
            }
            _ => Err(Failure::new(
                "InvalidAccessError",
                "the sender belongs to another peer connection",
            )),
        }
    }

    fn add_transceiver(&mut self, peer: Id, args: &Arguments) -> Done {
        let init = match args.value(1) {
            Value::Null => TransceiverInit::default(),
            _ => args.read(1)?,
        };
        let streams = self.stream_ids(init.streams())?;
        let init = init.into_init(streams);
        let track = match reference(args.value(0)) {
            Some(track) => Some(self.tracks.get(track)?.clone()),
            None => None,
        };
        let kind = match (&track, args.text(0)) {
            (Some(track), _) => track.kind(),
            (None, "audio") => MediaKind::Audio,
            (None, "video") => MediaKind::Video,
            (None, other) => {
                return Err(Failure::type_error(format!("{other} is no kind of media")));
            }
        };
        let answer = self
            .peer(peer)?
            .pc
            .add_transceiver(track.as_ref(), kind, init);
        self.answered(peer, answer)
    }

    /// Promises of operations that the end of a peer connection leaves alone never settle.
    fn forget_promises(&mut self, peer: Id) {
        let Some(peer) = self.peers.get_mut(&peer) else {
            return;
        };
        peer.pending.clear();
    }

    /// `setParameters()` and others whose answer is a promise, also if the arguments are wrong.
    pub(crate) fn promised_answer(&mut self, peer: Id, answer: Result<Answer, Failure>) -> Done {
        rejecting(answer.and_then(|answer| self.promised(peer, answer)))
    }
}

fn local_description(args: &Arguments) -> Result<Call, Failure> {
    if args.value(0).is_null() {
        return Ok(Call::SetLocalDescription(None));
    }
    let init: DescriptionInit = args.read(0)?;
    Ok(match init.r#type {
        None => Call::SetInferredLocalDescription(init.sdp),
        kind => Call::SetLocalDescription(Some(RtcSessionDescription {
            kind: word(kind),
            sdp: init.sdp,
        })),
    })
}
