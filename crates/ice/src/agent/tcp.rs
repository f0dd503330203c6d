//! Connections over TCP (RFC 6544): opened for the checks of active candidates, accepted for
//! passive ones, closed when nothing needs them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use stonechat_sansio::{Datagram, Path, SocketId};

use crate::candidate::{canonical, is_contactable};
use crate::check_list::CheckList;
use crate::gather::{FIRST_VIRTUAL_SOCKET, Origin};
use crate::pair::{Connection, Nomination, Pair};
use crate::{DropReason, PairId, PairState, Policy, Reply, Request, RequestId, TcpType};

use super::Core;

/// How long a connection is kept that carries no data once another pair was selected: controlling
/// agents of the old kind nominate more than one pair before they come to rest.
const LINGER: Duration = Duration::from_secs(5);

/// Who waits for the answer to a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    Here,
    Elsewhere,
}

impl Core {
    /// Asks for the connection of a pair that is to be checked, if it has none.
    //= https://www.rfc-editor.org/rfc/rfc6544#section-7.1
    //# When an agent wants to send a TCP-based connectivity check, it first opens a TCP connection,
    //# if none yet exists, for the 5-tuple defined by the candidate pair
    pub(super) fn open_connection(&mut self, id: PairId) {
        let Some(pair) = self.session.list.get_mut(id) else {
            return;
        };
        if pair.connection != Connection::Closed {
            return;
        }
        let id = self.gatherer.connect(pair.path.local(), pair.path.remote());
        pair.connection = Connection::Opening(id);
    }

    /// The answer to the request for a connection.
    pub(super) fn on_connect_reply(&mut self, now: Instant, id: RequestId, reply: &Reply) -> Asked {
        let Some(pair) = self.session.list.opening(id) else {
            return Asked::Elsewhere;
        };
        self.gatherer.connect_answered(id);
        let known = &self.gatherer.streams;
        match *reply {
            Reply::Connected { socket }
                if socket.0 < FIRST_VIRTUAL_SOCKET
                    && known.get(socket).is_none()
                    && self.gatherer.base(socket).is_none() =>
            {
                pair.connection = Connection::Open;
                pair.path = Path::new(socket, pair.path.local(), pair.path.remote());
                let path = pair.path;
                self.gatherer
                    .streams
                    .add(path, Origin::Connected, now, None);
            }
            //= https://www.rfc-editor.org/rfc/rfc6544#section-7.1
            //# If the TCP connection cannot be established, the check is considered to have failed,
            //# and a full-mode agent MUST update the pair state to Failed in the check list.
            _ => {
                pair.connection = Connection::Closed;
                pair.fail();
            }
        }
        Asked::Here
    }

    /// A connection came in.
    //= https://www.rfc-editor.org/rfc/rfc6544#section-7.2
    //# When the connection request is received, the agent MUST accept it.
    pub(super) fn on_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    ) {
        let is_known = self.gatherer.streams.get(socket).is_some()
            || self.gatherer.base(socket).is_some()
            || socket.0 >= FIRST_VIRTUAL_SOCKET;
        if is_known {
            return self.stats.drop_one(DropReason::UnknownSocket);
        }
        let remote = canonical(remote);
        let local = self
            .gatherer
            .base(listener)
            .filter(|base| base.tcp() == Some(TcpType::Passive))
            .map(|base| base.path_local);
        let local = local.filter(|_| {
            is_contactable(remote) && self.config.policy == Policy::All && self.make_room()
        });
        let Some(local) = local else {
            self.stats.connections_refused += 1;
            let close = Request::CloseSocket(socket);
            return self.gatherer.requests.push_back(close);
        };
        let path = Path::new(socket, local, remote);
        let until = now + self.config.tcp.accept_timeout;
        self.gatherer
            .streams
            .add(path, Origin::Accepted(listener), now, Some(until));
    }

    /// Whether one more connection can be accepted; the oldest stranger gives way to it.
    fn make_room(&mut self) -> bool {
        let (accepted, stranger) = self.gatherer.streams.accepted();
        if accepted < self.config.tcp.max_accepted {
            return true;
        }
        if let Some(stranger) = stranger {
            self.stats.connections_refused += 1;
            self.close_stream(stranger);
        }
        stranger.is_some()
    }

    /// The path that packets of a connection come over.
    pub(super) fn stream_path(&self, socket: SocketId) -> Option<Path> {
        self.gatherer.streams.get(socket).map(|stream| stream.path)
    }

    /// One packet out of a connection.
    pub(super) fn handle_framed(&mut self, now: Instant, datagram: Datagram) -> Option<Datagram> {
        let path = datagram.path();
        match datagram.payload().first() {
            // The null packet.
            None => None,
            Some(0..=3) => {
                self.handle_stun(now, path, datagram.payload());
                None
            }
            Some(_) if self.is_authenticated(&path) => {
                self.count_received(now, &path, datagram.payload().len());
                Some(datagram)
            }
            Some(_) => {
                self.stats.drop_one(DropReason::UnauthenticatedPath);
                self.on_foreign(path);
                None
            }
        }
    }

    /// What talks at the other end of a new connection is no agent of the peer.
    //= https://www.rfc-editor.org/rfc/rfc6544#section-7.1
    //# the remote candidate address apparently was not one of the peer's addresses, and the agent
    //# SHOULD close the connection and consider all pairs with that remote candidate as failed.
    fn on_foreign(&mut self, path: Path) {
        let Some(stream) = self.gatherer.streams.get(path.socket()) else {
            return;
        };
        if stream.is_proven {
            return;
        }
        if stream.origin == Origin::Connected {
            for pair in self.session.list.iter_mut() {
                if pair.is_tcp() && pair.path.remote() == path.remote() {
                    pair.fail();
                }
            }
        }
        self.close_stream(path.socket());
    }

    /// The other end or the system closed a connection or a listener.
    pub(super) fn on_socket_closed(&mut self, now: Instant, socket: SocketId) {
        let Some(stream) = self.gatherer.streams.remove(socket) else {
            return self.gatherer.on_listener_closed(socket);
        };
        self.forget_stream(socket);
        if let Some(previous) = &mut self.previous {
            previous.list.retain(|pair| pair.path.socket() != socket);
        }
        let pair = self.session.list.on_socket(socket);
        let Some((id, was_valid)) = pair.map(|pair| (pair.id, pair.is_valid())) else {
            return;
        };
        if self.session.selected == Some(id) {
            // Others may take its place, and who connected may do so again.
            self.session.selected = None;
            let until = now + self.config.consent_timeout;
            self.session.patience = self.session.patience.map(|patience| patience.max(until));
        }
        match stream.origin {
            //= https://www.rfc-editor.org/rfc/rfc6544#section-11.1
            //# If the agent's local candidate is tcp-passive, the agent MUST await an incoming
            //# connection request
            Origin::Accepted(_) => self.session.list.retain(|pair| pair.id != id),
            //= https://www.rfc-editor.org/rfc/rfc6544#section-11.1
            //# If the agent's local candidate is tcp-active or tcp-so, it MUST reopen a connection to
            //# the remote candidate of the selected pair.
            Origin::Connected => {
                self.disconnect(id);
                if was_valid && stream.has_lasted(now) {
                    self.session.list.trigger(id);
                } else if self.session.selected.is_none()
                    && let Some(pair) = self.session.list.get_mut(id)
                {
                    pair.fail();
                }
            }
        }
    }

    /// Closes connections that nothing needs, and gives up attempts that nothing waits for.
    pub(super) fn tend_streams(&mut self, now: Instant) {
        self.cancel_attempts();
        if self.gatherer.streams.iter().next().is_none() {
            return;
        }
        let Self {
            config,
            gatherer,
            session,
            previous,
            ..
        } = self;
        let kept = previous.as_ref().and_then(|previous| previous.route());
        let kept = kept.map(|pair| pair.path.socket());
        let mut closed = Vec::new();
        for stream in gatherer.streams.iter_mut() {
            let pair = session.list.on_socket(stream.socket());
            match pair {
                _ if kept == Some(stream.socket()) => {
                    stream.is_attached = true;
                    stream.until = None;
                }
                Some(pair) if pair.state == PairState::Failed => stream.until = Some(now),
                Some(pair) => {
                    stream.is_attached = true;
                    let is_needed = match session.selected {
                        Some(selected) => selected == pair.id || is_wanted(&session.list, pair),
                        None => true,
                    };
                    //= https://www.rfc-editor.org/rfc/rfc6544#section-8
                    //# each agent SHOULD close all TCP connections (that were opened due to this ICE
                    //# session) except the ones between the candidate pairs selected by ICE.
                    stream.until = match is_needed {
                        true => None,
                        false => stream.until.or(Some(now + LINGER)),
                    };
                }
                None if stream.is_attached => stream.until = Some(now),
                // The peer knows our password, we do not know its own yet.
                None if stream.is_proven => stream.until = Some(stream.opened + config.patience),
                None => {}
            }
            if stream.until.is_some_and(|until| until <= now) {
                closed.push(stream.socket());
            }
        }
        for socket in closed {
            self.close_stream(socket);
        }
    }

    /// Gives up connection attempts whose check is over or whose pair is gone.
    fn cancel_attempts(&mut self) {
        for pair in self.session.list.iter_mut() {
            if matches!(pair.connection, Connection::Opening(_)) && pair.retransmission.is_none() {
                pair.connection = Connection::Closed;
            }
        }
        let list = &mut self.session.list;
        self.gatherer
            .cancel_connects(|id| list.opening(id).is_none());
    }

    /// Closes a connection; its pair lives on if it can be opened again.
    fn close_stream(&mut self, socket: SocketId) {
        let Some(stream) = self.gatherer.streams.remove(socket) else {
            return;
        };
        self.gatherer
            .requests
            .push_back(Request::CloseSocket(socket));
        self.forget_stream(socket);
        let Some(id) = self.session.list.on_socket(socket).map(|pair| pair.id) else {
            return;
        };
        match stream.origin {
            Origin::Accepted(_) => self.session.list.retain(|pair| pair.id != id),
            Origin::Connected => self.disconnect(id),
        }
    }

    /// A generation comes back whose connections were closed when it was replaced: what this side
    /// opened is opened again when it is checked, what was accepted is gone.
    pub(super) fn revive_connections(&mut self) {
        let streams = &self.gatherer.streams;
        let is_lost = |pair: &&Pair| match pair.connection {
            Connection::Datagrams | Connection::Closed => false,
            Connection::Opening(_) => true,
            Connection::Open => streams.get(pair.path.socket()).is_none(),
        };
        let lost: Vec<PairId> = self
            .session
            .list
            .pairs()
            .iter()
            .filter(is_lost)
            .map(|pair| pair.id)
            .collect();
        for id in lost {
            let is_selected = self.session.selected == Some(id);
            if is_selected {
                self.session.selected = None;
            }
            let opens = |pair: &Pair| {
                let base = self.gatherer.local(pair.local);
                base.and_then(crate::gather::Local::tcp) == Some(TcpType::Active)
            };
            if !self.session.list.get(id).is_some_and(opens) {
                self.session.list.retain(|pair| pair.id != id);
                continue;
            }
            self.disconnect(id);
            if let Some(pair) = self.session.list.get_mut(id)
                && pair.state == PairState::InProgress
            {
                pair.state = PairState::Waiting;
            }
            if is_selected {
                self.session.list.trigger(id);
            }
        }
    }

    /// Nothing comes or goes over a connection any more.
    fn forget_stream(&mut self, socket: SocketId) {
        self.authenticated
            .retain(|known| known.path.socket() != socket);
        self.responses
            .retain(|response| response.path.socket() != socket);
        self.session
            .early
            .retain(|check| check.path.socket() != socket);
    }

    /// A pair of an active candidate has no connection any more.
    fn disconnect(&mut self, id: PairId) {
        let Some(pair) = self.session.list.get_mut(id) else {
            return;
        };
        let Some(base) = self.gatherer.local(pair.local) else {
            return;
        };
        pair.connection = Connection::Closed;
        pair.path = Path::new(base.socket, pair.path.local(), pair.path.remote());
        pair.nomination = Nomination::None;
        pair.consent = None;
        pair.stop_checks();
        if pair.state == PairState::Succeeded {
            pair.state = PairState::Waiting;
        }
    }
}

/// Whether a pair beside the selected one is being checked because the peer wants it.
fn is_wanted(list: &CheckList, pair: &Pair) -> bool {
    pair.nomination == Nomination::Wanted
        || pair.state == PairState::InProgress
        || list.is_triggered(pair.id)
}
