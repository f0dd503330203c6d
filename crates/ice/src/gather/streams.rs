use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use stonechat_sansio::{Frame, Overhead, Path, SocketId};

use crate::{Request, RequestId, framing};

use super::Gatherer;

/// Open TCP connections.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    open: Vec<Stream>,
    /// Requests for connections that were not answered.
    opening: Vec<RequestId>,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Stream {
    /// What its datagrams come over.
    pub(crate) path: Path,
    pub(crate) origin: Origin,
    pub(crate) opened: Instant,
    /// Whether an integrity-checked message of present credentials came over it.
    pub(crate) is_proven: bool,
    /// Whether there was a pair that it belongs to: it goes with that pair.
    pub(crate) is_attached: bool,
    /// When it is closed unless it is used then.
    pub(crate) until: Option<Instant>,
}

/// Who opened a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Origin {
    /// This agent.
    Connected,
    /// The peer, or anybody: it was accepted by this listener.
    Accepted(SocketId),
}

/// One that breaks sooner is not opened again: the other end does not want it.
const SHORT: Duration = Duration::from_secs(5);

impl Stream {
    pub(crate) fn socket(&self) -> SocketId {
        self.path.socket()
    }

    /// Whether it held for a while.
    pub(crate) fn has_lasted(&self, now: Instant) -> bool {
        now >= self.opened + SHORT
    }
}

impl Streams {
    #[inline]
    pub(crate) fn get(&self, socket: SocketId) -> Option<&Stream> {
        self.open.iter().find(|stream| stream.socket() == socket)
    }

    pub(crate) fn get_mut(&mut self, socket: SocketId) -> Option<&mut Stream> {
        self.open
            .iter_mut()
            .find(|stream| stream.socket() == socket)
    }

    pub(crate) fn add(&mut self, path: Path, origin: Origin, now: Instant, until: Option<Instant>) {
        self.open.push(Stream {
            path,
            origin,
            opened: now,
            is_proven: false,
            is_attached: false,
            until,
        });
    }

    pub(crate) fn remove(&mut self, socket: SocketId) -> Option<Stream> {
        let at = self
            .open
            .iter()
            .position(|stream| stream.socket() == socket)?;
        Some(self.open.remove(at))
    }

    /// How many were accepted, and the oldest of them that has proven nothing.
    pub(crate) fn accepted(&self) -> (usize, Option<SocketId>) {
        let accepted = self
            .open
            .iter()
            .filter(|stream| stream.origin != Origin::Connected);
        let stranger = accepted.clone().find(|stream| !stream.is_proven);
        (accepted.count(), stranger.map(Stream::socket))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.open.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.open.iter_mut()
    }

    pub(crate) fn take_all(&mut self) -> Vec<Stream> {
        std::mem::take(&mut self.open)
    }

    /// When the next connection is to be closed.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.open.iter().filter_map(|stream| stream.until).min()
    }

    /// Room around a packet for `path`: the header of its frame, if it goes over a connection.
    #[inline]
    pub(crate) fn overhead(&self, path: &Path) -> Overhead {
        if self.open.is_empty() || self.get(path.socket()).is_none() {
            return Overhead::default();
        }
        Overhead::new(framing::HEADER, 0)
    }

    /// Fills the header of a packet that was reserved with [`overhead`](Self::overhead).
    ///
    /// `None` if the connection came in between.
    #[inline]
    pub(crate) fn wrap(&self, path: &Path, frame: &mut Frame<'_>) -> Option<()> {
        if self.open.is_empty() || self.get(path.socket()).is_none() {
            return Some(());
        }
        let len = frame.len();
        let (head, _, _) = frame.seal(0);
        let header = framing::header(len)?;
        if head.len() != header.len() {
            return None;
        }
        head.copy_from_slice(&header);
        Some(())
    }
}

impl Gatherer {
    /// Asks for a connection.
    pub(crate) fn connect(&mut self, local: IpAddr, remote: SocketAddr) -> RequestId {
        let id = RequestId(self.fresh_request_id());
        self.streams.opening.push(id);
        self.requests
            .push_back(Request::Connect { id, local, remote });
        id
    }

    /// A request for a connection was answered.
    pub(crate) fn connect_answered(&mut self, id: RequestId) {
        self.streams.opening.retain(|known| *known != id);
    }

    /// Takes requests for connections back of which `is_over` says so.
    pub(crate) fn cancel_connects(&mut self, mut is_over: impl FnMut(RequestId) -> bool) {
        let over = self.streams.opening.extract_if(.., |id| is_over(*id));
        for id in over {
            let before = self.requests.len();
            self.requests
                .retain(|request| !matches!(request, Request::Connect { id: it, .. } if *it == id));
            if self.requests.len() == before {
                self.requests.push_back(Request::Cancel(id));
            }
        }
    }
}
