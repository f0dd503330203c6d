//! What arrived on the sockets goes to the machine, a bounded number of datagrams a turn.

use std::time::Instant;

use super::Io;
use super::packets::Packets;
use crate::socket::Received;

/// Datagrams that one turn takes in before it sends.
const DATAGRAMS: usize = 256;

impl Io {
    /// Takes datagrams in; `true` if there may be more.
    pub(super) fn receive(&mut self, now: Instant, machine: &mut impl Packets) -> bool {
        let mut left = DATAGRAMS;
        let mut more = false;
        let mut closed = Vec::new();
        for socket in &self.sockets {
            loop {
                if left == 0 {
                    more = true;
                    break;
                }
                match socket.receive(now, |datagram| machine.handle_datagram(now, datagram)) {
                    Received::More(datagrams) => left = left.saturating_sub(datagrams.max(1)),
                    Received::Nothing => break,
                    Received::Closed => {
                        closed.push(socket.id);
                        break;
                    }
                }
            }
        }
        for id in closed {
            self.sockets.retain(|socket| socket.id != id);
            machine.handle_socket_closed(now, id);
        }
        more | self.receive_streams(now, machine)
    }
}
