//! TCP connections: opened for the connection, accepted for it, read and written.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use stonechat_peerconnection::{Reply, RequestId};
use stonechat_sansio::{SocketId, Transmit};

use super::Io;
use super::packets::Packets;
use super::transmit::discard;
use crate::socket::{Received, Sent, TcpListener, TcpStream, connect};

/// Connections that are accepted in one turn.
const ACCEPTS: usize = 16;
/// Packets of connections that one turn takes in before it sends.
const PACKETS: usize = 256;

/// Listeners, connections, and those on their way.
#[derive(Default)]
pub(super) struct Tcp {
    listeners: Vec<TcpListener>,
    streams: Vec<TcpStream>,
    attempts: Vec<(RequestId, Attempt)>,
    /// What became of attempts.
    connected: Vec<(RequestId, io::Result<tokio::net::TcpStream>)>,
    /// What came in, and to which listener.
    accepted: Vec<(SocketId, tokio::net::TcpStream)>,
}

type Attempt = Pin<Box<dyn Future<Output = io::Result<tokio::net::TcpStream>> + Send>>;

impl Tcp {
    /// Waits for connections that come and those that were asked for.
    fn poll_new(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for listener in &self.listeners {
            while self.accepted.len() < ACCEPTS {
                match listener.poll_accept(cx) {
                    Poll::Ready(Ok(stream)) => self.accepted.push((listener.id, stream)),
                    Poll::Ready(Err(error)) => {
                        // It is tried again in the next turn, whatever causes that.
                        tracing::debug!(%error, "connection not accepted");
                        break;
                    }
                    Poll::Pending => break,
                }
            }
        }
        let connected = &mut self.connected;
        self.attempts
            .retain_mut(|(id, attempt)| match attempt.as_mut().poll(cx) {
                Poll::Ready(result) => {
                    connected.push((*id, result));
                    false
                }
                Poll::Pending => true,
            });
        if self.accepted.is_empty() && self.connected.is_empty() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut ready = self.poll_new(cx).is_ready();
        for stream in &self.streams {
            ready |= stream.poll_ready(cx).is_ready();
        }
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    pub(super) fn listen(&mut self, listener: TcpListener) {
        self.listeners.push(listener);
    }

    pub(super) fn connect(
        &mut self,
        id: RequestId,
        local: std::net::IpAddr,
        remote: std::net::SocketAddr,
    ) {
        self.attempts.push((id, Box::pin(connect(local, remote))));
    }

    pub(super) fn cancel(&mut self, id: RequestId) {
        self.attempts.retain(|(asked, _)| *asked != id);
    }

    /// Closes a listener or connection.
    pub(super) fn close(&mut self, socket: SocketId) {
        self.listeners.retain(|listener| listener.id != socket);
        if let Some(at) = self.streams.iter().position(|open| open.id == socket) {
            self.streams.swap_remove(at).close();
        }
    }
}

impl Io {
    /// Takes in what is new, without waiting for it.
    pub(super) async fn take_connections(&mut self, now: Instant, machine: &mut impl Packets) {
        if !self.tcp.listeners.is_empty() || !self.tcp.attempts.is_empty() {
            let _ = poll_fn(|cx| Poll::Ready(self.tcp.poll_new(cx))).await;
        }
        for (id, result) in std::mem::take(&mut self.tcp.connected) {
            let socket = self.fresh_socket();
            let stream = result.and_then(|stream| TcpStream::new(socket, stream));
            let reply = match stream {
                Ok(stream) => {
                    self.tcp.streams.push(stream);
                    Reply::Connected { socket }
                }
                Err(error) => {
                    tracing::debug!(%error, "not connected");
                    Reply::Failed
                }
            };
            machine.handle_reply(now, id, reply);
        }
        for (listener, stream) in std::mem::take(&mut self.tcp.accepted) {
            let socket = self.fresh_socket();
            // One that is gone already has no address.
            let Ok(stream) = TcpStream::new(socket, stream) else {
                continue;
            };
            let remote = stream.remote();
            self.tcp.streams.push(stream);
            machine.handle_accepted(now, listener, socket, remote);
        }
    }

    /// Takes in what connections brought; `true` if there may be more.
    pub(super) fn receive_streams(&mut self, now: Instant, machine: &mut impl Packets) -> bool {
        let mut left = PACKETS;
        let mut more = false;
        let mut closed = Vec::new();
        for stream in &mut self.tcp.streams {
            loop {
                if left == 0 {
                    more = true;
                    break;
                }
                match stream.receive(now, |datagram| machine.handle_datagram(now, datagram)) {
                    Received::More(packets) => left = left.saturating_sub(packets.max(1)),
                    Received::Nothing => break,
                    Received::Closed => {
                        closed.push(stream.id);
                        break;
                    }
                }
            }
        }
        for id in closed {
            self.on_stream_closed(now, machine, id);
        }
        more
    }

    /// Writes a run to a connection. `false` if there is no such connection.
    pub(super) fn send_stream(
        &mut self,
        now: Instant,
        machine: &mut impl Packets,
        transmit: &Transmit,
        run: &[u8],
    ) -> bool {
        let id = transmit.path().socket();
        let Some(stream) = self.tcp.streams.iter_mut().find(|stream| stream.id == id) else {
            return false;
        };
        match stream.send(run) {
            Sent::Done => {}
            Sent::Blocked => machine.handle_writable(now, id, false),
            Sent::Failed => discard(now, machine, transmit),
        }
        true
    }

    /// Writes what waits for connections that take it again.
    pub(super) fn flush_streams(&mut self, now: Instant, machine: &mut impl Packets) {
        let mut closed = Vec::new();
        let blocked = self.tcp.streams.iter_mut();
        for stream in blocked.filter(|stream| stream.is_blocked()) {
            match stream.flush() {
                Sent::Blocked => {}
                Sent::Done => machine.handle_writable(now, stream.id, true),
                Sent::Failed => closed.push(stream.id),
            }
        }
        for id in closed {
            self.on_stream_closed(now, machine, id);
        }
    }

    fn on_stream_closed(&mut self, now: Instant, machine: &mut impl Packets, id: SocketId) {
        self.tcp.streams.retain(|stream| stream.id != id);
        machine.handle_socket_closed(now, id);
    }
}
