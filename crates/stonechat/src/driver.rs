//! The only event loop: one task for each peer connection, which owns its sockets and packets.
//!
//! A turn takes in what [arrived](receive), [moves](exchange) orders and facts between the two
//! machines and steps to the application, does what was [requested](request), and [sends](transmit).
//! Then it waits for a socket, the timer, the application, or an answer.

mod command;
mod exchange;
mod receive;
mod request;
mod transform;
mod transmit;

use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use stonechat_peerconnection::Connection;
use tokio::sync::mpsc;
use tokio::time::Sleep;

pub(crate) use self::command::Command;
use self::request::Answers;
use self::transmit::Blocked;
use crate::mdns::Mdns;
use crate::rtc_identity_provider::Providers;
use crate::shared::Shared;
use crate::socket::{InterfaceFilter, UdpSocket};

/// How often interfaces are looked at while candidates may still matter.
const INTERFACES: Duration = Duration::from_secs(5);

/// The task of one peer connection.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    connection: Connection,
    commands: mpsc::Receiver<Command>,
    sockets: Vec<UdpSocket>,
    next_socket: u32,
    blocked: Vec<Blocked>,
    answers: Answers,
    mdns: Mdns,
    timer: Pin<Box<Sleep>>,
    filter: InterfaceFilter,
    interfaces_due: Instant,
    known_interfaces: Vec<stonechat_ice::Interface>,
    commands_closed: bool,
    identity_providers: Providers,
}

impl Driver {
    pub(crate) fn new(
        shared: Arc<Shared>,
        connection: Connection,
        commands: mpsc::Receiver<Command>,
        mdns: Mdns,
        filter: InterfaceFilter,
        identity_providers: Providers,
    ) -> Self {
        let now = Instant::now();
        Self {
            shared,
            connection,
            commands,
            sockets: Vec::new(),
            next_socket: 0,
            blocked: Vec::new(),
            answers: Answers::default(),
            mdns,
            timer: Box::pin(tokio::time::sleep_until(now.into())),
            filter,
            interfaces_due: now,
            known_interfaces: Vec::new(),
            commands_closed: false,
            identity_providers,
        }
    }

    /// Runs until everything is closed.
    pub(crate) async fn run(mut self) {
        loop {
            let now = Instant::now();
            self.watch_interfaces(now);
            self.connection.handle_timeout(now);
            self.shared.session().handle_timeout(now);
            let more = self.receive(now) | self.take_commands(now) | self.take_outbox(now);
            self.exchange(now);
            self.do_requests(now);
            let unsent = self.transmit(now);
            self.exchange(now);
            self.do_requests(now);
            if self.connection.is_closed() {
                self.shared.finish();
                return;
            }
            if more || unsent {
                // Others have their turn as well.
                tokio::task::yield_now().await;
            } else {
                self.arm_timer();
                poll_fn(|cx| self.poll_wake(cx)).await;
            }
        }
    }

    fn watch_interfaces(&mut self, now: Instant) {
        if now < self.interfaces_due {
            return;
        }
        self.interfaces_due = now + INTERFACES;
        let found = self.filter.interfaces();
        if found != self.known_interfaces {
            self.connection.handle_interfaces(now, &found);
            self.known_interfaces = found;
        }
    }

    fn arm_timer(&mut self) {
        let both = [
            self.connection.poll_timeout(),
            self.shared.session().poll_timeout(),
        ];
        let due = both
            .into_iter()
            .flatten()
            .fold(self.interfaces_due, Ord::min);
        self.timer.as_mut().reset(due.into());
    }

    /// Waits for anything that makes another turn worth while.
    fn poll_wake(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut ready = self.timer.as_mut().poll(cx).is_ready();
        ready |= self.shared.poll_orders(cx).is_ready();
        ready |= self.answers.poll(cx).is_ready();
        ready |= self.poll_commands(cx).is_ready();
        for socket in &self.sockets {
            ready |= socket.poll_recv_ready(cx).is_ready();
        }
        for blocked in &self.blocked {
            let socket = self
                .sockets
                .iter()
                .find(|socket| socket.id == blocked.socket());
            ready |= socket.is_none_or(|socket| socket.poll_send_ready(cx).is_ready());
        }
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
