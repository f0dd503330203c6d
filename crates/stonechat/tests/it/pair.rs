//! Two peers that signal to each other in order, as over a WebSocket, by perfect negotiation.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stonechat::{
    Api, Events, MediaStreamTrack, PeerConnectionEvent, RtcConfiguration, RtcDataChannel,
    RtcDataChannelEvent, RtcIceCandidateInit, RtcPeerConnection, RtcPeerConnectionState,
    RtcSdpType, RtcSessionDescription, RtcSignalingState, RtcTrackEvent,
};
use tokio::sync::mpsc;

/// What signalling carries.
#[derive(Debug)]
pub(crate) enum Signal {
    Description(RtcSessionDescription),
    Candidate(RtcIceCandidateInit),
}

/// Who gives way when offers collide.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Manners {
    Polite,
    Impolite,
}

/// A peer connection whose negotiation runs by itself; what else happens to it is in `events`.
pub(crate) struct Peer {
    pub(crate) pc: RtcPeerConnection,
    pub(crate) events: mpsc::UnboundedReceiver<PeerConnectionEvent>,
    /// Events that nobody asked for yet.
    passed: Vec<PeerConnectionEvent>,
    /// Offers of the other side that were ignored because they met one of ours.
    pub(crate) ignored: Arc<AtomicU64>,
}

/// An API that uses the loopback interface alone where that is all there is.
pub(crate) fn api() -> Api {
    Api::default().configure(|config| config.connection.ice.include_loopback = true)
}

pub(crate) fn peer_connection() -> RtcPeerConnection {
    api().peer_connection(RtcConfiguration::default()).unwrap()
}

/// Fails a test that hangs, instead of the whole run.
pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what)
        .await
        .expect("it hangs")
}

/// Two peers with signalling between them. The first is impolite, the second polite. Nothing is
/// negotiated until one of them has a reason to.
pub(crate) fn pair() -> (Peer, Peer) {
    pair_of(&api())
}

/// The same of peers that an API of one's own makes.
pub(crate) fn pair_of(api: &Api) -> (Peer, Peer) {
    let (to_a, of_b) = mpsc::unbounded_channel();
    let (to_b, of_a) = mpsc::unbounded_channel();
    (
        peer(api, Manners::Impolite, to_b, of_b),
        peer(api, Manners::Polite, to_a, of_a),
    )
}

fn peer(
    api: &Api,
    manners: Manners,
    out: mpsc::UnboundedSender<Signal>,
    signals: mpsc::UnboundedReceiver<Signal>,
) -> Peer {
    let pc = api.peer_connection(RtcConfiguration::default()).unwrap();
    let (rest, events) = mpsc::unbounded_channel();
    let ignored = Arc::new(AtomicU64::new(0));
    let negotiator = Negotiator {
        pc: pc.clone(),
        manners,
        out,
        rest,
        ignored: Arc::clone(&ignored),
    };
    let own = pc.events();
    tokio::spawn(negotiator.run(own, signals));
    Peer {
        pc,
        events,
        passed: Vec::new(),
        ignored,
    }
}

struct Negotiator {
    pc: RtcPeerConnection,
    manners: Manners,
    out: mpsc::UnboundedSender<Signal>,
    rest: mpsc::UnboundedSender<PeerConnectionEvent>,
    ignored: Arc<AtomicU64>,
}

impl Negotiator {
    async fn run(
        self,
        mut events: Events<PeerConnectionEvent>,
        mut signals: mpsc::UnboundedReceiver<Signal>,
    ) {
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => self.on_event(event).await,
                    None => return,
                },
                Some(signal) = signals.recv() => self.on_signal(signal).await,
            }
        }
    }

    async fn on_event(&self, event: PeerConnectionEvent) {
        match &event {
            PeerConnectionEvent::NegotiationNeeded => {
                // The peer connection may have been closed since.
                let made = self.pc.set_local_description(None).await;
                made.iter().for_each(|()| self.send_local_description());
            }
            PeerConnectionEvent::IceCandidate(event) => {
                if let Some(candidate) = &event.candidate {
                    let _ = self.out.send(Signal::Candidate(candidate.to_json()));
                }
            }
            _ => {}
        }
        let _ = self.rest.send(event);
    }

    /// The steps of the example in webrtc-pc, section 10.7.
    async fn on_signal(&self, signal: Signal) {
        if self.pc.connection_state() == RtcPeerConnectionState::Closed {
            return;
        }
        match signal {
            Signal::Description(description) => {
                let offer = description.kind == RtcSdpType::Offer;
                let collides = offer && self.pc.signaling_state() != RtcSignalingState::Stable;
                if collides && self.manners == Manners::Impolite {
                    self.ignored.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                let set = self.pc.set_remote_description(description).await;
                if set.is_err() && self.pc.connection_state() == RtcPeerConnectionState::Closed {
                    return;
                }
                set.expect("the other peer's description is taken");
                if offer {
                    self.pc
                        .set_local_description(None)
                        .await
                        .expect("an answer is made");
                    self.send_local_description();
                }
            }
            Signal::Candidate(candidate) => {
                let added = self.pc.add_ice_candidate(Some(candidate)).await;
                let closed = self.pc.connection_state() == RtcPeerConnectionState::Closed;
                // Candidates of an offer that was ignored may come after the answer that the
                // other peer gave instead.
                let ignored = self.ignored.load(Ordering::Relaxed) > 0;
                assert!(added.is_ok() || ignored || closed, "{added:?}");
            }
        }
    }

    fn send_local_description(&self) {
        if let Some(description) = self.pc.local_description() {
            let _ = self.out.send(Signal::Description(description));
        }
    }
}

impl Peer {
    pub(crate) async fn connected(&self) {
        within(
            self.pc
                .wait_for_connection(RtcPeerConnectionState::Connected),
        )
        .await
        .unwrap();
    }

    /// The next event that `pick` takes; others wait for whoever asks for them.
    pub(crate) async fn event<T>(
        &mut self,
        mut pick: impl FnMut(&PeerConnectionEvent) -> Option<T>,
    ) -> T {
        if let Some((index, picked)) = self
            .passed
            .iter()
            .enumerate()
            .find_map(|(index, event)| Some((index, pick(event)?)))
        {
            self.passed.remove(index);
            return picked;
        }
        within(async {
            loop {
                let event = self.events.recv().await.expect("the peer connection lives");
                match pick(&event) {
                    Some(picked) => return picked,
                    None => self.passed.push(event),
                }
            }
        })
        .await
    }

    pub(crate) async fn channel(&mut self) -> RtcDataChannel {
        self.event(|event| match event {
            PeerConnectionEvent::DataChannel(RtcDataChannelEvent { channel, .. }) => {
                Some(channel.clone())
            }
            _ => None,
        })
        .await
    }

    pub(crate) async fn track(&mut self) -> RtcTrackEvent {
        self.event(|event| match event {
            PeerConnectionEvent::Track(track) => Some(track.clone()),
            _ => None,
        })
        .await
    }
}

/// A connected pair with one channel that the first peer opened.
pub(crate) async fn pair_with_channel() -> (Peer, Peer, RtcDataChannel, RtcDataChannel) {
    let (a, mut b) = pair();
    let near =
        a.pc.create_data_channel("test", Default::default())
            .unwrap();
    let far = b.channel().await;
    within(near.opened()).await.unwrap();
    within(far.opened()).await.unwrap();
    (a, b, near, far)
}

/// Whole descriptions, no trickle: all candidates are in the descriptions.
pub(crate) async fn signal_whole(offerer: &RtcPeerConnection, answerer: &RtcPeerConnection) {
    within(async {
        offerer.set_local_description(None).await.unwrap();
        offerer.gathering_complete().await;
        answerer
            .set_remote_description(offerer.local_description().unwrap())
            .await
            .unwrap();
        answerer.set_local_description(None).await.unwrap();
        answerer.gathering_complete().await;
        offerer
            .set_remote_description(answerer.local_description().unwrap())
            .await
            .unwrap();
        offerer
            .wait_for_connection(RtcPeerConnectionState::Connected)
            .await
            .unwrap();
        answerer
            .wait_for_connection(RtcPeerConnectionState::Connected)
            .await
            .unwrap();
    })
    .await;
}

/// The next frame's octets.
pub(crate) async fn frame(track: &MediaStreamTrack) -> bytes::Bytes {
    within(track.recv_frame())
        .await
        .expect("the track lives")
        .data
}
