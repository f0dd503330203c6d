//! Where the events and promises of a session go: queues that lose nothing, watches of states,
//! and nothing that keeps the session itself alive.

use std::collections::BTreeMap;
use std::sync::Arc;

use stonechat_peerconnection::{
    Call, ChannelId, ConnectionState, EncodingHints, Event, IceConnectionState, IceGatheringState,
    IdentityAssertion, PromiseId, ReceiverId, SenderId, Session, SignalingState, Step, TransportId,
    Value,
};
use tokio::sync::{oneshot, watch};

use crate::encoded_transform::{RtcRtpSenderTransform, Transforms};
use crate::error::RtcError;
use crate::events::{EventSource, Events};
use crate::media_stream::{MediaStream, RemoteStreams};
use crate::media_stream_track::{MediaCodecs, MediaStreamTrack, TrackCore};
use crate::rtc_data_channel::{ChannelCore, RawChannelEvent};
use crate::rtc_dtmf_sender::{DtmfEvent, RtcDtmfToneChangeEvent};
use crate::rtc_rtp_receiver::Tones;
use crate::rtc_rtp_sender::SenderCore;

/// Where events go.
pub(crate) struct Hub {
    events: EventSource<ConnectionEvent>,
    transports: BTreeMap<TransportId, TransportSources>,
    pub(crate) sctp: EventSource<Event>,
    channels: BTreeMap<ChannelId, Arc<ChannelCore>>,
    tracks: BTreeMap<ReceiverId, Arc<TrackCore>>,
    streams: RemoteStreams,
    codecs: Arc<MediaCodecs>,
    senders: BTreeMap<SenderId, Arc<SenderCore>>,
    promises: BTreeMap<PromiseId, oneshot::Sender<Result<Value, RtcError>>>,
    /// `tonechange` by sender.
    tones: BTreeMap<SenderId, EventSource<DtmfEvent>>,
    /// Tones that receivers heard.
    heard: BTreeMap<ReceiverId, Arc<Tones>>,
    pub(crate) transforms: Transforms,
    /// Those who wait for `peerIdentity`.
    peer_identity: Vec<oneshot::Sender<Result<IdentityAssertion, RtcError>>>,
    hints: BTreeMap<SenderId, watch::Sender<Vec<EncodingHints>>>,
    pub(crate) states: States,
}

/// An event of the peer connection itself.
#[derive(Clone)]
pub(crate) enum ConnectionEvent {
    /// `datachannel`; the channel may be closed again when somebody looks.
    DataChannel(Arc<ChannelCore>),
    Other(Event),
}

/// Where the events of a transport go.
#[derive(Default)]
pub(crate) struct TransportSources {
    pub(crate) ice: EventSource<Event>,
    pub(crate) dtls: EventSource<Event>,
}

/// The states of a peer connection, to be waited for.
pub(crate) struct States {
    pub(crate) connection: watch::Sender<ConnectionState>,
    pub(crate) ice_connection: watch::Sender<IceConnectionState>,
    pub(crate) ice_gathering: watch::Sender<IceGatheringState>,
    pub(crate) signaling: watch::Sender<SignalingState>,
    pub(crate) finished: watch::Sender<bool>,
}

impl Hub {
    pub(crate) fn new(session: &Session, codecs: Arc<MediaCodecs>) -> Self {
        Self {
            events: EventSource::default(),
            transports: BTreeMap::new(),
            sctp: EventSource::default(),
            channels: BTreeMap::new(),
            tracks: BTreeMap::new(),
            streams: RemoteStreams::default(),
            codecs,
            senders: BTreeMap::new(),
            promises: BTreeMap::new(),
            tones: BTreeMap::new(),
            heard: BTreeMap::new(),
            transforms: Transforms::default(),
            peer_identity: Vec::new(),
            hints: BTreeMap::new(),
            states: States {
                connection: watch::Sender::new(session.connection_state()),
                ice_connection: watch::Sender::new(session.ice_connection_state()),
                ice_gathering: watch::Sender::new(session.ice_gathering_state()),
                signaling: watch::Sender::new(session.signaling_state()),
                finished: watch::Sender::new(false),
            },
        }
    }

    /// A queue of all events from now on; the first one also has those of before.
    pub(crate) fn subscribe(&mut self) -> Events<ConnectionEvent> {
        self.events.subscribe()
    }

    /// Where the events of a transport go; made with its first mention.
    pub(crate) fn transport(&mut self, id: TransportId) -> &mut TransportSources {
        let is_ended = *self.states.finished.borrow();
        self.transports.entry(id).or_insert_with(|| {
            let mut sources = TransportSources::default();
            if is_ended {
                sources.end();
            }
            sources
        })
    }

    pub(crate) fn expect(
        &mut self,
        promise: PromiseId,
        settle: oneshot::Sender<Result<Value, RtcError>>,
    ) {
        self.promises.insert(promise, settle);
    }

    /// Tells `settle` what becomes of the promise `peerIdentity`.
    pub(crate) fn expect_peer_identity(
        &mut self,
        settle: oneshot::Sender<Result<IdentityAssertion, RtcError>>,
    ) {
        // Those who gave up must not add up.
        self.peer_identity.retain(|waiting| !waiting.is_closed());
        self.peer_identity.push(settle);
    }

    /// The channel of this name; made with its first mention.
    pub(crate) fn channel(&mut self, session: &Session, id: ChannelId) -> Arc<ChannelCore> {
        let core = self.channels.entry(id).or_insert_with(|| {
            let view = session.channel(id);
            Arc::new(ChannelCore::new(id, view))
        });
        Arc::clone(core)
    }

    /// What raw media counted, for statistics.
    pub(crate) fn media_reports(&self) -> Vec<Call> {
        let decoded = self.tracks.iter().filter_map(|(receiver, track)| {
            let report = Box::new(track.decode_report()?);
            Some(Call::ReportDecode(*receiver, report))
        });
        let sources = self.senders.values().filter_map(|sender| {
            let track = sender.track();
            let track = track.as_ref()?;
            let report = Box::new(track.source_report()?);
            let track = track.id().to_owned();
            Some(Call::ReportSource { track, report })
        });
        decoded.chain(sources).collect()
    }

    pub(crate) fn track(&self, receiver: ReceiverId) -> Option<&Arc<TrackCore>> {
        self.tracks.get(&receiver)
    }

    /// The track of a receiver; made with its first mention.
    pub(crate) fn remote_track(&mut self, session: &Session, id: ReceiverId) -> Arc<TrackCore> {
        let core = self.tracks.entry(id).or_insert_with(|| {
            let transceiver = session.transceiver(stonechat_peerconnection::TransceiverId(id.0));
            TrackCore::remote(transceiver.as_ref(), &self.codecs)
        });
        Arc::clone(core)
    }

    /// The streams of these ids that the peer sends.
    pub(crate) fn remote_streams(&mut self, ids: &[String]) -> Vec<MediaStream> {
        ids.iter().map(|id| self.streams.get(id)).collect()
    }

    /// What senders of this name have in common.
    pub(crate) fn sender(&mut self, id: SenderId) -> Arc<SenderCore> {
        Arc::clone(self.senders.entry(id).or_default())
    }

    /// Where `tonechange` of a sender goes; made with its first mention.
    pub(crate) fn tones(&mut self, id: SenderId) -> &mut EventSource<DtmfEvent> {
        let is_ended = *self.states.finished.borrow();
        self.tones.entry(id).or_insert_with(|| {
            let mut source = EventSource::default();
            if is_ended {
                source.end();
            }
            source
        })
    }

    /// The tones that a receiver heard; made with the first mention.
    pub(crate) fn heard(&mut self, id: ReceiverId) -> Arc<Tones> {
        let is_ended = *self.states.finished.borrow();
        let tones = self.heard.entry(id).or_insert_with(|| {
            let tones = Tones::default();
            if is_ended {
                tones.end();
            }
            Arc::new(tones)
        });
        Arc::clone(tones)
    }

    /// Watches what the encoder of a sender should do.
    pub(crate) fn watch_hints(
        &mut self,
        session: &Session,
        id: SenderId,
    ) -> watch::Receiver<Vec<EncodingHints>> {
        let hints = self
            .hints
            .entry(id)
            .or_insert_with(|| watch::Sender::new(session.encoding_hints(id)));
        hints.subscribe()
    }

    pub(crate) fn writable(&self, sender: SenderId) {
        if let Some(core) = self.senders.get(&sender) {
            core.writable.notify_waiters();
        }
    }

    pub(crate) fn publish(&mut self, session: &mut Session, step: Step) {
        self.publish_states(session);
        let mut taken = 0;
        let mut joins = joins(&step.fire);
        for event in step.fire {
            if matches!(event, Event::Track { .. }) {
                self.join_streams(session, &mut joins);
            }
            taken += usize::from(self.dispatch(session, event));
        }
        // Messages that nobody will take give their credit back at once.
        for (channel, octets) in step.returned.into_iter().skip(taken) {
            session.return_credit(channel, octets);
        }
        for channel in step.drained {
            if let Some(channel) = self.channels.get(&channel) {
                channel.has_room();
            }
        }
        for (promise, result) in step.settle {
            if let Some(settle) = self.promises.remove(&promise) {
                let _ = settle.send(result);
            }
        }
    }

    /// Does what a step means for tracks, streams and promises of handles; its events are for the
    /// owner who pulled it.
    pub(crate) fn follow(&mut self, session: &Session, step: &Step) {
        self.publish_states(session);
        let mut joins = joins(&step.fire);
        for event in &step.fire {
            if matches!(event, Event::Track { .. }) {
                self.join_streams(session, &mut joins);
            }
            self.follow_media(session, event);
        }
        for (promise, result) in &step.settle {
            if let Some(settle) = self.promises.remove(promise) {
                let _ = settle.send(result.clone());
            }
        }
    }

    fn publish_states(&mut self, session: &Session) {
        self.states
            .connection
            .send_if_modified(|state| set(state, session.connection_state()));
        self.states
            .ice_connection
            .send_if_modified(|state| set(state, session.ice_connection_state()));
        self.states
            .ice_gathering
            .send_if_modified(|state| set(state, session.ice_gathering_state()));
        self.states
            .signaling
            .send_if_modified(|state| set(state, session.signaling_state()));
        self.hints.retain(|sender, hints| {
            hints.send_if_modified(|hints| set(hints, session.encoding_hints(*sender)));
            hints.receiver_count() > 0
        });
    }

    /// All tracks are in their streams before the first `track` fires.
    fn join_streams(&mut self, session: &Session, joins: &mut Vec<(ReceiverId, Vec<String>)>) {
        for (receiver, streams) in joins.drain(..) {
            let track = MediaStreamTrack::from_core(self.remote_track(session, receiver));
            self.streams.join(receiver, &track, &streams);
        }
    }

    /// Does what an event means for tracks and encoders; `true` if nobody else has to hear of it.
    fn follow_media(&mut self, session: &Session, event: &Event) -> bool {
        match event {
            Event::TrackRemoved { receiver, streams } => {
                let track = MediaStreamTrack::from_core(self.remote_track(session, *receiver));
                self.streams.leave(*receiver, &track, streams);
            }
            Event::TrackMuted(receiver) => self.remote_track(session, *receiver).set_muted(true),
            Event::TrackUnmuted(receiver) => {
                self.remote_track(session, *receiver).set_muted(false);
            }
            Event::TrackEnded(receiver) => self.remote_track(session, *receiver).end(),
            Event::KeyFrameRequested { sender, rid } => {
                self.on_key_frame_request(*sender, rid.clone());
                return true;
            }
            Event::KeyFrameWanted { sender, rid } => {
                // A flag, so that a peer that asks all the time fills no queue.
                self.sender(*sender).ask_for_key_frame(rid.clone());
                return true;
            }
            _ => {}
        }
        false
    }

    /// Gives an event to its object; `true` if it is a message whose credit its reader returns.
    fn dispatch(&mut self, session: &Session, event: Event) -> bool {
        match event {
            Event::ChannelMessage {
                channel,
                kind,
                data,
            } => {
                let core = self.channel(session, channel);
                core.push(session, RawChannelEvent::Message { kind, data })
            }
            Event::ChannelOpen(channel) => {
                self.channel(session, channel)
                    .push(session, RawChannelEvent::Open);
                false
            }
            Event::ChannelBufferedAmountLow(channel) => {
                self.channel(session, channel)
                    .push(session, RawChannelEvent::BufferedAmountLow);
                false
            }
            Event::ChannelClosing(channel) => {
                self.channel(session, channel)
                    .push(session, RawChannelEvent::Closing);
                false
            }
            Event::ChannelError(channel, error) => {
                self.channel(session, channel)
                    .push(session, RawChannelEvent::Error(error));
                false
            }
            Event::ChannelClose(channel) => {
                self.channel(session, channel)
                    .push(session, RawChannelEvent::Close);
                self.channels.remove(&channel);
                false
            }
            Event::DataChannel(channel) => {
                let core = self.channel(session, channel);
                self.events.fire(ConnectionEvent::DataChannel(core));
                false
            }
            Event::IceTransportStateChange(id, _)
            | Event::IceTransportGatheringStateChange(id, _)
            | Event::SelectedCandidatePairChange(id) => {
                self.transport(id).ice.fire(event);
                false
            }
            Event::DtlsTransportStateChange(id, _) | Event::DtlsTransportError(id, _) => {
                self.transport(id).dtls.fire(event);
                false
            }
            Event::SctpTransportStateChange(_) => {
                self.sctp.fire(event);
                false
            }
            Event::PeerIdentity(result) => {
                for settle in self.peer_identity.drain(..) {
                    let _ = settle.send(result.clone());
                }
                false
            }
            Event::ToneChange { sender, tone } => {
                let event = RtcDtmfToneChangeEvent::new(tone.as_str());
                self.tones(sender).fire(DtmfEvent::ToneChange(event));
                false
            }
            event => {
                if !self.follow_media(session, &event) {
                    self.events.fire(ConnectionEvent::Other(event));
                }
                false
            }
        }
    }

    /// The peer asks for a key frame: the transform of the frames is asked first.
    fn on_key_frame_request(&mut self, sender: SenderId, rid: Option<String>) {
        match self.transforms.sender(sender) {
            Some(RtcRtpSenderTransform::Script(script)) => {
                script.core.on_key_frame_request(rid);
            }
            _ => self.sender(sender).ask_for_key_frame(rid),
        }
    }

    /// Nothing follows: every queue ends.
    pub(crate) fn finish(&mut self) {
        self.states.connection.send_replace(ConnectionState::Closed);
        self.states
            .ice_connection
            .send_replace(IceConnectionState::Closed);
        self.states.signaling.send_replace(SignalingState::Closed);
        self.states.finished.send_replace(true);
        self.events.end();
        self.transports.values_mut().for_each(TransportSources::end);
        self.sctp.end();
        self.promises.clear();
        self.transforms.end();
        for tones in self.tones.values_mut() {
            tones.end();
        }
        for heard in self.heard.values() {
            heard.end();
        }
        self.peer_identity.clear();
        self.hints.clear();
        for channel in std::mem::take(&mut self.channels).into_values() {
            channel.close();
        }
        for track in std::mem::take(&mut self.tracks).into_values() {
            track.end();
        }
        for sender in std::mem::take(&mut self.senders).into_values() {
            sender.writable.notify_waiters();
        }
    }
}

/// Which tracks of receivers come into which streams.
fn joins(events: &[Event]) -> Vec<(ReceiverId, Vec<String>)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Track {
                receiver, streams, ..
            } => Some((*receiver, streams.clone())),
            _ => None,
        })
        .collect()
}

impl TransportSources {
    fn end(&mut self) {
        self.ice.end();
        self.dtls.end();
    }
}

fn set<T: PartialEq>(state: &mut T, now: T) -> bool {
    let changed = *state != now;
    *state = now;
    changed
}
