//! Senders and receivers: from the plan to the media plane of each transport, and back to names.

use std::collections::BTreeMap;
use std::time::Instant;

use stonechat_media::{
    Codec, CodecParameters, ExtensionIds, MediaFrame, MediaKind, OutgoingFrame, OutgoingPacket,
    PacketizationMode, ReceivedPacket, ReceiverParameters, ReceiverTransform, SenderConfig,
    SenderParameters, SenderTransform, Streams,
};
use stonechat_rtp::{ExtensionId, Mid, PayloadType, Ssrc};

use super::layers::Layers;
use crate::fact::Fact;
use crate::id::{Kind, ReceiverId, SenderId, TransportId};
use crate::plan::{CodecPlan, ExtensionPlan, Plan, ReceiverPlan, SenderPlan};

/// The senders and receivers of a connection by the names of the session.
#[derive(Debug, Default)]
pub(super) struct MediaTable {
    pub(super) senders: BTreeMap<SenderId, Entry<stonechat_media::SenderId, SenderPlan>>,
    pub(super) receivers: BTreeMap<ReceiverId, Entry<stonechat_media::ReceiverId, ReceiverPlan>>,
    /// What frames go through, also of those that are not there yet.
    pub(super) sender_transforms: BTreeMap<SenderId, SenderTransform>,
    pub(super) receiver_transforms: BTreeMap<ReceiverId, ReceiverTransform>,
}

#[derive(Debug)]
pub(super) struct Entry<Id, P> {
    pub(super) transport: TransportId,
    pub(super) id: Id,
    pub(super) plan: P,
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
            if let Some(entry) = self.media_table.senders.remove(&name)
                && let Some(transport) = self.transport_mut(entry.transport)
            {
                let _ = transport.media.remove_sender(now, entry.id);
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
            if let Some(entry) = self.media_table.receivers.remove(&name)
                && let Some(transport) = self.transport_mut(entry.transport)
            {
                let _ = transport.media.remove_receiver(now, entry.id);
                self.media_event(MediaEvent::Ended(name));
            }
        }
    }

    fn apply_sender(&mut self, now: Instant, plan: &SenderPlan) {
        let parameters = sender_parameters(plan);
        if let Some(entry) = self.media_table.senders.get_mut(&plan.id) {
            if entry.plan != *plan {
                entry.plan = plan.clone();
                let (transport, id) = (entry.transport, entry.id);
                if let Some(transport) = self.transport_mut(transport) {
                    let _ = transport.media.set_sender_parameters(now, id, parameters);
                }
            }
            return;
        }
        let config = SenderConfig {
            ssrc: Some(Ssrc(plan.ssrc)),
            rtx_ssrc: plan.rtx_ssrc.map(Ssrc),
            parameters,
        };
        let Some(transport) = self.transport_mut(plan.transport) else {
            return;
        };
        match transport.media.add_sender(config) {
            Ok(id) => {
                let entry = Entry {
                    transport: plan.transport,
                    id,
                    plan: plan.clone(),
                };
                self.media_table.senders.insert(plan.id, entry);
                self.lead_new_sender(now, plan.id);
            }
            Err(error) => tracing::debug!(%error, "sender not added"),
        }
    }

    fn apply_receiver(&mut self, now: Instant, plan: &ReceiverPlan) {
        let parameters = receiver_parameters(plan);
        if let Some(entry) = self.media_table.receivers.get_mut(&plan.id) {
            if entry.plan != *plan {
                entry.plan = plan.clone();
                let (transport, id) = (entry.transport, entry.id);
                if let Some(transport) = self.transport_mut(transport) {
                    let _ = transport.media.set_receiver_parameters(now, id, parameters);
                }
            }
            return;
        }
        let Some(transport) = self.transport_mut(plan.transport) else {
            return;
        };
        let added = transport
            .media
            .add_receiver(parameters.clone())
            .or_else(|error| match error {
                // What the peer says of its sources contradicts itself: they are found otherwise.
                stonechat_media::AddError::SourceInUse => {
                    transport.media.add_receiver(ReceiverParameters {
                        ssrc: None,
                        rtx_ssrc: None,
                        ..parameters
                    })
                }
                error => Err(error),
            });
        match added {
            Ok(id) => {
                let entry = Entry {
                    transport: plan.transport,
                    id,
                    plan: plan.clone(),
                };
                self.media_table.receivers.insert(plan.id, entry);
                self.lead_new_receiver(now, plan.id);
            }
            Err(error) => tracing::debug!(%error, "receiver not added"),
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
        let (media, id) = self.sender(sender)?;
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
        let (media, id) = self.sender(sender)?;
        media
            .send_packet(now, id, packet)
            .map_err(SendMediaError::from)
    }

    /// The media plane that a sender belongs to, if it may send.
    pub(super) fn sender(
        &mut self,
        sender: SenderId,
    ) -> Result<(&mut Streams, stonechat_media::SenderId), SendMediaError> {
        let entry = self
            .media_table
            .senders
            .get(&sender)
            .ok_or(SendMediaError::Inactive)?;
        let (transport, id) = (entry.transport, entry.id);
        let transport = self
            .transport_mut(transport)
            .ok_or(SendMediaError::Inactive)?;
        if transport.srtp.is_none() {
            return Err(SendMediaError::Inactive);
        }
        Ok((&mut transport.media, id))
    }

    pub(super) fn recv_frame(&mut self, now: Instant, receiver: ReceiverId) -> Option<MediaFrame> {
        let entry = self.media_table.receivers.get(&receiver)?;
        let (transport, id) = (entry.transport, entry.id);
        self.transport_mut(transport)?.media.recv_frame(now, id)
    }

    pub(super) fn recv_packet(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
    ) -> Option<ReceivedPacket> {
        let entry = self.media_table.receivers.get(&receiver)?;
        let (transport, id) = (entry.transport, entry.id);
        self.transport_mut(transport)?.media.recv_packet(now, id)
    }

    pub(super) fn request_key_frame(&mut self, now: Instant, receiver: ReceiverId) {
        let Some(entry) = self.media_table.receivers.get(&receiver) else {
            return;
        };
        let (transport, id) = (entry.transport, entry.id);
        if let Some(transport) = self.transport_mut(transport) {
            let _ = transport.media.request_keyframe(now, id);
        }
    }

    /// Flags: one of a kind for each sender and receiver.
    fn media_event(&mut self, event: MediaEvent) {
        if !self.media_events.contains(&event) {
            self.media_events.push_back(event);
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
                    self.media_event(MediaEvent::Readable(receiver));
                }
            }
            Event::SourceChanged(id, _) => {
                if let Some(receiver) = table.receiver(transport, id) {
                    self.facts.push_back(Fact::ReceiverActive { receiver });
                }
            }
            Event::Bye(id) => {
                if let Some(receiver) = table.receiver(transport, id) {
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
                    self.facts.push_back(Fact::KeyFrameRequested { sender });
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
            .find(|(_, entry)| entry.transport == transport && entry.id == id)
            .map(|(name, _)| *name)
    }

    fn receiver(
        &self,
        transport: TransportId,
        id: stonechat_media::ReceiverId,
    ) -> Option<ReceiverId> {
        self.receivers
            .iter()
            .find(|(_, entry)| entry.transport == transport && entry.id == id)
            .map(|(name, _)| *name)
    }
}

fn sender_parameters(plan: &SenderPlan) -> SenderParameters {
    SenderParameters {
        codecs: plan
            .codecs
            .iter()
            .filter_map(|codec| codec_parameters(plan.kind, codec))
            .collect(),
        mid: Mid::new(&plan.mid).ok(),
        rid: None,
        extensions: extension_ids(&plan.extensions),
        active: plan.active,
    }
}

fn receiver_parameters(plan: &ReceiverPlan) -> ReceiverParameters {
    let codecs = plan
        .codecs
        .iter()
        .filter_map(|codec| codec_parameters(plan.kind, codec))
        .collect();
    let source = plan.sources.first();
    ReceiverParameters {
        mid: Mid::new(&plan.mid).ok(),
        ssrc: source.map(|(ssrc, _)| Ssrc(*ssrc)),
        rtx_ssrc: source.and_then(|(_, rtx)| rtx.map(Ssrc)),
        delivery: plan.delivery,
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
    }
}
