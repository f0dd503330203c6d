//! The signalling state and the descriptions (webrtc-pc, section 4.3.1; RFC 8829, section 3.2).
//!
//! ```text
//!                 set local offer            set remote answer
//!   stable ────────────────────▶ have-local-offer ──────────────▶ stable
//!     │                                │ set remote pranswer        ▲
//!     │                                ▼                            │
//!     │                        have-remote-pranswer ────────────────┤
//!     │ set remote offer          set local answer                  │
//!     └───────────────▶ have-remote-offer ──────────────────────────┤
//!                              │ set local pranswer                 │
//!                              ▼                                    │
//!                      have-local-pranswer ─────────────────────────┘
//! ```
//!
//! [`offer`] and [`answer`] write descriptions; [`apply_local`] and [`apply_remote`] put them in
//! force; [`rollback`] goes back to `stable`; [`candidate`] adds what trickles in.

mod answer;
mod apply_local;
mod apply_remote;
mod candidate;
mod continuity;
mod lip_sync;
mod offer;
mod remote_tracks;
mod rollback;
mod section;
mod validate;
mod write_section;

use stonechat_sansio::Rng;

use crate::id::TransportId;
use crate::session::description::{SdpType, SessionDescription};
use crate::state::SignalingState;

pub(crate) use self::apply_local::credentials_of;
pub(crate) use self::apply_remote::legacy_sctp_port;
pub(crate) use self::continuity::RemoteEnd;
pub(crate) use self::rollback::{Stable, check_rolls_back};
pub(crate) use self::section::{Section, SectionKind};
pub(crate) use self::validate::fingerprint_of;

/// The signalling state and the descriptions.
#[derive(Debug)]
pub(crate) struct Signaling {
    state: SignalingState,
    pub(crate) session_id: u64,
    pub(crate) session_version: u64,
    pub(crate) current_local: Option<Description>,
    pub(crate) pending_local: Option<Description>,
    pub(crate) current_remote: Option<Description>,
    pub(crate) pending_remote: Option<Description>,
    pub(crate) last_offer: Option<String>,
    pub(crate) last_answer: Option<String>,
    /// Whether the last offer or answer was made in the state in which we are.
    pub(crate) last_is_fresh: bool,
    /// What each media section is used for, by index.
    pub(crate) sections: Vec<Section>,
    /// What to go back to, while an exchange is under way.
    pub(crate) stable: Option<Box<Stable>>,
    negotiation_needed: bool,
    /// `[[LocalIceCredentialsToReplace]]`
    pub(crate) credentials_to_replace: Vec<stonechat_ice::Credentials>,
    /// Credentials under which candidates of other servers or another policy were gathered.
    credentials_of_other_servers: Vec<stonechat_ice::Credentials>,
    pub(crate) next_mid: u32,
    /// The identification that an offer which was not set yet gives the section for data.
    pub(crate) offered_data_mid: Option<String>,
    /// The id of the stream of tracks of which the peer names none.
    pub(crate) default_stream: Option<String>,
}

/// A description in force or pending.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    pub(crate) kind: SdpType,
    pub(crate) sdp: stonechat_sdp::Session,
}

impl Description {
    pub(crate) fn credentials(&self) -> impl Iterator<Item = stonechat_ice::Credentials> + '_ {
        self.sdp.sections().filter_map(credentials_of)
    }

    fn to_w3c(&self) -> SessionDescription {
        SessionDescription {
            kind: self.kind,
            sdp: self.sdp.to_string(),
        }
    }
}

impl Signaling {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        Self {
            state: SignalingState::Stable,
            // RFC 8829, section 5.2.1: a 64-bit number with the highest bit clear.
            session_id: rng.next_u64() >> 1,
            session_version: 0,
            current_local: None,
            pending_local: None,
            current_remote: None,
            pending_remote: None,
            last_offer: None,
            last_answer: None,
            last_is_fresh: false,
            sections: Vec::new(),
            stable: None,
            negotiation_needed: false,
            credentials_to_replace: Vec::new(),
            credentials_of_other_servers: Vec::new(),
            next_mid: 0,
            offered_data_mid: None,
            default_stream: None,
        }
    }

    pub(crate) fn state(&self) -> SignalingState {
        self.state
    }

    /// Moves on and tells whether that is another state.
    pub(crate) fn set_state(&mut self, state: SignalingState) -> bool {
        std::mem::replace(&mut self.state, state) != state
    }

    pub(crate) fn close(&mut self) {
        self.state = SignalingState::Closed;
    }

    /// `restartIce()`: what is in use or pending shall be replaced.
    pub(crate) fn restart_ice(&mut self) {
        self.credentials_to_replace = self.credentials();
    }

    /// Servers or policy changed after gathering began: the next offer has other credentials.
    pub(crate) fn note_other_servers(&mut self) {
        self.credentials_of_other_servers = self.credentials();
    }

    /// All credentials of our descriptions in force or pending.
    fn credentials(&self) -> Vec<stonechat_ice::Credentials> {
        [&self.current_local, &self.pending_local]
            .into_iter()
            .flatten()
            .flat_map(Description::credentials)
            .collect()
    }

    /// Whether an offer has to restart ICE.
    pub(crate) fn needs_restart(&self) -> bool {
        !self.credentials_to_replace.is_empty() || !self.credentials_of_other_servers.is_empty()
    }

    /// Whether a description of ours has credentials that are to be replaced.
    pub(crate) fn has_credentials_to_replace(&self, sdp: &str) -> bool {
        self.credentials_to_replace
            .iter()
            .chain(&self.credentials_of_other_servers)
            .any(|old| {
                let line = format!("a=ice-ufrag:{}\r\n", old.ufrag());
                sdp.contains(&line)
            })
    }

    /// Forgets which credentials are to be replaced once none of them is in force.
    pub(crate) fn note_replaced_credentials(&mut self) {
        let Some(local) = &self.current_local else {
            return;
        };
        let in_force: Vec<_> = local.credentials().collect();
        for to_replace in [
            &mut self.credentials_to_replace,
            &mut self.credentials_of_other_servers,
        ] {
            if to_replace.iter().all(|old| !in_force.contains(old)) {
                to_replace.clear();
            }
        }
    }

    /// Sets the negotiation-needed flag and tells whether it rose.
    pub(crate) fn set_negotiation_needed(&mut self, needed: bool) -> bool {
        !std::mem::replace(&mut self.negotiation_needed, needed) && needed
    }

    pub(crate) fn clear_negotiation_needed(&mut self) {
        self.negotiation_needed = false;
    }

    pub(crate) fn local(&self) -> Option<&Description> {
        self.pending_local.as_ref().or(self.current_local.as_ref())
    }

    pub(crate) fn remote(&self) -> Option<&Description> {
        self.pending_remote
            .as_ref()
            .or(self.current_remote.as_ref())
    }

    pub(crate) fn describe(&self, which: Which) -> Option<SessionDescription> {
        let description = match which {
            Which::Local => self.local(),
            Which::Remote => self.remote(),
            Which::CurrentLocal => self.current_local.as_ref(),
            Which::CurrentRemote => self.current_remote.as_ref(),
            Which::PendingLocal => self.pending_local.as_ref(),
            Which::PendingRemote => self.pending_remote.as_ref(),
        };
        description.map(Description::to_w3c)
    }

    /// What a description says of a transport: the tagged section of the bundle tells it, or the
    /// first one that says anything of it.
    pub(crate) fn described<T>(
        &self,
        transport: TransportId,
        sdp: &stonechat_sdp::Session,
        read: impl Fn(stonechat_sdp::Section<'_>) -> Option<T>,
    ) -> Option<T> {
        let goes_by = |index: usize| {
            self.sections
                .get(index)
                .is_some_and(|section| section.transport == Some(transport) && !section.rejected)
        };
        let bundle = sdp.groups().find(|group| group.is_bundle());
        let tagged = bundle
            .into_iter()
            .flat_map(|group| group.mids.iter())
            .filter_map(|mid| {
                sdp.media()
                    .iter()
                    .position(|media| media.mid() == Some(mid))
            });
        tagged
            .chain(0..sdp.media().len())
            .filter(|index| goes_by(*index))
            .find_map(|index| read(sdp.section(index)?))
    }

    /// The index of the media section of our description that tells of `transport`, which has
    /// these credentials.
    pub(crate) fn section_of(
        &self,
        transport: TransportId,
        credentials: &stonechat_ice::Credentials,
    ) -> Option<usize> {
        let local = self.local();
        let goes_by = |(_, section): &(usize, &Section)| {
            section.transport == Some(transport) && !section.rejected
        };
        let tells = |(index, _): &(usize, &Section)| {
            let section = local.and_then(|local| local.sdp.section(*index));
            section.and_then(credentials_of).as_ref() == Some(credentials)
        };
        let mut all = self.sections.iter().enumerate().filter(goes_by);
        let first = all.clone().next();
        all.find(tells).or(first).map(|(index, _)| index)
    }
}

/// Which of the six descriptions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Which {
    /// The pending one, else the current one.
    Local,
    /// The pending one, else the current one.
    Remote,
    /// `currentLocalDescription`.
    CurrentLocal,
    /// `currentRemoteDescription`.
    CurrentRemote,
    /// `pendingLocalDescription`.
    PendingLocal,
    /// `pendingRemoteDescription`.
    PendingRemote,
}
