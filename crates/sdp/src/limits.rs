//! What bounds a parse.

/// Bounds on what is parsed; what exceeds one is refused as a whole.
///
/// A parsed description holds its text once and at most about 100 octets for each line beside
/// it, so these bound the memory too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of the whole text; 1 MiB by default, effective up to 4 GiB - 1.
    pub size: usize,
    /// Octets of a line without its end; 64 KiB by default.
    pub line: usize,
    /// Lines of the whole text; 65,536 by default.
    pub lines: usize,
    /// Media sections; 256 by default.
    pub media: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 1024 * 1024,
            line: 64 * 1024,
            lines: 65_536,
            media: 256,
        }
    }
}

impl Limits {
    /// Replaces the bound on the whole text, in octets.
    #[must_use]
    pub const fn with_size(mut self, octets: usize) -> Self {
        self.size = octets;
        self
    }

    /// Replaces the bound on a line, in octets.
    #[must_use]
    pub const fn with_line(mut self, octets: usize) -> Self {
        self.line = octets;
        self
    }

    /// Replaces the bound on the number of lines.
    #[must_use]
    pub const fn with_lines(mut self, lines: usize) -> Self {
        self.lines = lines;
        self
    }

    /// Replaces the bound on the number of media sections.
    #[must_use]
    pub const fn with_media(mut self, sections: usize) -> Self {
        self.media = sections;
        self
    }
}
