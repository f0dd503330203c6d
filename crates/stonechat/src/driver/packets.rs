//! What the driver needs of the machine that it moves packets for: the verbs of all of them that
//! have sockets. Each use is compiled for its machine.

use std::net::SocketAddr;
use std::time::Instant;

use stonechat_ice::Interface;
use stonechat_peerconnection::{Connection, Reply, Request, RequestId};
use stonechat_sansio::{Batch, Datagram, Path, SocketId, Transmit};

/// A machine behind sockets.
pub(crate) trait Packets {
    fn handle_datagram(&mut self, now: Instant, datagram: Datagram);
    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit>;
    fn poll_request(&mut self) -> Option<Request>;
    fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply);
    fn handle_interfaces(&mut self, now: Instant, interfaces: &[Interface]);
    fn handle_writable(&mut self, now: Instant, socket: SocketId, writable: bool);
    fn handle_socket_closed(&mut self, now: Instant, socket: SocketId);
    fn handle_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    );
    fn handle_discarded(&mut self, now: Instant, path: &Path, packets: u64, octets: u64);
}

impl Packets for Connection {
    #[inline]
    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        self.handle_datagram(now, datagram);
    }

    #[inline]
    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.poll_transmit(now, out)
    }

    fn poll_request(&mut self) -> Option<Request> {
        self.poll_request()
    }

    fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        self.handle_reply(now, id, reply);
    }

    fn handle_interfaces(&mut self, now: Instant, interfaces: &[Interface]) {
        self.handle_interfaces(now, interfaces);
    }

    fn handle_writable(&mut self, now: Instant, socket: SocketId, writable: bool) {
        self.handle_writable(now, socket, writable);
    }

    fn handle_socket_closed(&mut self, now: Instant, socket: SocketId) {
        self.handle_socket_closed(now, socket);
    }

    fn handle_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    ) {
        self.handle_accepted(now, listener, socket, remote);
    }

    fn handle_discarded(&mut self, now: Instant, path: &Path, packets: u64, octets: u64) {
        self.handle_discarded(now, path, packets, octets);
        self.handle_path_failed(now, path);
    }
}
