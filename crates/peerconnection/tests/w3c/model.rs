//! Random calls of the whole API against two connected peers, compared with a table that was
//! written from webrtc-pc, section 4.4.1: what each method does to the signalling state, and which
//! error it gives where.
//!
//! `cargo xtask sim peerconnection --seeds N` makes [`CALLS`] calls for each seed.

use std::time::Duration;

use bytes::Bytes;
use stonechat_peerconnection::{
    Answer, Call, ChannelId, ChannelInit, Configuration, ConnectionState, Direction, ErrorName,
    Event, IceCandidateInit, IceTransportPolicy, Kind, MessageKind, OfferOptions, PromiseId,
    SdpType, SenderId, SessionDescription, SignalingState, TrackInfo, TransceiverId,
    TransceiverInit, Which,
};
use stonechat_sansio::{Rng, Seed};
use stonechat_testkit::seeds;

use crate::app::{CANDIDATE, candidate, described};
use crate::setup::{A, B, Duo, SIDES};

/// Calls of one seed.
const CALLS: usize = 400;

/// An operation as the table knows it.
#[derive(Clone, Debug)]
enum Operation {
    CreateOffer(OfferOptions),
    CreateAnswer,
    SetLocal(Option<SdpType>),
    SetRemote(SessionDescription),
    AddCandidate(Option<IceCandidateInit>),
}

/// What the table says of an operation in a state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Expected {
    /// It works, and leads there; if the text is to blame it fails, and leaves the second state.
    Works(SignalingState, SignalingState),
    /// `InvalidStateError`; the state stays.
    InvalidState,
}

/// The table.
fn expected(state: SignalingState, operation: &Operation, has_remote: bool) -> Expected {
    use Expected::{InvalidState, Works};
    use SignalingState as S;
    match operation {
        Operation::CreateOffer(_) => match state {
            S::Stable | S::HaveLocalOffer => Works(state, state),
            _ => InvalidState,
        },
        Operation::CreateAnswer => match state {
            S::HaveRemoteOffer | S::HaveLocalPranswer => Works(state, state),
            _ => InvalidState,
        },
        Operation::SetLocal(kind) => {
            let kind = kind.unwrap_or(match state {
                S::Stable | S::HaveLocalOffer | S::HaveRemotePranswer => SdpType::Offer,
                _ => SdpType::Answer,
            });
            match (kind, state) {
                (SdpType::Offer, S::Stable | S::HaveLocalOffer) => Works(S::HaveLocalOffer, state),
                (SdpType::Answer, S::HaveRemoteOffer | S::HaveLocalPranswer) => {
                    Works(S::Stable, state)
                }
                (SdpType::Pranswer, S::HaveRemoteOffer | S::HaveLocalPranswer) => {
                    Works(S::HaveLocalPranswer, state)
                }
                (SdpType::Rollback, S::HaveLocalOffer | S::HaveRemoteOffer) => {
                    Works(S::Stable, state)
                }
                _ => InvalidState,
            }
        }
        Operation::SetRemote(description) => match (description.kind, state) {
            (SdpType::Offer, S::Stable | S::HaveRemoteOffer) => Works(S::HaveRemoteOffer, state),
            (SdpType::Offer, S::HaveLocalOffer) => Works(S::HaveRemoteOffer, S::Stable),
            (SdpType::Answer, S::HaveLocalOffer | S::HaveRemotePranswer) => Works(S::Stable, state),
            (SdpType::Pranswer, S::HaveLocalOffer | S::HaveRemotePranswer) => {
                Works(S::HaveRemotePranswer, state)
            }
            (SdpType::Rollback, S::HaveLocalOffer | S::HaveRemoteOffer) => Works(S::Stable, state),
            _ => InvalidState,
        },
        Operation::AddCandidate(_) if has_remote => Works(state, state),
        Operation::AddCandidate(_) => InvalidState,
    }
}

/// Which descriptions there are in a state: the types of the pending ones.
fn pending(state: SignalingState) -> [Option<SdpType>; 2] {
    match state {
        SignalingState::HaveLocalOffer => [Some(SdpType::Offer), None],
        SignalingState::HaveRemoteOffer => [None, Some(SdpType::Offer)],
        SignalingState::HaveLocalPranswer => [Some(SdpType::Pranswer), Some(SdpType::Offer)],
        SignalingState::HaveRemotePranswer => [Some(SdpType::Offer), Some(SdpType::Pranswer)],
        SignalingState::Stable | SignalingState::Closed => [None, None],
    }
}

struct Model {
    duo: Duo,
    rng: Rng,
    channels: [Vec<ChannelId>; 2],
    named: u32,
}

impl Model {
    fn new(seed: u64) -> Self {
        let mut duo = Duo::new(seed);
        duo.add_track(A, Kind::Audio, "first");
        let [ours, theirs] = duo.connect_with_channel();
        Self {
            duo,
            rng: Seed::from_u64(seed).child("model").rng(),
            channels: [vec![ours], vec![theirs]],
            named: 0,
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.rng.next_u32() as usize % bound.max(1)
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len());
        all[at].clone()
    }

    fn state(&self, side: usize) -> SignalingState {
        self.duo.session(side).signaling_state()
    }

    /// A description as it might come through signalling: what the other side has, under its own
    /// type or another, sometimes damaged.
    fn some_remote(&mut self, side: usize) -> SessionDescription {
        let which = self.one_of(&[
            Which::Local,
            Which::Local,
            Which::CurrentLocal,
            Which::Remote,
        ]);
        let mut description = self
            .duo
            .session(1 - side)
            .description(which)
            .unwrap_or_else(|| described(SdpType::Offer, "v=0\r\n"));
        match self.below(12) {
            0 => description.kind = self.one_of(&SdpType::ALL),
            1 => description.sdp = description.sdp.replace("a=ice-pwd", "a=x"),
            2 => {
                let end = self.below(description.sdp.len());
                description.sdp.truncate(end);
            }
            3 if description.kind == SdpType::Answer => description.kind = SdpType::Pranswer,
            _ => {}
        }
        description
    }

    fn some_operation(&mut self, side: usize) -> Operation {
        match self.below(10) {
            0 => Operation::CreateOffer(OfferOptions {
                ice_restart: self.below(4) == 0,
                ..OfferOptions::default()
            }),
            1 => Operation::CreateAnswer,
            2..=4 => Operation::SetLocal(None),
            5 => Operation::SetLocal(Some(self.one_of(&SdpType::ALL))),
            6 => {
                let mid = self.one_of(&[Some("0"), Some("1"), None]);
                let text = self.one_of(&[CANDIDATE, "", "candidate:x"]);
                let index = (mid.is_none() && !text.is_empty()).then_some(1);
                Operation::AddCandidate(Some(candidate(text, mid, index)))
            }
            _ => Operation::SetRemote(self.some_remote(side)),
        }
    }

    fn call_of(operation: Operation) -> Call {
        match operation {
            Operation::CreateOffer(options) => Call::CreateOffer(options),
            Operation::CreateAnswer => Call::CreateAnswer,
            Operation::SetLocal(kind) => {
                Call::SetLocalDescription(kind.map(|kind| described(kind, "")))
            }
            Operation::SetRemote(description) => Call::SetRemoteDescription(description),
            Operation::AddCandidate(init) => Call::AddIceCandidate(init),
        }
    }

    /// Does one operation to its end and compares it with the table.
    fn operate(&mut self, side: usize) {
        let operation = self.some_operation(side);
        let before = self.state(side);
        let has_remote = self.duo.session(side).description(Which::Remote).is_some();
        let outcome = self
            .duo
            .promised(side, Self::call_of(operation.clone()))
            .map_err(|error| error.name);
        let after = self.state(side);
        match (expected(before, &operation, has_remote), outcome) {
            (Expected::InvalidState, outcome) => {
                let name = outcome.map(drop);
                assert_eq!(
                    name,
                    Err(ErrorName::InvalidStateError),
                    "{before} {operation:?}"
                );
                assert_eq!(before, after);
            }
            (Expected::Works(then, _), Ok(_)) => assert_eq!(then, after, "{operation:?}"),
            (Expected::Works(_, stays), Err(name)) => {
                assert_eq!(stays, after, "{before} {operation:?} {name}");
                let of_text = matches!(
                    operation,
                    Operation::SetRemote(_) | Operation::AddCandidate(_)
                );
                assert!(of_text, "{before} {operation:?} {name}");
                assert!(
                    matches!(
                        name,
                        ErrorName::InvalidAccessError | ErrorName::OperationError
                    ),
                    "{before} {operation:?} {name}"
                );
            }
        }
    }

    /// Some call that is no operation of the chain.
    fn change(&mut self, side: usize) {
        self.named += 1;
        let views = self.duo.session(side).transceivers();
        let id = TransceiverId(
            views
                .get(self.below(views.len()))
                .map_or(99, |view| view.id.0),
        );
        let kind = self.one_of(&[Kind::Audio, Kind::Video]);
        let name = format!("n{}", self.named);
        let is_full = views.len() >= 6;
        let call = match self.below(14) {
            0 | 1 if is_full => Call::StopTransceiver(id),
            0 => Call::AddTrack {
                track: TrackInfo { id: name, kind },
                streams: vec![String::from("stream")],
            },
            1 => Call::AddTransceiver {
                kind,
                track: None,
                init: TransceiverInit {
                    direction: self.one_of(&Direction::ALL),
                    ..TransceiverInit::default()
                },
            },
            2 => Call::StopTransceiver(id),
            3 => Call::SetDirection(id, self.one_of(&Direction::ALL)),
            4 => Call::RemoveTrack(SenderId(id.0)),
            5 => Call::ReplaceTrack(SenderId(id.0), Some(TrackInfo { id: name, kind })),
            6 => Call::SetStreams(SenderId(id.0), vec![name]),
            7 => Call::RestartIce,
            8 => Call::CreateDataChannel {
                label: name,
                init: ChannelInit::default(),
            },
            9 => Call::CloseChannel(self.some_channel(side)),
            10 => Call::Send {
                channel: self.some_channel(side),
                kind: MessageKind::Binary,
                data: Bytes::from(vec![1; self.below(3000)]),
            },
            11 => Call::GetStats(stonechat_peerconnection::stats::StatsSelector::All),
            12 => Call::RequestKeyFrame(id.receiver()),
            _ => Call::SetConfiguration(Box::new(Configuration {
                ice_transport_policy: IceTransportPolicy::All,
                ..Configuration::default()
            })),
        };
        if let Answer::Channel(channel) = self.duo.call(side, call) {
            self.channels[side].push(channel);
        }
    }

    fn some_channel(&mut self, side: usize) -> ChannelId {
        let all = self.channels[side].clone();
        self.one_of(&all)
    }

    /// Puts several operations into the chain at once; they settle in their order.
    fn pile_up(&mut self, side: usize) {
        let mut promises = Vec::new();
        for _ in 0..1 + self.below(4) {
            let operation = self.some_operation(side);
            if let Answer::Promise(promise) = self.duo.call(side, Self::call_of(operation)) {
                promises.push(promise);
            }
            self.change(side);
        }
        self.duo.flush();
        let settled = &self.duo.peer(side).settled;
        let is_settled = |promise: &PromiseId| settled.contains_key(promise);
        assert!(promises.iter().all(is_settled), "nothing is stuck");
    }

    /// What holds in each state.
    fn check(&self, side: usize) {
        let session = self.duo.session(side);
        let state = session.signaling_state();
        let kind = |which| {
            session
                .description(which)
                .map(|description| description.kind)
        };
        let [local, remote] = pending(state);
        assert_eq!(kind(Which::PendingLocal), local, "{state}");
        assert_eq!(kind(Which::PendingRemote), remote, "{state}");
        let current = [kind(Which::CurrentLocal), kind(Which::CurrentRemote)];
        assert!(
            matches!(
                current,
                [Some(SdpType::Offer), Some(SdpType::Answer)]
                    | [Some(SdpType::Answer), Some(SdpType::Offer)]
            ),
            "{current:?}"
        );
        assert_eq!(kind(Which::Local), local.or(current[0]));
        assert_eq!(kind(Which::Remote), remote.or(current[1]));
        let mut mids: Vec<_> = session
            .transceivers()
            .into_iter()
            .filter_map(|view| view.mid)
            .collect();
        mids.sort();
        let count = mids.len();
        mids.dedup();
        assert_eq!(mids.len(), count, "a mid names one transceiver");
        for view in session.transceivers() {
            assert_eq!(view.stopped, view.direction == Direction::Stopped);
            if let Some(transport) = view.transport {
                assert!(session.transport(transport).is_some());
            }
        }
    }

    fn close(&mut self, side: usize) {
        self.duo.clear_events();
        self.duo.does(side, Call::Close);
        self.duo.flush();
        let session = self.duo.session(side);
        assert_eq!(session.signaling_state(), SignalingState::Closed);
        assert_eq!(session.connection_state(), ConnectionState::Closed);
        let only_ends = |event: &Event| matches!(event, Event::TrackEnded(_));
        assert!(self.duo.events[side].iter().all(only_ends));
        for _ in 0..5 {
            let operation = self.some_operation(side);
            let call = Self::call_of(operation);
            assert!(matches!(self.duo.call(side, call), Answer::Failed(error)
                if matches!(error.name, ErrorName::InvalidStateError | ErrorName::TypeError)));
        }
    }
}

// api: RTCPeerConnection.signalingState, RTCPeerConnection.createOffer, RTCPeerConnection.createAnswer, RTCPeerConnection.setLocalDescription, RTCPeerConnection.setRemoteDescription, RTCPeerConnection.addIceCandidate, RTCPeerConnection.close
#[test]
fn random_calls_do_what_the_table_says() {
    seeds(24, |seed| {
        let mut model = Model::new(seed);
        for _ in 0..CALLS {
            let side = model.below(2);
            match model.below(10) {
                0..=4 => model.operate(side),
                5..=7 => model.change(side),
                8 => model.pile_up(side),
                _ => {
                    let time = Duration::from_millis(model.below(50) as u64);
                    model.duo.run_for(time);
                }
            }
            model.duo.flush();
            for side in SIDES {
                model.check(side);
                model.duo.events[side].clear();
            }
        }
        model.close(A);
        model.duo.run_for(Duration::from_millis(200));
        model.close(B);
    });
}

// api: RTCSignalingState.stable, RTCSignalingState.have-local-offer, RTCSignalingState.have-remote-offer, RTCSignalingState.have-local-pranswer, RTCSignalingState.have-remote-pranswer
#[test]
fn the_table_reaches_every_state_from_stable() {
    let description = |kind| described(kind, "");
    let mut reached = vec![SignalingState::Stable];
    let mut at = 0;
    while let Some(state) = reached.get(at).copied() {
        at += 1;
        for kind in SdpType::ALL {
            for operation in [
                Operation::SetLocal(Some(kind)),
                Operation::SetRemote(description(kind)),
            ] {
                if let Expected::Works(then, _) = expected(state, &operation, true)
                    && !reached.contains(&then)
                {
                    reached.push(then);
                }
            }
        }
    }
    assert_eq!(reached.len(), 5);
}
