//! Keying material for other protocols (RFC 5705), above all SRTP (RFC 5764, section 4.2).

use stonechat_crypto::{Provider, Secret};

use crate::fault::Fault;
use crate::v12::Established;
use crate::v12::key_schedule::prf;
use crate::{ExportError, KeyAndSalt, Role, SrtpKeys, SrtpProfile};

const SRTP_LABEL: &[u8] = b"EXTRACTOR-dtls_srtp";

/// Labels that would give secrets of the protocol itself.
const RESERVED: [&[u8]; 5] = [
    b"client finished",
    b"server finished",
    b"master secret",
    b"extended master secret",
    b"key expansion",
];

impl Established {
    pub(crate) fn export(
        &self,
        provider: &Provider,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), ExportError> {
        if RESERVED.contains(&label) {
            return Err(ExportError::ReservedLabel);
        }
        let mut seed = Vec::new();
        if let Some(context) = context {
            let len = u16::try_from(context.len()).map_err(|_| ExportError::ContextTooLong)?;
            seed.extend_from_slice(&len.to_be_bytes());
            seed.extend_from_slice(context);
        }
        self.expand(provider, label, &seed, out)
            .map_err(|_| ExportError::NotConnected)
    }

    fn expand(
        &self,
        provider: &Provider,
        label: &[u8],
        context: &[u8],
        out: &mut [u8],
    ) -> Result<(), Fault> {
        let seed = [&self.client_random[..], &self.server_random, context];
        prf(
            provider,
            self.suite,
            self.master.0.as_bytes(),
            label,
            seed,
            out,
        )
    }

    /// The keys of `profile` as `role` sees them.
    pub(crate) fn srtp_keys(
        &self,
        provider: &Provider,
        profile: SrtpProfile,
        role: Role,
    ) -> Result<SrtpKeys, Fault> {
        let (key_len, salt_len) = (profile.key_len(), profile.salt_len());
        let mut block = vec![0; 2 * (key_len + salt_len)];
        self.expand(provider, SRTP_LABEL, &[], &mut block)?;
        let block = Secret::new(block);
        let (keys, salts) = block
            .as_bytes()
            .split_at_checked(2 * key_len)
            .ok_or(Fault::Internal)?;
        let (client_key, server_key) = keys.split_at_checked(key_len).ok_or(Fault::Internal)?;
        let (client_salt, server_salt) = salts.split_at_checked(salt_len).ok_or(Fault::Internal)?;
        let client = KeyAndSalt {
            key: client_key.into(),
            salt: client_salt.into(),
        };
        let server = KeyAndSalt {
            key: server_key.into(),
            salt: server_salt.into(),
        };
        let (local, remote) = match role {
            Role::Client => (client, server),
            Role::Server => (server, client),
        };
        Ok(SrtpKeys {
            profile,
            local,
            remote,
        })
    }
}
