//! The one queue of tasks of the process, in the order in which they arrived.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::Status;
use napi::threadsafe_function::{
    ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue,
};
use stonechat::pulled::PulledPeerConnection;

use crate::bridge::Bridge;
use crate::objects::Id;
use crate::step::Effects;

/// Tells JavaScript that there may be a task; it does not keep the process alive.
pub(crate) type Wake = ThreadsafeFunction<(), UnknownReturnValue, (), Status, false, true, 0>;

/// A task of the addon itself: it runs on the JavaScript thread when it is pulled.
pub(crate) type Job = Box<dyn FnOnce(&mut Bridge, &mut Effects) + Send>;

/// One task.
pub(crate) enum Task {
    /// The next step of a peer connection.
    Peer(Id),
    /// Something of the addon itself.
    Job(Job),
}

/// All handles are the same queue.
#[derive(Clone, Default)]
pub(crate) struct TaskQueue {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<Task>,
    /// The peer connections and how many of their tasks are in the queue.
    peers: BTreeMap<Id, (PulledPeerConnection, usize)>,
    wake: Option<Wake>,
}

impl TaskQueue {
    pub(crate) fn start(&self, wake: Wake) {
        self.lock().wake = Some(wake);
    }

    pub(crate) fn add_peer(&self, id: Id, peer: &PulledPeerConnection) {
        self.lock().peers.insert(id, (peer.clone(), 0));
        self.sync(id);
    }

    /// Queues the tasks of a peer connection that are not in the queue yet.
    pub(crate) fn sync(&self, id: Id) {
        let peer = self.lock().peers.get(&id).map(|(peer, _)| peer.clone());
        let Some(peer) = peer else { return };
        let waiting = peer.waiting_tasks();
        let mut state = self.lock();
        let Some((_, queued)) = state.peers.get_mut(&id) else {
            return;
        };
        let missing = waiting.saturating_sub(*queued);
        *queued += missing;
        state.push((0..missing).map(|_| Task::Peer(id)));
    }

    pub(crate) fn push(&self, job: impl FnOnce(&mut Bridge, &mut Effects) + Send + 'static) {
        self.lock().push([Task::Job(Box::new(job))]);
    }

    pub(crate) fn pop(&self) -> Option<Task> {
        let mut state = self.lock();
        let task = state.tasks.pop_front()?;
        if let Task::Peer(id) = &task
            && let Some((_, queued)) = state.peers.get_mut(id)
        {
            *queued = queued.saturating_sub(1);
        }
        Some(task)
    }

    /// Nothing follows.
    pub(crate) fn close(&self) {
        let state = std::mem::take(&mut *self.lock());
        drop(state);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, tasks: impl IntoIterator<Item = Task>) {
        let before = self.tasks.len();
        self.tasks.extend(tasks);
        if self.tasks.len() > before
            && let Some(wake) = &self.wake
        {
            // A script that is closing needs no task.
            let _ = wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

impl fmt::Debug for TaskQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskQueue")
    }
}
