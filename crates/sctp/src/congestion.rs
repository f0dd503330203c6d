//! Congestion control behind one enum, so that others than RFC 9260's can come.

mod reno;

pub(crate) use reno::Reno;

/// What one SACK acknowledged, as congestion control sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acked {
    /// Octets of DATA chunks newly acknowledged, with headers and padding.
    pub(crate) octets: usize,
    /// Octets in flight before.
    pub(crate) flight_before: usize,
    /// Whether the cumulative point moved.
    pub(crate) advanced: bool,
    /// Whether fast recovery is on.
    pub(crate) recovering: bool,
    /// Whether nothing is outstanding any more.
    pub(crate) all: bool,
}

/// A congestion controller.
#[derive(Clone, Debug)]
pub(crate) enum Congestion {
    /// RFC 9260, section 7.
    Reno(Reno),
}

impl Congestion {
    pub(crate) fn on_ack(&mut self, acked: Acked) {
        match self {
            Self::Reno(reno) => reno.on_ack(acked),
        }
    }

    /// Loss was found by SACKs, for the first time in this recovery.
    pub(crate) fn on_loss(&mut self) {
        match self {
            Self::Reno(reno) => reno.on_loss(),
        }
    }

    /// The retransmission timer ran out.
    pub(crate) fn on_timeout(&mut self) {
        match self {
            Self::Reno(reno) => reno.on_timeout(),
        }
    }

    /// Nothing was sent for so many retransmission timeouts.
    pub(crate) fn on_idle(&mut self, timeouts: u32) {
        match self {
            Self::Reno(reno) => reno.on_idle(timeouts),
        }
    }

    /// Octets that may be in flight.
    pub(crate) const fn window(&self) -> usize {
        match self {
            Self::Reno(reno) => reno.window(),
        }
    }

    /// The slow start threshold in octets.
    pub(crate) const fn threshold(&self) -> usize {
        match self {
            Self::Reno(reno) => reno.threshold(),
        }
    }
}
