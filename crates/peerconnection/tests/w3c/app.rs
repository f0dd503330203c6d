//! An application with one peer connection that pulls its steps by hand, and two of them with
//! nothing between: what needs no packets is tested without any.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use stonechat_crypto::{Certificate, CertificateParams};
use stonechat_peerconnection::session::TransceiverView;
use stonechat_peerconnection::{
    Answer, Call, ChannelId, ChannelInit, Config, Configuration, Direction, Error, ErrorName,
    Event, IceCandidateInit, Kind, OfferOptions, PeerConnection, PromiseId, SdpType, SenderId,
    Session, SessionDescription, SignalingState, Step, TrackInfo, TransceiverId, TransceiverInit,
    Value, Which,
};
use stonechat_sansio::Env;
use stonechat_testkit::clock;

/// One peer connection and what its application saw.
pub(crate) struct App {
    pub(crate) pc: PeerConnection,
    pub(crate) now: Instant,
    /// All events, in order.
    pub(crate) fired: Vec<Event>,
    pub(crate) settled: BTreeMap<PromiseId, Result<Value, Error>>,
}

pub(crate) fn env(name: &str) -> Env {
    clock::env(1).child(name)
}

pub(crate) fn wall() -> SystemTime {
    env("").wall_at(clock::start())
}

pub(crate) fn certificate(name: &str, validity: Duration) -> Certificate {
    let env = env(name);
    let mut rng = env.seed().child("certificate").rng();
    let params = CertificateParams {
        validity,
        ..CertificateParams::default()
    };
    Certificate::self_signed(env.crypto(), &mut rng, wall(), params).unwrap()
}

pub(crate) const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// Makes a peer connection as the constructor does.
pub(crate) fn construct(name: &str, configuration: Configuration) -> Result<PeerConnection, Error> {
    PeerConnection::new(
        Config::default(),
        configuration,
        certificate(name, MONTH),
        &env(name),
        clock::start(),
    )
}

impl App {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, Configuration::default())
    }

    pub(crate) fn with(name: &str, configuration: Configuration) -> Self {
        Self {
            pc: construct(name, configuration).unwrap(),
            now: clock::start(),
            fired: Vec::new(),
            settled: BTreeMap::new(),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        self.pc.session()
    }

    pub(crate) fn state(&self) -> SignalingState {
        self.session().signaling_state()
    }

    pub(crate) fn call(&mut self, call: impl Into<Call>) -> Answer {
        self.pc.call(self.now, call.into())
    }

    /// Calls something that must not fail.
    pub(crate) fn does(&mut self, call: impl Into<Call>) -> Answer {
        match self.call(call) {
            Answer::Failed(error) => panic!("{error}"),
            answer => answer,
        }
    }

    /// Calls something that throws or rejects at once.
    pub(crate) fn fails(&mut self, call: impl Into<Call>) -> ErrorName {
        match self.call(call) {
            Answer::Failed(error) => error.name,
            other => panic!("no error but {other:?}"),
        }
    }

    /// Calls something whose outcome comes later.
    pub(crate) fn promise(&mut self, call: impl Into<Call>) -> PromiseId {
        match self.does(call) {
            Answer::Promise(promise) => promise,
            other => panic!("no promise but {other:?}"),
        }
    }

    /// Pulls one step.
    pub(crate) fn pull(&mut self) -> Option<Step> {
        let step = self.pc.poll_step(self.now)?;
        self.fired.extend(step.fire.iter().cloned());
        self.settled.extend(step.settle.iter().cloned());
        Some(step)
    }

    /// Pulls all steps there are, and returns them.
    pub(crate) fn pull_all(&mut self) -> Vec<Step> {
        std::iter::from_fn(|| self.pull()).collect()
    }

    /// Pulls all steps there are, and returns what fired meanwhile.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        self.pull_all()
            .into_iter()
            .flat_map(|step| step.fire)
            .collect()
    }

    /// The outcome of a call that promises, at once or by steps.
    pub(crate) fn outcome(&mut self, call: impl Into<Call>) -> Result<Value, Error> {
        match self.call(call) {
            Answer::Promise(promise) => {
                self.pull_all();
                self.settled.remove(&promise).expect("it did not settle")
            }
            Answer::Failed(error) => Err(error),
            other => panic!("no promise but {other:?}"),
        }
    }

    /// The name of the error that a promise is rejected with.
    pub(crate) fn rejects(&mut self, call: impl Into<Call>) -> ErrorName {
        self.outcome(call).expect_err("it was fulfilled").name
    }

    pub(crate) fn offer(&mut self) -> SessionDescription {
        self.offer_with(OfferOptions::default())
    }

    pub(crate) fn offer_with(&mut self, options: OfferOptions) -> SessionDescription {
        description(self.outcome(Call::CreateOffer(options)))
    }

    pub(crate) fn answer(&mut self) -> SessionDescription {
        description(self.outcome(Call::CreateAnswer))
    }

    pub(crate) fn set_local(&mut self, description: &SessionDescription) {
        self.outcome(Call::SetLocalDescription(Some(description.clone())))
            .unwrap();
    }

    pub(crate) fn set_remote(&mut self, description: &SessionDescription) {
        self.outcome(Call::SetRemoteDescription(description.clone()))
            .unwrap_or_else(|error| panic!("{error}\n{}", description.sdp));
    }

    pub(crate) fn refuses(&mut self, kind: SdpType, sdp: &str) -> ErrorName {
        self.rejects(Call::SetRemoteDescription(described(kind, sdp)))
    }

    /// `setLocalDescription()` without arguments; returns what was set.
    pub(crate) fn set_implicitly(&mut self) -> SessionDescription {
        self.outcome(Call::SetLocalDescription(None)).unwrap();
        self.description(Which::Local).unwrap()
    }

    pub(crate) fn description(&self, which: Which) -> Option<SessionDescription> {
        self.session().description(which)
    }

    pub(crate) fn add_track(&mut self, kind: Kind, id: &str, streams: &[&str]) -> SenderId {
        let track = TrackInfo {
            id: id.to_owned(),
            kind,
        };
        let streams = streams.iter().map(|&id| id.to_owned()).collect();
        match self.does(Call::AddTrack { track, streams }) {
            Answer::Sender(sender) => sender,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn add_transceiver(&mut self, kind: Kind, direction: Direction) -> TransceiverId {
        let init = TransceiverInit {
            direction,
            ..TransceiverInit::default()
        };
        let call = Call::AddTransceiver {
            kind,
            track: None,
            init,
        };
        match self.does(call) {
            Answer::Transceiver(transceiver) => transceiver,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn audio(&mut self) -> TransceiverId {
        self.add_transceiver(Kind::Audio, Direction::SendRecv)
    }

    pub(crate) fn video(&mut self) -> TransceiverId {
        self.add_transceiver(Kind::Video, Direction::SendRecv)
    }

    pub(crate) fn channel(&mut self, label: &str) -> ChannelId {
        let call = Call::CreateDataChannel {
            label: label.to_owned(),
            init: ChannelInit::default(),
        };
        match self.does(call) {
            Answer::Channel(channel) => channel,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn transceivers(&self) -> Vec<TransceiverView> {
        self.session().transceivers()
    }

    pub(crate) fn count(&self, pattern: impl Fn(&Event) -> bool) -> usize {
        self.fired.iter().filter(|event| pattern(event)).count()
    }
}

pub(crate) fn description(result: Result<Value, Error>) -> SessionDescription {
    match result {
        Ok(Value::Description(description)) => description,
        other => panic!("no description but {other:?}"),
    }
}

pub(crate) fn described(kind: SdpType, sdp: &str) -> SessionDescription {
    SessionDescription {
        kind,
        sdp: sdp.to_owned(),
    }
}

pub(crate) fn rollback() -> SessionDescription {
    described(SdpType::Rollback, "")
}

/// The same text as another type.
pub(crate) fn retyped(description: &SessionDescription, kind: SdpType) -> SessionDescription {
    described(kind, &description.sdp)
}

pub(crate) fn candidate(text: &str, mid: Option<&str>, index: Option<u16>) -> IceCandidateInit {
    IceCandidateInit {
        candidate: text.to_owned(),
        sdp_mid: mid.map(str::to_owned),
        sdp_m_line_index: index,
        username_fragment: None,
    }
}

pub(crate) const CANDIDATE: &str = "candidate:1 1 udp 2122260223 192.0.2.7 40000 typ host";

/// Two applications.
pub(crate) fn pair() -> (App, App) {
    (App::new("a"), App::new("b"))
}

/// One exchange, begun by `a`: offer and answer.
pub(crate) fn negotiate(a: &mut App, b: &mut App) -> (SessionDescription, SessionDescription) {
    let offer = a.offer();
    a.set_local(&offer);
    b.set_remote(&offer);
    let answer = b.answer();
    b.set_local(&answer);
    a.set_remote(&answer);
    assert_eq!(
        [a.state(), b.state()],
        [SignalingState::Stable, SignalingState::Stable]
    );
    (offer, answer)
}

/// The media sections of a description, each with its `m=` line first.
pub(crate) fn sections(sdp: &str) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for line in sdp.lines() {
        if line.starts_with("m=") {
            sections.push(String::new());
        }
        if let Some(section) = sections.last_mut() {
            section.push_str(line);
            section.push_str("\r\n");
        }
    }
    sections
}

/// The values of the lines that begin so.
pub(crate) fn values(sdp: &str, start: &str) -> Vec<String> {
    sdp.lines()
        .filter_map(|line| line.strip_prefix(start).map(str::to_owned))
        .collect()
}

/// The text without the lines that begin so.
pub(crate) fn without(sdp: &str, start: &str) -> String {
    sdp.lines()
        .filter(|line| !line.starts_with(start))
        .map(|line| format!("{line}\r\n"))
        .collect()
}
