use alloc::vec::Vec;

use crate::extension::ExtensionValue;
use crate::{Extension, ExtensionForm, ExtensionId};

/// The header extension elements that a [`Header`](crate::Header) writes.
///
/// Keeps its memory when cleared or set again, so a sender that keeps one allocates nothing per
/// packet. The one-byte form is written if all elements fit it, else the two-byte form (RFC 8285,
/// section 4.1.2); a receiver that did not negotiate `extmap-allow-mixed` must be given only what
/// fits the first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ExtensionList {
    /// Identifier, length, value; again and again. Each identifier occurs once.
    octets: Vec<u8>,
}

impl ExtensionList {
    /// Without elements.
    #[must_use]
    pub const fn new() -> Self {
        Self { octets: Vec::new() }
    }

    /// Sets the element `id` to `value`, in place of an older value.
    pub fn set<'v, V: ExtensionValue<'v>>(&mut self, id: ExtensionId, value: &V) {
        let mut buffer = [0; 255];
        if let Ok(len) = value.encode(&mut buffer) {
            // A length up to 255 is never refused.
            let _ = self.set_raw(id, buffer.get(..len).unwrap_or_default());
        }
    }

    /// Sets the element `id` to `value`, in place of an older value.
    ///
    /// # Errors
    ///
    /// [`InvalidExtension`] above 255 octets.
    pub fn set_raw(&mut self, id: ExtensionId, value: &[u8]) -> Result<(), InvalidExtension> {
        let len = u8::try_from(value.len()).map_err(|_| InvalidExtension)?;
        if let Some(at) = self.position(id) {
            if self.octets.get(at + 1) == Some(&len) {
                if let Some(old) = self.octets.get_mut(at + 2..at + 2 + value.len()) {
                    old.copy_from_slice(value);
                }
                return Ok(());
            }
            self.remove(id);
        }
        self.octets.extend_from_slice(&[id.get(), len]);
        self.octets.extend_from_slice(value);
        Ok(())
    }

    /// Removes the element `id`, if there.
    pub fn remove(&mut self, id: ExtensionId) {
        if let Some(at) = self.position(id) {
            let len = usize::from(self.octets.get(at + 1).copied().unwrap_or(0));
            self.octets.drain(at..at + 2 + len);
        }
    }

    /// Removes all elements.
    pub fn clear(&mut self) {
        self.octets.clear();
    }

    /// The elements in the order of their first setting.
    pub fn iter(&self) -> impl Iterator<Item = Extension<'_>> {
        crate::Extensions::new(ExtensionForm::TwoByte(0), &self.octets).into_iter()
    }

    /// The value of the element `id`.
    #[must_use]
    pub fn get(&self, id: ExtensionId) -> Option<&[u8]> {
        self.iter()
            .find(|element| element.id == id)
            .map(|element| element.value)
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// The form that it is written in.
    #[must_use]
    pub fn form(&self) -> ExtensionForm {
        let fits = |element: Extension<'_>| {
            element.id.get() <= 14 && matches!(element.value.len(), 1..=16)
        };
        if self.iter().all(fits) {
            ExtensionForm::OneByte
        } else {
            ExtensionForm::TwoByte(0)
        }
    }

    /// Octets of the header extension, 0 without elements.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        if self.is_empty() {
            0
        } else {
            4 + self.body_len().next_multiple_of(4)
        }
    }

    fn body_len(&self) -> usize {
        match self.form() {
            ExtensionForm::OneByte => self.iter().map(|element| 1 + element.value.len()).sum(),
            ExtensionForm::TwoByte(_) | ExtensionForm::Other(_) => self.octets.len(),
        }
    }

    /// Writes the header extension over all of `out`, which has [`Self::encoded_len`] octets.
    pub(crate) fn write(&self, out: &mut [u8]) {
        let form = self.form();
        let Some((head, body)) = out.split_first_chunk_mut::<4>() else {
            return;
        };
        let words = u16::try_from(body.len() / 4).unwrap_or(u16::MAX);
        let ([a, b], [c, d]) = (form.profile().to_be_bytes(), words.to_be_bytes());
        *head = [a, b, c, d];
        let mut rest = body;
        if form == ExtensionForm::OneByte {
            for element in self.iter() {
                // The form says 1 to 16 octets.
                let len = u8::try_from(element.value.len().saturating_sub(1)).unwrap_or(0);
                let needed = 1 + element.value.len();
                let Some((this, tail)) = rest.split_at_mut_checked(needed) else {
                    return;
                };
                if let Some((head, value)) = this.split_first_mut() {
                    *head = element.id.get() << 4 | len;
                    value.copy_from_slice(element.value);
                }
                rest = tail;
            }
        } else {
            let Some((this, tail)) = rest.split_at_mut_checked(self.octets.len()) else {
                return;
            };
            this.copy_from_slice(&self.octets);
            rest = tail;
        }
        rest.fill(0);
    }

    fn position(&self, id: ExtensionId) -> Option<usize> {
        let mut at = 0;
        while let (Some(&this), Some(&len)) = (self.octets.get(at), self.octets.get(at + 1)) {
            if this == id.get() {
                return Some(at);
            }
            at += 2 + usize::from(len);
        }
        None
    }
}

/// A value of more than 255 octets.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an extension value has at most 255 octets")]
pub struct InvalidExtension;
