//! A slice of the text that was parsed, shared by all lines of it.

use alloc::string::String;
use alloc::sync::Arc;

/// The text of one line without its end.
///
/// All lines of a parsed description share its text, so a line costs no allocation; a line that
/// was built owns its text alone.
#[derive(Clone)]
pub(crate) struct Text {
    source: Arc<String>,
    start: u32,
    end: u32,
}

impl Text {
    /// The part of `source` from `start` to `end`, in octets.
    pub(crate) fn slice(source: &Arc<String>, start: u32, end: u32) -> Self {
        Self {
            source: Arc::clone(source),
            start,
            end,
        }
    }

    /// A text of its own; `None` if it is longer than 4 GiB.
    pub(crate) fn owned(text: String) -> Option<Self> {
        let end = u32::try_from(text.len()).ok()?;
        Some(Self {
            source: Arc::new(text),
            start: 0,
            end,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        let range = usize::try_from(self.start)
            .ok()
            .zip(usize::try_from(self.end).ok());
        range
            .and_then(|(start, end)| self.source.get(start..end))
            .unwrap_or_default()
    }
}
