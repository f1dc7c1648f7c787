//! One-time codes.

use zeroize::Zeroizing;

use crate::limits::{CODE_DIGITS, CODE_INPUT_CHARACTERS};
use crate::{Entropy, draw};

/// A code of six digits. It has no printable form but the one that goes into a message.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

/// The text is no code. An empty text is one such: it never passes for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a one-time code")]
pub struct CodeError;

impl Code {
    /// What somebody typed for a code; white space around it does not count. Whatever is not six digits is a wrong code
    /// like any other: it is counted, and never the right one.
    ///
    /// # Errors
    /// [`CodeError`] when it is empty or longer than 32 characters.
    pub fn presented(text: &str) -> Result<Self, CodeError> {
        let typed = text.trim();
        if typed.is_empty() || typed.chars().count() > CODE_INPUT_CHARACTERS {
            return Err(CodeError);
        }
        Ok(Self(Zeroizing::new(typed.to_owned())))
    }

    /// Reads a code that we drew.
    ///
    /// # Errors
    /// [`CodeError`] when it is not exactly six ASCII digits.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        if text.len() != CODE_DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CodeError);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Draws a new code; each of the million is equally likely.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(draw::text(entropy, draw::DIGITS, CODE_DIGITS)))
    }

    /// The six digits, for the message and for the keyed hash; nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To make an account.
    Register,
    /// To set a new password.
    ResetPassword,
    /// To sign in.
    SignIn,
    /// Any of these: `api_v1` sends one code and leaves it to its holder what for.
    Any,
    /// To show, within a session, that one receives what is sent to an address: a new one, or one's own.
    Confirm,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Register,
        Self::ResetPassword,
        Self::SignIn,
        Self::Any,
        Self::Confirm,
    ];

    /// The purpose's name in the database and in webhooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::ResetPassword => "reset_password",
            Self::SignIn => "sign_in",
            Self::Any => "any",
            Self::Confirm => "confirm",
        }
    }

    /// The purpose with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_no_code_yet() {
        assert_eq!(Code::presented(" 012345 ").unwrap().expose(), "012345");
        assert!(Code::presented("abc").is_ok());
        assert!(Code::presented("  ").is_err());
        assert!(Code::presented(&"1".repeat(33)).is_err());
    }

    #[test]
    fn only_six_digits_are_a_code() {
        assert_eq!(Code::parse("012345").unwrap().expose(), "012345");
        for text in [
            "",
            "12345",
            "1234567",
            "12345a",
            "１２３４５６",
            "-12345",
            "12 345",
            " 012345",
        ] {
            assert!(Code::parse(text).is_err(), "{text:?}");
        }
    }
}
