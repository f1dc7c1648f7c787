//! What a script names a call by, so that sending it again has no second effect.

use crate::limits::IDEMPOTENCY_KEY_CHARACTERS;

/// The value of an `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): visible ASCII, in quotes or not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// The text is empty, too long, or has other characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 1 to {IDEMPOTENCY_KEY_CHARACTERS} visible ASCII characters")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// Reads a key; quotes around it are not part of it.
    ///
    /// # Errors
    /// [`IdempotencyKeyError`].
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        let bare = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(text);
        let fits =
            (1..=IDEMPOTENCY_KEY_CHARACTERS).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(bare.to_owned())).ok_or(IdempotencyKeyError)
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_no_part_of_a_key() {
        assert_eq!(IdempotencyKey::parse("\"a-1\""), IdempotencyKey::parse("a-1"));
        for unfit in ["", "\"\"", "a b", "键", &"a".repeat(129)] {
            assert_eq!(IdempotencyKey::parse(unfit), Err(IdempotencyKeyError), "{unfit}");
        }
    }
}
