//! The order of events, promises and states (webrtc-pc, sections 4.4.1.2, 4.4.1.5 and 4.7.3).

use stonechat_peerconnection::{
    Answer, Call, Direction, ErrorName, Event, IceTransportState, Kind, OfferOptions, SdpType,
    SignalingState, Step, Which,
};

use crate::app::{App, CANDIDATE, candidate, described, negotiate, pair, retyped, rollback};

/// A step in short: what fires, then what settles.
fn short(step: &Step) -> Vec<String> {
    let fired = step.fire.iter().map(name);
    let settled = step.settle.iter().map(|(_, result)| match result {
        Ok(_) => String::from("fulfilled"),
        Err(error) => format!("rejected {}", error.name),
    });
    fired.chain(settled).collect()
}

fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    let end = text.find([' ', '{']).unwrap_or(text.len());
    text[..end].to_owned()
}

/// All steps in short, those without any effect left out.
fn steps(app: &mut App) -> Vec<Vec<String>> {
    app.pull_all()
        .iter()
        .map(short)
        .filter(|step| !step.is_empty())
        .collect()
}

fn words(steps: &[&[&str]]) -> Vec<Vec<String>> {
    steps
        .iter()
        .map(|step| step.iter().map(|&word| word.to_owned()).collect())
        .collect()
}

const GATHERING: &str = "gathering";

/// Without what the transports do meanwhile.
fn without_transports(steps: Vec<Vec<String>>) -> Vec<Vec<String>> {
    steps
        .into_iter()
        .map(|step| {
            let is_other = |word: &String| {
                !["Ice", "Dtls", "ConnectionState"]
                    .iter()
                    .any(|other| word.contains(other))
            };
            step.into_iter().filter(is_other).collect::<Vec<_>>()
        })
        .filter(|step| !step.is_empty())
        .collect()
}

// api: RTCPeerConnection.onsignalingstatechange, RTCPeerConnection.setLocalDescription
#[test]
fn the_state_changes_then_the_event_fires_then_the_promise_settles() {
    let mut app = App::new("a");
    app.audio();
    app.pull_all();
    let promise = app.promise(Call::SetLocalDescription(None));
    assert_eq!(
        app.state(),
        SignalingState::Stable,
        "nothing happens in the call"
    );
    let step = app.pull().unwrap();
    assert_eq!(app.state(), SignalingState::HaveLocalOffer);
    assert_eq!(short(&step), ["SignalingStateChange(HaveLocalOffer)"]);
    assert!(step.more, "the same task goes on");
    let step = app.pull().unwrap();
    assert_eq!(short(&step), ["fulfilled"]);
    assert_eq!(step.settle[0].0, promise);
    assert!(!step.more);
}

// api: RTCPeerConnection.onsignalingstatechange, RTCPeerConnection.ontrack, RTCPeerConnection.setRemoteDescription
#[test]
fn tracks_are_told_behind_the_state_and_before_the_promise() {
    let (mut a, mut b) = pair();
    a.add_track(Kind::Audio, "mic", &["one"]);
    a.add_track(Kind::Video, "camera", &["one"]);
    let offer = a.set_implicitly();
    b.promise(Call::SetRemoteDescription(offer));
    assert_eq!(
        steps(&mut b),
        words(&[
            &["SignalingStateChange(HaveRemoteOffer)", "Track", "Track"],
            &["fulfilled"]
        ])
    );
}

// api: RTCPeerConnection.setRemoteDescription, RTCPeerConnection.ontrack
#[test]
fn mute_comes_before_the_removal_and_that_before_new_tracks() {
    let (mut a, mut b) = pair();
    let audio = a.add_track(Kind::Audio, "mic", &["one"]);
    negotiate(&mut a, &mut b);
    let receiver = b.transceivers()[0].id.receiver();
    b.pc.call(
        b.now,
        Call::GetStats(stonechat_peerconnection::stats::StatsSelector::All),
    );
    b.pull_all();
    a.does(Call::RemoveTrack(audio));
    a.add_track(Kind::Video, "camera", &["two"]);
    let offer = a.set_implicitly();
    b.promise(Call::SetRemoteDescription(offer));
    let fired = steps(&mut b).remove(0);
    assert_eq!(fired[0], "SignalingStateChange(HaveRemoteOffer)");
    let removed = fired
        .iter()
        .position(|word| word == "TrackRemoved")
        .unwrap();
    let added = fired.iter().position(|word| word == "Track").unwrap();
    assert!(removed < added, "{fired:?}");
    let view = b
        .session()
        .transceiver(stonechat_peerconnection::TransceiverId(receiver.0));
    assert!(view.unwrap().receiver_muted);
}

// api: RTCPeerConnection.createOffer
#[test]
fn an_operation_without_events_takes_one_step() {
    let mut app = App::new("a");
    app.promise(Call::CreateOffer(OfferOptions::default()));
    assert_eq!(steps(&mut app), words(&[&["fulfilled"]]));
}

// api: RTCPeerConnection.createOffer, RTCPeerConnection.setLocalDescription, RTCPeerConnection.setRemoteDescription
#[test]
fn operations_are_done_in_the_order_in_which_they_were_asked_for() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    let promises = [
        b.promise(Call::SetRemoteDescription(offer)),
        b.promise(Call::CreateAnswer),
        b.promise(Call::SetLocalDescription(None)),
        b.promise(Call::CreateOffer(OfferOptions::default())),
    ];
    let settled: Vec<_> = b
        .pull_all()
        .into_iter()
        .flat_map(|step| step.settle)
        .map(|(promise, _)| promise)
        .collect();
    assert_eq!(settled, promises);
    assert_eq!(b.state(), SignalingState::Stable);
}

// api: RTCPeerConnection.createAnswer
#[test]
fn an_operation_that_fails_at_once_does_so_when_its_turn_comes() {
    let mut app = App::new("a");
    app.promise(Call::CreateOffer(OfferOptions::default()));
    let second = app.promise(Call::CreateAnswer);
    let third = app.promise(Call::CreateAnswer);
    let fourth = app.promise(Call::CreateOffer(OfferOptions::default()));
    let step = app.pull().unwrap();
    assert_eq!(
        short(&step),
        [
            "fulfilled",
            "rejected InvalidStateError",
            "rejected InvalidStateError"
        ]
    );
    assert_eq!([step.settle[1].0, step.settle[2].0], [second, third]);
    app.pull_all();
    assert!(app.settled[&fourth].is_ok());
}

// api: RTCPeerConnection.createAnswer, RTCPeerConnection.createOffer
#[test]
fn an_operation_that_fails_at_once_leaves_the_chain_empty() {
    let mut app = App::new("a");
    assert_eq!(app.fails(Call::CreateAnswer), ErrorName::InvalidStateError);
    assert_eq!(app.fails(Call::CreateAnswer), ErrorName::InvalidStateError);
    app.offer();
}

// api: RTCPeerConnection.setLocalDescription
#[test]
fn what_a_handler_asks_for_waits_behind_the_operation() {
    let mut app = App::new("a");
    app.audio();
    let set = app.promise(Call::SetLocalDescription(None));
    let step = loop {
        let step = app.pull().unwrap();
        if step.more {
            break step;
        }
    };
    assert!(step.settle.is_empty());
    // The handler of signalingstatechange: the chain is not empty yet, so nothing fails at once.
    let asked = app.promise(Call::CreateAnswer);
    let step = app.pull().unwrap();
    assert_eq!(step.settle[0].0, set);
    assert_eq!(step.settle[1].0, asked);
    assert_eq!(short(&step)[1], "rejected InvalidStateError");
}

// api: RTCPeerConnection.close, RTCPeerConnection.onsignalingstatechange
#[test]
fn a_handler_that_closes_is_seen_by_the_next_step() {
    let mut app = App::new("a");
    app.audio();
    let set = app.promise(Call::SetLocalDescription(None));
    while !app.pull().unwrap().more {}
    app.does(Call::Close);
    app.pull_all();
    assert!(!app.settled.contains_key(&set));
    assert_eq!(app.state(), SignalingState::Closed);
}

// api: RTCPeerConnection.onnegotiationneeded
#[test]
fn negotiationneeded_is_a_task_of_its_own() {
    let mut app = App::new("a");
    app.audio();
    assert!(app.fired.is_empty(), "not within the call");
    let step = app.pull().unwrap();
    assert_eq!(short(&step), ["NegotiationNeeded"]);
}

// api: RTCPeerConnection.onnegotiationneeded
#[test]
fn negotiationneeded_waits_for_the_chain_to_be_empty() {
    let mut app = App::new("a");
    app.promise(Call::CreateOffer(OfferOptions::default()));
    app.audio();
    app.promise(Call::CreateOffer(OfferOptions::default()));
    assert_eq!(
        steps(&mut app),
        words(&[&["fulfilled"], &["fulfilled"], &["NegotiationNeeded"]])
    );
}

// api: RTCPeerConnection.onnegotiationneeded
#[test]
fn a_task_that_finds_the_chain_busy_defers_itself() {
    let mut app = App::new("a");
    app.audio();
    // The task is queued; an operation begins before it runs.
    app.promise(Call::CreateOffer(OfferOptions::default()));
    assert_eq!(
        steps(&mut app),
        words(&[&["fulfilled"], &["NegotiationNeeded"]])
    );
}

// api: RTCPeerConnection.onnegotiationneeded
#[test]
fn negotiationneeded_fires_only_in_stable_and_then_behind_the_promise() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    a.fired.clear();
    a.video();
    assert!(steps(&mut a).is_empty(), "have-local-offer");
    b.set_remote(&offer);
    let answer = b.answer();
    a.promise(Call::SetRemoteDescription(answer));
    assert_eq!(
        without_transports(steps(&mut a)),
        words(&[
            &["SignalingStateChange(Stable)"],
            &["fulfilled"],
            &["NegotiationNeeded"]
        ])
    );
}

// api: RTCPeerConnection.onnegotiationneeded
#[test]
fn what_the_exchange_settled_asks_for_nothing() {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    a.channel("x");
    negotiate(&mut a, &mut b);
    let needed = |event: &Event| matches!(event, Event::NegotiationNeeded);
    a.pull_all();
    b.pull_all();
    assert_eq!([a.count(needed), b.count(needed)], [1, 0]);
    a.channel("y");
    a.pull_all();
    assert_eq!(a.count(needed), 1, "a second channel needs no section");
}

// api: RTCPeerConnection.onnegotiationneeded, RTCRtpTransceiver.direction
#[test]
fn a_change_that_is_taken_back_in_time_asks_for_nothing() {
    let (mut a, mut b) = pair();
    let audio = a.audio();
    negotiate(&mut a, &mut b);
    a.fired.clear();
    a.does(Call::SetDirection(audio, Direction::Inactive));
    a.does(Call::SetDirection(audio, Direction::SendRecv));
    assert!(steps(&mut a).is_empty());
    a.does(Call::SetDirection(audio, Direction::Inactive));
    assert_eq!(steps(&mut a), words(&[&["NegotiationNeeded"]]));
    a.does(Call::SetDirection(audio, Direction::SendRecv));
    assert!(steps(&mut a).is_empty(), "the flag falls without an event");
    a.does(Call::SetDirection(audio, Direction::Inactive));
    assert_eq!(steps(&mut a), words(&[&["NegotiationNeeded"]]));
}

// api: RTCPeerConnection.onnegotiationneeded, RTCSdpType.rollback
#[test]
fn a_rollback_asks_again_for_what_was_not_negotiated() {
    let mut app = App::new("a");
    app.audio();
    app.set_implicitly();
    app.pull_all();
    app.fired.clear();
    app.promise(Call::SetLocalDescription(Some(rollback())));
    let all = without_transports(steps(&mut app));
    assert_eq!(
        all,
        words(&[
            &["SignalingStateChange(Stable)"],
            &["fulfilled"],
            &["NegotiationNeeded"]
        ])
    );
}

// api: RTCPeerConnection.onnegotiationneeded, RTCPeerConnection.setRemoteDescription
#[test]
fn an_offer_of_the_peer_that_leaves_something_out_asks_behind_the_answer() {
    let (mut a, mut b) = pair();
    a.audio();
    b.video();
    b.pull_all();
    negotiate(&mut a, &mut b);
    b.pull_all();
    let needed = |event: &Event| matches!(event, Event::NegotiationNeeded);
    assert_eq!(
        b.count(needed),
        2,
        "once for itself, once behind the answer"
    );
}

// api: RTCPeerConnection.onsignalingstatechange
#[test]
fn the_state_that_stays_fires_nothing() {
    let mut app = App::new("a");
    app.audio();
    app.set_implicitly();
    app.fired.clear();
    let offer = app.offer();
    app.promise(Call::SetLocalDescription(Some(offer)));
    assert_eq!(steps(&mut app), words(&[&["fulfilled"]]));
}

// api: RTCPeerConnection.onsignalingstatechange, RTCSdpType.rollback
#[test]
fn glare_fires_stable_before_anything_of_the_peer_is_applied() {
    let (mut a, mut b) = pair();
    a.audio();
    b.audio();
    a.set_implicitly();
    let theirs = b.set_implicitly();
    a.pull_all();
    a.promise(Call::SetRemoteDescription(theirs));
    let first = a.pull().unwrap();
    assert_eq!(short(&first)[0], "SignalingStateChange(Stable)");
    assert!(first.settle.is_empty());
    assert!(!first.more, "the offer is a task of its own");
    assert_eq!(a.description(Which::Remote), None);
    let rest = without_transports(steps(&mut a));
    assert_eq!(
        rest,
        words(&[
            &["SignalingStateChange(HaveRemoteOffer)", "Track"],
            &["fulfilled"]
        ])
    );
}

// api: RTCPeerConnection.setRemoteDescription
#[test]
fn a_rejection_settles_in_a_task_and_fires_nothing() {
    let mut app = App::new("a");
    let promise = app.promise(Call::SetRemoteDescription(described(SdpType::Offer, "x")));
    assert!(app.settled.is_empty());
    assert_eq!(steps(&mut app), words(&[&["rejected OperationError"]]));
    assert!(app.settled[&promise].is_err());
}

// api: RTCPeerConnection.addIceCandidate
#[test]
fn a_candidate_waits_for_the_description_before_it() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    b.promise(Call::SetRemoteDescription(offer));
    let added = b.promise(Call::AddIceCandidate(Some(candidate(
        CANDIDATE,
        Some("0"),
        None,
    ))));
    let refused = b.promise(Call::AddIceCandidate(Some(candidate(
        CANDIDATE,
        Some("x"),
        None,
    ))));
    b.pull_all();
    assert!(b.settled[&added].is_ok());
    let error = b.settled[&refused].as_ref().unwrap_err();
    assert_eq!(error.name, ErrorName::OperationError);
}

// api: RTCPeerConnection.getTransceivers, RTCPeerConnection.addTrack
#[test]
fn a_track_that_was_added_while_the_offer_waits_takes_its_section() {
    let (mut a, mut b) = pair();
    a.audio();
    let offer = a.set_implicitly();
    b.promise(Call::SetRemoteDescription(offer));
    b.add_track(Kind::Audio, "mic", &["one"]);
    b.pull_all();
    assert_eq!(
        b.transceivers().len(),
        1,
        "the body of the task runs when it is pulled"
    );
}

// api: RTCPeerConnection.getStats
#[test]
fn get_stats_is_no_operation_of_the_chain() {
    let mut app = App::new("a");
    app.promise(Call::GetStats(
        stonechat_peerconnection::stats::StatsSelector::All,
    ));
    // Nothing is chained, so this fails at once.
    assert_eq!(app.fails(Call::CreateAnswer), ErrorName::InvalidStateError);
}

// api: RTCPeerConnection.close, RTCPeerConnection.getStats
#[test]
fn get_stats_settles_even_after_close() {
    let mut app = App::new("a");
    app.does(Call::Close);
    let promise = app.promise(Call::GetStats(
        stonechat_peerconnection::stats::StatsSelector::All,
    ));
    app.pull_all();
    assert!(app.settled[&promise].is_ok());
}

// api: RTCPeerConnection.close, MediaStreamTrack.onended
#[test]
fn close_ends_the_tracks_that_were_received_in_tasks() {
    let (mut a, mut b) = pair();
    a.add_track(Kind::Audio, "mic", &["one"]);
    a.add_track(Kind::Video, "camera", &["one"]);
    negotiate(&mut a, &mut b);
    b.pull_all();
    b.does(Call::Close);
    assert_eq!(
        steps(&mut b),
        words(&[
            &["TrackEnded(ReceiverId(0))"],
            &["TrackEnded(ReceiverId(1))"]
        ])
    );
}

// api: RTCPeerConnection.setRemoteDescription, RTCRtpTransceiver.stop, MediaStreamTrack.onended
#[test]
fn an_offer_that_takes_a_section_back_stops_its_transceiver_at_once() {
    let (mut a, mut b) = pair();
    a.add_track(Kind::Audio, "mic", &["one"]);
    negotiate(&mut a, &mut b);
    let audio = a.transceivers()[0].id;
    a.does(Call::StopTransceiver(audio));
    a.pull_all();
    let offer = a.set_implicitly();
    b.pull_all();
    let theirs = b.transceivers()[0].id;
    b.promise(Call::SetRemoteDescription(offer));
    let all = steps(&mut b);
    assert_eq!(all[0][0], "SignalingStateChange(HaveRemoteOffer)");
    assert_eq!(all[1], ["fulfilled"]);
    assert!(
        all[2..]
            .concat()
            .iter()
            .any(|word| word.starts_with("TrackEnded"))
    );
    let view = b.session().transceiver(theirs).unwrap();
    assert!(view.stopped);
    b.set_implicitly();
    assert!(b.transceivers().is_empty(), "and the answer removes it");
}

// api: RTCDtlsTransport.onstatechange, RTCIceTransport.onstatechange, RTCDtlsTransportState.closed, RTCIceTransportState.closed
#[test]
fn a_transport_that_is_discarded_fires_closed_in_a_task() {
    let (mut a, mut b) = pair();
    a.audio();
    a.video();
    let offer = a.set_implicitly();
    assert_eq!(a.session().transports().len(), 2, "balanced");
    b.set_remote(&offer);
    let answer = b.answer();
    let gone = a.session().transports()[1];
    a.promise(Call::SetRemoteDescription(answer));
    let all: Vec<Step> = a.pull_all();
    let at = all
        .iter()
        .position(|step| {
            step.fire.iter().any(|event| {
                matches!(event, Event::IceTransportStateChange(id, IceTransportState::Closed) if *id == gone)
            })
        })
        .unwrap();
    let settled = all.iter().position(|step| !step.settle.is_empty()).unwrap();
    assert!(at > settled);
    assert!(name(&all[at].fire[0]).starts_with("DtlsTransportStateChange"));
    assert_eq!(a.session().transports().len(), 1);
    assert!(a.session().transport(gone).is_none());
}

// api: RTCPeerConnection.setLocalDescription, RTCPeerConnection.onicegatheringstatechange
#[test]
fn gathering_begins_behind_the_promise() {
    let mut app = App::new("a");
    app.channel("x");
    app.pull_all();
    app.promise(Call::SetLocalDescription(None));
    let all = steps(&mut app);
    let settled = all
        .iter()
        .position(|step| step.contains(&String::from("fulfilled")));
    let gathers = all.iter().position(|step| {
        step.iter()
            .any(|word| word.to_lowercase().contains(GATHERING))
    });
    if let Some(gathers) = gathers {
        assert!(settled.unwrap() < gathers, "{all:?}");
    }
}

// api: RTCPeerConnection.setRemoteDescription, RTCSdpType.pranswer
#[test]
fn a_provisional_answer_fires_its_state_and_tracks() {
    let (mut a, mut b) = pair();
    a.audio();
    b.add_track(Kind::Audio, "mic", &["one"]);
    let offer = a.set_implicitly();
    b.set_remote(&offer);
    let answer = b.answer();
    a.promise(Call::SetRemoteDescription(retyped(
        &answer,
        SdpType::Pranswer,
    )));
    let first = steps(&mut a).remove(0);
    assert_eq!(first, ["SignalingStateChange(HaveRemotePranswer)", "Track"]);
    a.promise(Call::SetRemoteDescription(answer));
    let first = steps(&mut a).remove(0);
    assert_eq!(
        first,
        ["SignalingStateChange(Stable)"],
        "the track was told already"
    );
}

// api: RTCPeerConnection.createOffer
#[test]
fn nothing_happens_to_those_who_do_not_pull() {
    let mut app = App::new("a");
    app.audio();
    assert!(matches!(
        app.call(Call::SetLocalDescription(None)),
        Answer::Promise(_)
    ));
    assert_eq!(app.state(), SignalingState::Stable);
    assert_eq!(app.description(Which::Local), None);
    assert_eq!(app.transceivers()[0].mid, None);
}
