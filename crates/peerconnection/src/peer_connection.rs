//! Both machines of a peer connection on one thread.

use std::net::SocketAddr;
use std::time::Instant;

use stonechat_crypto::Certificate;
use stonechat_media::telephone_event::ReceivedTone;
use stonechat_media::{
    FrameTicket, MediaFrame, OutgoingFrame, OutgoingPacket, ReceivedPacket, TransformError,
    UntransformedReceived, UntransformedSent,
};
use stonechat_sansio::{Batch, Datagram, Env, Path, SocketId, Transmit};

use crate::configuration::{Configuration, IceTransportPolicy};
use crate::connection::{self, Connection, MediaEvent, SendMediaError};
use crate::error::Error;
use crate::id::{ReceiverId, SenderId};
use crate::request::{Reply, Request, RequestId};
use crate::session::call::{Answer, Call};
use crate::session::step::Step;
use crate::session::{self, Session};
use crate::source_table::Delivered;

/// A whole peer connection, sans-IO: a [`Session`] and a [`Connection`] that exchange orders and
/// facts.
///
/// It has the six verbs of a machine, [`call`](Self::call) and [`poll_step`](Self::poll_step) for
/// what an application does and sees, and requests for what the driver does for it. All methods
/// may be called in any order.
#[derive(Debug)]
pub struct PeerConnection {
    session: Session,
    connection: Connection,
    now: Instant,
}

/// What both machines are made with.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Codecs and limits of the session.
    pub session: session::Config,
    /// Limits of the layers.
    pub connection: connection::Config,
}

impl PeerConnection {
    /// A peer connection in the state `new`. `certificate` is used unless `configuration` brings
    /// one.
    ///
    /// # Errors
    ///
    /// `SyntaxError` or `InvalidAccessError` for a server that cannot be used,
    /// `InvalidAccessError` for a certificate that has expired.
    pub fn new(
        config: Config,
        configuration: Configuration,
        certificate: Certificate,
        env: &Env,
        now: Instant,
    ) -> Result<Self, Error> {
        let (session, connection) = split(config, configuration, certificate, env, now)?;
        Ok(Self {
            session,
            connection,
            now,
        })
    }

    /// Does what an application asks, as far as it happens at once.
    pub fn call(&mut self, now: Instant, call: Call) -> Answer {
        self.update(now, |this, now| this.session.call(now, call))
    }

    /// Runs one step of the front task, if there is one. The credit of its messages is given back
    /// at once.
    pub fn poll_step(&mut self, now: Instant) -> Option<Step> {
        self.update(now, |this, now| {
            let step = this.session.poll_step(now)?;
            for (channel, octets) in &step.returned {
                this.session.return_credit(*channel, *octets);
            }
            Some(step)
        })
    }

    /// Takes a datagram that arrived on one of the sockets that it asked for.
    pub fn handle_datagram(&mut self, now: Instant, datagram: Datagram) {
        self.update(now, |this, now| {
            this.connection.handle_datagram(now, datagram);
        });
    }

    /// Does what is due at `now`; harmless when nothing is.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.update(now, |this, now| {
            this.session.handle_timeout(now);
            this.connection.handle_timeout(now);
        });
    }

    /// When [`handle_timeout`](Self::handle_timeout) is wanted next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let both = [self.session.poll_timeout(), self.connection.poll_timeout()];
        both.into_iter().flatten().min()
    }

    /// Writes the next run of packets into `out`, or nothing if there is none.
    pub fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        self.update(now, |this, now| this.connection.poll_transmit(now, out))
    }

    /// The next request to the driver.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.connection
            .poll_request()
            .or_else(|| self.session.poll_request())
    }

    /// The driver's answer to a request.
    pub fn handle_reply(&mut self, now: Instant, id: RequestId, reply: Reply) {
        self.update(now, |this, now| {
            if id.is_of_session() {
                this.session.handle_reply(now, id, reply);
            } else {
                this.connection.handle_reply(now, id, reply);
            }
        });
    }

    /// The interfaces of the machine, at the beginning and whenever they change.
    pub fn handle_interfaces(&mut self, now: Instant, interfaces: &[stonechat_ice::Interface]) {
        self.update(now, |this, now| {
            this.connection.handle_interfaces(now, interfaces);
        });
    }

    /// A socket does or does not take more.
    pub fn handle_writable(&mut self, now: Instant, socket: SocketId, writable: bool) {
        self.update(now, |this, now| {
            this.connection.handle_writable(now, socket, writable);
        });
    }

    /// A TCP connection came in; see [`Connection::handle_accepted`](crate::Connection).
    pub fn handle_accepted(
        &mut self,
        now: Instant,
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    ) {
        self.update(now, |this, now| {
            this.connection
                .handle_accepted(now, listener, socket, remote);
        });
    }

    /// A socket, listener or connection was closed from outside.
    pub fn handle_socket_closed(&mut self, now: Instant, socket: SocketId) {
        self.update(now, |this, now| {
            this.connection.handle_socket_closed(now, socket);
        });
    }

    /// The operating system reported that `path` cannot be reached.
    pub fn handle_path_failed(&mut self, now: Instant, path: &Path) {
        self.update(now, |this, now| {
            this.connection.handle_path_failed(now, path);
        });
    }

    /// A socket did not take packets to `path` because of an error: `octets` in all.
    pub fn handle_discarded(&mut self, now: Instant, path: &Path, packets: u64, octets: u64) {
        self.update(now, |this, now| {
            this.connection.handle_discarded(now, path, packets, octets);
        });
    }

    /// Sends an encoded frame.
    ///
    /// # Errors
    ///
    /// [`SendMediaError`] says why not; nothing was queued.
    pub fn send_frame(
        &mut self,
        now: Instant,
        sender: SenderId,
        frame: OutgoingFrame,
    ) -> Result<(), SendMediaError> {
        self.update(now, |this, now| {
            this.connection.send_frame(now, sender, frame)
        })
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
        packet: OutgoingPacket,
    ) -> Result<(), SendMediaError> {
        self.update(now, |this, now| {
            this.connection.send_packet(now, sender, packet)
        })
    }

    /// The next packet of a receiver that [`Call::SetDelivery`] told to hand out packets, in order
    /// of arrival.
    pub fn recv_packet(&mut self, now: Instant, receiver: ReceiverId) -> Option<ReceivedPacket> {
        self.update(now, |this, now| {
            let packet = this.connection.recv_packet(now, receiver)?;
            this.session
                .note_delivered(now, receiver, &Delivered::from(&packet));
            Some(packet)
        })
    }

    /// The next encoded frame of a receiver, in decode order.
    pub fn recv_frame(&mut self, now: Instant, receiver: ReceiverId) -> Option<MediaFrame> {
        self.update(now, |this, now| {
            let frame = this.connection.recv_frame(now, receiver)?;
            this.session
                .note_delivered(now, receiver, &Delivered::from(&frame));
            Some(frame)
        })
    }

    /// The next telephone event of a receiver that ended.
    pub fn recv_tone(&mut self, now: Instant, receiver: ReceiverId) -> Option<ReceivedTone> {
        self.update(now, |this, now| this.connection.recv_tone(now, receiver))
    }

    /// The next frame of a sender for its transform; see
    /// [`Connection::poll_untransformed_sent`].
    pub fn poll_untransformed_sent(
        &mut self,
        now: Instant,
        sender: SenderId,
    ) -> Option<UntransformedSent> {
        self.update(now, |this, now| {
            this.connection.poll_untransformed_sent(now, sender)
        })
    }

    /// Takes a frame of a sender back from its transform, to send it.
    ///
    /// # Errors
    ///
    /// See [`TransformError`]; the frame is gone.
    pub fn push_transformed_sent(
        &mut self,
        now: Instant,
        sender: SenderId,
        ticket: FrameTicket,
        frame: &OutgoingFrame,
    ) -> Result<(), TransformError> {
        self.update(now, |this, now| {
            this.connection
                .push_transformed_sent(now, sender, ticket, frame)
        })
    }

    /// The next frame of a receiver for its transform.
    pub fn poll_untransformed_received(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
    ) -> Option<UntransformedReceived> {
        self.update(now, |this, now| {
            this.connection.poll_untransformed_received(now, receiver)
        })
    }

    /// Takes a frame of a receiver back from its transform, to hand it out.
    ///
    /// # Errors
    ///
    /// See [`TransformError`]; the frame is gone.
    pub fn push_transformed_received(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
        ticket: FrameTicket,
        frame: MediaFrame,
    ) -> Result<(), TransformError> {
        self.update(now, |this, now| {
            this.connection
                .push_transformed_received(now, receiver, ticket, frame)
        })
    }

    /// The next event of the media plane.
    pub fn poll_media_event(&mut self) -> Option<MediaEvent> {
        self.connection.poll_media_event()
    }

    /// The W3C half, to read its state.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The packet half, to read its counters.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    fn update<R>(&mut self, now: Instant, f: impl FnOnce(&mut Self, Instant) -> R) -> R {
        self.now = self.now.max(now);
        let now = self.now;
        let result = f(self, now);
        while let Some(order) = self.session.poll_order() {
            self.connection.handle_order(now, order);
        }
        while let Some(fact) = self.connection.poll_fact() {
            self.session.handle_fact(now, fact);
        }
        result
    }
}

/// Makes both machines of one peer connection, to be driven in different places.
///
/// # Errors
///
/// `SyntaxError` or `InvalidAccessError` for a server that cannot be used,
/// `InvalidAccessError` for a certificate that has expired.
pub fn split(
    config: Config,
    configuration: Configuration,
    certificate: Certificate,
    env: &Env,
    now: Instant,
) -> Result<(Session, Connection), Error> {
    configuration.check_certificates(env.wall_at(now))?;
    configuration.validate()?;
    let certificate = configuration
        .certificates
        .first()
        .map_or(certificate, |certificate| certificate.inner().clone());
    let mut packets = config.connection;
    packets.certificate = Some(certificate.clone());
    packets.ice.servers = configuration.servers();
    packets.ice.policy = policy(configuration.ice_transport_policy);
    let connection = Connection::new(packets, env.child("connection"), now);
    let session = Session::new(
        config.session,
        configuration,
        certificate,
        env.child("session"),
        now,
    );
    Ok((session, connection))
}

pub(crate) const fn policy(policy: IceTransportPolicy) -> stonechat_ice::Policy {
    match policy {
        IceTransportPolicy::All => stonechat_ice::Policy::All,
        IceTransportPolicy::Relay => stonechat_ice::Policy::Relay,
    }
}
