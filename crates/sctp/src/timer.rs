/// The timers of an association (RFC 9260, section 16, and RFC 6525, section 5.1.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Timer {
    /// T1-init and T1-cookie: one runs at a time.
    Init,
    /// T2-shutdown.
    Shutdown,
    /// T5-shutdown-guard.
    Guard,
    /// T3-rtx.
    Retransmit,
    /// The delayed acknowledgement.
    Sack,
    Heartbeat,
    Reconfig,
    /// The peer kept its window at zero for too long.
    ZeroWindow,
    /// The send limit has credit again.
    Limit,
    /// The last packet is not waited for any longer.
    Farewell,
}
