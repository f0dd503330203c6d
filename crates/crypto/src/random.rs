/// A cryptographically secure source of random octets.
///
/// Protocols hand in their own seeded generator; a provider that has a source of its own may
/// ignore it, and then says so by [`Provider::is_deterministic`](crate::Provider::is_deterministic).
pub trait Random {
    /// Fills `out` with random octets.
    fn fill(&mut self, out: &mut [u8]);
}
