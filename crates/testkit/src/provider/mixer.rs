/// A running 64-bit mix of octets, eight at a time.
///
/// Each step is a bijection of the state for a given word, and of the word for a given state, so
/// that two inputs of one length which differ in one word never end in the same state.
#[derive(Clone, Debug)]
pub(super) struct Mixer {
    state: u64,
    pending: [u8; 8],
    filled: usize,
    total: u64,
}

impl Mixer {
    pub(super) fn new(domain: u64) -> Self {
        Self {
            state: scramble(domain),
            pending: [0; 8],
            filled: 0,
            total: 0,
        }
    }

    /// Adds octets; where one call ends and the next begins does not matter.
    pub(super) fn update(&mut self, mut octets: &[u8]) {
        self.total += octets.len() as u64;
        if self.filled > 0 {
            let take = octets.len().min(8 - self.filled);
            self.pending[self.filled..self.filled + take].copy_from_slice(&octets[..take]);
            self.filled += take;
            octets = &octets[take..];
            if self.filled < 8 {
                return;
            }
            self.word(u64::from_le_bytes(self.pending));
            self.filled = 0;
        }
        let mut words = octets.chunks_exact(8);
        for word in &mut words {
            self.word(u64::from_le_bytes([
                word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7],
            ]));
        }
        let rest = words.remainder();
        self.pending[..rest.len()].copy_from_slice(rest);
        self.filled = rest.len();
    }

    pub(super) fn word(&mut self, word: u64) {
        self.state = (self.state ^ word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29);
    }

    pub(super) fn finish(mut self) -> u64 {
        self.pending[self.filled..].fill(0);
        self.word(u64::from_le_bytes(self.pending));
        self.word(self.total);
        scramble(self.state)
    }
}

/// A bijection that spreads each bit.
pub(super) fn scramble(mut word: u64) -> u64 {
    word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Fills `out` with octets that `word` decides; the first eight tell it apart from any other.
pub(super) fn expand(word: u64, out: &mut [u8]) {
    for (index, chunk) in out.chunks_mut(8).enumerate() {
        let octets = scramble(word.wrapping_add(index as u64)).to_be_bytes();
        chunk.copy_from_slice(&octets[..chunk.len()]);
    }
}

/// The mix of a few words and octets at once.
pub(super) fn mix(domain: u64, words: &[u64], octets: &[u8]) -> u64 {
    let mut mixer = Mixer::new(domain);
    for word in words {
        mixer.word(*word);
    }
    mixer.update(octets);
    mixer.finish()
}
