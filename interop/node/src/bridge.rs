//! Calls by the name of the operation, and steps.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use stonechat::Api;
use tokio::runtime::Runtime;

use crate::Reply;
use crate::arguments::Arguments;
use crate::clock::ScriptClock;
use crate::codecs;
use crate::devices::Devices;
use crate::error::{Failure, unknown};
use crate::objects::{Id, Key, Objects};
use crate::outcome::{Done, Outcome, PromiseNumber};
use crate::peer::Peer;
use crate::sink::Sinks;
use crate::step::Effects;
use crate::streams::Streams;
use crate::task_queue::{Task, TaskQueue, Wake};
use crate::tracks::Tracks;
use crate::transform::Transforms;

/// All that the addon holds.
#[derive(Debug)]
pub(crate) struct Bridge {
    pub(crate) runtime: Runtime,
    pub(crate) api: Api,
    pub(crate) queue: TaskQueue,
    pub(crate) objects: Objects,
    pub(crate) peers: BTreeMap<Id, Peer>,
    pub(crate) certificates: BTreeMap<Id, stonechat::RtcCertificate>,
    pub(crate) tracks: Tracks,
    pub(crate) streams: Streams,
    pub(crate) devices: Devices,
    pub(crate) sinks: Sinks,
    pub(crate) transforms: Transforms,
    pub(crate) clock: ScriptClock,
    /// The peer connection whose task goes on.
    continuing: Option<Id>,
    last_promise: PromiseNumber,
}

impl Bridge {
    pub(crate) fn new() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("stonechat")
            .enable_all()
            .build()?;
        Ok(Self {
            runtime,
            api: codecs::plug_into(Api::default()),
            queue: TaskQueue::default(),
            objects: Objects::default(),
            peers: BTreeMap::new(),
            certificates: BTreeMap::new(),
            tracks: Tracks::default(),
            streams: Streams::default(),
            devices: Devices::default(),
            sinks: Sinks::default(),
            transforms: Transforms::default(),
            clock: ScriptClock::default(),
            continuing: None,
            last_promise: 0,
        })
    }

    pub(crate) fn start(&mut self, wake: Wake) {
        self.queue.start(wake);
    }

    /// Does an operation and tells what it changed.
    pub(crate) fn call(
        &mut self,
        op: &str,
        this: Option<f64>,
        args: &str,
        bins: Vec<Vec<u8>>,
    ) -> Reply {
        let mut effects = Effects::default();
        let this = this.and_then(object_number);
        let done = Arguments::parse(args, bins).and_then(|mut args| {
            let runtime = self.runtime.handle().clone();
            let _inside = runtime.enter();
            self.dispatch(op, this, &mut args, &mut effects)
        });
        self.refresh_after(op, this, &mut effects);
        if let Some(peer) = this.and_then(|id| self.objects.key(id)?.peer()) {
            self.queue.sync(peer);
        }
        let mut reply = Map::new();
        match done {
            Ok(outcome) => outcome.into_member(&mut reply),
            Err(error) => {
                reply.insert("throw".into(), error.into_json());
            }
        }
        effects.move_into(&mut reply);
        self.reply(reply, effects)
    }

    fn dispatch(
        &mut self,
        op: &str,
        this: Option<Id>,
        args: &mut Arguments,
        effects: &mut Effects,
    ) -> Done {
        if let Some(name) = op.strip_prefix("new ") {
            return self.construct(name, args);
        }
        if let Some((interface, name)) = op.split_once("::") {
            return self.static_operation(interface, name, args);
        }
        match op {
            "clock" => {
                self.clock.set(args.value(0).as_f64().unwrap_or_default());
                return Ok(Outcome::NOTHING);
            }
            "media.createTrack" => return self.create_track(args),
            _ => {}
        }
        let (interface, name) = op.split_once('.').ok_or_else(|| unknown(op))?;
        if interface == "MediaDevices" {
            return self.media_devices(name, args);
        }
        let key = this
            .and_then(|id| self.objects.key(id))
            .ok_or_else(|| unknown("the object"))?;
        match key {
            Key::Peer(peer) => self.peer_connection(peer, name, args),
            Key::Channel(peer, id) => self.data_channel(peer, id, name, args, effects),
            Key::Transceiver(peer, id) => self.transceiver(peer, id, name, args),
            Key::Sender(peer, id) => self.sender(peer, id, name, args),
            Key::Receiver(peer, id) => self.receiver(peer, id, name, args),
            Key::Dtmf(peer, id) => self.dtmf_sender(peer, id, name, args),
            Key::Dtls(peer, id) => self.dtls_transport(peer, id, name, effects),
            Key::Ice(peer, id) => self.ice_transport(peer, id, name),
            Key::Certificate(id) => self.certificate(id, name),
            Key::Track(id) => self.track(id, name, args, effects),
            Key::Stream(id) => self.stream(id, name, args),
            Key::Transform(id) => self.script_transformer(id, name, args),
            Key::Sctp(..) | Key::Description(..) => Err(unknown(op)),
        }
    }

    fn construct(&mut self, name: &str, args: &Arguments) -> Done {
        match name {
            "RTCPeerConnection" => self.new_peer_connection(args),
            "RTCIceCandidate" => self.new_ice_candidate(args),
            "RTCSessionDescription" => self.new_session_description(args),
            "MediaStream" => self.new_stream(args),
            "RTCRtpScriptTransform" => self.new_script_transform(),
            _ => Err(unknown(name)),
        }
    }

    fn static_operation(&mut self, interface: &str, name: &str, args: &mut Arguments) -> Done {
        match (interface, name) {
            ("RTCPeerConnection", "generateCertificate") => self.generate_certificate(args),
            ("RTCRtpSender" | "RTCRtpReceiver", "getCapabilities") => {
                Ok(crate::rtp::capabilities(interface, args.text(0)))
            }
            _ => Err(unknown(name)),
        }
    }

    /// Runs one step of the front task.
    pub(crate) fn next(&mut self) -> Option<Reply> {
        let runtime = self.runtime.handle().clone();
        let _inside = runtime.enter();
        loop {
            let task = match self.continuing.take() {
                Some(peer) => Task::Peer(peer),
                None => self.queue.pop()?,
            };
            let mut effects = Effects::default();
            match task {
                Task::Peer(peer) => {
                    if !self.step(peer, &mut effects) {
                        continue;
                    }
                    if effects.more {
                        self.continuing = Some(peer);
                    }
                    self.queue.sync(peer);
                }
                Task::Job(job) => job(self, &mut effects),
            }
            let mut reply = Map::new();
            effects.move_into(&mut reply);
            return Some(self.reply(reply, effects));
        }
    }

    /// Describes what JavaScript does not know yet.
    fn reply(&mut self, members: Map<String, Value>, effects: Effects) -> Reply {
        let mut members = Value::Object(members);
        self.describe(&mut members);
        Reply {
            json: members.to_string(),
            bins: effects
                .bins
                .into_iter()
                .map(|bin| Vec::from(bin).into())
                .collect(),
        }
    }

    /// A promise that a step settles.
    pub(crate) fn promise(&mut self) -> PromiseNumber {
        self.last_promise += 1;
        self.last_promise
    }

    /// A promise of what `work` leads to elsewhere; `then` makes a value of it in a task.
    pub(crate) fn promise_of<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(&mut Self, T) -> Result<Value, Failure> + Send + 'static,
    ) -> Outcome {
        let promise = self.promise();
        let queue = self.queue.clone();
        self.runtime.spawn(async move {
            let result = work.await;
            queue.push(move |bridge, effects| {
                let settled = then(bridge, result);
                effects.settle(promise, settled);
            });
        });
        Outcome::Promise(promise)
    }

    pub(crate) fn peer(&self, id: Id) -> Result<&Peer, Failure> {
        self.peers
            .get(&id)
            .ok_or_else(|| unknown("the peer connection"))
    }

    pub(crate) fn peer_mut(&mut self, id: Id) -> Result<&mut Peer, Failure> {
        self.peers
            .get_mut(&id)
            .ok_or_else(|| unknown("the peer connection"))
    }

    pub(crate) fn shutdown(self) {
        self.queue.close();
        for peer in self.peers.values() {
            peer.pc.peer_connection().close();
        }
        drop(self.peers);
        self.runtime.shutdown_background();
    }
}

/// A number of JavaScript as that of an object.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers of objects are whole and positive"
)]
pub(crate) fn object_number(number: f64) -> Option<Id> {
    (number >= 1.0).then_some(number as Id)
}

/// Threads for packets and media.
const WORKERS: usize = 2;
