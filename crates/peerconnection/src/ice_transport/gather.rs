//! `gather()` (webrtc-ice).

use std::time::Instant;

use super::IceTransport;
use super::task::Task;
use crate::configuration::{Configuration, IceServer, IceTransportPolicy, agent_servers};
use crate::error::{Error, ErrorName};
use crate::session::step::Event;
use crate::state::IceGathererState;

/// `RTCIceGatherOptions` (webrtc-ice).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GatherOptions {
    /// `gatherPolicy`: which candidates are gathered and used.
    pub gather_policy: IceTransportPolicy,
    /// `iceServers`: STUN and TURN servers. There are none without these.
    pub ice_servers: Vec<IceServer>,
}

impl GatherOptions {
    /// The steps that validate the options.
    ///
    /// # Errors
    ///
    /// [`ErrorName::SyntaxError`] for a malformed URL, [`ErrorName::NotSupportedError`] for a
    /// scheme that is not implemented, [`ErrorName::InvalidAccessError`] for a TURN server without
    /// user name or credential.
    pub fn validate(&self) -> Result<(), Error> {
        let servers = self.ice_servers.iter();
        for server in servers.take(Configuration::MAX_ICE_SERVERS) {
            for url in &server.urls {
                check_scheme(url)?;
                server.check(url)?;
            }
        }
        Ok(())
    }
}

/// Whether a URL has a scheme by the generic syntax of RFC 3986, and one that is implemented.
fn check_scheme(url: &str) -> Result<(), Error> {
    let scheme = url.trim().split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = |scheme: &&str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet))
    };
    let Some(scheme) = scheme.filter(is_scheme) else {
        return Err(Error::new(
            ErrorName::SyntaxError,
            format!("not a URL: {url}"),
        ));
    };
    let known = ["stun", "turn"];
    if known.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorName::NotSupportedError,
        format!("neither STUN nor TURN over UDP: {url}"),
    ))
}

impl IceTransport {
    /// `gather()`: opens sockets, asks the servers and tells the candidates.
    ///
    /// Once gathering is complete, another call begins an ICE restart: it makes other local
    /// parameters and gathers for them, with the servers of its own options. The pair in use goes
    /// on to carry data; carry the parameters to the peer and call [`start`](Self::start), which
    /// takes them into use.
    ///
    /// # Errors
    ///
    /// [`ErrorName::InvalidStateError`] if the transport is stopped or is gathering, else as
    /// [`GatherOptions::validate`].
    pub fn gather(&mut self, now: Instant, options: &GatherOptions) -> Result<(), Error> {
        self.check_open()?;
        options.validate()?;
        if self.gathering_state == IceGathererState::Gathering {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "the transport is gathering: wait until that is complete",
            ));
        }
        self.update(now, |this, now| {
            let servers = agent_servers(&options.ice_servers);
            let policy = crate::peer_connection::policy(options.gather_policy);
            this.policy = options.gather_policy;
            this.agent.set_servers(now, servers, policy);
            if this.gathering_state == IceGathererState::Complete {
                this.settle_tasks();
                this.agent.restart(now);
                this.is_regathered = true;
            }
            this.set_gathering_state(IceGathererState::Gathering);
            this.agent.gather(now);
        });
        Ok(())
    }

    fn set_gathering_state(&mut self, state: IceGathererState) {
        self.gathering_state = state;
        let event = Event::IceTransportGatheringStateChange(super::SELF, state);
        self.tasks.push_back(Task::Fire(event));
    }
}
