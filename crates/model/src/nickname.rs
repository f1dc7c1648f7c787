//! Nicknames: what people call themselves, not unique.

use crate::limits::NICKNAME_CHARACTERS;
use crate::{Entropy, draw};

/// A name of 1 to 64 characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nickname(String);

/// The text is empty, too long, or has control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a nickname")]
pub struct NicknameError;

impl Nickname {
    /// Reads a nickname; white space around it does not count.
    ///
    /// # Errors
    /// [`NicknameError`] when nothing is left, or more than 64 characters, or a control character is in it.
    pub fn parse(text: &str) -> Result<Self, NicknameError> {
        let name = text.trim();
        if name.is_empty() || name.chars().count() > NICKNAME_CHARACTERS || name.chars().any(char::is_control) {
            return Err(NicknameError);
        }
        Ok(Self(name.to_owned()))
    }

    /// The nickname of somebody who has not said theirs: `新用户` and six hexadecimal digits, as the `user` document shows it.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(format!("新用户{}", draw::text(entropy, draw::UPPER_HEX, 6)))
    }

    /// The nickname as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold() {
        assert_eq!(Nickname::parse(" 穆仙念 ").unwrap().as_str(), "穆仙念");
        assert!(Nickname::parse("  ").is_err());
        assert!(Nickname::parse("a\nb").is_err());
        assert!(Nickname::parse(&"念".repeat(64)).is_ok());
        assert!(Nickname::parse(&"念".repeat(65)).is_err());
    }
}
