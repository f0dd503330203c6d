/// The timers of a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Timer {
    /// The current flight is repeated.
    Retransmit,
}
