//! What tracks ask of the driver: frames to send. Everything else goes by orders of the session.

use std::task::{Context, Poll};
use std::time::Instant;

use stonechat_media::OutgoingFrame;
use stonechat_peerconnection::{SendMediaError, SenderId};
use tokio::sync::oneshot;

use super::Driver;

/// Commands that one turn takes.
const TURN: usize = 256;

/// Something for the connection to do at once.
pub(crate) enum Command {
    /// Send a frame and tell what became of it.
    SendFrame {
        sender: SenderId,
        frame: OutgoingFrame,
        done: oneshot::Sender<Result<(), SendMediaError>>,
    },
}

impl Driver {
    /// Does what was asked; `true` if there may be more.
    pub(super) fn take_commands(&mut self, now: Instant) -> bool {
        for _ in 0..TURN {
            let Ok(command) = self.commands.try_recv() else {
                return false;
            };
            self.do_command(now, command);
        }
        true
    }

    fn do_command(&mut self, now: Instant, command: Command) {
        match command {
            Command::SendFrame {
                sender,
                frame,
                done,
            } => {
                let result = self.connection.send_frame(now, sender, frame);
                // Whoever asked may be gone.
                let _ = done.send(result);
            }
        }
    }

    pub(super) fn poll_commands(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.commands_closed {
            return Poll::Pending;
        }
        match self.commands.poll_recv(cx) {
            Poll::Ready(Some(command)) => {
                self.do_command(Instant::now(), command);
                Poll::Ready(())
            }
            Poll::Ready(None) => {
                self.commands_closed = true;
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }
}
