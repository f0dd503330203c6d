//! UDP sockets with segmentation offload and congestion marks, and what is known of the machine's
//! interfaces.

mod interfaces;
mod udp;

pub(crate) use self::interfaces::InterfaceFilter;
pub(crate) use self::udp::{Received, Sent, UdpSocket};
