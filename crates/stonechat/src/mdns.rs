//! Multicast DNS (RFC 6762) for candidates behind `.local` names: asking for the peer's, and
//! answering for ours. The codec and the table of names are in the ice crate.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stonechat_ice::mdns::{GROUP_V4, PORT, Responder, encode_query, parse_answer};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// When a question is asked again (RFC 6762, section 5.2), and at last given up.
const ASK_AGAIN: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// The multicast DNS service of an [`Api`](crate::Api); sockets are opened on first use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mdns {
    answering: Arc<Mutex<Option<Answering>>>,
}

/// Names that we answer for, and the task that does.
#[derive(Debug)]
struct Answering {
    names: Arc<Mutex<Responder>>,
    socket: Arc<UdpSocket>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Mdns {
    /// The addresses behind a name of the peer; empty if nobody answers.
    pub(crate) async fn resolve(&self, name: String) -> Vec<IpAddr> {
        match ask(&name).await {
            Ok(addresses) => addresses,
            Err(error) => {
                tracing::debug!(%error, "multicast DNS is not available");
                Vec::new()
            }
        }
    }

    /// Answers for a name of ours from now on, and announces it.
    pub(crate) fn publish(&self, name: &str, address: IpAddr) -> io::Result<()> {
        let mut answering = self
            .answering
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let service = match answering
            .as_mut()
            .filter(|service| !service.task.is_finished())
        {
            Some(service) => service,
            None => answering.insert(Answering::start()?),
        };
        let announcement = service
            .names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .publish(name, address);
        if let Some(announcement) = announcement {
            // Who does not hear it asks.
            let _ = service.socket.try_send_to(&announcement, group());
        }
        Ok(())
    }
}

impl Answering {
    fn start() -> io::Result<Self> {
        let socket = Arc::new(open()?);
        let names = Arc::new(Mutex::new(Responder::new()));
        let task = tokio::spawn(answer(Arc::clone(&socket), Arc::clone(&names)));
        Ok(Self {
            names,
            socket,
            task,
        })
    }
}

async fn answer(socket: Arc<UdpSocket>, names: Arc<Mutex<Responder>>) {
    let mut buffer = vec![0; 9000];
    while let Ok((len, from)) = socket.recv_from(&mut buffer).await {
        let query = buffer.get(..len).unwrap_or_default();
        let answer = names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .respond(query, from.port());
        if let Some(answer) = answer {
            let to = if answer.unicast { from } else { group() };
            let _ = socket.send_to(&answer.message, to).await;
        }
    }
}

async fn ask(name: &str) -> io::Result<Vec<IpAddr>> {
    let Some(query) = encode_query(name) else {
        return Ok(Vec::new());
    };
    let socket = open()?;
    let mut buffer = vec![0; 9000];
    for wait in ASK_AGAIN {
        socket.send_to(&query, group()).await?;
        let until = Instant::now() + wait;
        while let Ok(received) = timeout_at(until, socket.recv_from(&mut buffer)).await {
            let (len, _) = received?;
            let found = parse_answer(buffer.get(..len).unwrap_or_default(), name);
            if !found.is_empty() {
                let found: BTreeSet<_> = found.into_iter().collect();
                return Ok(found.into_iter().collect());
            }
        }
    }
    Ok(Vec::new())
}

/// A socket that hears and speaks to the group, beside others on this machine.
fn open() -> io::Result<UdpSocket> {
    let socket = socket2::Socket::new(
        socket2::Domain::IPV4,
        socket2::Type::DGRAM,
        Some(socket2::Protocol::UDP),
    )?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.set_multicast_loop_v4(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)).into())?;
    let mut joined = false;
    for interface in crate::socket::InterfaceFilter::default().interfaces() {
        for address in interface.addresses {
            if let IpAddr::V4(address) = address {
                joined |= socket.join_multicast_v4(&GROUP_V4, &address).is_ok();
            }
        }
    }
    if !joined {
        return Err(io::ErrorKind::AddrNotAvailable.into());
    }
    UdpSocket::from_std(socket.into())
}

fn group() -> SocketAddr {
    SocketAddr::from((GROUP_V4, PORT))
}
