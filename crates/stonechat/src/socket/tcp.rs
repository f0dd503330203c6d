//! TCP connections and listeners. What is written is framed already (RFC 4571); what is read is
//! taken apart here.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use stonechat_ice::framing::Deframer;
use stonechat_sansio::{Datagram, Ecn, Path, SocketId};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;

use super::{Received, Sent};

/// Octets that one system call may bring.
const READ: usize = 64 << 10;
/// The longest packet that is taken: one DTLS record of the longest kind.
const MAX_PACKET: usize = (16 << 10) + 256;
/// Octets that wait for a connection. While some do, nothing but what keeps it alive is built for
/// it.
const QUEUE: usize = 128 << 10;
/// Connections that the system holds until they are accepted.
const BACKLOG: u32 = 64;
/// How long what waits for a closed connection has to go.
const LINGER: Duration = Duration::from_secs(1);

thread_local! {
    /// What is read lands here first; it belongs to the thread, never to a connection.
    static READ_BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// A connection of the driver.
#[derive(Debug)]
pub(crate) struct TcpStream {
    pub(crate) id: SocketId,
    stream: tokio::net::TcpStream,
    path: Path,
    deframer: Deframer,
    unsent: BytesMut,
}

impl TcpStream {
    pub(crate) fn new(id: SocketId, stream: tokio::net::TcpStream) -> io::Result<Self> {
        // Packets are whole: nothing is gained by waiting for more.
        stream.set_nodelay(true)?;
        let path = Path::new(id, stream.local_addr()?.ip(), stream.peer_addr()?);
        Ok(Self {
            id,
            stream,
            path,
            deframer: Deframer::new(MAX_PACKET),
            unsent: BytesMut::new(),
        })
    }

    pub(crate) fn remote(&self) -> SocketAddr {
        self.path.remote()
    }

    /// Writes a run of framed packets, all or none of it. [`Sent::Blocked`] says that some of it
    /// waits; it need not be given again.
    pub(crate) fn send(&mut self, run: &[u8]) -> Sent {
        if self.unsent.len().saturating_add(run.len()) > QUEUE {
            return Sent::Failed;
        }
        let mut written = 0;
        if self.unsent.is_empty() {
            written = match self.stream.try_write(run) {
                Ok(written) => written,
                Err(error) if is_passing(&error) => 0,
                Err(error) => {
                    tracing::debug!(%error, "connection not written to");
                    return Sent::Failed;
                }
            };
        }
        let rest = run.get(written..).unwrap_or_default();
        if rest.is_empty() {
            return Sent::Done;
        }
        self.unsent.extend_from_slice(rest);
        Sent::Blocked
    }

    /// Whether something waits to be written.
    pub(crate) fn is_blocked(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Writes what waits.
    pub(crate) fn flush(&mut self) -> Sent {
        while !self.unsent.is_empty() {
            match self.stream.try_write(&self.unsent) {
                Ok(written) => self.unsent.advance(written.min(self.unsent.len())),
                Err(error) if is_passing(&error) => return Sent::Blocked,
                Err(error) => {
                    tracing::debug!(%error, "connection not written to");
                    return Sent::Failed;
                }
            }
        }
        // A queue that was long is not kept for a connection that is quick again.
        self.unsent = BytesMut::new();
        Sent::Done
    }

    /// Hands the packets that one system call completes to `take`.
    pub(crate) fn receive(&mut self, now: Instant, mut take: impl FnMut(Datagram)) -> Received {
        READ_BUFFER.with_borrow_mut(|buffer| {
            let read = match self.stream.try_read(buffer) {
                Ok(0) => return Received::Closed,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Received::Nothing;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    return Received::More(0);
                }
                Err(error) => {
                    tracing::debug!(%error, "connection closed");
                    return Received::Closed;
                }
            };
            let (path, mut packets) = (self.path, 0);
            let octets = buffer.get(..read).unwrap_or_default();
            self.deframer.feed(octets, |packet| {
                packets += 1;
                take(Datagram::new(path, Ecn::NotEct, now, packet));
            });
            Received::More(packets)
        })
    }

    pub(crate) fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        let readable = self.stream.poll_read_ready(cx).is_ready();
        let writable = self.is_blocked() && self.stream.poll_write_ready(cx).is_ready();
        if readable || writable {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// Closes it. What waits has a moment to go: it may be a goodbye.
    pub(crate) fn close(mut self) {
        if self.flush() == Sent::Blocked {
            tokio::spawn(tokio::time::timeout(LINGER, async move {
                self.stream.write_all(&self.unsent).await
            }));
        }
    }
}

/// A listener of the driver.
#[derive(Debug)]
pub(crate) struct TcpListener {
    pub(crate) id: SocketId,
    listener: tokio::net::TcpListener,
    local: SocketAddr,
}

impl TcpListener {
    /// Listens on `address` at one of `ports`, or any.
    pub(crate) fn bind(
        id: SocketId,
        address: IpAddr,
        ports: Option<RangeInclusive<u16>>,
    ) -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for port in ports.unwrap_or(0..=0) {
            match listen(SocketAddr::new(address, port)) {
                Ok(listener) => {
                    let local = listener.local_addr()?;
                    return Ok(Self {
                        id,
                        listener,
                        local,
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(crate) fn poll_accept(
        &self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<tokio::net::TcpStream>> {
        let accepted = self.listener.poll_accept(cx);
        accepted.map(|accepted| accepted.map(|(stream, _)| stream))
    }
}

fn listen(address: SocketAddr) -> io::Result<tokio::net::TcpListener> {
    let socket = socket_for(address.ip())?;
    // Connections of a listener before this one that are not quite over are no obstacle; elsewhere
    // the option means that another process may listen as well.
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Connects from a free port of `local`.
pub(crate) async fn connect(
    local: IpAddr,
    remote: SocketAddr,
) -> io::Result<tokio::net::TcpStream> {
    let socket = socket_for(local)?;
    socket.bind(SocketAddr::new(local, 0))?;
    socket.connect(remote).await
}

fn socket_for(address: IpAddr) -> io::Result<TcpSocket> {
    match address {
        IpAddr::V4(_) => TcpSocket::new_v4(),
        IpAddr::V6(_) => TcpSocket::new_v6(),
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
