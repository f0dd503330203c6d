//! What every driver has, whatever machine it drives: sockets, timer, interfaces, and answers on
//! their way.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use stonechat_sansio::SocketId;
use tokio::time::Sleep;

use super::packets::Packets;
use super::request::Answers;
use super::tcp::Tcp;
use super::transmit::Blocked;
use crate::mdns::Mdns;
use crate::socket::{InterfaceFilter, UdpSocket};

/// How often interfaces are looked at while candidates may still matter.
const INTERFACES: Duration = Duration::from_secs(5);

/// The sockets of one machine and what else it asks for.
pub(crate) struct Io {
    pub(super) sockets: Vec<UdpSocket>,
    pub(super) tcp: Tcp,
    next_socket: u32,
    pub(super) blocked: Vec<Blocked>,
    pub(super) answers: Answers,
    pub(super) mdns: Mdns,
    timer: Pin<Box<Sleep>>,
    filter: InterfaceFilter,
    interfaces_due: Instant,
    known_interfaces: Vec<stonechat_ice::Interface>,
}

impl Io {
    pub(crate) fn new(mdns: Mdns, filter: InterfaceFilter) -> Self {
        let now = Instant::now();
        Self {
            sockets: Vec::new(),
            tcp: Tcp::default(),
            next_socket: 0,
            blocked: Vec::new(),
            answers: Answers::default(),
            mdns,
            timer: Box::pin(tokio::time::sleep_until(now.into())),
            filter,
            interfaces_due: now,
            known_interfaces: Vec::new(),
        }
    }

    pub(super) fn watch_interfaces(&mut self, now: Instant, machine: &mut impl Packets) {
        if now < self.interfaces_due {
            return;
        }
        self.interfaces_due = now + INTERFACES;
        let found = self.filter.interfaces();
        if found != self.known_interfaces {
            machine.handle_interfaces(now, &found);
            self.known_interfaces = found;
        }
    }

    /// A name for a socket that is new.
    pub(super) fn fresh_socket(&mut self) -> SocketId {
        let socket = SocketId(self.next_socket);
        self.next_socket += 1;
        socket
    }

    pub(super) fn arm_timer(&mut self, due: impl IntoIterator<Item = Instant>) {
        let due = due.into_iter().fold(self.interfaces_due, Ord::min);
        self.timer.as_mut().reset(due.into());
    }

    /// Ready once the timer fired, a socket may do something, or an answer is there.
    pub(super) fn poll_wake(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut ready = self.timer.as_mut().poll(cx).is_ready();
        ready |= self.answers.poll(cx).is_ready();
        ready |= self.tcp.poll(cx).is_ready();
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
