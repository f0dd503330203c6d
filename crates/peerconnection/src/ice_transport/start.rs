//! `start()` (webrtc-ice): the peer's parameters and our role, or those of a restart.

use std::time::Instant;

use super::IceTransport;
use super::task::Task;
use crate::error::{Error, ErrorName};
use crate::ice_candidate::IceParameters;
use crate::session::step::Event;
use crate::state::{IceRole, IceTransportState};

/// What `start()` was given last.
#[derive(Clone, Debug)]
pub(super) struct Started {
    pub(super) remote: IceParameters,
    /// The role that was asked for first.
    asked: IceRole,
    /// `[[IceRole]]`: the same, or what a conflict or a lite peer made of it.
    pub(super) role: IceRole,
}

impl IceTransport {
    /// `start()`: checks begin as soon as there are candidates of both sides. The default of
    /// `role` in the W3C API is [`IceRole::Controlled`].
    ///
    /// With other parameters than before it restarts ICE for the peer's new ones: its candidates
    /// are forgotten but for those that came early and name the new username fragment. After a
    /// second [`gather`](Self::gather) it takes our new parameters into use, too. Otherwise the
    /// same parameters again have no effect.
    ///
    /// A transport without any candidate of the peer fails after
    /// [`patience`](stonechat_ice::Config::patience), like one whose checks all fail.
    ///
    /// # Errors
    ///
    /// [`ErrorName::InvalidStateError`] if the transport is stopped or has another role already,
    /// [`ErrorName::TypeError`] if the username fragment or password is missing (empty) or the
    /// role is `unknown`, [`ErrorName::SyntaxError`] if username fragment or password do not
    /// follow the grammar of RFC 8839, section 5.4.
    pub fn start(
        &mut self,
        now: Instant,
        remote: IceParameters,
        role: IceRole,
    ) -> Result<(), Error> {
        self.check_open()?;
        let agent_role = check_role(&remote, role)?;
        let credentials = check_syntax(&remote)?;
        if let Some(started) = &self.started
            && role != started.asked
            && role != started.role
        {
            return Err(Error::new(
                ErrorName::InvalidStateError,
                "the role cannot change: start with the one that the transport has",
            ));
        }
        let is_same = self
            .started
            .as_ref()
            .is_some_and(|started| started.remote == remote);
        if is_same && !self.is_regathered {
            return Ok(());
        }
        self.update(now, |this, now| {
            let is_lite = remote.ice_lite;
            if this.started.is_some() {
                this.flush(is_same, &remote.username_fragment);
            } else {
                this.agent.set_role(now, agent_role);
            }
            this.agent.set_remote_lite(now, is_lite);
            this.agent.set_remote_credentials(now, credentials);
            let asked = this.started.as_ref().map_or(role, |started| started.asked);
            this.started = Some(Started {
                remote,
                asked,
                role: this.agent.role().into(),
            });
            this.is_regathered = false;
            this.give_remote_candidates(now);
            if this.present_state() == IceTransportState::Checking {
                this.set_state(IceTransportState::Checking);
            }
        });
        Ok(())
    }

    /// A restart: what belongs to the generation before is forgotten.
    fn flush(&mut self, is_same_remote: bool, remote_ufrag: &str) {
        self.settle_tasks();
        if self.is_regathered {
            let ours = self.agent.local_credentials().ufrag().to_owned();
            self.local_candidates
                .retain(|candidate| candidate.username_fragment() == Some(&ours));
        }
        if !is_same_remote {
            self.remote.flush(remote_ufrag);
        }
        if self.selected.take().is_some() {
            let event = Event::SelectedCandidatePairChange(super::SELF);
            self.tasks.push_back(Task::Fire(event));
        }
        if !is_same_remote {
            self.set_state(IceTransportState::New);
        }
    }

    /// Sets the state; what it changes to is told in the next step.
    pub(super) fn set_state(&mut self, state: IceTransportState) {
        if self.state != state {
            self.state = state;
            let event = Event::IceTransportStateChange(super::SELF, state);
            self.tasks.push_back(Task::Fire(event));
        }
    }

    pub(super) fn set_role(&mut self, role: stonechat_ice::Role) {
        if let Some(started) = &mut self.started {
            started.role = role.into();
        }
    }
}

fn check_role(remote: &IceParameters, role: IceRole) -> Result<stonechat_ice::Role, Error> {
    if remote.username_fragment.is_empty() || remote.password.is_empty() {
        return Err(Error::new(
            ErrorName::TypeError,
            "start needs the username fragment and the password of the peer",
        ));
    }
    match role {
        IceRole::Controlling => Ok(stonechat_ice::Role::Controlling),
        IceRole::Controlled => Ok(stonechat_ice::Role::Controlled),
        IceRole::Unknown => Err(Error::new(
            ErrorName::TypeError,
            "start needs a role, controlling or controlled",
        )),
    }
}

//= https://www.rfc-editor.org/rfc/rfc8839#section-5.4
//# ufrag                 = 4*256ice-char
//# password              = 22*256ice-char
fn check_syntax(remote: &IceParameters) -> Result<stonechat_ice::Credentials, Error> {
    // Descriptions of browsers are read with more characters than the grammar has; this is not one.
    let follows = |text: &str| {
        text.bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"+/".contains(&octet))
    };
    let (ufrag, pwd) = (&remote.username_fragment, &remote.password);
    let credentials = stonechat_ice::Credentials::new(ufrag.as_str(), pwd.as_str());
    match credentials {
        Ok(credentials) if follows(ufrag) && follows(pwd) => Ok(credentials),
        Ok(_) => Err(Error::new(
            ErrorName::SyntaxError,
            "username fragment or password have other characters than letters, digits, + and /",
        )),
        Err(error) => Err(Error::new(ErrorName::SyntaxError, error.to_string())),
    }
}
