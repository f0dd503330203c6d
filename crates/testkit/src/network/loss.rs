use std::collections::BTreeSet;

use stonechat_sansio::Rng;

/// How a link loses packets.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Loss {
    /// Not at all.
    #[default]
    None,
    /// Each packet with this probability.
    Random(f64),
    /// In bursts.
    Burst(GilbertElliott),
    /// The packets with these numbers, the first sent being 0.
    Exactly(BTreeSet<u64>),
}

/// The model of Gilbert and Elliott: two states, each with a probability of loss. The state changes
/// before each packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GilbertElliott {
    /// Probability to go from the good state to the bad one.
    pub to_bad: f64,
    /// Probability to go back: 1 divided by the mean length of a burst, in packets.
    pub to_good: f64,
    /// Probability to lose a packet in the good state.
    pub good_loss: f64,
    /// Probability to lose a packet in the bad state.
    pub bad_loss: f64,
}

impl Loss {
    /// Bursts of `mean` packets on average, all of them lost, so that `rate` of all are.
    #[must_use]
    pub fn bursts(rate: f64, mean: f64) -> Self {
        let to_good = 1.0 / mean.max(1.0);
        let to_bad = to_good * rate / (1.0 - rate).max(f64::MIN_POSITIVE);
        Self::Burst(GilbertElliott {
            to_bad,
            to_good,
            good_loss: 0.0,
            bad_loss: 1.0,
        })
    }

    /// Exactly the packets with these numbers, the first sent being 0.
    #[must_use]
    pub fn exactly(numbers: impl IntoIterator<Item = u64>) -> Self {
        Self::Exactly(numbers.into_iter().collect())
    }
}

/// What a model of loss remembers.
#[derive(Debug, Default)]
pub(super) struct LossState {
    is_bad: bool,
    number: u64,
}

impl LossState {
    /// Whether the next packet is lost.
    pub(super) fn next(&mut self, loss: &Loss, rng: &mut Rng) -> bool {
        let number = self.number;
        self.number += 1;
        match loss {
            Loss::None => false,
            Loss::Random(rate) => rng.unit() < *rate,
            Loss::Exactly(numbers) => numbers.contains(&number),
            Loss::Burst(model) => {
                let leave = if self.is_bad {
                    model.to_good
                } else {
                    model.to_bad
                };
                if rng.unit() < leave {
                    self.is_bad = !self.is_bad;
                }
                rng.unit()
                    < if self.is_bad {
                        model.bad_loss
                    } else {
                        model.good_loss
                    }
            }
        }
    }
}
