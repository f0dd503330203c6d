use stonechat_rtp::{SequenceNumber, Ssrc};

use crate::RolloverError;
use crate::replay::ReplayWindow;
use crate::rollover::estimate;

/// The streams of one direction and protocol, in the order of their SSRC.
///
/// Only who knows the keys makes entries, so a search by order is enough.
#[derive(Debug)]
pub(crate) struct Streams {
    entries: Vec<(Ssrc, Stream)>,
    max: usize,
    window: u16,
}

/// What is known about one stream.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) window: ReplayWindow,
    /// The rollover counter of the next packet, if it was told.
    told: Option<u32>,
}

/// A stream, or the place where it would be.
pub(crate) type Place = Result<usize, usize>;

impl Streams {
    pub(crate) const fn new(max: usize, window: u16) -> Self {
        Self {
            entries: Vec::new(),
            max,
            window,
        }
    }

    /// Where `ssrc` is or would be.
    #[inline]
    pub(crate) fn find(&self, ssrc: Ssrc) -> Place {
        self.entries.binary_search_by_key(&ssrc, |(ssrc, _)| *ssrc)
    }

    /// The stream at `place`, if it is there.
    #[inline]
    pub(crate) fn get(&self, place: Place) -> Option<&Stream> {
        self.entries.get(place.ok()?).map(|(_, stream)| stream)
    }

    /// Whether another stream would be too many.
    pub(crate) const fn is_full(&self) -> bool {
        self.entries.len() >= self.max
    }

    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Notes that `index` of the stream at `place` is used; makes the stream if need be.
    pub(crate) fn mark(&mut self, ssrc: Ssrc, place: Place, index: u64) {
        let at = match place {
            Ok(at) => at,
            Err(at) => {
                let stream = Stream {
                    window: ReplayWindow::new(self.window),
                    told: None,
                };
                self.entries
                    .insert(at.min(self.entries.len()), (ssrc, stream));
                at
            }
        };
        if let Some((_, stream)) = self.entries.get_mut(at) {
            stream.window.mark(index);
            stream.told = None;
        }
    }

    /// Tells the rollover counter of the next packet of `ssrc`.
    pub(crate) fn set_rollover(&mut self, ssrc: Ssrc, rollover: u32) -> Result<(), RolloverError> {
        match self.find(ssrc) {
            Ok(at) => {
                let Some((_, stream)) = self.entries.get_mut(at) else {
                    return Ok(());
                };
                match stream.rollover() {
                    Some(current) if current >= rollover => {
                        return Err(RolloverError::Behind { current });
                    }
                    _ => stream.told = Some(rollover),
                }
            }
            Err(_) if self.is_full() => return Err(RolloverError::TooManyStreams),
            Err(at) => {
                let window = ReplayWindow::new(self.window);
                self.entries.insert(
                    at,
                    (
                        ssrc,
                        Stream {
                            window,
                            told: Some(rollover),
                        },
                    ),
                );
            }
        }
        Ok(())
    }
}

impl Stream {
    /// The index of the next packet with `sequence`.
    pub(crate) fn index(&self, sequence: SequenceNumber) -> Option<u64> {
        match (self.told, self.window.highest()) {
            (Some(told), _) => Some(u64::from(told) << 16 | u64::from(sequence.0)),
            (None, Some(highest)) => estimate(highest, sequence),
            (None, None) => Some(u64::from(sequence.0)),
        }
    }

    /// The rollover counter of the highest index.
    pub(crate) fn rollover(&self) -> Option<u32> {
        self.window
            .highest()
            .and_then(|highest| u32::try_from(highest >> 16).ok())
    }
}
