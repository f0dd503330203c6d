//! UDP sockets with segmentation offload and congestion marks, TCP connections, and what is known
//! of the machine's interfaces.

mod interfaces;
#[cfg(target_os = "linux")]
mod marked;
mod tcp;
mod udp;

pub(crate) use self::interfaces::InterfaceFilter;
pub(crate) use self::tcp::{TcpListener, TcpStream, connect};
pub(crate) use self::udp::{Received, Sent, UdpSocket};
