/// What bounds the channels and how their association behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The association. [`max_message_size`](stonechat_sctp::Config::max_message_size) is the
    /// limit in both directions that we announce. Zero checksums are on: DTLS protects packets.
    pub sctp: stonechat_sctp::Config,
    /// Channels at a time, with those that are closing. Default: 1,024; at most 65,535.
    pub max_channels: usize,
}

impl Default for Config {
    fn default() -> Self {
        let mut sctp = stonechat_sctp::Config::default();
        sctp.zero_checksum = true;
        Self {
            sctp,
            max_channels: 1024,
        }
    }
}
