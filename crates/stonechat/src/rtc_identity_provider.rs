//! Identity providers (webrtc-identity, section 4).
//!
//! A browser loads a provider's script from its domain; here the application brings providers and
//! registers each for the domain and protocol that it speaks for.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use stonechat_peerconnection::{
    ErrorDetailTypeIdp, IdentityAssertionResult, IdentityProviderError, IdentityProviderOptions,
    IdentityValidationResult, Reply,
};

/// `RTCIdentityProvider`: makes and validates identity assertions.
///
/// Implement it with `async fn`. A provider that needs longer than the limit of the configuration
/// (15 seconds) is given up, and its future dropped; one that panics has failed.
pub trait RtcIdentityProvider: Send + Sync + 'static {
    /// `generateAssertion`: asserts who the user is and binds that to `contents`, which is opaque
    /// and has to come out of [`validate_assertion`](Self::validate_assertion) as it went in.
    ///
    /// `origin` is that of the configuration, such as `https://example.org`.
    ///
    /// # Errors
    ///
    /// [`IdentityProviderError`] with what the application shall learn, such as where to log in.
    fn generate_assertion(
        &self,
        contents: String,
        origin: String,
        options: IdentityProviderOptions,
    ) -> impl Future<Output = Result<IdentityAssertionResult, IdentityProviderError>> + Send;

    /// `validateAssertion`: tells whose assertion it is, and what it is bound to.
    ///
    /// # Errors
    ///
    /// [`IdentityProviderError`], above all for an assertion that the provider did not make.
    fn validate_assertion(
        &self,
        assertion: String,
        origin: String,
    ) -> impl Future<Output = Result<IdentityValidationResult, IdentityProviderError>> + Send;
}

/// `RTCIdentityProviderGlobalScope`: the place of a domain and a protocol, where their provider
/// registers. Made by [`Api::identity_provider_scope`](crate::Api::identity_provider_scope).
#[derive(Clone, Debug)]
pub struct RtcIdentityProviderGlobalScope {
    registrar: RtcIdentityProviderRegistrar,
}

impl RtcIdentityProviderGlobalScope {
    pub(crate) fn new(providers: &Providers, domain: &str, protocol: &str) -> Self {
        Self {
            registrar: RtcIdentityProviderRegistrar {
                providers: providers.clone(),
                key: key(domain, protocol),
            },
        }
    }

    /// `rtcIdentityProvider`.
    #[must_use]
    pub fn rtc_identity_provider(&self) -> &RtcIdentityProviderRegistrar {
        &self.registrar
    }
}

/// `RTCIdentityProviderRegistrar`: registers the provider of one domain and protocol.
#[derive(Clone, Debug)]
pub struct RtcIdentityProviderRegistrar {
    providers: Providers,
    key: (String, String),
}

impl RtcIdentityProviderRegistrar {
    /// `register()`: from now on `idp` is asked; it takes the place of one that registered before.
    pub fn register(&self, idp: impl RtcIdentityProvider) {
        let mut table = self.providers.table();
        table.insert(self.key.clone(), Arc::new(idp));
    }
}

/// The providers that registered, shared by the peer connections of one `Api`.
#[derive(Clone, Default)]
pub(crate) struct Providers {
    table: Arc<Mutex<Table>>,
}

type Table = BTreeMap<(String, String), Arc<dyn Erased>>;

impl Providers {
    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, domain: &str, protocol: &str) -> Option<Arc<dyn Erased>> {
        self.table().get(&key(domain, protocol)).cloned()
    }

    /// The answer of the provider of this domain and protocol, if there is one.
    pub(crate) async fn generate(
        self,
        domain: String,
        contents: String,
        origin: String,
        options: IdentityProviderOptions,
    ) -> Reply {
        let Some(provider) = self.get(&domain, &options.protocol) else {
            return missing(&domain);
        };
        match provider.generate(contents, origin, options).await {
            Ok(result) => Reply::Asserted(Box::new(result)),
            Err(error) => Reply::IdentityFailed(Box::new(error)),
        }
    }

    /// The same for a validation.
    pub(crate) async fn validate(
        self,
        domain: String,
        protocol: String,
        assertion: String,
        origin: String,
    ) -> Reply {
        let Some(provider) = self.get(&domain, &protocol) else {
            return missing(&domain);
        };
        match provider.validate(assertion, origin).await {
            Ok(result) => Reply::Validated(Box::new(result)),
            Err(error) => Reply::IdentityFailed(Box::new(error)),
        }
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.table().keys()).finish()
    }
}

fn missing(domain: &str) -> Reply {
    let error = IdentityProviderError::new(
        ErrorDetailTypeIdp::IdpLoadFailure,
        format!("no provider is registered for {domain}"),
    );
    Reply::IdentityFailed(Box::new(error))
}

/// Domains count in any case, protocols do not.
fn key(domain: &str, protocol: &str) -> (String, String) {
    (domain.to_lowercase(), protocol.to_owned())
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, IdentityProviderError>> + Send>>;

/// A provider behind a pointer.
trait Erased: Send + Sync {
    fn generate(
        self: Arc<Self>,
        contents: String,
        origin: String,
        options: IdentityProviderOptions,
    ) -> Answer<IdentityAssertionResult>;

    fn validate(
        self: Arc<Self>,
        assertion: String,
        origin: String,
    ) -> Answer<IdentityValidationResult>;
}

impl<P: RtcIdentityProvider> Erased for P {
    fn generate(
        self: Arc<Self>,
        contents: String,
        origin: String,
        options: IdentityProviderOptions,
    ) -> Answer<IdentityAssertionResult> {
        Box::pin(async move { self.generate_assertion(contents, origin, options).await })
    }

    fn validate(
        self: Arc<Self>,
        assertion: String,
        origin: String,
    ) -> Answer<IdentityValidationResult> {
        Box::pin(async move { self.validate_assertion(assertion, origin).await })
    }
}
