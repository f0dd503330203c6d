//! What the agent reports becomes steps: state first, then events (webrtc-pc, section 5.6).
//!
//! The agent keeps its events until a step is pulled, so that it bounds them.

use super::{IceTransport, SELF};
use crate::ice_candidate::{IceCandidate, IceCandidatePair};
use crate::session::step::{Event, Step};
use crate::state::{IceGathererState, IceTransportState};

/// What is to be done in a step of its own.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// Tell what a method changed.
    Fire(Event),
    /// An event of the agent from before a restart, with the username fragment of its time.
    Agent(Box<stonechat_ice::Event>, String),
    /// The task behind the one that told the end of the candidates of this generation.
    GatheringComplete(String),
}

impl IceTransport {
    /// Runs the first task that has something to tell.
    pub(super) fn run_task(&mut self) -> Option<Step> {
        let mut step = Step::default();
        while step.fire.is_empty() {
            if let Some(task) = self.tasks.pop_front() {
                self.run(task, &mut step);
            } else if self.state == IceTransportState::Closed {
                return None;
            } else if let Some(event) = self.agent.poll_event() {
                let generation = self.generation();
                self.on_agent(event, &generation, &mut step);
            } else {
                self.update_state(&mut step);
                break;
            }
        }
        (!step.fire.is_empty()).then_some(step)
    }

    /// Before a restart: what the agent reported comes first, as far as it does not depend on the
    /// time when it is told.
    pub(super) fn settle_tasks(&mut self) {
        let generation = self.generation();
        while let Some(event) = self.agent.poll_event() {
            use stonechat_ice::Event as E;
            match event {
                E::GatheringState(_) | E::LocalCandidate(_) | E::CandidateError { .. } => {
                    let task = Task::Agent(Box::new(event), generation.clone());
                    self.tasks.push_back(task);
                }
                E::SelectedPair { local, remote } => {
                    let mut step = Step::default();
                    self.on_selected_pair(&local, &remote, &mut step);
                    self.tasks.extend(step.fire.into_iter().map(Task::Fire));
                }
                E::RoleChanged(role) => self.set_role(role),
                _ => {}
            }
        }
    }

    /// The username fragment of our present generation.
    fn generation(&self) -> String {
        self.agent.local_credentials().ufrag().to_owned()
    }

    fn run(&mut self, task: Task, step: &mut Step) {
        match task {
            Task::Fire(event) => step.fire.push(event),
            Task::Agent(event, generation) => {
                if generation == self.generation() {
                    self.on_agent(*event, &generation, step);
                }
            }
            Task::GatheringComplete(generation) => {
                if generation == self.generation() {
                    self.change_gathering_state(IceGathererState::Complete, step);
                }
            }
        }
    }

    fn on_agent(&mut self, event: stonechat_ice::Event, generation: &str, step: &mut Step) {
        use stonechat_ice::Event as E;
        match event {
            E::GatheringState(stonechat_ice::GatheringState::Complete) => {
                let candidate = IceCandidate::end_of_gathering(generation, (None, None));
                step.fire.push(Event::IceCandidate {
                    candidate: Some(candidate),
                    url: None,
                });
                let complete = Task::GatheringComplete(generation.to_owned());
                self.tasks.push_front(complete);
            }
            E::GatheringState(state) => self.change_gathering_state(state.into(), step),
            E::LocalCandidate(candidate) => self.on_local_candidate(&candidate, generation, step),
            E::CandidateError {
                address,
                url,
                code,
                text,
            } => step.fire.push(Event::IceCandidateError {
                local: address,
                url,
                code,
                text,
            }),
            E::SelectedPair { local, remote } => {
                self.on_selected_pair(&local, &remote, step);
                self.update_state(step);
            }
            E::State(_) => self.update_state(step),
            E::RoleChanged(role) => self.set_role(role),
            _ => {}
        }
    }

    fn change_gathering_state(&mut self, state: IceGathererState, step: &mut Step) {
        if self.gathering_state != state {
            self.gathering_state = state;
            let event = Event::IceTransportGatheringStateChange(SELF, state);
            step.fire.push(event);
        }
    }

    fn on_local_candidate(
        &mut self,
        candidate: &stonechat_ice::Candidate,
        generation: &str,
        step: &mut Step,
    ) {
        let url = self.agent.candidate_url(candidate);
        let candidate = IceCandidate::gathered(candidate, generation, (None, None), url);
        let url = url.map(str::to_owned);
        if self.local_candidates.contains(&candidate) {
            return;
        }
        self.local_candidates.push(candidate.clone());
        step.fire.push(Event::IceCandidate {
            candidate: Some(candidate),
            url,
        });
    }

    /// The candidates of the pair are the objects that the application knows, if it knows them.
    fn on_selected_pair(
        &mut self,
        local: &stonechat_ice::Candidate,
        remote: &stonechat_ice::Candidate,
        step: &mut Step,
    ) {
        let mut ours = self.local_candidates.iter();
        let ours = ours.find(|known| known.parsed() == Some(local)).cloned();
        let theirs = self.remote.shown(remote).cloned();
        let pair = Box::new(IceCandidatePair {
            local: ours.unwrap_or_else(|| IceCandidate::from_agent(local)),
            remote: theirs.unwrap_or_else(|| IceCandidate::from_agent(remote)),
        });
        if self.selected.as_ref() != Some(&pair) {
            self.selected = Some(pair);
            step.fire.push(Event::SelectedCandidatePairChange(SELF));
        }
    }

    fn update_state(&mut self, step: &mut Step) {
        let state = self.present_state();
        if self.state != state {
            self.state = state;
            step.fire.push(Event::IceTransportStateChange(SELF, state));
        }
    }

    /// The state that the agent's stands for: without a candidate of the peer nothing is checked.
    pub(super) fn present_state(&self) -> IceTransportState {
        match self.agent.state() {
            stonechat_ice::State::Checking if !self.has_remote_candidates() => {
                IceTransportState::New
            }
            state => state.into(),
        }
    }
}
