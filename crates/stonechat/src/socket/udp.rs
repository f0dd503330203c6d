//! One UDP socket: runs go out and come in with one system call each where the kernel can.

use std::cell::RefCell;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::BytesMut;
use quinn_udp::{EcnCodepoint, RecvMeta, UdpSockRef, UdpSocketState};
#[cfg(target_os = "linux")]
use stonechat_sansio::Dscp;
use stonechat_sansio::{Datagram, Ecn, Path, SocketId, Transmit};
use tokio::io::Interest;

/// Messages that one system call may bring.
const BATCH: usize = 16;
/// Octets of one message: a whole run that the kernel put together.
const MESSAGE: usize = 65_535;
/// Octets that the kernel is asked to buffer each way.
const KERNEL_BUFFER: usize = 4 << 20;

thread_local! {
    /// What is received lands here first; it belongs to the thread, never to a connection.
    static RECEIVE: RefCell<Vec<u8>> = RefCell::new(vec![0; BATCH * MESSAGE]);
}

/// A UDP socket of the driver.
#[derive(Debug)]
pub(crate) struct UdpSocket {
    pub(crate) id: SocketId,
    socket: tokio::net::UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
}

/// What became of a run.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Sent {
    Done,
    /// The kernel takes no more now.
    Blocked,
    /// It cannot be sent there.
    Failed,
}

/// How a turn of receiving ended.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Received {
    /// So many datagrams, and there may be more.
    More(usize),
    /// Nothing is there.
    Nothing,
    /// The socket is gone.
    Closed,
}

impl UdpSocket {
    /// Binds `address` at one of `ports`, or any.
    pub(crate) fn bind(
        id: SocketId,
        address: IpAddr,
        ports: Option<RangeInclusive<u16>>,
    ) -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for port in ports.unwrap_or(0..=0) {
            match bind(SocketAddr::new(address, port)) {
                Ok(socket) => return Self::from_std(id, socket),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn from_std(id: SocketId, socket: std::net::UdpSocket) -> io::Result<Self> {
        let local = socket.local_addr()?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        // More than the system allows is cut, which is no error.
        let _ = state.set_send_buffer_size(UdpSockRef::from(&socket), KERNEL_BUFFER);
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&socket), KERNEL_BUFFER);
        let socket = tokio::net::UdpSocket::from_std(socket)?;
        Ok(Self {
            id,
            socket,
            state,
            local,
        })
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(crate) fn max_segments(&self) -> usize {
        self.state.max_gso_segments()
    }

    /// Sends a run.
    pub(crate) fn send(&self, transmit: &Transmit, run: &[u8]) -> Sent {
        let local = transmit.path().local();
        let source = (!local.is_unspecified() && self.local.ip().is_unspecified()).then_some(local);
        #[cfg(target_os = "linux")]
        if let Some(sent) = self.send_marked(transmit, source, run) {
            return sent;
        }
        let contents = quinn_udp::Transmit {
            destination: transmit.path().remote(),
            ecn: codepoint(transmit.ecn()),
            contents: run,
            segment_size: transmit.segment_len().map(|len| usize::from(len.get())),
            src_ip: source,
        };
        let sent = self.socket.try_io(Interest::WRITABLE, || {
            self.state
                .try_send(UdpSockRef::from(&self.socket), &contents)
        });
        match sent {
            Ok(()) => Sent::Done,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Sent::Blocked,
            Err(error) => {
                tracing::debug!(%error, "run not sent");
                Sent::Failed
            }
        }
    }

    /// Sends a run that has a code point. `None` if it has none, or if the system does not take it
    /// so: then it goes without.
    #[cfg(target_os = "linux")]
    fn send_marked(&self, transmit: &Transmit, source: Option<IpAddr>, run: &[u8]) -> Option<Sent> {
        if transmit.dscp() == Dscp::DF {
            return None;
        }
        let sent = self.socket.try_io(Interest::WRITABLE, || {
            let socket = socket2::SockRef::from(&self.socket);
            super::marked::send(&socket, transmit, source, run)
        });
        match sent {
            Ok(()) => Some(Sent::Done),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Some(Sent::Blocked),
            Err(error) => {
                tracing::debug!(%error, "marked run not sent");
                None
            }
        }
    }

    pub(crate) fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_send_ready(cx)
    }

    pub(crate) fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.poll_recv_ready(cx)
    }

    /// Hands what one system call brings to `take`, datagram by datagram.
    pub(crate) fn receive(&self, now: Instant, mut take: impl FnMut(Datagram)) -> Received {
        RECEIVE.with_borrow_mut(|buffer| {
            let mut metas = [RecvMeta::default(); BATCH];
            let received = {
                let mut slices: Vec<IoSliceMut<'_>> =
                    buffer.chunks_mut(MESSAGE).map(IoSliceMut::new).collect();
                self.socket.try_io(Interest::READABLE, || {
                    self.state
                        .recv(UdpSockRef::from(&self.socket), &mut slices, &mut metas)
                })
            };
            let count = match received {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Received::Nothing;
                }
                // An ICMP error of an earlier send; the socket lives on.
                Err(error) if is_passing(&error) => return Received::More(0),
                Err(error) => {
                    tracing::debug!(%error, "socket closed");
                    return Received::Closed;
                }
            };
            let mut datagrams = 0;
            for (meta, message) in metas.iter().take(count).zip(buffer.chunks(MESSAGE)) {
                let path = Path::new(
                    self.id,
                    meta.dst_ip.unwrap_or_else(|| self.local.ip()),
                    meta.addr,
                );
                let ecn = mark(meta.ecn);
                let mut run = BytesMut::from(message.get(..meta.len).unwrap_or_default());
                while !run.is_empty() {
                    let payload = run.split_to(meta.stride.clamp(1, run.len()));
                    take(Datagram::new(path, ecn, now, payload));
                    datagrams += 1;
                }
            }
            Received::More(datagrams)
        })
    }
}

fn bind(address: SocketAddr) -> io::Result<std::net::UdpSocket> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, Some(socket2::Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::Interrupted
    )
}

fn codepoint(ecn: Ecn) -> Option<EcnCodepoint> {
    match ecn {
        Ecn::NotEct => None,
        Ecn::Ect0 => Some(EcnCodepoint::Ect0),
        Ecn::Ect1 => Some(EcnCodepoint::Ect1),
        Ecn::Ce => Some(EcnCodepoint::Ce),
    }
}

fn mark(codepoint: Option<EcnCodepoint>) -> Ecn {
    match codepoint {
        None => Ecn::NotEct,
        Some(EcnCodepoint::Ect0) => Ecn::Ect0,
        Some(EcnCodepoint::Ect1) => Ecn::Ect1,
        Some(EcnCodepoint::Ce) => Ecn::Ce,
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Read as _;
    use std::num::NonZeroU16;
    use std::time::Duration;

    use super::*;

    fn pair(address: &str) -> [UdpSocket; 2] {
        let address = address.parse().unwrap();
        [1, 2].map(|id| UdpSocket::bind(SocketId(id), address, None).unwrap())
    }

    /// The octets of IP headers that the next UDP datagrams from `from` carry, if this process may
    /// look at them.
    fn sniffer(address: IpAddr) -> Option<socket2::Socket> {
        let (domain, kind) = (socket2::Domain::IPV4, socket2::Type::RAW);
        let socket = socket2::Socket::new(domain, kind, Some(socket2::Protocol::UDP)).ok()?;
        socket.bind(&SocketAddr::new(address, 0).into()).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        Some(socket)
    }

    /// The Type of Service of `count` datagrams that `port` sent.
    fn seen(mut socket: &socket2::Socket, port: u16, count: usize) -> Vec<u8> {
        let mut octets = Vec::new();
        let mut packet = [0; 2_048];
        while octets.len() < count {
            let len = socket.read(&mut packet).unwrap();
            let header = usize::from(packet[0] & 0xf) * 4;
            assert!(len >= header + 8);
            if packet[header..header + 2] == port.to_be_bytes() {
                octets.push(packet[1]);
            }
        }
        octets
    }

    async fn received(socket: &UdpSocket, count: usize) -> Vec<(Ecn, Vec<u8>)> {
        let mut all = Vec::new();
        while all.len() < count {
            std::future::poll_fn(|cx| socket.poll_recv_ready(cx))
                .await
                .unwrap();
            socket.receive(Instant::now(), |datagram| {
                all.push((datagram.ecn(), datagram.payload().to_vec()));
            });
        }
        all
    }

    #[tokio::test]
    async fn each_run_leaves_with_its_code_point_and_congestion_mark() {
        use stonechat_sansio::Dscp;
        for address in ["127.0.0.1", "::1"] {
            let Ok(probe) = std::net::UdpSocket::bind((address, 0)) else {
                // A machine without this family.
                continue;
            };
            drop(probe);
            let [a, b] = pair(address);
            let ip = a.local().ip();
            let sniffer = ip.is_ipv4().then(|| sniffer(ip)).flatten();
            let run: Vec<u8> = (0..250_u8).collect();
            let path = Path::new(a.id, ip, b.local());
            let whole = None;
            // The kernel cuts it, if it can.
            let cut = (a.max_segments() > 2)
                .then(|| NonZeroU16::new(100))
                .flatten();
            let codes = [Dscp::EF, Dscp::DF, Dscp::AF41, Dscp::AF41, Dscp::LE];
            let marks = [Ecn::NotEct, Ecn::Ect1, Ecn::Ect0];
            for (dscp, ecn, segment) in codes.into_iter().flat_map(|dscp| {
                marks
                    .into_iter()
                    .flat_map(move |ecn| [(dscp, ecn, whole), (dscp, ecn, cut)])
            }) {
                let transmit = Transmit::new(path, ecn, run.len(), segment).with_dscp(dscp);
                std::future::poll_fn(|cx| a.poll_send_ready(cx))
                    .await
                    .unwrap();
                assert_eq!(a.send(&transmit, &run), Sent::Done);
                if let Some(sniffer) = &sniffer {
                    // A run arrives there as one datagram or as several.
                    let seen = seen(sniffer, a.local().port(), 1);
                    assert_eq!(seen, [dscp.octet(ecn)]);
                    while drain(sniffer) {}
                }
                let datagrams = received(&b, if segment.is_some() { 3 } else { 1 }).await;
                // Of several datagrams that come as one the receiver may not learn the mark.
                if segment.is_none() {
                    assert_eq!(datagrams[0].0, ecn, "{dscp:?}");
                }
                let octets: Vec<u8> = datagrams.into_iter().flat_map(|(_, data)| data).collect();
                assert_eq!(octets, run);
            }
        }
    }

    /// Takes what else the run brought.
    fn drain(mut socket: &socket2::Socket) -> bool {
        socket.set_nonblocking(true).unwrap();
        let more = socket.read(&mut [0; 2_048]).is_ok();
        socket.set_nonblocking(false).unwrap();
        more
    }
}
