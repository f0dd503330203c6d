//! Secrets of DTLS 1.2 (RFC 5246, sections 5, 6.3 and 8.1; RFC 7627, section 4).

use stonechat_crypto::{MacKey, Provider, Secret};

use crate::fault::Fault;
use crate::handshake::finished::VERIFY_DATA_LEN;
use crate::record::protect::Protection;
use crate::{CipherSuite, Role};

use super::Course;

const MASTER_SECRET_LEN: usize = 48;
const LARGEST_MAC: usize = 48;

/// The pseudorandom function: fills `out` from `secret`, `label` and `seed`.
pub(crate) fn prf(
    provider: &Provider,
    suite: CipherSuite,
    secret: &[u8],
    label: &[u8],
    seed: [&[u8]; 3],
    out: &mut [u8],
) -> Result<(), Fault> {
    let key = provider
        .mac(suite.mac())
        .ok_or(Fault::Internal)?
        .key(secret);
    expand(&*key, label, seed, out);
    Ok(())
}

//= https://www.rfc-editor.org/rfc/rfc5246#section-5
//# P_hash(secret, seed) = HMAC_hash(secret, A(1) + seed) +
//#                        HMAC_hash(secret, A(2) + seed) +
//#                        HMAC_hash(secret, A(3) + seed) + ...
fn expand(key: &dyn MacKey, label: &[u8], [s0, s1, s2]: [&[u8]; 3], out: &mut [u8]) {
    let mut a = [0; LARGEST_MAC];
    let mut len = key.sign(&[label, s0, s1, s2], &mut a);
    let mut block = [0; LARGEST_MAC];
    let mut rest = out;
    while !rest.is_empty() && len > 0 {
        let current = a.get(..len).unwrap_or_default();
        let made = key.sign(&[current, label, s0, s1, s2], &mut block);
        let take = made.min(rest.len());
        let (head, tail) = rest.split_at_mut(take);
        head.copy_from_slice(block.get(..take).unwrap_or_default());
        rest = tail;
        let mut next = [0; LARGEST_MAC];
        len = key.sign(&[a.get(..len).unwrap_or_default()], &mut next);
        a = next;
    }
}

/// The master secret of a handshake.
#[derive(Clone, Debug)]
pub(crate) struct MasterSecret(pub(crate) Secret);

impl MasterSecret {
    /// Bound to the transcript up to and with the ClientKeyExchange.
    pub(crate) fn extended(
        provider: &Provider,
        course: &Course,
        premaster: &Secret,
    ) -> Result<Self, Fault> {
        let session_hash = course.transcript.hash(provider, course.suite)?;
        let mut master = vec![0; MASTER_SECRET_LEN];
        prf(
            provider,
            course.suite,
            premaster.as_bytes(),
            b"extended master secret",
            [&session_hash, &[], &[]],
            &mut master,
        )?;
        Ok(Self(Secret::new(master)))
    }

    /// What the Finished message of `role` says after `course`.
    pub(crate) fn verify_data(
        &self,
        provider: &Provider,
        course: &Course,
        role: Role,
    ) -> Result<[u8; VERIFY_DATA_LEN], Fault> {
        let label: &[u8] = match role {
            Role::Client => b"client finished",
            Role::Server => b"server finished",
        };
        let hash = course.transcript.hash(provider, course.suite)?;
        let mut verify_data = [0; VERIFY_DATA_LEN];
        prf(
            provider,
            course.suite,
            self.0.as_bytes(),
            label,
            [&hash, &[], &[]],
            &mut verify_data,
        )?;
        Ok(verify_data)
    }
}

/// The keys of both directions.
#[derive(Debug)]
pub(crate) struct TrafficKeys {
    pub(crate) client: Protection,
    pub(crate) server: Protection,
}

impl TrafficKeys {
    pub(crate) fn derive(
        provider: &Provider,
        course: &Course,
        master: &MasterSecret,
    ) -> Result<Self, Fault> {
        let suite = course.suite;
        let (key_len, iv_len) = (suite.aead().key_len(), suite.fixed_iv_len());
        let mut block = vec![0; 2 * (key_len + iv_len)];
        prf(
            provider,
            suite,
            master.0.as_bytes(),
            b"key expansion",
            [&course.server_random, &course.client_random, &[]],
            &mut block,
        )?;
        let block = Secret::new(block);
        let (keys, ivs) = block
            .as_bytes()
            .split_at_checked(2 * key_len)
            .ok_or(Fault::Internal)?;
        let (client_key, server_key) = keys.split_at_checked(key_len).ok_or(Fault::Internal)?;
        let (client_iv, server_iv) = ivs.split_at_checked(iv_len).ok_or(Fault::Internal)?;
        Ok(Self {
            client: Protection::new(provider, suite, client_key, client_iv)?,
            server: Protection::new(provider, suite, server_key, server_iv)?,
        })
    }

    /// The directions as `role` sees them: reading, writing.
    pub(crate) fn split(self, role: Role) -> (Protection, Protection) {
        match role {
            Role::Client => (self.server, self.client),
            Role::Server => (self.client, self.server),
        }
    }
}
