//! The only event loop: one task for each peer connection, which owns its sockets and packets, and
//! one of the same make for each [ICE transport](ice) without a peer connection.
//!
//! A turn takes in what [arrived](receive), [moves](exchange) orders and facts between the two
//! machines and steps to the application, does what was [requested](request), and [sends](transmit).
//! Then it waits for a socket, the timer, the application, or an answer.

mod command;
mod exchange;
mod ice;
mod io;
mod packets;
mod receive;
mod request;
mod tcp;
mod transform;
mod transmit;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use stonechat_peerconnection::Connection;
use tokio::sync::mpsc;

pub(crate) use self::command::Command;
use self::exchange::tell_session;
pub(crate) use self::ice::IceDriver;
pub(crate) use self::io::Io;
use crate::rtc_identity_provider::Providers;
use crate::shared::Shared;

/// The task of one peer connection.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    connection: Connection,
    commands: mpsc::Receiver<Command>,
    io: Io,
    commands_closed: bool,
    identity_providers: Providers,
}

impl Driver {
    pub(crate) fn new(
        shared: Arc<Shared>,
        connection: Connection,
        commands: mpsc::Receiver<Command>,
        io: Io,
        identity_providers: Providers,
    ) -> Self {
        Self {
            shared,
            connection,
            commands,
            io,
            commands_closed: false,
            identity_providers,
        }
    }

    /// Runs until everything is closed.
    pub(crate) async fn run(mut self) {
        loop {
            let now = Instant::now();
            self.io.watch_interfaces(now, &mut self.connection);
            self.connection.handle_timeout(now);
            self.shared.session().handle_timeout(now);
            self.io.take_connections(now, &mut self.connection).await;
            let received = self.io.receive(now, &mut self.connection);
            let more = received | self.take_commands(now) | self.take_outbox(now);
            self.exchange(now);
            self.do_requests(now);
            let tell = |connection: &mut Connection| tell_session(&self.shared, connection, now);
            let unsent = self.io.transmit(now, &mut self.connection, tell);
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

    fn arm_timer(&mut self) {
        let both = [
            self.connection.poll_timeout(),
            self.shared.session().poll_timeout(),
        ];
        self.io.arm_timer(both.into_iter().flatten());
    }

    /// Waits for anything that makes another turn worth while.
    fn poll_wake(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut ready = self.io.poll_wake(cx).is_ready();
        ready |= self.shared.poll_orders(cx).is_ready();
        ready |= self.poll_commands(cx).is_ready();
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
