//! What an `IceTransport` is made with.

/// Limits and timings of an [`IceTransport`](super::IceTransport).
#[derive(Clone, Debug)]
pub struct IceTransportConfig {
    /// ICE: timings, limits, which addresses are used. The servers and the policy come from
    /// [`GatherOptions`](super::GatherOptions), the role from `start()`.
    pub ice: stonechat_ice::Config,
    /// The longest datagram of the application, in octets. Default: 1,200, which fits every path.
    pub max_datagram: usize,
    /// The most octets of the application that wait to be sent. Default: 256 KiB.
    pub send_limit: usize,
    /// The most octets of the peer that wait to be taken; of more the oldest datagrams are
    /// dropped. Default: 256 KiB.
    pub receive_limit: usize,
}

impl Default for IceTransportConfig {
    fn default() -> Self {
        Self {
            ice: stonechat_ice::Config::default(),
            max_datagram: 1200,
            send_limit: 256 << 10,
            receive_limit: 256 << 10,
        }
    }
}
