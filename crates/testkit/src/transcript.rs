//! What two machines said to each other, to be compared and printed.

use std::fmt;
use std::time::{Duration, Instant};

/// Which of two machines.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// One line of a [`Transcript`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Time since the transcript began.
    pub at: Duration,
    /// Who did it.
    pub side: Side,
    /// What was done.
    pub what: What,
}

/// What a machine did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    /// It sent a packet.
    Sent(Vec<u8>),
    /// It reported an event, as its `Debug` prints it.
    Event(String),
}

/// All that two machines sent and reported, in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transcript {
    start: Instant,
    entries: Vec<Entry>,
}

impl Transcript {
    /// An empty transcript that begins at `start`.
    #[must_use]
    pub const fn new(start: Instant) -> Self {
        Self {
            start,
            entries: Vec::new(),
        }
    }

    /// Adds a line.
    pub fn push(&mut self, now: Instant, side: Side, what: What) {
        let at = now.saturating_duration_since(self.start);
        self.entries.push(Entry { at, side, what });
    }

    /// All lines.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The packets that `side` sent.
    pub fn packets(&self, side: Side) -> impl Iterator<Item = &[u8]> {
        self.entries
            .iter()
            .filter_map(move |entry| match &entry.what {
                What::Sent(packet) if entry.side == side => Some(packet.as_slice()),
                _ => None,
            })
    }

    /// Compares with another run.
    ///
    /// # Panics
    ///
    /// If they differ, with the first line that does.
    #[track_caller]
    pub fn assert_same(&self, other: &Self) {
        for (index, (mine, theirs)) in self.entries.iter().zip(&other.entries).enumerate() {
            assert!(
                mine == theirs,
                "line {index} differs:\n  {mine}\n  {theirs}"
            );
        }
        let [mine, theirs] = [self.entries.len(), other.entries.len()];
        assert!(
            mine == theirs,
            "one transcript has {mine} lines, the other {theirs}"
        );
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>12.6} {:?} ", self.at.as_secs_f64(), self.side)?;
        match &self.what {
            What::Event(event) => write!(f, "event {event}"),
            What::Sent(packet) => {
                write!(f, "sent {} octets ", packet.len())?;
                packet
                    .iter()
                    .take(64)
                    .try_for_each(|octet| write!(f, "{octet:02x}"))?;
                f.write_str(if packet.len() > 64 { ".." } else { "" })
            }
        }
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries
            .iter()
            .try_for_each(|entry| writeln!(f, "{entry}"))
    }
}
