//! The operating system's randomness.

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
}

#[expect(clippy::disallowed_methods, reason = "this is where randomness comes in")]
fn try_fill(bytes: &mut [u8]) -> Result<(), getrandom::Error> {
    getrandom::fill(bytes)
}
