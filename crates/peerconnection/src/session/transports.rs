//! ICE and DTLS transports as objects, and the states that aggregate them (webrtc-pc, sections
//! 4.3.2 to 4.3.4, 5.5 and 5.6).

use super::Session;
use super::description::IceCandidate;
use super::step::{Event, Step};
use crate::error::{Error, ErrorName};
use crate::fact::{DtlsFact, Fact};
use crate::id::TransportId;
use crate::state::{
    ConnectionState, DtlsTransportState, IceConnectionState, IceGatheringState, IceTransportState,
};

/// All transports that descriptions in force or pending name.
#[derive(Debug, Default)]
pub(crate) struct TransportObjects {
    transports: Vec<TransportObject>,
    made: u32,
}

/// `RTCDtlsTransport` with its `RTCIceTransport`.
#[derive(Debug)]
pub(crate) struct TransportObject {
    pub(crate) id: TransportId,
    pub(crate) credentials: stonechat_ice::Credentials,
    pub(crate) role: stonechat_ice::Role,
    pub(crate) ice_state: IceTransportState,
    pub(crate) gathering_state: IceGatheringState,
    pub(crate) candidates: Vec<stonechat_ice::Candidate>,
    pub(crate) selected: Option<Box<(stonechat_ice::Candidate, stonechat_ice::Candidate)>>,
    pub(crate) dtls_state: DtlsTransportState,
    /// Our role; it does not change while the association lives.
    pub(crate) dtls_role: Option<stonechat_dtls::Role>,
    pub(crate) connected: Option<DtlsFact>,
    pub(crate) selected_changes: u32,
}

impl TransportObjects {
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
            gathering_state: IceGatheringState::New,
            candidates: Vec::new(),
            selected: None,
            dtls_state: DtlsTransportState::New,
            dtls_role: None,
            connected: None,
            selected_changes: 0,
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
        let mut all = self.transports.iter();
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

    /// Forgets the transports that `keep` does not name.
    pub(crate) fn retain(&mut self, keep: impl Fn(TransportId) -> bool) {
        self.transports.retain(|transport| keep(transport.id));
    }

    pub(super) fn close_all(&mut self) {
        for transport in &mut self.transports {
            transport.ice_state = IceTransportState::Closed;
            transport.dtls_state = DtlsTransportState::Closed;
        }
    }
}

impl TransportObject {
    /// New credentials: candidates are gathered again.
    pub(crate) fn restart(&mut self, credentials: stonechat_ice::Credentials) {
        self.credentials = credentials;
        self.candidates.clear();
        self.gathering_state = IceGatheringState::New;
    }
}

impl Session {
    pub(super) fn on_transport_fact(&mut self, fact: Fact, step: &mut Step) {
        match fact {
            Fact::Gathering { transport, state } => self.on_gathering(transport, state, step),
            Fact::LocalCandidate {
                transport,
                candidate,
                url,
            } => {
                self.on_local_candidate(transport, candidate, url, step);
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
            Fact::IceState { transport, state } => {
                if let Some(object) = self.transports.get_mut(transport) {
                    let state = ice_transport_state(state);
                    if object.ice_state != state {
                        object.ice_state = state;
                        step.fire
                            .push(Event::IceTransportStateChange(transport, state));
                    }
                }
                self.update_aggregates(step);
            }
            Fact::IceRole { transport, role } => {
                if let Some(object) = self.transports.get_mut(transport) {
                    object.role = role;
                }
            }
            Fact::SelectedPair {
                transport,
                local,
                remote,
            } => {
                if let Some(object) = self.transports.get_mut(transport) {
                    object.selected = Some(Box::new((*local, *remote)));
                    object.selected_changes += 1;
                    step.fire
                        .push(Event::SelectedCandidatePairChange(transport));
                }
            }
            Fact::DtlsState { transport, state } => self.on_dtls_state(transport, state, step),
            _ => {}
        }
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
        if let DtlsFact::Failed { error } = &fact {
            let error = Error::new(ErrorName::RtcError, error.clone());
            step.fire.push(Event::DtlsTransportError(transport, error));
        }
        if matches!(fact, DtlsFact::Connected { .. }) {
            object.connected = Some(fact);
        }
        if object.dtls_state != state {
            object.dtls_state = state;
            step.fire
                .push(Event::DtlsTransportStateChange(transport, state));
        }
        self.update_aggregates(step);
    }

    fn on_gathering(
        &mut self,
        transport: TransportId,
        state: stonechat_ice::GatheringState,
        step: &mut Step,
    ) {
        let Some(object) = self.transports.get_mut(transport) else {
            return;
        };
        let state = match state {
            stonechat_ice::GatheringState::New => IceGatheringState::New,
            stonechat_ice::GatheringState::Gathering => IceGatheringState::Gathering,
            stonechat_ice::GatheringState::Complete => IceGatheringState::Complete,
        };
        if object.gathering_state == state {
            return;
        }
        object.gathering_state = state;
        let generation = object.credentials.ufrag().to_owned();
        if state == IceGatheringState::Complete {
            let (mid, index) = self.section_of(transport);
            if let Some(section) = self.described_section(transport) {
                self.signaling.end_of_local_candidates(section);
            }
            let candidate = IceCandidate {
                candidate: None,
                sdp_mid: mid,
                sdp_m_line_index: index,
                username_fragment: Some(generation),
            };
            step.fire.push(Event::IceCandidate {
                candidate: Some(candidate),
                url: None,
            });
        }
        step.fire
            .push(Event::IceTransportGatheringStateChange(transport, state));
        self.update_gathering(step);
    }

    fn on_local_candidate(
        &mut self,
        transport: TransportId,
        candidate: Box<stonechat_ice::Candidate>,
        url: Option<String>,
        step: &mut Step,
    ) {
        let (mid, index) = self.section_of(transport);
        let section = self.described_section(transport);
        let Some(object) = self.transports.get_mut(transport) else {
            return;
        };
        // Of a generation that was replaced while the fact waited.
        if candidate
            .ufrag
            .as_deref()
            .is_some_and(|ufrag| ufrag != object.credentials.ufrag())
        {
            return;
        }
        object.candidates.push((*candidate).clone());
        let generation = object.credentials.ufrag().to_owned();
        if let Some(section) = section {
            self.signaling.add_local_candidate(section, &candidate);
        }
        let candidate = IceCandidate {
            candidate: Some(candidate),
            sdp_mid: mid,
            sdp_m_line_index: index,
            username_fragment: Some(generation),
        };
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

    fn update_gathering(&mut self, step: &mut Step) {
        let states = || {
            self.transports
                .iter()
                .map(|transport| transport.gathering_state)
        };
        let state = if states().any(|state| state == IceGatheringState::Gathering) {
            IceGatheringState::Gathering
        } else if states().count() > 0 && states().all(|state| state == IceGatheringState::Complete)
        {
            IceGatheringState::Complete
        } else {
            IceGatheringState::New
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

    /// Computes the states that aggregate those of the transports and fires what changed.
    pub(crate) fn update_aggregates(&mut self, step: &mut Step) {
        let ice = self.aggregate_ice();
        if ice != self.ice_connection_state {
            self.ice_connection_state = ice;
            step.fire.push(Event::IceConnectionStateChange(ice));
        }
        let connection = self.aggregate_connection();
        if connection != self.connection_state {
            self.connection_state = connection;
            step.fire.push(Event::ConnectionStateChange(connection));
        }
    }

    fn aggregate_ice(&self) -> IceConnectionState {
        use IceTransportState as T;
        let any = |state| {
            self.transports
                .iter()
                .any(|transport| transport.ice_state == state)
        };
        let all = |states: &[T]| {
            self.transports
                .iter()
                .all(|transport| states.contains(&transport.ice_state))
        };
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

    fn aggregate_connection(&self) -> ConnectionState {
        use DtlsTransportState as D;
        use IceTransportState as T;
        let any_ice = |state| {
            self.transports
                .iter()
                .any(|transport| transport.ice_state == state)
        };
        let any_dtls = |state| {
            self.transports
                .iter()
                .any(|transport| transport.dtls_state == state)
        };
        let all = |ice: &[T], dtls: &[D]| {
            self.transports.iter().all(|transport| {
                ice.contains(&transport.ice_state) && dtls.contains(&transport.dtls_state)
            })
        };
        if any_ice(T::Failed) || any_dtls(D::Failed) {
            ConnectionState::Failed
        } else if any_ice(T::Disconnected) {
            ConnectionState::Disconnected
        } else if all(&[T::New, T::Closed], &[D::New, D::Closed]) {
            ConnectionState::New
        } else if any_ice(T::New)
            || any_ice(T::Checking)
            || any_dtls(D::New)
            || any_dtls(D::Connecting)
        {
            ConnectionState::Connecting
        } else {
            ConnectionState::Connected
        }
    }
}

fn ice_transport_state(state: stonechat_ice::State) -> IceTransportState {
    match state {
        stonechat_ice::State::New => IceTransportState::New,
        stonechat_ice::State::Checking => IceTransportState::Checking,
        stonechat_ice::State::Connected => IceTransportState::Connected,
        stonechat_ice::State::Completed => IceTransportState::Completed,
        stonechat_ice::State::Disconnected => IceTransportState::Disconnected,
        stonechat_ice::State::Failed => IceTransportState::Failed,
        stonechat_ice::State::Closed => IceTransportState::Closed,
    }
}
