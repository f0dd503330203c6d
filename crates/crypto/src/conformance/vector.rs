//! Reading of the vector files.

/// One line of a file: its first word, and the octets of the words.
pub(super) struct Line {
    pub(super) word: &'static str,
    fields: Vec<Vec<u8>>,
    number: usize,
}

impl Line {
    /// The octets of the field with this index; words that are no octets are empty.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        assert!(index < self.fields.len(), "line {} is short", self.number);
        self.fields.get(index).map_or(&[], Vec::as_slice)
    }

    /// A field of known length.
    pub(super) fn array<const N: usize>(&self, index: usize) -> [u8; N] {
        let array = self.field(index).try_into();
        assert!(
            array.is_ok(),
            "line {} has a field of another length",
            self.number
        );
        array.unwrap_or([0; N])
    }

    /// Whether the vector is one that holds.
    pub(super) fn is_valid(&self) -> bool {
        self.word == "valid"
    }

    /// Where it is, for messages.
    pub(super) fn place(&self) -> String {
        format!("vector of line {}", self.number)
    }
}

/// The lines of a file that are no comments.
pub(super) fn lines(text: &'static str) -> impl Iterator<Item = Line> {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#'));
    lines.map(|(index, line)| Line {
        word: line.split(' ').next().unwrap_or_default(),
        fields: line.split(' ').map(decode).collect(),
        number: index + 1,
    })
}

fn decode(word: &str) -> Vec<u8> {
    let digits: Option<Vec<u8>> = word
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let digits = digits.unwrap_or_default();
    digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit))
        .collect()
}
