//! ICE and DTLS transports as objects, and the states that aggregate them (webrtc-pc, sections
//! 4.3.2 to 4.3.4, 5.5 and 5.6).

use super::Session;
use super::step::{Event, Step};
use super::task::Task;
use crate::fact::{DtlsFact, Fact};
use crate::ice_candidate::{IceCandidate, IceCandidatePair};
use crate::id::TransportId;
use crate::signaling::{RemoteEnd, Section, SectionKind};
use crate::state::{
    ConnectionState, DtlsTransportState, IceConnectionState, IceGathererState, IceGatheringState,
    IceTransportState,
};

/// All transports that descriptions in force or pending name, and those that gather ahead.
#[derive(Debug, Default)]
pub(crate) struct TransportObjects {
    transports: Vec<TransportObject>,
    made: u32,
    /// Facts of generations that no description of ours represents yet: `[[EarlyCandidates]]`.
    early: Vec<Fact>,
    /// No description names these any more; their last events are due.
    discarded: Vec<TransportId>,
    /// Whether an exchange was completed, so that no transport gathers ahead any more.
    pub(crate) pool_is_over: bool,
}

/// `RTCDtlsTransport` with its `RTCIceTransport`.
#[derive(Debug)]
pub(crate) struct TransportObject {
    pub(crate) id: TransportId,
    pub(crate) credentials: stonechat_ice::Credentials,
    pub(crate) role: stonechat_ice::Role,
    pub(crate) ice_state: IceTransportState,
    pub(crate) gathering_state: IceGathererState,
    pub(crate) candidates: Vec<stonechat_ice::Candidate>,
    /// The same as the application saw them.
    pub(crate) surfaced: Vec<IceCandidate>,
    /// What the application gave of the peer, also within descriptions.
    pub(crate) remote_candidates: Vec<IceCandidate>,
    pub(crate) selected: Option<Box<IceCandidatePair>>,
    pub(crate) dtls_state: DtlsTransportState,
    /// Our role; it does not change while the association lives.
    pub(crate) dtls_role: Option<stonechat_dtls::Role>,
    pub(crate) connected: Option<DtlsFact>,
    pub(crate) selected_changes: u32,
    /// `a=tls-id` of our side, and how many DTLS associations there were before this one.
    pub(crate) tls_id: String,
    pub(crate) association: u32,
    /// The peer's end, once an answer decided it.
    pub(crate) remote: Option<RemoteEnd>,
    /// It gathers ahead; no description names it yet.
    pub(crate) is_pooled: bool,
}

impl TransportObjects {
    pub(crate) fn add_pooled(&mut self, credentials: stonechat_ice::Credentials) {
        let id = self.add(credentials, stonechat_ice::Role::Controlling);
        if let Some(transport) = self.get_mut(id) {
            transport.is_pooled = true;
        }
    }

    /// The transports that gather ahead.
    pub(crate) fn pooled(&self) -> Vec<TransportId> {
        let pooled = self.iter().filter(|transport| transport.is_pooled);
        pooled.map(|transport| transport.id).collect()
    }

    /// The credentials of the transport number `index` of those that gather ahead.
    pub(crate) fn pooled_credentials(&self, index: usize) -> Option<stonechat_ice::Credentials> {
        let mut pooled = self.iter().filter(|transport| transport.is_pooled);
        pooled
            .nth(index)
            .map(|transport| transport.credentials.clone())
    }
    pub(crate) fn add(
        &mut self,
        credentials: stonechat_ice::Credentials,
        role: stonechat_ice::Role,
    ) -> TransportId {
        let id = TransportId(self.made);
        self.made += 1;
        self.transports.push(TransportObject {
            id,
            credentials,
            role,
            ice_state: IceTransportState::New,
            gathering_state: IceGathererState::New,
            candidates: Vec::new(),
            surfaced: Vec::new(),
            remote_candidates: Vec::new(),
            selected: None,
            dtls_state: DtlsTransportState::New,
            dtls_role: None,
            connected: None,
            selected_changes: 0,
            tls_id: String::new(),
            association: 0,
            remote: None,
            is_pooled: false,
        });
        id
    }

    pub(crate) fn get(&self, id: TransportId) -> Option<&TransportObject> {
        self.transports.iter().find(|transport| transport.id == id)
    }

    pub(crate) fn with_credentials(
        &self,
        credentials: &stonechat_ice::Credentials,
    ) -> Option<TransportId> {
        let mut all = self.living();
        all.find(|transport| transport.credentials == *credentials)
            .map(|transport| transport.id)
    }

    pub(crate) fn get_mut(&mut self, id: TransportId) -> Option<&mut TransportObject> {
        self.transports
            .iter_mut()
            .find(|transport| transport.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &TransportObject> {
        self.transports.iter()
    }

    /// Those that the connection shall have.
    pub(crate) fn living(&self) -> impl Iterator<Item = &TransportObject> {
        self.iter().filter(|transport| self.lives(transport.id))
    }

    /// Discards the transports that `keep` does not name. Those that the application could see
    /// stay until their last events fired.
    pub(crate) fn retain(&mut self, keep: impl Fn(TransportId) -> bool) {
        for transport in &mut self.transports {
            if keep(transport.id) || self.discarded.contains(&transport.id) {
                continue;
            }
            self.early
                .retain(|fact| fact.transport() != Some(transport.id));
            self.discarded.push(transport.id);
        }
        let discarded = &mut self.discarded;
        self.transports.retain(|transport| {
            let gone = transport.is_pooled && discarded.contains(&transport.id);
            if gone {
                discarded.retain(|id| *id != transport.id);
            }
            !gone
        });
    }

    /// Whether a description names it, or the pool.
    pub(crate) fn lives(&self, id: TransportId) -> bool {
        !self.discarded.contains(&id)
    }

    pub(super) fn close_all(&mut self) {
        for transport in &mut self.transports {
            transport.ice_state = IceTransportState::Closed;
            transport.dtls_state = DtlsTransportState::Closed;
        }
    }
}

impl TransportObject {
    /// New credentials: candidates are gathered again, which is told when it begins.
    pub(crate) fn restart(&mut self, credentials: stonechat_ice::Credentials) {
        self.credentials = credentials;
        self.candidates.clear();
        self.surfaced.clear();
        self.remote_candidates.clear();
    }
}

impl Session {
    /// Candidates and gathering states of generations that no description of ours represents wait
    /// until one does.
    pub(super) fn is_early(&self, fact: &Fact) -> bool {
        matches!(
            fact,
            Fact::Gathering { .. } | Fact::LocalCandidate { .. } | Fact::CandidateError { .. }
        ) && fact
            .transport()
            .and_then(|id| self.transports.get(id))
            .is_some_and(|transport| !self.signaling.represents(&transport.credentials))
    }

    /// "Release early candidates".
    pub(crate) fn release_early_facts(&mut self) {
        let (early, due): (Vec<Fact>, Vec<Fact>) = std::mem::take(&mut self.transports.early)
            .into_iter()
            .partition(|fact| self.is_early(fact));
        self.transports.early = early;
        for fact in due {
            self.queue(Task::Fact(fact));
        }
    }

    pub(super) fn on_transport_fact(&mut self, fact: Fact, step: &mut Step) {
        if fact
            .transport()
            .is_some_and(|id| !self.transports.lives(id))
        {
            return;
        }
        if self.is_early(&fact) {
            self.transports.early.push(fact);
            return;
        }
        match fact {
            Fact::Gathering {
                transport,
                state,
                generation,
            } => self.on_gathering(transport, state, generation, step),
            Fact::LocalCandidate {
                transport,
                candidate,
                generation,
                url,
            } => {
                self.on_local_candidate(transport, &candidate, &generation, url, step);
            }
            Fact::CandidateError {
                local,
                url,
                code,
                text,
                ..
            } => {
                step.fire.push(Event::IceCandidateError {
                    local,
                    url,
                    code,
                    text,
                });
            }
            Fact::IceState { .. } | Fact::SelectedPair { .. } => self.on_ice_change(fact, step),
            Fact::IceRole { transport, role } => {
                if let Some(object) = self.transports.get_mut(transport) {
                    object.role = role;
                }
            }
            Fact::DtlsState { transport, state } => self.on_dtls_state(transport, state, step),
            _ => {}
        }
    }

    /// "Change the selected candidate pair and state": both are one task.
    fn on_ice_change(&mut self, fact: Fact, step: &mut Step) {
        let Some(id) = fact.transport() else { return };
        let mut change = IceChange::default();
        change.take(fact);
        while let Some(next) =
            self.take_next_fact(|next| next.transport() == Some(id) && change.has_room_for(next))
        {
            change.take(next);
        }
        let Some(object) = self.transports.get_mut(id) else {
            return;
        };
        if let Some(pair) = change.pair {
            object.selected = Some(pair);
            object.selected_changes += 1;
            step.fire.push(Event::SelectedCandidatePairChange(id));
        }
        let Some(state) = change.state.filter(|state| *state != object.ice_state) else {
            return;
        };
        object.ice_state = state;
        step.fire.push(Event::IceTransportStateChange(id, state));
        self.update_ice_connection_state(step);
        self.update_connection_state(step);
    }

    fn on_dtls_state(&mut self, transport: TransportId, fact: DtlsFact, step: &mut Step) {
        let Some(object) = self.transports.get_mut(transport) else {
            return;
        };
        let state = match &fact {
            DtlsFact::Connecting => DtlsTransportState::Connecting,
            DtlsFact::Connected { .. } => DtlsTransportState::Connected,
            DtlsFact::Closed => DtlsTransportState::Closed,
            DtlsFact::Failed { .. } => DtlsTransportState::Failed,
        };
        // After a failure nothing is reported any more (webrtc-pc, section 5.5).
        if object.dtls_state == DtlsTransportState::Failed {
            return;
        }
        let changed = std::mem::replace(&mut object.dtls_state, state) != state;
        match fact {
            DtlsFact::Failed { error } => {
                step.fire.push(Event::DtlsTransportError(transport, *error));
            }
            DtlsFact::Connected { .. } => object.connected = Some(fact),
            DtlsFact::Connecting | DtlsFact::Closed => {}
        }
        if changed {
            step.fire
                .push(Event::DtlsTransportStateChange(transport, state));
            self.queue_next(Task::ConnectionState);
        }
    }

    /// The transports that descriptions discarded are closed, and what is left decides the states.
    pub(super) fn on_transports_changed(&mut self, step: &mut Step) {
        for id in std::mem::take(&mut self.transports.discarded) {
            let Some(object) = self.transports.get(id) else {
                continue;
            };
            if object.dtls_state != DtlsTransportState::Closed {
                let closed = DtlsTransportState::Closed;
                step.fire.push(Event::DtlsTransportStateChange(id, closed));
            }
            if object.ice_state != IceTransportState::Closed {
                let closed = IceTransportState::Closed;
                step.fire.push(Event::IceTransportStateChange(id, closed));
            }
            self.transports.transports.retain(|other| other.id != id);
        }
        self.update_gathering(step);
        self.update_ice_connection_state(step);
        self.update_connection_state(step);
    }

    fn on_gathering(
        &mut self,
        transport: TransportId,
        state: stonechat_ice::GatheringState,
        generation: String,
        step: &mut Step,
    ) {
        let Some(object) = self.transports.get_mut(transport) else {
            return;
        };
        if object.credentials.ufrag() != generation {
            return;
        }
        let state = IceGathererState::from(state);
        if object.gathering_state == state {
            return;
        }
        if state == IceGathererState::Complete {
            let (mid, index) = self.section_of(transport);
            if let Some(section) = self.described_section(transport) {
                self.signaling.end_of_local_candidates(section, &generation);
            }
            let candidate = IceCandidate::end_of_gathering(&generation, (mid, index));
            step.fire.push(Event::IceCandidate {
                candidate: Some(candidate),
                url: None,
            });
            self.queue_next(Task::GatheringComplete(transport, generation));
            return;
        }
        object.gathering_state = state;
        step.fire
            .push(Event::IceTransportGatheringStateChange(transport, state));
        if state == IceGathererState::Gathering {
            self.tell_unreachable_servers(step);
        }
        self.update_gathering(step);
    }

    /// A server that cannot be asked is not passed over in silence.
    fn tell_unreachable_servers(&self, step: &mut Step) {
        for (url, transport) in self.configuration.unreachable_servers() {
            step.fire.push(Event::IceCandidateError {
                local: None,
                url: url.to_owned(),
                code: SERVER_NOT_REACHED,
                text: format!("servers over {transport} are not supported"),
            });
        }
    }

    /// The task behind the one that told the end of the candidates.
    pub(super) fn complete_gathering(
        &mut self,
        transport: TransportId,
        generation: &str,
        step: &mut Step,
    ) {
        let Some(object) = self
            .transports
            .get_mut(transport)
            .filter(|object| object.credentials.ufrag() == generation)
        else {
            return;
        };
        object.gathering_state = IceGathererState::Complete;
        step.fire.push(Event::IceTransportGatheringStateChange(
            transport,
            IceGathererState::Complete,
        ));
        self.update_gathering(step);
    }

    fn on_local_candidate(
        &mut self,
        transport: TransportId,
        candidate: &stonechat_ice::Candidate,
        generation: &str,
        url: Option<String>,
        step: &mut Step,
    ) {
        let (mid, index) = self.section_of(transport);
        let section = self.described_section(transport);
        let Some(object) = self.transports.get_mut(transport) else {
            return;
        };
        // Of a generation that was replaced while the fact waited, or known from before a restart
        // that was rolled back.
        if generation != object.credentials.ufrag() || object.candidates.contains(candidate) {
            return;
        }
        object.candidates.push(candidate.clone());
        if let Some(section) = section {
            self.signaling
                .add_local_candidate(section, generation, candidate);
        }
        let candidate = IceCandidate::gathered(candidate, generation, (mid, index), url.as_deref());
        if let Some(object) = self.transports.get_mut(transport) {
            object.surfaced.push(candidate.clone());
        }
        step.fire.push(Event::IceCandidate {
            candidate: Some(candidate),
            url,
        });
    }

    /// The media section that tells of `transport` in our description, by identification and index.
    fn section_of(&self, transport: TransportId) -> (Option<String>, Option<u16>) {
        self.described_section(transport)
            .map_or((None, None), |index| {
                let section = self.signaling.sections.get(index);
                (
                    section.map(|section| section.mid.clone()),
                    u16::try_from(index).ok(),
                )
            })
    }

    fn described_section(&self, transport: TransportId) -> Option<usize> {
        let credentials = &self.transports.get(transport)?.credentials;
        self.signaling.section_of(transport, credentials)
    }

    /// The transports that transceivers and the association go by; the states aggregate these.
    fn referenced(&self) -> impl Iterator<Item = &TransportObject> {
        self.transports.living().filter(|transport| {
            self.signaling.sections.iter().any(|section| {
                section.transport == Some(transport.id)
                    && !section.rejected
                    && self.is_referring(section)
            })
        })
    }

    fn is_referring(&self, section: &Section) -> bool {
        match section.kind {
            SectionKind::Media(_, id) => self
                .transceivers
                .iter()
                .any(|transceiver| transceiver.id == id && !transceiver.stopped),
            SectionKind::Data => self.channels.sctp.is_some(),
            SectionKind::Unknown => false,
        }
    }

    /// An exchange was completed: without transports there is nothing that gathers.
    pub(crate) fn note_end_of_transports(&mut self, step: &mut Step) {
        if self.referenced().next().is_none() {
            self.update_gathering(step);
        }
    }

    fn update_gathering(&mut self, step: &mut Step) {
        let states: Vec<_> = self
            .referenced()
            .map(|transport| transport.gathering_state)
            .collect();
        let state = if states.contains(&IceGathererState::Gathering) {
            IceGatheringState::Gathering
        } else if states.is_empty() || states.contains(&IceGathererState::New) {
            IceGatheringState::New
        } else {
            IceGatheringState::Complete
        };
        if state != self.ice_gathering_state {
            self.ice_gathering_state = state;
            step.fire.push(Event::IceGatheringStateChange(state));
            if state == IceGatheringState::Complete {
                step.fire.push(Event::IceCandidate {
                    candidate: None,
                    url: None,
                });
            }
        }
    }

    fn update_ice_connection_state(&mut self, step: &mut Step) {
        let ice = self.aggregate_ice();
        if ice != self.ice_connection_state {
            self.ice_connection_state = ice;
            step.fire.push(Event::IceConnectionStateChange(ice));
        }
    }

    /// "Update the connection state".
    pub(super) fn update_connection_state(&mut self, step: &mut Step) {
        let connection = self.aggregate_connection();
        if connection != self.connection_state {
            self.connection_state = connection;
            step.fire.push(Event::ConnectionStateChange(connection));
        }
    }

    fn aggregate_ice(&self) -> IceConnectionState {
        use IceTransportState as T;
        let states: Vec<T> = self
            .referenced()
            .map(|transport| transport.ice_state)
            .collect();
        let any = |state| states.contains(&state);
        let all = |allowed: &[T]| states.iter().all(|state| allowed.contains(state));
        if any(T::Failed) {
            IceConnectionState::Failed
        } else if any(T::Disconnected) {
            IceConnectionState::Disconnected
        } else if all(&[T::New, T::Closed]) {
            IceConnectionState::New
        } else if any(T::New) || any(T::Checking) {
            IceConnectionState::Checking
        } else if all(&[T::Completed, T::Closed]) {
            IceConnectionState::Completed
        } else {
            IceConnectionState::Connected
        }
    }

    /// The state that `RTCPeerConnectionState` derives from those of ICE and DTLS. "Completed"
    /// counts as "connected", which the text forgets.
    fn aggregate_connection(&self) -> ConnectionState {
        use DtlsTransportState as D;
        use IceConnectionState as I;
        let ice = self.ice_connection_state;
        let states: Vec<D> = self
            .referenced()
            .map(|transport| transport.dtls_state)
            .collect();
        let all = |allowed: &[D]| states.iter().all(|state| allowed.contains(state));
        if ice == I::Failed || states.contains(&D::Failed) {
            ConnectionState::Failed
        } else if ice == I::Disconnected {
            ConnectionState::Disconnected
        } else if states.is_empty() || ice == I::New && all(&[D::New, D::Closed]) {
            ConnectionState::New
        } else if matches!(ice, I::Connected | I::Completed) && all(&[D::Connected, D::Closed]) {
            ConnectionState::Connected
        } else {
            ConnectionState::Connecting
        }
    }
}

/// `errorCode` of a server that was not reached (webrtc-pc, section 4.8.3).
const SERVER_NOT_REACHED: u16 = 701;

/// What changed of an ICE transport in one task.
#[derive(Default)]
struct IceChange {
    pair: Option<Box<IceCandidatePair>>,
    state: Option<IceTransportState>,
}

impl IceChange {
    fn has_room_for(&self, fact: &Fact) -> bool {
        match fact {
            Fact::IceState { .. } => self.state.is_none(),
            Fact::SelectedPair { .. } => self.pair.is_none(),
            _ => false,
        }
    }

    fn take(&mut self, fact: Fact) {
        match fact {
            Fact::IceState { state, .. } => self.state = Some(state.into()),
            Fact::SelectedPair { local, remote, .. } => {
                self.pair = Some(Box::new(IceCandidatePair {
                    local: IceCandidate::from_agent(&local),
                    remote: IceCandidate::from_agent(&remote),
                }));
            }
            _ => {}
        }
    }
}
