//! What a driver keeps of TCP connections of the virtual network.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use stonechat_ice::framing::Deframer;
use stonechat_peerconnection::{Reply, RequestId};
use stonechat_sansio::{Datagram, Ecn, Path, SocketId};
use stonechat_testkit::{HostId, Network, StreamEvent};

/// Connections that are being opened, and what arrived of packets.
#[derive(Default)]
pub(crate) struct Connections {
    connecting: BTreeMap<SocketId, RequestId>,
    deframers: BTreeMap<SocketId, Deframer>,
}

/// What is to be handed to the machine.
pub(crate) enum Happened {
    Replied(RequestId, Reply),
    Accepted {
        listener: SocketId,
        socket: SocketId,
        remote: SocketAddr,
    },
    Arrived(Vec<Datagram>),
    Closed(SocketId),
}

impl Connections {
    pub(crate) fn connect(
        &mut self,
        now: Instant,
        (host, network): (HostId, &mut Network),
        id: RequestId,
        (local, remote): (IpAddr, SocketAddr),
    ) {
        let socket = network.connect(now, host, local, remote).unwrap();
        self.connecting.insert(socket, id);
    }

    pub(crate) fn cancel(&mut self, id: RequestId) {
        self.connecting.retain(|_, asked| *asked != id);
    }

    /// What happened next to the connections of a host.
    pub(crate) fn poll(
        &mut self,
        now: Instant,
        host: HostId,
        network: &mut Network,
    ) -> Option<Happened> {
        loop {
            let happened = match network.poll_stream(host)? {
                StreamEvent::Connected { socket, .. } => {
                    let id = self.connecting.remove(&socket);
                    id.map(|id| Happened::Replied(id, Reply::Connected { socket }))
                }
                StreamEvent::Refused(socket) => {
                    let id = self.connecting.remove(&socket);
                    id.map(|id| Happened::Replied(id, Reply::Failed))
                }
                StreamEvent::Accepted {
                    listener,
                    socket,
                    remote,
                } => Some(Happened::Accepted {
                    listener,
                    socket,
                    remote,
                }),
                StreamEvent::Data { socket, octets } => {
                    let deframer = self.deframers.entry(socket);
                    let deframer = deframer.or_insert_with(|| Deframer::new(1500));
                    let mut datagrams = Vec::new();
                    deframer.feed(&octets, |packet| {
                        let any = SocketAddr::from(([0, 0, 0, 0], 0));
                        let path = Path::new(socket, any.ip(), any);
                        datagrams.push(Datagram::new(path, Ecn::NotEct, now, packet));
                    });
                    Some(Happened::Arrived(datagrams))
                }
                StreamEvent::Closed(socket) => Some(Happened::Closed(socket)),
            };
            if happened.is_some() {
                return happened;
            }
        }
    }
}
