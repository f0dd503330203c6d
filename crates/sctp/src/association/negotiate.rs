use super::{Core, new_congestion};
use crate::association::stream_reset::Reset;
use crate::chunk::init::Side;
use crate::receive::Receiver;

impl Core {
    /// Takes over what the peer said of itself, before any data.
    pub(super) fn adopt_peer(&mut self, peer: &Side) {
        self.peer = *peer;
        self.outbound_streams = self.local.outbound.min(peer.inbound);
        self.inbound_streams = self.local.inbound.min(peer.outbound);
        self.peer_window = peer.window as usize;
        self.advertised = self.config.receive_window as usize;
        self.receiver = Receiver::new(&self.config, &self.seed, peer.tsn);
        self.reset = Reset::new(self.local.tsn.0, peer.tsn.0);
        self.congestion = new_congestion(&self.config);
        self.burst = self.congestion.window();
    }
}
