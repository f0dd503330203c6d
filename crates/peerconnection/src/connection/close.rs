//! Closing: goodbyes go out first, then the sockets close.
//!
//! SCTP ABORT and RTCP BYE, then DTLS close_notify, then TURN Refresh with lifetime 0, then the
//! sockets. A transport that a description drops goes the same way while the others live.

use std::time::{Duration, Instant};

use stonechat_sansio::{Batch, SocketId, Transmit};

use super::layers::Layers;
use super::transport::Transport;
use crate::fact::Fact;

/// How far closing is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Closing {
    /// Not asked for.
    Open,
    /// Goodbyes are going out.
    Saying { until: Instant },
    /// Everything is closed.
    Closed,
}

/// A transport that is not used any more but has goodbyes to say.
#[derive(Debug)]
pub(super) struct Retired {
    pub(super) transport: Transport,
    sockets: Vec<SocketId>,
    /// Whether only the servers have to be told.
    is_ice_closed: bool,
}

/// How long goodbyes may take if the sockets do not take them.
const LINGER: Duration = Duration::from_millis(500);

/// Transports that may say goodbye at a time; the oldest is cut short.
const MAX_RETIRED: usize = 16;

impl Closing {
    pub(super) fn deadline(self) -> Option<Instant> {
        match self {
            Self::Saying { until } => Some(until),
            Self::Open | Self::Closed => None,
        }
    }

    pub(super) fn is_overdue(self, now: Instant) -> bool {
        self.deadline().is_some_and(|until| until <= now)
    }
}

impl Layers {
    pub(super) fn is_closed(&self) -> bool {
        self.closing == Closing::Closed
    }

    /// Begins to close: the association and media say goodbye over the transports.
    pub(super) fn close(&mut self, now: Instant) {
        self.closing = Closing::Saying {
            until: now + LINGER,
        };
        self.channels.abort(now, "closed");
        for transport in &mut self.transports {
            transport.media.close(now);
        }
    }

    /// Takes a transport out of use; what it has to say still goes.
    pub(super) fn retire(&mut self, now: Instant, index: usize) {
        let mut transport = self.transports.remove(index);
        let id = transport.id;
        transport.media.close(now);
        if let Some(dtls) = &mut transport.dtls {
            dtls.close(now);
        }
        self.requests.cancel(id);
        let sockets = self.sockets.iter().filter(|(_, of)| **of == id);
        let sockets: Vec<_> = sockets.map(|(socket, _)| *socket).collect();
        self.sockets.retain(|_, of| *of != id);
        if self.association == Some(id) {
            self.association = None;
        }
        if self.retired.len() >= MAX_RETIRED {
            let oldest = self.retired.remove(0);
            self.release(&oldest);
        }
        self.retired.push(Retired {
            transport,
            sockets,
            is_ice_closed: false,
        });
    }

    /// The next run of a transport that says goodbye. Those that have said all are released.
    pub(super) fn poll_retired(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit> {
        while let Some(mut retired) = self.retired.pop() {
            let transmit = retired.poll_transmit(now, self.config.max_datagram, out);
            if transmit.is_some() {
                self.retired.push(retired);
                return transmit;
            }
            self.release(&retired);
        }
        None
    }

    fn release(&mut self, retired: &Retired) {
        for socket in &retired.sockets {
            self.unwritable.retain(|other| other != socket);
            self.requests.close_socket(*socket);
        }
    }

    /// Nothing is left to send: the next stage of closing. `true` if there may be more to send.
    pub(super) fn on_drained(&mut self, now: Instant) -> bool {
        if !matches!(self.closing, Closing::Saying { .. }) {
            return false;
        }
        // What waits for its socket may still go until the time is over.
        if !self.unwritable.is_empty() {
            return false;
        }
        if self.transports.is_empty() {
            self.finish_close(now);
            return false;
        }
        while !self.transports.is_empty() {
            self.retire(now, 0);
        }
        true
    }

    pub(super) fn finish_close(&mut self, now: Instant) {
        while !self.transports.is_empty() {
            self.retire(now, 0);
        }
        for retired in std::mem::take(&mut self.retired) {
            self.release(&retired);
        }
        self.closing = Closing::Closed;
        self.media_events.clear();
        self.facts.push_back(Fact::Closed);
    }
}

impl Retired {
    fn poll_transmit(
        &mut self,
        now: Instant,
        max_datagram: usize,
        out: &mut Batch<'_>,
    ) -> Option<Transmit> {
        let transport = &mut self.transport;
        if !self.is_ice_closed {
            if let Some(transmit) = transport.poll_goodbye(now, max_datagram, out) {
                return Some(transmit);
            }
            self.is_ice_closed = true;
            transport.ice.close(now);
        }
        transport.ice.poll_transmit(now, out)
    }
}
