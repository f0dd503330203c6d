//! What fuzz targets and the tests that replay their corpora have in common.
//!
//! The body of a fuzz target is a function of octets in `tests/it/fuzzed/` of its crate. The
//! fuzzer calls it with what it invents; [`replay`] calls it with what is kept in
//! `fuzz/corpus/TARGET/`, in every run of the tests. A body that wants more than octets reads them
//! as a [`Script`].

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

/// Runs the body of a fuzz target on the empty input and on every input of its corpus.
///
/// Inputs without a name of their own, which a fuzzer found and nobody kept, are left out. If one
/// fails, prints which.
///
/// # Panics
///
/// As the body does, or if the corpus is missing or empty.
pub fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| !is_hash(path))
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "no corpus in fuzz/corpus/{target}");
    body(&[]);
    for input in inputs {
        let octets = std::fs::read(&input).unwrap_or_default();
        if let Err(cause) = catch_unwind(AssertUnwindSafe(|| body(&octets))) {
            report(&input);
            resume_unwind(cause);
        }
    }
}

/// Whether a file has the name that fuzzers give: 40 hexadecimal digits.
fn is_hash(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.len() == 40 && name.iter().all(u8::is_ascii_hexdigit)
}

#[expect(clippy::print_stderr, reason = "a test says what failed")]
fn report(input: &Path) {
    let name = input.file_name().unwrap_or_default().to_string_lossy();
    eprintln!("failed with the input {name}");
}

/// Octets read as choices. At their end every choice is the first one, and every text is empty.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    rest: &'a [u8],
}

impl<'a> Script<'a> {
    /// A script of these octets.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// One octet.
    pub fn octet(&mut self) -> u8 {
        let [octet] = self.array();
        octet
    }

    /// Two octets.
    pub fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.array())
    }

    /// Four octets.
    pub fn u32(&mut self) -> u32 {
        u32::from_be_bytes(self.array())
    }

    /// A number below `bound`, of one octet; 0 if `bound` is.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.octet()).checked_rem(bound).unwrap_or(0)
    }

    /// Yes or no, of one octet: no if it is even.
    pub fn flag(&mut self) -> bool {
        self.octet() & 1 == 1
    }

    /// Octets behind a length of two octets; fewer if the script ends before.
    pub fn octets(&mut self) -> &'a [u8] {
        let len = usize::from(self.u16()).min(self.rest.len());
        let (octets, rest) = self.rest.split_at(len);
        self.rest = rest;
        octets
    }

    /// All that is left.
    pub const fn rest(&mut self) -> &'a [u8] {
        let rest = self.rest;
        self.rest = &[];
        rest
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        for octet in &mut out {
            let Some((first, rest)) = self.rest.split_first() else {
                break;
            };
            *octet = *first;
            self.rest = rest;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Script;

    #[test]
    fn a_script_is_read_in_order_and_never_ends() {
        let mut script = Script::new(&[1, 2, 3, 0, 2, 7, 8, 0, 9, 5]);
        assert_eq!(script.octet(), 1);
        assert_eq!(script.u16(), 0x0203);
        assert_eq!(script.octets(), [7, 8]);
        assert_eq!(script.octets(), [5]);
        assert!(script.is_empty());
        assert_eq!(script.below(7), 0);
        assert!(!script.flag());
        assert_eq!(script.rest(), []);
    }
}
