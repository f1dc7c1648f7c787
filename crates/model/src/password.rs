//! Passwords, as people present and choose them.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::limits::{PASSWORD_CHARACTERS, PASSWORD_CHARACTERS_PUBLISHED, PASSWORD_CHARACTERS_STRICT};

/// A password in Unicode normal form KC, so that it is the same from every keyboard (NIST SP 800-63B-4, section 3.1.1.2).
/// Never trimmed, never cut; wiped from memory when dropped. It has no printable form.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a text cannot be used as a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing in it.
    #[error("empty")]
    Empty,
    /// Fewer characters than the policy asks for.
    #[error("shorter than {least} characters")]
    TooShort {
        /// How many the policy asks for.
        least: usize,
    },
    /// More than 128 characters.
    #[error("longer than {PASSWORD_CHARACTERS} characters")]
    TooLong,
    /// A control character, such as NUL or a line break, is in it.
    #[error("has control characters")]
    Malformed,
    /// On the list of passwords that attackers try first.
    #[error("too common")]
    TooCommon,
}

/// What a new password must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PasswordPolicy {
    /// What the published documents show: at least 6 characters.
    #[default]
    Published,
    /// At least 8 characters and not on the list of common passwords.
    Strict,
}

impl PasswordPolicy {
    /// The fewest characters it lets pass.
    pub const fn least_characters(self) -> usize {
        match self {
            Self::Published => PASSWORD_CHARACTERS_PUBLISHED,
            Self::Strict => PASSWORD_CHARACTERS_STRICT,
        }
    }
}

impl Password {
    /// A password that somebody presents to sign in: 1 to 128 characters. Whether it is the right one is not ours to say.
    ///
    /// # Errors
    /// [`PasswordError::Empty`], [`PasswordError::TooLong`], [`PasswordError::Malformed`].
    pub fn presented(text: &str) -> Result<Self, PasswordError> {
        if text.is_empty() {
            return Err(PasswordError::Empty);
        }
        if text.chars().count() > PASSWORD_CHARACTERS {
            return Err(PasswordError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordError::Malformed);
        }
        Ok(Self(Zeroizing::new(text.nfkc().collect())))
    }

    /// A password that somebody chooses, held against `policy`.
    ///
    /// # Errors
    /// Any [`PasswordError`].
    pub fn chosen(text: &str, policy: PasswordPolicy) -> Result<Self, PasswordError> {
        let password = Self::presented(text)?;
        let least = policy.least_characters();
        if text.chars().count() < least {
            return Err(PasswordError::TooShort { least });
        }
        if policy == PasswordPolicy::Strict && is_common(&password.0) {
            return Err(PasswordError::TooCommon);
        }
        Ok(password)
    }

    /// The bytes that are hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Whether attackers would try it among the first. The list is short: it holds what a budget of a hundred guesses
/// (see `limits::PASSWORD_FAILURES_BEFORE_CLOSING`) would be spent on, not what a stolen database would be ground with.
fn is_common(password: &str) -> bool {
    let lowered = password.to_lowercase();
    include_str!("common_passwords.txt")
        .lines()
        .any(|common| common == lowered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_composition_do_not_matter() {
        let composed = Password::presented("caf\u{e9}１２").unwrap();
        let decomposed = Password::presented("cafe\u{301}12").unwrap();
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
        assert_eq!(composed.as_bytes(), "café12".as_bytes());
    }

    #[test]
    fn nothing_is_trimmed() {
        assert_eq!(Password::presented(" a ").unwrap().as_bytes(), b" a ");
    }

    #[test]
    fn lengths_count_characters() {
        let refusal = |text: &str| Password::chosen(text, PasswordPolicy::Published).err();
        assert_eq!(refusal("12345"), Some(PasswordError::TooShort { least: 6 }));
        assert_eq!(refusal("密码密码密码"), None);
        assert_eq!(refusal(&"密".repeat(128)), None);
        assert_eq!(refusal(&"密".repeat(129)), Some(PasswordError::TooLong));
        assert_eq!(refusal(""), Some(PasswordError::Empty));
        assert_eq!(refusal("12345\n6"), Some(PasswordError::Malformed));
    }

    #[test]
    fn the_strict_policy_refuses_what_everybody_uses() {
        let refusal = |text: &str| Password::chosen(text, PasswordPolicy::Strict).err();
        assert_eq!(refusal("1234567"), Some(PasswordError::TooShort { least: 8 }));
        assert_eq!(refusal("Password1"), Some(PasswordError::TooCommon));
        assert_eq!(refusal("correct horse"), None);
    }
}
