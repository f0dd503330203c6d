//! The task of one ICE transport without a peer connection.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use stonechat_ice::Interface;
use stonechat_peerconnection::{IceTransport, Reply, Request, RequestId};
use stonechat_sansio::{Batch, Datagram, Path, SocketId, Transmit};
use tokio::sync::mpsc;

use super::Io;
use super::packets::Packets;
use crate::rtc_ice_transport::Standalone;

/// The task of one transport.
pub(crate) struct IceDriver {
    machine: Shared,
    io: Io,
    woken: mpsc::Receiver<()>,
}

/// The machine, behind a lock for one verb at a time.
struct Shared(Arc<Standalone>);

impl IceDriver {
    pub(crate) fn new(core: Arc<Standalone>, woken: mpsc::Receiver<()>, io: Io) -> Self {
        Self {
            machine: Shared(core),
            io,
            woken,
        }
    }

    /// Runs until the transport is stopped and has said so to its servers.
    pub(crate) async fn run(mut self) {
        loop {
            let now = Instant::now();
            self.io.watch_interfaces(now, &mut self.machine);
            self.machine.with(|ice| ice.handle_timeout(now));
            self.io.take_connections(now, &mut self.machine).await;
            let more = self.io.receive(now, &mut self.machine);
            for (id, reply) in self.io.take_answers() {
                self.machine.handle_reply(now, id, reply);
            }
            self.machine.0.publish(now);
            self.io.do_requests(now, &mut self.machine);
            let unsent = self.io.transmit(now, &mut self.machine, |_| {});
            self.machine.0.publish(now);
            self.io.do_requests(now, &mut self.machine);
            if self.machine.with(|ice| ice.is_closed()) {
                return;
            }
            if more || unsent {
                // Others have their turn as well.
                tokio::task::yield_now().await;
            } else {
                let due = self.machine.with(|ice| ice.poll_timeout());
                self.io.arm_timer(due);
                poll_fn(|cx| self.poll_wake(cx)).await;
            }
        }
    }

    /// Waits for anything that makes another turn worth while.
    fn poll_wake(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut ready = self.io.poll_wake(cx).is_ready();
        ready |= self.woken.poll_recv(cx).is_ready();
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl Drop for IceDriver {
    /// At the end, or when the runtime goes.
    fn drop(&mut self) {
        self.machine.0.finish();
    }
}

impl Shared {
    fn with<R>(&self, f: impl FnOnce(&mut IceTransport) -> R) -> R {
        self.0.with(f)
    }
}

impl Packets for Shared {
    fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        self.with(|ice| ice.handle_datagram(now, datagram));
    }

    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.with(|ice| ice.poll_transmit(now, out))
    }

    fn poll_request(&mut self) -> Option<Request> {
        self.with(IceTransport::poll_request)
    }

    fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        self.with(|ice| ice.handle_reply(now, id, reply));
    }

    fn handle_interfaces(&mut self, now: Instant, interfaces: &[Interface]) {
        self.with(|ice| ice.handle_interfaces(now, interfaces));
    }

    fn handle_writable(&mut self, now: Instant, socket: SocketId, writable: bool) {
        self.with(|ice| ice.handle_writable(now, socket, writable));
    }

    fn handle_socket_closed(&mut self, now: Instant, socket: SocketId) {
        self.with(|ice| ice.handle_socket_closed(now, socket));
    }

    fn handle_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    ) {
        self.with(|ice| ice.handle_accepted(now, listener, socket, remote));
    }

    fn handle_discarded(&mut self, now: Instant, path: &Path, packets: u64, octets: u64) {
        self.with(|ice| ice.handle_discarded(now, path, packets, octets));
    }
}
