//! What the handles of a peer connection and its driver have in common: the session and where its
//! events go. Packets are not in here; nothing holds the lock across a system call or an await.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use stonechat_media::MediaFrame;
use stonechat_peerconnection::{
    Answer, Call, ChannelId, Delivered, ReceiverId, SenderId, Session, Step, Value,
};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::driver::Command;
use crate::encoded_transform::Outbox;
use crate::error::{RtcError, closed};
use crate::hub::Hub;
use crate::media_stream_track::MediaCodecs;

/// The session of a peer connection, its hub, and the ways to its driver.
pub(crate) struct Shared {
    state: Mutex<State>,
    wake: mpsc::Sender<()>,
    woken: Mutex<mpsc::Receiver<()>>,
    commands: mpsc::Sender<Command>,
    pub(crate) outbox: Outbox,
    pub(crate) codecs: Arc<MediaCodecs>,
    /// Where raw media is encoded.
    pub(crate) runtime: Handle,
    steps: Steps,
}

/// Who runs the steps of a session.
pub(crate) enum Steps {
    /// The driver, as soon as there are some.
    Driver,
    /// The owner of a [`PulledPeerConnection`](crate::pulled::PulledPeerConnection), who is told
    /// by this that there may be some.
    Owner(Box<dyn Fn() + Send + Sync>),
}

/// What is behind the lock.
pub(crate) struct State {
    pub(crate) session: Session,
    pub(crate) hub: Hub,
}

impl std::ops::Deref for State {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl std::ops::DerefMut for State {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Shared {
    pub(crate) fn new(
        session: Session,
        commands: mpsc::Sender<Command>,
        codecs: Arc<MediaCodecs>,
        runtime: Handle,
        steps: Steps,
    ) -> Arc<Self> {
        let (wake, woken) = mpsc::channel(1);
        let hub = Hub::new(&session, Arc::clone(&codecs));
        let state = Mutex::new(State { session, hub });
        Arc::new(Self {
            state,
            wake,
            woken: Mutex::new(woken),
            commands,
            outbox: Outbox::default(),
            codecs,
            runtime,
            steps,
        })
    }

    /// Whether the driver leaves the steps to the owner.
    pub(crate) fn is_pulled(&self) -> bool {
        matches!(self.steps, Steps::Owner(_))
    }

    /// Tells the owner who pulls steps that there may be some.
    pub(crate) fn announce_steps(&self) {
        if let Steps::Owner(wake) = &self.steps
            && self.session().waiting_tasks() > 0
        {
            wake();
        }
    }

    /// Runs one step for the owner who pulls them.
    pub(crate) fn pull_step(&self) -> Option<Step> {
        let step = {
            let mut state = self.session();
            let State { session, hub } = &mut *state;
            let step = session.poll_step(Instant::now())?;
            hub.follow(session, &step);
            step
        };
        self.wake();
        Some(step)
    }

    /// The session, to read it or for the driver to exchange with it.
    pub(crate) fn session(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the session and wakes the driver.
    pub(crate) fn call(&self, call: Call) -> Result<Answer, RtcError> {
        let answer = self.session().call(Instant::now(), call);
        self.wake();
        match answer {
            Answer::Failed(error) => Err(error),
            answer => Ok(answer),
        }
    }

    /// Calls the session and waits for the promise that it gives.
    pub(crate) async fn promise(&self, call: Call) -> Result<Value, RtcError> {
        let (settle, settled) = oneshot::channel();
        {
            let mut state = self.session();
            match state.call(Instant::now(), call) {
                Answer::Promise(promise) => state.hub.expect(promise, settle),
                Answer::Failed(error) => return Err(error),
                _ => return Ok(Value::Nothing),
            }
        }
        self.wake();
        settled.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Tells the session what raw media counted, before it is asked.
    pub(crate) fn report_media(&self) {
        let mut state = self.session();
        for report in state.hub.media_reports() {
            // A report of what is gone is no matter.
            state.call(Instant::now(), report);
        }
    }

    pub(crate) fn wake(&self) {
        // One that is waiting to be seen is enough.
        let _ = self.wake.try_send(());
    }

    /// Ready once after [`wake`](Self::wake).
    pub(crate) fn poll_orders(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner);
        woken.poll_recv(cx).map(|_| ())
    }

    /// Asks the driver for something and does not wait.
    pub(crate) async fn command(&self, command: Command) -> Result<(), RtcError> {
        self.commands.send(command).await.map_err(|_| closed())
    }

    /// Gives a step to the application: state first, then events, then promises.
    pub(crate) fn publish(&self, state: &mut State, step: Step) {
        let State { session, hub } = state;
        hub.publish(session, step);
    }

    pub(crate) fn deliver(&self, receiver: ReceiverId, frame: MediaFrame) {
        let mut state = self.session();
        let State { session, hub } = &mut *state;
        session.note_delivered(Instant::now(), receiver, &Delivered::from(&frame));
        if let Some(track) = hub.track(receiver) {
            track.push(frame);
        }
    }

    /// No more media comes. Who pulls steps hears of it by one.
    pub(crate) fn end(&self, receiver: ReceiverId) {
        if self.is_pulled() {
            return;
        }
        if let Some(track) = self.session().hub.track(receiver) {
            track.end();
        }
    }

    pub(crate) fn writable(&self, sender: SenderId) {
        self.session().hub.writable(sender);
    }

    /// The application took messages of a channel: more may come.
    pub(crate) fn return_credit(&self, channel: ChannelId, octets: u64) {
        self.session().return_credit(channel, octets);
        self.wake();
    }

    /// Everything is closed: those who wait are told.
    pub(crate) fn finish(&self) {
        let mut state = self.session();
        let State { session, hub } = &mut *state;
        if !session.is_closed() {
            session.call(Instant::now(), Call::Close);
        }
        hub.finish();
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}
