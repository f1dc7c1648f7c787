//! The operating system's randomness.

use std::sync::{Arc, Mutex, PoisonError};

use yaopai_model::Entropy;

/// The operating system's randomness, of the quality that keys need.
pub(crate) struct OsEntropy;

impl OsEntropy {
    /// Makes sure that there is randomness to be had, before anything depends on it.
    ///
    /// # Errors
    /// What the operating system says.
    pub(crate) fn check() -> Result<Self, getrandom::Error> {
        try_fill(&mut [0; 32])?;
        Ok(Self)
    }
}

impl Entropy for OsEntropy {
    /// # Panics
    /// When the operating system has no randomness though it had some at the start, which none is known to do. The
    /// request fails then; going on with a key that can be guessed would be worse.
    #[expect(
        clippy::panic,
        reason = "nothing may be drawn that is not random, and no caller could do better"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = try_fill(bytes) {
            panic!("the operating system has no randomness: {error}");
        }
    }

    fn fill_each(&self, numbers: &mut [[u8; 4]]) {
        self.fill(numbers.as_flattened_mut());
    }
}

/// The operating system's randomness for what has to differ and is no secret, such as request ids: asked for ahead, since
/// asking for it takes longer than all else that is done for a request.
pub(crate) struct DrawnAhead {
    source: Arc<OsEntropy>,
    drawn: Mutex<Vec<u8>>,
}

impl DrawnAhead {
    /// How much is asked for at a time, in bytes.
    const AHEAD: usize = 4096;

    pub(crate) fn of(source: Arc<OsEntropy>) -> Self {
        Self {
            source,
            drawn: Mutex::default(),
        }
    }
}

impl Entropy for DrawnAhead {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > Self::AHEAD {
            return self.source.fill(bytes);
        }
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.len() < bytes.len() {
            drawn.resize(Self::AHEAD, 0);
            self.source.fill(&mut drawn);
        }
        let left = drawn.len() - bytes.len();
        bytes.copy_from_slice(&drawn[left..]);
        drawn.truncate(left);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where randomness comes in")]
fn try_fill(bytes: &mut [u8]) -> Result<(), getrandom::Error> {
    getrandom::fill(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use yaopai_model::draw;

    use super::*;

    #[test]
    fn nothing_is_given_twice() {
        let ahead = DrawnAhead::of(Arc::new(OsEntropy));
        let drawn: HashSet<[u8; 24]> = (0..1000).map(|_| draw::bytes(&ahead)).collect();
        assert_eq!(drawn.len(), 1000);
        let mut large = [0; DrawnAhead::AHEAD + 1];
        ahead.fill(&mut large);
        assert_ne!(large, [0; DrawnAhead::AHEAD + 1]);
    }
}
