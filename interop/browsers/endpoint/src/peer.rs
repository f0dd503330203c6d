//! One peer connection of one case: its signalling, and what is known of it so far.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use stonechat::{
    Api, Events, MediaEngine, MediaKind, MediaStreamTrack, PeerConnectionEvent, RtcCertificate,
    RtcDataChannel, RtcDataChannelInit, RtcDtlsTransport, RtcIceProtocol, RtcPeerConnection,
    RtcPeerConnectionState, RtcRtpReceiver, RtcRtpTransceiver, RtcSignalingState,
};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::cases::{negotiation, sending};
use crate::media::{Library, Recorder, play};
use crate::message::{Case, Kind, Message, Role};

/// No step of a healthy case takes this long, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A peer connection and what belongs to it; all its tasks end with it.
pub(crate) struct Peer {
    pub(crate) case: Case,
    pub(crate) connection: RtcPeerConnection,
    outbox: mpsc::UnboundedSender<Message>,
    library: Arc<Library>,
    facts: watch::Sender<Facts>,
    tasks: Mutex<JoinSet<()>>,
    /// Held while a description of ours is set and sent: its candidates come after it.
    describing: tokio::sync::Mutex<()>,
    /// Whether an offer of ours is being made.
    making: AtomicBool,
    /// Whether the last offer of the peer was ignored.
    ignoring: AtomicBool,
    /// Whether `negotiationneeded` makes offers.
    driven: AtomicBool,
    started: Instant,
}

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) answers: u32,
    pub(crate) steps: BTreeSet<String>,
    pub(crate) bye: bool,
    pub(crate) failure: Option<String>,
    pub(crate) channels: BTreeMap<String, RtcDataChannel>,
    /// Frames received and usable, by kind.
    pub(crate) frames: BTreeMap<&'static str, u64>,
    /// Frames received by the rid of their encoding.
    pub(crate) encodings: BTreeMap<String, u64>,
    pub(crate) files: Vec<PathBuf>,
    /// Whether the connection failed.
    pub(crate) failed: bool,
    recording: usize,
    finishing: bool,
}

impl Peer {
    pub(crate) fn new(
        case: Case,
        certificate: Option<RtcCertificate>,
        library: Arc<Library>,
        inbox: mpsc::UnboundedReceiver<Message>,
        outbox: mpsc::UnboundedSender<Message>,
    ) -> Result<Arc<Self>> {
        let mut configuration = case.configuration.to_rtc();
        configuration.certificates.extend(certificate);
        let listens = case.name == "tcp";
        let api = Api::default().configure(|config| config.connection.ice.tcp.passive = listens);
        let connection = api.peer_connection(configuration)?;
        let events = connection.events();
        let peer = Arc::new(Self {
            case,
            connection,
            outbox,
            library,
            facts: watch::Sender::new(Facts::default()),
            tasks: Mutex::new(JoinSet::new()),
            describing: tokio::sync::Mutex::new(()),
            making: AtomicBool::new(false),
            ignoring: AtomicBool::new(false),
            driven: AtomicBool::new(false),
            started: Instant::now(),
        });
        let signalled = Arc::clone(&peer);
        peer.spawn(async move { signalled.signalling(inbox).await });
        let watched = Arc::clone(&peer);
        peer.spawn(async move { watched.watch_events(events).await });
        Ok(peer)
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .spawn(task);
    }

    /// Ends all tasks and closes the connection.
    pub(crate) async fn close(&self) {
        self.connection.close();
        // Goodbyes go out before the next case starts.
        let _ = timeout(Duration::from_secs(5), self.connection.closed()).await;
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }

    pub(crate) fn send(&self, message: Message) {
        // The runner going away ends the program anyway.
        let _ = self.outbox.send(message);
    }

    fn note(&self, change: impl FnOnce(&mut Facts)) {
        self.facts.send_modify(change);
    }

    pub(crate) fn fail(&self, why: impl Into<String>) {
        let why = why.into();
        self.note(|facts| {
            facts.failure.get_or_insert(why);
        });
    }

    /// Waits until `fact` gives something.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        mut fact: impl FnMut(&Facts) -> Option<T>,
    ) -> Result<T> {
        let mut facts = self.facts.subscribe();
        let wait = async {
            loop {
                if let Some(value) = fact(&facts.borrow_and_update()) {
                    return Ok(value);
                }
                facts.changed().await.context("the case is over")?;
            }
        };
        within(PATIENCE, what, wait).await?
    }

    /// Resolves when something went wrong that no step is waiting for.
    pub(crate) async fn failure(&self) -> anyhow::Error {
        let mut facts = self.facts.subscribe();
        let failure = match facts.wait_for(|facts| facts.failure.is_some()).await {
            Ok(facts) => facts.failure.clone().unwrap_or_default(),
            Err(_) => "the case is over".to_owned(),
        };
        anyhow!(failure)
    }

    async fn signalling(self: Arc<Self>, mut inbox: mpsc::UnboundedReceiver<Message>) {
        let mut early = Vec::new();
        while let Some(message) = inbox.recv().await {
            let result = match message {
                Message::Sdp(description) => {
                    let offer = description.kind == Kind::Offer;
                    self.description(offer, description.into(), &mut early)
                        .await
                }
                Message::Candidate(candidate) if self.connection.remote_description().is_none() => {
                    early.push(candidate);
                    Ok(())
                }
                Message::Candidate(candidate) => self.candidate(candidate).await,
                Message::Step(step) => {
                    self.note(|facts| {
                        facts.steps.insert(step);
                    });
                    Ok(())
                }
                Message::Bye(_) => {
                    self.note(|facts| facts.bye = true);
                    Ok(())
                }
                Message::Stop(_) => {
                    self.fail("stopped");
                    Ok(())
                }
                Message::Hello(_) | Message::Case(_) | Message::Result(_) => Ok(()),
            };
            // After the end of the connection messages of the other side may still come.
            if let Err(error) = result
                && self.connection.connection_state() != RtcPeerConnectionState::Closed
            {
                self.fail(format!("signalling: {error:#}"));
            }
        }
    }

    /// Perfect negotiation; the party whose role is to answer gives way.
    async fn description(
        self: &Arc<Self>,
        offer: bool,
        description: stonechat::RtcSessionDescription,
        early: &mut Vec<Option<crate::message::Candidate>>,
    ) -> Result<()> {
        let stable = self.connection.signaling_state() == RtcSignalingState::Stable;
        let collision = offer && (self.making.load(Ordering::Relaxed) || !stable);
        let ignoring = collision && self.is_offerer();
        self.ignoring.store(ignoring, Ordering::Relaxed);
        if ignoring {
            return Ok(());
        }
        let mut description = description;
        if self.is_over_tcp() {
            negotiation::keep_candidates(&mut description, |_| false);
        }
        self.connection
            .set_remote_description(description)
            .await
            .context("the description")?;
        for candidate in early.drain(..) {
            self.candidate(candidate).await?;
        }
        if !offer {
            self.note(|facts| facts.answers += 1);
            return Ok(());
        }
        let added = self.answer_media()?;
        negotiation::answer(self).await.context("the answer")?;
        for media in added {
            self.play(media);
        }
        Ok(())
    }

    /// Whether only candidates that listen for TCP are told, and none of the other side taken.
    fn is_over_tcp(&self) -> bool {
        self.case.name == "tcp"
    }

    async fn candidate(&self, candidate: Option<crate::message::Candidate>) -> Result<()> {
        if self.is_over_tcp() && candidate.is_some() {
            return Ok(());
        }
        let candidate = candidate.map(Into::into);
        let added = self.connection.add_ice_candidate(candidate).await;
        // Those of an offer that was ignored or taken back have no place.
        let taken_back = self.driven.load(Ordering::Relaxed) || self.case.name == "rollback";
        if taken_back || self.ignoring.load(Ordering::Relaxed) {
            return Ok(());
        }
        added.context("a candidate")
    }

    /// Every media section of the peer that is used is answered with a track of ours.
    fn answer_media(self: &Arc<Self>) -> Result<Vec<Outgoing>> {
        let mut added = Vec::new();
        for transceiver in self.connection.get_transceivers() {
            let unused = transceiver.sender().track().is_none() && !transceiver.stopped();
            let silent = ["glare", "rollback", "simulcast"].contains(&self.case.name.as_str());
            if unused && transceiver.mid().is_some() && !silent {
                if self.case.name == "encoded-transform" {
                    sending::transform(self, &transceiver)?;
                }
                added.push(self.add_media(transceiver.kind())?);
            }
        }
        Ok(added)
    }

    /// Sets the description that fits the state and sends it.
    pub(crate) async fn describe(&self) -> Result<()> {
        let _describing = self.describing.lock().await;
        self.connection.set_local_description(None).await?;
        let description = self
            .connection
            .local_description()
            .context("no local description")?;
        self.send_description(description);
        Ok(())
    }

    /// Sets this description and sends it.
    pub(crate) async fn set_and_send(
        &self,
        description: stonechat::RtcSessionDescription,
    ) -> Result<()> {
        let _describing = self.describing.lock().await;
        let connection = &self.connection;
        connection.set_local_description(Some(description)).await?;
        let description = connection
            .local_description()
            .context("no local description")?;
        self.send_description(description);
        Ok(())
    }

    fn send_description(&self, mut description: stonechat::RtcSessionDescription) {
        if self.case.name == "fingerprint-mismatch" && self.is_offerer() {
            negotiation::forge(&mut description);
        }
        if self.is_over_tcp() {
            negotiation::keep_candidates(&mut description, |line| !line.contains(" udp "));
        }
        self.send(Message::Sdp(description.into()));
    }

    /// From now on `negotiationneeded` makes the offers.
    pub(crate) fn negotiate_when_needed(&self) {
        self.driven.store(true, Ordering::Relaxed);
    }

    async fn offer_when_needed(&self) -> Result<()> {
        let _describing = self.describing.lock().await;
        self.making.store(true, Ordering::Relaxed);
        let set = self.connection.set_local_description(None).await;
        // An offer of the peer may have taken the place of ours.
        let local = self.connection.pending_local_description();
        if let Some(offer) = local.filter(|offer| offer.kind == stonechat::RtcSdpType::Offer) {
            self.send_description(offer);
        }
        self.making.store(false, Ordering::Relaxed);
        set.map_err(Into::into)
    }

    /// Makes an offer and waits until the answer is set.
    pub(crate) async fn negotiate(&self) -> Result<()> {
        let answers = self.facts.borrow().answers;
        self.describe().await.context("the offer")?;
        self.until("the answer", |facts| {
            (facts.answers > answers).then_some(())
        })
        .await
    }

    async fn watch_events(self: Arc<Self>, mut events: Events<PeerConnectionEvent>) {
        use PeerConnectionEvent as Event;
        while let Some(event) = events.next().await {
            match event {
                Event::IceCandidate(event) => {
                    drop(self.describing.lock().await);
                    let candidate = event.candidate;
                    let protocol = candidate.as_ref().and_then(|told| told.protocol());
                    if self.is_over_tcp() && protocol == Some(RtcIceProtocol::Udp) {
                        continue;
                    }
                    let candidate = candidate.map(|candidate| candidate.to_json().into());
                    self.send(Message::Candidate(candidate));
                }
                Event::ConnectionStateChange(RtcPeerConnectionState::Failed) => {
                    self.note(|facts| facts.failed = true);
                    if self.case.name != "fingerprint-mismatch" {
                        self.fail("connectionState failed");
                    }
                }
                Event::NegotiationNeeded if self.driven.load(Ordering::Relaxed) => {
                    let peer = Arc::clone(&self);
                    self.spawn(async move {
                        if let Err(error) = peer.offer_when_needed().await {
                            peer.fail(format!("negotiation: {error:#}"));
                        }
                    });
                }
                Event::DataChannel(event) => self.note(|facts| {
                    let label = event.channel.label().to_owned();
                    facts.channels.insert(label, event.channel);
                }),
                Event::Track(event) => {
                    let peer = Arc::clone(&self);
                    self.note(|facts| facts.recording += 1);
                    self.spawn(async move {
                        if let Err(error) = peer.record(event.track, event.receiver).await {
                            peer.fail(format!("recording: {error:#}"));
                        }
                        peer.note(|facts| facts.recording -= 1);
                    });
                }
                _ => {}
            }
        }
    }

    /// Adds a track to send; it is played once [`play`](Self::play) is called.
    pub(crate) fn add_media(&self, kind: MediaKind) -> Result<Outgoing> {
        let track = MediaStreamTrack::new(kind);
        let sender = self.connection.add_track(&track, &["interop"])?;
        let transceivers = self.connection.get_transceivers();
        let transceiver = transceivers
            .into_iter()
            .find(|transceiver| {
                transceiver
                    .sender()
                    .track()
                    .is_some_and(|sent| sent.id() == track.id())
            })
            .context("the track has no transceiver")?;
        drop(sender);
        if self.case.name == "codec-preferences" {
            let mut codecs = MediaEngine::default().capabilities(kind);
            codecs.retain(|codec| codec.mime_type == "audio/PCMU");
            transceiver.set_codec_preferences(codecs)?;
        }
        if let (MediaKind::Video, Some(codec)) = (kind, &self.case.codec) {
            let mut codecs = MediaEngine::default().capabilities(kind);
            // The wanted one first, the others keep their order.
            codecs.sort_by_key(|other| {
                !other
                    .mime_type
                    .eq_ignore_ascii_case(&format!("video/{codec}"))
            });
            transceiver.set_codec_preferences(codecs)?;
        }
        Ok(Outgoing { track, transceiver })
    }

    /// Sends the clip that fits what was negotiated, in a loop.
    pub(crate) fn play(self: &Arc<Self>, media: Outgoing) {
        let peer = Arc::clone(self);
        self.spawn(async move {
            let result = async {
                let (payload_type, codec) = peer.sent_codec(&media.transceiver)?;
                let clip = peer.library.clip(&codec)?;
                play(
                    clip,
                    Some(payload_type),
                    media.track,
                    media.transceiver.sender().clone(),
                )
                .await
            };
            if let Err(error) = result.await {
                peer.fail(format!("playing: {error:#}"));
            }
        });
    }

    /// The first codec of the peer's section that is in ours too and for which there is a clip.
    fn sent_codec(&self, transceiver: &RtcRtpTransceiver) -> Result<(u8, String)> {
        let mid = transceiver.mid().context("not negotiated")?;
        let remote = self
            .connection
            .remote_description()
            .context("no remote description")?;
        let local = self
            .connection
            .local_description()
            .context("no local description")?;
        let theirs = Section::of(&remote.sdp, &mid).context("no section of the peer")?;
        let ours = Section::of(&local.sdp, &mid).context("no section of ours")?;
        let wanted = match transceiver.kind() {
            MediaKind::Audio if self.case.name == "codec-preferences" => "PCMU",
            MediaKind::Audio => "opus",
            MediaKind::Video => self.case.codec.as_deref().unwrap_or("VP8"),
        };
        theirs
            .codecs()
            .filter(|codec| ours.codecs().any(|other| other == *codec))
            .find(|(_, name)| name.eq_ignore_ascii_case(wanted))
            .with_context(|| format!("no {wanted} was negotiated"))
    }

    async fn record(&self, track: MediaStreamTrack, receiver: RtcRtpReceiver) -> Result<()> {
        let kind = track.kind().as_str();
        let mut recorder: Option<Recorder> = None;
        let mut facts = self.facts.subscribe();
        loop {
            let frame = tokio::select! {
                frame = track.recv_frame() => frame,
                _ = facts.wait_for(|facts| facts.finishing) => None,
            };
            let Some(frame) = frame else { break };
            if let Some(rid) = &frame.rid {
                let rid = rid.to_string();
                self.note(|facts| *facts.encodings.entry(rid).or_default() += 1);
                continue;
            }
            let payload_type = frame.payload_type.get();
            let Some(codec) = self.received_codec(payload_type) else {
                continue;
            };
            let recorder = match &mut recorder {
                Some(recorder) => recorder,
                None if codec == "PCMU" => {
                    self.note(|facts| *facts.frames.entry(kind).or_default() += 1);
                    continue;
                }
                // Comfort noise and tones are not what is recorded.
                None if !["opus", "vp8", "h264", "av1"]
                    .contains(&codec.to_ascii_lowercase().as_str()) =>
                {
                    continue;
                }
                None => {
                    let directory = self.case.output.clone();
                    recorder.insert(Recorder::new(&directory, &codec)?)
                }
            };
            if recorder.write(&frame)? {
                self.note(|facts| *facts.frames.entry(kind).or_default() += 1);
            } else {
                receiver.request_key_frame()?;
            }
        }
        if let Some(file) = recorder.map(Recorder::finish).transpose()?.flatten() {
            self.note(|facts| facts.files.push(file));
        }
        Ok(())
    }

    /// The name of a payload type that we receive.
    fn received_codec(&self, payload_type: u8) -> Option<String> {
        let local = self.connection.local_description()?;
        let prefix = format!("a=rtpmap:{payload_type} ");
        let map = local
            .sdp
            .lines()
            .find_map(|line| line.strip_prefix(&prefix))?;
        Some(map.split('/').next()?.to_owned())
    }

    /// Ends the recordings and gives their files.
    pub(crate) async fn recordings(&self) -> Result<Vec<PathBuf>> {
        self.note(|facts| facts.finishing = true);
        self.until("the recordings' end", |facts| {
            (facts.recording == 0).then(|| facts.files.clone())
        })
        .await
    }

    /// Waits until media of a kind was received, enough to be no accident.
    pub(crate) async fn flowing(&self, kind: MediaKind) -> Result<String> {
        let kind = kind.as_str();
        let count = |facts: &Facts| facts.frames.get(kind).copied().unwrap_or_default();
        let first = count(&self.facts.borrow());
        let wanted = first + if kind == "video" { 40 } else { 100 };
        let frames = self
            .until(&format!("receiving {kind}"), |facts| {
                Some(count(facts)).filter(|&now| now >= wanted)
            })
            .await
            .with_context(|| format!("{} frames of {kind} so far", count(&self.facts.borrow())))?;
        Ok(format!("{frames} {kind} frames received"))
    }

    pub(crate) fn received(&self, kind: MediaKind) -> u64 {
        self.facts
            .borrow()
            .frames
            .get(kind.as_str())
            .copied()
            .unwrap_or_default()
    }

    /// How many frames of which encodings there are.
    pub(crate) fn encodings(&self) -> String {
        format!("{:?} so far", self.facts.borrow().encodings)
    }

    pub(crate) fn open(&self, label: &str, ordered: bool) -> Result<RtcDataChannel> {
        let init = RtcDataChannelInit {
            ordered,
            ..RtcDataChannelInit::default()
        };
        self.open_with(label, init)
    }

    pub(crate) fn open_with(
        &self,
        label: &str,
        init: RtcDataChannelInit,
    ) -> Result<RtcDataChannel> {
        let channel = self.connection.create_data_channel(label, init)?;
        self.note(|facts| {
            facts.channels.insert(label.to_owned(), channel.clone());
        });
        Ok(channel)
    }

    /// The channel of this label, made by either side, once it is open.
    pub(crate) async fn channel(&self, label: &str) -> Result<RtcDataChannel> {
        let what = format!("channel {label}");
        let channel = self
            .until(&what, |facts| facts.channels.get(label).cloned())
            .await?;
        within(PATIENCE, &what, channel.opened()).await??;
        Ok(channel)
    }

    pub(crate) async fn connected(&self) -> Result<Duration> {
        let connected = self
            .connection
            .wait_for_connection(RtcPeerConnectionState::Connected);
        within(PATIENCE, "connecting", connected).await??;
        Ok(self.started.elapsed())
    }

    /// Sends another track of the same clip in the place of the first.
    pub(crate) async fn replace(self: &Arc<Self>, transceiver: &RtcRtpTransceiver) -> Result<()> {
        let track = MediaStreamTrack::new(transceiver.kind());
        transceiver.sender().replace_track(Some(&track)).await?;
        self.play(Outgoing {
            track,
            transceiver: transceiver.clone(),
        });
        Ok(())
    }

    /// Tells the other side how far we are.
    pub(crate) fn step(&self, step: &str) {
        self.send(Message::Step(step.to_owned()));
    }

    /// Tells the other side how far we are, and waits until it is as far.
    pub(crate) async fn together(&self, step: &str) -> Result<()> {
        self.step(step);
        self.reached(step).await
    }

    /// Waits until the other side is as far.
    pub(crate) async fn reached(&self, step: &str) -> Result<()> {
        let what = format!("the other side's step {step}");
        self.until(&what, |facts| facts.steps.contains(step).then_some(()))
            .await
    }

    /// Both sides have what they need.
    pub(crate) async fn finish(&self) -> Result<()> {
        self.send(Message::Bye(true));
        self.until("the other side's end", |facts| facts.bye.then_some(()))
            .await
    }

    pub(crate) fn is_offerer(&self) -> bool {
        self.case.role == Role::Offer
    }

    /// The transport of the data channels.
    pub(crate) fn transport(&self) -> Result<RtcDtlsTransport> {
        let sctp = self.connection.sctp().context("no SCTP transport")?;
        sctp.transport().context("no DTLS transport")
    }

    /// What the handshake agreed on, for the result.
    pub(crate) fn security(&self) -> Result<String> {
        let agreed = self
            .transport()?
            .parameters()
            .context("no DTLS parameters")?;
        let version = match agreed.version.as_str() {
            "FEFC" => "1.3",
            "FEFD" => "1.2",
            other => other,
        };
        Ok(format!("DTLS {version} {}", agreed.cipher))
    }

    /// Username fragments, ours and the peer's.
    pub(crate) fn ufrags(&self) -> Result<[String; 2]> {
        let ufrag = |description: Option<stonechat::RtcSessionDescription>| -> Result<String> {
            let description = description.context("no description")?;
            let mut lines = description.sdp.lines();
            let ufrag = lines.find_map(|line| line.strip_prefix("a=ice-ufrag:"));
            Ok(ufrag.context("no ufrag")?.to_owned())
        };
        Ok([
            ufrag(self.connection.local_description())?,
            ufrag(self.connection.remote_description())?,
        ])
    }
}

/// A track that is sent, and where.
pub(crate) struct Outgoing {
    track: MediaStreamTrack,
    transceiver: RtcRtpTransceiver,
}

/// The lines of one media section.
struct Section<'a>(Vec<&'a str>);

impl<'a> Section<'a> {
    fn of(sdp: &'a str, mid: &str) -> Option<Self> {
        let mut sections: Vec<Vec<&str>> = vec![];
        for line in sdp.lines() {
            if line.starts_with("m=") {
                sections.push(vec![]);
            }
            if let Some(section) = sections.last_mut() {
                section.push(line);
            }
        }
        let wanted = format!("a=mid:{mid}");
        sections
            .into_iter()
            .find(|section| section.contains(&wanted.as_str()))
            .map(Self)
    }

    /// Payload types and names, in the order of the section.
    fn codecs(&self) -> impl Iterator<Item = (u8, String)> {
        let formats = self
            .0
            .first()
            .map(|line| line.split(' ').skip(3))
            .into_iter()
            .flatten();
        formats.filter_map(|format| {
            let prefix = format!("a=rtpmap:{format} ");
            let map = self.0.iter().find_map(|line| line.strip_prefix(&prefix))?;
            let mode_0 = self.0.iter().any(|line| {
                line.starts_with(&format!("a=fmtp:{format} "))
                    && line.contains("packetization-mode=0")
            });
            let name = map.split('/').next()?;
            (!mode_0).then_some((format.parse().ok()?, name.to_owned()))
        })
    }
}

/// `future`, or an error that says what did not happen in time.
pub(crate) async fn within<T>(
    limit: Duration,
    what: &str,
    future: impl Future<Output = T>,
) -> Result<T> {
    match timeout(limit, future).await {
        Ok(value) => Ok(value),
        Err(_) => bail!("{what} took over {} s", limit.as_secs()),
    }
}

/// A short wait between two looks at something.
pub(crate) async fn moment() {
    sleep(Duration::from_millis(100)).await;
}
