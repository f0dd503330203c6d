//! Orders of the session go to the connection, facts come back, and steps go to the application:
//! pulled at once, each step's state before its events, unless its owner pulls them.

use std::time::Instant;

use stonechat_peerconnection::{Connection, MediaEvent};

use super::Driver;
use crate::shared::Shared;

impl Driver {
    pub(super) fn exchange(&mut self, now: Instant) {
        self.exchange_steps(now);
        self.deliver_media(now);
    }

    /// Orders, facts and steps, until there are none.
    pub(super) fn exchange_steps(&mut self, now: Instant) {
        loop {
            let mut idle = true;
            {
                let mut session = self.shared.session();
                while let Some(order) = session.poll_order() {
                    self.connection.handle_order(now, order);
                    idle = false;
                }
                while let Some(fact) = self.connection.poll_fact() {
                    session.handle_fact(now, fact);
                    idle = false;
                }
                while !self.shared.is_pulled()
                    && let Some(step) = session.poll_step(now)
                {
                    self.shared.publish(&mut session, step);
                    idle = false;
                }
            }
            if idle {
                break;
            }
        }
        self.shared.announce_steps();
    }

    fn deliver_media(&mut self, now: Instant) {
        while let Some(event) = self.connection.poll_media_event() {
            match event {
                MediaEvent::Readable(receiver) => {
                    while let Some(frame) = self.connection.recv_frame(now, receiver) {
                        self.shared.deliver(receiver, frame);
                    }
                }
                MediaEvent::UntransformedSent(sender) => self.transform_sent(now, sender),
                MediaEvent::UntransformedReceived(receiver) => {
                    self.transform_received(now, receiver);
                }
                MediaEvent::Tone(receiver) => {
                    while let Some(tone) = self.connection.recv_tone(now, receiver) {
                        self.shared.session().hub.heard(receiver).push(tone);
                    }
                }
                MediaEvent::Writable(sender) => self.shared.writable(sender),
                MediaEvent::Ended(receiver) => self.shared.end(receiver),
                _ => {}
            }
        }
    }
}

/// Gives the session what the connection reports, if there is anything.
pub(super) fn tell_session(shared: &Shared, connection: &mut Connection, now: Instant) {
    let Some(fact) = connection.poll_fact() else {
        return;
    };
    {
        let mut session = shared.session();
        session.handle_fact(now, fact);
        while let Some(fact) = connection.poll_fact() {
            session.handle_fact(now, fact);
        }
    }
    shared.announce_steps();
}
