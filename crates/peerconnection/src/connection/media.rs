//! Senders and receivers: from the plan to the media plane of each transport, and back to names.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use stonechat_media::{
    Codec, CodecParameters, ExtensionIds, MediaFrame, MediaKind, OutgoingFrame, OutgoingPacket,
    PacketizationMode, ReceivedPacket, ReceiverParameters, ReceiverTransform, SenderConfig,
    SenderParameters, SenderTransform, Streams,
};
use stonechat_rtp::extension::{DependencyDescriptor, ExtensionValue as _};
use stonechat_rtp::{ExtensionId, Mid, PayloadType, Rid, Ssrc};

use super::layers::Layers;
use super::marking::PacketMarking;
use crate::fact::Fact;
use crate::id::{Kind, ReceiverId, SenderId, TransportId};
use crate::plan::{CodecPlan, EncodingPlan, ExtensionPlan, Plan, ReceiverPlan, SenderPlan};

/// The senders and receivers of a connection by the names of the session.
#[derive(Debug, Default)]
pub(super) struct MediaTable {
    pub(super) senders: BTreeMap<SenderId, Entry<stonechat_media::SenderId, SenderPlan>>,
    pub(super) receivers: BTreeMap<ReceiverId, Entry<stonechat_media::ReceiverId, ReceiverPlan>>,
    /// Receivers of which the session was told that media comes. One whose direction does not let it
    /// receive is forgotten: the source may be the same when it goes on.
    heard: BTreeSet<ReceiverId>,
    /// What frames go through, also of those that are not there yet.
    pub(super) sender_transforms: BTreeMap<SenderId, SenderTransform>,
    pub(super) receiver_transforms: BTreeMap<ReceiverId, ReceiverTransform>,
}

#[derive(Debug)]
pub(super) struct Entry<Id, P> {
    pub(super) transport: TransportId,
    /// One for each encoding.
    pub(super) layers: Vec<Layer<Id>>,
    pub(super) plan: P,
}

/// One encoding in the media plane.
#[derive(Debug)]
pub(super) struct Layer<Id> {
    /// Its name, in simulcast.
    pub(super) rid: Option<String>,
    pub(super) id: Id,
}

/// What the media plane tells the reader and writer of frames.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MediaEvent {
    /// [`Connection::recv_frame`](super::Connection::recv_frame) has something.
    Readable(ReceiverId),
    /// A sender that was blocked takes frames again.
    Writable(SenderId),
    /// A receiver ended: nothing more will come.
    Ended(ReceiverId),
    /// [`Connection::recv_tone`](super::Connection::recv_tone) has something.
    Tone(ReceiverId),
    /// [`Connection::poll_untransformed_sent`](super::Connection::poll_untransformed_sent) has
    /// something.
    UntransformedSent(SenderId),
    /// [`Connection::poll_untransformed_received`](super::Connection::poll_untransformed_received)
    /// has something.
    UntransformedReceived(ReceiverId),
}

/// Why a frame was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SendMediaError {
    /// Nothing was negotiated for the sender yet, or its direction does not let it send.
    #[error("the sender is not active: negotiate it with a direction that sends")]
    Inactive,
    /// The sender has no encoding of that name.
    #[error("the sender has no such encoding: name one of its parameters")]
    UnknownEncoding,
    /// The queue is full; [`MediaEvent::Writable`] follows.
    #[error("the queue of the sender is full: wait until it is writable")]
    Blocked,
    /// The frame does not fit its codec or the limits.
    #[error("the frame is malformed or too large for its codec")]
    Malformed,
    /// The packet's sequence number was used for another one.
    #[error("the sequence number was used for another packet")]
    SequenceUsed,
}

impl From<stonechat_media::SendError> for SendMediaError {
    fn from(error: stonechat_media::SendError) -> Self {
        match error {
            stonechat_media::SendError::Blocked => Self::Blocked,
            stonechat_media::SendError::Inactive => Self::Inactive,
            stonechat_media::SendError::SequenceUsed => Self::SequenceUsed,
            _ => Self::Malformed,
        }
    }
}

impl Layers {
    pub(super) fn apply_media(&mut self, now: Instant, plan: &Plan) {
        self.end_unplanned_media(now, plan);
        for sender in &plan.senders {
            self.apply_sender(now, sender);
        }
        for receiver in &plan.receivers {
            self.apply_receiver(now, receiver);
        }
        self.apply_extensions(plan);
    }

    fn end_unplanned_media(&mut self, now: Instant, plan: &Plan) {
        let gone: Vec<_> = self
            .media_table
            .senders
            .iter()
            .filter(|(name, entry)| {
                plan.senders
                    .iter()
                    .all(|planned| planned.id != **name || planned.transport != entry.transport)
            })
            .map(|(name, _)| *name)
            .collect();
        for name in gone {
            self.keep_sender(name);
            if let Some(entry) = self.media_table.senders.remove(&name)
                && let Some(transport) = self.transport_mut(entry.transport)
            {
                for layer in entry.layers {
                    let _ = transport.media.remove_sender(now, layer.id);
                }
            }
        }
        let gone: Vec<_> = self
            .media_table
            .receivers
            .iter()
            .filter(|(name, entry)| {
                plan.receivers
                    .iter()
                    .all(|planned| planned.id != **name || planned.transport != entry.transport)
            })
            .map(|(name, _)| *name)
            .collect();
        for name in gone {
            self.keep_receiver(name);
            self.media_table.heard.remove(&name);
            if let Some(entry) = self.media_table.receivers.remove(&name)
                && let Some(transport) = self.transport_mut(entry.transport)
            {
                for layer in entry.layers {
                    let _ = transport.media.remove_receiver(now, layer.id);
                }
                self.media_event(MediaEvent::Ended(name));
            }
        }
    }

    fn apply_sender(&mut self, now: Instant, plan: &SenderPlan) {
        let mut layers = match self.media_table.senders.get_mut(&plan.id) {
            Some(entry) if entry.plan == *plan => return,
            Some(entry) => std::mem::take(&mut entry.layers),
            None => Vec::new(),
        };
        let marking = self.config.packet_marking;
        let Some(transport) = self.transport_mut(plan.transport) else {
            return;
        };
        // An encoding stays the same as long as its source does.
        let mut kept = Vec::new();
        let mut has_new = false;
        for layer in layers.drain(..) {
            let Some((Ssrc(ssrc), _)) = transport.media.sender_sources(layer.id) else {
                continue;
            };
            if plan.encodings.iter().any(|encoding| encoding.ssrc == ssrc) {
                kept.push((ssrc, layer.id));
            } else {
                let _ = transport.media.remove_sender(now, layer.id);
            }
        }
        for encoding in &plan.encodings {
            let parameters = sender_parameters(plan, encoding, marking);
            let known = kept.iter().find(|(ssrc, _)| *ssrc == encoding.ssrc);
            let id = match known {
                Some((_, id)) => {
                    let _ = transport.media.set_sender_parameters(now, *id, parameters);
                    Ok(*id)
                }
                None => {
                    has_new = true;
                    transport.media.add_sender(SenderConfig {
                        ssrc: Some(Ssrc(encoding.ssrc)),
                        rtx_ssrc: encoding.rtx_ssrc.map(Ssrc),
                        parameters,
                    })
                }
            };
            match id {
                Ok(id) => layers.push(Layer {
                    rid: encoding.rid.clone(),
                    id,
                }),
                Err(error) => tracing::debug!(%error, "sender not added"),
            }
        }
        let entry = Entry {
            transport: plan.transport,
            layers,
            plan: plan.clone(),
        };
        self.media_table.senders.insert(plan.id, entry);
        if has_new {
            self.lead_new_sender(now, plan.id);
        }
    }

    fn apply_receiver(&mut self, now: Instant, plan: &ReceiverPlan) {
        let mut before = match self.media_table.receivers.get_mut(&plan.id) {
            Some(entry) if entry.plan == *plan => return,
            Some(entry) => std::mem::take(&mut entry.layers),
            None => Vec::new(),
        };
        if !plan.active {
            self.media_table.heard.remove(&plan.id);
        }
        let Some(transport) = self.transport_mut(plan.transport) else {
            return;
        };
        let rids: Vec<Option<&str>> = if plan.rids.is_empty() {
            vec![None]
        } else {
            plan.rids.iter().map(|rid| Some(rid.as_str())).collect()
        };
        before.retain(|layer| {
            let planned = rids.contains(&layer.rid.as_deref());
            if !planned {
                let _ = transport.media.remove_receiver(now, layer.id);
            }
            planned
        });
        let mut layers = Vec::new();
        let mut has_new = false;
        for (index, rid) in rids.into_iter().enumerate() {
            let parameters = receiver_parameters(plan, index, rid);
            let known = before.iter().find(|layer| layer.rid.as_deref() == rid);
            let id = match known {
                Some(layer) => {
                    let _ = transport
                        .media
                        .set_receiver_parameters(now, layer.id, parameters);
                    Ok(layer.id)
                }
                None => {
                    has_new = true;
                    add_receiver(&mut transport.media, parameters)
                }
            };
            match id {
                Ok(id) => layers.push(Layer {
                    rid: rid.map(str::to_owned),
                    id,
                }),
                Err(error) => tracing::debug!(%error, "receiver not added"),
            }
        }
        let entry = Entry {
            transport: plan.transport,
            layers,
            plan: plan.clone(),
        };
        self.media_table.receivers.insert(plan.id, entry);
        if has_new {
            self.lead_new_receiver(now, plan.id);
        }
    }

    /// What comes in by a transport is read by the numbers of all its sections together.
    fn apply_extensions(&mut self, plan: &Plan) {
        for transport in &mut self.transports {
            let numbered: Vec<_> = plan
                .receivers
                .iter()
                .filter(|receiver| receiver.transport == transport.id)
                .flat_map(|receiver| receiver.extensions.iter().cloned())
                .collect();
            transport.media.set_extensions(extension_ids(&numbered));
        }
    }

    pub(super) fn send_frame(
        &mut self,
        now: Instant,
        sender: SenderId,
        frame: &OutgoingFrame,
    ) -> Result<(), SendMediaError> {
        let (media, id) = self.sender(sender, frame.rid.as_ref())?;
        media
            .send_frame(now, id, frame)
            .map_err(SendMediaError::from)
    }

    pub(super) fn send_packet(
        &mut self,
        now: Instant,
        sender: SenderId,
        packet: OutgoingPacket,
    ) -> Result<(), SendMediaError> {
        let (media, id) = self.sender(sender, packet.rid.as_ref())?;
        media
            .send_packet(now, id, packet)
            .map_err(SendMediaError::from)
    }

    /// The media plane that an encoding of a sender belongs to, if it may send. Without a name it
    /// is the first one.
    pub(super) fn sender(
        &mut self,
        sender: SenderId,
        rid: Option<&Rid>,
    ) -> Result<(&mut Streams, stonechat_media::SenderId), SendMediaError> {
        let entry = self
            .media_table
            .senders
            .get(&sender)
            .ok_or(SendMediaError::Inactive)?;
        let layer = match rid {
            None => entry.layers.first(),
            Some(rid) => entry
                .layers
                .iter()
                .find(|layer| layer.rid.as_deref() == Some(rid.as_str())),
        };
        let id = layer.ok_or(SendMediaError::UnknownEncoding)?.id;
        let transport = entry.transport;
        let transport = self
            .transport_mut(transport)
            .ok_or(SendMediaError::Inactive)?;
        if transport.srtp.is_none() {
            return Err(SendMediaError::Inactive);
        }
        Ok((&mut transport.media, id))
    }

    pub(super) fn recv_frame(&mut self, now: Instant, receiver: ReceiverId) -> Option<MediaFrame> {
        self.recv(receiver, |media, id| media.recv_frame(now, id))
    }

    pub(super) fn recv_packet(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
    ) -> Option<ReceivedPacket> {
        self.recv(receiver, |media, id| media.recv_packet(now, id))
    }

    /// The first thing that any encoding of a receiver has.
    pub(super) fn recv<T>(
        &mut self,
        receiver: ReceiverId,
        mut take: impl FnMut(&mut Streams, stonechat_media::ReceiverId) -> Option<T>,
    ) -> Option<T> {
        let entry = self.media_table.receivers.get(&receiver)?;
        let index = self.index_of(entry.transport)?;
        let transport = self.transports.get_mut(index)?;
        entry
            .layers
            .iter()
            .find_map(|layer| take(&mut transport.media, layer.id))
    }

    pub(super) fn request_key_frame(&mut self, now: Instant, receiver: ReceiverId) {
        let request = |media: &mut Streams, id| -> Option<()> {
            let _ = media.request_keyframe(now, id);
            None
        };
        let _ = self.recv(receiver, request);
    }

    /// Flags: one of a kind for each sender and receiver.
    fn media_event(&mut self, event: MediaEvent) {
        if !self.media_events.contains(&event) {
            self.media_events.push_back(event);
        }
    }

    /// Tells the session that media comes, once until it stops.
    fn note_heard(&mut self, receiver: ReceiverId) {
        let entry = self.media_table.receivers.get(&receiver);
        if entry.is_some_and(|entry| entry.plan.active) && self.media_table.heard.insert(receiver) {
            self.facts.push_back(Fact::ReceiverActive { receiver });
        }
    }

    pub(super) fn on_media(&mut self, index: usize, event: stonechat_media::Event) {
        use stonechat_media::Event;
        let Some(transport) = self.transports.get(index).map(|transport| transport.id) else {
            return;
        };
        let table = &self.media_table;
        match event {
            Event::Readable(id) => {
                if let Some(receiver) = table.receiver(transport, id) {
                    self.note_heard(receiver);
                    self.media_event(MediaEvent::Readable(receiver));
                }
            }
            Event::SourceChanged(id, _) => {
                if let Some(receiver) = table.receiver(transport, id) {
                    self.media_table.heard.remove(&receiver);
                    self.note_heard(receiver);
                }
            }
            Event::Bye(id) => {
                if let Some(receiver) = table.receiver(transport, id) {
                    self.media_table.heard.remove(&receiver);
                    self.facts.push_back(Fact::ReceiverBye { receiver });
                }
            }
            Event::Tone(id) => {
                if let Some(receiver) = table.receiver(transport, id) {
                    self.media_event(MediaEvent::Tone(receiver));
                }
            }
            Event::UntransformedSent(id) => {
                if let Some(sender) = table.sender(transport, id) {
                    self.media_event(MediaEvent::UntransformedSent(sender));
                }
            }
            Event::UntransformedReceived(id) => {
                if let Some(receiver) = table.receiver(transport, id) {
                    self.media_event(MediaEvent::UntransformedReceived(receiver));
                }
            }
            Event::Writable(id) => {
                if let Some(sender) = table.sender(transport, id) {
                    self.media_event(MediaEvent::Writable(sender));
                }
            }
            Event::KeyframeRequested(id) => {
                if let Some(sender) = table.sender(transport, id) {
                    let rid = table.rid_of(sender, id);
                    self.facts
                        .push_back(Fact::KeyFrameRequested { sender, rid });
                }
            }
            _ => {}
        }
    }
}

impl MediaTable {
    fn sender(&self, transport: TransportId, id: stonechat_media::SenderId) -> Option<SenderId> {
        self.senders
            .iter()
            .find(|(_, entry)| entry.has(transport, &id))
            .map(|(name, _)| *name)
    }

    /// The name of an encoding of a sender, in simulcast.
    fn rid_of(&self, sender: SenderId, id: stonechat_media::SenderId) -> Option<String> {
        let layers = &self.senders.get(&sender)?.layers;
        let layer = layers.iter().find(|layer| layer.id == id)?;
        layer.rid.clone()
    }

    fn receiver(
        &self,
        transport: TransportId,
        id: stonechat_media::ReceiverId,
    ) -> Option<ReceiverId> {
        self.receivers
            .iter()
            .find(|(_, entry)| entry.has(transport, &id))
            .map(|(name, _)| *name)
    }
}

impl<Id: Eq, P> Entry<Id, P> {
    fn has(&self, transport: TransportId, id: &Id) -> bool {
        self.transport == transport && self.layers.iter().any(|layer| layer.id == *id)
    }
}

fn add_receiver(
    media: &mut Streams,
    parameters: ReceiverParameters,
) -> Result<stonechat_media::ReceiverId, stonechat_media::AddError> {
    match media.add_receiver(parameters.clone()) {
        // What the peer says of its sources contradicts itself: they are found otherwise.
        Err(stonechat_media::AddError::SourceInUse) => media.add_receiver(ReceiverParameters {
            ssrc: None,
            rtx_ssrc: None,
            ..parameters
        }),
        added => added,
    }
}

fn sender_parameters(
    plan: &SenderPlan,
    encoding: &EncodingPlan,
    marking: PacketMarking,
) -> SenderParameters {
    let rid = encoding.rid.as_deref();
    let preferred = plan.codec_of(rid).map(|codec| codec.payload_type);
    let mut codecs: Vec<CodecParameters> = plan
        .codecs
        .iter()
        .filter_map(|codec| codec_parameters(plan.kind, codec))
        .collect();
    // Frames that do not name a payload type have the first one.
    codecs.sort_by_key(|codec| Some(codec.payload_type.get()) != preferred);
    SenderParameters {
        mid: Mid::new(&plan.mid).ok(),
        rid: rid.and_then(|rid| Rid::new(rid).ok()),
        extensions: extension_ids(&plan.extensions),
        active: encoding.active,
        max_bitrate: encoding.max_bitrate.map(u64::from),
        weight: encoding.priority.weight(),
        dscp: marking.of_media(plan.kind, encoding.network_priority),
        ..SenderParameters::new(codecs)
    }
}

/// The parameters of encoding `index` of a receiver.
fn receiver_parameters(plan: &ReceiverPlan, index: usize, rid: Option<&str>) -> ReceiverParameters {
    let codecs = plan
        .codecs
        .iter()
        .filter_map(|codec| codec_parameters(plan.kind, codec))
        .collect();
    // Encodings of simulcast are told by their names, which packets carry, if that was negotiated.
    let by_name = rid.is_some()
        && (extension_ids(&plan.extensions).rid.is_some() || plan.sources.len() != plan.rids.len());
    let source = plan.sources.get(index).filter(|_| !by_name);
    ReceiverParameters {
        mid: Mid::new(&plan.mid).ok(),
        rid: rid.and_then(|rid| Rid::new(rid).ok()),
        ssrc: source.map(|(ssrc, _)| Ssrc(*ssrc)),
        rtx_ssrc: source.and_then(|(_, rtx)| rtx.map(Ssrc)),
        delivery: plan.delivery,
        wait: plan.wait,
        ..ReceiverParameters::new(codecs)
    }
}

fn codec_parameters(kind: Kind, plan: &CodecPlan) -> Option<CodecParameters> {
    let codec = match plan.name.to_ascii_lowercase().as_str() {
        "opus" => Codec::Opus,
        "pcmu" => Codec::Pcmu,
        "pcma" => Codec::Pcma,
        "vp8" => Codec::Vp8,
        "telephone-event" => Codec::TelephoneEvent {
            clock_rate: plan.clock_rate,
        },
        "h264" if plan.parameters.contains("packetization-mode=1") => {
            Codec::H264(PacketizationMode::NonInterleaved)
        }
        "h264" => Codec::H264(PacketizationMode::SingleNal),
        "av1" => Codec::Av1,
        _ => Codec::Other {
            kind: match kind {
                Kind::Audio => MediaKind::Audio,
                Kind::Video => MediaKind::Video,
            },
            clock_rate: plan.clock_rate,
        },
    };
    Some(CodecParameters {
        payload_type: PayloadType::new(plan.payload_type)?,
        codec,
        rtx: plan.rtx.and_then(PayloadType::new),
        nack: plan.has_feedback("nack"),
        pli: plan.has_feedback("nack pli"),
        fir: plan.has_feedback("ccm fir"),
    })
}

fn extension_ids(plan: &[ExtensionPlan]) -> ExtensionIds {
    let id = |uri: &str| {
        let extension = plan.iter().find(|extension| extension.uri == uri)?;
        ExtensionId::new(extension.id)
    };
    ExtensionIds {
        mid: id("urn:ietf:params:rtp-hdrext:sdes:mid"),
        rid: id("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"),
        repaired_rid: id("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
        abs_send_time: id("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
        transport_sequence: id(
            "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        ),
        audio_level: id("urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
        mixer_levels: id("urn:ietf:params:rtp-hdrext:csrc-audio-level"),
        dependency_descriptor: id(DependencyDescriptor::URI),
    }
}
