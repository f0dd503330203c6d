#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use core::fmt;
use core::num::NonZeroU8;

use crate::extension::ExtensionValue;

/// The local identifier of a header extension, 1 to 255 (RFC 8285, section 5).
///
/// Identifiers above 14 need the two-byte form.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ExtensionId(NonZeroU8);

impl ExtensionId {
    /// The identifier `value`, or `None` for 0, which is padding.
    #[inline]
    #[must_use]
    pub const fn new(value: u8) -> Option<Self> {
        match NonZeroU8::new(value) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// Its number.
    #[inline]
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0.get()
    }
}

impl fmt::Display for ExtensionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How a packet carries its extension elements (RFC 8285, section 4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ExtensionForm {
    /// One octet before each element: identifiers 1 to 14, 1 to 16 octets (`0xBEDE`).
    OneByte,
    /// Two octets before each element: identifiers 1 to 255, 0 to 255 octets (`0x100` and the
    /// given 4 application bits).
    TwoByte(u8),
    /// A profile's own extension, without elements that are known here.
    Other(u16),
}

impl ExtensionForm {
    /// The form that the first two octets of a header extension announce.
    #[must_use]
    pub const fn from_profile(profile: u16) -> Self {
        match profile {
            0xbede => Self::OneByte,
            0x1000..=0x100f => Self::TwoByte((profile & 0x0f).to_be_bytes()[1]),
            other => Self::Other(other),
        }
    }

    /// The first two octets of a header extension of this form.
    #[must_use]
    pub const fn profile(self) -> u16 {
        match self {
            Self::OneByte => 0xbede,
            Self::TwoByte(bits) => 0x1000 | (bits & 0x0f) as u16,
            Self::Other(profile) => profile,
        }
    }
}

/// One element of a header extension.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Extension<'a> {
    /// Which, as the session negotiated.
    pub id: ExtensionId,
    /// Its value.
    pub value: &'a [u8],
}

/// The header extension of a packet, read lazily; empty if it has none.
///
/// An element that does not fit ends the walk: those before it are given, nothing after it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Extensions<'a> {
    form: Option<ExtensionForm>,
    octets: &'a [u8],
}

impl<'a> Extensions<'a> {
    /// No header extension.
    pub const NONE: Self = Self {
        form: None,
        octets: &[],
    };

    pub(crate) const fn new(form: ExtensionForm, octets: &'a [u8]) -> Self {
        Self {
            form: Some(form),
            octets,
        }
    }

    /// The elements in wire order.
    #[inline]
    #[must_use]
    pub const fn iter(&self) -> ExtensionsIter<'a> {
        ExtensionsIter {
            form: self.form,
            rest: self.octets,
        }
    }

    /// The value of the first element `id`.
    #[must_use]
    pub fn get(&self, id: ExtensionId) -> Option<&'a [u8]> {
        self.iter()
            .find(|element| element.id == id)
            .map(|element| element.value)
    }

    /// The value of the first element `id` as a `V`, or `None` if it is absent or malformed.
    #[must_use]
    pub fn value<V: ExtensionValue<'a>>(&self, id: ExtensionId) -> Option<V> {
        V::parse(self.get(id)?)
    }

    /// The form, or `None` if the packet has no header extension.
    #[inline]
    #[must_use]
    pub const fn form(&self) -> Option<ExtensionForm> {
        self.form
    }

    /// What follows the length field, padding included.
    #[inline]
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a> IntoIterator for Extensions<'a> {
    type Item = Extension<'a>;
    type IntoIter = ExtensionsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The elements of a header extension in wire order.
#[derive(Clone, Debug)]
pub struct ExtensionsIter<'a> {
    form: Option<ExtensionForm>,
    rest: &'a [u8],
}

impl<'a> Iterator for ExtensionsIter<'a> {
    type Item = Extension<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let element = match self.form? {
            ExtensionForm::OneByte => next_one_byte(&mut self.rest),
            ExtensionForm::TwoByte(_) => next_two_byte(&mut self.rest),
            ExtensionForm::Other(_) => None,
        };
        if element.is_none() {
            self.form = None;
        }
        element
    }
}

impl core::iter::FusedIterator for ExtensionsIter<'_> {}

/// ```text
///  0
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |  ID   |  len  |   len = octets - 1
/// +-+-+-+-+-+-+-+-+
/// ```
fn next_one_byte<'a>(rest: &mut &'a [u8]) -> Option<Extension<'a>> {
    loop {
        let (&head, tail) = rest.split_first()?;
        if head == 0 {
            *rest = tail;
            continue;
        }
        let len = usize::from(head & 0x0f).checked_add(1)?;
        //= https://www.rfc-editor.org/rfc/rfc8285#section-4.2
        //# If the ID value 15 is encountered, its length field MUST be ignored, processing of the
        //# entire extension MUST terminate at that point, and only the extension elements present
        //# prior to the element with ID 15 SHOULD be considered.
        let id = ExtensionId::new(head >> 4).filter(|id| id.get() != 15)?;
        let (value, tail) = tail.split_at_checked(len)?;
        *rest = tail;
        return Some(Extension { id, value });
    }
}

fn next_two_byte<'a>(rest: &mut &'a [u8]) -> Option<Extension<'a>> {
    loop {
        let (&id, tail) = rest.split_first()?;
        let Some(id) = ExtensionId::new(id) else {
            *rest = tail;
            continue;
        };
        let (&len, tail) = tail.split_first()?;
        let (value, tail) = tail.split_at_checked(usize::from(len))?;
        *rest = tail;
        return Some(Extension { id, value });
    }
}
