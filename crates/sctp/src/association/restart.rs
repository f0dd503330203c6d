use std::time::Instant;

use super::{Core, Owed, new_tag};
use crate::chunk::init::Side;
use crate::rto::Rto;
use crate::send::Queue;
use crate::state::Phase;
use crate::{Event, cause};

impl Core {
    /// The peer has lost its state and connected anew (RFC 9260, section 5.2.4, action A).
    /// Returns whether the rest of the packet is to be processed.
    pub(super) fn restart(&mut self, now: Instant, ours: &Side, theirs: &Side) -> bool {
        if let Phase::ShutdownAckSent { owed } = &mut self.phase {
            *owed = true;
            self.owe_error(cause::COOKIE_WHILE_SHUTTING_DOWN, &[]);
            return false;
        }
        self.timers.clear();
        self.owed = Owed {
            cookie_ack: true,
            ..Owed::default()
        };
        let blocked = self.queue.take_blocked();
        self.queue = Queue::new(&self.seed);
        self.has_blocked = false;
        self.send_buffered = 0;
        self.reset_wanted = 0;
        self.recovery_exit = None;
        self.fast_retransmit = false;
        self.probes = 0;
        self.probe_now = false;
        self.forwarded = None;
        self.heartbeat_nonce = None;
        self.failures = 0;
        self.rto = Rto::new(&self.config);
        self.tie = (new_tag(&mut self.rng), new_tag(&mut self.rng));
        self.set_sides(ours, theirs);
        // What the owner has not heard of the former life is of no use any more.
        self.events.retain(|event| *event == Event::Connected);
        self.events.push_back(Event::Restarted);
        self.events.extend(blocked.into_iter().map(Event::Writable));
        self.last_sent = now;
        self.enter(Phase::Established);
        self.start_heartbeat_timer(now);
        true
    }
}
