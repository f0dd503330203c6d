//! The packet half of a peer connection: transports, data and media behind one set of verbs.
//!
//! What comes in goes `receive` → ICE (a relay peels its own traffic) → DTLS or SRTP → SCTP or
//! media. What goes out is built in `transmit`, from the inside into frames that the outer layers
//! reserved. `layers` owns them all; `on_*` routes what each of them reports.

mod apply;
mod channels;
mod close;
mod config;
mod layers;
mod marking;
mod media;
mod on_dtls;
mod on_ice;
mod receive;
pub(crate) mod requests;
mod snapshot;
mod statistics;
mod tones;
mod transform;
mod transmit;
mod transport;

use std::net::SocketAddr;
use std::time::Instant;

use stonechat_sansio::{Batch, Datagram, Env, Path, SocketId, Transmit};

pub use self::config::Config;
use self::layers::Layers;
pub use self::layers::{DropReason, Drops};
pub use self::marking::PacketMarking;
pub use self::media::{MediaEvent, SendMediaError};
pub use self::transport::Traffic;
use crate::fact::Fact;
use crate::id::{ReceiverId, SenderId};
use crate::order::Order;
use crate::request::{Reply, Request, RequestId};

/// The packet half of a peer connection (ICE, DTLS, SRTP, SCTP and media), sans-IO.
///
/// It does what [`Order`]s say and reports [`Fact`]s; it knows neither descriptions nor the W3C
/// objects. It lives where the sockets are. All methods may be called in any order.
///
/// # Limits
///
/// Everything that a peer can make grow is bounded by [`Config`]; messages by the credit that was
/// granted for their channel.
#[derive(Debug)]
pub struct Connection {
    layers: Layers,
}

impl Connection {
    /// A connection without transports.
    #[must_use]
    pub fn new(config: Config, env: Env, now: Instant) -> Self {
        Self {
            layers: Layers::new(config, env, now),
        }
    }

    /// Takes a datagram that arrived on one of the sockets that it asked for.
    pub fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        self.update(now, |layers, now| layers.handle_datagram(now, datagram));
    }

    /// Does what is due at `now`; harmless when nothing is.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.update(now, Layers::handle_timeout);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is wanted next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.layers.poll_timeout()
    }

    /// Writes the next run of packets into `out`, or nothing if there is none.
    ///
    /// Call it until it returns `None` after each other call.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.update(now, |layers, now| layers.poll_transmit(now, out))
    }

    /// Does what the session asks.
    pub fn handle_order(&mut self, now: Instant, order: Order) {
        self.update(now, |layers, now| layers.handle_order(now, order));
    }

    /// The next fact for the session.
    pub fn poll_fact(&mut self) -> Option<Fact> {
        self.layers.poll_fact()
    }

    /// The next request to the driver.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.layers.requests.poll()
    }

    /// The driver's answer to a request. One that is unknown, cancelled or answered before is
    /// ignored.
    pub fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        self.update(now, |layers, now| layers.handle_reply(now, id, reply));
    }

    /// The interfaces of the machine, at the beginning and whenever they change.
    pub fn handle_interfaces(&mut self, now: Instant, interfaces: &[stonechat_ice::Interface]) {
        self.update(now, |layers, now| layers.handle_interfaces(now, interfaces));
    }

    /// A socket does or does not take more; what would leave by it waits.
    pub fn handle_writable(&mut self, now: Instant, socket: SocketId, writable: bool) {
        self.update(now, |layers, _| layers.handle_writable(socket, writable));
    }

    /// A TCP connection came in to one of the listeners that were asked for, from `remote`; it is
    /// called `socket` from now on, an id below `0x8000_0000` that nothing else has. If nobody wants
    /// it, the next request is to close it.
    pub fn handle_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    ) {
        self.update(now, |layers, now| {
            layers.handle_accepted(now, listener, socket, remote);
        });
    }

    /// A socket, listener or connection was closed from outside.
    pub fn handle_socket_closed(&mut self, now: Instant, socket: SocketId) {
        self.update(now, |layers, now| layers.handle_socket_closed(now, socket));
    }

    /// The operating system reported that `path` cannot be reached.
    pub fn handle_path_failed(&mut self, now: Instant, path: &Path) {
        self.update(now, |layers, _| layers.handle_path_failed(path));
    }

    /// A socket did not take packets to `path` because of an error: `octets` in all.
    pub fn handle_discarded(&mut self, now: Instant, path: &Path, packets: u64, octets: u64) {
        self.update(now, |layers, _| {
            layers.handle_discarded(path, packets, octets);
        });
    }

    /// Sends an encoded frame.
    ///
    /// # Errors
    ///
    /// [`SendMediaError`] says why not; nothing was queued.
    #[expect(clippy::needless_pass_by_value, reason = "the frame is handed over")]
    pub fn send_frame(
        &mut self,
        now: Instant,
        sender: SenderId,
        frame: stonechat_media::OutgoingFrame,
    ) -> Result<(), SendMediaError> {
        self.update(now, |layers, now| layers.send_frame(now, sender, &frame))
    }

    /// Sends an RTP packet as it is, for forwarders.
    ///
    /// # Errors
    ///
    /// [`SendMediaError`] says why not; nothing was queued.
    pub fn send_packet(
        &mut self,
        now: Instant,
        sender: SenderId,
        packet: stonechat_media::OutgoingPacket,
    ) -> Result<(), SendMediaError> {
        self.update(now, |layers, now| layers.send_packet(now, sender, packet))
    }

    /// The next packet of a receiver that hands out packets, in order of arrival.
    pub fn recv_packet(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
    ) -> Option<stonechat_media::ReceivedPacket> {
        self.update(now, |layers, now| layers.recv_packet(now, receiver))
    }

    /// The next encoded frame of a receiver, in decode order.
    pub fn recv_frame(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
    ) -> Option<stonechat_media::MediaFrame> {
        self.update(now, |layers, now| layers.recv_frame(now, receiver))
    }

    /// The next event of the media plane.
    pub fn poll_media_event(&mut self) -> Option<MediaEvent> {
        self.layers.media_events.pop_front()
    }

    /// Where application data really goes now, of each transport that can send.
    pub fn send_paths(&self) -> impl Iterator<Item = Path> + '_ {
        self.layers.transports.iter().filter_map(|transport| {
            let route = transport.ice.send_route()?;
            Some(transport.ice.physical(&route))
        })
    }

    /// What was dropped, by reason.
    #[must_use]
    pub fn drops(&self) -> &Drops {
        &self.layers.drops
    }

    /// Whether everything is closed; all verbs are inert then.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.layers.is_closed()
    }

    /// The only door to the layers: clamps time, runs `f`, routes what it caused.
    fn update<R>(&mut self, now: Instant, f: impl FnOnce(&mut Layers, Instant) -> R) -> R {
        let now = self.layers.clock.advance(now);
        let result = f(&mut self.layers, now);
        self.layers.settle(now);
        result
    }
}
