//! What peer connections are made with, beyond the W3C configuration.

mod codecs;

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use stonechat_crypto::{Certificate, Provider};
use stonechat_ice::Interface;
use stonechat_peerconnection::{Config, IceTransport, IceTransportConfig, MediaEngine, split};
use stonechat_sansio::Env;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::RtcConfiguration;
use crate::driver::{Driver, IceDriver, Io};
use crate::error::{RtcError, RtcErrorName};
use crate::mdns::Mdns;
use crate::media_stream_track::MediaCodecs;
use crate::pulled::PulledPeerConnection;
use crate::rtc_certificate::{KeygenAlgorithm, RtcCertificate, RtcCertificateExpiration};
use crate::rtc_ice_transport::{RtcIceTransport, Standalone};
use crate::rtc_identity_provider::{Providers, RtcIdentityProviderGlobalScope};
use crate::rtc_peer_connection::RtcPeerConnection;
use crate::shared::{Shared, Steps};
use crate::socket::InterfaceFilter;

/// Commands that wait for the driver.
const COMMANDS: usize = 64;

/// Makes peer connections that share codecs, cryptography, limits and one multicast DNS service.
///
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    config: Config,
    crypto: Arc<Provider>,
    mdns: Mdns,
    filter: InterfaceFilter,
    identity_providers: Providers,
    codecs: Arc<MediaCodecs>,
}

#[cfg(feature = "rust-crypto")]
impl Default for Api {
    fn default() -> Self {
        Self::new(stonechat_crypto::rust::provider())
    }
}

impl Api {
    /// With this cryptography and the default codecs and limits.
    #[must_use]
    pub fn new(crypto: Arc<Provider>) -> Self {
        let mut config = Config::default();
        // Threads have no task that could end.
        config.session.parameters_stay = true;
        Self {
            config,
            crypto,
            mdns: Mdns::default(),
            filter: InterfaceFilter::default(),
            identity_providers: Providers::default(),
            codecs: Arc::new(MediaCodecs::new()),
        }
    }

    /// Where the identity provider of `domain` and `protocol` registers; the peer connections of
    /// this and of all its clones ask it then.
    #[must_use]
    pub fn identity_provider_scope(
        &self,
        domain: &str,
        protocol: &str,
    ) -> RtcIdentityProviderGlobalScope {
        RtcIdentityProviderGlobalScope::new(&self.identity_providers, domain, protocol)
    }

    pub(crate) fn crypto(&self) -> &Arc<Provider> {
        &self.crypto
    }

    /// Sets the codecs and header extensions.
    #[must_use]
    pub fn media_engine(mut self, engine: MediaEngine) -> Self {
        self.config.session.media_engine = engine;
        self
    }

    /// Changes limits and timings of the layers.
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Uses only the interfaces for which `filter` says so, such as loopback alone.
    #[must_use]
    pub fn interface_filter(
        mut self,
        filter: impl Fn(&Interface) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.filter = InterfaceFilter(Some(Arc::new(filter)));
        self
    }

    /// A peer connection. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// As [`RtcPeerConnection::new`].
    pub fn peer_connection(
        &self,
        configuration: RtcConfiguration,
    ) -> Result<RtcPeerConnection, RtcError> {
        self.connect(self.config.clone(), configuration, Steps::Driver)
    }

    /// A peer connection whose steps the caller pulls: for bindings to languages of which a
    /// handler has to run before the next step. `wake` is called, from any thread, when there may
    /// be a step; it must only signal and come back. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// As [`RtcPeerConnection::new`].
    pub fn pulled_peer_connection(
        &self,
        configuration: RtcConfiguration,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<PulledPeerConnection, RtcError> {
        let mut config = self.config.clone();
        // The owner has tasks that end.
        config.session.parameters_stay = false;
        self.connect(config, configuration, Steps::Owner(Box::new(wake)))
            .map(PulledPeerConnection::new)
    }

    fn connect(
        &self,
        config: Config,
        configuration: RtcConfiguration,
        steps: Steps,
    ) -> Result<RtcPeerConnection, RtcError> {
        let runtime = runtime()?;
        let certificate = match configuration.certificates.first() {
            Some(certificate) => certificate.inner().clone(),
            None => self.own_certificate()?,
        };
        let seed = crate::random::seed().map_err(no_randomness)?;
        let now = Instant::now();
        let env = Env::new(seed, (now, SystemTime::now()), Arc::clone(&self.crypto));
        let (session, connection) = split(config, configuration, certificate, &env, now)?;
        let (commands, incoming) = mpsc::channel(COMMANDS);
        let codecs = Arc::clone(&self.codecs);
        let shared = Shared::new(session, commands, codecs, runtime.clone(), steps);
        let driver = Driver::new(
            Arc::clone(&shared),
            connection,
            incoming,
            self.io(),
            self.identity_providers.clone(),
        );
        runtime.spawn(driver.run());
        Ok(RtcPeerConnection::from_shared(shared))
    }

    /// An ICE transport without a peer connection (webrtc-ice), with the limits and timings of ICE
    /// and the longest datagram of [`configure`](Self::configure). Must be called within a tokio
    /// runtime.
    ///
    /// # Errors
    ///
    /// As [`RtcIceTransport::new`].
    pub fn ice_transport(&self) -> Result<RtcIceTransport, RtcError> {
        let runtime = runtime()?;
        let seed = crate::random::seed().map_err(no_randomness)?;
        let now = Instant::now();
        let env = Env::new(seed, (now, SystemTime::now()), Arc::clone(&self.crypto));
        let config = IceTransportConfig {
            ice: self.config.connection.ice.clone(),
            max_datagram: self.config.connection.max_datagram,
            ..IceTransportConfig::default()
        };
        let (core, woken) = Standalone::new(IceTransport::new(config, &env, now));
        runtime.spawn(IceDriver::new(Arc::clone(&core), woken, self.io()).run());
        Ok(RtcIceTransport::standalone(core))
    }

    fn io(&self) -> Io {
        Io::new(self.mdns.clone(), self.filter.clone())
    }

    /// The certificate of a peer connection that was given none: a new one of P-256, which takes
    /// no time worth mentioning.
    fn own_certificate(&self) -> Result<Certificate, RtcError> {
        let mut rng = crate::random::seed().map_err(no_randomness)?.rng();
        let algorithm = KeygenAlgorithm::default();
        let expiration = RtcCertificateExpiration::default();
        let now = SystemTime::now();
        RtcCertificate::generate(&self.crypto, &mut rng, now, &algorithm, expiration)
            .map(|certificate| certificate.inner().clone())
    }
}

fn runtime() -> Result<Handle, RtcError> {
    Handle::try_current().map_err(|_| {
        RtcError::new(
            RtcErrorName::InvalidStateError,
            "make peer connections and transports within a tokio runtime",
        )
    })
}

pub(crate) fn no_randomness(error: getrandom::Error) -> RtcError {
    RtcError::new(RtcErrorName::OperationError, error.to_string())
}
