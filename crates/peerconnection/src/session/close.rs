//! `close()` (webrtc-pc, section 4.4.1.3).

use super::Session;
use super::step::Event;
use super::task::Task;
use crate::order::Order;
use crate::state::{ConnectionState, IceConnectionState};

impl Session {
    /// Closes at once. Nothing fires but `ended` on tracks that were received, and operations under
    /// way never settle.
    pub(super) fn close(&mut self) {
        if self.is_closed {
            return;
        }
        self.is_closed = true;
        self.signaling.close();
        let mut ended = Vec::new();
        for transceiver in &mut self.transceivers {
            if !transceiver.receiver.ended {
                ended.push(transceiver.id.receiver());
            }
            transceiver.stop();
        }
        self.channels.close_all();
        self.transports.close_all();
        self.connection_state = ConnectionState::Closed;
        self.ice_connection_state = IceConnectionState::Closed;
        self.chain.clear();
        self.close_identity();
        self.tasks.clear();
        for receiver in ended {
            self.queue(Task::Fire(Event::TrackEnded(receiver)));
        }
        self.order(Order::Close);
    }
}
