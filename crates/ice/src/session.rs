use std::collections::VecDeque;
use std::time::Instant;

use stonechat_crypto::Provider;
use stonechat_sansio::Path;
use stonechat_stun::IntegrityKey;

use crate::check_list::CheckList;
use crate::remote::Remote;
use crate::{Candidate, Credentials, PairId, RequestId};

/// Most checks kept that came before the credentials of their sender.
const MAX_EARLY: usize = 32;

/// One generation: the credentials of both sides and everything that depends on them.
#[derive(Debug)]
pub(crate) struct Session {
    /// Counts generations, from 0.
    pub(crate) number: u32,
    pub(crate) local: Credentials,
    pub(crate) local_key: Option<IntegrityKey>,
    pub(crate) peer: Option<Peer>,
    pub(crate) remotes: Vec<Remote>,
    /// Candidates that wait for the credentials they belong to.
    pub(crate) pending: Vec<Candidate>,
    /// Candidates whose name is being asked for.
    pub(crate) resolving: Vec<(RequestId, Candidate)>,
    /// Whether the peer has told all its candidates.
    pub(crate) remote_complete: bool,
    pub(crate) early: VecDeque<EarlyCheck>,
    pub(crate) list: CheckList,
    pub(crate) selected: Option<PairId>,
    /// When the first pair became valid.
    pub(crate) valid_since: Option<Instant>,
    /// Before this the generation does not fail (RFC 8863).
    pub(crate) patience: Option<Instant>,
    /// Consent on the selected pair was lost, or nothing works.
    pub(crate) failed: bool,
    /// The pair that was told last.
    pub(crate) told_pair: Option<PairId>,
    /// It is a restart because nothing worked.
    pub(crate) began_lost: bool,
}

/// The other side's credentials and what is made of them once.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) credentials: Credentials,
    pub(crate) key: Option<IntegrityKey>,
    /// USERNAME of our requests.
    pub(crate) username: String,
}

/// A check that came before the credentials of its sender.
#[derive(Debug)]
pub(crate) struct EarlyCheck {
    pub(crate) path: Path,
    pub(crate) remote_ufrag: String,
    pub(crate) priority: u32,
    pub(crate) use_candidate: bool,
}

impl Session {
    pub(crate) fn new(number: u32, local: Credentials, crypto: &Provider) -> Self {
        Self {
            number,
            local_key: IntegrityKey::short_term(crypto, local.pwd()),
            local,
            peer: None,
            remotes: Vec::new(),
            pending: Vec::new(),
            resolving: Vec::new(),
            remote_complete: false,
            early: VecDeque::new(),
            list: CheckList::default(),
            selected: None,
            valid_since: None,
            patience: None,
            failed: false,
            told_pair: None,
            began_lost: false,
        }
    }

    pub(crate) fn set_peer(&mut self, credentials: Credentials, crypto: &Provider) {
        self.peer = Some(Peer {
            key: IntegrityKey::short_term(crypto, credentials.pwd()),
            username: format!("{}:{}", credentials.ufrag(), self.local.ufrag()),
            credentials,
        });
    }

    /// Keeps a check for later; one per path, the newest ones.
    pub(crate) fn keep_early(&mut self, check: EarlyCheck) {
        if let Some(known) = self
            .early
            .iter_mut()
            .find(|known| known.path == check.path && known.remote_ufrag == check.remote_ufrag)
        {
            let use_candidate = known.use_candidate || check.use_candidate;
            *known = EarlyCheck {
                use_candidate,
                ..check
            };
            return;
        }
        if self.early.len() >= MAX_EARLY {
            self.early.pop_front();
        }
        self.early.push_back(check);
    }

    /// The pair for data: the selected one, else the best valid one.
    pub(crate) fn route(&self) -> Option<&crate::pair::Pair> {
        match self.selected {
            Some(id) => self.list.get(id).filter(|pair| pair.is_valid()),
            None => self.list.best_valid(),
        }
    }

    /// Remote candidates of any state.
    pub(crate) fn remote_count(&self) -> usize {
        self.remotes.len() + self.pending.len() + self.resolving.len()
    }
}
