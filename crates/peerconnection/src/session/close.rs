//! `close()` (webrtc-pc, section 4.4.1.3).

use super::Session;
use crate::order::Order;
use crate::state::{ConnectionState, IceConnectionState};

impl Session {
    /// Closes at once; no events fire, and operations under way never settle.
    pub(super) fn close(&mut self) {
        if self.is_closed {
            return;
        }
        self.is_closed = true;
        self.signaling.close();
        for transceiver in &mut self.transceivers {
            transceiver.stop();
        }
        self.channels.close_all();
        self.transports.close_all();
        self.connection_state = ConnectionState::Closed;
        self.ice_connection_state = IceConnectionState::Closed;
        self.chain.clear();
        self.tasks.clear();
        self.order(Order::Close);
        let waiting: Vec<_> = self
            .waiting_stats
            .iter()
            .map(|(request, _)| *request)
            .collect();
        for request in waiting {
            self.queue(super::task::Task::StatsOfClosed(request));
        }
    }
}
