//! The slider: telling people from programs.

use yaopai_model::{AppId, Email};

use crate::{Accounts, Caller, Outcome};

/// A slider as a client shows it.
pub struct SliderPictures {
    /// The background with its hole: 310 × 160 pixels.
    pub background: Vec<u8>,
    /// The piece: 50 × 50 pixels.
    pub piece: Vec<u8>,
    /// The distance from the background's top to the piece's, in pixels.
    pub y: u32,
}

impl Accounts {
    /// Draws a slider for an e-mail address; any earlier one for it is void.
    ///
    /// # Errors
    /// `TooManyChallenges`, `Overloaded`.
    pub async fn draw_challenge(&self, app: AppId, email: &Email, caller: &Caller) -> Outcome<SliderPictures> {
        todo!()
    }

    /// Takes the one answer to the outstanding slider: the left edge of the hole in pixels, give or take two.
    ///
    /// # Errors
    /// `ChallengeFailed`.
    pub async fn answer_challenge(&self, app: AppId, email: &Email, x: i64) -> Outcome<()> {
        todo!()
    }
}
