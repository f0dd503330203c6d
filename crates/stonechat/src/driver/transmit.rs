//! Runs of packets go to the sockets. A run that the kernel does not take is kept, one for each
//! socket at the most, and nothing more is built for that socket until it left.

use std::cell::RefCell;
use std::time::Instant;

use stonechat_sansio::{Batch, SocketId, Transmit};

use super::Io;
use super::packets::Packets;
use crate::socket::Sent;

/// Octets that one turn sends before others have theirs.
const OCTETS: usize = 256 << 10;
/// Octets of one run.
const RUN: usize = 65_000;

thread_local! {
    /// Runs are built here; it belongs to the thread, never to a connection.
    static SEND: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(RUN));
}

/// A run that waits for its socket.
#[derive(Debug)]
pub(super) struct Blocked {
    transmit: Transmit,
    run: Vec<u8>,
}

impl Blocked {
    pub(super) fn socket(&self) -> SocketId {
        self.transmit.path().socket()
    }
}

impl Io {
    /// Sends what there is; `true` if there may be more. `built` runs before each run leaves: what
    /// left is known before the peer can answer it.
    pub(super) fn transmit<M: Packets>(
        &mut self,
        now: Instant,
        machine: &mut M,
        mut built: impl FnMut(&mut M),
    ) -> bool {
        self.retry_blocked(now, machine);
        self.flush_streams(now, machine);
        let max_segments = self
            .sockets
            .iter()
            .map(|socket| socket.max_segments())
            .min();
        let mut sent = 0;
        SEND.with_borrow_mut(|buffer| {
            loop {
                buffer.clear();
                let mut batch = Batch::new(buffer, max_segments.unwrap_or(1), RUN);
                let Some(transmit) = machine.poll_transmit(now, &mut batch) else {
                    return false;
                };
                sent += transmit.len();
                built(machine);
                let run = buffer.get(..transmit.len()).unwrap_or_default();
                self.send(now, machine, &transmit, run);
                if sent >= OCTETS {
                    return true;
                }
            }
        })
    }

    fn send(&mut self, now: Instant, machine: &mut impl Packets, transmit: &Transmit, run: &[u8]) {
        let id = transmit.path().socket();
        let Some(socket) = self.sockets.iter().find(|socket| socket.id == id) else {
            self.send_stream(now, machine, transmit, run);
            return;
        };
        match socket.send(transmit, run) {
            Sent::Done => {}
            Sent::Failed => discard(now, machine, transmit),
            Sent::Blocked => {
                machine.handle_writable(now, id, false);
                self.blocked.push(Blocked {
                    transmit: *transmit,
                    run: run.to_vec(),
                });
            }
        }
    }

    fn retry_blocked(&mut self, now: Instant, machine: &mut impl Packets) {
        for blocked in std::mem::take(&mut self.blocked) {
            let id = blocked.socket();
            let Some(socket) = self.sockets.iter().find(|socket| socket.id == id) else {
                continue;
            };
            match socket.send(&blocked.transmit, &blocked.run) {
                Sent::Blocked => self.blocked.push(blocked),
                Sent::Done => machine.handle_writable(now, id, true),
                Sent::Failed => {
                    discard(now, machine, &blocked.transmit);
                    machine.handle_writable(now, id, true);
                }
            }
        }
    }
}

/// The operating system did not take a run.
pub(super) fn discard(now: Instant, machine: &mut impl Packets, transmit: &Transmit) {
    let packets = transmit
        .segment_len()
        .map_or(1, |len| transmit.len().div_ceil(usize::from(len.get())));
    machine.handle_discarded(now, &transmit.path(), packets as u64, transmit.len() as u64);
}
