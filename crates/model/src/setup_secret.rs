//! The secret of the link by which the first root account is made.

use zeroize::Zeroizing;

use crate::{Entropy, draw};

const LENGTH: usize = 32;

/// What the link ends with. It has no printable form but the one that is shown once.
#[derive(Clone)]
pub struct SetupSecret(Zeroizing<String>);

/// The text is no secret of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the secret of a link for setting up")]
pub struct SetupSecretError;

impl SetupSecret {
    /// Draws a new one, of 165 bits.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(draw::text(entropy, draw::ALPHANUMERIC, LENGTH)))
    }

    /// Reads one; white space around it does not count, for it may have been copied by hand.
    ///
    /// # Errors
    /// [`SetupSecretError`] when it is not thirty-two lower-case letters and digits.
    pub fn parse(text: &str) -> Result<Self, SetupSecretError> {
        let text = text.trim();
        draw::is_drawn_alphanumeric(text, LENGTH)
            .then(|| Self(Zeroizing::new(text.to_owned())))
            .ok_or(SetupSecretError)
    }

    /// The secret, for the one time it is shown and for its digest; nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_have_been_drawn_is_read() {
        let drawn = "0123456789abcdefghijklmnopqrstuv";
        assert_eq!(SetupSecret::parse(&format!(" {drawn}\n")).unwrap().expose(), drawn);
        for text in [
            "",
            "abc",
            "0123456789ABCDEFGHIJKLMNOPQRSTUV",
            "0123456789abcdefghijklmnopqrstuvw",
        ] {
            assert!(SetupSecret::parse(text).is_err(), "{text:?}");
        }
    }
}
