//! Settings that people keep in their account: a string under a key.

use crate::limits::{SETTING_KEY_CHARACTERS, SETTING_VALUE_BYTES};

/// A setting's name: 1 to 128 characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingKey(String);

/// A setting's value: at most 64 KiB of UTF-8 without NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingValue(String);

/// The text cannot be a setting's key or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// A key without characters.
    #[error("empty")]
    Empty,
    /// More than its bound.
    #[error("too long")]
    TooLong,
    /// A control character in a key, or NUL in a value.
    #[error("malformed")]
    Malformed,
}

impl SettingKey {
    /// Reads a key.
    ///
    /// # Errors
    /// Any [`SettingError`].
    pub fn parse(text: &str) -> Result<Self, SettingError> {
        if text.is_empty() {
            return Err(SettingError::Empty);
        }
        if text.chars().count() > SETTING_KEY_CHARACTERS {
            return Err(SettingError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(SettingError::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SettingValue {
    /// Reads a value. It may be empty.
    ///
    /// # Errors
    /// [`SettingError::TooLong`], [`SettingError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, SettingError> {
        if text.len() > SETTING_VALUE_BYTES {
            return Err(SettingError::TooLong);
        }
        if text.contains('\0') {
            return Err(SettingError::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold() {
        assert!(SettingKey::parse(&"键".repeat(128)).is_ok());
        assert_eq!(SettingKey::parse(&"键".repeat(129)), Err(SettingError::TooLong));
        assert_eq!(SettingKey::parse(""), Err(SettingError::Empty));
        assert_eq!(SettingKey::parse("a\n"), Err(SettingError::Malformed));
        assert!(SettingValue::parse("").is_ok());
        assert!(SettingValue::parse(&"a".repeat(64 * 1024)).is_ok());
        assert_eq!(
            SettingValue::parse(&"a".repeat(64 * 1024 + 1)),
            Err(SettingError::TooLong)
        );
        assert_eq!(SettingValue::parse("a\0"), Err(SettingError::Malformed));
    }
}
