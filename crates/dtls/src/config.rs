use std::time::Duration;

use stonechat_crypto::{Certificate, Fingerprint, NamedGroup};

use crate::fragment::ReassemblyLimits;
use crate::{CipherSuite, SrtpProfile};

/// Which side begins.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Role {
    /// Sends the first ClientHello: `a=setup:active`.
    Client,
    /// Waits for it: `a=setup:passive`.
    Server,
}

/// Whether a server proves a client's address before it answers (RFC 6347, section 4.2.1).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum CookiePolicy {
    /// No: something below has proven the address, as ICE does. The default.
    #[default]
    Off,
    /// Yes.
    Required {
        /// The client's address in any form that is always the same; the cookie is bound to it.
        address: Vec<u8>,
    },
}

/// What a [`Session`](crate::Session) is made of: a role, a certificate, and limits.
///
/// Each setter takes a value that is out of range as the nearest one that is in range.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) role: Role,
    pub(crate) certificate: Certificate,
    pub(crate) remote_fingerprints: Option<Vec<Fingerprint>>,
    pub(crate) srtp_profiles: Vec<SrtpProfile>,
    pub(crate) cipher_suites: Vec<CipherSuite>,
    pub(crate) groups: Vec<NamedGroup>,
    pub(crate) cookie: CookiePolicy,
    pub(crate) max_datagram: usize,
    pub(crate) initial_retransmit: Duration,
    pub(crate) max_retransmit: Duration,
    pub(crate) max_retransmissions: u32,
    pub(crate) reassembly: ReassemblyLimits,
    pub(crate) max_certificates: usize,
    pub(crate) max_deferred_records: usize,
    pub(crate) max_pending_data: usize,
}

impl Config {
    /// The defaults for `role` and a certificate, which must have a key of ECDSA or RSA.
    ///
    /// Defaults: no fingerprints yet, [`SrtpProfile::DEFAULT`], [`CipherSuite::ALL`], groups
    /// X25519, P-256 and P-384, no cookies, datagrams of 1,200 octets, a first retransmission
    /// after 1 s (RFC 6347, section 4.2.4.1), doubled up to 60 s, at most 7 of them; 64 KiB and 16
    /// messages of reassembly, at most 4 ahead; 10 certificates of the peer; 16 records before their keys; 256 KiB of
    /// application data that was not polled.
    #[must_use]
    pub fn new(role: Role, certificate: Certificate) -> Self {
        Self {
            role,
            certificate,
            remote_fingerprints: None,
            srtp_profiles: SrtpProfile::DEFAULT.to_vec(),
            cipher_suites: CipherSuite::ALL.to_vec(),
            groups: vec![
                NamedGroup::X25519,
                NamedGroup::Secp256r1,
                NamedGroup::Secp384r1,
            ],
            cookie: CookiePolicy::Off,
            max_datagram: 1_200,
            initial_retransmit: Duration::from_secs(1),
            max_retransmit: Duration::from_secs(60),
            max_retransmissions: 7,
            reassembly: ReassemblyLimits {
                octets: 64 * 1024,
                ahead: 4,
                messages: 16,
            },
            max_certificates: 10,
            max_deferred_records: 16,
            max_pending_data: 256 * 1024,
        }
    }

    /// Sets the fingerprints of the peer's certificate. Without them the handshake waits for
    /// [`Session::set_remote_fingerprints`](crate::Session::set_remote_fingerprints); with an
    /// empty list no certificate is accepted.
    #[must_use]
    pub fn remote_fingerprints(mut self, fingerprints: Vec<Fingerprint>) -> Self {
        self.remote_fingerprints = Some(fingerprints);
        self
    }

    /// Sets the profiles for SRTP, the preferred first; none at all turns the extension off.
    #[must_use]
    pub fn srtp_profiles(mut self, profiles: Vec<SrtpProfile>) -> Self {
        self.srtp_profiles = profiles;
        self
    }

    /// Sets the cipher suites, the preferred first.
    #[must_use]
    pub fn cipher_suites(mut self, suites: Vec<CipherSuite>) -> Self {
        self.cipher_suites = suites;
        self
    }

    /// Sets the groups for key exchange, the preferred first. Groups that DTLS 1.2 does not have
    /// are left out.
    #[must_use]
    pub fn groups(mut self, mut groups: Vec<NamedGroup>) -> Self {
        groups.retain(|group| *group != NamedGroup::X25519MlKem768);
        self.groups = groups;
        self
    }

    /// Sets whether a server demands cookies.
    #[must_use]
    pub fn cookie(mut self, policy: CookiePolicy) -> Self {
        self.cookie = policy;
        self
    }

    /// Sets the largest datagram of the handshake in octets, 64 to 16,384. A frame with less
    /// room narrows it further.
    #[must_use]
    pub fn max_datagram(mut self, octets: usize) -> Self {
        self.max_datagram = octets.clamp(64, 16_384);
        self
    }

    /// Sets how long the first repetition of a flight waits (1 ms to 60 s); each further one waits
    /// twice as long, up to `max`.
    #[must_use]
    pub fn retransmit_after(mut self, initial: Duration, max: Duration) -> Self {
        self.initial_retransmit = initial.clamp(Duration::from_millis(1), Duration::from_secs(60));
        self.max_retransmit = max.max(self.initial_retransmit);
        self
    }

    /// Sets how often a flight is repeated before the handshake fails, at most 64 times.
    #[must_use]
    pub fn max_retransmissions(mut self, count: u32) -> Self {
        self.max_retransmissions = count.min(64);
        self
    }

    /// Sets the octets that handshake messages under assembly may hold, at least 1,024; each
    /// stored piece is charged 64 octets more than its own.
    #[must_use]
    pub fn max_reassembly(mut self, octets: usize) -> Self {
        self.reassembly.octets = octets.max(1_024);
        self
    }

    /// Sets how many certificates of the peer's chain are kept, its own among them, at least 1. A
    /// longer chain is no fault: only its first certificate counts. What the chain may hold in
    /// octets is bounded by [`max_reassembly`](Self::max_reassembly).
    #[must_use]
    pub fn max_certificates(mut self, count: usize) -> Self {
        self.max_certificates = count.max(1);
        self
    }

    /// Sets how many records are kept that came before their keys.
    #[must_use]
    pub fn max_deferred_records(mut self, count: usize) -> Self {
        self.max_deferred_records = count;
        self
    }

    /// Sets the octets of decrypted application data that may wait for
    /// [`poll_data`](crate::Session::poll_data). What comes beyond is dropped and counted.
    #[must_use]
    pub fn max_pending_data(mut self, octets: usize) -> Self {
        self.max_pending_data = octets;
        self
    }
}
