//! Runs with a code point (RFC 8837): one `sendmsg` with control messages for the whole run, as
//! without one. `quinn-udp` writes the congestion mark alone, over whatever the socket was set to.

use std::io::{self, IoSlice};
use std::net::{IpAddr, SocketAddr};

use socket2::{MsgHdr, SockAddr, SockRef};
use stonechat_sansio::Transmit;

/// The head of a control message: its length in the word of the machine, level and kind.
const HEAD: usize = align(WORD + 8);
const WORD: usize = size_of::<usize>();
/// Room for the mark, the length of segments and a source address.
const ROOM: usize = 3 * HEAD + 4 * align(8) + align(20);

/// Sends a run to `remote`; `source` is the address that it shall leave by.
///
/// # Errors
///
/// What the system says, `WouldBlock` among it.
pub(super) fn send(
    socket: &SockRef<'_>,
    transmit: &Transmit,
    source: Option<IpAddr>,
    run: &[u8],
) -> io::Result<()> {
    let remote = transmit.path().remote();
    let mut control = Control::default();
    let octet = i32::from(transmit.dscp().octet(transmit.ecn())).to_ne_bytes();
    if is_ipv4(remote) {
        control.put(libc::IPPROTO_IP, libc::IP_TOS, &octet);
    } else {
        control.put(libc::IPPROTO_IPV6, libc::IPV6_TCLASS, &octet);
    }
    if let Some(len) = transmit.segment_len() {
        control.put(libc::SOL_UDP, libc::UDP_SEGMENT, &len.get().to_ne_bytes());
    }
    match source {
        // Interface, source, and a destination that does not count.
        Some(IpAddr::V4(ip)) => {
            let mut info = [0; 12];
            for (slot, octet) in info.iter_mut().skip(4).zip(ip.octets()) {
                *slot = octet;
            }
            control.put(libc::IPPROTO_IP, libc::IP_PKTINFO, &info);
        }
        Some(IpAddr::V6(ip)) => {
            let mut info = [0; 20];
            for (slot, octet) in info.iter_mut().zip(ip.octets()) {
                *slot = octet;
            }
            control.put(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, &info);
        }
        None => {}
    }
    let to = SockAddr::from(remote);
    let parts = [IoSlice::new(run)];
    let message = MsgHdr::new()
        .with_addr(&to)
        .with_buffers(&parts)
        .with_control(control.octets());
    socket.sendmsg(&message, 0).map(|_| ())
}

fn is_ipv4(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_ipv4()
}

/// Control messages one behind the other, as the kernel reads them.
struct Control {
    octets: [u8; ROOM],
    len: usize,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            octets: [0; ROOM],
            len: 0,
        }
    }
}

impl Control {
    /// Adds one; one for which there is no room is left out.
    fn put(&mut self, level: i32, kind: i32, data: &[u8]) {
        let len = HEAD + data.len();
        let Some(slot) = self.octets.get_mut(self.len..self.len + align(len)) else {
            return;
        };
        let head = len
            .to_ne_bytes()
            .into_iter()
            .chain(level.to_ne_bytes())
            .chain(kind.to_ne_bytes());
        for (octet, value) in slot.iter_mut().zip(head) {
            *octet = value;
        }
        for (octet, value) in slot.iter_mut().skip(HEAD).zip(data) {
            *octet = *value;
        }
        self.len += align(len);
    }

    fn octets(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

/// The next multiple of a word.
const fn align(len: usize) -> usize {
    len.next_multiple_of(WORD)
}
