#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::{
    ExtensionForm, ExtensionId, Extensions, HeaderView, ParseError, PayloadType, SequenceNumber,
    Ssrc, Timestamp,
};

/// A packet that is edited in place, as a forwarder does: its length never changes.
///
/// Elements that are taken away become padding, which a header extension may have anywhere
/// (RFC 8285, section 4.1.1).
#[derive(Debug)]
pub struct HeaderMut<'a> {
    fixed: &'a mut [u8; 12],
    form: Option<ExtensionForm>,
    extensions: &'a mut [u8],
}

impl<'a> HeaderMut<'a> {
    /// Opens the packet.
    ///
    /// # Errors
    ///
    /// Those of [`HeaderView::parse`].
    pub fn parse(packet: &'a mut [u8]) -> Result<Self, ParseError> {
        let view = HeaderView::parse(packet)?;
        let form = view.extensions().form();
        let extension_len = view.extensions().as_bytes().len();
        let end = view.header_len();
        let start = end
            .checked_sub(extension_len)
            .and_then(|at| at.checked_sub(12));
        let header = packet.get_mut(..end).ok_or(ParseError::TooShort)?;
        let (fixed, rest) = header.split_first_chunk_mut().ok_or(ParseError::TooShort)?;
        let (_, extensions) = start
            .and_then(|start| rest.split_at_mut_checked(start))
            .ok_or(ParseError::TooShort)?;
        Ok(Self {
            fixed,
            form,
            extensions,
        })
    }

    /// Sets or clears the marker bit.
    pub const fn set_marker(&mut self, marker: bool) {
        let [_, second, ..] = self.fixed;
        *second = if marker {
            *second | 0x80
        } else {
            *second & 0x7f
        };
    }

    /// Sets the payload type.
    pub const fn set_payload_type(&mut self, payload_type: PayloadType) {
        let [_, second, ..] = self.fixed;
        *second = *second & 0x80 | payload_type.get();
    }

    /// Sets the sequence number.
    pub const fn set_sequence(&mut self, sequence: SequenceNumber) {
        let [_, _, a, b, ..] = self.fixed;
        [*a, *b] = sequence.0.to_be_bytes();
    }

    /// Sets the timestamp.
    pub const fn set_timestamp(&mut self, timestamp: Timestamp) {
        let [_, _, _, _, a, b, c, d, ..] = self.fixed;
        [*a, *b, *c, *d] = timestamp.0.to_be_bytes();
    }

    /// Sets the synchronization source.
    pub const fn set_ssrc(&mut self, ssrc: Ssrc) {
        let [_, _, _, _, _, _, _, _, a, b, c, d] = self.fixed;
        [*a, *b, *c, *d] = ssrc.to_be_bytes();
    }

    /// Overwrites the value of the element `id` by one of the same length.
    ///
    /// # Errors
    ///
    /// [`EditError`] if there is none or its length differs; nothing is changed.
    pub fn set_extension(&mut self, id: ExtensionId, value: &[u8]) -> Result<(), EditError> {
        let mut result = Err(EditError::Absent);
        self.walk(|this, old| {
            if result != Err(EditError::Absent) || this != id {
                return Edit::Keep;
            }
            if old.len() == value.len() {
                old.copy_from_slice(value);
                result = Ok(());
            } else {
                result = Err(EditError::Length { actual: old.len() });
            }
            Edit::Keep
        });
        result
    }

    /// Renames and strips elements in one walk: `map` gives the new identifier of each, or `None`
    /// to make it padding. In the one-byte form an identifier above 14 cannot be written, and
    /// strips.
    ///
    /// What follows an element that does not fit its form is made padding too.
    pub fn map_extensions(
        &mut self,
        mut map: impl FnMut(ExtensionId, &[u8]) -> Option<ExtensionId>,
    ) {
        self.walk(|id, value| map(id, value).map_or(Edit::Strip, Edit::Rename))
            .fill(0);
    }

    /// Makes the elements `id` padding; `false` if there was none.
    pub fn strip_extension(&mut self, id: ExtensionId) -> bool {
        let mut found = false;
        self.walk(|this, _| {
            if this == id {
                found = true;
                Edit::Strip
            } else {
                Edit::Keep
            }
        });
        found
    }

    /// Gives each element to `edit` with its value; returns what is left behind the last one.
    fn walk(&mut self, mut edit: impl FnMut(ExtensionId, &mut [u8]) -> Edit) -> &mut [u8] {
        let one_byte = match self.form {
            Some(ExtensionForm::OneByte) => true,
            Some(ExtensionForm::TwoByte(_)) => false,
            Some(ExtensionForm::Other(_)) | None => return &mut [],
        };
        let mut rest: &mut [u8] = self.extensions;
        loop {
            let zeros = rest.iter().take_while(|&&octet| octet == 0).count();
            rest = core::mem::take(&mut rest)
                .get_mut(zeros..)
                .unwrap_or_default();
            let Some((head_len, value_len)) = first_element(rest, one_byte) else {
                return rest;
            };
            let element_len = head_len.saturating_add(value_len);
            let (element, tail) = core::mem::take(&mut rest)
                .split_at_mut_checked(element_len)
                .unwrap_or_default();
            rest = tail;
            let Some((head, value)) = element.split_at_mut_checked(head_len) else {
                continue;
            };
            let Some(first) = head.first_mut() else {
                continue;
            };
            let Some(id) = ExtensionId::new(if one_byte { *first >> 4 } else { *first }) else {
                continue;
            };
            match edit(id, value) {
                Edit::Keep => {}
                Edit::Rename(id) if one_byte && id.get() <= 14 => {
                    *first = id.get() << 4 | *first & 0x0f;
                }
                Edit::Rename(id) if !one_byte => *first = id.get(),
                Edit::Rename(_) | Edit::Strip => element.fill(0),
            }
        }
    }
}

/// The lengths of head and value of the element that `octets` begin with, if it is whole.
fn first_element(octets: &[u8], one_byte: bool) -> Option<(usize, usize)> {
    let form = if one_byte {
        ExtensionForm::OneByte
    } else {
        ExtensionForm::TwoByte(0)
    };
    let element = Extensions::new(form, octets).iter().next()?;
    Some((if one_byte { 1 } else { 2 }, element.value.len()))
}

enum Edit {
    Keep,
    Rename(ExtensionId),
    Strip,
}

/// Why an element was not overwritten.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EditError {
    /// The packet has no such element.
    #[error("the packet has no such element")]
    Absent,
    /// The element has another length.
    #[error("the element has {actual} octets")]
    Length {
        /// Octets of the value in the packet.
        actual: usize,
    },
}
