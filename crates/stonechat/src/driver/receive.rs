//! What arrived on the sockets goes to the connection, a bounded number of datagrams a turn.

use std::time::Instant;

use super::Driver;
use crate::socket::Received;

/// Datagrams that one turn takes in before it sends.
const DATAGRAMS: usize = 256;

impl Driver {
    /// Takes datagrams in; `true` if there may be more.
    pub(super) fn receive(&mut self, now: Instant) -> bool {
        let mut left = DATAGRAMS;
        let mut more = false;
        let mut closed = Vec::new();
        for socket in &self.sockets {
            loop {
                if left == 0 {
                    more = true;
                    break;
                }
                let connection = &mut self.connection;
                match socket.receive(now, |datagram| connection.handle_datagram(now, datagram)) {
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
            self.connection.handle_socket_closed(now, id);
        }
        more
    }
}
