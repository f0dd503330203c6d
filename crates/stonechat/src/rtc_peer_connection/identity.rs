//! Identity of both peers (webrtc-identity, section 6).

use stonechat_peerconnection::{
    Call, IdentityAssertion, IdentityProviderOptions, PeerIdentity, Value,
};
use tokio::sync::oneshot;

use super::{RtcPeerConnection, unexpected};
use crate::error::{RtcError, closed};
use crate::shared::State;

impl RtcPeerConnection {
    /// `setIdentityProvider()`: our offers and answers carry an assertion of the provider of this
    /// domain from now on. Assertions that it made before are forgotten if anything changes.
    ///
    /// The provider itself is registered with
    /// [`Api::identity_provider_scope`](crate::Api::identity_provider_scope).
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end, `SyntaxError` if the protocol has a `/` or `\`.
    pub fn set_identity_provider(
        &self,
        provider: impl Into<String>,
        options: IdentityProviderOptions,
    ) -> Result<(), RtcError> {
        let domain = provider.into();
        self.shared()
            .call(Call::SetIdentityProvider { domain, options })
            .map(|_| ())
    }

    /// `getIdentityAssertion()`: the assertion as descriptions carry it, in base64. Nobody needs
    /// it; it only begins early what an offer or answer would wait for.
    ///
    /// # Errors
    ///
    /// `InvalidStateError` after the end, `OperationError` without a provider, and an `RTCError`
    /// with `idp-..` in its detail if the provider fails.
    pub async fn get_identity_assertion(&self) -> Result<String, RtcError> {
        match self.shared().promise(Call::GetIdentityAssertion).await? {
            Value::IdentityAssertion(value) => Ok(value),
            _ => Err(unexpected()),
        }
    }

    /// `peerIdentity`: who the peer is, once that is known.
    ///
    /// Without a peer identity in the configuration each assertion that is not valid fails those
    /// who wait, and later callers wait for the next one. With one, the first failure is final.
    ///
    /// # Errors
    ///
    /// `OperationError` or `RTCError` if the assertion of the peer was not valid,
    /// `InvalidStateError` after the end.
    pub async fn peer_identity(&self) -> Result<IdentityAssertion, RtcError> {
        let settled = {
            let mut state = self.shared().session();
            let State { session, hub } = &mut *state;
            match session.peer_identity() {
                PeerIdentity::Resolved(assertion) => return Ok(assertion.clone()),
                PeerIdentity::Rejected(error) => return Err(error.clone()),
                PeerIdentity::Unresolved if session.is_closed() => return Err(closed()),
                PeerIdentity::Unresolved => {
                    let (settle, settled) = oneshot::channel();
                    hub.expect_peer_identity(settle);
                    settled
                }
            }
        };
        settled.await.unwrap_or_else(|_| Err(closed()))
    }

    /// `idpLoginUrl`: where the user can log in, after a provider failed with `idp-need-login`.
    #[must_use]
    pub fn idp_login_url(&self) -> Option<String> {
        self.shared().session().idp_login_url().map(str::to_owned)
    }

    /// `idpErrorInfo`: what the provider told with its last failure.
    #[must_use]
    pub fn idp_error_info(&self) -> Option<String> {
        self.shared().session().idp_error_info().map(str::to_owned)
    }
}
