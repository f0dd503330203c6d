//! Peer connections whose steps their owner pulls, for bindings to other languages.
//!
//! The handles of this crate see a step only after it ran: their events wait in queues. A language
//! in which `onnegotiationneeded` runs before anything else can happen needs it the other way
//! round: what the handler calls has to be seen by the next step. The owner of a
//! [`PulledPeerConnection`] therefore runs each step himself, on a thread of his own, and
//! dispatches its events before he pulls the next. Packets go on meanwhile: a step that is not
//! pulled stops events, promises and, by their credit, messages, but never ICE, DTLS, SCTP or RTP.
//!
//! ```no_run
//! use std::sync::mpsc;
//!
//! use stonechat::pulled::{Answer, Call, Event, Value};
//! use stonechat::{Api, RtcConfiguration, RtcOfferOptions};
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = tokio::runtime::Runtime::new()?;
//! let _inside = runtime.enter();
//! let (ready, is_ready) = mpsc::sync_channel(1);
//! // One signal that waits is enough.
//! let wake = move || drop(ready.try_send(()));
//! let pc = Api::default().pulled_peer_connection(RtcConfiguration::default(), wake)?;
//!
//! let Answer::Promise(offer) = pc.call(Call::CreateOffer(RtcOfferOptions::default())) else {
//!     return Err("the call was refused".into());
//! };
//! while is_ready.recv().is_ok() {
//!     while let Some(step) = pc.next_step() {
//!         for event in &step.fire {
//!             if let Event::SignalingStateChange(state) = event {
//!                 println!("{}", state.as_str()); // what it calls is seen by the next step
//!             }
//!         }
//!         for (promise, result) in step.settle {
//!             if promise == offer && let Value::Description(offer) = result? {
//!                 println!("{}", offer.sdp);
//!             }
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use stonechat_peerconnection::session::{
    ChannelView, SctpView, TransceiverView, TransportView,
};
pub use stonechat_peerconnection::stats::StatsSelector;
pub use stonechat_peerconnection::{
    Answer, Call, ChannelId, DtlsFact, Event, MessageKind, PromiseId, ReceiverId, SenderId,
    Session, Step, TrackInfo, TransceiverId, TransportId, Value, Which,
};

use crate::media_stream::MediaStream;
use crate::media_stream_track::MediaStreamTrack;
use crate::rtc_peer_connection::{RtcPeerConnection, TrackOrKind};
use crate::rtc_rtp_sender::RtcRtpSender;
use crate::rtc_rtp_transceiver::RtcRtpTransceiver;
use crate::shared::State;
use crate::{MediaKind, RtcRtpTransceiverInit};

/// A peer connection whose steps its owner pulls.
///
/// Made by [`Api::pulled_peer_connection`](crate::Api::pulled_peer_connection). All methods return
/// at once. When it and all clones of its [handle](Self::peer_connection) are dropped it closes.
#[derive(Clone, Debug)]
pub struct PulledPeerConnection {
    handle: RtcPeerConnection,
    /// Tracks that senders get when the promise of `replaceTrack()` resolves.
    replacements: Arc<Mutex<Replacements>>,
}

type Replacements = BTreeMap<PromiseId, (SenderId, Option<MediaStreamTrack>)>;

impl PulledPeerConnection {
    pub(crate) fn new(handle: RtcPeerConnection) -> Self {
        Self {
            handle,
            replacements: Arc::default(),
        }
    }

    /// Does what an application asks, as far as it happens at once. What it changed can be
    /// [read](Self::session) when it returns; the outcome of a promise comes with a later step.
    ///
    /// A track that is given by its [`TrackInfo`] sends no media: see
    /// [`add_track`](Self::add_track), [`add_transceiver`](Self::add_transceiver),
    /// [`remove_track`](Self::remove_track) and [`replace_track`](Self::replace_track).
    pub fn call(&self, call: Call) -> Answer {
        if matches!(call, Call::GetStats(_)) {
            self.handle.shared().report_media();
        }
        match self.handle.shared().call(call) {
            Ok(answer) => answer,
            Err(error) => Answer::Failed(error),
        }
    }

    /// Runs the next step, if there is one. Its events are to be dispatched, and its promises to
    /// be settled, before the next step is pulled; [`Step::more`] says that this continues the
    /// same task.
    ///
    /// # Limits
    ///
    /// The credit of the messages of a step is given back with
    /// [`return_credit`](Self::return_credit); without it no more messages arrive than
    /// [`Config`](crate::Config) allows.
    pub fn next_step(&self) -> Option<Step> {
        let step = self.handle.shared().pull_step()?;
        for (promise, result) in &step.settle {
            let replacement = self.replacements().remove(promise);
            if let Some((sender, track)) = replacement
                && result.is_ok()
            {
                self.sender(sender).set_track(track.as_ref());
            }
        }
        Some(step)
    }

    /// [`Call::AddTrack`] of a track whose media is sent then; `streams` are ids.
    pub fn add_track(&self, track: &MediaStreamTrack, streams: &[&str]) -> Answer {
        match self.handle.add_track(track, streams) {
            Ok(sender) => Answer::Sender(sender.id()),
            Err(error) => Answer::Failed(error),
        }
    }

    /// [`Call::AddTransceiver`] with a track whose media is sent then, or of a kind.
    pub fn add_transceiver(
        &self,
        track: Option<&MediaStreamTrack>,
        kind: MediaKind,
        init: RtcRtpTransceiverInit,
    ) -> Answer {
        let track_or_kind = track.map_or(TrackOrKind::Kind(kind), TrackOrKind::Track);
        match self.handle.add_transceiver(track_or_kind, init) {
            Ok(transceiver) => Answer::Transceiver(TransceiverId(transceiver.sender().id().0)),
            Err(error) => Answer::Failed(error),
        }
    }

    /// [`Call::RemoveTrack`]: the media of the track is sent no more.
    pub fn remove_track(&self, sender: SenderId) -> Answer {
        match self.handle.remove_track(&self.sender(sender)) {
            Ok(()) => Answer::Done,
            Err(error) => Answer::Failed(error),
        }
    }

    /// [`Call::ReplaceTrack`]: the media of this track is sent, or none, from the step on that
    /// resolves the promise.
    pub fn replace_track(&self, sender: SenderId, track: Option<&MediaStreamTrack>) -> Answer {
        let mut replacements = self.replacements();
        let answer = self.call(Call::ReplaceTrack(
            sender,
            track.map(MediaStreamTrack::info),
        ));
        if let Answer::Promise(promise) = &answer {
            replacements.insert(*promise, (sender, track.cloned()));
        }
        answer
    }

    /// How many tasks wait. Each is a step at least, unless something that arrives takes it back.
    #[must_use]
    pub fn waiting_tasks(&self) -> usize {
        self.session().waiting_tasks()
    }

    /// Gives back what [`Step::returned`] has for `channel`, in octets, when the application took
    /// the messages: more may come.
    pub fn return_credit(&self, channel: ChannelId, octets: u64) {
        self.handle.shared().return_credit(channel, octets);
    }

    /// What an application can see, as the last call or step left it. The driver waits for the
    /// view to be dropped.
    #[must_use]
    pub fn session(&self) -> SessionView<'_> {
        SessionView(self.handle.shared().session())
    }

    /// The handle of an ordinary peer connection, for tracks, senders, receivers and transforms,
    /// whose media flows by itself.
    ///
    /// Its promises settle when their step is pulled. It has no events: they are in the steps.
    #[must_use]
    pub fn peer_connection(&self) -> &RtcPeerConnection {
        &self.handle
    }

    /// The transceiver of this name.
    #[must_use]
    pub fn transceiver(&self, id: TransceiverId) -> Option<RtcRtpTransceiver> {
        let shared = self.handle.shared();
        let exists = shared.session().transceiver(id).is_some();
        exists.then(|| RtcRtpTransceiver::new(shared, id))
    }

    fn sender(&self, id: SenderId) -> RtcRtpSender {
        RtcRtpSender::new(self.handle.shared(), id)
    }

    fn replacements(&self) -> MutexGuard<'_, Replacements> {
        self.replacements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The streams of these ids that the peer sends: the same objects as long as they are held.
    #[must_use]
    pub fn remote_streams(&self, ids: &[String]) -> Vec<MediaStream> {
        self.handle.shared().session().hub.remote_streams(ids)
    }
}

/// What an application can see of a peer connection; it can be read like a [`Session`].
pub struct SessionView<'a>(MutexGuard<'a, State>);

impl Deref for SessionView<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0.session
    }
}

impl std::fmt::Debug for SessionView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionView")
    }
}
