//! Randomness that repeats.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use yaopai_model::Entropy;

/// A stream of bytes that is the same for the same seed (SplitMix64: Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", 2014). Anybody can predict it, so it is for tests only.
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The stream of this seed, from its beginning.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        let state = self.0.fetch_add(Self::STEP, Ordering::SeqCst).wrapping_add(Self::STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// What the nodes of one base draw from: what each but the first draws while it starts is its own, after that all draw
/// from one stream, so that several answer as one would.
pub(crate) struct NodeEntropy {
    own: SeededEntropy,
    common: Arc<SeededEntropy>,
    has_joined: AtomicBool,
}

impl NodeEntropy {
    pub(crate) fn new(node: usize, common: Arc<SeededEntropy>) -> Self {
        Self {
            own: SeededEntropy::new(1_000 + node as u64),
            common,
            has_joined: AtomicBool::new(node == 0),
        }
    }

    pub(crate) fn join(&self) {
        self.has_joined.store(true, Ordering::SeqCst);
    }
}

impl Entropy for NodeEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if self.has_joined.load(Ordering::SeqCst) {
            self.common.fill(bytes);
        } else {
            self.own.fill(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_stream_again() {
        let drawn = |seed| {
            let mut bytes = [0; 20];
            SeededEntropy::new(seed).fill(&mut bytes);
            bytes
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        // The first output for the seed 0, as the reference implementation gives it.
        assert_eq!(SeededEntropy::new(0).next(), 0xe220_a839_7b1d_cdaf);
    }
}
