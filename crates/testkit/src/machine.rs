//! What all machines have in common, for tests alone.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use stonechat_sansio::{Batch, Datagram, Path, SocketId, Transmit};

use crate::network::{HostId, Network};

/// A machine under test, addressed or inside a path.
///
/// The convention of the machines is no public trait, so a test wraps its machine in a type of its
/// own: by [`in_path!`](crate::in_path) and [`addressed!`](crate::addressed), or by hand.
pub trait Machine {
    /// Its events.
    type Event: fmt::Debug;

    /// Takes a datagram; a machine inside a path looks at its payload alone.
    fn handle_datagram(&mut self, now: Instant, datagram: Datagram);

    /// Lets time pass.
    fn handle_timeout(&mut self, now: Instant);

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    fn poll_timeout(&self) -> Option<Instant>;

    /// Writes a run of packets; a machine inside a path writes one, over [`in_path()`].
    fn poll_transmit(&mut self, now: Instant, out: &mut Batch<'_>) -> Option<Transmit>;

    /// Takes an event.
    fn poll_event(&mut self) -> Option<Self::Event>;

    /// Whether it ended for good: from now on all verbs must be inert.
    fn is_closed(&self) -> bool {
        false
    }

    /// Serves what it asks of its surroundings (sockets, names) from the virtual network. Called
    /// by [`World`](crate::World) before it polls for packets; nothing by default.
    fn service(&mut self, now: Instant, host: HostId, network: &mut Network) {
        let _ = (now, host, network);
    }
}

/// The path that stands for "inside a path".
#[must_use]
pub fn in_path() -> Path {
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    Path::new(SocketId(0), ip, SocketAddr::new(ip, 0))
}

/// Wraps a machine inside a path (`handle_packet`, and `poll_transmit` into a `Frame`) for tests.
///
/// The wrapper dereferences to the machine, whose own commands stay in reach. `closed` says when
/// it ended; leave it out if it never does.
///
/// ```text
/// stonechat_testkit::in_path! {
///     struct Peer(Association), event = Event, closed = |inner| inner.state() == State::Closed
/// }
/// ```
#[macro_export]
macro_rules! in_path {
    ($vis:vis struct $name:ident($inner:ty), event = $event:ty $(, closed = $closed:expr)? $(,)?) => {
        $crate::machine_wrapper!($vis $name, $inner);

        impl $crate::Machine for $name {
            type Event = $event;

            fn handle_datagram(
                &mut self,
                now: ::std::time::Instant,
                datagram: $crate::sansio::Datagram,
            ) {
                self.0.handle_packet(now, datagram.into_payload());
            }

            fn poll_transmit(
                &mut self,
                now: ::std::time::Instant,
                out: &mut $crate::sansio::Batch<'_>,
            ) -> ::core::option::Option<$crate::sansio::Transmit> {
                out.packet(usize::MAX, |frame| self.0.poll_transmit(now, frame))?;
                out.transmit($crate::machine::in_path(), $crate::sansio::Ecn::NotEct)
            }

            $crate::machine_verbs!($event $(, $closed)?);
        }
    };
}

/// Wraps an addressed machine (`handle_datagram`, and `poll_transmit` into a `Batch`) for tests.
///
/// Like [`in_path!`](crate::in_path). What `handle_datagram` returns, if anything, is dropped: wrap
/// by hand where it matters.
#[macro_export]
macro_rules! addressed {
    ($vis:vis struct $name:ident($inner:ty), event = $event:ty $(, closed = $closed:expr)? $(,)?) => {
        $crate::machine_wrapper!($vis $name, $inner);

        impl $crate::Machine for $name {
            type Event = $event;

            fn handle_datagram(
                &mut self,
                now: ::std::time::Instant,
                datagram: $crate::sansio::Datagram,
            ) {
                let _ = self.0.handle_datagram(now, datagram);
            }

            fn poll_transmit(
                &mut self,
                now: ::std::time::Instant,
                out: &mut $crate::sansio::Batch<'_>,
            ) -> ::core::option::Option<$crate::sansio::Transmit> {
                self.0.poll_transmit(now, out)
            }

            $crate::machine_verbs!($event $(, $closed)?);
        }
    };
}

/// The wrapper type of the two macros above.
#[doc(hidden)]
#[macro_export]
macro_rules! machine_wrapper {
    ($vis:vis $name:ident, $inner:ty) => {
        /// A machine under test.
        $vis struct $name($vis $inner);

        impl ::core::ops::Deref for $name {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl ::core::ops::DerefMut for $name {
            fn deref_mut(&mut self) -> &mut $inner {
                &mut self.0
            }
        }
    };
}

/// The verbs that both shapes share.
#[doc(hidden)]
#[macro_export]
macro_rules! machine_verbs {
    ($event:ty $(, $closed:expr)?) => {
        fn handle_timeout(&mut self, now: ::std::time::Instant) {
            self.0.handle_timeout(now);
        }

        fn poll_timeout(&self) -> ::core::option::Option<::std::time::Instant> {
            self.0.poll_timeout()
        }

        fn poll_event(&mut self) -> ::core::option::Option<$event> {
            self.0.poll_event()
        }

        $(
            fn is_closed(&self) -> bool {
                $crate::machine::ask(&self.0, $closed)
            }
        )?
    };
}

/// Lets a closure in a macro infer its argument.
#[doc(hidden)]
pub fn ask<M>(machine: &M, question: impl FnOnce(&M) -> bool) -> bool {
    question(machine)
}
