//! The perfect negotiation pattern (webrtc-pc, section 10.7) on both sides: changes at random
//! moments on both, messages that cross, steps pulled one by one. It never gets stuck, and both
//! ends agree in the end.

use std::collections::{BTreeMap, VecDeque};

use stonechat_peerconnection::{
    Call, Direction, Event, Kind, PromiseId, SdpType, SessionDescription, SignalingState, Which,
};
use stonechat_sansio::{Rng, Seed};
use stonechat_testkit::seeds;

use crate::app::{App, sections, values};

/// What an application does behind a promise.
enum Then {
    Offer,
    RemoteDescription(SdpType),
    Answer,
}

struct Side {
    app: App,
    polite: bool,
    making_offer: bool,
    ignores_offer: bool,
    is_setting_answer: bool,
    pending: BTreeMap<PromiseId, Then>,
    inbox: VecDeque<SessionDescription>,
    outbox: Vec<SessionDescription>,
    tracks: u32,
}

impl Side {
    fn new(name: &str, polite: bool) -> Self {
        Self {
            app: App::new(name),
            polite,
            making_offer: false,
            ignores_offer: false,
            is_setting_answer: false,
            pending: BTreeMap::new(),
            inbox: VecDeque::new(),
            outbox: Vec::new(),
            tracks: 0,
        }
    }

    /// Pulls one step and does what the application does with it.
    fn pull(&mut self) -> bool {
        let Some(step) = self.app.pull() else {
            return false;
        };
        for event in step.fire {
            if matches!(event, Event::NegotiationNeeded) {
                assert_eq!(self.app.state(), SignalingState::Stable);
                self.making_offer = true;
                self.sets_local(Then::Offer);
            }
        }
        for (promise, result) in step.settle {
            let Some(then) = self.pending.remove(&promise) else {
                continue;
            };
            match then {
                Then::Offer => {
                    self.making_offer = false;
                    result.unwrap();
                    self.sends();
                }
                Then::RemoteDescription(kind) => {
                    result.unwrap();
                    self.is_setting_answer = false;
                    if kind == SdpType::Offer {
                        self.sets_local(Then::Answer);
                    }
                }
                Then::Answer => {
                    result.unwrap();
                    self.sends();
                }
            }
        }
        true
    }

    fn sets_local(&mut self, then: Then) {
        let promise = self.app.promise(Call::SetLocalDescription(None));
        self.pending.insert(promise, then);
    }

    fn sends(&mut self) {
        let local = self.app.description(Which::Local).unwrap();
        self.outbox.push(local);
    }

    /// Takes the next message.
    fn receive(&mut self) -> bool {
        let Some(description) = self.inbox.pop_front() else {
            return false;
        };
        let is_stable = self.app.state() == SignalingState::Stable;
        let is_ready = !self.making_offer && (is_stable || self.is_setting_answer);
        let collides = description.kind == SdpType::Offer && !is_ready;
        self.ignores_offer = !self.polite && collides;
        if self.ignores_offer {
            return true;
        }
        self.is_setting_answer = description.kind == SdpType::Answer;
        let kind = description.kind;
        let promise = self.app.promise(Call::SetRemoteDescription(description));
        self.pending.insert(promise, Then::RemoteDescription(kind));
        true
    }

    /// Changes something.
    fn change(&mut self, rng: &mut Rng) {
        let views = self.app.transceivers();
        let any = views.get(rng.next_u32() as usize % views.len().max(1));
        let kind = [Kind::Audio, Kind::Video][rng.next_u32() as usize % 2];
        self.tracks += 1;
        let id = format!("t{}", self.tracks);
        match (rng.next_u32() % 7, any) {
            (0, _) => {
                self.app.add_track(kind, &id, &["stream"]);
            }
            (1, _) => {
                self.app.add_transceiver(kind, Direction::RecvOnly);
            }
            (2, _) => {
                self.app.channel(&id);
            }
            (3, Some(view)) => {
                self.app.does(Call::StopTransceiver(view.id));
            }
            (4, Some(view)) if !view.stopped => {
                let direction = Direction::of(rng.next_u32() & 1 == 0, rng.next_u32() & 1 == 0);
                self.app.does(Call::SetDirection(view.id, direction));
            }
            (5, Some(view)) => {
                self.app.does(Call::RemoveTrack(view.id.sender()));
            }
            _ => {
                self.app.does(Call::RestartIce);
            }
        }
    }
}

/// Moves what was sent to the other side's inbox.
fn carry(sides: &mut [Side; 2]) {
    let [a, b] = sides;
    b.inbox.extend(a.outbox.drain(..));
    a.inbox.extend(b.outbox.drain(..));
}

/// Lets both do everything that is left, the messages last.
fn settle(sides: &mut [Side; 2]) {
    for _ in 0..10_000 {
        carry(sides);
        let mut busy = false;
        for side in sides.iter_mut() {
            while side.pull() {
                busy = true;
            }
        }
        carry(sides);
        for side in sides.iter_mut() {
            busy |= side.receive();
        }
        if !busy {
            return;
        }
    }
    panic!("negotiation never ends");
}

fn agree(sides: &[Side; 2]) {
    for side in sides {
        assert_eq!(side.app.state(), SignalingState::Stable);
        assert!(side.pending.is_empty(), "nothing is stuck");
        assert_eq!(side.app.description(Which::PendingLocal), None);
        assert_eq!(side.app.description(Which::PendingRemote), None);
    }
    let [a, b] = sides;
    for (one, other) in [(a, b), (b, a)] {
        let Some(local) = one.app.description(Which::CurrentLocal) else {
            continue;
        };
        let remote = other.app.description(Which::CurrentRemote).unwrap();
        assert_eq!(local.kind, remote.kind);
        assert_eq!(values(&local.sdp, "a=mid:"), values(&remote.sdp, "a=mid:"));
        let heads = |sdp: &str| -> Vec<_> {
            let heads = sections(sdp).into_iter();
            heads
                .map(|section| section.lines().next().unwrap_or_default().to_owned())
                .collect()
        };
        assert_eq!(heads(&local.sdp), heads(&remote.sdp));
    }
    let agreed = |side: &Side, reversed: bool| {
        let mut all: Vec<_> = side
            .app
            .transceivers()
            .into_iter()
            .map(|view| {
                assert!(view.mid.is_some(), "everything was negotiated");
                assert!(!view.stopped, "what was stopped is gone");
                let current = view.current_direction.unwrap();
                let current = if reversed {
                    current.reversed()
                } else {
                    current
                };
                (view.mid, view.kind, current)
            })
            .collect();
        all.sort_by(|one, other| one.0.cmp(&other.0));
        format!("{all:?}")
    };
    assert_eq!(agreed(a, false), agreed(b, true));
}

// api: RTCPeerConnection.setLocalDescription, RTCPeerConnection.setRemoteDescription, RTCPeerConnection.onnegotiationneeded, RTCPeerConnection.localDescription, RTCPeerConnection.signalingState
#[test]
fn both_sides_agree_whatever_they_change_whenever() {
    seeds(150, |seed| {
        let mut rng = Seed::from_u64(seed).child("perfect negotiation").rng();
        let mut sides = [Side::new("a", true), Side::new("b", false)];
        for _ in 0..300 {
            let side = rng.next_u32() as usize % 2;
            match rng.next_u32() % 10 {
                0 => sides[side].change(&mut rng),
                1 | 2 => {
                    sides[side].receive();
                }
                3 => carry(&mut sides),
                _ => {
                    sides[side].pull();
                }
            }
        }
        settle(&mut sides);
        agree(&sides);
    });
}

// api: RTCPeerConnection.onnegotiationneeded
#[test]
fn both_sides_begin_at_once() {
    let mut sides = [Side::new("a", true), Side::new("b", false)];
    sides[0].app.add_track(Kind::Audio, "one", &["stream"]);
    sides[1].app.add_track(Kind::Video, "two", &["stream"]);
    settle(&mut sides);
    agree(&sides);
    for side in &sides {
        assert_eq!(side.app.transceivers().len(), 2);
    }
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn the_polite_side_offers_again_what_it_rolled_back() {
    let mut sides = [Side::new("a", true), Side::new("b", false)];
    sides[0].app.channel("x");
    sides[1].app.add_track(Kind::Video, "two", &["stream"]);
    while sides[0].pull() {}
    while sides[1].pull() {}
    settle(&mut sides);
    agree(&sides);
    for side in &sides {
        assert!(side.app.session().sctp().is_some());
        assert_eq!(side.app.transceivers().len(), 1);
    }
}
