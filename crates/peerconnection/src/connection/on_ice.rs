//! What an ICE agent reports.

use std::time::Instant;

use super::layers::Layers;
use crate::fact::Fact;

impl Layers {
    pub(super) fn on_ice(&mut self, now: Instant, index: usize, event: stonechat_ice::Event) {
        use stonechat_ice::Event;
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        let id = transport.id;
        transport.note_selected();
        let generation = || transport.ice.local_credentials().ufrag().to_owned();
        let fact = match event {
            Event::GatheringState(state) => Fact::Gathering {
                transport: id,
                state,
                generation: generation(),
            },
            Event::LocalCandidate(candidate) => Fact::LocalCandidate {
                transport: id,
                url: transport.ice.candidate_url(&candidate).map(str::to_owned),
                candidate,
                generation: generation(),
            },
            Event::CandidateError {
                address,
                url,
                code,
                text,
            } => Fact::CandidateError {
                transport: id,
                local: address,
                url,
                code,
                text,
            },
            Event::State(state) => {
                self.note_outage(now, index, state);
                Fact::IceState {
                    transport: id,
                    state,
                }
            }
            Event::RoleChanged(role) => Fact::IceRole {
                transport: id,
                role,
            },
            Event::SelectedPair { local, remote } => Fact::SelectedPair {
                transport: id,
                local,
                remote,
            },
            _ => return,
        };
        self.facts.push_back(fact);
    }

    /// When a path works again after an outage, SCTP need not wait for its doubled timeouts.
    fn note_outage(&mut self, now: Instant, index: usize, state: stonechat_ice::State) {
        use stonechat_ice::State;
        let Some(transport) = self.transports.get_mut(index) else {
            return;
        };
        match state {
            State::Disconnected | State::Failed => transport.had_outage = true,
            State::Connected | State::Completed => {
                let had_outage = std::mem::take(&mut transport.had_outage);
                if had_outage && self.association == Some(transport.id) {
                    self.channels.path_restored(now);
                }
            }
            State::New | State::Checking | State::Closed => {}
        }
    }
}
