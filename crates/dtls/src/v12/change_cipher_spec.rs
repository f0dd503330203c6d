//! Both roles: all messages in plain text were heard, the change of keys is due.

use crate::record::protect::Protection;

use super::finished::AwaitFinished;
use super::{Context, State};

/// Awaits the peer's ChangeCipherSpec.
#[derive(Debug)]
pub(crate) struct AwaitChangeCipherSpec {
    /// The number of the record that completed the peer's last message in plain text.
    pub(crate) after: u64,
    pub(crate) read: Protection,
    pub(crate) next: AwaitFinished,
}

impl AwaitChangeCipherSpec {
    /// Takes the ChangeCipherSpec of the record numbered `record`.
    ///
    /// It has no message number, so its record's number tells whether it was sent after all that
    /// must come before; one that was merely overtaken on the way still counts.
    pub(crate) fn handle_change_cipher_spec(self, record: u64, context: &mut Context<'_>) -> State {
        if record <= self.after {
            return self.into();
        }
        context.records.install_read(self.read);
        self.next.into()
    }
}
