//! Peer connections whose owner pulls the steps: what he calls between two steps is seen by the
//! second, and packets do not wait for him.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use stonechat::pulled::{
    Answer, Call, Event, MessageKind, PromiseId, PulledPeerConnection, StatsSelector, Step, Value,
};
use stonechat::{
    MediaDevices, MediaKind, MediaStreamConstraints, RtcConfiguration, RtcDataChannelInit,
    RtcDataChannelState, RtcError, RtcOfferOptions, RtcPeerConnectionState, RtcRtpTransceiverInit,
    RtcSessionDescription, RtcSignalingState, SyntheticDevices,
};
use tokio::sync::Notify;

use crate::pair::{api, within};

/// A peer connection and what its steps said.
struct Owner {
    pc: PulledPeerConnection,
    woken: Arc<Notify>,
    settled: BTreeMap<PromiseId, Result<Value, RtcError>>,
    events: Vec<Event>,
}

impl Owner {
    fn new() -> Self {
        let woken = Arc::new(Notify::new());
        let signal = Arc::clone(&woken);
        let wake = move || signal.notify_one();
        let pc = api().pulled_peer_connection(RtcConfiguration::default(), wake);
        Self {
            pc: pc.unwrap(),
            woken,
            settled: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    fn pull(&mut self) -> Option<Step> {
        let step = self.pc.next_step()?;
        self.events.extend(step.fire.iter().cloned());
        self.settled.extend(step.settle.iter().cloned());
        Some(step)
    }

    fn promise(&self, call: Call) -> PromiseId {
        match self.pc.call(call) {
            Answer::Promise(promise) => promise,
            other => panic!("no promise but {other:?}"),
        }
    }

    /// The outcome of a call, for which steps are pulled as they come.
    async fn outcome(&mut self, call: Call) -> Value {
        let promise = self.promise(call);
        loop {
            if let Some(result) = self.settled.remove(&promise) {
                return result.unwrap();
            }
            if self.pull().is_none() {
                within(self.woken.notified()).await;
            }
        }
    }

    /// Pulls steps until there is what `found` looks for.
    async fn until<T>(&mut self, found: impl Fn(&mut Self) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(self) {
                return found;
            }
            if self.pull().is_none() {
                within(self.woken.notified()).await;
            }
        }
    }

    async fn described(&mut self, call: Call) -> RtcSessionDescription {
        match self.outcome(call).await {
            Value::Description(description) => description,
            other => panic!("no description but {other:?}"),
        }
    }
}

/// Offer and answer, with all candidates in them.
async fn negotiate(a: &mut Owner, b: &mut Owner) {
    let set = |description| Call::SetLocalDescription(Some(description));
    let offer = a
        .described(Call::CreateOffer(RtcOfferOptions::default()))
        .await;
    a.outcome(set(offer)).await;
    let offer = gathered(a).await;
    b.outcome(Call::SetRemoteDescription(offer)).await;
    let answer = b.described(Call::CreateAnswer).await;
    b.outcome(set(answer)).await;
    let answer = gathered(b).await;
    a.outcome(Call::SetRemoteDescription(answer)).await;
}

async fn gathered(owner: &mut Owner) -> RtcSessionDescription {
    owner
        .until(|owner| {
            let session = owner.pc.session();
            let complete =
                session.ice_gathering_state() == stonechat::RtcIceGatheringState::Complete;
            complete.then(|| {
                session
                    .description(stonechat::pulled::Which::Local)
                    .unwrap()
            })
        })
        .await
}

fn connected(owner: &mut Owner) -> Option<()> {
    let state = owner.pc.session().connection_state();
    (state == RtcPeerConnectionState::Connected).then_some(())
}

#[tokio::test]
async fn nothing_is_seen_before_its_step_is_pulled() {
    let mut owner = Owner::new();
    owner
        .pc
        .add_transceiver(None, MediaKind::Audio, RtcRtpTransceiverInit::default());
    let promise = owner.promise(Call::SetLocalDescription(None));
    within(owner.woken.notified()).await;
    assert_eq!(
        owner.pc.session().signaling_state(),
        RtcSignalingState::Stable
    );
    assert!(owner.pc.waiting_tasks() > 0);
    while owner.pc.session().signaling_state() == RtcSignalingState::Stable {
        owner.pull().unwrap();
    }
    // The events of the operation are dispatched before its promise settles, which is a step of
    // the same task.
    assert!(!owner.settled.contains_key(&promise));
    owner.pull().unwrap();
    assert!(owner.settled[&promise].is_ok());
}

#[tokio::test]
async fn what_a_handler_calls_is_seen_by_the_next_step() {
    let mut owner = Owner::new();
    owner
        .pc
        .add_transceiver(None, MediaKind::Audio, RtcRtpTransceiverInit::default());
    let promise = owner.promise(Call::SetLocalDescription(None));
    loop {
        let step = owner.pull().unwrap();
        let is_change = |event: &Event| matches!(event, Event::SignalingStateChange(_));
        if step.fire.iter().any(is_change) {
            assert!(step.more);
            owner.pc.call(Call::Close);
            break;
        }
    }
    while owner.pull().is_some() {}
    assert!(
        !owner.settled.contains_key(&promise),
        "it was closed before"
    );
}

#[tokio::test]
async fn packets_go_on_while_nobody_pulls_and_messages_wait_for_credit() {
    let (mut a, mut b) = (Owner::new(), Owner::new());
    let init = RtcDataChannelInit {
        negotiated: true,
        id: Some(1),
        ..RtcDataChannelInit::default()
    };
    let channel = |owner: &Owner| {
        let call = Call::CreateDataChannel {
            label: String::new(),
            init: init.clone(),
        };
        match owner.pc.call(call) {
            Answer::Channel(channel) => channel,
            other => panic!("{other:?}"),
        }
    };
    let (ours, theirs) = (channel(&a), channel(&b));
    negotiate(&mut a, &mut b).await;
    // B is connected by its packets alone.
    a.until(|a| {
        let (state, _) = a.pc.session().channel_state(ours);
        (state == RtcDataChannelState::Open).then_some(())
    })
    .await;
    for text in ["one", "two"] {
        let call = Call::Send {
            channel: ours,
            kind: MessageKind::Text,
            data: Bytes::from_static(text.as_bytes()),
        };
        assert!(matches!(a.pc.call(call), Answer::Done));
    }
    let messages = |b: &mut Owner| {
        let texts: Vec<_> = b
            .events
            .iter()
            .filter_map(|event| match event {
                Event::ChannelMessage { data, .. } => Some(data.clone()),
                _ => None,
            })
            .collect();
        (texts.len() == 2).then_some(texts)
    };
    let texts = b.until(messages).await;
    assert_eq!(texts, ["one", "two"].map(Bytes::from));
    b.pc.return_credit(theirs, 6);
    assert_eq!(connected(&mut b), Some(()));
}

#[tokio::test]
async fn media_flows_by_itself_and_its_events_come_with_steps() {
    let (mut a, mut b) = (Owner::new(), Owner::new());
    let devices = MediaDevices::new(SyntheticDevices::new());
    let constraints = MediaStreamConstraints {
        audio: true.into(),
        ..MediaStreamConstraints::default()
    };
    let stream = devices.get_user_media(constraints).await.unwrap();
    let microphone = stream.get_tracks().swap_remove(0);
    let Answer::Sender(sender) = a.pc.add_track(&microphone, &[stream.id()]) else {
        panic!("no sender");
    };
    negotiate(&mut a, &mut b).await;
    let (receiver, streams) = b
        .until(|b| {
            b.events.iter().find_map(|event| match event {
                Event::Track {
                    transceiver,
                    streams,
                    ..
                } => Some((*transceiver, streams.clone())),
                _ => None,
            })
        })
        .await;
    let track =
        b.pc.transceiver(receiver)
            .unwrap()
            .receiver()
            .track()
            .clone();
    assert_eq!(
        b.pc.remote_streams(&streams)[0].get_tracks(),
        std::slice::from_ref(&track)
    );
    assert!(track.muted(), "until the step of `unmute`");
    a.until(connected).await;
    b.until(|b| {
        let unmuted = |event: &Event| matches!(event, Event::TrackUnmuted(_));
        b.events.iter().any(unmuted).then_some(())
    })
    .await;
    assert!(!track.muted());
    assert!(within(track.recv_audio()).await.is_some());

    // Without a track nothing is sent, from the step on that resolves the promise.
    let Answer::Promise(promise) = a.pc.replace_track(sender, None) else {
        panic!("no promise");
    };
    let transceiver = a.pc.peer_connection().get_transceivers().swap_remove(0);
    assert!(transceiver.sender().track().is_some());
    a.until(|a| a.settled.remove(&promise)).await.unwrap();
    assert!(transceiver.sender().track().is_none());
    assert!(matches!(a.pc.remove_track(sender), Answer::Done));
}

#[tokio::test]
async fn statistics_are_answered_after_the_end() {
    let mut owner = Owner::new();
    owner.pc.call(Call::Close);
    within(owner.pc.peer_connection().closed()).await;
    let Value::Stats(report) = owner.outcome(Call::GetStats(StatsSelector::All)).await else {
        panic!("no report");
    };
    assert!(!report.is_empty());
    let none = tokio::time::timeout(Duration::from_millis(1), owner.woken.notified()).await;
    drop(none);
    assert!(owner.pc.next_step().is_none());
}
