//! What this crate's tests draw from.

use yaopai_model::Entropy;

/// Draws nothing but sevens.
pub(crate) struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}
