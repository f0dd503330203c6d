//! What a connection is made with.

use stonechat_crypto::Certificate;

use super::marking::PacketMarking;

/// What a [`Connection`](crate::Connection) is made with: our certificate and the limits of each
/// layer.
#[derive(Clone, Debug)]
pub struct Config {
    /// Our certificate; without one no transport connects.
    pub certificate: Option<Certificate>,
    /// SRTP profiles, the preferred first.
    pub srtp_profiles: Vec<stonechat_dtls::SrtpProfile>,
    /// Most certificates of a peer's chain that are kept, its own among them. Default: 10.
    pub max_certificates: usize,
    /// Whether packets are marked for the routers. Default: [`PacketMarking::Off`].
    pub packet_marking: PacketMarking,
    /// ICE: servers, policy, limits. Role and credentials come from the plan.
    pub ice: stonechat_ice::Config,
    /// Data channels and SCTP.
    pub channels: stonechat_datachannel::Config,
    /// Media.
    pub media: stonechat_media::Config,
    /// SRTP.
    pub srtp: stonechat_srtp::Config,
    /// The longest datagram that is sent, in octets of UDP payload; those that a relay carries
    /// before a channel is bound may have 47 more. Default: 1,200.
    pub max_datagram: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            certificate: None,
            srtp_profiles: vec![
                stonechat_dtls::SrtpProfile::AeadAes128Gcm,
                stonechat_dtls::SrtpProfile::AeadAes256Gcm,
                stonechat_dtls::SrtpProfile::Aes128CmSha1_80,
            ],
            max_certificates: 10,
            packet_marking: PacketMarking::Off,
            ice: stonechat_ice::Config::default(),
            channels: stonechat_datachannel::Config::default(),
            media: stonechat_media::Config::default(),
            srtp: stonechat_srtp::Config::default(),
            max_datagram: 1200,
        }
    }
}
