//! `stop()` (webrtc-ice).

use std::time::Instant;

use super::{IceTransport, SELF};
use crate::state::IceTransportState;

impl IceTransport {
    /// `stop()`: closes everything for good; `statechange` is the last event. A second time it
    /// does nothing.
    ///
    /// What [`poll_transmit`](Self::poll_transmit) still gives tells the TURN servers; the sockets
    /// are asked to be closed behind that.
    pub fn stop(&mut self, now: Instant) {
        if self.state == IceTransportState::Closed {
            return;
        }
        self.update(now, |this, now| {
            this.agent.close(now);
            this.requests.cancel(SELF);
            this.selected = None;
            this.datagrams.close();
            this.unwritable.clear();
            this.tasks.clear();
            this.set_state(IceTransportState::Closed);
        });
    }

    /// Whether it is stopped and has said what it had to say; all verbs are inert then, but for
    /// the requests to close its sockets.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == IceTransportState::Closed && self.has_said_goodbye
    }
}
